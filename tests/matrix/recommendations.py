"""Samples of recommendations, of today and of the last run."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from asn_api.core.mapping import uuid7
from asn_api.rules.courses import CourseForm, CourseKind, CourseMode, CourseStatus
from asn_api.rules.enrolments import ClassStatus
from asn_api.tables.recommendations import KeptRecommendation
from asn_api.tables.training import ClassSession, Course, CourseClass, CourseCompetency
from tests.factories import City
from tests.matrix import Build, Sample, add

_codes = count(1)
_ranks = count(1)


async def taught(city: City, level: int = 3, **changes: Any) -> Course:
    """A published course that leads to a level of integrity, unless `teaches` says otherwise."""
    teaches = changes.pop("teaches", {"INTEGRITY": level})
    number = next(_codes)
    row = Course(
        region_id=city.region.id,
        id=uuid7(),
        unit_id=city.units["root"].id,
        **{
            "code": f"PEL-{number:04}",
            "title": f"Pelatihan {number}",
            "description": "Belajar bersama",
            "form": CourseForm.CLASSICAL,
            "kind": CourseKind.TECHNICAL,
            "mode": CourseMode.ON_SITE,
            "jp": 8,
            "cost": 0,
            "mandatory_for": [],
            "status": CourseStatus.PUBLISHED,
            "created_at": city.now,
            "published_at": city.now,
        }
        | changes,
    )
    await add(city, row)
    of_course = {"region_id": city.region.id, "course_id": row.id}
    codes = [
        CourseCompetency(id=uuid7(), competency_code=code, level=level, **of_course)
        for code, level in teaches.items()
    ]
    await add(city, *codes)
    return row


async def held_on(city: City, course: Course, begins: datetime, **changes: Any) -> CourseClass:
    """An open class of one session of three hours."""
    row = CourseClass(
        region_id=city.region.id,
        id=uuid7(),
        course_id=course.id,
        unit_id=city.units["root"].id,
        organiser_id=city.id("admin"),
        name=f"Kelas {course.title}",
        mode=CourseMode.ON_SITE,
        jp=course.jp,
        place="Aula",
        starts_on=begins.date(),
        ends_on=begins.date(),
        begins_at=begins,
        **{
            "registration_opens_at": city.now - timedelta(days=1),
            "registration_closes_at": begins - timedelta(days=1),
            "needs_approval": True,
            "seats": 20,
            "status": ClassStatus.OPEN,
            "created_at": city.now,
        }
        | changes,
    )
    await add(city, row)
    session = ClassSession(
        region_id=city.region.id,
        id=uuid7(),
        class_id=row.id,
        starts_at=begins,
        ends_at=begins + timedelta(hours=3),
        jp=course.jp,
    )
    await add(city, session)
    return row


async def kept(city: City, person: str) -> UUID:
    course = await taught(city)
    row = KeptRecommendation(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        class_id=(await held_on(city, course, city.now + timedelta(days=30))).id,
        rank=next(_ranks),
        points=2,
        mandatory=False,
        hours=8,
        closes=[],
    )
    await add(city, row)
    return row.id


async def listed(city: City) -> Sample:
    people = ("staff", "colleague", "supervisor", "head", "other_staff")
    return Sample(rows={await kept(city, person): person for person in people})


def of_staff(city: City) -> Sample:
    return Sample({"employee_id": city.id("staff")})


SAMPLES: dict[str, Build] = {
    "list_recommendations_of_employee": of_staff,
    "explain_recommendations_of_employee": of_staff,
    "list_recommendations": listed,
    "get_recommended_demand": lambda city: Sample(about="caller"),
}
