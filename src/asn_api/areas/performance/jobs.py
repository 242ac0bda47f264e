"""What time does to plans."""

import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import select

from asn_api.access.actor import Access, system
from asn_api.access.grants import Permission
from asn_api.areas.performance import closing, reminding
from asn_api.areas.performance.transfer import end_outdated
from asn_api.core.database import Database
from asn_api.core.jobs import Job, Means
from asn_api.errors import Problem
from asn_api.tables.organization import Region

log = logging.getLogger(__name__)


async def end_plans_of_left_posts(means: Means) -> None:
    await _each_region(means, _end)


async def close_years(means: Means) -> None:
    await _each_region(means, _close)


async def remind_of_plans(means: Means) -> None:
    await _each_region(means, reminding.remind)


async def _end(database: Database, access: Access) -> None:
    async with database.sessions() as db, db.begin():
        await end_outdated(access, db)


async def _close(database: Database, access: Access) -> None:
    closed = closing.BATCH
    while closed == closing.BATCH:
        async with database.sessions() as db, db.begin():
            closed = await closing.close_judged(access, db)


async def _each_region(means: Means, run: Callable[[Database, Access], Awaitable[object]]) -> None:
    """A region that lacks a policy must not keep the others waiting."""
    now = means.clock()
    async with means.database.sessions() as db:
        regions = list(await db.scalars(select(Region).order_by(Region.code)))
    for region in regions:
        try:
            await run(means.database, system(region.id, Permission.PLANS_WRITE, now, region.zone))
        except Problem as problem:
            log.warning("plans of region %s: %s", region.code, problem.code)


END_PLANS = Job("performance.end_plans_of_left_posts", end_plans_of_left_posts, every="7 * * * *")
CLOSE_YEARS = Job("performance.close_years", close_years, every="41 2 * * *")
REMIND_OF_PLANS = Job("performance.remind_of_plans", remind_of_plans, every="11 * * * *")
