"""Letters about the employees within reach, and what a new one is checked against."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import DATERANGE, Range
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.scope import employees_within
from asn_api.areas.evaluators.schemas import AssignmentFilter
from asn_api.core.http.paging import Key, day
from asn_api.rules.evaluators import EvaluatorRole
from asn_api.tables.employees import Employee
from asn_api.tables.organization import ReportingLine
from asn_api.tables.performance import EvaluatorAssignment, Plan

_START = func.lower(EvaluatorAssignment.valid)

NEWEST_FIRST = (
    Key(_START, "start", day, descending=True),
    Key(EvaluatorAssignment.id.expression, "id", UUID, descending=True),
)


def listed(access: Access, wanted: AssignmentFilter) -> Select[Any]:
    row, employee, evaluator = EvaluatorAssignment, aliased(Employee), aliased(Employee)
    conditions: list[ColumnElement[bool]] = []
    if wanted.employee_id is not None:
        conditions.append(row.employee_id == wanted.employee_id)
    if wanted.evaluator_id is not None:
        conditions.append(row.evaluator_id == wanted.evaluator_id)
    if wanted.role is not None:
        conditions.append(row.role == wanted.role)
    if wanted.reason is not None:
        conditions.append(row.reason == wanted.reason)
    if wanted.on is not None:
        conditions.append(row.valid.contains(wanted.on))
    return (
        select(
            row.id,
            row.version,
            row.plan_id,
            row.role,
            row.reason,
            row.letter_number,
            row.letter_date,
            row.created_at,
            _START.label("start"),
            func.upper(row.valid).label("after"),
            *(
                column.label(f"{name}_{column.key}")
                for name, person in (("employee", employee), ("evaluator", evaluator))
                for column in (person.id, person.nip, person.name)
            ),
        )
        .join(employee, and_(employee.region_id == row.region_id, employee.id == row.employee_id))
        .join(evaluator, and_(evaluator.region_id == row.region_id, evaluator.id == row.evaluator_id))
        .where(row.region_id == access.region_id, employees_within(access, row.employee_id), *conditions)
    )


def one(access: Access, id: UUID) -> Select[Any]:
    return listed(access, AssignmentFilter()).where(EvaluatorAssignment.id == id)


def locked(access: Access, id: UUID) -> Select[EvaluatorAssignment]:
    return (
        select(EvaluatorAssignment)
        .where(
            EvaluatorAssignment.region_id == access.region_id,
            EvaluatorAssignment.id == id,
            employees_within(access, EvaluatorAssignment.employee_id),
        )
        .with_for_update()
    )


def known(access: Access, id: UUID) -> Select[EvaluatorAssignment]:
    """For a client-made id that is sent again; never shown without a check whose it is."""
    return select(EvaluatorAssignment).where(
        EvaluatorAssignment.region_id == access.region_id, EvaluatorAssignment.id == id
    )


def employee(access: Access, id: UUID) -> Select[UUID]:
    return select(Employee.id).where(
        Employee.region_id == access.region_id, Employee.id == id, employees_within(access, Employee.id)
    )


def both_locked(access: Access, *ids: UUID) -> Select[UUID, bool]:
    """The two people, one change of their letters at a time: two letters could name each other."""
    return (
        select(Employee.id, Employee.active)
        .where(Employee.region_id == access.region_id, Employee.id.in_(ids))
        .order_by(Employee.id)
        .with_for_update(key_share=True)
    )


def plan_of(access: Access, plan_id: UUID, employee_id: UUID, days: Range[date]) -> Select[bool]:
    return select(
        exists().where(
            Plan.region_id == access.region_id,
            Plan.id == plan_id,
            Plan.employee_id == employee_id,
            Plan.period.overlaps(literal(days, DATERANGE)),
        )
    )


def is_below(access: Access, person: UUID, above: UUID, days: Range[date]) -> Select[bool]:
    """Whether the person stands below the other on some of the days: by the lines, or as evaluated by letter."""
    span = literal(days, DATERANGE)
    line = aliased(ReportingLine)
    chain = (
        select(ReportingLine.superior_id)
        .where(
            ReportingLine.region_id == access.region_id,
            ReportingLine.employee_id == person,
            ReportingLine.valid.overlaps(span),
        )
        .cte("chain", recursive=True)
    )
    chain = chain.union(
        select(line.superior_id).where(
            line.region_id == access.region_id,
            line.employee_id == chain.c.superior_id,
            line.valid.overlaps(span),
        )
    )
    evaluated = exists().where(
        EvaluatorAssignment.region_id == access.region_id,
        EvaluatorAssignment.employee_id == person,
        EvaluatorAssignment.evaluator_id == above,
        EvaluatorAssignment.role == EvaluatorRole.EVALUATOR,
        EvaluatorAssignment.valid.overlaps(span),
    )
    return select(or_(exists().where(chain.c.superior_id == above), evaluated))
