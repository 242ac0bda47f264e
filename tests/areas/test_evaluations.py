"""Evaluations over HTTP: report, rating, acknowledgement, and who may do which of it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.areas.organization.lines import rebuild
from asn_api.core.mapping import uuid7
from asn_api.rules.evaluators import EvaluatorReason, EvaluatorRole
from asn_api.rules.plans import PlanStatus
from asn_api.tables.employees import Employee
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.notifications import Notification
from asn_api.tables.organization import Appointment
from asn_api.tables.performance import EvaluatorAssignment, Plan
from tests.areas.evaluating import (
    LETTER,
    acted,
    agreed_plan,
    at,
    opened,
    rated,
    rating_of,
    report_of,
    reported,
    revision,
)
from tests.areas.races import at_once
from tests.areas.test_feedback import given
from tests.areas.test_performance import done, journal, refused, send
from tests.areas.test_progress import made, report
from tests.factories import City

Json = dict[str, Any]


async def faults(answer: Any) -> list[tuple[str, str]]:
    problem = await refused(answer, 422, "REQUEST_INVALID")
    return [(each["pointer"], each["code"]) for each in problem["errors"]]


def actions(evaluation: Json) -> dict[str, str | None]:
    return {each["action"]: each["refused"] for each in evaluation["allowed_actions"]}


async def shown(city: City, person: str, evaluation: Json) -> Json:
    return await done(city, person, "GET", f"/evaluations/{evaluation['id']}")


async def try_rating(city: City, person: str, evaluation: Json, **changes: Any) -> Any:
    path = f"/evaluations/{evaluation['id']}/rating"
    body = rating_of(evaluation, **changes)
    return await send(city, person, "PUT", path, evaluation["version"], json=body)


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
    assert judged["deadlines"]["objection_until"] == "2026-12-04"
    accepted = await done(city, "staff", "POST", f"{path}/acknowledgement", judged["version"])
    assert accepted["status"] == "ACKNOWLEDGED"
    assert [action for action, _ in await journal(city, "evaluation")] == [
        "OPEN",
        "DRAFT",
        "REPORT",
        "RATE",
        "ACKNOWLEDGE",
    ]


async def test_the_form_shows_progress_and_a_draft_is_its_writers_alone(city: City) -> None:
    plan = await agreed_plan(city)
    evaluation = await opened(city, plan)
    indicator = evaluation["results"][0]["indicators"][0]["indicator_id"]
    await made(city, report(indicator, day="2026-09-30", value="9", note="Tiga triwulan"))
    await made(city, report(indicator, day="2026-10-15", value="11"))
    await done(city, "staff", "PUT", f"/evaluations/{evaluation['id']}/report", 1, json=report_of(evaluation))
    mine = await shown(city, "staff", evaluation)
    measure = mine["results"][0]["indicators"][0]
    assert measure["progress"] == {"day": "2026-09-30", "value": "9", "note": "Tiga triwulan"}
    assert (measure["value"], measure["attainment"]) == (None, "75.0")
    assert mine["self_work_result"] == "ABOVE"
    for other in ("supervisor", "head", "admin"):
        seen = await shown(city, other, evaluation)
        assert seen["self_work_result"] is seen["self_note"] is None
        assert all(each["realisation"] is each["self_rating"] is None for each in seen["results"])
    assert (await shown(city, "supervisor", await reported(city, mine)))["self_work_result"] == "ABOVE"


async def test_the_form_shows_the_feedback_of_its_days_and_a_rating_uses_it(city: City) -> None:
    plan = await agreed_plan(city, last=date(2026, 11, 20))
    note = await given(city, "colleague", "staff")
    evaluation = await reported(city, await opened(city, plan, day="2026-11-20"))
    assert [(each["id"], each["used"]) for each in evaluation["feedback"]] == [(note["id"], False)]
    assert (await shown(city, "admin", evaluation))["feedback"] == []
    async with at(city, "2026-11-21"):
        judged = await rated(city, evaluation)
        assert [each["used"] for each in judged["feedback"]] == [True]
    earlier = await opened(city, plan)
    assert earlier["feedback"] == []


async def test_what_is_left_out_of_a_report_is_blank_and_an_empty_one_is_no_report(city: City) -> None:
    evaluation = await opened(city)
    path = f"/evaluations/{evaluation['id']}"
    first = await done(city, "staff", "PUT", f"{path}/report", 1, json=report_of(evaluation))
    second = await done(city, "staff", "PUT", f"{path}/report", first["version"], json={"note": "Nanti"})
    assert second["version"] == first["version"] + 1
    assert second["self_work_result"] is None
    assert {each["realisation"] for each in second["results"]} == {None}
    assert {each["self_rating"] for each in second["values"]} == {None}
    answer = await send(city, "staff", "POST", f"{path}/submission", second["version"])
    await refused(answer, 422, "EVALUATION_REPORT_EMPTY")


async def test_a_report_names_each_part_of_its_own_plan_once(city: City) -> None:
    evaluation = await opened(city)
    known = {"work_result_id": evaluation["results"][0]["work_result_id"]}
    body = {"results": [known, known, {"work_result_id": str(uuid7())}]}
    answer = await send(city, "staff", "PUT", f"/evaluations/{evaluation['id']}/report", 1, json=body)
    assert await faults(answer) == [
        ("/results/1/work_result_id", "EVALUATION_ITEM_TWICE"),
        ("/results/2/work_result_id", "EVALUATION_ITEM_UNKNOWN"),
    ]


async def test_a_report_stays_as_it_was_handed_in(city: City) -> None:
    evaluation = await reported(city)
    path = f"/evaluations/{evaluation['id']}/report"
    answer = await send(city, "staff", "PUT", path, evaluation["version"], json=report_of(evaluation))
    await refused(answer, 409, "EVALUATION_WRONG_STATUS")


async def test_without_a_report_only_after_its_last_day_and_it_says_so(city: City) -> None:
    # Five working days after Friday the 13th are over with the 20th, which is today.
    plan = await agreed_plan(city, last=date(2026, 11, 13))
    evaluation = await opened(city, plan, day="2026-11-13")
    assert evaluation["deadlines"]["report_until"] == "2026-11-20"
    assert actions(await shown(city, "supervisor", evaluation))["RATE"] == "EVALUATION_REPORT_AWAITED"
    problem = await refused(
        await try_rating(city, "supervisor", evaluation), 409, "EVALUATION_REPORT_AWAITED"
    )
    assert "2026-11-20" in problem["detail"]
    async with at(city, "2026-11-21"):
        judged = await rated(city, evaluation)
        assert judged["self_report_missing"] is True
        answer = await send(
            city, "staff", "POST", f"/evaluations/{evaluation['id']}/submission", judged["version"]
        )
        await refused(answer, 409, "EVALUATION_WRONG_STATUS")


async def test_a_late_report_is_taken_while_nothing_is_rated(city: City) -> None:
    assert (await reported(city))["status"] == "REPORTED"


async def test_a_period_is_opened_shortly_before_it_ends_and_rated_after(city: City) -> None:
    plan = await agreed_plan(city)
    body = {"plan_id": str(plan.id), "kind": "YEARLY", "day": "2026-12-31"}
    async with at(city, "2026-12-23"):
        await refused(await send(city, "staff", "POST", "/evaluations", json=body), 409, "EVALUATION_NOT_YET")
    async with at(city, "2026-12-24"):
        evaluation = await reported(city, await opened(city, plan, day="2026-12-31", kind="YEARLY"))
    async with at(city, "2026-12-31"):
        answer = await try_rating(city, "supervisor", evaluation)
        await refused(answer, 409, "EVALUATION_PERIOD_RUNNING")
    async with at(city, "2027-01-01"):
        assert (await rated(city, evaluation))["status"] == "RATED"


async def test_opening_again_gives_the_same_and_only_ones_own_approved_plan_can_be_opened(city: City) -> None:
    plan = await agreed_plan(city)
    first = await opened(city, plan)
    assert (await opened(city, plan))["id"] == first["id"]
    body = {"plan_id": str(plan.id), "kind": "PERIODIC", "day": "2026-09-30"}
    for other in ("supervisor", "colleague"):
        await refused(await send(city, other, "POST", "/evaluations", json=body), 404, "NOT_FOUND")
    outside = body | {"day": "2027-01-01"}
    answer = await send(city, "staff", "POST", "/evaluations", json=outside)
    await refused(answer, 422, "EVALUATION_DAY_OUTSIDE_PLAN")
    taken = body | {"id": first["id"], "kind": "YEARLY", "day": "2026-12-31"}
    async with at(city, "2026-12-31"):
        answer = await send(city, "staff", "POST", "/evaluations", json=taken)
        await refused(answer, 409, "EVALUATION_ID_TAKEN")
    draft = await agreed_plan(city, "colleague", status=PlanStatus.DRAFT)
    body["plan_id"] = str(draft.id)
    answer = await send(city, "colleague", "POST", "/evaluations", json=body)
    await refused(answer, 409, "EVALUATION_PLAN_NOT_APPROVED")
    async with city.database.sessions() as db, db.begin():
        db.add(revision(city, draft))
    assert (await send(city, "colleague", "POST", "/evaluations", json=body)).status_code == 201


async def test_an_evaluation_that_overlaps_another_one_of_the_plan_is_refused(city: City) -> None:
    plan = await agreed_plan(city)
    first = await opened(city, plan)
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Evaluation)
            .where(Evaluation.id == UUID(first["id"]))
            .values(period=Range(date(2026, 6, 1), date(2026, 8, 1)))
        )
    body = {"plan_id": str(plan.id), "kind": "PERIODIC", "day": "2026-09-30"}
    answer = await send(city, "staff", "POST", "/evaluations", json=body)
    await refused(answer, 409, "EVALUATION_PERIOD_TAKEN")


async def test_a_departure_from_the_suggestion_needs_a_reason_and_both_are_kept(city: City) -> None:
    evaluation = await reported(city)
    path = f"/evaluations/{evaluation['id']}"
    items = rating_of(evaluation, "MEETS", "MEETS")
    asked = {name: items[name] for name in ("results", "values")}
    suggested = await done(city, "supervisor", "POST", f"{path}/suggestion", json=asked)
    assert suggested["work_result"]["rating"] == suggested["behaviour"]["rating"] == "MEETS"
    assert suggested["work_result"]["reason"] == "MOST_AS_EXPECTED"
    answer = await try_rating(city, "supervisor", evaluation, work_result="ABOVE")
    problem = await refused(answer, 422, "EVALUATION_DEPARTURE_UNEXPLAINED")
    assert problem["errors"][0]["pointer"] == "/departure_reason"
    reason = "Hasil utama berdampak luas"
    judged = await rated(city, evaluation, work_result="ABOVE", departure_reason=reason)
    assert (judged["work_result"], judged["departure_reason"]) == ("ABOVE", reason)
    assert judged["suggestion"]["work_result"]["rating"] == "MEETS"
    explained = await done(city, "staff", "GET", f"{path}/explanation")
    assert explained["predicate"]["steps"] == ["ABOVE × MEETS → GOOD"]
    assert explained["work_result"]["steps"][-1] == f"rated ABOVE: {reason}"
    assert explained["objection_until"]["value"] == "2026-12-04"
    assert explained["predicate"]["inputs"][0]["version"] == judged["version"]


async def test_where_nothing_is_suggested_the_evaluator_says_what_he_rests_on(city: City) -> None:
    evaluation = await reported(city)
    blank: list[str | None] = [None, None, None]
    answer = await try_rating(city, "supervisor", evaluation, results=blank)
    await refused(answer, 422, "EVALUATION_DEPARTURE_UNEXPLAINED")
    judged = await rated(city, evaluation, results=blank, departure_reason="Belum ada yang jatuh tempo")
    assert judged["suggestion"]["work_result"] | {"counts": {}} == {
        "rating": None,
        "reason": "NO_PRIMARY_RATED",
        "counts": {},
    }
    assert {each["rating"] for each in judged["results"]} == {None}


async def test_a_value_below_expectations_needs_a_comment_and_evidence(city: City) -> None:
    evaluation = await reported(city)
    values = [{"core_value": "LOYAL", "rating": "BELOW"}]
    path, body = f"/evaluations/{evaluation['id']}/rating", rating_of(evaluation) | {"values": values}
    answer = await send(city, "supervisor", "PUT", path, evaluation["version"], json=body)
    assert await faults(answer) == [
        ("/values/0/comment", "EVALUATION_VALUE_NEEDS_COMMENT"),
        ("/values/0/evidence", "EVALUATION_VALUE_NEEDS_EVIDENCE"),
    ]
    judged = await rated(city, evaluation, values="BELOW", results="ABOVE")
    assert judged["predicate"] == "POOR"


async def test_a_year_leaves_no_blanks(city: City) -> None:
    plan = await agreed_plan(city)
    async with at(city, "2027-01-04"):
        evaluation = await reported(city, await opened(city, plan, day="2026-12-31", kind="YEARLY"))
        body = rating_of(evaluation) | {"departure_reason": "Cukup"}
        body["results"], body["values"] = body["results"][:2], body["values"][:6]
        path = f"/evaluations/{evaluation['id']}/rating"
        answer = await send(city, "supervisor", "PUT", path, evaluation["version"], json=body)
        assert await faults(answer) == [
            ("/results", "EVALUATION_RESULTS_INCOMPLETE"),
            ("/values", "EVALUATION_VALUES_INCOMPLETE"),
        ]


async def test_a_rating_is_amended_with_a_reason_for_all_to_see_and_the_clock_begins_anew(city: City) -> None:
    judged = await rated(city)
    async with at(city, "2026-11-30"):
        answer = await try_rating(city, "supervisor", judged, results="ABOVE")
        assert await faults(answer) == [("/reason", "EVALUATION_REASON_REQUIRED")]
        amended = await rated(city, judged, results="ABOVE", reason="Laporan bulan September baru terbaca")
        assert (amended["status"], amended["amendment_reason"]) == (
            "RATED",
            "Laporan bulan September baru terbaca",
        )
        assert amended["deadlines"]["objection_until"] == "2026-12-14"
        action, changes = (await journal(city, "evaluation"))[-1]
        assert action == "AMEND"
        assert changes["work_result"] == ["MEETS", "ABOVE"]
        assert changes["objection_until"] == ["2026-12-04", "2026-12-14"]
        assert changes["results"][0] != changes["results"][1]
        accepted = await acted(city, "staff", amended, "acknowledgement")
        answer = await try_rating(city, "supervisor", accepted, reason="Sekali lagi")
        await refused(answer, 409, "EVALUATION_WRONG_STATUS")
    async with city.database.sessions() as db:
        told = (
            await db.scalars(select(Notification).where(Notification.employee_id == city.id("staff")))
        ).all()
    assert [(each.kind, each.version, each.params["until"]) for each in told] == [
        ("EVALUATION_RATED", 2, "2026-12-14")
    ]


async def test_after_the_deadline_a_rating_is_not_amended_even_before_it_is_final(city: City) -> None:
    judged = await rated(city)
    async with at(city, "2026-12-05"):
        answer = await try_rating(city, "supervisor", judged, reason="Terlambat")
        await refused(answer, 409, "EVALUATION_RATING_STANDS")


async def test_nobody_rates_himself_in_any_way(city: City) -> None:
    evaluation = await reported(city)
    await refused(await try_rating(city, "staff", evaluation), 409, "SELF_EVALUATION")
    path = f"/evaluations/{evaluation['id']}"
    await refused(await send(city, "staff", "POST", f"{path}/suggestion", json={}), 409, "SELF_EVALUATION")
    own = await reported(city, person="admin")
    answer = await send(
        city,
        "admin",
        "POST",
        f"/evaluations/{own['id']}/recorded-rating",
        own["version"],
        json=rating_of(own) | LETTER,
    )
    await refused(answer, 409, "SELF_EVALUATION")
    await refused(await try_rating(city, "admin", own), 409, "SELF_EVALUATION")


@pytest.mark.parametrize("person", ["colleague", "chief", "head", "admin", "other_head", "other_staff"])
async def test_nobody_but_the_evaluator_rates(city: City, person: str) -> None:
    evaluation = await reported(city)
    await refused(await try_rating(city, person, evaluation), 404, "NOT_FOUND")
    visible = person in ("head", "admin")
    answer = await send(city, person, "GET", f"/evaluations/{evaluation['id']}")
    assert answer.status_code == (200 if visible else 404)
    listed = await done(city, person, "GET", f"/evaluations?employee_id={city.id('staff')}")
    assert bool(listed["data"]) is visible
    if visible:
        assert set(actions(answer.json()).values()) == {"EVALUATION_WRONG_ACTOR", "EVALUATION_WRONG_STATUS"}


async def test_a_stale_version_gets_the_present_one(city: City) -> None:
    evaluation = await reported(city)
    answer = await try_rating(city, "supervisor", evaluation | {"version": 1})
    problem = await refused(answer, 412, "VERSION_STALE")
    assert problem["current"]["version"] == evaluation["version"]


async def test_whoever_evaluates_by_letter_on_the_day_rates_and_the_superior_does_not(city: City) -> None:
    evaluation = await reported(city)
    async with city.database.sessions() as db, db.begin():
        db.add(
            EvaluatorAssignment(
                region_id=city.region.id,
                id=uuid7(),
                employee_id=city.id("staff"),
                evaluator_id=city.id("other_staff"),
                role=EvaluatorRole.EVALUATOR,
                reason=EvaluatorReason.TEAM,
                valid=Range(date(2026, 11, 1), date(2026, 12, 1)),
                letter_number="800/7",
                letter_date=date(2026, 10, 30),
                created_at=city.now,
            )
        )
    await refused(await try_rating(city, "supervisor", evaluation), 409, "EVALUATION_WRONG_ACTOR")
    terms = [(each["person"]["name"], each["first"]) for each in evaluation["evaluators"]]
    assert terms == [("SUPERVISOR", "2026-07-01")]
    waiting = await done(city, "other_staff", "GET", "/evaluations?waiting_for_me=true")
    assert [each["id"] for each in waiting["data"]] == [evaluation["id"]]
    assert (await done(city, "supervisor", "GET", "/evaluations?waiting_for_me=true"))["data"] == []
    judged = await rated(city, evaluation, "other_staff")
    assert judged["evaluator_id"] == str(city.id("other_staff"))
    async with at(city, "2026-12-02"):
        # The letter has run out: he keeps reading what he rated, and rates no more.
        assert (await shown(city, "other_staff", judged))["status"] == "RATED"
        answer = await try_rating(city, "other_staff", judged, reason="Koreksi")
        await refused(answer, 409, "EVALUATION_WRONG_ACTOR")


async def transferred(city: City) -> Plan:
    """Staff's plan of the ward ended with June; since July he works on roads."""
    plan = await agreed_plan(city, last=date(2026, 6, 30), status=PlanStatus.ENDED)
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Plan)
            .where(Plan.region_id == city.region.id, Plan.id == plan.id)
            .values(ended_on=date(2026, 7, 1))
        )
        post = city.posts["staff"]
        await db.execute(
            update(Appointment)
            .where(Appointment.region_id == city.region.id, Appointment.id == post.id)
            .values(valid=Range(post.valid.lower, date(2026, 7, 1)))
        )
        other = city.posts["other_staff"]
        db.add(
            Appointment(
                region_id=city.region.id,
                id=uuid7(),
                employee_id=city.id("staff"),
                position_id=other.position_id,
                unit_id=other.unit_id,
                is_head=False,
                kind=other.kind,
                valid=Range(date(2026, 7, 1), None),
            )
        )
        await rebuild(db, city.region.id)
    return plan


