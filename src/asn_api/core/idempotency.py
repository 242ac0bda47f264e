"""Idempotency keys: the answer of a POST is kept in the transaction of its effect and given again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.crypto import Keyring
from asn_api.core.mapping import Table, of_region
from asn_api.errors import Problem


class IdempotencyKey(Table):
    """One answered POST. `body_hash` tells a repetition from another request under the same key."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (of_region(), Index("ix_idempotency_keys_age", "created_at"))

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    principal_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int]
    headers: Mapped[dict[str, str]] = mapped_column(JSONB)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Attempt:
    region_id: UUID
    principal_id: UUID
    key: str
    body_hash: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


async def earlier_answer(db: AsyncSession, keyring: Keyring, attempt: Attempt) -> Answer | None:
    """The stored answer, or None for the first try, which then holds the key until its transaction ends.

    Raises IDEMPOTENCY_IN_PROGRESS (409) while another request holds it and IDEMPOTENCY_KEY_REUSED (422)
    when the key came with another request before.
    """
    name = f"{attempt.region_id}/{attempt.principal_id}/{attempt.key}".encode()
    lock = int.from_bytes(hashlib.sha256(name).digest()[:8], signed=True)
    if not await db.scalar(select(func.pg_try_advisory_xact_lock(lock))):
        raise Problem("IDEMPOTENCY_IN_PROGRESS", headers={"Retry-After": "1"})
    row = await db.get(IdempotencyKey, (attempt.region_id, attempt.principal_id, attempt.key))
    if row is None:
        return None
    if row.body_hash != attempt.body_hash:
        raise Problem("IDEMPOTENCY_KEY_REUSED")
    return Answer(row.status, row.headers, keyring.open(row.body, _bound_to(attempt)))


async def keep(db: AsyncSession, keyring: Keyring, attempt: Attempt, answer: Answer, now: datetime) -> None:
    """Sealed, because some answers hold what must not lie about in the clear, such as one-time codes."""
    await db.execute(
        insert(IdempotencyKey).values(
            region_id=attempt.region_id,
            principal_id=attempt.principal_id,
            key=attempt.key,
            body_hash=attempt.body_hash,
            status=answer.status,
            headers=dict(answer.headers),
            body=keyring.seal(answer.body, _bound_to(attempt)),
            created_at=now,
        )
    )


def body_context(region_id: UUID, principal_id: UUID, key: str) -> str:
    return f"idempotency_keys.body:{region_id}/{principal_id}/{key}"


def _bound_to(attempt: Attempt) -> str:
    return body_context(attempt.region_id, attempt.principal_id, attempt.key)
