"""Sums of months and of verifiers; activities are read only for one's own team, which is a handful of people."""

from collections.abc import Collection
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Select,
    Subquery,
    Uuid,
    and_,
    any_,
    cast,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import employees_within, team, units_within
from asn_api.areas.oversight.schemas import MonthFilter
from asn_api.core.http.paging import Key, day
from asn_api.rules.activities import ActivityStatus, Flag
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.rollups import CATEGORY_MINUTES, DECISION_NUMBERS, MONTH_NUMBERS
from asn_api.tables.activities import Activity, DayTotal, UnitMonth, VerificationDay
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, ReportingLine, Unit
from asn_api.tables.policies import RegionalDay

Rows: TypeAlias = Select[*tuple[Any, ...]]

NEVER = date(9999, 12, 31)
"""Sorts those for whom nothing waits behind the others."""


def of_units(access: Access, wanted: MonthFilter) -> bool:
    """Whether whole units are within reach, or only the people of one's own team."""
    return not wanted.team and (access.reaches(Reach.REGION) or bool(access.branches))


def months(access: Access, first: date, after: date, held: Collection[UUID], wanted: MonthFilter) -> Rows:
    """The units with activities in the month or with posts (`held`), by agency and path; null is no activity."""
    agency = aliased(Unit)
    sums = (
        _kept(access, first) if of_units(access, wanted) else _of_team(access, first, after, wanted)
    ).subquery()
    return (
        select(
            Unit.id,
            Unit.name,
            Unit.path,
            Unit.days_per_week,
            Unit.agency_id,
            agency.name.label("agency_name"),
            *(sums.c[name] for name in MONTH_NUMBERS),
        )
        .select_from(Unit)
        .outerjoin(sums, sums.c.unit_id == Unit.id)
        .outerjoin(agency, and_(agency.region_id == Unit.region_id, agency.id == Unit.agency_id))
        .where(
            Unit.region_id == access.region_id,
            or_(sums.c.unit_id.is_not(None), Unit.id == any_(literal(list(held), ARRAY(Uuid)))),
            _within(access, wanted),
        )
        .order_by(agency.name, Unit.path)
    )


def posts(access: Access, first: date, after: date, wanted: MonthFilter) -> Rows:
    """How many people held posts in a unit over which part of the month: `after` is no longer part of it."""
    lower = func.greatest(func.lower(Appointment.valid), literal(first, Date)).label("start")
    upper = func.least(func.upper(Appointment.valid), literal(after, Date)).label("after")
    return (
        _posts(access, first, after, wanted)
        .with_only_columns(Appointment.unit_id, lower, upper, func.count().label("people"))
        .group_by(Appointment.unit_id, lower, upper)
    )


def _posts(access: Access, first: date, after: date, wanted: MonthFilter) -> Rows:
    statement = select(Appointment).where(
        Appointment.region_id == access.region_id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.overlaps(func.daterange(first, after)),
    )
    if not of_units(access, wanted):
        statement = statement.where(_people(access, Appointment.employee_id, wanted))
    if access.reaches(Reach.REGION) and wanted.unit_id is None:
        return statement  # every unit: a join of all posts for nothing
    return statement.where(Appointment.unit_id.in_(select(Unit.id).where(_within(access, wanted))))


def _within(access: Access, wanted: MonthFilter) -> ColumnElement[bool]:
    conditions = [units_within(access)] if of_units(access, wanted) else []
    if wanted.unit_id is not None:
        top = aliased(Unit)
        path = select(top.path).where(top.region_id == access.region_id, top.id == wanted.unit_id)
        conditions.append(Unit.path.startswith(path.scalar_subquery()))
    return and_(Unit.region_id == access.region_id, *conditions)


def _people(access: Access, employee_id: Any, wanted: MonthFilter) -> ColumnElement[bool]:
    if access.employee_id is None:
        return false()
    conditions: list[ColumnElement[bool]] = []
    if access.reaches(Reach.TEAM):
        conditions.append(employee_id.in_(team(access.region_id, access.employee_id, access.today)))
    if access.reaches(Reach.OWN) and not wanted.team:
        conditions.append(employee_id == access.employee_id)
    return or_(false(), *conditions)


def _kept(access: Access, first: date) -> Rows:
    return select(UnitMonth.unit_id, *(getattr(UnitMonth, name) for name in MONTH_NUMBERS)).where(
        UnitMonth.region_id == access.region_id, UnitMonth.month == first
    )


def _of_team(access: Access, first: date, after: date, wanted: MonthFilter) -> Rows:
    """The same sums of one's own team; a test holds them to `rules.rollups`."""
    return (
        select(Activity.unit_id, *activity_sums())
        .where(
            Activity.region_id == access.region_id,
            Activity.day >= first,
            Activity.day < after,
            _people(access, Activity.employee_id, wanted),
        )
        .group_by(Activity.unit_id)
    )


