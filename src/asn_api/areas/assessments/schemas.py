"""360° assessments on the wire. No shape here holds what one rater said."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.assessments import (
    HIGHEST,
    LOWEST,
    AssessmentCategory,
    AssessmentForm,
    AssessmentReason,
    ConflictKind,
    RaterGroup,
    RoundAction,
    RoundStatus,
    TaskStatus,
)
from asn_api.rules.ratings import CoreValue

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


class RoundFilter(Paging):
    year: int | None = None
    status: RoundStatus | None = None


class RoundIn(In):
    id: UUID | None = Field(default=None, description="Made by the client, so that repeating is safe.")
    unit_id: UUID = Field(description="Everybody with a post in this unit or below it is assessed.")
    title: Line
    period_start: Day = Field(description="The first day of the work that is assessed.")
    period_end: Day = Field(description="Its last day, in the same year.")
    opens_on: Day
    closes_on: Day = Field(description="The last day on which answers are taken.")


class RoundPatch(In):
    """What is left out stays as it is."""

    title: Line | None = None
    opens_on: Day | None = Field(default=None, description="Only until the round has opened.")
    closes_on: Day | None = None


class AllowedRoundOut(Out):
    action: RoundAction
    refused: str | None = Field(description="The code of what stands in the way; null when it may be done.")


class ProgressOut(Out):
    """Of the whole round, never by person."""

    people: int = Field(description="Who is assessed.")
    asked: int
    answered: int
    conflicts: int = Field(description="How many raters declared a conflict of interest.")
    results: int | None = Field(description="How many people have a score; null until the round is closed.")


class RoundSummary(Out):
    id: UUID
    version: int
    unit_id: UUID
    unit_name: str
    title: str
    year: int
    period_start: date
    period_end: date
    opens_on: date
    closes_on: date
    status: RoundStatus
    created_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None


class RoundOut(RoundSummary):
    progress: ProgressOut
    allowed_actions: list[AllowedRoundOut]


class AssessedOut(Out):
    id: UUID
    nip: str
    name: str
    unit_name: str


class TaskOut(Out):
    """What I am asked about somebody. My answer itself is not shown to anybody, not even to me."""

    id: UUID
    version: int
    round_id: UUID
    round_title: str
    period_start: date
    period_end: date
    closes_on: date
    employee: AssessedOut
    rater_group: RaterGroup = Field(description="As whom I am asked.")
    status: TaskStatus


Score = Annotated[int, Field(ge=LOWEST, le=HIGHEST)]


class ItemIn(In):
    core_value: CoreValue
    score: Score | None = Field(
        default=None, description="1–10; null when one cannot say. Never counted as 0."
    )
    comment: Paragraph | None = Field(
        default=None,
        description="Shown to the person, among those of the others, in no order. It should not tell who wrote it.",
    )


class AnswerIn(In):
    """The whole answer: each sending replaces the one before."""

    items: Annotated[list[ItemIn], Field(min_length=1, max_length=len(CoreValue))]


class ConflictIn(In):
    kind: ConflictKind


class AssessmentFilter(Paging):
    round_id: UUID | None = None
    employee_id: UUID | None = None
    year: int | None = None
    category: AssessmentCategory | None = None


class AssessmentSummary(Out):
    id: UUID
    version: int
    round_id: UUID
    round_title: str
    employee_id: UUID
    employee_nip: str
    employee_name: str
    unit_id: UUID
    unit_name: str
    year: int
    period_start: date
    period_end: date
    form: AssessmentForm
    category: AssessmentCategory
    score: Decimal | None = Field(description="10–100, one decimal; null while PENDING.")


class ReasonOut(Out):
    code: AssessmentReason
    group: RaterGroup | None
    have: int | None
    need: int | None


class GroupOut(Out):
    group: RaterGroup
    asked: int
    answered: int
    score: Decimal | None = Field(
        description="Only when at least k people answered and the total tells no smaller group's answers."
    )


class ValueOut(Out):
    core_value: CoreValue
    score: Decimal


class ShownCommentOut(Out):
    core_value: CoreValue
    comment: str


class AssessmentOut(AssessmentSummary):
    """What the raters said together. It advises the evaluator and changes no predicate by itself."""

    groups: list[GroupOut]
    values: list[ValueOut] | None = Field(description="All seven, or null when one would tell an answer.")
    comments: list[ShownCommentOut] | None = Field(description="In no order; null when too few people wrote.")
    reasons: list[ReasonOut] = Field(description="Why there is no result, or what of it is not shown.")


class WeightOut(Out):
    group: RaterGroup
    weight: Decimal
    counted_weight: str | None = Field(
        description="After groups without anybody to ask were left out; a fraction. Null: not counted."
    )
    asked: int
    answered: int
    needed: int


class PolicyOfDayOut(Out):
    id: UUID
    area: str
    valid_from: date
    revision: int
    source: str


class StepOut(Out):
    rule: str
    value: str
    source: str


class AssessmentExplanationOut(Out):
    """How the score came about, without any single answer."""

    id: UUID
    version: int
    category: AssessmentCategory
    score: Decimal | None
    form: AssessmentForm
    groups: list[WeightOut]
    anonymity_k: int
    policy: PolicyOfDayOut = Field(description="The numbers in force on the day the round opened.")
    steps: list[StepOut]
    reasons: list[ReasonOut]
