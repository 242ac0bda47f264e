"""The wire of daily activities."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, PlainSerializer

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.activities import ActivityAction, ActivityStatus, Category, Flag, PlaceType

Quantity = Annotated[Decimal, Field(max_digits=12, decimal_places=3)]
DecimalText = Annotated[Decimal, PlainSerializer(str, return_type=str)]
Version = Annotated[int, Field(ge=1, le=2**53)]
DAY = Field(
    description="The day of the work in the zone of the employee's unit.",
    ge=date(2000, 1, 1),
    le=date(2999, 12, 31),
)


class Location(In):
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    accuracy_m: float | None = Field(default=None, ge=0, le=1_000_000)
    mock: bool | None = Field(default=None, description="The device says that the place is simulated.")
    provider: Line | None = None


class Evidence(In):
    url: Annotated[str, Field(max_length=2000)] = Field(description="An https link.")
    title: Line | None = None


class LinkIn(In):
    """One of several work results that an activity serves."""

    work_result_id: UUID = Field(description="A work result of one's own plan.")
    indicator_id: UUID | None = None
    share: Annotated[Decimal, Field(gt=0, le=1, max_digits=5, decimal_places=4)] = Field(
        description="Its part of the minutes; the shares of an activity sum to exactly 1."
    )


class ActivityValues(In):
    """What the employee claims to have done."""

    day: Annotated[date, DAY]
    start_at: AwareDatetime
    end_at: AwareDatetime = Field(description="May lie on the next day; the activity is then flagged.")
    minutes: int = Field(ge=1, le=1440, description="Effective minutes, at most the time from start to end.")
    category: Category
    description: Paragraph
    output_quantity: Quantity
    output_unit: Line
    place_type: PlaceType
    work_result_id: UUID | None = Field(default=None, description="A work result of one's own plan.")
    indicator_id: UUID | None = None
    links: list[LinkIn] = Field(
        default_factory=list,
        max_length=20,
        description="For several work results, the principal one first; then without `work_result_id`.",
    )
    complaint_id: UUID | None = Field(
        default=None,
        description="The citizen's complaint that it served: one that you can read, not about officials.",
    )
    location: Location | None = None
    evidence: list[Evidence] = Field(default=[], max_length=50)


class ActivityIn(ActivityValues):
    id: UUID | None = Field(
        default=None, description="Made by the phone (UUIDv7), so that repeating is safe."
    )
    submit: bool = Field(default=True, description="False keeps it as a draft.")
    device_id: Line | None = None
    device_at: AwareDatetime | None = Field(default=None, description="The phone's clock at recording.")


class VerificationIn(In):
    verified_minutes: int | None = Field(
        default=None, ge=0, le=1440, description="Without it all claimed minutes are granted."
    )
    verified_quantity: Quantity | None = None
    comment: Paragraph | None = None


class RejectionIn(In):
    comment: Paragraph


class ReopeningIn(In):
    reason: Paragraph


class CorrectionIn(In):
    id: UUID | None = Field(default=None, description="Made by the client, so that repeating is safe.")
    verified_minutes: int = Field(ge=0, le=1440, description="What shall count, from 0 to what was claimed.")
    reason: Paragraph


class CorrectionOut(Out):
    id: UUID
    activity_id: UUID
    day: date
    minutes_before: int
    minutes_after: int
    reason: str
    made_by: UUID
    made_at: datetime


class DecisionIn(In):
    """One item of a bulk verification."""

    id: UUID
    version: Version
    decision: Literal["VERIFY", "REJECT"]
    verified_minutes: int | None = Field(default=None, ge=0, le=1440)
    verified_quantity: Quantity | None = None
    comment: Paragraph | None = None


class DecisionsIn(In):
    items: list[DecisionIn] = Field(min_length=1, max_length=500)
    atomic: Literal["each", "all"] = Field(
        default="each", description="`all`: one refused item refuses all of them."
    )


class FaultOut(Out):
    pointer: str
    code: str
    message: str


class DecisionOut(Out):
    id: UUID
    done: bool
    status: ActivityStatus | None
    version: int | None
    code: str | None = Field(description="Why it was refused.")
    detail: str | None
    errors: list[FaultOut]


class DecisionsOut(Out):
    done: int
    refused: int
    results: list[DecisionOut]


class PersonOut(Out):
    id: UUID
    nip: str
    name: str


class LocationOut(Out):
    latitude: float
    longitude: float
    accuracy_m: float | None
    mock: bool | None
    provider: str | None


class EvidenceOut(Out):
    url: str
    title: str | None


class VerificationOut(Out):
    verifier_id: UUID | None
    minutes: int | None
    quantity: DecimalText | None
    comment: str | None
    decided_at: datetime | None


class LinkOut(Out):
    plan_id: UUID | None
    work_result_id: UUID
    indicator_id: UUID | None
    share: DecimalText


class AllowedOut(Out):
    action: ActivityAction
    refused: str | None = Field(description="The code of what stands in the way; null when it may be done.")


class ActivityOut(Out):
    """Decimals are texts; `allowed_actions` says what this caller may do now, and why not the rest."""

    id: UUID
    employee: PersonOut
    unit_id: UUID
    position_id: UUID
    day: date
    start_at: datetime
    end_at: datetime
    minutes: int
    category: Category
    description: str
    output_quantity: DecimalText
    output_unit: str
    place_type: PlaceType
    plan_id: UUID | None
    work_result_id: UUID | None
    indicator_id: UUID | None
    links: list[LinkOut] = Field(description="All of them; the first one also stands in the fields above.")
    complaint_id: UUID | None = Field(
        description="The complaint that it served; for the owner, and for whoever reads that complaint."
    )
    location: LocationOut | None
    evidence: list[EvidenceOut]
    device_id: str | None
    device_at: datetime | None
    received_at: datetime
    submitted_at: datetime | None
    status: ActivityStatus
    flags: list[Flag]
    verification: VerificationOut | None
    corrected_minutes: int | None = Field(
        description="What counts instead of the verified minutes, corrected after the month was locked."
    )
    version: int
    allowed_actions: list[AllowedOut]


class ActivityFilter(Paging):
    employee_id: UUID | None = None
    unit_id: UUID | None = Field(default=None, description="This unit and all below it.")
    status: ActivityStatus | None = None
    category: Category | None = None
    day: date | None = None
    day_from: date | None = Field(default=None, alias="day[gte]")
    day_to: date | None = Field(default=None, alias="day[lte]")
    waiting_for_me: bool = Field(default=False, description="Submitted work of one's own team.")
    sort: Literal["-day", "day"] = "-day"


class OwnActivityFilter(Paging):
    status: ActivityStatus | None = None
    day_from: date | None = Field(default=None, alias="day[gte]")
    day_to: date | None = Field(default=None, alias="day[lte]")
