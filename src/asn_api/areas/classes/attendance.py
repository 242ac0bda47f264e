"""Who came: marks by the organiser, from the desk or later from a phone that had no network."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.classes import attendance_queries as queries
from asn_api.areas.classes.atomic import each_or_all
from asn_api.areas.classes.attendance_schemas import AttendanceIn
from asn_api.areas.classes.attendance_wire import AttendanceValues, MarkOut
from asn_api.areas.classes.classes import start
from asn_api.areas.classes.schemas import SessionOut
from asn_api.areas.classes.seats import Seats
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.enrolments import ClassStatus
from asn_api.tables.training import Attendance, Enrolment

ENTITY = "attendance"

_FIELDS = ("session_id", "enrolment_id", "mark", "note")


async def sheet(access: Access, db: AsyncSession, class_id: UUID) -> dict[str, Any]:
    """The list of a class that the caller organises."""
    row = await db.scalar(queries.organised(access, class_id))
    if row is None:
        raise Problem("NOT_FOUND")
    marks: dict[UUID, list[Any]] = {}
    for mark in await db.scalars(queries.marks(access, class_id)):
        marks.setdefault(mark.enrolment_id, []).append(MarkOut.model_validate(mark).model_dump())
    participants = (await db.execute(queries.participants(access, class_id))).mappings()
    sessions = await db.scalars(queries.sessions(access, class_id))
    return {
        "class_id": row.id,
        "version": row.version,
        "status": row.status,
        "sessions": [SessionOut.model_validate(each).model_dump() for each in sessions],
        "participants": [
            {
                **each,
                "employee": {"id": each["employee_id"], "nip": each["nip"], "name": each["name"]},
                "attendance": marks.get(each["enrolment_id"], []),
            }
            for each in participants
        ],
    }


async def organised(access: Access, db: AsyncSession, class_id: UUID) -> Seats:
    """The class under its lock, if it is the caller's; what has begun by the clock has begun."""
    if await db.scalar(queries.organised(access, class_id)) is None:
        raise Problem("NOT_FOUND")
    seats = await Seats.lock(access, db, class_id)
    if seats.row.status is ClassStatus.OPEN and seats.has_begun:
        await start(access, db, seats)
    return seats


async def mark_all(
    access: Access, db: AsyncSession, class_id: UUID, items: Sequence[AttendanceIn], *, atomic: bool
) -> list[Attendance | Problem]:
    """A mark for each item or the reason why not; one that was there is replaced by what was written down later."""

    async def run() -> list[Attendance | Problem]:
        return await _mark_each(access, db, class_id, items)

    return await each_or_all(db, run, atomic=atomic)


async def _mark_each(
    access: Access, db: AsyncSession, class_id: UUID, items: Sequence[AttendanceIn]
) -> list[Attendance | Problem]:
    seats = await organised(access, db, class_id)
    _check_running(seats)
    rows = {
        (each.session_id, each.enrolment_id): each
        for each in await db.scalars(queries.marks(access, class_id))
    }
    people = {each.id: each for each in await db.scalars(queries.attending(access, class_id))}
    results: list[Attendance | Problem] = []
    for item in items:
        place, at = (item.session_id, item.enrolment_id), item.recorded_at or access.now
        try:
            _check(access, seats, people, item, at)
            row = rows.get(place)
            if row is None:
                row = _new(access, item, item.id or uuid7())
                db.add(row)
                rows[place], before = row, {}
            elif row.recorded_at > at:
                raise Problem("ATTENDANCE_RECORDED_LATER")
            else:
                before = _shown(row)
            _put(access, row, item, at)
            await db.flush()
            await _log(access, db, row, people[item.enrolment_id], before, None)
            results.append(row)
        except Problem as problem:
            results.append(problem)
    return results


async def put(
    access: Access,
    db: AsyncSession,
    id: UUID,
    given: AttendanceValues,
    device_at: datetime | None,
    operation_id: UUID | None,
) -> int:
    """Create or replace the mark with this id, from a phone; gives its version."""
    at = device_at or access.now
    class_id = await db.scalar(queries.class_of_session(access, given.session_id))
    if class_id is None:
        raise Problem("REQUEST_INVALID", faults=[Fault("/data/session_id", "SESSION_UNKNOWN")])
    try:
        seats = await organised(access, db, class_id)
    except Problem:
        raise Problem("REQUEST_INVALID", faults=[Fault("/data/session_id", "SESSION_UNKNOWN")]) from None
    _check_running(seats)
    people = {each.id: each for each in await db.scalars(queries.attending(access, class_id))}
    _check(access, seats, people, given, at)
    row = await db.scalar(queries.mark(access, given.session_id, given.enrolment_id))
    known = await db.scalar(queries.mark_with_id(access, id))
    if row is not None and row.id != id:
        raise Problem("ATTENDANCE_RECORDED_ALREADY")
    if known is not None and row is None:
        raise Problem("ATTENDANCE_ELSEWHERE")
    before = {} if row is None else _shown(row)
    if row is None:
        row = _new(access, given, id)
        db.add(row)
    _put(access, row, given, at)
    await db.flush()
    await _log(access, db, row, people[given.enrolment_id], before, operation_id)
    return row.version


def _check_running(seats: Seats) -> None:
    if seats.row.status is not ClassStatus.RUNNING:
        code = "CLASS_NOT_BEGUN" if seats.row.status is ClassStatus.OPEN else "CLASS_OVER"
        raise Problem(code)


def _check(
    access: Access, seats: Seats, people: dict[UUID, Enrolment], given: AttendanceValues, at: datetime
) -> None:
    session = next((each for each in seats.sessions if each.id == given.session_id), None)
    faults = []
    if session is None:
        faults.append(Fault("/session_id", "SESSION_UNKNOWN"))
    elif session.starts_at.astimezone(access.actor.zone.tz).date() > access.today:
        faults.append(Fault("/session_id", "SESSION_NOT_YET"))
    if given.enrolment_id not in people:
        faults.append(Fault("/enrolment_id", "NOT_A_PARTICIPANT"))
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)


def _new(access: Access, given: AttendanceValues, id: UUID) -> Attendance:
    return Attendance(
        region_id=access.region_id,
        id=id,
        session_id=given.session_id,
        enrolment_id=given.enrolment_id,
    )


def _put(access: Access, row: Attendance, given: AttendanceValues, at: datetime) -> None:
    row.mark, row.note = given.mark, given.note
    assert access.employee_id is not None
    row.recorded_by, row.recorded_at, row.received_at = access.employee_id, at, access.now


def _shown(row: Attendance) -> dict[str, Any]:
    return {
        name: value if value is None else str(value) for name in _FIELDS for value in [getattr(row, name)]
    }


async def _log(
    access: Access,
    db: AsyncSession,
    row: Attendance,
    enrolment: Enrolment,
    before: dict[str, Any],
    operation_id: UUID | None,
) -> None:
    change = Change(
        ENTITY,
        row.id,
        row.version,
        "EDIT" if before else "RECORD",
        difference(before, _shown(row)),
        unit_id=enrolment.unit_id,
        employee_id=enrolment.employee_id,
        operation_id=operation_id,
    )
    await record(db, access.author, access.now, change)
