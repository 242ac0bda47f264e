"""What people are told: one row for each person and occasion."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from asn_api.core.mapping import Versioned, within_region
from asn_api.rules.notifications import NoticeKind


class Notification(Versioned):
    """Facts only, worded when it is read. Its constraint makes a reminder once, however often it is tried.

    `day` is the day it is about; `params` holds numbers and dates for the text.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        within_region("employee_id", "employees"),
        UniqueConstraint(
            "region_id",
            "employee_id",
            "kind",
            "subject_entity",
            "subject_id",
            "day",
            name="uq_notifications_occasion",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_notifications_own", "region_id", "employee_id", "created_at", "id"),
        Index(
            "ix_notifications_unread", "region_id", "employee_id", postgresql_where=text("read_at is null")
        ),
        Index("ix_notifications_age", "region_id", "created_at"),
    )

    employee_id: Mapped[UUID]
    kind: Mapped[NoticeKind]
    subject_entity: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    day: Mapped[date | None]
    params: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
