"""Activities that name the complaint they served, and who learns of it."""

from typing import Any

import pytest
from sqlalchemy import update

from asn_api.areas.activities import ledger, queries, router
from asn_api.core.mapping import uuid7
from asn_api.tables.complaints import Complaint
from tests.areas.complaining import (
    SUPERVISORY,
    act,
    coordinator,
    forwarded,
    named,
    ok,
    received,
)
from tests.areas.test_activities import activity, post
from tests.areas.test_sync import at, operation, push
from tests.areas.test_sync_pull import Phone
from tests.factories import City

NAMELESS: dict[str, Any] = {"reporter": None, "anonymous": True}


async def refused(city: City, who: str, complaint: str) -> list[tuple[str, str]]:
    async with city.call_as(who) as client:
        answer = await client.post("/v1/activities", json=activity(complaint_id=complaint))
    assert answer.status_code == 422, answer.text
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


UNKNOWN = [("/complaint_id", "ACTIVITY_COMPLAINT_UNKNOWN")]


async def test_the_owner_names_what_he_handles_and_readers_of_both_see_it(city: City) -> None:
    await coordinator(city)
    complaint, _ = await forwarded(city, **NAMELESS)
    async with city.call_as("staff") as staff:
        mine = await post(staff, complaint_id=complaint)
        assert mine["complaint_id"] == complaint
        url = f"/v1/activities/{mine['id']}"
        assert ok(await staff.get(url))["complaint_id"] == complaint
        assert ok(await staff.get("/v1/me/activities"))["data"][0]["complaint_id"] == complaint
    # The superior reads what his people handle; the head his agency's. The admin reads activities and no complaint.
    for who, seen in (("supervisor", complaint), ("head", complaint), ("admin", None)):
        async with city.call_as(who) as client:
            assert ok(await client.get(url))["complaint_id"] == seen, who
            (row,) = ok(await client.get("/v1/activities"))["data"]
            assert row["complaint_id"] == seen, who
    async with city.call_as("partner") as client:
        assert ok(await client.get(url))["complaint_id"] is None


async def test_what_the_superior_decides_shows_it_too_and_a_table_never(city: City) -> None:
    await coordinator(city)
    complaint, _ = await forwarded(city, **NAMELESS)
    async with city.call_as("staff") as staff:
        id = (await post(staff, complaint_id=complaint))["id"]
    async with city.call_as("supervisor") as supervisor:
        url = f"/v1/activities/{id}/verification"
        decided = ok(await supervisor.post(url, json={}, headers={"If-Match": '"1"'}))
        lines = await supervisor.get("/v1/activities", headers={"Accept": "application/x-ndjson"})
    assert decided["complaint_id"] == complaint
    assert complaint not in lines.text


async def test_what_one_does_not_read_cannot_be_named(city: City) -> None:
    await coordinator(city)
    elsewhere, _ = await forwarded(city, "works", "other_staff", **NAMELESS)
    waiting, _ = await received(city, **NAMELESS)
    for complaint in (elsewhere, waiting, str(uuid7())):
        assert await refused(city, "staff", complaint) == UNKNOWN
    mine, _ = await forwarded(city, **NAMELESS)
    # A colleague has nothing to do with it.
    assert await refused(city, "colleague", mine) == UNKNOWN


async def test_a_complaint_about_officials_is_never_named(city: City) -> None:
    await coordinator(city)
    complaint, _ = await received(city, kind=SUPERVISORY, **NAMELESS)
    await act(city, "coordinator", complaint, "subjects", 204, subjects=named(city, "other_head", "works"))
    await act(city, "coordinator", complaint, "verification")
    body: dict[str, Any] = {"agency_id": str(city.units["health"].id), "officer_id": str(city.id("staff"))}
    await act(city, "coordinator", complaint, "disposition", **body)
    async with city.call_as("staff") as staff:
        assert (await staff.get(f"/v1/complaints/{complaint}")).status_code == 200
    assert await refused(city, "staff", complaint) == UNKNOWN


async def test_should_one_become_supervisory_nobody_else_sees_it_named(city: City) -> None:
    await coordinator(city)
    complaint, _ = await forwarded(city, **NAMELESS)
    async with city.call_as("staff") as staff:
        id = (await post(staff, complaint_id=complaint))["id"]
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Complaint).where(Complaint.region_id == city.region.id).values(kind=SUPERVISORY)
        )
    async with city.call_as("supervisor") as client:
        assert ok(await client.get(f"/v1/activities/{id}"))["complaint_id"] is None


