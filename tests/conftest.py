"""A real PostgreSQL for every test; tests are kept apart by region, and commits are real (decision 0003)."""

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, settings

from asn_api.areas.calendar.national import load_national_days
from asn_api.core.database import Database
from asn_api.core.embedded import EmbeddedPostgres
from asn_api.core.migrate import upgrade
from asn_api.core.settings import Settings, new_key
from tests.factories import City, make_city

# How long an example takes says what else the machine does, not what the code does.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
"""Friday 20 November 2026, 10:00 in Jakarta."""


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server: ASN_TEST_DATABASE_URL, or an embedded one for this run."""
    with ExitStack() as stack:
        given = os.environ.get("ASN_TEST_DATABASE_URL")
        if given:
            yield given
            return
        folder = Path(__file__).parents[1] / ".local" / f"test-{os.getpid()}"
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield stack.enter_context(EmbeddedPostgres(folder, durable=False)).url


@pytest.fixture(scope="session")
def database_url(postgres: str) -> str:
    upgrade(postgres)
    load_national_days(postgres)
    return postgres


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        environment="demo",
        database_url=database_url,
        files_url=tmp_path_factory.mktemp("files").as_uri(),
        encryption_keys=new_key(1),
        password_memory_kib=8,
        password_time=1,
        rate_burst=100_000,
    )


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    from asn_api.main import create_app

    app = create_app(settings)
    app.state.clock = lambda: NOW
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="session")
def database(app: FastAPI) -> Database:
    return app.state.database


Call = Callable[..., httpx.AsyncClient]


@pytest.fixture(scope="session")
async def anonymous(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.fixture
async def city(database: Database, app: FastAPI) -> City:
    """A small region of its own for this test."""
    return await make_city(database, app, code=f"kota-{secrets.token_hex(4)}")
