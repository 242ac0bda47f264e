"""What a plan says beside its results: annexes, behaviour, action plans; and that a revision keeps it all."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from asn_api.core.mapping import uuid7
from asn_api.rules.evaluators import EvaluatorRole
from asn_api.rules.ratings import CoreValue
from asn_api.tables.performance import Indicator, ProgressReport, WorkResult
from tests.areas.test_activities import activity
from tests.areas.test_evaluators import letter, stored
from tests.areas.test_performance import (
    LETTER,
    Json,
    begun,
    below,
    done,
    filled,
    indicator,
    journal,
    refused,
    result,
    send,
    step,
    supervisors_plan,
    worked_on,
)
from tests.factories import City

ANNEXES = [
    {"kind": "RESOURCE_SUPPORT", "statement": "Dua komputer dan satu tenaga entri"},
    {"kind": "ACCOUNTABILITY_SCHEME", "statement": "Laporan tertulis setiap triwulan"},
    {"kind": "CONSEQUENCE", "statement": "Diusulkan mengikuti pelatihan"},
]
QUARTERS = ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]


def said(plan: Json) -> dict[str, tuple[str | None, str | None]]:
    return {
        each["core_value"]: (each["proposal"], each["expectation"])
        for each in plan["behaviour"]
        if each["proposal"] or each["expectation"]
    }


async def put(city: City, person: str, plan: Json, **content: Any) -> httpx.Response:
    body = {"work_results": plan_results(plan)} | content
    return await send(city, person, "PUT", f"/plans/{plan['id']}/content", plan["version"], json=body)


async def expect(city: City, person: str, plan: Json, **texts: str) -> httpx.Response:
    body = {"expectations": [{"core_value": value, "text": text} for value, text in texts.items()]}
    path = f"/plans/{plan['id']}/behaviour-expectations"
    return await send(city, person, "PUT", path, plan["version"], json=body)


async def test_annexes_and_proposals_are_content_and_stay_when_left_out(city: City) -> None:
    plan = await begun(city, "staff")
    assert (plan["annexes"], said(plan)) == ([], {})
    assert [each["core_value"] for each in plan["behaviour"]] == list(CoreValue)
    proposals = [{"core_value": "LOYAL", "text": "Menjaga rahasia pasien"}]
    plan = (await put(city, "staff", plan, annexes=ANNEXES, behaviour_proposals=proposals)).json()
    assert plan["annexes"] == ANNEXES
    assert said(plan) == {"LOYAL": ("Menjaga rahasia pasien", None)}
    same = (await put(city, "staff", plan, annexes=ANNEXES, behaviour_proposals=proposals)).json()
    assert same["version"] == plan["version"]
    plan = await filled(city, "staff", plan, result())
    assert (plan["annexes"], said(plan)) == (ANNEXES, said(same))
    plan = (await put(city, "staff", plan, annexes=[], behaviour_proposals=[])).json()
    assert (plan["annexes"], said(plan)) == ([], {})
    changed = [changes.keys() for action, changes in await journal(city, "plan") if action == "EDIT"]
    assert [*changed[0]] == ["annexes", "behaviour"]


async def test_the_evaluator_says_what_he_expects_until_he_approves(city: City) -> None:
    supervisors = await supervisors_plan(city)
    plan = await below(city, "staff", supervisors)
    proposals = [{"core_value": "LOYAL", "text": "Menjaga rahasia pasien"}]
    plan = (await put(city, "staff", plan, behaviour_proposals=proposals)).json()
    await refused(await expect(city, "staff", plan, LOYAL="x"), 404, "NOT_FOUND")
    await refused(await expect(city, "head", plan, LOYAL="x"), 404, "NOT_FOUND")
    plan = (await expect(city, "supervisor", plan, ADAPTIVE="Beralih ke rekam medis elektronik")).json()
    both = {
        "ADAPTIVE": (None, "Beralih ke rekam medis elektronik"),
        "LOYAL": ("Menjaga rahasia pasien", None),
    }
    assert said(plan) == both
    plan = await filled(city, "staff", plan, *plan_results(plan))
    assert said(plan) == both
    plan = await step(city, "staff", plan, "submission")
    plan = (await expect(city, "supervisor", plan, LOYAL="Menjaga rahasia pasien dan jabatan")).json()
    assert said(plan) == {"LOYAL": ("Menjaga rahasia pasien", "Menjaga rahasia pasien dan jabatan")}
    plan = await step(city, "supervisor", plan, "approval")
    await refused(await expect(city, "supervisor", plan, LOYAL="x"), 409, "PLAN_WRONG_STATUS")
    (kept,) = (await done(city, "staff", "GET", f"/plans/{plan['id']}/revisions"))["data"]
    assert kept["content"]["behaviour"] == plan["behaviour"]


def plan_results(plan: Json) -> list[Json]:
    names = ("parent_statement", "goal_statement")
    return [{key: value for key, value in each.items() if key not in names} for each in plan["work_results"]]


async def test_an_adviser_says_nothing_in_the_evaluators_place_and_a_value_once(city: City) -> None:
    plan = await begun(city, "staff")
    await stored(city, letter(city, "staff", "other_head", role=EvaluatorRole.ADVISOR))
    await refused(await expect(city, "other_head", plan, LOYAL="x"), 409, "PLAN_WRONG_ACTOR")
    twice = [{"core_value": "LOYAL", "text": "satu"}, {"core_value": "LOYAL", "text": "dua"}]
    path = f"/plans/{plan['id']}/behaviour-expectations"
    answer = await send(city, "supervisor", "PUT", path, 1, json={"expectations": twice})
    problem = await refused(answer, 422, "REQUEST_INVALID")
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [
        ("/expectations/1/core_value", "PLAN_VALUE_TWICE")
    ]


async def test_a_superior_outside_expects_by_letter(city: City) -> None:
    plan = await filled(city, "head", await begun(city, "head", plan_type="JPT_OR_UNIT_HEAD"), result())
    plan = await step(city, "head", plan, "submission")
    words = [{"core_value": "SERVICE_ORIENTED", "text": "Antrean di bawah satu jam"}]
    plan = await step(city, "admin", plan, "recorded-decision", LETTER | {"expectations": words})
    assert said(plan) == {"SERVICE_ORIENTED": (None, "Antrean di bawah satu jam")}


async def test_an_action_plan_is_kept_by_period_and_stays_when_left_out(city: City) -> None:
    targets = [
        {"until": day, "target_value": str(number * 3), "target_text": None}
        for number, day in enumerate(QUARTERS, 1)
    ]
    measured = indicator(action_plan=targets[::-1])
    plan = await filled(city, "staff", await begun(city, "staff"), result(indicators=[measured]))
    shown = plan["work_results"][0]["indicators"][0]
    assert shown["action_plan"] == targets
    without = {name: value for name, value in measured.items() if name != "action_plan"}
    kept = result(id=plan["work_results"][0]["id"], indicators=[without])
    plan = await filled(city, "staff", plan, kept)
    assert plan["work_results"][0]["indicators"][0]["action_plan"] == targets
    plan = await filled(city, "staff", plan, kept | {"indicators": [measured | {"action_plan": []}]})
    assert plan["work_results"][0]["indicators"][0]["action_plan"] == []


@pytest.mark.parametrize(
    ("targets", "pointer", "code"),
    [
        ([{"until": "2026-03-30", "target_value": "1"}], "/0/until", "PLAN_TARGET_NOT_AT_END"),
        ([{"until": "2025-12-31", "target_value": "1"}], "/0/until", "PLAN_TARGET_NOT_AT_END"),
        ([{"until": "2026-03-31", "target_value": "1"}] * 2, "/1/until", "PLAN_TARGET_TWICE"),
        ([{"until": "2026-03-31"}], "/0/target_value", "PLAN_TARGET_MISSING"),
    ],
)
async def test_a_period_target_that_makes_no_sense_is_refused(
    city: City, targets: list[Json], pointer: str, code: str
) -> None:
    plan = await begun(city, "staff")
    body = {"work_results": [result(indicators=[indicator(action_plan=targets)])]}
    answer = await send(city, "staff", "PUT", f"/plans/{plan['id']}/content", 1, json=body)
    problem = await refused(answer, 422, "REQUEST_INVALID")
    place = "/work_results/0/indicators/0/action_plan"
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [(place + pointer, code)]


async def test_the_periods_are_those_of_the_regions_policy(city: City) -> None:
    policy = await done(city, "admin", "GET", "/policies/plans")
    content = policy["content"] | {"periodicity": "HALF_YEAR"}
    revised = {"valid_from": "2026-11-20", "content": content, "source": "Peraturan Wali Kota"}
    await done(city, "admin", "POST", "/policies/plans", json=revised)
    plan = await begun(city, "staff")
    body = {
        "work_results": [
            result(indicators=[indicator(action_plan=[{"until": "2026-06-15", "target_value": "6"}])])
        ]
    }
    answer = await send(city, "staff", "PUT", f"/plans/{plan['id']}/content", 1, json=body)
    problem = await refused(answer, 422, "REQUEST_INVALID")
    assert problem["errors"][0]["params"] == {"ends": "2026-06-30, 2026-12-31"}


async def test_a_revision_keeps_evidence_progress_and_everything_that_was_approved(city: City) -> None:
    supervisors = await supervisors_plan(city)
    plan = await begun(city, "staff")
    quarters = [{"until": QUARTERS[0], "target_value": "3", "target_text": None}]
    one = result(parent_id=supervisors["work_results"][0]["id"], indicators=[indicator(action_plan=quarters)])
    unused = result(parent_id=supervisors["work_results"][0]["id"], statement="Arsip tertata")
    plan = (await put(city, "staff", plan, work_results=[one, unused], annexes=ANNEXES)).json()
    plan = (await expect(city, "supervisor", plan, LOYAL="Menjaga rahasia pasien")).json()
    plan = await step(city, "staff", plan, "submission")
    plan = await step(city, "supervisor", plan, "approval")
    await worked_on(city, "staff", plan)
    measured = one["indicators"][0]["id"]
    report = {"indicator_id": measured, "day": "2026-11-19", "value": "4"}
    await done(city, "staff", "PUT", f"/progress/{uuid7()}", json=report)
    plan = await step(city, "staff", plan, "revision-request", {"reason": "Tugas berubah"})
    plan = await step(city, "supervisor", plan, "reopening")
    new = result(parent_id=supervisors["work_results"][0]["id"], statement="Layanan daring berjalan")
    plan = (await put(city, "staff", plan, work_results=[new], annexes=[])).json()
    assert [each["statement"] for each in plan["work_results"]] == ["Layanan daring berjalan"]
    plan = await step(city, "staff", plan, "submission")
    plan = await step(city, "supervisor", plan, "approval")
    second, first = (await done(city, "staff", "GET", f"/plans/{plan['id']}/revisions"))["data"]
    assert [each["id"] for each in first["content"]["work_results"]] == [one["id"], unused["id"]]
    assert first["content"]["work_results"][0]["indicators"][0]["action_plan"] == quarters
    assert (first["content"]["annexes"], second["content"]["annexes"]) == (ANNEXES, [])
    assert first["content"]["behaviour"] == second["content"]["behaviour"]
    async with city.database.sessions() as db:
        results = await db.scalars(select(WorkResult).where(WorkResult.plan_id == UUID(plan["id"])))
        withdrawn = {str(row.id): row.withdrawn for row in results}
        assert withdrawn == {one["id"]: True, unused["id"]: True, new["id"]: False}
        assert (await db.get_one(Indicator, (city.region.id, UUID(measured)))).withdrawn
        progress = await db.scalars(
            select(ProgressReport.value).where(ProgressReport.indicator_id == UUID(measured))
        )
        assert [*progress] == [4]
    listed = await done(city, "staff", "GET", f"/plans/{plan['id']}/progress")
    assert [each["value"] for each in listed["data"]] == ["4"]


async def test_work_that_names_a_result_beside_another_keeps_it(city: City) -> None:
    one, two, three = result(), result(statement="Arsip tertata"), result(statement="Data terbarui")
    plan = await filled(city, "staff", await begun(city, "staff"), one, two, three)
    links = [
        {"work_result_id": each["id"], "indicator_id": each["indicators"][0]["id"], "share": "0.25"}
        for each in (one, two)
    ]
    links.append({"work_result_id": three["id"], "share": "0.5"})
    await done(city, "staff", "POST", "/activities", json=activity(links=links))
    await filled(city, "staff", plan, one)
    async with city.database.sessions() as db:
        assert (await db.get_one(WorkResult, (city.region.id, UUID(two["id"])))).withdrawn
        kept = await db.get_one(Indicator, (city.region.id, UUID(two["indicators"][0]["id"])))
        assert kept.withdrawn
        assert (await db.get_one(WorkResult, (city.region.id, UUID(three["id"])))).withdrawn
        assert await db.get(Indicator, (city.region.id, UUID(three["indicators"][0]["id"]))) is None


async def test_guidance_of_the_core_values_is_published_once(anonymous: httpx.AsyncClient) -> None:
    terms = (await anonymous.get("/v1/vocabularies/core_value")).json()["terms"]
    assert [each["value"] for each in terms] == list(CoreValue)
    for each in terms:
        guidance = each["attributes"]
        assert len(guidance["guidance_id"]) == len(guidance["guidance_en"]) == 3
    assert terms[0]["label_id"] == "Berorientasi Pelayanan"