async def test_an_ended_segment_is_rated_by_the_evaluator_of_then(city: City) -> None:
    plan = await transferred(city)
    evaluation = await reported(city, await opened(city, plan, day="2026-06-30"))
    seen = await shown(city, "other_head", evaluation)
    assert actions(seen)["RATE"] == "EVALUATION_WRONG_ACTOR"
    assert seen["present_evaluator"]["name"] == "SUPERVISOR"
    await refused(await try_rating(city, "other_head", evaluation), 409, "EVALUATION_WRONG_ACTOR")
    waiting = await done(city, "supervisor", "GET", "/evaluations?waiting_for_me=true")
    assert [each["id"] for each in waiting["data"]] == [evaluation["id"]]
    assert (await rated(city, evaluation))["evaluator"]["name"] == "SUPERVISOR"


async def test_an_ended_segment_falls_to_the_superior_of_today_when_the_one_of_then_has_left(
    city: City,
) -> None:
    plan = await transferred(city)
    evaluation = await reported(city, await opened(city, plan, day="2026-06-30"))
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Employee)
            .where(Employee.region_id == city.region.id, Employee.id == city.id("supervisor"))
            .values(active=False)
        )
    assert (await rated(city, evaluation, "other_head"))["evaluator"]["name"] == "OTHER HEAD"


