"""Evaluators with dates: who judges whom by letter, what that opens to them, and who hears objections."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from asn_api.access.actor import Access, system
from asn_api.access.grants import Permission
from asn_api.areas.organization.lines import rebuild
from asn_api.areas.performance.snapshots import evaluator_of, superior_of_evaluator
from asn_api.core.mapping import uuid7
from asn_api.rules.evaluators import EvaluatorReason, EvaluatorRole
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment
from asn_api.tables.performance import EvaluatorAssignment, Plan
from tests.areas.races import at_once
from tests.areas.test_activities import TODAY, post
from tests.areas.test_performance import (
    Json,
    begun,
    below,
    done,
    filled,
    journal,
    refused,
    result,
    send,
    step,
    supervisors_plan,
)
from tests.factories import City

DAY = date.fromisoformat(TODAY)


def letter(
    city: City, employee: str, evaluator: str, first: date = DAY, last: date | None = None, **changes: Any
) -> EvaluatorAssignment:
    given: dict[str, Any] = {
        "role": EvaluatorRole.EVALUATOR,
        "reason": EvaluatorReason.TEAM,
        "letter_number": "800/7/2026",
        "letter_date": date(2026, 1, 5),
    }
    return EvaluatorAssignment(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(employee),
        evaluator_id=city.id(evaluator),
        valid=Range(first, None if last is None else last + timedelta(days=1)),
        created_at=city.now,
        **given | changes,
    )


async def stored(city: City, *rows: EvaluatorAssignment) -> None:
    async with city.database.sessions() as db, db.begin():
        db.add_all(rows)


async def submitted(city: City) -> Json:
    """The plan of `staff`, which waits for a decision."""
    return await step(city, "staff", await below(city, "staff", await supervisors_plan(city)), "submission")


async def test_an_evaluator_by_letter_decides_in_the_superiors_place(city: City) -> None:
    plan = await submitted(city)
    path = f"/plans/{plan['id']}"
    await refused(await send(city, "other_head", "GET", path), 404, "NOT_FOUND")
    await stored(city, letter(city, "staff", "other_head"))
    waiting = await done(city, "other_head", "GET", "/plans?waiting_for_me=true")
    assert [each["id"] for each in waiting["data"]] == [plan["id"]]
    assert (await done(city, "supervisor", "GET", "/plans?waiting_for_me=true"))["data"] == []
    seen = await done(city, "supervisor", "GET", path)
    assert {each["refused"] for each in seen["allowed_actions"] if each["action"] == "APPROVE"} == {
        "PLAN_WRONG_ACTOR"
    }
    await refused(
        await send(city, "supervisor", "POST", f"{path}/approval", plan["version"]), 409, "PLAN_WRONG_ACTOR"
    )
    plan = await step(city, "other_head", plan, "approval")
    assert plan["decided_by"] == str(city.id("other_head"))
    assert (plan["evaluator"]["name"], plan["evaluator"]["position"]) == ("OTHER HEAD", "Kepala Works")


async def test_a_letter_opens_plans_but_not_work_nor_records(city: City) -> None:
    await stored(city, letter(city, "staff", "other_head"))
    async with city.call_as("staff") as staff:
        work = await post(staff)
    for path in (f"/activities/{work['id']}", f"/employees/{city.id('staff')}"):
        await refused(await send(city, "other_head", "GET", path), 404, "NOT_FOUND")


@pytest.mark.parametrize(("first", "last", "holds"), [(0, 0, True), (1, 3, False), (-3, -1, False)])
async def test_a_letter_holds_on_its_days_only(city: City, first: int, last: int, holds: bool) -> None:
    plan = await submitted(city)
    days = DAY + timedelta(days=first), DAY + timedelta(days=last)
    await stored(city, letter(city, "staff", "other_head", *days))
    seen = await send(city, "other_head", "GET", f"/plans/{plan['id']}")
    assert seen.status_code == (200 if holds else 404)
    decided = await send(city, "supervisor", "POST", f"/plans/{plan['id']}/approval", plan["version"])
    assert decided.status_code == (409 if holds else 200)


async def test_an_advisor_reads_and_the_superior_still_decides(city: City) -> None:
    plan = await submitted(city)
    await stored(city, letter(city, "staff", "other_head", role=EvaluatorRole.ADVISOR))
    assert (await done(city, "other_head", "GET", "/plans?waiting_for_me=true"))["data"] == []
    approval = f"/plans/{plan['id']}/approval"
    await refused(await send(city, "other_head", "POST", approval, plan["version"]), 409, "PLAN_WRONG_ACTOR")
    await step(city, "supervisor", plan, "approval")


async def test_a_letter_for_another_plan_leaves_this_one_to_the_superior(city: City) -> None:
    plan = await submitted(city)
    other = await begun(city, "staff", year=2027)
    await stored(city, letter(city, "staff", "other_head", plan_id=UUID(other["id"])))
    await step(city, "supervisor", plan, "approval")


async def test_nobody_evaluates_himself_nor_has_two_evaluators_on_a_day(city: City) -> None:
    with pytest.raises(IntegrityError):
        await stored(city, letter(city, "staff", "staff"))
    await stored(city, letter(city, "staff", "other_head", DAY, DAY))
    with pytest.raises(IntegrityError):
        await stored(city, letter(city, "staff", "chief", DAY - timedelta(days=4)))
    await stored(city, letter(city, "staff", "chief", role=EvaluatorRole.ADVISOR))
    await stored(city, letter(city, "staff", "chief", DAY + timedelta(days=1)))


async def test_the_superior_of_the_evaluator_hears_objections(city: City) -> None:
    access: Access = system(city.region.id, Permission.PLANS_READ, city.now)
    plan = await begun(city, "staff")

    async def judges() -> tuple[UUID | None, UUID | None]:
        async with city.database.sessions() as db:
            row = await db.get_one(Plan, (city.region.id, UUID(plan["id"])))
            return (await evaluator_of(access, db, row))[0], (await superior_of_evaluator(access, db, row))[0]

    assert await judges() == (city.id("supervisor"), city.id("chief"))
    await stored(city, letter(city, "staff", "colleague"))
    assert await judges() == (city.id("colleague"), city.id("supervisor"))
    plan = await begun(city, "supervisor")
    await stored(city, letter(city, "supervisor", "staff"))
    # His own subordinate's superior is he himself: the next one above hears it.
    assert await judges() == (city.id("staff"), city.id("chief"))
    plan = await begun(city, "head")
    assert await judges() == (None, None)


def given(city: City, employee: str = "staff", evaluator: str = "other_head", **changes: Any) -> Json:
    body = {
        "employee_id": str(city.id(employee)),
        "evaluator_id": str(city.id(evaluator)),
        "role": "EVALUATOR",
        "reason": "TEAM",
        "start": TODAY,
        "end": "2026-12-31",
        "letter_number": "800/7/2026",
        "letter_date": "2026-11-02",
    }
    return body | changes


async def assigned(city: City, who: str = "head", **options: Any) -> Json:
    return await done(city, who, "POST", "/evaluator-assignments", json=given(city, **options))


async def test_a_letter_is_recorded_shown_and_ended(city: City) -> None:
    id = str(uuid7())
    made = await assigned(city, id=id)
    assert (made["employee"]["name"], made["evaluator"]["name"]) == ("STAFF", "OTHER HEAD")
    assert (made["start"], made["end"]) == (TODAY, "2026-12-31")
    assert await assigned(city, id=id) == made
    body = given(city, id=id, letter_number="800/9/2026")
    await refused(
        await send(city, "head", "POST", "/evaluator-assignments", json=body), 409, "EVALUATOR_ID_TAKEN"
    )
    listed = await done(city, "admin", "GET", f"/evaluator-assignments?on={TODAY}&role=EVALUATOR")
    assert [each["id"] for each in listed["data"]] == [id]
    assert (await done(city, "admin", "GET", "/evaluator-assignments?on=2027-01-01"))["data"] == []
    plan = await begun(city, "staff")
    assert [
        (each["person"]["name"], each["reason"], each["first"], each["last"]) for each in plan["evaluators"]
    ] == [
        ("SUPERVISOR", "STRUCTURAL", "2026-01-01", "2026-11-19"),
        ("OTHER HEAD", "TEAM", TODAY, "2026-12-31"),
    ]
    assert [each["letter_number"] for each in plan["evaluators"]] == [None, "800/7/2026"]
    path = f"/evaluator-assignments/{id}/end"
    early = await send(city, "head", "POST", path, 1, json={"last_day": "2026-11-19"})
    problem = await refused(early, 422, "EVALUATOR_INVALID")
    assert problem["errors"][0]["code"] == "EVALUATOR_LAST_DAY_INVALID"
    ended = await done(city, "head", "POST", path, 1, json={"last_day": "2026-11-20"})
    assert (ended["end"], ended["version"]) == (TODAY, 2)
    await refused(await send(city, "head", "POST", path, 1, json={"last_day": TODAY}), 412, "VERSION_STALE")
    await done(city, "head", "DELETE", f"/evaluator-assignments/{id}", 2)
    await refused(await send(city, "head", "GET", f"/evaluator-assignments/{id}"), 404, "NOT_FOUND")
    assert [action for action, _ in await journal(city, "evaluator_assignment")] == [
        "ASSIGN",
        "END",
        "DELETE",
    ]


async def test_what_has_begun_is_ended_not_removed_and_what_is_over_stays(city: City) -> None:
    begun_before = await assigned(city, start="2026-11-18")
    allowed = {each["action"]: each["refused"] for each in begun_before["allowed_actions"]}
    assert allowed == {"END": None, "DELETE": "EVALUATOR_TERM_BEGUN"}
    path = f"/evaluator-assignments/{begun_before['id']}"
    await refused(await send(city, "head", "DELETE", path, 1), 409, "EVALUATOR_TERM_BEGUN")
    ended = await done(city, "head", "POST", f"{path}/end", 1, json={"last_day": "2026-11-19"})
    assert {each["action"]: each["refused"] for each in ended["allowed_actions"]}[
        "END"
    ] == "EVALUATOR_TERM_OVER"
    again = await send(city, "head", "POST", f"{path}/end", 2, json={"last_day": "2026-11-19"})
    await refused(again, 409, "EVALUATOR_TERM_OVER")


@pytest.mark.parametrize(
    ("who", "changes", "pointer", "code"),
    [
        ("head", {"evaluator": "staff"}, "/evaluator_id", "EVALUATOR_IS_EMPLOYEE"),
        ("head", {"end": "2026-11-19"}, "/end", "EVALUATOR_TERM_REVERSED"),
        ("head", {"letter_date": "2026-11-21"}, "/letter_date", "PLAN_LETTER_IN_FUTURE"),
        ("head", {"evaluator_id": str(uuid7())}, "/evaluator_id", "EVALUATOR_UNKNOWN"),
        ("head", {"plan_id": str(uuid7())}, "/plan_id", "EVALUATOR_PLAN_UNKNOWN"),
        ("head", {"employee": "chief", "evaluator": "staff"}, "/evaluator_id", "EVALUATOR_BELOW_EMPLOYEE"),
    ],
)
async def test_a_letter_that_makes_no_sense_is_refused(
    city: City, who: str, changes: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await send(city, who, "POST", "/evaluator-assignments", json=given(city, **changes))
    problem = await refused(answer, 422, "EVALUATOR_INVALID")
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [(pointer, code)]


@pytest.mark.parametrize(
    ("who", "changes", "status", "code"),
    [
        ("head", {"employee": "head", "evaluator": "other_head"}, 409, "EVALUATOR_BY_ONESELF"),
        ("head", {"evaluator": "head"}, 409, "EVALUATOR_BY_ONESELF"),
        ("admin", {"evaluator": "admin"}, 409, "EVALUATOR_BY_ONESELF"),
        ("other_head", {}, 404, "NOT_FOUND"),
        ("supervisor", {}, 403, "PERMISSION_MISSING"),
    ],
)
async def test_nobody_arranges_who_judges_himself_nor_names_himself(
    city: City, who: str, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await send(city, who, "POST", "/evaluator-assignments", json=given(city, **changes))
    await refused(answer, status, code)


async def test_two_do_not_evaluate_each_other(city: City) -> None:
    await assigned(city, "admin", employee="staff", evaluator="other_staff")
    body = given(city, "other_staff", "staff", start="2026-12-31", end=None)
    answer = await send(city, "admin", "POST", "/evaluator-assignments", json=body)
    problem = await refused(answer, 422, "EVALUATOR_INVALID")
    assert problem["errors"][0]["code"] == "EVALUATOR_BELOW_EMPLOYEE"
    await assigned(city, "admin", employee="other_staff", evaluator="staff", start="2027-01-01", end=None)


async def test_of_overlapping_letters_at_once_one_is_stored(city: City) -> None:
    people = select(Employee.id).where(
        Employee.region_id == city.region.id, Employee.id.in_([city.id("staff")])
    )
    answers = await at_once(
        city,
        *(
            send(city, "head", "POST", "/evaluator-assignments", json=given(city, evaluator=name, end=last))
            for name, last in (("other_head", None), ("chief", TODAY), ("other_staff", "2026-11-25"))
        ),
        held=people,
    )
    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    assert {each.json()["code"] for each in answers if each.status_code == 409} == {"EVALUATOR_OVERLAPS"}
    adviser = given(city, evaluator="other_staff", role="ADVISOR")
    await done(city, "head", "POST", "/evaluator-assignments", json=adviser)
    await refused(
        await send(city, "head", "POST", "/evaluator-assignments", json=adviser),
        409,
        "EVALUATOR_ADVISES_ALREADY",
    )


async def test_of_two_letters_that_name_each_other_at_once_one_is_stored(city: City) -> None:
    people = select(Employee.id).where(
        Employee.region_id == city.region.id, Employee.id.in_([city.id("staff"), city.id("other_staff")])
    )
    answers = await at_once(
        city,
        *(
            send(city, "admin", "POST", "/evaluator-assignments", json=given(city, *pair))
            for pair in (("staff", "other_staff"), ("other_staff", "staff"))
        ),
        held=people,
    )
    assert sorted(each.status_code for each in answers) == [201, 422]


async def test_acting_heads_are_named_as_such_in_the_plan(city: City) -> None:
    seat = city.posts["supervisor"]
    acting = [
        Appointment(
            region_id=city.region.id,
            id=uuid7(),
            employee_id=city.id(person),
            position_id=seat.position_id,
            unit_id=seat.unit_id,
            is_head=True,
            kind=kind,
            valid=Range(first, last),
        )
        for person, kind, first, last in (
            ("colleague", AppointmentKind.PLH, date(2026, 3, 1), date(2026, 3, 8)),
            ("chief", AppointmentKind.PLT, date(2026, 5, 1), date(2026, 6, 1)),
        )
    ]
    async with city.database.sessions() as db, db.begin():
        db.add_all(acting)
        await rebuild(db, city.region.id)
    plan = await begun(city, "staff")
    assert [(each["person"]["name"], each["reason"], each["first"]) for each in plan["evaluators"]] == [
        ("SUPERVISOR", "STRUCTURAL", "2026-01-01"),
        ("COLLEAGUE", "PLH", "2026-03-01"),
        ("SUPERVISOR", "STRUCTURAL", "2026-03-08"),
        ("CHIEF", "PLT", "2026-05-01"),
        ("SUPERVISOR", "STRUCTURAL", "2026-06-01"),
    ]


async def test_results_lean_on_a_leader_elsewhere_only_by_letter(city: City) -> None:
    supervisors = await supervisors_plan(city)
    works = await begun(city, "other_head", plan_type="JPT_OR_UNIT_HEAD")
    works = await filled(city, "other_head", works, result(statement="Jalan ke puskesmas terbangun"))
    target = works["work_results"][0]["id"]
    offered = await done(city, "staff", "GET", "/me/parent-results?year=2026")
    assert [each["id"] for each in offered["data"]] == [supervisors["work_results"][0]["id"]]
    own, lent = result(parent_id=supervisors["work_results"][0]["id"]), result(parent_id=target)
    plan = await filled(city, "staff", await begun(city, "staff"), own, lent)
    submission = f"/plans/{plan['id']}/submission"
    answer = await send(city, "staff", "POST", submission, plan["version"])
    problem = await refused(answer, 422, "PLAN_NOT_SUBMITTABLE")
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [
        ("/work_results/1/parent_id", "PLAN_PARENT_NOT_CONNECTED"),
        ("/work_results/1/parent_id", "PLAN_PARENT_NOT_APPROVED"),
    ]
    await assigned(city, "admin", role="ADVISOR", start="2026-12-01")
    offered = await done(city, "staff", "GET", "/me/parent-results?year=2026")
    assert {each["id"]: each["provisional"] for each in offered["data"]} == {
        supervisors["work_results"][0]["id"]: False,
        target: True,
    }
    answer = await send(city, "staff", "POST", submission, plan["version"])
    await refused(answer, 409, "PLAN_WAITS_FOR_SUPERIOR")
    works = await step(city, "other_head", works, "submission")
    letter = {
        "action": "APPROVE",
        "decided_by_name": "Wali Kota",
        "decided_by_title": "Wali Kota",
        "letter_number": "800/3/2026",
        "letter_date": "2026-11-02",
    }
    await step(city, "admin", works, "recorded-decision", letter)
    assert (await step(city, "staff", plan, "submission"))["evaluator"]["name"] == "SUPERVISOR"
