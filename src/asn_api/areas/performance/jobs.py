"""What time does to plans."""

from functools import partial

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.performance import closing, reminding
from asn_api.areas.performance.transfer import end_outdated
from asn_api.core.database import Database
from asn_api.core.jobs import Job, Means

WRITE = Permission.PLANS_WRITE


async def end_plans_of_left_posts(means: Means, region_id: str | None = None) -> None:
    await each_region(means, WRITE, partial(_end, means.database), region_id)


async def close_years(means: Means, region_id: str | None = None) -> None:
    await each_region(means, WRITE, partial(_close, means.database), region_id)


async def remind_of_plans(means: Means, region_id: str | None = None) -> None:
    await each_region(means, WRITE, partial(reminding.remind, means.database), region_id)


async def _end(database: Database, access: Access) -> None:
    async with database.sessions() as db, db.begin():
        await end_outdated(access, db)


async def _close(database: Database, access: Access) -> None:
    closed = closing.BATCH
    while closed == closing.BATCH:
        async with database.sessions() as db, db.begin():
            closed = await closing.close_judged(access, db)


END_PLANS = Job("performance.end_plans_of_left_posts", end_plans_of_left_posts, every="7 * * * *")
CLOSE_YEARS = Job("performance.close_years", close_years, every="41 2 * * *")
REMIND_OF_PLANS = Job("performance.remind_of_plans", remind_of_plans, every="11 * * * *")
