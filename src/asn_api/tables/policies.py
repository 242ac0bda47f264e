"""Numbers and days that regulations and regions change: dated policies and the calendar."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Regional, Table, Versioned, of_region, uuid7, within_region
from asn_api.rules.calendar import DayKind


class Policy(Regional):
    """One area's numbers from a day on; the newest row not after the day of the act applies."""

    __tablename__ = "policies"
    __table_args__ = (
        of_region(),
        UniqueConstraint("region_id", "area", "valid_from", "revision", name="uq_policies_area"),
    )

    area: Mapped[str]
    valid_from: Mapped[date]
    revision: Mapped[int]
    content: Mapped[dict[str, Any]]
    source: Mapped[str]
    created_at: Mapped[datetime]


class NationalDay(Table):
    """A national holiday or day of collective leave, as the joint decree (SKB) of that year has it."""

    __tablename__ = "national_days"
    __table_args__ = (UniqueConstraint("day", "kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    day: Mapped[date]
    kind: Mapped[DayKind]
    name: Mapped[str]
    source: Mapped[str]
    provisional: Mapped[bool] = mapped_column(default=False)


class RegionalDay(Versioned):
    """A day off in a region, or in one branch of it (`unit_id`)."""

    __tablename__ = "regional_days"
    __table_args__ = (
        of_region(),
        within_region("unit_id", "units"),
        Index("ix_regional_days_day", "region_id", "day"),
    )

    day: Mapped[date]
    unit_id: Mapped[UUID | None]
    name: Mapped[str]
    source: Mapped[str]
    withdrawn: Mapped[bool] = mapped_column(default=False)


class Outage(Versioned):
    """A time in which the system could not be used, in the region or in one branch: it extends deadlines."""

    __tablename__ = "outages"
    __table_args__ = (
        of_region(),
        within_region("unit_id", "units"),
        within_region("declared_by", "employees"),
        CheckConstraint("not isempty(span) and not lower_inf(span) and not upper_inf(span)", "span"),
    )

    span: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    unit_id: Mapped[UUID | None]
    reason: Mapped[str]
    declared_by: Mapped[UUID | None]
    withdrawn: Mapped[bool] = mapped_column(default=False)
