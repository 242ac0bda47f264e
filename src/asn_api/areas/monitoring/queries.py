"""The SQL of feedback: lists, one record, how two people stand to each other, what may be named."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.monitoring import feedback_on_plan, feedback_within
from asn_api.areas.monitoring.schemas import FeedbackFilter, FeedbackRequestFilter
from asn_api.areas.monitoring.shapes import summary
from asn_api.core.http.paging import Key
from asn_api.rules.feedback import FeedbackRequestStatus
from asn_api.tables.employees import Employee
from asn_api.tables.files import File
from asn_api.tables.monitoring import Feedback, FeedbackRequest, Forum
from asn_api.tables.performance import Plan, WorkResult

NEWEST_FIRST = (Key(Feedback.__table__.c.id, "id", UUID, descending=True),)
REQUESTS_ORDER = (Key(FeedbackRequest.__table__.c.id, "id", UUID, descending=True),)


# Made once: an alias copies every column of its table, in each statement that makes one anew.
_GIVER, _PERSON = aliased(Employee), aliased(Employee)


def _of(table: Any, column: Any, row: Any) -> ColumnElement[bool]:
    return and_(table.region_id == row.region_id, table.id == column)


def _rows() -> Select[Any]:
    giver, person = _GIVER, _PERSON
    return (
        select(
            *Feedback.__table__.c,
            person.name.label("employee_name"),
            giver.name.label("giver_name"),
            WorkResult.statement.label("work_result"),
            File.state.label("file_state"),
            File.size.label("file_size"),
            File.kind.label("file_kind"),
        )
        .join(person, _of(person, Feedback.employee_id, Feedback))
        .join(giver, _of(giver, Feedback.giver_id, Feedback))
        .outerjoin(WorkResult, _of(WorkResult, Feedback.work_result_id, Feedback))
        .outerjoin(File, and_(_of(File, Feedback.file_id, Feedback), File.employee_id == Feedback.giver_id))
    )


def feedback(access: Access, wanted: FeedbackFilter) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [feedback_within(access)]
    match wanted.view:
        case "RECEIVED":
            conditions.append(Feedback.employee_id == access.employee_id)
        case "GIVEN":
            conditions.append(Feedback.giver_id == access.employee_id)
        case "TEAM":
            conditions += [
                Feedback.employee_id != access.employee_id,
                Feedback.giver_id != access.employee_id,
            ]
    for column, value in (
        (Feedback.employee_id, wanted.employee_id),
        (Feedback.plan_id, wanted.plan_id),
        (Feedback.work_result_id, wanted.work_result_id),
        (Feedback.core_value, wanted.core_value),
        (Feedback.polarity, wanted.polarity),
        (Feedback.relation, wanted.relation),
        (Feedback.forum_id, wanted.forum_id),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.unread is not None:
        conditions.append(Feedback.read_at.is_(None) if wanted.unread else Feedback.read_at.is_not(None))
    if wanted.day_from is not None:
        conditions.append(Feedback.day >= wanted.day_from)
    if wanted.day_to is not None:
        conditions.append(Feedback.day <= wanted.day_to)
    return _rows().where(*conditions)


def one(access: Access, id: UUID) -> Select[Any]:
    return (
        _rows()
        .add_columns(Forum.status.label("forum_status"))
        .outerjoin(Forum, _of(Forum, Feedback.forum_id, Feedback))
        .where(feedback_within(access), Feedback.id == id)
    )


def locked(access: Access, id: UUID) -> Select[Feedback]:
    within = select(Feedback).where(feedback_within(access), Feedback.id == id)
    return within.with_for_update(of=Feedback, key_share=True)


def unused(access: Access, ids: Collection[UUID]) -> Select[Feedback]:
    """Locked in one order; what was withdrawn meanwhile is not among them."""
    return (
        select(Feedback)
        .where(
            Feedback.region_id == access.region_id,
            Feedback.id.in_(ids),
            Feedback.used_at.is_(None),
            Feedback.withdrawn_at.is_(None),
        )
        .order_by(Feedback.id)
        .with_for_update(key_share=True)
    )


def counted(access: Access, plan_id: UUID, span: Range[date]) -> Select[Any]:
    """What an evaluation of the plan may use: given on a day of the span, about the plan or in its days."""
    return (
        _rows()
        .join(Plan, and_(Plan.region_id == Feedback.region_id, Plan.id == plan_id))
        .where(
            feedback_on_plan(access),
            Feedback.employee_id == Plan.employee_id,
            or_(Feedback.plan_id == plan_id, Feedback.plan_id.is_(None)),
            literal(span, Plan.period.type).contains(Feedback.day),
        )
        .order_by(Feedback.day, Feedback.id)
    )


async def feedback_of(
    access: Access, db: AsyncSession, plan_id: UUID, span: Range[date]
) -> list[dict[str, Any]]:
    """For the evaluation of a plan: all feedback of these days that counts, the oldest first.

    The person judged reads every one of these too; a subordinate's name is hidden from both.
    """
    rows = await db.execute(counted(access, plan_id, span))
    return [summary(access, row) for row in rows.mappings()]


def given_today(access: Access, employee_id: UUID) -> Select[int]:
    return select(func.count()).where(
        Feedback.region_id == access.region_id,
        Feedback.giver_id == access.employee_id,
        Feedback.employee_id == employee_id,
        Feedback.day == access.today,
        Feedback.forum_id.is_(None),
    )


def said_in(access: Access, forum_id: UUID) -> Select[int]:
    return select(func.count()).where(
        Feedback.region_id == access.region_id,
        Feedback.giver_id == access.employee_id,
        Feedback.forum_id == forum_id,
    )


def requests(access: Access, wanted: FeedbackRequestFilter) -> Select[Any]:
    """Requests that the caller made or received; nobody else sees them."""
    row, maker, taker = FeedbackRequest, aliased(Employee), aliased(Employee)
    made, received = row.employee_id == access.employee_id, row.asked_id == access.employee_id
    statement = (
        select(
            *row.__table__.c,
            maker.name.label("employee_name"),
            taker.name.label("asked_name"),
            WorkResult.statement.label("work_result"),
        )
        .join(maker, _of(maker, row.employee_id, row))
        .join(taker, _of(taker, row.asked_id, row))
        .outerjoin(WorkResult, _of(WorkResult, row.work_result_id, row))
        .where(
            row.region_id == access.region_id,
            {"MADE": made, "RECEIVED": received, None: or_(made, received)}[wanted.role],
        )
    )
    return statement if wanted.status is None else statement.where(row.status == wanted.status)


def request(access: Access, id: UUID) -> Select[Any]:
    return requests(access, FeedbackRequestFilter()).where(FeedbackRequest.id == id)


def locked_request(access: Access, id: UUID) -> Select[FeedbackRequest]:
    row = FeedbackRequest
    concerned = or_(row.employee_id == access.employee_id, row.asked_id == access.employee_id)
    found = select(row).where(row.region_id == access.region_id, row.id == id, concerned)
    return found.with_for_update(key_share=True)


def open_requests(access: Access) -> Select[int]:
    return select(func.count()).where(
        FeedbackRequest.region_id == access.region_id,
        FeedbackRequest.employee_id == access.employee_id,
        FeedbackRequest.status == FeedbackRequestStatus.OPEN,
    )
