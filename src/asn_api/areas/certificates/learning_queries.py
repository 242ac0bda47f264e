"""The SQL of learning hours and of the professionalism index: the same facts of one person and of a unit's."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, and_, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from asn_api.access.actor import Access
from asn_api.access.certificates import certificates_within
from asn_api.access.scope import employees_within, units_within
from asn_api.areas.evaluations.queries import APPROVED, branch
from asn_api.areas.performance.queries import matches
from asn_api.core.http.paging import Key
from asn_api.rules.certificates import COUNTING
from asn_api.rules.evaluations import EvaluationKind
from asn_api.rules.learning_policy import ProfessionalismPolicy
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.people import Employment
from asn_api.tables.certificates import TrainingCertificate
from asn_api.tables.employees import Employee
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.organization import Appointment, Position, Unit
from asn_api.tables.performance import Plan

BY_NAME = (
    Key(Employee.__table__.c.sort_name, "sort_name", str),
    Key(Employee.__table__.c.id, "id", UUID),
)


def unit_within(access: Access, unit_id: UUID) -> Select[Unit]:
    return select(Unit).where(Unit.id == unit_id, units_within(access))


def person(access: Access, employee_id: UUID) -> Select[Employee]:
    return select(Employee).where(
        Employee.region_id == access.region_id,
        Employee.id == employee_id,
        employees_within(access, Employee.id),
    )


def touching(access: Access, employee_id: UUID, year: int) -> Select[TrainingCertificate]:
    """A person's certificates of trainings that ended in the year, or began in it or before and ended later."""
    row = TrainingCertificate
    return (
        select(row)
        .where(
            certificates_within(access),
            row.employee_id == employee_id,
            or_(row.year == year, and_(row.year > year, row.starts_on <= date(year, 12, 31))),
        )
        .order_by(row.ends_on, row.id)
    )


def proofs(access: Access, employee_id: UUID, year: int) -> Select[TrainingCertificate]:
    """What a person has learned up to the end of the year and can prove."""
    row = TrainingCertificate
    return (
        select(row)
        .where(
            certificates_within(access),
            row.employee_id == employee_id,
            row.status.in_(COUNTING),
            row.year <= year,
        )
        .order_by(row.ends_on, row.id)
    )


def judgements(access: Access, employee_id: UUID, year: int) -> Select[Evaluation]:
    """A person's yearly evaluations of the year, by their time."""
    return (
        select(Evaluation)
        .where(
            Evaluation.region_id == access.region_id,
            Evaluation.employee_id == employee_id,
            Evaluation.year == year,
            Evaluation.kind == EvaluationKind.YEARLY,
            employees_within(access, Evaluation.employee_id),
        )
        .order_by(Evaluation.period, Evaluation.id)
    )


def _post(access: Access, day: date) -> Any:
    return and_(
        Appointment.region_id == Employee.region_id,
        Appointment.employee_id == Employee.id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.contains(day),
    )


def _learned(access: Access, year: int) -> Subquery:
    row = TrainingCertificate
    return (
        select(row.employee_id, func.sum(row.jp).label("total"))
        .where(row.region_id == access.region_id, row.year == year, row.status.in_(COUNTING))
        .group_by(row.employee_id)
        .subquery()
    )


def unit_hours(access: Access, unit_id: UUID, year: int, day: date) -> Select[Employment, Any, int]:
    """How many people of each employment have how many hours: a few hundred rows for any number of people."""
    learned = _learned(access, year)
    total = func.coalesce(learned.c.total, 0)
    return (
        select(Employee.employment, total.label("total"), func.count().label("people"))
        .join(Appointment, _post(access, day))
        .outerjoin(learned, learned.c.employee_id == Employee.id)
        .where(
            Employee.region_id == access.region_id,
            Employee.active,
            Appointment.unit_id.in_(branch(access, unit_id)),
        )
        .group_by(Employee.employment, total)
    )


