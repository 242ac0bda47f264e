"""Regions, their tree of units, the positions in it and who holds them when."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from asn_api.core.mapping import Regional, Table, Versioned, of_region, uuid7, within_region
from asn_api.rules.calendar import Zone
from asn_api.rules.organization import AppointmentKind, PositionKind, UnitKind


class Region(Table):
    """A province, regency or city: the tenant. `code` is what a person types at sign-in."""

    __tablename__ = "regions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    zone: Mapped[Zone]


class Unit(Versioned):
    """A node of the one tree: region, agency, unit, school, health centre.

    `path` holds the ids from the root to this node, each followed by a dot, so that a branch is a prefix.
    `agency_id` is the nearest agency at or above this node; zone and days per week are resolved here.
    """

    __tablename__ = "units"
    __table_args__ = (
        of_region(),
        within_region("parent_id", "units"),
        within_region("agency_id", "units"),
        UniqueConstraint("region_id", "siasn_id"),
        Index("ix_units_path", "region_id", "path", postgresql_ops={"path": "text_pattern_ops"}),
        Index("ix_units_parent", "region_id", "parent_id"),
    )

    parent_id: Mapped[UUID | None]
    agency_id: Mapped[UUID | None]
    path: Mapped[str]
    kind: Mapped[UnitKind]
    name: Mapped[str]
    head_title: Mapped[str]
    echelon: Mapped[str | None]
    zone: Mapped[Zone]
    days_per_week: Mapped[int] = mapped_column(default=5)
    siasn_id: Mapped[str | None]
    closed_on: Mapped[date | None]


class Position(Versioned):
    """A post in a unit. The head's post (`is_head`) exists once per unit and may be vacant."""

    __tablename__ = "positions"
    __table_args__ = (
        within_region("unit_id", "units"),
        UniqueConstraint("region_id", "unit_id", "kind", "title", name="uq_positions_title"),
        Index("uq_positions_head", "region_id", "unit_id", unique=True, postgresql_where=text("is_head")),
    )

    unit_id: Mapped[UUID]
    kind: Mapped[PositionKind]
    title: Mapped[str]
    is_head: Mapped[bool] = mapped_column(default=False)
    position_class: Mapped[int | None]
    echelon: Mapped[str | None]
    siasn_id: Mapped[str | None]


class Appointment(Versioned):
    """Who holds a position from when to when. Nobody holds two definitive posts, no seat has two heads.

    `unit_id` and `is_head` repeat the position's, because constraints and look-ups need them here.
    """

    __tablename__ = "appointments"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("position_id", "positions"),
        within_region("unit_id", "units"),
        ExcludeConstraint(
            ("region_id", "="),
            ("employee_id", "="),
            ("valid", "&&"),
            where=text("kind = 'DEFINITIVE'"),
            name="ex_appointments_one_definitive_post",
        ),
        ExcludeConstraint(
            ("region_id", "="),
            ("unit_id", "="),
            ("kind", "="),
            ("valid", "&&"),
            where=text("is_head"),
            name="ex_appointments_one_head",
        ),
        Index("ix_appointments_unit", "region_id", "unit_id"),
        Index("ix_appointments_employee", "region_id", "employee_id"),
    )

    employee_id: Mapped[UUID]
    position_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    is_head: Mapped[bool]
    kind: Mapped[AppointmentKind]
    valid: Mapped[Range[date]]
    decree_number: Mapped[str | None]
    decree_date: Mapped[date | None]


class ReportingLine(Regional):
    """Who is whose superior from when to when, derived from the tree and the appointments.

    Rebuilt in the transaction that changes either; never edited by hand. No row means no superior.
    """

    __tablename__ = "reporting_lines"
    __table_args__ = (
        within_region("employee_id", "employees"),
        within_region("superior_id", "employees"),
        ExcludeConstraint(
            ("region_id", "="), ("employee_id", "="), ("valid", "&&"), name="ex_reporting_lines_one_superior"
        ),
        Index("ix_reporting_lines_superior", "region_id", "superior_id"),
        Index("ix_reporting_lines_employee", "region_id", "employee_id"),
    )

    employee_id: Mapped[UUID]
    superior_id: Mapped[UUID]
    valid: Mapped[Range[date]]
