"""Classes and who takes part: the states, what leads from one to the next and whose act it is."""

from enum import StrEnum


class ClassStatus(StrEnum):
    DRAFT = "DRAFT"
    OPEN = "OPEN"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    CANCELLED = "CANCELLED"


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


class EnrolmentOrigin(StrEnum):
    REQUEST = "REQUEST"
    NOMINATION = "NOMINATION"


class CancellationCause(StrEnum):
    WITHDRAWN = "WITHDRAWN"
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
