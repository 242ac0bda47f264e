"""What a superior sees of his people's plans: the role-result matrix, and who has no plan."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import Range

from asn_api.rules.evaluators import EvaluatorRole
from asn_api.rules.plans import PlanStatus
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment
from asn_api.tables.performance import Plan
from tests.areas.test_evaluators import letter, stored
from tests.areas.test_performance import (
    Json,
    approved,
    begun,
    done,
    filled,
    heads_plan,
    refused,
    result,
    send,
    step,
    supervisors_plan,
)
from tests.factories import City


async def team_at_work(city: City) -> tuple[Json, Json]:
    """The supervisor's plan with two results, of which `staff` supports the first one twice; and his plan."""
    chiefs = await approved(city, "chief", "head", await heads_plan(city))
    parent = chiefs["work_results"][0]["id"]
    plan = await begun(city, "supervisor")
    carried, alone = result(parent_id=parent), result(parent_id=parent, statement="=Layanan malam terjaga")
    plan = await filled(city, "supervisor", plan, carried, alone)
    mine = [
        result(parent_id=carried["id"], statement=text) for text in ("Rawat inap tercatat", "Obat tersedia")
    ]
    return plan, await filled(city, "staff", await begun(city, "staff"), *mine)


async def test_the_matrix_shows_who_carries_what_and_what_nobody_carries(city: City) -> None:
    plan, staffs = await team_at_work(city)
    shown = await done(city, "supervisor", "GET", f"/plans/{plan['id']}/role-matrix")
    assert [(each["statement"], each["supporters"]) for each in shown["results"]] == [
        ("Laporan triwulan tersusun", 1),
        ("=Layanan malam terjaga", 0),
    ]
    colleague, staff = shown["data"]
    assert (colleague["employee"]["name"], colleague["linked"], colleague["plan_status"]) == (
        "COLLEAGUE",
        False,
        None,
    )
    assert (staff["plan_id"], staff["plan_status"], staff["is_member"]) == (staffs["id"], "DRAFT", True)
    (cell,) = staff["cells"]
    assert cell["parent_id"] == plan["work_results"][0]["id"]
    assert [each["statement"] for each in cell["results"]] == ["Rawat inap tercatat", "Obat tersedia"]
    unlinked = await done(city, "supervisor", "GET", f"/plans/{plan['id']}/role-matrix?unlinked=true")
    assert [each["employee"]["name"] for each in unlinked["data"]] == ["COLLEAGUE"]


