"""Ids of events: opaque, signed positions in the journal, from which a stream can be resumed."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from uuid import UUID

import orjson

from asn_api.core.crypto import Keyring
from asn_api.core.feed import Position, Snapshot
from asn_api.errors import Problem

_TAG = 12


@dataclass(frozen=True, slots=True)
class Place:
    """A position, and the minute in which it was told."""

    position: Position
    at: datetime


def written(keyring: Keyring, region_id: UUID, place: Place) -> str:
    position, until = place.position, place.position.until
    content = orjson.dumps(
        [
            position.epoch,
            int(place.at.timestamp()) // 60,
            _numbers(position.seen),
            _numbers(until) if until else [],
            position.seq,
        ]
    )
    tag = keyring.mac(region_id.bytes + content, "event ids")[:_TAG]
    return base64.urlsafe_b64encode(tag + content).decode().rstrip("=")


def read(keyring: Keyring, region_id: UUID, given: str) -> Place:
    """EVENT_ID_INVALID (400) for anything that was not written here for this region."""
    try:
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except (binascii.Error, ValueError):
        raise Problem("EVENT_ID_INVALID") from None
    tag, content = raw[:_TAG], raw[_TAG:]
    if not any(mac[:_TAG] == tag for mac in keyring.macs(region_id.bytes + content, "event ids")):
        raise Problem("EVENT_ID_INVALID")
    epoch, minute, seen, until, seq = orjson.loads(content)
    position = Position(epoch, _snapshot(seen), _snapshot(until) if until else None, seq)
    return Place(position, datetime.fromtimestamp(0, UTC) + timedelta(minutes=minute))


def _numbers(snapshot: Snapshot) -> list[int]:
    """Each number as its distance to the one before: running transactions lie close together."""
    numbers = [snapshot.end, *reversed(snapshot.running)]
    return [numbers[0], *(earlier - later for earlier, later in pairwise(numbers))]


def _snapshot(distances: Sequence[int]) -> Snapshot:
    end, *running = accumulate(distances, lambda earlier, distance: earlier - distance)
    return Snapshot(end, tuple(reversed(running)))
