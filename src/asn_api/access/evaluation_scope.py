"""Who rates a plan, who hears an objection, and who sees an evaluation: the second half of `scope`."""

from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Subquery,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    true,
    type_coerce,
    union,
)
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Permission, Reach
from asn_api.access.scope import evaluator, personal, units_within
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.evaluators import EvaluatorRole
from asn_api.rules.plans import PlanStatus
from asn_api.tables.employees import Employee
from asn_api.tables.evaluations import Evaluation, Objection
from asn_api.tables.organization import ReportingLine, Unit
from asn_api.tables.performance import EvaluatorAssignment, Plan

_LAST_DAY = type_coerce(func.upper(Plan.period) - 1, Date)

# Aliases are made once, and who rates is worded once a day: an alias copies every column of its table,
# and half the time of a form went into wording its statements anew.
_WITHIN = aliased(Evaluation)
_LINE, _LETTER = aliased(ReportingLine), aliased(EvaluatorAssignment)
_LEVELS = tuple(aliased(ReportingLine) for _ in range(4))
"""Three people are passed over at most, so the fourth level is the last that can matter."""


@lru_cache(maxsize=64)
def rater(region_id: UUID, today: date) -> ColumnElement[Any]:
    """Who rates the `plans` row of the statement today.

    Whoever has a letter for this very plan; for a plan that a transfer ended its evaluator of then, while he
    is in service (he saw the work, the new superior did not); else the plan's evaluator of today.
    """
    letter = select(EvaluatorAssignment.evaluator_id).where(
        EvaluatorAssignment.region_id == region_id,
        EvaluatorAssignment.plan_id == Plan.id,
        EvaluatorAssignment.role == EvaluatorRole.EVALUATOR,
        EvaluatorAssignment.valid.contains(today),
    )
    letter_then = (
        select(EvaluatorAssignment.evaluator_id)
        .join(
            Employee,
            and_(
                Employee.region_id == EvaluatorAssignment.region_id,
                Employee.id == EvaluatorAssignment.evaluator_id,
            ),
        )
        .where(
            EvaluatorAssignment.region_id == region_id,
            EvaluatorAssignment.employee_id == Plan.employee_id,
            EvaluatorAssignment.role == EvaluatorRole.EVALUATOR,
            EvaluatorAssignment.valid.contains(_LAST_DAY),
            or_(EvaluatorAssignment.plan_id.is_(None), EvaluatorAssignment.plan_id == Plan.id),
            Employee.active,
        )
    )
    superior_then = (
        select(ReportingLine.superior_id)
        .join(
            Employee,
            and_(Employee.region_id == ReportingLine.region_id, Employee.id == ReportingLine.superior_id),
        )
        .where(
            ReportingLine.region_id == region_id,
            ReportingLine.employee_id == Plan.employee_id,
            ReportingLine.valid.contains(_LAST_DAY),
            Employee.active,
        )
    )
    # Correlated by name: these may stand in statements that read the same tables.
    then, before = (each.correlate(Plan).scalar_subquery() for each in (letter_then, superior_then))
    return func.coalesce(
        letter.correlate(Plan).scalar_subquery(),
        case((Plan.status == PlanStatus.ENDED, func.coalesce(then, before))),
        evaluator(region_id, Plan.employee_id, Plan.id, today),
    )


def with_rater(
    statement: Select[Any], region_id: UUID, today: date
) -> tuple[Select[Any], ColumnElement[Any]]:
    """A statement that reads `plans`, and the `rater` of its rows by joins: for thousands of rows at once."""
    letter, line = aliased(EvaluatorAssignment), aliased(ReportingLine)
    joined = statement.outerjoin(
        letter,
        and_(
            letter.region_id == Plan.region_id,
            letter.employee_id == Plan.employee_id,
            letter.role == EvaluatorRole.EVALUATOR,
            letter.valid.contains(today),
            or_(letter.plan_id.is_(None), letter.plan_id == Plan.id),
        ),
    ).outerjoin(
        line,
        and_(
            line.region_id == Plan.region_id,
            line.employee_id == Plan.employee_id,
            line.valid.contains(today),
        ),
    )
    # The few whose plan a transfer ended are looked up one by one.
    rates = case(
        (Plan.status == PlanStatus.ENDED, rater(region_id, today)),
        else_=func.coalesce(letter.evaluator_id, line.superior_id),
    )
    return joined, rates


