"""Development notes: written by a superior, acknowledged by the employee, closed when the learning is done."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.scope import stored
from asn_api.areas.followup import note_queries as queries
from asn_api.areas.followup.note_queries import SOURCES
from asn_api.areas.followup.schemas import NoteChangeIn, NoteIn, NoteOut, NoteSummary
from asn_api.areas.monitoring.coaching_queries import team_member
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.core.database import driver_of
from asn_api.core.http.exports import Column
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.development import NoteAction, NoteActor, NoteStatus, check_note, note_refusal
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.followup import DevelopmentNote

ENTITY = "development_note"

COLUMNS = (
    Column("NIP", "NIP", lambda row: row["employee_nip"]),
    Column("Nama", "Name", lambda row: row["employee_name"]),
    Column("Unit kerja", "Unit", lambda row: row["unit_name"]),
    Column("Sumber", "Source", lambda row: _source(row)[0]),
    Column("Yang perlu dikembangkan", "Subject", lambda row: row["subject"]),
    Column("Kode kompetensi", "Competency", lambda row: row["competency_code"]),
    Column("Bentuk", "Form", lambda row: row["form"]),
    Column("Prioritas", "Priority", lambda row: row["priority"]),
    Column("Mulai", "From", lambda row: row["period_start"]),
    Column("Selesai", "To", lambda row: row["period_end"]),
    Column("Status", "Status", lambda row: row["status"]),
    Column("Penulis", "Author", lambda row: row["author_name"]),
)


async def write(access: Access, db: AsyncSession, given: NoteIn) -> tuple[UUID, bool]:
    """The id of the stored note, and whether it is new; the same one sent again is given back."""
    if (
        given.id is not None
        and (known := await db.scalar(stored(access, DevelopmentNote, given.id))) is not None
    ):
        sent = (access.employee_id, given.employee_id, given.source_id, given.subject)
        if (known.author_id, known.employee_id, getattr(known, SOURCES[given.source]), known.subject) != sent:
            raise Problem("NOTE_ID_TAKEN")
        return known.id, False
    unit_id = await written_about(access, db, given.employee_id)
    _check_period(access, given)
    rests_on = queries.source(access, given.source, given.source_id, given.employee_id)
    if await db.scalar(rests_on) is None:
        raise Problem("REQUEST_INVALID", faults=[Fault("/source_id", "NOTE_SOURCE_UNUSABLE")])
    row = DevelopmentNote(
        region_id=access.region_id,
        id=given.id or uuid7(),
        unit_id=unit_id,
        author_id=access.employee_id,
        status=NoteStatus.OPEN,
        created_at=access.now,
        employee_id=given.employee_id,
        **{SOURCES[given.source]: given.source_id},
        **given.model_dump(include=set(NoteChangeIn.model_fields)),
    )
    db.add(row)
    await db.flush()
    await _log(access, db, row, "CREATE", None)
    notice = Notice(row.employee_id, NoticeKind.DEVELOPMENT_NOTE_WRITTEN, ENTITY, row.id)
    await notify(await driver_of(db), access, [notice])
    return row.id, True


async def written_about(access: Access, db: AsyncSession, employee_id: UUID) -> UUID:
    """The unit of somebody whom the caller may write about today; never of himself."""
    unit_id = await db.scalar(team_member(access, employee_id))
    if unit_id is None:
        raise Problem("NOT_FOUND")
    if employee_id == access.employee_id:
        raise Problem("FOLLOWUP_ON_ONESELF")
    return unit_id


async def change(access: Access, db: AsyncSession, id: UUID, expected: int, given: NoteChangeIn) -> None:
    row = await _locked(access, db, id, expected)
    _step(access, row, NoteAction.EDIT, is_led=True)
    _check_period(access, given)
    for name, value in given.model_dump().items():
        setattr(row, name, value)
    await db.flush()
    await _log(access, db, row, "EDIT", row.status)


async def acknowledge(access: Access, db: AsyncSession, id: UUID, expected: int, comment: str | None) -> None:
    row = await _locked(access, db, id, expected)
    _step(access, row, NoteAction.ACKNOWLEDGE, is_led=False)
    row.acknowledged_at, row.comment = access.now, comment
    await db.flush()
    await _log(access, db, row, "ACKNOWLEDGE", row.status)


async def move(
    access: Access, db: AsyncSession, id: UUID, expected: int, action: NoteAction, remark: str | None
) -> None:
    """Plan, complete or withdraw."""
    row = await _locked(access, db, id, expected)
    before = row.status
    row.status = _step(access, row, action, is_led=True)
    row.remark = remark
    if row.status in (NoteStatus.DONE, NoteStatus.WITHDRAWN):
        row.closed_at = access.now
    await db.flush()
    await _log(access, db, row, action, before)


async def shown(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    row = (await db.execute(queries.note(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    actors = _actors(access, row["employee_id"], is_led=row["is_led"])
    acknowledged = row["acknowledged_at"] is not None
    return {
        **summary(row),
        **{name: row[name] for name in ("observation", "comment", "closed_at", "remark")},
        "allowed_actions": [
            {
                "action": action,
                "refused": note_refusal(row["status"], action, actors, acknowledged=acknowledged),
            }
            for action in NoteAction
        ],
    }


def summary(row: Any) -> dict[str, Any]:
    source, source_id = _source(row)
    return {
        **{name: row[name] for name in NoteSummary.model_fields if name in row},
        "employee": {"id": row["employee_id"], "nip": row["employee_nip"], "name": row["employee_name"]},
        "author": {"id": row["author_id"], "nip": row["author_nip"], "name": row["author_name"]},
        "source": source,
        "source_id": source_id,
    }


def _source(row: Any) -> tuple[str, UUID]:
    return next((kind, row[name]) for kind, name in SOURCES.items() if row[name] is not None)


def _check_period(access: Access, given: NoteChangeIn) -> None:
    if given.period_end < access.today:
        raise Problem("REQUEST_INVALID", faults=[Fault("/period_end", "NOTE_PERIOD_OVER")])


def _step(access: Access, row: DevelopmentNote, action: NoteAction, *, is_led: bool) -> NoteStatus:
    actors = _actors(access, row.employee_id, is_led=is_led)
    return check_note(row.status, action, actors, acknowledged=row.acknowledged_at is not None)


def _actors(access: Access, employee_id: UUID, *, is_led: bool) -> set[NoteActor]:
    if employee_id == access.employee_id:
        return {NoteActor.EMPLOYEE}
    return {NoteActor.SUPERIOR} if is_led else set()


async def _locked(access: Access, db: AsyncSession, id: UUID, expected: int) -> DevelopmentNote:
    row = await db.scalar(queries.locked(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    if row.version != expected:
        check_version(row.version, expected, NoteOut.model_validate(await shown(access, db, id)))
    return row


async def _log(
    access: Access, db: AsyncSession, row: DevelopmentNote, action: str, before: NoteStatus | None
) -> None:
    """Never the words: what somebody lacks is for those who may read the note."""
    changes = {} if before is row.status else {"status": [before, row.status]}
    change = Change(
        ENTITY, row.id, row.version, action, changes, unit_id=row.unit_id, employee_id=row.employee_id
    )
    await record(db, access.author, access.now, change)
