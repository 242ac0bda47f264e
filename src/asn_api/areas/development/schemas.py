"""The wire of training needs, surveys and yearly development plans. Money is whole rupiah."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from asn_api.areas.competencies.schemas import AnyCode, Code, Day
from asn_api.areas.followup.schemas import Refused
from asn_api.areas.monitoring.schemas import Id
from asn_api.areas.performance.schemas import PersonOut, Year
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph, left_out
from asn_api.rules.development import LearningForm, NotePriority
from asn_api.rules.enrolments import EnrolmentStatus
from asn_api.rules.needs import (
    DevelopmentPlanAction,
    DevelopmentPlanStatus,
    NeedAction,
    NeedSource,
    NeedStatus,
    Omission,
    SurveyStatus,
)

Rupiah = Annotated[int, Field(ge=0, le=10_000_000_000_000)]


class WantedIn(In):
    """One thing to learn: a competency, or in words what no competency covers."""

    competency_code: Code | None = None
    subject: Line | None = Field(default=None, description="Required without a competency.")
    reason: Paragraph = Field(description="Why: what it helps with at work.")
    urgency: NotePriority
    form: LearningForm | None = Field(default=None, description="The kind of learning wished for.")

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.competency_code is None and self.subject is None:
            raise PydanticCustomError("TRAINING_NEED_UNNAMED", "neither a competency nor a subject")
        return self


class TrainingNeedIn(WantedIn):
    id: Id
    employee_id: UUID = Field(description="Oneself, or one of one's reports.")
    year: Year = Field(description="The year in which it should be learned.")


class TrainingNeedFilter(Paging):
    employee_id: UUID | None = None
    unit_id: UUID | None = Field(default=None, description="This unit and all below it.")
    year: int | None = None
    source: NeedSource | None = None
    status: NeedStatus | None = None
    competency_code: AnyCode = None


class TrainingNeedAllowedOut(Out):
    action: NeedAction
    refused: Refused


class TrainingNeedOut(Out):
    id: UUID
    version: int
    employee: PersonOut
    unit_id: UUID
    unit_name: str
    author_id: UUID
    source: NeedSource
    year: int
    competency_code: str | None
    subject: str
    reason: str
    urgency: NotePriority
    form: LearningForm | None
    status: NeedStatus
    created_at: datetime
    allowed_actions: list[TrainingNeedAllowedOut]


class CauseOut(Out):
    source: NeedSource
    reference: UUID | None = Field(description="The record it comes from; null for a gap.")
    version: int | None
    points: int
    steps: str = Field(description="How the points come about.")


class MergedNeedOut(Out):
    """All reasons for which somebody should learn one thing. Each source counts once, with the most it says."""

    competency_code: str | None
    subject: str
    score: int
    priority: NotePriority
    form: LearningForm
    course_id: UUID | None = Field(
        description="The cheapest published course that leads above the level held."
    )
    cost: int = Field(description="Of that course, else the policy's estimate for the form.")
    causes: list[CauseOut]


class PersonalNeedsOut(Out):
    employee_id: UUID
    year: int
    as_of: date
    policy_id: UUID
    rule: str
    needs: list[MergedNeedOut]


class SurveyFilter(Paging):
    unit_id: UUID | None = Field(default=None, description="This unit and all below it.")
    year: int | None = None
    open: bool | None = Field(default=None, description="Only those that can be answered today, or cannot.")


class SurveyIn(In):
    """Asks everybody in the unit and below it what he needs to learn in the year."""

    id: Id
    unit_id: UUID
    year: Year
    title: Line
    opens_on: Day
    closes_on: Day = Field(description="The last day.")


class SurveyPatch(In):
    title: Line = Field(default_factory=left_out)
    closes_on: Day = Field(default_factory=left_out, description="The last day, yesterday to end it at once.")


class SurveyOut(Out):
    id: UUID
    version: int
    unit_id: UUID
    unit_name: str
    year: int
    title: str
    opens_on: date
    closes_on: date
    status: SurveyStatus
    answered: bool = Field(description="Whether the caller has answered.")


class SurveyAnswerIn(In):
    needs: list[WantedIn] = Field(max_length=10, description="Empty: nothing is needed.")


class SurveyAnswerOut(Out):
    survey_id: UUID
    answered_at: datetime
    needs: list[TrainingNeedOut]


class WantedTopicOut(Out):
    competency_code: str | None
    subject: str
    people: int
    high: int = Field(description="Of them those to whom it is urgent.")


class SurveyResultsOut(Out):
    survey_id: UUID
    asked: int = Field(description="In a definitive position of the branch today.")
    answered: int
    topics: list[WantedTopicOut] = Field(description="The most wanted first, 100 at most.")


class DevelopmentPlanFilter(Paging):
    unit_id: UUID | None = Field(default=None, description="This unit and all below it.")
    year: int | None = None
    status: DevelopmentPlanStatus | None = None


class DevelopmentPlanIn(In):
    """A year's plan of an agency; it is drawn from all needs as they stand today."""

    id: Id
    unit_id: UUID = Field(description="An agency.")
    year: Year
    budget: Rupiah | None = Field(default=None, description="Without it there is no ceiling.")


