"""The SQL of classes and enrolments."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by
from asn_api.access.scope import employees_within, records_within, superior, units_within
from asn_api.areas.classes.schemas import ClassFilter, EnrolmentFilter
from asn_api.areas.evaluations.queries import branch
from asn_api.areas.performance.queries import matches
from asn_api.core.http.paging import Key, day
from asn_api.rules.calendar import Zone
from asn_api.rules.certificates import CertificateStatus
from asn_api.rules.courses import CourseStatus
from asn_api.rules.enrolments import SEATED, ClassStatus, EnrolmentStatus
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.certificates import TrainingCertificate
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, Unit
from asn_api.tables.training import ClassSession, Course, CourseClass, CoursePrerequisite, Enrolment

ENDED = (EnrolmentStatus.CANCELLED, EnrolmentStatus.REJECTED)
EARLIEST_FIRST = (
    Key(CourseClass.__table__.c.starts_on, "starts_on", day),
    Key(CourseClass.__table__.c.id, "id", UUID),
)
NEWEST_FIRST = (Key(Enrolment.__table__.c.id, "id", UUID, descending=True),)


def managed(access: Access) -> ColumnElement[bool]:
    """Classes that units within the caller's reach organise."""
    units = select(Unit.id).where(units_within(by(access, Permission.CLASSES_MANAGE))).correlate(None)
    return CourseClass.unit_id.in_(units)


def readable(access: Access) -> ColumnElement[bool]:
    """Everybody's, but drafts: those are for whoever manages or organises them."""
    mine = CourseClass.organiser_id == access.employee_id
    return and_(
        CourseClass.region_id == access.region_id,
        or_(CourseClass.status != ClassStatus.DRAFT, managed(access), mine),
    )


def classes(access: Access, wanted: ClassFilter) -> Select[Any]:
    row, organiser = CourseClass, aliased(Employee)
    waiting = (
        select(func.count())
        .where(
            Enrolment.region_id == row.region_id,
            Enrolment.class_id == row.id,
            Enrolment.status == EnrolmentStatus.WAITLISTED,
        )
        .correlate(row)
        .scalar_subquery()
    )
    conditions = [readable(access)]
    for name in ("course_id", "organiser_id", "status", "mode"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(row, name) == value)
    if wanted.kind is not None:
        conditions.append(Course.kind == wanted.kind)
    if wanted.unit_id is not None:
        conditions.append(row.unit_id.in_(branch(access, wanted.unit_id)))
    if wanted.starts_from is not None:
        conditions.append(row.starts_on >= wanted.starts_from)
    if wanted.starts_to is not None:
        conditions.append(row.starts_on <= wanted.starts_to)
    if wanted.registration_open is not None:
        is_open = and_(
            row.status == ClassStatus.OPEN,
            row.registration_opens_at <= access.now,
            row.registration_closes_at > access.now,
        )
        conditions.append(is_open if wanted.registration_open else ~is_open)
    if wanted.free is not None:
        is_free = row.seats_held < row.seats
        conditions.append(is_free if wanted.free else ~is_free)
    return (
        select(
            *[each for each in row.__table__.c if each.name not in ("region_id", "last_place")],
            Course.code.label("course_code"),
            Course.title.label("course_title"),
            Course.kind,
            Unit.name.label("unit_name"),
            organiser.nip.label("organiser_nip"),
            organiser.name.label("organiser_name"),
            waiting.label("waiting"),
            managed(access).label("is_managed"),
        )
        .join(Course, matches(Course, row.course_id, row))
        .join(Unit, matches(Unit, row.unit_id, row))
        .join(organiser, matches(organiser, row.organiser_id, row))
        .where(*conditions)
    )


def course_class(access: Access, id: UUID) -> Select[Any]:
    return classes(access, ClassFilter()).where(CourseClass.id == id)


def sessions(access: Access, class_id: UUID) -> Select[ClassSession]:
    return (
        select(ClassSession)
        .where(ClassSession.region_id == access.region_id, ClassSession.class_id == class_id)
        .order_by(ClassSession.starts_at, ClassSession.id)
    )


def stored_class(access: Access, id: UUID) -> Select[CourseClass]:
    """Whoever organises it."""
    return select(CourseClass).where(CourseClass.region_id == access.region_id, CourseClass.id == id)


def locked_class(access: Access, id: UUID) -> Select[CourseClass]:
    """Whatever changes seats, order or status takes this lock first, then those of people."""
    statement = stored_class(access, id).with_for_update(key_share=True)
    return statement.execution_options(populate_existing=True)


