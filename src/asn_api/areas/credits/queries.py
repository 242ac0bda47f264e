"""The SQL of credit points: lists, levels, and the facts from which a year is converted."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import Range

from asn_api.access.actor import Access
from asn_api.access.scope import employees_within, records_within
from asn_api.areas.credits.schemas import CreditFilter, TermFilter
from asn_api.rules.credits import CreditKind
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.rules.organization import AppointmentKind, PositionKind
from asn_api.rules.ratings import Predicate
from asn_api.tables.credits import Credit, FunctionalTerm
from asn_api.tables.employees import Employee, EmployeeGrade
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.organization import Appointment, Position, Unit
from asn_api.tables.policies import Policy

JUDGED = (
    EvaluationStatus.RATED,
    EvaluationStatus.ACKNOWLEDGED,
    EvaluationStatus.OBJECTED,
    EvaluationStatus.FINAL,
)


def _same(table: Any, column: Any, row: Any) -> Any:
    """The join of a row to what its column points at, which never leaves the region."""
    return and_(table.region_id == row.region_id, table.id == column)


_NAMES = (Employee.nip.label("employee_nip"), Employee.name.label("employee_name"))
_TERM: tuple[Any, ...] = (*FunctionalTerm.__table__.c, *_NAMES)
_CREDIT: tuple[Any, ...] = (*Credit.__table__.c, *_NAMES, Unit.name.label("unit_name"))


def terms(access: Access, wanted: TermFilter) -> Select[Any]:
    """Levels of those within reach, past ones too."""
    conditions = [
        FunctionalTerm.region_id == access.region_id,
        employees_within(access, FunctionalTerm.employee_id),
    ]
    if wanted.employee_id is not None:
        conditions.append(FunctionalTerm.employee_id == wanted.employee_id)
    if wanted.level is not None:
        conditions.append(FunctionalTerm.level == wanted.level)
    if wanted.on is not None:
        conditions.append(FunctionalTerm.valid.contains(wanted.on))
    return (
        select(*_TERM)
        .join(Employee, _same(Employee, FunctionalTerm.employee_id, FunctionalTerm))
        .where(*conditions)
    )


def term(access: Access, id: UUID) -> Select[Any]:
    return terms(access, TermFilter()).where(FunctionalTerm.id == id)


def term_within(access: Access, id: UUID) -> Select[FunctionalTerm]:
    return select(FunctionalTerm).where(
        FunctionalTerm.region_id == access.region_id,
        FunctionalTerm.id == id,
        employees_within(access, FunctionalTerm.employee_id),
    )


def term_in_region(access: Access, id: UUID) -> Select[FunctionalTerm]:
    """For a client-made id that is sent again; compared, never shown."""
    return select(FunctionalTerm).where(FunctionalTerm.region_id == access.region_id, FunctionalTerm.id == id)


def overlapping_terms(access: Access, employee_id: UUID, valid: Range[date]) -> Select[FunctionalTerm]:
    return (
        select(FunctionalTerm)
        .where(
            FunctionalTerm.region_id == access.region_id,
            FunctionalTerm.employee_id == employee_id,
            FunctionalTerm.valid.overlaps(valid),
        )
        .order_by(FunctionalTerm.valid)
    )


def unknown_levels(access: Access) -> Select[Any]:
    """Who holds a functional position today without a level that holds today."""
    level = exists().where(
        FunctionalTerm.region_id == Employee.region_id,
        FunctionalTerm.employee_id == Employee.id,
        FunctionalTerm.valid.contains(access.today),
    )
    return (
        select(
            Employee.id,
            Employee.nip,
            Employee.name,
            Unit.id.label("unit_id"),
            Unit.name.label("unit_name"),
            Position.title.label("position_title"),
            func.lower(Appointment.valid).label("since"),
        )
        .join(
            Appointment,
            and_(Appointment.region_id == Employee.region_id, Appointment.employee_id == Employee.id),
        )
        .join(Position, _same(Position, Appointment.position_id, Appointment))
        .join(Unit, _same(Unit, Appointment.unit_id, Appointment))
        .where(
            Employee.region_id == access.region_id,
            Employee.active,
            employees_within(access, Employee.id),
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(access.today),
            Position.kind == PositionKind.FUNCTIONAL,
            ~level,
        )
    )


def credits(access: Access, wanted: CreditFilter) -> Select[Any]:
    """Points within reach, by the unit in which they were earned."""
    conditions = [
        Credit.region_id == access.region_id,
        records_within(access, Credit.employee_id, Credit.unit_id),
    ]
    for column, value in (
        (Credit.employee_id, wanted.employee_id),
        (Credit.year, wanted.year),
        (Credit.kind, wanted.kind),
        (Credit.provisional, wanted.provisional),
    ):
        if value is not None:
            conditions.append(column == value)
    return (
        select(*_CREDIT)
        .join(Employee, _same(Employee, Credit.employee_id, Credit))
        .join(Unit, _same(Unit, Credit.unit_id, Credit))
        .where(*conditions)
    )


def credit(access: Access, id: UUID) -> Select[Any]:
    return credits(access, CreditFilter()).where(Credit.id == id)


def account_credits(access: Access, employee_id: UUID) -> Select[Any]:
    """All points of somebody within reach today, wherever he earned them."""
    return (
        select(*_CREDIT)
        .join(Employee, _same(Employee, Credit.employee_id, Credit))
        .join(Unit, _same(Unit, Credit.unit_id, Credit))
        .where(
            Credit.region_id == access.region_id,
            Credit.employee_id == employee_id,
            employees_within(access, Credit.employee_id),
        )
        .order_by(Credit.effective_on, Credit.id)
    )


def credit_within(access: Access, id: UUID) -> Select[Credit]:
    return select(Credit).where(
        Credit.region_id == access.region_id,
        Credit.id == id,
        records_within(access, Credit.employee_id, Credit.unit_id),
    )


def credit_in_region(access: Access, id: UUID) -> Select[Credit]:
    """For a client-made id that is sent again; compared, never shown."""
    return select(Credit).where(Credit.region_id == access.region_id, Credit.id == id)


def has_initial(access: Access, employee_id: UUID, kind: CreditKind) -> Select[bool]:
    return select(
        exists().where(
            Credit.region_id == access.region_id, Credit.employee_id == employee_id, Credit.kind == kind
        )
    )


def person(access: Access, employee_id: UUID) -> Select[Any]:
    """Somebody within reach, with grade, level and unit of today."""
    today = access.today
    return (
        select(
            Employee.id,
            Employee.employment,
            EmployeeGrade.grade_code,
            func.lower(EmployeeGrade.valid).label("grade_since"),
            FunctionalTerm.level,
            func.lower(FunctionalTerm.valid).label("level_since"),
            Appointment.unit_id,
        )
        .outerjoin(EmployeeGrade, _of_person(EmployeeGrade, today))
        .outerjoin(FunctionalTerm, _of_person(FunctionalTerm, today))
        .outerjoin(
            Appointment, and_(_of_person(Appointment, today), Appointment.kind == AppointmentKind.DEFINITIVE)
        )
        .where(
            Employee.region_id == access.region_id,
            Employee.id == employee_id,
            employees_within(access, Employee.id),
        )
    )


def _of_person(table: Any, day: date) -> Any:
    return and_(
        table.region_id == Employee.region_id, table.employee_id == Employee.id, table.valid.contains(day)
    )


def locked_people(access: Access, employee_ids: Collection[UUID]) -> Select[UUID]:
    """Held in one order: whoever converts a person's months does it alone."""
    return (
        select(Employee.id)
        .where(Employee.region_id == access.region_id, Employee.id.in_(employee_ids))
        .order_by(Employee.id)
        .with_for_update(key_share=True)
    )


