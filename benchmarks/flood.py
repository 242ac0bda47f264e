"""The public reports with photos, a thousand a minute from many addresses, beside what officials usually do."""

import asyncio
import base64
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from PIL import Image

from asn_api.core.embedded import dies_with_parent
from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from benchmarks.city import City
from benchmarks.compare import percentiles, say
from benchmarks.complaint_rows import Words
from benchmarks.load import Connection, request
from benchmarks.peak import arrivals
from benchmarks.sides import EMPLOYEE, LIST, OURS, PUSH, Asked, Server, environment

A_MINUTE = 1000
ADDRESSES = 3000
GREEDY = "203.0.113.9"
GREEDY_RATE = 25
"""Requests a second of one address that wants everything for itself."""
STAFF = {LIST: 6.0, "complaints, the list": 2.0, EMPLOYEE: 4.0, PUSH: 1.0}
"""Requests a second of officials."""
PROCESSES = 2
BURST = 300
"""`ASN_RATE_BURST` for two processes: 600 requests a minute of one address."""
TARGET_MS = 100
CODE = "bench"


async def run(settings: Settings, city: City, minutes: int) -> dict[str, Any]:
    """Officials alone for a minute, then beside the flood."""
    files = settings.local_dir.absolute() / "flood-files"
    files.mkdir()
    chosen = settings.model_copy(
        update={
            "workers": PROCESSES,
            "rate_burst": BURST,
            "trusted_proxies": ("127.0.0.1",),
            "files_url": files.as_uri(),
        }
    )
    server = Server(OURS, chosen, city, settings.local_dir)
    worker = _worker(chosen)
    try:
        await server.ready()
        asked = Asked(city)
        await _staff(server.port, asked, 5)
        say("officials alone")
        alone = await _staff(server.port, asked, 60)
        say(f"{minutes} minutes of {A_MINUTE:,} reports a minute beside them")
        flood = Flood(server.port, minutes)
        beside, _, greedy = await asyncio.gather(
            _staff(server.port, asked, 60 * minutes), flood.run(), _greedy(server.port, 60 * minutes)
        )
    finally:
        server.stop()
        worker.terminate()
        worker.wait(30)
    stored = await _stored(settings, city, files)
    accepted = len(flood.codes)
    if (stored["complaints"], stored["rows"], stored["files"]) != (accepted, accepted, accepted):
        raise SystemExit(f"{accepted:,} were accepted, but {stored} are stored")
    if stored["codes"] != flood.codes:
        raise SystemExit("somebody holds a code that is not stored")
    if flood.unpolite or greedy["without_retry_after"]:
        raise SystemExit("a refusal came without Retry-After")
    return {
        "flood": {
            "minutes": minutes,
            "processes": PROCESSES,
            "photo_bytes": flood.photo_bytes,
            "alone": alone,
            "beside": beside,
            "sent": sum(flood.answers.values()),
            "answers": {str(status): times for status, times in sorted(flood.answers.items())},
            "reports_ms": percentiles(flood.latencies),
            "stored": accepted,
            "greedy": greedy,
        }
    }


def _worker(settings: Settings) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "asn_api", "worker"],
        cwd=Path(__file__).parents[1],
        env=os.environ | environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=dies_with_parent(signal.SIGTERM),
    )


async def _staff(port: int, asked: Asked, seconds: int) -> dict[str, Any]:
    """Every kind at its own rate, at the same time."""

    async def one(name: str, rate: float) -> dict[str, Any]:
        count = max(1, round(rate * seconds))
        if name in (LIST, EMPLOYEE, PUSH):
            requests = asked.take(name, OURS, count)
        else:
            people = itertools.cycle(asked.city.staff[:200])
            tokens = [asked.city.token(next(people)) for _ in range(count)]
            requests = [request("GET", "/v1/complaints", token=token) for token in tokens]
        moments = arrivals(random.Random(name), count, rate)
        paced = Paced(port)
        answers = await paced.run(requests, moments)
        failed = sum(answer[9:10] != b"2" for answer in answers)
        return {"latencies": paced.latencies, "failed": failed}

    found = await asyncio.gather(*(one(name, rate) for name, rate in STAFF.items()))
    shown: dict[str, Any] = {
        name: percentiles(part["latencies"]) for name, part in zip(STAFF, found, strict=True)
    }
    shown["all"] = percentiles([each for part in found for each in part["latencies"]])
    return shown | {"failed": sum(part["failed"] for part in found)}


