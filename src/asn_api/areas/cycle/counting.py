"""Keeping the counts: which periods have changed, and each counted anew in one transaction."""

import logging
from dataclasses import replace
from datetime import date

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.cycle import duty_queries, kept_queries, queries, spans, summary, windows
from asn_api.areas.cycle.kept_queries import Key
from asn_api.areas.cycle.schemas import PeriodFilter
from asn_api.core.database import Database
from asn_api.errors import Problem
from asn_api.rules.evaluation_periods import calendar_spans
from asn_api.tables.cycle import CyclePeriod, CycleUnit

log = logging.getLogger(__name__)


async def keep_counts(database: Database, access: Access) -> None:
    """Count what has changed since the last run, or has not been counted today; say of the others that they hold."""
    async with database.sessions() as db, db.begin():
        wanted = await _periods(db, access)
        confirmed = {
            (row.year, row.kind, row.number) for row in await db.execute(*kept_queries.confirmed(access))
        }
        missing = [key for key in wanted if key not in confirmed]
        if missing or len(confirmed) > len(wanted):
            await db.execute(kept_queries.others(access, wanted))
    for key in missing:
        try:
            await _count(database, access, key)
        except Problem as problem:
            # Every minute again, until there is a policy; who asks for the period is told the same.
            log.debug("%s %s %s of region %s is not counted: %s", *key, access.region_id, problem.code)


async def _periods(db: AsyncSession, access: Access) -> list[Key]:
    """Those of this year and the last that have begun, the newest first."""
    planning, _ = await spans.policies(db, access)
    found: list[Key] = []
    for year in (access.today.year, access.today.year - 1):
        begins = date(year, 1, 1)
        if any(valid_from <= begins for valid_from, _, _ in planning.rows):
            of_year = sorted(calendar_spans(year, planning.on(begins).periodicity), reverse=True)
            found += [(year, each.kind, each.number) for each in of_year if each.first <= access.today]
    return found


async def _count(database: Database, access: Access, key: Key) -> None:
    """In one snapshot, so that all figures are of the same moment; whoever reads sees the old ones until the end."""
    async with database.sessions() as db:
        await db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        if not await db.scalar(*kept_queries.alone(access, key)):
            return
        year, kind, number = key
        asked = await spans.asked(db, access, year, PeriodFilter(kind=kind, number=number))
        around = await windows.read(db, access, asked)
        here = (await db.execute(*kept_queries.here(access))).one()
        of_units = replace(asked, scope=replace(asked.scope, units={id: id for id in asked.scope.units}))
        figures = await summary.count(db, access, of_units, around)
        people = {
            each["agency_id"]: {name: each[name] for name in kept_queries.COUNTED}
            for each in (await db.execute(queries.predicates(access, asked))).mappings()
        }
        of_period = {"region_id": access.region_id, "year": year, "kind": kind, "number": number}
        await db.execute(kept_queries.one(access, key))
        await db.execute(
            insert(CyclePeriod).values(
                **of_period,
                first_day=asked.span.first,
                last_day=asked.span.last,
                day=access.today,
                counted_at=access.now,
                epoch=here.epoch,
                seen=here.seen,
            )
        )
        units = [
            {
                **of_period,
                "unit_id": id,
                "figures": figures[id].kept() if id in figures else {},
                "people": people.get(id),
            }
            for id in figures.keys() | people.keys()
        ]
        if units:
            await db.execute(insert(CycleUnit), units)
        duties = duty_queries.duties(access, asked, windows.windows(access, asked, around, None))
        await db.execute(kept_queries.keep_duties(access, key, duties))
        await db.commit()
