"""The SQL of the cascade: whose results one's own may lean on, and what they lead to."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, and_, exists, literal, select, union
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.areas.performance.queries import matches
from asn_api.rules.evaluators import LEADING
from asn_api.rules.plans import PlanStatus
from asn_api.tables.employees import Employee
from asn_api.tables.organization import ReportingLine, Unit
from asn_api.tables.performance import AgencyGoal, EvaluatorAssignment, Plan, WorkResult

_PARENT: tuple[Any, ...] = (
    WorkResult.id,
    WorkResult.plan_id,
    WorkResult.kind,
    WorkResult.statement,
    WorkResult.order_no,
    Plan.status.label("plan_status"),
    Plan.employee_id.label("superior_id"),
    Employee.name.label("superior_name"),
)


def leaders(access: Access, employee_id: UUID | None, days: Range[date]) -> CompoundSelect[UUID]:
    """Whose results this employee's own may lean on within the days.

    His superiors, acting ones too, and whoever leads a team that he is in by letter, from whatever unit.
    """
    span = literal(days, DATERANGE)
    above = select(ReportingLine.superior_id).where(
        ReportingLine.region_id == access.region_id,
        ReportingLine.employee_id == employee_id,
        ReportingLine.valid.overlaps(span),
    )
    by_letter = select(EvaluatorAssignment.evaluator_id).where(
        EvaluatorAssignment.region_id == access.region_id,
        EvaluatorAssignment.employee_id == employee_id,
        EvaluatorAssignment.reason.in_(LEADING),
        EvaluatorAssignment.valid.overlaps(span),
    )
    return union(above, by_letter)


def ahead(access: Access, year: int) -> Range[date]:
    """What is left of the year, at least its last day."""
    last = date(year, 12, 31)
    return Range(min(max(access.today, date(year, 1, 1)), last), last + timedelta(days=1))


def parent_results(access: Access, year: int) -> Select[Any]:
    """The results that my leaders have planned for the year, approved or not."""
    return (
        select(*_PARENT)
        .join(Plan, matches(Plan, WorkResult.plan_id, WorkResult))
        .join(Employee, matches(Employee, Plan.employee_id))
        .where(
            WorkResult.region_id == access.region_id,
            WorkResult.withdrawn.is_(False),
            Plan.year == year,
            Plan.status != PlanStatus.ENDED,
            Plan.employee_id.in_(leaders(access, access.employee_id, ahead(access, year))),
        )
    )


def possible_parents(access: Access, year: int, employee_id: UUID, ids: Collection[UUID]) -> Select[UUID]:
    """Results of anybody else's plan of the year; only submitting asks what connects the two."""
    return (
        select(WorkResult.id)
        .join(Plan, matches(Plan, WorkResult.plan_id, WorkResult))
        .where(
            WorkResult.region_id == access.region_id,
            WorkResult.id.in_(ids),
            Plan.year == year,
            Plan.employee_id != employee_id,
        )
    )


def parents_above(access: Access, plan_id: UUID, ids: Collection[UUID]) -> Select[UUID]:
    """Those of the parents whose own chain leads back to this plan."""
    chain = (
        select(WorkResult.id.label("start"), WorkResult.plan_id, WorkResult.parent_id)
        .where(WorkResult.region_id == access.region_id, WorkResult.id.in_(ids))
        .cte("chain", recursive=True)
    )
    chain = chain.union(
        select(chain.c.start, WorkResult.plan_id, WorkResult.parent_id).where(
            WorkResult.region_id == access.region_id, WorkResult.id == chain.c.parent_id
        )
    )
    return select(chain.c.start).where(chain.c.plan_id == plan_id).distinct()


def possible_goals(access: Access, year: int, unit_id: UUID, ids: Collection[UUID]) -> Select[UUID]:
    """Goals of the year of the agency that the unit belongs to."""
    agency = select(Unit.agency_id).where(Unit.region_id == access.region_id, Unit.id == unit_id)
    return select(AgencyGoal.id).where(
        AgencyGoal.region_id == access.region_id,
        AgencyGoal.id.in_(ids),
        AgencyGoal.year == year,
        AgencyGoal.agency_id.in_(agency),
    )


def parent_plans(access: Access, plan: Plan) -> Select[UUID, PlanStatus, bool]:
    """Behind each parent of this plan's results: the plan's status, and whether its owner leads the employee.

    The parents' plans cannot change meanwhile.
    """
    child = aliased(WorkResult)
    connected = Plan.employee_id.in_(leaders(access, plan.employee_id, plan.period))
    return (
        select(WorkResult.id, Plan.status, connected.label("connected"))
        .join(Plan, matches(Plan, WorkResult.plan_id, WorkResult))
        .join(child, and_(child.region_id == WorkResult.region_id, child.parent_id == WorkResult.id))
        .where(
            WorkResult.region_id == access.region_id,
            WorkResult.withdrawn.is_(False),
            child.plan_id == plan.id,
            child.withdrawn.is_(False),
        )
        .order_by(Plan.id)
        .with_for_update(read=True, of=Plan)
    )


def leaders_agreed_plan(access: Access, plan: Plan, agreed: Collection[PlanStatus]) -> Select[bool]:
    return select(
        exists().where(
            Plan.region_id == access.region_id,
            Plan.year == plan.year,
            Plan.status.in_(agreed),
            Plan.employee_id.in_(leaders(access, plan.employee_id, plan.period)),
        )
    )
