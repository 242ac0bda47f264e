"""Complaints from the public's side: sending, tracking, guessing, replying, reopening, repeating."""

import asyncio
import base64
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, text

from asn_api.areas.complaints import media
from asn_api.core.mapping import uuid7
from asn_api.tables.complaints import Complaint, ComplaintFile, ComplaintReporter
from tests.areas.complaining import (
    HOLE,
    REPORTER,
    SUPERVISORY,
    act,
    answered,
    coordinator,
    forwarded,
    known,
    ok,
    photo,
    received,
    reply,
    sent,
    track,
)
from tests.factories import City


async def post(city: City, **given: Any) -> tuple[int, dict[str, Any]]:
    async with city.call_as("anonymous") as client:
        body = {**HOLE, "region": city.region.code, **given}
        answer = await client.post("/v1/public/complaints", json=body)
    return answer.status_code, answer.json()


async def test_anybody_reports_in_one_request_and_gets_code_pin_and_deadline(city: City) -> None:
    status, receipt = await post(city)
    assert status == 201
    assert len(receipt["code"]) == 19
    assert len(receipt["pin"]) == 9
    # Received on Friday: three working days are over on Wednesday.
    assert receipt["due"] == {"stage": "VERIFY", "on": "2026-11-25", "provisional": False}
    assert receipt["secret"] is False


async def test_sent_again_with_its_key_it_is_the_same_complaint_with_the_same_proofs(city: City) -> None:
    key = str(uuid4())
    first, receipt = await post(city, key=key)
    again, repeated = await post(city, key=key)
    assert (first, again) == (201, 200)
    assert repeated == receipt
    other, problem = await post(city, key=key, subject="Lampu mati")
    assert (other, problem["code"]) == (409, "COMPLAINT_KEY_TAKEN")
    _, without = await post(city)
    assert without["code"] != receipt["code"]


async def test_two_sendings_at_once_make_one_complaint(city: City) -> None:
    key = str(uuid4())
    answers = await asyncio.gather(*[post(city, key=key) for _ in range(4)])
    assert sorted(status for status, _ in answers) == [200, 200, 200, 201]
    assert len({receipt["code"] for _, receipt in answers}) == 1
    async with city.database.sessions() as db:
        count = select(func.count()).select_from(Complaint).where(Complaint.region_id == city.region.id)
        assert await db.scalar(count) == 1


async def test_codes_are_random_and_say_nothing_of_the_order(city: City) -> None:
    codes = [(await sent(city, reporter=None, anonymous=True))["code"] for _ in range(5)]
    assert len(set(codes)) == 5
    assert len({code[:4] for code in codes}) > 1


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"reporter": None}, "", "COMPLAINT_REPORTER_REQUIRED"),
        ({"reporter": {"name": "Budi"}}, "/reporter", "COMPLAINT_CONTACT_REQUIRED"),
        ({"category": "TIDAK-ADA"}, "/category", "COMPLAINT_CATEGORY_UNKNOWN"),
        ({"occurred_on": "2026-11-21"}, "/occurred_on", "COMPLAINT_DAY_AHEAD"),
        ({"about_unit_id": str(uuid7())}, "", "COMPLAINT_ABOUT_UNIT"),
        ({"about_unit_id": str(uuid7()), "kind": SUPERVISORY}, "/about_unit_id", "NOT_FOUND"),
        ({"joins": str(uuid7()), "kind": SUPERVISORY}, "", "COMPLAINT_JOINS_SUPERVISORY"),
        ({"joins": str(uuid7())}, "/joins", "NOT_FOUND"),
        (
            {"media": [{"content": base64.b64encode(b"MZ program").decode()}]},
            "/media/0",
            "FILE_KIND_NOT_ALLOWED",
        ),
        ({"media": [photo()] * 4}, "/media", "COMPLAINT_MEDIA_MANY"),
        ({"place": {"latitude": 91, "longitude": 0}}, "/place/latitude", None),
        ({"region": "negeri-dongeng"}, "/region", "REGION_UNKNOWN"),
    ],
)
async def test_what_is_wrong_is_named(
    city: City, given: dict[str, Any], pointer: str, code: str | None
) -> None:
    status, problem = await post(city, **given)
    assert status in (404, 422), problem
    assert pointer in [each["pointer"] for each in problem["errors"]], problem
    assert code is None or code in [each["code"] for each in problem["errors"]]


