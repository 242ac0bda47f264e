"""Enrolments one by one: confirmed, given up or taken out, always under the lock of their class."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.classes import queries
from asn_api.areas.classes.joining import (
    check_before_start,
)
from asn_api.areas.classes.schemas import EnrolmentOut
from asn_api.areas.classes.seats import Seats
from asn_api.areas.classes.showing import shown
from asn_api.core.http.route import check_version
from asn_api.errors import Problem
from asn_api.rules.enrolments import (
    SEATED,
    CancellationCause,
    EnrolmentAction,
    EnrolmentActor,
    EnrolmentStatus,
    check_enrolment,
)
from asn_api.tables.training import Enrolment


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
