"""The wire of goals, plans and progress."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.evaluators import EvaluatorReason, EvaluatorRole
from asn_api.rules.organization import PositionKind
from asn_api.rules.plans import (
    AnnexKind,
    Approach,
    Aspect,
    Perspective,
    PlanAction,
    PlanStatus,
    PlanType,
    Polarity,
    ResultKind,
)
from asn_api.rules.ratings import CoreValue

Year = Annotated[int, Field(ge=2000, le=2100)]
Target = Annotated[Decimal, Field(max_digits=18, decimal_places=4)]


class GoalFilter(Paging):
    agency_id: UUID | None = None
    year: Year | None = None


class GoalIn(In):
    id: UUID | None = Field(
        default=None, description="Made by the client (UUIDv7), so that it can send again."
    )
    agency_id: UUID
    year: Year
    code: Line
    statement: Paragraph
    target: Line


class GoalPatch(In):
    """What is left out or null stays as it is."""

    code: Line | None = None
    statement: Paragraph | None = None
    target: Line | None = None


class GoalOut(Out):
    id: UUID
    version: int
    agency_id: UUID
    year: int
    code: str
    statement: str
    target: str


class PlanFilter(Paging):
    employee_id: UUID | None = None
    unit_id: UUID | None = Field(default=None, description="This unit and all below it.")
    year: Year | None = None
    status: PlanStatus | None = None
    waiting_for_me: bool = Field(
        default=False, description="Only what waits for my decision: submitted, or to be opened for revision."
    )
    left_over: bool = Field(
        default=False, description="Only plans of past years that are neither closed nor ended, drafts too."
    )


class ParentFilter(Paging):
    year: Year


class PlanIn(In):
    id: UUID | None = Field(
        default=None, description="Made by the client (UUIDv7), so that it can send again."
    )
    year: Year
    period_start: date | None = Field(
        default=None, description="Without one: the first day of the year, or of the post when that is later."
    )
    period_end: date | None = Field(
        default=None,
        description="Without one: the last day of the year, or of the post when that is earlier.",
    )
    approach: Approach
    plan_type: PlanType


class PlanPatch(In):
    """What is left out stays as it is; `note: null` clears the note."""

    approach: Approach | None = None
    note: Paragraph | None = None


class PeriodTargetIn(In):
    """What is to be reached by the end of a period, counted from the plan's first day as progress is."""

    until: date = Field(description="The last day of a period of the plan; see the policy `plans`.")
    target_value: Target | None = None
    target_text: Paragraph | None = None


class IndicatorIn(In):
    id: UUID = Field(description="Made by the client (UUIDv7); the same id keeps being the same indicator.")
    aspect: Aspect
    statement: Paragraph
    target_value: Target | None = None
    target_upper: Target | None = Field(default=None, description="Upper end of a range, with WITHIN_RANGE.")
    target_unit: Line | None = None
    target_text: Paragraph | None = Field(default=None, description="The target in the qualitative approach.")
    polarity: Polarity = Polarity.HIGHER_IS_BETTER
    action_plan: Annotated[list[PeriodTargetIn], Field(max_length=12)] | None = Field(
        default=None, description="What is to be reached by the ends of periods. Left out: it stays as it is."
    )


class WorkResultIn(In):
    id: UUID = Field(description="Made by the client (UUIDv7); the same id keeps being the same result.")
    kind: ResultKind
    parent_id: UUID | None = Field(default=None, description="The superior's result that this one supports.")
    goal_id: UUID | None = Field(default=None, description="The goal of one's own agency that it serves.")
    perspective: Perspective | None = None
    statement: Paragraph
    assignment_letter: Line | None = None
    indicators: Annotated[list[IndicatorIn], Field(max_length=20)]


class AnnexIn(In):
    kind: AnnexKind
    statement: Paragraph


class ValueTextIn(In):
    core_value: CoreValue
    text: Paragraph


class ExpectationsIn(In):
    """All special expectations of the evaluator; a value that is left out has none."""

    expectations: Annotated[list[ValueTextIn], Field(max_length=7)]


class ContentIn(In):
    """All results and indicators in the order in which they are to be shown."""

    work_results: Annotated[list[WorkResultIn], Field(max_length=50)]
    annexes: Annotated[list[AnnexIn], Field(max_length=60)] | None = Field(
        default=None, description="All of them in their order. Left out: they stay as they are."
    )
    behaviour_proposals: Annotated[list[ValueTextIn], Field(max_length=7)] | None = Field(
        default=None,
        description="What the employee proposes to be expected of him by core value. "
        "Left out: they stay as they are.",
    )


class ProgressFilter(Paging):
    indicator_id: UUID | None = None
    latest: bool = Field(default=False, description="Only the last report about each indicator.")


class ProgressValues(In):
    """How far one has come with an indicator by the end of a day."""

    indicator_id: UUID = Field(description="Of one's own plan; it stays the same for a report.")
    day: date
    value: Target | None = Field(
        default=None,
        description="All that was achieved since the plan began, not what was added, in the unit of the target. "
        "May be left out when the target is told in words; then the note says how far it is.",
    )
    note: Paragraph | None = None


class CommentIn(In):
    comment: Paragraph = Field(description="What the employee has to correct.")


class ReasonIn(In):
    reason: Paragraph = Field(description="Why the approved plan has to change.")


