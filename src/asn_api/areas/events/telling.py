"""What one stream sends: what was missed, then what happens, with signs of life in between."""

import logging
import random
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta

from asn_api.areas.events import confirming
from asn_api.areas.events.hub import UNREACHABLE, Hub
from asn_api.areas.events.ids import Place
from asn_api.areas.events.kinds import KINDS
from asn_api.areas.events.listening import End, Listener, frame
from asn_api.core import feed
from asn_api.core.feed import Entry, Position

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15
CHUNK = 2000
"""Entries that are read at once of what was missed."""
RETRY_MILLISECONDS = (1000, 5000)
"""Before a client comes back; at random, so that a restart is not followed by everybody at once."""


async def told(
    hub: Hub, listener: Listener, since: Place | None, follow: bool
) -> AsyncGenerator[bytes, None]:
    """The frames of a stream until it ends; without `follow` until nothing more was missed."""
    yield f"retry: {random.randint(*RETRY_MILLISECONDS)}\n\n".encode()  # noqa: S311 (no secret)
    start = await listener.admitted()
    if start is not None and since is not None:
        try:
            async for frames in _missed(hub, listener, since, start):
                yield frames
        except UNREACHABLE as error:
            log.warning("what was missed cannot be read: %s", type(error).__name__)
            listener.end(End.FAULT)
    # Told only when all that was missed has been: its id says so.
    if start is not None and listener.ending is None:
        yield frame("ready", {"server_time": hub.clock()}, hub.id(listener.region_id, start))
    while start is not None and follow:
        waited = await listener.waited(HEARTBEAT_SECONDS)
        if waited:
            yield waited
        elif listener.ending is not None:
            break
        else:
            # An id without an event: whoever heard nothing for a day can resume all the same.
            yield f":\nid: {hub.here(listener)}\n\n".encode()
    if listener.ending is not None:
        name, reason = listener.ending.value
        yield frame(name, {"reason": reason})


async def _missed(hub: Hub, listener: Listener, since: Place, start: Position) -> AsyncGenerator[bytes, None]:
    """What happened between the two positions, within reach of now; `reset` where that is too much to tell."""
    pool, position, most = hub.database.pool, since.position, hub.settings.event_replay_entries
    if feed.is_beyond(position, start):
        yield _reset("RESTORED")
        return
    if since.at < hub.clock() - timedelta(hours=hub.settings.event_replay_hours):
        yield _reset("TOO_OLD")
        return
    cut = listener.cut()
    if await feed.count(pool, position, start.seen, cut, most + 1) > most:
        yield _reset("TOO_MANY")
        return
    while listener.ending is None and (position.until is not None or position.seen != start.seen):
        entries, until, following = await feed.step(pool, position, start.seen, cut, CHUNK)
        visible = await _visible(hub, listener, entries)
        frames = [hub.event(entry, position.at(entry, until)) for entry in visible]
        position = following
        # What was read may be out of reach by now: a stream that has been ended tells no more.
        if frames and listener.ending is None:
            yield b"".join(frames)


async def _visible(hub: Hub, listener: Listener, entries: Sequence[Entry]) -> list[Entry]:
    seen = [each for each in entries if listener.sees(KINDS[each["entity"]], each)]
    asked = {(each["entity"], each["entity_id"]) for each in confirming.by_row(seen)}
    confirmed = await confirming.seen(hub.database, listener, asked)
    refused = asked - confirmed
    return [each for each in seen if (each["entity"], each["entity_id"]) not in refused]


def _reset(reason: str) -> bytes:
    return frame("reset", {"reason": reason})
