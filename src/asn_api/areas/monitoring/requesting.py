"""Asking others for feedback, and what they do with it."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.scope import stored
from asn_api.areas.monitoring import people_queries, queries, shapes
from asn_api.areas.monitoring.schemas import FeedbackIn, FeedbackRequestIn
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.policies.current import policy_on
from asn_api.core.database import driver_of
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.feedback import FeedbackRequestAction, FeedbackRequestStatus, check_request
from asn_api.rules.monitoring_policy import MonitoringPolicy
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.monitoring import FeedbackRequest

ENTITY = "feedback_request"
_GIVEN = ("asked_id", "work_result_id", "core_value", "note")


async def ask(access: Access, db: AsyncSession, given: FeedbackRequestIn) -> tuple[UUID, bool]:
    """The id of the stored request, and whether it is new; the same one sent again is given back."""
    me = access.employee_id
    if me is None:
        raise Problem("NOT_AN_EMPLOYEE")
    await db.execute(people_queries.lock_me(access))
    if given.id is not None and (known := await db.scalar(stored(access, FeedbackRequest, given.id))):
        if known.employee_id != me or any(getattr(known, name) != getattr(given, name) for name in _GIVEN):
            raise Problem("FEEDBACK_REQUEST_ID_TAKEN")
        return known.id, False
    if given.asked_id == me:
        raise Problem("FEEDBACK_ON_ONESELF")
    if (await db.execute(people_queries.person(access, given.asked_id))).one_or_none() is None:
        raise Problem("NOT_FOUND")
    if (given.work_result_id is None) == (given.core_value is None):
        fault = Fault("/work_result_id", "FEEDBACK_ABOUT_ONE_THING")
        raise Problem("INVALID_FEEDBACK", faults=[fault])
    if (
        given.work_result_id
        and await db.scalar(people_queries.own_result(access, given.work_result_id)) is None
    ):
        raise Problem("INVALID_FEEDBACK", faults=[Fault("/work_result_id", "FEEDBACK_RESULT_UNKNOWN")])
    policy = await policy_on(db, access.region_id, MonitoringPolicy, access.today)
    if (await db.scalar(queries.open_requests(access)) or 0) >= policy.feedback_requests_open:
        raise Problem("FEEDBACK_REQUESTS_ENOUGH", max=policy.feedback_requests_open)
    row = FeedbackRequest(
        region_id=access.region_id,
        id=given.id or uuid7(),
        employee_id=me,
        status=FeedbackRequestStatus.OPEN,
        created_at=access.now,
        **{name: getattr(given, name) for name in _GIVEN},
    )
    db.add(row)
    await db.flush()
    await _journal(access, db, row, "ASK", {"asked_id": [None, str(row.asked_id)]})
    notice = Notice(row.asked_id, NoticeKind.FEEDBACK_REQUESTED, ENTITY, row.id)
    await notify(await driver_of(db), access, [notice])
    return row.id, True


async def end(
    access: Access, db: AsyncSession, id: UUID, expected: int, action: FeedbackRequestAction
) -> None:
    """Declined by the one who was asked, or withdrawn by the one who asks."""
    row = await db.scalar(queries.locked_request(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    if row.version != expected:
        check_version(row.version, expected, await shown(access, db, id))
    await _close(access, db, row, action)


async def answered(access: Access, db: AsyncSession, given: FeedbackIn) -> FeedbackRequest:
    """The request that feedback answers, locked: to the caller, from this person, about the same thing."""
    assert given.request_id is not None
    row = await db.scalar(queries.locked_request(access, given.request_id))
    if row is None:
        raise Problem("NOT_FOUND")
    is_asked = row.asked_id == access.employee_id
    check_request(row.status, FeedbackRequestAction.ANSWER, is_asked=is_asked)
    asked_for = (row.employee_id, row.work_result_id, row.core_value)
    if asked_for != (given.employee_id, given.work_result_id, given.core_value):
        fault = Fault("/request_id", "FEEDBACK_REQUEST_ABOUT_ELSE")
        raise Problem("INVALID_FEEDBACK", faults=[fault])
    return row


async def close(access: Access, db: AsyncSession, row: FeedbackRequest) -> None:
    await _close(access, db, row, FeedbackRequestAction.ANSWER)


async def shown(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    row = (await db.execute(queries.request(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return shapes.request(access, row)


async def _close(
    access: Access, db: AsyncSession, row: FeedbackRequest, action: FeedbackRequestAction
) -> None:
    before = row.status
    row.status = check_request(before, action, is_asked=row.asked_id == access.employee_id)
    row.closed_at = access.now
    await db.flush()
    await _journal(access, db, row, action, {"status": [before, row.status]})


async def _journal(
    access: Access, db: AsyncSession, row: FeedbackRequest, action: str, changes: dict[str, Any]
) -> None:
    change = Change(ENTITY, row.id, row.version, action, changes, employee_id=row.employee_id)
    await record(db, access.author, access.now, change)