def course(access: Access, id: UUID) -> Select[Course]:
    return select(Course).where(
        Course.region_id == access.region_id, Course.id == id, Course.status == CourseStatus.PUBLISHED
    )


def organising_zone(access: Access, unit_id: UUID) -> Select[Zone]:
    return select(Unit.zone).where(units_within(access), Unit.id == unit_id, Unit.closed_on.is_(None))


def employee(access: Access, id: UUID) -> Select[UUID]:
    return select(Employee.id).where(
        Employee.region_id == access.region_id, Employee.id == id, Employee.active
    )


def units_of(access: Access, employees: Collection[UUID]) -> Select[UUID, UUID]:
    """Employee and unit of today's post, for active ones within reach."""
    return (
        select(Employee.id, Appointment.unit_id)
        .join(
            Appointment,
            and_(Appointment.region_id == Employee.region_id, Appointment.employee_id == Employee.id),
        )
        .where(
            Employee.region_id == access.region_id,
            Employee.id.in_(employees),
            Employee.active,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(access.today),
            employees_within(access, Employee.id),
        )
    )


def superior_of(access: Access, employee_id: UUID) -> Select[UUID]:
    return superior(access.region_id, employee_id, access.today)


def held_still(access: Access, employees: Collection[UUID]) -> Select[UUID]:
    """Nobody gives these people another seat meanwhile."""
    return (
        select(Employee.id)
        .where(Employee.region_id == access.region_id, Employee.id.in_(employees))
        .order_by(Employee.id)
        .with_for_update(key_share=True)
    )


def clashing(access: Access, employees: Collection[UUID], busy: Any, besides: UUID) -> Select[UUID]:
    """Which of them hold a seat in another class at one of these times."""
    return select(Enrolment.employee_id).where(
        Enrolment.region_id == access.region_id,
        Enrolment.employee_id.in_(employees),
        Enrolment.class_id != besides,
        Enrolment.busy.op("&&")(busy),
    )


def missing_prerequisites(access: Access, course_id: UUID, employees: Collection[UUID]) -> Select[UUID, str]:
    """Employee and title of each course that has to be completed before, here or elsewhere, and was not."""
    person, taught, done = aliased(Employee), aliased(CourseClass), aliased(Enrolment)
    paper = aliased(TrainingCertificate)
    elsewhere = exists().where(
        paper.region_id == access.region_id,
        paper.employee_id == person.id,
        paper.course_id == CoursePrerequisite.prerequisite_id,
        paper.status == CertificateStatus.VERIFIED,
    )
    completed = exists().where(
        done.region_id == access.region_id,
        done.employee_id == person.id,
        done.status == EnrolmentStatus.COMPLETED,
        taught.region_id == access.region_id,
        taught.id == done.class_id,
        taught.course_id == CoursePrerequisite.prerequisite_id,
    )
    return (
        select(person.id, Course.title)
        .select_from(CoursePrerequisite)
        .join(Course, matches(Course, CoursePrerequisite.prerequisite_id, CoursePrerequisite))
        .join(person, person.region_id == CoursePrerequisite.region_id)
        .where(
            CoursePrerequisite.region_id == access.region_id,
            CoursePrerequisite.course_id == course_id,
            person.id.in_(employees),
            ~completed,
            ~elsewhere,
        )
        .order_by(Course.title)
    )


def live(access: Access, class_id: UUID, employees: Collection[UUID]) -> Select[Enrolment]:
    """Of these people in this class, neither cancelled nor rejected."""
    return select(Enrolment).where(
        Enrolment.region_id == access.region_id,
        Enrolment.class_id == class_id,
        Enrolment.employee_id.in_(employees),
        Enrolment.status.not_in(ENDED),
    )


def of_class(access: Access, class_id: UUID, statuses: Collection[EnrolmentStatus]) -> Select[Enrolment]:
    """Those who hold a place in the order of places, then the others in the order of requests."""
    return (
        select(Enrolment)
        .where(
            Enrolment.region_id == access.region_id,
            Enrolment.class_id == class_id,
            Enrolment.status.in_(statuses),
        )
        .order_by(Enrolment.place.asc().nulls_last(), Enrolment.id)
    )


