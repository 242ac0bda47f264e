"""The queue: jobs live and die with their transaction, survive failures, lost connections and dead workers."""

import asyncio
import os
import secrets
import signal
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import procrastinate
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, text

from asn_api.areas.identity.jobs import forget_expired
from asn_api.core.database import Database
from asn_api.core.idempotency import IdempotencyKey
from asn_api.core.jobs import Job, Means, defer
from asn_api.core.queue import application, run_until, run_waiting
from asn_api.core.settings import Settings
from asn_api.tables.identity import Account, OneTimeCode, Session, SignInFailure
from asn_api.worker import JOBS
from tests.factories import City
from tests.factories.jobs import ASKED_FOR

SRC = Path(__file__).parents[2] / "src"

Notes = dict[str, list[dict[str, Any]]]


@pytest.fixture
def notes() -> Notes:
    """What each job was called with."""
    return defaultdict(list)


def job(notes: Notes, fails: int = 0, **more: Any) -> Job:
    """A job under a name of its own that fails the first times."""
    name = f"test.{secrets.token_hex(4)}"

    async def run(means: Means, **args: Any) -> None:
        notes[name].append(args | {"is_last_try": means.is_last_try})
        if len(notes[name]) <= fails:
            raise RuntimeError("as planned")

    return Job(name, run, **more)


def queue(app: FastAPI, settings: Settings, *jobs: Job) -> procrastinate.App:
    return application(settings.libpq, [*ASKED_FOR, *jobs], Means(app.state.database, app.state.keyring))


async def status(database: Database, wanted: Job) -> str:
    async with database.sessions() as db:
        found = await db.scalar(
            text("select status::text from jobs.procrastinate_jobs where task_name = :name"),
            {"name": wanted.name},
        )
        return str(found)


async def overdue(database: Database, wanted: Job) -> None:
    """Let a retry that waits for its time be due now."""
    async with database.sessions.begin() as db:
        await db.execute(
            text("update jobs.procrastinate_jobs set scheduled_at = now() where task_name = :name"),
            {"name": wanted.name},
        )


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(200):
        if await holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("not within ten seconds")


async def test_a_job_runs_once_with_its_arguments(app: FastAPI, settings: Settings, notes: Notes) -> None:
    wanted = job(notes)
    async with app.state.database.sessions.begin() as db:
        await defer(db, wanted.name, number=7, text="é")
    for _ in "12":
        await run_waiting(queue(app, settings, wanted))
    assert notes[wanted.name] == [{"number": 7, "text": "é", "is_last_try": False}]


async def test_a_rolled_back_transaction_leaves_no_job(
    app: FastAPI, settings: Settings, notes: Notes
) -> None:
    wanted = job(notes)
    async with app.state.database.sessions() as db:
        await defer(db, wanted.name)
        await db.rollback()
    await run_waiting(queue(app, settings, wanted))
    assert notes[wanted.name] == []


async def test_a_failing_job_is_tried_again_and_knows_its_last_try(
    app: FastAPI, settings: Settings, notes: Notes
) -> None:
    wanted = job(notes, fails=9, tries=2)
    async with app.state.database.sessions.begin() as db:
        await defer(db, wanted.name)
    for _ in "1234":
        await run_waiting(queue(app, settings, wanted))
        await overdue(app.state.database, wanted)
    assert [note["is_last_try"] for note in notes[wanted.name]] == [False, False, True]
    assert await status(app.state.database, wanted) == "failed"


async def test_a_job_of_a_dead_worker_is_run_by_another(
    app: FastAPI, settings: Settings, notes: Notes
) -> None:
    wanted = job(notes)
    async with app.state.database.sessions.begin() as db:
        await defer(db, wanted.name)
        # As `kill -9` leaves it: begun, by a worker that nobody has heard of for a while.
        await db.execute(
            text("""
                with dead as (
                    insert into jobs.procrastinate_workers (last_heartbeat)
                    values (now() - interval '1 minute') returning id
                )
                update jobs.procrastinate_jobs set status = 'doing', worker_id = (select id from dead)
                where task_name = :name
            """),
            {"name": wanted.name},
        )
        await defer(db, "jobs.retry_stalled", timestamp=0)
    for _ in "12":
        await run_waiting(queue(app, settings, wanted))
    assert len(notes[wanted.name]) == 1


