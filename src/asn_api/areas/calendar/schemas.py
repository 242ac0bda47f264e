"""The calendar on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, left_out
from asn_api.rules.calendar import DayKind

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class DayOffOut(Out):
    day: date
    kind: DayKind
    name: str
    source: str
    provisional: bool = Field(description="Announced as an estimate; it may still move.")
    regional_day_id: UUID | None
    unit_id: UUID | None = Field(
        description="The branch that a regional day is for; null for the whole region."
    )


class MonthOut(Out):
    month: int
    working_days_5: int = Field(description="For units that work Monday to Friday.")
    working_days_6: int = Field(description="For units that work Monday to Saturday.")


class CalendarOut(Out):
    year: int
    unit_id: UUID | None
    provisional: bool = Field(description="No joint decree of this year is loaded, or a day is an estimate.")
    days_off: list[DayOffOut]
    months: list[MonthOut]


class PolicyRef(Out):
    area: str
    id: UUID
    valid_from: date
    revision: int
    source: str


class ReducedPeriodOut(Out):
    start: date
    end: date
    minutes: int


class DayExplanation(Out):
    rule: str
    article: str
    policy: PolicyRef | None
    ordinary_minutes: int | None = Field(description="What the policy expects of an ordinary working day.")
    reduced_period: ReducedPeriodOut | None = Field(
        description="The shorter days (Ramadan) this day lies in."
    )


class CalendarDayOut(Out):
    day: date
    unit_id: UUID
    days_per_week: int
    working_day: bool
    weekend: bool = Field(description="Outside the unit's working week.")
    days_off: list[DayOffOut]
    provisional: bool
    target_minutes: int | None = Field(description="Null for days before the region's first policy.")
    explanation: DayExplanation


class RegionalDayIn(In):
    id: UUID | None = Field(default=None, description="Made by the client, so that a repetition is harmless.")
    day: Day
    unit_id: UUID | None = Field(
        default=None, description="A unit and all below it; the whole region without it."
    )
    name: Line
    source: Line = Field(description="The decree behind it.")


class RegionalDayPatch(In):
    """Left out means unchanged."""

    day: Day = Field(default_factory=left_out)
    name: Line = Field(default_factory=left_out)
    source: Line = Field(default_factory=left_out)


class RegionalDayOut(Out):
    id: UUID
    day: date
    unit_id: UUID | None
    name: str
    source: str
    withdrawn: bool
    version: int


class RegionalDayFilter(Paging):
    day_from: date | None = Field(default=None, alias="day[gte]")
    day_to: date | None = Field(default=None, alias="day[lte]")
    unit_id: UUID | None = Field(default=None, description="Days that this unit itself was given.")
    withdrawn: bool | None = None


class OutageIn(In):
    id: UUID | None = Field(default=None, description="Made by the client, so that a repetition is harmless.")
    start_at: AwareDatetime
    end_at: AwareDatetime = Field(description="The first instant at which all worked again.")
    unit_id: UUID | None = Field(
        default=None, description="A unit and all below it; the whole region without it."
    )
    reason: Line


class OutageOut(Out):
    id: UUID
    start_at: datetime
    end_at: datetime
    unit_id: UUID | None
    reason: str
    declared_by: UUID | None
    withdrawn: bool
    version: int


class OutageFilter(Paging):
    unit_id: UUID | None = Field(default=None, description="Outages declared for this unit itself.")
    withdrawn: bool | None = None
