"""Classes and who takes part: the states, what leads from one to the next, and whose act it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from asn_api.errors import Fault, Problem
from asn_api.rules.calendar import ONE_DAY, Zone, midnight
from asn_api.rules.courses import CourseMode


class ClassStatus(StrEnum):
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"


class ClassAction(StrEnum):
    EDIT = "EDIT"
    OPEN = "OPEN"
    START = "START"
    FINISH = "FINISH"
    CANCEL = "CANCEL"


class EnrolmentStatus(StrEnum):
    """APPROVED: a seat is kept for somebody from the waiting list until the offer expires."""

    REQUESTED = "REQUESTED"
    REJECTED = "REJECTED"
    WAITLISTED = "WAITLISTED"
    APPROVED = "APPROVED"
    CONFIRMED = "CONFIRMED"
    ATTENDING = "ATTENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    NO_SHOW = "NO_SHOW"
    CANCELLED = "CANCELLED"


class EnrolmentAction(StrEnum):
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    QUEUE = "QUEUE"
    OFFER = "OFFER"
    CONFIRM = "CONFIRM"
    CANCEL = "CANCEL"
    ATTEND = "ATTEND"
    COMPLETE = "COMPLETE"
    FAIL = "FAIL"
    MISS = "MISS"


class EnrolmentActor(StrEnum):
    """MANAGER: a head or admin who may nominate this person. SYSTEM: what follows by itself."""

    EMPLOYEE = "EMPLOYEE"
    SUPERIOR = "SUPERIOR"
    MANAGER = "MANAGER"
    ORGANISER = "ORGANISER"
    SYSTEM = "SYSTEM"


class EnrolmentOrigin(StrEnum):
    REQUEST = "REQUEST"
    NOMINATION = "NOMINATION"


class CancellationCause(StrEnum):
    WITHDRAWN = "WITHDRAWN"
    REMOVED = "REMOVED"
    DECLINED = "DECLINED"
    OFFER_EXPIRED = "OFFER_EXPIRED"
    CLASH = "CLASH"
    CLASS_CANCELLED = "CLASS_CANCELLED"
    NOT_REACHED = "NOT_REACHED"


class AttendanceMark(StrEnum):
    PRESENT = "PRESENT"
    LATE = "LATE"
    EXCUSED = "EXCUSED"
    ABSENT = "ABSENT"


CLASS_TRANSITIONS: Mapping[tuple[ClassStatus, ClassAction], ClassStatus] = {
    (ClassStatus.DRAFT, ClassAction.EDIT): ClassStatus.DRAFT,
    (ClassStatus.DRAFT, ClassAction.OPEN): ClassStatus.OPEN,
    (ClassStatus.DRAFT, ClassAction.CANCEL): ClassStatus.CANCELLED,
    (ClassStatus.OPEN, ClassAction.EDIT): ClassStatus.OPEN,
    (ClassStatus.OPEN, ClassAction.START): ClassStatus.RUNNING,
    (ClassStatus.OPEN, ClassAction.CANCEL): ClassStatus.CANCELLED,
    (ClassStatus.RUNNING, ClassAction.FINISH): ClassStatus.FINISHED,
    (ClassStatus.RUNNING, ClassAction.CANCEL): ClassStatus.CANCELLED,
}


@dataclass(frozen=True)
class EnrolmentTransition:
    actors: frozenset[EnrolmentActor]
    next: EnrolmentStatus


_S, _A, _BY = EnrolmentStatus, EnrolmentAction, EnrolmentActor


def _by(next: EnrolmentStatus, *actors: EnrolmentActor) -> EnrolmentTransition:
    return EnrolmentTransition(frozenset(actors), next)


_AWAY = _by(_S.CANCELLED, _BY.EMPLOYEE, _BY.MANAGER, _BY.SYSTEM)

ENROLMENT_TRANSITIONS: Mapping[tuple[EnrolmentStatus, EnrolmentAction], EnrolmentTransition] = {
    (_S.REQUESTED, _A.APPROVE): _by(_S.APPROVED, _BY.SUPERIOR, _BY.MANAGER, _BY.SYSTEM),
    (_S.REQUESTED, _A.REJECT): _by(_S.REJECTED, _BY.SUPERIOR),
    (_S.REQUESTED, _A.CANCEL): _AWAY,
    (_S.APPROVED, _A.CONFIRM): _by(_S.CONFIRMED, _BY.EMPLOYEE, _BY.SYSTEM),
    (_S.APPROVED, _A.QUEUE): _by(_S.WAITLISTED, _BY.SYSTEM),
    (_S.APPROVED, _A.CANCEL): _AWAY,
    (_S.WAITLISTED, _A.OFFER): _by(_S.APPROVED, _BY.SYSTEM),
    (_S.WAITLISTED, _A.CANCEL): _AWAY,
    (_S.CONFIRMED, _A.ATTEND): _by(_S.ATTENDING, _BY.SYSTEM),
    (_S.CONFIRMED, _A.CANCEL): _AWAY,
    (_S.ATTENDING, _A.COMPLETE): _by(_S.COMPLETED, _BY.ORGANISER),
    (_S.ATTENDING, _A.FAIL): _by(_S.FAILED, _BY.ORGANISER),
    (_S.ATTENDING, _A.MISS): _by(_S.NO_SHOW, _BY.ORGANISER),
    (_S.ATTENDING, _A.CANCEL): _by(_S.CANCELLED, _BY.SYSTEM),
}

SEATED = frozenset({_S.APPROVED, _S.CONFIRMED, _S.ATTENDING})
"""A seat is held; it is free again once the enrolment is cancelled."""

PURSUED = SEATED | {_S.REQUESTED, _S.WAITLISTED}
"""Neither refused nor over."""

BEFORE_CLASS = frozenset({_S.REQUESTED, _S.WAITLISTED, _S.APPROVED, _S.CONFIRMED})

ASKED_FOR = (_A.APPROVE, _A.REJECT, _A.CONFIRM, _A.CANCEL)
"""What people do; the rest follows."""


def check_class(status: ClassStatus, action: ClassAction) -> ClassStatus:
    """The next status, or a Problem."""
    if (status, action) not in CLASS_TRANSITIONS:
        raise Problem("CLASS_WRONG_STATUS", status=status.value)
    return CLASS_TRANSITIONS[status, action]


def enrolment_refusal(
    status: EnrolmentStatus, action: EnrolmentAction, actors: Collection[EnrolmentActor]
) -> str | None:
    """The code of what stands in the way; None when it may be done."""
    step = ENROLMENT_TRANSITIONS.get((status, action))
    if step is None:
        return "ENROLMENT_WRONG_STATUS"
    return None if step.actors.intersection(actors) else "ENROLMENT_WRONG_ACTOR"


def check_enrolment(
    status: EnrolmentStatus, action: EnrolmentAction, *actors: EnrolmentActor
) -> EnrolmentStatus:
    """The next status, or a Problem saying why the action is refused."""
    code = enrolment_refusal(status, action, actors)
    if code:
        raise Problem(code, status=status.value)
    return ENROLMENT_TRANSITIONS[status, action].next


def given_place(free: int) -> EnrolmentAction:
    """What follows an approval: a seat while one is free, otherwise the end of the waiting list."""
    return EnrolmentAction.CONFIRM if free > 0 else EnrolmentAction.QUEUE


def check_registration(status: ClassStatus, window: tuple[datetime, datetime], now: datetime) -> None:
    """Enrolments come from the opening of registration until its closing (not included)."""
    if status is not ClassStatus.OPEN:
        raise Problem("CLASS_NOT_OPEN", status=status.value)
    if now < window[0]:
        raise Problem("REGISTRATION_NOT_YET", opens=window[0].isoformat())
    if now >= window[1]:
        raise Problem("REGISTRATION_CLOSED")


@dataclass(frozen=True)
class Meeting:
    starts_at: datetime
    ends_at: datetime


def begins_at(starts_on: date, meetings: Sequence[Meeting], zone: Zone) -> datetime:
    """When nobody can come in or drop out any more: the first meeting, without one the first day."""
    return min((each.starts_at for each in meetings), default=midnight(starts_on, zone))


def ends_at(ends_on: date, meetings: Sequence[Meeting], zone: Zone) -> datetime:
    """From when on results are final: the end of the last meeting, without one of the last day."""
    return max((each.ends_at for each in meetings), default=midnight(ends_on + ONE_DAY, zone))


def schedule_faults(
    mode: CourseMode,
    days: tuple[date, date],
    registration: tuple[datetime, datetime],
    meetings: Sequence[Meeting],
    zone: Zone,
) -> list[Fault]:
    """What is wrong with the times of a class. Only self-paced learning goes without meetings."""
    if days[1] < days[0]:
        return [Fault("/ends_on", "CLASS_DAYS_REVERSED")]
    faults = []
    if registration[1] <= registration[0]:
        faults.append(Fault("/registration_closes_at", "REGISTRATION_REVERSED"))
    elif registration[1] > begins_at(days[0], meetings, zone):
        faults.append(Fault("/registration_closes_at", "REGISTRATION_AFTER_START"))
    if not meetings and mode is not CourseMode.SELF_PACED:
        faults.append(Fault("/sessions", "SESSIONS_MISSING"))
    first, end = midnight(days[0], zone), midnight(days[1] + ONE_DAY, zone)
    for number, each in enumerate(meetings):
        if each.ends_at <= each.starts_at:
            faults.append(Fault(f"/sessions/{number}/ends_at", "SESSION_REVERSED"))
        elif each.starts_at < first or each.ends_at > end:
            faults.append(Fault(f"/sessions/{number}/starts_at", "SESSION_OUTSIDE_CLASS"))
    ordered = sorted(meetings, key=lambda each: each.starts_at)
    if any(later.starts_at < earlier.ends_at for earlier, later in pairwise(ordered)):
        faults.append(Fault("/sessions", "SESSIONS_OVERLAP"))
    return faults


def offer_until(now: datetime, hours: int, begins: datetime) -> datetime:
    """When an offered seat goes to the next: after the policy's hours, at the latest when the class begins."""
    return min(now + timedelta(hours=hours), begins)


def outcome(
    passed: bool | None, marks: Collection[AttendanceMark], sessions: int, least_percent: int
) -> EnrolmentAction:
    """How an enrolment ends. A session without a mark was missed; an excused one counts neither way.

    Without sessions the result alone decides; without a result, attendance alone.
    """
    came = sum(mark in (AttendanceMark.PRESENT, AttendanceMark.LATE) for mark in marks)
    excused = sum(mark is AttendanceMark.EXCUSED for mark in marks)
    if not sessions:
        if passed is None:
            return EnrolmentAction.MISS
        return EnrolmentAction.COMPLETE if passed else EnrolmentAction.FAIL
    if not came and not excused:
        return EnrolmentAction.MISS
    held = sessions - excused
    enough = bool(came) and Fraction(came, held) * 100 >= least_percent
    return EnrolmentAction.COMPLETE if enough and passed is not False else EnrolmentAction.FAIL
