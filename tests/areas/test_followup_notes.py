"""Development notes over HTTP: what they rest on, who writes, reads and closes them."""

import csv
import io
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.assessments import RoundStatus
from asn_api.rules.coaching import CoachingKind, CoachingStatus
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.followup import DevelopmentNote
from tests.areas.evaluating import agreed_plan
from tests.areas.following_up import GOOD, Json, evaluation, quarter, quarters
from tests.areas.races import at_once
from tests.areas.test_notifications import told
from tests.areas.test_performance import done, refused, send
from tests.factories import City
from tests.matrix.assessments import assessed, round_of
from tests.matrix.followup import WORDS
from tests.matrix.monitoring import session


async def body_of(city: City, person: str = "staff", **changes: Any) -> Json:
    given = WORDS | {"employee_id": str(city.id(person))} | changes
    if "source" not in given:
        (id,) = await quarters(city, person, GOOD)
        given |= {"source": "EVALUATION", "source_id": str(id)}
    return given


async def written(city: City, by: str = "supervisor", person: str = "staff", **changes: Any) -> Json:
    return await done(city, by, "POST", "/development-notes", json=await body_of(city, person, **changes))


async def acted(city: City, person: str, note: Json, name: str, **body: Any) -> httpx.Response:
    return await send(
        city, person, "POST", f"/development-notes/{note['id']}/{name}", note["version"], json=body
    )


def may(note: Json) -> set[str]:
    return {each["action"] for each in note["allowed_actions"] if each["refused"] is None}


async def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    problem = await refused(answer, 422, "REQUEST_INVALID")
    return [(each["pointer"], each["code"]) for each in problem["errors"]]


async def test_a_note_is_written_read_answered_planned_and_done(city: City) -> None:
    note = await written(city, observation="Tabel disusun tanpa pemeriksaan", competency_code="DATA_ANALYSIS")
    assert (note["status"], note["source"], note["version"]) == ("OPEN", "EVALUATION", 1)
    assert may(note) == {"EDIT", "PLAN", "COMPLETE", "WITHDRAW"}
    assert await told(city, NoticeKind.DEVELOPMENT_NOTE_WRITTEN) == [("staff", None)]
    path = f"/development-notes/{note['id']}"
    mine = await done(city, "staff", "GET", path)
    assert (mine["observation"], may(mine)) == ("Tabel disusun tanpa pemeriksaan", {"ACKNOWLEDGE"})
    changed = await done(city, "supervisor", "PUT", path, 1, json=WORDS | {"priority": "LOW"})
    assert (changed["priority"], changed["observation"], changed["version"]) == ("LOW", None, 2)
    answered = (await acted(city, "staff", changed, "acknowledgement", comment="Ingin pelatihan R")).json()
    assert answered["comment"] == "Ingin pelatihan R"
    again = await acted(city, "staff", answered, "acknowledgement")
    await refused(again, 409, "NOTE_ACKNOWLEDGED")
    late = await send(city, "supervisor", "PUT", path, answered["version"], json=WORDS)
    await refused(late, 409, "NOTE_ACKNOWLEDGED")
    planned = (await acted(city, "supervisor", answered, "planning", remark="Angkatan II")).json()
    assert (planned["status"], planned["remark"]) == ("PLANNED", "Angkatan II")
    finished = (await acted(city, "head", planned, "completion")).json()
    assert (finished["status"], finished["closed_at"] is not None) == ("DONE", True)
    await refused(
        await acted(city, "supervisor", finished, "withdrawal", reason="-"), 409, "NOTE_WRONG_STATUS"
    )


async def test_the_employee_does_nothing_but_acknowledge_and_nobody_does_it_for_him(city: City) -> None:
    note = await written(city)
    await refused(await acted(city, "supervisor", note, "acknowledgement"), 409, "NOTE_WRONG_ACTOR")
    for name in ("planning", "completion"):
        await refused(await acted(city, "staff", note, name), 404, "NOT_FOUND")
    stale = await acted(city, "supervisor", note | {"version": 7}, "planning")
    problem = await refused(stale, 412, "VERSION_STALE")
    assert problem["current"]["id"] == note["id"]
    await refused(
        await send(city, "head", "POST", f"/development-notes/{note['id']}/planning", json={}),
        428,
        "IF_MATCH_REQUIRED",
    )


async def test_nobody_writes_about_himself_or_out_of_reach(city: City) -> None:
    answer = await send(city, "head", "POST", "/development-notes", json=await body_of(city, "head"))
    await refused(answer, 409, "FOLLOWUP_ON_ONESELF")
    body = await body_of(city)
    for stranger in ("staff", "colleague", "chief", "other_head"):
        await refused(await send(city, stranger, "POST", "/development-notes", json=body), 404, "NOT_FOUND")
    await refused(await send(city, "admin", "POST", "/development-notes", json=body), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("kind", "status", "works"),
    [
        (CoachingKind.COACHING, CoachingStatus.ACKNOWLEDGED, True),
        (CoachingKind.COACHING, CoachingStatus.RECORDED, False),
        (CoachingKind.COUNSELLING, CoachingStatus.ACKNOWLEDGED, False),
    ],
)
async def test_acknowledged_coaching_flows_and_counselling_never(
    city: City, kind: CoachingKind, status: CoachingStatus, works: bool
) -> None:
    at = city.now if status is CoachingStatus.ACKNOWLEDGED else None
    talk = await session(city, kind=kind, status=status, acknowledged_at=at)
    body = await body_of(city, source="COACHING", source_id=str(talk.id))
    answer = await send(city, "supervisor", "POST", "/development-notes", json=body)
    if works:
        assert (answer.status_code, answer.json()["source"]) == (201, "COACHING")
    else:
        assert await faults(answer) == [("/source_id", "NOTE_SOURCE_UNUSABLE")]