async def test_a_photo_that_is_too_large_is_refused(city: City) -> None:
    large = base64.b64encode(b"\xff\xd8\xff" + bytes(2_000_001)).decode()
    status, problem = await post(city, media=[{"content": large}])
    assert (status, problem["errors"][0]["code"]) == (422, "COMPLAINT_MEDIUM_LARGE")


async def test_photos_lose_what_they_tell_and_reach_those_who_handle(city: City, app: FastAPI) -> None:
    await coordinator(city)
    id, _ = await received(city, media=[photo(), photo(50)])
    async with city.call_as("coordinator") as client:
        shown = ok(await client.get(f"/v1/complaints/{id}"))
        assert [each["kind"] for each in shown["files"]] == ["JPEG", "JPEG"]
        content = await client.get(f"/v1/complaints/{id}/files/{shown['files'][0]['id']}")
        assert (await client.get(f"/v1/complaints/{id}/files/{uuid7()}")).status_code == 404
    assert content.headers["content-type"] == "image/jpeg"
    assert content.content.startswith(b"\xff\xd8\xff")
    assert b"Kamera rahasia" in base64.b64decode(photo()["content"])
    assert b"Kamera rahasia" not in content.content


async def test_checking_only_keeps_neither_row_nor_bytes(city: City, app: FastAPI) -> None:
    async with city.call_as("anonymous") as client:
        answer = await client.post(
            "/v1/public/complaints",
            params={"validate_only": "true"},
            json={**HOLE, "region": city.region.code, "media": [photo()]},
        )
    assert answer.status_code == 201
    async with city.database.sessions() as db:
        assert not (await db.scalars(select(Complaint).where(Complaint.region_id == city.region.id))).all()
    stored = [
        each
        async for page in app.state.objects.listed(media.path(city.region.id, uuid7())[:50])
        for each in page
    ]
    assert stored == []


async def test_who_reported_is_sealed_and_apart(city: City) -> None:
    await sent(city)
    async with city.database.sessions() as db:
        rows = (
            await db.execute(
                text("select to_jsonb(c)::text from complaints c where region_id = :region"),
                {"region": city.region.id},
            )
        ).all()
        reporter = await db.scalar(
            select(ComplaintReporter).where(ComplaintReporter.region_id == city.region.id)
        )
        entries = (
            await db.execute(
                text(
                    "select to_jsonb(j)::text from journal j where region_id = :region and entity = 'complaint'"
                ),
                {"region": city.region.id},
            )
        ).all()
    assert rows
    assert entries
    assert reporter is not None
    told = str(rows) + str(entries) + str(reporter.identity)
    assert "Budi" not in told
    assert "0812" not in told
    assert HOLE["text"] not in str(entries)


async def test_one_contact_sends_only_so_many_a_day_however_it_is_written(city: City) -> None:
    for _ in range(10):
        await sent(city)
    same = {**REPORTER, "phone": "+62 812 0000 1234"}
    async with city.call_as("anonymous") as client:
        refused = await client.post(
            "/v1/public/complaints", json={**HOLE, "region": city.region.code, "reporter": same}
        )
    assert (refused.status_code, refused.json()["code"]) == (429, "COMPLAINTS_OF_DAY_USED_UP")
    # Until midnight in Jakarta: it is ten in the morning.
    assert refused.headers["retry-after"] == str(14 * 3600 + 1)
    # The same address, another person.
    assert (await sent(city, reporter={"name": "Ani", "email": "ani@contoh.id"}))["code"]


async def test_the_code_alone_shows_status_and_public_answers_the_pin_everything(city: City) -> None:
    await coordinator(city)
    id, receipt = await answered(city)
    await act(city, "coordinator", id, "notes", text="Catatan di antara kita")
    alone = ok(await track(city, receipt, pin=None))
    assert (alone["status"], alone["agency_name"]) == ("ANSWERED", "Health")
    assert [each["text"] for each in alone["messages"]] == ["Lubang ditutup hari ini."]
    assert "subject" not in alone
    whole = ok(await track(city, receipt))
    assert whole["text"] == HOLE["text"]
    assert set(whole["allowed_actions"]) == {"REPLY", "CONFIRM"}
    assert "Catatan di antara kita" not in str(alone) + str(whole)
    assert "STAFF" not in str(whole)
    shouted = {**receipt, "code": receipt["code"].lower().replace("-", " ")}
    assert ok(await track(city, shouted))["code"] == receipt["code"]


