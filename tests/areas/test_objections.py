"""Objections over HTTP: in time, explained, decided by the one person who may, finally."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.areas.organization.lines import rebuild
from asn_api.core.mapping import uuid7
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.notifications import Notification
from asn_api.tables.organization import Appointment
from asn_api.tables.policies import Outage, Policy
from tests.areas.evaluating import (
    LETTER,
    acted,
    at,
    objected,
    objection_to,
    rated,
    rating_of,
    reported,
)
from tests.areas.races import at_once
from tests.areas.test_evaluations import actions, faults, held, shown
from tests.areas.test_performance import done, journal, refused, send
from tests.factories import City

Json = dict[str, Any]
UPHELD = {"decision": "UPHELD", "reason": "Penilaian sudah tepat"}
STATEMENT = {"statement": "Target triwulan belum tercapai"}


async def stated(city: City) -> Json:
    return await acted(city, "supervisor", await objected(city), "objection/statement", STATEMENT)


async def try_to(city: City, person: str, evaluation: Json, name: str, body: Json) -> Any:
    method = "PUT" if name == "objection/statement" else "POST"
    path = f"/evaluations/{evaluation['id']}/{name}"
    return await send(city, person, method, path, evaluation["version"], json=body)


async def told(city: City) -> set[tuple[str, str]]:
    names = {each.id: name for name, each in city.people.items()}
    async with city.database.sessions() as db:
        rows = await db.scalars(select(Notification).where(Notification.region_id == city.region.id))
        return {(names[each.employee_id], each.kind.value) for each in rows}


async def test_an_objection_is_explained_and_decided_by_the_superior_of_the_evaluator(city: City) -> None:
    contested = await objected(city)
    assert contested["status"] == "OBJECTED"
    assert contested["objection"]["contested"][1] == {"item": "ALL_WORK_RESULTS"}
    waiting = await done(city, "chief", "GET", "/evaluations?waiting_for_me=true")
    assert [each["id"] for each in waiting["data"]] == [contested["id"]]
    explained = await acted(city, "supervisor", contested, "objection/statement", STATEMENT)
    first = explained["results"][0]["work_result_id"]
    body = {
        "decision": "CHANGED",
        "reason": "Bukti cukup",
        "work_result": "ABOVE",
        "behaviour": "ABOVE",
        "results": [{"work_result_id": first, "rating": "ABOVE", "comment": "Terbukti"}],
    }
    decided = await acted(city, "chief", explained, "objection/decision", body)
    assert (decided["status"], decided["predicate"]) == ("FINAL", "VERY_GOOD")
    assert [each["rating"] for each in decided["results"]] == ["ABOVE", "MEETS", "MEETS"]
    assert decided["evaluator_id"] == str(city.id("supervisor"))
    assert decided["objection"]["rating_before"]["predicate"] == "GOOD"
    assert decided["objection"]["decider"]["name"] == "CHIEF"
    assert set(actions(decided).values()) == {"EVALUATION_WRONG_STATUS"}
    action, changes = (await journal(city, "evaluation"))[-1]
    assert (action, changes["predicate"], changes["status"]) == (
        "DECIDE",
        ["GOOD", "VERY_GOOD"],
        ["OBJECTED", "FINAL"],
    )
    assert [action for action, _ in await journal(city, "objection")] == ["FILE", "STATE", "DECIDE"]
    assert await told(city) == {
        ("staff", "EVALUATION_RATED"),
        ("supervisor", "OBJECTION_FILED"),
        ("staff", "OBJECTION_DECIDED"),
        ("supervisor", "OBJECTION_DECIDED"),
    }
    # He decided it, so he may still read it; the list of what waits is empty.
    assert (await shown(city, "chief", decided))["status"] == "FINAL"
    assert (await done(city, "chief", "GET", "/evaluations?waiting_for_me=true"))["data"] == []


async def test_an_upheld_rating_is_final_as_it_was(city: City) -> None:
    decided = await acted(city, "chief", await stated(city), "objection/decision", UPHELD)
    assert (decided["status"], decided["predicate"]) == ("FINAL", "GOOD")
    for person, name, body in (
        ("staff", "objection", objection_to(decided)),
        ("chief", "objection/decision", UPHELD),
        ("supervisor", "objection/statement", STATEMENT),
    ):
        answer = await try_to(city, person, decided, name, body)
        assert answer.status_code in (404, 409), answer.text


async def test_an_objection_is_possible_until_the_end_of_the_last_day_and_not_after(city: City) -> None:
    first, second = await rated(city), await rated(city, await reported(city, person="colleague"))
    async with at(city, datetime(2026, 12, 4, 16, 59, tzinfo=UTC)):
        assert (await acted(city, "staff", first, "objection", objection_to(first)))["status"] == "OBJECTED"
    async with at(city, datetime(2026, 12, 4, 17, 0, tzinfo=UTC)):
        answer = await try_to(city, "colleague", second, "objection", objection_to(second))
        problem = await refused(answer, 409, "OBJECTION_TOO_LATE")
        assert "2026-12-04" in problem["detail"]
        assert actions(await shown(city, "colleague", second))["OBJECT"] == "OBJECTION_TOO_LATE"


async def outage(city: City, day: date, unit: str | None = None) -> None:
    async with city.database.sessions() as db, db.begin():
        db.add(
            Outage(
                region_id=city.region.id,
                id=uuid7(),
                span=Range(
                    datetime(day.year, day.month, day.day, 5, tzinfo=UTC),
                    datetime(day.year, day.month, day.day, 6, tzinfo=UTC),
                ),
                unit_id=None if unit is None else city.units[unit].id,
                reason="Pusat data padam",
                withdrawn=False,
            )
        )


async def test_an_outage_declared_since_extends_the_time_to_object(city: City) -> None:
    judged = await rated(city)
    await outage(city, date(2026, 12, 4), "health")
    await outage(city, date(2026, 12, 3), "works")
    async with at(city, "2026-12-05"):
        seen = await shown(city, "staff", judged)
        assert seen["deadlines"]["objection_until"] == "2026-12-05"
        explained = await done(city, "staff", "GET", f"/evaluations/{judged['id']}/explanation")
        assert "an outage on 2026-12-04 adds a day" in explained["objection_until"]["steps"]
        assert (await acted(city, "staff", judged, "objection", objection_to(judged)))["status"] == "OBJECTED"


async def test_a_region_may_count_working_days(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        policy = await db.scalar(
            select(Policy).where(Policy.region_id == city.region.id, Policy.area == "evaluations")
        )
        assert policy is not None
        policy.content = policy.content | {"objection_day_type": "WORKING"}
    assert (await rated(city))["deadlines"]["objection_until"] == "2026-12-10"


@pytest.mark.parametrize(
    ("person", "status", "code"),
    [
        ("staff", 409, "SELF_EVALUATION"),
        ("supervisor", 404, "NOT_FOUND"),
        ("colleague", 404, "NOT_FOUND"),
        ("head", 404, "NOT_FOUND"),
        ("admin", 404, "NOT_FOUND"),
        ("other_head", 404, "NOT_FOUND"),
    ],
)
async def test_nobody_but_the_superior_of_the_evaluator_decides(
    city: City, person: str, status: int, code: str
) -> None:
    explained = await stated(city)
    await refused(await try_to(city, person, explained, "objection/decision", UPHELD), status, code)


async def test_only_whoever_is_rated_objects(city: City) -> None:
    judged = await rated(city)
    for person in ("supervisor", "colleague", "chief", "head", "admin"):
        answer = await try_to(city, person, judged, "objection", objection_to(judged))
        assert answer.status_code == 404, answer.text


async def test_the_evaluator_is_heard_before_it_is_decided_or_lets_his_days_pass(city: City) -> None:
    contested = await objected(city)
    assert contested["deadlines"]["statement_until"] == "2026-11-27"
    answer = await try_to(city, "chief", contested, "objection/decision", UPHELD)
    problem = await refused(answer, 409, "OBJECTION_STATEMENT_AWAITED")
    assert "2026-11-27" in problem["detail"]
    async with at(city, "2026-11-28"):
        assert (await acted(city, "chief", contested, "objection/decision", UPHELD))["status"] == "FINAL"


async def replace_head(city: City, unit: str, person: str, start: date) -> None:
    """This person acts as the head of a unit from a day on."""
    async with city.database.sessions() as db, db.begin():
        seat = await db.scalar(
            select(Appointment.position_id).where(
                Appointment.region_id == city.region.id,
                Appointment.unit_id == city.units[unit].id,
                Appointment.is_head,
            )
        )
        assert seat is not None
        db.add(
            Appointment(
                region_id=city.region.id,
                id=uuid7(),
                employee_id=city.id(person),
                position_id=seat,
                unit_id=city.units[unit].id,
                is_head=True,
                kind=AppointmentKind.PLT,
                valid=Range(start, None),
            )
        )
        await rebuild(db, city.region.id)


async def test_when_the_evaluator_has_been_replaced_the_superior_of_the_present_one_decides(
    city: City,
) -> None:
    contested = await objected(city)
    await replace_head(city, "ward", "other_staff", date(2026, 11, 19))
    # The one who rated still explains his rating; the acting head's own superior is other_head.
    explained = await acted(city, "supervisor", contested, "objection/statement", STATEMENT)
    await refused(await try_to(city, "chief", explained, "objection/decision", UPHELD), 404, "NOT_FOUND")
    decided = await acted(city, "other_head", explained, "objection/decision", UPHELD)
    assert decided["objection"]["decided_by"] == str(city.id("other_head"))


async def test_an_evaluator_who_has_risen_above_does_not_hear_the_objection_to_his_own_rating(
    city: City,
) -> None:
    contested = await objected(city)
    # The supervisor now acts as the chief of the clinic, and a colleague acts as head of the ward.
    await replace_head(city, "clinic", "supervisor", date(2026, 11, 19))
    await replace_head(city, "ward", "colleague", date(2026, 11, 19))
    explained = await acted(city, "supervisor", contested, "objection/statement", STATEMENT)
    answer = await try_to(city, "supervisor", explained, "objection/decision", UPHELD)
    await refused(answer, 404, "NOT_FOUND")
    decided = await acted(city, "head", explained, "objection/decision", UPHELD)
    assert decided["objection"]["decided_by"] == str(city.id("head"))


async def test_where_nobody_above_is_an_employee_the_letter_is_recorded(city: City) -> None:
    judged = await rated(city, await reported(city, person="chief"), "head")
    contested = await acted(city, "chief", judged, "objection", objection_to(judged))
    explained = await acted(city, "head", contested, "objection/statement", STATEMENT)
    body = {"decision": "CHANGED", "reason": "Sesuai surat", "work_result": "ABOVE"} | LETTER
    decided = await acted(city, "admin", explained, "objection/recorded-decision", body)
    assert (decided["status"], decided["work_result"]) == ("FINAL", "ABOVE")
    assert decided["objection"]["decided_by"] is None
    assert decided["objection"]["decider"]["letter_number"] == "800/12/2026"
    other = await stated(city)
    answer = await try_to(city, "admin", other, "objection/recorded-decision", UPHELD | LETTER)
    await refused(answer, 409, "OBJECTION_HAS_DECIDER")


async def test_nobody_records_the_letter_about_himself_or_his_own_rating(city: City) -> None:
    judged = await rated(city, await reported(city, person="admin"), "other_head")
    contested = await acted(city, "admin", judged, "objection", objection_to(judged))
    explained = await acted(city, "other_head", contested, "objection/statement", STATEMENT)
    answer = await try_to(city, "admin", explained, "objection/recorded-decision", UPHELD | LETTER)
    await refused(answer, 409, "SELF_EVALUATION")


async def test_a_decision_says_what_it_changes(city: City) -> None:
    explained = await stated(city)
    for body, code in (
        ({"decision": "CHANGED", "reason": "Sebab"}, "OBJECTION_NOTHING_CHANGED"),
        (
            {"decision": "CHANGED", "reason": "Sebab", "work_result": "MEETS", "behaviour": "MEETS"},
            "OBJECTION_NOTHING_CHANGED",
        ),
        (UPHELD | {"work_result": "ABOVE"}, "OBJECTION_UPHELD_CHANGES_NOTHING"),
    ):
        await refused(await try_to(city, "chief", explained, "objection/decision", body), 422, code)
    body = {
        "decision": "CHANGED",
        "reason": "Sebab",
        "behaviour": "BELOW",
        "values": [{"core_value": "LOYAL", "rating": "BELOW"}],
        "results": [{"work_result_id": str(uuid7()), "rating": "ABOVE"}],
    }
    assert await faults(await try_to(city, "chief", explained, "objection/decision", body)) == [
        ("/results/0/work_result_id", "EVALUATION_ITEM_UNKNOWN"),
        ("/values/0/comment", "EVALUATION_VALUE_NEEDS_COMMENT"),
        ("/values/0/evidence", "EVALUATION_VALUE_NEEDS_EVIDENCE"),
    ]


async def test_an_objection_names_what_was_judged(city: City) -> None:
    judged = await rated(city)
    contested = [
        {"item": "WORK_RESULT", "work_result_id": str(uuid7())},
        {"item": "WORK_RESULT"},
        {"item": "CORE_VALUE"},
        {"item": "BEHAVIOUR", "core_value": "LOYAL"},
        {"item": "CORE_VALUE", "core_value": "LOYAL"},
    ]
    answer = await try_to(city, "staff", judged, "objection", objection_to(judged, contested=contested))
    assert [pointer for pointer, _ in await faults(answer)] == [
        "/contested/0/work_result_id",
        "/contested/1/work_result_id",
        "/contested/2/core_value",
        "/contested/3/core_value",
    ]


async def test_the_same_objection_sent_again_is_the_same_and_another_one_is_refused(city: City) -> None:
    judged = await rated(city)
    body = objection_to(judged, id=str(uuid7()))
    first = await acted(city, "staff", judged, "objection", body)
    again = await acted(city, "staff", judged, "objection", body)
    assert again["objection"]["id"] == first["objection"]["id"]
    assert again["version"] == first["version"]
    answer = await try_to(city, "staff", first, "objection", body | {"id": str(uuid7())})
    await refused(answer, 409, "OBJECTION_ID_TAKEN")


async def test_of_an_objection_and_the_deadline_at_once_one_wins(city: City) -> None:
    judged = await rated(city)
    path = f"/evaluations/{judged['id']}"
    body = objection_to(judged)
    async with at(city, "2026-12-04"):
        answers = await at_once(
            city,
            send(city, "staff", "POST", f"{path}/objection", judged["version"], json=body),
            send(city, "staff", "POST", f"{path}/acknowledgement", judged["version"]),
            held=held(judged),
        )
        assert sorted(each.status_code for each in answers) == [200, 412]


async def test_of_a_statement_and_a_decision_at_once_one_wins(city: City) -> None:
    explained = await stated(city)
    answers = await at_once(
        city,
        try_to(city, "chief", explained, "objection/decision", UPHELD),
        try_to(city, "supervisor", explained, "objection/statement", {"statement": "Tambahan"}),
        held=held(explained),
    )
    assert sorted(each.status_code for each in answers) == [200, 412]


async def test_a_contested_rating_can_be_neither_amended_nor_accepted(city: City) -> None:
    contested = await objected(city)
    path = f"/evaluations/{contested['id']}"
    body = rating_of(contested, reason="Diperbaiki")
    answer = await send(city, "supervisor", "PUT", f"{path}/rating", contested["version"], json=body)
    await refused(answer, 409, "EVALUATION_WRONG_STATUS")
    answer = await send(city, "staff", "POST", f"{path}/acknowledgement", contested["version"])
    await refused(answer, 409, "EVALUATION_WRONG_STATUS")


async def test_an_accepted_rating_cannot_be_contested(city: City) -> None:
    accepted = await acted(city, "staff", await rated(city), "acknowledgement")
    answer = await try_to(city, "staff", accepted, "objection", objection_to(accepted))
    await refused(answer, 409, "EVALUATION_WRONG_STATUS")


async def test_the_deadline_counts_from_the_delivery_in_the_zone_of_the_unit(city: City) -> None:
    evaluation = await reported(city)
    async with at(city, datetime(2026, 11, 21, 17, 30, tzinfo=UTC)):
        # In Jakarta it is the 22nd already.
        assert (await rated(city, evaluation))["deadlines"]["objection_until"] == "2026-12-06"


async def status_of(city: City, evaluation: Json) -> str:
    async with city.database.sessions() as db:
        found = await db.scalar(select(Evaluation.status).where(Evaluation.id == UUID(evaluation["id"])))
    return str(found)


async def test_an_objection_without_an_evaluator_among_employees_waits_for_no_statement_for_ever(
    city: City,
) -> None:
    evaluation = await reported(city, person="head")
    path = f"/evaluations/{evaluation['id']}"
    judged = await done(
        city,
        "admin",
        "POST",
        f"{path}/recorded-rating",
        evaluation["version"],
        json=rating_of(evaluation) | LETTER,
    )
    contested = await acted(city, "head", judged, "objection", objection_to(judged))
    async with at(city, "2026-11-28"):
        body = UPHELD | LETTER
        decided = await acted(city, "admin", contested, "objection/recorded-decision", body)
        assert decided["status"] == await status_of(city, contested) == "FINAL"


async def test_the_one_who_rated_loses_sight_of_nothing_and_gains_no_more(city: City) -> None:
    judged = await rated(city)
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Appointment)
            .where(Appointment.region_id == city.region.id, Appointment.id == city.posts["supervisor"].id)
            .values(valid=Range(date(2020, 1, 1), date(2026, 11, 20)))
        )
        await rebuild(db, city.region.id)
    assert (await shown(city, "supervisor", judged))["status"] == "RATED"
    path = f"/evaluations/{judged['id']}/rating"
    body = rating_of(judged, reason="Koreksi")
    answer = await send(city, "supervisor", "PUT", path, judged["version"], json=body)
    await refused(answer, 409, "EVALUATION_WRONG_ACTOR")
    others = await reported(city, person="colleague")
    await refused(await send(city, "supervisor", "GET", f"/evaluations/{others['id']}"), 404, "NOT_FOUND")
