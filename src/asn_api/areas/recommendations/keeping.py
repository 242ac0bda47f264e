"""The nightly run: everybody's recommendations, for the lists of heads and admins."""

from sqlalchemy import text

from asn_api.access.actor import Access
from asn_api.areas.competencies.level_queries import serving
from asn_api.areas.recommendations import finding, queries
from asn_api.areas.recommendations.situations import situation
from asn_api.core.bulk import copy_in
from asn_api.core.database import Database
from asn_api.core.mapping import uuid7
from asn_api.tables.recommendations import KeptRecommendation

_ROWS = 1000
"""Learners read, and recommendations written, at a time: the memory of a run does not grow with the region."""


async def recommend_all(database: Database, access: Access) -> None:
    """Put what is found today in the place of what the last run found, in one transaction."""
    async with database.sessions() as db, db.begin():
        if not await db.scalar(queries.alone(access)):
            return
        now = await situation(access, db)
        # Foreign keys of so many rows are checked by plans made once: making them anew took most of the time.
        await db.execute(text("set local plan_cache_mode = 'force_generic_plan'"))
        await db.execute(queries.forgotten(access))
        people, recommended = 0, 0
        statement = queries.learners(access, serving(access, access.today), now.competencies)
        async with database.sessions() as reading:
            rows = await reading.stream(statement.execution_options(yield_per=_ROWS))
            async for part in rows.mappings().partitions():
                found = [
                    {
                        "region_id": access.region_id,
                        "id": uuid7(),
                        "employee_id": row["employee_id"],
                        "unit_id": row["unit_id"],
                        "class_id": each.offer.class_id,
                        "rank": rank,
                        "points": each.points,
                        "mandatory": each.mandatory,
                        "hours": each.hours,
                        "closes": finding.closes(each),
                    }
                    for row in part
                    for rank, each in enumerate(finding.found(now, finding.learner(now, row))[0], 1)
                ]
                people += len(part)
                recommended += len(found)
                await copy_in(db, KeptRecommendation, found)
        await db.execute(queries.ran(access, people, recommended))
