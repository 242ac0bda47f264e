"""Feedback and requests for it on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Out, Paragraph
from asn_api.rules.feedback import (
    FeedbackAction,
    FeedbackPolarity,
    FeedbackReader,
    FeedbackRequestAction,
    FeedbackRequestStatus,
    Relation,
    Visibility,
)
from asn_api.rules.files import FileState
from asn_api.rules.ratings import CoreValue

Id = Annotated[
    UUID | None, Field(default=None, description="Made by the client (UUIDv7), so that it can send again.")
]


class FeedbackIn(In):
    """Exactly one of `work_result_id` and `core_value`; at most one of `file_id` and `url`."""

    id: Id
    employee_id: UUID = Field(description="Whom it is about; never oneself.")
    work_result_id: UUID | None = Field(default=None, description="One of those that the outlook names.")
    core_value: CoreValue | None = None
    polarity: FeedbackPolarity
    text: Paragraph
    visibility: Visibility = Visibility.SUBJECT_AND_SUPERIOR
    named: bool | None = Field(
        default=None,
        description="Whether the name is shown. Left out: it is, but for a subordinate's feedback.",
    )
    file_id: UUID | None = Field(default=None, description="A file of one's own that has been received.")
    url: Annotated[str, Field(max_length=2000)] | None = Field(default=None, description="An https link.")
    forum_id: UUID | None = Field(default=None, description="Said in this forum.")
    request_id: UUID | None = Field(default=None, description="In answer to this request.")


class FeedbackResponseIn(In):
    text: Paragraph


class FeedbackFilter(Paging):
    view: Literal["RECEIVED", "GIVEN", "TEAM"] | None = Field(
        default=None, description="About me, by me, or about others within reach; all when left out."
    )
    employee_id: UUID | None = None
    plan_id: UUID | None = None
    work_result_id: UUID | None = None
    core_value: CoreValue | None = None
    polarity: FeedbackPolarity | None = None
    relation: Relation | None = None
    forum_id: UUID | None = None
    unread: bool | None = Field(default=None, description="Whether the person concerned has not read it.")
    day_from: date | None = Field(default=None, alias="day[gte]")
    day_to: date | None = Field(default=None, alias="day[lte]")


class PersonOut(Out):
    id: UUID
    name: str


class FeedbackFileOut(Out):
    id: UUID
    state: FileState
    media_type: str | None
    size: int | None


class FeedbackSummary(Out):
    id: UUID
    version: int
    employee: PersonOut
    giver: PersonOut | None = Field(description="Null when a subordinate's name is not shown.")
    relation: Relation
    named: bool
    polarity: FeedbackPolarity
    visibility: Visibility
    unit_id: UUID
    plan_id: UUID | None
    work_result_id: UUID | None
    work_result: str | None
    core_value: CoreValue | None
    text: str
    file: FeedbackFileOut | None
    url: str | None
    forum_id: UUID | None
    request_id: UUID | None
    day: date
    read: bool
    response: str | None
    responded_at: datetime | None
    withdrawn: bool
    used: bool = Field(description="An evaluation was made with it; it cannot be withdrawn any more.")


class FeedbackAllowedOut(Out):
    action: FeedbackAction
    refused: str | None = Field(description="The code of what stands in the way; null when it may be done.")


class FeedbackOut(FeedbackSummary):
    withdrawable_until: date = Field(description="The last day on which the giver may withdraw it.")
    allowed_actions: list[FeedbackAllowedOut]


class TopicOut(Out):
    id: UUID
    plan_id: UUID
    statement: str


class OutlookOut(Out):
    """What becomes of feedback that one gives now."""

    employee: PersonOut
    relation: Relation
    readers: dict[Visibility, list[FeedbackReader]] = Field(
        description="Who will read it, by the visibility one may choose."
    )
    named: bool = Field(description="Whether the name is shown unless one says otherwise.")
    may_be_unnamed: bool
    left_today: int = Field(description="How many more one may give about this person today.")
    withdrawal_days: int
    work_results: list[TopicOut] = Field(description="The results that one may name.")


class ColleagueOut(Out):
    id: UUID
    name: str
    unit_name: str
    position: str
    relation: Relation = Field(description="How one stands to this person oneself.")


class FeedbackRequestIn(In):
    """Exactly one of `work_result_id` and `core_value`."""

    id: Id
    asked_id: UUID = Field(description="Who is asked; never oneself.")
    work_result_id: UUID | None = Field(default=None, description="A result of one's own plan.")
    core_value: CoreValue | None = None
    note: Paragraph | None = None


class FeedbackRequestFilter(Paging):
    role: Literal["MADE", "RECEIVED"] | None = Field(
        default=None, description="Those one made, or those one received; both when left out."
    )
    status: FeedbackRequestStatus | None = None


class FeedbackRequestAllowedOut(Out):
    action: FeedbackRequestAction
    refused: str | None


class FeedbackRequestOut(Out):
    id: UUID
    version: int
    employee: PersonOut
    asked: PersonOut
    work_result_id: UUID | None
    work_result: str | None
    core_value: CoreValue | None
    note: str | None
    status: FeedbackRequestStatus
    created_at: datetime
    closed_at: datetime | None
    allowed_actions: list[FeedbackRequestAllowedOut]