async def test_the_rating_of_a_superior_outside_is_recorded_with_his_letter(city: City) -> None:
    evaluation = await reported(city, person="head")
    path = f"/evaluations/{evaluation['id']}/recorded-rating"
    body = rating_of(evaluation, "ABOVE") | LETTER
    future = body | {"letter_date": "2026-11-21"}
    answer = await send(city, "admin", "POST", path, evaluation["version"], json=future)
    assert await faults(answer) == [("/letter_date", "PLAN_LETTER_IN_FUTURE")]
    judged = await done(city, "admin", "POST", path, evaluation["version"], json=body)
    assert (judged["evaluator_id"], judged["evaluator"]["letter_number"]) == (None, "800/12/2026")
    staffs = await reported(city)
    answer = await send(
        city,
        "admin",
        "POST",
        f"/evaluations/{staffs['id']}/recorded-rating",
        staffs["version"],
        json=rating_of(staffs) | LETTER,
    )
    await refused(answer, 409, "EVALUATION_HAS_EVALUATOR")


async def test_lists_are_filtered_and_say_what_waits_for_whom(city: City) -> None:
    mine, others = await opened(city), await reported(city, person="colleague")
    ids = [mine["id"], others["id"]]

    async def found(person: str, query: str) -> list[str]:
        return sorted(
            each["id"] for each in (await done(city, person, "GET", f"/evaluations?{query}"))["data"]
        )

    assert await found("staff", "waiting_for_me=true") == ids[:1]
    assert await found("colleague", "waiting_for_me=true") == []
    assert await found("supervisor", "waiting_for_me=true") == sorted(ids)
    assert await found("admin", "waiting_for_me=true") == []
    assert await found("admin", "status=REPORTED") == ids[1:]
    assert await found("admin", f"unit_id={city.units['health'].id}&year=2026&kind=PERIODIC") == sorted(ids)
    assert await found("admin", f"unit_id={city.units['works'].id}") == []
    assert await found("admin", "period_end[gte]=2026-09-30&period_end[lte]=2026-09-30") == sorted(ids)
    assert await found("admin", "period_end[lte]=2026-09-29") == []
    assert await found("admin", "predicate=GOOD") == []


