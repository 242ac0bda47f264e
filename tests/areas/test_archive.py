"""Old years leave the database for files: nothing is lost, nothing is in both places, nobody waits for it."""

import asyncio
import gzip
import hashlib
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, text

from asn_api.access.actor import Access, system
from asn_api.access.grants import Permission
from asn_api.areas.activities.archive_queries import family
from asn_api.areas.activities.archiving import Folder, Moved, archive, counted
from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from asn_api.rules.entries import oldest_day
from asn_api.tables import every_table
from asn_api.tables.activities import Activity
from asn_api.tables.files import Evidence
from tests.areas.sending import pdf, sent
from tests.areas.test_activities import activity
from tests.areas.test_files import clean_up, means
from tests.areas.test_files import stored as stored_file
from tests.conftest import NOW
from tests.factories import City

BEFORE = date(2025, 1, 1)

_REPORT = """
insert into activities (region_id, id, version, employee_id, unit_id, position_id, day, start_at, end_at, minutes,
    category, description, output_quantity, output_unit, place_type, evidence, received_at, submitted_at, status,
    flags, verified_minutes, verified_quantity, decided_at)
select a.region_id, uuidv7(d.day - now() + n * interval '1 hour'), 2, a.employee_id, a.unit_id, a.position_id,
    d.day::date, d.day + n * interval '1 hour', d.day + (n + 1) * interval '1 hour', 55, 'PRIMARY',
    'Menata arsip “' || n || E'”\\n', 1.50, 'dokumen', 'OFFICE', '[]', d.day, d.day, 'VERIFIED', '{LATE}', 50, 1.5,
    d.day + interval '1 day'
from appointments a, generate_series(%(start)s::timestamptz, %(end)s::timestamptz, interval '1 day') d (day),
    generate_series(1, %(each)s) n
where a.region_id = %(region)s
"""
_TOTALS = """
insert into day_totals (region_id, employee_id, day, drafts, waiting, verified, rejected, late, claimed_minutes,
    verified_minutes, verified_by_category)
select region_id, employee_id, day, 0, 0, count(*), 0, 0, sum(minutes), sum(verified_minutes), '{}'
from activities where region_id = %(region)s group by region_id, employee_id, day
on conflict do nothing
"""


def report(settings: Settings, city: City, start: date, end: date, each: int = 2) -> None:
    """Everybody reports so many verified activities on every day from `start` to `end`."""
    params = {"region": city.region.id, "start": start, "end": end, "each": each}
    with psycopg.connect(settings.libpq) as connection:
        connection.execute(_REPORT, params)
        connection.execute(_TOTALS, params)


def stored(settings: Settings, city: City) -> dict[UUID, date]:
    with psycopg.connect(settings.libpq) as connection:
        rows = connection.execute("select id, day from activities where region_id = %s", [city.region.id])
        return dict(rows.fetchall())


def access_of(city: City) -> Access:
    return system(city.region.id, Permission.ACTIVITIES_READ, NOW)


async def moved(city: City, folder: Folder, before: date = BEFORE) -> Moved:
    months = list(await counted(city.database, access_of(city), before))
    return await archive(
        city.database, access_of(city), folder, city.region.code, before, months, lambda _: None
    )


def kept(root: Path) -> Iterator[dict[str, Any]]:
    """The rows of all files that the manifests name, each file checked against its sum."""
    for manifest in root.glob("*/*/manifest.json"):
        for part in json.loads(manifest.read_text())["parts"]:
            packed = (root / part["file"]).read_bytes()
            assert hashlib.sha256(packed).hexdigest() == part["sha256"]
            lines = gzip.decompress(packed).splitlines()
            assert len(lines) == part["rows"]
            yield from (json.loads(line) for line in lines)


def files(root: Path) -> set[Path]:
    return set(root.glob("*/*/*.gz"))


