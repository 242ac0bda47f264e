"""What a dashboard of the cycle is asked for: whose figures, of which period, under which policies."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Generic, Self, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, false, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import assigned, personal, reports, units_within
from asn_api.areas.cycle.schemas import DistributionsFilter, PeriodFilter
from asn_api.areas.evaluations.organisation import span_under
from asn_api.errors import Problem
from asn_api.rules.evaluation_periods import Span
from asn_api.rules.evaluation_policy import EvaluationPolicy
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.policy_values import PolicyArea
from asn_api.tables.cycle import CyclePeriod
from asn_api.tables.organization import ReportingLine, Unit
from asn_api.tables.policies import Policy

P = TypeVar("P", bound=PolicyArea)
FRESH = timedelta(minutes=10)
"""Kept counts that no run has looked after for so long are not shown: without a worker everything is counted live."""


@dataclass(frozen=True)
class Policies(Generic[P]):
    """All numbers of an area, by the day from which they hold."""

    area: str
    rows: Sequence[tuple[date, int, P]]

    def row_on(self, day: date) -> tuple[date, int, P]:
        found = [each for each in self.rows if each[0] <= day]
        if not found:
            raise Problem("POLICY_NOT_YET", area=self.area, day=day.isoformat())
        return found[-1]

    def on(self, day: date) -> P:
        return self.row_on(day)[2]


@dataclass(frozen=True)
class Scope:
    """Units within reach, below `path` where one was asked for, each with the one under which it is shown.

    Or the `people` of one's team `as_of` a day, in whatever units.
    """

    path: str
    units: Mapping[UUID, UUID]
    names: Mapping[UUID, str]
    as_of: date | None = None
    people: Sequence[UUID] | None = None

    @property
    def of_units(self) -> bool:
        return self.people is None


@dataclass(frozen=True)
class Asked:
    """`until` is the last day counted: of the period, or today while it runs.

    `counted_at` is when the kept counts were made; None where there are none, and everything is counted live.
    """

    year: int
    span: Span
    until: date
    planning: Policies[PlanPolicy]
    evaluating: Policies[EvaluationPolicy]
    scope: Scope
    counted_at: datetime | None

    @property
    def live(self) -> Self:
        return replace(self, counted_at=None)


async def asked(
    db: AsyncSession,
    access: Access,
    year: int,
    wanted: PeriodFilter | DistributionsFilter,
    *,
    unit_id: UUID | None = None,
    team: bool = False,
    as_of: date | None = None,
) -> Asked:
    planning, evaluating = await policies(db, access)
    span = span_under(planning.on(date(year, 1, 1)), year, wanted.kind, wanted.number)
    scope = await _scope(db, access, unit_id, team, as_of)
    return Asked(
        year,
        span,
        max(span.first, min(span.last, access.today)),
        planning,
        evaluating,
        scope,
        await db.scalar(_kept(access, year, span)) if scope.of_units else None,
    )


async def _scope(
    db: AsyncSession, access: Access, unit_id: UUID | None, team: bool, as_of: date | None
) -> Scope:
    of_units = not team and (access.reaches(Reach.REGION) or bool(access.branches))
    if not of_units:
        if unit_id is not None:
            raise Problem("NOT_FOUND")
        day = as_of or access.today
        people = (await db.scalars(_members(access, day))).all()
        names = {row.id: row.name for row in await db.execute(_units(Unit.region_id == access.region_id))}
        return Scope("", {id: id for id in names}, names, day, people)
    rows = (await db.execute(_units(units_within(access)))).all()
    top = "" if unit_id is None else next((row.path for row in rows if row.id == unit_id), None)
    if top is None:
        raise Problem("NOT_FOUND")
    level = top.count(".") or min((path.count(".") for path in access.branches), default=1)
    ids = {row.path: row.id for row in rows}
    units = {id: ids[_node(path, level, ids)] for path, id in ids.items() if path.startswith(top)}
    return Scope(top, units, {row.id: row.name for row in rows})


def _node(path: str, level: int, within: Collection[str]) -> str:
    """The ancestor right below the top, or the unit itself when it is not below it; never one out of reach."""
    nodes = path.split(".")
    length = min(level, len(nodes) - 2) + 1
    while (node := ".".join(nodes[:length]) + ".") not in within:
        length += 1
    return node


async def policies(
    db: AsyncSession, access: Access
) -> tuple[Policies[PlanPolicy], Policies[EvaluationPolicy]]:
    rows = (await db.scalars(_dated(access))).all()
    return _of_area(rows, PlanPolicy), _of_area(rows, EvaluationPolicy)


def _of_area(rows: Sequence[Policy], kind: type[P]) -> Policies[P]:
    of_area = [row for row in rows if row.area == kind.area]
    return Policies(
        kind.area, [(row.valid_from, row.revision, kind.from_mapping(row.content)) for row in of_area]
    )


def _units(which: ColumnElement[bool]) -> Select[UUID, str, str]:
    return select(Unit.id, Unit.path, Unit.name).where(which)


def _kept(access: Access, year: int, span: Span) -> Select[datetime]:
    return select(CyclePeriod.counted_at).where(
        CyclePeriod.region_id == access.region_id,
        CyclePeriod.year == year,
        CyclePeriod.kind == span.kind,
        CyclePeriod.number == span.number,
        CyclePeriod.first_day == span.first,
        CyclePeriod.last_day == span.last,
        CyclePeriod.day == access.today,
        CyclePeriod.counted_at > access.now - FRESH,
    )


def _dated(access: Access) -> Select[Policy]:
    """The last revision of a day comes last."""
    areas = PlanPolicy.area, EvaluationPolicy.area
    return (
        select(Policy)
        .where(Policy.region_id == access.region_id, Policy.area.in_(areas))
        .order_by(Policy.valid_from, Policy.revision)
    )


def _members(access: Access, day: date) -> CompoundSelect[UUID] | Select[UUID]:
    """Whom the caller led or evaluated on the day and still reaches today; never himself."""
    me, today = access.employee_id, personal(access)
    if me is None or today is None or not access.reaches(Reach.TEAM):
        return select(ReportingLine.employee_id).where(false())
    then = reports(access, day).with_only_columns(ReportingLine.employee_id)
    both = then.union(assigned(access.region_id, me, day)).subquery()
    return select(both.c.employee_id).where(both.c.employee_id.in_(today), both.c.employee_id != me)
