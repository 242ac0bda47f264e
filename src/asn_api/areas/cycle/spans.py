"""What a dashboard of the cycle is asked for: whose figures, of which period, under which policies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, false, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import assigned, personal, reports, units_within
from asn_api.areas.cycle.schemas import DistributionsFilter, PeriodFilter
from asn_api.areas.evaluations.organisation import span_of
from asn_api.errors import Problem
from asn_api.rules.evaluation_periods import Span
from asn_api.rules.evaluation_policy import EvaluationPolicy
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.policy_values import PolicyArea
from asn_api.tables.organization import ReportingLine, Unit
from asn_api.tables.policies import Policy

P = TypeVar("P", bound=PolicyArea)


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
    as_of: date | None = None
    people: Sequence[UUID] | None = None

    @property
    def of_units(self) -> bool:
        return self.people is None


@dataclass(frozen=True)
class Asked:
    """`until` is the last day counted: of the period, or today while it runs."""

    year: int
    span: Span
    until: date
    planning: Policies[PlanPolicy]
    evaluating: Policies[EvaluationPolicy]
    scope: Scope


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
    span = await span_of(access, db, year, wanted.kind, wanted.number)
    return Asked(
        year,
        span,
        max(span.first, min(span.last, access.today)),
        await _policies(db, access, PlanPolicy),
        await _policies(db, access, EvaluationPolicy),
        await _scope(db, access, unit_id, team, as_of),
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
        return Scope("", {id: id for id in await db.scalars(_all_units(access))}, day, people)
    paths = {row.id: row.path for row in await db.execute(_units_within(access))}
    top = "" if unit_id is None else paths.get(unit_id)
    if top is None:
        raise Problem("NOT_FOUND")
    level = top.count(".") or min((path.count(".") for path in access.branches), default=1)
    return Scope(top, {id: _node(path, level) for id, path in paths.items() if path.startswith(top)})


def _node(path: str, level: int) -> UUID:
    """The ancestor right below the top, or the unit itself when it is not below it."""
    nodes = path.rstrip(".").split(".")
    return UUID(hex=nodes[min(level, len(nodes) - 1)])


async def _policies(db: AsyncSession, access: Access, kind: type[P]) -> Policies[P]:
    rows = await db.scalars(_dated(access, kind.area))
    return Policies(
        kind.area, [(row.valid_from, row.revision, kind.from_mapping(row.content)) for row in rows]
    )


def _units_within(access: Access) -> Select[UUID, str]:
    return select(Unit.id, Unit.path).where(units_within(access))


def _all_units(access: Access) -> Select[UUID]:
    return select(Unit.id).where(Unit.region_id == access.region_id)


def _dated(access: Access, area: str) -> Select[Policy]:
    """The last revision of a day comes last."""
    return (
        select(Policy)
        .where(Policy.region_id == access.region_id, Policy.area == area)
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
