"""Public clients of Open311 (three of Code for America, georeport), as they are, over a real socket."""

import asyncio
import itertools
import re
import warnings
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI

from tests.areas.complaining import act, coordinator, ok, photo_bytes
from tests.areas.streaming import listening
from tests.areas.test_open311 import add_service
from tests.factories import City

# `three` is as its authors left it, for Python 2: this is all that it misses, but its XML. What it imports is as old.
itertools.ifilter = filter  # type: ignore[attr-defined]
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from georeport import GeoReport
    from three import Three

# The clients leave the connections open that they were given.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
async def root(app: FastAPI) -> AsyncIterator[str]:
    async with listening(app) as port:
        yield f"http://127.0.0.1:{port}/open311/v2"


async def test_three_finds_its_way_reports_and_follows(city: City, root: str) -> None:
    await coordinator(city)
    await add_service(city)
    three = Three(root, jurisdiction=city.region.code, api_key="whatever")
    found = await asyncio.to_thread(three.discovery)
    assert found["endpoints"][0]["specification"] == "http://wiki.open311.org/GeoReport_v2"
    services = await asyncio.to_thread(three.services)
    assert [each["service_code"] for each in services] == ["JALAN"]
    definition = await asyncio.to_thread(three.services, "JALAN")
    assert definition == {"service_code": "JALAN", "attributes": []}

    def post() -> Any:
        return three.post(
            "JALAN",
            address="Jalan Melati 5",
            lat=-6.2,
            long=106.8,
            name="Budi Contoh",
            phone="0812-0000-1234",
            email="budi@contoh.id",
            description="Lubang besar di depan pasar.",
            media=BytesIO(photo_bytes()),
        )

    (receipt,) = await asyncio.to_thread(post)
    id = receipt["service_request_id"]
    code = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", receipt["service_notice"])
    assert code is not None
    (mine,) = await asyncio.to_thread(three.request, id)
    assert (mine["status"], mine["description"]) == ("open", None)
    assert await asyncio.to_thread(three.requests) == []
    assert await asyncio.to_thread(three.token, code[0]) == [{"service_request_id": id, "token": code[0]}]

    await act(city, "coordinator", id, "verification")
    (listed,) = await asyncio.to_thread(lambda: three.requests("JALAN", status="open", count=10))
    assert listed["service_request_id"] == id
    assert listed["description"] == "Lubang besar di depan pasar."
    assert (listed["address"], listed["lat"], listed["long"]) == ("Jalan Melati 5", -6.2, 106.8)
    between = await asyncio.to_thread(lambda: three.requests(between=["11-01-2026", "11-20-2026"]))
    assert between == []
    async with city.call_as("coordinator") as client:
        shown = ok(await client.get(f"/v1/complaints/{id}"))
    assert [each["kind"] for each in shown["files"]] == ["JPEG"]
    (unknown,) = await asyncio.to_thread(three.services, "TIDAK-ADA")
    assert unknown["code"] == 404


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_georeport_reads_in_both_formats(city: City, root: str, form: str) -> None:
    await coordinator(city)
    for code in ("JALAN", "LAMPU"):
        await add_service(city, code)
    three = Three(root, jurisdiction=city.region.code)
    posted = [
        await asyncio.to_thread(
            lambda: three.post("LAMPU", address="Pasar Lama", description="Lampu < mati & gelap")
        )
        for _ in range(2)
    ]
    ids = [each[0]["service_request_id"] for each in posted]
    for id in ids:
        await act(city, "coordinator", id, "verification")
    client = GeoReport(root, jurisdiction=city.region.code, output_format=form)
    services = await asyncio.to_thread(client.get_service_list)
    assert [each["service_code"] for each in services] == ["JALAN", "LAMPU"]
    definition = await asyncio.to_thread(client.get_service_definition, "LAMPU")
    assert definition["service_code"] == "LAMPU"
    listed = await asyncio.to_thread(lambda: client.get_service_requests(service_code="LAMPU", status="open"))
    assert {each["service_request_id"] for each in listed} == set(ids)
    one = await asyncio.to_thread(client.get_service_request, ids[0])
    assert (one["service_request_id"], one["status"]) == (ids[0], "open")
    assert one["description"] == "Lampu < mati & gelap"
    assert one["requested_datetime"] == "2026-11-20T10:00:00+07:00"
