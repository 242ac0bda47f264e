"""Figures of complaints: of a year for anybody, of a unit for who leads it. Never of any one complaint."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by
from asn_api.areas.complaints import figure_queries as queries
from asn_api.areas.complaints.counting import NOBODY
from asn_api.areas.contribution.schemas import SpanFilter
from asn_api.areas.evaluations.queries import branch
from asn_api.areas.policies.current import policy_on
from asn_api.errors import Fault, Problem
from asn_api.rules.complaint_figures import Figures, Published, figures_of, published, summed, told
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.organization import UnitKind
from asn_api.tables.complaint_figures import ComplaintYear
from asn_api.tables.organization import Unit

LONGEST = 12
"""Months."""


async def of_year(access: Access, db: AsyncSession, year: int) -> dict[str, Any]:
    """What anybody may read, agencies by name."""
    row = await db.scalar(queries.year(access, year))
    least = await _least(access, db)
    lines = _published(row, least)
    names = dict((await db.execute(queries.names(access, lines.lines))).all())
    agencies = [{"agency": {"id": id, "name": names[id]}, **line} for id, line in lines.lines.items()]
    return {
        "year": year,
        "until": row and row.until,
        "as_of": row and row.counted_at,
        "least": least,
        "received": lines.received,
        "others_received": lines.others_received,
        "region": lines.total,
        "agencies": sorted(agencies, key=lambda line: (line["agency"]["name"], line["agency"]["id"])),
    }


async def of_unit(access: Access, db: AsyncSession, id: UUID, wanted: SpanFilter) -> dict[str, Any]:
    """All figures for who may read the complaints themselves; for others what the public reads of an agency."""
    unit = await db.scalar(queries.unit_within(access, id))
    if unit is None:
        raise Problem("NOT_FOUND")
    first, last = _months(access, wanted)
    reading = by(access, Permission.COMPLAINTS_READ)
    is_reader = await db.scalar(queries.unit_within(reading, id)) is not None
    if is_reader:
        rows = list(await db.scalars(queries.months(access, first, last)))
        ids = {str(each) for each in await db.scalars(branch(access, id))}
        parts = [figures_of(kept) for row in rows for key, kept in row.units.items() if key in ids]
        line, as_of = told(summed(parts), 1), min((row.counted_at for row in rows), default=None)
    else:
        line, as_of = await _public_line(access, db, unit, first, last)
    return {
        "unit": {"id": unit.id, "name": unit.name},
        "start": f"{first:%Y-%m}",
        "end": f"{last:%Y-%m}",
        "as_of": as_of,
        "withheld": not is_reader,
        **line,
    }


async def _public_line(
    access: Access, db: AsyncSession, unit: Unit, first: date, last: date
) -> tuple[dict[str, Any], Any]:
    """Of an agency and a calendar year; parts of either could be subtracted from one another."""
    least = await _least(access, db)
    nothing = told(Figures(), least)
    is_year = (first.month, last.month) == (1, 12)
    if unit.kind is not UnitKind.AGENCY or not is_year:
        return nothing, None
    row = await db.scalar(queries.year(access, first.year))
    return _published(row, least).lines.get(unit.id, nothing), row and row.counted_at


def _published(row: ComplaintYear | None, least: int) -> Published[UUID]:
    kept = row.agencies if row else {}
    parts = [(UUID(id), figures_of(each)) for id, each in kept.items() if id != NOBODY]
    nobody = figures_of(kept[NOBODY]) if NOBODY in kept else Figures()
    return published(parts, nobody, least)


async def _least(access: Access, db: AsyncSession) -> int:
    return (await policy_on(db, access.region_id, ComplaintPolicy, access.today)).least_public


def _months(access: Access, wanted: SpanFilter) -> tuple[date, date]:
    """The first days of both; by default this month."""
    end = wanted.end or wanted.start or f"{access.today:%Y-%m}"
    last = date.fromisoformat(f"{end}-01")
    first = date.fromisoformat(f"{wanted.start or end}-01")
    if not 0 <= 12 * (last.year - first.year) + last.month - first.month < LONGEST:
        raise Problem("REQUEST_INVALID", faults=[Fault("?to", "MONTHS_OUT_OF_RANGE", {"max": LONGEST})])
    return first, last
