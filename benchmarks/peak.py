"""The last hour before the deadline: every employee of the city sends his day, a quarter in one minute."""

import random
import time
from typing import Any

import asyncpg

from asn_api.core.settings import Settings
from benchmarks.city import City
from benchmarks.compare import percentiles, say
from benchmarks.grown import LARGE, Grown
from benchmarks.load import open_loop
from benchmarks.sides import OURS, Asked, Server

SENT = 5
"""Activities in an employee's day."""
MINUTE = 60
WORST_SHARE = 4
"""One in so many sends in the worst minute."""


async def run(grown: Grown, seconds: int) -> dict[str, Any]:
    """The worst minute at its real rate, then the other 59 minutes at the same rate, harder than they are.

    `seconds` shortens it: 60 sends the whole city.
    """
    city, settings = grown.city, grown.settings[LARGE]
    server = Server(OURS, settings, city, settings.local_dir)
    asked = Asked(city)
    worst = len(city.staff) // WORST_SHARE
    rate = worst / MINUTE
    count = round(rate * seconds)
    rest = round((len(city.staff) - worst) * seconds / MINUTE)
    say(f"signing {count + rest:,} tokens")
    waves = {"worst minute": asked.days(count, SENT), "rest of the hour": asked.days(rest, SENT)}
    found: dict[str, Any] = {"rate": rate, "activities_each": SENT, "waves": {}}
    seed = random.Random(1530)
    try:
        await server.ready()
        before = await stored(settings, city)
        for name, requests in waves.items():
            say(f"{name}: {len(requests):,} pushes at {rate:.0f} a second")
            moments = arrivals(seed, len(requests), rate)
            cpu, began = server.clock.read(), time.perf_counter()
            latencies = await open_loop(server.port, requests, rate, 256, moments, timeout=600)
            found["waves"][name] = {
                "pushes": len(requests),
                "ms": percentiles(latencies),
                "longest_ms": 1000 * max(latencies),
                "server_busy": (server.clock.read() - cpu) / (time.perf_counter() - began),
            }
        found["sent"] = SENT * (count + rest)
        found["stored"] = await stored(settings, city) - before
    finally:
        server.stop()
    if found["stored"] != found["sent"]:
        raise SystemExit(f"{found['stored']:,} activities are stored of {found['sent']:,} acknowledged")
    return {"peak": found}


def arrivals(seed: random.Random, count: int, rate: float) -> list[float]:
    """Moments in seconds; people do not queue up in step, so the gaps are random."""
    moments, at = [], 0.0
    for _ in range(count):
        moments.append(at)
        at += seed.expovariate(rate)
    return moments


async def stored(settings: Settings, city: City) -> int:
    """Activities of the days that only pushes fill."""
    connection = await asyncpg.connect(settings.libpq)
    count: int = await connection.fetchval(
        "select count(*) from activities where region_id = $1 and unit_id = any($2) and day = any($3)",
        city.region_id,
        city.unit_ids,
        city.push_days,
    )
    await connection.close()
    return count


def lines(found: dict[str, Any]) -> list[str]:
    peak = found["peak"]
    shown = [
        "",
        f"Peak hour: pushes of {peak['activities_each']} at {peak['rate']:.0f} a second, each with a token "
        "unseen before, at 10 million activities (target: p99 below 500 ms, nothing lost)",
    ]
    for name, wave in peak["waves"].items():
        ms = wave["ms"]
        shown.append(
            f"{name:18}{wave['pushes']:7,} pushes, p50/p95/p99 {ms['p50']:.0f}/{ms['p95']:.0f}/{ms['p99']:.0f} ms, "
            f"longest {wave['longest_ms']:.0f} ms, server {100 * wave['server_busy']:.0f} % of a core"
        )
    shown.append(f"{peak['sent']:,} activities acknowledged, {peak['stored']:,} stored")
    return shown
