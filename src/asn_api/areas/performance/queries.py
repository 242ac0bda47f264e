"""The SQL of goals and plans: lists, whole plans, what a draft may name, plans whose post is over."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.scope import assigned, evaluator, records_within, team, units_within
from asn_api.areas.performance.schemas import GoalFilter, PlanFilter
from asn_api.rules.organization import UnitKind
from asn_api.rules.plans import OVER, WAITING
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Unit
from asn_api.tables.performance import (
    AgencyGoal,
    Indicator,
    Plan,
    PlanRevision,
    WorkResult,
)


def goals(access: Access, wanted: GoalFilter) -> Select[Any]:
    """Goals are public within the region: whoever plans has to find them."""
    conditions = [AgencyGoal.region_id == access.region_id]
    if wanted.agency_id is not None:
        conditions.append(AgencyGoal.agency_id == wanted.agency_id)
    if wanted.year is not None:
        conditions.append(AgencyGoal.year == wanted.year)
    return select(*AgencyGoal.__table__.c).where(*conditions)


def goal(access: Access, goal_id: UUID) -> Select[AgencyGoal]:
    return select(AgencyGoal).where(AgencyGoal.region_id == access.region_id, AgencyGoal.id == goal_id)


def managed_goal(access: Access, goal_id: UUID) -> Select[AgencyGoal]:
    """A goal of an agency within reach, locked."""
    agencies = select(Unit.id).where(units_within(access))
    return goal(access, goal_id).where(AgencyGoal.agency_id.in_(agencies)).with_for_update()


def managed_unit(access: Access, unit_id: UUID) -> Select[UnitKind]:
    return select(Unit.kind).where(units_within(access), Unit.id == unit_id)


def matches(table: Any, column: ColumnElement[Any] | Any, row: Any = Plan) -> ColumnElement[bool]:
    """The join of a row to what its column points at, which never leaves the region."""
    return and_(table.region_id == row.region_id, table.id == column)


def visible(access: Access) -> tuple[ColumnElement[bool], ...]:
    """Drafts too: the superior helps to draft (decision 0010)."""
    return Plan.region_id == access.region_id, records_within(access, Plan.employee_id, Plan.unit_id)


_PERSON = (
    Employee.nip.label("employee_nip"),
    Employee.name.label("employee_name"),
    Unit.name.label("unit_name"),
)


_SUMMARY: tuple[Any, ...] = (
    Plan.id,
    Plan.version,
    Plan.employee_id,
    Plan.unit_id,
    Plan.year,
    Plan.period,
    Plan.approach,
    Plan.plan_type,
    Plan.status,
    Plan.revision,
    Plan.submitted_at,
    Plan.decided_at,
    *_PERSON,
)


def branch(access: Access, unit_id: UUID) -> Select[UUID]:
    """This unit and all below it, whether within reach or not."""
    top, below = aliased(Unit), aliased(Unit)
    return (
        select(below.id)
        .join(top, and_(top.region_id == below.region_id, below.path.startswith(top.path)))
        .where(top.region_id == access.region_id, top.id == unit_id)
    )


def plans(access: Access, wanted: PlanFilter) -> Select[Any]:
    conditions = list(visible(access))
    if wanted.employee_id is not None:
        conditions.append(Plan.employee_id == wanted.employee_id)
    if wanted.year is not None:
        conditions.append(Plan.year == wanted.year)
    if wanted.status is not None:
        conditions.append(Plan.status == wanted.status)
    if wanted.unit_id is not None:
        conditions.append(Plan.unit_id.in_(branch(access, wanted.unit_id)))
    if wanted.left_over:
        conditions += [Plan.year < access.today.year, Plan.status.not_in(OVER)]
    if wanted.waiting_for_me:
        mine = access.employee_id
        conditions.append(Plan.status.in_(WAITING))
        conditions.append(_evaluated_by(access, mine) if mine else false())
    return (
        select(*_SUMMARY)
        .join(Employee, matches(Employee, Plan.employee_id))
        .join(Unit, matches(Unit, Plan.unit_id))
        .where(*conditions)
    )


def _evaluated_by(access: Access, person: UUID) -> ColumnElement[bool]:
    """Plans whose evaluator of today this is; the people around him come first, by index."""
    around = (
        Plan.employee_id.in_(team(access.region_id, person, access.today)),
        Plan.employee_id.in_(assigned(access.region_id, person, access.today)),
    )
    return and_(or_(*around), evaluator(access.region_id, Plan.employee_id, Plan.id, access.today) == person)


def plan(access: Access, plan_id: UUID) -> Select[Plan, UUID, str, str, str]:
    """The plan with its person, and whose decision it needs today."""
    decides = evaluator(access.region_id, Plan.employee_id, Plan.id, access.today)
    return (
        select(Plan, decides.label("decides_id"), *_PERSON)
        .join(Employee, matches(Employee, Plan.employee_id))
        .join(Unit, matches(Unit, Plan.unit_id))
        .where(*visible(access), Plan.id == plan_id)
    )


def seen_plan(access: Access, plan_id: UUID) -> Select[Plan]:
    return select(Plan).where(*visible(access), Plan.id == plan_id)


def locked_plan(access: Access, plan_id: UUID) -> Select[Plan]:
    """Locked against other changes, but not against work that names it."""
    return select(Plan).where(*visible(access), Plan.id == plan_id).with_for_update(of=Plan, key_share=True)


def plan_in_region(access: Access, plan_id: UUID) -> Select[Plan]:
    """For a client-made id that is sent again; never shown without a check whose plan it is."""
    return select(Plan).where(Plan.region_id == access.region_id, Plan.id == plan_id)


def content(access: Access, plan_id: UUID) -> Select[WorkResult, str, str, Indicator]:
    """Results in order, each with what it supports, one row for each indicator."""
    parent = aliased(WorkResult)
    return (
        select(
            WorkResult,
            parent.statement.label("parent_statement"),
            AgencyGoal.statement.label("goal_statement"),
            Indicator,
        )
        .outerjoin(parent, matches(parent, WorkResult.parent_id, WorkResult))
        .outerjoin(AgencyGoal, matches(AgencyGoal, WorkResult.goal_id, WorkResult))
        .outerjoin(
            Indicator,
            and_(
                Indicator.region_id == WorkResult.region_id,
                Indicator.work_result_id == WorkResult.id,
                Indicator.withdrawn.is_(False),
            ),
        )
        .where(
            WorkResult.region_id == access.region_id,
            WorkResult.plan_id == plan_id,
            WorkResult.withdrawn.is_(False),
        )
        .order_by(WorkResult.order_no, WorkResult.id, Indicator.order_no, Indicator.id)
    )


def revisions(access: Access, plan_id: UUID) -> Select[Any]:
    return (
        select(
            PlanRevision.id,
            PlanRevision.revision,
            PlanRevision.approved_at,
            PlanRevision.approved_by,
            PlanRevision.content,
        )
        .join(Plan, matches(Plan, PlanRevision.plan_id, PlanRevision))
        .where(*visible(access), Plan.id == plan_id)
    )


def locked_results(access: Access, plan_id: UUID) -> Select[WorkResult]:
    """Locked against work and other plans that are just about to point at them."""
    return (
        select(WorkResult)
        .where(WorkResult.region_id == access.region_id, WorkResult.plan_id == plan_id)
        .order_by(WorkResult.id)
        .with_for_update()
    )


def locked_indicators(access: Access, plan_id: UUID) -> Select[Indicator]:
    return (
        select(Indicator)
        .join(WorkResult, matches(WorkResult, Indicator.work_result_id, Indicator))
        .where(WorkResult.region_id == access.region_id, WorkResult.plan_id == plan_id)
        .order_by(Indicator.id)
        .with_for_update(of=Indicator)
    )


def results_elsewhere(access: Access, plan_id: UUID, ids: Collection[UUID]) -> Select[UUID]:
    return select(WorkResult.id).where(
        WorkResult.region_id == access.region_id, WorkResult.id.in_(ids), WorkResult.plan_id != plan_id
    )


def indicators_elsewhere(access: Access, plan_id: UUID, ids: Collection[UUID]) -> Select[UUID]:
    return (
        select(Indicator.id)
        .join(WorkResult, matches(WorkResult, Indicator.work_result_id, Indicator))
        .where(Indicator.region_id == access.region_id, Indicator.id.in_(ids), WorkResult.plan_id != plan_id)
    )
