"""What time does to evaluations: they come into being, and undisputed ratings become final."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.evaluations import closing, opening, reminding
from asn_api.core.database import Database
from asn_api.core.jobs import Job, Means

READ = Permission.EVALUATIONS_READ
BATCH = 200
"""Plans or evaluations in one transaction, so that nobody waits long for its locks."""


async def open_evaluations(means: Means, region_id: str | None = None) -> None:
    await each_region(means, READ, partial(_open, means.database), region_id)


async def finalise_ratings(means: Means, region_id: str | None = None) -> None:
    await each_region(means, READ, partial(_finalise, means.database), region_id)


async def remind_of_evaluations(means: Means, region_id: str | None = None) -> None:
    await each_region(means, READ, partial(reminding.remind, means.database), region_id)


async def _open(database: Database, access: Access) -> None:
    async with database.sessions() as db, db.begin():
        await opening.keep_within_plans(access, db)
    await _in_batches(database, access, opening.open_due)


async def _finalise(database: Database, access: Access) -> None:
    await _in_batches(database, access, closing.finalise)


async def _in_batches(
    database: Database,
    access: Access,
    run: Callable[[Access, AsyncSession, UUID, int], Awaitable[Sequence[UUID]]],
) -> None:
    """Each is looked at once, in the order of ids, whatever becomes of it."""
    after, looked_at = UUID(int=0), BATCH
    while looked_at == BATCH:
        async with database.sessions() as db, db.begin():
            ids = await run(access, db, after, BATCH)
        looked_at = len(ids)
        after = ids[-1] if ids else after


OPEN_EVALUATIONS = Job("evaluations.open", open_evaluations, every="11 * * * *")
FINALISE_RATINGS = Job("evaluations.finalise", finalise_ratings, every="21 * * * *")
REMIND_OF_EVALUATIONS = Job("evaluations.remind", remind_of_evaluations, every="31 * * * *")
