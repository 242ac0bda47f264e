"""Where the year is played: the whole application in this process, on a clock that the story moves."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from asn_api.areas.calendar.national import load_national_days
from asn_api.areas.identity.first_admin import first_admin
from asn_api.areas.organization.founding import found
from asn_api.core.jobs import Means
from asn_api.core.migrate import upgrade
from asn_api.core.queue import application, run_waiting
from asn_api.core.settings import Settings
from asn_api.main import create_app
from asn_api.rules.calendar import Zone
from asn_api.worker import JOBS

ZONE = Zone.WIB
ASKED_FOR = [replace(job, every=None) for job in JOBS]
"""Without what the clock on the wall would add to the queue: time passes when the story says so."""


class Clock:
    """Stands still until the story goes on, and never goes back."""

    def __init__(self, day: date) -> None:
        self.moment = self._at(day, 8)

    def __call__(self) -> datetime:
        return self.moment

    @property
    def today(self) -> date:
        return self.moment.astimezone(ZONE.tz).date()

    def go_to(self, day: date, hour: int = 8) -> None:
        moment = self._at(day, hour)
        if moment < self.moment:
            raise ValueError(f"the story would go back from {self.moment} to {moment}")
        self.moment = moment

    @staticmethod
    def _at(day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), ZONE.tz).astimezone(UTC)


class Names:
    """Ids that the clients make: time-ordered, as they have to be, and the same in every run."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made = 0

    def new(self) -> str:
        self._made += 1
        milliseconds = int(self._clock().timestamp() * 1000)
        noise = int.from_bytes(hashlib.sha256(str(self._made).encode()).digest()[:10])
        number = (
            milliseconds << 80 | 0x7 << 76 | (noise >> 68 & 0xFFF) << 64 | 0b10 << 62 | noise & (1 << 62) - 1
        )
        return str(UUID(int=number))


class Stage:
    def __init__(self, app: FastAPI, http: httpx.AsyncClient, clock: Clock, region: str) -> None:
        self.app, self.http, self.clock, self.region = app, http, clock, region
        self.names = Names(clock)

    async def finish_jobs(self) -> None:
        """Let a worker do what was asked of it."""
        await run_waiting(application(self.app.state.settings.libpq, ASKED_FOR, self._means()))

    async def time_passes(self, day: date) -> None:
        """Until the morning of the day, when all jobs that come round by themselves come round."""
        self.clock.go_to(day)
        for job in JOBS:
            if job.every is not None:
                await job.run(self._means())

    def _means(self) -> Means:
        state = self.app.state
        return Means(state.database, state.keyring, self.clock, objects=state.objects)

    async def founded(self) -> str:
        """The operator's two commands; gives the one-time code of the first admin."""
        state = self.app.state
        async with state.database.sessions() as db, db.begin():
            await found(db, self.region, "Kota Contoh", ZONE, self.clock())
            return await first_admin(db, state.keyring, self.clock(), self.region, "admin.kota", None)


async def fresh(server_url: str, name: str) -> str:
    """A new database on the server: two years that are played at the same dates must not know of each other."""
    connection = await asyncpg.connect(server_url.replace("+asyncpg", ""))
    try:
        await connection.execute(f'drop database if exists "{name}" with (force)')
        await connection.execute(f'create database "{name}"')
    finally:
        await connection.close()
    url = urlsplit(server_url)._replace(path=f"/{name}").geturl()
    await asyncio.to_thread(upgrade, url)
    await asyncio.to_thread(load_national_days, url)
    return url


def settings(database_url: str, files_url: str) -> Settings:
    """Passwords are hashed as lightly as they can be: 200 people sign in on every day of the story."""
    key = base64.b64encode(hashlib.sha256(b"the demo year").digest()).decode()
    return Settings(
        environment="demo",
        database_url=database_url,
        files_url=files_url,
        encryption_keys=SecretStr(f"1:{key}"),
        password_memory_kib=8,
        password_time=1,
        rate_burst=1_000_000,
        log_level="warning",
    )


@asynccontextmanager
async def stage(given: Settings, region: str, day: date) -> AsyncIterator[Stage]:
    app, clock = create_app(given), Clock(day)
    app.state.clock = clock
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://demo") as http:
            yield Stage(app, http, clock, region)
