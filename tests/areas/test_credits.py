"""Credit points over HTTP: conversion by segment, never twice for the same months, decrees, promotions."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.credits import CreditKind, CreditLevel
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.rules.ratings import Predicate
from asn_api.tables.credits import Credit
from asn_api.tables.employees import Employee, EmployeeGrade
from asn_api.tables.policies import Policy
from tests.areas.crediting import (
    account,
    becomes,
    converted,
    entered,
    evaluated,
    functional,
    nightly,
    plan,
    rows,
    term,
)
from tests.areas.races import at_once
from tests.factories import City
from tests.factories.jobs import work_off
from tests.matrix import add

ONE = {"If-Match": '"1"'}
FIRST = {
    "kind": "FIRST",
    "level": "AHLI_PERTAMA",
    "amount": "30.005",
    "effective_on": "2024-01-01",
    "decree_number": "PAK/1/2024",
    "decree_date": "2024-01-02",
}


async def test_a_good_year_of_a_first_expert_gives_twelve_and_a_half(city: City) -> None:
    await functional(city)
    await entered(city)
    evaluation = await evaluated(city)
    await nightly(city)
    shown = await account(city)
    [credit] = shown["credits"]
    assert (credit["amount"], credit["printed"], credit["months"]) == ("12.500", "12.50", 12)
    assert (credit["kind"], credit["basis"], credit["predicate"]) == ("CONVERSION", "YEARLY", "GOOD")
    assert (credit["evaluation_id"], credit["provisional"]) == (str(evaluation), False)
    assert (shown["total"], shown["level"]) == ("12.50", "AHLI_PERTAMA")
    to_rank, to_level = shown["standings"]
    assert (to_rank["needed"], to_rank["shortfall"]) == ("100", "87.50"), "grade 32 is the level's last"
    assert to_level["needed"] == "100"
    assert [each["reason"] for each in shown["gaps"]] == ["NOT_EVALUATED"], "this year"


async def test_a_transfer_and_a_promotion_in_mid_year_cut_it_into_segments(city: City) -> None:
    await functional(city)
    await entered(city)
    await entered(city, level="AHLI_MUDA", valid_from="2025-10-01")
    await evaluated(city, last=date(2025, 7, 14), result=Predicate.VERY_GOOD)
    await evaluated(city, first=date(2025, 7, 15))
    await nightly(city)
    shown = await account(city)
    assert [
        (each["period_start"], each["period_end"], each["level"], each["predicate"], each["amount"])
        for each in shown["credits"]
    ] == [
        ("2025-01-01", "2025-07-31", "AHLI_PERTAMA", "VERY_GOOD", "10.938"),
        ("2025-08-01", "2025-09-30", "AHLI_PERTAMA", "GOOD", "2.083"),
        ("2025-10-01", "2025-12-31", "AHLI_MUDA", "GOOD", "6.250"),
    ]
    assert sum(each["months"] for each in shown["credits"]) == 12
    assert shown["total"] == "6.25", "of the present level"


async def test_sums_are_of_the_printed_parts_and_explained(city: City) -> None:
    await functional(city)
    await entered(city, valid_from="2020-01-01")
    await evaluated(city, first=date(2024, 1, 1), last=date(2024, 12, 31), result=Predicate.VERY_GOOD)
    await evaluated(city, last=date(2025, 2, 28))
    await recomputed(city, 2024)
    await recomputed(city, 2025)
    shown = await account(city)
    assert shown["total"] == "20.83"
    async with city.call_as("staff") as staff:
        found = (await staff.get(f"/v1/employees/{city.id('staff')}/credits/explanation")).json()
    assert [each["step"]["value"] for each in found["parts"]] == [
        "150 % × 12.5 × 12/12 = 18.750 → 18.75",
        "100 % × 12.5 × 2/12 = 2.083 → 2.08",
    ]
    assert {each["siasn_coefficient_id"] for each in found["parts"]} == {"12"}
    assert all(each["policy_id"] and each["evaluation_id"] for each in found["parts"])
    assert found["steps"][0]["value"] == "18.75 + 2.08 = 20.83"


async def recomputed(city: City, year: int) -> None:
    """Through the queue, as an admin asks for it."""
    async with city.call_as("admin") as admin:
        asked = await admin.post("/v1/credits/recomputation", json={"year": year})
    assert (asked.status_code, asked.json()) == (202, {"year": year, "queued": True})
    await work_off(city.app)


async def test_computing_again_changes_nothing(city: City) -> None:
    await functional(city)
    await entered(city)
    await evaluated(city)
    await nightly(city)
    before = [(each.id, each.version) for each in await rows(city)]
    entries = len(await journal(city))
    await nightly(city)
    await asyncio.gather(nightly(city), nightly(city))
    assert [(each.id, each.version) for each in await rows(city)] == before
    assert len(await journal(city)) == entries


async def test_a_contested_predicate_counts_provisionally_and_changes_with_the_decision(city: City) -> None:
    await functional(city)
    await entered(city)
    evaluation = await evaluated(city, status=EvaluationStatus.OBJECTED)
    await nightly(city)
    shown = await account(city)
    assert (shown["total"], shown["firm"], shown["credits"][0]["provisional"]) == ("12.50", "0.00", True)
    await becomes(city, evaluation, EvaluationStatus.FINAL, Predicate.VERY_GOOD)
    await nightly(city)
    shown = await account(city)
    assert (shown["total"], shown["firm"]) == ("18.75", "18.75")
    assert [each.action for each in await journal(city)] == ["CREATE", "CHANGE"]


@pytest.mark.parametrize("status", [EvaluationStatus.RATED, EvaluationStatus.OPEN, EvaluationStatus.REPORTED])
async def test_a_rating_that_was_not_accepted_gives_nothing_yet(city: City, status: EvaluationStatus) -> None:
    await functional(city)
    await entered(city)
    await evaluated(city, status=status)
    await nightly(city)
    shown = await account(city)
    assert shown["credits"] == []
    reason = "NOT_ACCEPTED" if status is EvaluationStatus.RATED else "NOT_EVALUATED"
    assert (shown["gaps"][0]["reason"], shown["gaps"][0]["months"]) == (reason, 12)


async def test_without_a_level_nothing_is_guessed_and_the_admin_is_told(city: City) -> None:
    await functional(city, title="Perawat Ahli Muda")
    await functional(city, "colleague", title="Guru")
    await evaluated(city)
    await nightly(city)
    shown = await account(city)
    assert (shown["level"], shown["total"], shown["credits"]) == (None, "0.00", [])
    assert shown["gaps"][0]["reason"] == "LEVEL_UNKNOWN"
    assert {each["missing"] for each in shown["standings"]} == {"LEVEL_UNKNOWN"}
    async with city.call_as("admin") as admin:
        listed = (await admin.get("/v1/functional-levels/unknown")).json()["data"]
    assert {each["name"]: (each["reason"], each["suggested_level"]) for each in listed} == {
        "STAFF": ("LEVEL_UNKNOWN", "AHLI_MUDA"),
        "COLLEAGUE": ("LEVEL_UNKNOWN", None),
    }
    await entered(city, level="AHLI_MUDA", valid_from="2025-01-01")
    assert (await account(city))["total"] == "25.00", "converted at once"
    async with city.call_as("admin") as admin:
        listed = (await admin.get("/v1/functional-levels/unknown")).json()["data"]
    assert [each["name"] for each in listed] == ["COLLEAGUE"]


async def test_only_months_in_a_functional_position_count(city: City) -> None:
    await entered(city)
    await evaluated(city)
    await nightly(city)
    shown = await account(city)
    assert (shown["credits"], shown["gaps"][0]["reason"]) == ([], "NOT_FUNCTIONAL")


async def test_months_that_were_converted_periodically_are_left_out_of_the_year(city: City) -> None:
    await functional(city)
    await entered(city)
    year = await plan(city, "staff", date(2025, 1, 1), date(2025, 12, 31))
    quarter = await evaluated(
        city,
        last=date(2025, 3, 31),
        result=Predicate.VERY_GOOD,
        kind=EvaluationKind.PERIODIC,
        plan_id=year,
    )
    made = await converted(city, "2025-01", "2025-03")
    assert made.status_code == 201, made.text
    assert [(each["basis"], each["months"], each["printed"]) for each in made.json()] == [
        ("PERIODIC", 3, "4.69")
    ]
    await evaluated(city, plan_id=year)
    await nightly(city)
    shown = await account(city)
    assert [(each["basis"], each["months"]) for each in shown["credits"]] == [("PERIODIC", 3), ("YEARLY", 9)]
    assert shown["total"] == "14.07", "4.69 + 9.38"
    again = await converted(city, "2025-03", "2025-03")
    assert (again.status_code, again.json()["code"]) == (409, "CREDIT_MONTHS_TAKEN")
    taken = await converted(city, "2025-04", "2025-06")
    assert taken.json()["code"] == "CREDIT_MONTHS_TAKEN", "by the year"
    await becomes(city, quarter, EvaluationStatus.FINAL, Predicate.GOOD)
    await nightly(city)
    assert [each["printed"] for each in (await account(city))["credits"]] == ["3.13", "9.38"]
    periodic, yearly = (await account(city))["credits"]
    async with city.call_as("admin") as admin:
        kept = await admin.delete(
            f"/v1/credits/{yearly['id']}", headers={"If-Match": f'"{yearly["version"]}"'}
        )
        assert kept.json()["code"] == "CREDIT_IS_COMPUTED"
        gone = await admin.delete(
            f"/v1/credits/{periodic['id']}", headers={"If-Match": f'"{periodic["version"]}"'}
        )
        assert gone.status_code == 204
    assert [(each["basis"], each["months"]) for each in (await account(city))["credits"]] == [("YEARLY", 12)]


async def test_the_database_refuses_the_same_months_twice(city: City) -> None:
    await functional(city)
    await entered(city)
    evaluation = await evaluated(city)
    await nightly(city)
    [first] = await rows(city)
    with pytest.raises(IntegrityError, match="ex_credits_months_once"):
        await add(
            city,
            Credit(
                region_id=city.region.id,
                id=uuid7(),
                employee_id=city.id("staff"),
                unit_id=first.unit_id,
                kind=CreditKind.CONVERSION,
                level=CreditLevel.AHLI_PERTAMA,
                year=2025,
                effective_on=date(2025, 12, 31),
                amount=first.amount,
                printed=first.printed,
                provisional=False,
                basis=EvaluationKind.PERIODIC,
                period=Range(date(2025, 12, 1), date(2026, 1, 1)),
                months=1,
                evaluation_id=evaluation,
                predicate=Predicate.GOOD,
                percentage=first.percentage,
                coefficient=first.coefficient,
                policy_id=first.policy_id,
            ),
        )


async def test_a_year_and_a_part_of_it_converted_at_once_hold_each_month_once(city: City) -> None:
    await functional(city)
    await entered(city)
    year = await plan(city, "staff", date(2025, 1, 1), date(2025, 12, 31))
    await evaluated(city, last=date(2025, 6, 30), kind=EvaluationKind.PERIODIC, plan_id=year)
    await evaluated(city, plan_id=year)
    held = select(Employee.id).where(Employee.region_id == city.region.id, Employee.id == city.id("staff"))
    requests = [converted(city, "2025-01", "2025-06"), converted(city, "2025-03", "2025-06")]
    night = asyncio.ensure_future(nightly(city))
    answers = await at_once(city, *requests, held=held)
    await night
    await nightly(city)
    assert sorted(each.status_code for each in answers) in ([201, 409], [409, 409])
    months = [each.months or 0 for each in await rows(city)]
    assert sum(months) == 12


@pytest.mark.parametrize(
    ("first", "last", "status", "code"),
    [
        ("2025-03", "2025-01", 422, "CREDIT_MONTHS_REVERSED"),
        ("2025-12", "2026-01", 422, "CREDIT_MONTHS_REVERSED"),
        ("2026-10", "2026-11", 422, "CREDIT_DAY_IN_FUTURE"),
        ("2025-01", "2025-01", 409, "CREDIT_MONTHS_WITHOUT_RATING"),
    ],
)
async def test_only_whole_rated_months_that_are_over_are_converted(
    city: City, first: str, last: str, status: int, code: str
) -> None:
    await functional(city)
    await entered(city)
    refused = await converted(city, first, last)
    assert refused.status_code == status
    assert code in refused.text


async def test_points_of_a_decree_are_entered_once_and_taken_back(city: City) -> None:
    await functional(city)
    await entered(city)
    body = {"id": str(uuid7()), "employee_id": str(city.id("staff")), **FIRST}
    async with city.call_as("admin") as admin:
        made = await admin.post("/v1/credits", json=body)
        assert (made.status_code, made.json()["printed"]) == (201, "30.01"), made.text
        assert (await admin.post("/v1/credits", json=body)).status_code == 200
        other = await admin.post("/v1/credits", json={**body, "amount": "31"})
        assert other.json()["code"] == "CREDIT_ID_TAKEN"
        second = await admin.post("/v1/credits", json={**body, "id": str(uuid7())})
        assert second.json()["code"] == "CREDIT_ENTERED_ALREADY"
        both = await admin.post("/v1/credits", json={**body, "id": str(uuid7()), "kind": "INTEGRATION"})
        assert both.status_code == 201
        assert (await account(city))["total"] == "60.02"
        stale = await admin.delete(f"/v1/credits/{body['id']}", headers={"If-Match": '"7"'})
        assert stale.status_code == 412
        assert (await admin.delete(f"/v1/credits/{body['id']}", headers=ONE)).status_code == 204
    shown = await account(city)
    assert shown["total"] == "30.01"
    assert [each.action for each in await journal(city)] == ["CREATE", "CREATE", "DELETE"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"effective_on": "2026-11-21"}, "CREDIT_DAY_IN_FUTURE"),
        ({"decree_date": "2026-11-21"}, "CREDIT_DAY_IN_FUTURE"),
        ({"amount": "-1"}, "REQUEST_INVALID"),
        ({"amount": "1.0005"}, "REQUEST_INVALID"),
        ({"kind": "CONVERSION"}, "REQUEST_INVALID"),
    ],
)
async def test_a_decree_that_cannot_be_is_refused(city: City, changes: dict[str, Any], code: str) -> None:
    async with city.call_as("admin") as admin:
        body = {"employee_id": str(city.id("staff")), **FIRST, **changes}
        refused = await admin.post("/v1/credits", json=body)
    assert refused.status_code == 422
    assert code in refused.text


async def test_nobody_enters_his_own(city: City) -> None:
    await functional(city, "admin")
    async with city.call_as("admin") as admin:
        own = {"employee_id": str(city.id("admin")), **FIRST}
        for url, body in (
            ("/v1/credits", own),
            ("/v1/functional-levels", term(city, "admin")),
            (
                f"/v1/employees/{city.id('admin')}/credits/periodic",
                {"first_month": "2025-01", "last_month": "2025-01"},
            ),
        ):
            assert (await admin.post(url, json=body)).json()["code"] == "CREDIT_OF_ONESELF"


async def test_levels_follow_each_other_and_can_be_corrected(city: City) -> None:
    await functional(city)
    await evaluated(city)
    id = str(uuid7())
    first = await entered(city, id=id)
    assert (first["valid_from"], first["valid_until"]) == ("2024-01-01", None)
    async with city.call_as("admin") as admin:
        assert (await admin.post("/v1/functional-levels", json=term(city, id=id))).status_code == 200
        other = await admin.post("/v1/functional-levels", json=term(city, id=id, level="MAHIR"))
        assert other.json()["code"] == "CREDIT_LEVEL_ID_TAKEN"
        second = await entered(city, level="AHLI_MUDA", valid_from="2025-07-01")
        assert [each["months"] for each in (await account(city))["credits"]] == [6, 6]
        for changes, code in (
            ({"valid_from": "2024-06-01"}, "CREDIT_LEVEL_OVERLAPS"),
            ({"valid_from": "2023-01-01"}, "CREDIT_LEVEL_OVERLAPS"),
            ({"valid_from": "2023-06-01", "valid_until": "2023-01-01"}, "CREDIT_LEVEL_REVERSED"),
        ):
            refused = await admin.post("/v1/functional-levels", json=term(city, **changes))
            assert code in refused.text
        listed = (await admin.get("/v1/functional-levels", params={"on": "2025-07-01"})).json()["data"]
        assert [each["id"] for each in listed] == [second["id"]]
        gone = await admin.delete(f"/v1/functional-levels/{second['id']}", headers=ONE)
        assert gone.status_code == 204
    shown = await account(city)
    assert [(each["level"], each["months"]) for each in shown["credits"]] == [("AHLI_PERTAMA", 6)]


async def test_two_levels_entered_at_once_do_not_overlap(city: City) -> None:
    async def enter(level: str) -> Any:
        async with city.call_as("admin") as admin:
            return await admin.post("/v1/functional-levels", json=term(city, level=level))

    held = select(Employee.id).where(Employee.region_id == city.region.id, Employee.id == city.id("staff"))
    answers = await at_once(city, enter("MAHIR"), enter("TERAMPIL"), held=held)
    assert sorted(each.status_code for each in answers) == [201, 409], [each.text for each in answers]


async def test_readiness_lists_every_rule_and_no_verdict(city: City) -> None:
    await functional(city)
    await entered(city, valid_from="2020-01-01")
    await grade(city, "31", date(2024, 11, 20))
    await evaluated(city, first=date(2024, 1, 1), last=date(2024, 12, 31), result=Predicate.VERY_GOOD)
    await evaluated(city)
    async with city.call_as("admin") as admin:
        body = {"employee_id": str(city.id("staff")), **FIRST}
        assert (await admin.post("/v1/credits", json=body)).status_code == 201
    await recomputed(city, 2024)
    await recomputed(city, 2025)
    async with city.call_as("staff") as staff:
        found = (await staff.get(f"/v1/employees/{city.id('staff')}/promotion-readiness")).json()
    assert found.keys() == {"employee_id", "on", "level", "grade_code", "checks"}
    checks = {(each["promotion"], each["rule"]): each for each in found["checks"]}
    assert {key: each["status"] for key, each in checks.items()} == {
        ("RANK", "CREDITS"): "PASS",
        ("RANK", "YEARS_IN_RANK"): "PASS",
        ("RANK", "PREDICATES"): "PASS",
        ("RANK", "NO_SANCTION"): "UNKNOWN",
        ("LEVEL", "CREDITS"): "FAIL",
        ("LEVEL", "PREDICATES"): "PASS",
        ("LEVEL", "NO_SANCTION"): "UNKNOWN",
        ("LEVEL", "COMPETENCY_TEST"): "UNKNOWN",
        ("LEVEL", "VACANCY"): "UNKNOWN",
    }
    credits = checks["RANK", "CREDITS"]
    assert (credits["required"], credits["found"]) == ("≥ 50", "61.26")
    assert checks["RANK", "PREDICATES"]["found"] == "2024 VERY_GOOD, 2025 GOOD"


async def grade(city: City, code: str, since: date) -> None:
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(EmployeeGrade)
            .where(EmployeeGrade.region_id == city.region.id, EmployeeGrade.employee_id == city.id("staff"))
            .values(grade_code=code, valid=Range(since, None))
        )


async def test_a_dated_policy_converts_from_its_day_on(city: City) -> None:
    await functional(city)
    await entered(city)
    await evaluated(city)
    await evaluated(city, first=date(2026, 1, 1), last=date(2026, 6, 30))
    async with city.database.sessions() as db:
        content = await db.scalar(
            select(Policy.content).where(Policy.region_id == city.region.id, Policy.area == "credits")
        )
    assert content is not None
    content = {**content, "percentages": {**content["percentages"], "GOOD": "120"}}
    async with city.call_as("admin") as admin:
        body = {"valid_from": "2026-12-01", "content": content, "source": "Peraturan BKN baru"}
        assert (await admin.post("/v1/policies/credits", json=body)).status_code == 201
    await nightly(city)
    assert [each["printed"] for each in (await account(city))["credits"]] == ["12.50", "7.50"]


async def test_lists_show_what_is_within_reach_and_come_as_files(city: City) -> None:
    for person in ("staff", "other_staff"):
        await functional(city, person)
        await entered(city, person)
        await evaluated(city, person)
    await nightly(city)

    async def seen(viewer: str) -> set[str]:
        async with city.call_as(viewer) as caller:
            listed = await caller.get("/v1/credits", params={"year": 2025, "provisional": "false"})
        return {each["employee_name"] for each in listed.json()["data"]}

    assert await seen("staff") == {"STAFF"}
    assert await seen("supervisor") == {"STAFF"}
    assert await seen("colleague") == set()
    assert await seen("admin") == {"STAFF", "OTHER STAFF"}
    async with city.call_as("admin", Accept="text/csv") as admin:
        file = await admin.get("/v1/credits")
    assert "First expert" in file.text
    assert "12.50" in file.text


async def journal(city: City) -> list[JournalEntry]:
    async with city.database.sessions() as db:
        return list(
            await db.scalars(
                select(JournalEntry)
                .where(JournalEntry.region_id == city.region.id, JournalEntry.entity == "credit")
                .order_by(JournalEntry.seq)
            )
        )


async def test_ids_of_others_are_not_told(city: City) -> None:
    await functional(city)
    await entered(city)
    async with city.call_as("colleague") as colleague:
        for path in ("credits", "credits/explanation", "promotion-readiness"):
            assert (await colleague.get(f"/v1/employees/{city.id('staff')}/{path}")).status_code == 404
            assert (await colleague.get(f"/v1/employees/{UUID(int=1)}/{path}")).status_code == 404


async def test_years_of_older_rules_are_left_to_decrees(city: City) -> None:
    await functional(city)
    await evaluated(city, first=date(2022, 1, 1), last=date(2022, 12, 31))
    await entered(city, valid_from="2020-01-01")
    assert (await account(city))["credits"] == []
