"""The wire of the day: boards of superiors, heads and admins; one's own day and month."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Out
from asn_api.rules.activities import Category
from asn_api.rules.days import DayState
from asn_api.rules.minutes import Fulfilment
from asn_api.rules.policy import MonthTargetRule

Percent = Annotated[Decimal, PlainSerializer(str, return_type=str)]

BoardDay = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


class TotalsOut(Out):
    """Numbers of activities by state, and minutes: claimed (submitted and verified) and verified."""

    drafts: int
    waiting: int
    verified: int
    rejected: int
    late: int
    claimed_minutes: int
    verified_minutes: int
    first_reported_at: datetime | None


class CategoryMinutesOut(Out):
    category: Category
    verified_minutes: int
    correction_minutes: int = Field(description="Added or taken away after the month was locked.")
    counted_minutes: int


class CappedMinutesOut(CategoryMinutesOut):
    cap_minutes: int | None = Field(description="The most that counts on this day; null without a cap.")


class OwnDayOut(Out):
    day: date
    target_minutes: int = Field(description="0 on a day off.")
    working_day: bool
    state: DayState
    correction_minutes: int = Field(description="Added or taken away after the month was locked.")
    counted_minutes: int = Field(
        description="Of the verified ones with corrections, after the caps of the day's policy."
    )
    fulfilment: Fulfilment = Field(description="Of the verified minutes with corrections.")
    categories: list[CappedMinutesOut] = Field(description="Those with verified or corrected minutes.")
    totals: TotalsOut


class OwnMonthOut(Out):
    month: str
    target_minutes: int
    working_days: int
    provisional: bool = Field(description="The year's calendar is not final.")
    claimed_minutes: int
    verified_minutes: int
    correction_minutes: int = Field(description="Added or taken away after the month was locked.")
    counted_minutes: int
    categories: list[CategoryMinutesOut]
    score_percent: Percent | None = Field(description="Of the counted minutes; null without a target.")
    days: list[OwnDayOut]


class StepOut(Out):
    rule: str
    value: str
    source: str


class OwnMonthExplanationOut(Out):
    month: str
    score_percent: Percent | None
    target_rule: MonthTargetRule
    policies: list[date] = Field(description="`valid_from` of the policies that applied.")
    steps: list[StepOut]


class UnitNameOut(Out):
    id: UUID
    name: str


class BoardPersonOut(Out):
    id: UUID
    nip: str
    name: str


class BoardRowOut(Out):
    employee: BoardPersonOut
    unit: UnitNameOut
    state: DayState
    target_minutes: int
    totals: TotalsOut


class BoardFilter(Paging):
    unit_id: UUID | None = Field(default=None, description="This unit and all below it.")
    team: bool = Field(default=False, description="Only one's own reports on that day.")
    state: DayState | None = None


class SummaryFilter(In):
    unit_id: UUID | None = Field(default=None, description="Sums for the units below this one.")
    team: bool = False


class SumsOut(Out):
    employees: int
    expected: int = Field(description="People with a target on that day.")
    reported: int
    not_reported: int
    below_target: int
    late_activities: int
    waiting_activities: int
    rejected_activities: int
    target_minutes: int
    claimed_minutes: int
    verified_minutes: int


class UnitSumsOut(Out):
    unit: UnitNameOut
    sums: SumsOut


class SummaryOut(Out):
    day: date
    scope: Literal["TEAM", "BRANCH"]
    total: SumsOut
    waiting_before: int = Field(description="Activities of earlier days that still wait.")
    units: list[UnitSumsOut] = Field(description="The units right below, the worst first.")
