"""Complaints that field officers hand in together: each for itself, and none twice."""

import asyncio
import base64
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from asn_api.tables.complaints import Complaint
from tests.areas.complaining import HOLE, act, contact, coordinator, known, ok, photo, received, sent, track
from tests.factories import City

NAMELESS: dict[str, Any] = {**HOLE, "reporter": None, "anonymous": True}


def item(**given: Any) -> dict[str, Any]:
    return {**NAMELESS, "key": str(uuid4()), **given}


async def handed(city: City, who: str, *items: Any, status: int = 200, **query: str) -> dict[str, Any]:
    async with city.call_as(who) as client:
        answer = await client.post("/v1/complaints/batches", json={"items": list(items)}, params=query)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def stored(city: City) -> int:
    async with city.database.sessions() as db:
        count = select(func.count()).select_from(Complaint).where(Complaint.region_id == city.region.id)
        return await db.scalar(count) or 0


async def test_each_citizen_gets_code_and_pin_of_his_own(city: City) -> None:
    await coordinator(city)
    await contact(city, "desk", "health")
    found = await handed(
        city, "desk", item(occurred_on="2026-11-10", media=[photo()]), item(subject="Lampu mati")
    )
    assert (found["done"], found["refused"]) == (2, 0)
    first, second = (each["receipt"] for each in found["results"])
    assert first["code"] != second["code"]
    # Received when it arrived: the clock does not begin on the day of the event.
    assert first["due"]["on"] == "2026-11-25"
    whole = ok(await track(city, first))
    assert len(whole["files"]) == 1
    async with city.call_as("coordinator") as client:
        shown = ok(await client.get(f"/v1/complaints/{await known(city, first)}"))
    assert (shown["occurred_on"], shown["status"], shown["subject"]) == (
        "2026-11-10",
        "RECEIVED",
        HOLE["subject"],
    )


async def test_the_journal_knows_who_handed_it_in(city: City) -> None:
    await coordinator(city)
    await contact(city, "desk", "health")
    await handed(city, "desk", item())
    async with city.database.sessions() as db:
        statement = text("select actor_id from journal where region_id = :r and action = 'RECEIVE'")
        assert (await db.scalars(statement, {"r": city.region.id})).all() == [city.id("desk")]


async def test_a_bad_item_stops_no_other(city: City) -> None:
    await coordinator(city)
    bad = [
        (item(category="TIDAK-ADA"), "/category", "COMPLAINT_CATEGORY_UNKNOWN"),
        (item(occurred_on="2026-11-21"), "/occurred_on", "COMPLAINT_DAY_AHEAD"),
        (item(reporter=None, anonymous=False), "", "COMPLAINT_REPORTER_REQUIRED"),
        (item(joins=str(uuid7())), "/joins", "NOT_FOUND"),
        (
            item(media=[{"content": base64.b64encode(b"MZ program").decode()}]),
            "/media/0",
            "FILE_KIND_NOT_ALLOWED",
        ),
        ({**NAMELESS}, "/key", "FIELD_MISSING"),
        (item(region="kota-lain"), "/region", "FIELD_UNKNOWN"),
        ("bukan objek", "", "OBJECT_EXPECTED"),
    ]
    good = [item(), item()]
    found = await handed(city, "coordinator", good[0], *[each for each, _, _ in bad], good[1])
    assert (found["done"], found["refused"]) == (2, len(bad))
    results = found["results"]
    assert [results[0]["done"], results[-1]["done"]] == [True, True]
    for number, (given, pointer, code) in enumerate(bad, 1):
        result = results[number]
        assert (result["index"], result["receipt"], result["code"]) == (number, None, "REQUEST_INVALID")
        assert (pointer, code) in [(each["pointer"], each["code"]) for each in result["errors"]], given
    assert await stored(city) == 2


