"""The SQL of attendance and results."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from asn_api.access.actor import Access
from asn_api.areas.performance.queries import matches
from asn_api.rules.enrolments import EnrolmentStatus
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Unit
from asn_api.tables.training import (
    Attendance,
    ClassSession,
    Course,
    CourseClass,
    Enrolment,
    Partner,
)

ON_THE_SHEET = (
    EnrolmentStatus.CONFIRMED,
    EnrolmentStatus.ATTENDING,
    EnrolmentStatus.COMPLETED,
    EnrolmentStatus.FAILED,
    EnrolmentStatus.NO_SHOW,
)


def organised(access: Access, class_id: UUID) -> Select[CourseClass]:
    """The class if the caller organises it."""
    return select(CourseClass).where(
        CourseClass.region_id == access.region_id,
        CourseClass.id == class_id,
        CourseClass.organiser_id == access.employee_id,
    )


def sessions(access: Access, class_id: UUID) -> Select[ClassSession]:
    return (
        select(ClassSession)
        .where(ClassSession.region_id == access.region_id, ClassSession.class_id == class_id)
        .order_by(ClassSession.starts_at, ClassSession.id)
    )


def class_of_session(access: Access, session_id: UUID) -> Select[UUID]:
    return select(ClassSession.class_id).where(
        ClassSession.region_id == access.region_id, ClassSession.id == session_id
    )


def participants(access: Access, class_id: UUID) -> Select[*tuple[Any, ...]]:
    row = Enrolment
    return (
        select(
            row.id.label("enrolment_id"),
            row.version,
            row.employee_id,
            row.status,
            row.pre_score,
            row.post_score,
            row.passed,
            Employee.nip,
            Employee.name,
            Unit.name.label("unit_name"),
        )
        .join(Employee, matches(Employee, row.employee_id, row))
        .join(Unit, matches(Unit, row.unit_id, row))
        .where(row.region_id == access.region_id, row.class_id == class_id, row.status.in_(ON_THE_SHEET))
        .order_by(Employee.sort_name, row.id)
    )


def attending(access: Access, class_id: UUID) -> Select[Enrolment]:
    return (
        select(Enrolment)
        .where(
            Enrolment.region_id == access.region_id,
            Enrolment.class_id == class_id,
            Enrolment.status == EnrolmentStatus.ATTENDING,
        )
        .order_by(Enrolment.place)
        .execution_options(populate_existing=True)
    )


def marks(access: Access, class_id: UUID) -> Select[Attendance]:
    return (
        select(Attendance)
        .join(ClassSession, matches(ClassSession, Attendance.session_id, Attendance))
        .where(Attendance.region_id == access.region_id, ClassSession.class_id == class_id)
        .order_by(ClassSession.starts_at, Attendance.id)
    )


def mark(access: Access, session_id: UUID, enrolment_id: UUID) -> Select[Attendance]:
    return select(Attendance).where(
        Attendance.region_id == access.region_id,
        Attendance.session_id == session_id,
        Attendance.enrolment_id == enrolment_id,
    )


def mark_with_id(access: Access, id: UUID) -> Select[Attendance]:
    return select(Attendance).where(Attendance.region_id == access.region_id, Attendance.id == id)


def recorded(access: Access, id: UUID) -> Select[Any]:
    """A mark with whoever organises its class today, to whom it belongs."""
    return (
        select(*Attendance.__table__.c, CourseClass.organiser_id.label("employee_id"))
        .join(ClassSession, matches(ClassSession, Attendance.session_id, Attendance))
        .join(CourseClass, matches(CourseClass, ClassSession.class_id, ClassSession))
        .where(Attendance.region_id == access.region_id, Attendance.id == id)
    )


def teacher(access: Access, class_id: UUID) -> Select[str, str, str]:
    """Title of the course, and who taught it: the partner, or the unit that organised it."""
    return (
        select(Course.title, Partner.name.label("partner"), Unit.name.label("unit"))
        .select_from(CourseClass)
        .join(Course, matches(Course, CourseClass.course_id, CourseClass))
        .join(Unit, matches(Unit, CourseClass.unit_id, CourseClass))
        .outerjoin(Partner, matches(Partner, Course.partner_id, Course))
        .where(CourseClass.region_id == access.region_id, CourseClass.id == class_id)
    )
