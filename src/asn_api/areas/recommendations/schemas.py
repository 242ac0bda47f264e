"""The wire of recommendations."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from asn_api.areas.performance.schemas import PersonOut
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Out
from asn_api.rules.courses import CourseKind, CourseMode
from asn_api.rules.recommendations import Exclusion


class ClosingOut(Out):
    """A gap that the course makes smaller."""

    competency_code: str
    held: int
    required: int
    criticality: int
    level: int = Field(description="To which the course leads.")
    points: int = Field(description="Levels gained, up to what is required, times criticality.")


class RecommendedCourseOut(Out):
    id: UUID
    code: str
    title: str
    kind: CourseKind
    cost: int = Field(description="Whole rupiah a person.")


class RecommendedClassOut(Out):
    id: UUID
    name: str
    mode: CourseMode
    jp: int
    starts_on: date
    ends_on: date
    registration_closes_at: datetime
    free_seats: int = Field(description="0: one would be put on the waiting list.")


class RecommendationOut(Out):
    rank: int
    course: RecommendedCourseOut
    course_class: RecommendedClassOut
    points: int = Field(description="Of all gaps together; they come first.")
    mandatory: bool = Field(description="For the kind of position that one holds.")
    hours: int = Field(description="JP that count towards what the year still lacks.")
    closes: list[ClosingOut]


class LeftOutOut(Out):
    """A course that would be of use and is not recommended now."""

    course: RecommendedCourseOut
    reason: Exclusion


class RecommendationsOut(Out):
    employee_id: UUID
    day: date
    shortfall: int = Field(description="JP that the year still lacks.")
    recommendations: list[RecommendationOut]
    left_out: list[LeftOutOut]


class KeptFilter(Paging):
    unit_id: UUID | None = Field(default=None, description="People of this unit and below it.")
    course_id: UUID | None = None
    class_id: UUID | None = None


class KeptOut(Out):
    id: UUID
    employee: PersonOut
    unit_id: UUID
    unit_name: str
    course_id: UUID
    course_code: str
    course_title: str
    class_id: UUID
    class_name: str
    starts_on: date
    free_seats: int
    rank: int = Field(description="Among the recommendations of this person; 1 is the best.")
    points: int
    mandatory: bool
    hours: int
    closes: list[ClosingOut]


class DemandFilter(In):
    unit_id: UUID | None = Field(default=None, description="People of this unit and below it.")
    most: int = Field(default=50, ge=1, le=200, description="Courses shown.")


class CourseDemandOut(Out):
    course_id: UUID
    code: str
    title: str
    people: int
    with_gaps: int = Field(description="Of them with a gap that the course makes smaller.")
    mandatory: int
    points: int


class DemandOut(Out):
    """As the last nightly run found it; nulls before the first run."""

    day: date | None
    ran_at: datetime | None
    courses: list[CourseDemandOut]
