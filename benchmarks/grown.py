"""The same city twice, with 100 thousand and with 10 million activities: made inside PostgreSQL, then kept."""

import asyncio
import contextlib
import shutil
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from pydantic import SecretStr

from asn_api.areas.identity import keys
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.embedded import EmbeddedPostgres
from asn_api.core.mapping import uuid7
from asn_api.core.migrate import upgrade
from asn_api.core.settings import Settings, new_key
from asn_api.rules.calendar import Zone
from benchmarks.cascade import cascade
from benchmarks.city import PUSH_DAYS, City, settle, working_days
from benchmarks.history import DESCRIPTION, PER_DAY
from benchmarks.people import AGENCIES, UNITS_PER_AGENCY, Person, enrol, people_of
from benchmarks.sides import free_port

UNITS = AGENCIES * (1 + UNITS_PER_AGENCY)
SMALL, LARGE = "asn_small", "asn_large"
SIZES = {SMALL: 100_000, LARGE: 10_000_000}
EVERYBODY = 13_000
RECENT_DAYS = 30
"""Working days without a gap; what is older lies spread back to FIRST_DAY."""
FIRST_DAY = date(2023, 1, 2)
KEEN_DAYS = 5
"""In the small city everyone has reported one day, and some five more, so that their pages are full too."""

STAFF_FROM = UNITS
"""The first people are the heads: of the agencies, then of their units."""