async def test_the_table_has_labels_and_the_codes_of_siasn(city: City) -> None:
    await rated(city, results="ABOVE", values="ABOVE")
    async with city.call_as("admin", Accept="text/csv", **{"Accept-Language": "id"}) as client:
        answer = await client.get("/v1/evaluations")
    assert answer.status_code == 200, answer.text
    heading, line = answer.text.lstrip("\ufeff").splitlines()
    row = dict(zip(heading.split(","), line.split(","), strict=True))
    assert (row["Predikat"], row["Kuadran kinerja (SIASN)"]) == ("Sangat Baik", "1")
    assert (row["Bulan mulai"], row["Bulan selesai"], row["Nama penilai"]) == ("7", "9", "SUPERVISOR")
    async with city.call_as("admin", Accept="application/x-ndjson") as client:
        assert '"predicate":"VERY_GOOD"' in (await client.get("/v1/evaluations")).text


async def test_the_year_shows_its_periods_and_is_explained(city: City) -> None:
    plan = await agreed_plan(city)
    quarter = await rated(city, await reported(city, await opened(city, plan)))
    async with at(city, "2027-01-04"):
        yearly = await reported(city, await opened(city, plan, day="2026-12-31", kind="YEARLY"))
        assert [each["id"] for each in yearly["periodic"]] == [quarter["id"]]
        path = f"/employees/{city.id('staff')}/performance-years/2026"
        before = await done(city, "staff", "GET", path)
        assert (before["predicate"], before["missing"]) == (None, [str(plan.id)])
        await rated(city, yearly, results="BELOW")
        after = await done(city, "supervisor", "GET", path)
        assert (after["predicate"], after["final"], after["combination"]) == (
            "NEEDS_IMPROVEMENT",
            False,
            "LAST_PLAN",
        )
        assert [(each["months"], each["counts"]) for each in after["segments"]] == [(12, True)]
        assert [each["id"] for each in after["segments"][0]["periodic"]] == [quarter["id"]]
        explained = await done(city, "staff", "GET", f"{path}/explanation")
        assert explained["value"] == "NEEDS_IMPROVEMENT"
        for stranger in ("colleague", "other_head"):
            await refused(await send(city, stranger, "GET", path), 404, "NOT_FOUND")


