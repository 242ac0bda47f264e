"""The wire of partners and of the catalogue of courses."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.courses import CourseForm, CourseKind, CourseMode, CourseStatus, PartnerKind
from asn_api.rules.organization import PositionKind

Id = Annotated[
    UUID | None, Field(default=None, description="Made by the client (UUIDv7), so that it can send again.")
]
Link = Annotated[str, Field(max_length=2000, pattern=r"^https://[^\s/]\S*$")]
Code = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9._/-]{0,39}$")]
CompetencyCode = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,39}$")]
Level = Annotated[int, Field(ge=1, le=5)]


class AgreementIn(In):
    number: Line
    valid_from: date
    valid_to: date | None = Field(default=None, description="The last day; null while it has no end.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise PydanticCustomError("AGREEMENT_REVERSED", "the agreement ends before it begins")
        return self


class PartnerValues(In):
    name: Line
    kind: PartnerKind
    website: Link | None = None
    closed_on: date | None = Field(default=None, description="From this day on it teaches nothing here.")
    agreements: list[AgreementIn] = Field(default=[], max_length=50)


class PartnerIn(PartnerValues):
    id: Id


class PartnerFilter(Paging):
    kind: PartnerKind | None = None
    valid: bool | None = Field(default=None, description="Whether an agreement holds today.")


class AgreementOut(Out):
    number: str
    valid_from: date
    valid_to: date | None


class PartnerOut(Out):
    id: UUID
    version: int
    name: str
    kind: PartnerKind
    website: str | None
    closed_on: date | None
    agreements: list[AgreementOut]
    valid: bool = Field(description="Not closed, and an agreement holds today: classes may be opened.")


class TaughtIn(In):
    competency_code: CompetencyCode
    level: Level


class CourseValues(In):
    unit_id: UUID = Field(description="Keeps the course: the unit whose admins change it.")
    partner_id: UUID | None = Field(default=None, description="Null for what the region teaches itself.")
    code: Code
    title: Line
    description: Paragraph
    kind: CourseKind = Field(description="The national kind of training; the form follows from it.")
    mode: CourseMode
    jp: int = Field(ge=1, le=2000, description="Lesson hours (jam pelajaran).")
    cost: int = Field(ge=0, le=10**12, description="Whole rupiah a person.")
    mandatory_for: list[PositionKind] = Field(default=[], max_length=len(PositionKind))
    competencies: list[TaughtIn] = Field(default=[], max_length=20, description="What it leads to.")
    prerequisites: list[UUID] = Field(
        default=[], max_length=10, description="Courses that have to be completed before."
    )

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        codes = [each.competency_code for each in self.competencies]
        for listed in (codes, self.prerequisites, self.mandatory_for):
            if len(set(listed)) < len(listed):
                raise PydanticCustomError("LISTED_TWICE", "something is listed twice")
        return self


class CourseIn(CourseValues):
    id: Id


class CatalogueFilter(Paging):
    q: Annotated[str, Field(min_length=2, max_length=100)] | None = Field(
        default=None,
        description="Words of title, code or description, in any form; the beginning of a word is enough. "
        "The best matches come first.",
    )
    form: CourseForm | None = None
    kind: CourseKind | None = None
    mode: CourseMode | None = None
    partner_id: UUID | None = None
    competency_code: CompetencyCode | None = None
    level: Level | None = Field(default=None, description="With a competency: leads to this level or higher.")


class CourseFilter(CatalogueFilter):
    status: CourseStatus | None = None
    unit_id: UUID | None = Field(default=None, description="Kept by this unit or one below it.")


class CoursePartnerOut(Out):
    id: UUID
    name: str
    kind: PartnerKind


class TaughtOut(Out):
    competency_code: str
    level: int


class CourseRefOut(Out):
    id: UUID
    code: str
    title: str


class CourseSummary(Out):
    id: UUID
    version: int
    unit_id: UUID
    partner: CoursePartnerOut | None
    code: str
    title: str
    form: CourseForm
    kind: CourseKind
    national_code: str = Field(description="Of the kind, in the national personnel system.")
    mode: CourseMode
    jp: int
    cost: int
    mandatory_for: list[PositionKind]
    competencies: list[TaughtOut]
    status: CourseStatus
    published_at: datetime | None
    available: bool = Field(
        description="New classes may be opened: published, and its partner is valid today."
    )


class CourseOut(CourseSummary):
    description: str
    prerequisites: list[CourseRefOut]
