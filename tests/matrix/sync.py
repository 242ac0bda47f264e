"""Samples of the phones' doors."""

from asn_api.core.mapping import uuid7
from tests.areas.test_activities import activity
from tests.factories import City
from tests.matrix import ON_STAGE, ROLES, Build, Sample, made
from tests.matrix.activities import recorded

THE_PHONE_IS_NOT_THEIRS = {
    caller: (403, "the phone is not theirs")
    for caller in (*ROLES, *ON_STAGE)
    if caller not in ("staff", "partner")
}


async def pushed(city: City) -> Sample:
    operation = {
        "op_id": str(uuid7()),
        "type": "activity",
        "action": "submit",
        "id": await recorded(city, submit=False),
        "base_version": 1,
        "device_at": "2026-11-20T09:59:00+07:00",
    }
    body = {"device_id": city.phones["staff"], "operations": [operation]}
    return Sample(body=body, about="caller", refused=THE_PHONE_IS_NOT_THEIRS)


async def pulled(city: City) -> Sample:
    owners = ("staff", "other_staff", "supervisor")
    rows = {await recorded(city, owner): owner for owner in owners}
    return Sample(query={"limit": 1000, "types": "activity"}, rows=rows)


async def conflict(city: City) -> str:
    """A change of staff's that clashes with what another device did."""
    operation = {
        "op_id": str(uuid7()),
        "type": "activity",
        "action": "put",
        "id": await recorded(city, submit=False),
        "data": activity(description="Menyusun laporan yang berbeda sama sekali"),
        "device_at": "2026-11-20T09:59:00+07:00",
    }
    body = {"device_id": city.phones["staff"], "operations": [operation]}
    answer = await made(city, "staff", "POST", "/v1/sync/push", json=body)
    assert answer["results"][0]["status"] == "conflict"
    return str(operation["op_id"])


async def conflicts(city: City) -> Sample:
    return Sample(rows={await conflict(city): "staff"})


async def resolved(city: City) -> Sample:
    return Sample({"op_id": await conflict(city)}, body={"decision": "DISCARD"})


def enrolled(city: City) -> Sample:
    phone = {"id": str(uuid7()), "name": "Samsung A15", "platform": "ANDROID"}
    return Sample(body=phone, about="caller")


def revoked(city: City) -> Sample:
    return Sample({"id": city.phones["staff"]}, body={"reason": "Hilang"})


SAMPLES: dict[str, Build] = {
    "push_operations": pushed,
    "pull_changes": pulled,
    "list_conflicts": conflicts,
    "resolve_conflict": resolved,
    "confirm_receipts": lambda city: Sample(body={"items": [{"op_id": str(uuid7())}]}, about="caller"),
    "enrol_device": enrolled,
    "list_my_devices": lambda city: Sample(about="caller"),
    "remove_my_device": lambda city: Sample({"id": city.phones["staff"]}),
    "revoke_device": revoked,
}
