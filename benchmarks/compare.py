"""The interleaved blocks: every path on every side, round after round, in a rotated order."""

import argparse
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import asyncpg

from asn_api.core.settings import Settings
from benchmarks.city import City
from benchmarks.load import closed_loop, open_loop
from benchmarks.sides import (
    BATCH,
    COPIED,
    FLOOR,
    IDIOM,
    KIND_PUSH,
    LIST,
    OURS,
    PATHS,
    PUSH,
    SIDES,
    Asked,
    Server,
    probe,
)

CONCURRENCY = 16
LOAD = 0.3
"""The fixed arrival rate keeps the idiom's process busy for this share of one core."""
OPEN_SECONDS = 1.0
NEWCOMERS = 300


class Comparison:
    def __init__(self, settings: Settings, city: City, options: argparse.Namespace) -> None:
        self.settings = settings
        self.city = city
        self.options = options
        self.asked = Asked(city)
        self.servers: dict[str, Server] = {}
        self.cpu: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.latencies: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.rates: dict[str, float] = {}
        self.pushed: dict[str, list[float]] = defaultdict(list)
        self.missing: dict[str, str] = {}

    async def run(self) -> dict[str, Any]:
        try:
            for side in SIDES:
                # One after the other: three starts at once would only slow each other down.
                self.servers[side] = Server(side, self.settings, self.city, self.settings.local_dir)
                await self._ready(side)
            self.database = await asyncpg.connect(self.settings.libpq)
            cases = [(path, side) for path in PATHS for side in SIDES] + [(KIND_PUSH, IDIOM)]
            cases = [case for case in cases if await self._answers(*case)]
            for case in cases:
                await self._closed(*case, count=self._count(case[0]) // 2)
            for number in range(self.options.rounds):
                say(f"round {number + 1} of {self.options.rounds}")
                for path in (*PATHS, KIND_PUSH):
                    sides = [side for each, side in cases if each == path]
                    turned = sides[number % len(sides) :] + sides[: number % len(sides)] if sides else []
                    await self._round(path, turned)
            newcomers = await self._newcomers() if (LIST, OURS) in cases else None
            await self.database.close()
        finally:
            for server in self.servers.values():
                server.stop()
        return self._found(newcomers)

    async def _ready(self, side: str) -> None:
        await self.servers[side].ready()

    async def _answers(self, path: str, side: str) -> bool:
        wrong = await probe(self.servers[side], self.asked, path)
        if wrong is not None:
            self.missing[f"{path} / {side}"] = wrong
            say(f"not available: {path} on {side}: {wrong[:300]}")
        return wrong is None

    def _count(self, path: str) -> int:
        count: int = self.options.pushes if path in (PUSH, KIND_PUSH) else self.options.reads
        return count

    async def _round(self, path: str, sides: Sequence[str]) -> None:
        for side in sides:
            microseconds, seconds = await self._closed(path, side, self._count(path))
            self.cpu[path, side].append(microseconds)
            if path == PUSH:
                self.pushed[side].append(BATCH * self._count(path) / seconds)
        if path == PUSH:
            self.pushed["copy"].append(await self._copy())
        if path == KIND_PUSH:
            return
        if path not in self.rates:
            slowest = self.cpu.get((path, IDIOM)) or self.cpu[path, sides[0]]
            self.rates[path] = LOAD * 1e6 / slowest[0]
        for side in sides:
            count = max(self.options.pushes, int(OPEN_SECONDS * self.rates[path]))
            requests = await self._prepared(path, side, count)
            self.latencies[path, side] += await open_loop(self.servers[side].port, requests, self.rates[path])

    async def _closed(self, path: str, side: str, count: int) -> tuple[float, float]:
        """Microseconds of the server's CPU per request, and the seconds of the block."""
        requests = await self._prepared(path, side, count)
        before = await self._activities() if path in (PUSH, KIND_PUSH) else 0
        server = self.servers[side]
        began = server.clock.read()
        seconds = await closed_loop(server.port, requests, CONCURRENCY)
        used = server.clock.read() - began
        if path in (PUSH, KIND_PUSH) and (stored := await self._activities() - before) != BATCH * count:
            raise SystemExit(f"{side} stored {stored} activities of {BATCH * count} pushed: {path}")
        return used * 1e6 / count, seconds

    async def _prepared(self, path: str, side: str, count: int) -> list[bytes]:
        """The requests; this API has seen their tokens before, as with all but the first request of each."""
        requests = self.asked.take(path, side, count)
        if side == OURS and path == PUSH and f"{LIST} / {OURS}" not in self.missing:
            seen = {each.split(b"\r\nAuthorization: ")[1].split(b"\r\n")[0] for each in requests}
            greeting = [
                b"GET /v1/me/activities?limit=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: "
                + each
                + b"\r\n\r\n"
                for each in seen
            ]
            await closed_loop(self.servers[side].port, greeting, CONCURRENCY)
        return requests

    async def _activities(self) -> int:
        count: int = await self.database.fetchval("select count(*) from activities")
        return count

    async def _copy(self) -> float:
        """Activities a second by one COPY of what the pushes of a block carry."""
        rows = self.asked.rows(self.options.pushes)
        began = time.perf_counter()
        await self.database.copy_records_to_table("activities", records=rows, columns=COPIED)
        return len(rows) / (time.perf_counter() - began)

    async def _newcomers(self) -> float:
        requests = self.asked.newcomers(NEWCOMERS)
        server = self.servers[OURS]
        began = server.clock.read()
        await closed_loop(server.port, requests, CONCURRENCY)
        return (server.clock.read() - began) * 1e6 / len(requests)

    def _found(self, newcomers: float | None) -> dict[str, Any]:
        paths: dict[str, Any] = {}
        for (path, side), rounds in self.cpu.items():
            entry = paths.setdefault(path, {"arrivals_per_second": self.rates.get(path), "sides": {}})
            entry["sides"][side] = {
                "cpu_us": statistics.median(rounds),
                "cpu_us_rounds": rounds,
                "latency_ms": percentiles(self.latencies.get((path, side), [])),
            }
        if KIND_PUSH in paths and PUSH in paths:
            kind = paths.pop(KIND_PUSH)["sides"][IDIOM]
            paths[KIND_PUSH] = {"arrivals_per_second": None, "sides": {**paths[PUSH]["sides"], IDIOM: kind}}
        for entry in paths.values():
            ours = entry["sides"].get(OURS)
            for other in (IDIOM, FLOOR):
                if ours and other in entry["sides"]:
                    theirs = entry["sides"][other]["cpu_us_rounds"]
                    pairs = zip(ours["cpu_us_rounds"], theirs, strict=True)
                    entry[f"ours_to_{other}"] = statistics.median(our / their for our, their in pairs)
        return {
            "concurrency": CONCURRENCY,
            "rounds": self.options.rounds,
            "requests_per_block": {"reads": self.options.reads, "pushes": self.options.pushes},
            "paths": paths,
            "pushed_activities_per_second": {
                side: statistics.median(rounds) for side, rounds in self.pushed.items() if rounds
            },
            "first_request_of_a_token_cpu_us": newcomers,
            "not_available": self.missing,
        }


def percentiles(latencies: Sequence[float]) -> dict[str, float] | None:
    if not latencies:
        return None
    ordered = sorted(latencies)
    found = {
        f"p{share}": 1000 * ordered[min(len(ordered) - 1, len(ordered) * share // 100)]
        for share in (50, 95, 99)
    }
    return {**found, "requests": len(ordered)}


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
