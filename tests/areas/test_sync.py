"""The phone's batch: one result per operation, nothing twice, nothing lost."""

import asyncio
import gzip
import json
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import func, select

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.tables.activities import Activity
from tests.areas.test_activities import TODAY, activity, total
from tests.factories import City


def operation(action: str = "put", **given: Any) -> dict[str, Any]:
    base = {"op_id": str(uuid7()), "type": "activity", "action": action, "id": str(uuid7())}
    data = {"data": activity()} if action == "put" else {}
    return {**base, "device_at": f"{TODAY}T09:55:00+07:00", **data, **given}


def at(hour: int, **given: Any) -> dict[str, Any]:
    span = {"start_at": f"{TODAY}T{hour:02d}:00:00+07:00", "end_at": f"{TODAY}T{hour:02d}:30:00+07:00"}
    return activity(**{**span, "minutes": 30, **given})


async def enrolled(client: Any, name: str = "hp") -> str:
    """The id of a phone of this client's person; the same one each time."""
    id = str(uuid5(NAMESPACE_URL, name + client.headers["Authorization"]))
    phone = {"id": id, "name": name, "platform": "ANDROID"}
    answer = await client.post("/v1/devices", json=phone)
    assert answer.status_code == 201, answer.text
    return id


async def push(client: Any, *operations: Any, **headers: str) -> list[dict[str, Any]]:
    body = {"device_id": await enrolled(client), "operations": list(operations)}
    answer = await client.post("/v1/sync/push", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_a_gzip_batch_is_applied_and_its_repetition_changes_nothing(city: City) -> None:
    operations = [operation(data=at(hour)) for hour in range(8)]
    body = gzip.compress(json.dumps({"device_id": city.phones["staff"], "operations": operations}).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    async with city.call_as("staff") as staff:
        first = await staff.post("/v1/sync/push", content=body, headers=headers)
        again = await staff.post("/v1/sync/push", content=body, headers=headers)
    assert [each["status"] for each in first.json()["results"]] == ["applied"] * 8
    assert [each["status"] for each in again.json()["results"]] == ["duplicate"] * 8
    assert (await total(city)).waiting == 8
    assert (await total(city)).claimed_minutes == 240
    async with city.database.sessions() as db:
        written = await db.scalar(
            select(func.count()).select_from(JournalEntry).where(JournalEntry.region_id == city.region.id)
        )
    assert written == 8


async def test_a_repetition_stays_harmless_after_later_changes(city: City) -> None:
    id = str(uuid7())
    create = operation(id=id, submit=False)
    edit = operation(id=id, base_version=1, data=activity(minutes=60))
    async with city.call_as("staff") as staff:
        await push(staff, create, edit)
        await push(staff, operation("submit", id=id, base_version=2))
        results = await push(staff, create, edit)
        shown = (await staff.get(f"/v1/activities/{id}")).json()
    assert [(each["status"], each["version"]) for each in results] == [("duplicate", 1), ("duplicate", 2)]
    assert (shown["status"], shown["minutes"], shown["version"]) == ("SUBMITTED", 60, 3)


async def test_one_bad_operation_does_not_cost_the_others(city: City) -> None:
    broken = operation(data={**activity(), "minutes": "many"})
    refused = operation(data=activity(description="pendek"))
    held = operation("submit", id=refused["id"], base_version=1)
    unknown = operation("delete", base_version=3)
    async with city.call_as("staff") as staff:
        results = await push(staff, broken, refused, held, unknown, {"op_id": 5}, operation())
    assert [each["status"] for each in results] == [
        "rejected",
        "rejected",
        "held",
        "held",
        "rejected",
        "applied",
    ]
    assert results[0]["errors"][0] | {"message": ""} == {
        "pointer": "/data/minutes",
        "code": "NUMBER_INVALID",
        "message": "",
    }
    assert results[1]["errors"][0]["code"] == "ACTIVITY_DESCRIPTION_TOO_SHORT"
    assert results[2]["retry"] == "LATER"
    assert (results[3]["status"], results[3]["retry"]) == ("held", "LATER"), "its creation may be on the way"


async def test_an_older_base_is_a_conflict_that_shows_the_current_record(city: City) -> None:
    id = str(uuid7())
    async with city.call_as("staff") as staff:
        await push(staff, operation(id=id, submit=False))
        await staff.put(f"/v1/activities/{id}", json=activity(minutes=45), headers={"If-Match": '"1"'})
        [result] = await push(staff, operation(id=id, base_version=1, data=activity(minutes=30)))
        shown = (await staff.get(f"/v1/activities/{id}")).json()
    assert result["status"] == "conflict"
    assert result["current"]["minutes"] == 45
    assert shown["minutes"] == 45


async def test_nobody_writes_into_anothers_activity(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        mine = operation()
        await push(staff, mine)
        results = await push(
            colleague,
            operation(id=mine["id"], data=activity(minutes=10)),
            operation("recall", id=mine["id"], base_version=1),
        )
        assert [each["status"] for each in results] == ["rejected", "held"]
        assert "current" not in results[0] or results[0]["current"] is None
        assert (await staff.get(f"/v1/activities/{mine['id']}")).json()["minutes"] == 120


async def test_anothers_operation_id_is_refused_and_not_taken_for_a_receipt(city: City) -> None:
    mine = operation()
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        await push(staff, mine)
        foreign, own = await push(colleague, operation(op_id=mine["op_id"]), operation())
        stored = (await colleague.get("/v1/me/activities")).json()["data"]
    assert (foreign["status"], foreign["code"], foreign["version"]) == (
        "rejected",
        "OPERATION_ID_TAKEN",
        None,
    )
    assert own["status"] == "applied"
    assert len(stored) == 1


async def test_the_same_batch_sent_many_times_at_once_is_stored_once(city: City) -> None:
    operations = [operation(data=at(hour)) for hour in range(5)]
    async with city.call_as("staff") as staff:
        answers = await asyncio.gather(*(push(staff, *operations) for _ in range(8)))
    statuses = sorted(each["status"] for results in answers for each in results)
    assert statuses == ["applied"] * 5 + ["duplicate"] * 35
    async with city.database.sessions() as db:
        stored = await db.scalar(
            select(func.count()).select_from(Activity).where(Activity.region_id == city.region.id)
        )
    assert stored == 5


async def test_broken_bodies_are_refused_whole(city: City) -> None:
    whole = gzip.compress(
        json.dumps({"device_id": city.phones["staff"], "operations": [operation()]}).encode()
    )
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    async with city.call_as("staff") as staff:
        cut = await staff.post("/v1/sync/push", content=whole[:-9], headers=headers)
        junk = await staff.post("/v1/sync/push", content=b"junk", headers=headers)
        bomb = await staff.post("/v1/sync/push", content=gzip.compress(b" " * 20_000_000), headers=headers)
        empty = await staff.post("/v1/sync/push", json={"device_id": city.phones["staff"], "operations": []})
        deflated = await staff.post("/v1/sync/push", content=b"x", headers={"Content-Encoding": "br"})
    assert (cut.status_code, cut.json()["code"]) == (400, "GZIP_INVALID")
    assert (junk.status_code, junk.json()["code"]) == (400, "GZIP_INVALID")
    assert (bomb.status_code, bomb.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert (empty.status_code, empty.json()["errors"][0]["code"]) == (422, "LIST_TOO_SHORT")
    assert (deflated.status_code, deflated.json()["code"]) == (415, "ENCODING_UNSUPPORTED")


async def test_late_work_from_an_offline_phone_is_judged_by_the_phones_clock(city: City) -> None:
    days_ago = {**at(8), "day": "2026-11-10"}
    days_ago |= {"start_at": "2026-11-10T08:00:00+07:00", "end_at": "2026-11-10T08:30:00+07:00"}
    on_time = operation(data=days_ago, device_at="2026-11-10T16:00:00+07:00")
    from_memory = operation(data={**days_ago, "minutes": 20}, device_at=f"{TODAY}T09:00:00+07:00")
    ahead = operation(data=at(9), device_at="2027-01-01T00:00:00+07:00")
    async with city.call_as("staff") as staff:
        await push(staff, on_time, from_memory, ahead)
        flags = {
            name: (await staff.get(f"/v1/activities/{each['id']}")).json()["flags"]
            for name, each in (("on_time", on_time), ("from_memory", from_memory), ("ahead", ahead))
        }
    assert "LATE" not in flags["on_time"]
    assert "RECEIVED_LATER" in flags["on_time"]
    assert "LATE" in flags["from_memory"]
    assert "CLOCK_SKEW" in flags["ahead"]


async def test_a_third_party_cannot_push(city: City) -> None:
    async with city.call_as("partner") as partner:
        answer = await partner.post(
            "/v1/sync/push", json={"device_id": str(uuid4()), "operations": [operation(id=str(uuid4()))]}
        )
    assert answer.status_code == 403