@lru_cache(maxsize=64)
def deciders(region_id: UUID, today: date) -> Subquery:
    """For each open objection who decides it today: `evaluation_id` → `decider_id`.

    The superior of whoever would rate today; one level higher where that is the employee, the one whose
    rating is contested, or the present evaluator. Null when nobody above is an employee.
    """
    objected = (
        select(
            Evaluation.id.label("evaluation_id"),
            Evaluation.employee_id,
            Evaluation.evaluator_id.label("contested_id"),
            rater(region_id, today).label("present_id"),
        )
        .join(Plan, and_(Plan.region_id == Evaluation.region_id, Plan.id == Evaluation.plan_id))
        .where(Evaluation.region_id == region_id, Evaluation.status == EvaluationStatus.OBJECTED)
        # Computed once: merged into the joins the rater would be looked up for each use of it.
        .cte()
        .prefix_with("MATERIALIZED")
    )
    statement: Any = select(objected.c.evaluation_id)
    joined: Any = objected
    below: Any = objected.c.present_id
    whens = []
    for line in _LEVELS:
        joined = joined.outerjoin(
            line,
            and_(line.region_id == region_id, line.employee_id == below, line.valid.contains(today)),
        )
        below = line.superior_id
        parties = (objected.c.employee_id, objected.c.contested_id, objected.c.present_id)
        whens.append((and_(below.is_not(None), *(below.is_distinct_from(party) for party in parties)), below))
    decides: Subquery = statement.add_columns(case(*whens).label("decider_id")).select_from(joined).subquery()
    return decides


def evaluations_within(access: Access) -> ColumnElement[bool]:
    """Evaluations within reach of the permission.

    Besides the usual reach: those that one rated, those of plans that ended in one's line, and, to read, those
    whose objection one decides or decided.
    """
    me = access.employee_id
    if access.permission is not Permission.OBJECTIONS_DECIDE and access.reaches(Reach.REGION):
        return true()
    within = _WITHIN
    found = select(within.id).where(within.region_id == access.region_id)
    parts: list[Select[UUID]] = []
    if access.permission is not Permission.OBJECTIONS_DECIDE:
        if access.branches:
            parts.append(found.where(within.unit_id.in_(select(Unit.id).where(units_within(access)))))
        people = personal(access)
        if people is not None:
            parts.append(found.where(within.employee_id.in_(people)))
        if me is not None and access.reaches(Reach.TEAM):
            ended = _ended_in_line(access.region_id, me)
            parts += [found.where(within.evaluator_id == me), found.where(within.plan_id.in_(ended))]
    if me is not None and access.permission in (Permission.OBJECTIONS_DECIDE, Permission.EVALUATIONS_READ):
        open_ones = deciders(access.region_id, access.today)
        parts += [
            select(open_ones.c.evaluation_id).where(open_ones.c.decider_id == me),
            select(Objection.evaluation_id).where(
                Objection.region_id == access.region_id, Objection.decided_by == me
            ),
        ]
    # A set of ids, each part found by its own index: alternatives in one condition would read the whole region.
    return Evaluation.id.in_(union(*parts)) if parts else false()


def _ended_in_line(region_id: UUID, me: UUID) -> Select[UUID]:
    line, letter = _LINE, _LETTER
    reported = exists().where(
        line.region_id == region_id,
        line.employee_id == Plan.employee_id,
        line.superior_id == me,
        line.valid.contains(_LAST_DAY),
    )
    by_letter = exists().where(
        letter.region_id == region_id,
        letter.employee_id == Plan.employee_id,
        letter.evaluator_id == me,
        letter.valid.contains(_LAST_DAY),
    )
    # The people who were ever below come first, by index; the region's ended plans are many more.
    ever = union(
        select(ReportingLine.employee_id).where(
            ReportingLine.region_id == region_id, ReportingLine.superior_id == me
        ),
        select(EvaluatorAssignment.employee_id).where(
            EvaluatorAssignment.region_id == region_id, EvaluatorAssignment.evaluator_id == me
        ),
    )
    return (
        select(Plan.id)
        .where(
            Plan.region_id == region_id,
            Plan.status == PlanStatus.ENDED,
            Plan.employee_id.in_(ever),
            or_(reported, by_letter),
        )
        .correlate(None)
    )
