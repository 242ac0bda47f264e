"""Units, their heads, positions, appointments and reporting lines as they stand on a day."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.scope import employees_within, records_within
from asn_api.areas.organization.schemas import (
    AppointmentFilter,
    HeadOut,
    PositionFilter,
    ReportingLineFilter,
    UnitFilter,
)
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, Position, ReportingLine, Unit

STARTS = func.lower(Appointment.valid, type_=Date)


def dated(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The row with `valid` as its first and last day."""
    valid = row["valid"]
    last = valid.upper - timedelta(days=1) if valid.upper is not None else None
    return {**row, "valid_from": valid.lower, "valid_to": last}


def unit(access: Access, id: UUID) -> Select[Unit]:
    return select(Unit).where(Unit.region_id == access.region_id, Unit.id == id)


def units(access: Access, day: date) -> Select[Any]:
    """Those that exist on the day."""
    return select(*Unit.__table__.c).where(
        Unit.region_id == access.region_id, or_(Unit.closed_on.is_(None), Unit.closed_on > day)
    )


def filtered_units(access: Access, wanted: UnitFilter) -> Select[Any]:
    statement = units(access, wanted.as_of or access.today)
    if wanted.parent_id is not None:
        statement = statement.where(Unit.parent_id == wanted.parent_id)
    if wanted.agency_id is not None:
        statement = statement.where(Unit.agency_id == wanted.agency_id)
    if wanted.kind is not None:
        statement = statement.where(Unit.kind == wanted.kind)
    if wanted.q is not None:
        statement = statement.where(Unit.name.icontains(wanted.q, autoescape=True))
    return statement


def branch(access: Access, path: str, day: date) -> Select[Any]:
    """The unit with this path and all below it."""
    return units(access, day).where(Unit.path.startswith(path, autoescape=True))


async def heads(
    access: Access, db: AsyncSession, unit_ids: Iterable[UUID], day: date
) -> dict[UUID, list[HeadOut]]:
    """By unit, everyone appointed to its head's seat on the day."""
    rows = await db.execute(
        select(
            Appointment.unit_id,
            Appointment.employee_id,
            Employee.name,
            Appointment.id.label("appointment_id"),
            Appointment.kind,
            Appointment.position_id,
            Position.title.label("position_title"),
            Appointment.valid,
        )
        .join(
            Employee,
            and_(Employee.region_id == Appointment.region_id, Employee.id == Appointment.employee_id),
        )
        .join(
            Position,
            and_(Position.region_id == Appointment.region_id, Position.id == Appointment.position_id),
        )
        .where(
            Appointment.region_id == access.region_id,
            Appointment.unit_id.in_(list(unit_ids)),
            Appointment.is_head,
            Appointment.valid.contains(day),
        )
    )
    found: dict[UUID, list[HeadOut]] = {}
    for row in rows.mappings():
        found.setdefault(row["unit_id"], []).append(HeadOut.model_validate(dated(row)))
    return found


async def headcounts(access: Access, db: AsyncSession, unit: Unit, day: date) -> tuple[int, int]:
    """Definitive posts held in the unit itself, and in its branch."""
    counted = await db.execute(
        select(func.count().filter(Appointment.unit_id == unit.id), func.count())
        .select_from(Appointment)
        .join(Unit, and_(Unit.region_id == Appointment.region_id, Unit.id == Appointment.unit_id))
        .where(
            Appointment.region_id == access.region_id,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(day),
            Unit.path.startswith(unit.path, autoescape=True),
        )
    )
    own, below = counted.one()
    return own, below


def position(access: Access, id: UUID) -> Select[Position]:
    return select(Position).where(Position.region_id == access.region_id, Position.id == id)


def filtered_positions(access: Access, wanted: PositionFilter) -> Select[Any]:
    statement = select(*Position.__table__.c).where(Position.region_id == access.region_id)
    if wanted.unit_id is not None:
        statement = statement.where(Position.unit_id == wanted.unit_id)
    if wanted.kind is not None:
        statement = statement.where(Position.kind == wanted.kind)
    if wanted.is_head is not None:
        statement = statement.where(Position.is_head == wanted.is_head)
    if wanted.q is not None:
        statement = statement.where(Position.title.icontains(wanted.q, autoescape=True))
    return statement


def appointments(access: Access) -> Select[*tuple[Any, ...]]:
    """Those of people within reach, and those to units within reach."""
    place = aliased(Unit)  # a bare Unit would swallow the FROM of the scope's own sub-selects
    return (
        select(
            Appointment.id,
            Appointment.employee_id,
            Employee.name.label("employee_name"),
            Appointment.unit_id,
            place.name.label("unit_name"),
            Appointment.position_id,
            Position.title.label("position_title"),
            Appointment.is_head,
            Appointment.kind,
            Appointment.valid,
            STARTS.label("valid_from"),
            Appointment.decree_number,
            Appointment.decree_date,
            Appointment.version,
        )
        .join(
            Employee,
            and_(Employee.region_id == Appointment.region_id, Employee.id == Appointment.employee_id),
        )
        .join(place, and_(place.region_id == Appointment.region_id, place.id == Appointment.unit_id))
        .join(
            Position,
            and_(Position.region_id == Appointment.region_id, Position.id == Appointment.position_id),
        )
        .where(
            Appointment.region_id == access.region_id,
            or_(
                employees_within(access, Appointment.employee_id),
                records_within(access, Appointment.employee_id, Appointment.unit_id),
            ),
        )
    )


def filtered_appointments(access: Access, wanted: AppointmentFilter) -> Select[*tuple[Any, ...]]:
    statement = appointments(access)
    if wanted.employee_id is not None:
        statement = statement.where(Appointment.employee_id == wanted.employee_id)
    if wanted.unit_id is not None:
        statement = statement.where(Appointment.unit_id == wanted.unit_id)
    if not wanted.history:
        statement = statement.where(Appointment.valid.contains(wanted.as_of or access.today))
    return statement


def reporting_lines(access: Access, wanted: ReportingLineFilter) -> Select[*tuple[Any, ...]]:
    """Who answers to whom on the day, of the employees within reach."""
    superior = aliased(Employee)
    line = ReportingLine
    statement = (
        select(
            line.employee_id,
            Employee.name.label("employee_name"),
            line.superior_id,
            superior.name.label("superior_name"),
            line.valid,
        )
        .join(Employee, and_(Employee.region_id == line.region_id, Employee.id == line.employee_id))
        .join(superior, and_(superior.region_id == line.region_id, superior.id == line.superior_id))
        .where(
            line.region_id == access.region_id,
            line.valid.contains(wanted.as_of or access.today),
            employees_within(access, line.employee_id),
        )
    )
    if wanted.employee_id is not None:
        statement = statement.where(line.employee_id == wanted.employee_id)
    if wanted.superior_id is not None:
        statement = statement.where(line.superior_id == wanted.superior_id)
    return statement


def employee(access: Access, id: UUID) -> Select[Employee]:
    """An employee within reach."""
    return select(Employee).where(
        Employee.region_id == access.region_id, Employee.id == id, employees_within(access, Employee.id)
    )
