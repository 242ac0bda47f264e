"""The reporter's side after sending: reads, adds, replies, accepts, reopens, says how content he is."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.complaints import media, queries
from asn_api.areas.complaints.codes import shown_code
from asn_api.areas.complaints.desk import followed
from asn_api.areas.complaints.intake import due
from asn_api.areas.complaints.media import Medium
from asn_api.areas.complaints.moving import fields, move, say, standing, tell
from asn_api.areas.complaints.public_schemas import SatisfactionIn, WordsIn
from asn_api.areas.complaints.telling import tell_agency
from asn_api.areas.policies.current import policy_on
from asn_api.core.mapping import uuid7
from asn_api.core.objects import Objects
from asn_api.errors import Fault, Problem
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.complaints import (
    OPEN,
    PUBLIC_MESSAGES,
    ComplaintAction,
    ComplaintActor,
    ComplaintStatus,
    MessageKind,
    complaint_refusal,
)
from asn_api.tables.complaints import Complaint

REPORTER = ComplaintActor.REPORTER
ANSWERS = {
    ComplaintStatus.ON_HOLD: ComplaintAction.SUPPLEMENT,
    ComplaintStatus.ANSWERED: ComplaintAction.REPLY,
}
"""What a word of the reporter does there; elsewhere it is added, and changes nothing else."""


async def shown(access: Access, db: AsyncSession, id: UUID, *, own: bool) -> dict[str, Any]:
    """For the code alone, or `own` with the PIN."""
    row = (await db.scalars(queries.by_id(access, id))).one()
    lead = row
    if followed(row) != id:
        lead = (await db.scalars(queries.by_id(access, followed(row)))).one()
    agency = await db.scalar(queries.unit(access, lead.agency_id)) if lead.agency_id else None
    said = (await db.execute(queries.messages(access, {id, lead.id}))).mappings()
    answer: dict[str, Any] = {
        "code": shown_code(row.code),
        "kind": row.kind,
        "status": lead.status,
        "received_at": row.received_at,
        "changed_at": lead.changed_at,
        "agency_name": agency.name if agency else None,
        "due": due(lead.due_stage, lead.due_on, lead.due_provisional),
        "messages": [
            _message(each) for each in said if _is_told(each, own=own and each["complaint_id"] == id)
        ],
    }
    if not own:
        return answer
    policy = await policy_on(db, access.region_id, ComplaintPolicy, access.today)
    now = standing(access, row, policy)
    return answer | {
        "version": row.version,
        "subject": row.subject,
        "text": row.content,
        "files": await media.listed(access, db, id),
        "secret": row.is_secret,
        "anonymous": row.is_anonymous,
        "rating": row.rating,
        "reopen_until": now.reopen_until,
        "allowed_actions": [
            action
            for action in ComplaintAction
            if complaint_refusal(now, action, {REPORTER}, access.today) is None
        ],
    }


def _is_told(message: Any, *, own: bool) -> bool:
    """The other ones who reported the same are told the answers, never what the first one wrote or was asked."""
    kind = MessageKind(message["kind"])
    return kind in PUBLIC_MESSAGES or (own and kind is not MessageKind.NOTE)


def _message(row: Any) -> dict[str, Any]:
    kept = {name: row[name] for name in ("id", "kind", "author", "created_at")}
    return kept | {"text": row["content"]}


async def write(
    access: Access,
    db: AsyncSession,
    objects: Objects | None,
    id: UUID,
    given: WordsIn,
    kept: Sequence[Medium],
    *,
    dry: bool,
) -> None:
    """What is asked for, a reply to an answer, or an addition; the same id again changes nothing."""
    row = await _locked(access, db, id)
    if given.id is not None and (known := await db.scalar(queries.message(access, given.id))) is not None:
        if (known.complaint_id, known.author, known.content) != (id, REPORTER, given.text):
            raise Problem("COMPLAINT_MESSAGE_ID_TAKEN")
        return
    message_id = given.id or uuid7()
    action = ANSWERS.get(row.status)
    if action is not None:
        await move(access, db, row, action, REPORTER, given.text, message_id=message_id)
    elif row.status not in OPEN and row.status is not ComplaintStatus.MERGED:
        raise Problem("COMPLAINT_WRONG_STATUS", status=row.status.value)
    else:
        db.add(say(access, row, MessageKind.ADDITION, REPORTER, given.text, message_id))
        await tell(access, db, row, "ADD", fields(row))
    if kept:
        files = media.rows(access, id, kept, message_id)
        db.add_all(files)
        await db.flush()
        if not dry:
            await media.keep(objects, files, kept)
    await tell_agency(access, db, row)


async def content(access: Access, db: AsyncSession, id: UUID, given: SatisfactionIn) -> None:
    """Accepts an answer, rated or not; or rates, once, what was closed by silence."""
    row = await _locked(access, db, id)
    rated = {
        "rating": given.rating,
        "rating_comment": given.comment,
        "rated_at": access.now if given.rating else None,
    }
    if row.status is not ComplaintStatus.CLOSED:
        changes = rated if given.rating else None
        await move(access, db, row, ComplaintAction.CONFIRM, REPORTER, changes=changes)
        return
    if row.rating is not None:
        raise Problem("COMPLAINT_RATED")
    if given.rating is None:
        raise Problem("REQUEST_INVALID", faults=[Fault("/rating", "COMPLAINT_RATING_REQUIRED")])
    before = fields(row)
    for name, value in rated.items():
        setattr(row, name, value)
    await tell(access, db, row, "RATE", before)


async def reopen(access: Access, db: AsyncSession, id: UUID, words: str) -> None:
    row = await _locked(access, db, id)
    await move(access, db, row, ComplaintAction.REOPEN, REPORTER, words)
    await tell_agency(access, db, row)


async def _locked(access: Access, db: AsyncSession, id: UUID) -> Complaint:
    statement = queries.by_id(access, id).with_for_update().execution_options(populate_existing=True)
    return (await db.scalars(statement)).one()
