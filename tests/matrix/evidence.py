"""Samples of evidence records about `staff`'s activities."""

from asn_api.core.mapping import uuid7
from tests.factories import City
from tests.matrix import Build, Sample, made
from tests.matrix.activities import recorded


async def shown(city: City, person: str = "staff") -> tuple[str, str]:
    """The ids of an activity and of its evidence."""
    activity_id, id = await recorded(city, person), str(uuid7())
    await made(city, person, "PUT", f"/v1/evidence/{id}", json=values(activity_id))
    return activity_id, id


def values(activity_id: str) -> dict[str, str]:
    return {"activity_id": activity_id, "url": "https://example.go.id/laporan"}


async def of_activity(city: City) -> Sample:
    activity_id, _ = await shown(city)
    return Sample({"id": activity_id})


async def listed(city: City) -> Sample:
    owners = ("staff", "other_staff", "supervisor")
    return Sample(rows={(await shown(city, owner))[1]: owner for owner in owners})


async def listed_of_activity(city: City) -> Sample:
    activity_id, id = await shown(city)
    return Sample(query={"activity_id": activity_id}, rows={id: "staff"})


async def one(city: City) -> Sample:
    return Sample({"id": (await shown(city))[1]})


async def replaced(city: City) -> Sample:
    activity_id, id = await shown(city)
    return Sample({"id": id}, body=values(activity_id))


SAMPLES: dict[str, Build] = {
    "list_activity_evidence": of_activity,
    "list_evidence": listed,
    "list_evidence:of one activity": listed_of_activity,
    "get_evidence": one,
    "put_evidence": replaced,
    "delete_evidence": one,
}
