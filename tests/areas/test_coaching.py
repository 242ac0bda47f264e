"""Coaching and counselling over HTTP: recorded, acknowledged, carried out; counselling for two pairs of eyes."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from asn_api.areas.monitoring.jobs import remind
from asn_api.core.crypto import Keyring
from asn_api.core.jobs import Means
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.monitoring import CoachingSession
from tests.areas.races import at_once
from tests.areas.test_notifications import told
from tests.areas.test_performance import done, refused, send
from tests.factories import City

Json = dict[str, Any]
CODES = (
    *("PURPOSE_CLEAR", "PREPARED", "LISTENED", "SAFE", "SPECIFIC"),
    *("STRENGTHS", "HELPFUL", "ACTIONS_AGREED", "SUPPORT"),
)


def talk(**changes: Any) -> Json:
    given = {
        "day": "2026-11-19",
        "topic": "Kualitas laporan triwulan",
        "notes": "Data ditelusuri dahulu sebelum disajikan",
        "development_note": "Penulisan laporan",
        "competencies": [{"competency": "Integritas", "rating": 4}],
        "actions": [{"text": "Menyusun daftar periksa", "due": "2026-11-22"}],
    }
    return given | changes


async def record(city: City, who: str, whom: str, **changes: Any) -> httpx.Response:
    body = talk(kind="COACHING", employee_id=str(city.id(whom))) | changes
    return await send(city, who, "POST", "/coaching-sessions", json=body)


async def recorded(city: City, who: str = "supervisor", whom: str = "staff", **changes: Any) -> Json:
    answer = await record(city, who, whom, **changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def acknowledged(city: City, **changes: Any) -> Json:
    shown = await recorded(city, **changes)
    path = f"/coaching-sessions/{shown['id']}/acknowledgement"
    return await done(city, "staff", "POST", path, 1, json={"remark": "Setuju"})


async def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    problem = await refused(answer, 422, "INVALID_COACHING")
    return [(each["pointer"], each["code"]) for each in problem["errors"]]


async def test_a_talk_is_recorded_changed_acknowledged_assessed_and_carried_out(city: City) -> None:
    first = await recorded(city)
    path = f"/coaching-sessions/{first['id']}"
    assert [each["code"] for each in first["questions"]] == list(CODES)
    assert (first["status"], first["open_actions"], first["answers"]) == ("RECORDED", 1, None)
    changed = await done(city, "supervisor", "PUT", path, 1, json=talk(topic="Mutu laporan", actions=[]))
    assert (changed["topic"], changed["actions"], changed["version"]) == ("Mutu laporan", [], 2)
    again = await done(city, "supervisor", "PUT", path, 2, json=talk())
    assert len(again["actions"]) == 1
    agreed = await done(city, "staff", "POST", f"{path}/acknowledgement", 3, json={"remark": "Setuju"})
    assert (agreed["status"], agreed["remark"]) == ("ACKNOWLEDGED", "Setuju")
    late = await send(city, "supervisor", "PUT", path, 4, json=talk())
    await refused(late, 409, "COACHING_WRONG_STATUS")
    await refused(await send(city, "supervisor", "DELETE", path, 4), 409, "COACHING_WRONG_STATUS")
    body = {"answers": dict.fromkeys(CODES, 5), "note": "Sangat membantu"}
    assessed = await done(city, "staff", "POST", f"{path}/assessment", 4, json=body)
    assert assessed["answers"] == body["answers"]
    twice = await send(city, "staff", "POST", f"{path}/assessment", 5, json=body)
    await refused(twice, 409, "COACHING_ASSESSED")
    action = f"{path}/actions/{agreed['actions'][0]['id']}/completion"
    finished = await done(city, "staff", "POST", action, 5, json={"note": "Sudah"})
    assert (finished["open_actions"], finished["actions"][0]["completion_note"]) == (0, "Sudah")
    await refused(await send(city, "staff", "POST", action, 6, json={}), 409, "COACHING_ACTION_COMPLETED")
    unknown = f"{path}/actions/{uuid7()}/completion"
    await refused(await send(city, "staff", "POST", unknown, 6, json={}), 404, "NOT_FOUND")
    assert await told(city, NoticeKind.COACHING_RECORDED) == [("staff", None)]


async def test_who_may_do_what_is_said_with_each_record(city: City) -> None:
    shown = await recorded(city)
    seen = await done(city, "staff", "GET", f"/coaching-sessions/{shown['id']}")
    assert {each["action"]: each["refused"] for each in seen["allowed_actions"]} == {
        "EDIT": "COACHING_WRONG_ACTOR",
        "REMOVE": "COACHING_WRONG_ACTOR",
        "ACKNOWLEDGE": None,
        "ASSESS": "COACHING_WRONG_STATUS",
        "COMPLETE": "COACHING_WRONG_STATUS",
    }
    own = await send(
        city, "supervisor", "POST", f"/coaching-sessions/{shown['id']}/acknowledgement", 1, json={}
    )
    await refused(own, 409, "COACHING_WRONG_ACTOR")


async def test_only_the_superior_of_today_records_and_never_himself(city: City) -> None:
    for who, whom in (
        ("colleague", "staff"),
        ("staff", "supervisor"),
        ("supervisor", "supervisor"),
        ("chief", "staff"),
        ("other_head", "staff"),
    ):
        await refused(await record(city, who, whom), 404, "NOT_FOUND")
    assert (await record(city, "supervisor", "colleague")).status_code == 201


async def test_coaching_is_read_by_both_and_the_superior_counselling_by_both_only(city: City) -> None:
    coaching = await recorded(city)
    secret = await recorded(city, kind="COUNSELLING")
    await recorded(city, "chief", "supervisor")
    for reader, wanted in (
        ("staff", {coaching["id"], secret["id"]}),
        ("colleague", set()),
        ("head", set()),
        ("admin", set()),
    ):
        rows = (await done(city, reader, "GET", "/coaching-sessions"))["data"]
        assert {each["id"] for each in rows} == wanted, reader
        for id in (coaching["id"], secret["id"]):
            status = 200 if id in wanted else 404
            assert (await send(city, reader, "GET", f"/coaching-sessions/{id}")).status_code == status
    params = {"role": "COACH", "kind": "COUNSELLING"}
    rows = (await done(city, "supervisor", "GET", "/coaching-sessions", params=params))["data"]
    assert [each["id"] for each in rows] == [secret["id"]]
    # Another superior of today reads the coaching of his predecessor, not the counselling.
    async with city.database.sessions() as db, db.begin():
        for id in (coaching["id"], secret["id"]):
            row = await db.get_one(CoachingSession, (city.region.id, UUID(id)))
            row.coach_id = city.id("chief")
    rows = await done(
        city, "supervisor", "GET", "/coaching-sessions", params={"employee_id": city.id("staff")}
    )
    assert [each["id"] for each in rows["data"]] == [coaching["id"]]
    await refused(
        await send(city, "supervisor", "GET", f"/coaching-sessions/{secret['id']}"), 404, "NOT_FOUND"
    )


async def test_the_journal_tells_neither_words_nor_who_was_counselled(city: City) -> None:
    await acknowledged(city, kind="COUNSELLING")
    await recorded(city)
    async with city.database.sessions() as db:
        entries = list(
            await db.scalars(
                select(JournalEntry)
                .where(JournalEntry.region_id == city.region.id, JournalEntry.entity == "coaching")
                .order_by(JournalEntry.seq)
            )
        )
    assert [(each.action, each.changes) for each in entries] == [
        ("RECORD", {"status": [None, "RECORDED"]}),
        ("ACKNOWLEDGE", {"status": ["RECORDED", "ACKNOWLEDGED"]}),
        ("RECORD", {"status": [None, "RECORDED"]}),
    ]


async def test_a_record_made_by_mistake_is_deleted_before_it_is_acknowledged(city: City) -> None:
    shown = await recorded(city)
    path = f"/coaching-sessions/{shown['id']}"
    assert (await send(city, "staff", "DELETE", path, 1)).status_code == 404
    await done(city, "supervisor", "DELETE", path, 1)
    await refused(await send(city, "staff", "GET", path), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"day": "2026-11-20"}, []),
        ({"day": "2026-11-21"}, [("/day", "COACHING_IN_FUTURE")]),
        ({"day": "2026-10-20"}, []),
        ({"day": "2026-10-19"}, [("/day", "COACHING_TOO_LONG_AGO")]),
        ({"actions": [{"text": "Segera", "due": "2026-11-19"}]}, []),
        (
            {"actions": [{"text": "Segera", "due": "2026-11-18"}]},
            [("/actions/0/due", "COACHING_ACTION_DUE_BEFORE")],
        ),
        (
            {"competencies": [{"competency": "Integritas", "rating": 6}]},
            [("/competencies/0/rating", "COACHING_RATING_OUT_OF_SCALE")],
        ),
    ],
)
async def test_what_a_record_may_say(city: City, changes: Json, found: list[tuple[str, str]]) -> None:
    answer = await record(city, "supervisor", "staff", **changes)
    assert answer.status_code == 201 if not found else await faults(answer) == found


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        (dict.fromkeys(CODES[1:], 3), [("/answers/PURPOSE_CLEAR", "COACHING_ANSWER_MISSING")]),
        (dict.fromkeys(CODES, 3) | {"SAFE": 6}, [("/answers/SAFE", "COACHING_RATING_OUT_OF_SCALE")]),
        (dict.fromkeys(CODES, 3) | {"MOOD": 1}, [("/answers/MOOD", "COACHING_QUESTION_UNKNOWN")]),
    ],
)
async def test_every_question_is_answered_within_the_scale(
    city: City, answers: dict[str, int], found: list[tuple[str, str]]
) -> None:
    shown = await acknowledged(city)
    path = f"/coaching-sessions/{shown['id']}/assessment"
    assert await faults(await send(city, "staff", "POST", path, 2, json={"answers": answers})) == found


async def test_a_repetition_is_harmless(city: City) -> None:
    id = str(uuid7())
    first = await record(city, "supervisor", "staff", id=id)
    again = await record(city, "supervisor", "staff", id=id)
    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    await refused(await record(city, "supervisor", "colleague", id=id), 409, "COACHING_ID_TAKEN")


async def test_acknowledging_and_changing_at_once_do_not_pass_each_other(city: City) -> None:
    shown = await recorded(city)
    path = f"/coaching-sessions/{shown['id']}"
    held = select(CoachingSession.id).where(CoachingSession.id == UUID(shown["id"]))
    answers = await at_once(
        city,
        send(city, "staff", "POST", f"{path}/acknowledgement", 1, json={}),
        send(city, "supervisor", "PUT", path, 1, json=talk(notes="Catatan lain")),
        held=held,
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_those_who_manage_see_numbers_only_and_no_small_ones(city: City) -> None:
    await recorded(city, kind="COUNSELLING")
    await recorded(city, kind="COUNSELLING")
    for whom in ("staff", "colleague"):
        await recorded(city, whom=whom)
    await recorded(city, "chief", "supervisor")
    for reader in ("head", "admin"):
        rows = (await done(city, reader, "GET", "/coaching-counts"))["data"]
        assert [
            (each["agency_name"], each["kind"], each["sessions"], each["acknowledged"]) for each in rows
        ] == [
            ("Health", "COACHING", 3, 0),
            ("Health", "COUNSELLING", None, None),
        ]
    for reader in ("staff", "supervisor", "other_head"):
        assert (await done(city, reader, "GET", "/coaching-counts"))["data"] == []
    later = {"day[gte]": "2026-11-20"}
    assert (await done(city, "admin", "GET", "/coaching-counts", params=later))["data"] == []


async def test_agreed_actions_are_reminded_of_once_before_they_are_due(city: City) -> None:
    await recorded(city, kind="COUNSELLING")
    await acknowledged(city)

    async def run(day: int) -> list[Any]:
        now = datetime(2026, 11, day, 3, tzinfo=UTC)
        means = Means(city.database, city.app.state.keyring, clock=lambda: now)
        await remind(means, str(city.region.id))
        return await told(city, NoticeKind.AGREED_ACTION_DUE)

    assert isinstance(city.app.state.keyring, Keyring)
    assert await run(18) == []
    reminded = await run(20)
    assert [who for who, _ in reminded] == ["staff"]
    assert await run(21) == reminded


async def test_lists_are_filtered_and_written_as_files(city: City) -> None:
    shown = await recorded(city)
    await recorded(city, day="2026-11-18", actions=[], topic="=Berbahaya")
    for params, count in (
        ({}, 2),
        ({"open_actions": "true"}, 1),
        ({"open_actions": "false"}, 1),
        ({"status": "ACKNOWLEDGED"}, 0),
        ({"day[gte]": "2026-11-19"}, 1),
        ({"day[lte]": "2026-11-18"}, 1),
        ({"role": "EMPLOYEE"}, 2),
    ):
        rows = (await done(city, "staff", "GET", "/coaching-sessions", params=params))["data"]
        assert len(rows) == count, params
    first = await done(city, "staff", "GET", "/coaching-sessions", params={"limit": 1})
    assert first["data"][0]["id"] == shown["id"]
    cursor = {"limit": 1, "cursor": first["page"]["next"]}
    assert len((await done(city, "staff", "GET", "/coaching-sessions", params=cursor))["data"]) == 1
    async with city.call_as("staff", Accept="text/csv") as client:
        text = (await client.get("/v1/coaching-sessions")).text
    assert "'=Berbahaya" in text
    assert "SUPERVISOR" in text
