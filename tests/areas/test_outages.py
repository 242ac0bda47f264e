"""Declared outages over HTTP: who declares them, and what they extend."""

from typing import Any

import httpx

from asn_api.core.mapping import uuid7
from tests.areas.test_activities import activity, post
from tests.factories import City, stand_at

ONE = {"If-Match": '"1"'}


async def declare(city: City, start: str, end: str, unit: str | None = None, **given: Any) -> httpx.Response:
    body = {
        "start_at": f"{start}:00+07:00",
        "end_at": f"{end}:00+07:00",
        "reason": "Pusat data padam",
        **({"unit_id": str(city.units[unit].id)} if unit else {}),
        **given,
    }
    async with city.call_as("admin") as admin:
        return await admin.post("/v1/outages", json=body)


async def is_late(client: httpx.AsyncClient, day: str) -> bool:
    return "LATE" in (await post(client, day=day, submit=False))["flags"]


async def test_an_outage_extends_the_entry_window_of_those_it_concerns(city: City) -> None:
    # Work of Monday 16 November is on time until Thursday the 19th; it is Friday the 20th.
    async with city.call_as("staff") as staff, city.call_as("other_staff") as stranger:
        assert await is_late(staff, "2026-11-16")
        declared = await declare(city, "2026-11-18T09:00", "2026-11-18T09:05", "health")
        assert declared.status_code == 201, declared.text
        assert not await is_late(staff, "2026-11-16")
        assert await is_late(staff, "2026-11-13")
        assert await is_late(stranger, "2026-11-16")
        url = declared.headers["location"]
        seen = (await staff.get("/v1/outages")).json()["data"]
        assert [each["id"] for each in seen] == [declared.json()["id"]]
        async with city.call_as("admin") as admin:
            assert (await admin.delete(url, headers=ONE)).json()["withdrawn"] is True
            again = await admin.delete(url, headers={"If-Match": '"2"'})
            assert again.json()["code"] == "OUTAGE_WITHDRAWN"
        assert (await staff.get(url)).json()["version"] == 2
        assert await is_late(staff, "2026-11-16")


async def test_an_outage_before_the_lock_moves_it_for_reading_and_deciding(city: City) -> None:
    # October locks when 4 November begins; an outage from the 3rd to the 19th moves that to the end of the 20th.
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = (await post(staff, day="2026-10-30"))["id"]

        async def verify() -> tuple[set[str], httpx.Response]:
            one = (await supervisor.get(f"/v1/activities/{id}")).json()
            many = (await supervisor.get("/v1/activities")).json()["data"]
            assert [one] == many
            able = {each["action"] for each in one["allowed_actions"] if each["refused"] is None}
            url = f"/v1/activities/{id}/verification?validate_only=true"
            return able, await supervisor.post(url, json={}, headers=ONE)

        able, answer = await verify()
        assert (able, answer.status_code) == ({"REJECT", "CORRECT"}, 409)
        await declare(city, "2026-11-03T23:00", "2026-11-18T08:00")
        able, answer = await verify()
        assert (able, answer.status_code) == ({"REJECT", "CORRECT"}, 409)
        await declare(city, "2026-11-03T23:00", "2026-11-19T08:00", "health")
        able, answer = await verify()
        assert (able, answer.status_code) == ({"REJECT", "VERIFY"}, 200)
        assert answer.json()["status"] == "VERIFIED"
        again = await post(staff, day="2026-10-29", submit=False)
        assert "AFTER_LOCK" not in again["flags"]


async def test_an_entry_that_would_be_refused_as_late_is_taken_after_an_outage(city: City) -> None:
    async with city.call_as("admin") as admin, city.call_as("staff") as staff:
        policy = (await admin.get("/v1/policies/activities")).json()["content"]
        body = {
            "valid_from": "2026-11-01",
            "content": {**policy, "late_entry": "BLOCK"},
            "source": "uji",
            "reason": "uji",
        }
        assert (await admin.post("/v1/policies/activities", json=body)).status_code == 201
        url = "/v1/activities"
        late = await staff.post(url, json=activity(day="2026-11-16"))
        assert [each["code"] for each in late.json()["errors"]] == ["ACTIVITY_ENTRY_CLOSED"]
        await declare(city, "2026-11-19T23:59", "2026-11-20T00:00")
        taken = await staff.post(url, json=activity(day="2026-11-16"))
        assert taken.status_code == 201, taken.text


async def test_what_is_refused(city: City) -> None:
    backwards = await declare(city, "2026-11-18T09:00", "2026-11-18T09:00")
    assert [each["code"] for each in backwards.json()["errors"]] == ["OUTAGE_SPAN_INVALID"]
    id = str(uuid7())
    first = await declare(city, "2026-11-18T09:00", "2026-11-18T10:00", id=id)
    again = await declare(city, "2026-11-18T09:00", "2026-11-18T10:00", id=id)
    other = await declare(city, "2026-11-18T09:00", "2026-11-18T11:00", id=id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert other.json()["code"] == "OUTAGE_ID_TAKEN"


async def test_an_agencys_admin_declares_for_his_branch_only(city: City) -> None:
    whole = (await declare(city, "2026-11-18T09:00", "2026-11-18T10:00")).json()
    await stand_at(city, "works")
    everywhere = await declare(city, "2026-11-18T09:00", "2026-11-18T10:00")
    elsewhere = await declare(city, "2026-11-18T09:00", "2026-11-18T10:00", "health")
    within = await declare(city, "2026-11-18T09:00", "2026-11-18T10:00", "roads")
    assert (everywhere.status_code, elsewhere.status_code, within.status_code) == (403, 404, 201)
    async with city.call_as("admin") as admin:
        assert (await admin.delete(f"/v1/outages/{whole['id']}", headers=ONE)).status_code == 404
