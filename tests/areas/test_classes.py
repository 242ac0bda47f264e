"""Classes over HTTP: planned, opened, changed, cancelled; attendance, results and what was learned."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from asn_api.core.mapping import uuid7
from asn_api.rules.courses import CourseMode
from asn_api.rules.enrolments import ClassStatus, EnrolmentStatus
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.competencies import CompetencyEvidence
from asn_api.tables.training import ClassSession, CourseClass, CourseCompetency, Enrolment
from tests.areas.races import at_once
from tests.areas.test_notifications import told
from tests.areas.test_performance import done, refused, send
from tests.areas.training import Json, act, asked, comes, seen, stored
from tests.factories import City
from tests.matrix import add
from tests.matrix.classes import RUNNING, course_class, enrolment, meetings, sessions_of, values
from tests.matrix.courses import course, partner


async def sessions(city: City, row: CourseClass) -> list[ClassSession]:
    of_class = select(ClassSession).where(ClassSession.class_id == row.id).order_by(ClassSession.starts_at)
    async with city.database.sessions() as db:
        return list(await db.scalars(of_class))


async def body_of(city: City, **changes: Any) -> Json:
    like = await course_class(city)
    return values(like, []) | meetings(like) | {"course_id": str(like.course_id)} | changes


async def faults(answer: Any) -> list[tuple[str, str]]:
    problem = await refused(answer, 422, "REQUEST_INVALID")
    return [(each["pointer"], each["code"]) for each in problem["errors"]]


def may(shown: Json) -> set[str]:
    return {each["action"] for each in shown["allowed_actions"] if each["refused"] is None}


async def test_a_class_is_planned_opened_and_cancelled(city: City) -> None:
    given = await body_of(city, id=str(uuid7()))
    made = await done(city, "head", "POST", "/classes", json=given)
    assert (made["status"], made["jp"], made["mode"], len(made["sessions"])) == ("DRAFT", 20, "ON_SITE", 2)
    assert may(made) == {"EDIT", "OPEN", "CANCEL"}
    again = await send(city, "head", "POST", "/classes", json=given)
    assert (again.status_code, again.json()["id"]) == (200, made["id"])
    path = f"/classes/{made['id']}"
    opened = await done(city, "head", "POST", f"{path}/opening", 1)
    assert (opened["status"], opened["version"]) == ("OPEN", 2)
    listed = await done(city, "other_staff", "GET", "/classes", params={"course_id": given["course_id"]})
    assert made["id"] in [each["id"] for each in listed["data"]]
    assert may(await done(city, "other_staff", "GET", path)) == set()
    for person in ("colleague", "staff"):
        await asked(city, person, CourseClass(id=made["id"]))
    gone = await done(city, "head", "POST", f"{path}/cancellation", 2, json={"reason": "Narasumber sakit"})
    assert (gone["status"], gone["cancellation_reason"]) == ("CANCELLED", "Narasumber sakit")
    assert await told(city, NoticeKind.CLASS_CANCELLED) == [
        ("colleague", None),
        ("staff", None),
        ("staff", None),
    ]
    rows = await stored(city, CourseClass(id=made["id"]))
    assert {(each.status, each.cancellation) for each in rows} == {("CANCELLED", "CLASS_CANCELLED")}


async def test_what_is_planned_makes_sense(city: City) -> None:
    given = await body_of(city)
    wrong = given | {"place": None, "organiser_id": str(uuid7()), "sessions": []}
    assert await faults(await send(city, "head", "POST", "/classes", json=wrong)) == [
        ("/registration_closes_at", "REGISTRATION_AFTER_START"),
        ("/sessions", "SESSIONS_MISSING"),
        ("/place", "PLACE_MISSING"),
        ("/organiser_id", "ORGANISER_UNKNOWN"),
    ]
    unknown = given | {"course_id": str(uuid7())}
    assert await faults(await send(city, "head", "POST", "/classes", json=unknown)) == [
        ("/course_id", "COURSE_UNKNOWN")
    ]
    online = await course(city, mode=CourseMode.SELF_PACED)
    free = given | {"course_id": str(online.id), "sessions": [], "link": None}
    free["registration_closes_at"] = (city.now + timedelta(days=5)).isoformat()
    assert await faults(await send(city, "head", "POST", "/classes", json=free)) == [
        ("/link", "LINK_MISSING")
    ]
    works = await done(city, "head", "POST", "/classes", json=free | {"link": "https://belajar.example/1"})
    assert (works["mode"], works["sessions"]) == ("SELF_PACED", [])


async def test_without_an_agreement_there_is_no_new_class(city: City) -> None:
    former = await partner(city, until=date(2026, 11, 20))
    row = await course(city, partner_id=former.id)
    given = await body_of(city, course_id=str(row.id))
    await refused(await send(city, "head", "POST", "/classes", json=given), 409, "PARTNER_WITHOUT_AGREEMENT")
    drafted = await course_class(city, ClassStatus.DRAFT, of=row)
    await refused(
        await send(city, "head", "POST", f"/classes/{drafted.id}/opening", 1),
        409,
        "PARTNER_WITHOUT_AGREEMENT",
    )


async def test_other_times_are_told_and_refused_while_they_clash(city: City) -> None:
    row = await course_class(city, needs_approval=False)
    later = await course_class(city, begins=timedelta(days=20), needs_approval=False)
    for each in (row, later):
        await asked(city, "colleague", each)
    body = values(row, []) | meetings(later)
    body |= {"starts_on": later.starts_on.isoformat(), "ends_on": later.ends_on.isoformat()}
    problem = await refused(
        await send(city, "head", "PUT", f"/classes/{row.id}", 1, json=body), 409, "CLASS_CLASHES"
    )
    assert problem["params"]["employees"] == [str(city.id("colleague"))]
    (mine,) = await stored(city, later)
    await act(city, "colleague", {"id": str(mine.id), "version": mine.version}, "cancellation")
    moved = await done(city, "head", "PUT", f"/classes/{row.id}", 1, json=body)
    assert moved["starts_on"] == later.starts_on.isoformat()
    assert await told(city, NoticeKind.CLASS_CHANGED) == [("colleague", None)]
    # He is busy at the new times now.
    again = await send(city, "colleague", "POST", "/enrolments", json={"class_id": str(later.id)})
    await refused(again, 409, "ENROLMENT_CLASHES")


async def test_an_enrolment_changes_what_is_shown_but_not_the_version_to_build_on(city: City) -> None:
    row = await course_class(city, needs_approval=False)
    before = await send(city, "head", "GET", f"/classes/{row.id}")
    await asked(city, "colleague", row)
    after = await send(city, "head", "GET", f"/classes/{row.id}")
    assert before.headers["etag"] != after.headers["etag"]
    assert (before.json()["version"], after.json()["version"]) == (1, 1)


async def running(city: City, *people: str, **changes: Any) -> tuple[CourseClass, list[Enrolment]]:
    """Over by the clock, organised by `staff`."""
    row = await course_class(
        city, ClassStatus.RUNNING, begins=RUNNING, seats=9, seats_held=len(people), last_place=9, **changes
    )
    rows = [
        await enrolment(city, person, EnrolmentStatus.ATTENDING, row, place=number)
        for number, person in enumerate(people, 1)
    ]
    return row, rows


def mark(session: ClassSession, row: Enrolment, given: str = "PRESENT", **changes: Any) -> Json:
    return {"session_id": str(session.id), "enrolment_id": str(row.id), "mark": given, **changes}


async def recorded(city: City, row: CourseClass, *items: Json, **options: Any) -> list[Json]:
    body = {"items": list(items), **options}
    answer = await done(city, "staff", "PUT", f"/classes/{row.id}/attendance", json=body)
    return list(answer["results"])


async def test_the_organiser_records_who_came_and_the_latest_word_counts(city: City) -> None:
    row, (one, two) = await running(city, "colleague", "chief")
    first, second = await sessions(city, row)
    await refused(await send(city, "head", "GET", f"/classes/{row.id}/attendance"), 404, "NOT_FOUND")
    results = await recorded(
        city, row, mark(first, one), mark(first, two, "LATE"), mark(first, one, "ABSENT")
    )
    assert [each["done"] for each in results] == [True, True, True]
    earlier = (city.now - timedelta(hours=1)).isoformat()
    (late,) = await recorded(city, row, mark(first, one, "PRESENT", recorded_at=earlier))
    assert (late["done"], late["code"]) == (False, "ATTENDANCE_RECORDED_LATER")
    sheet = await done(city, "staff", "GET", f"/classes/{row.id}/attendance")
    marks = {
        each["employee"]["name"]: [m["mark"] for m in each["attendance"]] for each in sheet["participants"]
    }
    assert marks == {"COLLEAGUE": ["ABSENT"], "CHIEF": ["LATE"]}
    strange = mark(first, one) | {"enrolment_id": str(uuid7())}
    results = await recorded(city, row, strange, mark(second, two), atomic="all")
    assert [each["code"] for each in results] == ["REQUEST_INVALID", "NOT_DONE_ATOMIC"]
    assert results[0]["errors"][0]["code"] == "NOT_A_PARTICIPANT"


async def test_what_has_begun_by_the_clock_takes_attendance_at_once(city: City) -> None:
    row = await course_class(city, needs_approval=False)
    mine = await asked(city, "colleague", row)
    first, second = await sessions(city, row)
    answer = await send(
        city,
        "staff",
        "PUT",
        f"/classes/{row.id}/attendance",
        json={"items": [mark(first, Enrolment(id=mine["id"]))]},
    )
    await refused(answer, 409, "CLASS_NOT_BEGUN")
    await comes(city, CourseClass, row.id, begins_at=city.now)
    await comes(city, ClassSession, first.id, starts_at=city.now)
    results = await recorded(
        city, row, mark(first, Enrolment(id=mine["id"])), mark(second, Enrolment(id=mine["id"]))
    )
    assert [(each["done"], [e["code"] for e in each["errors"]]) for each in results] == [
        (True, []),
        (False, ["SESSION_NOT_YET"]),
    ]
    assert (await seen(city, "colleague", mine))["status"] == "ATTENDING"


async def test_results_end_a_class_and_become_evidence_of_what_was_learned(city: City) -> None:
    taught = await course(city)
    await add(
        city,
        CourseCompetency(
            region_id=city.region.id,
            id=uuid7(),
            course_id=taught.id,
            competency_code="COMMUNICATION",
            level=3,
        ),
    )
    row, people = await running(city, "colleague", "chief", "other_staff", "supervisor", of=taught)
    good, weak, absent, away = people
    first, second = await sessions(city, row)
    await recorded(city, row, *[mark(each, who) for each in (first, second) for who in (good, weak)])
    await recorded(city, row, mark(first, away))
    items = [
        {"enrolment_id": str(good.id), "pre_score": "41.5", "post_score": "88", "passed": True},
        {"enrolment_id": str(weak.id), "post_score": "50", "passed": False},
        {"enrolment_id": str(away.id), "passed": True},
        {"enrolment_id": str(uuid7()), "passed": True},
    ]
    answer = await done(city, "staff", "PUT", f"/classes/{row.id}/results", json={"items": items})
    assert [each["code"] for each in answer["results"]] == [None, None, None, "NOT_A_PARTICIPANT"]
    finished = await done(city, "staff", "POST", f"/classes/{row.id}/completion", 1)
    assert (finished["status"], finished["finished_at"] is not None) == ("FINISHED", True)
    ends = {each.employee_id: each.status for each in await stored(city, row)}
    assert ends == {
        city.id("colleague"): EnrolmentStatus.COMPLETED,
        city.id("chief"): EnrolmentStatus.FAILED,
        city.id("other_staff"): EnrolmentStatus.NO_SHOW,
        city.id("supervisor"): EnrolmentStatus.FAILED,  # half of the sessions are too few
    }
    assert len(await told(city, NoticeKind.TRAINING_FINISHED)) == 4
    async with city.database.sessions() as db:
        found = await db.scalars(
            select(CompetencyEvidence).where(CompetencyEvidence.region_id == city.region.id)
        )
        evidence = [
            (each.employee_id, each.competency_code, each.level, each.source, each.assessed_on)
            for each in found
        ]
    assert evidence == [(city.id("colleague"), "COMMUNICATION", 3, "TRAINING", row.ends_on)]
    closed = await send(
        city, "staff", "PUT", f"/classes/{row.id}/attendance", json={"items": [mark(first, absent)]}
    )
    await refused(closed, 409, "CLASS_OVER")
    await refused(
        await send(city, "staff", "POST", f"/classes/{row.id}/completion", 2), 409, "CLASS_WRONG_STATUS"
    )


async def test_a_class_is_not_ended_before_its_last_session(city: City) -> None:
    row = await course_class(city, ClassStatus.RUNNING, begins=timedelta(hours=-2))
    await refused(
        await send(city, "staff", "POST", f"/classes/{row.id}/completion", 1), 409, "CLASS_NOT_OVER"
    )


async def test_ended_twice_at_once_it_ends_once(city: City) -> None:
    row, _ = await running(city, "colleague")
    lock = select(CourseClass.id).where(CourseClass.id == row.id)
    ending = [send(city, "staff", "POST", f"/classes/{row.id}/completion", 1) for _ in range(2)]
    answers = await at_once(city, *ending, held=lock)
    assert sorted(each.status_code for each in answers) == [200, 412]


async def pushed(city: City, *operations: Json, person: str = "staff") -> list[Json]:
    body = {"device_id": city.phones[person], "operations": list(operations)}
    answer = await done(city, person, "POST", "/sync/push", json=body)
    return list(answer["results"])


def operation(city: City, data: Json, id: str | None = None, **changes: Any) -> Json:
    usual = {"op_id": str(uuid7()), "type": "attendance", "action": "put", "id": id or str(uuid7())}
    return {**usual, "device_at": city.now.isoformat(), "data": data, **changes}


async def test_attendance_comes_from_a_phone_without_a_network(city: City) -> None:
    row, (one, two) = await running(city, "colleague", "chief")
    first, _ = await sessions(city, row)
    operations = [operation(city, mark(first, one)), operation(city, mark(first, two, "EXCUSED"))]
    strange = operation(city, mark(first, one) | {"session_id": str(uuid7())})
    results = await pushed(city, *operations, strange)
    assert [(each["status"], each["retry"]) for each in results] == [
        ("applied", "NEVER"),
        ("applied", "NEVER"),
        ("rejected", "AFTER_CHANGE"),
    ]
    assert results[0]["receipt"]
    assert results[2]["errors"][0]["code"] == "SESSION_UNKNOWN"
    repeated = await pushed(city, *operations)
    assert [each["status"] for each in repeated] == ["duplicate", "duplicate"]
    change = operation(city, mark(first, one, "ABSENT"), operations[0]["id"], base_version=1)
    (changed,) = await pushed(city, change)
    assert (changed["status"], changed["version"]) == ("applied", 2)
    twice = operation(city, mark(first, one))
    (again,) = await pushed(city, twice)
    assert (again["status"], again["code"]) == ("rejected", "ATTENDANCE_RECORDED_ALREADY")
    sheet = await done(city, "staff", "GET", f"/classes/{row.id}/attendance")
    marks = [[each["mark"] for each in who["attendance"]] for who in sheet["participants"]]
    assert marks == [["EXCUSED"], ["ABSENT"]]


async def test_two_phones_that_change_one_mark_are_put_together_or_asked(city: City) -> None:
    row, (one,) = await running(city, "colleague")
    first, _ = await sessions(city, row)
    made = operation(city, mark(first, one))
    await pushed(city, made)
    await pushed(city, operation(city, mark(first, one, "LATE"), made["id"], base_version=1))
    note = operation(city, mark(first, one, note="Membawa surat"), made["id"], base_version=1)
    (merged,) = await pushed(city, note)
    assert (merged["status"], merged["current"]["mark"], merged["current"]["note"]) == (
        "merged",
        "LATE",
        "Membawa surat",
    )
    clash = operation(city, mark(first, one, "ABSENT", note=None), made["id"], base_version=1)
    (asked_back,) = await pushed(city, clash)
    assert (asked_back["status"], asked_back["fields"]) == ("conflict", ["mark"])


@pytest.mark.parametrize("person", ["colleague", "head"])
async def test_nobody_but_the_organiser_pushes_attendance(city: City, person: str) -> None:
    row, (one,) = await running(city, "chief")
    first, _ = await sessions(city, row)
    (result,) = await pushed(city, operation(city, mark(first, one)), person=person)
    assert (result["status"], result["errors"][0]["code"]) == ("rejected", "SESSION_UNKNOWN")


async def test_a_class_that_is_over_takes_no_late_word_and_says_so_for_good(city: City) -> None:
    row, (one,) = await running(city, "colleague")
    first, _ = await sessions(city, row)
    await done(city, "staff", "POST", f"/classes/{row.id}/completion", 1)
    (result,) = await pushed(city, operation(city, mark(first, one)))
    assert (result["status"], result["code"], result["retry"]) == ("rejected", "CLASS_OVER", "AFTER_CHANGE")


async def test_a_session_keeps_its_attendance_by_its_id(city: City) -> None:
    row = await course_class(city)
    kept = await sessions(city, row)
    body = values(row, kept)
    body["sessions"][0]["topic"] = "Pembukaan"
    shown = await done(city, "head", "PUT", f"/classes/{row.id}", 1, json=body)
    assert [each["id"] for each in shown["sessions"]] == [str(each.id) for each in kept]
    assert shown["sessions"][0]["topic"] == "Pembukaan"
    fresh = values(row, sessions_of(row))
    replaced = await done(city, "head", "PUT", f"/classes/{row.id}", 2, json=fresh)
    assert {each["id"] for each in replaced["sessions"]} == {each["id"] for each in fresh["sessions"]}
