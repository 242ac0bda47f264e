"""The agency's side: assigns, starts, answers, gives back; and notes among all who handle a complaint."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by
from asn_api.areas.complaints import queries
from asn_api.areas.complaints.moving import fields, move, say, tell
from asn_api.areas.complaints.schemas import NoteIn
from asn_api.areas.complaints.telling import tell_agency
from asn_api.core.http.route import check_version
from asn_api.errors import Fault, Problem
from asn_api.rules.complaints import (
    WITH_AGENCY,
    ComplaintAction,
    ComplaintActor,
    ComplaintStatus,
    MessageKind,
)
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.complaints import Complaint

AGENCY = ComplaintActor.AGENCY


async def row_of(access: Access, db: AsyncSession, id: UUID) -> Complaint | None:
    row: Complaint | None = await db.scalar(queries.row(access, id))
    return row


async def locked(access: Access, db: AsyncSession, id: UUID, version: int) -> Complaint:
    statement = queries.row(access, id).with_for_update().execution_options(populate_existing=True)
    row = await db.scalar(statement)
    if row is None:
        raise Problem("NOT_FOUND")
    check_version(row.version, version)
    return row


async def check_officer(access: Access, db: AsyncSession, id: UUID, officer_id: UUID, path: str) -> None:
    """Somebody active with a post in the agency today, and nobody from whom the complaint is kept."""
    posts = (await db.scalars(queries.posts_in(access, officer_id, path, access.today))).all()
    if not posts:
        fault = Fault("/officer_id", "COMPLAINT_OFFICER_ELSEWHERE")
        raise Problem("REQUEST_INVALID", faults=[fault])
    if await db.scalar(queries.is_kept_from(access, id, officer_id)):
        raise Problem("COMPLAINT_WITH_NAMED")


async def assign(access: Access, db: AsyncSession, id: UUID, version: int, officer_id: UUID | None) -> None:
    row = await locked(access, db, id, version)
    if row.status not in WITH_AGENCY - {ComplaintStatus.CLOSED} or row.agency_id is None:
        raise Problem("COMPLAINT_WRONG_STATUS", status=row.status.value)
    before = fields(row)
    if officer_id is not None:
        unit = (await db.scalars(queries.unit(access, row.agency_id))).one()
        await check_officer(access, db, id, officer_id, unit.path)
    row.officer_id = officer_id
    await tell(access, db, row, "ASSIGN", before)
    if officer_id is not None and officer_id != before["officer_id"]:
        await tell_agency(access, db, row, NoticeKind.COMPLAINT_ASSIGNED)


async def start(access: Access, db: AsyncSession, id: UUID, version: int) -> None:
    row = await locked(access, db, id, version)
    await move(access, db, row, ComplaintAction.START, AGENCY)


async def answer(access: Access, db: AsyncSession, id: UUID, version: int, words: str) -> None:
    row = await locked(access, db, id, version)
    await move(access, db, row, ComplaintAction.ANSWER, AGENCY, words)


async def give_back(access: Access, db: AsyncSession, id: UUID, version: int, words: str) -> None:
    row = await locked(access, db, id, version)
    await move(access, db, row, ComplaintAction.BOUNCE, AGENCY, words)


async def note(access: Access, db: AsyncSession, id: UUID, given: NoteIn) -> None:
    """For everybody who handles it; the same id again changes nothing."""
    row = await db.scalar(queries.row(access, id).with_for_update())
    if row is None:
        raise Problem("NOT_FOUND")
    if given.id is not None and (known := await db.scalar(queries.message(access, given.id))) is not None:
        if (known.complaint_id, known.employee_id, known.content) != (id, access.employee_id, given.text):
            raise Problem("COMPLAINT_MESSAGE_ID_TAKEN")
        return
    is_coordinator = await db.scalar(
        queries.row(by(access, Permission.COMPLAINTS_TRIAGE), id).with_only_columns(Complaint.id)
    )
    author = ComplaintActor.COORDINATOR if is_coordinator else AGENCY
    db.add(say(access, row, MessageKind.NOTE, author, given.text, given.id))
    await tell(access, db, row, "NOTE", fields(row))