_QUICK = {
    "maintenance_work_mem": "1GB",
    "max_wal_size": "16GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

OPERATED = {"shared_buffers": "2GB"}
"""As docs/operating.md advises: PostgreSQL's own 128 MB are for trying out, not for ten million rows."""

_ACTIVITIES = """
insert into activities (
    region_id, id, version, employee_id, unit_id, position_id, day, start_at, end_at, minutes, category,
    plan_id, work_result_id, description, output_quantity, output_unit, place_type, evidence, device_id,
    device_at, received_at, submitted_at, status, flags, verifier_id, verified_minutes, verified_quantity,
    decided_at)
select $1, uuidv7(s.start - now() + p.number * interval '1 second'), case when v.ok then 2 else 1 end,
    p.employee_id, p.unit_id, p.position_id, $2, s.start, s.start + interval '1 hour', 55, 'PRIMARY',
    p.plan_id, p.result_id, $3 || ' ' || p.number, 1, 'dokumen', 'OFFICE', '[]', 'bench',
    s.start + interval '1 hour', s.start + interval '1 hour', s.start + interval '1 hour',
    case when v.ok then 'VERIFIED' else 'SUBMITTED' end, '{}', case when v.ok then p.head_id end,
    case when v.ok then 55 end, case when v.ok then 1 end,
    case when v.ok then s.start + interval '1 day' end
from bench_people p, generate_series(0, $4::int - 1) n,
    lateral (select $2::date + time '01:00' + n * interval '1 hour' as start) as moment,
    lateral (select moment.start at time zone 'UTC' as start) s,
    lateral (select n < $4 - 1 or p.number >= $5 as ok) v
where p.number < $6
"""

_TOTALS = """
insert into day_totals (
    region_id, employee_id, day, drafts, waiting, verified, rejected, late, claimed_minutes, verified_minutes,
    verified_by_category, first_reported_at)
select region_id, employee_id, day, 0, count(*) filter (where status = 'SUBMITTED'),
    count(*) filter (where status = 'VERIFIED'), 0, 0, sum(minutes), coalesce(sum(verified_minutes), 0),
    jsonb_build_object('PRIMARY', coalesce(sum(verified_minutes), 0)), min(submitted_at)
from activities where region_id = $1 group by region_id, employee_id, day order by day, employee_id
"""

_JOURNAL = """
insert into journal (
    region_id, at, entity, entity_id, version, action, account_id, actor_id, request_id, operation_id, changes,
    unit_id, employee_id)
select a.region_id, a.received_at, 'activity', a.id, 1, 'CREATE', p.account_id, a.employee_id, 'bench',
    gen_random_uuid(),
    jsonb_build_object('day', array[null, a.day::text], 'minutes', array[null, a.minutes],
        'category', array[null, a.category], 'description', array[null, a.description],
        'start_at', array[null, a.start_at::text], 'end_at', array[null, a.end_at::text],
        'work_result_id', array[null, a.work_result_id::text], 'status', array[null, 'SUBMITTED']),
    a.unit_id, a.employee_id
from activities a join bench_people p on p.employee_id = a.employee_id
where a.region_id = $1
"""

_GROWING = ("activities", "day_totals", "journal")


@dataclass
class Grown:
    """One server with both databases; the people and their tokens are the same in both."""

    settings: dict[str, Settings]
    city: City
    admin: Person
    """A regional admin: sees every unit."""
    reported: date
    """The newest day on which everybody has reported."""


@contextlib.asynccontextmanager
async def grown(folder: Path) -> AsyncIterator[Grown]:
    """Both cities, from `folder` when an earlier run left them there, durable as in operation."""
    if not (folder / "city.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        say("growing both cities once; this takes some minutes")
        with EmbeddedPostgres(folder, durable=False) as server:
            await configure(server.libpq, _QUICK)
        with EmbeddedPostgres(folder, durable=False) as server:
            await _grow(folder, server)
            await configure(server.libpq, dict.fromkeys(_QUICK) | OPERATED)
    with EmbeddedPostgres(folder, durable=True) as server:
        yield await _kept(folder, server)


async def configure(libpq: str, options: dict[str, Any]) -> None:
    """For the next start of the server."""
    connection = await asyncpg.connect(libpq)
    for name, value in options.items():
        await connection.execute(
            f"alter system reset {name}" if value is None else f"alter system set {name} = '{value}'"
        )
    await connection.close()


def _settings(folder: Path, url: str, database: str, key: str) -> Settings:
    return Settings(
        environment="demo",
        database_url=url.rpartition("/")[0] + f"/{database}",
        encryption_keys=SecretStr(key),
        port=free_port(),
        issuer="http://bench",  # one token is good for the servers of both
        rate_burst=100_000_000,
        local_dir=folder,
    )


async def _grow(folder: Path, server: EmbeddedPostgres) -> None:
    key = new_key(demo=True)
    base = _settings(folder, server.url, "asn", key)
    await asyncio.to_thread(upgrade, server.url)
    today = datetime.now(UTC).astimezone(Zone.WIB.tz).date()
    days = working_days(today, PUSH_DAYS + (today - FIRST_DAY).days * 5 // 7)
    people = people_of(EVERYBODY * 100)
    city, _ = await settle(base, people, days)
    connection = await asyncpg.connect(base.libpq)
    await _prepare(connection, city, people[-1])
    await connection.close()
    for database, rows in SIZES.items():
        # A template must have no visitors.
        maintenance = await asyncpg.connect(server.libpq.rpartition("/")[0] + "/postgres")
        await maintenance.execute(f"create database {database} template asn")
        await maintenance.close()
        await _fill(_settings(folder, server.url, database, key), city, _days(days[PUSH_DAYS:], rows))
    kept = {
        "key": key,
        "region_id": city.region_id,
        "unit_ids": city.unit_ids,
        "people": [asdict(person) for person in people],
        "reported": days[PUSH_DAYS],
    }
    (folder / "city.json").write_bytes(orjson.dumps(kept))


def _days(days: list[date], rows: int) -> list[tuple[date, int]]:
    """The days to fill, oldest first, and how many people report on each."""
    if rows == SIZES[SMALL]:
        return [(day, _keen()) for day in reversed(days[1 : KEEN_DAYS + 1])] + [(days[0], EVERYBODY)]
    older = days[RECENT_DAYS:]
    wanted = -(-rows // (EVERYBODY * PER_DAY)) - RECENT_DAYS
    spread = [older[number * len(older) // wanted] for number in range(wanted)]
    return [(day, EVERYBODY) for day in reversed(days[:RECENT_DAYS] + spread)]


def _keen() -> int:
    return (SIZES[SMALL] - EVERYBODY * PER_DAY) // (KEEN_DAYS * PER_DAY)


async def _prepare(connection: asyncpg.Connection, city: City, admin: Person) -> None:
    """The people as a table for set-based statements, and one regional admin."""
    await connection.execute(
        "create unlogged table bench_people (number int, employee_id uuid primary key, account_id uuid, "
        "unit_id uuid, position_id uuid, plan_id uuid, result_id uuid, head_id uuid)"
    )
    await connection.copy_records_to_table(
        "bench_people",
        records=[
            (
                number, one.id, one.account_id, city.unit_ids[one.unit], one.position_id, one.plan_id,
                one.result_id, city.people[one.unit].id,
            )
            for number, one in enumerate(city.people)
        ],
    )  # fmt: skip
    await connection.execute(
        "insert into role_grants (region_id, id, version, account_id, role, unit_id, valid) "
        "select $1, $2, 1, $3, 'REGIONAL_ADMIN', id, daterange('2015-01-01', null) from units "
        "where region_id = $1 and parent_id is null",
        city.region_id,
        uuid7(),
        admin.account_id,
    )
    await connection.execute("analyze")


async def _fill(settings: Settings, city: City, days: list[tuple[date, int]]) -> None:
    """Day by day, as a city reports, so that one person's rows lie far apart; indexes come last."""
    connection = await asyncpg.connect(settings.libpq, command_timeout=None)
    began = time.perf_counter()
    # The rows are right by construction: foreign keys would be asked ten million times.
    await connection.execute("set session_replication_role = replica; set work_mem = '256MB'")
    indexes = await connection.fetch(
        "select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made from pg_index "
        "where indrelid = any($1::regclass[]) and not indisprimary",
        list(_GROWING),
    )
    for index in indexes:
        await connection.execute(f"drop index {index['name']}")
    # As much waits in both cities: what waits does not grow with the years.
    waiting = dict.fromkeys((day for day, _ in days[-KEEN_DAYS - 1 :]), _keen()) | {days[-1][0]: EVERYBODY}
    done = 0
    for number, (day, people) in enumerate(days):
        arguments = (city.region_id, day, DESCRIPTION, PER_DAY, waiting.get(day, 0), people)
        made = await connection.execute(_ACTIVITIES, *arguments)
        done += int(made.rpartition(" ")[2])
        say(f"day {number + 1} of {len(days)}: {done:,} activities, {time.perf_counter() - began:.0f} s")
    await connection.execute("analyze activities")
    await connection.execute(_TOTALS, city.region_id)
    say(f"totals, {time.perf_counter() - began:.0f} s")
    await connection.execute(_JOURNAL, city.region_id)
    say(f"journal, {time.perf_counter() - began:.0f} s")
    for index in indexes:
        await connection.execute(index["made"])
        say(f"{index['name']}, {time.perf_counter() - began:.0f} s")
    await connection.execute("vacuum (freeze, analyze)")
    await connection.execute("checkpoint")
    await connection.close()
    say(f"{settings.libpq.rpartition('/')[2]} has grown in {time.perf_counter() - began:.0f} s")


async def _kept(folder: Path, server: EmbeddedPostgres) -> Grown:
    """What an earlier run left, brought to today's schema and freed of its pushes."""
    kept = orjson.loads((folder / "city.json").read_bytes())
    people = [
        Person(**{
            name: UUID(value) if isinstance(value, str) and name != "nip" else value
            for name, value in each.items()
        })
        for each in kept["people"]
    ]  # fmt: skip
    settings = {each: _settings(folder, server.url, each, kept["key"]) for each in SIZES}
    now = datetime.now(UTC)
    for each in settings.values():
        assert each.database_url is not None
        await asyncio.to_thread(upgrade, each.database_url)
    database = Database(settings[LARGE])
    async with database.sessions() as db:
        signing = await keys.signing(db, Keyring(settings[LARGE].keys), now)
    await database.stop()
    region_id, unit_ids = UUID(kept["region_id"]), [UUID(id) for id in kept["unit_ids"]]
    days = working_days(now.astimezone(Zone.WIB.tz).date(), PUSH_DAYS)
    city = City(region_id, people, unit_ids, days, SIZES[LARGE], signing, settings[LARGE], now)
    reported = date.fromisoformat(kept["reported"])
    for each in settings.values():
        connection = await asyncpg.connect(each.libpq, command_timeout=None)
        await cascade(connection, region_id, reported)
        await connection.close()
        await _clean(each, city, reported)
    return Grown(settings, city, people[-1], reported)


async def _clean(settings: Settings, city: City, reported: date) -> None:
    connection = await asyncpg.connect(settings.libpq)
    for unit_id in city.unit_ids:
        await connection.execute(
            "delete from activities where region_id = $1 and unit_id = $2 and day > $3",
            city.region_id, unit_id, reported,
        )  # fmt: skip
    await connection.execute("delete from day_totals where day > $1", reported)
    await connection.execute(
        "update sessions set expires_at = $1 where expires_at < $2",
        city.now + timedelta(days=30), city.now + timedelta(days=2),
    )  # fmt: skip
    await enrol(connection, city.region_id)
    await connection.execute("vacuum analyze activities, day_totals")
    await connection.close()


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
