"""Files meet the scanner before they are kept, over real sockets and the words of clamd."""

import base64
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from asn_api.areas.files.jobs import clean_up
from asn_api.core.jobs import Means
from asn_api.core.mapping import uuid7
from asn_api.core.objects import Objects
from asn_api.core.scanner import CHUNK, Scanner
from asn_api.core.settings import Settings, StartupError
from asn_api.errors import Problem
from asn_api.tables.complaints import Complaint
from tests.areas.clamd import EICAR, Clamd, clamd
from tests.areas.complaining import HOLE
from tests.areas.sending import announce, append, pdf, photo, send
from tests.factories import City


@pytest.fixture
async def scanner(city: City, app: FastAPI, settings: Settings) -> AsyncIterator[Clamd]:
    before = app.state.objects
    async with clamd() as simulated:
        app.state.objects = Objects(settings.files_url or "", Scanner(simulated.address))
        yield simulated
    app.state.objects = before


def medium(content: bytes) -> dict[str, str]:
    return {"content": base64.b64encode(content).decode()}


async def complain(city: City, *media: bytes) -> tuple[int, dict[str, Any], Any]:
    async with city.call_as("anonymous") as client:
        body = {**HOLE, "region": city.region.code, "media": [medium(each) for each in media]}
        answer = await client.post("/v1/public/complaints", json=body)
    return answer.status_code, answer.json(), answer.headers


async def complaints(city: City) -> int:
    async with city.database.sessions() as db:
        count = select(func.count()).select_from(Complaint).where(Complaint.region_id == city.region.id)
        return await db.scalar(count) or 0


async def kept(city: City) -> list[str]:
    prefix = f"regions/{city.region.id}/"
    return [path async for page in city.app.state.objects.listed(prefix) for path, _ in page]


async def test_clean_files_pass_as_they_were_sent(city: City, scanner: Clamd) -> None:
    content = photo()
    status, _, _ = await complain(city, content, pdf())
    assert status == 201
    assert scanner.scanned == [content, pdf()]


async def test_what_is_infected_is_refused_and_named(city: City, scanner: Clamd) -> None:
    # Behind the end of a photo, where writing it anew would drop it: who sends that is told nevertheless.
    for infected in (pdf(EICAR), photo() + EICAR):
        status, problem, _ = await complain(city, photo(), infected)
        assert (status, problem["errors"][0]["code"]) == (422, "FILE_INFECTED")
        assert problem["errors"][0]["pointer"] == "/media/1"
    assert await complaints(city) == 0
    assert await kept(city) == []


async def test_without_a_verdict_nothing_is_kept(city: City, scanner: Clamd) -> None:
    for verdict in (b"", b"\0", b"stream: Can't allocate memory ERROR\0", b"stream: O"):
        scanner.verdict = verdict
        status, problem, headers = await complain(city, photo())
        assert (status, problem["code"]) == (503, "SCANNER_UNREACHABLE"), verdict
        assert int(headers["retry-after"]) > 0
    assert await complaints(city) == 0
    assert await kept(city) == []
    # Without files it goes through.
    assert (await complain(city))[0] == 201


async def test_a_stream_beyond_its_limit_is_no_verdict(scanner: Clamd) -> None:
    scanner.limit = 100_000
    with pytest.raises(Problem, match="SCANNER_UNREACHABLE"):
        await Scanner(scanner.address).check(bytes(5_000_000))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
async def test_it_is_sent_in_chunks_whole_and_once(scanner: Clamd, size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    await Scanner(scanner.address).check(content)
    assert scanner.scanned == [content]
    assert scanner.chunks == [min(CHUNK, size - start) for start in range(0, size, CHUNK)]


async def test_a_signature_across_two_chunks_is_found(scanner: Clamd) -> None:
    with pytest.raises(Problem, match="FILE_INFECTED"):
        await Scanner(scanner.address).check(bytes(CHUNK - 20) + EICAR)


async def test_a_local_socket_will_do(tmp_path: Path) -> None:
    async with clamd(tmp_path / "clamd.ctl") as simulated:
        await Scanner(simulated.address).check(b"clean")
        assert simulated.scanned == [b"clean"]
    with pytest.raises(Problem, match="SCANNER_UNREACHABLE"):
        await Scanner(str(tmp_path / "nobody.ctl")).check(b"clean")


async def test_a_scanner_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asn_api.core.scanner.SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        with pytest.raises(Problem, match="SCANNER_UNREACHABLE"):
            await Scanner(f"{host}:{port}").check(b"clean")


async def test_evidence_that_is_infected_is_refused_for_good(city: City, scanner: Clamd) -> None:
    async with city.call_as("staff") as client:
        answer = await send(client, pdf(EICAR))
    assert (answer.status_code, answer.json()["code"]) == (422, "FILE_INFECTED")
    assert await kept(city) == []


async def test_evidence_waits_for_a_verdict_without_being_sent_again(city: City, scanner: Clamd) -> None:
    scanner.verdict = b""
    async with city.call_as("staff") as client:
        begun = await announce(client, pdf(), id=str(uuid7()))
        url = begun.headers["location"]
        failed = await append(client, url, 0, pdf())
        assert (failed.status_code, failed.json()["code"]) == (503, "SCANNER_UNREACHABLE")
        assert (await client.get(url)).json()["state"] == "PENDING"
        scanner.verdict = None
        again = await append(client, url, len(pdf()), b"")
        assert again.status_code == 204, again.text
        assert (await client.get(url)).json()["state"] == "RECEIVED"


async def test_the_worker_looks_again_too(city: City, scanner: Clamd) -> None:
    scanner.verdict = b""
    async with city.call_as("staff") as client:
        begun = await announce(client, pdf(EICAR), id=str(uuid7()))
        url = begun.headers["location"]
        await append(client, url, 0, pdf(EICAR))
        scanner.verdict = None
        later = city.now.replace(hour=12)
        means = Means(city.database, city.app.state.keyring, lambda: later, objects=city.app.state.objects)
        await clean_up(means, region_id=str(city.region.id))
        told = await client.get(url)
    assert (told.json()["state"], told.json()["refusal"]) == ("REFUSED", "FILE_INFECTED")


@pytest.mark.parametrize("address", ["clamav", ":3310", "clamav:", "clamav:abc"])
def test_an_address_that_cannot_be_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(StartupError, match="ASN_CLAMAV"):
        Settings(environment="demo", clamav=address)


@pytest.mark.parametrize("address", ["clamav:3310", "[::1]:3310", "/run/clamav/clamd.ctl"])
def test_addresses_of_clamd(address: str) -> None:
    assert Settings(environment="demo", clamav=address).clamav == address