async def test_what_was_named_may_stay_after_it_went_away(city: City) -> None:
    await coordinator(city)
    complaint, _ = await forwarded(city, **NAMELESS)
    async with city.call_as("staff") as staff:
        id = (await post(staff, complaint_id=complaint, submit=False))["id"]
        await act(city, "coordinator", complaint, "recall", text="Salah alamat")
        url, body = f"/v1/activities/{id}", activity(minutes=60, complaint_id=complaint)
        kept = ok(await staff.put(url, json=body, headers={"If-Match": '"1"'}))
        assert kept["complaint_id"] == complaint
        gone = ok(await staff.put(url, json=activity(minutes=60), headers={"If-Match": '"2"'}))
        assert gone["complaint_id"] is None
        again = await staff.put(url, json=body, headers={"If-Match": '"3"'})
        assert again.json()["errors"][0]["code"] == "ACTIVITY_COMPLAINT_UNKNOWN"


async def test_by_the_phone_and_back_to_it(city: City) -> None:
    await coordinator(city)
    complaint, _ = await forwarded(city, **NAMELESS)
    good = operation(data=at(8, complaint_id=complaint), submit=False)
    bad = operation(data=at(9, complaint_id=str(uuid7())))
    async with city.call_as("staff") as staff:
        first, second = await push(staff, good, bad)
        phone = Phone(staff)
        await phone.pull()
        assert phone.records["activity", good["id"]]["complaint_id"] == complaint
        assert (first["status"], second["status"]) == ("applied", "rejected")
        assert second["errors"][0]["pointer"] == "/complaint_id"
        again, _ = await push(staff, good, bad)
        assert again["status"] == "duplicate"
        # Another field of the same version: both changes stand.
        url, body = f"/v1/activities/{good['id']}", at(8, complaint_id=complaint, minutes=20)
        ok(await staff.put(url, json=body, headers={"If-Match": '"1"'}))
        without = at(8, description="Menutup lubang di jalan pasar")
        [result] = await push(staff, operation(id=good["id"], base_version=1, data=without))
        assert result["status"] == "merged"
        shown = ok(await staff.get(f"/v1/activities/{good['id']}"))
        assert (shown["complaint_id"], shown["minutes"]) == (None, 20)
        await phone.pull()
        assert phone.records["activity", good["id"]] == shown


async def test_a_superiors_phone_is_told_like_his_screen(city: City) -> None:
    await coordinator(city)
    complaint, _ = await forwarded(city, **NAMELESS)
    async with city.call_as("staff") as staff:
        id = (await post(staff, complaint_id=complaint))["id"]
    for who, seen in (("supervisor", complaint), ("admin", None)):
        async with city.call_as(who) as client:
            phone = Phone(client)
            await phone.pull()
        assert phone.records.get(("activity", id), {"complaint_id": None})["complaint_id"] == seen, who


async def test_the_journal_holds_the_id_alone(city: City) -> None:
    await coordinator(city)
    complaint, _ = await forwarded(city, **NAMELESS)
    async with city.call_as("staff") as staff:
        id = (await post(staff, complaint_id=complaint))["id"]
    async with city.call_as("admin") as client:
        (entry,) = ok(await client.get("/v1/journal", params={"entity": "activity", "entity_id": id}))["data"]
    assert entry["changes"]["complaint_id"] == [None, complaint]


@pytest.mark.parametrize("with_complaint", [False, True])
async def test_nothing_more_is_asked_where_none_is_named(
    city: City, with_complaint: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await coordinator(city)
    complaint, _ = await forwarded(city, **NAMELESS)
    asked: list[object] = []
    for module in (ledger, queries, router):
        real = module.readable

        async def counting(*args: Any, real: Any = real) -> Any:
            asked.append(args)
            return await real(*args)

        monkeypatch.setattr(module, "readable", counting)
    async with city.call_as("staff") as staff:
        id = (await post(staff, complaint_id=complaint if with_complaint else None))["id"]
        await staff.get("/v1/me/activities")
    async with city.call_as("supervisor") as client:
        await client.get(f"/v1/activities/{id}")
        await client.get("/v1/activities")
    # Once when it is written, and once for each reading by somebody else.
    assert len(asked) == (3 if with_complaint else 0)
