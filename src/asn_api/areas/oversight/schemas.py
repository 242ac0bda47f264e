"""The wire of oversight: a month by units, verifications by verifier, and why the numbers are what they are."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Out
from asn_api.rules.oversight import OversightFlag
from asn_api.rules.policy import MonthTargetRule

Share = Annotated[Decimal, PlainSerializer(str, return_type=str)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


class NamedOut(Out):
    id: UUID
    name: str


class MonthFilter(In):
    unit_id: UUID | None = Field(default=None, description="This unit and all below it.")
    team: bool = Field(default=False, description="Only the work of one's own reports of today.")


class MonthSumsOut(Out):
    """Activities of the month by state, minutes, and what was expected of the people who held posts."""

    employees: int = Field(description="With a definitive post on the last day of the month, or today.")
    target_minutes: int = Field(description="Of the whole month.")
    target_to_date: int = Field(description="Of the days before today.")
    claimed_share: Share | None = Field(
        description="Claimed minutes of the target to date; null without one."
    )
    drafts: int
    waiting: int
    verified: int
    rejected: int
    late: int
    flagged: int = Field(description="Handed in and with a flag of any kind.")
    claimed_minutes: int = Field(description="Of submitted and verified activities.")
    verified_minutes: int
    verified_by_category: dict[str, int]


class AgencyMonthOut(Out):
    agency: NamedOut | None
    sums: MonthSumsOut


class UnitMonthOut(Out):
    unit: NamedOut
    agency: NamedOut | None
    sums: MonthSumsOut


class MonthSummaryOut(Out):
    month: str
    scope: Literal["REGION", "BRANCH", "TEAM"]
    target_rule: MonthTargetRule
    provisional: bool = Field(description="The year's calendar is not final.")
    total: MonthSumsOut
    agencies: list[AgencyMonthOut]
    units: list[UnitMonthOut] = Field(description="The smallest claimed share first.")


class StepOut(Out):
    rule: str
    value: str
    source: str


class MonthExplanationOut(Out):
    month: str
    unit: NamedOut | None
    policies: list[date] = Field(description="`valid_from` of the policies that applied.")
    sums: MonthSumsOut
    steps: list[StepOut]


class PeriodFilter(Paging):
    start: Day | None = Field(
        default=None, alias="from", description="By default the first day of this month."
    )
    end: Day | None = Field(default=None, alias="to", description="By default today; at most 366 days.")


class ExplanationFilter(In):
    verifier_id: UUID
    start: Day | None = Field(default=None, alias="from")
    end: Day | None = Field(default=None, alias="to")


class StepOfDaysOut(Out):
    """Working days, both included; `last` null: or more. Only the step is known, not the day within it."""

    first: int
    last: int | None


class VerifierOut(Out):
    id: UUID
    nip: str
    name: str


class VerificationSumsOut(Out):
    verifier: VerifierOut
    decided: int
    verified: int
    rejected: int
    granted_less: int
    latency: dict[str, int] = Field(description="Decisions by working days since the submission.")
    latency_median: StepOfDaysOut | None
    latency_p90: StepOfDaysOut | None
    in_time_share: Share | None
    bulk_share: Share | None
    untouched_share: Share | None = Field(description="Granted in full and without a comment.")
    waiting: int = Field(description="Of today's reports, now.")
    oldest_waiting_day: date | None
    flags: list[OversightFlag] = Field(description="What a person should look at; nothing follows by itself.")


class VerificationExplanationOut(Out):
    verifier: VerifierOut
    start: date
    end: date
    policy: date = Field(description="`valid_from` of the policy whose thresholds apply.")
    inputs: dict[str, int]
    steps: list[StepOut]
