"""The days until which evaluators act, for each day on which a window can begin, as a table for SQL."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.calendar.queries import calendar_for
from asn_api.areas.cycle.spans import Asked
from asn_api.rules.calendar import ONE_DAY, Calendar
from asn_api.rules.entries import Place
from asn_api.rules.lateness import due_days
from asn_api.rules.outages import NO_OUTAGES, Outages
from asn_api.tables.organization import Unit
from asn_api.tables.policies import Outage, RegionalDay

REPORT, RATING, STATEMENT, PLAN = "REPORT", "RATING", "STATEMENT", "PLAN"

Count = Callable[[date], int | None]
"""Working days of a window that begins on the day; None where the policy sets none."""


@dataclass(frozen=True)
class Known:
    """A unit; `place` is the index of its place in the list of them."""

    name: str
    path: str
    place: int


@dataclass(frozen=True)
class Surroundings:
    """All units of the region, and the few different weeks, zones, days off and outages that they have."""

    units: dict[UUID, Known]
    places: list[Place]

    def owed(self, asked: Asked, number: int, last: date, reported: date | None) -> tuple[date, date | None]:
        """From when an evaluation waits for its evaluator, and the last day for it, None where no policy sets one.

        From the report, never within the period, or without one from the last day for it.
        """
        place = self.places[number]
        if reported is None:
            since = _due(place, last, asked.evaluating.on(last).report_working_days)
        else:
            since = max(reported, last)
        days = min(asked.evaluating.on(since).rating_working_days, default=None)
        return since, None if days is None else _due(place, since, days)


def _due(place: Place, day: date, count: int) -> date:
    return due_days(place, day, day, count)[0]


@dataclass(frozen=True)
class Windows:
    """For each place, act and first day the last day, as tables for SQL.

    `own` are the evaluations of a caller who sees only what he owes himself.
    """

    around: Surroundings
    rows: list[tuple[int, str, date, date]]
    own: Sequence[UUID] | None

    def unit_places(self) -> Any:
        """Columns `unit_id`, `place` and `zone`."""
        numbers = [unit.place for unit in self.around.units.values()]
        zones = [self.around.places[number].zone.tz.key for number in numbers]
        return (
            func.unnest(
                literal(list(self.around.units), ARRAY(Uuid)),
                literal(numbers, ARRAY(Integer)),
                literal(zones, ARRAY(Text)),
            )
            .table_valued(column("unit_id", Uuid), column("place", Integer), column("zone", Text))
            .render_derived(name="unit_places")
        )

    def table(self, act: str, name: str) -> Any:
        """Columns `place`, `since` and `due`."""
        rows = [row for row in self.rows if row[1] == act]
        return (
            func.unnest(
                literal([row[0] for row in rows], ARRAY(Integer)),
                literal([row[2] for row in rows], ARRAY(Date)),
                literal([row[3] for row in rows], ARRAY(Date)),
            )
            .table_valued(column("place", Integer), column("since", Date), column("due", Date))
            .render_derived(name=name)
        )

    def first(self, act: str) -> date:
        return min((row[2] for row in self.rows if row[1] == act), default=date.min)


def local(zone: ColumnElement[str], moment: Any) -> ColumnElement[date]:
    """The day of an instant in a unit's zone."""
    return cast(func.timezone(zone, moment), Date)


def windows(access: Access, asked: Asked, around: Surroundings, own: Sequence[UUID] | None) -> Windows:
    """Those that begin within the period, or since: until today, and for plans from the year before on."""
    start, end = date(asked.year - 1, 10, 1), max(access.today, asked.span.last)
    evaluating, planning = asked.evaluating.on, asked.planning.on
    acts: dict[str, tuple[date, date, Count]] = {
        REPORT: (asked.span.first, asked.span.last, lambda day: evaluating(day).report_working_days),
        RATING: (asked.span.first, end, lambda day: min(evaluating(day).rating_working_days, default=None)),
        STATEMENT: (asked.span.first, end, lambda day: evaluating(day).statement_working_days),
        PLAN: (start, end, lambda day: min(planning(day).decision_working_days, default=None)),
    }
    rows = [
        (number, act, since, due)
        for number, place in enumerate(around.places)
        for act, (first, last, count) in acts.items()
        for begin, until, days in _runs(asked, first, last, count)
        for since, due in zip(_days(begin, until), due_days(place, begin, until, days), strict=True)
    ]
    return Windows(around, rows, own)


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += ONE_DAY


def _runs(asked: Asked, first: date, last: date, count: Count) -> Iterator[tuple[date, date, int]]:
    """The days as spans under one policy each; days before any policy have no window."""
    dated = {row[0] for policies in (asked.planning, asked.evaluating) for row in policies.rows}
    known = max(min(row[0] for row in policies.rows) for policies in (asked.planning, asked.evaluating))
    begins = sorted({max(first, known), *(day for day in dated if max(first, known) < day <= last)})
    for begin, after in zip(begins, [*begins[1:], last + ONE_DAY], strict=True):
        days = count(begin) if begin <= last else None
        if days is not None:
            yield begin, after - ONE_DAY, days


async def read(db: AsyncSession, access: Access, asked: Asked) -> Surroundings:
    """Every unit's week, zone, days off and outages, as `evaluations.circumstances` has them for one."""
    start, end = date(asked.year - 1, 10, 1), max(access.today, asked.span.last)
    everywhere = await calendar_for(access, db, "", start, end)
    off = [(path, day) for path, day in await db.execute(_days_off_of_branches(access))]
    outages = [
        (path or "", (span.lower, span.upper))
        for path, span in await db.execute(_outages(access))
        if span.lower and span.upper
    ]
    numbers: dict[Any, int] = {}
    places: list[Place] = []

    def place(path: str, zone: Any, week: int) -> int:
        days = frozenset(day for top, day in off if path.startswith(top))
        spans = tuple(span for top, span in outages if path.startswith(top))
        key = zone, week, days, spans
        if key not in numbers:
            numbers[key] = len(places)
            calendar = Calendar(
                everywhere.days_off | days, everywhere.loaded_years, everywhere.estimated_days
            )
            places.append(Place(zone, week, calendar, Outages.of(spans, zone) if spans else NO_OUTAGES))
        return numbers[key]

    rows = await db.execute(
        select(Unit.id, Unit.name, Unit.path, Unit.zone, Unit.days_per_week).where(
            Unit.region_id == access.region_id
        )
    )
    units = {id: Known(name, path, place(path, zone, week)) for id, name, path, zone, week in rows}
    return Surroundings(units, places)


def _days_off_of_branches(access: Access) -> Select[str, date]:
    return (
        select(Unit.path, RegionalDay.day)
        .join(RegionalDay, and_(RegionalDay.region_id == Unit.region_id, RegionalDay.unit_id == Unit.id))
        .where(Unit.region_id == access.region_id, RegionalDay.withdrawn.is_(False))
    )


def _outages(access: Access) -> Select[Any]:
    """With the path of the branch that each concerns, null for the whole region."""
    columns: tuple[Any, ...] = (Unit.path, Outage.span)
    return (
        select(*columns)
        .select_from(Outage)
        .outerjoin(Unit, and_(Unit.region_id == Outage.region_id, Unit.id == Outage.unit_id))
        .where(Outage.region_id == access.region_id, Outage.withdrawn.is_(False))
    )
