"""An export of a million rows: the first byte, and how much the server grows while it sends."""

import asyncio
import time
from datetime import timedelta
from typing import Any

from benchmarks.compare import say
from benchmarks.grown import EVERYBODY, LARGE, Grown
from benchmarks.history import PER_DAY
from benchmarks.load import request
from benchmarks.sides import OURS, Server

ROWS = 1_000_000
FORMS = {
    "CSV": "text/csv",
    "NDJSON": "application/x-ndjson",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SAMPLE_SECONDS = 0.1


async def run(grown: Grown, forms: list[str]) -> dict[str, Any]:
    """Each form from a server of its own, warmed by one small export."""
    settings = grown.settings[LARGE]
    found: dict[str, Any] = {}
    for form in forms:
        server = Server(OURS, settings, grown.city, settings.local_dir)
        try:
            await server.ready()
            await server.settled()
            day = grown.reported
            await _export(
                server, grown, FORMS[form], f"/v1/activities?day={day}&employee_id={grown.admin.id}"
            )
            # The days without a gap reach this far: a little more than a million rows.
            days = -(-ROWS // (EVERYBODY * PER_DAY))
            since = day
            while days > 1:
                since -= timedelta(days=1)
                days -= since.weekday() < 5
            found[form] = await _export(
                server, grown, FORMS[form], f"/v1/activities?day%5Bgte%5D={since}&day%5Blte%5D={day}"
            )
            say(f"{form}: {found[form]}")
        finally:
            server.stop()
    return {"export": found}


async def _export(server: Server, grown: Grown, accept: str, path: str) -> dict[str, Any]:
    asking = request("GET", path, token=grown.city.token(grown.admin))
    asking = asking.replace(b"Accept: application/json", f"Accept: {accept}".encode())
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=2**20)
    before = server.memory()
    peak = [before]

    async def watch() -> None:
        while True:
            peak.append(server.memory())
            await asyncio.sleep(SAMPLE_SECONDS)

    watching = asyncio.create_task(watch())
    began, cpu = time.perf_counter(), server.clock.read()
    try:
        writer.write(asking)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head[:20]:
            return {"refused": head[:200].decode(errors="replace")}
        size = lines = 0
        first = None
        while (length := int(await reader.readline(), 16)) > 0:
            piece = await reader.readexactly(length + 2)
            first = first or time.perf_counter() - began
            size += length
            lines += piece.count(b"\n", 0, length)
    finally:
        watching.cancel()
        writer.close()
    return {
        "first_byte_ms": 1000 * (first or 0.0),
        "seconds": time.perf_counter() - began,
        "server_cpu_seconds": server.clock.read() - cpu,
        "lines": lines,
        "megabytes": size / 1e6,
        "growth_megabytes": (max(peak) - before) / 1e6,
    }


def lines(found: dict[str, Any]) -> list[str]:
    shown = ["", "Export of a million activities (target: first byte within 300 ms, growth at most 30 MB)"]
    for form, each in found["export"].items():
        if "refused" in each:
            shown.append(f"{form}: refused: {each['refused']}")
            continue
        rows = "" if form == "XLSX" else f", {each['lines']:,} lines"
        shown.append(
            f"{form:8} first byte {each['first_byte_ms']:6.0f} ms, grew by {each['growth_megabytes']:5.1f} MB, "
            f"{each['seconds']:.0f} s ({each['server_cpu_seconds']:.0f} s of the server's CPU), "
            f"{each['megabytes']:.0f} MB{rows}"
        )
    return shown
