"""The SQL of what time ends: plans of left posts and of people who left, years that are judged."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.plans import AGREED, OVER
from asn_api.tables.employees import Employee
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.organization import Appointment
from asn_api.tables.performance import Plan

JUDGED = (EvaluationStatus.ACKNOWLEDGED, EvaluationStatus.FINAL)


def _holds_post(day: date) -> ColumnElement[bool]:
    """Whether the plan's owner holds its post on the day."""
    post = aliased(Appointment)
    return exists().where(
        post.region_id == Plan.region_id,
        post.employee_id == Plan.employee_id,
        post.position_id == Plan.position_id,
        post.kind == AppointmentKind.DEFINITIVE,
        post.valid.contains(day),
    )


def _does_not_serve(standings: Collection[str]) -> ColumnElement[bool]:
    """Whether the plan's owner does not work in whatever post he holds: retired, or of one of these standings."""
    return exists().where(
        Employee.region_id == Plan.region_id,
        Employee.id == Plan.employee_id,
        or_(Employee.active.is_(False), Employee.legal_standing_code.in_(standings)),
    )


def outdated(access: Access, employee_id: UUID | None = None) -> Select[UUID, date | None]:
    """Whose running plan is for a post that he no longer holds today, and the day on which it was over."""
    held = aliased(Appointment)
    statement = (
        select(Plan.employee_id, func.max(func.upper(held.valid)))
        .outerjoin(
            held,
            and_(
                held.region_id == Plan.region_id,
                held.employee_id == Plan.employee_id,
                held.position_id == Plan.position_id,
                held.kind == AppointmentKind.DEFINITIVE,
                func.upper(held.valid) <= access.today,
            ),
        )
        .where(
            Plan.region_id == access.region_id,
            Plan.status.not_in(OVER),
            Plan.period.contains(access.today),
            ~_holds_post(access.today),
        )
        .group_by(Plan.employee_id)
    )
    return statement if employee_id is None else statement.where(Plan.employee_id == employee_id)


def departed(access: Access, standings: Collection[str], employee_id: UUID | None = None) -> Select[UUID]:
    """Who has a running plan for a post that he holds without serving: study, unpaid leave, suspension."""
    statement = (
        select(Plan.employee_id)
        .where(
            Plan.region_id == access.region_id,
            Plan.status.not_in(OVER),
            Plan.period.contains(access.today),
            _does_not_serve(standings),
            _holds_post(access.today),
        )
        .distinct()
    )
    return statement if employee_id is None else statement.where(Plan.employee_id == employee_id)


def to_end(access: Access, employee_id: UUID, day: date, standings: Collection[str]) -> Select[Plan]:
    """The plans of days from `day` on that are not for the post held then, or whose owner does not serve."""
    return (
        select(Plan)
        .where(
            Plan.region_id == access.region_id,
            Plan.employee_id == employee_id,
            Plan.status.not_in(OVER),
            func.upper(Plan.period) > day,
            or_(~_holds_post(day), _does_not_serve(standings)),
        )
        .order_by(Plan.id)
        .with_for_update()
    )


def segment_end(access: Access, employee_id: UUID, first: date, last: date) -> Select[date | None]:
    """The first day after the segments of ended plans that lie within the days."""
    return select(func.max(func.upper(Plan.period))).where(
        Plan.region_id == access.region_id,
        Plan.employee_id == employee_id,
        Plan.ended_on > func.lower(Plan.period),
        Plan.period.overlaps(func.daterange(first, last, "[]")),
    )


def judged(access: Access, most: int) -> Select[Plan]:
    """Agreed plans of past years whose yearly evaluation stands, locked; others' work on them is not waited for."""
    stands = exists().where(
        Evaluation.region_id == Plan.region_id,
        Evaluation.plan_id == Plan.id,
        Evaluation.kind == EvaluationKind.YEARLY,
        Evaluation.status.in_(JUDGED),
    )
    return (
        select(Plan)
        .where(
            Plan.region_id == access.region_id,
            Plan.year < access.today.year,
            Plan.status.in_(AGREED),
            stands,
        )
        .order_by(Plan.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
