"""Who handles complaints: officers, heads and contacts of agencies, coordinators; never whom one is kept from."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.complaints import kept_from
from asn_api.access.monitoring import signs_in
from asn_api.rules.complaint_clocks import ClockStage
from asn_api.rules.complaints import OPEN, ComplaintStatus
from asn_api.rules.identity import GrantedRole
from asn_api.tables.complaints import Complaint
from asn_api.tables.employees import Employee
from asn_api.tables.identity import Account, RoleGrant
from asn_api.tables.organization import Appointment, Unit

OFFICER, HEAD, CONTACT, COORDINATOR = "officer", "head", "contact", "coordinator"


def people(access: Access, ids: Collection[UUID]) -> Select[Any]:
    """For complaints: `part` and `employee_id` of everybody who handles them and may know of them today."""
    row, agency = Complaint, aliased(Unit)
    own = and_(agency.region_id == row.region_id, agency.id == row.agency_id)
    of_these = and_(row.region_id == access.region_id, row.id.in_(ids))
    officer = select(row.id, _label(OFFICER), row.officer_id.label("employee_id")).where(
        of_these, row.officer_id.is_not(None)
    )
    head = (
        select(row.id, _label(HEAD), Appointment.employee_id)
        .join(
            Appointment,
            and_(Appointment.region_id == row.region_id, Appointment.unit_id == row.agency_id),
        )
        .where(of_these, Appointment.is_head, Appointment.valid.contains(access.today))
    )
    held = (
        select(RoleGrant.role, Account.employee_id, Unit.path, Unit.parent_id)
        .join(Account, and_(Account.region_id == RoleGrant.region_id, Account.id == RoleGrant.account_id))
        .join(Unit, and_(Unit.region_id == RoleGrant.region_id, Unit.id == RoleGrant.unit_id))
        .where(
            RoleGrant.region_id == access.region_id,
            RoleGrant.valid.contains(access.today),
            Account.employee_id.is_not(None),
        )
        .subquery()
    )
    contact = (
        select(row.id, _label(CONTACT), held.c.employee_id)
        .join(agency, own)
        .join(held, agency.path.startswith(held.c.path))
        .where(of_these, held.c.role == GrantedRole.COMPLAINT_CONTACT)
    )
    coordinator = (
        select(row.id, _label(COORDINATOR), held.c.employee_id)
        .outerjoin(agency, own)
        .join(held, or_(held.c.parent_id.is_(None), agency.path.startswith(held.c.path)))
        .where(of_these, held.c.role == GrantedRole.COMPLAINT_COORDINATOR)
    )
    found = union_all(officer, head, contact, coordinator).subquery()
    return (
        select(found.c.id, found.c.part, found.c.employee_id)
        .join(
            Employee,
            and_(Employee.region_id == access.region_id, Employee.id == found.c.employee_id),
        )
        .where(
            Employee.active,
            signs_in(access, Employee.id),
            found.c.id.not_in(kept_from(access.region_id, Employee.id, access.today)),
        )
        .distinct()
    )


def _label(part: str) -> ColumnElement[str]:
    return literal(part).label("part")


def running(access: Access, after: UUID | None, rows: int) -> Select[Complaint]:
    """Open complaints in the order of their ids, so many after one."""
    statement = select(Complaint).where(
        Complaint.region_id == access.region_id, Complaint.status.in_(sorted(OPEN))
    )
    if after is not None:
        statement = statement.where(Complaint.id > after)
    return statement.order_by(Complaint.id).limit(rows)


def silent(access: Access, rows: int) -> Select[Complaint]:
    """Locked: answered, and the reporter's days are over by the calendar as it was known."""
    return (
        select(Complaint)
        .where(
            Complaint.region_id == access.region_id,
            Complaint.status == ComplaintStatus.ANSWERED,
            Complaint.due_on < access.today,
        )
        .order_by(Complaint.id)
        .limit(rows)
        .with_for_update(skip_locked=True)
    )


def due_soon(access: Access, until: date) -> Select[UUID, str, date | None, ClockStage | None, UUID | None]:
    """What officials have to do by a day."""
    row = Complaint
    return select(row.id, row.code, row.due_on, row.due_stage, row.agency_id).where(
        row.region_id == access.region_id,
        row.due_on <= until,
        row.due_stage != ClockStage.REPORTER_RESPONSE_AUTO_CLOSE,
    )