async def test_old_years_move_and_totals_and_the_journal_stay(
    city: City, settings: Settings, tmp_path: Path
) -> None:
    report(settings, city, date(2023, 12, 1), date(2024, 1, 10))
    report(settings, city, date(2025, 12, 1), date(2025, 12, 3))
    before = stored(settings, city)
    old = {id for id, day in before.items() if day < BEFORE}
    assert await counted(city.database, access_of(city), BEFORE) == {
        date(2023, 12, 1): 8 * 31 * 2,
        date(2024, 1, 1): 8 * 10 * 2,
    }
    assert stored(settings, city) == before

    done = await moved(city, Folder(tmp_path))

    assert (done.rows, done.parts, done.busy) == (len(old), 2, [])
    assert set(stored(settings, city)) == before.keys() - old
    rows = [each["row"] for each in kept(tmp_path)]
    assert Counter(each["id"] for each in rows) == Counter(str(id) for id in old)
    assert rows[0]["output_quantity"] == 1.5
    assert rows[0]["start_at"].endswith("+00:00")
    async with city.database.sessions() as db:
        totals = await db.scalar(
            text("select sum(verified) from day_totals where region_id = :region"), {"region": city.region.id}
        )
        entries = await db.scalars(
            text("select changes ->> 'file' from journal where region_id = :region and entity = 'archive'"),
            {"region": city.region.id},
        )
        assert totals == len(before)
        assert {tmp_path / name for name in entries} == files(tmp_path)
    assert (await moved(city, Folder(tmp_path))).parts == 0


async def test_a_day_on_which_something_waits_stays_whole(
    city: City, settings: Settings, tmp_path: Path
) -> None:
    report(settings, city, date(2023, 12, 1), date(2023, 12, 2))
    with psycopg.connect(settings.libpq) as connection:
        connection.execute(
            "update activities set status = 'SUBMITTED', decided_at = null where id = ("
            "select id from activities where region_id = %s and employee_id = %s and day = '2023-12-01' limit 1)",
            [city.region.id, city.id("staff")],
        )
    await moved(city, Folder(tmp_path))
    assert list(stored(settings, city).values()) == [date(2023, 12, 1)] * 2


async def test_evidence_goes_along_and_its_file_stays(city: City, settings: Settings, tmp_path: Path) -> None:
    report(settings, city, date(2023, 12, 1), date(2023, 12, 1), each=1)
    async with city.call_as("staff") as staff:
        named, unnamed = await sent(staff, pdf()), await sent(staff, pdf())
    async with city.database.sessions.begin() as db:
        shown = (
            await db.scalars(
                select(Activity).where(
                    Activity.region_id == city.region.id, Activity.employee_id == city.id("staff")
                )
            )
        ).one()
        evidence = Evidence(
            region_id=city.region.id,
            id=uuid7(),
            activity_id=shown.id,
            employee_id=shown.employee_id,
            unit_id=shown.unit_id,
            day=shown.day,
            file_id=UUID(named),
            created_at=NOW,
        )
        db.add(evidence)
    await moved(city, Folder(tmp_path))
    [row] = [each["row"] for each in kept(tmp_path) if each["table"] == "evidence"]
    assert (row["activity_id"], row["file_id"]) == (str(shown.id), named)
    await clean_up(means(city, days=1000), str(city.region.id))
    assert await stored_file(city, named) is not None
    assert await stored_file(city, unnamed) is None


def test_this_year_and_the_one_before_are_never_archived() -> None:
    assert oldest_day(date(2026, 1, 1)) == date(2025, 1, 1)
    assert oldest_day(date(2026, 12, 31)) == date(2025, 1, 1)


class Meddling(Folder):
    """Somebody changes a row after it was read and before it is removed."""

    def __init__(self, root: Path, settings: Settings, city: City) -> None:
        super().__init__(root)
        self.times = 1
        self._libpq, self._region = settings.libpq, city.region.id

    def put(self, name: str, content: bytes) -> None:
        super().put(name, content)
        if name.endswith(".gz") and self.times:
            self.times -= 1
            with psycopg.connect(self._libpq) as connection:
                connection.execute(
                    "update activities set comment = 'changed meanwhile' where region_id = %s", [self._region]
                )


async def test_what_changes_meanwhile_is_read_again(city: City, settings: Settings, tmp_path: Path) -> None:
    report(settings, city, date(2023, 12, 1), date(2023, 12, 1))
    done = await moved(city, Meddling(tmp_path, settings, city))
    assert done.parts == 1
    assert {each["row"]["comment"] for each in kept(tmp_path)} == {"changed meanwhile"}
    assert stored(settings, city) == {}


class Rotten(Folder):
    def get(self, name: str) -> bytes:
        return super().get(name)[:-1]


async def test_a_file_that_reads_differently_removes_nothing(
    city: City, settings: Settings, tmp_path: Path
) -> None:
    report(settings, city, date(2023, 12, 1), date(2023, 12, 1))
    before = stored(settings, city)
    with pytest.raises(OSError, match="reads differently"):
        await moved(city, Rotten(tmp_path))
    assert stored(settings, city) == before
    assert list(kept(tmp_path)) == []