class Paced:
    """Requests at their moments, come what may; latencies count from these. Answers as they are, refusals too."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[Connection] = []
        self.latencies: list[float] = []

    async def run(self, requests: Iterable[bytes], moments: Iterable[float]) -> list[bytes]:
        tasks = []
        began = time.perf_counter()
        for asking, moment in zip(requests, moments, strict=True):
            await asyncio.sleep(max(0, began + moment - time.perf_counter()))
            tasks.append(asyncio.ensure_future(self._one(asking, began + moment)))
        answers = await asyncio.gather(*tasks)
        for connection in self._free:
            connection.close()
        return answers

    async def _one(self, asking: bytes, due: float) -> bytes:
        connection = self._free.pop() if self._free else await Connection.open(self._port)
        if connection.closed:  # idle for longer than the server keeps one
            connection = await Connection.open(self._port)
        try:
            answer = await connection.answer(asking)
        except ConnectionError:
            # Closed as idle at the very moment: as on a bad line, the same is sent again.
            connection = await Connection.open(self._port)
            answer = await connection.answer(asking)
        self.latencies.append(time.perf_counter() - due)
        self._free.append(connection)
        return answer


class Flood:
    def __init__(self, port: int, minutes: int) -> None:
        self.count = A_MINUTE * minutes
        self._paced = Paced(port)
        self.latencies = self._paced.latencies
        self.answers: Counter[int] = Counter()
        self.codes: set[str] = set()
        self.unpolite = 0
        self._words = Words()
        photos = [_photo(number) for number in range(6)]
        self.photo_bytes = [len(each) for each in photos]
        self._photos = itertools.cycle(base64.b64encode(each) for each in photos)

    async def run(self) -> None:
        moments = arrivals(random.Random(7), self.count, A_MINUTE / 60)
        for answer in await self._paced.run(map(self._request, range(self.count)), moments):
            self._note(answer)

    def _request(self, number: int) -> bytes:
        subject, text = self._words.complaint(number % 8)
        body = orjson.dumps(
            {"region": CODE, "key": str(uuid7()), "subject": subject, "text": text, "anonymous": True}
        )
        media = b',"media":[{"name":"foto.jpg","content":"' + next(self._photos) + b'"}]}'
        address = number % ADDRESSES
        return forwarded(
            request("POST", "/v1/public/complaints", body[:-1] + media),
            f"198.18.{address // 250}.{address % 250 + 1}",
        )

    def _note(self, answer: bytes) -> None:
        status = int(answer[9:12])
        self.answers[status] += 1
        head, _, body = answer.partition(b"\r\n\r\n")
        if status in (200, 201):
            self.codes.add(orjson.loads(body)["code"].replace("-", ""))
        elif status not in (429, 503):
            raise SystemExit(f"{status}: {body[:300]!r}")
        elif b"retry-after:" not in head.lower():
            self.unpolite += 1


async def _greedy(port: int, seconds: int) -> dict[str, int]:
    """One address beyond its allowance: most of it is refused, and it slows nobody."""
    asking = forwarded(request("GET", f"/v1/public/complaint-categories?region={CODE}"), GREEDY)
    count = GREEDY_RATE * seconds
    answers = await Paced(port).run([asking] * count, [number / GREEDY_RATE for number in range(count)])
    refused = [each for each in answers if each[9:12] == b"429"]
    unpolite = sum(b"retry-after:" not in each.lower() for each in refused)
    return {"sent": count, "refused": len(refused), "without_retry_after": unpolite}


def forwarded(asking: bytes, address: str) -> bytes:
    """As a trusted proxy passes it on."""
    return asking.replace(b"\r\n", f"\r\nX-Forwarded-For: {address}\r\n".encode(), 1)


def _photo(number: int) -> bytes:
    """A picture of some megapixels with a place in it, as a phone sends it after reducing."""
    seed = random.Random(number)
    small = Image.frombytes("RGB", (320, 240), seed.randbytes(320 * 240 * 3))
    image = small.resize((1600, 1200), Image.Resampling.BICUBIC)
    exif = image.getexif()
    exif[0x010F] = "Kamera"
    exif.get_ifd(0x8825)[1] = "S"
    output = BytesIO()
    image.save(output, "JPEG", quality=80 + number, exif=exif)
    return output.getvalue()


async def _stored(settings: Settings, city: City, files: Path) -> dict[str, Any]:
    connection = await asyncpg.connect(settings.libpq)
    codes = await connection.fetch("select code from complaints where region_id = $1", city.region_id)
    rows = await connection.fetchval(
        "select count(*) from complaint_files where region_id = $1", city.region_id
    )
    await connection.close()
    clean = sum(b"Kamera" not in content for content in _contents(files))
    return {"complaints": len(codes), "rows": rows, "files": clean, "codes": {row["code"] for row in codes}}


def _contents(files: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in files.rglob("*") if path.is_file())


def lines(found: dict[str, Any]) -> list[str]:
    flood = found["flood"]
    small, large = min(flood["photo_bytes"]) // 1000, max(flood["photo_bytes"]) // 1000
    reports, greedy = flood["reports_ms"], flood["greedy"]
    shown = [
        "",
        f"Flood: {flood['sent']:,} reports in {flood['minutes']} minutes, each with a photo of {small} to {large} kB, "
        f"from {ADDRESSES:,} addresses; {flood['processes']} server processes, a worker beside",
        f"{'officials, ms: p50 / p95 / p99':38}{'alone':>24}{'beside the flood':>26}",
    ]
    for name in (*STAFF, "all"):
        alone, beside = flood["alone"][name], flood["beside"][name]
        missed = "!" if name == "all" and beside["p95"] > TARGET_MS else " "
        shown.append(f"{name:38}{_three(alone):>24}{_three(beside):>25}{missed}")
    answers = ", ".join(f"{times:,} × {status}" for status, times in flood["answers"].items())
    shown += [
        f"target: p95 {TARGET_MS} ms beside the flood; requests of officials that failed: "
        f"{flood['alone']['failed']} alone, {flood['beside']['failed']} beside the flood",
        f"reports: {answers}; {_three(reports)} ms; {flood['stored']:,} accepted and as many stored, with their photos",
        f"one greedy address: {greedy['refused']:,} of {greedy['sent']:,} requests refused, all with Retry-After",
    ]
    return shown


def _three(found: dict[str, float]) -> str:
    return f"{found['p50']:.0f} / {found['p95']:.0f} / {found['p99']:.0f}"
