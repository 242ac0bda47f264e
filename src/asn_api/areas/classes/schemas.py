"""The wire of classes and enrolments."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from asn_api.areas.courses.schemas import CourseRefOut, Id, Link
from asn_api.areas.performance.schemas import PersonOut
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.courses import CourseKind, CourseMode
from asn_api.rules.enrolments import (
    CancellationCause,
    ClassAction,
    ClassStatus,
    EnrolmentAction,
    EnrolmentOrigin,
    EnrolmentStatus,
)

Refused = Annotated[
    str | None, Field(description="The code of what stands in the way; null when it may be done.")
]
Atomic = Annotated[
    Literal["each", "all"],
    Field(default="each", description="`all`: one refused item refuses all of them."),
]


class SessionIn(In):
    id: Id
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    jp: int = Field(ge=0, le=24, description="Lesson hours of this meeting.")
    topic: Line | None = None


class ClassValues(In):
    name: Line = Field(description="Such as `Angkatan II`.")
    unit_id: UUID = Field(description="Organises it.")
    organiser_id: UUID = Field(description="The employee who records attendance and results.")
    place: Line | None = None
    link: Link | None = None
    starts_on: date
    ends_on: date
    registration_opens_at: AwareDatetime
    registration_closes_at: AwareDatetime
    needs_approval: bool = Field(
        default=True,
        description="Whether the superior approves requests; seats are then given in the order of approvals.",
    )
    seats: int = Field(ge=1, le=10_000)
    sessions: list[SessionIn] = Field(
        default=[], max_length=200, description="Its meetings; only self-paced learning goes without."
    )


class ClassIn(ClassValues):
    id: Id
    course_id: UUID


class ClassFilter(Paging):
    course_id: UUID | None = None
    unit_id: UUID | None = Field(default=None, description="Organised by this unit or one below it.")
    organiser_id: UUID | None = None
    status: ClassStatus | None = None
    mode: CourseMode | None = None
    kind: CourseKind | None = None
    starts_from: date | None = Field(default=None, alias="starts_on[gte]")
    starts_to: date | None = Field(default=None, alias="starts_on[lte]")
    registration_open: bool | None = Field(default=None, description="Whether one can register now.")
    free: bool | None = Field(default=None, description="Whether a seat is free.")


class ReasonIn(In):
    reason: Paragraph


class SessionOut(Out):
    id: UUID
    starts_at: datetime
    ends_at: datetime
    jp: int
    topic: str | None


class ClassAllowedOut(Out):
    action: ClassAction
    refused: Refused


class ClassSummary(Out):
    id: UUID
    version: int
    course: CourseRefOut
    kind: CourseKind
    name: str
    unit_id: UUID
    unit_name: str
    organiser: PersonOut
    mode: CourseMode
    jp: int
    place: str | None
    link: str | None
    starts_on: date
    ends_on: date
    begins_at: datetime = Field(description="Until then people come in and drop out.")
    registration_opens_at: datetime
    registration_closes_at: datetime
    needs_approval: bool
    seats: int
    seats_held: int
    waiting: int = Field(description="People on the waiting list.")
    status: ClassStatus


class ClassOut(ClassSummary):
    sessions: list[SessionOut]
    cancellation_reason: str | None
    finished_at: datetime | None
    allowed_actions: list[ClassAllowedOut]


class EnrolmentIn(In):
    id: Id
    class_id: UUID
    note: Paragraph | None = Field(default=None, description="Why; the superior reads it.")


class NomineeIn(In):
    id: Id
    employee_id: UUID
    note: Paragraph | None = None


class NominationsIn(In):
    items: list[NomineeIn] = Field(min_length=1, max_length=500)
    atomic: Atomic


class EnrolmentNoteIn(In):
    note: Paragraph | None = None


class EnrolmentDecisionIn(In):
    id: UUID
    version: Annotated[int, Field(ge=1)]
    decision: Literal["APPROVE", "REJECT"]
    note: Paragraph | None = Field(default=None, description="A rejection needs one.")


class EnrolmentDecisionsIn(In):
    items: list[EnrolmentDecisionIn] = Field(min_length=1, max_length=500)
    atomic: Atomic


class EnrolmentFilter(Paging):
    class_id: UUID | None = None
    course_id: UUID | None = None
    employee_id: UUID | None = None
    unit_id: UUID | None = Field(default=None, description="This unit and all below it.")
    status: EnrolmentStatus | None = None
    waiting_for_me: bool = Field(
        default=False, description="Only requests that I decide, and seats offered to me."
    )


class EnrolmentAllowedOut(Out):
    action: EnrolmentAction
    refused: Refused


class EnrolledClassOut(Out):
    id: UUID
    name: str
    status: ClassStatus
    starts_on: date
    ends_on: date
    begins_at: datetime


class EnrolmentSummary(Out):
    id: UUID
    version: int
    course: CourseRefOut
    course_class: EnrolledClassOut
    employee: PersonOut
    unit_id: UUID
    unit_name: str
    origin: EnrolmentOrigin
    status: EnrolmentStatus
    requested_at: datetime
    place: int | None = Field(
        description="The order in which seats are given, counted when it was approved; not always without gaps."
    )
    position: int | None = Field(description="On the waiting list now: 1 is next.")
    offer_expires_at: datetime | None = Field(description="Until then the offered seat is kept.")
    cancellation: CancellationCause | None
    passed: bool | None
    ended_at: datetime | None


class EnrolmentOut(EnrolmentSummary):
    note: str | None
    nominated_by: UUID | None
    nominated_at: datetime | None
    decided_by: UUID | None
    decided_at: datetime | None
    decision_note: str | None
    cancellation_reason: str | None
    pre_score: float | None
    post_score: float | None
    allowed_actions: list[EnrolmentAllowedOut]


class RefusedFieldOut(Out):
    pointer: str
    code: str
    message: str


class EnrolmentResultOut(Out):
    id: UUID | None
    employee_id: UUID | None
    done: bool
    status: EnrolmentStatus | None
    version: int | None
    code: str | None = Field(description="Why it was refused.")
    detail: str | None
    errors: list[RefusedFieldOut]


class EnrolmentResultsOut(Out):
    done: int
    refused: int
    results: list[EnrolmentResultOut] = Field(description="One per item, in their order.")
