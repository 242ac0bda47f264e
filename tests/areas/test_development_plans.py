"""Yearly development plans over HTTP: drawn from all needs, within a budget, approved by the head of the agency."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.courses import CourseMode
from asn_api.rules.enrolments import EnrolmentStatus
from asn_api.rules.organization import UnitKind
from asn_api.tables.development import DevelopmentPlan
from asn_api.tables.followup import DevelopmentNote
from asn_api.tables.organization import Unit
from tests.areas.qualifying import ONE, Json, entered, post, standard
from tests.areas.races import at_once
from tests.areas.test_development_needs import course, needs_of, stated
from tests.areas.test_recommendations import enrolled
from tests.factories import City
from tests.matrix.competencies import technical
from tests.matrix.followup import written
from tests.matrix.recommendations import held_on, taught

URL = "/v1/development-plans"


async def drawn(city: City, by: str = "admin", unit: str = "health", **given: Any) -> httpx.Response:
    return await post(city, URL, {"unit_id": str(city.units[unit].id), "year": 2027, **given}, by=by)


async def plan_of(city: City, **given: Any) -> Json:
    answer = await drawn(city, **given)
    assert answer.status_code == 201, answer.text
    shown: Json = answer.json()
    return shown


async def step(city: City, plan: Json, what: str, by: str = "admin", **body: Any) -> httpx.Response:
    async with city.call_as(by) as caller:
        current = (await caller.get(f"{URL}/{plan['id']}")).json()
        return await caller.post(
            f"{URL}/{plan['id']}/{what}",
            json=body,
            headers={"If-Match": f'"{current.get("version", 1)}"'},
        )


async def items(city: City, plan: Json, viewer: str = "admin", **query: Any) -> list[Json]:
    async with city.call_as(viewer) as caller:
        answer = await caller.get("/v1/development-plan-items", params={"plan_id": plan["id"], **query})
    found: list[Json] = answer.json()["data"]
    return found


async def edited(city: City, item: Json, by: str = "admin", **body: Any) -> httpx.Response:
    async with city.call_as(by, **{"If-Match": f'"{item["version"]}"'}) as caller:
        return await caller.patch(f"/v1/development-plan-items/{item['id']}", json=body)


async def three_needs(city: City) -> None:
    """Of `staff`: a gap of four points and a request of two; of `chief`: a note of three."""
    await standard(city, position_id=str(city.posts["staff"].position_id), level=3, valid_from="2020-01-01")
    await entered(city, level=1)
    await stated(city, form="E_LEARNING")
    await written(city, "chief", subject="Memimpin rapat")


async def test_a_plan_gathers_what_the_agencys_people_need(city: City) -> None:
    await three_needs(city)
    await stated(city, by="other_staff", person="other_staff")
    plan = await plan_of(city)
    assert {name: plan[name] for name in ("status", "included", "left_out", "people", "cost", "high")} == {
        "status": "DRAFT",
        "included": 3,
        "left_out": 0,
        "people": 2,
        "cost": 10_500_000,
        "high": 0,
    }
    found = await items(city, plan)
    assert [(each["employee"]["name"], each["subject"], each["score"], each["cost"]) for each in found] == [
        ("STAFF", "Integritas", 4, 5_000_000),
        ("CHIEF", "Memimpin rapat", 3, 5_000_000),
        ("STAFF", "Pengolahan data", 2, 500_000),
    ]
    async with city.call_as("admin") as admin:
        why = (await admin.get(f"/v1/development-plan-items/{found[0]['id']}/explanation")).json()
    assert why["steps"] == ["GAP 4 = 4 → MEDIUM"]
    assert why["causes"][0]["steps"] == "(3 − 1) × 1 = 2 × 2 = 4"


async def test_there_is_one_plan_of_an_agency_and_year(city: City) -> None:
    plan = await plan_of(city, id=str(uuid7()))
    again = await drawn(city, id=plan["id"])
    assert (again.status_code, again.json()["id"]) == (200, plan["id"])
    second = await drawn(city)
    assert (second.status_code, second.json()["code"]) == (409, "DEVELOPMENT_PLAN_EXISTS")
    other = await drawn(city, id=plan["id"], year=2028)
    assert other.json()["code"] == "DEVELOPMENT_PLAN_ID_TAKEN"
    past = await drawn(city, year=2025)
    assert past.json()["errors"][0]["code"] == "DEVELOPMENT_PLAN_YEAR_OVER"
    assert (await drawn(city, unit="ward")).status_code == 404, "no agency"
    assert (await drawn(city, by="head", unit="works")).status_code == 404
    assert (await drawn(city, by="staff")).status_code == 403


async def test_two_plans_at_once_are_one(city: City) -> None:
    held = select(Unit).where(Unit.region_id == city.region.id, Unit.id == city.units["health"].id)
    answers = await at_once(city, drawn(city), drawn(city), held=held)
    assert sorted(each.status_code for each in answers) == [201, 409]
    assert {each.json().get("code") for each in answers} >= {"DEVELOPMENT_PLAN_EXISTS"}, (
        "told why, not by the index"
    )


async def test_the_budget_pays_for_the_most_urgent_first(city: City) -> None:
    await three_needs(city)
    plan = await plan_of(city, budget=6_000_000)
    assert (plan["included"], plan["left_out"], plan["cost"]) == (2, 1, 5_500_000)
    found = await items(city, plan)
    assert [(each["score"], each["included"], each["omission"]) for each in found] == [
        (4, True, None),
        (3, False, "OVER_BUDGET"),
        (2, True, None),
    ]
    async with city.call_as("admin", **ONE) as admin:
        richer = await admin.patch(f"{URL}/{plan['id']}", json={"budget": None})
    assert (richer.json()["included"], richer.json()["version"]) == (3, 2)


async def test_what_is_decided_by_hand_survives_the_next_drawing(city: City) -> None:
    await three_needs(city)
    code = await technical(city)
    plan = await plan_of(city)
    first, second, third = await items(city, plan)
    chosen = await course(city, code, 3, 750_000, mode=CourseMode.ONLINE)
    done = await edited(city, first, course_id=str(chosen.id))
    assert (done.json()["cost"], done.json()["form"], done.json()["edited"]) == (750_000, "E_LEARNING", True)
    out = await edited(city, second, included=False, remark="Sudah dilatih di luar")
    assert out.json()["omission"] == "BY_HAND"
    async with city.call_as("staff") as staff:
        url = f"/v1/training-needs/{(await staff.get('/v1/training-needs')).json()['data'][0]['id']}"
        await staff.post(f"{url}/withdrawal", headers=ONE)
    await stated(city, by="colleague", person="colleague", urgency="LOW", subject="Excel")
    again = await step(city, plan, "drawing")
    assert again.status_code == 200, again.text
    found = await items(city, plan)
    assert [(each["subject"], each["cost"], each["included"]) for each in found] == [
        ("Integritas", 750_000, True),
        ("Memimpin rapat", 5_000_000, False),
        ("Excel", 5_000_000, True),
    ]
    assert third["id"] not in {each["id"] for each in found}, "nobody needs it any more"
    unknown = await edited(city, found[2], course_id=str(uuid7()))
    assert unknown.json()["errors"][0]["code"] == "DEVELOPMENT_PLAN_COURSE_UNKNOWN"


async def test_a_plan_over_its_budget_is_not_submitted(city: City) -> None:
    await three_needs(city)
    plan = await plan_of(city, budget=6_000_000)
    await edited(city, (await items(city, plan))[1], included=True)
    refused = await step(city, plan, "submission")
    assert (refused.status_code, refused.json()["code"]) == (409, "DEVELOPMENT_PLAN_OVER_BUDGET")
    assert "10500000" in refused.json()["detail"]


async def test_the_head_of_the_agency_approves_and_what_stands_behind_is_planned(city: City) -> None:
    await three_needs(city)
    plan = await plan_of(city)
    early = await step(city, plan, "approval", by="head")
    assert early.json()["code"] == "DEVELOPMENT_PLAN_WRONG_STATUS"
    await step(city, plan, "submission", remark="Mohon persetujuan")
    returned = await step(city, plan, "return", by="head", reason="Kurangi perjalanan")
    assert (returned.json()["status"], returned.json()["remark"]) == ("DRAFT", "Kurangi perjalanan")
    await step(city, plan, "submission")
    approved = await step(city, plan, "approval", by="head")
    shown = approved.json()
    assert (shown["status"], shown["decided_by"]) == ("APPROVED", str(city.id("head")))
    assert {each["refused"] for each in shown["allowed_actions"]} == {"DEVELOPMENT_PLAN_WRONG_STATUS"}
    async with city.database.sessions() as db:
        note = await db.scalar(select(DevelopmentNote).where(DevelopmentNote.region_id == city.region.id))
        assert note is not None
        assert (note.status, note.version) == ("PLANNED", 2)
        entry = await db.scalar(
            select(JournalEntry).where(
                JournalEntry.region_id == city.region.id,
                JournalEntry.entity_id == note.id,
                JournalEntry.action == "PLAN",
            )
        )
        assert entry is not None
        assert (entry.version, entry.employee_id) == (2, city.id("chief"))
    async with city.call_as("staff") as staff:
        (mine,) = (await staff.get("/v1/training-needs")).json()["data"]
    assert mine["status"] == "PLANNED"
    assert [each["competency_code"] for each in await needs_of(city)] == ["INTEGRITY"], (
        "the gap is still there"
    )
    late = await edited(city, (await items(city, plan))[0], included=False)
    assert late.json()["code"] == "DEVELOPMENT_PLAN_WRONG_STATUS"


async def test_what_is_left_out_stays_open(city: City) -> None:
    await three_needs(city)
    plan = await plan_of(city)
    for each in (await items(city, plan))[1:]:
        await edited(city, each, included=False)
    await step(city, plan, "submission")
    await step(city, plan, "approval", by="head")
    async with city.database.sessions() as db:
        note = await db.scalar(select(DevelopmentNote).where(DevelopmentNote.region_id == city.region.id))
        assert note is not None
        assert note.status == "OPEN"
    async with city.call_as("staff") as staff:
        assert (await staff.get("/v1/training-needs")).json()["data"][0]["status"] == "OPEN"


async def test_nobody_approves_what_is_planned_for_himself(city: City) -> None:
    own = (await stated(city, by="head", person="head")).json()
    plan = await plan_of(city)
    await step(city, plan, "submission")
    approved = (await step(city, plan, "approval", by="head")).json()
    assert (approved["included"], approved["left_out"]) == (0, 1)
    assert (await items(city, plan))[0]["omission"] == "OF_THE_DECIDER"
    async with city.call_as("head") as head:
        assert (await head.get(f"/v1/training-needs/{own['id']}")).json()["status"] == "OPEN"


async def test_only_whoever_heads_the_agency_itself_decides(city: City) -> None:
    """The head of an agency above has the permission and the reach, and still does not decide."""
    async with city.database.sessions() as db, db.begin():
        inner = [city.units["clinic"].id, city.units["ward"].id]
        await db.execute(
            update(Unit)
            .where(Unit.region_id == city.region.id, Unit.id.in_(inner))
            .values(agency_id=city.units["clinic"].id)
        )
        await db.execute(
            update(Unit)
            .where(Unit.region_id == city.region.id, Unit.id == city.units["clinic"].id)
            .values(kind=UnitKind.AGENCY)
        )
    await three_needs(city)
    plan = await plan_of(city, unit="clinic")
    assert plan["included"] == 3
    assert (await plan_of(city))["included"] == 0, "the agency above does not plan for them too"
    await step(city, plan, "submission")
    for by, status in (("admin", 403), ("supervisor", 403), ("other_head", 404)):
        assert (await step(city, plan, "approval", by=by)).status_code == status, by
    refused = await step(city, plan, "approval", by="head")
    assert (refused.status_code, refused.json()["code"]) == (409, "DEVELOPMENT_PLAN_WRONG_ACTOR")


async def test_people_see_their_items_once_the_plan_is_approved(city: City) -> None:
    await three_needs(city)
    plan = await plan_of(city)
    assert await items(city, plan, viewer="staff") == []
    await step(city, plan, "submission")
    await step(city, plan, "approval", by="head")
    assert len(await items(city, plan, viewer="staff")) == 2
    assert len(await items(city, plan, viewer="supervisor")) == 2
    assert await items(city, plan, viewer="colleague") == []
    async with city.call_as("staff") as staff:
        assert (await staff.get(f"{URL}/{plan['id']}")).status_code == 404
    assert len(await items(city, plan, viewer="head")) == 3


async def test_an_item_tells_which_enrolment_of_its_year_meets_it(city: City) -> None:
    await three_needs(city)
    plan = await plan_of(city)
    assert [each["enrolment"] for each in await items(city, plan)] == [None, None, None]
    teaching, other = await taught(city), await taught(city, teaches={"COMMUNICATION": 3})
    in_time = datetime(2027, 3, 1, 2, tzinfo=UTC)
    for held, status in (
        (await held_on(city, teaching, in_time - timedelta(days=90)), EnrolmentStatus.COMPLETED),
        (await held_on(city, other, in_time), EnrolmentStatus.CONFIRMED),
        (await held_on(city, teaching, in_time), EnrolmentStatus.NO_SHOW),
    ):
        await enrolled(city, held, status)
        assert [each["enrolment"] for each in await items(city, plan)] == [None, None, None]
    await enrolled(city, await held_on(city, teaching, in_time), EnrolmentStatus.WAITLISTED, "colleague")
    assert (await items(city, plan))[0]["enrolment"] is None
    row = await enrolled(city, await held_on(city, teaching, in_time), EnrolmentStatus.WAITLISTED)
    gap, *others = await items(city, plan)
    assert gap["enrolment"] == {"id": str(row.id), "class_id": str(row.class_id), "status": "WAITLISTED"}
    assert [each["enrolment"] for each in others] == [None, None]
    chosen = await edited(city, others[1], course_id=str(other.id))
    assert chosen.json()["enrolment"]["status"] == "CONFIRMED"


async def test_an_approval_and_an_edit_at_once_take_turns(city: City) -> None:
    await three_needs(city)
    plan = await plan_of(city)
    await step(city, plan, "submission")
    (first, *_) = await items(city, plan)
    held = select(DevelopmentPlan).where(
        DevelopmentPlan.region_id == city.region.id, DevelopmentPlan.id == UUID(plan["id"])
    )
    edit, approval = await at_once(
        city,
        edited(city, first, included=False),
        step(city, plan, "approval", by="head"),
        held=held,
    )
    assert (edit.status_code, approval.status_code) == (409, 200)


async def test_a_stale_plan_is_not_changed(city: City) -> None:
    plan = await plan_of(city)
    await step(city, plan, "drawing")
    async with city.call_as("admin", **ONE) as admin:
        stale = await admin.patch(f"{URL}/{plan['id']}", json={"budget": 1})
    assert (stale.status_code, stale.json()["current"]["version"]) == (412, 2)


@pytest.mark.parametrize("form", ["text/csv", "application/x-ndjson"])
async def test_a_plan_comes_as_a_file(city: City, form: str) -> None:
    await three_needs(city)
    plan = await plan_of(city)
    async with city.call_as("admin", Accept=form) as admin:
        answer = await admin.get("/v1/development-plan-items", params={"plan_id": plan["id"]})
    assert answer.status_code == 200
    assert "Memimpin rapat" in answer.text
