"""Keeps the figures of complaints: by month and unit for those who lead them, by year and agency for the public."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from asn_api.access.actor import Access
from asn_api.areas.complaints import figure_queries as queries
from asn_api.areas.complaints.timing import scene
from asn_api.core.database import Database
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.complaint_clocks import Since
from asn_api.rules.complaint_figures import Figures, counted, figures_of
from asn_api.rules.complaints import ComplaintStatus

NOBODY = ""
"""In what is kept: of no unit."""
ROWS = 500
LATEST = timedelta(hours=1)
"""No transaction that changes a complaint is open longer."""
_STATUS = {each.value: each for each in ComplaintStatus}


async def keep_figures(database: Database, access: Access) -> None:
    """Each month in a transaction of its own: one that writes for long would hold up every phone's pull."""
    async with database.sessions.begin() as db:
        known = dict((await db.execute(queries.counted(access))).all())
        changed = [
            month
            for month, at in (await db.execute(queries.last_changes(access)))
            if month not in known or at >= known[month] - LATEST
        ]
        await db.execute(queries.confirmed(access, changed))
    for month in changed:
        await _keep_month(database, access, month)
    for year in {each.year for each in (*changed, *known)}:
        await _keep_year(database, access, year)


async def _keep_month(database: Database, access: Access, month: date) -> None:
    found: dict[str, Figures] = defaultdict(Figures)
    async with database.sessions.begin() as db:
        around = await scene(access, db, month)
        rows = await db.stream(queries.of_month(access, month).execution_options(yield_per=ROWS))
        async for row in rows:
            history = [Since(day, _STATUS[state]) for day, state in zip(row.days, row.states, strict=True)]
            figures = counted(
                row.kind, history, row.rating, around.policy, around.calendar, around.days_per_week
            )
            found[str(row.agency_id or NOBODY)].add(figures)
        units = {unit: figures.kept() for unit, figures in sorted(found.items())}
        await db.execute(queries.keep_month(access, month, units))


async def _keep_year(database: Database, access: Access, year: int) -> None:
    """Whole months only: a month that has just begun would be small numbers, and tell each day of its own."""
    until = min(date(year, 12, 31), access.today.replace(day=1) - ONE_DAY)
    found: dict[str, Figures] = defaultdict(Figures)
    async with database.sessions.begin() as db:
        agencies: dict[str, str] = {NOBODY: NOBODY}
        agencies |= {str(unit): str(of) for unit, of in await db.execute(queries.agencies(access))}
        for row in await db.scalars(queries.months(access, date(year, 1, 1), until)):
            for unit, kept in row.units.items():
                found[agencies[unit]].add(figures_of(kept))
        shown: dict[str, Any] = {agency: figures.kept() for agency, figures in sorted(found.items())}
        if until.year == year:
            await db.execute(queries.keep_year(access, year, until, shown))
