"""Forgets uploads that nobody finishes, files that nobody names, and bytes that belong to nothing."""

from datetime import timedelta
from uuid import UUID

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.files import queries, uploads
from asn_api.areas.policies.current import policy_on
from asn_api.core.jobs import Job, Means
from asn_api.core.objects import Objects
from asn_api.errors import Problem
from asn_api.rules.files import FileState
from asn_api.rules.policy import FilePolicy
from asn_api.tables.files import File

BATCH = 200
STUCK = timedelta(minutes=10)
UNOWNED_FOR = timedelta(days=1)
"""An object is older than this before it counts as nobody's: its row may be about to be written."""


async def clean_up(means: Means, region_id: str | None = None) -> None:
    objects = means.objects
    if objects is None:
        return

    async def run(access: Access) -> None:
        await _finish(means, objects, access)
        await _forget_rows(means, access)
        await _forget_unowned(means, objects, access)

    await each_region(means, Permission.FILES_WRITE, run, region_id)


async def _finish(means: Means, objects: Objects, access: Access) -> None:
    """Whole uploads whose server was stopped before it could look at them."""
    async with means.database.sessions() as db:
        policy = await policy_on(db, access.region_id, FilePolicy, access.today)
        stuck = list(await db.scalars(queries.complete_but_pending(access, access.now - STUCK, BATCH)))
    for file in stuck:
        try:
            await uploads.complete(means.database, objects, access, file, policy)
        except Problem:
            # Refused, which the row says now, or the store cannot be reached: the next run tries again.
            continue


async def _forget_rows(means: Means, access: Access) -> None:
    while True:
        async with means.database.sessions() as db, db.begin():
            policy = await policy_on(db, access.region_id, FilePolicy, access.today)
            before = access.now - timedelta(days=policy.unnamed_days)
            chosen = list(await db.scalars(queries.forgettable(access, access.now, before, BATCH)))
            if not chosen:
                return
            gone = set(await db.scalars(queries.forgotten(access, [each.id for each in chosen])))
            await uploads.forget(db, access, [each for each in chosen if each.id in gone], "EXPIRE")
        if len(chosen) < BATCH:
            return


async def _forget_unowned(means: Means, objects: Objects, access: Access) -> None:
    """Objects without a row, and pieces that no upload counts: left behind by servers that died."""
    prefix = f"regions/{access.region_id}/files/"
    async for page in objects.listed(prefix):
        old = {path for path, written in page if written < access.now - UNOWNED_FOR}
        owners = {path: id for path in old if (id := _owner(path, prefix)) is not None}
        async with means.database.sessions() as db:
            rows = (await db.execute(queries.known(access, list(set(owners.values()))))).all()
        wanted = set()
        for id, state, pieces in rows:
            base = uploads.folder(access.region_id, id)
            wanted |= {f"{base}/pieces/{name}" for name in pieces}
            if state is not FileState.REFUSED:
                wanted.add(f"{base}/content")
        await objects.delete(owners.keys() - wanted)


def _owner(path: str, prefix: str) -> UUID | None:
    """None for what we did not put there."""
    try:
        return UUID(path.removeprefix(prefix).partition("/")[0])
    except ValueError:
        return None


async def forget_objects(means: Means, *, region_id: str, id: str) -> None:
    """The bytes of a file that was deleted; not when its id has been taken for a new upload meanwhile."""
    if means.objects is None:
        return
    async with means.database.sessions() as db:
        if await db.get(File, (UUID(region_id), UUID(id))) is not None:
            return
    async for page in means.objects.listed(uploads.folder(UUID(region_id), UUID(id)) + "/"):
        await means.objects.delete([path for path, _ in page])


CLEAN_UP = Job("files.clean_up", clean_up, every="23 * * * *")
FORGET_OBJECTS = Job(uploads.FORGET_OBJECTS, forget_objects)
