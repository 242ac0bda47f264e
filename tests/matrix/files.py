"""Samples of the files area: `staff`'s uploads, and a file that evidence of staff's activity names."""

from typing import Any

from asn_api.core.mapping import uuid7
from tests.areas.sending import BYTES, TUS, announce, metadata, pdf, send
from tests.factories import City
from tests.matrix import Build, Sample, made
from tests.matrix.activities import recorded


async def begun(city: City) -> str:
    async with city.call_as("staff") as staff:
        answer = await announce(staff, pdf())
    return answer.headers["location"].rpartition("/")[2]


async def named(city: City) -> str:
    id = str(uuid7())
    async with city.call_as("staff") as staff:
        assert (await send(staff, pdf(), id=id)).status_code == 204
    body = {"activity_id": await recorded(city), "file_id": id}
    await made(city, "staff", "PUT", f"/v1/evidence/{uuid7()}", json=body)
    return id


async def upload(city: City, **headers: str) -> Sample:
    return Sample({"id": await begun(city)}, headers={**TUS, **headers})


async def piece(city: City) -> Sample:
    return await upload(city, **BYTES, **{"Upload-Offset": "0"})


async def file(city: City) -> Sample:
    return Sample({"id": await named(city)})


async def unnamed(city: City) -> Sample:
    """Nobody but the owner reaches a file before evidence names it."""
    others: dict[str, Any] = dict.fromkeys(
        ("supervisor", "head", "admin"), (404, "no evidence within their reach names it")
    )
    return Sample({"id": await begun(city)}, refused=others)


SAMPLES: dict[str, Build] = {
    "describe_uploads": lambda city: Sample(),
    "begin_upload": lambda city: Sample(
        headers={**TUS, "Upload-Length": "100", "Upload-Metadata": metadata(id=str(uuid7()))},
        about="caller",
    ),
    "get_upload_offset": upload,
    "append_to_upload": piece,
    "delete_file": upload,
    "get_file": file,
    "get_file:before evidence names it": unnamed,
    "download_file": file,
}
