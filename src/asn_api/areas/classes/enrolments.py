"""Enrolments one by one: requested, confirmed and given up, always under the lock of their class."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.classes import queries
from asn_api.areas.classes.joining import (
    check_before_start,
    check_registration,
    known_class,
    units,
    unprepared,
)
from asn_api.areas.classes.schemas import EnrolmentIn, EnrolmentOut
from asn_api.areas.classes.seats import ENTITY, Seats
from asn_api.areas.classes.showing import shown
from asn_api.areas.notifications.writing import Notice
from asn_api.core.http.route import check_version
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.enrolments import (
    SEATED,
    CancellationCause,
    EnrolmentAction,
    EnrolmentActor,
    EnrolmentOrigin,
    EnrolmentStatus,
    check_enrolment,
)
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.training import Enrolment


async def request(access: Access, db: AsyncSession, given: EnrolmentIn) -> tuple[UUID, bool]:
    """The id of the stored enrolment, and whether it is new; the same one sent again is given back."""
    me = access.employee_id
    if me is None:
        raise Problem("NOT_AN_EMPLOYEE")
    if given.id is not None and (known := await db.scalar(queries.stored(access, given.id))) is not None:
        if (known.employee_id, known.class_id) != (me, given.class_id):
            raise Problem("ENROLMENT_ID_TAKEN")
        return known.id, False
    unit_id = (await units(access, db, [me])).get(me)
    if unit_id is None:
        raise Problem("ENROLMENT_WITHOUT_POST")
    course_class = await known_class(access, db, given.class_id, "/class_id")
    if missing := (await unprepared(access, db, course_class.course_id, [me])).get(me):
        raise missing
    seats = await Seats.lock(access, db, given.class_id)
    check_registration(seats)
    existing = await db.scalar(queries.live(access, given.class_id, [me]))
    if existing is not None:
        # Sent twice at once: the second one waited for the lock.
        if existing.id == given.id:
            return existing.id, False
        raise Problem("ENROLMENT_ALREADY")
    if await seats.clashing([me]):
        raise Problem("ENROLMENT_CLASHES")
    row = Enrolment(
        region_id=access.region_id,
        id=given.id or uuid7(),
        class_id=given.class_id,
        employee_id=me,
        unit_id=unit_id,
        origin=EnrolmentOrigin.REQUEST,
        status=EnrolmentStatus.REQUESTED,
        note=given.note,
        requested_at=access.now,
    )
    seats.add(row)
    if not seats.row.needs_approval:
        seats.approve(row, EnrolmentActor.SYSTEM)
    elif superior_id := await db.scalar(queries.superior_of(access, me)):
        words = {"class": seats.row.name, "day": seats.row.starts_on.isoformat()}
        seats.tell(Notice(superior_id, NoticeKind.ENROLMENT_WAITING, ENTITY, row.id, None, words))
    await seats.store()
    return row.id, True


async def confirm(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    """Take up the seat that was offered to oneself."""
    seats, row = await held(access, db, id, expected)
    check_enrolment(row.status, EnrolmentAction.CONFIRM, EnrolmentActor.EMPLOYEE)
    if row.offer_expires_at is None or access.now >= row.offer_expires_at:
        raise Problem("OFFER_EXPIRED")
    seats.confirm(row, EnrolmentActor.EMPLOYEE)
    await seats.store()


async def cancel(access: Access, db: AsyncSession, id: UUID, expected: int, reason: str | None) -> None:
    """Give up one's own enrolment before the class begins; the next one on the list moves up."""
    seats, row = await held(access, db, id, expected)
    declined = row.status is EnrolmentStatus.APPROVED
    cause = CancellationCause.DECLINED if declined else CancellationCause.WITHDRAWN
    await _leave(seats, row, EnrolmentActor.EMPLOYEE, cause, reason)


async def remove(access: Access, db: AsyncSession, id: UUID, expected: int, reason: str) -> None:
    """Take somebody of one's branch out of a class before it begins."""
    seats, row = await held(access, db, id, expected)
    if row.employee_id == access.employee_id:
        raise Problem("ENROLMENT_FOR_ONESELF")
    await _leave(seats, row, EnrolmentActor.MANAGER, CancellationCause.REMOVED, reason)


async def _leave(
    seats: Seats, row: Enrolment, actor: EnrolmentActor, cause: CancellationCause, reason: str | None
) -> None:
    check_enrolment(row.status, EnrolmentAction.CANCEL, actor)
    check_before_start(seats)
    was_seated = row.status in SEATED
    seats.cancel(row, actor, cause, reason)
    if was_seated:
        await seats.promote()
    await seats.store()


async def held(access: Access, db: AsyncSession, id: UUID, expected: int) -> tuple[Seats, Enrolment]:
    """The enrolment under the lock of its class, as whoever was faster has left it."""
    found: Any = (await db.execute(queries.within(access, [id]))).one_or_none()
    if found is None:
        raise Problem("NOT_FOUND")
    seats = await Seats.lock(access, db, found.class_id)
    row = (await db.scalars(queries.fresh(access, [id]))).one()
    if row.version != expected:
        check_version(row.version, expected, EnrolmentOut.model_validate(await shown(access, db, id)))
    return seats, row