def concerned(access: Access, year: Range[date], after: UUID | None, most: int) -> Select[UUID]:
    """Who may have points of the year: in a functional position during it, or with points of it already."""
    functional = exists().where(
        Appointment.region_id == Employee.region_id,
        Appointment.employee_id == Employee.id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.overlaps(year),
        Position.region_id == Appointment.region_id,
        Position.id == Appointment.position_id,
        Position.kind == PositionKind.FUNCTIONAL,
    )
    converted = exists().where(
        Credit.region_id == Employee.region_id,
        Credit.employee_id == Employee.id,
        Credit.kind == CreditKind.CONVERSION,
        Credit.period.overlaps(year),
    )
    statement = select(Employee.id).where(Employee.region_id == access.region_id, or_(functional, converted))
    if after is not None:
        statement = statement.where(Employee.id > after)
    return statement.order_by(Employee.id).limit(most)


def posts(access: Access, employee_ids: Collection[UUID], year: Range[date]) -> Select[UUID, Range[date]]:
    """Functional posts during the year."""
    return (
        select(Appointment.employee_id, Appointment.valid)
        .join(Position, _same(Position, Appointment.position_id, Appointment))
        .where(
            Appointment.region_id == access.region_id,
            Appointment.employee_id.in_(employee_ids),
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.overlaps(year),
            Position.kind == PositionKind.FUNCTIONAL,
        )
    )


