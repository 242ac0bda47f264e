"""Classes: planned, opened for registration, changed, begun and cancelled; everybody concerned is told."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.areas.classes import queries
from asn_api.areas.classes.schemas import ClassIn, ClassOut, ClassValues, SessionIn
from asn_api.areas.classes.seats import Seats
from asn_api.areas.classes.showing import shown_class
from asn_api.areas.courses.queries import may_open
from asn_api.areas.notifications.writing import Notice
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.calendar import Zone
from asn_api.rules.courses import CourseMode
from asn_api.rules.enrolments import (
    BEFORE_CLASS,
    SEATED,
    CancellationCause,
    ClassAction,
    ClassStatus,
    EnrolmentActor,
    EnrolmentStatus,
    Meeting,
    begins_at,
    check_class,
    schedule_faults,
)
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.training import ClassSession, CourseClass

ENTITY = "course_class"

_FIELDS = (
    "name",
    "unit_id",
    "organiser_id",
    "place",
    "link",
    "starts_on",
    "ends_on",
    "registration_opens_at",
    "registration_closes_at",
    "needs_approval",
    "seats",
)
_TOLD = ("place", "link", "starts_on", "ends_on", "sessions")
"""Changes of these are told to whoever holds a seat or waits for one."""


async def plan(access: Access, db: AsyncSession, given: ClassIn) -> tuple[UUID, bool]:
    """The id of the stored class, a draft, and whether it is new; the same one sent again is given back."""
    if (
        given.id is not None
        and (known := await db.scalar(queries.stored_class(access, given.id))) is not None
    ):
        if (known.course_id, known.name, known.unit_id) != (given.course_id, given.name, given.unit_id):
            raise Problem("CLASS_ID_TAKEN")
        return known.id, False
    zone = await _zone(access, db, given.unit_id)
    course = await db.scalar(queries.course(access, given.course_id))
    if course is None:
        raise Problem("REQUEST_INVALID", faults=[Fault("/course_id", "COURSE_UNKNOWN")])
    if not await db.scalar(may_open(access, course.id)):
        raise Problem("PARTNER_WITHOUT_AGREEMENT")
    await _check(access, db, course.mode, given, zone)
    row = CourseClass(
        region_id=access.region_id,
        id=given.id or uuid7(),
        course_id=course.id,
        mode=course.mode,
        jp=course.jp,
        status=ClassStatus.DRAFT,
        created_at=access.now,
    )
    _put(row, given, zone)
    db.add(row)
    await db.flush()
    sessions = _add_sessions(db, row, given.sessions)
    await db.flush()
    await _log(access, db, row, "CREATE", difference({}, _fields(row, sessions)))
    return row.id, True


async def change(access: Access, db: AsyncSession, id: UUID, expected: int, given: ClassValues) -> None:
    """Other times are refused while somebody with a seat is elsewhere then, fewer seats while they are held."""
    seats = await _managed(access, db, id, expected)
    row = seats.row
    check_class(row.status, ClassAction.EDIT)
    zone = await _zone(access, db, given.unit_id)
    await _check(access, db, row.mode, given, zone)
    if given.seats < seats.held:
        raise Problem("CLASS_SEATS_HELD", held=seats.held)
    before = _fields(row, seats.sessions)
    _put(row, given, zone)
    # The sessions are part of it: they change its version even if nothing else does.
    flag_modified(row, "name")
    kept = {each.id: each for each in seats.sessions}
    seats.sessions = _add_sessions(db, row, given.sessions, kept)
    for gone in kept.keys() - {each.id for each in seats.sessions}:
        await db.delete(kept[gone])
    await db.flush()
    after = _fields(row, seats.sessions)
    people = list(await db.scalars(queries.of_class(access, id, BEFORE_CLASS)))
    if before["sessions"] != after["sessions"]:
        await _move(access, db, seats, [each for each in people if each.status in SEATED])
    await _log(access, db, row, "EDIT", difference(before, after))
    if row.status is ClassStatus.OPEN and any(before[name] != after[name] for name in _TOLD):
        waiting = [each for each in people if each.status is not EnrolmentStatus.REQUESTED]
        _tell(seats, [each.employee_id for each in waiting], NoticeKind.CLASS_CHANGED)
    await seats.promote()
    await seats.store()


async def _move(access: Access, db: AsyncSession, seats: Seats, seated: Sequence[Any]) -> None:
    """Those with a seat are busy at the new times; refused while one of them is in another class then."""
    busy = seats.busy
    if busy is not None and seated:
        await db.execute(queries.held_still(access, {each.employee_id for each in seated}))
        elsewhere = set(await db.scalars(queries.seated_elsewhere(access, seats.row.id, busy)))
        if elsewhere:
            raise Problem("CLASS_CLASHES", employees=sorted(str(each) for each in elsewhere))
    for each in seated:
        each.busy = busy


async def open_registration(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    seats = await _managed(access, db, id, expected)
    row = seats.row
    after = check_class(row.status, ClassAction.OPEN)
    if not await db.scalar(may_open(access, row.course_id)):
        raise Problem("PARTNER_WITHOUT_AGREEMENT")
    if seats.has_begun:
        raise Problem("CLASS_HAS_BEGUN")
    row.status = after
    await db.flush()
    await _log(access, db, row, "OPEN", {"status": [ClassStatus.DRAFT, after]})


async def cancel(access: Access, db: AsyncSession, id: UUID, expected: int, reason: str) -> None:
    """Call a class off; everybody in it and its organiser are told."""
    seats = await _managed(access, db, id, expected)
    row, before = seats.row, seats.row.status
    row.status, row.cancellation_reason = check_class(before, ClassAction.CANCEL), reason
    concerned = {*BEFORE_CLASS, EnrolmentStatus.ATTENDING}
    for each in await db.scalars(queries.of_class(access, id, concerned)):
        seats.cancel(each, EnrolmentActor.SYSTEM, CancellationCause.CLASS_CANCELLED)
    if row.organiser_id != access.employee_id:
        _tell(seats, [row.organiser_id], NoticeKind.CLASS_CANCELLED)
    await seats.store()
    await _log(access, db, row, "CANCEL", {"status": [before, row.status]})


async def start(access: Access, db: AsyncSession, seats: Seats) -> None:
    """It has begun: whoever is confirmed attends, offers lapse, and nobody waits any longer."""
    row, before = seats.row, seats.row.status
    row.status = check_class(before, ClassAction.START)
    for each in await db.scalars(queries.of_class(access, row.id, BEFORE_CLASS)):
        if each.status is EnrolmentStatus.CONFIRMED:
            seats.attend(each)
        else:
            offered = each.status is EnrolmentStatus.APPROVED
            cause = CancellationCause.OFFER_EXPIRED if offered else CancellationCause.NOT_REACHED
            seats.cancel(each, EnrolmentActor.SYSTEM, cause)
    await seats.store()
    await _log(access, db, row, "START", {"status": [before, row.status]})


async def _managed(access: Access, db: AsyncSession, id: UUID, expected: int) -> Seats:
    """The class under its lock, if a unit within the caller's reach organises it."""
    if await db.scalar(queries.stored_class(access, id).where(queries.managed(access))) is None:
        raise Problem("NOT_FOUND")
    seats = await Seats.lock(access, db, id)
    if seats.row.version != expected:
        current = ClassOut.model_validate(await shown_class(access, db, id))
        check_version(seats.row.version, expected, current)
    return seats


