"""No statement outlives its limit: the caller is told when to come back, and the connection is free again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.jobs import Means
from asn_api.core.mapping import uuid7
from asn_api.core.queue import application
from asn_api.core.settings import Settings
from tests.conftest import NOW
from tests.factories import City

LIMIT_MS = 300


@pytest.fixture
async def strict(settings: Settings) -> AsyncIterator[FastAPI]:
    """A server with one connection per door and little patience."""
    from asn_api.main import create_app

    app = create_app(settings.model_copy(update={"statement_timeout_ms": LIMIT_MS, "pool_size": 1}))
    app.state.clock = lambda: NOW
    async with app.router.lifespan_context(app):
        yield app


@asynccontextmanager
async def locked(settings: Settings, table: str) -> AsyncIterator[None]:
    """Every statement on the table waits meanwhile."""
    connection = await asyncpg.connect(settings.libpq)
    try:
        async with connection.transaction():
            await connection.execute(f"lock table {table} in access exclusive mode")
            yield
    finally:
        await connection.close()


def call(app: FastAPI, city: City, person: str, **headers: str) -> httpx.AsyncClient:
    headers |= {"Authorization": f"Bearer {city.tokens[person]}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers)


def push(city: City) -> dict[str, Any]:
    operation = {
        "op_id": str(uuid7()),
        "type": "activity",
        "action": "delete",
        "id": str(uuid7()),
        "base_version": 1,
        "device_at": NOW.isoformat(),
    }
    return {"device_id": city.phones["staff"], "operations": [operation]}


@pytest.mark.parametrize(
    ("method", "path", "accept"),
    [
        ("GET", "/v1/me/activities", "application/json"),
        ("GET", "/v1/activities", "application/json"),
        ("GET", "/v1/activities", "text/csv"),
        ("GET", "/v1/activities", "application/x-ndjson"),
        ("POST", "/v1/sync/push", "application/json"),
    ],
)
async def test_a_runaway_statement_ends_in_a_problem_and_frees_its_connection(
    strict: FastAPI, settings: Settings, city: City, method: str, path: str, accept: str
) -> None:
    body = push(city) if method == "POST" else None
    async with call(strict, city, "staff", Accept=accept) as client:
        async with locked(settings, "activities"):
            # More than the pools have connections: each must come back.
            for _ in range(3):
                async with asyncio.timeout(5):
                    refused = await client.request(method, path, json=body)
                assert refused.status_code == 503
                assert refused.json()["code"] == "DATABASE_BUSY"
                assert refused.headers["retry-after"] == "5"
        database: Database = strict.state.database
        assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert database.pool.get_idle_size() == database.pool.get_size()
        assert (await client.request(method, path, json=body)).status_code == 200


async def test_a_transaction_that_is_left_open_ends_with_its_locks(settings: Settings) -> None:
    database = Database(settings.model_copy(update={"statement_timeout_ms": 50}))
    try:
        async with database.sessions() as db:
            await db.execute(text("select 1"))
            await asyncio.sleep(0.5)
            with pytest.raises(DBAPIError):
                await db.execute(text("select 1"))
    finally:
        await database.stop()


async def test_nobody_waits_for_ever_for_a_connection_of_the_driver(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asn_api.core.database.POOL_SECONDS", 0.1)
    database = Database(settings.model_copy(update={"pool_size": 1}))
    await database.start()
    try:
        async with database.acquire() as held:
            await held.execute("select 1")
            with pytest.raises(TimeoutError):
                await database.acquire()
    finally:
        await database.stop()


@pytest.mark.parametrize("name", ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"])
async def test_every_kind_of_connection_has_limits(settings: Settings, name: str) -> None:
    database = Database(settings)
    await database.start()
    app = application(settings.libpq, (), Means(database, Keyring(settings.keys)))
    asked = f"select current_setting('{name}') as limit"
    listening = await database.connect()
    try:
        async with database.sessions() as db, app.open_async():
            found = {
                await db.scalar(text(asked)),
                await database.pool.fetchval(asked),
                await listening.fetchval(asked),
                (await app.connector.execute_query_one_async(asked))["limit"],
            }
        assert len(found) == 1
        assert "0" not in found
    finally:
        await listening.close()
        await database.stop()
