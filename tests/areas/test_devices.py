"""Phones: enrolled by their owner, revoked by him or an admin, and then silent."""

import asyncio

from asn_api.core.mapping import uuid7
from tests.areas.test_sync import operation
from tests.factories import City


def phone(**given: str) -> dict[str, str]:
    return {"id": str(uuid7()), "name": "Samsung A15", "platform": "ANDROID", **given}


async def test_enrolling_twice_is_harmless_and_renews_the_name(city: City) -> None:
    given = phone()
    async with city.call_as("staff") as staff:
        first = await staff.post("/v1/devices", json=given)
        again = await staff.post("/v1/devices", json=given)
        renamed = await staff.post("/v1/devices", json={**given, "app_version": "1.5"})
        listed = (await staff.get("/v1/me/devices")).json()["data"]
    assert (first.status_code, again.status_code, renamed.status_code) == (201, 201, 201)
    assert (again.json()["version"], renamed.json()["version"]) == (1, 2)
    assert {each["id"] for each in listed} == {given["id"], city.phones["staff"]}


async def test_anothers_device_id_is_refused(city: City) -> None:
    async with city.call_as("colleague") as colleague:
        taken = await colleague.post("/v1/devices", json=phone(id=city.phones["staff"]))
        push = {"device_id": city.phones["staff"], "operations": [operation()]}
        used = await colleague.post("/v1/sync/push", json=push)
    assert (taken.status_code, taken.json()["code"]) == (409, "DEVICE_ID_TAKEN")
    assert (used.status_code, used.json()["code"]) == (403, "DEVICE_UNKNOWN")


async def test_a_lost_phone_is_revoked_its_sessions_end_and_another_session_cannot_use_it(city: City) -> None:
    given = phone()
    async with city.call_as("staff") as staff, city.call_as("admin") as admin:
        await staff.post("/v1/devices", json=given)
        answer = await admin.post(
            f"/v1/devices/{given['id']}/revocation", json={"reason": "Hilang di angkot"}
        )
        await asyncio.sleep(0.2)
        ended = await staff.get("/v1/me")
    async with city.call_as("supervisor") as supervisor:
        foreign = await supervisor.delete(f"/v1/me/devices/{given['id']}")
    assert (answer.status_code, answer.json()["revoked_at"] is not None) == (200, True)
    assert ended.status_code == 401, "the session that enrolled it"
    assert foreign.status_code == 404


async def test_the_owner_removes_one_of_his_phones_and_it_may_not_send(city: City) -> None:
    lost = phone()
    async with city.call_as("staff") as staff:
        await staff.post("/v1/devices", json=lost)
        await staff.post("/v1/devices", json=phone(id=city.phones["staff"]))
        removed = await staff.delete(f"/v1/me/devices/{lost['id']}")
        sent = await staff.post("/v1/sync/push", json={"device_id": lost["id"], "operations": [operation()]})
        back = await staff.post("/v1/devices", json=lost)
    assert removed.status_code == 204
    assert (sent.status_code, sent.json()["code"]) == (403, "DEVICE_REVOKED")
    assert (back.status_code, back.json()["code"]) == (403, "DEVICE_REVOKED")
