"""Credit points on the wire. Amounts are decimals as text: three places as stored, two as printed."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out
from asn_api.rules.credits import (
    CreditGap,
    CreditKind,
    CreditLevel,
    Promotion,
    PromotionRule,
    RuleStatus,
)
from asn_api.rules.evaluations import EvaluationKind
from asn_api.rules.ratings import Predicate

Day = Annotated[date, Field(ge=date(1950, 1, 1), le=date(2999, 12, 31))]
Year = Annotated[int, Field(ge=2000, le=2999)]


class TermFilter(Paging):
    employee_id: UUID | None = None
    level: CreditLevel | None = None
    on: date | None = Field(default=None, description="Only those that hold on this day.")


class TermIn(In):
    id: UUID | None = Field(default=None, description="Made by the client, so that repeating is safe.")
    employee_id: UUID
    level: CreditLevel
    valid_from: Day = Field(
        description="The day from which the decree holds; an open term ends the day before."
    )
    valid_until: Day | None = Field(default=None, description="The last day; open when left out.")
    decree_number: Line
    decree_date: Day


class TermOut(Out):
    id: UUID
    version: int
    employee_id: UUID
    employee_nip: str
    employee_name: str
    level: CreditLevel
    valid_from: date
    valid_until: date | None
    decree_number: str
    decree_date: date


class UnknownLevelOut(Out):
    """Somebody in a functional position without a level: no credit points can be computed for him."""

    employee_id: UUID
    nip: str
    name: str
    unit_id: UUID
    unit_name: str
    position_title: str
    since: date
    reason: Literal[CreditGap.LEVEL_UNKNOWN]
    suggested_level: CreditLevel | None = Field(
        description="What the title ends with. A suggestion to be checked against the decree; nothing uses it."
    )


class CreditFilter(Paging):
    employee_id: UUID | None = None
    year: int | None = None
    kind: CreditKind | None = None
    provisional: bool | None = None


class CreditIn(In):
    """Points that a decree states: a first determination, or the integration of points of older rules."""

    id: UUID | None = Field(default=None, description="Made by the client, so that repeating is safe.")
    employee_id: UUID
    kind: Literal[CreditKind.FIRST, CreditKind.INTEGRATION]
    level: CreditLevel
    amount: Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=3)]
    effective_on: Day
    decree_number: Line
    decree_date: Day


class PeriodicIn(In):
    """Whole months that are converted before the year is evaluated, such as for a promotion in mid-year."""

    first_month: Annotated[str, Field(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$")] = Field(
        description="For example 2026-01."
    )
    last_month: Annotated[str, Field(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$")] = Field(
        description="Included; of the same year."
    )


class YearIn(In):
    year: Year


class RecomputationOut(Out):
    year: int
    queued: bool


class CreditOut(Out):
    id: UUID
    version: int
    employee_id: UUID
    employee_nip: str
    employee_name: str
    unit_id: UUID
    unit_name: str
    kind: CreditKind
    level: CreditLevel
    year: int
    effective_on: date
    amount: Decimal = Field(description="Three decimals, as SIASN stores it.")
    printed: Decimal = Field(description="Two decimals, half up, as decrees print it; sums are of these.")
    provisional: bool = Field(description="The predicate is contested; the points change with it.")
    basis: EvaluationKind | None
    period_start: date | None
    period_end: date | None
    months: int | None
    evaluation_id: UUID | None
    predicate: Predicate | None
    decree_number: str | None
    decree_date: date | None


class GapOut(Out):
    period_start: date
    period_end: date
    months: int
    reason: CreditGap


class StandingOut(Out):
    promotion: Promotion
    needed: Decimal | None
    have: Decimal = Field(description="With provisional points.")
    firm: Decimal = Field(description="Without them.")
    shortfall: Decimal | None
    missing: CreditGap | None = Field(description="Why the need cannot be told.")


class AccountOut(Out):
    """All credit points of one person, and how far they are towards the next promotions."""

    employee_id: UUID
    level: CreditLevel | None
    level_since: date | None
    grade_code: str | None
    grade_since: date | None
    total: Decimal = Field(description="Of the present level, with provisional points.")
    firm: Decimal
    standings: list[StandingOut]
    credits: list[CreditOut]
    gaps: list[GapOut] = Field(description="Months of this and the last year that give nothing, and why.")


class StepOut(Out):
    rule: str
    value: str
    source: str


class CreditStepOut(Out):
    credit_id: UUID
    version: int
    evaluation_id: UUID | None
    policy_id: UUID | None
    siasn_coefficient_id: str
    counts: bool = Field(description="Whether it is of the present level.")
    step: StepOut


class CreditExplanationOut(Out):
    employee_id: UUID
    level: CreditLevel | None
    total: Decimal
    parts: list[CreditStepOut]
    steps: list[StepOut]
    standings: list[StandingOut]


class CheckOut(Out):
    promotion: Promotion
    rule: PromotionRule
    status: RuleStatus
    required: str
    found: str | None
    source: str


class ReadinessOut(Out):
    """Every rule by itself. Whether somebody is promoted is for people to decide."""

    employee_id: UUID
    on: date
    level: CreditLevel | None
    grade_code: str | None
    checks: list[CheckOut]
