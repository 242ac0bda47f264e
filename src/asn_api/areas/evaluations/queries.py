"""The SQL of evaluations: lists, single ones, their content, the plans that want one."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, and_, exists, false, func, or_, select, type_coerce
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.evaluation_scope import deciders, evaluations_within, rater
from asn_api.areas.evaluations.schemas import EvaluationFilter
from asn_api.areas.performance.queries import matches
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.rules.plans import AGREED, PlanStatus
from asn_api.rules.ratings import OrganisationPredicate
from asn_api.tables.employees import Employee
from asn_api.tables.evaluations import (
    EvaluatedIndicator,
    EvaluatedResult,
    EvaluatedValue,
    Evaluation,
    Objection,
    OrganisationRating,
)
from asn_api.tables.organization import Unit
from asn_api.tables.performance import Indicator, Plan, PlanRevision, ProgressReport, WorkResult

last_day_column: ColumnElement[date] = type_coerce(func.upper(Evaluation.period) - 1, Date)

APPROVED: ColumnElement[bool] = or_(
    Plan.status.in_((*AGREED, PlanStatus.CLOSED)),
    exists().where(PlanRevision.region_id == Plan.region_id, PlanRevision.plan_id == Plan.id),
)
"""What was never agreed upon cannot be judged; an approved text that is being revised can."""

_PERSON = (
    Employee.nip.label("employee_nip"),
    Employee.name.label("employee_name"),
    Unit.name.label("unit_name"),
)
_SUMMARY: tuple[Any, ...] = (
    Evaluation.id,
    Evaluation.version,
    Evaluation.plan_id,
    Evaluation.employee_id,
    Evaluation.unit_id,
    Evaluation.year,
    Evaluation.kind,
    Evaluation.period,
    Evaluation.status,
    Evaluation.work_result,
    Evaluation.behaviour,
    Evaluation.predicate,
    Evaluation.evaluator_id,
    Evaluation.evaluator,
    Evaluation.self_report_missing,
    Evaluation.reported_at,
    Evaluation.rated_at,
    Evaluation.objection_until,
    Evaluation.finalised_at,
    *_PERSON,
)


def last_day(evaluation: Evaluation) -> date:
    """The last day that is judged; a period is never open."""
    last = evaluation.period.upper
    assert last is not None
    return last - ONE_DAY


def visible(access: Access) -> tuple[ColumnElement[bool], ...]:
    return Evaluation.region_id == access.region_id, evaluations_within(access)


def _with_person(statement: Select[Any]) -> Select[Any]:
    return statement.join(Employee, matches(Employee, Evaluation.employee_id, Evaluation)).join(
        Unit, matches(Unit, Evaluation.unit_id, Evaluation)
    )


def listed(access: Access, wanted: EvaluationFilter) -> Select[Any]:
    conditions = list(visible(access))
    for name in ("employee_id", "plan_id", "year", "kind", "status", "predicate"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(Evaluation, name) == value)
    if wanted.period_end_from is not None:
        conditions.append(last_day_column >= wanted.period_end_from)
    if wanted.period_end_to is not None:
        conditions.append(last_day_column <= wanted.period_end_to)
    if wanted.unit_id is not None:
        conditions.append(Evaluation.unit_id.in_(branch(access, wanted.unit_id)))
    statement = _with_person(select(*_SUMMARY))
    if wanted.waiting_for_me:
        statement = statement.join(Plan, matches(Plan, Evaluation.plan_id, Evaluation))
        conditions.append(_waiting_for(access))
    return statement.where(*conditions)


def branch(access: Access, unit_id: UUID) -> Select[UUID]:
    """The unit and all below it."""
    top, below = aliased(Unit), aliased(Unit)
    return (
        select(below.id)
        .join(top, and_(top.region_id == below.region_id, below.path.startswith(top.path)))
        .where(top.region_id == access.region_id, top.id == unit_id)
    )


def _waiting_for(access: Access) -> ColumnElement[bool]:
    """What waits for the caller's act today; `plans` is joined."""
    me = access.employee_id
    if me is None:
        return false()
    decided = deciders(access.region_id, access.today)
    stated = exists().where(
        Objection.region_id == Evaluation.region_id,
        Objection.evaluation_id == Evaluation.id,
        Objection.evaluator_statement.is_not(None),
    )
    return or_(
        and_(
            Evaluation.employee_id == me,
            Evaluation.status.in_((EvaluationStatus.OPEN, EvaluationStatus.RATED)),
        ),
        and_(
            Evaluation.employee_id != me,
            or_(
                and_(
                    Evaluation.status.in_((EvaluationStatus.OPEN, EvaluationStatus.REPORTED)),
                    last_day_column < access.today,
                ),
                and_(Evaluation.status == EvaluationStatus.OBJECTED, ~stated),
            ),
            rater(access.region_id, access.today) == me,
        ),
        Evaluation.id.in_(select(decided.c.evaluation_id).where(decided.c.decider_id == me)),
    )


