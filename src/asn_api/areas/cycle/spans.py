"""What a dashboard of the cycle is asked for: whose figures, of which period, under which policies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import units_within
from asn_api.areas.cycle.schemas import DistributionsFilter, PeriodFilter
from asn_api.areas.evaluations.organisation import span_of
from asn_api.errors import Problem
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.evaluation_periods import Span
from asn_api.rules.evaluation_policy import EvaluationPolicy
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.policy_values import PolicyArea
from asn_api.tables.organization import Unit
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
    """Whole units (all within reach, or the branch of `path`), by those of a `level` of the tree; or one's team."""

    of_units: bool
    path: str
    level: int
    as_of: date | None


@dataclass(frozen=True)
class Asked:
    """`until` is the last day counted: of the period, or today while it runs."""

    year: int
    span: Span
    until: date
    planning: Policies[PlanPolicy]
    evaluating: Policies[EvaluationPolicy]
    scope: Scope

    @property
    def period(self) -> Range[date]:
        return Range(self.span.first, self.span.last + ONE_DAY)


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
    if unit_id is not None:
        path = await db.scalar(_path_within(access, unit_id)) if of_units else None
        if path is None:
            raise Problem("NOT_FOUND")
        return Scope(True, path, path.count("."), None)
    if not of_units:
        return Scope(False, "", 0, as_of or access.today)
    return Scope(True, "", min((path.count(".") for path in access.branches), default=1), None)


async def _policies(db: AsyncSession, access: Access, kind: type[P]) -> Policies[P]:
    rows = await db.scalars(_dated(access, kind.area))
    return Policies(
        kind.area, [(row.valid_from, row.revision, kind.from_mapping(row.content)) for row in rows]
    )


def _path_within(access: Access, unit_id: UUID) -> Select[str]:
    return select(Unit.path).where(units_within(access), Unit.id == unit_id)


def _dated(access: Access, area: str) -> Select[Policy]:
    """The last revision of a day comes last."""
    return (
        select(Policy)
        .where(Policy.region_id == access.region_id, Policy.area == area)
        .order_by(Policy.valid_from, Policy.revision)
    )