async def _zone(access: Access, db: AsyncSession, unit_id: UUID) -> Zone:
    """Of a unit within reach that may organise classes."""
    zone = await db.scalar(queries.organising_zone(access, unit_id))
    if zone is None:
        raise Problem("NOT_FOUND", faults=[Fault("/unit_id", "NOT_FOUND")])
    return zone


async def _check(access: Access, db: AsyncSession, mode: CourseMode, given: ClassValues, zone: Zone) -> None:
    """Times, place and people make sense."""
    registration = given.registration_opens_at, given.registration_closes_at
    faults = schedule_faults(mode, (given.starts_on, given.ends_on), registration, _meetings(given), zone)
    if mode in (CourseMode.ON_SITE, CourseMode.BLENDED) and given.place is None:
        faults.append(Fault("/place", "PLACE_MISSING"))
    if mode not in (CourseMode.ON_SITE, CourseMode.BLENDED) and given.link is None:
        faults.append(Fault("/link", "LINK_MISSING"))
    ids = [each.id for each in given.sessions if each.id is not None]
    if len(set(ids)) < len(ids):
        faults.append(Fault("/sessions", "LISTED_TWICE"))
    if await db.scalar(queries.employee(access, given.organiser_id)) is None:
        faults.append(Fault("/organiser_id", "ORGANISER_UNKNOWN"))
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)


def _put(row: CourseClass, given: ClassValues, zone: Zone) -> None:
    for name in _FIELDS:
        setattr(row, name, getattr(given, name))
    row.begins_at = begins_at(given.starts_on, _meetings(given), zone)


def _meetings(given: ClassValues) -> list[Meeting]:
    return [Meeting(each.starts_at, each.ends_at) for each in given.sessions]


def _add_sessions(
    db: AsyncSession,
    row: CourseClass,
    given: Sequence[SessionIn],
    kept: dict[UUID, ClassSession] | None = None,
) -> list[ClassSession]:
    """One with a known id stays the same session, with its attendance."""
    sessions = []
    for each in given:
        session = (kept or {}).get(each.id) if each.id is not None else None
        if session is None:
            session = ClassSession(region_id=row.region_id, id=each.id or uuid7(), class_id=row.id)
            db.add(session)
        for name in ("starts_at", "ends_at", "jp", "topic"):
            setattr(session, name, getattr(each, name))
        sessions.append(session)
    return sorted(sessions, key=lambda each: each.starts_at)


def _fields(row: CourseClass, sessions: Sequence[ClassSession]) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in _FIELDS}
    times = [[each.starts_at.isoformat(), each.ends_at.isoformat(), each.topic] for each in sessions]
    words = {
        name: value if isinstance(value, int) or value is None else str(value)
        for name, value in plain.items()
    }
    return {**words, "sessions": times}


def _tell(seats: Seats, people: Sequence[UUID], kind: NoticeKind) -> None:
    words = {"class": seats.row.name, "day": seats.row.starts_on.isoformat()}
    seats.tell(*[Notice(each, kind, ENTITY, seats.row.id, None, words) for each in people])


async def _log(
    access: Access, db: AsyncSession, row: CourseClass, action: str, changes: dict[str, Any]
) -> None:
    change = Change(ENTITY, row.id, row.version, action, changes, unit_id=row.unit_id)
    await record(db, access.author, access.now, change)
