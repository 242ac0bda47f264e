"""One reader of the journal per process: follows it for all regions that have listeners, and tells them."""

import asyncio
import logging
from collections import Counter as Tally
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import asyncpg
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import SQLAlchemyError

from asn_api.access.actor import Access
from asn_api.access.authority import Authority
from asn_api.access.grants import Permission
from asn_api.areas.events import confirming, ids, reach
from asn_api.areas.events.confirming import Record
from asn_api.areas.events.ids import Place
from asn_api.areas.events.kinds import FOLLOWED, KINDS, OF_PERSON, OF_REGION, Kind
from asn_api.areas.events.listening import End, Listener, frame
from asn_api.core import feed
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.feed import Cut, Entry, Position, Snapshot
from asn_api.core.settings import Settings
from asn_api.errors import Problem

log = logging.getLogger(__name__)

ROUND_SECONDS = 0.25
"""Between two looks at the journal. A NOTIFY with every change would cost pushes most of their speed (0032)."""
TROUBLE_SECONDS = 1.0
"""Between two attempts while the database is away, and between two checks of everybody while nobody announces."""
STUCK_SECONDS = 10
"""What a stream that has been ended gets to say so to its client."""
CHUNK = 1000
"""Entries that are read at once."""
ADMITTED = 50
"""Newcomers per round, so that a crowd that returns does not hold up those who are there."""
AT_ONCE = 4
"""Reaches that are read at the same time: requests need connections too."""

LISTENERS = Gauge("asn_event_listeners", "Open streams of events", multiprocess_mode="livesum")
TOLD = Counter("asn_events_told_total", "Events handed to streams")
ENDED = Counter("asn_event_streams_ended_total", "Streams of events that ended", ("reason",))

UNREACHABLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError, TimeoutError)
_NOBODY: frozenset[Listener] = frozenset()