def learners(access: Access, unit_id: UUID, year: int, day: date) -> Select[Any]:
    """The same people one by one; a page adds up the hours of its own rows only."""
    row = TrainingCertificate
    learned = (
        select(func.sum(row.jp))
        .where(
            row.region_id == Employee.region_id,
            row.employee_id == Employee.id,
            row.year == year,
            row.status.in_(COUNTING),
        )
        .correlate(Employee)
        .scalar_subquery()
    )
    columns: tuple[Any, ...] = (
        Employee.id,
        Employee.nip,
        Employee.name,
        Employee.sort_name,
        Employee.employment,
        Unit.name.label("unit_name"),
        func.coalesce(learned, 0).label("total"),
    )
    return (
        select(*columns)
        .join(Appointment, _post(access, day))
        .join(Unit, matches(Unit, Appointment.unit_id, Appointment))
        .where(
            Employee.region_id == access.region_id,
            Employee.active,
            Appointment.unit_id.in_(branch(access, unit_id)),
        )
    )


def _proven(access: Access, year: int, policy: ProfessionalismPolicy) -> Subquery:
    """What each certificate serves: leadership, functional training, seminars, or else the year's hours."""
    row = TrainingCertificate
    apart = {*policy.leadership_kinds, *policy.functional_kinds, *policy.seminar_kinds}
    return (
        select(
            row.employee_id,
            func.bool_or(row.kind.in_(policy.leadership_kinds)).label("leadership"),
            func.bool_or(row.kind.in_(policy.functional_kinds)).label("functional"),
            func.sum(row.jp).filter(row.year == year, row.kind.not_in(sorted(apart))).label("hours"),
            func.bool_or(
                and_(row.kind.in_(policy.seminar_kinds), row.year > year - policy.seminar_years)
            ).label("seminar"),
        )
        .where(row.region_id == access.region_id, row.year <= year, row.status.in_(COUNTING))
        .group_by(row.employee_id)
        .subquery()
    )


def _judged(access: Access, year: int) -> Subquery:
    """Each person's plans of the year with their yearly ratings: `[first, end, work, behaviour, status]`."""
    segment = func.jsonb_build_array(
        func.lower(Plan.period),
        func.upper(Plan.period),
        Evaluation.work_result,
        Evaluation.behaviour,
        Evaluation.status,
    )
    return (
        select(
            Plan.employee_id,
            func.jsonb_agg(aggregate_order_by(segment, Plan.period, Plan.id), type_=JSONB).label("segments"),
        )
        .select_from(Plan)
        .outerjoin(
            Evaluation,
            and_(
                Evaluation.region_id == Plan.region_id,
                Evaluation.plan_id == Plan.id,
                Evaluation.kind == EvaluationKind.YEARLY,
            ),
        )
        .where(
            Plan.region_id == access.region_id,
            Plan.year == year,
            or_(Plan.ended_on.is_(None), Plan.ended_on > func.lower(Plan.period)),
            APPROVED,
        )
        .group_by(Plan.employee_id)
        .subquery()
    )


def _facts(
    access: Access, year: int, day: date, policy: ProfessionalismPolicy
) -> tuple[Select[Any], tuple[Any, ...]]:
    proven, judged = _proven(access, year, policy), _judged(access, year)
    columns = (
        Employee.education_level_code,
        Employee.legal_standing_code,
        Position.kind.label("position"),
        func.coalesce(proven.c.leadership, False).label("leadership"),
        func.coalesce(proven.c.functional, False).label("functional"),
        # Beyond what is needed all hours are alike, so that people are.
        func.least(func.coalesce(proven.c.hours, 0), policy.hours).label("hours"),
        func.coalesce(proven.c.seminar, False).label("seminar"),
        judged.c.segments,
    )
    statement = (
        select(*columns)
        .select_from(Employee)
        .outerjoin(Appointment, _post(access, day))
        .outerjoin(Position, matches(Position, Appointment.position_id, Appointment))
        .outerjoin(proven, proven.c.employee_id == Employee.id)
        .outerjoin(judged, judged.c.employee_id == Employee.id)
        .where(Employee.region_id == access.region_id)
    )
    return statement, columns


def index_facts(
    access: Access, employee_id: UUID, year: int, day: date, policy: ProfessionalismPolicy
) -> Select[Any]:
    """What the index of one person rests on."""
    statement, _ = _facts(access, year, day, policy)
    return statement.where(Employee.id == employee_id, employees_within(access, Employee.id))


def unit_index_facts(
    access: Access, unit_id: UUID, year: int, day: date, policy: ProfessionalismPolicy
) -> Select[Any]:
    """The different facts of a unit's people, each with how many share them."""
    statement, columns = _facts(access, year, day, policy)
    return (
        statement.add_columns(func.count().label("people"))
        .where(Employee.active, Appointment.unit_id.in_(branch(access, unit_id)))
        .group_by(*columns)
    )
