"""How ten million activities could lie: one table, or one partition a month, with other indexes; measured for 0021.

`python -m benchmarks.layout` copies the large city's activities into each layout and asks the same of all.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from benchmarks.compare import say
from benchmarks.grown import LARGE, Grown, grown

TIMES = 150
LONGEST_SECONDS = 10
FIRST_YEAR = date(2023, 1, 1)
SEED = 20_000
"""Rows of one block of inserts, and of verifications."""

_KEYS = {
    "pk": "create unique index {t}_pk on {t} (region_id, id)",
    "pk_day": "create unique index {t}_pk on {t} (region_id, id, day)",
    "own": "create index {t}_own on {t} (region_id, employee_id, day, id)",
    "own_covering": "create index {t}_own on {t} (region_id, employee_id, day, id) include (status, minutes, category)",
    "unit": "create index {t}_unit on {t} (region_id, unit_id, day, id)",
    "waiting": "create index {t}_waiting on {t} (region_id, employee_id, day, id) where status = 'SUBMITTED'",
    "day": "create index {t}_day on {t} (region_id, day, id)",
    "day_brin": "create index {t}_day on {t} using brin (day)",
}
LAYOUTS: dict[str, tuple[str, Sequence[str]]] = {
    "one table": ("", ("pk", "own", "unit", "waiting", "day")),
    "a partition a month": ("partition by range (day)", ("pk_day", "own", "unit", "waiting", "day")),
    "one table, fillfactor 85": ("with (fillfactor = 85)", ("pk", "own", "unit", "waiting", "day")),
}

VARIANTS = {
    "day_brin": ("day", ("region, 20",)),
    "own_covering": ("own", ("own list, 20", "own month, 3 columns")),
}
"""Other indexes on the plain table: what each replaces, and what is asked of it."""

_ASKED = {
    "own list, 20": (
        "select * from {t} where region_id = $1 and employee_id = $2 order by day desc, id desc limit 20"
    ),
    "own month, 3 columns": (
        "select sum(minutes), count(*) filter (where status = 'VERIFIED') from {t} "
        "where region_id = $1 and employee_id = $2 and day >= '2026-11-01' and day < '2026-12-01'"
    ),
    "one by id": "select * from {t} where region_id = $1 and id = $3",
    "waiting of one": (
        "select id from {t} where region_id = $1 and employee_id = $2 and status = 'SUBMITTED' order by day, id"
    ),
    "unit, 20": "select * from {t} where region_id = $1 and unit_id = $4 order by day desc, id desc limit 20",
    "region, 20": "select * from {t} where region_id = $1 order by day desc, id desc limit 20",
}


async def run(cities: Grown, wanted: Sequence[str]) -> dict[str, dict[str, float]]:
    settings, region_id = cities.settings[LARGE], cities.city.region_id
    connection = await asyncpg.connect(
        settings.libpq, command_timeout=None, server_settings={"jit": "off", "work_mem": "64MB"}
    )
    people = cities.city.people[200:1400:4]
    found: dict[str, dict[str, float]] = {}
    try:
        for number, name in enumerate(wanted):
            say(name)
            table = f"layout_{number}"
            try:
                found[name] = await _make(connection, table, *LAYOUTS[name])
                found[name] |= await _ask(connection, table, region_id, people, cities.city.unit_ids)
                if name == "one table":
                    found[name] |= await _vary(connection, table, region_id, people, cities.city.unit_ids)
                found[name] |= await _change(connection, table, cities.reported)
                found[name] |= await _forget(connection, table, name)
            finally:
                await connection.execute(f"drop table if exists {table} cascade")
            for what, value in found[name].items():
                say(f"  {what}: {value:,.2f}")
    finally:
        await connection.close()
    return found


async def _timed(work: Awaitable[Any]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def _make(
    connection: asyncpg.Connection, table: str, how: str, keys: Sequence[str]
) -> dict[str, float]:
    await connection.execute("set maintenance_work_mem = '1GB'; set synchronous_commit = off")
    await connection.execute(f"create table {table} (like activities including defaults) {how}")
    if "partition" in how:
        month = FIRST_YEAR
        while month < date(2027, 1, 1):
            following = (month + timedelta(days=32)).replace(day=1)
            await connection.execute(
                f"create table {table}_{month:%Y%m} partition of {table} "
                f"for values from ('{month}') to ('{following}')"
            )
            month = following
    seconds = {"fill, s": await _timed(connection.execute(f"insert into {table} select * from activities"))}
    made = 0.0
    for key in keys:
        made += await _timed(connection.execute(_KEYS[key].format(t=table)))
    seconds["indexes, s"] = made
    seconds["first vacuum, s"] = await _timed(connection.execute(f"vacuum (analyze) {table}"))
    sizes = await connection.fetchrow(
        "select sum(pg_table_size(relid)) as rows, sum(pg_indexes_size(relid)) as keys "
        "from (select relid from pg_partition_tree($1::text::regclass) union select $1::text::regclass) x",
        table,
    )
    return seconds | {"rows, GB": float(sizes["rows"]) / 1e9, "indexes, GB": float(sizes["keys"]) / 1e9}


async def _ask(
    connection: asyncpg.Connection,
    table: str,
    region_id: UUID,
    people: Sequence[Any],
    unit_ids: Sequence[UUID],
    wanted: Sequence[str] = tuple(_ASKED),
) -> dict[str, float]:
    """Medians in milliseconds, prepared, everything in memory."""
    ids = await connection.fetch(
        f"select (select id from {table} where region_id = $1 and employee_id = p.id order by day desc limit 1) "
        "from unnest($2::uuid[]) p (id)",
        region_id,
        [each.id for each in people],
    )
    found = {}
    for name in wanted:
        sql = _ASKED[name]
        seconds = []
        for number in range(TIMES):
            person = people[number % len(people)]
            every = {
                "$2": person.id, "$3": ids[number % len(ids)][0], "$4": unit_ids[person.unit],
            }  # fmt: skip
            used = [each for each in every if each in sql]
            text = sql.format(t=table)
            for place, each in enumerate(used):
                text = text.replace(each, f"${place + 2}")
            seconds.append(await _timed(connection.fetch(text, region_id, *(every[each] for each in used))))
            if sum(seconds) > LONGEST_SECONDS:
                break
        found[f"{name}, ms"] = 1000 * statistics.median(seconds[10:] or seconds)
    return found


async def _vary(
    connection: asyncpg.Connection,
    table: str,
    region_id: UUID,
    people: Sequence[Any],
    unit_ids: Sequence[UUID],
) -> dict[str, float]:
    found = {}
    for key, (instead, asked) in VARIANTS.items():
        await connection.execute(f"drop index {table}_{instead}")
        made = await _timed(connection.execute(_KEYS[key].format(t=table)))
        size = await connection.fetchval("select pg_relation_size($1::text::regclass)", f"{table}_{instead}")
        await connection.execute(f"vacuum (analyze) {table}")
        answers = await _ask(connection, table, region_id, people, unit_ids, asked)
        found |= {f"{key}: {what}": value for what, value in answers.items()}
        found |= {f"{key}: made, s": made, f"{key}: GB": size / 1e9}
        await connection.execute(f"drop index {table}_{instead}")
        await connection.execute(_KEYS[instead].format(t=table))
    return found


async def _change(connection: asyncpg.Connection, table: str, day: date) -> dict[str, float]:
    """Rows a second of inserting a day's rows anew, then of verifying what waits, 500 to a statement."""
    rows = [
        row[0] for row in await connection.fetch(f"select id from activities where day = $1 limit {SEED}", day)
    ]  # fmt: skip
    columns = ", ".join(
        row[0]
        for row in await connection.fetch(
            "select attname from pg_attribute where attrelid = 'activities'::regclass and attnum > 0 "
            "and not attisdropped order by attnum"
        )
    )
    fresh = columns.replace("day,", "day + 3,", 1).replace(" id,", " uuidv7(),", 1)
    seconds = 0.0
    for number in range(0, len(rows), 500):
        seconds += await _timed(
            connection.execute(
                f"insert into {table} ({columns}) select {fresh} from activities where id = any($1) and "
                "region_id = (select id from regions where code = 'bench')",
                rows[number : number + 500],
            )
        )
    inserted = len(rows) / seconds
    waiting = await connection.fetch(f"select id, day from {table} where status = 'SUBMITTED' limit {SEED}")
    seconds = 0.0
    for number in range(0, len(waiting), 500):
        part = waiting[number : number + 500]
        seconds += await _timed(
            connection.execute(
                f"update {table} t set status = 'VERIFIED', verified_minutes = 55, decided_at = now(), "
                "version = version + 1 from unnest($1::uuid[], $2::date[]) as x (id, day) "
                "where t.region_id = (select id from regions where code = 'bench') and t.id = x.id and t.day = x.day",
                [row[0] for row in part],
                [row[1] for row in part],
            )
        )
    return {"inserted rows a second": inserted, "verified rows a second": len(waiting) / seconds}


