"""What time does to evaluations: they come into being, and undisputed ratings become final."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access, system
from asn_api.access.grants import Permission
from asn_api.areas.evaluations import closing, opening, reminding
from asn_api.core.database import Database
from asn_api.core.jobs import Job, Means
from asn_api.errors import Problem
from asn_api.tables.organization import Region

log = logging.getLogger(__name__)

BATCH = 200
"""Plans or evaluations in one transaction, so that nobody waits long for its locks."""


async def open_evaluations(means: Means) -> None:
    await _each_region(means, _open)


async def finalise_ratings(means: Means) -> None:
    await _each_region(means, _finalise)


async def remind_of_evaluations(means: Means) -> None:
    await _each_region(means, reminding.remind)


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


async def _each_region(means: Means, run: Callable[[Database, Access], Awaitable[object]]) -> None:
    """A region that lacks a policy must not keep the others waiting."""
    now = means.clock()
    async with means.database.sessions() as db:
        regions = list(await db.scalars(select(Region).order_by(Region.code)))
    for region in regions:
        access = system(region.id, Permission.EVALUATIONS_READ, now, region.zone)
        try:
            await run(means.database, access)
        except Problem as problem:
            log.warning("evaluations of region %s: %s", region.code, problem.code)


OPEN_EVALUATIONS = Job("evaluations.open", open_evaluations, every="11 * * * *")
FINALISE_RATINGS = Job("evaluations.finalise", finalise_ratings, every="21 * * * *")
REMIND_OF_EVALUATIONS = Job("evaluations.remind", remind_of_evaluations, every="31 * * * *")
