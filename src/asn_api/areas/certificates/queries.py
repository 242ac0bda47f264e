"""The SQL of certificates: lists, what a claim must be compared with, what is to be issued."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, and_, exists, func, literal, select, union_all, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import Update

from asn_api.access.actor import Access
from asn_api.access.certificates import certificates_within
from asn_api.areas.certificates.schemas import CertificateFilter
from asn_api.areas.evaluations.queries import branch
from asn_api.areas.performance.queries import matches
from asn_api.core.http.paging import Key
from asn_api.rules.certificates import STANDING, Resemblance
from asn_api.rules.enrolments import EnrolmentStatus
from asn_api.rules.files import FileState
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.certificates import CertificateSeries, TrainingCertificate
from asn_api.tables.employees import Employee
from asn_api.tables.files import File
from asn_api.tables.organization import Appointment, Region, Unit
from asn_api.tables.training import Course, CourseClass, Enrolment

NEWEST_FIRST = (Key(TrainingCertificate.__table__.c.id, "id", UUID, descending=True),)


def certificates(access: Access, wanted: CertificateFilter) -> Select[Any]:
    """Within reach, with the holder."""
    row = TrainingCertificate
    conditions = [certificates_within(access)]
    for name in ("employee_id", "status", "origin", "kind", "year", "course_id"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(row, name) == value)
    if wanted.unit_id is not None:
        conditions.append(row.employee_id.in_(_posted(access, wanted.unit_id)))
    return (
        select(
            *row.__table__.c,
            Employee.nip.label("employee_nip"),
            Employee.name.label("employee_name"),
            Region.code.label("region_code"),
        )
        .join(Employee, matches(Employee, row.employee_id, row))
        .join(Region, Region.id == row.region_id)
        .where(*conditions)
    )


def _posted(access: Access, unit_id: UUID) -> Select[UUID]:
    return select(Appointment.employee_id).where(
        Appointment.region_id == access.region_id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.contains(access.today),
        Appointment.unit_id.in_(branch(access, unit_id)),
    )


def certificate(access: Access, id: UUID) -> Select[Any]:
    return certificates(access, CertificateFilter()).where(TrainingCertificate.id == id)


def reached(access: Access, id: UUID) -> Select[UUID]:
    """Whether a certificate is within reach of this permission."""
    return select(TrainingCertificate.id).where(TrainingCertificate.id == id, certificates_within(access))


def locked(access: Access, ids: Collection[UUID]) -> Select[Any]:
    """In one order, so that two admins at once do not wait for each other in a circle."""
    return (
        certificates(access, CertificateFilter())
        .where(TrainingCertificate.id.in_(ids))
        .order_by(TrainingCertificate.id)
        .with_for_update(of=TrainingCertificate, key_share=True)
    )


def courses(access: Access, ids: Collection[UUID]) -> Select[UUID]:
    """Those of these that the catalogue has or had."""
    return select(Course.id).where(Course.region_id == access.region_id, Course.id.in_(ids))


def lock_me(access: Access) -> Select[UUID]:
    """The caller's row: of two claims at once the second sees the first."""
    return (
        select(Employee.id)
        .where(Employee.region_id == access.region_id, Employee.id == access.employee_id)
        .with_for_update(key_share=True)
    )


def own_file(access: Access, id: UUID) -> Select[UUID]:
    """The caller's received file; locked, so that it is not cleaned away as unnamed."""
    return (
        select(File.id)
        .where(
            File.region_id == access.region_id,
            File.id == id,
            File.employee_id == access.employee_id,
            File.state == FileState.RECEIVED,
        )
        .with_for_update(read=True)
    )


def same(
    access: Access, employee_id: UUID, number_key: str, issuer_key: str, but: UUID | None
) -> Select[TrainingCertificate]:
    """The person's certificate of this number and issuer, unless it was rejected or revoked."""
    row = TrainingCertificate
    statement = select(row).where(
        row.region_id == access.region_id,
        row.employee_id == employee_id,
        row.number_key == number_key,
        row.issuer_key == issuer_key,
        row.status.in_(STANDING),
    )
    return statement if but is None else statement.where(row.id != but)


def resembling(access: Access, ids: Collection[UUID]) -> CompoundSelect[*tuple[Any, ...]]:
    """For each of these claims the others that look like it, with the reason; in the whole region.

    The same training is one of the same title whose days touch: hours of two such would count twice. One search
    for each reason, because each has an index of its own.
    """
    row, other = TrainingCertificate, aliased(TrainingCertificate)
    file, others_file = aliased(File), aliased(File)
    apart = and_(other.region_id == row.region_id, other.id != row.id, other.status.in_(STANDING))

    def found(reason: Resemblance, *how: Any) -> Any:
        statement: Any = select(
            row.id.label("of"),
            other.id.label("certificate_id"),
            other.number,
            other.status,
            (other.employee_id == row.employee_id).label("of_same_person"),
            literal(reason.value).label("reason"),
        ).select_from(row)
        for target, condition in how:
            statement = statement.join(target, condition)
        return statement.where(row.region_id == access.region_id, row.id.in_(ids))

    training = and_(
        apart,
        other.employee_id == row.employee_id,
        other.title_key == row.title_key,
        other.starts_on <= row.ends_on,
        other.ends_on >= row.starts_on,
    )
    number = and_(
        apart,
        other.employee_id != row.employee_id,
        other.number_key == row.number_key,
        other.issuer_key == row.issuer_key,
    )
    return union_all(
        found(Resemblance.SAME_TRAINING, (other, training)),
        found(Resemblance.SAME_NUMBER_ELSEWHERE, (other, number)),
        found(
            Resemblance.SAME_FILE,
            (file, and_(file.region_id == row.region_id, file.id == row.file_id)),
            (others_file, and_(others_file.region_id == row.region_id, others_file.sha256 == file.sha256)),
            (other, and_(apart, other.file_id == others_file.id)),
        ),
    )


