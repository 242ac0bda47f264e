"""What is recorded about people's levels, over HTTP: by institutions, by the superior, by oneself."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.competencies import EvidenceSource
from asn_api.tables.competencies import CompetencyEvidence
from asn_api.tables.employees import Employee
from tests.areas.qualifying import (
    ONE,
    Json,
    assessed,
    entered,
    line,
    position,
    post,
    profile,
    result,
    standard,
)
from tests.areas.races import at_once
from tests.factories import City
from tests.matrix.competencies import seen, technical


async def test_evidence_is_sent_again_without_harm_and_never_overwritten(city: City) -> None:
    body = {**result(city), "id": str(uuid7())}
    first, again = [await post(city, "/v1/competency-evidence", body) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await post(city, "/v1/competency-evidence", {**body, "level": 5})
    assert (other.status_code, other.json()["code"]) == (409, "COMPETENCY_EVIDENCE_ID_TAKEN")
    second = await post(city, "/v1/competency-evidence", {**result(city), "level": 5})
    assert (second.status_code, second.json()["code"]) == (409, "COMPETENCY_EVIDENCE_EXISTS")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"assessed_on": "2026-11-21"}, "COMPETENCY_EVIDENCE_IN_FUTURE"),
        ({"valid_until": "2026-04-30"}, "COMPETENCY_EVIDENCE_REVERSED"),
        ({"competency_code": "TEKNIS_TIDAK_ADA"}, "COMPETENCY_UNKNOWN"),
        ({"source": "SUPERIOR"}, "VALUE_NOT_ALLOWED"),
        ({"source": "SELF"}, "VALUE_NOT_ALLOWED"),
        ({"level": 0}, "NUMBER_TOO_SMALL"),
        ({"assessor": " "}, "TEXT_TOO_SHORT"),
    ],
)
async def test_wrong_evidence_is_refused_by_its_field(city: City, given: Json, code: str) -> None:
    answer = await post(city, "/v1/competency-evidence", result(city, **given))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


async def test_no_admin_enters_results_about_himself(city: City) -> None:
    answer = await post(city, "/v1/competency-evidence", result(city, "admin"))
    assert (answer.status_code, answer.json()["code"]) == (409, "COMPETENCY_OF_ONESELF")


async def test_results_come_in_bulk_each_with_its_outcome(city: City) -> None:
    await entered(city, "colleague")
    items = [
        result(city),
        result(city, competency_code="COOPERATION"),
        result(city, "colleague"),
        result(city, "admin"),
        result(city, competency_code="TEKNIS_TIDAK_ADA"),
        {**result(city), "employee_id": str(uuid7())},
        result(city),
    ]
    answer = await post(city, "/v1/competency-evidence/batches", {"items": items})
    shown = answer.json()
    assert (shown["done"], shown["refused"]) == (2, 5)
    assert [each["code"] for each in shown["results"]] == [
        None,
        None,
        "COMPETENCY_EVIDENCE_EXISTS",
        "COMPETENCY_OF_ONESELF",
        "COMPETENCY_UNKNOWN",
        "NOT_FOUND",
        "COMPETENCY_EVIDENCE_EXISTS",
    ]
    assert "TEKNIS_TIDAK_ADA" in shown["results"][4]["detail"]
    assert line(await profile(city), "COOPERATION")["held"] == 2


async def test_all_or_nothing_stores_nothing_beside_a_refusal(city: City) -> None:
    items = [result(city), result(city, "admin")]
    answer = await post(city, "/v1/competency-evidence/batches", {"items": items, "atomic": "all"})
    assert [each["code"] for each in answer.json()["results"]] == ["NOT_DONE_ATOMIC", "COMPETENCY_OF_ONESELF"]
    async with city.database.sessions() as db:
        stored = select(CompetencyEvidence).where(CompetencyEvidence.region_id == city.region.id)
        assert (await db.scalars(stored)).all() == []


async def test_the_same_result_sent_at_once_is_stored_once(city: City) -> None:
    held = select(Employee).where(Employee.region_id == city.region.id, Employee.id == city.id("staff"))
    answers = await at_once(
        city, *[post(city, "/v1/competency-evidence", result(city)) for _ in range(3)], held=held
    )
    assert sorted(each.status_code for each in answers) == [201, 409, 409]


async def test_the_superior_counts_and_what_one_says_of_oneself_is_only_shown(city: City) -> None:
    own = await assessed(city, "staff", level=5)
    assert own.status_code == 201
    assert (own.json()["data"][0]["source"], line(await profile(city), "INTEGRITY")["held"]) == ("SELF", None)
    theirs = await assessed(city, "supervisor")
    assert theirs.json()["data"][0]["source"] == "SUPERIOR"
    assert theirs.json()["data"][0]["assessor_id"] == str(city.id("supervisor"))
    found = line(await profile(city), "INTEGRITY")
    assert (found["held"], found["source"]) == (3, "SUPERIOR")
    async with city.call_as("staff") as staff:
        listed = (
            await staff.get(f"/v1/competency-evidence?employee_id={city.id('staff')}&source=SELF")
        ).json()
    assert [each["level"] for each in listed["data"]] == [5]


async def test_nobody_assesses_himself_as_his_superior(city: City) -> None:
    """Whoever heads the unit he works in assesses himself, never as the superior; the database insists."""
    answer = await assessed(city, "supervisor", "supervisor")
    assert answer.json()["data"][0]["source"] == "SELF"
    with pytest.raises(IntegrityError, match="assessor"):
        await seen(city, "supervisor", EvidenceSource.SUPERIOR)


async def test_only_the_superior_of_the_day_assesses(city: City) -> None:
    for by in ("colleague", "chief", "head", "admin", "other_head"):
        assert (await assessed(city, by)).status_code == 404, by
    assert (await profile(city, viewer="supervisor"))["assessment_refused"] is None
    assert (await profile(city, viewer="staff"))["assessment_refused"] is None
    assert (await profile(city, viewer="head"))["assessment_refused"] == "COMPETENCY_EVIDENCE_NOT_YOURS"


async def test_withdrawn_evidence_stays_readable_and_never_counted(city: City) -> None:
    wrong = await entered(city, level=5)
    url = f"/v1/competency-evidence/{wrong['id']}"
    answer = await post(city, f"{url}/withdrawal", {"reason": "Salah orang"}, **ONE)
    assert (answer.status_code, answer.json()["withdrawal_reason"]) == (200, "Salah orang")
    assert line(await profile(city, as_of="2026-06-01"), "INTEGRITY")["held"] is None
    again = await post(city, f"{url}/withdrawal", {"reason": "Sekali lagi"}, **{"If-Match": '"2"'})
    assert (again.status_code, again.json()["code"]) == (409, "COMPETENCY_EVIDENCE_WITHDRAWN")
    await entered(city, level=2)
    assert line(await profile(city), "INTEGRITY")["held"] == 2, "the right one takes its place"


async def test_each_withdraws_what_is_his(city: City) -> None:
    by_superior = (await assessed(city, "supervisor")).json()["data"][0]["id"]
    of_oneself = (await assessed(city, "staff")).json()["data"][0]["id"]
    by_centre = (await entered(city, competency_code="COOPERATION"))["id"]

    async def code(by: str, kind: str, id: str) -> str | None:
        answer = await post(city, f"/v1/{kind}/{id}/withdrawal", {"reason": "Keliru"}, by=by, **ONE)
        found: str | None = answer.json().get("code") if answer.status_code != 200 else None
        return found

    assessments, evidence = "competency-assessments", "competency-evidence"
    assert await code("staff", assessments, by_superior) == "COMPETENCY_EVIDENCE_NOT_YOURS"
    assert await code("supervisor", assessments, of_oneself) == "COMPETENCY_EVIDENCE_NOT_YOURS"
    assert await code("admin", evidence, by_superior) == "COMPETENCY_EVIDENCE_NOT_YOURS"
    assert await code("supervisor", assessments, by_centre) == "COMPETENCY_EVIDENCE_NOT_YOURS"
    allowed = {}
    for who, id in (("supervisor", by_superior), ("staff", of_oneself), ("admin", by_centre)):
        async with city.call_as(who) as caller:
            shown = (await caller.get(f"/v1/competency-evidence/{id}")).json()
        allowed[who] = shown["allowed_actions"]
    assert all(each == [{"action": "WITHDRAW", "refused": None}] for each in allowed.values())
    assert await code("supervisor", assessments, by_superior) is None
    assert await code("staff", assessments, of_oneself) is None
    assert await code("admin", evidence, by_centre) is None


async def test_every_change_is_journalled_without_the_words(city: City) -> None:
    code = await technical(city)
    held = await standard(city, position_id=position(city), competency_code=code)
    theirs = (await assessed(city, "supervisor")).json()["data"][0]["id"]
    withdrawal = f"/v1/competency-assessments/{theirs}/withdrawal"
    await post(city, withdrawal, {"reason": "Alasan pribadi"}, by="supervisor", **ONE)
    async with city.database.sessions() as db:
        entries = list(
            await db.scalars(
                select(JournalEntry)
                .where(
                    JournalEntry.region_id == city.region.id,
                    JournalEntry.entity_id.in_([UUID(held["id"]), UUID(theirs)]),
                )
                .order_by(JournalEntry.seq)
            )
        )
    assert [(each.entity, each.action, each.version) for each in entries] == [
        ("competency_standard", "CREATE", 1),
        ("competency_evidence", "CREATE", 1),
        ("competency_evidence", "WITHDRAW", 2),
    ]
    assert entries[1].employee_id == city.id("staff")
    words = str([each.changes for each in entries])
    assert "Rahasia" not in words
    assert "Alasan" not in words