async def test_a_secret_complaint_needs_its_pin_for_everything(city: City) -> None:
    receipt = await sent(city, secret=True)
    hidden = await track(city, receipt, pin=None)
    unknown = await track(city, {**receipt, "code": "AAAA-AAAA-AAAA-AAAA"}, pin=None)
    assert (hidden.status_code, hidden.json()["code"]) == (404, "COMPLAINT_UNKNOWN")
    same = ("code", "title", "detail", "status")
    assert [hidden.json()[name] for name in same] == [unknown.json()[name] for name in same]
    assert (await track(city, receipt)).status_code == 200


async def test_guessing_a_pin_is_slowed_and_reading_without_one_forgives_nothing(city: City) -> None:
    receipt = await sent(city)
    answers = []
    for n in range(5):
        answers.append((await track(city, receipt, pin=f"0000-000{n}")).status_code)
        assert (await track(city, receipt, pin=None)).status_code in (200, 429)
    assert answers == [404, 404, 404, 404, 429]
    # The right one waits as well, for seconds: nobody learns by it that it was right.
    waiting = await track(city, receipt)
    assert waiting.status_code == 429
    assert 0 < int(waiting.headers["retry-after"]) <= 30
    # Another complaint of the same address is not concerned.
    assert (await track(city, await sent(city))).status_code == 200


async def test_a_pin_opens_its_own_complaint_alone(city: City) -> None:
    first, second = await sent(city), await sent(city)
    crossed = {**first, "pin": second["pin"]}
    assert (await track(city, crossed)).status_code == 404


async def test_what_was_asked_for_brings_it_back_and_the_clock_gains_the_days(city: City) -> None:
    await coordinator(city)
    id, receipt = await received(city)
    await act(city, "coordinator", id, "hold", text="Di jalan mana?")
    asked = ok(await track(city, receipt))
    assert (asked["status"], asked["due"]) == ("ON_HOLD", None)
    assert asked["messages"][0]["kind"] == "QUESTION"
    # The question is for the reporter; the public is told the status alone.
    assert ok(await track(city, receipt, pin=None))["messages"] == []
    after = await reply(city, receipt, "messages", text="Jalan Melati", media=[photo()])
    assert after["status"] == "RECEIVED"
    assert after["due"]["stage"] == "VERIFY"
    async with city.call_as("coordinator") as client:
        shown = ok(await client.get(f"/v1/complaints/{id}"))
    assert shown["files"][0]["message_id"] == shown["messages"][-1]["id"]


async def test_a_reply_takes_it_back_to_the_agency_and_tells_it(city: City) -> None:
    await coordinator(city)
    _, receipt = await answered(city)
    message = str(uuid7())
    for _ in range(2):
        after = await reply(city, receipt, "messages", id=message, text="Masih berlubang")
    assert after["status"] == "IN_PROGRESS"
    assert [each["kind"] for each in after["messages"]] == ["ANSWER", "REPLY"]
    await reply(city, receipt, "messages", 409, id=message, text="Lain")
    async with city.call_as("staff") as client:
        told = ok(await client.get("/v1/me/notifications"))["data"]
    assert {each["kind"] for each in told} == {"COMPLAINT_ASSIGNED", "COMPLAINT_REPLIED"}
    added = await reply(city, receipt, "messages", text="Foto menyusul")
    assert (added["status"], added["messages"][-1]["kind"]) == ("IN_PROGRESS", "ADDITION")


async def test_accepting_an_answer_closes_and_rates_once(city: City) -> None:
    await coordinator(city)
    _, receipt = await answered(city)
    closed = await reply(city, receipt, "satisfaction", rating=5, comment="Cepat")
    assert (closed["status"], closed["rating"], closed["reopen_until"]) == ("CLOSED", 5, "2026-12-20")
    again = await reply(city, receipt, "satisfaction", 409, rating=1)
    assert again["code"] == "COMPLAINT_RATED"
    ended = await reply(city, receipt, "messages", 409, text="Halo")
    assert ended["code"] == "COMPLAINT_WRONG_STATUS"


async def test_nothing_is_accepted_before_there_is_an_answer(city: City) -> None:
    await coordinator(city)
    _, receipt = await forwarded(city)
    refused = await reply(city, receipt, "satisfaction", 409, rating=5)
    assert refused["code"] == "COMPLAINT_WRONG_STATUS"


