"""The SQL of what agencies achieved, of distributions and of years."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.dialects.postgresql import Range, distinct_on

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import employees_within, records_within, team, units_within
from asn_api.areas.evaluations.organisation_schemas import OrganisationRatingFilter
from asn_api.areas.evaluations.queries import APPROVED, branch
from asn_api.areas.performance.queries import matches
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.tables.employees import Employee
from asn_api.tables.evaluations import Evaluation, OrganisationRating
from asn_api.tables.organization import Appointment, Unit
from asn_api.tables.performance import Plan

_SHOWN: tuple[Any, ...] = (
    OrganisationRating.id,
    OrganisationRating.version,
    OrganisationRating.unit_id,
    Unit.name.label("unit_name"),
    OrganisationRating.year,
    OrganisationRating.kind,
    OrganisationRating.period,
    OrganisationRating.predicate,
    OrganisationRating.basis,
    OrganisationRating.justification,
    OrganisationRating.rated_by,
    OrganisationRating.rater,
    OrganisationRating.rated_at,
)


def ratings(access: Access, wanted: OrganisationRatingFilter) -> Select[Any]:
    conditions = [OrganisationRating.region_id == access.region_id, _known(access)]
    for name in ("unit_id", "year", "kind"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(OrganisationRating, name) == value)
    return _ratings().where(*conditions)


def _ratings() -> Select[Any]:
    return select(*_SHOWN).join(Unit, matches(Unit, OrganisationRating.unit_id, OrganisationRating))


def _known(access: Access) -> ColumnElement[bool]:
    """Of the branches within reach, and of agencies whose head is one's report."""
    if access.reaches(Reach.REGION):
        return OrganisationRating.region_id == access.region_id
    conditions: list[ColumnElement[bool]] = []
    if access.branches:
        conditions.append(OrganisationRating.unit_id.in_(select(Unit.id).where(units_within(access))))
    if access.employee_id is not None and access.reaches(Reach.TEAM):
        led = select(Appointment.unit_id).where(
            Appointment.region_id == access.region_id,
            Appointment.is_head,
            Appointment.valid.contains(access.today),
            Appointment.employee_id.in_(team(access.region_id, access.employee_id, access.today)),
        )
        conditions.append(OrganisationRating.unit_id.in_(led))
    return or_(false(), *conditions)


def one(access: Access, id: UUID) -> Select[Any]:
    return _ratings().where(OrganisationRating.region_id == access.region_id, OrganisationRating.id == id)


def locked(access: Access, id: UUID) -> Select[OrganisationRating]:
    """Whoever it is: who may write is judged by the tree of the day."""
    return (
        select(OrganisationRating)
        .where(OrganisationRating.region_id == access.region_id, OrganisationRating.id == id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def agency(access: Access, unit_id: UUID) -> Select[Unit]:
    return select(Unit).where(Unit.region_id == access.region_id, Unit.id == unit_id)


def administered(access: Access, unit_id: UUID) -> Select[UUID]:
    """The unit where the caller reaches it by a role, not by a line."""
    within = units_within(access) if access.branches or access.reaches(Reach.REGION) else false()
    return select(Unit.id).where(Unit.region_id == access.region_id, Unit.id == unit_id, within)


def of_period(access: Access, unit_id: UUID, kind: EvaluationKind, day: date) -> Select[Any]:
    return _ratings().where(
        OrganisationRating.region_id == access.region_id,
        OrganisationRating.unit_id == unit_id,
        OrganisationRating.kind == kind,
        OrganisationRating.period.contains(day),
    )


def counts(access: Access, unit_id: UUID, kind: EvaluationKind, period: Range[date]) -> Select[Any]:
    """By predicate and whether it is final: each person once, by the last segment in the period."""
    last = (
        select(Evaluation.predicate, (Evaluation.status == EvaluationStatus.FINAL).label("final"))
        .where(
            Evaluation.region_id == access.region_id,
            records_within(access, Evaluation.employee_id, Evaluation.unit_id),
            Evaluation.unit_id.in_(branch(access, unit_id)),
            Evaluation.kind == kind,
            Evaluation.period.contained_by(period),
        )
        .ext(distinct_on(Evaluation.employee_id))
        .order_by(Evaluation.employee_id, func.upper(Evaluation.period).desc())
        .subquery()
    )
    return select(last.c.predicate, last.c.final, func.count().label("people")).group_by(
        last.c.predicate, last.c.final
    )


def person(access: Access, employee_id: UUID) -> Select[Employee]:
    return select(Employee).where(
        Employee.region_id == access.region_id,
        Employee.id == employee_id,
        employees_within(access, Employee.id),
    )


def year(access: Access, employee_id: UUID, year: int) -> Select[Any]:
    """The plans of a person's year, each with its evaluations; whoever reaches him today sees all of them."""
    columns: tuple[Any, ...] = (Plan, Evaluation)
    return (
        select(*columns)
        .select_from(Plan)
        .outerjoin(Evaluation, and_(Evaluation.region_id == Plan.region_id, Evaluation.plan_id == Plan.id))
        .where(
            Plan.region_id == access.region_id,
            Plan.employee_id == employee_id,
            Plan.year == year,
            or_(Plan.ended_on.is_(None), Plan.ended_on > func.lower(Plan.period)),
            APPROVED,
        )
        .order_by(Plan.period, Evaluation.period, Evaluation.kind)
    )
