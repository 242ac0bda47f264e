"""The SQL of the evaluation of training: whom to ask, what is open, what a course's record rests on."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import Delete

from asn_api.access.actor import Access
from asn_api.access.scope import superior, team
from asn_api.areas.performance.queries import matches
from asn_api.rules.enrolments import ClassStatus, EnrolmentStatus
from asn_api.rules.training_evaluation import TrainingAnswerStatus, TrainingLevel
from asn_api.tables.certificates import TrainingEvaluation, TrainingEvaluationTask, TrainingResultNote
from asn_api.tables.employees import Employee
from asn_api.tables.organization import ReportingLine, Unit
from asn_api.tables.training import Course, CourseClass, Enrolment

NOTES = 20
ENDED = (EnrolmentStatus.COMPLETED, EnrolmentStatus.FAILED)
CAME = (*ENDED, EnrolmentStatus.NO_SHOW)


def own_tasks(access: Access) -> Select[Any]:
    """What the caller is asked in evaluations that are open today, what closes first coming first."""
    task, evaluation = TrainingEvaluationTask, TrainingEvaluation
    columns: tuple[Any, ...] = (
        task.id,
        task.version,
        task.respondent,
        task.status,
        evaluation.level,
        evaluation.opens_on,
        evaluation.closes_on,
        Employee.name.label("employee_name"),
        Course.title.label("course_title"),
        CourseClass.name.label("class_name"),
        CourseClass.ends_on.label("ended_on"),
    )
    return (
        select(*columns)
        .join(evaluation, matches(evaluation, task.evaluation_id, task))
        .join(Employee, matches(Employee, task.employee_id, task))
        .join(CourseClass, matches(CourseClass, evaluation.class_id, evaluation))
        .join(Course, matches(Course, evaluation.course_id, evaluation))
        .where(
            task.region_id == access.region_id,
            task.rater_id == access.employee_id,
            evaluation.closed_at.is_(None),
            evaluation.closes_on >= access.today,
        )
        .order_by(evaluation.closes_on, task.id)
        .limit(500)
    )


def own_task(access: Access, id: UUID) -> Select[TrainingEvaluationTask]:
    return select(TrainingEvaluationTask).where(
        TrainingEvaluationTask.region_id == access.region_id,
        TrainingEvaluationTask.id == id,
        TrainingEvaluationTask.rater_id == access.employee_id,
    )


def evaluation_of_answers(access: Access, id: UUID) -> Select[TrainingEvaluation]:
    """Held by all who answer at once; whoever closes it waits for them."""
    return (
        select(TrainingEvaluation)
        .where(TrainingEvaluation.region_id == access.region_id, TrainingEvaluation.id == id)
        .with_for_update(read=True)
    )


def finished(access: Access, level: TrainingLevel, since: date) -> Select[CourseClass]:
    """Classes that ended since a day, without an evaluation of the level."""
    opened = exists().where(
        TrainingEvaluation.region_id == CourseClass.region_id,
        TrainingEvaluation.class_id == CourseClass.id,
        TrainingEvaluation.level == level,
    )
    return (
        select(CourseClass)
        .where(
            CourseClass.region_id == access.region_id,
            CourseClass.status == ClassStatus.FINISHED,
            func.greatest(CourseClass.ends_on, func.date(CourseClass.finished_at))
            >= since - timedelta(days=1),
            ~opened,
        )
        .order_by(CourseClass.id)
    )


def opened(access: Access, values: dict[str, Any]) -> Any:
    """The id of a new evaluation; nothing where another worker has opened it."""
    return (
        insert(TrainingEvaluation)
        .values(region_id=access.region_id, version=1, **values)
        .on_conflict_do_nothing(constraint="uq_training_evaluations_level")
        .returning(TrainingEvaluation.id)
    )


def participants(
    access: Access, class_id: UUID, statuses: Collection[EnrolmentStatus]
) -> Select[UUID, UUID, UUID | None]:
    """Who took part, with the superior of today."""
    return (
        select(
            Enrolment.id,
            Enrolment.employee_id,
            superior(access.region_id, Enrolment.employee_id, access.today)
            .scalar_subquery()
            .label("superior_id"),
        )
        .join(Employee, matches(Employee, Enrolment.employee_id, Enrolment))
        .where(
            Enrolment.region_id == access.region_id,
            Enrolment.class_id == class_id,
            Enrolment.status.in_(statuses),
            Employee.active,
        )
        .order_by(Enrolment.id)
    )


def teams(access: Access, superior_ids: Collection[UUID]) -> Select[UUID, UUID]:
    """The people of today under each of these superiors."""
    return (
        select(ReportingLine.superior_id, ReportingLine.employee_id)
        .join(Employee, matches(Employee, ReportingLine.employee_id, ReportingLine))
        .where(
            ReportingLine.region_id == access.region_id,
            ReportingLine.superior_id.in_(superior_ids),
            ReportingLine.valid.contains(access.today),
            Employee.active,
        )
    )


def due(access: Access) -> Select[UUID]:
    """Evaluations whose time is over."""
    return (
        select(TrainingEvaluation.id)
        .where(
            TrainingEvaluation.region_id == access.region_id,
            TrainingEvaluation.closed_at.is_(None),
            TrainingEvaluation.closes_on < access.today,
        )
        .order_by(TrainingEvaluation.id)
    )


def locked(access: Access, id: UUID) -> Select[TrainingEvaluation]:
    return (
        select(TrainingEvaluation)
        .where(
            TrainingEvaluation.region_id == access.region_id,
            TrainingEvaluation.id == id,
            TrainingEvaluation.closed_at.is_(None),
        )
        .with_for_update()
    )


def tasks_of(access: Access, evaluation_id: UUID) -> Select[TrainingEvaluationTask]:
    return select(TrainingEvaluationTask).where(
        TrainingEvaluationTask.region_id == access.region_id,
        TrainingEvaluationTask.evaluation_id == evaluation_id,
    )


def forgotten(access: Access, evaluation_id: UUID) -> Delete:
    return delete(TrainingEvaluationTask).where(
        TrainingEvaluationTask.region_id == access.region_id,
        TrainingEvaluationTask.evaluation_id == evaluation_id,
    )


def waiting(access: Access, closing: Collection[date]) -> Select[UUID, UUID, date, int]:
    """Who has not answered yet in evaluations that close on these days."""
    task, evaluation = TrainingEvaluationTask, TrainingEvaluation
    return (
        select(task.rater_id, evaluation.id, evaluation.closes_on, func.count().label("tasks"))
        .join(evaluation, matches(evaluation, task.evaluation_id, task))
        .where(
            task.region_id == access.region_id,
            task.status == TrainingAnswerStatus.WAITING,
            evaluation.closed_at.is_(None),
            evaluation.closes_on.in_(closing),
        )
        .group_by(task.rater_id, evaluation.id, evaluation.closes_on)
        .order_by(task.rater_id, evaluation.id)
    )


def class_of_reports(access: Access, class_id: UUID) -> Select[Any]:
    """A class with whether somebody of the caller's team took part in it."""
    took_part = exists().where(
        Enrolment.region_id == CourseClass.region_id,
        Enrolment.class_id == CourseClass.id,
        Enrolment.status.in_(ENDED),
        Enrolment.employee_id.in_(team(access.region_id, access.employee_id, access.today))
        if access.employee_id
        else Enrolment.employee_id.is_(None),
    )
    columns: tuple[Any, ...] = (CourseClass.id, CourseClass.status)
    return select(*columns).where(
        CourseClass.region_id == access.region_id, CourseClass.id == class_id, took_part
    )


