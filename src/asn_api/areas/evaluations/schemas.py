"""The wire of evaluations: reports, ratings, objections."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from asn_api.areas.monitoring.schemas import FeedbackSummary
from asn_api.areas.performance.schemas import (
    EvaluatorOut,
    EvaluatorTermOut,
    PersonOut,
    PostOut,
    Target,
    Year,
)
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.evaluations import (
    EvaluationAction,
    EvaluationKind,
    EvaluationStatus,
    ObjectionDecision,
)
from asn_api.rules.plans import Aspect, Polarity, ResultKind
from asn_api.rules.ratings import CoreValue, Expectation, OrganisationPredicate, Predicate
from asn_api.rules.suggestions import SuggestionReason


class EvidenceItem(In):
    """What shows it: a link, an activity of the employee, or a paper that the title names."""

    title: Line
    url: Annotated[str, Field(max_length=2000, pattern=r"^https://[^\s/]+\.[^\s]+$")] | None = None
    activity_id: UUID | None = None


Evidence = Annotated[list[EvidenceItem], Field(max_length=20)]


class EvaluationFilter(Paging):
    employee_id: UUID | None = None
    plan_id: UUID | None = None
    unit_id: UUID | None = Field(default=None, description="This unit and all below it.")
    year: Year | None = None
    kind: EvaluationKind | None = None
    period_end_from: date | None = Field(default=None, alias="period_end[gte]")
    period_end_to: date | None = Field(default=None, alias="period_end[lte]")
    status: EvaluationStatus | None = None
    predicate: Predicate | None = None
    waiting_for_me: bool = Field(
        default=False,
        description="Only what waits for my act: to report or answer about myself, to rate, to explain my "
        "rating, to decide.",
    )


class EvaluationIn(In):
    """Which evaluation to open before the time comes for all: the one in which the day lies."""

    id: UUID | None = Field(default=None, description="Made by the client (UUIDv7).")
    plan_id: UUID
    kind: EvaluationKind
    day: date


class ReportedResultIn(In):
    work_result_id: UUID
    realisation: Paragraph | None = None
    evidence: Evidence = Field(default_factory=list)
    self_rating: Expectation | None = None


class ReportedIndicatorIn(In):
    indicator_id: UUID
    value: Target | None = None
    note: Paragraph | None = None


class ReportedValueIn(In):
    core_value: CoreValue
    self_rating: Expectation | None = None
    note: Paragraph | None = None


class ReportIn(In):
    """The whole report; what is left out is blank, and blank is not zero."""

    results: Annotated[list[ReportedResultIn], Field(max_length=50)] = Field(default_factory=list)
    indicators: Annotated[list[ReportedIndicatorIn], Field(max_length=500)] = Field(default_factory=list)
    values: Annotated[list[ReportedValueIn], Field(max_length=7)] = Field(default_factory=list)
    work_result: Expectation | None = None
    behaviour: Expectation | None = None
    note: Paragraph | None = None


class RatedResultIn(In):
    work_result_id: UUID
    rating: Expectation | None = Field(default=None, description="Null: nothing was due in this period.")
    comment: Paragraph | None = None


class RatedValueIn(In):
    core_value: CoreValue
    rating: Expectation | None = None
    comment: Paragraph | None = Field(default=None, description="Needed for BELOW: what was seen.")
    evidence: Evidence = Field(default_factory=list, description="Needed for BELOW: what shows it.")


class ItemsIn(In):
    """Ratings of single results and values."""

    results: Annotated[list[RatedResultIn], Field(max_length=50)] = Field(default_factory=list)
    values: Annotated[list[RatedValueIn], Field(max_length=7)] = Field(default_factory=list)


class RatingIn(ItemsIn):
    """The whole rating; the predicate follows from the two and is not given."""

    work_result: Expectation
    behaviour: Expectation
    departure_reason: Paragraph | None = Field(
        default=None, description="Needed when either differs from what is suggested, or nothing is."
    )
    reason: Paragraph | None = Field(
        default=None, description="Needed to change a rating that was delivered already."
    )
    comment: Paragraph | None = None


class LetterIn(In):
    """The paper on which a superior who is no employee, such as the mayor, decided."""

    decided_by_name: Line
    decided_by_title: Line
    letter_number: Line
    letter_date: date


class RecordedRatingIn(RatingIn, LetterIn):
    pass


class ContestedIn(In):
    """What is contested: a result, a value, or one of the two ratings as a whole."""

    item: Literal["WORK_RESULT", "CORE_VALUE", "ALL_WORK_RESULTS", "BEHAVIOUR"]
    work_result_id: UUID | None = None
    core_value: CoreValue | None = None
    note: Paragraph | None = None


class ObjectionIn(In):
    id: UUID | None = Field(default=None, description="Made by the client (UUIDv7).")
    grounds: Paragraph
    contested: Annotated[list[ContestedIn], Field(min_length=1, max_length=60)]
    evidence: Evidence = Field(default_factory=list)


class StatementIn(In):
    statement: Paragraph = Field(description="How the evaluator explains the contested rating.")


class DecisionIn(In):
    decision: ObjectionDecision
    reason: Paragraph
    work_result: Expectation | None = Field(default=None, description="With CHANGED; null leaves it.")
    behaviour: Expectation | None = Field(default=None, description="With CHANGED; null leaves it.")
    results: Annotated[list[RatedResultIn], Field(max_length=50)] = Field(default_factory=list)
    values: Annotated[list[RatedValueIn], Field(max_length=7)] = Field(default_factory=list)


class RecordedObjectionDecisionIn(DecisionIn, LetterIn):
    pass


class SuggestionOut(Out):
    rating: Expectation | None = Field(description="Null when nothing can be suggested.")
    reason: SuggestionReason
    counts: dict[str, int]


class SuggestionsOut(Out):
    work_result: SuggestionOut
    behaviour: SuggestionOut


class StandingOut(Out):
    """The last report of progress up to the end of the period."""

    day: date
    value: Decimal | None
    note: str | None


class EvaluatedIndicatorOut(Out):
    indicator_id: UUID
    aspect: Aspect
    statement: str
    target_value: Decimal | None
    target_upper: Decimal | None
    target_unit: str | None
    target_text: str | None
    polarity: Polarity
    progress: StandingOut | None
    value: Decimal | None
    note: str | None
    attainment: Decimal | None = Field(
        description="Advisory, in percent with one decimal: of the reported value, or else of the progress. No "
        "rating follows from it."
    )


class WorkOut(Out):
    """What was done for the result within the period, by the daily log."""

    activities: int
    verified_minutes: int
    evidence: list[EvidenceItem] = Field(description="Links of verified activities, the latest first.")


class EvaluatedResultOut(Out):
    work_result_id: UUID
    kind: ResultKind
    statement: str
    withdrawn: bool
    realisation: str | None
    evidence: list[EvidenceItem]
    self_rating: Expectation | None
    rating: Expectation | None
    comment: str | None
    indicators: list[EvaluatedIndicatorOut]
    work: WorkOut


class EvaluatedValueOut(Out):
    core_value: CoreValue
    self_rating: Expectation | None
    self_note: str | None
    rating: Expectation | None
    comment: str | None
    evidence: list[EvidenceItem]


class DeadlinesOut(Out):
    """Days, each included; as they stand today, with declared outages."""

    report_until: date
    objection_until: date | None
    statement_until: date | None


class AllowedOut(Out):
    action: EvaluationAction
    refused: str | None = Field(description="The code of what stands in the way; null when it may be done.")


class ObjectionOut(Out):
    id: UUID
    version: int
    grounds: str
    contested: list[dict[str, Any]]
    evidence: list[EvidenceItem]
    filed_at: datetime
    evaluator_statement: str | None
    stated_at: datetime | None
    decision: ObjectionDecision | None
    decision_reason: str | None
    rating_before: dict[str, Any] = Field(description="The contested rating, as it was.")
    decided_by: UUID | None
    decider: EvaluatorOut | None
    decided_at: datetime | None


class EvaluationSummary(Out):
    id: UUID
    version: int
    plan_id: UUID
    employee_id: UUID
    employee_nip: str
    employee_name: str
    unit_id: UUID
    unit_name: str
    year: int
    kind: EvaluationKind
    period_start: date
    period_end: date
    status: EvaluationStatus
    work_result: Expectation | None
    behaviour: Expectation | None
    predicate: Predicate | None
    evaluator_id: UUID | None
    evaluator: EvaluatorOut | None
    self_report_missing: bool
    reported_at: datetime | None
    rated_at: datetime | None
    objection_until: date | None
    finalised_at: datetime | None


class EvaluationOut(Out):
    id: UUID
    version: int
    plan_id: UUID
    employee: PersonOut
    unit_id: UUID
    unit_name: str
    position: PostOut
    year: int
    kind: EvaluationKind
    period_start: date
    period_end: date
    status: EvaluationStatus
    organisation_predicate: OrganisationPredicate | None = Field(
        description="What the agency achieved in the period."
    )
    evaluators: list[EvaluatorTermOut] = Field(
        description="Who judged and advised on days of the period, as known today."
    )
    present_evaluator: EvaluatorOut = Field(description="Who would rate today.")
    self_work_result: Expectation | None
    self_behaviour: Expectation | None
    self_note: str | None
    reported_at: datetime | None
    self_report_missing: bool
    results: list[EvaluatedResultOut]
    values: list[EvaluatedValueOut]
    feedback: list[FeedbackSummary] = Field(
        description="All feedback of these days that counts and that the caller may read, the oldest first."
    )
    evaluator_id: UUID | None
    evaluator: EvaluatorOut | None = Field(description="Who rated, as of the rating.")
    suggestion: SuggestionsOut | None = Field(description="As it was when the rating was made.")
    work_result: Expectation | None
    behaviour: Expectation | None
    predicate: Predicate | None
    departure_reason: str | None
    amendment_reason: str | None
    comment: str | None
    rated_at: datetime | None
    acknowledged_at: datetime | None
    finalised_at: datetime | None
    objection: ObjectionOut | None
    periodic: list[EvaluationSummary] = Field(description="Of a yearly evaluation: those of its periods.")
    deadlines: DeadlinesOut
    allowed_actions: list[AllowedOut]
