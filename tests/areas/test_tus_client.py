"""A public client of the tus protocol (tuspy) and a line that is cut, over a real socket."""

import asyncio
import gc
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from fastapi import FastAPI
from tusclient.client import TusClient
from tusclient.storage.filestorage import FileStorage
from tusclient.uploader import Uploader

from asn_api.areas.files.uploads import PIECE
from asn_api.core.mapping import uuid7
from tests.areas.sending import TUS, announce, hexdigest, pdf, photo
from tests.areas.streaming import listening
from tests.factories import City

# The client leaves the files open that it was given by name.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

CONTENT = pdf(bytes(4 * PIECE))


@pytest.fixture(scope="module")
async def port(app: FastAPI) -> AsyncIterator[int]:
    async with listening(app) as port:
        yield port


def client(city: City, port: int) -> TusClient:
    headers = {"Authorization": f"Bearer {city.tokens['staff']}"}
    return TusClient(f"http://127.0.0.1:{port}/v1/files", headers=headers)


@pytest.mark.parametrize("checksums", [False, True])
async def test_the_public_client_uploads_in_chunks(city: City, port: int, checksums: bool) -> None:
    content = photo(500, 400)

    def upload() -> Uploader:
        uploader = client(city, port).uploader(
            file_stream=BytesIO(content),
            chunk_size=20_000,
            metadata={"filename": "foto.jpg", "filetype": "image/jpeg"},
            upload_checksum=checksums,
        )
        uploader.upload()
        return uploader

    uploader = await asyncio.to_thread(upload)
    assert uploader.offset == len(content) > 3 * 20_000
    async with city.call_as("staff") as staff:
        shown = (await staff.get(f"/v1/files/{uploader.url.rpartition('/')[2]}")).json()
    assert (shown["state"], shown["sha256"], shown["name"]) == ("RECEIVED", hexdigest(content), "foto.jpg")


async def test_the_public_client_stops_and_another_run_resumes(city: City, port: int, tmp_path: Path) -> None:
    """The second run knows nothing but the file and what the first run has written down."""
    file = tmp_path / "laporan.pdf"
    file.write_bytes(CONTENT)

    def run(stop_at: int | None) -> Uploader:
        uploader = client(city, port).uploader(
            str(file), chunk_size=PIECE, store_url=True, url_storage=FileStorage(str(tmp_path / "urls"))
        )
        begun_at = uploader.offset
        uploader.upload(stop_at=stop_at)
        assert begun_at == (0 if stop_at else PIECE)
        return uploader

    first = await asyncio.to_thread(run, PIECE)
    second = await asyncio.to_thread(run, None)
    gc.collect()
    assert second.url == first.url
    async with city.call_as("staff") as staff:
        got = await staff.get(f"/v1/files/{second.url.rpartition('/')[2]}/content")
    assert got.content == CONTENT


async def test_a_line_cut_in_mid_body_keeps_what_has_arrived_and_the_client_resumes(
    city: City, port: int
) -> None:
    id = str(uuid7())
    sent = 2 * PIECE + 300_000
    async with city.call_as("staff") as staff:
        await announce(staff, CONTENT, id=id)
        _, line = await asyncio.open_connection("127.0.0.1", port)
        head = (
            f"PATCH /v1/files/{id} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {city.tokens['staff']}\r\n"
            "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n"
            f"Content-Length: {len(CONTENT)}\r\n\r\n"
        )
        line.write(head.encode() + CONTENT[:sent])
        await line.drain()
        await asyncio.sleep(0.3)
        line.transport.abort()
        offset = 0
        for _ in range(100):
            offset = int((await staff.head(f"/v1/files/{id}", headers=TUS)).headers["upload-offset"])
            if offset > 2 * PIECE:
                break
            await asyncio.sleep(0.05)
        assert 2 * PIECE < offset <= sent

        def resume() -> Uploader:
            url = f"http://127.0.0.1:{port}/v1/files/{id}"
            uploader = client(city, port).uploader(file_stream=BytesIO(CONTENT), url=url, chunk_size=PIECE)
            assert uploader.offset == offset
            uploader.upload()
            return uploader

        await asyncio.to_thread(resume)
        got = await staff.get(f"/v1/files/{id}/content")
    assert got.content == CONTENT


async def test_many_ranges_make_up_the_file(city: City, port: int) -> None:
    def upload() -> str:
        uploader = client(city, port).uploader(file_stream=BytesIO(CONTENT))
        uploader.upload()
        return str(uploader.url)

    url = await asyncio.to_thread(upload)
    found = b""
    async with city.call_as("staff") as staff:
        while len(found) < len(CONTENT):
            asked = {"Range": f"bytes={len(found)}-{len(found) + 999_999}"}
            found += (await staff.get(f"/v1/files/{url.rpartition('/')[2]}/content", headers=asked)).content
    assert found == CONTENT
