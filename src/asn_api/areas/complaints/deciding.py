"""The coordinator's side: looks a complaint over, names whom it is about, disposes, recalls, merges, reveals."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.areas.complaints import queries, sealing
from asn_api.areas.complaints.handling import check_officer, locked, row_of
from asn_api.areas.complaints.moving import fields, move, tell
from asn_api.areas.complaints.schemas import DispositionIn, RejectionIn, SubjectsIn, VerificationIn
from asn_api.areas.complaints.telling import tell_agency
from asn_api.areas.policies.current import policy_on
from asn_api.core.crypto import Keyring
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.complaints import (
    ComplaintAction,
    ComplaintActor,
    ComplaintKind,
    ComplaintStatus,
    check_subjects,
)
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.complaints import Complaint, ComplaintSubject

COORDINATOR = ComplaintActor.COORDINATOR
SUPERVISORY = ComplaintKind.COMPLAINT_SUPERVISORY


async def verify(access: Access, db: AsyncSession, id: UUID, version: int, given: VerificationIn) -> None:
    """What it is, and that somebody has to answer it. What is secret stays so; a kind may make it secret."""
    row = await locked(access, db, id, version)
    policy = await policy_on(db, access.region_id, ComplaintPolicy, access.today)
    kind = given.kind or row.kind
    if given.category_id is not None and await db.scalar(queries.category(access, given.category_id)) is None:
        raise Problem("REQUEST_INVALID", faults=[Fault("/category_id", "COMPLAINT_CATEGORY_UNKNOWN")])
    changes = {
        "kind": kind,
        "category_id": given.category_id or row.category_id,
        "is_secret": row.is_secret or bool(given.secret) or kind in policy.secret_kinds,
    }
    await move(access, db, row, ComplaintAction.VERIFY, COORDINATOR, given.text, changes=changes)


async def hide(access: Access, db: AsyncSession, id: UUID, version: int) -> None:
    """From the public, for good: when its words tell too much after all."""
    row = await locked(access, db, id, version)
    if row.is_secret:
        return
    before = fields(row)
    row.is_secret = True
    await tell(access, db, row, "HIDE", before)


async def hold(access: Access, db: AsyncSession, id: UUID, version: int, words: str) -> None:
    row = await locked(access, db, id, version)
    await move(access, db, row, ComplaintAction.HOLD, COORDINATOR, words)


async def reject(access: Access, db: AsyncSession, id: UUID, version: int, given: RejectionIn) -> None:
    row = await locked(access, db, id, version)
    await move(access, db, row, ComplaintAction(given.action), COORDINATOR, given.text)


async def merge(access: Access, db: AsyncSession, id: UUID, version: int, parent_id: UUID) -> None:
    """Into one that is not merged itself and that may be known by the same people."""
    await db.execute(queries.both_locked(access, {id, parent_id}))
    row = await locked(access, db, id, version)
    parent = await row_of(access, db, parent_id) if parent_id != id else None
    if parent is None or parent.status in (ComplaintStatus.MERGED, ComplaintStatus.ARCHIVED):
        raise Problem("REQUEST_INVALID", faults=[Fault("/parent_id", "COMPLAINT_PARENT_UNFIT")])
    if (SUPERVISORY in (row.kind, parent.kind)) and row.kind is not parent.kind:
        raise Problem("REQUEST_INVALID", faults=[Fault("/parent_id", "COMPLAINT_PARENT_UNFIT")])
    await move(access, db, row, ComplaintAction.MERGE, COORDINATOR, changes={"parent_id": parent_id})
    # Those that follow this one follow the other from now on: a chain has one link.
    followers = (
        update(Complaint)
        .where(Complaint.region_id == access.region_id, Complaint.parent_id == id)
        .values(parent_id=parent_id, version=Complaint.version + 1)
        .execution_options(synchronize_session=False)
    )
    await db.execute(followers)
    count = (
        update(Complaint)
        .where(Complaint.region_id == access.region_id, Complaint.id == parent_id)
        .values(joined=Complaint.joined + 1 + row.joined)
        .execution_options(synchronize_session=False)
    )
    await db.execute(count)


async def name(access: Access, db: AsyncSession, id: UUID, version: int, given: SubjectsIn) -> None:
    """From whom it is kept from now on; refused while one of them would be handling it."""
    row = await locked(access, db, id, version)
    if row.kind is not SUPERVISORY:
        raise Problem("COMPLAINT_NOT_SUPERVISORY")
    for n, each in enumerate(given.subjects):
        unit = await db.scalar(queries.unit(access, each.unit_id))
        if unit is None:
            raise Problem("REQUEST_INVALID", faults=[Fault(f"/subjects/{n}/unit_id", "NOT_FOUND")])
        if (
            each.employee_id is not None
            and not (
                await db.scalars(queries.posts_in(access, each.employee_id, unit.path, access.today))
            ).all()
        ):
            fault = Fault(f"/subjects/{n}/employee_id", "COMPLAINT_OFFICER_ELSEWHERE")
            raise Problem("REQUEST_INVALID", faults=[fault])
    if row.status is not ComplaintStatus.RECEIVED and not given.subjects:
        check_subjects(row.kind, 0)
    await db.execute(
        delete(ComplaintSubject).where(
            ComplaintSubject.region_id == access.region_id, ComplaintSubject.complaint_id == id
        )
    )
    db.add_all(
        ComplaintSubject(
            region_id=access.region_id,
            id=uuid7(),
            complaint_id=id,
            unit_id=unit_id,
            employee_id=employee_id,
            created_at=access.now,
        )
        for unit_id, employee_id in {(each.unit_id, each.employee_id) for each in given.subjects}
    )
    await db.flush()
    if row.agency_id is not None and await db.scalar(queries.is_named(access, id, row.agency_id)):
        raise Problem("COMPLAINT_WITH_NAMED")
    before = fields(row)
    flag_modified(row, "kind")  # a new version, though the names stand elsewhere
    # How many, never who: the journal is read by others than the complaint.
    await tell(access, db, row, "NAME", before, subjects=len(given.subjects))


async def dispose(access: Access, db: AsyncSession, id: UUID, version: int, given: DispositionIn) -> None:
    row = await locked(access, db, id, version)
    unit = await db.scalar(queries.unit(access, given.agency_id))
    if unit is None or (unit.closed_on is not None and unit.closed_on <= access.today):
        raise Problem("REQUEST_INVALID", faults=[Fault("/agency_id", "NOT_FOUND")])
    named = (await db.scalars(queries.subject_rows(access, id))).all()
    check_subjects(row.kind, len(named))
    if await db.scalar(queries.is_named(access, id, unit.id)):
        raise Problem("COMPLAINT_WITH_NAMED")
    if given.officer_id is not None:
        await check_officer(access, db, id, given.officer_id, unit.path)
    changes: dict[str, Any] = {"agency_id": unit.id, "officer_id": given.officer_id}
    await move(access, db, row, ComplaintAction.DISPOSE, COORDINATOR, given.text, changes=changes)
    kind = NoticeKind.COMPLAINT_ASSIGNED if given.officer_id else NoticeKind.COMPLAINT_FORWARDED
    await tell_agency(access, db, row, kind)


async def recall(access: Access, db: AsyncSession, id: UUID, version: int, words: str) -> None:
    row = await locked(access, db, id, version)
    await move(access, db, row, ComplaintAction.RECALL, COORDINATOR, words)


async def reveal(access: Access, db: AsyncSession, keyring: Keyring, id: UUID, reason: str) -> dict[str, Any]:
    """Who reported, for a reason that stays in the journal with the name of who asked."""
    row = await row_of(access, db, id)
    if row is None:
        raise Problem("NOT_FOUND")
    reporter = await db.scalar(queries.reporter(access, id))
    before = fields(row)
    await tell(access, db, row, "REVEAL", before, reason=reason)
    if reporter is None:
        return {"name": None, "phone": None, "email": None, "contact_verified": None}
    known = sealing.unseal(keyring, access.region_id, id, reporter.identity)
    return {**known, "contact_verified": reporter.contact_verified}
