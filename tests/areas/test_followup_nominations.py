"""Nominations over HTTP: criteria as a warning, one open nomination, decided from above, many at once."""

import asyncio
import csv
import io
from typing import Any

import httpx
from sqlalchemy import event, select

from asn_api.access.authority import announce
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.organization import UnitKind
from asn_api.rules.recognition import NominationStatus
from asn_api.tables.followup import Nomination
from asn_api.tables.organization import Unit
from tests.areas.following_up import VERY_GOOD, Json, quarters
from tests.areas.races import at_once
from tests.areas.test_notifications import told
from tests.areas.test_performance import done, refused, send
from tests.factories import City
from tests.matrix.followup import nominated


def body_of(city: City, person: str = "staff", **changes: Any) -> Json:
    given = {
        "employee_id": str(city.id(person)),
        "kind": "EMPLOYEE_OF_PERIOD",
        "year": 2026,
        "basis": "PERIODIC",
        "number": 3,
        "citation": "Menyelesaikan tunggakan arsip dua tahun",
        "justification": "Dinilai dari hasil di lapangan",
    } | changes
    return {name: value for name, value in given.items() if value is not None}


async def propose(
    city: City, by: str = "supervisor", person: str = "staff", **changes: Any
) -> httpx.Response:
    return await send(city, by, "POST", "/nominations", json=body_of(city, person, **changes))


async def proposed(city: City, by: str = "supervisor", person: str = "staff", **changes: Any) -> Json:
    answer = await propose(city, by, person, **changes)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def acted(city: City, person: str, shown: Json, name: str, **body: Any) -> httpx.Response:
    return await send(city, person, "POST", f"/nominations/{shown['id']}/{name}", shown["version"], json=body)


def may(shown: Json) -> set[str]:
    return {each["action"] for each in shown["allowed_actions"] if each["refused"] is None}


async def decide(city: City, person: str, *items: Json, **options: Any) -> Json:
    return await done(city, person, "POST", "/nominations/decisions", json={"items": items} | options)


def item(shown: Json | Nomination, decision: str = "ENDORSE", **changes: Any) -> Json:
    id, version = (shown["id"], shown["version"]) if isinstance(shown, dict) else (str(shown.id), 1)
    return {"id": id, "version": version, "decision": decision} | changes


async def test_who_excels_needs_no_reason_and_the_criteria_are_kept(city: City) -> None:
    await quarters(city, "staff", VERY_GOOD, VERY_GOOD, VERY_GOOD)
    shown = await proposed(city, justification=None)
    assert (shown["status"], shown["meets_criteria"]) == ("PROPOSED", True)
    assert {each["criterion"]: each["value"] for each in shown["criteria"]} == {
        "HIGH_PREDICATE": 3,
        "BEHAVIOUR_ABOVE": 3,
    }
    assert (shown["period_start"], shown["period_end"]) == ("2026-07-01", "2026-09-30")


async def test_who_does_not_needs_a_written_reason_and_nothing_more(city: City) -> None:
    problem = await refused(await propose(city, justification=None), 422, "REQUEST_INVALID")
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [
        ("/justification", "NOMINATION_REASON_FOR_CRITERIA")
    ]
    assert "HIGH_PREDICATE" in problem["errors"][0]["message"]
    shown = await proposed(city)
    assert (shown["meets_criteria"], may(shown)) == (False, {"WITHDRAW"})
    endorsed = await acted(city, "chief", shown, "endorsement", comment="Setuju")
    assert endorsed.json()["status"] == "ENDORSED"


async def test_the_superior_of_the_nominator_or_the_head_decides_and_nobody_else(city: City) -> None:
    shown = await proposed(city)
    await refused(await acted(city, "supervisor", shown, "endorsement"), 409, "NOMINATION_BY_A_PARTY")
    for stranger in ("staff", "colleague", "other_head", "other_staff", "admin"):
        await refused(await acted(city, stranger, shown, "endorsement"), 404, "NOT_FOUND")
    path = f"/nominations/{shown['id']}"
    for above in ("chief", "head"):
        assert may(await done(city, above, "GET", path)) == {"ENDORSE", "REJECT"}
    for below in ("staff", "admin"):
        assert may(await done(city, below, "GET", path)) == set()
    await refused(await send(city, "colleague", "GET", path), 404, "NOT_FOUND")
    problem = await refused(await acted(city, "chief", shown, "rejection"), 422, "REQUEST_INVALID")
    assert problem["errors"][0]["pointer"] == "/reason"
    rejected = (await acted(city, "head", shown, "rejection", reason="Belum setahun")).json()
    assert (rejected["status"], rejected["decision_note"]) == ("REJECTED", "Belum setahun")
    assert rejected["decided_by"] == str(city.id("head"))
    await refused(await acted(city, "chief", rejected, "endorsement"), 409, "NOMINATION_WRONG_STATUS")


