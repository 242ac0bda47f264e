"""Appoints people to positions and ends appointments; overlaps are the database's to refuse."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.scope import units_within
from asn_api.areas.organization.queries import appointments, dated, employee, position
from asn_api.areas.organization.schemas import AppointmentIn, AppointmentOut, AppointmentPatch
from asn_api.areas.organization.units import check_exists, lock, settle, unit_within
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.organization import Appointment, Position, Unit

ONE_DAY = timedelta(days=1)


async def shown(access: Access, db: AsyncSession, id: UUID) -> AppointmentOut:
    row = (await db.execute(appointments(access).where(Appointment.id == id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return AppointmentOut.model_validate(dated(row))


async def appoint(access: Access, db: AsyncSession, given: AppointmentIn) -> tuple[AppointmentOut, bool]:
    """The stored appointment, and whether it is new; the same one sent again is given back."""
    await lock(access, db)
    seat = await _seat(access, db, given.position_id)
    unit = await unit_within(access, db, seat.unit_id, "/position_id")
    person = await db.scalar(employee(access, given.employee_id))
    if person is None:
        raise Problem("NOT_FOUND", faults=[Fault("/employee_id", "NOT_FOUND")])
    row = Appointment(
        region_id=access.region_id,
        id=given.id or uuid7(),
        employee_id=person.id,
        position_id=seat.id,
        unit_id=unit.id,
        is_head=seat.is_head,
        kind=given.kind,
        valid=_period(given.valid_from, given.valid_to),
        decree_number=given.decree_number,
        decree_date=given.decree_date,
    )
    known = await db.get(Appointment, (access.region_id, row.id))
    if known is not None:
        if _fields(known) != _fields(row):
            raise Problem("APPOINTMENT_ID_TAKEN")
        return await shown(access, db, known.id), False
    if given.kind is not AppointmentKind.DEFINITIVE and not seat.is_head:
        raise Problem("ACTING_ONLY_FOR_HEADS", faults=[Fault("/kind", "ACTING_ONLY_FOR_HEADS")])
    if not person.active and (given.valid_to is None or given.valid_to >= access.today):
        raise Problem("APPOINTMENT_OF_INACTIVE", name=person.name)
    check_exists(unit, given.valid_to)
    if given.ends_current and given.kind is AppointmentKind.DEFINITIVE:
        await _end_current(access, db, person.id, given.valid_from)
    db.add(row)
    await db.flush()
    await _journal(access, db, row, "APPOINT", {})
    await settle(access, db)
    return await shown(access, db, row.id), True


async def change(
    access: Access, db: AsyncSession, id: UUID, expected: int, given: AppointmentPatch
) -> AppointmentOut:
    await lock(access, db)
    row = await db.get(Appointment, (access.region_id, id), with_for_update=True)
    if row is None:
        raise Problem("NOT_FOUND")
    unit = await unit_within(access, db, row.unit_id)
    check_version(row.version, expected, await shown(access, db, id))
    before = _fields(row)
    values = given.model_dump(exclude_unset=True)
    if "valid_to" in values:
        last = values.pop("valid_to")
        check_exists(unit, last)
        row.valid = _period(row.valid.lower, last)
    for name, value in values.items():
        setattr(row, name, value)
    await db.flush()
    await _journal(access, db, row, "CHANGE", before)
    await settle(access, db)
    return await shown(access, db, id)


async def _seat(access: Access, db: AsyncSession, id: UUID) -> Position:
    seat = await db.scalar(position(access, id))
    if seat is None:
        raise Problem("NOT_FOUND", faults=[Fault("/position_id", "NOT_FOUND")])
    return seat


async def _end_current(access: Access, db: AsyncSession, employee_id: UUID, day: date) -> None:
    """The definitive appointment that holds on the day ends the day before, if its unit is within reach."""
    reachable = select(Unit.id).where(units_within(access))
    current = await db.scalar(
        select(Appointment)
        .where(
            Appointment.region_id == access.region_id,
            Appointment.employee_id == employee_id,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(day),
            Appointment.unit_id.in_(reachable),
        )
        .with_for_update()
    )
    if current is None or current.valid.lower == day:
        return
    before = _fields(current)
    current.valid = Range(current.valid.lower, day)
    # Now, because the mapper would insert the new one first and meet the old one still open.
    await db.flush()
    await _journal(access, db, current, "END", before)


def _period(first: date | None, last: date | None) -> Range[date]:
    if first is not None and last is not None and last < first:
        code = "APPOINTMENT_ENDS_BEFORE_IT_STARTS"
        raise Problem(code, faults=[Fault("/valid_to", code)])
    return Range(first, last + ONE_DAY if last is not None else None)


async def _journal(
    access: Access, db: AsyncSession, row: Appointment, action: str, before: dict[str, Any]
) -> None:
    changes = difference(before, _fields(row))
    happened = Change(
        "appointment",
        row.id,
        row.version,
        action,
        changes,
        unit_id=row.unit_id,
        employee_id=row.employee_id,
    )
    await record(db, access.author, access.now, happened)


def _fields(row: Appointment) -> dict[str, Any]:
    period = dated({"valid": row.valid})
    return {
        "employee_id": row.employee_id,
        "position_id": row.position_id,
        "kind": row.kind,
        "valid_from": period["valid_from"],
        "valid_to": period["valid_to"],
        "decree_number": row.decree_number,
        "decree_date": row.decree_date,
    }
