"""Learning hours and the professionalism index on the wire. Points are decimals as text."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from asn_api.areas.certificates.schemas import Year
from asn_api.areas.performance.schemas import PersonOut
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Out
from asn_api.rules.certificates import CertificateStatus
from asn_api.rules.learning_hours import HoursExclusion, HoursStatus
from asn_api.rules.people import Employment
from asn_api.rules.professionalism import IndexDimension, IndexGap, ProfessionalismCategory


class YearIn(In):
    year: Year


class LearnerFilter(Paging):
    year: Year


class HoursCertificateOut(Out):
    certificate_id: UUID
    version: int
    title: str
    number: str
    issuer: str
    starts_on: date
    ends_on: date
    jp: int
    status: CertificateStatus
    excluded: HoursExclusion | None = Field(
        description="Why it adds nothing to the year; null when it counts."
    )


class HoursOut(Out):
    employee: PersonOut
    employment: Employment
    year: int
    minimum: int | None = Field(description="The duty of the year; null where there is none.")
    maximum: int | None = Field(description="What counts at most; null where there is no limit.")
    total: int
    counted: int
    beyond: int = Field(description="Learned beyond what counts.")
    shortfall: int
    status: HoursStatus
    certificates: list[HoursCertificateOut] = Field(description="That touch the year, by their last day.")


class UnitHoursOut(Out):
    """Of those whose definitive post lies in the unit or below it on `on`."""

    unit_id: UUID
    unit_name: str
    year: int
    on: date
    people: int
    fulfilled: int
    short: int
    no_minimum: int
    total: int
    mean: Decimal | None
    shortfall: int = Field(description="Hours that are missing in all.")


class LearnerOut(Out):
    employee: PersonOut
    unit_name: str
    employment: Employment
    total: int
    counted: int
    shortfall: int
    status: HoursStatus


class IndexPartOut(Out):
    dimension: IndexDimension
    points: Decimal | None
    most: Decimal
    missing: IndexGap | None = Field(description="Why it cannot be told; nothing is assumed instead.")
    found: list[str] = Field(description="What the points rest on.")


class IndexOut(Out):
    employee: PersonOut
    year: int
    total: Decimal = Field(description="Without the parts that cannot be told.")
    at_most: Decimal = Field(description="With all points of the parts that cannot be told.")
    complete: bool
    category: ProfessionalismCategory | None = Field(
        description="Null while what is missing could change it."
    )
    parts: list[IndexPartOut]


class UnitIndexPartOut(Out):
    dimension: IndexDimension
    mean: Decimal | None = Field(description="Of those of whom it can be told.")
    most: Decimal
    known: int
    unknown: int


class CategoryCountOut(Out):
    category: ProfessionalismCategory | None
    people: int


class UnitIndexOut(Out):
    """Of those whose definitive post lies in the unit or below it on `on`."""

    unit_id: UUID
    unit_name: str
    year: int
    on: date
    people: int
    complete: int = Field(description="People of whom all four parts can be told.")
    total: Decimal | None = Field(description="The mean, without the parts that cannot be told.")
    at_most: Decimal | None
    parts: list[UnitIndexPartOut]
    categories: list[CategoryCountOut] = Field(description="Null: it cannot be told yet.")
