"""Evaluations over HTTP: report, rating, acknowledgement, objection, and who may do which of it."""

from typing import Any

from tests.areas.evaluating import acted, objected, opened, rated, rating_of, report_of, reported
from tests.areas.test_performance import done, journal, refused, send
from tests.factories import City

Json = dict[str, Any]


async def test_an_employee_reports_the_evaluator_rates_and_the_employee_accepts(city: City) -> None:
    evaluation = await opened(city)
    assert (evaluation["status"], evaluation["period_start"], evaluation["period_end"]) == (
        "OPEN",
        "2026-07-01",
        "2026-09-30",
    )
    path = f"/evaluations/{evaluation['id']}"
    drafted = await done(city, "staff", "PUT", f"{path}/report", 1, json=report_of(evaluation))
    assert drafted["results"][0]["realisation"] == "Selesai sesuai rencana"
    handed_in = await done(city, "staff", "POST", f"{path}/submission", drafted["version"])
    assert handed_in["status"] == "REPORTED"
    body = rating_of(handed_in, "ABOVE", "ABOVE")
    judged = await done(city, "supervisor", "PUT", f"{path}/rating", handed_in["version"], json=body)
    assert (judged["status"], judged["predicate"]) == ("RATED", "VERY_GOOD")
    assert judged["evaluator"]["name"] == "SUPERVISOR"
    assert (
        judged["objection_until"] if "objection_until" in judged else judged["deadlines"]["objection_until"]
    )
    accepted = await done(city, "staff", "POST", f"{path}/acknowledgement", judged["version"])
    assert accepted["status"] == "ACKNOWLEDGED"
    actions = [action for action, _ in await journal(city, "evaluation")]
    assert actions == ["OPEN", "DRAFT", "REPORT", "RATE", "ACKNOWLEDGE"]


async def test_an_objection_is_explained_and_decided_by_the_superior_of_the_evaluator(city: City) -> None:
    contested = await objected(city)
    assert contested["status"] == "OBJECTED"
    stated = await acted(
        city, "supervisor", contested, "objection/statement", {"statement": "Target belum tercapai"}
    )
    body = {"decision": "CHANGED", "reason": "Bukti cukup", "work_result": "ABOVE", "behaviour": "ABOVE"}
    decided = await acted(city, "chief", stated, "objection/decision", body)
    assert (decided["status"], decided["predicate"]) == ("FINAL", "VERY_GOOD")
    assert decided["objection"]["rating_before"]["predicate"] == "GOOD"


async def test_nobody_rates_himself(city: City) -> None:
    evaluation = await reported(city)
    path = f"/evaluations/{evaluation['id']}/rating"
    answer = await send(city, "staff", "PUT", path, evaluation["version"], json=rating_of(evaluation))
    await refused(answer, 409, "SELF_EVALUATION")
    judged = await rated(city, evaluation)
    assert judged["status"] == "RATED"
