"""Credit points follow the evaluations: every night, and whenever somebody asks for a year."""

from uuid import UUID

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.credits import queries
from asn_api.areas.credits.converting import recompute, span
from asn_api.areas.credits.recomputing import NAME
from asn_api.core.jobs import Job, Means

BATCH = 100


async def recompute_all(means: Means, region_id: str | None = None, year: int | None = None) -> None:
    """One year, or this and the last."""

    async def run(access: Access) -> None:
        years = (year,) if year is not None else (access.today.year - 1, access.today.year)
        for each in years:
            await _recompute(means, access, each)

    await each_region(means, Permission.CREDITS_MANAGE, run, region_id)


async def _recompute(means: Means, access: Access, year: int) -> None:
    last: UUID | None = None
    while True:
        async with means.database.sessions() as db, db.begin():
            people = list(await db.scalars(queries.concerned(access, span(year), last, BATCH)))
            if not people:
                return
            await recompute(access, db, year, people)
        last = people[-1]


RECOMPUTE = Job(NAME, recompute_all, every="37 1 * * *")