async def test_sent_again_it_gives_the_same_receipts(city: City) -> None:
    await coordinator(city)
    items = [item(), item(media=[photo()])]
    first = await handed(city, "coordinator", *items)
    again = await handed(city, "coordinator", *reversed(items), {**items[0], "subject": "Lain"})
    assert again["results"][0]["receipt"] == first["results"][1]["receipt"]
    assert again["results"][1]["receipt"] == first["results"][0]["receipt"]
    assert again["results"][2]["code"] == "COMPLAINT_KEY_TAKEN"
    assert await stored(city) == 2
    # The same as if the citizen had sent it himself.
    receipt = await sent(city, **items[0])
    assert receipt == first["results"][0]["receipt"]


async def test_batches_at_once_with_the_same_keys_wait_and_do_not_jam(city: City) -> None:
    await coordinator(city)
    items = [item() for _ in range(6)]
    answers = await asyncio.gather(
        handed(city, "coordinator", *items),
        handed(city, "coordinator", *reversed(items)),
        handed(city, "coordinator", *items[3:], *items[:3]),
    )
    codes = [{each["key"]: each["receipt"]["code"] for each in answer["results"]} for answer in answers]
    assert codes[0] == codes[1] == codes[2]
    assert await stored(city) == 6


async def test_batches_that_join_the_same_ones_do_not_jam_either(city: City) -> None:
    await coordinator(city)
    parents = []
    for _ in range(2):
        parent, _ = await received(city, reporter=None, anonymous=True)
        await act(city, "coordinator", parent, "verification")
        parents.append(parent)
    keys = sorted(str(uuid4()) for _ in range(4))
    one = [item(key=keys[n], joins=parents[n]) for n in (0, 1)]
    other = [item(key=keys[n + 2], joins=parents[1 - n]) for n in (0, 1)]
    for answer in await asyncio.gather(
        handed(city, "coordinator", *one), handed(city, "coordinator", *other)
    ):
        assert answer["done"] == 2, answer
    async with city.call_as("coordinator") as client:
        joined = [ok(await client.get(f"/v1/complaints/{id}"))["joined"] for id in parents]
    assert joined == [2, 2]


async def test_a_contact_has_no_more_reports_a_day_than_by_himself(city: City) -> None:
    await coordinator(city)
    found = await handed(city, "coordinator", *[item(**HOLE, anonymous=False) for _ in range(11)])
    assert (found["done"], found["refused"]) == (10, 1)
    assert {each["code"] for each in found["results"]} == {None, "COMPLAINTS_OF_DAY_USED_UP"}


async def test_only_so_many_at_once_and_only_by_those_who_may(city: City) -> None:
    await coordinator(city)
    refused = await handed(city, "coordinator", *[item() for _ in range(51)], status=422)
    assert (refused["code"], refused["params"]["limit"]) == ("COMPLAINTS_TOO_MANY", 50)
    await handed(city, "coordinator", status=422)
    for who in ("staff", "head", "admin", "partner"):
        assert (await handed(city, who, item(), status=403))["code"] == "PERMISSION_MISSING"
    assert await stored(city) == 0


@pytest.mark.parametrize("dry", ["true", "false"])
async def test_checking_only_stores_nothing(city: City, dry: str) -> None:
    await coordinator(city)
    found = await handed(city, "coordinator", item(), item(category="X"), validate_only=dry)
    assert (found["done"], found["refused"]) == (1, 1)
    assert await stored(city) == (0 if dry == "true" else 1)


async def test_what_the_store_cannot_keep_leaves_no_row_and_costs_no_other(
    city: City, settings: Settings
) -> None:
    """Where the region's folder would be lies a file."""
    await coordinator(city)
    blocked = Path(url2pathname(urlsplit(settings.files_url or "").path)) / "regions" / str(city.region.id)
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("in the way")
    with_photo = item(media=[photo()])
    found = await handed(city, "coordinator", item(), with_photo, item())
    assert [each["code"] for each in found["results"]] == [None, "FILES_UNREACHABLE", None]
    assert await stored(city) == 2
    blocked.unlink()
    again = await handed(city, "coordinator", with_photo)
    assert again["done"] == 1
    assert await stored(city) == 3
