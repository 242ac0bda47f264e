"""The SQL of rounds, of what one is asked, and of results."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.scope import records_within, units_within
from asn_api.areas.assessments.schemas import AssessmentFilter, RoundFilter
from asn_api.rules.assessments import AssessmentCategory, RaterGroup, RoundStatus, TaskStatus
from asn_api.rules.evaluators import EvaluatorRole
from asn_api.rules.identity import AccountStatus
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.assessments import Assessment, AssessmentRound, AssessmentTask
from asn_api.tables.employees import Employee
from asn_api.tables.identity import Account
from asn_api.tables.organization import Appointment, ReportingLine, Unit
from asn_api.tables.performance import EvaluatorAssignment
from asn_api.tables.policies import Policy


def _same(table: Any, column: Any, row: Any) -> Any:
    """The join of a row to what its column points at, which never leaves the region."""
    return and_(table.region_id == row.region_id, table.id == column)


_ROUND: tuple[Any, ...] = (
    AssessmentRound.id,
    AssessmentRound.version,
    AssessmentRound.unit_id,
    Unit.name.label("unit_name"),
    AssessmentRound.title,
    AssessmentRound.year,
    AssessmentRound.period,
    AssessmentRound.opens_on,
    AssessmentRound.closes_on,
    AssessmentRound.status,
    AssessmentRound.created_at,
    AssessmentRound.opened_at,
    AssessmentRound.closed_at,
)

_TASK: tuple[Any, ...] = (
    AssessmentTask.id,
    AssessmentTask.version,
    AssessmentTask.round_id,
    AssessmentRound.title.label("round_title"),
    AssessmentRound.period,
    AssessmentRound.closes_on,
    AssessmentTask.rater_group,
    AssessmentTask.status,
    Employee.id.label("employee_id"),
    Employee.nip,
    Employee.name,
    Unit.name.label("unit_name"),
)
_RESULT: tuple[Any, ...] = (
    Assessment.id,
    Assessment.version,
    Assessment.round_id,
    AssessmentRound.title.label("round_title"),
    Assessment.employee_id,
    Employee.nip.label("employee_nip"),
    Employee.name.label("employee_name"),
    Assessment.unit_id,
    Unit.name.label("unit_name"),
    Assessment.year,
    Assessment.period,
    Assessment.form,
    Assessment.category,
    Assessment.score,
)


def rounds(access: Access, wanted: RoundFilter) -> Select[Any]:
    """The rounds of the branches within reach. The seed is never selected."""
    conditions = [AssessmentRound.region_id == access.region_id]
    if wanted.year is not None:
        conditions.append(AssessmentRound.year == wanted.year)
    if wanted.status is not None:
        conditions.append(AssessmentRound.status == wanted.status)
    return (
        select(*_ROUND)
        .join(Unit, _same(Unit, AssessmentRound.unit_id, AssessmentRound))
        .where(units_within(access), *conditions)
    )


def shown_round(access: Access, round_id: UUID) -> Select[Any]:
    return (
        rounds(access, RoundFilter())
        .add_columns(AssessmentRound.progress, AssessmentRound.policy_id)
        .where(AssessmentRound.id == round_id)
    )


def locked_round(access: Access, round_id: UUID) -> Select[AssessmentRound]:
    """A round within reach, locked: answers wait, and those on their way are waited for."""
    return (
        select(AssessmentRound)
        .join(Unit, _same(Unit, AssessmentRound.unit_id, AssessmentRound))
        .where(AssessmentRound.region_id == access.region_id, units_within(access))
        .where(AssessmentRound.id == round_id)
        .with_for_update(of=AssessmentRound)
    )


def round_in_region(access: Access, round_id: UUID) -> Select[AssessmentRound]:
    """For a client-made id that is sent again; compared, never shown."""
    return select(AssessmentRound).where(
        AssessmentRound.region_id == access.region_id, AssessmentRound.id == round_id
    )


def due_rounds(access: Access) -> Select[UUID]:
    """Rounds whose day has come to open, to close or to be computed."""
    row = AssessmentRound
    due = (
        and_(row.status == RoundStatus.PLANNED, row.opens_on <= access.today)
        | and_(row.status == RoundStatus.OPEN, row.closes_on < access.today)
        | (row.status == RoundStatus.CLOSING)
    )
    return select(row.id).where(row.region_id == access.region_id, due).order_by(row.opens_on, row.id)


def open_rounds(access: Access) -> Select[AssessmentRound]:
    return select(AssessmentRound).where(
        AssessmentRound.region_id == access.region_id,
        AssessmentRound.status == RoundStatus.OPEN,
        AssessmentRound.closes_on >= access.today,
    )


def managed_unit(access: Access, unit_id: UUID) -> Select[UUID]:
    return select(Unit.id).where(units_within(access), Unit.id == unit_id)


def policy(access: Access, policy_id: UUID | None) -> Select[Policy]:
    return select(Policy).where(Policy.region_id == access.region_id, Policy.id == policy_id)


def people(access: Access, unit_id: UUID, period: Any) -> Select[UUID, UUID]:
    """Who is to be assessed: everybody in the branch today, but nobody a second time for these days."""
    top = aliased(Unit)
    already = exists().where(
        Assessment.region_id == Employee.region_id,
        Assessment.employee_id == Employee.id,
        Assessment.period.overlaps(period),
    )
    return (
        select(Employee.id, Appointment.unit_id)
        .join(
            Appointment,
            and_(Appointment.region_id == Employee.region_id, Appointment.employee_id == Employee.id),
        )
        .join(Unit, _same(Unit, Appointment.unit_id, Appointment))
        .join(top, and_(top.region_id == Unit.region_id, Unit.path.startswith(top.path)))
        .where(
            Employee.region_id == access.region_id,
            Employee.active,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(access.today),
            top.id == unit_id,
            ~already,
        )
        .order_by(Employee.id)
    )


def superiors(access: Access, day: date) -> Select[UUID, UUID]:
    return select(ReportingLine.employee_id, ReportingLine.superior_id).where(
        ReportingLine.region_id == access.region_id, ReportingLine.valid.contains(day)
    )


def evaluators(access: Access, day: date) -> Select[UUID, UUID]:
    """Evaluators by letter."""
    return select(EvaluatorAssignment.employee_id, EvaluatorAssignment.evaluator_id).where(
        EvaluatorAssignment.region_id == access.region_id,
        EvaluatorAssignment.role == EvaluatorRole.EVALUATOR,
        EvaluatorAssignment.valid.contains(day),
    )


def able(access: Access) -> Select[UUID]:
    """Who can answer: active employees whose account is in use."""
    return (
        select(Employee.id)
        .join(Account, and_(Account.region_id == Employee.region_id, Account.employee_id == Employee.id))
        .where(
            Employee.region_id == access.region_id, Employee.active, Account.status == AccountStatus.ACTIVE
        )
    )


def own_tasks(access: Access) -> Select[Any]:
    """What the caller is asked in the rounds that are open, whatever his other rights."""
    return (
        select(*_TASK)
        .join(AssessmentRound, _same(AssessmentRound, AssessmentTask.round_id, AssessmentTask))
        .join(Assessment, _same(Assessment, AssessmentTask.assessment_id, AssessmentTask))
        .join(Employee, _same(Employee, AssessmentTask.employee_id, AssessmentTask))
        .join(Unit, _same(Unit, Assessment.unit_id, Assessment))
        .where(
            AssessmentTask.region_id == access.region_id,
            AssessmentTask.rater_id == access.employee_id,
            AssessmentRound.status == RoundStatus.OPEN,
            AssessmentRound.closes_on >= access.today,
        )
    )


def own_task(access: Access, task_id: UUID) -> Select[AssessmentTask]:
    return select(AssessmentTask).where(
        AssessmentTask.region_id == access.region_id,
        AssessmentTask.rater_id == access.employee_id,
        AssessmentTask.id == task_id,
    )


def round_of_answers(access: Access, round_id: UUID) -> Select[AssessmentRound]:
    """Held open while an answer is written; many answers may hold it at once."""
    return round_in_region(access, round_id).with_for_update(read=True)


def locked_assessment(access: Access, assessment_id: UUID) -> Select[Assessment]:
    """Orders replacements, or two at once would ask the same person."""
    return (
        select(Assessment)
        .where(Assessment.region_id == access.region_id, Assessment.id == assessment_id)
        .with_for_update(key_share=True)
    )


def known_raters(access: Access, assessment_id: UUID) -> Select[UUID]:
    return select(AssessmentTask.rater_id).where(
        AssessmentTask.region_id == access.region_id, AssessmentTask.assessment_id == assessment_id
    )


def progress(access: Access, round_id: UUID) -> Select[Any]:
    """Counts of the whole round while it is open."""
    task = AssessmentTask
    asked = func.count(task.id).filter(task.status != TaskStatus.CONFLICT)
    tasks = select(
        asked.label("asked"),
        func.count(task.id).filter(task.status == TaskStatus.ANSWERED).label("answered"),
        func.count(task.id).filter(task.status == TaskStatus.CONFLICT).label("conflicts"),
    ).where(task.region_id == access.region_id, task.round_id == round_id)
    counted = tasks.subquery()
    people = select(func.count()).where(
        Assessment.region_id == access.region_id, Assessment.round_id == round_id
    )
    return select(people.scalar_subquery().label("people"), *counted.c)


def waiting(access: Access, round_id: UUID) -> Select[UUID, int]:
    """Who still has to answer, and about how many."""
    task = AssessmentTask
    return (
        select(task.rater_id, func.count().label("waiting"))
        .where(
            task.region_id == access.region_id,
            task.round_id == round_id,
            task.status == TaskStatus.WAITING,
        )
        .group_by(task.rater_id)
    )


def results(access: Access, wanted: AssessmentFilter) -> Select[Any]:
    """Results within reach: one's own, one's team's, a head's or admin's branch. Who answered is in none."""
    conditions = [
        Assessment.region_id == access.region_id,
        records_within(access, Assessment.employee_id, Assessment.unit_id),
    ]
    for column, value in (
        (Assessment.round_id, wanted.round_id),
        (Assessment.employee_id, wanted.employee_id),
        (Assessment.year, wanted.year),
        (Assessment.category, wanted.category),
    ):
        if value is not None:
            conditions.append(column == value)
    return (
        select(*_RESULT)
        .join(AssessmentRound, _same(AssessmentRound, Assessment.round_id, Assessment))
        .join(Employee, _same(Employee, Assessment.employee_id, Assessment))
        .join(Unit, _same(Unit, Assessment.unit_id, Assessment))
        .where(*conditions)
    )


