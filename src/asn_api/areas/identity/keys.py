"""Signing keys: made here, sealed in the database, so that every process signs with the same one."""

from datetime import datetime, timedelta

import asyncpg
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.authority import announce
from asn_api.core import tokens
from asn_api.core.crypto import CannotOpen, Keyring
from asn_api.core.database import Prepared
from asn_api.tables.identity import SigningKey

HEAD_START = timedelta(minutes=10)
"""A new key is published this long before it signs, so that everyone who caches the JWKS knows it in time."""

LAST_USE = timedelta(hours=2)
"""An old key stays published this long after its successor signs: longer than any access token lives."""

_CREATION = 7_245_011_804


async def signing(db: AsyncSession, keyring: Keyring, now: datetime) -> tokens.SigningKey:
    """The key that signs now: the newest one whose time has come."""
    row = await db.scalar(
        select(SigningKey)
        .where(
            SigningKey.signs_from <= now, or_(SigningKey.retires_at.is_(None), SigningKey.retires_at > now)
        )
        .order_by(SigningKey.signs_from.desc())
        .limit(1)
    )
    if row is None:
        raise LookupError("there is no signing key: run `asn-api keys rotate`")
    return tokens.SigningKey(keyring.open(row.private_key, key_context(row.kid)).decode())


async def ensure(db: AsyncSession, keyring: Keyring, now: datetime) -> None:
    """Make the first key of an installation; several processes may start at once."""
    await db.execute(select(func.pg_advisory_xact_lock(_CREATION)))
    if await db.scalar(select(func.count()).select_from(SigningKey)) == 0:
        _add(db, keyring, now, now)


_NEWEST = Prepared(
    select(SigningKey.kid, SigningKey.private_key).order_by(SigningKey.created_at.desc()).limit(1)
)


async def exist(connection: asyncpg.Connection) -> bool:
    return await connection.fetchrow(_NEWEST.sql, *_NEWEST.arguments({})) is not None


async def can_sign(connection: asyncpg.Connection, keyring: Keyring) -> bool:
    """Whether the newest key can be opened; true while there is none."""
    newest = await connection.fetchrow(_NEWEST.sql, *_NEWEST.arguments({}))
    if newest is None:
        return True
    try:
        keyring.open(newest["private_key"], key_context(newest["kid"]))
    except CannotOpen:
        return False
    return True


async def rotate(db: AsyncSession, keyring: Keyring, now: datetime) -> str:
    """Publish a new key, which signs after HEAD_START; the others retire after their last tokens."""
    await ensure(db, keyring, now)
    await db.flush()
    signs_from = now + HEAD_START
    await db.execute(
        update(SigningKey).where(SigningKey.retires_at.is_(None)).values(retires_at=signs_from + LAST_USE)
    )
    kid = _add(db, keyring, now, signs_from)
    await announce(db, "keys", kid)
    return kid


async def published(db: AsyncSession, now: datetime) -> list[dict[str, str]]:
    rows = await db.scalars(
        select(SigningKey.public_key)
        .where(or_(SigningKey.retires_at.is_(None), SigningKey.retires_at > now))
        .order_by(SigningKey.signs_from)
    )
    return list(rows)


def _add(db: AsyncSession, keyring: Keyring, now: datetime, signs_from: datetime) -> str:
    key = tokens.new_signing_key()
    db.add(
        SigningKey(
            kid=key.kid,
            private_key=keyring.seal(key.private_pem.encode(), key_context(key.kid)),
            public_key=dict(key.public_jwk),
            created_at=now,
            signs_from=signs_from,
        )
    )
    return key.kid


def key_context(kid: str) -> str:
    return f"signing_keys.private_key:{kid}"