def one(access: Access, id: UUID) -> Select[Any]:
    """The evaluation with its plan and person, and who would rate it today."""
    return _with_person(
        select(Evaluation, Plan, rater(access.region_id, access.today).label("present_id"), *_PERSON).join(
            Plan, matches(Plan, Evaluation.plan_id, Evaluation)
        )
    ).where(*_or_own(access), Evaluation.id == id)


def _or_own(access: Access) -> tuple[ColumnElement[bool], ...]:
    """Whoever tries to judge himself is told that nobody may, not that there is nothing."""
    mine = Evaluation.employee_id == access.employee_id if access.employee_id else false()
    return Evaluation.region_id == access.region_id, or_(evaluations_within(access), mine)


def seen(access: Access, id: UUID) -> Select[Evaluation]:
    return select(Evaluation).where(*_or_own(access), Evaluation.id == id)


def locked(access: Access, id: UUID) -> Select[Evaluation]:
    return seen(access, id).with_for_update(of=Evaluation).execution_options(populate_existing=True)


def in_region(access: Access, id: UUID) -> Select[Evaluation]:
    """For a client-made id that is sent again; never shown without a check whose it is."""
    return select(Evaluation).where(Evaluation.region_id == access.region_id, Evaluation.id == id)


def present_rater(access: Access, plan_id: UUID) -> Select[UUID]:
    return select(rater(access.region_id, access.today)).where(
        Plan.region_id == access.region_id, Plan.id == plan_id
    )


def decider(access: Access, evaluation_id: UUID) -> Select[UUID]:
    decided = deciders(access.region_id, access.today)
    return select(decided.c.decider_id).where(decided.c.evaluation_id == evaluation_id)


def plan_of(access: Access, evaluation: Evaluation) -> Select[Plan]:
    return select(Plan).where(Plan.region_id == access.region_id, Plan.id == evaluation.plan_id)


def own_plan(access: Access, plan_id: UUID) -> Select[Plan, bool]:
    """With whether it was ever approved."""
    return select(Plan, APPROVED.label("approved")).where(
        Plan.region_id == access.region_id, Plan.id == plan_id, Plan.employee_id == access.employee_id
    )


def opened(access: Access, plan_id: UUID, kind: EvaluationKind, day: date) -> Select[UUID]:
    return select(Evaluation.id).where(
        Evaluation.region_id == access.region_id,
        Evaluation.plan_id == plan_id,
        Evaluation.kind == kind,
        Evaluation.period.contains(day),
    )


def results(access: Access, evaluation: Evaluation) -> Select[Any]:
    """What was evaluated, and while nothing is rated all that the plan has, in the plan's order."""
    columns: tuple[Any, ...] = (WorkResult, EvaluatedResult)
    statement = (
        select(*columns)
        .select_from(WorkResult)
        .outerjoin(
            EvaluatedResult,
            and_(
                EvaluatedResult.region_id == WorkResult.region_id,
                EvaluatedResult.work_result_id == WorkResult.id,
                EvaluatedResult.evaluation_id == evaluation.id,
            ),
        )
        .where(WorkResult.region_id == access.region_id, WorkResult.plan_id == evaluation.plan_id)
        .order_by(WorkResult.order_no, WorkResult.id)
    )
    if evaluation.predicate is None:
        return statement.where(WorkResult.withdrawn.is_(False))
    return statement.where(EvaluatedResult.id.is_not(None))