class RecordedDecisionIn(In):
    """A decision that was made on paper by a superior who is no employee, such as the mayor."""

    action: Literal[PlanAction.APPROVE, PlanAction.RETURN, PlanAction.REOPEN]
    decided_by_name: Line
    decided_by_title: Line
    letter_number: Line
    letter_date: date
    comment: Paragraph | None = Field(
        default=None, description="Needed for RETURN: what has to be corrected."
    )
    expectations: Annotated[list[ValueTextIn], Field(max_length=7)] | None = Field(
        default=None, description="The special expectations by core value, with RETURN or APPROVE."
    )


class PersonOut(Out):
    id: UUID
    nip: str
    name: str


class PostOut(Out):
    """The position as it stood when the plan was made."""

    title: str
    kind: PositionKind
    position_class: int | None
    echelon: str | None
    unit: str
    grade: str | None


class EvaluatorOut(Out):
    """Who evaluates, as of the last submission or decision.

    NON_ASN: nobody above is an employee; such a decision comes on paper and is recorded with its letter.
    """

    status: Literal["ASN", "NON_ASN"]
    nip: str | None
    name: str | None
    position: str | None
    unit: str | None
    grade: str | None
    letter_number: str | None
    letter_date: date | None


class PeriodTargetOut(Out):
    until: date
    target_value: Decimal | None
    target_text: str | None


class IndicatorOut(Out):
    id: UUID
    aspect: Aspect
    statement: str
    target_value: Decimal | None
    target_upper: Decimal | None
    target_unit: str | None
    target_text: str | None
    polarity: Polarity
    action_plan: list[PeriodTargetOut]


class WorkResultOut(Out):
    id: UUID
    kind: ResultKind
    parent_id: UUID | None
    parent_statement: str | None
    goal_id: UUID | None
    goal_statement: str | None
    perspective: Perspective | None
    statement: str
    assignment_letter: str | None
    indicators: list[IndicatorOut]


class AnnexOut(Out):
    kind: AnnexKind
    statement: str


class BehaviourOut(Out):
    """A core value; what it asks of everybody is in the vocabulary `core_value`."""

    core_value: CoreValue
    proposal: str | None = Field(description="What the employee proposes to be expected of him.")
    expectation: str | None = Field(description="What the evaluator expects beyond the common guidance.")


class EvaluatorTermOut(Out):
    """Who judges on these days of the plan's period, both included."""

    person: PersonOut
    role: EvaluatorRole
    reason: EvaluatorReason
    first: date
    last: date
    assignment_id: UUID | None = Field(description="The letter behind it; null for the superior.")
    letter_number: str | None
    letter_date: date | None


class AllowedOut(Out):
    action: PlanAction
    refused: str | None = Field(description="The code of what stands in the way; null when it may be done.")


class PlanSummary(Out):
    id: UUID
    version: int
    employee_id: UUID
    employee_nip: str
    employee_name: str
    unit_id: UUID
    unit_name: str
    year: int
    period_start: date
    period_end: date
    approach: Approach
    plan_type: PlanType
    status: PlanStatus
    revision: int
    submitted_at: datetime | None
    decided_at: datetime | None


class PlanOut(Out):
    id: UUID
    version: int
    employee: PersonOut
    unit_id: UUID
    unit_name: str
    position_id: UUID
    position: PostOut
    year: int
    period_start: date
    period_end: date
    approach: Approach
    plan_type: PlanType
    status: PlanStatus
    revision: int = Field(description="Begins with 1 and grows each time an approved plan is opened again.")
    evaluator_id: UUID | None
    evaluator: EvaluatorOut | None
    note: str | None = Field(
        description="What was last said: a comment on a return, a reason for a revision."
    )
    submitted_at: datetime | None
    decided_at: datetime | None
    decided_by: UUID | None
    ended_on: date | None = Field(
        description="Of an ENDED plan: the first day of the situation that ended it. Unless it lies on or before "
        "`period_start`, the days up to `period_end` are a segment to be evaluated."
    )
    evaluators: list[EvaluatorTermOut] = Field(
        description="Who evaluates and who advises on which days of the period, as known today."
    )
    work_results: list[WorkResultOut]
    annexes: list[AnnexOut]
    behaviour: list[BehaviourOut] = Field(description="All seven core values in their order.")
    allowed_actions: list[AllowedOut]


class RevisionOut(Out):
    id: UUID
    revision: int
    approved_at: datetime
    approved_by: UUID | None = Field(description="The employee who approved; null when it came on paper.")
    content: dict[str, Any] = Field(description="The plan as it was approved.")


class ProgressOut(Out):
    id: UUID
    version: int
    employee_id: UUID
    unit_id: UUID
    plan_id: UUID
    work_result_id: UUID
    indicator_id: UUID
    day: date
    value: Decimal | None = Field(description="The realisation from the plan's first day to this day.")
    note: str | None
    device_at: datetime | None
    received_at: datetime


class ParentResultOut(Out):
    id: UUID
    plan_id: UUID
    kind: ResultKind
    statement: str
    order_no: int
    plan_status: PlanStatus
    provisional: bool = Field(
        description="Its plan is not approved: draft on it, but submitting has to wait."
    )
    superior_id: UUID
    superior_name: str