async def _forget(connection: asyncpg.Connection, table: str, name: str) -> dict[str, float]:
    """The year 2023: removed in pieces of 2,000 with the vacuum after it, or its partitions taken off."""
    if "partition" in name:
        parts = await connection.fetch(
            "select relid::text as part from pg_partition_tree($1::text::regclass) where isleaf order by 1",
            table,
        )
        began = time.perf_counter()
        for part in parts[:12]:
            await connection.execute(f"alter table {table} detach partition {part['part']}")
        found = {"a year off, s": time.perf_counter() - began}
        for part in parts[:12]:
            await connection.execute(f"drop table {part['part']}")
        return found
    region_id = await connection.fetchval("select id from regions where code = 'bench'")
    ids = await connection.fetch(f"select id from {table} where day < '2023-03-01' order by day, id")
    longest = 0.0
    began = time.perf_counter()
    for number in range(0, len(ids), 2000):
        longest = max(
            longest,
            await _timed(
                connection.execute(
                    f"delete from {table} where region_id = $1 and id = any($2)",
                    region_id,
                    [row[0] for row in ids[number : number + 2000]],
                )
            ),
        )
    seconds = time.perf_counter() - began
    vacuum = await _timed(connection.execute(f"vacuum {table}"))
    return {
        "removed rows a second": len(ids) / seconds,
        "longest removal of 2,000, ms": 1000 * longest,
        "vacuum after it, s": vacuum,
    }


async def main() -> None:
    async with grown(Path(".local") / "bench") as cities:
        await run(cities, list(LAYOUTS))


if __name__ == "__main__":
    asyncio.run(main())
