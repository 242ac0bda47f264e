"""What a phone has got so far, as an opaque signed text: a position in the journal, never a clock."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

import orjson

from asn_api.access.actor import Access
from asn_api.core.crypto import Keyring
from asn_api.errors import Problem

Phase = Literal["lost", "gained"]

_TAG = 16


@dataclass(frozen=True)
class Position:
    """Everything before it in the order of commits has been delivered."""

    epoch: int
    transaction: int
    seq: int


@dataclass(frozen=True)
class Listing:
    """A difference of reach that is still being listed: from `old` (None: from nothing) to the reach of now."""

    type: str
    phase: Phase
    old: UUID | None
    after: UUID | None


@dataclass(frozen=True)
class Token:
    position: Position
    view: UUID
    types: tuple[str, ...]
    start: date
    listings: tuple[Listing, ...]
    issued: date


def written(keyring: Keyring, access: Access, token: Token) -> str:
    content = orjson.dumps(
        [
            [token.position.epoch, token.position.transaction, token.position.seq],
            token.view,
            token.types,
            token.start,
            [[each.type, each.phase, each.old, each.after] for each in token.listings],
            token.issued,
        ],
        default=str,
    )
    tag = keyring.mac(_bound(access) + content, "sync tokens")[:_TAG]
    return base64.urlsafe_b64encode(tag + content).decode().rstrip("=")


def read(keyring: Keyring, access: Access, given: str) -> Token:
    """SYNC_TOKEN_INVALID (400) for anything that was not written here for this caller."""
    try:
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except (binascii.Error, ValueError):
        raise Problem("SYNC_TOKEN_INVALID") from None
    tag, content = raw[:_TAG], raw[_TAG:]
    if not any(mac[:_TAG] == tag for mac in keyring.macs(_bound(access) + content, "sync tokens")):
        raise Problem("SYNC_TOKEN_INVALID")
    position, view, types, start, listings, issued = orjson.loads(content)
    return Token(
        Position(*position),
        UUID(view),
        tuple(types),
        date.fromisoformat(start),
        _listings(listings),
        date.fromisoformat(issued),
    )


def _listings(given: Sequence[Sequence[Any]]) -> tuple[Listing, ...]:
    return tuple(
        Listing(type, phase, UUID(old) if old else None, UUID(after) if after else None)
        for type, phase, old, after in given
    )


def _bound(access: Access) -> bytes:
    """A token is worth nothing to another account or client."""
    return access.region_id.bytes + access.actor.principal_id.bytes
