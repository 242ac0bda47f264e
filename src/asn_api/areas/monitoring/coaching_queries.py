"""The SQL of coaching and counselling."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, delete, distinct, exists, func, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import Delete

from asn_api.access.actor import Access
from asn_api.access.monitoring import coaching_within, signs_in
from asn_api.access.scope import employees_within, units_within
from asn_api.areas.monitoring.coaching_schemas import CoachingFilter, CountFilter
from asn_api.core.http.paging import Key, day
from asn_api.rules.coaching import CoachingStatus
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.employees import Employee
from asn_api.tables.monitoring import AgreedAction, CoachingSession
from asn_api.tables.organization import Appointment, Unit

LATEST_FIRST = (
    Key(CoachingSession.__table__.c.day, "day", day, descending=True),
    Key(CoachingSession.__table__.c.id, "id", UUID, descending=True),
)
_AGENCY = aliased(Unit)
COUNTS_ORDER = (
    Key(_AGENCY.id.expression, "agency_id", UUID),
    Key(CoachingSession.kind.expression, "kind", str),
)

_IS_OPEN = and_(
    AgreedAction.region_id == CoachingSession.region_id,
    AgreedAction.session_id == CoachingSession.id,
    AgreedAction.completed_at.is_(None),
)


def sessions(access: Access, wanted: CoachingFilter) -> Select[Any]:
    row, person, coach = CoachingSession, aliased(Employee), aliased(Employee)
    conditions: list[ColumnElement[bool]] = [coaching_within(access)]
    if wanted.role is not None:
        mine = row.coach_id if wanted.role == "COACH" else row.employee_id
        conditions.append(mine == access.employee_id)
    for column, value in (
        (row.employee_id, wanted.employee_id),
        (row.kind, wanted.kind),
        (row.status, wanted.status),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.open_actions is not None:
        has_open = exists().where(_IS_OPEN)
        conditions.append(has_open if wanted.open_actions else ~has_open)
    if wanted.day_from is not None:
        conditions.append(row.day >= wanted.day_from)
    if wanted.day_to is not None:
        conditions.append(row.day <= wanted.day_to)
    return (
        select(
            *row.__table__.c,
            person.name.label("employee_name"),
            coach.name.label("coach_name"),
            select(func.count()).where(_IS_OPEN).scalar_subquery().label("open_actions"),
        )
        .join(person, and_(person.region_id == row.region_id, person.id == row.employee_id))
        .join(coach, and_(coach.region_id == row.region_id, coach.id == row.coach_id))
        .where(*conditions)
    )


def session(access: Access, id: UUID) -> Select[Any]:
    return sessions(access, CoachingFilter()).where(CoachingSession.id == id)


def locked(access: Access, id: UUID) -> Select[CoachingSession]:
    within = select(CoachingSession).where(coaching_within(access), CoachingSession.id == id)
    return within.with_for_update(of=CoachingSession, key_share=True)


def actions(access: Access, session_id: UUID) -> Select[AgreedAction]:
    return (
        select(AgreedAction)
        .where(AgreedAction.region_id == access.region_id, AgreedAction.session_id == session_id)
        .order_by(AgreedAction.order_no)
    )


def without_actions(access: Access, session_id: UUID) -> Delete:
    return delete(AgreedAction).where(
        AgreedAction.region_id == access.region_id, AgreedAction.session_id == session_id
    )


def team_member(access: Access, employee_id: UUID) -> Select[UUID]:
    """The unit of an active employee of the caller's team."""
    return (
        select(Appointment.unit_id)
        .join(
            Employee,
            and_(Employee.region_id == Appointment.region_id, Employee.id == Appointment.employee_id),
        )
        .where(
            Appointment.region_id == access.region_id,
            Appointment.employee_id == employee_id,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(access.today),
            Employee.active,
            employees_within(access, Employee.id),
        )
    )


def counts(access: Access, wanted: CountFilter, least: int) -> Select[Any]:
    """Per agency and kind in the branches within reach; small numbers are not told."""
    row = CoachingSession
    is_told = func.count(distinct(row.employee_id)) >= least
    is_acknowledged = row.status == CoachingStatus.ACKNOWLEDGED
    conditions = [row.region_id == access.region_id, units_within(access)]
    if wanted.day_from is not None:
        conditions.append(row.day >= wanted.day_from)
    if wanted.day_to is not None:
        conditions.append(row.day <= wanted.day_to)
    return (
        select(
            _AGENCY.id.label("agency_id"),
            _AGENCY.name.label("agency_name"),
            row.kind,
            case((is_told, func.count())).label("sessions"),
            case((is_told, func.count().filter(is_acknowledged))).label("acknowledged"),
        )
        .select_from(row)
        .join(Unit, and_(Unit.region_id == row.region_id, Unit.id == row.unit_id))
        .join(_AGENCY, and_(_AGENCY.region_id == Unit.region_id, _AGENCY.id == Unit.agency_id))
        .where(*conditions)
        .group_by(_AGENCY.id, _AGENCY.name, row.kind)
    )


def due(access: Access, until: date) -> Select[UUID, date, UUID, UUID]:
    """Actions of agreed sessions that are due by a day and are not done."""
    row = AgreedAction
    return (
        select(row.id, row.due, row.session_id, CoachingSession.employee_id)
        .join(
            CoachingSession,
            and_(CoachingSession.region_id == row.region_id, CoachingSession.id == row.session_id),
        )
        .where(
            row.region_id == access.region_id,
            row.completed_at.is_(None),
            row.due >= access.today,
            row.due <= until,
            CoachingSession.status == CoachingStatus.ACKNOWLEDGED,
            signs_in(access, CoachingSession.employee_id),
        )
        .order_by(row.id)
    )