def unit_of(access: Access, employee_id: UUID) -> Select[UUID]:
    """Where somebody's definitive post is today."""
    return select(Appointment.unit_id).where(
        Appointment.region_id == access.region_id,
        Appointment.employee_id == employee_id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.contains(access.today),
    )


def units_of(access: Access, employee_ids: Collection[UUID]) -> Select[UUID, UUID]:
    """The same of many."""
    return select(Appointment.employee_id, Appointment.unit_id).where(
        Appointment.region_id == access.region_id,
        Appointment.employee_id.in_(employee_ids),
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.contains(access.today),
    )


def moved(access: Access, id: UUID, **values: Any) -> Update:
    return (
        update(TrainingCertificate)
        .where(TrainingCertificate.region_id == access.region_id, TrainingCertificate.id == id)
        .values(version=TrainingCertificate.version + 1, **values)
        .execution_options(synchronize_session=False)
    )


def waiting_classes(access: Access) -> Select[UUID]:
    """Classes with somebody who completed them and has no certificate."""
    return (
        select(Enrolment.class_id)
        .where(
            Enrolment.region_id == access.region_id,
            Enrolment.status == EnrolmentStatus.COMPLETED,
            ~_has_certificate(),
        )
        .distinct()
        .order_by(Enrolment.class_id)
    )


def waiting_enrolments(access: Access, class_id: UUID) -> Select[UUID, UUID]:
    """Who completed a class and has no certificate, by name; held, so that no result changes meanwhile."""
    return (
        select(Enrolment.id, Enrolment.employee_id)
        .join(Employee, matches(Employee, Enrolment.employee_id, Enrolment))
        .where(
            Enrolment.region_id == access.region_id,
            Enrolment.class_id == class_id,
            Enrolment.status == EnrolmentStatus.COMPLETED,
            ~_has_certificate(),
        )
        .order_by(Employee.sort_name, Enrolment.id)
        .with_for_update(read=True, of=Enrolment)
    )


def _has_certificate() -> Any:
    return exists().where(
        TrainingCertificate.region_id == Enrolment.region_id,
        TrainingCertificate.enrolment_id == Enrolment.id,
    )


def _taught(*more: Any) -> Select[Any]:
    agency = aliased(Unit)
    columns: tuple[Any, ...] = (
        Course.id.label("course_id"),
        Course.title,
        Course.kind,
        CourseClass.jp,
        CourseClass.starts_on,
        CourseClass.ends_on,
        CourseClass.finished_at,
        func.coalesce(agency.name, Unit.name).label("agency"),
        Region.name.label("region"),
    )
    return (
        select(*columns, *more)
        .select_from(CourseClass)
        .join(Course, matches(Course, CourseClass.course_id, CourseClass))
        .join(Unit, matches(Unit, CourseClass.unit_id, CourseClass))
        .outerjoin(agency, and_(agency.region_id == Unit.region_id, agency.id == Unit.agency_id))
        .join(Region, Region.id == CourseClass.region_id)
    )


def taught(access: Access, class_id: UUID) -> Select[Any]:
    """What a certificate says about a class: the course, the days, the hours, the agency that held it."""
    return _taught().where(CourseClass.region_id == access.region_id, CourseClass.id == class_id)


def completed(access: Access) -> Select[Any]:
    """The same with everybody who completed one, class by class as they ended, in the order of names."""
    return (
        _taught(Enrolment.class_id, Enrolment.id.label("enrolment_id"), Enrolment.employee_id)
        .join(
            Enrolment,
            and_(Enrolment.region_id == CourseClass.region_id, Enrolment.class_id == CourseClass.id),
        )
        .join(Employee, matches(Employee, Enrolment.employee_id, Enrolment))
        .where(CourseClass.region_id == access.region_id, Enrolment.status == EnrolmentStatus.COMPLETED)
        .order_by(CourseClass.ends_on, CourseClass.id, Employee.sort_name, Enrolment.id)
    )


def series(access: Access, class_id: UUID) -> Select[CertificateSeries]:
    """The numbers of a class, locked: whoever issues in it goes one after the other."""
    return (
        select(CertificateSeries)
        .where(CertificateSeries.region_id == access.region_id, CertificateSeries.class_id == class_id)
        .with_for_update()
    )


def lock_region(access: Access) -> Select[UUID]:
    """Held while a class gets its number, so that the numbers of classes have no gap either."""
    return select(Region.id).where(Region.id == access.region_id).with_for_update(key_share=True)


def last_series(access: Access, year: int) -> Select[int]:
    return select(func.coalesce(func.max(CertificateSeries.series), 0)).where(
        CertificateSeries.region_id == access.region_id, CertificateSeries.year == year
    )


def by_code(access: Access, code: str) -> Select[*tuple[Any, ...]]:
    """What anybody may know of the certificate with this code."""
    return (
        select(
            TrainingCertificate.number,
            Employee.name,
            Employee.front_title,
            Employee.back_title,
            TrainingCertificate.title.label("course"),
            TrainingCertificate.issuer,
            TrainingCertificate.jp,
            TrainingCertificate.starts_on,
            TrainingCertificate.ends_on,
            TrainingCertificate.issued_on,
            TrainingCertificate.status,
        )
        .join(Employee, matches(Employee, TrainingCertificate.employee_id, TrainingCertificate))
        .where(TrainingCertificate.region_id == access.region_id, TrainingCertificate.code == code)
    )