def result(access: Access, assessment_id: UUID) -> Select[Any]:
    return (
        results(access, AssessmentFilter())
        .add_columns(Assessment.result, AssessmentRound.policy_id)
        .where(Assessment.id == assessment_id)
    )


def batch_of_assessments(access: Access, round_id: UUID, after: UUID | None, most: int) -> Select[Assessment]:
    """The people of a round in the order of their ids."""
    statement = select(Assessment).where(
        Assessment.region_id == access.region_id, Assessment.round_id == round_id
    )
    if after is not None:
        statement = statement.where(Assessment.id > after)
    return statement.order_by(Assessment.id).limit(most)


def tasks_of(
    access: Access, assessment_ids: Collection[UUID]
) -> Select[UUID, UUID, RaterGroup, TaskStatus, bytes | None]:
    """Everything that was asked about these people, for their results only."""
    task = AssessmentTask
    return select(task.id, task.assessment_id, task.rater_group, task.status, task.content).where(
        task.region_id == access.region_id, task.assessment_id.in_(assessment_ids)
    )


def scored(access: Access, round_id: UUID) -> Select[int]:
    return select(func.count()).where(
        Assessment.region_id == access.region_id,
        Assessment.round_id == round_id,
        Assessment.category != AssessmentCategory.PENDING,
    )
