"""Credit points follow the evaluations: every night, and whenever somebody asks for a year."""

import logging
from uuid import UUID

from sqlalchemy import select

from asn_api.access.actor import Access, system
from asn_api.access.grants import Permission
from asn_api.areas.credits import queries
from asn_api.areas.credits.converting import recompute, span
from asn_api.areas.credits.recomputing import NAME
from asn_api.core.jobs import Job, Means
from asn_api.errors import Problem
from asn_api.tables.organization import Region

BATCH = 100

log = logging.getLogger(__name__)


async def recompute_all(means: Means, region_id: str | None = None, year: int | None = None) -> None:
    """One year of one region, or this and the last year of all. A region without a policy keeps no other waiting."""
    async with means.database.sessions() as db:
        statement = select(Region).order_by(Region.code)
        if region_id is not None:
            statement = statement.where(Region.id == UUID(region_id))
        regions = list(await db.scalars(statement))
    for region in regions:
        access = system(region.id, Permission.CREDITS_MANAGE, means.clock(), region.zone)
        years = (year,) if year is not None else (access.today.year - 1, access.today.year)
        try:
            for each in years:
                await _recompute(means, access, each)
        except Problem as problem:
            log.warning("credit points of region %s: %s", region.code, problem.code)


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
