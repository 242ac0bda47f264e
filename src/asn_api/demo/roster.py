"""Who works in Kota Demo as the import left it, with all that plans and activities have to name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from asn_api.areas.performance.schemas import PostOut
from asn_api.demo.cascade import Member
from asn_api.rules import reference
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.people import Employment
from asn_api.tables.employees import Employee, EmployeeGrade
from asn_api.tables.identity import Account
from asn_api.tables.organization import Appointment, Position, ReportingLine, Unit


@dataclass(frozen=True, slots=True)
class Person:
    id: UUID
    nip: str
    name: str
    account_id: UUID
    unit_id: UUID
    agency_id: UUID
    position_id: UUID
    since: date | None
    days_per_week: int
    superior_id: UUID | None
    post: PostOut
    member: Member


async def people(db: AsyncSession, region_id: UUID, today: date, days: Sequence[date]) -> list[Person]:
    """Everybody with a post in an agency today; the keys of their members are the national ones."""
    agency, superior = aliased(Unit), aliased(Employee)

    def named(table: Any, id: Any) -> Any:
        return and_(table.region_id == Employee.region_id, table.id == id)

    def of_employee(table: Any) -> Any:
        return and_(table.region_id == Employee.region_id, table.employee_id == Employee.id)

    def then(table: Any) -> Any:
        return and_(of_employee(table), table.valid.contains(today))

    found = await db.execute(
        select(
            Employee,
            Account.id,
            Unit,
            agency,
            Position,
            Appointment.valid,
            EmployeeGrade.grade_code,
            superior.id,
            superior.nip,
        )
        .join(Account, of_employee(Account))
        .join(Appointment, and_(then(Appointment), Appointment.kind == AppointmentKind.DEFINITIVE))
        .join(Unit, named(Unit, Appointment.unit_id))
        .join(agency, named(agency, Unit.agency_id))
        .join(Position, named(Position, Appointment.position_id))
        .outerjoin(EmployeeGrade, then(EmployeeGrade))
        .outerjoin(ReportingLine, then(ReportingLine))
        .outerjoin(superior, named(superior, ReportingLine.superior_id))
        .where(Employee.region_id == region_id)
        .order_by(Unit.path, Employee.nip)
    )
    return [
        Person(
            employee.id,
            employee.nip,
            employee.name,
            account_id,
            unit.id,
            above.id,
            position.id,
            valid.lower,
            unit.days_per_week,
            superior_id,
            _post(position, unit, grade, employee.employment),
            Member(
                employee.nip,
                position.title,
                str(unit.siasn_id),
                superior_nip,
                str(above.siasn_id),
                [day for day in days if day in valid],
            ),
        )
        for employee, account_id, unit, above, position, valid, grade, superior_id, superior_nip in found
    ]


def _post(position: Position, unit: Unit, grade: str | None, employment: Employment) -> PostOut:
    entry = reference.grades().get(grade or "")
    label = None
    if entry is not None:
        label = entry.pppk_label if employment is Employment.PPPK else entry.label
    return PostOut(
        title=position.title,
        kind=position.kind,
        position_class=position.position_class,
        echelon=position.echelon,
        unit=unit.name,
        grade=label,
    )
