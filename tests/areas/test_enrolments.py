"""Enrolments over HTTP: who asks, who decides, who waits, who moves up, and what keeps somebody out."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.enrolments import ClassStatus, EnrolmentStatus
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.organization import ReportingLine
from asn_api.tables.policies import Policy
from asn_api.tables.training import CourseClass, CoursePrerequisite, Enrolment
from tests.areas.learning import claimed, verify
from tests.areas.test_notifications import told
from tests.areas.test_performance import done, refused, send
from tests.areas.training import Json, act, ask, asked, check_order, comes, crowd, seats_of, seen, turn
from tests.factories import City
from tests.matrix import add
from tests.matrix.classes import course_class, enrolment, meetings, values
from tests.matrix.courses import course


async def nominate(city: City, person: str, row: Any, *people: Json, **options: Any) -> httpx.Response:
    items = [{"employee_id": str(city.id(each["who"])), **_given(each)} for each in people]
    body = {"items": items, **options}
    return await send(city, person, "POST", f"/classes/{row.id}/nominations", json=body)


def _given(each: Json) -> Json:
    return {name: value for name, value in each.items() if name != "who"}


def outcomes(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["status"] or each["code"] for each in answer.json()["results"]]


def may(shown: Json) -> set[str]:
    return {each["action"] for each in shown["allowed_actions"] if each["refused"] is None}


async def test_a_request_is_approved_by_the_superior_and_gets_a_seat(city: City) -> None:
    row = await course_class(city)
    id = uuid7()
    answer = await ask(city, "staff", row, id)
    mine = answer.json()
    assert (answer.status_code, mine["status"], mine["place"]) == (201, "REQUESTED", None)
    assert may(mine) == {"CANCEL"}
    assert await told(city, NoticeKind.ENROLMENT_WAITING) == [("supervisor", None)]
    again = await ask(city, "staff", row, id)
    assert (again.status_code, again.json()["id"]) == (200, mine["id"])
    waiting = await done(city, "supervisor", "GET", "/enrolments", params={"waiting_for_me": "true"})
    assert [each["id"] for each in waiting["data"]] == [mine["id"]]
    assert may(await seen(city, "supervisor", mine)) == {"APPROVE", "REJECT"}
    approved = (await act(city, "supervisor", mine, "approval", note="Sesuai kebutuhan")).json()
    assert (approved["status"], approved["place"], approved["decision_note"]) == (
        "CONFIRMED",
        1,
        "Sesuai kebutuhan",
    )
    assert await told(city, NoticeKind.ENROLMENT_CONFIRMED) == [("staff", None)]
    assert await seats_of(city, row) == (2, 1)
    await refused(await act(city, "supervisor", approved, "approval"), 409, "ENROLMENT_WRONG_STATUS")


async def test_a_rejection_has_a_reason_and_leaves_room_to_ask_again(city: City) -> None:
    row = await course_class(city)
    mine = await asked(city, "staff", row)
    missing = await act(city, "supervisor", mine, "rejection")
    assert missing.status_code == 422
    gone = (await act(city, "supervisor", mine, "rejection", reason="Beban kerja akhir tahun")).json()
    assert (gone["status"], gone["decision_note"]) == ("REJECTED", "Beban kerja akhir tahun")
    assert await told(city, NoticeKind.ENROLMENT_REJECTED) == [("staff", None)]
    assert (await asked(city, "staff", row))["status"] == "REQUESTED"


async def test_nobody_decides_about_himself_or_about_others_people(city: City) -> None:
    mine = await asked(city, "supervisor", await course_class(city))
    for person in ("supervisor", "staff", "head", "other_head"):
        await refused(await act(city, person, mine, "approval"), 404, "NOT_FOUND")
    assert (await act(city, "chief", mine, "approval")).json()["status"] == "CONFIRMED"


async def test_seats_are_given_in_the_order_of_approvals_and_the_rest_wait(city: City) -> None:
    row = await course_class(city, seats=1)
    first, second = await asked(city, "staff", row), await asked(city, "colleague", row)
    late = (await act(city, "supervisor", second, "approval")).json()
    waiting = (await act(city, "supervisor", first, "approval")).json()
    assert (late["status"], waiting["status"]) == ("CONFIRMED", "WAITLISTED")
    assert (waiting["place"], waiting["position"]) == (2, 1)
    assert await told(city, NoticeKind.ENROLMENT_WAITLISTED) == [("staff", None)]
    listed = await done(city, "staff", "GET", f"/classes/{row.id}")
    assert (listed["seats_held"], listed["waiting"]) == (1, 1)
    await check_order(city, row)


async def test_a_free_seat_is_offered_to_the_next_who_takes_it_up(city: City) -> None:
    row = await course_class(city, seats=1, needs_approval=False)
    people = ("staff", "colleague", "other_staff")
    one, two, three = [await asked(city, each, row) for each in people]
    assert [each["status"] for each in (one, two, three)] == ["CONFIRMED", "WAITLISTED", "WAITLISTED"]
    assert three["position"] == 2
    gone = (await act(city, "staff", one, "cancellation", note="Sakit")).json()
    assert (gone["status"], gone["cancellation"]) == ("CANCELLED", "WITHDRAWN")
    offered = await seen(city, "colleague", two)
    assert (offered["status"], may(offered)) == ("APPROVED", {"CONFIRM", "CANCEL"})
    assert datetime.fromisoformat(offered["offer_expires_at"]) == city.now + timedelta(hours=48)
    assert await told(city, NoticeKind.SEAT_OFFERED) == [("colleague", None)]
    assert (await seen(city, "other_staff", three))["position"] == 1
    for_me = await done(city, "colleague", "GET", "/enrolments", params={"waiting_for_me": "true"})
    assert [each["id"] for each in for_me["data"]] == [two["id"]]
    taken = (await act(city, "colleague", offered, "confirmation")).json()
    assert (taken["status"], taken["offer_expires_at"]) == ("CONFIRMED", None)
    await check_order(city, row)


async def test_an_offer_that_is_declined_or_expires_goes_on_to_the_next(city: City) -> None:
    row = await course_class(city, seats=1, needs_approval=False)
    people = ("staff", "colleague", "other_staff", "chief")
    one, two, three, four = [await asked(city, each, row) for each in people]
    await act(city, "staff", one, "cancellation")
    declined = await act(city, "colleague", await seen(city, "colleague", two), "cancellation")
    assert declined.json()["cancellation"] == "DECLINED"
    offered = await seen(city, "other_staff", three)
    assert offered["status"] == "APPROVED"
    await comes(city, Enrolment, offered["id"], offer_expires_at=city.now)
    await refused(await act(city, "other_staff", offered, "confirmation"), 409, "OFFER_EXPIRED")
    await turn(city)
    await turn(city)
    lapsed = await seen(city, "other_staff", three)
    assert (lapsed["status"], lapsed["cancellation"]) == ("CANCELLED", "OFFER_EXPIRED")
    assert (await seen(city, "chief", four))["status"] == "APPROVED"
    assert await told(city, NoticeKind.ENROLMENT_ENDED) == [("other_staff", None)]
    await check_order(city, row)


async def test_with_no_hours_to_answer_a_seat_is_given_at_once(city: City) -> None:
    content = {"offer_hours": 0, "least_attendance_percent": 80, "nomination_items": 200}
    policy = Policy(
        region_id=city.region.id,
        id=uuid7(),
        area="enrolments",
        valid_from=city.now.date(),
        revision=1,
        content=content,
        source="test",
        created_at=city.now,
    )
    await add(city, policy)
    row = await course_class(city, seats=1, needs_approval=False)
    one, two = await asked(city, "staff", row), await asked(city, "colleague", row)
    await act(city, "staff", one, "cancellation")
    assert (await seen(city, "colleague", two))["status"] == "CONFIRMED"


async def test_more_seats_go_to_the_waiting_list_and_held_ones_stay(city: City) -> None:
    row = await course_class(city, seats=1, needs_approval=False)
    _, two, three = [await asked(city, each, row) for each in ("staff", "colleague", "other_staff")]
    shown = await done(city, "head", "GET", f"/classes/{row.id}")
    body = values(row, []) | meetings(row) | {"seats": 3}
    await done(city, "head", "PUT", f"/classes/{row.id}", shown["version"], json=body)
    assert {(await seen(city, "admin", each))["status"] for each in (two, three)} == {"APPROVED"}
    fewer = await send(city, "head", "PUT", f"/classes/{row.id}", 2, json=body | {"seats": 2})
    problem = await refused(fewer, 409, "CLASS_SEATS_HELD")
    assert problem["params"] == {"held": 3}


async def test_nominations_tell_about_each_and_go_by_their_order(city: City) -> None:
    row = await course_class(city, seats=1)
    mine = await asked(city, "colleague", row)
    answer = await nominate(
        city, "head", row, {"who": "staff"}, {"who": "colleague"}, {"who": "head"}, {"who": "other_staff"}
    )
    assert outcomes(answer) == ["CONFIRMED", "WAITLISTED", "ENROLMENT_FOR_ONESELF", "NOT_FOUND"]
    assert (answer.json()["done"], answer.json()["refused"]) == (2, 2)
    took_over = await seen(city, "colleague", mine)
    assert (took_over["origin"], took_over["decided_by"]) == ("REQUEST", str(city.id("head")))
    once_more = await nominate(city, "head", row, {"who": "staff"})
    assert outcomes(once_more) == ["ENROLMENT_ALREADY"]


async def test_a_nomination_sent_again_is_harmless_and_atomic_means_all(city: City) -> None:
    row = await course_class(city)
    id = str(uuid7())
    for _ in range(2):
        answer = await nominate(city, "head", row, {"who": "staff", "id": id})
        assert outcomes(answer) == ["CONFIRMED"]
    taken = await nominate(city, "head", row, {"who": "colleague", "id": id})
    assert outcomes(taken) == ["ENROLMENT_ID_TAKEN"]
    both = await nominate(city, "head", row, {"who": "colleague"}, {"who": "other_staff"}, atomic="all")
    assert outcomes(both) == ["NOT_DONE_ATOMIC", "NOT_FOUND"]
    assert await seats_of(city, row) == (2, 1)


async def test_somebody_without_a_superior_is_nominated_by_the_admin(city: City) -> None:
    row = await course_class(city)
    mine = await asked(city, "head", row)
    async with city.database.sessions() as db:
        assert (
            await db.scalar(select(ReportingLine.id).where(ReportingLine.employee_id == city.id("head")))
            is None
        )
    assert outcomes(await nominate(city, "head", row, {"who": "head"})) == ["ENROLMENT_FOR_ONESELF"]
    assert outcomes(await nominate(city, "admin", row, {"who": "head"})) == ["CONFIRMED"]
    assert (await seen(city, "head", mine))["status"] == "CONFIRMED"


async def test_a_head_takes_people_of_his_branch_out_again(city: City) -> None:
    row = await course_class(city, seats=1, needs_approval=False)
    one, two = await asked(city, "staff", row), await asked(city, "other_staff", row)
    await refused(await act(city, "other_head", one, "removal", reason="-"), 404, "NOT_FOUND")
    gone = (await act(city, "head", one, "removal", reason="Tugas mendesak")).json()
    assert (gone["cancellation"], gone["cancellation_reason"]) == ("REMOVED", "Tugas mendesak")
    assert await told(city, NoticeKind.ENROLMENT_ENDED) == [("staff", None)]
    assert (await seen(city, "other_staff", two))["status"] == "APPROVED"


async def test_decisions_at_once_tell_about_each(city: City) -> None:
    row, other = await course_class(city), await course_class(city)
    one, two = await asked(city, "staff", row), await asked(city, "colleague", row)
    same_time = await asked(city, "staff", other)
    items = [
        {"id": one["id"], "version": 1, "decision": "APPROVE"},
        {"id": two["id"], "version": 1, "decision": "REJECT"},
        {"id": two["id"], "version": 7, "decision": "APPROVE"},
        {"id": same_time["id"], "version": 1, "decision": "APPROVE"},
        {"id": str(uuid7()), "version": 1, "decision": "APPROVE"},
    ]
    answer = await send(city, "supervisor", "POST", "/enrolments/decisions", json={"items": items})
    told_of = outcomes(answer)
    assert told_of[1:3] == ["REQUEST_INVALID", "VERSION_STALE"]
    # Both classes meet at the same times: whichever comes first in the order of classes has him.
    assert sorted([told_of[0], told_of[3]]) == ["CONFIRMED", "ENROLMENT_CLASHES"]
    assert told_of[4] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": ClassStatus.RUNNING}, "CLASS_NOT_OPEN"),
        ({"status": ClassStatus.CANCELLED}, "CLASS_NOT_OPEN"),
        ({"registration_opens_at": 1, "registration_closes_at": 2}, "REGISTRATION_NOT_YET"),
        ({"registration_opens_at": -2, "registration_closes_at": -1}, "REGISTRATION_CLOSED"),
    ],
)
async def test_outside_of_registration_nobody_comes_in(city: City, changes: Json, code: str) -> None:
    given = {
        name: city.now + timedelta(days=value) if isinstance(value, int) else value
        for name, value in changes.items()
    }
    row = await course_class(city, **given)
    await refused(await ask(city, "staff", row), 409, code)
    await refused(await nominate(city, "head", row, {"who": "staff"}), 409, code)


async def test_a_draft_is_not_there(city: City) -> None:
    row = await course_class(city, ClassStatus.DRAFT)
    await refused(await ask(city, "colleague", row), 404, "NOT_FOUND")
    await refused(await send(city, "colleague", "GET", f"/classes/{row.id}"), 404, "NOT_FOUND")
    assert (await send(city, "head", "GET", f"/classes/{row.id}")).status_code == 200


async def test_what_comes_before_has_to_be_completed(city: City) -> None:
    basic, advanced = await course(city, title="Dasar"), await course(city)
    await add(
        city,
        CoursePrerequisite(
            region_id=city.region.id, id=uuid7(), course_id=advanced.id, prerequisite_id=basic.id
        ),
    )
    row = await course_class(city, of=advanced)
    problem = await refused(await ask(city, "staff", row), 409, "PREREQUISITES_MISSING")
    assert problem["params"] == {"courses": "Dasar"}
    assert outcomes(await nominate(city, "head", row, {"who": "staff"})) == ["PREREQUISITES_MISSING"]
    earlier = await course_class(city, ClassStatus.FINISHED, of=basic, begins=timedelta(days=-90))
    await enrolment(city, "staff", EnrolmentStatus.FAILED, earlier, passed=False)
    await refused(await ask(city, "staff", row), 409, "PREREQUISITES_MISSING")
    again = await course_class(city, ClassStatus.FINISHED, of=basic, begins=timedelta(days=-60))
    await enrolment(city, "staff", EnrolmentStatus.COMPLETED, again, passed=True)
    assert (await ask(city, "staff", row)).status_code == 201


async def test_what_comes_before_may_have_been_completed_elsewhere(city: City) -> None:
    basic, advanced = await course(city, title="Dasar"), await course(city)
    of_both = {"course_id": advanced.id, "prerequisite_id": basic.id}
    await add(city, CoursePrerequisite(region_id=city.region.id, id=uuid7(), **of_both))
    row = await course_class(city, of=advanced)
    for person in ("staff", "colleague"):
        shown = await claimed(city, person, number=person)
        await refused(await ask(city, person, row), 409, "PREREQUISITES_MISSING")
        assert (await verify(city, shown, course_id=str(basic.id))).status_code == 200
    assert (await ask(city, "staff", row)).status_code == 201
    assert outcomes(await nominate(city, "head", row, {"who": "colleague"})) == ["CONFIRMED"]


async def test_nobody_holds_two_seats_at_one_time(city: City) -> None:
    row = await course_class(city, needs_approval=False)
    same_time = await course_class(city, begins=timedelta(days=10, hours=2), needs_approval=False)
    afterwards = await course_class(city, begins=timedelta(days=10, hours=3), needs_approval=False)
    mine = await asked(city, "staff", row)
    await refused(await ask(city, "staff", same_time), 409, "ENROLMENT_CLASHES")
    assert (await asked(city, "staff", afterwards))["status"] == "CONFIRMED"
    await act(city, "staff", mine, "cancellation")
    await refused(await ask(city, "staff", same_time), 409, "ENROLMENT_CLASHES")  # now with the third
    assert outcomes(await nominate(city, "head", same_time, {"who": "staff"})) == ["ENROLMENT_CLASHES"]


async def test_whoever_is_elsewhere_by_then_leaves_the_list_when_his_turn_comes(city: City) -> None:
    row = await course_class(city, seats=1, needs_approval=False)
    one, two, three = [await asked(city, each, row) for each in ("staff", "colleague", "other_staff")]
    elsewhere = await course_class(city, needs_approval=False)
    await asked(city, "colleague", elsewhere)
    await act(city, "staff", one, "cancellation")
    skipped = await seen(city, "colleague", two)
    assert (skipped["status"], skipped["cancellation"]) == ("CANCELLED", "CLASH")
    assert (await seen(city, "other_staff", three))["status"] == "APPROVED"
    await check_order(city, row)


async def test_after_the_beginning_nobody_drops_out_or_comes_in(city: City) -> None:
    row = await course_class(city, seats=1, needs_approval=False)
    one, two = await asked(city, "staff", row), await asked(city, "colleague", row)
    await comes(city, CourseClass, row.id, begins_at=city.now)
    await refused(await act(city, "staff", one, "cancellation"), 409, "CLASS_HAS_BEGUN")
    await turn(city)
    attends, waits = await seen(city, "staff", one), await seen(city, "colleague", two)
    assert attends["status"] == "ATTENDING"
    assert (waits["status"], waits["cancellation"]) == ("CANCELLED", "NOT_REACHED")
    assert (await done(city, "staff", "GET", f"/classes/{row.id}"))["status"] == "RUNNING"


async def test_every_step_is_in_the_journal_with_its_version(city: City) -> None:
    row = await course_class(city, seats=1, needs_approval=False)
    mine = await asked(city, "staff", row)
    async with city.database.sessions() as db:
        entries = await db.scalars(
            select(JournalEntry).where(JournalEntry.entity_id == mine["id"]).order_by(JournalEntry.seq)
        )
        actions = [(each.action, each.version) for each in entries]
    assert actions == [("REQUEST", 1), ("APPROVE", 1), ("CONFIRM", 1)]
    gone = (await act(city, "staff", mine, "cancellation")).json()
    assert gone["version"] == 2
    stale = await act(city, "staff", mine, "cancellation")
    problem = await refused(stale, 412, "VERSION_STALE")
    assert problem["current"]["status"] == "CANCELLED"


async def test_a_trial_run_takes_no_seat(city: City) -> None:
    row = await course_class(city, needs_approval=False)
    body = {"class_id": str(row.id)}
    answer = await send(city, "staff", "POST", "/enrolments", json=body, params={"validate_only": "true"})
    assert (answer.status_code, answer.json()["status"]) == (201, "CONFIRMED")
    assert await seats_of(city, row) == (2, 0)


async def test_lists_are_those_of_ones_reach_and_leave_as_a_table(city: City) -> None:
    row = await course_class(city, seats=1, needs_approval=False)
    for person in await crowd(city, 3):
        await asked(city, person, row)
    query = {"class_id": str(row.id), "status": "WAITLISTED"}
    listed = await done(city, "supervisor", "GET", "/enrolments", params=query)
    assert sorted(each["position"] for each in listed["data"]) == [1, 2]
    assert (await done(city, "staff", "GET", "/enrolments", params=query))["data"] == []
    async with city.call_as("head", Accept="text/csv") as client:
        table = (await client.get("/v1/enrolments", params={"class_id": str(row.id)})).text
    assert table.count("\n") == 4
    assert "PERSON 0" in table
