"""What one rater said is told to nobody: not over any operation, not by the journal, not by what changes when."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

import asn_api.areas.assessments
from asn_api.core.http.exports import Format
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.tables.assessments import AssessmentRound
from tests.architecture.operations import blueprint, operations
from tests.areas.assessing import (
    PEERS,
    answer,
    answered,
    assessment_id,
    closed,
    crowd,
    opened,
    result,
    scores,
    tasks,
)
from tests.factories import City
from tests.matrix import CALLERS

MARK = "Zq7-kalimat-yang-tidak-boleh-bocor"
VIEWERS = ("staff", "supervisor", "head", "admin", "partner", "peer_a", "peer_b")
LOCAL = [each for each in CALLERS if each != "foreign_admin"]


async def everything(city: City, caller: str, known: dict[str, str]) -> dict[str, str]:
    """What this caller gets from every operation that reads, with these ids wherever a path asks for one."""
    found = {}
    async with city.call_as(caller) as client:
        for each in operations(blueprint()):
            if each.method != "GET" or not each.documented:
                continue
            names = re.findall(r"{(\w+)}", each.path)
            if not set(names) <= known.keys():
                continue
            url = each.path.format_map(known) + ("?follow=false" if each.id == "stream_events" else "")
            answers = [await client.get(url)]
            if each.id in ("list_assessments", "list_journal"):
                answers += [await client.get(url, headers={"Accept": form.value}) for form in Format]
            for got in answers:
                assert got.status_code < 500, got.text
                found[f"{each.id} {got.headers.get('content-type')}"] = got.content.decode("utf-8", "replace")
    return found


async def ids(city: City, round_id: str, task_id: str) -> dict[str, str]:
    return {
        "round_id": round_id,
        "task_id": task_id,
        "assessment_id": str(await assessment_id(city, "staff")),
        "employee_id": str(city.id("staff")),
        "id": task_id,
    }


async def test_no_operation_shows_anybody_what_a_rater_said(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    task = (await tasks(city, "peer_a"))["staff"]
    given = await answer(city, "peer_a", "staff", scores(3, MARK))
    assert given.status_code == 200
    assert MARK not in given.text, "not even in the answer to himself"
    known = await ids(city, shown["id"], task["id"])
    for caller in VIEWERS:
        for operation, body in (await everything(city, caller, known)).items():
            assert MARK not in body, f"{caller} reads it in {operation}"
    await answered(city, "staff", supervisor=8, peer_b=9, peer_c=9)
    await closed(city, shown["id"])
    for caller in VIEWERS:
        for operation, body in (await everything(city, caller, known)).items():
            assert MARK not in body, f"{caller} reads it in {operation}: one comment tells who wrote it"


async def test_a_rater_alone_knows_his_task_and_there_is_no_way_to_ask_for_its_answer(city: City) -> None:
    await crowd(city)
    await opened(city)
    await answered(city, "staff", peer_a=3)
    url = f"/v1/assessment-tasks/{(await tasks(city, 'peer_a'))['staff']['id']}"
    refusals = {"anonymous": 401, "partner": 403}
    for caller in (*LOCAL, "peer_b"):
        async with city.call_as(caller, **{"If-Match": '"2"'}) as client:
            for asked in (
                client.get(url),
                client.put(f"{url}/answer", json=scores(1)),
                client.post(f"{url}/conflict", json={"kind": "FAMILY"}),
            ):
                got = await asked
                assert got.status_code == refusals.get(caller, 404), f"{caller}: {got.text}"
    async with city.call_as("peer_a") as rater:
        own = (await rater.get(url)).json()
        assert own.keys().isdisjoint({"items", "content", "answer", "scores"})
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PATCH", "DELETE"):
            assert (await rater.request(method, f"{url}/answer")).status_code == 405
        page = (await rater.get("/v1/me/assessment-tasks")).json()
        assert not re.search(r'"(score|comment|content)"', json.dumps(page))


@pytest.mark.parametrize(
    "query",
    [{"rater_id": "1"}, {"group": "PEERS"}, {"assessment_id": "1"}, {"fields": "content"}, {"sort": "rater"}],
)
async def test_no_filter_asks_for_raters(city: City, query: dict[str, str]) -> None:
    async with city.call_as("admin") as admin:
        for path in ("/v1/assessments", "/v1/assessment-rounds", "/v1/me/assessment-tasks"):
            got = await admin.get(path, params=query)
            assert (got.status_code, got.json()["code"]) == (400, "PARAMETERS_UNKNOWN")


async def test_nothing_that_anybody_reads_changes_with_a_new_answer(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    await answered(city, "staff", supervisor=8, peer_a=8, peer_b=8)
    known = {
        name: value for name, value in (await ids(city, shown["id"], "x")).items() if "assessment" in name
    }
    viewers = ("staff", "supervisor", "head", "admin")

    async def seen() -> dict[str, dict[str, str]]:
        found = {}
        for viewer in viewers:
            bodies = await everything(city, viewer, known)
            found[viewer] = {
                name: body
                for name, body in bodies.items()
                if name.startswith(("list_assessments", "get_assessment", "explain_assessment"))
                and "spreadsheet" not in name
            }
        return found

    before = await seen()
    assert all(len(each) >= 4 for each in before.values())
    await answered(city, "staff", peer_c=1)
    assert await seen() == before


async def test_the_journal_tells_that_something_was_answered_and_nothing_else(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    task = (await tasks(city, "peer_a"))["staff"]
    await answer(city, "peer_a", "staff", scores(3, MARK))
    async with city.call_as("peer_b", **{"If-Match": '"1"'}) as rater:
        other = (await tasks(city, "peer_b"))["staff"]
        await rater.post(f"/v1/assessment-tasks/{other['id']}/conflict", json={"kind": "DISPUTE"})
    async with city.database.sessions() as db:
        rows = list(
            await db.scalars(
                select(JournalEntry)
                .where(JournalEntry.region_id == city.region.id, JournalEntry.entity.like("assessment%"))
                .order_by(JournalEntry.seq)
            )
        )
    told = [each for each in rows if each.action in ("ANSWER", "CONFLICT")]
    assert [(each.action, str(each.entity_id), each.changes) for each in told] == [
        ("ANSWER", shown["id"], {}),
        ("CONFLICT", shown["id"], {}),
    ]
    for each in told:
        traces = (each.account_id, each.actor_id, each.employee_id, each.request_id, each.on_behalf_of)
        assert set(traces) == {None}
    raters = {str(city.id(name)) for name in (*PEERS, "supervisor", "colleague")}
    for each in rows:
        assert task["id"] not in str(each.changes)
        assert not raters & set(re.findall(r"[0-9a-f-]{36}", json.dumps(each.changes, default=str)))


async def test_the_database_holds_answers_sealed_and_only_until_the_end(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    await answer(city, "peer_a", "staff", scores(3, MARK))
    everywhere = await dump(city)
    assert MARK not in everywhere
    assert MARK.encode().hex() not in everywhere
    assert b"SERVICE_ORIENTED".hex() not in everywhere
    await answered(city, "staff", supervisor=8, peer_b=9, peer_c=9)
    await closed(city, shown["id"])
    kept = await dump(city)
    async with city.database.sessions() as db:
        seeds = await db.scalars(
            select(AssessmentRound.seed).where(AssessmentRound.region_id == city.region.id)
        )
        assert set(seeds) == {None}, "who was drawn cannot be told again"
    assert '"score": "' in kept
    for rater in ("supervisor", "peer_a", "peer_b", "peer_c"):
        assert kept.count(str(city.id(rater))) == 1, "as somebody assessed, not as a rater"


async def dump(city: City) -> str:
    async with city.database.sessions() as db:
        lines = []
        for table in ("assessment_rounds", "assessments", "assessment_tasks"):
            rows = await db.scalars(
                text(f"select t::text from {table} t where region_id = :region"), {"region": city.region.id}
            )
            lines += [str(row).replace('""', '"') for row in rows]
    return "\n".join(lines)


async def test_comments_come_together_or_not_at_all(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    said = {"supervisor": "Teliti.", "peer_a": "Ramah.", "peer_b": "Cepat."}
    for who, comment in said.items():
        assert (await answer(city, who, "staff", scores(8, comment))).status_code == 200
    await answered(city, "staff", peer_c=8)
    for who in ("supervisor", "staff"):
        assert (await answer(city, who, "colleague", scores(8, "Baik."))).status_code == 200
    await answered(city, "colleague", peer_a=8, peer_b=8)
    await closed(city, shown["id"])
    found = await result(city, "staff", "staff")
    assert {each["comment"] for each in found["comments"]} == set(said.values())
    assert [set(each) for each in found["comments"]] == [{"core_value", "comment"}] * 3
    alone = await result(city, "colleague", "colleague")
    assert (alone["score"], alone["comments"]) == ("80.0", None)
    assert {"code": "COMMENTS_WITHHELD", "group": None, "have": None, "need": 3} in alone["reasons"]


async def test_a_value_that_few_scored_withholds_all_of_them(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    await answered(city, "staff", supervisor=8, peer_a=8, peer_b=8)
    partly = scores(8, values=["LOYAL", "COMPETENT", "ADAPTIVE", "HARMONIOUS"])
    assert (await answer(city, "peer_c", "staff", partly)).status_code == 200
    await closed(city, shown["id"])
    found = await result(city, "staff", "staff")
    assert (found["score"], found["values"]) == ("80.0", None)
    assert {each["code"] for each in found["reasons"]} >= {"VALUES_WITHHELD", "ITEMS_LEFT_OUT"}


async def test_a_colleagues_result_is_out_of_reach(city: City) -> None:
    await crowd(city)
    shown = await opened(city)
    await answered(city, "staff", supervisor=8, peer_a=8, peer_b=8, peer_c=8)
    await closed(city, shown["id"])
    url = f"/v1/assessments/{await assessment_id(city, 'staff')}"
    refusals = {
        "anonymous": 401,
        "partner": 403,
        **dict.fromkeys(("colleague", "peer_a", "chief", "other_head", "other_staff"), 404),
        **dict.fromkeys(("staff", "supervisor", "head", "admin"), 200),
    }
    for caller, status in refusals.items():
        async with city.call_as(caller) as client:
            for path in (url, f"{url}/explanation"):
                assert (await client.get(path)).status_code == status, f"{caller} {path}"
            listed = await client.get("/v1/assessments")
            if listed.status_code == 200:
                assert (str(city.id("staff")) in listed.text) is (status == 200), caller


async def test_phones_are_not_sent_assessments(city: City) -> None:
    await crowd(city)
    await opened(city)
    await answer(city, "peer_a", "staff", scores(3, MARK))
    for caller in ("staff", "peer_a", "supervisor", "head", "admin"):
        async with city.call_as(caller, **{"X-Device-Id": city.phones.get(caller, str(uuid7()))}) as client:
            pulled = await client.get("/v1/sync/pull")
            assert MARK not in pulled.text
            assert "assessment_task" not in pulled.text


def test_an_assessment_never_touches_an_evaluation() -> None:
    folder = Path(asn_api.areas.assessments.__file__).parent
    for module in folder.glob("*.py"):
        assert "evaluations" not in module.read_text("utf-8"), module.name


def test_only_the_making_of_results_opens_answers() -> None:
    """`answering` compares a repetition; `closing` makes results; nothing else reads the sealed column."""
    folder = Path(asn_api.areas.assessments.__file__).parent
    opening: Any = {module.name for module in folder.glob("*.py") if ".open(" in module.read_text("utf-8")}
    assert opening == {"answering.py", "closing.py"}
