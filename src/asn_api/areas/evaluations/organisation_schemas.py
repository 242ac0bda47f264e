"""The wire of what agencies achieved, of distributions and of years."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from asn_api.areas.evaluations.schemas import LetterIn
from asn_api.areas.performance.schemas import EvaluatorOut, PersonOut, PostOut, Year
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Out, Paragraph
from asn_api.rules.distribution import DistributionFault
from asn_api.rules.evaluation_policy import AnnualCombination
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.rules.plans import PlanStatus
from asn_api.rules.ratings import Expectation, OrganisationPredicate, Predicate

Number = Annotated[int, Field(ge=1, le=12)]


class OrganisationRatingFilter(Paging):
    unit_id: UUID | None = None
    year: Year | None = None
    kind: EvaluationKind | None = None


class OrganisationRatingValues(In):
    predicate: OrganisationPredicate
    basis: Paragraph = Field(description="What it rests on: the performance agreement and its progress.")
    justification: Paragraph | None = Field(
        default=None, description="Why the distribution departs from the pattern, where it does."
    )
    letter: LetterIn | None = Field(
        default=None, description="Only where the superior is no employee: the paper on which he decided."
    )


class OrganisationRatingIn(OrganisationRatingValues):
    id: UUID | None = Field(default=None, description="Made by the client (UUIDv7).")
    unit_id: UUID = Field(description="An agency.")
    year: Year
    kind: EvaluationKind
    number: Number = Field(
        default=1, description="The period within the year: quarter 1 to 4, month 1 to 12."
    )


class OrganisationRatingChange(OrganisationRatingValues):
    reason: Paragraph = Field(description="Why it changes.")


class OrganisationRatingOut(Out):
    id: UUID
    version: int
    unit_id: UUID
    unit_name: str
    year: int
    kind: EvaluationKind
    period_start: date
    period_end: date
    predicate: OrganisationPredicate
    basis: str
    justification: str | None
    rated_by: UUID | None
    rater: EvaluatorOut
    rated_at: datetime


class DistributionFilter(In):
    year: Year
    kind: EvaluationKind
    number: Number = Field(
        default=1, description="The period within the year: quarter 1 to 4, month 1 to 12."
    )


class ShareOut(Out):
    predicate: Predicate
    count: int
    percent: Decimal | None = Field(description="Of all rated, one decimal; null while nobody is rated.")


class FindingOut(Out):
    fault: DistributionFault
    predicates: list[Predicate] = Field(description="These together.")
    limit: Decimal | None = Field(description="A share of all rated.")
    count: int


class DistributionOut(Out):
    """Findings are warnings: they ask for a justification and stop nothing."""

    unit_id: UUID
    agency_id: UUID | None
    year: int
    kind: EvaluationKind
    period_start: date
    period_end: date
    shares: list[ShareOut]
    rated: int
    unrated: int
    final: int = Field(description="Of the rated, those that can no longer change.")
    organisation_rating: OrganisationRatingOut | None = Field(description="Of the agency, for the period.")
    conforms: bool | None = Field(description="Null while the agency or nobody in the unit is rated.")
    findings: list[FindingOut]
    limits: dict[str, Decimal] = Field(description="The policy in force at the end of the period.")


class PeriodicOut(Out):
    """One periodic evaluation of a segment, in short."""

    id: UUID
    version: int
    period_start: date
    period_end: date
    status: EvaluationStatus
    work_result: Expectation | None
    behaviour: Expectation | None
    predicate: Predicate | None


class YearSegmentOut(Out):
    """One plan of the year. Its ratings are those of its yearly evaluation, as they stand."""

    plan_id: UUID
    plan_status: PlanStatus
    position: PostOut
    first: date
    last: date
    months: int = Field(description="A month belongs to the segment that has most of its days.")
    counts: bool = Field(description="Whether the year's result follows from it.")
    evaluation_id: UUID | None
    evaluation_version: int | None
    status: EvaluationStatus | None
    work_result: Expectation | None
    behaviour: Expectation | None
    predicate: Predicate | None
    periodic: list[PeriodicOut]


class PerformanceYearOut(Out):
    employee: PersonOut
    year: int
    combination: AnnualCombination
    work_result: Expectation | None
    behaviour: Expectation | None
    predicate: Predicate | None = Field(description="Null while a rating that counts is missing.")
    final: bool = Field(description="Whether all that counts is final.")
    missing: list[UUID] = Field(description="Plans that count and have no yearly rating.")
    segments: list[YearSegmentOut]


class ExplanationOut(Out):
    """How a value came about: what it was computed from, by which rule, in which steps."""

    value: Any
    inputs: list[dict[str, Any]] = Field(description="Each with the version of the record it comes from.")
    rule: str
    article: str
    steps: list[str]


class EvaluationExplanationOut(Out):
    predicate: ExplanationOut
    work_result: ExplanationOut = Field(description="The suggestion, and how the rating stands to it.")
    behaviour: ExplanationOut
    objection_until: ExplanationOut
