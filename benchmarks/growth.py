"""Growth: the same requests to the same city with 100 thousand and 10 million activities, turn by turn."""

import itertools
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import Request

from asn_api.core.crypto import Keyring
from asn_api.core.http.paging import Cursors, Position
from asn_api.core.settings import Settings
from benchmarks.compare import percentiles, say
from benchmarks.grown import AGENCIES, LARGE, SMALL, STAFF_FROM, UNITS, Grown
from benchmarks.load import Connection, Refused, request
from benchmarks.people import Person
from benchmarks.sides import OURS, Asked, Server

LIMIT = 20
FAR_PAGE = 10_000
WARM = UNITS
"""As many as there are heads of units: what they read is in memory by then, as it is on a working day. The first
request of each after PostgreSQL has started takes longer in the large city (`benchmarks/README.md`)."""
LONGEST_SECONDS = 60
"""A path that takes longer gets fewer turns."""

Make = Callable[[], bytes]


class Growth:
    def __init__(self, grown: Grown, times: int, pushes: int) -> None:
        self.grown = grown
        self.times = times
        self.pushes = pushes
        self.latencies: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.missing: dict[str, str] = {}
        self.servers: dict[str, Server] = {}

    async def run(self) -> dict[str, Any]:
        servers = self.servers
        try:
            for size, settings in self.grown.settings.items():
                servers[size] = Server(OURS, settings, self.grown.city, settings.local_dir)
                await servers[size].ready()
                await servers[size].settled()
            for path, makers in (await self._paths()).items():
                say(path)
                ports = {side: servers[LARGE if side == "far" else side].port for side in makers}
                await self._turns(path, makers, ports)
                say("  ".join(f"{side} {_short(self.latencies[path, side])}" for side in makers))
        finally:
            for server in servers.values():
                server.stop()
        return {"growth": self._found(), "growth_missing": self.missing}

    async def _turns(self, path: str, makers: dict[str, Make], ports: dict[str, int]) -> None:
        """One request to each in turn, so that whatever disturbs the machine meets both alike."""
        times = self.pushes if path.startswith("push") else self.times
        connections = {side: await Connection.open(ports[side]) for side in makers}
        began_path = time.perf_counter()
        try:
            for number in range(WARM + times):
                if time.perf_counter() - began_path > LONGEST_SECONDS:
                    break
                sides = list(makers) if number % 2 else list(makers)[::-1]
                for side in sides:
                    asking = makers[side]()
                    if connections[side].closed:  # it has waited for the other side too long
                        connections[side] = await Connection.open(ports[side])
                    began = time.perf_counter()
                    await connections[side].expect(asking)
                    if number >= WARM:
                        self.latencies[path, side].append(time.perf_counter() - began)
        except Refused as refused:
            self.missing[path] = str(refused)
            say(f"not available: {path}: {str(refused)[:300]}")
        finally:
            for connection in connections.values():
                connection.close()

    async def _paths(self) -> dict[str, dict[str, Make]]:
        city, day = self.grown.city, self.grown.reported
        readers = city.people[STAFF_FROM : STAFF_FROM + 200]
        unit_heads, agency_heads = city.people[AGENCIES:UNITS], city.people[:AGENCIES]
        admin = [self.grown.admin]
        first_day = day.replace(day=1)
        month, months = f"to={day:%Y-%m}", f"from={day.year}-01&to={day:%Y-%m}"
        gets: dict[str, tuple[list[Person], str]] = {
            "own activities": (readers, f"/v1/me/activities?limit={LIMIT}"),
            "own month": (readers, f"/v1/me/months/{day:%Y-%m}"),
            "team's activities": (unit_heads, f"/v1/activities?limit={LIMIT}"),
            "waiting for me": (unit_heads, f"/v1/activities?waiting_for_me=true&sort=day&limit={LIMIT}"),
            "agency's activities": (agency_heads, f"/v1/activities?limit={LIMIT}"),
            "region's activities": (admin, f"/v1/activities?limit={LIMIT}"),
            "region's activities of a day": (admin, f"/v1/activities?day={day}&limit={LIMIT}"),
            "day board, agency": (agency_heads, f"/v1/days/{day}/board?limit={LIMIT}"),
            "day board, region": (admin, f"/v1/days/{day}/board?limit={LIMIT}"),
            "day summary, agency": (agency_heads, f"/v1/days/{day}/summary"),
            "day summary, region": (admin, f"/v1/days/{day}/summary"),
            "month summary, region": (admin, f"/v1/months/{first_day:%Y-%m}/summary"),
            "own contribution": (readers, f"/v1/me/contribution?{month}"),
            "team's contributions": (unit_heads, f"/v1/contributions/people?team=true&{month}"),
            "contribution to goals, agency": (agency_heads, f"/v1/contributions/goals?{months}"),
            "contributions of people, agency": (
                agency_heads,
                f"/v1/contributions/people?{months}&limit={LIMIT}",
            ),
            "contributions, region, a month": (admin, f"/v1/contributions/summary?{month}"),
            "contributions, region, this year": (admin, f"/v1/contributions/summary?{months}"),
        }
        paths = {
            name: {size: self._get(callers, path) for size in (SMALL, LARGE)}
            for name, (callers, path) in gets.items()
        }
        paths["one activity"] = {size: await self._one(size, readers) for size in (SMALL, LARGE)}
        for name, callers in (("agency's activities", agency_heads[:1]), ("region's activities", admin)):
            near = f"/v1/activities?limit={LIMIT}"
            far = near + "&cursor=" + await self._far(callers[0])
            paths[f"{name}, page 1 and page {FAR_PAGE:,}"] = {
                LARGE: self._get(callers, near),
                "far": self._get(callers, far),
            }
        pushed = {size: Asked(city) for size in (SMALL, LARGE)}
        paths["push of 20"] = {
            size: lambda asked=asked: asked.take("day's push of 20", OURS, 1)[0]  # type: ignore[misc]
            for size, asked in pushed.items()
        }
        return paths

    def _get(self, callers: list[Person], path: str) -> Make:
        turn = itertools.cycle(callers)
        return lambda: request("GET", path, token=self.grown.city.token(next(turn)))

    async def _one(self, size: str, readers: list[Person]) -> Make:
        connection = await asyncpg.connect(self.grown.settings[size].libpq)
        rows = await connection.fetch(
            "select p.id, (select a.id from activities a where a.region_id = $1 and a.employee_id = p.id "
            "order by a.day desc, a.id desc offset 10 limit 1) as activity from unnest($2::uuid[]) as p (id)",
            self.grown.city.region_id,
            [each.id for each in readers],
        )
        await connection.close()
        activities: dict[UUID, UUID] = {row["id"]: row["activity"] for row in rows}
        turn: Iterator[Person] = itertools.cycle(readers)

        def make() -> bytes:
            person = next(turn)
            return request(
                "GET", f"/v1/activities/{activities[person.id]}", token=self.grown.city.token(person)
            )

        return make

    async def _far(self, caller: Person) -> str:
        """The cursor of a far page, signed as the API signs it: nobody walks ten thousand pages here."""
        settings, city = self.grown.settings[LARGE], self.grown.city
        connection = await asyncpg.connect(settings.libpq)
        own_agency = "" if caller is self.grown.admin else (
            " and unit_id in (select id from units u where u.agency_id = $3)"
        )  # fmt: skip
        arguments = [city.region_id, LIMIT * FAR_PAGE]
        row = await connection.fetchrow(
            "select day, id from activities where region_id = $1"
            + own_agency
            + " order by day desc, id desc offset $2 limit 1",
            *(arguments + ([city.unit_ids[caller.unit]] if own_agency else [])),
        )
        await connection.close()
        return signed_cursor(settings, "/v1/activities", [row["day"], row["id"]])

    def _found(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for (path, side), seconds in self.latencies.items():
            if path not in self.missing:
                found.setdefault(path, {"ms": {}})["ms"][side] = percentiles(seconds)
        for entry in found.values():
            before, after = _compared(entry["ms"])
            for share in ("p50", "p95"):
                entry[f"{share}_ratio"] = after[share] / before[share] if before else math.nan
        return found


def _compared(sides: dict[str, Any]) -> tuple[Any, Any]:
    """Small and large, or near and far; whichever was asked first."""
    return (sides[LARGE], sides["far"]) if "far" in sides else (sides[SMALL], sides[LARGE])


def _short(seconds: list[float]) -> str:
    found = percentiles(seconds)
    return f"p50 {found['p50']:.1f} p95 {found['p95']:.1f} ms of {len(seconds)}" if found else "nothing"


def signed_cursor(settings: Settings, path: str, values: list[date | UUID | str]) -> str:
    scope = {
        "type": "http",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1")],
        "app": SimpleNamespace(state=SimpleNamespace(keyring=Keyring(settings.keys))),
    }
    return Cursors(Request(scope)).write(Position([str(value) for value in values], False))


def lines(found: dict[str, Any]) -> list[str]:
    shown = [
        "",
        "Growth, ms: the same requests at 100 thousand and at 10 million activities, turn by turn",
        f"{'':44}{'p50':>7}{'p50':>8}{'':8}{'p95':>8}{'p95':>8}  (target: p95 at most 1.30 times)",
    ]
    for path, entry in found["growth"].items():
        before, after = _compared(entry["ms"])
        mark = "!" if entry["p95_ratio"] > 1.3 else " "
        shown.append(
            f"{path:44}{before['p50']:7.1f}{after['p50']:8.1f}{entry['p50_ratio']:7.2f}×"
            f"{before['p95']:8.1f}{after['p95']:8.1f}{entry['p95_ratio']:7.2f}×{mark}"
        )
    return shown + [f"not available: {path}: {why[:160]}" for path, why in found["growth_missing"].items()]