def indicators(access: Access, evaluation: Evaluation) -> Select[Any]:
    """Each with what was reported, and the last progress up to the end of the period."""
    last = evaluation.period.upper
    standing = (
        select(ProgressReport.indicator_id, ProgressReport.day, ProgressReport.value, ProgressReport.note)
        .where(
            ProgressReport.region_id == access.region_id,
            ProgressReport.plan_id == evaluation.plan_id,
            ProgressReport.day < last,
        )
        .ext(distinct_on(ProgressReport.indicator_id))
        .order_by(ProgressReport.indicator_id, ProgressReport.day.desc())
        .subquery()
    )
    statement = (
        select(
            Indicator,
            EvaluatedIndicator,
            standing.c.day.label("progress_day"),
            standing.c.value.label("progress_value"),
            standing.c.note.label("progress_note"),
        )
        .join(WorkResult, matches(WorkResult, Indicator.work_result_id, Indicator))
        .outerjoin(
            EvaluatedIndicator,
            and_(
                EvaluatedIndicator.region_id == Indicator.region_id,
                EvaluatedIndicator.indicator_id == Indicator.id,
                EvaluatedIndicator.evaluation_id == evaluation.id,
            ),
        )
        .outerjoin(standing, standing.c.indicator_id == Indicator.id)
        .where(Indicator.region_id == access.region_id, WorkResult.plan_id == evaluation.plan_id)
        .order_by(Indicator.order_no, Indicator.id)
    )
    return statement.where(or_(Indicator.withdrawn.is_(False), EvaluatedIndicator.id.is_not(None)))


def values(access: Access, evaluation_id: UUID) -> Select[EvaluatedValue]:
    return select(EvaluatedValue).where(
        EvaluatedValue.region_id == access.region_id, EvaluatedValue.evaluation_id == evaluation_id
    )


def evaluated_results(access: Access, evaluation_id: UUID) -> Select[EvaluatedResult]:
    return select(EvaluatedResult).where(
        EvaluatedResult.region_id == access.region_id, EvaluatedResult.evaluation_id == evaluation_id
    )


def evaluated_indicators(access: Access, evaluation_id: UUID) -> Select[EvaluatedIndicator]:
    return select(EvaluatedIndicator).where(
        EvaluatedIndicator.region_id == access.region_id, EvaluatedIndicator.evaluation_id == evaluation_id
    )


def results_in_force(access: Access, plan_id: UUID) -> Select[WorkResult]:
    return (
        select(WorkResult)
        .where(
            WorkResult.region_id == access.region_id,
            WorkResult.plan_id == plan_id,
            WorkResult.withdrawn.is_(False),
        )
        .order_by(WorkResult.order_no, WorkResult.id)
    )


def indicators_in_force(access: Access, plan_id: UUID) -> Select[UUID]:
    return (
        select(Indicator.id)
        .join(WorkResult, matches(WorkResult, Indicator.work_result_id, Indicator))
        .where(
            Indicator.region_id == access.region_id,
            WorkResult.plan_id == plan_id,
            WorkResult.withdrawn.is_(False),
            Indicator.withdrawn.is_(False),
        )
    )


def achieved(access: Access, evaluation: Evaluation) -> Select[OrganisationPredicate, bool]:
    """What the agency of the unit achieved in the period, and whether the unit is the agency itself."""
    agency = (
        select(Unit.agency_id)
        .where(Unit.region_id == access.region_id, Unit.id == evaluation.unit_id)
        .scalar_subquery()
    )
    return select(
        OrganisationRating.predicate, (OrganisationRating.unit_id == evaluation.unit_id).label("own")
    ).where(
        OrganisationRating.region_id == access.region_id,
        OrganisationRating.unit_id == agency,
        OrganisationRating.kind == evaluation.kind,
        OrganisationRating.period.contains(last_day(evaluation)),
    )


def objection(access: Access, evaluation_id: UUID) -> Select[Objection]:
    return select(Objection).where(
        Objection.region_id == access.region_id, Objection.evaluation_id == evaluation_id
    )


def periodic(access: Access, plan_id: UUID) -> Select[Any]:
    """The periodic evaluations of a plan; whoever sees its yearly one may see them."""
    return (
        _with_person(select(*_SUMMARY))
        .where(
            Evaluation.region_id == access.region_id,
            Evaluation.plan_id == plan_id,
            Evaluation.kind == EvaluationKind.PERIODIC,
        )
        .order_by(Evaluation.period)
    )