def own_note(access: Access, class_id: UUID) -> Select[TrainingResultNote]:
    return (
        select(TrainingResultNote)
        .where(
            TrainingResultNote.region_id == access.region_id,
            TrainingResultNote.class_id == class_id,
            TrainingResultNote.author_id == access.employee_id,
        )
        .with_for_update()
    )


def course(access: Access, id: UUID) -> Select[Course]:
    return select(Course).where(Course.region_id == access.region_id, Course.id == id)


def participation(access: Access, course_id: UUID) -> Select[int, int, int]:
    """Finished classes, who took part in them, who completed them."""
    return (
        select(
            func.count(CourseClass.id.distinct()).label("classes"),
            func.count(Enrolment.id).label("participants"),
            func.count(Enrolment.id).filter(Enrolment.status == EnrolmentStatus.COMPLETED).label("completed"),
        )
        .select_from(CourseClass)
        .outerjoin(
            Enrolment,
            and_(
                Enrolment.region_id == CourseClass.region_id,
                Enrolment.class_id == CourseClass.id,
                Enrolment.status.in_(CAME),
            ),
        )
        .where(
            CourseClass.region_id == access.region_id,
            CourseClass.course_id == course_id,
            CourseClass.status == ClassStatus.FINISHED,
        )
    )


def results(access: Access, course_id: UUID) -> Select[TrainingLevel, dict[str, Any] | None]:
    """What closed evaluations left."""
    return (
        select(TrainingEvaluation.level, TrainingEvaluation.result)
        .where(
            TrainingEvaluation.region_id == access.region_id,
            TrainingEvaluation.course_id == course_id,
            TrainingEvaluation.closed_at.is_not(None),
        )
        .order_by(TrainingEvaluation.closes_on.desc(), TrainingEvaluation.id)
    )


def scores(access: Access, course_id: UUID) -> Select[UUID, Any, Any]:
    """Scores before and after, of finished classes."""
    columns: tuple[Any, ...] = (Enrolment.class_id, Enrolment.pre_score, Enrolment.post_score)
    return (
        select(*columns)
        .join(CourseClass, matches(CourseClass, Enrolment.class_id, Enrolment))
        .where(
            CourseClass.region_id == access.region_id,
            CourseClass.course_id == course_id,
            CourseClass.status == ClassStatus.FINISHED,
            Enrolment.status.in_(ENDED),
            Enrolment.pre_score.is_not(None),
            Enrolment.post_score.is_not(None),
        )
    )


def notes(access: Access, course_id: UUID) -> Select[Any]:
    columns: tuple[Any, ...] = (
        CourseClass.name.label("class_name"),
        Unit.name.label("unit_name"),
        TrainingResultNote.note,
        TrainingResultNote.written_at,
    )
    return (
        select(*columns)
        .select_from(TrainingResultNote)
        .join(CourseClass, matches(CourseClass, TrainingResultNote.class_id, TrainingResultNote))
        .join(Unit, matches(Unit, TrainingResultNote.unit_id, TrainingResultNote))
        .where(TrainingResultNote.region_id == access.region_id, CourseClass.course_id == course_id)
        .order_by(TrainingResultNote.written_at.desc(), TrainingResultNote.id)
        .limit(NOTES)
    )
