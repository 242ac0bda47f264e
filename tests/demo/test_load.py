"""Kota Demo in a database: complete or repeated, true to the rules, and never served in production."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from asn_api.access.actor import system
from asn_api.access.grants import Permission
from asn_api.areas.activities.ledger import Ledger
from asn_api.areas.contribution import recount as contributions
from asn_api.areas.oversight.recount import recount
from asn_api.areas.policies.current import policy_on
from asn_api.core.clock import utc_now
from asn_api.core.database import Database
from asn_api.core.settings import Settings, StartupError, new_key
from asn_api.demo import catalogue, roster, training
from asn_api.demo.load import CODE, Logins, load_if_empty, welcome
from asn_api.main import create_app
from asn_api.rules.calendar import Zone
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.rules.complaints import ComplaintStatus
from asn_api.up import migrate

SUMS = ("unit_months", "verification_days")
CONTRIBUTIONS = ("contributions", "unit_contributions", "goal_contributions")

LOADING = """
import os
from asn_api.core.settings import Settings
from asn_api.demo.load import load_if_empty
given = {name: os.environ["TEST_" + name] for name in ("environment", "database_url", "encryption_keys")}
load_if_empty(Settings(**given), share=0)
"""


@pytest.fixture(scope="module")
def given(postgres: str) -> dict[str, str]:
    libpq = postgres.replace("postgresql+asyncpg", "postgresql")
    with psycopg.connect(libpq, autocommit=True) as connection:
        connection.execute("CREATE DATABASE demo_load")
    own = libpq.rpartition("/")[0] + "/demo_load"
    return {"environment": "demo", "database_url": own, "encryption_keys": new_key(demo=True)}


@pytest.fixture(scope="module")
def killed(given: dict[str, str]) -> dict[str, int]:
    """What is there after `kill -9` in the middle: when the people were in, and before all the rest was."""
    migrate(Settings(**given))
    environment = os.environ | {f"TEST_{name}": value for name, value in given.items()}
    child = subprocess.Popen([sys.executable, "-c", LOADING], env=environment)
    try:
        deadline = time.monotonic() + 120
        while not count(given, "employees") and time.monotonic() < deadline:
            assert child.poll() is None
            time.sleep(0.05)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    return {table: count(given, table) for table in ("regions", "employees", "plans", "activities")}


@pytest.fixture(scope="module")
def loaded(given: dict[str, str], killed: dict[str, int]) -> Logins | None:
    return load_if_empty(Settings(**given), share=0)


def ask(given: dict[str, str], statement: str) -> list[Any]:
    with psycopg.connect(given["database_url"]) as connection:
        return connection.execute(statement).fetchall()


def count(given: dict[str, str], table: str) -> int:
    return int(ask(given, f"SELECT count(*) FROM {table}")[0][0])


def test_a_killed_loading_is_completed_by_the_next_start(
    given: dict[str, str], killed: dict[str, int], loaded: Logins | None
) -> None:
    assert killed == {"regions": 1, "employees": killed["employees"], "plans": 0, "activities": 0}
    assert loaded is not None
    assert count(given, "employees") == killed["employees"] >= 3000
    assert ask(given, "SELECT status, count(*) FROM employee_imports GROUP BY 1") == [("COMMITTED", 1)]
    # In the first months of a year everybody has a plan of the last one too.
    yearly = ask(given, "SELECT date_part('year', lower(period)), status, count(*) FROM plans GROUP BY 1, 2")
    assert {each[1:] for each in yearly} == {("APPROVED", killed["employees"])}
    assert count(given, "plan_revisions") == len(yearly) * killed["employees"]


def test_a_second_start_finds_it_and_changes_nothing(given: dict[str, str], loaded: Logins | None) -> None:
    before = count(given, "journal")
    assert load_if_empty(Settings(**given)) == loaded
    assert count(given, "journal") == before


def test_the_demo_has_gaps_rejections_late_entries_and_a_journal(
    given: dict[str, str], loaded: Logins | None
) -> None:
    # The admin's role begins on the day of the loading.
    [(today,)] = ask(given, "SELECT max(lower(valid)) FROM role_grants WHERE role = 'REGIONAL_ADMIN'")
    [(days, rejected, late)] = ask(
        given,
        f"SELECT count(DISTINCT day) FILTER (WHERE day < '{today}'),"
        " count(*) FILTER (WHERE status = 'REJECTED'), count(*) FILTER (WHERE 'LATE' = ANY(flags)) FROM activities",
    )
    [(today_counts,)] = ask(
        given,
        "SELECT extract(isodow FROM today) < 6 AND NOT EXISTS (SELECT FROM national_days WHERE day = today)"
        " AND NOT EXISTS (SELECT FROM regional_days WHERE day = today AND unit_id IS NULL AND NOT withdrawn)"
        f" FROM (SELECT date '{today}') AS t (today)",
    )
    # Nobody has reported yet in the first hours of a working day, so it is counted apart.
    assert days + today_counts == 65
    assert rejected > 0
    assert late > 0
    [(silent,)] = ask(
        given,
        "SELECT count(*) FROM activities a WHERE (SELECT max(version) FROM journal j"
        " WHERE j.region_id = a.region_id AND j.entity = 'activity' AND j.entity_id = a.id)"
        " IS DISTINCT FROM a.version",
    )
    assert silent == 0


def test_the_demo_reports_progress_within_its_plans(given: dict[str, str], loaded: Logins | None) -> None:
    [(reports, journalled, outside, other, shrunk)] = ask(
        given,
        "SELECT count(*),"
        " count(*) FILTER (WHERE EXISTS (SELECT FROM journal j WHERE j.region_id = r.region_id"
        "  AND j.entity = 'progress' AND j.entity_id = r.id AND j.version = r.version)),"
        " count(*) FILTER (WHERE NOT p.period @> r.day OR r.day > now()),"
        " count(*) FILTER (WHERE (p.employee_id, w.plan_id, i.work_result_id)"
        "  IS DISTINCT FROM (r.employee_id, r.plan_id, r.work_result_id)),"
        " count(*) FILTER (WHERE i.aspect = 'QUANTITY' AND r.value < r.before)"
        " FROM (SELECT *, lag(value) OVER (PARTITION BY indicator_id ORDER BY day) AS before"
        "  FROM progress_reports) r"
        " JOIN plans p ON p.id = r.plan_id JOIN indicators i ON i.id = r.indicator_id"
        " JOIN work_results w ON w.id = i.work_result_id",
    )
    assert reports > 100
    assert (journalled, outside, other, shrunk) == (reports, 0, 0, 0)


async def test_classes_have_seats_for_those_who_take_part_on_fourteen_days(
    given: dict[str, str], database: Database
) -> None:
    """Which classes are open, under way or over depends on the day; those under way have nobody waiting."""
    [(region_id,)] = ask(given, "SELECT id FROM regions")
    async with database.sessions() as db:
        people = await roster.people(db, region_id, utc_now().date(), [])
        policy = await policy_on(db, region_id, CompetencyPolicy, utc_now().date())
    for days in range(14):
        now = datetime(2026, 11, 23, 10, tzinfo=Zone.WIB.tz) + timedelta(days=days)
        access = system(region_id, Permission.ME, now, Zone.WIB)
        courses = catalogue.courses(region_id, people[0].agency_id, [region_id], access.now)
        made = training.classes(access, courses, people, policy)
        full = [row for row in made.classes if not 0 <= row["seats_held"] <= row["seats"]]
        assert not full, full[0]
        begun = {row["id"] for row in made.classes if row["status"] not in ("OPEN", "DRAFT")}
        assert not [
            row for row in made.enrolments if row["class_id"] in begun and row["status"] == "WAITLISTED"
        ]


def test_the_demo_has_three_years_of_training(given: dict[str, str], loaded: Logins | None) -> None:
    assert (count(given, "courses"), count(given, "course_classes")) == (300, 1200)
    statuses = dict(ask(given, "SELECT status, count(*) FROM enrolments GROUP BY 1"))
    assert statuses["COMPLETED"] > 5000
    assert {"FAILED", "NO_SHOW", "CONFIRMED", "WAITLISTED"} <= statuses.keys()
    [(years,)] = ask(given, "SELECT max(ends_on) - min(starts_on) FROM course_classes")
    assert years > 3 * 360
    [(miscounted,)] = ask(
        given,
        "SELECT count(*) FROM course_classes c WHERE seats_held <> (SELECT count(*) FROM enrolments e"
        " WHERE e.class_id = c.id AND e.status NOT IN ('REQUESTED', 'REJECTED', 'WAITLISTED', 'CANCELLED'))",
    )
    [(unprepared,)] = ask(
        given,
        "SELECT count(*) FROM enrolments e JOIN course_classes c ON c.id = e.class_id"
        " JOIN course_prerequisites p ON p.course_id = c.course_id WHERE NOT EXISTS (SELECT FROM enrolments d"
        " JOIN course_classes t ON t.id = d.class_id WHERE d.employee_id = e.employee_id"
        " AND d.status = 'COMPLETED' AND t.course_id = p.prerequisite_id AND t.ends_on < c.starts_on)",
    )
    [(silent,)] = ask(
        given,
        "SELECT count(*) FROM enrolments e WHERE NOT EXISTS (SELECT FROM journal j WHERE"
        " j.region_id = e.region_id AND j.entity = 'enrolment' AND j.entity_id = e.id)",
    )
    assert (miscounted, unprepared, silent) == (0, 0, 0)


def test_whoever_completed_a_class_has_its_certificate(given: dict[str, str], loaded: Logins | None) -> None:
    [(missing,)] = ask(
        given,
        "SELECT count(*) FROM enrolments e LEFT JOIN training_certificates t ON t.region_id = e.region_id"
        " AND t.enrolment_id = e.id WHERE (e.status = 'COMPLETED') <> (t.id IS NOT NULL)",
    )
    [(gaps,)] = ask(
        given,
        "SELECT count(*) FROM (SELECT year, max(series) - count(*) AS gap FROM certificate_series GROUP BY year)"
        " WHERE gap <> 0",
    )
    [(miscounted,)] = ask(
        given,
        "SELECT count(*) FROM certificate_series s WHERE last <> (SELECT count(*) FROM training_certificates t"
        " JOIN enrolments e ON e.id = t.enrolment_id WHERE e.class_id = s.class_id)",
    )
    assert (missing, gaps, miscounted) == (0, 0, 0)
    assert count(given, "training_evaluations") > 500
    assert count(given, "training_result_notes") > 10


@pytest.fixture
async def database(given: dict[str, str], loaded: Logins | None) -> AsyncIterator[Database]:
    database = Database(Settings(**given))
    yield database
    await database.stop()


async def test_totals_and_flags_are_those_that_the_services_compute(
    given: dict[str, str], database: Database
) -> None:
    names = (
        "drafts, waiting, verified, rejected, late, claimed_minutes, verified_minutes, verified_by_category"
    )
    rows = ask(
        given,
        f"SELECT employee_id, day, {names}, first_reported_at FROM day_totals"
        " ORDER BY md5(employee_id::text || day) LIMIT 300",
    )
    kept = {row[:2]: row[2:] for row in rows}
    [(region_id,)] = ask(given, f"SELECT id FROM regions WHERE code = '{CODE}'")
    access = system(region_id, Permission.ACTIVITIES_READ, utc_now(), Zone.WIB)
    async with database.sessions() as db:
        ledger = await Ledger.open(db, access, kept.keys())
        for row in list(ledger.rows.values()):
            if (row["employee_id"], row["day"]) in kept:
                judgement = ledger.judge(row, now=row["received_at"])
                assert (judgement.faults, sorted(judgement.flags)) == ((), row["flags"])
                ledger.store({**row}, "TEST")
        computed = {
            (each["employee_id"], each["day"]): tuple(
                each[name] for name in (*names.split(", "), "first_reported_at")
            )
            for each in ledger._totals()
        }
    assert computed == kept


async def test_the_kept_sums_are_those_that_counting_anew_gives(
    given: dict[str, str], database: Database
) -> None:
    kept = {table: ask(given, f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4") for table in SUMS}
    assert all(kept.values())
    [(region_id,)] = ask(given, f"SELECT id FROM regions WHERE code = '{CODE}'")
    tomorrow = utc_now() + timedelta(days=1)
    gave = {table: sorted(ask(given, f"SELECT {table}::text FROM {table}")) for table in CONTRIBUTIONS}
    assert all(gave.values())
    operator = system(region_id, Permission.DAYS_READ, tomorrow, Zone.WIB)
    await recount(operator, database, lambda: None)
    assert {table: ask(given, f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4") for table in SUMS} == kept
    await contributions.recount(operator, database, lambda _: None)
    assert {
        table: sorted(ask(given, f"SELECT {table}::text FROM {table}")) for table in CONTRIBUTIONS
    } == gave


async def test_the_printed_logins_work_and_the_boards_are_filled(
    given: dict[str, str], loaded: Logins | None
) -> None:
    assert loaded is not None
    text = welcome(Settings(**given), loaded)
    # Today many have not reported yet; whoever is above the employee counts him.
    [(day,)] = ask(
        given,
        "SELECT max(day) FROM activities a JOIN employees e ON e.id = a.employee_id"
        f" WHERE e.nip = '{loaded.nips['employee']}' AND a.status = 'VERIFIED'",
    )
    app = create_app(Settings(**given))
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")
    async with app.router.lifespan_context(app), client:
        for nip in loaded.nips.values():
            assert nip in text
            login = {"region": loaded.region, "nip": nip, "password": loaded.password, "device": "test"}
            answer = await client.post("/v1/sessions", json=login)
            assert answer.status_code == 201, answer.text
            assert answer.json()["otp_enrolment_required"] is False
            headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            summary = await client.get(f"/v1/days/{day}/summary", headers=headers)
            assert summary.json()["total"]["reported"] > 0


async def test_production_refuses_the_demo_city(given: dict[str, str], loaded: Logins | None) -> None:
    app = create_app(Settings(**given | {"environment": "production", "encryption_keys": new_key()}))
    with pytest.raises(StartupError, match="demo city"):
        async with app.router.lifespan_context(app):
            pass


def test_a_database_with_a_region_of_its_own_gets_no_demo(postgres: str) -> None:
    libpq = postgres.replace("postgresql+asyncpg", "postgresql")
    with psycopg.connect(libpq, autocommit=True) as connection:
        connection.execute("CREATE DATABASE own_region")
    own = libpq.rpartition("/")[0] + "/own_region"
    settings = Settings(environment="demo", database_url=own, encryption_keys=new_key(demo=True))
    migrate(settings)
    with psycopg.connect(own) as connection:
        connection.execute(
            "INSERT INTO regions (id, code, name, zone) VALUES (gen_random_uuid(), %s, 'Kota', 'WIB')", [CODE]
        )
    assert load_if_empty(settings) is None
    assert "no demo city" in welcome(settings, None)


def test_there_are_complaints_in_every_state_and_nobody_named_has_one(
    given: dict[str, str], loaded: Logins
) -> None:
    assert {state for (state,) in ask(given, "SELECT DISTINCT status FROM complaints")} == set(
        ComplaintStatus
    )
    assert count(given, "complaints WHERE rating IS NOT NULL") > 50
    assert count(given, "complaints WHERE reopenings > 0") > 5
    assert count(given, "complaints WHERE kind = 'COMPLAINT_SUPERVISORY'") == count(
        given, "complaint_subjects"
    )
    assert not count(
        given, "complaints c JOIN complaint_subjects s ON s.complaint_id = c.id AND s.unit_id = c.agency_id"
    )
    assert not count(
        given, "complaints WHERE due_on IS NULL AND status IN ('RECEIVED', 'FORWARDED', 'ANSWERED')"
    )
    coordinators = (
        "SELECT DISTINCT u.agency_id FROM role_grants g JOIN accounts a ON a.id = g.account_id JOIN "
    )
    coordinators += (
        "appointments p ON p.employee_id = a.employee_id JOIN units u ON u.id = p.unit_id WHERE g.role = "
    )
    assert len(ask(given, coordinators + "'COMPLAINT_COORDINATOR'")) == 2