def held(evaluation: Json) -> Any:
    return select(Evaluation.id).where(Evaluation.id == UUID(evaluation["id"]))


async def test_of_two_raters_at_once_one_rates(city: City) -> None:
    evaluation = await reported(city)
    answers = await at_once(
        city,
        try_rating(city, "supervisor", evaluation, results="ABOVE"),
        try_rating(city, "supervisor", evaluation, results="MEETS"),
        held=held(evaluation),
    )
    assert sorted(each.status_code for each in answers) == [200, 412]


async def test_of_a_report_and_a_rating_at_once_one_wins_and_the_other_learns_it(city: City) -> None:
    evaluation = await opened(city)
    path = f"/evaluations/{evaluation['id']}"
    drafted = await done(city, "staff", "PUT", f"{path}/report", 1, json=report_of(evaluation))
    answers = await at_once(
        city,
        send(city, "staff", "POST", f"{path}/submission", drafted["version"]),
        try_rating(city, "supervisor", drafted),
        held=held(evaluation),
    )
    assert sorted(each.status_code for each in answers) == [200, 412]


async def test_of_an_acknowledgement_an_objection_and_an_amendment_at_once_one_wins(city: City) -> None:
    judged = await rated(city)
    path = f"/evaluations/{judged['id']}"
    objection = {"grounds": "Bukti belum dilihat", "contested": [{"item": "BEHAVIOUR"}]}
    answers = await at_once(
        city,
        send(city, "staff", "POST", f"{path}/acknowledgement", judged["version"]),
        send(city, "staff", "POST", f"{path}/objection", judged["version"], json=objection),
        try_rating(city, "supervisor", judged, reason="Salah baca"),
        held=held(judged),
    )
    assert sorted(each.status_code for each in answers) == [200, 412, 412]