def levels(access: Access, employee_ids: Collection[UUID], year: Range[date]) -> Select[FunctionalTerm]:
    return select(FunctionalTerm).where(
        FunctionalTerm.region_id == access.region_id,
        FunctionalTerm.employee_id.in_(employee_ids),
        FunctionalTerm.valid.overlaps(year),
    )


def evaluations(
    access: Access, employee_ids: Collection[UUID], year: Range[date], kind: EvaluationKind
) -> Select[Evaluation]:
    """Evaluations of the kind in the year, the latest period last; open ones say nothing yet."""
    return (
        select(Evaluation)
        .where(
            Evaluation.region_id == access.region_id,
            Evaluation.employee_id.in_(employee_ids),
            Evaluation.kind == kind,
            Evaluation.status.in_(JUDGED),
            Evaluation.period.overlaps(year),
        )
        .order_by(func.upper(Evaluation.period), Evaluation.id)
    )


def conversions(access: Access, employee_ids: Collection[UUID], year: Range[date]) -> Select[Credit]:
    return (
        select(Credit)
        .where(
            Credit.region_id == access.region_id,
            Credit.employee_id.in_(employee_ids),
            Credit.kind == CreditKind.CONVERSION,
            Credit.period.overlaps(year),
        )
        .order_by(Credit.period)
    )


def judged_years(access: Access, employee_id: UUID, since: date) -> Select[int]:
    """The years from a day on in which somebody has evaluations or converted points."""
    judged = select(Evaluation.year).where(
        Evaluation.region_id == access.region_id,
        Evaluation.employee_id == employee_id,
        Evaluation.year >= since.year,
    )
    converted = select(Credit.year).where(
        Credit.region_id == access.region_id,
        Credit.employee_id == employee_id,
        Credit.kind == CreditKind.CONVERSION,
        Credit.year >= since.year,
    )
    years = judged.union(converted).subquery()
    return select(years.c.year).order_by(years.c.year)


def accepted_predicates(access: Access, employee_id: UUID) -> Select[int, Predicate | None]:
    """Yearly predicates that stand, the last segment of a year last."""
    return (
        select(Evaluation.year, Evaluation.predicate)
        .where(
            Evaluation.region_id == access.region_id,
            Evaluation.employee_id == employee_id,
            Evaluation.kind == EvaluationKind.YEARLY,
            Evaluation.status.in_((EvaluationStatus.ACKNOWLEDGED, EvaluationStatus.FINAL)),
        )
        .order_by(Evaluation.year, func.upper(Evaluation.period))
    )


def policies_of(access: Access, ids: Collection[UUID]) -> Select[Policy]:
    return select(Policy).where(Policy.region_id == access.region_id, Policy.id.in_(ids))
