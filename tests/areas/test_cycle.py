"""Dashboards of the cycle over HTTP: every figure beside what was counted by hand in a small city."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.areas.organization.lines import rebuild
from asn_api.core.mapping import uuid7
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus, ObjectionDecision
from asn_api.rules.plans import PlanStatus
from asn_api.rules.ratings import Expectation, predicate
from asn_api.tables.employees import Employee
from asn_api.tables.evaluations import Evaluation, Objection
from asn_api.tables.organization import Appointment
from asn_api.tables.performance import Plan
from tests.areas.evaluating import LETTER, agreed_plan, at
from tests.areas.test_evaluations import transferred
from tests.areas.test_evaluators import letter, stored
from tests.areas.test_feedback import given as told
from tests.areas.test_identity_clients import caller, register, token
from tests.areas.test_objections import outage
from tests.areas.test_performance import done, refused, send, statements
from tests.factories import City, add_person
from tests.matrix import add
from tests.matrix.evaluations import EVALUATOR

Json = dict[str, Any]
Q3 = "kind=PERIODIC&number=3"
ABOVE, MEETS, BELOW = Expectation
OPEN, REPORTED, RATED, ACKNOWLEDGED, OBJECTED, FINAL = EvaluationStatus


def morning(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T03:00:00").replace(tzinfo=UTC)


async def evaluated(
    city: City,
    person: str,
    status: EvaluationStatus,
    rating: tuple[Expectation, Expectation] = (MEETS, MEETS),
    *,
    plan: Plan | None = None,
    by: str | None = "supervisor",
    reported: str | None = "2026-10-02",
    rated: str = "2026-10-05",
    period: tuple[date, date] = (date(2026, 7, 1), date(2026, 10, 1)),
    kind: EvaluationKind = EvaluationKind.PERIODIC,
    **changes: Any,
) -> Evaluation:
    """An evaluation of the third quarter, unless told otherwise; `period` ends before its second day."""
    plan = plan or await agreed_plan(city, person)
    row = Evaluation(
        region_id=city.region.id,
        id=uuid7(),
        plan_id=plan.id,
        employee_id=plan.employee_id,
        unit_id=plan.unit_id,
        year=plan.year,
        kind=kind,
        period=Range(*period),
        status=status,
        self_report_missing=reported is None,
        reported_at=None if status is OPEN or reported is None else morning(reported),
    )
    if status not in (OPEN, REPORTED):
        row.work_result, row.behaviour = rating
        row.predicate = predicate(*rating)
        row.evaluator_id = None if by is None else city.id(by)
        row.evaluator = EVALUATOR
        row.rated_at = morning(rated)
        row.objection_until = date(2026, 12, 1)
    for name, value in changes.items():
        setattr(row, name, value)
    await add(city, row)
    return row


async def objection(city: City, evaluation: Evaluation, filed: str, **changes: Any) -> None:
    await add(
        city,
        Objection(
            region_id=city.region.id,
            id=uuid7(),
            evaluation_id=evaluation.id,
            employee_id=evaluation.employee_id,
            unit_id=evaluation.unit_id,
            evaluator_id=evaluation.evaluator_id,
            grounds="Bukti belum dilihat",
            contested=[{"item": "BEHAVIOUR"}],
            evidence=[],
            filed_at=morning(filed),
            rating_before={},
            **changes,
        ),
    )


async def summary(city: City, person: str = "admin", query: str = Q3, year: int = 2026) -> Json:
    return await done(city, person, "GET", f"/cycles/{year}/summary?{query}")


def shown(figures: Json, part: str) -> Json:
    """Without the zeros."""
    return {name: number for name, number in figures[part].items() if number}


def of_unit(found: Json, unit: str) -> Json:
    return next(each["figures"] for each in found["units"] if each["unit"]["name"] == unit.title())


async def test_steps_and_ratings_of_every_state_are_counted(city: City) -> None:
    await evaluated(city, "staff", FINAL, (ABOVE, ABOVE))
    contested = await evaluated(city, "colleague", OBJECTED, (BELOW, MEETS))
    await objection(city, contested, "2026-10-12")
    settled = await evaluated(city, "supervisor", FINAL, (MEETS, BELOW), by="chief", reported=None)
    await objection(
        city, settled, "2026-10-12", decision=ObjectionDecision.UPHELD, decided_by=city.id("head")
    )
    await evaluated(city, "chief", ACKNOWLEDGED, (MEETS, MEETS), by="head")
    await evaluated(city, "head", REPORTED)
    await evaluated(city, "other_staff", OPEN)
    await agreed_plan(city, "other_head")
    await agreed_plan(city, "admin", status=PlanStatus.DRAFT)
    found = await summary(city)
    assert (found["scope"], found["period_end"], found["counted_until"]) == (
        "REGION",
        "2026-09-30",
        "2026-09-30",
    )
    total = found["total"]
    assert shown(total, "plans") == {"people": 8, "expected": 8, "agreed": 7, "drafted": 1, "overdue": 1}
    steps = {"final": 2, "objected": 1, "acknowledged": 1, "reported": 1, "not_begun": 2, "decided": 1}
    assert shown(total, "evaluations") == {"expected": 7, "without_report": 1} | steps
    counts = {
        each["predicate"]: (each["final"], each["provisional"]) for each in total["ratings"]["predicates"]
    }
    assert counts == {
        "VERY_GOOD": (1, 0),
        "GOOD": (0, 1),
        "NEEDS_IMPROVEMENT": (0, 1),
        "POOR": (1, 0),
        "VERY_POOR": (0, 0),
    }
    assert (total["ratings"]["rated"], total["ratings"]["unrated"]) == (4, 3)
    assert {(each["work_result"], each["behaviour"]) for each in total["ratings"]["cells"]} == {
        ("ABOVE", "ABOVE"),
        ("BELOW", "MEETS"),
        ("MEETS", "BELOW"),
        ("MEETS", "MEETS"),
    }
    # The report of the head came on 2 October, three working days later is the 7th; the other one never came.
    assert total["owed"] == {"waiting": 2, "late": 2, "oldest_due": "2026-10-07"}
    health, works = of_unit(found, "health"), of_unit(found, "works")
    assert (health["evaluations"]["expected"], works["evaluations"]["expected"]) == (5, 2)
    assert works["ratings"] == {"rated": 0, "unrated": 2, "predicates": None, "cells": []}
    for part in ("plans", "evaluations"):
        for name, number in total[part].items():
            assert number == health[part][name] + works[part][name], name


async def test_each_step_down_shows_the_units_below_and_a_units_own_people_under_itself(city: City) -> None:
    await evaluated(city, "staff", RATED)
    found = await summary(city, "head")
    assert found["scope"] == "BRANCH"
    assert {each["unit"]["name"]: each["figures"]["plans"]["people"] for each in found["units"]} == {
        "Health": 1,
        "Clinic": 4,
    }
    found = await summary(city, "head", f"{Q3}&unit_id={city.units['clinic'].id}")
    assert {each["unit"]["name"]: each["figures"]["evaluations"]["rated"] for each in found["units"]} == {
        "Clinic": 0,
        "Ward": 1,
    }
    assert found["total"]["plans"]["people"] == 4


async def test_whoever_moved_counts_once_as_a_person_and_with_both_his_segments(city: City) -> None:
    ended = await transferred(city)
    await evaluated(
        city, "staff", FINAL, plan=ended, period=(date(2026, 4, 1), date(2026, 7, 1)), reported="2026-07-01"
    )
    quarter = "kind=PERIODIC&number=2"
    found = await summary(city, query=quarter)
    assert of_unit(found, "health")["plans"]["people"] == 5
    later = await agreed_plan(city, first=date(2026, 7, 1))
    await move(city, later, "roads")
    found = await summary(city, query="kind=YEARLY")
    assert of_unit(found, "works")["plans"] | {"moved": 1, "people": 4} == of_unit(found, "works")["plans"]
    assert shown(found["total"], "plans")["people"] == 8
    assert shown(found["total"], "plans")["agreed"] == 1
    # The ended segment is over, the other one runs until December.
    assert shown(of_unit(found, "health"), "evaluations") == {"expected": 1, "not_begun": 1}
    assert shown(of_unit(found, "works"), "evaluations") == {"expected": 1, "running": 1}
    found = await summary(city)
    assert of_unit(found, "health")["plans"]["people"] == 4
    assert shown(of_unit(found, "works"), "evaluations") == {"expected": 1, "not_begun": 1}


async def move(city: City, plan: Plan, unit: str) -> None:
    async with city.database.sessions.begin() as db:
        row = await db.get_one(Plan, (city.region.id, plan.id))
        row.unit_id, row.position_id = city.units[unit].id, city.posts["other_staff"].position_id


async def test_who_came_who_left_and_who_is_exempt_are_told_apart(city: City) -> None:
    async with city.database.sessions.begin() as db:
        await add_person(db, city, "newcomer", "ward")
        await add_person(db, city, "ghost", "ward")
        for person, valid in (
            ("newcomer", Range(date(2026, 8, 3), None)),
            ("colleague", Range(date(2020, 1, 1), date(2026, 8, 17))),
        ):
            post = Appointment.region_id == city.region.id, Appointment.id == city.posts[person].id
            await db.execute(update(Appointment).where(*post).values(valid=valid))
        for person, changes in (
            ("staff", {"legal_standing_code": "02"}),
            ("colleague", {"active": False}),
            ("ghost", {"active": False}),
        ):
            one = Employee.region_id == city.region.id, Employee.id == city.id(person)
            await db.execute(update(Employee).where(*one).values(**changes))
        await rebuild(db, city.region.id)
    plan = await agreed_plan(city, "colleague", last=date(2026, 8, 16), status=PlanStatus.ENDED)
    async with city.database.sessions.begin() as db:
        (await db.get_one(Plan, (city.region.id, plan.id))).ended_on = date(2026, 8, 17)
    found = await summary(city, query=f"{Q3}&unit_id={city.units['ward'].id}")
    # The supervisor, the newcomer and whoever left; nobody serves in the post of the ghost.
    assert found["total"]["plans"] == {
        "people": 4,
        "came": 1,
        "moved": 0,
        "left": 1,
        "exempt": 1,
        "expected": 3,
        "none": 2,
        "drafted": 0,
        "submitted": 0,
        "agreed": 1,
        "overdue": 2,
    }
    assert shown(found["total"], "evaluations") == {"expected": 1, "not_begun": 1}
    found = await summary(city, query=f"kind=PERIODIC&number=4&unit_id={city.units['ward'].id}")
    assert shown(found["total"], "plans") == {
        "people": 3,
        "exempt": 1,
        "expected": 2,
        "none": 2,
        "overdue": 2,
    }


async def test_a_plan_in_revision_stays_agreed_and_a_submitted_one_waits(city: City) -> None:
    revised = await agreed_plan(city, status=PlanStatus.DRAFT)
    submitted = await agreed_plan(city, "colleague", status=PlanStatus.SUBMITTED)
    async with city.database.sessions.begin() as db:
        (await db.get_one(Plan, (city.region.id, revised.id))).revision = 2
        (await db.get_one(Plan, (city.region.id, submitted.id))).waiting_since = morning("2026-11-02")
    found = await summary(city, query=f"{Q3}&unit_id={city.units['ward'].id}")
    assert shown(found["total"], "plans") == {
        "people": 3,
        "expected": 3,
        "agreed": 1,
        "submitted": 1,
        "none": 1,
        "overdue": 1,
    }
    owed = (await evaluators(city, "head"))[0]
    # Since Monday 2 November, three working days.
    assert owed["plans"] == {"waiting": 1, "late": 1, "oldest_due": "2026-11-05"}


async def test_a_year_runs_until_it_ends(city: City) -> None:
    await agreed_plan(city)
    yearly = "kind=YEARLY"
    assert shown((await summary(city, query=yearly))["total"], "evaluations") == {"expected": 1, "running": 1}
    async with at(city, "2026-12-31"):
        assert shown((await summary(city, query=yearly))["total"], "evaluations")["running"] == 1
    async with at(city, "2027-01-01"):
        found = await summary(city, query=yearly)
        assert shown(found["total"], "evaluations") == {"expected": 1, "not_begun": 1}
        assert found["counted_until"] == "2026-12-31"
    future = await summary(city, query="kind=PERIODIC&number=1", year=2027)
    assert (future["total"]["plans"]["people"], future["total"]["evaluations"]["expected"]) == (8, 0)


async def test_feedback_of_the_period_is_counted_by_plan(city: City) -> None:
    await agreed_plan(city)
    await told(city, "supervisor", "staff")
    assert (await summary(city))["total"]["evaluations"]["with_feedback"] == 0
    fourth = await summary(city, query="kind=PERIODIC&number=4")
    assert shown(fourth["total"], "evaluations") == {"expected": 1, "running": 1, "with_feedback": 1}


async def test_a_superior_sees_his_team_and_nobody_sees_a_colleague(city: City) -> None:
    await evaluated(city, "staff", FINAL, (ABOVE, ABOVE))
    await evaluated(city, "colleague", FINAL, (BELOW, BELOW))
    await evaluated(city, "supervisor", FINAL, by="chief")
    found = await summary(city, "supervisor")
    assert (found["scope"], found["as_of"]) == ("TEAM", "2026-11-20")
    assert (found["total"]["plans"]["people"], found["total"]["ratings"]["rated"]) == (2, 2)
    for alone in ("staff", "colleague", "other_staff"):
        found = await summary(city, alone)
        assert (found["scope"], found["units"]) == ("TEAM", [])
        assert (found["total"]["plans"]["people"], found["total"]["ratings"]["predicates"]) == (0, None)
        assert await agencies(city, alone) == []
    for stranger in ("staff", "colleague", "supervisor", "other_head"):
        for operation in ("summary", "summary/explanation"):
            path = f"/cycles/2026/{operation}?{Q3}&unit_id={city.units['ward'].id}"
            await refused(await send(city, stranger, "GET", path), 404, "NOT_FOUND")
    head = await summary(city, "head", f"{Q3}&team=true")
    assert (head["scope"], head["total"]["plans"]["people"], head["total"]["ratings"]["rated"]) == (
        "TEAM",
        1,
        0,
    )


async def test_the_team_of_an_earlier_day_is_shown_as_far_as_it_is_still_within_reach(city: City) -> None:
    await transferred(city)
    await evaluated(city, "colleague", RATED)
    now = await summary(city, "supervisor")
    then = await summary(city, "supervisor", f"{Q3}&as_of=2026-06-30")
    assert now["total"]["plans"]["people"] == then["total"]["plans"]["people"] == 1
    assert then["as_of"] == "2026-06-30"
    before = await summary(city, "other_head", f"{Q3}&as_of=2026-06-30")
    today = await summary(city, "other_head", f"{Q3}&team=true")
    assert today["total"]["plans"]["people"] == before["total"]["plans"]["people"] + 1


async def evaluators(city: City, person: str = "admin", query: str = Q3) -> list[Json]:
    return (await done(city, person, "GET", f"/cycles/2026/evaluators?{query}"))["data"]


async def test_evaluators_owe_since_a_day_and_were_late_by_days(city: City) -> None:
    # Due on Wednesday the 7th: late by 2 and by 8 days, in time, and late but amended since.
    await evaluated(city, "staff", RATED, rated="2026-10-09")
    await evaluated(city, "colleague", FINAL, rated="2026-10-15")
    async with city.database.sessions.begin() as db:
        for name in ("third", "fourth", "fifth"):
            await add_person(db, city, name, "ward")
        await rebuild(db, city.region.id)
    await evaluated(city, "third", FINAL, rated="2026-10-07")
    await evaluated(city, "fourth", RATED, rated="2026-11-02", amendment_reason="Salah baca")
    await evaluated(city, "fifth", OPEN)
    contested = await evaluated(city, "supervisor", OBJECTED, by="chief", rated="2026-10-06")
    await objection(city, contested, "2026-11-16")
    rows = await evaluators(city)
    assert [each["evaluator"]["name"] for each in rows] == ["SUPERVISOR", "CHIEF"]
    supervisor, chief = rows
    # Five working days after 30 September for the report, three more for the rating.
    owed = {"waiting": 1, "late": 1, "oldest_due": "2026-10-12"}
    nothing = {"waiting": 0, "late": 0, "oldest_due": None}
    assert supervisor == {
        "evaluator": supervisor["evaluator"],
        **owed,
        "ratings": owed,
        "statements": nothing,
        "plans": nothing,
        "done": 4,
        "done_late": 2,
        "median_days_late": 2,
    }
    assert chief["statements"] == {"waiting": 1, "late": 0, "oldest_due": "2026-11-23"}
    assert (chief["done"], chief["done_late"], chief["median_days_late"]) == (1, 0, None)
    assert [each["evaluator"]["name"] for each in await evaluators(city, query=f"{Q3}&late=true")] == [
        "SUPERVISOR"
    ]
    first = await done(city, "admin", "GET", f"/cycles/2026/evaluators?{Q3}&limit=1&count=exact")
    following = await done(
        city, "admin", "GET", f"/cycles/2026/evaluators?{Q3}&limit=1&cursor={first['page']['next']}"
    )
    assert (first["data"], following["data"], first["page"]["total"]) == ([supervisor], [chief], 2)
    path = f"/cycles/2026/evaluators/{city.id('supervisor')}/explanation?{Q3}"
    told = await done(city, "supervisor", "GET", path)
    assert told["value"] == supervisor
    duties = [each for each in told["inputs"] if each["entity"] == "evaluation"]
    assert [(each["since"], each["due"], each["done_on"]) for each in duties][:2] == [
        ("2026-10-07", "2026-10-12", None),
        ("2026-10-02", "2026-10-07", "2026-10-09"),
    ]
    assert {each["area"] for each in told["inputs"] if each["entity"] == "policy"} == {"evaluations", "plans"}


async def test_an_outage_and_a_local_holiday_move_what_is_due(city: City) -> None:
    await evaluated(city, "staff", REPORTED)
    await outage(city, date(2026, 10, 6), "ward")
    (row,) = await evaluators(city)
    assert row["oldest_due"] == "2026-10-08"


async def test_a_head_sees_evaluators_of_his_branch_and_an_evaluator_himself(city: City) -> None:
    await evaluated(city, "staff", RATED)
    await evaluated(city, "other_staff", RATED, by="other_head")
    await evaluated(city, "head", REPORTED)
    seen = {
        person: [each["evaluator"]["name"] for each in await evaluators(city, person)]
        for person in ("admin", "head", "other_head", "supervisor", "chief", "staff")
    }
    # Nobody is above the head of the agency: his evaluation waits, but for no employee.
    assert seen == {
        "admin": ["OTHER HEAD", "SUPERVISOR"],
        "head": ["SUPERVISOR"],
        "other_head": ["OTHER HEAD"],
        "supervisor": ["SUPERVISOR"],
        "chief": [],
        "staff": [],
    }
    assert (await summary(city))["total"]["owed"]["waiting"] == 1
    for stranger in ("chief", "other_head", "staff"):
        path = f"/cycles/2026/evaluators/{city.id('supervisor')}/explanation?{Q3}"
        await refused(await send(city, stranger, "GET", path), 404, "NOT_FOUND")


async def test_who_rates_is_found_by_joins_as_one_by_one(city: City) -> None:
    await stored(city, letter(city, "colleague", "other_staff", date(2026, 10, 1)))
    for person in ("staff", "colleague", "supervisor", "chief", "other_staff"):
        await evaluated(city, person, REPORTED)
    names = {"staff": "SUPERVISOR", "colleague": "OTHER STAFF", "supervisor": "CHIEF", "chief": "HEAD"}
    async with city.database.sessions() as db:
        rows = await db.scalars(select(Evaluation.id).where(Evaluation.region_id == city.region.id))
        ids = list(rows)
    one_by_one: dict[str, int] = {}
    for id in ids:
        judge = (await done(city, "admin", "GET", f"/evaluations/{id}"))["present_evaluator"]["name"]
        one_by_one[judge] = one_by_one.get(judge, 0) + 1
    assert set(names.values()) < one_by_one.keys()
    assert {each["evaluator"]["name"]: each["waiting"] for each in await evaluators(city)} == one_by_one


async def agencies(city: City, person: str = "admin", query: str = Q3) -> list[Json]:
    return (await done(city, person, "GET", f"/cycles/2026/distributions?{query}"))["data"]


async def test_agencies_stand_side_by_side_as_each_for_itself(city: City) -> None:
    await evaluated(city, "staff", FINAL, (ABOVE, ABOVE))
    await evaluated(city, "colleague", RATED, (MEETS, MEETS))
    await evaluated(city, "supervisor", OPEN)
    body = {
        "unit_id": str(city.units["health"].id),
        "year": 2026,
        "kind": "PERIODIC",
        "number": 3,
        "predicate": "GOOD",
        "basis": "Rencana aksi triwulan III tercapai",
        "letter": LETTER,
    }
    rating = await done(city, "admin", "POST", "/organisation-ratings", json=body)
    health, works = await agencies(city)
    assert (health["agency"]["name"], works["agency"]["name"]) == ("Health", "Works")
    alone = await done(
        city, "head", "GET", f"/units/{city.units['health'].id}/rating-distribution?year=2026&{Q3}"
    )
    for name in ("shares", "rated", "unrated", "final", "organisation_rating", "conforms", "findings"):
        assert health[name] == alone[name], name
    assert (health["conforms"], health["unrated"], health["organisation_rating"]["id"]) == (
        False,
        1,
        rating["id"],
    )
    assert (works["conforms"], works["rated"], works["shares"][0]["percent"]) == (None, 0, None)
    assert [each["agency"]["name"] for each in await agencies(city, "other_head")] == ["Works"]
    path = f"/cycles/2026/distributions/{city.units['health'].id}/explanation?{Q3}"
    told = await done(city, "head", "GET", path)
    assert (told["value"], told["article"]) == (False, "SE MenPANRB 3/2023")
    assert {"entity": "organisation_rating", "id": rating["id"], "version": 1, "predicate": "GOOD"} in told[
        "inputs"
    ]
    for stranger in ("other_head", "supervisor"):
        await refused(await send(city, stranger, "GET", path), 404, "NOT_FOUND")


async def test_figures_are_explained_with_their_records(city: City) -> None:
    evaluation = await evaluated(city, "staff", RATED, (ABOVE, MEETS))
    told = await done(city, "head", "GET", f"/cycles/2026/summary/explanation?{Q3}")
    found = await summary(city, "head")
    for name in ("plans", "evaluations", "ratings", "owed"):
        assert told[name]["value"] == found["total"][name]
        assert told[name]["steps"]
    (record,) = told["evaluations"]["inputs"]
    assert (record["id"], record["version"], record["status"]) == (str(evaluation.id), 1, "RATED")
    assert told["plans"]["inputs"] == [
        {"entity": "policy", "area": "plans", "valid_from": "2025-01-01", "revision": 1}
    ]


async def test_third_parties_get_sums_and_no_person(city: City) -> None:
    await evaluated(city, "staff", RATED)
    made = (await register(city, scopes=["evaluations:read"], unit_id=str(city.units["health"].id))).json()
    given = await token(city, client_id=made["client_id"], client_secret=made["client_secret"])
    async with caller(city, given.json()["access_token"]) as client:
        found = (await client.get(f"/v1/cycles/2026/summary?{Q3}")).json()
        assert (found["scope"], found["total"]["evaluations"]["rated"]) == ("BRANCH", 1)
        told = (await client.get(f"/v1/cycles/2026/summary/explanation?{Q3}")).json()
        assert told["evaluations"]["inputs"] == []
        assert str(city.id("staff")) not in str(told)
        assert (await client.get(f"/v1/cycles/2026/distributions?{Q3}")).status_code == 200
        for path in ("evaluators", f"evaluators/{city.id('supervisor')}/explanation"):
            answer = await client.get(f"/v1/cycles/2026/{path}?{Q3}")
            assert (answer.status_code, answer.json()["code"]) == (403, "CYCLE_PEOPLE_WITHHELD")


async def test_more_units_cost_no_more_statements(city: City) -> None:
    await evaluated(city, "staff", RATED)
    with statements(city.database) as few:
        await summary(city, query=f"{Q3}&unit_id={city.units['ward'].id}")
    with statements(city.database) as many:
        await summary(city, query=f"{Q3}&unit_id={city.units['root'].id}")
    assert len(few) == len(many)


@pytest.mark.parametrize(
    ("accept", "opening"), [("text/csv", b"\xef\xbb\xbfNIP,"), ("application/x-ndjson", b"{")]
)
async def test_evaluators_come_as_files(city: City, accept: str, opening: bytes) -> None:
    await evaluated(city, "staff", REPORTED)
    async with city.call_as("admin", Accept=accept) as client:
        answer = await client.get(f"/v1/cycles/2026/evaluators?{Q3}")
        assert answer.content.startswith(opening)
        assert b"SUPERVISOR" in answer.content
        answer = await client.get(f"/v1/cycles/2026/distributions?{Q3}")
        assert b"Health" in answer.content


async def test_a_period_that_the_region_does_not_have_is_refused(city: City) -> None:
    for operation in ("summary", "evaluators", "distributions"):
        answer = await send(city, "admin", "GET", f"/cycles/2026/{operation}?kind=PERIODIC&number=5")
        await refused(answer, 422, "REQUEST_INVALID")
