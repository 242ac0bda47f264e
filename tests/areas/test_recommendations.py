"""Recommendations over HTTP: the right class for the right person, and the nightly run says the same."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.areas.recommendations.jobs import recommend
from asn_api.core.jobs import Means
from asn_api.core.mapping import uuid7
from asn_api.rules.certificates import CertificateOrigin, CertificateStatus
from asn_api.rules.competencies import EvidenceSource
from asn_api.rules.courses import CourseKind
from asn_api.rules.enrolments import ClassStatus, EnrolmentOrigin, EnrolmentStatus
from asn_api.tables.certificates import TrainingCertificate
from asn_api.tables.competencies import CompetencyEvidence, CompetencyStandard
from asn_api.tables.policies import Policy
from asn_api.tables.recommendations import KeptRecommendation
from asn_api.tables.training import Course, CourseClass, CoursePrerequisite, Enrolment
from tests.areas.learning import ONE
from tests.areas.sending import pdf, send
from tests.factories import City
from tests.matrix import add
from tests.matrix.recommendations import held_on, taught

Json = dict[str, Any]
MONTH = timedelta(days=30)


async def lacks(city: City, person: str = "staff", code: str = "INTEGRITY", weight: int = 1) -> None:
    """The post asks for level 3, and level 1 was found in the assessment centre."""
    await add(
        city,
        CompetencyStandard(
            region_id=city.region.id,
            id=uuid7(),
            position_id=city.posts[person].position_id,
            competency_code=code,
            level=3,
            criticality=weight,
            valid=Range(city.now.date() - MONTH, None),
        ),
        CompetencyEvidence(
            region_id=city.region.id,
            id=uuid7(),
            employee_id=city.id(person),
            competency_code=code,
            level=1,
            source=EvidenceSource.ASSESSMENT_CENTRE,
            assessed_on=city.now.date() - MONTH,
            assessor="Pusat Penilaian",
            created_at=city.now,
        ),
    )


async def enrolled(
    city: City, course_class: CourseClass, status: EnrolmentStatus, person: str = "staff", **changes: Any
) -> Enrolment:
    ended = status is EnrolmentStatus.COMPLETED
    row = Enrolment(
        region_id=city.region.id,
        id=uuid7(),
        class_id=course_class.id,
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        origin=EnrolmentOrigin.REQUEST,
        status=status,
        requested_at=city.now,
        place=None if status is EnrolmentStatus.REQUESTED else 1,
        passed=True if ended else None,
        ended_at=city.now if ended else None,
        **changes,
    )
    await add(city, row)
    return row


async def asked(city: City, person: str = "staff", viewer: str = "admin", of: str = "") -> Json:
    async with city.call_as(viewer) as caller:
        answer = await caller.get(f"/v1/employees/{city.id(person)}/recommendations{of}")
    assert answer.status_code == 200, answer.text
    shown: Json = answer.json()
    return shown


async def received(city: City) -> UUID:
    id = uuid7()
    async with city.call_as("staff") as staff:
        assert (await send(staff, pdf(), id=str(id))).status_code == 204
    return id


async def put(city: City, table: type[Course | CourseClass], id: UUID, **values: Any) -> None:
    async with city.app.state.database.sessions() as db, db.begin():
        await db.execute(update(table).where(table.id == id).values(values))


def named(shown: Json) -> list[str]:
    return [each["course"]["code"] for each in shown["recommendations"]]


def left_out(shown: Json) -> dict[str, str]:
    return {each["course"]["code"]: each["reason"] for each in shown["left_out"]}


async def run(city: City) -> None:
    state = city.app.state
    await recommend(Means(state.database, state.keyring, state.clock), str(city.region.id))


async def test_gaps_by_their_weight_come_before_mandatory_courses_and_hours(city: City) -> None:
    await lacks(city)
    await lacks(city, code="COMMUNICATION", weight=4)
    begins = city.now + MONTH
    by_hours = await taught(city, teaches={"COOPERATION": 1})
    mandatory = await taught(city, teaches={}, mandatory_for=["EXECUTIVE"])
    light = await taught(city)
    weighty = await taught(city, teaches={"COMMUNICATION": 2})
    for course in (by_hours, mandatory, light, weighty):
        await held_on(city, course, begins)
    shown = await asked(city, viewer="staff")
    assert named(shown) == [weighty.code, light.code, mandatory.code, by_hours.code]
    first = shown["recommendations"][0]
    assert first["closes"] == [
        {
            "competency_code": "COMMUNICATION",
            "held": 1,
            "required": 3,
            "criticality": 4,
            "level": 2,
            "points": 4,
        }
    ]
    assert (first["rank"], first["points"], first["hours"], shown["shortfall"]) == (1, 4, 8, 20)
    assert first["course_class"]["free_seats"] == 20


async def test_what_makes_no_sense_is_left_out_and_said(city: City) -> None:
    await lacks(city)
    begins = city.now + MONTH
    done, taken, blocked, clashing, fine = [await taught(city) for _ in range(5)]
    classes = {course.code: await held_on(city, course, begins) for course in (done, blocked, clashing)}
    await held_on(city, fine, begins + timedelta(hours=3))
    await enrolled(city, classes[done.code], EnrolmentStatus.COMPLETED)
    before = await taught(city)
    link = {"region_id": city.region.id, "id": uuid7(), "course_id": blocked.id}
    await add(city, CoursePrerequisite(**link, prerequisite_id=before.id))
    own = await held_on(city, taken, begins)
    span = Range(begins, begins + timedelta(hours=3))
    await enrolled(city, own, EnrolmentStatus.CONFIRMED, busy=[span])
    shown = await asked(city)
    assert named(shown) == [fine.code]
    assert left_out(shown) == {
        done.code: "COMPLETED_RECENTLY",
        taken.code: "ENROLLED",
        blocked.code: "PREREQUISITE_MISSING",
        clashing.code: "CLASH",
    }


async def test_only_classes_that_can_still_be_asked_for_are_recommended(city: City) -> None:
    await lacks(city)
    begins = city.now + MONTH
    for changes in (
        {"status": ClassStatus.DRAFT},
        {"status": ClassStatus.CANCELLED, "cancellation_reason": "Pengajar sakit"},
        {"registration_closes_at": city.now - timedelta(seconds=1)},
    ):
        await held_on(city, await taught(city), begins, **changes)
    assert named(await asked(city)) == []


async def test_of_two_classes_the_one_with_a_seat_is_named(city: City) -> None:
    await lacks(city)
    course = await taught(city)
    await held_on(city, course, city.now + MONTH, seats=1, seats_held=1)
    later = await held_on(city, course, city.now + 2 * MONTH)
    [one] = (await asked(city))["recommendations"]
    assert one["course_class"]["id"] == str(later.id)


async def test_what_is_kept_between_requests_follows_every_change(city: City) -> None:
    await lacks(city)
    begins = city.now + MONTH
    first, second, third = [await taught(city) for _ in range(3)]
    one, two = [await held_on(city, course, begins, seats=1) for course in (first, second)]
    assert named(await asked(city)) == [first.code, second.code]
    await put(city, CourseClass, one.id, seats_held=1)
    assert named(await asked(city)) == [second.code, first.code]
    await put(city, Course, second.id, title="Judul baru", version=Course.version + 1)
    assert (await asked(city))["recommendations"][0]["course"]["title"] == "Judul baru"
    await put(city, CourseClass, one.id, name="Nama baru", version=CourseClass.version + 1)
    assert (await asked(city))["recommendations"][1]["course_class"]["name"] == "Nama baru"
    await held_on(city, third, begins - timedelta(days=1))
    assert named(await asked(city)) == [third.code, second.code, first.code]
    async with city.call_as("admin") as admin:
        answer = await admin.post(f"/v1/classes/{two.id}/cancellation", json={"reason": "Sepi"}, headers=ONE)
        assert answer.status_code == 200, answer.text
        assert named(await asked(city)) == [third.code, first.code]
        answer = await admin.post(f"/v1/courses/{first.id}/withdrawal", headers=ONE)
        assert answer.status_code == 200, answer.text
    assert named(await asked(city)) == [third.code]
    await add(
        city,
        Policy(
            region_id=city.region.id,
            id=uuid7(),
            area="recommendation",
            valid_from=city.now.date(),
            revision=2,
            content={"repeat_after_years": 3, "most": 1},
            source="percobaan",
            created_at=city.now,
        ),
    )
    await held_on(city, await taught(city), begins)
    assert named(await asked(city)) == [third.code]


async def test_verified_hours_of_the_year_make_the_shortfall_smaller_and_claims_do_not(city: City) -> None:
    for number, status in enumerate((CertificateStatus.VERIFIED, CertificateStatus.CLAIMED)):
        verified = status is CertificateStatus.VERIFIED
        await add(
            city,
            TrainingCertificate(
                region_id=city.region.id,
                id=uuid7(),
                employee_id=city.id("staff"),
                origin=CertificateOrigin.EXTERNAL,
                status=status,
                number=f"{number}",
                number_key=f"{number}",
                issuer="Balai Diklat",
                issuer_key="balai diklat",
                title="Bimtek",
                title_key="bimtek",
                kind=CourseKind.TECHNICAL_GUIDANCE,
                jp=12,
                starts_on=city.now.date(),
                ends_on=city.now.date(),
                issued_on=city.now.date(),
                year=city.now.year,
                file_id=await received(city),
                created_at=city.now,
                decided_by=city.id("admin") if verified else None,
                decided_at=city.now if verified else None,
            ),
        )
    assert (await asked(city))["shortfall"] == 8


async def test_who_holds_no_post_gets_nothing_and_no_error(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        post = await db.merge(city.posts["colleague"])
        await db.delete(post)
    shown = await asked(city, "colleague")
    assert (shown["recommendations"], shown["shortfall"]) == ([], 0)
    explained = await asked(city, "colleague", of="/explanation")
    assert explained["steps"] == ["no definitive post: nothing is asked for"]


async def test_the_explanation_has_every_level_the_hours_and_the_sum_of_points(city: City) -> None:
    await lacks(city, weight=2)
    course = await taught(city)
    await held_on(city, course, city.now + MONTH)
    explained = await asked(city, of="/explanation")
    assert "INTEGRITY: held 1, required 3, criticality 2" in explained["steps"]
    assert "COOPERATION: held unknown, required 1, criticality 1" in explained["steps"]
    assert any(
        step.startswith(f"1. {course.code}") and "(3 − 1) × 2 = 4; 8 JP" in step
        for step in explained["steps"]
    )
    assert {each["area"] for each in explained["inputs"] if each["entity"] == "policy"} == {
        "competencies",
        "learning",
        "recommendation",
    }


async def test_the_nightly_run_keeps_what_everybody_is_told_live(city: City) -> None:
    await lacks(city)
    await lacks(city, "other_staff", weight=5)
    course = await taught(city, mandatory_for=["STRUCTURAL"])
    await held_on(city, course, city.now + MONTH)
    await held_on(city, await taught(city, teaches={"COOPERATION": 2}), city.now + MONTH)
    await run(city)
    await run(city)
    async with city.call_as("admin") as admin:
        listed = (await admin.get("/v1/recommendations?limit=200")).json()["data"]
        demand = (await admin.get("/v1/recommendations/demand")).json()
    assert listed[0]["employee"]["id"] == str(city.id("other_staff"))
    assert [each["points"] for each in listed] == sorted((each["points"] for each in listed), reverse=True)
    for person in city.people:
        live = (await asked(city, person))["recommendations"]
        of_person = sorted(
            (each for each in listed if each["employee"]["id"] == str(city.id(person))),
            key=lambda each: each["rank"],
        )
        names = ("rank", "points", "mandatory", "hours", "closes")
        assert [[each[name] for name in names] for each in of_person] == [
            [each[name] for name in names] for each in live
        ]
        assert [each["class_id"] for each in of_person] == [each["course_class"]["id"] for each in live]
    first = next(each for each in demand["courses"] if each["course_id"] == str(course.id))
    assert (first["people"], first["with_gaps"], first["mandatory"], first["points"]) == (8, 2, 4, 12)
    assert demand["day"] == city.now.date().isoformat()


async def test_lists_are_of_ones_own_reach(city: City) -> None:
    course = await taught(city, mandatory_for=["EXECUTIVE", "STRUCTURAL"])
    offered = await held_on(city, course, city.now + MONTH)
    await run(city)

    async def seen(caller: str, query: str = "") -> set[UUID]:
        async with city.call_as(caller) as client:
            answer = await client.get(f"/v1/recommendations?limit=200{query}")
        assert answer.status_code == 200, answer.text
        return {UUID(each["employee"]["id"]) for each in answer.json()["data"]}

    ward = {city.id(person) for person in ("staff", "colleague", "supervisor")}
    assert await seen("staff") == {city.id("staff")}
    assert await seen("supervisor") == ward
    assert await seen("head") == ward | {city.id("chief"), city.id("head")}
    assert await seen("admin", f"&unit_id={city.units['ward'].id}") == ward
    assert await seen("admin", f"&class_id={uuid7()}") == set()
    assert city.id("staff") in await seen("admin", f"&class_id={offered.id}&course_id={course.id}")


async def test_before_the_first_run_nothing_is_claimed_and_one_run_replaces_the_other(city: City) -> None:
    async with city.call_as("head") as head:
        assert (await head.get("/v1/recommendations/demand")).json() == {
            "day": None,
            "ran_at": None,
            "courses": [],
        }
    await lacks(city)
    offered = await held_on(city, await taught(city), city.now + MONTH)
    await run(city)
    async with city.database.sessions() as db, db.begin():
        row = await db.merge(offered)
        row.status, row.cancellation_reason = ClassStatus.CANCELLED, "Pengajar sakit"
    await run(city)
    async with city.database.sessions() as db:
        left = await db.scalars(
            select(KeptRecommendation).where(KeptRecommendation.region_id == city.region.id)
        )
        assert left.all() == []
