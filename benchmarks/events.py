"""The stream of changes: how soon 200 listeners are told, what it costs, and what it takes from the pushes."""

import asyncio
import re
import socket
import statistics
import time
from typing import Any

import asyncpg
import orjson

from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from benchmarks.city import City
from benchmarks.compare import CONCURRENCY, percentiles, say
from benchmarks.fanout import CHANNEL
from benchmarks.load import Connection, closed_loop, request
from benchmarks.sides import OURS, PUSH, Asked, Server

FANOUT = "fanout"
LISTENERS = 200
SINGLES = 40
"""Changes one by one that all are told of…"""
BURST = 100
"""…and so many in one transaction."""
PULLING, PULLS = 20, 10
"""Listeners that ask `sync/pull` instead, so many times."""

_TOLD = re.compile(rb'event: goal\ndata: \{[^\n]*?"id":"([0-9a-f-]{36})"')
_WRITE = (
    "insert into journal (region_id, at, entity, entity_id, version, action, changes)"
    " select $1, now(), 'agency_goal', id, 1, 'CHANGE', '{}' from unnest($2::uuid[]) as id"
)
_NOTIFY = "select pg_notify($1, id::text) from unnest($2::uuid[]) as id"
_CONNECTIONS = "select count(*) from pg_stat_activity where application_name like 'asn-api%'"


class Listener(asyncio.Protocol):
    """Notes when it is told of what."""

    def __init__(self) -> None:
        self.told: dict[bytes, float] = {}
        self.count = 0
        self.ready = asyncio.Event()
        self._rest = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        text = self._rest + data
        if b"event: ready" in text:
            self.ready.set()
        end = text.rfind(b"\n\n") + 2 if b"\n\n" in text else 0
        for id in _TOLD.findall(text[:end]):
            self.told[id] = now
            self.count += 1
        self._rest = text[end:]


async def run(settings: Settings, city: City, rounds: int, pushes: int) -> dict[str, Any]:
    asked = Asked(city)
    people = city.staff[:LISTENERS]
    streams = [request("GET", "/v1/events", token=city.token(person)) for person in people]
    database = await asyncpg.connect(settings.libpq)
    servers = {name: Server(name, settings, city, settings.local_dir) for name in (OURS, FANOUT)}
    found: dict[str, Any] = {"listeners": len(people), "sides": {}}
    try:
        for server in servers.values():
            await server.ready()
        # So that what is counted later is not the first use of something.
        await closed_loop(servers[OURS].port, asked.take(PUSH, OURS, 2 * CONCURRENCY), CONCURRENCY)
        found["connections_before"] = await database.fetchval(_CONNECTIONS)
        for name, server in servers.items():
            say(f"{name}: {len(streams)} listeners")
            found["sides"][name] = await _told(name, server, streams, database, city)
        found["connections_after"] = await database.fetchval(_CONNECTIONS)
        found["pushes"] = await _pushes(servers[OURS], asked, streams, rounds, pushes)
        found["pull_cpu_us"] = await _pulls(servers[OURS], city)
    finally:
        for server in servers.values():
            server.stop()
        await database.close()
    return {"events": found}


async def _told(
    name: str, server: Server, streams: list[bytes], database: asyncpg.Connection, city: City
) -> dict[str, Any]:
    stuck = await _stuck(server, streams[0]) if name == OURS else None
    began, cpu = time.perf_counter(), server.clock.read()
    listeners = await _listening(server.port, streams)
    found: dict[str, Any] = {
        "opened_seconds": time.perf_counter() - began,
        "open_cpu_us": 1e6 * (server.clock.read() - cpu) / len(streams),
    }
    await asyncio.sleep(2)
    cpu, began = server.clock.read(), time.perf_counter()
    await asyncio.sleep(5)
    found["idle_busy"] = (server.clock.read() - cpu) / (time.perf_counter() - began)
    latencies: list[float] = []
    cpu, began = server.clock.read(), time.perf_counter()
    for _ in range(SINGLES):
        id = str(uuid7())
        committed = await _happen(name, database, city, [id])
        await _all(listeners, [id])
        latencies += [listener.told[id.encode()] - committed for listener in listeners]
        await asyncio.sleep(0.1)
    idle = found["idle_busy"] * (time.perf_counter() - began)
    deliveries = SINGLES * len(listeners)
    found["singles"] = {
        "ms": percentiles(latencies),
        "longest_ms": 1000 * max(latencies),
        "cpu_us_each": 1e6 * (server.clock.read() - cpu - idle) / deliveries,
    }
    ids = [str(uuid7()) for _ in range(BURST)]
    cpu = server.clock.read()
    committed = await _happen(name, database, city, ids)
    await _all(listeners, ids)
    found["burst"] = {
        "last_ms": 1000
        * max(max(listener.told[id.encode()] for id in ids) - committed for listener in listeners),
        "cpu_us_each": 1e6 * (server.clock.read() - cpu) / (BURST * len(listeners)),
    }
    if any(listener.count != SINGLES + BURST for listener in listeners):
        raise SystemExit(f"{name}: somebody was told twice")
    for listener in listeners:
        listener.transport.close()
    if stuck is not None:
        stuck.close()
    await asyncio.sleep(0.5)
    return found