async def test_nobody_nominates_or_endorses_himself_or_judges_his_superiors_wish(city: City) -> None:
    await refused(await propose(city, "head", "head"), 409, "FOLLOWUP_ON_ONESELF")
    await refused(await propose(city, "staff", "staff"), 404, "NOT_FOUND")
    by_head = await proposed(city, "head", "staff")
    await refused(await acted(city, "head", by_head, "endorsement"), 409, "NOMINATION_BY_A_PARTY")
    await refused(await acted(city, "supervisor", by_head, "endorsement"), 409, "NOMINATION_WRONG_ACTOR")
    await refused(await acted(city, "chief", by_head, "endorsement"), 404, "NOT_FOUND")
    of_supervisor = await proposed(city, "chief", "supervisor")
    assert (await acted(city, "head", of_supervisor, "endorsement")).is_success


async def test_a_head_below_the_nominator_does_not_judge_his_wish(city: City) -> None:
    """The head of a health centre within an agency has a branch of his own."""
    async with city.database.sessions() as db, db.begin():
        unit = await db.get(Unit, (city.region.id, city.units["clinic"].id))
        assert unit is not None
        unit.kind = UnitKind.HEALTH_CENTRE
        await announce(db, "region", city.region.id)
    await asyncio.sleep(0.1)
    from_above = await proposed(city, "head", "staff")
    assert may(await done(city, "chief", "GET", f"/nominations/{from_above['id']}")) == set()
    await refused(await acted(city, "chief", from_above, "endorsement"), 409, "NOMINATION_WRONG_ACTOR")
    waiting = await done(city, "chief", "GET", "/nominations", params={"waiting_for_me": "true"})
    assert waiting["data"] == []
    from_below = await proposed(city, "supervisor", "colleague")
    assert (await acted(city, "chief", from_below, "endorsement")).is_success


async def test_one_open_nomination_for_person_kind_and_period(city: City) -> None:
    first = await proposed(city)
    await refused(await propose(city, "head"), 409, "NOMINATION_ALREADY")
    assert (await propose(city, kind="INNOVATION")).status_code == 201
    assert (await propose(city, number=2)).status_code == 201
    assert (await propose(city, basis="YEARLY", number=None)).status_code == 201
    endorsed = (await acted(city, "chief", first, "endorsement")).json()
    await refused(await propose(city), 409, "NOMINATION_ALREADY")
    await refused(
        await acted(city, "supervisor", endorsed, "withdrawal", reason="-"), 409, "NOMINATION_BY_A_PARTY"
    )
    withdrawn = (await acted(city, "chief", endorsed, "withdrawal", reason="Temuan baru")).json()
    assert (withdrawn["status"], withdrawn["withdrawal_reason"]) == ("WITHDRAWN", "Temuan baru")
    again = await proposed(city)
    await acted(city, "supervisor", again, "withdrawal", reason="Keliru")
    assert (await propose(city)).status_code == 201


async def test_of_two_nominations_at_once_one_is_kept(city: City) -> None:
    answers = await asyncio.gather(*[propose(city, by) for by in ("supervisor", "head") * 3])
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409, 409, 409]


async def test_of_two_who_decide_at_once_one_is_told_to_look_again(city: City) -> None:
    shown = await proposed(city)
    answers = await at_once(
        city,
        acted(city, "head", shown, "endorsement"),
        acted(city, "chief", shown, "rejection", reason="Belum"),
        held=select(Nomination.id).where(Nomination.region_id == city.region.id),
    )
    assert sorted(each.status_code for each in answers) == [200, 412]


