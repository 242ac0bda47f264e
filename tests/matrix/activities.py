"""Samples of the activities area ."""

from itertools import count
from typing import Any

from tests.factories import City
from tests.matrix import Build, Sample, made

_minutes = count()


def values() -> dict[str, Any]:
    """A minute that hardly any other sample has."""
    hours, minute = divmod(next(_minutes) % (24 * 60 - 1), 60)
    start = f"2026-11-20T{hours:02}:{minute:02}"
    return {
        "day": "2026-11-20",
        "start_at": f"{start}:00+07:00",
        "end_at": f"2026-11-20T{hours + (minute == 59):02}:{(minute + 1) % 60:02}:00+07:00",
        "minutes": 1,
        "category": "PRIMARY",
        "description": "Menyusun laporan pelayanan harian",
        "output_quantity": "1",
        "output_unit": "laporan",
        "place_type": "OFFICE",
    }


async def recorded(city: City, person: str = "staff", *, submit: bool = True) -> str:
    body = {**values(), "submit": submit}
    return str((await made(city, person, "POST", "/v1/activities", json=body))["id"])


async def verified(city: City) -> str:
    id = await recorded(city)
    url = f"/v1/activities/{id}/verification"
    await made(city, "supervisor", "POST", url, json={}, headers={"If-Match": '"1"'})
    return id


async def listed(city: City) -> Sample:
    owners = ("staff", "other_staff", "supervisor")
    return Sample(rows={await recorded(city, owner): owner for owner in owners})


async def listed_of_staff(city: City) -> Sample:
    return Sample(query={"employee_id": city.id("staff")}, rows={await recorded(city): "staff"})


async def own(city: City) -> Sample:
    return Sample(rows={await recorded(city): "staff"})


async def draft(city: City) -> Sample:
    return Sample({"id": await recorded(city, submit=False)})


async def draft_with_values(city: City) -> Sample:
    return Sample({"id": await recorded(city, submit=False)}, body=values())


async def submitted(city: City) -> Sample:
    return Sample({"id": await recorded(city)})


async def to_decide(city: City) -> Sample:
    return Sample({"id": await recorded(city)}, body={"comment": "Sebutkan hasilnya"})


async def to_reopen(city: City) -> Sample:
    return Sample({"id": await verified(city)}, body={"reason": "Keliru"}, headers={"If-Match": '"2"'})


async def batch(city: City) -> Sample:
    item = {"id": await recorded(city), "version": 1, "decision": "VERIFY"}
    return Sample(body={"items": [item]}, batch=("NOT_FOUND",))


async def locked(city: City) -> str:
    """Work of a month that is locked."""
    body = {**values(), "day": "2026-10-20", "submit": True}
    for name in ("start_at", "end_at"):
        body[name] = body[name].replace("2026-11-20", "2026-10-20")
    return str((await made(city, "staff", "POST", "/v1/activities", json=body))["id"])


async def to_correct(city: City) -> Sample:
    return Sample({"id": await locked(city)}, body={"verified_minutes": 1, "reason": "Bukti menyusul"})


async def corrected(city: City) -> Sample:
    id = await locked(city)
    body = {"verified_minutes": 1, "reason": "Bukti menyusul"}
    await made(city, "supervisor", "POST", f"/v1/activities/{id}/corrections", json=body)
    return Sample({"id": id})


SAMPLES: dict[str, Build] = {
    "list_my_activities": own,
    "get_activity": draft,
    "list_activities": listed,
    "list_activities:of one employee": listed_of_staff,
    "record_activity": lambda city: Sample(body=values(), about="caller"),
    "replace_activity": draft_with_values,
    "delete_activity": draft,
    "submit_activity": draft,
    "recall_activity": submitted,
    "verify_activity": to_decide,
    "reject_activity": to_decide,
    "reopen_activity": to_reopen,
    "verify_activities": batch,
    "correct_activity": to_correct,
    "list_corrections": corrected,
}
