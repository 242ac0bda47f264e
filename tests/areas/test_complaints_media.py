"""Photos of complaints on their way back: to those who handle them, and to who sent them."""

from typing import Any

import httpx
import pytest

from asn_api.core.mapping import uuid7
from tests.areas.complaining import act, coordinator, forwarded, ok, photo, received, reply, sent, track
from tests.factories import City

NAMELESS: dict[str, Any] = {"reporter": None, "anonymous": True}


async def own(city: City, receipt: dict[str, Any], file: str, **headers: str) -> httpx.Response:
    """With the PIN of the receipt unless another one is given."""
    async with city.call_as("anonymous") as client:
        return await client.get(
            f"/v1/public/complaints/{receipt['code']}/files/{file}",
            params={"region": city.region.code},
            headers={"Complaint-Pin": receipt["pin"], **headers},
        )


async def test_the_reporter_lists_and_downloads_his_own_those_of_messages_too(city: City) -> None:
    await coordinator(city)
    id, receipt = await forwarded(city, media=[photo()], **NAMELESS)
    await act(city, "staff", id, "answer", text="Kirim foto lain")
    shown = await reply(city, receipt, "messages", text="Ini fotonya", media=[photo(60)])
    first, second = shown["files"]
    assert first["message_id"] is None
    assert second["message_id"] == shown["messages"][-1]["id"]
    for file in (first, second):
        got = await own(city, receipt, file["id"])
        assert (got.status_code, got.headers["content-type"]) == (200, "image/jpeg")
        assert len(got.content) == file["size"]
        assert b"Kamera rahasia" not in got.content
        assert got.headers["content-disposition"].startswith('attachment; filename="foto.jpg"')
        # Who handles it gets the same bytes.
        async with city.call_as("staff") as client:
            assert (await client.get(f"/v1/complaints/{id}/files/{file['id']}")).content == got.content
        async with city.call_as("other_staff") as client:
            assert (await client.get(f"/v1/complaints/{id}/files/{file['id']}")).status_code == 404


@pytest.mark.parametrize("who", ["reporter", "staff"])
async def test_a_range_goes_on_where_the_line_was_cut(city: City, who: str) -> None:
    await coordinator(city)
    id, receipt = await forwarded(city, media=[photo()], **NAMELESS)
    file = ok(await track(city, receipt))["files"][0]["id"]

    async def get(**headers: str) -> httpx.Response:
        if who == "reporter":
            return await own(city, receipt, file, **headers)
        async with city.call_as(who) as client:
            return await client.get(f"/v1/complaints/{id}/files/{file}", headers=headers)

    whole = await get()
    size, etag = len(whole.content), whole.headers["etag"]
    rest = await get(Range="bytes=100-", **{"If-Range": etag})
    assert (rest.status_code, rest.headers["content-range"]) == (206, f"bytes 100-{size - 1}/{size}")
    assert whole.content[:100] + rest.content == whole.content
    assert (await get(Range="bytes=100-", **{"If-Range": '"another"'})).status_code == 200
    assert (await get(Range=f"bytes={size}-")).status_code == 416
    assert (await get(**{"If-None-Match": etag})).status_code == 304


async def test_without_the_pin_there_is_nothing_and_no_hint(city: City) -> None:
    await coordinator(city)
    receipt = await sent(city, media=[photo()], **NAMELESS)
    other = await sent(city, media=[photo()], **NAMELESS)
    file = ok(await track(city, receipt))["files"][0]["id"]
    async with city.call_as("anonymous") as client:
        url = f"/v1/public/complaints/{receipt['code']}/files/{file}"
        bare = await client.get(url, params={"region": city.region.code})
    assert bare.status_code == 422
    wrong = await own(city, receipt, file, **{"Complaint-Pin": other["pin"]})
    strange = await own(city, other, file)
    unknown = await own(city, other, str(uuid7()))
    for answer in (wrong, strange, unknown):
        assert (answer.status_code, answer.json()["code"]) == (404, "COMPLAINT_UNKNOWN")
    # The code alone names no file.
    assert "files" not in ok(await track(city, receipt, pin=None))


async def test_who_joined_sees_his_own_photos_and_not_the_others(city: City) -> None:
    await coordinator(city)
    parent, first = await received(city, media=[photo()], **NAMELESS)
    await act(city, "coordinator", parent, "verification")
    receipt = await sent(city, joins=parent, media=[photo(70)], **NAMELESS)
    mine = ok(await track(city, receipt))["files"]
    theirs = ok(await track(city, first))["files"]
    assert (len(mine), len(theirs)) == (1, 1)
    assert (await own(city, receipt, mine[0]["id"])).status_code == 200
    assert (await own(city, receipt, theirs[0]["id"])).status_code == 404
