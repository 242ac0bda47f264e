"""The SQL of who judges a plan when: letters, reporting lines and the seats behind them, in one statement."""

from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Date,
    Text,
    Uuid,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import DATERANGE

from asn_api.access.actor import Access
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, ReportingLine, Unit
from asn_api.tables.performance import EvaluatorAssignment, Plan


def judges(access: Access, plan: Plan) -> CompoundSelect[Any]:
    """Rows of three kinds, told apart by `source`; the caller has checked that the plan is within reach."""
    days = literal(plan.period, DATERANGE)
    letter, line = EvaluatorAssignment, ReportingLine
    place = select(Unit.path).where(Unit.region_id == access.region_id, Unit.id == plan.unit_id)
    superiors = and_(
        line.region_id == access.region_id,
        line.employee_id == plan.employee_id,
        line.valid.overlaps(days),
    )
    letters = (
        select(
            literal("LETTER").label("source"),
            letter.id.label("letter_id"),
            letter.evaluator_id.label("person_id"),
            cast(letter.role, Text).label("role"),
            cast(letter.reason, Text).label("reason"),
            literal(0).label("depth"),
            letter.valid,
            Employee.nip,
            Employee.name,
            letter.letter_number,
            letter.letter_date,
        )
        .join(Employee, and_(Employee.region_id == letter.region_id, Employee.id == letter.evaluator_id))
        .where(
            letter.region_id == access.region_id,
            letter.employee_id == plan.employee_id,
            letter.valid.overlaps(days),
            or_(letter.plan_id.is_(None), letter.plan_id == plan.id),
        )
    )
    above = (
        select(
            literal("SUPERIOR"),
            cast(null(), Uuid),
            line.superior_id,
            null(),
            null(),
            literal(0),
            line.valid,
            Employee.nip,
            Employee.name,
            null(),
            cast(null(), Date),
        )
        .join(Employee, and_(Employee.region_id == line.region_id, Employee.id == line.superior_id))
        .where(superiors)
    )
    seats = (
        select(
            literal("SEAT"),
            cast(null(), Uuid),
            Appointment.employee_id,
            null(),
            cast(Appointment.kind, Text),
            func.length(Unit.path),
            Appointment.valid,
            null(),
            null(),
            null(),
            cast(null(), Date),
        )
        .join(Unit, and_(Unit.region_id == Appointment.region_id, Unit.id == Appointment.unit_id))
        .where(
            Appointment.region_id == access.region_id,
            Appointment.is_head,
            Appointment.employee_id.in_(select(line.superior_id).where(superiors)),
            Appointment.valid.overlaps(days),
            place.scalar_subquery().like(Unit.path.op("||")(literal("%"))),
        )
    )
    return union_all(letters, above, seats)
