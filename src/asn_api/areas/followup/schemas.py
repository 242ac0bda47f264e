"""The wire of findings, development notes and nominations."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from asn_api.areas.monitoring.schemas import Id
from asn_api.areas.performance.schemas import PersonOut, Year
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.development import LearningForm, NoteAction, NotePriority, NoteSource, NoteStatus
from asn_api.rules.evaluations import EvaluationKind
from asn_api.rules.followup import Criterion, Finding, NoDataReason
from asn_api.rules.ratings import Predicate
from asn_api.rules.recognition import NominationAction, NominationStatus, RecognitionKind

Number = Annotated[
    int | None,
    Field(
        default=None, ge=1, le=12, description="The period of the year (quarter 1 to 4, …); none: the year."
    ),
]
Refused = Annotated[
    str | None, Field(description="The code of what stands in the way; null when it may be done.")
]


class SpanIn(In):
    year: Year
    kind: EvaluationKind = Field(
        default=EvaluationKind.PERIODIC, description="Which evaluations are looked at."
    )
    number: Number


class FindingFilter(Paging):
    year: Year
    kind: EvaluationKind = Field(
        default=EvaluationKind.PERIODIC, description="Which evaluations are looked at."
    )
    number: Number
    finding: Finding | None = Field(default=None, description="Everybody within reach when left out.")
    unit_id: UUID | None = Field(default=None, description="Whose post is in this unit or below it today.")
    team: bool = Field(default=False, description="Only one's own reports of today.")


class CriterionOut(Out):
    criterion: Criterion
    value: int
    least: int = Field(description="The number of the policy from which it is met.")
    met: bool


class ImprovementOut(Out):
    """The chance to improve after a failed year (PP 30/2019 art. 56). Nothing follows by itself."""

    evaluation_id: UUID
    year: int
    start: date
    until: date
    over: bool


class PerformanceFindingOut(Out):
    employee: PersonOut
    unit_id: UUID
    unit_name: str
    findings: list[Finding] = Field(description="Empty when there is nothing to say.")
    no_data: NoDataReason | None = Field(description="Why nothing is said; never counted against anybody.")
    evaluations: int = Field(description="Final evaluations that were looked at.")
    latest_predicate: Predicate | None
    latest_period_end: date | None
    guidance: list[CriterionOut] = Field(description="One that is met is enough.")
    excellence: list[CriterionOut] = Field(description="All have to be met.")
    improvement: ImprovementOut | None


class NoteChangeIn(In):
    subject: Line = Field(description="What should be learned.")
    competency_code: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,39}$")] | None = None
    observation: Paragraph | None = Field(default=None, description="What was seen. The employee reads it.")
    form: LearningForm
    priority: NotePriority
    period_start: date
    period_end: date = Field(description="By when it should have been learned.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.period_end < self.period_start:
            raise PydanticCustomError("NOTE_PERIOD_REVERSED", "the period ends before it starts")
        return self


class NoteIn(NoteChangeIn):
    id: Id
    employee_id: UUID = Field(description="Of one's team or branch.")
    source: NoteSource
    source_id: UUID = Field(
        description="An acknowledged or final evaluation, an acknowledged coaching (never counselling), or a "
        "360° result of a closed round, of this employee."
    )


class NoteAcknowledgementIn(In):
    comment: Paragraph | None = Field(default=None, description="What the employee thinks of it.")


class NoteRemarkIn(In):
    remark: Paragraph | None = None


class ReasonIn(In):
    reason: Paragraph


class NoteFilter(Paging):
    employee_id: UUID | None = None
    unit_id: UUID | None = Field(default=None, description="This unit and all below it.")
    status: NoteStatus | None = None
    priority: NotePriority | None = None
    source: NoteSource | None = None
    competency_code: str | None = Field(default=None, max_length=40)
    period_end_from: date | None = Field(default=None, alias="period_end[gte]")
    period_end_to: date | None = Field(default=None, alias="period_end[lte]")


class NoteAllowedOut(Out):
    action: NoteAction
    refused: Refused


class NoteSummary(Out):
    id: UUID
    version: int
    employee: PersonOut
    unit_id: UUID
    unit_name: str
    author: PersonOut
    source: NoteSource
    source_id: UUID
    subject: str
    competency_code: str | None
    form: LearningForm
    priority: NotePriority
    period_start: date
    period_end: date
    status: NoteStatus
    created_at: datetime
    acknowledged_at: datetime | None


class NoteOut(NoteSummary):
    observation: str | None
    comment: str | None
    closed_at: datetime | None
    remark: str | None
    allowed_actions: list[NoteAllowedOut]


class NominationIn(In):
    id: Id
    employee_id: UUID = Field(description="Of one's team or branch.")
    kind: RecognitionKind
    year: Year
    basis: EvaluationKind = Field(description="Recognition for a period or for the year.")
    number: Number
    citation: Paragraph = Field(description="What for: the words of the certificate.")
    justification: Paragraph | None = Field(
        default=None, description="Required when the person does not meet the criteria of excellence."
    )


class NominationFilter(Paging):
    employee_id: UUID | None = None
    unit_id: UUID | None = Field(default=None, description="This unit and all below it.")
    status: NominationStatus | None = None
    kind: RecognitionKind | None = None
    year: Year | None = None
    waiting_for_me: bool = Field(default=False, description="Only those that I may decide.")


class EndorsementIn(In):
    comment: Paragraph | None = None


class NominationDecisionIn(In):
    id: UUID
    version: Annotated[int, Field(ge=1)]
    decision: Literal["ENDORSE", "REJECT"]
    comment: Paragraph | None = Field(default=None, description="The reason; a rejection needs one.")


class NominationDecisionsIn(In):
    items: list[NominationDecisionIn] = Field(min_length=1, max_length=500)
    atomic: Literal["each", "all"] = Field(
        default="each", description="`all`: one refused item refuses all of them."
    )


class NominationAllowedOut(Out):
    action: NominationAction
    refused: Refused


class NominationSummary(Out):
    id: UUID
    version: int
    employee: PersonOut
    unit_id: UUID
    unit_name: str
    nominator: PersonOut
    kind: RecognitionKind
    basis: EvaluationKind
    year: int
    period_start: date
    period_end: date
    citation: str
    meets_criteria: bool
    status: NominationStatus
    created_at: datetime
    decided_at: datetime | None


class NominationOut(NominationSummary):
    justification: str | None
    criteria: list[CriterionOut] = Field(description="As they stood on the day of the nomination.")
    decided_by: UUID | None
    decision_note: str | None
    withdrawal_reason: str | None
    allowed_actions: list[NominationAllowedOut]


class RefusedFieldOut(Out):
    pointer: str
    code: str
    message: str


class NominationDecisionOut(Out):
    id: UUID
    done: bool
    status: NominationStatus | None
    version: int | None
    code: str | None = Field(description="Why it was refused.")
    detail: str | None
    errors: list[RefusedFieldOut]


class NominationDecisionsOut(Out):
    done: int
    refused: int
    results: list[NominationDecisionOut]
