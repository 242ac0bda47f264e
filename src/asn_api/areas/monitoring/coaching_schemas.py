"""Coaching and counselling on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from asn_api.areas.monitoring.schemas import Id, PersonOut
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.coaching import CoachingAction, CoachingKind, CoachingStatus

Rating = Annotated[int, Field(ge=1, le=10)]


class CompetencyIn(In):
    competency: Line
    rating: Rating = Field(description="From 1 to the scale of the policy (form B.1.9).")
    note: Paragraph | None = None


class AgreedActionIn(In):
    text: Paragraph
    due: date


class CoachingChangeIn(In):
    day: date = Field(description="On which the two spoke.")
    topic: Line
    notes: Paragraph = Field(description="Both read them.")
    development_note: Paragraph | None = Field(
        default=None, description="What should be learned; of coaching it may become a training need."
    )
    competencies: Annotated[list[CompetencyIn], Field(max_length=30)] = Field(default=[])
    actions: Annotated[list[AgreedActionIn], Field(max_length=20)] = Field(default=[])


class CoachingIn(CoachingChangeIn):
    id: Id
    kind: CoachingKind
    employee_id: UUID = Field(description="Of one's own team.")


class AcknowledgementIn(In):
    remark: Paragraph | None = Field(default=None, description="What the employee sees otherwise.")


class AssessmentIn(In):
    """The employee's view of the session (form B.1.8)."""

    answers: Annotated[dict[Line, Rating], Field(max_length=50)] = Field(
        description="By the code of the question; every question of the session is answered."
    )
    note: Paragraph | None = None


class CompletionIn(In):
    note: Paragraph | None = None


class CoachingFilter(Paging):
    role: Literal["COACH", "EMPLOYEE"] | None = Field(
        default=None, description="As whom one took part; everything within reach when left out."
    )
    employee_id: UUID | None = None
    kind: CoachingKind | None = None
    status: CoachingStatus | None = None
    open_actions: bool | None = Field(default=None, description="Whether agreed actions are not done yet.")
    day_from: date | None = Field(default=None, alias="day[gte]")
    day_to: date | None = Field(default=None, alias="day[lte]")


class CoachingSummary(Out):
    id: UUID
    version: int
    kind: CoachingKind
    employee: PersonOut
    coach: PersonOut
    unit_id: UUID
    day: date
    topic: str
    status: CoachingStatus
    acknowledged_at: datetime | None
    open_actions: int


class CompetencyOut(Out):
    competency: str
    rating: int
    note: str | None


class AgreedActionOut(Out):
    id: UUID
    text: str
    due: date
    completed_at: datetime | None
    completed_by: UUID | None
    completion_note: str | None


class QuestionOut(Out):
    code: str
    label_id: str
    label_en: str


class CoachingAllowedOut(Out):
    action: CoachingAction
    refused: str | None = Field(description="The code of what stands in the way; null when it may be done.")


class CoachingOut(CoachingSummary):
    notes: str
    development_note: str | None
    competencies: list[CompetencyOut]
    competency_scale: int
    actions: list[AgreedActionOut]
    remark: str | None
    questions: list[QuestionOut] = Field(description="As they were in force on the day of the session.")
    question_scale: int
    answers: dict[str, int] | None = Field(description="Null while they are not given.")
    answer_note: str | None
    assessed_at: datetime | None
    allowed_actions: list[CoachingAllowedOut]


class CountFilter(Paging):
    day_from: date | None = Field(default=None, alias="day[gte]")
    day_to: date | None = Field(default=None, alias="day[lte]")


class CoachingCountOut(Out):
    """How much was spoken in an agency; nothing about whom."""

    agency_id: UUID
    agency_name: str
    kind: CoachingKind
    sessions: int | None = Field(description="Null when fewer people than the policy hides were spoken with.")
    acknowledged: int | None