def activity_sums() -> list[ColumnElement[int]]:
    """`rules.rollups.of_activity` summed, as columns named after its numbers."""
    status = Activity.status
    handed_in = status != ActivityStatus.DRAFT
    verified = status == ActivityStatus.VERIFIED
    claimed = status.in_([ActivityStatus.SUBMITTED, ActivityStatus.VERIFIED])

    def minutes(column: Any, condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(column).filter(condition), 0)

    sums = {
        "drafts": func.count().filter(status == ActivityStatus.DRAFT),
        "waiting": func.count().filter(status == ActivityStatus.SUBMITTED),
        "verified": func.count().filter(verified),
        "rejected": func.count().filter(status == ActivityStatus.REJECTED),
        "late": func.count().filter(and_(handed_in, Activity.flags.contains([Flag.LATE.value]))),
        "flagged": func.count().filter(and_(handed_in, func.cardinality(Activity.flags) > 0)),
        "claimed_minutes": minutes(Activity.minutes, claimed),
        "verified_minutes": minutes(Activity.verified_minutes, verified),
        **{
            name: minutes(Activity.verified_minutes, and_(verified, Activity.category == category))
            for category, name in CATEGORY_MINUTES.items()
        },
    }
    return [sums[name].label(name) for name in MONTH_NUMBERS]


def unit(access: Access, id: UUID) -> Select[Unit]:
    return select(Unit).where(Unit.region_id == access.region_id, Unit.id == id)


def days_off_of_branches(access: Access, first: date, after: date) -> Select[date, str]:
    return (
        select(RegionalDay.day, Unit.path)
        .join(Unit, and_(Unit.region_id == RegionalDay.region_id, Unit.id == RegionalDay.unit_id))
        .where(
            RegionalDay.region_id == access.region_id,
            RegionalDay.day >= first,
            RegionalDay.day < after,
            RegionalDay.withdrawn.is_(False),
        )
    )


def verifiers(access: Access, start: date, end: date) -> Rows:
    """Who decided within the days or has work waiting today, with the sums of the one and the other."""
    decisions, waiting = _decisions(access, start, end), _waiting(access)
    oldest = func.coalesce(waiting.c.oldest, cast(literal(NEVER), Date))
    return (
        select(
            Employee.id,
            Employee.nip,
            Employee.name,
            Employee.sort_name,
            *(func.coalesce(decisions.c[name], 0).label(name) for name in DECISION_NUMBERS),
            func.coalesce(waiting.c.waiting, 0).label("waiting"),
            oldest.label("oldest"),
        )
        .select_from(Employee)
        .outerjoin(decisions, decisions.c.verifier_id == Employee.id)
        .outerjoin(waiting, waiting.c.superior_id == Employee.id)
        .where(
            Employee.region_id == access.region_id,
            employees_within(access, Employee.id),
            or_(decisions.c.verifier_id.is_not(None), waiting.c.superior_id.is_not(None)),
        )
    )


def verifier(access: Access, id: UUID, start: date, end: date) -> Rows:
    return verifiers(access, start, end).where(Employee.id == id)


def verifier_keys(statement: Rows) -> tuple[Key, ...]:
    """Whose reports wait longest comes first."""
    columns = {column.key: column for column in statement.selected_columns}
    return (
        Key(columns["oldest"], "oldest", day),
        Key(columns["sort_name"], "sort_name", str),
        Key(columns["id"], "id", UUID),
    )


def _decisions(access: Access, start: date, end: date) -> Subquery:
    return (
        select(
            VerificationDay.verifier_id,
            *(func.sum(getattr(VerificationDay, name)).label(name) for name in DECISION_NUMBERS),
        )
        .where(
            VerificationDay.region_id == access.region_id,
            VerificationDay.day.between(start, end),
            employees_within(access, VerificationDay.verifier_id),
        )
        .group_by(VerificationDay.verifier_id)
        .subquery()
    )


def _waiting(access: Access) -> Subquery:
    return (
        select(
            ReportingLine.superior_id,
            func.sum(DayTotal.waiting).label("waiting"),
            func.min(DayTotal.day).label("oldest"),
        )
        .join(
            DayTotal,
            and_(
                DayTotal.region_id == ReportingLine.region_id,
                DayTotal.employee_id == ReportingLine.employee_id,
                DayTotal.waiting > 0,
            ),
        )
        .where(
            ReportingLine.region_id == access.region_id,
            ReportingLine.valid.contains(access.today),
            employees_within(access, ReportingLine.superior_id),
        )
        .group_by(ReportingLine.superior_id)
        .subquery()
    )
