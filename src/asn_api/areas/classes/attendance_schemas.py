"""The wire of attendance and results."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from asn_api.areas.classes.attendance_wire import AttendanceValues, MarkOut
from asn_api.areas.classes.schemas import Atomic, RefusedFieldOut, SessionOut
from asn_api.areas.courses.schemas import Id
from asn_api.areas.performance.schemas import PersonOut
from asn_api.core.wire import In, Out
from asn_api.rules.enrolments import ClassStatus, EnrolmentStatus

Score = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]


class AttendanceIn(AttendanceValues):
    id: Id
    recorded_at: AwareDatetime | None = Field(
        default=None, description="The clock of the device; the time of the request when left out."
    )


class AttendancesIn(In):
    items: list[AttendanceIn] = Field(min_length=1, max_length=500)
    atomic: Atomic


class ResultIn(In):
    enrolment_id: UUID
    pre_score: Score | None = None
    post_score: Score | None = None
    passed: bool | None = Field(
        default=None, description="Null where nothing is tested: attendance alone decides."
    )


class ResultsIn(In):
    items: list[ResultIn] = Field(min_length=1, max_length=500)
    atomic: Atomic


class ParticipantOut(Out):
    enrolment_id: UUID
    version: int
    employee: PersonOut
    unit_name: str
    status: EnrolmentStatus
    pre_score: float | None
    post_score: float | None
    passed: bool | None
    attendance: list[MarkOut]


class SheetOut(Out):
    """Everything a phone needs to record attendance without a network."""

    class_id: UUID
    version: int
    status: ClassStatus
    sessions: list[SessionOut]
    participants: list[ParticipantOut] = Field(description="Whoever holds a seat, or held it when it ended.")


class AttendanceResultOut(Out):
    enrolment_id: UUID
    session_id: UUID | None
    id: UUID | None
    done: bool
    version: int | None
    code: str | None = Field(description="Why it was refused.")
    detail: str | None
    errors: list[RefusedFieldOut]


class AttendanceResultsOut(Out):
    done: int
    refused: int
    results: list[AttendanceResultOut] = Field(description="One per item, in their order.")
