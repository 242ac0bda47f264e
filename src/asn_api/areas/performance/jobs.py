"""What time does to plans."""

from sqlalchemy import select

from asn_api.access.actor import system
from asn_api.access.grants import Permission
from asn_api.areas.performance.transfer import end_outdated
from asn_api.core.jobs import Job, Means
from asn_api.tables.organization import Region


async def end_plans_of_left_posts(means: Means) -> None:
    """Each region in a transaction of its own."""
    async with means.database.sessions() as db:
        regions = list(await db.scalars(select(Region)))
    for region in regions:
        async with means.database.sessions() as db, db.begin():
            await end_outdated(system(region.id, Permission.PLANS_WRITE, means.clock(), region.zone), db)


END_PLANS = Job("performance.end_plans_of_left_posts", end_plans_of_left_posts, every="7 * * * *")
