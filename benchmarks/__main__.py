"""`make bench`: floor, idiom and this API side by side in one run."""

import argparse
import asyncio
import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import uvloop
from pydantic import SecretStr

from asn_api.core.embedded import EmbeddedPostgres
from asn_api.core.migrate import upgrade
from asn_api.core.settings import Settings, new_key
from benchmarks import (
    city,
    complaints,
    cycle,
    enrolment,
    events,
    export_size,
    flood,
    growth,
    peak,
    recommended,
    report,
    sustained,
)
from benchmarks.compare import Comparison
from benchmarks.grown import LARGE, OPERATED, Grown, configure, grown
from benchmarks.onces import import_times, start_times
from benchmarks.sides import free_port

AT_SIZE = ("growth", "export", "peak", "push", "cycle")
OF_ITS_OWN = ("enrolment", "events", "recommendations", "complaints", "flood")
RESULT = Path(__file__).parent / "results" / "latest.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--rows", type=int, help="activities in the city (default 100,000), or complaints (default 1,000,000)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds of interleaved blocks (default 5)")
    parser.add_argument("--reads", type=int, default=600, help="reading requests per block (default 600)")
    parser.add_argument("--pushes", type=int, default=60, help="pushes per block (default 60)")
    parser.add_argument(
        "--times", type=int, default=300, help="requests to each of both cities (default 300)"
    )
    parser.add_argument("--seconds", type=int, default=60, help="of the peak's worst minute (default 60)")
    parser.add_argument("--minutes", type=int, default=5, help="of the flood (default 5)")
    parser.add_argument("--forms", default="CSV,NDJSON", help="of the export (default CSV,NDJSON; also XLSX)")
    parser.add_argument(
        "--only", choices=("paths", "import", "start", *OF_ITS_OWN, *AT_SIZE), help="measure only this part"
    )
    parser.add_argument(
        "--small", action="store_true", help="with --only cycle: beside --rows activities, not ten million"
    )
    options = parser.parse_args()
    options.rows = options.rows or (1_000_000 if options.only == "complaints" else 100_000)
    if options.only in AT_SIZE and not options.small:
        found = uvloop.run(at_size(options))
    else:
        with postgres() as settings:
            found = uvloop.run(measure(settings, options))
    of_its_own = options.only in (*AT_SIZE, *OF_ITS_OWN)
    file = RESULT.with_name(f"{options.only}.json") if of_its_own else RESULT
    file.parent.mkdir(exist_ok=True)
    report.write(found, file)
    print(report.table(found))


async def at_size(options: argparse.Namespace) -> dict[str, object]:
    """What is measured on the city of ten million activities, which is grown once and kept."""
    async with grown(Path(".local") / "bench") as cities:
        found = report.machine(cities.settings[LARGE])
        found["city"] = {"employees": len(cities.city.people), "activities": cities.city.activities}
        match options.only:
            case "growth":
                found |= await growth.Growth(cities, options.times, options.pushes).run()
            case "export":
                found |= await export_size.run(cities, options.forms.split(","))
            case "peak":
                found |= await peak.run(cities, options.seconds)
            case "cycle":
                found |= await cycle.run(cities, options.times)
            case "push":
                found |= await sustained.run(cities, options.rounds, options.pushes)
    return found


@contextlib.contextmanager
def postgres() -> Iterator[Settings]:
    """A migrated PostgreSQL of our own, durable and with memory as in operation, gone afterwards."""
    folder = Path(".local") / f"bench-{os.getpid()}"
    try:
        with EmbeddedPostgres(folder, durable=True) as server:
            asyncio.run(configure(server.libpq, OPERATED))
        with EmbeddedPostgres(folder, durable=True) as server:
            upgrade(server.url)
            yield Settings(
                environment="demo",
                database_url=server.url,
                encryption_keys=SecretStr(new_key(demo=True)),
                port=free_port(),
                rate_burst=100_000_000,
                local_dir=folder,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def measure(settings: Settings, options: argparse.Namespace) -> dict[str, object]:
    found = report.machine(settings)
    if options.only == "recommendations":
        return found | await recommended.run(settings, options.times)
    if options.only == "complaints":
        return found | await complaints.run(settings, options.rows, options.times)
    print(f"Loading a city with {options.rows:,} activities …", flush=True)
    rows = max(options.rows, enrolment.ROWS) if options.only == "enrolment" else options.rows
    loaded = await city.load(settings, rows)
    found["city"] = {"employees": len(loaded.people), "activities": loaded.activities}
    if options.only in (None, "paths"):
        found |= await Comparison(settings, loaded, options).run()
    if options.only in (None, "start"):
        found["start"] = await start_times(settings, loaded)
    if options.only in (None, "import"):
        found["import"] = await import_times(settings)
    if options.only == "cycle":
        cities = Grown({LARGE: settings}, loaded, loaded.people[-1], loaded.push_days[0])
        found |= await cycle.run(cities, options.times)
    if options.only == "enrolment":
        found |= await enrolment.run(settings, loaded, options.rounds)
    if options.only == "flood":
        found |= await flood.run(settings, loaded, options.minutes)
    if options.only == "events":
        found |= await events.run(settings, loaded, options.rounds, options.pushes)
    return found


if __name__ == "__main__":
    main()