async def test_opened_by_two_at_once_there_is_one(city: City) -> None:
    plan = await agreed_plan(city)
    body = {"plan_id": str(plan.id), "kind": "PERIODIC", "day": "2026-09-30"}
    answers = [send(city, "staff", "POST", "/evaluations", json=body) for _ in range(2)]
    first, second = [await each for each in answers]
    assert first.json()["id"] == second.json()["id"]


async def test_the_database_itself_refuses_another_cell_and_a_rating_without_status(city: City) -> None:
    judged = await rated(city)
    for values in ({"predicate": "VERY_GOOD"}, {"status": "REPORTED"}, {"evaluator_id": city.id("staff")}):
        with pytest.raises(Exception, match=r"nine_cells|rated|not_by_oneself"):
            async with city.database.sessions() as db, db.begin():
                await db.execute(
                    update(Evaluation).where(Evaluation.id == UUID(judged["id"])).values(**values)
                )


async def test_a_dry_run_checks_everything_and_writes_nothing(city: City) -> None:
    evaluation = await reported(city)
    path = f"/evaluations/{evaluation['id']}/rating?validate_only=true"
    body = rating_of(evaluation)
    tried = await done(city, "supervisor", "PUT", path, evaluation["version"], json=body)
    assert tried["predicate"] == "GOOD"
    assert (await shown(city, "supervisor", evaluation))["status"] == "REPORTED"
