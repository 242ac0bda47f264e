"""The SQL of complaints within reach, and of what belongs to one."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, literal_column, or_, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.complaints import complaints_within, kept_from, unit_is_named
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by
from asn_api.areas.complaints.codes import plain_code
from asn_api.areas.complaints.schemas import ComplaintFilter
from asn_api.areas.evaluations.queries import branch
from asn_api.areas.performance.queries import matches
from asn_api.core.http.paging import Key
from asn_api.rules.complaints import OPEN
from asn_api.tables.complaints import (
    Complaint,
    ComplaintCategory,
    ComplaintFile,
    ComplaintMessage,
    ComplaintReporter,
    ComplaintSubject,
    ComplaintTransition,
)
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, Unit

NEWEST_FIRST = (Key(Complaint.__table__.c.id, "id", UUID, descending=True),)
BY_CODE = (Key(ComplaintCategory.__table__.c.code, "code", str),)

LANGUAGE: ColumnElement[Any] = literal_column("'indonesian'::regconfig")
_SHOWN = (
    "id",
    "version",
    "code",
    "kind",
    "status",
    "is_secret",
    "is_anonymous",
    "category_id",
    "subject",
    "received_at",
    "changed_at",
    "joined",
    "bounces",
    "reopenings",
    "due_stage",
    "due_on",
    "due_provisional",
)


def complaints(access: Access, wanted: ComplaintFilter) -> Select[Any]:
    row, agency, officer, category = Complaint, aliased(Unit), aliased(Employee), aliased(ComplaintCategory)
    conditions = [complaints_within(access)]
    for name in ("status", "kind", "category_id", "officer_id"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(row, name) == value)
    if wanted.code is not None:
        conditions.append(row.code == plain_code(wanted.code))
    if wanted.agency_id is not None:
        conditions.append(row.agency_id.in_(branch(access, wanted.agency_id)))
    if wanted.is_open is not None:
        is_open = row.status.in_(sorted(OPEN))
        conditions.append(is_open if wanted.is_open else ~is_open)
    if wanted.due_to is not None:
        conditions.append(row.due_on <= wanted.due_to)
    if wanted.received_from is not None:
        conditions.append(row.received_at >= wanted.received_from)
    if wanted.received_to is not None:
        conditions.append(row.received_at < wanted.received_to)
    if wanted.q is not None:
        conditions.append(row.words.op("@@")(func.websearch_to_tsquery(LANGUAGE, wanted.q)))
    return (
        select(
            *[row.__table__.c[name] for name in _SHOWN],
            category.name.label("category_name"),
            agency.id.label("agency_id"),
            agency.name.label("agency_name"),
            officer.id.label("officer_id"),
            officer.nip.label("officer_nip"),
            officer.name.label("officer_name"),
        )
        .outerjoin(category, matches(category, row.category_id, row))
        .outerjoin(agency, matches(agency, row.agency_id, row))
        .outerjoin(officer, matches(officer, row.officer_id, row))
        .where(*conditions)
    )


def complaint(access: Access, id: UUID) -> Select[Any]:
    return complaints(access, ComplaintFilter()).where(Complaint.id == id)


def row(access: Access, id: UUID) -> Select[Complaint]:
    """One within reach."""
    return select(Complaint).where(Complaint.id == id, complaints_within(access))


def both_locked(access: Access, ids: Collection[UUID]) -> Select[UUID]:
    """In one order, so that two merging into each other do not wait in a circle."""
    return (
        select(Complaint.id)
        .where(Complaint.region_id == access.region_id, Complaint.id.in_(ids))
        .order_by(Complaint.id)
        .with_for_update()
    )


def roles_in(access: Access, id: UUID) -> Select[Any]:
    """Whether the caller may decide about it as coordinator, answer it for the agency, assign it."""
    permissions = (Permission.COMPLAINTS_TRIAGE, Permission.COMPLAINTS_ANSWER, Permission.COMPLAINTS_ASSIGN)
    plays: list[Any] = [
        exists().where(Complaint.id == id, complaints_within(by(access, permission)))
        if permission in access.actor.permissions
        else literal(False)
        for permission in permissions
    ]
    return select(*plays)


def history(access: Access, ids: Collection[UUID]) -> Select[Any]:
    """The states of complaints in their order."""
    return (
        select(*ComplaintTransition.__table__.c)
        .where(ComplaintTransition.region_id == access.region_id, ComplaintTransition.complaint_id.in_(ids))
        .order_by(ComplaintTransition.complaint_id, ComplaintTransition.version)
    )


def messages(access: Access, ids: Collection[UUID]) -> Select[Any]:
    row, person = ComplaintMessage, aliased(Employee)
    return (
        select(
            *row.__table__.c,
            person.nip.label("employee_nip"),
            person.name.label("employee_name"),
        )
        .outerjoin(person, matches(person, row.employee_id, row))
        .where(row.region_id == access.region_id, row.complaint_id.in_(ids))
        .order_by(row.created_at, row.id)
    )


def message(access: Access, id: UUID) -> Select[ComplaintMessage]:
    """Whoever wrote it: to know that an id is taken."""
    return select(ComplaintMessage).where(
        ComplaintMessage.region_id == access.region_id, ComplaintMessage.id == id
    )


def files(access: Access, id: UUID) -> Select[Any]:
    return (
        select(*ComplaintFile.__table__.c)
        .where(ComplaintFile.region_id == access.region_id, ComplaintFile.complaint_id == id)
        .order_by(ComplaintFile.created_at, ComplaintFile.position)
    )


def known_files(access: Access, ids: Collection[UUID]) -> Select[UUID]:
    return select(ComplaintFile.id).where(
        ComplaintFile.region_id == access.region_id, ComplaintFile.id.in_(ids)
    )


def subjects(access: Access, id: UUID) -> Select[UUID, UUID | None, str, str, str]:
    row, person = ComplaintSubject, aliased(Employee)
    return (
        select(
            row.unit_id,
            row.employee_id,
            Unit.name.label("unit_name"),
            person.nip.label("employee_nip"),
            person.name.label("employee_name"),
        )
        .join(Unit, matches(Unit, row.unit_id, row))
        .outerjoin(person, matches(person, row.employee_id, row))
        .where(row.region_id == access.region_id, row.complaint_id == id)
        .order_by(Unit.path, person.sort_name)
    )


def subject_rows(access: Access, id: UUID) -> Select[ComplaintSubject]:
    return select(ComplaintSubject).where(
        ComplaintSubject.region_id == access.region_id, ComplaintSubject.complaint_id == id
    )


def is_named(access: Access, id: UUID, unit_id: UUID) -> Select[bool]:
    return select(unit_is_named(access.region_id, id, unit_id, access.today))


def is_kept_from(access: Access, id: UUID, employee_id: UUID) -> Select[bool]:
    return select(literal(id).in_(kept_from(access.region_id, employee_id, access.today)))


def reporter(access: Access, id: UUID) -> Select[ComplaintReporter]:
    return select(ComplaintReporter).where(
        ComplaintReporter.region_id == access.region_id, ComplaintReporter.id == id
    )


def reports_of_contact(access: Access, index: bytes, since: Any) -> Select[int]:
    return select(func.count()).where(
        ComplaintReporter.region_id == access.region_id,
        ComplaintReporter.contact_index == index,
        ComplaintReporter.created_at >= since,
    )


def by_code(access: Access, code: str) -> Select[Complaint]:
    """For whoever shows the code: no reach counts."""
    return select(Complaint).where(Complaint.region_id == access.region_id, Complaint.code == code)


def by_submission(access: Access, index: bytes) -> Select[Complaint]:
    return select(Complaint).where(
        Complaint.region_id == access.region_id, Complaint.submission_index == index
    )


def by_id(access: Access, id: UUID) -> Select[Complaint]:
    """For what has already been found otherwise."""
    return select(Complaint).where(Complaint.region_id == access.region_id, Complaint.id == id)


def unit(access: Access, id: UUID) -> Select[Unit]:
    return select(Unit).where(Unit.region_id == access.region_id, Unit.id == id)


def posts_in(access: Access, employee_id: UUID, path: str, day: date) -> Select[UUID]:
    """The units of a branch in which somebody active has a post on the day."""
    return (
        select(Appointment.unit_id)
        .join(Unit, matches(Unit, Appointment.unit_id, Appointment))
        .join(Employee, matches(Employee, Appointment.employee_id, Appointment))
        .where(
            Appointment.region_id == access.region_id,
            Appointment.employee_id == employee_id,
            Appointment.valid.contains(day),
            Unit.path.startswith(path, autoescape=True),
            Employee.active,
        )
    )


def category_by_code(access: Access, code: str) -> Select[ComplaintCategory]:
    row = ComplaintCategory
    return select(row).where(row.region_id == access.region_id, row.code == code)


def category(access: Access, id: UUID) -> Select[ComplaintCategory]:
    return select(ComplaintCategory).where(
        ComplaintCategory.region_id == access.region_id, ComplaintCategory.id == id
    )


def categories(access: Access) -> Select[Any]:
    return select(*ComplaintCategory.__table__.c).where(ComplaintCategory.region_id == access.region_id)


def open_categories(access: Access) -> Select[str, str, str | None, str]:
    row = ComplaintCategory
    return (
        select(row.code, row.name, row.description, Unit.name.label("agency_name"))
        .outerjoin(Unit, matches(Unit, row.agency_id, row))
        .where(
            row.region_id == access.region_id,
            or_(row.closed_on.is_(None), row.closed_on > access.today),
        )
        .order_by(row.name, row.code)
    )


def route_of(access: Access, category_id: UUID | None) -> Select[UUID, str]:
    row = ComplaintCategory
    return (
        select(Unit.id, Unit.name)
        .join(row, and_(row.region_id == Unit.region_id, row.agency_id == Unit.id))
        .where(row.region_id == access.region_id, row.id == category_id)
    )