async def test_the_matrix_as_a_table(city: City) -> None:
    plan, _ = await team_at_work(city)
    async with city.call_as("supervisor", Accept="text/csv") as client:
        answer = await client.get(f"/v1/plans/{plan['id']}/role-matrix")
        book = await client.get(
            f"/v1/plans/{plan['id']}/role-matrix",
            headers={"Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        )
    heading, colleague, staff = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert heading == ["NIP", "Name", "Unit", "Plan", "Laporan triwulan tersusun", "'=Layanan malam terjaga"]
    assert colleague[1:] == ["COLLEAGUE", "Ward", "", "", ""]
    assert staff[3:] == ["Draft", "Rawat inap tercatat; Obat tersedia", ""]
    assert book.content.startswith(b"PK")


@pytest.mark.parametrize(
    ("person", "status"),
    [("chief", 200), ("head", 200), ("admin", 200), ("staff", 404), ("other_head", 404), ("partner", 403)],
)
async def test_who_sees_a_matrix(city: City, person: str, status: int) -> None:
    plan, _ = await team_at_work(city)
    answer = await send(city, person, "GET", f"/plans/{plan['id']}/role-matrix")
    assert answer.status_code == status


async def test_members_of_a_team_led_by_letter_are_in_the_matrix(city: City) -> None:
    plan = await filled(city, "other_staff", await begun(city, "other_staff"), result())
    path = f"/plans/{plan['id']}/role-matrix"
    assert (await done(city, "other_staff", "GET", path))["data"] == []
    leaning = result(parent_id=plan["work_results"][0]["id"])
    await filled(city, "staff", await begun(city, "staff"), leaning)
    assert (await done(city, "other_staff", "GET", path))["data"] == []
    (row,) = (await done(city, "admin", "GET", path))["data"]
    assert (row["is_member"], row["linked"]) == (False, True)
    await stored(city, letter(city, "staff", "other_staff", role=EvaluatorRole.ADVISOR))
    (row,) = (await done(city, "other_staff", "GET", path))["data"]
    assert (row["employee"]["name"], row["is_member"], row["linked"]) == ("STAFF", True, True)


async def missing(city: City, person: str, query: str = "") -> dict[str, Any]:
    rows = (await done(city, person, "GET", f"/plans/missing{query}"))["data"]
    return {each["employee"]["name"]: each for each in rows}


async def test_whoever_has_handed_in_no_plan_is_listed_with_the_day_it_was_due(city: City) -> None:
    await supervisors_plan(city)
    await begun(city, "staff")
    found = await missing(city, "head")
    assert found.keys() == {"STAFF", "COLLEAGUE"}
    assert found["STAFF"]["plan_status"] == "DRAFT"
    assert found["STAFF"]["superior"]["name"] == "SUPERVISOR"
    assert found["COLLEAGUE"]["plan_status"] is None
    assert (found["COLLEAGUE"]["due_on"], found["COLLEAGUE"]["overdue"]) == ("2026-01-31", True)
    assert (await missing(city, "supervisor")).keys() == {"STAFF", "COLLEAGUE"}
    assert (await missing(city, "staff")).keys() == {"STAFF"}
    assert (await missing(city, "admin", f"?unit_id={city.units['works'].id}")).keys() == {
        "ADMIN",
        "OTHER HEAD",
        "OTHER STAFF",
    }
    later = await missing(city, "head", "?year=2027")
    assert (len(later), later["STAFF"]["due_on"], later["STAFF"]["overdue"]) == (5, "2027-01-31", False)
    assert await missing(city, "head", "?year=2027&overdue=true") == {}
    async with city.call_as("head", Accept="text/csv") as client:
        text = (await client.get("/v1/plans/missing")).text
    assert [row[1] for row in csv.reader(io.StringIO(text))] == ["Name", "COLLEAGUE", "STAFF"]


async def test_a_new_post_has_its_own_day_and_who_does_not_serve_needs_no_plan(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Appointment)
            .where(Appointment.region_id == city.region.id, Appointment.id == city.posts["staff"].id)
            .values(valid=Range(date(2026, 11, 2), None), version=Appointment.version + 1)
        )
        await db.execute(
            update(Employee)
            .where(Employee.region_id == city.region.id, Employee.id == city.id("colleague"))
            .values(legal_standing_code="03", version=Employee.version + 1)
        )
    found = await missing(city, "supervisor")
    assert {name: each["due_on"] for name, each in found.items()} == {
        "STAFF": "2026-12-02",
        "SUPERVISOR": "2026-01-31",
    }
    answer = await send(
        city,
        "colleague",
        "POST",
        "/plans",
        json={"year": 2026, "approach": "QUANTITATIVE", "plan_type": "ADMIN_FUNCTIONAL"},
    )
    await refused(answer, 409, "PLAN_NOT_SERVING")


async def test_a_plan_under_revision_is_not_missing(city: City) -> None:
    chiefs = await approved(city, "chief", "head", await heads_plan(city))
    chiefs = await step(city, "chief", chiefs, "revision-request", {"reason": "Tugas berubah"})
    await step(city, "head", chiefs, "reopening")
    assert "CHIEF" not in await missing(city, "head")


async def test_plans_of_past_years_that_were_never_finished_are_listed(city: City) -> None:
    old, done_with = await begun(city, "staff", year=2025), await begun(city, "colleague", year=2025)
    await begun(city, "staff")
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Plan)
            .where(Plan.region_id == city.region.id, Plan.id == done_with["id"])
            .values(status=PlanStatus.CLOSED)
        )
    listed = await done(city, "head", "GET", "/plans?left_over=true")
    assert [each["id"] for each in listed["data"]] == [old["id"]]