async def test_people_who_are_worked_on_are_left_for_the_next_time(
    city: City, settings: Settings, tmp_path: Path
) -> None:
    report(settings, city, date(2023, 12, 1), date(2023, 12, 1))
    before = stored(settings, city)
    with psycopg.connect(settings.libpq) as connection:
        connection.execute(
            "select from employees where region_id = %s and id = %s for no key update",
            [city.region.id, city.id("staff")],
        )
        done = await moved(city, Folder(tmp_path))
        assert city.id("staff") in done.busy
        assert stored(settings, city) == before
    assert (await moved(city, Folder(tmp_path))).busy == []
    assert stored(settings, city) == {}


async def test_people_push_while_years_of_theirs_are_archived(
    city: City, settings: Settings, tmp_path: Path
) -> None:
    report(settings, city, date(2022, 1, 1), date(2023, 12, 31))
    running = asyncio.create_task(moved(city, Folder(tmp_path)))
    waits, pushed = [], 0
    async with city.call_as("staff") as client:
        while not running.done():
            began = time.perf_counter()
            answer = await client.post("/v1/sync/push", json=push(city, pushed))
            waits.append(time.perf_counter() - began)
            assert answer.status_code == 200
            pushed += answer.json()["results"][0]["status"] == "applied"
    assert (await running).busy == []
    assert pushed == len(stored(settings, city)) > 0
    assert max(waits) < 2


def push(city: City, number: int) -> dict[str, Any]:
    """The minute after the ones before, on the day of the tests."""
    start = NOW.replace(hour=0) + timedelta(minutes=number % 150)
    return {
        "device_id": city.phones["staff"],
        "operations": [
            {
                "op_id": str(uuid7()),
                "type": "activity",
                "action": "put",
                "id": str(uuid7()),
                "base_version": None,
                "submit": True,
                "device_at": NOW.isoformat(),
                "data": {
                    "day": "2026-11-20",
                    "start_at": start.isoformat(),
                    "end_at": (start + timedelta(minutes=1)).isoformat(),
                    "minutes": 1,
                    "category": "PRIMARY",
                    "description": f"Menata arsip kepegawaian nomor {number}",
                    "output_quantity": "1",
                    "output_unit": "dokumen",
                    "place_type": "OFFICE",
                },
            }
        ],
    }


async def test_a_killed_run_is_taken_up_again(city: City, settings: Settings, tmp_path: Path) -> None:
    report(settings, city, date(2021, 1, 1), date(2024, 12, 31))
    before = {str(id) for id in stored(settings, city)}
    for _ in range(3):
        await killed(city, settings, tmp_path, parts=len(files(tmp_path)) + 4)
        assert 0 < len(stored(settings, city)) < len(before)
    await (await command(city, settings, tmp_path)).communicate()
    assert stored(settings, city) == {}
    assert Counter(each["row"]["id"] for each in kept(tmp_path)) == Counter(before)


async def command(city: City, settings: Settings, folder: Path) -> asyncio.subprocess.Process:
    arguments = ["--region", city.region.code, "--before", str(BEFORE), "--to", str(folder)]
    assert settings.encryption_keys is not None
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "asn_api", "db", "archive", *arguments),
        env=os.environ
        | {
            "ASN_ENVIRONMENT": "demo",
            "ASN_DATABASE_URL": settings.libpq,
            "ASN_ENCRYPTION_KEYS": settings.encryption_keys.get_secret_value(),
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def killed(city: City, settings: Settings, folder: Path, parts: int) -> None:
    """A run that ends the hard way once so many files are there."""
    process = await command(city, settings, folder)
    async with asyncio.timeout(60):
        while len(files(folder)) < parts:  # noqa: ASYNC110 (another process makes them)
            await asyncio.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    await process.wait()


def test_whatever_points_to_an_activity_goes_with_it() -> None:
    activities = every_table().tables["activities"]
    pointing = {
        table.name
        for table in every_table().sorted_tables
        for constraint in table.foreign_key_constraints
        if constraint.referred_table is activities
    }
    names = [table.name for table, _ in family()]
    assert names[0] == "activities"
    assert pointing <= set(names)


async def test_work_of_days_that_may_be_archived_is_refused(city: City) -> None:
    """Its day could not be counted anew: the rows that made its sums are in a file."""
    span = {"start_at": "2024-12-31T08:00:00+07:00", "end_at": "2024-12-31T10:00:00+07:00"}
    async with city.call_as("staff") as staff:
        answer = await staff.post("/v1/activities", json=activity(day="2024-12-31", **span))
    assert answer.json()["errors"][0]["code"] == "ACTIVITY_DAY_TOO_OLD"
