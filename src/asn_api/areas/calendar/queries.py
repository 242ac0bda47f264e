"""Days off as a unit sees them: the nation's, the region's, those of the branches it lies in."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.calendar.schemas import OutageFilter, RegionalDayFilter
from asn_api.rules.calendar import Calendar, DayKind
from asn_api.tables.organization import Unit
from asn_api.tables.policies import NationalDay, Outage, RegionalDay


@dataclass(frozen=True)
class DayOff:
    day: date
    kind: DayKind
    name: str
    source: str
    provisional: bool
    regional_day_id: UUID | None
    unit_id: UUID | None


def unit_or_root(access: Access, unit_id: UUID | None) -> Select[Unit]:
    """The unit; without an id the root of the region."""
    chosen = Unit.parent_id.is_(None) if unit_id is None else Unit.id == unit_id
    return select(Unit).where(Unit.region_id == access.region_id, chosen)


async def days_off(access: Access, db: AsyncSession, path: str, start: date, end: date) -> list[DayOff]:
    """In order of days; `path` is the unit's."""
    branch = [UUID(hex=node) for node in path.split(".") if node]
    national = select(
        NationalDay.day,
        NationalDay.kind,
        NationalDay.name,
        NationalDay.source,
        NationalDay.provisional,
        literal(None, Uuid).label("regional_day_id"),
        literal(None, Uuid).label("unit_id"),
    ).where(NationalDay.day.between(start, end))
    regional = select(
        RegionalDay.day,
        literal(DayKind.REGIONAL_HOLIDAY, NationalDay.kind.type),
        RegionalDay.name,
        RegionalDay.source,
        literal(False),
        RegionalDay.id,
        RegionalDay.unit_id,
    ).where(
        RegionalDay.region_id == access.region_id,
        RegionalDay.day.between(start, end),
        RegionalDay.withdrawn.is_(False),
        or_(RegionalDay.unit_id.is_(None), RegionalDay.unit_id.in_(branch)),
    )
    rows = await db.execute(union_all(national, regional).order_by("day", "kind"))
    return [DayOff(*row) for row in rows]


async def calendar_for(access: Access, db: AsyncSession, path: str, start: date, end: date) -> Calendar:
    """The calendar of a unit for all years that the span touches; beyond them it calls itself provisional."""
    first, last = date(start.year, 1, 1), date(end.year, 12, 31)
    return calendar_of(await days_off(access, db, path, first, last))


def calendar_of(days: list[DayOff]) -> Calendar:
    """Whole years of days off as a calendar: a year without national days has not been loaded."""
    return Calendar(
        days_off=frozenset(each.day for each in days),
        loaded_years=frozenset(each.day.year for each in days if each.kind is not DayKind.REGIONAL_HOLIDAY),
        estimated_days=frozenset(each.day for each in days if each.provisional),
    )


def regional_day(access: Access, id: UUID) -> Select[RegionalDay]:
    return select(RegionalDay).where(RegionalDay.region_id == access.region_id, RegionalDay.id == id)


def regional_days(access: Access, wanted: RegionalDayFilter) -> Select[Any]:
    statement = select(*RegionalDay.__table__.c).where(RegionalDay.region_id == access.region_id)
    if wanted.day_from is not None:
        statement = statement.where(RegionalDay.day >= wanted.day_from)
    if wanted.day_to is not None:
        statement = statement.where(RegionalDay.day <= wanted.day_to)
    if wanted.unit_id is not None:
        statement = statement.where(RegionalDay.unit_id == wanted.unit_id)
    if wanted.withdrawn is not None:
        statement = statement.where(RegionalDay.withdrawn == wanted.withdrawn)
    return statement


OUTAGE_START = func.lower(Outage.span)


def outage(access: Access, id: UUID) -> Select[Outage]:
    return select(Outage).where(Outage.region_id == access.region_id, Outage.id == id)


def outages(access: Access, wanted: OutageFilter) -> Select[Any]:
    columns = [each for each in Outage.__table__.c if each.name not in ("region_id", "span")]
    statement = select(
        *columns, OUTAGE_START.label("start_at"), func.upper(Outage.span).label("end_at")
    ).where(Outage.region_id == access.region_id)
    if wanted.unit_id is not None:
        statement = statement.where(Outage.unit_id == wanted.unit_id)
    if wanted.withdrawn is not None:
        statement = statement.where(Outage.withdrawn == wanted.withdrawn)
    return statement
