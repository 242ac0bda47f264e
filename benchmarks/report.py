"""The result as JSON and as a table, with what it leaves out."""

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from asn_api.core.settings import Settings
from benchmarks import (
    complaints,
    cycle,
    enrolment,
    events,
    export_size,
    flood,
    growth,
    peak,
    recommended,
    sustained,
)
from benchmarks.sides import SIDES

SHOWN = ("fastapi", "starlette", "pydantic", "sqlalchemy", "asyncpg", "uvicorn", "uvloop", "orjson")

LEFT_OUT = """\
What this leaves out: server, database and loader share one machine and its cores, so latencies hold the
loader's noise and no network; only the server's own CPU is counted, not PostgreSQL's. One uvicorn process,
connections kept alive, no TLS, no compression asked for. This API knows its callers already (the first
request of a token has a line of its own); its access log goes to a file, the baselines write none. The
baselines check nothing, join nothing and answer plain columns, less than this API does. The journal begins
empty and the data fits in memory."""


PARTS = {
    "growth": growth.lines,
    "cycle": cycle.lines,
    "enrolment": enrolment.lines,
    "export": export_size.lines,
    "peak": peak.lines,
    "push": sustained.lines,
    "events": events.lines,
    "recommendations": recommended.lines,
    "complaints": complaints.lines,
    "flood": flood.lines,
}


def machine(settings: Settings) -> dict[str, Any]:
    import psycopg

    with psycopg.connect(settings.libpq) as connection:
        row = connection.execute(
            "select current_setting('server_version'), current_setting('fsync'), "
            "current_setting('synchronous_commit'), current_setting('shared_buffers')"
        ).fetchone()
    assert row is not None
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "versions": {name: version(name) for name in SHOWN},
        "postgresql": dict(
            zip(("version", "fsync", "synchronous_commit", "shared_buffers"), row, strict=True)
        ),
    }


def write(found: Mapping[str, Any], file: Path) -> None:
    file.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def table(found: Mapping[str, Any]) -> str:
    lines = [""]
    city = found["city"]
    lines.append(
        f"{city['activities']:,} activities of {city['employees']:,} employees, {found['cores']} cores, "
        f"PostgreSQL {found['postgresql']['version']} with fsync {found['postgresql']['fsync']} for all sides"
    )
    if "paths" in found:
        lines += _paths(found)
    if "start" in found:
        lines.append(
            f"`asn-api serve` to /readyz: {found['start']['seconds']:.2f} s (target 2 s), "
            f"{found['start']['cpu_seconds']:.2f} s of them CPU"
        )
    if "import" in found:
        lines.append(_import(found["import"]))
    for part, of in PARTS.items():
        if part in found:
            lines += of(dict(found))
    return "\n".join([*lines, "", LEFT_OUT])


def _paths(found: Mapping[str, Any]) -> list[str]:
    lines = [
        "",
        f"CPU of the server process, µs per request: medians of {found['rounds']} interleaved rounds, "
        f"{found['concurrency']} connections",
        f"{'':50}{'floor':>8}{'idiom':>8}{'ours':>8}{'ours/idiom':>12}{'ours/floor':>12}",
    ]
    for path, entry in found["paths"].items():
        cells = [_cell(entry["sides"].get(side), "cpu_us") for side in SIDES]
        ratios = [_ratio(entry.get("ours_to_idiom"), 0.5), _ratio(entry.get("ours_to_floor"), 2.2)]
        lines.append(
            f"{path:50}{''.join(f'{cell:>8}' for cell in cells)}{''.join(f'{r:>12}' for r in ratios)}"
        )
    lines.append("targets: at most 0.50 of the idiom, then at most 2.20 times the floor (! = missed)")
    lines += ["", "Latency at a fixed arrival rate, ms from the scheduled moment: p50 / p95 / p99"]
    for path, entry in found["paths"].items():
        if entry["arrivals_per_second"]:
            cells = [_latency(entry["sides"].get(side)) for side in SIDES]
            name = f"{path} ({entry['arrivals_per_second']:.0f}/s)"
            lines.append(
                f"{name:38}"
                + "".join(f"{side:>7} {cell:<19}" for side, cell in zip(SIDES, cells, strict=True))
            )
    pushed = found["pushed_activities_per_second"]
    if pushed:
        lines += [
            "",
            "Activities a second stored by pushes, loader on the same cores (target 2,000 and half of COPY)",
        ]
        lines.append("  ".join(f"{side} {number:,.0f}" for side, number in pushed.items()))
    if found["first_request_of_a_token_cpu_us"]:
        lines.append(
            f"first request of a token, own list: {found['first_request_of_a_token_cpu_us']:.0f} µs CPU"
        )
    return lines


def _import(found: Mapping[str, Any]) -> str:
    parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in found["seconds"].items())
    total = sum(found["seconds"].values())
    return (
        f"import of {found['rows']:,} rows and their units: {parts}, together {total:.2f} s (target 5 s), "
        f"{found['cpu_seconds']:.2f} s of our CPU"
    )


def _cell(side: Mapping[str, Any] | None, name: str) -> str:
    return f"{side[name]:.0f}" if side else "–"


def _ratio(value: float | None, target: float) -> str:
    return "–" if value is None else f"{value:.2f}{'!' if value > target else ' '}"


def _latency(side: Mapping[str, Any] | None) -> str:
    found = side and side["latency_ms"]
    return f"{found['p50']:.1f}/{found['p95']:.1f}/{found['p99']:.1f}" if found else "–"