async def test_the_same_nomination_sent_again_is_the_same(city: City) -> None:
    id = str(uuid7())
    first, again = await propose(city, id=id), await propose(city, id=id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    await refused(await propose(city, id=id, citation="Lain"), 409, "NOMINATION_ID_TAKEN")


async def test_many_are_decided_at_once_and_a_refused_one_costs_nobody_else(city: City) -> None:
    mine = await nominated(city, by="head")
    good = [await nominated(city) for _ in range(3)]
    stranger = await nominated(city, "other_staff", "other_head")
    items = [
        item(good[0]),
        item(mine),
        item(good[1], "REJECT"),
        item(stranger),
        item(good[1], "REJECT", comment="Belum"),
        item(good[0]),
        item(good[2], version=9),
    ]
    answer = await decide(city, "head", *items)
    assert (answer["done"], answer["refused"]) == (2, 5)
    assert [(each["status"], each["version"], each["code"]) for each in answer["results"]] == [
        ("ENDORSED", 2, None),
        (None, None, "NOMINATION_BY_A_PARTY"),
        (None, None, "REQUEST_INVALID"),
        (None, None, "NOT_FOUND"),
        ("REJECTED", 2, None),
        (None, None, "VERSION_STALE"),
        (None, None, "VERSION_STALE"),
    ]
    assert answer["results"][2]["errors"][0]["code"] == "NOMINATION_REASON_REQUIRED"
    assert await told(city, NoticeKind.NOMINATION_ENDORSED) == [("staff", None)]
    async with city.database.sessions() as db:
        rows = await db.execute(
            select(JournalEntry.entity_id, JournalEntry.action, JournalEntry.version, JournalEntry.changes)
            .where(JournalEntry.region_id == city.region.id, JournalEntry.entity == "nomination")
            .order_by(JournalEntry.seq)
        )
        assert [tuple(row) for row in rows] == [
            (good[0].id, "ENDORSE", 2, {"status": ["PROPOSED", "ENDORSED"]}),
            (good[1].id, "REJECT", 2, {"status": ["PROPOSED", "REJECTED"]}),
        ]


async def test_all_or_nothing_on_request(city: City) -> None:
    good, mine = await nominated(city), await nominated(city, by="head")
    answer = await decide(city, "head", item(good), item(mine), atomic="all")
    assert [each["code"] for each in answer["results"]] == ["NOT_DONE_ATOMIC", "NOMINATION_BY_A_PARTY"]
    assert (await done(city, "head", "GET", f"/nominations/{good.id}"))["status"] == "PROPOSED"


async def test_three_hundred_take_no_more_statements_than_three(city: City) -> None:
    counts = []
    for many in (3, 300):
        items = [item(await nominated(city)) for _ in range(many)]
        counts.append(await statements(city, decide(city, "head", *items)))
    async with city.database.sessions() as db:
        found = await db.scalars(select(Nomination.status).where(Nomination.region_id == city.region.id))
        assert set(found) == {NominationStatus.ENDORSED}
    assert counts[0] == counts[1]


async def statements(city: City, request: Any) -> int:
    seen = []

    def note(*args: Any) -> None:
        seen.append(args[2])

    engine = city.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await request
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)


async def test_nominations_are_filtered_and_come_as_a_table(city: City) -> None:
    mine = await nominated(city, by="head")
    waiting = await nominated(city)
    shown = await done(city, "head", "GET", "/nominations", params={"waiting_for_me": "true"})
    assert [each["id"] for each in shown["data"]] == [str(waiting.id)]
    shown = await done(city, "chief", "GET", "/nominations")
    assert [each["id"] for each in shown["data"]] == [str(waiting.id)]
    query = {"year": mine.year, "kind": "INNOVATION", "status": "PROPOSED"}
    assert str(mine.id) in str(await done(city, "staff", "GET", "/nominations", params=query))
    query["status"] = "ENDORSED"
    assert (await done(city, "staff", "GET", "/nominations", params=query))["data"] == []
    async with city.call_as("admin", Accept="text/csv") as client:
        table = await client.get("/v1/nominations")
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert [(each["Recognition"], each["Status"], each["Nominator"]) for each in rows] == [
        ("Innovation", "Proposed", "SUPERVISOR"),
        ("Innovation", "Proposed", "HEAD"),
    ]
