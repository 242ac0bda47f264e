"""One open stream: who listens, what he may be told about now, and what waits to be sent to him."""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from datetime import time as clock_time
from enum import Enum
from typing import Any
from uuid import UUID

import orjson

from asn_api.access.actor import Access
from asn_api.access.authority import Known
from asn_api.access.grants import Permission
from asn_api.areas.events.kinds import KINDS, Kind
from asn_api.areas.events.reach import Views
from asn_api.core.feed import Cut, Entry, Position

WAITING = 3000
"""Events that may wait for a slow client; then its stream ends, to be resumed."""
TOGETHER = 200
"""Events that are handed to the server at once."""


class End(Enum):
    """Why a stream ends, as the last event says it: its name and its reason."""

    SLOW = ("resume", "TOO_SLOW")
    FAULT = ("resume", "SERVER_FAULT")
    SHUTDOWN = ("resume", "SHUTDOWN")
    EXPIRED = ("expired", "TOKEN_EXPIRED")
    REVOKED = ("revoked", "ACCESS_REVOKED")


def frame(event: str, data: Mapping[str, Any], id: str | None = None) -> bytes:
    """One event as it is sent. Neither names nor ids hold line ends, and JSON escapes them."""
    head = f"id: {id}\nevent: {event}\ndata: " if id else f"event: {event}\ndata: "
    return head.encode() + orjson.dumps(data) + b"\n\n"


class Listener:
    """`entities` are those asked for; `start` is where the live events begin, once the hub has admitted him."""

    def __init__(self, token: str, access: Access, entities: frozenset[str]) -> None:
        self.token = token
        self.region_id = access.region_id
        self.principal_id = access.actor.principal_id
        self.entities = entities
        self.views: Views = {}
        self._actor = access.actor
        self._read_at = access.now
        self.people: frozenset[UUID] = frozenset()
        self.expires_at = self.good_until = access.now
        self.start: Position | None = None
        self.ending: End | None = None
        self.ended_at: float | None = None
        self.task: asyncio.Task[Any] | None = None
        self._frames: deque[bytes] = deque()
        self._news = asyncio.Event()

    def accept(self, known: Known, views: Views, now: datetime) -> None:
        """Take over what the database says about him; it holds until midnight where he is, or less."""
        midnight = datetime.combine(
            known.actor.today(now) + timedelta(days=1), clock_time(), known.actor.zone.tz
        )
        self._actor, self._read_at = known.actor, now
        self.views = views
        self.people = frozenset().union(*(view.people for view in views.values()))
        self.expires_at = known.expires_at
        self.good_until = min(known.expires_at, midnight)

    @property
    def wide(self) -> Iterator[Permission]:
        """The permissions by which he sees more than people by name."""
        return (permission for permission, view in self.views.items() if view.is_wide)

    @property
    def own(self) -> UUID | None:
        return self._actor.employee_id

    def access(self, permission: Permission) -> Access | None:
        """His reach by a permission, for the database to judge by."""
        scopes = self._actor.permissions.get(permission)
        return Access(self._actor, permission, scopes, self._read_at) if scopes else None

    def sees(self, kind: Kind, entry: Entry) -> bool:
        """Whether he may be told; of a kind that is judged by its rows, whether it is worth asking."""
        view = self.views.get(kind.permission)
        if view is None or entry["entity"] not in self.entities:
            return False
        return kind.rows is not None or view.holds(entry["employee_id"], entry["unit_id"])

    def cut(self) -> Cut:
        """The entries that he may see, and few besides."""
        common = [entity for entity in self.entities if KINDS[entity].common]
        others = {KINDS[entity].permission for entity in self.entities.difference(common)}
        views = [view for permission, view in self.views.items() if permission in others]
        if any(view.whole for view in views):
            return Cut([self.region_id], self.entities)
        units = frozenset().union(*(view.units for view in views))
        return Cut([self.region_id], self.entities, self.people, units, common)

    def tell(self, event: bytes) -> None:
        if self.ending is not None:
            return
        if len(self._frames) >= WAITING:
            self.end(End.SLOW)
            return
        self._frames.append(event)
        self._news.set()

    def end(self, why: End) -> None:
        """The last event he has got is where a next stream goes on: what still waits need not be sent."""
        if self.ending is None:
            self.ending, self.ended_at = why, asyncio.get_running_loop().time()
            self._frames.clear()
            self._news.set()

    def admit(self, start: Position) -> None:
        self.start = start
        self._news.set()

    async def admitted(self) -> Position | None:
        """Where the live events begin; None when it has ended before that."""
        while self.start is None and self.ending is None:
            await self._news.wait()
            self._news.clear()
        return self.start if self.ending is None else None

    async def waited(self, seconds: float) -> bytes:
        """What is to be sent next, or nothing after so long, and at the end."""
        if not self._frames and self.ending is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._news.wait()
        self._news.clear()
        taken = [self._frames.popleft() for _ in range(min(TOGETHER, len(self._frames)))]
        return b"".join(taken)