async def test_a_contested_evaluation_or_somebody_elses_is_no_source(city: City) -> None:
    plan = await agreed_plan(city)
    contested = await evaluation(city, plan, quarter(1), GOOD, EvaluationStatus.OBJECTED)
    settled = await evaluation(city, plan, quarter(2), GOOD, EvaluationStatus.ACKNOWLEDGED)
    (others,) = await quarters(city, "colleague", GOOD)
    for id in (contested, others, uuid7()):
        body = await body_of(city, source="EVALUATION", source_id=str(id))
        answer = await send(city, "supervisor", "POST", "/development-notes", json=body)
        assert await faults(answer) == [("/source_id", "NOTE_SOURCE_UNUSABLE")]
    note = await written(city, source="EVALUATION", source_id=str(settled))
    assert note["source_id"] == str(settled)


async def test_a_360_result_is_a_source_once_its_round_is_closed(city: City) -> None:
    closed = await assessed(city, "staff")
    running = await assessed(city, "colleague", await round_of(city, RoundStatus.OPEN))
    note = await written(city, source="ASSESSMENT", source_id=str(closed.id))
    assert note["source"] == "ASSESSMENT"
    body = await body_of(city, "colleague", source="ASSESSMENT", source_id=str(running.id))
    answer = await send(city, "supervisor", "POST", "/development-notes", json=body)
    assert await faults(answer) == [("/source_id", "NOTE_SOURCE_UNUSABLE")]


async def test_the_period_is_in_order_and_not_over(city: City) -> None:
    body = await body_of(city)
    for given, code in (
        ({"period_start": "2027-07-01"}, "NOTE_PERIOD_REVERSED"),
        ({"period_start": "2026-01-01", "period_end": "2026-11-19"}, "NOTE_PERIOD_OVER"),
        ({"competency_code": "kecil"}, None),
    ):
        answer = await send(city, "supervisor", "POST", "/development-notes", json=body | given)
        found = await faults(answer)
        assert code is None or [each for _, each in found] == [code]
    today = {"period_start": "2026-01-01", "period_end": "2026-11-20"}
    assert (await send(city, "supervisor", "POST", "/development-notes", json=body | today)).is_success


async def test_the_same_note_sent_again_is_the_same_and_another_under_its_id_is_refused(city: City) -> None:
    body = await body_of(city) | {"id": str(uuid7())}
    first = await send(city, "supervisor", "POST", "/development-notes", json=body)
    again = await send(city, "supervisor", "POST", "/development-notes", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await send(city, "supervisor", "POST", "/development-notes", json=body | {"subject": "Lain"})
    await refused(other, 409, "NOTE_ID_TAKEN")


async def test_two_who_close_a_note_at_once_get_one_result(city: City) -> None:
    note = await written(city)
    answers = await at_once(
        city,
        acted(city, "supervisor", note, "completion"),
        acted(city, "head", note, "withdrawal", reason="Pindah"),
        held=select(DevelopmentNote.id).where(DevelopmentNote.region_id == city.region.id),
    )
    assert sorted(each.status_code for each in answers) == [200, 412]


async def test_the_journal_holds_no_words(city: City) -> None:
    note = await written(city, observation="Rahasia", subject="Rahasia")
    await acted(city, "staff", note, "acknowledgement", comment="Rahasia")
    async with city.database.sessions() as db:
        rows = list(
            await db.scalars(
                select(JournalEntry)
                .where(JournalEntry.region_id == city.region.id, JournalEntry.entity == "development_note")
                .order_by(JournalEntry.seq)
            )
        )
    assert [(row.action, row.version, row.changes) for row in rows] == [
        ("CREATE", 1, {"status": [None, "OPEN"]}),
        ("ACKNOWLEDGE", 2, {}),
    ]
    assert {row.employee_id for row in rows} == {city.id("staff")}


async def test_notes_are_filtered_and_come_as_a_table(city: City) -> None:
    note = await written(city)
    talk = await session(city, status=CoachingStatus.ACKNOWLEDGED, acknowledged_at=city.now)
    other = await written(city, source="COACHING", source_id=str(talk.id), priority="LOW")
    query: Json
    for query, expected in (
        ({}, [other, note]),
        ({"source": "COACHING"}, [other]),
        ({"priority": "HIGH"}, [note]),
        ({"period_end[lte]": "2027-06-29"}, []),
        ({"unit_id": str(city.units["clinic"].id), "status": "OPEN"}, [other, note]),
    ):
        shown = await done(city, "head", "GET", "/development-notes", params=query)
        assert [each["id"] for each in shown["data"]] == [each["id"] for each in expected]
    assert (await done(city, "colleague", "GET", "/development-notes"))["data"] == []
    async with city.call_as("admin", Accept="text/csv") as client:
        table = await client.get("/v1/development-notes")
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert [(each["Name"], each["Source"], each["Form"]) for each in rows] == [
        ("STAFF", "Coaching", "Classical training"),
        ("STAFF", "Evaluation", "Classical training"),
    ]
