"""Delegations as those concerned see them, and who may be entrusted with one."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.scope import superior
from asn_api.areas.delegations.schemas import DelegationFilter
from asn_api.core.http.paging import Key, day
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.activities import VerificationDelegation
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, ReportingLine, Unit

_START = func.lower(VerificationDelegation.valid)

NEWEST_FIRST = (
    Key(_START, "start", day, descending=True),
    Key(VerificationDelegation.__table__.c.id, "id", UUID, descending=True),
)


def listed(access: Access, wanted: DelegationFilter) -> Select[Any]:
    """Delegations that the caller gave or received."""
    row, giver, taker = VerificationDelegation, aliased(Employee), aliased(Employee)
    given, received = row.delegator_id == access.employee_id, row.delegate_id == access.employee_id
    concerned = {"GIVEN": given, "RECEIVED": received, None: or_(given, received)}[wanted.role]
    statement = (
        select(
            row.id,
            _START.label("start"),
            row.valid,
            row.reason,
            row.created_at,
            row.revoked_at,
            row.version,
            *(
                column.label(f"{name}_{column.key}")
                for name, person in (("delegator", giver), ("delegate", taker))
                for column in (person.id, person.nip, person.name)
            ),
        )
        .join(giver, and_(giver.region_id == row.region_id, giver.id == row.delegator_id))
        .join(taker, and_(taker.region_id == row.region_id, taker.id == row.delegate_id))
        .where(row.region_id == access.region_id, concerned)
    )
    if wanted.on is not None:
        statement = statement.where(row.revoked_at.is_(None), row.valid.contains(wanted.on))
    return statement


def one(access: Access, id: UUID) -> Select[Any]:
    return listed(access, DelegationFilter()).where(VerificationDelegation.id == id)


def given(access: Access, id: UUID) -> Select[VerificationDelegation]:
    """A delegation that the caller gave."""
    return select(VerificationDelegation).where(
        VerificationDelegation.region_id == access.region_id,
        VerificationDelegation.id == id,
        VerificationDelegation.delegator_id == access.employee_id,
    )


def known(access: Access, id: UUID) -> Select[VerificationDelegation]:
    return select(VerificationDelegation).where(
        VerificationDelegation.region_id == access.region_id, VerificationDelegation.id == id
    )


def overlapping(access: Access, start: date, after: date) -> Select[bool]:
    """Whether the caller has given one already that holds on a day of the span."""
    return select(
        exists().where(
            VerificationDelegation.region_id == access.region_id,
            VerificationDelegation.delegator_id == access.employee_id,
            VerificationDelegation.revoked_at.is_(None),
            VerificationDelegation.valid.overlaps(func.daterange(start, after)),
        )
    )


def leads(access: Access, start: date, after: date) -> Select[bool]:
    """Whether the caller is anybody's superior on a day of the span."""
    return select(
        exists().where(
            ReportingLine.region_id == access.region_id,
            ReportingLine.superior_id == access.employee_id,
            ReportingLine.valid.overlaps(func.daterange(start, after)),
        )
    )


def eligible(access: Access, delegate_id: UUID) -> Select[UUID]:
    """The employee, if active and of the caller's agency, or the caller's superior, as of today."""
    mine = (
        select(Unit.agency_id)
        .join(Appointment, and_(Appointment.region_id == Unit.region_id, Appointment.unit_id == Unit.id))
        .where(*_holds(access, access.employee_id))
    )
    colleague = (
        select(Appointment.employee_id)
        .join(Unit, and_(Appointment.region_id == Unit.region_id, Appointment.unit_id == Unit.id))
        .where(*_holds(access, delegate_id), Unit.agency_id.in_(mine))
    )
    my_superior = superior(access.region_id, access.employee_id, access.today)
    return select(Employee.id).where(
        Employee.region_id == access.region_id,
        Employee.id == delegate_id,
        Employee.active,
        or_(Employee.id.in_(colleague), Employee.id.in_(my_superior)),
    )


def _holds(access: Access, employee_id: UUID | None) -> tuple[Any, ...]:
    return (
        Appointment.region_id == access.region_id,
        Appointment.employee_id == employee_id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.contains(access.today),
    )


def shown(row: Any) -> dict[str, Any]:
    people = {
        name: {part: row[f"{name}_{part}"] for part in ("id", "nip", "name")}
        for name in ("delegator", "delegate")
    }
    kept = {name: row[name] for name in ("id", "start", "reason", "created_at", "revoked_at", "version")}
    return {**kept, **people, "end": date.fromordinal(row["valid"].upper.toordinal() - 1)}