class Room:
    """The listeners of one region, by whom they may be told about."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self._by_person: defaultdict[UUID, set[Listener]] = defaultdict(set)
        self._wide: defaultdict[Permission, set[Listener]] = defaultdict(set)

    def add(self, listener: Listener) -> None:
        self.listeners.add(listener)
        for person in listener.people:
            self._by_person[person].add(listener)
        for permission in listener.wide:
            self._wide[permission].add(listener)

    def remove(self, listener: Listener) -> None:
        self.listeners.discard(listener)
        for person in listener.people:
            self._by_person[person].discard(listener)
            if not self._by_person[person]:
                del self._by_person[person]
        for permission in listener.wide:
            self._wide[permission].discard(listener)

    def candidates(self, kind: Kind, entry: Entry, involved: Iterable[UUID] = ()) -> Iterable[Listener]:
        """All who may see it, and few besides."""
        found = self._by_person.get(entry["employee_id"], _NOBODY) | self._wide.get(kind.permission, _NOBODY)
        for person in involved:
            found |= self._by_person.get(person, _NOBODY)
        return [listener for listener in found if listener.sees(kind, entry)]


class Hub:
    """Reads only while there are streams; a stream opens with `open` and is over with `close`."""

    def __init__(
        self,
        database: Database,
        authority: Authority,
        keyring: Keyring,
        settings: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self.database = database
        self.keyring = keyring
        self.settings = settings
        self.clock = clock
        self._authority = authority
        self._streams: set[Listener] = set()
        self._of_principal: Tally[UUID] = Tally()
        self._joining: deque[Listener] = deque()
        self._rooms: dict[UUID, Room] = {}
        self._stale: set[Listener] = set()
        self._position: Position | None = None
        self._is_lost = False
        self._checked_at = 0.0
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        authority.watch(self._announced)

    def open(self, token: str, access: Access, entities: frozenset[str]) -> Listener:
        """A new stream, to be admitted by the next round. 429 when the caller or the process has too many."""
        each = self.settings.event_streams_each
        if self._of_principal[access.actor.principal_id] >= each:
            raise Problem("EVENT_STREAMS_TOO_MANY", headers={"Retry-After": "60"}, limit=each)
        if len(self._streams) >= self.settings.event_streams:
            raise Problem("EVENT_STREAMS_FULL", headers={"Retry-After": "30"})
        listener = Listener(token, access, entities)
        listener.task = asyncio.current_task()
        self._streams.add(listener)
        self._of_principal[listener.principal_id] += 1
        self._joining.append(listener)
        LISTENERS.set(len(self._streams))
        if self._task is None:
            self._task = asyncio.create_task(self._follow())
        self._woken.set()
        return listener

    def close(self, listener: Listener) -> None:
        self._streams.remove(listener)
        self._of_principal[listener.principal_id] -= 1
        if not self._of_principal[listener.principal_id]:
            del self._of_principal[listener.principal_id]
        with suppress(ValueError):
            self._joining.remove(listener)
        self._leave(listener)
        LISTENERS.set(len(self._streams))
        ENDED.labels(listener.ending.value[1] if listener.ending else "CLOSED").inc()

    def stop(self) -> None:
        """The process ends: streams say so now, and those that cannot are cut off a second later."""
        self._end_all(End.SHUTDOWN)
        if self._streams:
            asyncio.get_running_loop().call_later(TROUBLE_SECONDS, self._cut, list(self._streams))
        if self._task is not None:
            self._task.cancel()
            self._task = self._position = None

    def id(self, region_id: UUID, position: Position) -> str:
        return ids.written(self.keyring, region_id, Place(position, self.clock()))

    def here(self, listener: Listener) -> str:
        """The id for a listener to whom nothing waits to be sent: all up to now has been told."""
        assert self._position is not None
        return self.id(listener.region_id, self._position)

    async def _follow(self) -> None:
        while self._streams:
            try:
                await self._round()
            except UNREACHABLE as error:
                log.warning("the journal cannot be followed: %s", type(error).__name__)
                self._is_lost = True
                await asyncio.sleep(TROUBLE_SECONDS)
            except Exception:
                log.exception("following the journal failed")
                self._end_all(End.FAULT)
                await asyncio.sleep(TROUBLE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(ROUND_SECONDS):
                    await self._woken.wait()
            self._woken.clear()
        self._position = None
        self._task = None

    async def _round(self) -> None:
        """Tell what was committed since the last round, and admit whoever was there when it began."""
        # Their ids were made by earlier snapshots than the one that is taken now.
        joining = [self._joining[place] for place in range(min(ADMITTED, len(self._joining)))]
        self._mind_the_time()
        position = await self._found()
        until = await feed.snapshot(self.database.pool)
        while position.until is not None or position.seen != until:
            entries, found_in, following = await feed.step(
                self.database.pool, position, until, Cut(list(self._rooms), FOLLOWED), CHUNK
            )
            self._mark(entries)
            await self._check_stale()
            await self._tell(entries, position, found_in)
            self._position = position = following
        await self._check_stale()
        await self._check(joining)
        for listener in joining:
            if listener.ending is None and listener in self._streams:
                self._rooms.setdefault(listener.region_id, Room()).add(listener)
                listener.admit(position)
            with suppress(ValueError):
                self._joining.remove(listener)
        if self._joining:
            self._woken.set()

    async def _found(self) -> Position:
        """Where to go on; anew when nobody listened, or when the database was restored meanwhile."""
        if self._position is None or self._is_lost:
            now = await feed.current(self.database.pool)
            if self._position is None:
                self._position = now
            elif feed.is_beyond(self._position, now):
                self._position = now
                for room in self._rooms.values():
                    for listener in room.listeners:
                        listener.tell(
                            frame("reset", {"reason": "RESTORED"}, self.id(listener.region_id, now))
                        )
            self._stale.update(*(room.listeners for room in self._rooms.values()))
            self._is_lost = False
        return self._position

    def _mind_the_time(self) -> None:
        """Tokens expire, days end, ended streams get stuck; and while nobody announces, all are looked at."""
        now, moment = self.clock(), asyncio.get_running_loop().time()
        everybody = not self._authority.listening and moment - self._checked_at > TROUBLE_SECONDS
        if everybody:
            self._checked_at = moment
        for listener in list(self._streams):
            if listener.ended_at is not None:
                if moment - listener.ended_at > STUCK_SECONDS:
                    self._cut([listener])
            elif listener.start is not None:
                if now >= listener.expires_at:
                    listener.end(End.EXPIRED)
                elif everybody or now >= listener.good_until:
                    self._stale.add(listener)

    def _announced(self, payload: str) -> None:
        """What the authority hears is checked at once, not when the journal says so."""
        what, _, id = payload.partition(":")
        for listener in self._streams:
            if what in ("", "keys") or id in (str(listener.principal_id), str(listener.region_id)):
                self._stale.add(listener)
        if self._stale:
            self._woken.set()

    def _mark(self, entries: Sequence[Entry]) -> None:
        """Whose reach these entries may have changed: it is read again before they are told."""
        for entry in entries:
            room = self._rooms.get(entry["region_id"])
            if room is None:
                continue
            if entry["entity"] in OF_REGION:
                self._stale |= room.listeners
            elif entry["entity"] in OF_PERSON:
                named = {entry["entity_id"], entry["employee_id"]} - {None}
                self._stale |= {each for each in room.listeners if {each.principal_id, each.own} & named}

    async def _check_stale(self) -> None:
        stale, self._stale = self._stale, set()
        try:
            await self._check([listener for listener in stale if listener in self._streams])
        except BaseException:
            self._stale |= stale
            raise

    async def _check(self, listeners: Sequence[Listener]) -> None:
        """Read what the database says about them: still who they were, and whom they may be told about."""
        few = asyncio.Semaphore(AT_ONCE)

        async def check(listener: Listener) -> None:
            async with few:
                await self._read(listener)

        await asyncio.gather(*(check(listener) for listener in listeners if listener.ending is None))

    async def _read(self, listener: Listener) -> None:
        now = self.clock()
        known = await self._authority.standing(listener.token, now)
        if known is None or known.expires_at <= now:
            is_over = known is not None or (listener.start is not None and listener.expires_at <= now)
            listener.end(End.EXPIRED if is_over else End.REVOKED)
            return
        if known.actor.must_enrol_otp or Permission.EVENTS_READ not in known.actor.permissions:
            listener.end(End.REVOKED)
            return
        views = await reach.views(self.database, known.actor, now)
        room = self._rooms.get(listener.region_id)
        is_admitted = room is not None and listener in room.listeners
        if room is not None and is_admitted:
            room.remove(listener)
        listener.accept(known, views, now)
        if room is not None and is_admitted and listener in self._streams:
            room.add(listener)

    async def _tell(self, entries: Sequence[Entry], position: Position, until: Snapshot) -> None:
        confirmed = await self._confirmed(confirming.by_row(entries))
        told = 0
        for entry in entries:
            kind, room = KINDS.get(entry["entity"]), self._rooms.get(entry["region_id"])
            if kind is None or room is None:
                continue
            record = entry["entity"], entry["entity_id"]
            event = b""
            for listener in room.candidates(kind, entry) if kind.rows is None else confirmed.get(record, ()):
                event = event or self.event(entry, position.at(entry, until))
                listener.tell(event)
                told += 1
        TOLD.inc(told)

    async def _confirmed(self, entries: Sequence[Entry]) -> Mapping[Record, set[Listener]]:
        """Who may see the records that the database must judge, of which there are few."""
        if not entries:
            return {}
        involved = await confirming.involved(self.database, entries)
        asked: defaultdict[Listener, set[Record]] = defaultdict(set)
        for entry in entries:
            kind, room = KINDS[entry["entity"]], self._rooms.get(entry["region_id"])
            record = entry["entity"], entry["entity_id"]
            for listener in room.candidates(kind, entry, involved.get(record, ())) if room else ():
                asked[listener].add(record)
        confirmed: defaultdict[Record, set[Listener]] = defaultdict(set)
        few = asyncio.Semaphore(AT_ONCE)

        async def confirm(listener: Listener, records: set[Record]) -> None:
            async with few:
                for record in await confirming.seen(self.database, listener, records):
                    confirmed[record].add(listener)

        await asyncio.gather(*(confirm(listener, records) for listener, records in asked.items()))
        return confirmed

    def event(self, entry: Entry, position: Position) -> bytes:
        """What changed, not its content: whoever is told fetches it, and gets what he may see."""
        kind = KINDS[entry["entity"]]
        data = {
            "entity": kind.type,
            "id": str(entry["entity_id"]),
            "version": entry["version"],
            "action": entry["action"],
            "at": entry["at"],
            "employee_id": entry["employee_id"] and str(entry["employee_id"]),
            "unit_id": entry["unit_id"] and str(entry["unit_id"]),
        }
        return frame(kind.type, data, self.id(entry["region_id"], position))

    def _end_all(self, why: End) -> None:
        for listener in self._streams:
            listener.end(why)

    def _cut(self, listeners: Iterable[Listener]) -> None:
        for listener in listeners:
            if listener in self._streams and listener.task is not None:
                listener.task.cancel()

    def _leave(self, listener: Listener) -> None:
        room = self._rooms.get(listener.region_id)
        if room is not None:
            room.remove(listener)
            if not room.listeners:
                del self._rooms[listener.region_id]
        self._stale.discard(listener)
