"""Samples of classes and enrolments: classes of `ward`, enrolments of `staff`."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from asn_api.core.mapping import uuid7
from asn_api.rules.calendar import Zone
from asn_api.rules.enrolments import SEATED, ClassStatus, EnrolmentOrigin, EnrolmentStatus
from asn_api.tables.training import ClassSession, Course, CourseClass, Enrolment
from tests.factories import City
from tests.matrix import Build, Sample, add
from tests.matrix.courses import course

FREE = timedelta(days=10)
"""From now on; classes of samples begin then, unless they say otherwise."""


async def course_class(
    city: City,
    status: ClassStatus = ClassStatus.OPEN,
    of: Course | None = None,
    begins: timedelta = FREE,
    **changes: Any,
) -> CourseClass:
    """Two meetings of three hours on two days, registration until the first one."""
    of = of or await course(city)
    start = city.now + begins
    days = [start.astimezone(Zone.WIB.tz).date(), (start + timedelta(days=1)).astimezone(Zone.WIB.tz).date()]
    usual = {
        "unit_id": city.units["ward"].id,
        "organiser_id": city.id("staff"),
        "registration_opens_at": min(city.now, start) - timedelta(days=5),
        "registration_closes_at": start,
        "needs_approval": True,
        "seats": 2,
        "seats_held": 0,
        "last_place": 0,
    }
    row = CourseClass(
        region_id=city.region.id,
        id=uuid7(),
        course_id=of.id,
        name="Angkatan I",
        mode=of.mode,
        jp=of.jp,
        place="Aula",
        starts_on=days[0],
        ends_on=days[1],
        begins_at=start,
        status=status,
        created_at=city.now,
        cancellation_reason="Narasumber berhalangan" if status is ClassStatus.CANCELLED else None,
        finished_at=city.now if status is ClassStatus.FINISHED else None,
        **usual | changes,
    )
    await add(city, row)
    await add(city, *sessions_of(row))
    return row


def sessions_of(row: CourseClass) -> list[ClassSession]:
    def meeting(at: datetime) -> ClassSession:
        end = at + timedelta(hours=3)
        return ClassSession(
            region_id=row.region_id, id=uuid7(), class_id=row.id, starts_at=at, ends_at=end, jp=4
        )

    return [meeting(row.begins_at), meeting(row.begins_at + timedelta(days=1))]


async def enrolment(
    city: City,
    person: str = "staff",
    status: EnrolmentStatus = EnrolmentStatus.REQUESTED,
    into: CourseClass | None = None,
    **changes: Any,
) -> Enrolment:
    into = into or await course_class(city, seats_held=1 if status in SEATED else 0, last_place=1)
    usual: dict[str, Any] = {"place": None if status is EnrolmentStatus.REQUESTED else 1}
    if status is EnrolmentStatus.APPROVED:
        usual["offer_expires_at"] = city.now + timedelta(days=2)
    row = Enrolment(
        region_id=city.region.id,
        id=uuid7(),
        class_id=into.id,
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        origin=EnrolmentOrigin.REQUEST,
        status=status,
        requested_at=city.now,
        **usual | changes,
    )
    await add(city, row)
    return row


def values(row: CourseClass, sessions: list[ClassSession]) -> dict[str, Any]:
    named = ("name", "place", "link", "needs_approval", "seats")
    times = ("starts_on", "ends_on", "registration_opens_at", "registration_closes_at")
    return {
        **{name: getattr(row, name) for name in named},
        **{name: getattr(row, name).isoformat() for name in times},
        "unit_id": str(row.unit_id),
        "organiser_id": str(row.organiser_id),
        "sessions": [
            {
                "id": str(each.id),
                "starts_at": each.starts_at.isoformat(),
                "ends_at": each.ends_at.isoformat(),
                "jp": each.jp,
            }
            for each in sessions
        ],
    }


def one(about: str = "ward", status: ClassStatus = ClassStatus.OPEN, **body: Any) -> Build:
    async def build(city: City) -> Sample:
        return Sample({"id": (await course_class(city, status)).id}, body=body or None, about=about)

    return build


async def listed(city: City) -> Sample:
    return Sample(rows={(await course_class(city)).id: "region"})


async def planned(city: City) -> Sample:
    like = await course_class(city)
    return Sample(body={**values(like, []), "course_id": str(like.course_id), **meetings(like)}, about="ward")


def meetings(row: CourseClass) -> dict[str, Any]:
    fresh = [{**each, "id": None} for each in values(row, sessions_of(row))["sessions"]]
    return {"sessions": fresh}


async def changed(city: City) -> Sample:
    row = await course_class(city)
    return Sample({"id": row.id}, body=values(row, []) | meetings(row), about="ward")


async def nominated(city: City) -> Sample:
    item = {"employee_id": str(city.id("staff"))}
    elsewhere = {"foreign_admin": (404, "the class is of another region")}
    id = (await course_class(city)).id
    return Sample({"id": id}, body={"items": [item]}, batch=("NOT_FOUND",), refused=elsewhere)


RUNNING = timedelta(days=-5)


async def running(city: City) -> tuple[CourseClass, ClassSession, Enrolment]:
    """Organised by `staff`, over by the clock; `colleague` attends."""
    row = await course_class(city, ClassStatus.RUNNING, begins=RUNNING, seats_held=1, last_place=1)
    async with city.database.sessions() as db:
        of_class = (
            select(ClassSession).where(ClassSession.class_id == row.id).order_by(ClassSession.starts_at)
        )
        session = (await db.scalars(of_class)).first()
    assert session is not None
    return row, session, await enrolment(city, "colleague", EnrolmentStatus.ATTENDING, row)


async def attended(city: City) -> Sample:
    row, session, person = await running(city)
    item = {"session_id": str(session.id), "enrolment_id": str(person.id), "mark": "PRESENT"}
    return Sample({"id": row.id}, body={"items": [item]})


async def tested(city: City) -> Sample:
    row, _, person = await running(city)
    item = {"enrolment_id": str(person.id), "pre_score": "40", "post_score": "80.5", "passed": True}
    return Sample({"id": row.id}, body={"items": [item]})


async def over(city: City) -> Sample:
    row, _, _ = await running(city)
    return Sample({"id": row.id})


def enrolled(status: EnrolmentStatus = EnrolmentStatus.REQUESTED, **body: Any) -> Build:
    async def build(city: City) -> Sample:
        return Sample({"id": (await enrolment(city, status=status)).id}, body=body)

    return build


async def listed_enrolments(city: City) -> Sample:
    people = ("staff", "other_staff", "supervisor")
    return Sample(rows={(await enrolment(city, person)).id: person for person in people})


async def asked(city: City) -> Sample:
    elsewhere = {"foreign_admin": (404, "the class is of another region")}
    return Sample(body={"class_id": str((await course_class(city)).id)}, about="caller", refused=elsewhere)


async def decided(city: City) -> Sample:
    item = {"id": str((await enrolment(city)).id), "version": 1, "decision": "APPROVE"}
    return Sample(body={"items": [item]}, batch=("NOT_FOUND",))


SAMPLES: dict[str, Build] = {
    "list_classes": listed,
    "plan_class": planned,
    "get_class": one("region"),
    "change_class": changed,
    "open_class": one(status=ClassStatus.DRAFT),
    "cancel_class": one(reason="Narasumber berhalangan"),
    "nominate_for_class": nominated,
    "get_attendance": one("staff"),
    "record_attendance": attended,
    "record_results": tested,
    "finish_class": over,
    "list_enrolments": listed_enrolments,
    "request_enrolment": asked,
    "decide_enrolments": decided,
    "get_enrolment": enrolled(),
    "approve_enrolment": enrolled(),
    "reject_enrolment": enrolled(reason="Belum perlu"),
    "confirm_enrolment": enrolled(EnrolmentStatus.APPROVED),
    "cancel_enrolment": enrolled(),
    "remove_enrolment": enrolled(EnrolmentStatus.WAITLISTED, reason="Tugas lain"),
}
