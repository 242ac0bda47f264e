"""Phones: enrolled devices, operations that were not applied, and the reach that was last delivered."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Regional, Versioned, within_region
from asn_api.rules.sync import ConflictDecision, Outcome, Platform


class Device(Versioned):
    """A phone of one account. Revoking it ends its sessions and refuses what it still sends."""

    __tablename__ = "devices"
    __table_args__ = (
        within_region("account_id", "accounts"),
        Index("ix_devices_account", "region_id", "account_id"),
    )

    account_id: Mapped[UUID]
    name: Mapped[str]
    platform: Mapped[Platform]
    app_version: Mapped[str | None]
    enrolled_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class UnappliedOperation(Regional):
    """An operation that was refused for good, waits for a person as a conflict, or was merged. `id` is its op_id.

    What was sent is kept whole, so that no text is lost and a repetition gets the same answer; and of a merged or
    decided one because what the phone typed next was typed on top of it. For that also a submission or recall is
    kept that was made on top of a merge.
    """

    __tablename__ = "unapplied_operations"
    __table_args__ = (
        within_region("employee_id", "employees"),
        CheckConstraint("(resolved_at is null) = (decision is null)", "resolved"),
        Index(
            "ix_unapplied_operations_open",
            "region_id",
            "employee_id",
            "record_id",
            postgresql_where=text("outcome = 'CONFLICT' and resolved_at is null"),
        ),
        Index("ix_unapplied_operations_person", "region_id", "employee_id", "received_at", "id"),
    )

    employee_id: Mapped[UUID]
    device_id: Mapped[UUID]
    type: Mapped[str]
    action: Mapped[str]
    record_id: Mapped[UUID]
    base_version: Mapped[int | None]
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    showed: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The values that the phone showed, of an operation without `data`."""
    device_at: Mapped[datetime]
    received_at: Mapped[datetime]
    outcome: Mapped[Outcome]
    problem: Mapped[dict[str, Any]]
    """The refusal as code and parameters, to be worded in the language of whoever reads it."""
    fields: Mapped[list[str]]
    decision: Mapped[ConflictDecision | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None]


class SyncView(Regional):
    """A reach as it was when it was delivered: what `pull` compares with the reach of today.

    `units` are those of the branches within reach; `whole` is the region.
    """

    __tablename__ = "sync_views"
    __table_args__ = (
        UniqueConstraint("region_id", "digest"),
        Index("ix_sync_views_used", "used_on"),
    )

    digest: Mapped[bytes] = mapped_column(LargeBinary)
    own: Mapped[UUID | None]
    people: Mapped[list[UUID]]
    units: Mapped[list[UUID]]
    whole: Mapped[bool]
    used_on: Mapped[date]