def within(access: Access, ids: Collection[UUID]) -> Select[UUID, UUID]:
    """Id, class and version of those within reach; locking them comes after their classes."""
    return select(Enrolment.id, Enrolment.class_id).where(
        Enrolment.region_id == access.region_id,
        Enrolment.id.in_(ids),
        records_within(access, Enrolment.employee_id, Enrolment.unit_id),
    )


def fresh(access: Access, ids: Collection[UUID]) -> Select[Enrolment]:
    """As they are under the lock of their class."""
    statement = select(Enrolment).where(Enrolment.region_id == access.region_id, Enrolment.id.in_(ids))
    return statement.execution_options(populate_existing=True)


def enrolments(access: Access, wanted: EnrolmentFilter) -> Select[Any]:
    row, person, ahead = Enrolment, aliased(Employee), aliased(Enrolment)
    position = (
        select(func.count() + 1)
        .where(
            row.status == EnrolmentStatus.WAITLISTED,
            ahead.region_id == row.region_id,
            ahead.class_id == row.class_id,
            ahead.status == EnrolmentStatus.WAITLISTED,
            ahead.place < row.place,
        )
        .correlate(row)
        .scalar_subquery()
    )
    deciding = by(access, Permission.ENROLMENTS_DECIDE)
    is_led = and_(
        row.employee_id != access.employee_id, records_within(deciding, row.employee_id, row.unit_id)
    )
    nominating = by(access, Permission.ENROLMENTS_NOMINATE)
    is_managed = and_(
        row.employee_id.is_distinct_from(access.employee_id),
        records_within(nominating, row.employee_id, row.unit_id),
    )
    conditions = [
        row.region_id == access.region_id,
        records_within(access, row.employee_id, row.unit_id),
    ]
    for name in ("class_id", "employee_id", "status"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(row, name) == value)
    if wanted.course_id is not None:
        conditions.append(CourseClass.course_id == wanted.course_id)
    if wanted.unit_id is not None:
        conditions.append(row.unit_id.in_(branch(access, wanted.unit_id)))
    if wanted.waiting_for_me:
        mine = and_(row.status == EnrolmentStatus.APPROVED, row.employee_id == access.employee_id)
        conditions.append(or_(and_(row.status == EnrolmentStatus.REQUESTED, is_led), mine))
    return (
        select(
            *[each for each in row.__table__.c if each.name not in ("region_id", "busy")],
            CourseClass.name.label("class_name"),
            CourseClass.status.label("class_status"),
            CourseClass.starts_on,
            CourseClass.ends_on,
            CourseClass.begins_at,
            Course.id.label("course_id"),
            Course.code.label("course_code"),
            Course.title.label("course_title"),
            person.nip.label("employee_nip"),
            person.name.label("employee_name"),
            Unit.name.label("unit_name"),
            position.label("position"),
            is_led.label("is_led"),
            is_managed.label("is_managed"),
        )
        .join(CourseClass, matches(CourseClass, row.class_id, row))
        .join(Course, matches(Course, CourseClass.course_id, row))
        .join(person, matches(person, row.employee_id, row))
        .join(Unit, matches(Unit, row.unit_id, row))
        .where(*conditions)
    )


def enrolment(access: Access, id: UUID) -> Select[Any]:
    return enrolments(access, EnrolmentFilter()).where(Enrolment.id == id)


def seated_elsewhere(access: Access, class_id: UUID, busy: Any) -> Select[UUID]:
    """Who holds a seat in this class and another one at one of these times."""
    here = (
        select(Enrolment.employee_id)
        .where(
            Enrolment.region_id == access.region_id,
            Enrolment.class_id == class_id,
            Enrolment.status.in_(SEATED),
        )
        .correlate(None)
    )
    other = aliased(Enrolment)
    return select(other.employee_id).where(
        other.region_id == access.region_id,
        other.class_id != class_id,
        other.employee_id.in_(here),
        other.busy.op("&&")(busy),
    )


def due_classes(access: Access, moment: datetime) -> Select[UUID]:
    """Open ones that have begun."""
    return select(CourseClass.id).where(
        CourseClass.region_id == access.region_id,
        CourseClass.status == ClassStatus.OPEN,
        CourseClass.begins_at <= moment,
    )


def lapsed_offers(access: Access, moment: datetime) -> Select[UUID]:
    """Classes with a seat that nobody took up in time."""
    return (
        select(Enrolment.class_id)
        .where(
            Enrolment.region_id == access.region_id,
            Enrolment.status == EnrolmentStatus.APPROVED,
            Enrolment.offer_expires_at <= moment,
        )
        .distinct()
    )
