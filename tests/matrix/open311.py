"""Samples of Open311: a service, and a complaint that `health` handles."""

from typing import Any

from tests.areas.complaining import forwarded, ok
from tests.factories import City
from tests.matrix import Build, Sample
from tests.matrix.complaints import NAMELESS, category


def asked(**query: Any) -> Build:
    return lambda city: Sample({"form": "json"}, query={"jurisdiction_id": city.region.code, **query})


async def service(city: City) -> str:
    id = await category(city)
    async with city.call_as("admin") as client:
        listed = ok(await client.get("/v1/complaint-categories", params={"limit": 200}))["data"]
    return next(each["code"] for each in listed if each["id"] == id)


async def defining(city: City) -> Sample:
    path = {"form": "json", "service_code": await service(city)}
    return Sample(path, query={"jurisdiction_id": city.region.code})


async def posting(city: City) -> Sample:
    form = {
        "jurisdiction_id": city.region.code,
        "service_code": await service(city),
        "address_string": "Pasar Lama",
        "description": "Lampu mati",
    }
    return Sample({"form": "json"}, form=form)


async def getting(city: City) -> Sample:
    id, _ = await forwarded(city, **NAMELESS)
    path = {"form": "json", "service_request_id": id}
    return Sample(path, query={"jurisdiction_id": city.region.code})


async def by_token(city: City) -> Sample:
    _, receipt = await forwarded(city, **NAMELESS)
    path = {"form": "json", "token": receipt["code"]}
    return Sample(path, query={"jurisdiction_id": city.region.code})


SAMPLES: dict[str, Build] = {
    "discover_open311": asked(),
    "list_open311_services": asked(),
    "define_open311_service": defining,
    "post_open311_request": posting,
    "list_open311_requests": asked(status="open"),
    "get_open311_request": getting,
    "get_open311_token": by_token,
}