async def _listening(port: int, streams: list[bytes]) -> list[Listener]:
    loop = asyncio.get_running_loop()
    listeners = []
    for stream in streams:
        _, listener = await loop.create_connection(Listener, "127.0.0.1", port)
        listener.transport.write(stream)
        listeners.append(listener)
    async with asyncio.timeout(30):
        for listener in listeners:
            await listener.ready.wait()
    return listeners


async def _stuck(server: Server, stream: bytes) -> socket.socket:
    """One more who listens and never reads."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(line, ("127.0.0.1", server.port))
    await loop.sock_sendall(line, stream)
    return line


async def _happen(name: str, database: asyncpg.Connection, city: City, ids: list[str]) -> float:
    """When it was committed."""
    if name == OURS:
        await database.execute(_WRITE, city.region_id, ids)
    else:
        await database.execute(_NOTIFY, CHANNEL, ids)
    return time.perf_counter()


async def _all(listeners: list[Listener], ids: list[str]) -> None:
    wanted = [id.encode() for id in ids]
    async with asyncio.timeout(30):
        for listener in listeners:
            while not all(id in listener.told for id in wanted):  # noqa: ASYNC110 (it must not slow the listeners)
                await asyncio.sleep(0.002)


async def _pushes(
    server: Server, asked: Asked, streams: list[bytes], rounds: int, pushes: int
) -> dict[str, Any]:
    """Turn by turn: nobody listens, and those who push and 200 others do."""
    cpu: dict[str, list[float]] = {"nobody": [], "200 listeners": []}
    for number in range(rounds + 1):
        say(f"pushes: round {number} of {rounds}")
        for name, each in cpu.items():
            listeners = await _listening(server.port, streams) if name != "nobody" else []
            await asyncio.sleep(0.5)
            before = server.clock.read()
            await closed_loop(server.port, asked.take(PUSH, OURS, pushes), CONCURRENCY)
            # What was pushed last is told a little later.
            await asyncio.sleep(0.6)
            if number:
                each.append(1e6 * (server.clock.read() - before) / pushes)
            for listener in listeners:
                listener.transport.close()
            await asyncio.sleep(0.3)
    return {name: statistics.median(each) for name, each in cpu.items()}


async def _pulls(server: Server, city: City) -> float:
    """CPU of one `sync/pull` that brings nothing: what each listener would cost per look without a stream."""
    tokens = [city.token(person) for person in city.staff[:PULLING]]
    requests = [request("GET", await _next(server.port, token), token=token) for token in tokens] * PULLS
    before = server.clock.read()
    await closed_loop(server.port, requests, CONCURRENCY)
    return 1e6 * (server.clock.read() - before) / len(requests)


async def _next(port: int, token: str) -> str:
    """The path of a pull that has got everything."""
    path, since = "/v1/sync/pull?limit=1000&types=activity", ""
    connection = await Connection.open(port)
    try:
        while True:
            answer = orjson.loads(await connection.expect(request("GET", path + since, token=token)))
            since = f"&since={answer['next']}"
            if not answer["more"]:
                return path + since
    finally:
        connection.close()


def lines(found: dict[str, Any]) -> list[str]:
    events = found["events"]
    shown = [
        "",
        f"Events to {events['listeners']} listeners beside bare ASGI on one LISTEN that judges nothing "
        "(target: all within 1,000 ms of the commit; one more listener never reads)",
        f"{'':8}{'p50':>8}{'p95':>8}{'p99':>8}{'longest ms':>12}{'µs each':>9}   "
        f"{BURST} at once: last ms{'µs each':>9}   open µs   idle %",
    ]
    for name, side in events["sides"].items():
        ms = side["singles"]["ms"]
        shown.append(
            f"{name:8}{ms['p50']:8.0f}{ms['p95']:8.0f}{ms['p99']:8.0f}{side['singles']['longest_ms']:12.0f}"
            f"{side['singles']['cpu_us_each']:9.0f}   {side['burst']['last_ms']:19.0f}"
            f"{side['burst']['cpu_us_each']:9.1f}{side['open_cpu_us']:10.0f}{100 * side['idle_busy']:9.1f}"
        )
    pushed = events["pushes"]
    shown.append(
        f"database connections: {events['connections_before']} without listeners, "
        f"{events['connections_after']} after; a push of 20: "
        + ", ".join(f"{name} {cpu:,.0f} µs" for name, cpu in pushed.items())
        + f"; one empty sync/pull instead {events['pull_cpu_us']:,.0f} µs"
    )
    return shown