class DevelopmentPlanPatch(In):
    budget: Rupiah | None = Field(description="Null: no ceiling. What it pays for is decided anew.")


class DevelopmentPlanRemarkIn(In):
    remark: Paragraph | None = None


class DevelopmentPlanReturnIn(In):
    reason: Paragraph


class DevelopmentPlanAllowedOut(Out):
    action: DevelopmentPlanAction
    refused: Refused


class DevelopmentPlanSummary(Out):
    id: UUID
    version: int
    unit_id: UUID
    unit_name: str
    year: int
    status: DevelopmentPlanStatus
    budget: int | None
    drawn_on: date
    people: int = Field(description="With at least one included item.")
    included: int
    left_out: int
    cost: int = Field(description="Of what is included.")


class DevelopmentPlanOut(DevelopmentPlanSummary):
    high: int = Field(description="Included items of high priority.")
    high_left_out: int
    policy_id: UUID
    created_at: datetime
    submitted_by: UUID | None
    submitted_at: datetime | None
    decided_by: UUID | None
    decided_at: datetime | None
    remark: str | None
    allowed_actions: list[DevelopmentPlanAllowedOut]


class PlanItemFilter(Paging):
    plan_id: UUID | None = None
    employee_id: UUID | None = None
    year: int | None = None
    competency_code: AnyCode = None
    priority: NotePriority | None = None
    included: bool | None = None


class PlanItemPatch(In):
    """What whoever prepares the plan decides by hand; it survives the next drawing."""

    included: bool = Field(default_factory=left_out)
    course_id: UUID | None = Field(default=None, description="A published course; its cost is taken over.")
    form: LearningForm = Field(default_factory=left_out)
    cost: Rupiah = Field(default_factory=left_out)
    remark: Paragraph | None = None


class MetByOut(Out):
    id: UUID
    class_id: UUID
    status: EnrolmentStatus


class PlanItemOut(Out):
    id: UUID
    version: int
    plan_id: UUID
    year: int
    plan_status: DevelopmentPlanStatus
    employee: PersonOut
    unit_id: UUID
    unit_name: str
    competency_code: str | None
    subject: str
    score: int
    priority: NotePriority
    form: LearningForm
    course_id: UUID | None
    course_title: str | None
    cost: int
    included: bool
    omission: Omission | None
    edited: bool
    remark: str | None
    enrolment: MetByOut | None = Field(
        description="The newest of the plan's year in the course, or in one that teaches the competency."
    )


class PlanItemExplanationOut(Out):
    item_id: UUID
    version: int
    score: int
    priority: NotePriority
    causes: list[CauseOut]
    steps: list[str]
    policy_id: UUID
