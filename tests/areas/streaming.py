"""Streams of events over a real port: servers that come and go, and a client that reads what they send."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import insert

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from asn_api.main import create_app
from tests.conftest import NOW
from tests.factories import City
from tests.matrix import UNITS

ABOUT_THE_STREAM = {"ready", "reset", "resume", "expired", "revoked"}
PATIENCE = 10


@dataclass
class Served:
    """An application on a port; `now` is what its clock says."""

    app: FastAPI
    port: int
    now: datetime = NOW


@asynccontextmanager
async def listening(app: FastAPI, lifespan: str = "off") -> AsyncIterator[int]:
    with socket.socket() as sock:
        # As far as a client may fall behind unnoticed; left to itself the kernel would take megabytes.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        sock.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, lifespan=lifespan, log_config=None, timeout_graceful_shutdown=5)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([sock]))
        while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
            await asyncio.sleep(0.01)
        try:
            yield sock.getsockname()[1]
        finally:
            # As a signal would; here there is none.
            app.state.stopping.now()
            server.should_exit = True
            await serving


@asynccontextmanager
async def served(settings: Settings, **changes: Any) -> AsyncIterator[Served]:
    """A server of its own, as another process would be."""
    app = create_app(settings.model_copy(update=changes))
    async with listening(app, "on") as port:
        server = Served(app, port)
        app.state.clock = lambda: server.now
        yield server


@dataclass(frozen=True)
class Event:
    name: str
    data: dict[str, Any]
    id: str | None

    @property
    def about(self) -> str:
        return str(self.data.get("id"))


class Stream:
    """What one client gets; `last_id` is what its next request would name."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.last_id: str | None = None
        self.ended = False
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        name, data, id = "message", "", None
        try:
            async for line in self.response.aiter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    data = value
                elif field == "id":
                    id = value
                elif not line:
                    self.last_id = id or self.last_id
                    if data:
                        self._events.put_nowait(Event(name, json.loads(data), id))
                    name, data, id = "message", "", None
        except httpx.TransportError:
            pass
        finally:
            self.ended = True
            self._events.put_nowait(None)

    async def next(self, seconds: float = PATIENCE) -> Event:
        event = await asyncio.wait_for(self._events.get(), seconds)
        assert event is not None, "the stream has ended"
        return event

    async def until(self, name: str, about: str | None = None) -> list[Event]:
        """What comes before this event, which must come."""
        before: list[Event] = []
        while True:
            event = await self.next()
            if event.name == name and (about is None or event.about == about):
                return before
            before.append(event)

    async def rest(self) -> list[Event]:
        """Until the server ends it."""
        found: list[Event] = []
        while (event := await asyncio.wait_for(self._events.get(), PATIENCE)) is not None:
            found.append(event)
        return found

    async def close(self) -> None:
        self._reading.cancel()
        with suppress(asyncio.CancelledError):
            await self._reading


@asynccontextmanager
async def opened(
    city: City, port: int, person: str, *, last_id: str | None = None, **query: str
) -> AsyncIterator[Stream]:
    """This person's stream, from `Last-Event-ID` on if one is given."""
    headers = {"Authorization": f"Bearer {city.tokens[person]}", "Accept-Encoding": "gzip, br, zstd"}
    if last_id is not None:
        headers["Last-Event-ID"] = last_id
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
        client.stream("GET", "/v1/events", headers=headers, params=query) as response,
    ):
        if response.status_code != 200:
            await response.aread()
        assert response.status_code == 200, response.text
        stream = Stream(response)
        try:
            yield stream
        finally:
            await stream.close()


def row(city: City, entity: str = "activity", about: str = "staff", **given: Any) -> dict[str, Any]:
    """A journal entry as if this person's record had been changed."""
    return {
        "region_id": city.region.id,
        "at": city.now,
        "entity": entity,
        "entity_id": uuid7(),
        "version": 1,
        "action": "CREATE",
        "changes": {},
        "unit_id": city.units[UNITS[about]].id if about in UNITS else None,
        "employee_id": city.id(about) if about in city.people else None,
        **given,
    }


async def happen(city: City, *rows: dict[str, Any]) -> list[str]:
    """Write these entries in one transaction; the ids of the records."""
    async with city.database.sessions.begin() as db:
        await db.execute(insert(JournalEntry), list(rows))
    return [str(each["entity_id"]) for each in rows]


async def mark(city: City) -> str:
    """Something that all are told of: a goal of the region."""
    return (await happen(city, row(city, "agency_goal", "nobody", unit_id=city.units["root"].id)))[0]


async def told_until(stream: Stream, marker: str) -> list[str]:
    """The records that the stream tells of before the marker."""
    return [event.about for event in await stream.until("goal", marker)]