async def test_a_worker_outlives_its_connections_and_stops_when_told(
    app: FastAPI, settings: Settings, notes: Notes
) -> None:
    first, second = job(notes), job(notes)
    stop = asyncio.Event()
    working = asyncio.create_task(run_until(queue(app, settings, first, second), stop))
    async with app.state.database.sessions.begin() as db:
        await defer(db, first.name)

    async def is_done(wanted: Job) -> bool:
        return await status(app.state.database, wanted) == "succeeded"

    await eventually(lambda: is_done(first))
    async with app.state.database.sessions.begin() as db:
        killed = await db.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where application_name = 'asn-api worker'"
            )
        )
        assert len(killed.all()) >= 1
    async with app.state.database.sessions.begin() as db:
        await defer(db, second.name)
    await eventually(lambda: is_done(second))
    stop.set()
    await asyncio.wait_for(working, 10)


async def test_a_worker_waits_for_a_database_that_is_away(app: FastAPI, settings: Settings) -> None:
    nowhere = application(
        "postgresql://asn@127.0.0.1:1/asn?connect_timeout=1",
        JOBS,
        Means(app.state.database, app.state.keyring),
    )
    stop = asyncio.Event()
    working = asyncio.create_task(run_until(nowhere, stop))
    await asyncio.sleep(1)
    assert not working.done()
    stop.set()
    await asyncio.wait_for(working, 40)


async def test_the_worker_process_ends_in_order_on_sigterm(settings: Settings) -> None:
    assert settings.encryption_keys is not None
    told = {
        "ASN_ENVIRONMENT": "demo",
        "ASN_DATABASE_URL": settings.libpq,
        "ASN_ENCRYPTION_KEYS": settings.encryption_keys.get_secret_value(),
        "PYTHONPATH": str(SRC),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "asn_api", "worker"),
        env=os.environ | told,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        assert b"the worker has started" in await asyncio.wait_for(process.stdout.readline(), 60)
        await asyncio.sleep(1)
        process.send_signal(signal.SIGTERM)
        rest, _ = await asyncio.wait_for(process.communicate(), 20)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0
    assert b"the worker has stopped" in rest


async def test_what_has_expired_is_forgotten_and_the_rest_is_kept(city: City, app: FastAPI) -> None:
    now, region, account = city.now, city.region.id, city.accounts["staff"].id
    key = secrets.token_bytes(8)
    async with city.database.sessions.begin() as db:
        for name, age in (("old", 8), ("young", 6)):
            at = now - timedelta(days=age)
            db.add(
                IdempotencyKey(
                    region_id=region,
                    principal_id=account,
                    key=name,
                    body_hash=b"",
                    status=200,
                    headers={},
                    body=b"",
                    created_at=at,
                )
            )
        for name, since in (("old", 31), ("young", 29)):
            ended = now - timedelta(days=since)
            db.add(
                Session(
                    region_id=region,
                    account_id=account,
                    device=name,
                    created_at=ended,
                    last_used_at=ended,
                    expires_at=ended,
                    refresh_hash=secrets.token_bytes(8),
                    otp_passed=False,
                )
            )
            db.add(
                OneTimeCode(
                    region_id=region,
                    account_id=account,
                    purpose="ACTIVATION",
                    code_hash=name.encode(),
                    created_at=ended,
                    expires_at=ended,
                )
            )
        for name, days in ((b"old", 2), (b"young", 0)):
            at = now - timedelta(days=days)
            db.add(SignInFailure(key=key + name, failures=1, last_at=at, blocked_until=at))
    await forget_expired(Means(city.database, app.state.keyring, lambda: now))
    async with city.database.sessions() as db:
        kept = [
            await db.scalar(select(IdempotencyKey.key).where(IdempotencyKey.region_id == region)),
            await db.scalar(
                select(Session.device).where(Session.region_id == region, Session.device != "test")
            ),
            (
                await db.scalar(select(OneTimeCode.code_hash).where(OneTimeCode.region_id == region)) or b""
            ).decode(),
        ]
        failures = await db.scalars(
            select(SignInFailure.key).where(func.substr(SignInFailure.key, 1, 8) == key)
        )
        assert [each[8:] for each in failures] == [b"young"]
        assert await db.scalar(select(func.count()).select_from(Account).where(Account.id == account)) == 1
    assert kept == ["young", "young", "young"]
