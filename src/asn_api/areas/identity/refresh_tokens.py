"""Refresh tokens: opaque, each successor derived from its token, so that asking again gives the same one."""

import base64
import binascii
import secrets
from uuid import UUID

from asn_api.core.crypto import Keyring

_IDS = 32
_SECRET = 32
_TAG = 16
_BODY = _IDS + _SECRET


def first(keyring: Keyring, region_id: UUID, session_id: UUID) -> str:
    body = region_id.bytes + session_id.bytes + secrets.token_bytes(_SECRET)
    return _text(body, keyring.mac(b"tag" + body, "refresh tokens"))


def successors(keyring: Keyring, token: str) -> list[str]:
    """The token's successor under every key of the ring, the current key first.

    A repetition after a key rotation must find the one that was handed out before.
    """
    body = _bytes(token)[:_BODY]
    derived = []
    for position, secret in enumerate(keyring.macs(b"next" + body, "refresh tokens")):
        following = body[:_IDS] + secret
        derived.append(_text(following, keyring.macs(b"tag" + following, "refresh tokens")[position]))
    return derived


def ids(token: str) -> tuple[UUID, UUID] | None:
    """Region and session; None for what cannot be one of our tokens."""
    try:
        raw = _bytes(token)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _BODY + _TAG:
        return None
    return UUID(bytes=raw[:16]), UUID(bytes=raw[16:32])


def is_ours(keyring: Keyring, token: str) -> bool:
    """Whether we handed it out: without this anyone who knows a session's id could have it revoked."""
    raw = _bytes(token)
    tags = keyring.macs(b"tag" + raw[:_BODY], "refresh tokens")
    return any(secrets.compare_digest(tag[:_TAG], raw[_BODY:]) for tag in tags)


def _text(body: bytes, tag: bytes) -> str:
    return base64.urlsafe_b64encode(body + tag[:_TAG]).rstrip(b"=").decode()


def _bytes(token: str) -> bytes:
    return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
