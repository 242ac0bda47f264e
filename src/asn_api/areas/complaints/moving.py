"""Moves a complaint on: the rule, the words, the state with its day, the next deadline, the journal, at once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.complaints import ENTITY
from asn_api.areas.complaints.timing import Scene, history_of, note_due, scene
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.rules.calendar import local_day
from asn_api.rules.complaint_clocks import Since
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.complaints import (
    ComplaintAction,
    ComplaintActor,
    ComplaintStatus,
    MessageKind,
    Standing,
    check_complaint,
)
from asn_api.tables.complaints import Complaint, ComplaintMessage, ComplaintTransition

SAID: Mapping[ComplaintAction, MessageKind] = {
    ComplaintAction.HOLD: MessageKind.QUESTION,
    ComplaintAction.NOT_AUTHORITY: MessageKind.DECISION,
    ComplaintAction.ARCHIVE: MessageKind.DECISION,
    ComplaintAction.ANSWER: MessageKind.ANSWER,
    ComplaintAction.SUPPLEMENT: MessageKind.REPLY,
    ComplaintAction.REPLY: MessageKind.REPLY,
    ComplaintAction.REOPEN: MessageKind.REPLY,
}
"""To the other side; the words of other steps stay among officials."""

FOLLOWED = ("kind", "status", "category_id", "is_secret", "agency_id", "officer_id", "parent_id", "due_on")
"""What the journal tells of: never words, never who reported."""


def standing(access: Access, complaint: Complaint, policy: ComplaintPolicy) -> Standing:
    until = None
    if complaint.closed_at is not None:
        closed_on = local_day(complaint.closed_at, access.actor.zone)
        until = closed_on + timedelta(days=policy.reopen_days)
    return Standing(
        complaint.status,
        bounces=complaint.bounces,
        bounce_limit=policy.bounce_limit,
        reopenings=complaint.reopenings,
        reopen_limit=policy.reopen_limit,
        reopen_until=until,
    )


def fields(complaint: Complaint) -> dict[str, Any]:
    return {name: getattr(complaint, name) for name in FOLLOWED}


async def move(
    access: Access,
    db: AsyncSession,
    complaint: Complaint,
    action: ComplaintAction,
    actor: ComplaintActor,
    words: str | None = None,
    *,
    message_id: UUID | None = None,
    around: Scene | None = None,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Do it to a locked complaint, or refuse; `changes` are fields that change with the state."""
    before = fields(complaint)
    history = await history_of(access, db, complaint)
    around = around or await scene(access, db, history[0].day)
    status = check_complaint(standing(access, complaint, around.policy), action, {actor}, access.today, words)
    message = None
    if words:
        message = say(access, complaint, SAID.get(action, MessageKind.NOTE), actor, words, message_id)
        db.add(message)
        await db.flush()
    for name, value in (changes or {}).items():
        setattr(complaint, name, value)
    complaint.status = status
    complaint.changed_at = access.now
    complaint.answered_at = access.now if status is ComplaintStatus.ANSWERED else complaint.answered_at
    complaint.closed_at = access.now if status is ComplaintStatus.CLOSED else None
    complaint.bounces += action is ComplaintAction.BOUNCE
    complaint.reopenings += action is ComplaintAction.REOPEN
    if status is ComplaintStatus.VERIFIED:
        complaint.agency_id = complaint.officer_id = None
    note_due(complaint, around.clocks(complaint.kind, [*history, Since(access.today, status)]))
    await db.flush()
    db.add(entered(access, complaint, action, actor, message.id if message else None))
    await tell(access, db, complaint, action.value, before)


async def tell(
    access: Access,
    db: AsyncSession,
    complaint: Complaint,
    action: str,
    before: Mapping[str, Any],
    **more: Any,
) -> None:
    """The journal's row of a change that has been flushed."""
    await db.flush()
    changes = difference(before, fields(complaint)) | more
    change = Change(
        ENTITY,
        complaint.id,
        complaint.version,
        action,
        changes,
        unit_id=complaint.agency_id or before.get("agency_id"),
        employee_id=complaint.officer_id or before.get("officer_id"),
    )
    await record(db, access.author, access.now, change)


def entered(
    access: Access,
    complaint: Complaint,
    action: ComplaintAction | None,
    actor: ComplaintActor,
    message_id: UUID | None = None,
) -> ComplaintTransition:
    return ComplaintTransition(
        region_id=access.region_id,
        id=uuid7(),
        complaint_id=complaint.id,
        version=complaint.version,
        at=access.now,
        day=access.today,
        action=action,
        status=complaint.status,
        actor=actor,
        employee_id=access.employee_id,
        agency_id=complaint.agency_id,
        message_id=message_id,
    )


def say(
    access: Access,
    complaint: Complaint,
    kind: MessageKind,
    author: ComplaintActor,
    words: str,
    id: UUID | None = None,
) -> ComplaintMessage:
    return ComplaintMessage(
        region_id=access.region_id,
        id=id or uuid7(),
        complaint_id=complaint.id,
        kind=kind,
        author=author,
        employee_id=access.employee_id,
        content=words,
        created_at=access.now,
    )
