"""Keys that do not belong to the database stop the start; re-sealing frees the older ones."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import LargeBinary, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.areas.assessments.answering import sealed_in
from asn_api.areas.certificates import evaluating
from asn_api.areas.complaints import sealing as reporters
from asn_api.areas.complaints.public_schemas import ReporterIn
from asn_api.areas.employees import imports, sealing
from asn_api.areas.employees.portal_rows import Restricted
from asn_api.areas.identity.demo_logins import SOURCE
from asn_api.areas.identity.keys import key_context
from asn_api.areas.identity.signing_in import secret_context
from asn_api.core.crypto import CannotOpen, Keyring
from asn_api.core.idempotency import Answer, Attempt, earlier_answer, keep
from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings, StartupError, new_key
from asn_api.main import create_app
from asn_api.reseal import SEALED, Done, Sealed, older, reseal
from asn_api.rules.assessments import TaskStatus
from asn_api.rules.complaints import ComplaintKind, ComplaintStatus
from asn_api.rules.imports import ImportStatus, RowAction
from asn_api.rules.training_evaluation import TrainingAnswerStatus
from asn_api.tables import every_table
from asn_api.tables.assessments import AssessmentTask
from asn_api.tables.certificates import TrainingEvaluationTask
from asn_api.tables.complaints import Complaint, ComplaintReporter
from asn_api.tables.employees import Employee, EmployeeImport, EmployeeImportRow
from asn_api.tables.identity import Account, SigningKey
from asn_api.tables.policies import Policy
from asn_api.up import migrate
from tests.conftest import NOW
from tests.factories import City, make_city
from tests.matrix import certificates
from tests.matrix.assessments import task_of_staff

SRC = Path(__file__).parents[1] / "src"
ONE, TWO, THREE = (new_key(number) for number in (1, 2, 3))
OLD, NEW, ONLY_NEW, STRANGE = (Keyring.parse(text) for text in (ONE, f"{TWO},{ONE}", TWO, THREE))
RESTRICTED = Restricted("3273010101850001", None, None, None, None, None)
NOT_SEALED = {
    "assessment_rounds.seed",
    "complaint_contact_codes.contact_index",
    "complaint_contact_codes.digest",
    "complaint_reporters.contact_index",
    "complaints.pin_digest",
    "complaints.submission_digest",
    "complaints.submission_index",
    "employees.nik_index",
    "idempotency_keys.body_hash",
    "one_time_codes.code_hash",
    "sessions.refresh_hash",
    "sessions.previous_hash",
    "clients.secret_hash",
    "sign_in_failures.key",
    "sync_views.digest",
}
PEOPLE = ("head", "chief", "staff")
REPORTER = ReporterIn(name="Budi Contoh", email="budi@contoh.id")


@pytest.fixture
def own(postgres: str) -> str:
    """A migrated database for this test alone: signing keys belong to no region."""
    libpq = postgres.replace("postgresql+asyncpg", "postgresql")
    name = f"keys_{uuid7().hex}"
    with psycopg.connect(libpq, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = f"{libpq.rpartition('/')[0]}/{name}"
    migrate(settings_of(url))
    return url


def settings_of(url: str, keys: str = ONE) -> Settings:
    return Settings(environment="demo", database_url=url, encryption_keys=keys, password_memory_kib=8)


@pytest.fixture
async def city(own: str) -> AsyncIterator[City]:
    app = create_app(settings_of(own))
    app.state.clock = lambda: NOW
    async with app.router.lifespan_context(app):
        city = await make_city(app.state.database, app, code="kota-kunci")
        async with city.database.sessions.begin() as db:
            await fill(db, city)
        id = await task_of_staff(city)
        async with city.database.sessions.begin() as db:
            task = await db.get_one(AssessmentTask, (city.region.id, id))
            task.status, task.content = TaskStatus.ANSWERED, OLD.seal(b"said", sealed_in(city.region.id, id))
        asked_id = await certificates.task_of_staff(city)
        async with city.database.sessions.begin() as db:
            asked = await db.get_one(TrainingEvaluationTask, (city.region.id, asked_id))
            asked.status = TrainingAnswerStatus.ANSWERED
            asked.content = OLD.seal(b"answered", evaluating.sealed_in(city.region.id, asked_id))
        yield city


def attempt(city: City) -> Attempt:
    return Attempt(city.region.id, city.accounts["staff"].id, "a-key", b"")


async def fill(db: AsyncSession, city: City) -> None:
    """Something under key 1 in every sealed column."""
    region = city.region.id
    for name in PEOPLE:
        employee = await db.get_one(Employee, (region, city.id(name)))
        employee.restricted = sealing.seal(OLD, region, employee.id, RESTRICTED)
    account = await db.get_one(Account, (region, city.accounts["staff"].id))
    account.totp_secret = OLD.seal(b"secret", secret_context(region, account.id))
    id = uuid7()
    db.add(
        EmployeeImport(
            region_id=region,
            id=id,
            status=ImportStatus.CHECKED,
            file_name="a.csv",
            content=OLD.seal(b"people", imports.content_context(region, id)),
            unit_content=OLD.seal(b"units", imports.unit_context(region, id)),
            created_at=NOW,
            created_by=account.id,
        )
    )
    await db.flush()
    db.add(
        EmployeeImportRow(
            region_id=region,
            id=uuid7(),
            import_id=id,
            line=7,
            action=RowAction.CREATE,
            messages=[],
            changes={},
            values=OLD.seal(b"values", imports.row_context(region, id, 7)),
        )
    )
    await complain(db, city)
    await keep(db, OLD, attempt(city), Answer(201, {}, b"answer"), NOW)


async def complain(db: AsyncSession, city: City) -> None:
    region, id = city.region.id, uuid7()
    db.add(
        Complaint(
            region_id=region,
            id=id,
            code="A" * 16,
            pin_digest=b"",
            kind=ComplaintKind.ASPIRATION,
            status=ComplaintStatus.RECEIVED,
            is_anonymous=False,
            is_secret=False,
            subject="Taman",
            content="Tambah lampu",
            received_at=NOW,
            changed_at=NOW,
        )
    )
    await db.flush()
    sealed = reporters.seal(OLD, region, id, REPORTER)
    db.add(ComplaintReporter(region_id=region, id=id, identity=sealed, created_at=NOW))
    await db.flush()


async def reseal_all(city: City, ring: Keyring) -> dict[str, Done]:
    return {each.name: await reseal(city.database.sessions, ring, each, lambda _: None) for each in SEALED}


async def versions(city: City) -> list[int]:
    async with city.database.sessions() as db:
        found = await db.scalars(select(Employee.version).order_by(Employee.id))
        return [*found, *await db.scalars(select(Account.version).order_by(Account.id))]


def asn_api(url: str, keys: str, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    told = {"ASN_ENVIRONMENT": "demo", "ASN_DATABASE_URL": url, "ASN_ENCRYPTION_KEYS": keys, **more}
    return subprocess.run(
        [sys.executable, "-m", "asn_api", *command],
        env=os.environ | told | {"PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_every_binary_column_is_sealed_or_known_not_to_be() -> None:
    columns = {
        f"{table.name}.{column.name}"
        for table in every_table().sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert columns == {each.name for each in SEALED} | NOT_SEALED


async def test_after_resealing_everything_opens_with_the_new_key_alone(city: City) -> None:
    before = await versions(city)
    done = await reseal_all(city, NEW)
    assert done == {each.name: Done(3 if each.name == "employees.restricted" else 1, 0, 0) for each in SEALED}
    assert await versions(city) == before
    region = city.region.id
    async with city.database.sessions.begin() as db:
        for name in PEOPLE:
            sealed = (await db.get_one(Employee, (region, city.id(name)))).restricted
            assert sealing.unseal(ONLY_NEW, region, city.id(name), sealed) == RESTRICTED
            with pytest.raises(CannotOpen):
                sealing.unseal(OLD, region, city.id(name), sealed)
        account = await db.get_one(Account, (region, city.accounts["staff"].id))
        assert account.totp_secret is not None
        assert ONLY_NEW.open(account.totp_secret, secret_context(region, account.id)) == b"secret"
        key = (await db.scalars(select(SigningKey))).one()
        assert b"PRIVATE KEY" in ONLY_NEW.open(key.private_key, key_context(key.kid))
        found = (await db.scalars(select(EmployeeImport))).one()
        assert found.content is not None
        assert found.unit_content is not None
        assert ONLY_NEW.open(found.content, imports.content_context(region, found.id)) == b"people"
        assert ONLY_NEW.open(found.unit_content, imports.unit_context(region, found.id)) == b"units"
        row = (await db.scalars(select(EmployeeImportRow))).one()
        assert row.values is not None
        assert ONLY_NEW.open(row.values, imports.row_context(region, found.id, 7)) == b"values"
        task = (await db.scalars(select(AssessmentTask))).one()
        assert task.content is not None
        assert ONLY_NEW.open(task.content, sealed_in(region, task.id)) == b"said"
        reporter = (await db.scalars(select(ComplaintReporter))).one()
        told = reporters.unseal(ONLY_NEW, region, reporter.id, reporter.identity)
        assert told["name"] == REPORTER.name
        asked = (await db.scalars(select(TrainingEvaluationTask))).one()
        assert asked.content is not None
        assert ONLY_NEW.open(asked.content, evaluating.sealed_in(region, asked.id)) == b"answered"
        answer = await earlier_answer(db, ONLY_NEW, attempt(city))
        assert answer is not None
        assert answer.body == b"answer"
    assert set((await reseal_all(city, NEW)).values()) == {Done(0, 0, 0)}


def test_the_look_up_of_nik_and_codes_stays_with_the_lowest_key() -> None:
    assert NEW.lowest == 1
    assert NEW.blind_index("x", "employees.nik") == OLD.blind_index("x", "employees.nik")
    assert ONLY_NEW.code_digest("ABCDE-FGHJK") != OLD.code_digest("ABCDE-FGHJK")


def of_people() -> Sealed:
    return replace(next(each for each in SEALED if each.name == "employees.restricted"), batch=1)


async def test_rows_in_use_are_passed_over_and_taken_later(city: City) -> None:
    key = (city.region.id, city.id("chief"))
    async with city.database.sessions.begin() as db:
        await db.get_one(Employee, key, with_for_update=True)
        assert await reseal(city.database.sessions, NEW, of_people(), lambda _: None) == Done(2, 1, 0)
    assert await reseal(city.database.sessions, NEW, of_people(), lambda _: None) == Done(1, 0, 0)


async def test_what_no_key_opens_is_counted_and_left_alone(city: City) -> None:
    region, id = city.region.id, city.id("chief")
    lost = sealing.seal(STRANGE, region, id, RESTRICTED)
    async with city.database.sessions.begin() as db:
        (await db.get_one(Employee, (region, id))).restricted = lost
    assert await reseal(city.database.sessions, NEW, of_people(), lambda _: None) == Done(2, 0, 1)
    async with city.database.sessions() as db:
        assert (await db.get_one(Employee, (region, id))).restricted == lost
        assert await older(db, NEW, of_people()) == {3: 1}


async def test_the_command_counts_reseals_and_names_the_key_that_must_stay(city: City, own: str) -> None:
    both = f"{TWO},{ONE}"
    counted = asn_api(own, both, "keys", "reseal", "--check")
    assert counted.returncode == 1, counted.stderr
    assert "employees.restricted: 3 to re-seal, 3 under key 1" in counted.stdout
    done = asn_api(own, both, "keys", "reseal")
    assert done.returncode == 0, done.stderr
    assert "employees.restricted: 3 re-sealed\n" in done.stdout
    assert "Key 1, the lowest, must stay" in done.stdout
    assert asn_api(own, both, "keys", "reseal", "--check").returncode == 0


@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_with_wrong_keys_nothing_starts(city: City, own: str, command: str) -> None:
    refused = asn_api(own, THREE, command, ASN_PORT="8999")
    assert refused.returncode == 1
    assert refused.stderr.startswith("asn-api: ASN_ENCRYPTION_KEYS does not open what this database holds")
    assert refused.stderr.count("\n") == 1


async def test_the_application_itself_refuses_wrong_keys(city: City, own: str) -> None:
    app = create_app(settings_of(own, THREE))
    with pytest.raises(StartupError, match="does not open"):
        async with app.router.lifespan_context(app):
            pass


async def test_production_refuses_the_demo_city_before_the_server_starts(city: City, own: str) -> None:
    async with city.database.sessions.begin() as db:
        db.add(
            Policy(
                region_id=city.region.id,
                id=uuid7(),
                area="identity",
                valid_from=date(2026, 11, 1),
                revision=1,
                content={},
                source=SOURCE,
                created_at=NOW,
            )
        )
    refused = asn_api(own, ONE, "serve", ASN_ENVIRONMENT="production", ASN_PORT="8999")
    assert refused.returncode == 1
    assert refused.stderr == (
        "asn-api: This database holds the demo city, whose passwords everybody knows.\n"
    )
    assert refused.stdout == ""


def test_an_address_that_leads_nowhere_is_told_in_one_sentence() -> None:
    refused = asn_api("postgresql://nobody@127.0.0.1:9/asn", ONE, "serve")
    assert refused.returncode == 1
    assert refused.stderr.startswith("asn-api: ASN_DATABASE_URL does not lead to a database: ")
    assert refused.stderr.count("\n") == 1


def test_the_server_needs_neither_the_queue_nor_the_migrations() -> None:
    code = (
        "import asn_api.up, asn_api.main, asn_api.api, importlib, sys\n"
        "for area in asn_api.api.AREAS: importlib.import_module(area.module)\n"
        "print([n for n in sys.modules])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert [
        each for each in ("procrastinate", "alembic", "psycopg", "xlsxwriter") if f"'{each}'" in loaded
    ] == []
