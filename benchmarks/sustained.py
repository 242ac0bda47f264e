"""How many activities a second the pushes of many phones store, beside the floor's and one COPY of the same rows."""

import statistics
import time
from typing import Any

import asyncpg

from benchmarks.compare import CONCURRENCY, say
from benchmarks.grown import LARGE, SMALL, Grown
from benchmarks.load import closed_loop, request
from benchmarks.peak import stored
from benchmarks.sides import BATCH, COPIED, FLOOR, JOURNALLED_PUSH, OURS, PUSH, Asked, Server, free_port

SENDINGS = {
    "push, 1 process": (OURS, 1, PUSH),
    "push, 2 processes": (OURS, 2, PUSH),
    "floor": (FLOOR, 2, PUSH),
    "floor with journal": (FLOOR, 2, JOURNALLED_PUSH),
}
"""What is sent where: side, processes, path."""


async def run(grown: Grown, rounds: int, pushes: int) -> dict[str, Any]:
    """Blocks of pushes through one and through two server processes, the floor and COPY in turn, on both cities."""
    found: dict[str, Any] = {}
    for size in (SMALL, LARGE):
        settings, city, asked = grown.settings[size], grown.city, Asked(grown.city)
        rates: dict[str, list[float]] = {name: [] for name in (*SENDINGS, "COPY")}
        connection = await asyncpg.connect(settings.libpq)
        servers = {}
        try:
            for side, workers, _ in SENDINGS.values():
                if (side, workers) not in servers:
                    chosen = settings.model_copy(update={"workers": workers, "port": free_port()})
                    servers[side, workers] = Server(side, chosen, city, settings.local_dir)
                    await servers[side, workers].ready()
            for number in range(rounds + 1):
                say(f"{size}: round {number} of {rounds}")
                for name, (side, workers, path) in SENDINGS.items():
                    server, requests = servers[side, workers], asked.take(path, side, pushes)
                    if side == OURS:
                        await closed_loop(server.port, _greetings(requests) * workers, CONCURRENCY)
                    before = await stored(settings, city)
                    seconds = await closed_loop(server.port, requests, CONCURRENCY)
                    if await stored(settings, city) - before != BATCH * pushes:
                        raise SystemExit("not everything that was acknowledged is stored")
                    if number:
                        rates[name].append(BATCH * pushes / seconds)
                rows = asked.rows(pushes)
                began = time.perf_counter()
                await connection.copy_records_to_table("activities", records=rows, columns=COPIED)
                if number:
                    rates["COPY"].append(len(rows) / (time.perf_counter() - began))
        finally:
            for server in servers.values():
                server.stop()
            await connection.close()
        found[size] = {name: statistics.median(each) for name, each in rates.items()} | {"rounds": rates}
    return {"push": {"rows_per_block": BATCH * pushes, "concurrency": CONCURRENCY, "sizes": found}}


def _greetings(requests: list[bytes]) -> list[bytes]:
    """Each has asked before, as a phone that has pulled."""
    tokens = [each.split(b"Bearer ", 1)[1].split(b"\r\n", 1)[0].decode() for each in requests]
    return [request("GET", "/v1/me/activities?limit=1", token=each) for each in tokens]


def lines(found: dict[str, Any]) -> list[str]:
    push = found["push"]
    shown = [
        "",
        f"Activities a second: pushes of {BATCH} on {push['concurrency']} connections beside one COPY of as many "
        f"rows ({push['rows_per_block']:,}) into the same table (targets: 2,000, and half of COPY)",
    ]
    for size, rates in push["sizes"].items():
        cells = [
            f"{name} {rate:,.0f}" + ("" if name == "COPY" else f" ({rate / rates['COPY']:.2f} of COPY)")
            for name, rate in rates.items()
            if name != "rounds"
        ]
        shown.append(f"{size:10} " + "   ".join(cells))
    return [
        *shown,
        "COPY writes no journal and no totals, judges nothing and commits once; its foreign keys are checked.",
        "The floor, two processes, parses JSON, inserts and commits every 20 rows; it knows no caller, no rules and no",
        "totals, and a journal only where the line says so.",
    ]
