"""The one journal: audit trail, change feed, webhooks and live events all read it; nothing edits it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import BigInteger, Identity, Index, SmallInteger, func, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from asn_api.core.mapping import Table, of_region


class TransactionId(UserDefinedType[str]):
    """PostgreSQL's `xid8`: with `pg_snapshot_xmin` it gives readers the order of commits."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


class JournalEntry(Table):
    """One change of one record, written in the transaction that made it.

    `unit_id` and `employee_id` decide who may see the entry. `epoch` and `transaction` order it by commit:
    a restore into another cluster begins a new epoch, because transaction ids begin anew there.
    `operation_id` is the phone's own id of the change: the receipt by which a repetition is known for ever.
    """

    __tablename__ = "journal"
    __table_args__ = (
        of_region(),
        Index("ix_journal_entity", "region_id", "entity", "entity_id", "seq"),
        Index("ix_journal_commit", "region_id", "epoch", "transaction", "seq"),
        Index("ix_journal_employee", "region_id", "employee_id", "epoch", "transaction", "seq"),
        Index(
            "uq_journal_operation",
            "region_id",
            "operation_id",
            unique=True,
            postgresql_where=text("operation_id is not null"),
        ),
    )

    region_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    epoch: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    transaction: Mapped[str] = mapped_column(TransactionId(), server_default=func.pg_current_xact_id())
    at: Mapped[datetime]
    entity: Mapped[str]
    entity_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(BigInteger)
    action: Mapped[str]
    account_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    client_id: Mapped[UUID | None]
    on_behalf_of: Mapped[UUID | None]
    request_id: Mapped[str | None]
    operation_id: Mapped[UUID | None]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    unit_id: Mapped[UUID | None]
    employee_id: Mapped[UUID | None]


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a change: the account and employee, or a client, and the request that carries it."""

    region_id: UUID
    account_id: UUID | None = None
    actor_id: UUID | None = None
    client_id: UUID | None = None
    request_id: str | None = None


class Change(NamedTuple):
    """What happened to one record. `changes` maps a field to `[before, after]`, or holds what was given."""

    entity: str
    entity_id: UUID
    version: int
    action: str
    changes: dict[str, Any]
    unit_id: UUID | None = None
    employee_id: UUID | None = None
    operation_id: UUID | None = None
    on_behalf_of: UUID | None = None


async def record(db: AsyncSession, author: Author, now: datetime, *happened: Change) -> None:
    """Write what happened, in the caller's transaction: no journal row, no change."""
    if happened:
        await db.execute(insert(JournalEntry), [entry(author, now, change) for change in happened])


def entry(author: Author, now: datetime, change: Change) -> dict[str, Any]:
    return {
        "region_id": author.region_id,
        "at": now,
        "account_id": author.account_id,
        "actor_id": author.actor_id,
        "client_id": author.client_id,
        "on_behalf_of": change.on_behalf_of,
        "request_id": author.request_id,
        "operation_id": change.operation_id,
        "entity": change.entity,
        "entity_id": change.entity_id,
        "version": change.version,
        "action": change.action,
        "changes": change.changes,
        "unit_id": change.unit_id,
        "employee_id": change.employee_id,
    }


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that differ, each with its value before and after."""
    if not before:
        return {name: [None, value] for name, value in after.items() if value is not None}
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


_FROM_ELSEWHERE = """
select exists (
    select from regions r
    cross join lateral (
        select transaction from journal j
        where j.region_id = r.id and j.epoch = (select max(epoch) from journal k where k.region_id = r.id)
        order by transaction desc limit 1) as newest
    where newest.transaction >= pg_snapshot_xmax(pg_current_snapshot()))
"""


async def is_of_another_cluster(connection: asyncpg.Connection) -> bool:
    """Whether entries carry transaction ids that this cluster has not given yet: it was restored from elsewhere."""
    return bool(await connection.fetchval(_FROM_ELSEWHERE))


async def begin_epoch(db: AsyncSession, now: datetime) -> int:
    """From now on entries come after all earlier ones in the order of commits; gives the epoch's number.

    Each region gets an entry of its own, so that readers of its journal know the epoch at once.
    """
    epoch = int(await db.scalar(select(func.coalesce(func.max(JournalEntry.epoch), 0) + 1)) or 1)
    await db.execute(text(f"alter table journal alter column epoch set default {epoch}"))
    await db.execute(
        text(
            "insert into journal (region_id, at, entity, entity_id, version, action, changes) "
            "select id, :now, 'region', id, 1, 'RESTORE', '{}' from regions"
        ),
        {"now": now},
    )
    return epoch
