"""Evaluation forums on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from asn_api.areas.monitoring.schemas import Id, PersonOut
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.forums import Attendance, ForumAction, ForumStatus


class AgendaItemIn(In):
    employee_id: UUID = Field(description="Who presents: of one's team, or of the branch that one heads.")
    plan_id: UUID
    work_result_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)] = Field(
        description="Of this plan. Of the plan the others see these results only."
    )


class ForumChangeIn(In):
    title: Line
    purpose: Paragraph | None = None
    place: Line = Field(description="A room, or the address of a video meeting.")
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    agenda: Annotated[list[AgendaItemIn], Field(min_length=1, max_length=50)]
    participant_ids: Annotated[list[UUID], Field(max_length=200)] = Field(
        default=[], description="Besides those who present; the convener is invited anyway."
    )


class ForumIn(ForumChangeIn):
    id: Id


class CancellationIn(In):
    reason: Paragraph


class AttendanceItemIn(In):
    employee_id: UUID
    attendance: Attendance


class AttendanceIn(In):
    items: Annotated[list[AttendanceItemIn], Field(min_length=1, max_length=300)]


class FollowUpIn(In):
    text: Paragraph
    employee_id: UUID | None = Field(default=None, description="Who does it: one of the participants.")
    due: date | None = None


class MinutesIn(In):
    summary: Paragraph
    decisions: Annotated[list[Paragraph], Field(max_length=50)] = Field(default=[])
    follow_ups: Annotated[list[FollowUpIn], Field(max_length=50)] = Field(default=[])


class CorrectionIn(In):
    text: Paragraph = Field(description="What the minutes should say instead or besides.")


class ForumFilter(Paging):
    status: ForumStatus | None = None
    employee_id: UUID | None = Field(default=None, description="Who presents.")
    plan_id: UUID | None = None
    invited: bool | None = Field(default=None, description="Whether one is invited oneself.")
    starts_from: AwareDatetime | None = Field(default=None, alias="starts_at[gte]")
    starts_before: AwareDatetime | None = Field(default=None, alias="starts_at[lt]")


class ForumSummary(Out):
    id: UUID
    version: int
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    status: ForumStatus
    convener: PersonOut
    unit_id: UUID
    unit_name: str
    attendance: Attendance | None = Field(description="One's own.")
    clashes: bool = Field(description="One is invited to another forum at that time.")


class PresentedResultOut(Out):
    id: UUID
    statement: str


class AgendaItemOut(Out):
    employee: PersonOut
    plan_id: UUID
    work_results: list[PresentedResultOut]


class ParticipantOut(Out):
    employee: PersonOut
    attendance: Attendance | None
    attendance_at: datetime | None
    recorded_by_self: bool | None
    clashes: bool | None = Field(
        description="Invited to another forum at that time; of others only the convener is told."
    )


class FollowUpOut(Out):
    text: str
    employee_id: UUID | None
    due: date | None


class CorrectionOut(Out):
    text: str
    made_by: UUID
    made_at: datetime


class MinutesOut(Out):
    summary: str
    decisions: list[str]
    follow_ups: list[FollowUpOut]
    published_at: datetime
    corrections: list[CorrectionOut] = Field(
        description="In their order; the minutes themselves never change."
    )


class ForumAllowedOut(Out):
    action: ForumAction
    refused: str | None = Field(description="The code of what stands in the way; null when it may be done.")


class ForumOut(Out):
    id: UUID
    version: int
    title: str
    purpose: str | None
    place: str
    starts_at: datetime
    ends_at: datetime
    check_in_from: datetime
    check_in_until: datetime
    status: ForumStatus
    convener: PersonOut
    unit_id: UUID
    unit_name: str
    cancellation_reason: str | None
    held_at: datetime | None
    agenda: list[AgendaItemOut]
    participants: list[ParticipantOut]
    minutes: MinutesOut | None
    allowed_actions: list[ForumAllowedOut]
