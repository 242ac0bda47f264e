"""The SQL behind the snapshots of a plan: the posts of the employee and of those who judge."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, func, literal, select

from asn_api.access.actor import Access
from asn_api.access.scope import evaluator, superior
from asn_api.areas.performance.queries import matches
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.employees import Employee, EmployeeGrade
from asn_api.tables.organization import Appointment, Position, Unit


def definitive_post(access: Access, day: date) -> Select[Any]:
    """My definitive post on the day; it cannot end while a plan is made for it."""
    return (
        select(
            Appointment.valid, Position, Unit, Employee.employment, Employee.legal_standing_code, _grade(day)
        )
        .join(Position, matches(Position, Appointment.position_id, Appointment))
        .join(Unit, matches(Unit, Appointment.unit_id, Appointment))
        .join(Employee, matches(Employee, Appointment.employee_id, Appointment))
        .where(
            Appointment.region_id == access.region_id,
            Appointment.employee_id == access.employee_id,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(day),
        )
        .with_for_update(read=True, of=Appointment)
    )


def evaluators_post(access: Access, employee_id: UUID, plan_id: UUID, unit_id: UUID) -> Select[Any]:
    """Who evaluates today, with the post by which he leads the unit: the nearest head's seat above it."""
    return _post(access, evaluator(access.region_id, employee_id, plan_id, access.today), unit_id)


def superiors_post(access: Access, employee_id: UUID, unit_id: UUID) -> Select[Any]:
    """The superior of today, the same way."""
    above = superior(access.region_id, employee_id, access.today)
    return _post(access, above.scalar_subquery(), unit_id)


def persons_post(access: Access, person_id: UUID, unit_id: UUID) -> Select[Any]:
    """Anybody, with the post by which he leads the unit, or else his own."""
    return _post(access, literal(person_id, Uuid), unit_id)


def definitive_unit(access: Access, employee_id: UUID) -> Select[UUID]:
    return select(Appointment.unit_id).where(
        Appointment.region_id == access.region_id,
        Appointment.employee_id == employee_id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.contains(access.today),
    )


def _post(access: Access, person: ColumnElement[Any], unit_id: UUID) -> Select[Any]:
    place = select(Unit.path).where(Unit.region_id == access.region_id, Unit.id == unit_id).scalar_subquery()
    leads = and_(Appointment.is_head, place.like(Unit.path.op("||")(literal("%"))))
    return (
        select(
            Employee.id,
            Employee.nip,
            Employee.name,
            Employee.employment,
            Appointment.kind,
            Position.title,
            Unit.name.label("unit"),
            _grade(access.today),
        )
        .outerjoin(
            Appointment,
            and_(
                Appointment.region_id == Employee.region_id,
                Appointment.employee_id == Employee.id,
                Appointment.valid.contains(access.today),
            ),
        )
        .outerjoin(Position, matches(Position, Appointment.position_id, Appointment))
        .outerjoin(Unit, matches(Unit, Appointment.unit_id, Appointment))
        .where(
            Employee.region_id == access.region_id,
            Employee.id == person,
        )
        .order_by(
            leads.desc().nulls_last(),
            func.length(Unit.path).desc(),
            (Appointment.kind == AppointmentKind.DEFINITIVE).desc(),
        )
        .limit(1)
    )


def _grade(day: date) -> ColumnElement[Any]:
    return (
        select(EmployeeGrade.grade_code)
        .where(
            EmployeeGrade.region_id == Employee.region_id,
            EmployeeGrade.employee_id == Employee.id,
            EmployeeGrade.valid.contains(day),
        )
        .scalar_subquery()
        .label("grade_code")
    )