async def test_reopening_reaches_the_agency_again_is_counted_and_has_an_end(city: City) -> None:
    await coordinator(city)
    id, receipt = await answered(city)
    await reply(city, receipt, "satisfaction")
    rating = await reply(city, receipt, "satisfaction", 422)
    assert rating["errors"][0]["code"] == "COMPLAINT_RATING_REQUIRED"
    reopened = await reply(city, receipt, "reopening", text="Lubangnya terbuka lagi")
    assert (reopened["status"], reopened["agency_name"]) == ("REOPENED", "Health")
    assert reopened["due"]["stage"] == "AGENCY_FIRST_FOLLOW_UP"
    async with city.call_as("staff") as client:
        shown = ok(await client.get(f"/v1/complaints/{id}"))
    assert shown["reopenings"] == 1
    await act(city, "staff", id, "answer", text="Ditutup dengan aspal.")
    await reply(city, receipt, "satisfaction", rating=3)
    twice = await reply(city, receipt, "reopening", 409, text="Lagi")
    assert twice["code"] == "COMPLAINT_REOPENED_OFTEN"


async def similar(city: City, **given: Any) -> list[dict[str, Any]]:
    body = {"region": city.region.code, "subject": "Lubang besar jalan pasar lama", **given}
    async with city.call_as("anonymous") as client:
        found: list[dict[str, Any]] = ok(await client.post("/v1/public/complaints/similar", json=body))[
            "data"
        ]
    return found


async def test_likely_duplicates_are_suggested_by_words_and_place_with_reasons(city: City) -> None:
    await coordinator(city)
    place = {"latitude": -6.2, "longitude": 106.8}
    near = {"latitude": -6.2005, "longitude": 106.8}
    by_words, _ = await forwarded(city, place=place)
    by_place, _ = await forwarded(city, subject="Genangan air", text="Tidak surut", place=place)
    await forwarded(
        city, subject="Lampu taman mati", text="Gelap", place={"latitude": -6.3, "longitude": 106.8}
    )
    await received(city, place=place)
    await forwarded(city, place=place, secret=True)
    found = await similar(city, place=near)
    assert [each["id"] for each in found] == [by_words, by_place]
    assert found[0]["distance_m"] == found[1]["distance_m"] == 56
    assert set(found[0]["words"]) == {"besar", "jalan", "lubang", "pasar"}
    assert found[1]["words"] == []
    assert [each["id"] for each in await similar(city)] == [by_words]
    assert await similar(city, subject="!!!") == []


async def test_joining_follows_the_other_ones_answers_and_counts(city: City) -> None:
    await coordinator(city)
    parent, _ = await forwarded(city)
    _, receipt = await post(city, joins=parent, text="Saya juga jatuh di sana")
    assert receipt["status"] == "MERGED"
    assert (await similar(city))[0]["joined"] == 1
    await act(city, "staff", parent, "answer", text="Ditutup.")
    followed = ok(await track(city, receipt))
    assert (followed["status"], followed["text"]) == ("ANSWERED", "Saya juga jatuh di sana")
    assert [each["text"] for each in followed["messages"]] == ["Ditutup."]
    await reply(city, receipt, "messages", text="Terima kasih")
    child = await known(city, receipt)
    async with city.call_as("coordinator") as client:
        assert ok(await client.get(f"/v1/complaints/{child}"))["parent_id"] == parent


async def test_the_public_reads_the_categories(city: City) -> None:
    await coordinator(city)
    async with city.call_as("coordinator") as client:
        for code, closed in (("JALAN", None), ("LAMA", "2026-01-01")):
            body = {
                "code": code,
                "name": code.title(),
                "agency_id": str(city.units["works"].id),
                "closed_on": closed,
            }
            assert (await client.post("/v1/complaint-categories", json=body)).status_code == 201
    async with city.call_as("anonymous") as client:
        listed = ok(await client.get("/v1/public/complaint-categories", params={"region": city.region.code}))
    assert listed["data"] == [{"code": "JALAN", "name": "Jalan", "description": None, "agency_name": "Works"}]
    id, _ = await received(city, category="JALAN")
    async with city.call_as("coordinator") as client:
        suggested = ok(await client.get(f"/v1/complaints/{id}"))["suggested_agency"]
    assert UUID(suggested["id"]) == city.units["works"].id


async def test_file_rows_belong_to_the_complaint(city: City) -> None:
    await sent(city, media=[photo()])
    async with city.database.sessions() as db:
        file = await db.scalar(select(ComplaintFile).where(ComplaintFile.region_id == city.region.id))
    assert file is not None
    assert file.sha256 != file.stored_sha256
