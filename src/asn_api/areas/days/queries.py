"""The day from the roster and the kept totals; activities themselves are never scanned."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, case, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import employees_within, reports
from asn_api.areas.days.schemas import BoardFilter, SummaryFilter
from asn_api.core.http.paging import Key
from asn_api.rules.days import DayState
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.activities import DayTotal
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, ReportingLine, Unit
from asn_api.tables.policies import RegionalDay

Rows: TypeAlias = Select[*tuple[Any, ...]]

TOTALS = (
    "drafts",
    "waiting",
    "verified",
    "rejected",
    "late",
    "claimed_minutes",
    "verified_minutes",
)


@dataclass(frozen=True)
class Targets:
    """The day's minutes by working days per week, and the branches in which the day is off."""

    by_week: dict[int, int]
    off_paths: list[str]


def off_paths(access: Access, day: date) -> Select[str]:
    return (
        select(func.coalesce(Unit.path, ""))
        .select_from(RegionalDay)
        .outerjoin(Unit, and_(Unit.region_id == RegionalDay.region_id, Unit.id == RegionalDay.unit_id))
        .where(
            RegionalDay.region_id == access.region_id,
            RegionalDay.day == day,
            RegionalDay.withdrawn.is_(False),
        )
    )


def _target(targets: Targets) -> ColumnElement[int]:
    off = or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in targets.off_paths))
    weeks = [(Unit.days_per_week == week, minutes) for week, minutes in targets.by_week.items()]
    return case((off, 0), *weeks, else_=0)


def _sum(name: str) -> ColumnElement[int]:
    return func.coalesce(getattr(DayTotal, name), 0)


def _state(target: ColumnElement[int]) -> ColumnElement[int]:
    """The position of `rules.days.state` in its enum; a test holds the two together."""
    order = {state: literal(position, Integer) for position, state in enumerate(DayState)}
    reported = _sum("waiting") + _sum("verified") + _sum("rejected")
    return case(
        (and_(reported == 0, target > 0), order[DayState.NOT_REPORTED]),
        (reported == 0, order[DayState.DAY_OFF]),
        (_sum("rejected") > 0, order[DayState.REJECTED]),
        (_sum("claimed_minutes") < target, order[DayState.BELOW_TARGET]),
        (_sum("waiting") > 0, order[DayState.WAITING]),
        else_=order[DayState.DONE],
    )


def _roster(access: Access, day: date, targets: Targets, wanted: BoardFilter | SummaryFilter) -> Rows:
    """Who held a definitive post on the day within reach, with the day's totals beside."""
    target = _target(targets).label("target")
    statement = (
        select(
            Employee.id,
            Employee.nip,
            Employee.name,
            Employee.sort_name,
            Unit.id.label("unit_id"),
            Unit.name.label("unit_name"),
            Unit.path,
            target,
            _state(_target(targets)).label("severity"),
            *(_sum(name).label(name) for name in TOTALS),
            DayTotal.first_reported_at,
        )
        .select_from(Appointment)
        .join(
            Employee,
            and_(Employee.region_id == Appointment.region_id, Employee.id == Appointment.employee_id),
        )
        .join(Unit, and_(Unit.region_id == Appointment.region_id, Unit.id == Appointment.unit_id))
        .outerjoin(
            DayTotal,
            and_(
                DayTotal.region_id == Appointment.region_id,
                DayTotal.employee_id == Appointment.employee_id,
                DayTotal.day == day,
            ),
        )
        .where(
            Appointment.region_id == access.region_id,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(day),
            _within(access, day),
        )
    )
    if wanted.unit_id is not None:
        top = aliased(Unit)
        statement = statement.join(
            top, and_(top.region_id == Unit.region_id, Unit.path.startswith(top.path))
        ).where(top.id == wanted.unit_id)
    if wanted.team:
        statement = statement.where(
            Employee.id.in_(_reports(access, day))
            if access.employee_id is not None and access.reaches(Reach.TEAM)
            else false()
        )
    return statement


def _within(access: Access, day: date) -> ColumnElement[bool]:
    """The branch is that of the day shown; who is one's superior today sees it too."""
    if access.reaches(Reach.REGION):
        return employees_within(access, Employee.id)
    branches = [Unit.path.startswith(path, autoescape=True) for path in access.branches]
    return or_(false(), *branches, employees_within(_personal(access), Employee.id, day))


def _personal(access: Access) -> Access:
    kept = frozenset(scope for scope in access.scopes if scope[0] in (Reach.OWN, Reach.TEAM))
    return Access(access.actor, access.permission, kept, access.now, access.request_id)


def _reports(access: Access, day: date) -> Select[UUID]:
    return reports(access, day).with_only_columns(ReportingLine.employee_id)


def board(access: Access, day: date, targets: Targets, wanted: BoardFilter) -> Select[Any]:
    roster = _roster(access, day, targets, wanted).subquery()
    statement = select(*roster.c)
    if wanted.state is not None:
        statement = statement.where(roster.c.severity == list(DayState).index(wanted.state))
    return statement


def board_keys(statement: Select[Any]) -> tuple[Key, ...]:
    """Problem rows first, then by name."""
    columns = {column.key: column for column in statement.selected_columns}
    return (
        Key(columns["severity"], "severity", int),
        Key(columns["sort_name"], "sort_name", str),
        Key(columns["id"], "id", UUID),
    )


def sums(access: Access, day: date, targets: Targets, wanted: SummaryFilter, level: int) -> Rows:
    """One row per unit of that level of the tree (0 is the root): people counted under their ancestor."""
    roster = _roster(access, day, targets, wanted).subquery()
    node = func.coalesce(
        func.nullif(func.split_part(roster.c.path, ".", level + 1), ""),
        func.split_part(roster.c.path, ".", level),
    )
    reported = roster.c.waiting + roster.c.verified + roster.c.rejected > 0
    return select(
        node.label("node"),
        func.count().label("employees"),
        func.count().filter(roster.c.target > 0).label("expected"),
        func.count().filter(reported).label("reported"),
        func.count().filter(and_(roster.c.target > 0, ~reported)).label("not_reported"),
        func.count().filter(and_(reported, roster.c.claimed_minutes < roster.c.target)).label("below_target"),
        func.sum(roster.c.late).label("late_activities"),
        func.sum(roster.c.waiting).label("waiting_activities"),
        func.sum(roster.c.rejected).label("rejected_activities"),
        func.sum(roster.c.target).label("target_minutes"),
        func.sum(roster.c.claimed_minutes).label("claimed_minutes"),
        func.sum(roster.c.verified_minutes).label("verified_minutes"),
    ).group_by(node)


def waiting_before(access: Access, day: date, wanted: SummaryFilter) -> Select[int]:
    """Activities of earlier days that still wait, of the people within reach today."""
    statement = select(func.coalesce(func.sum(DayTotal.waiting), 0)).where(
        DayTotal.region_id == access.region_id, DayTotal.waiting > 0, DayTotal.day < day
    )
    if wanted.team:
        mine = access.employee_id if access.reaches(Reach.TEAM) else None
        return statement.where(DayTotal.employee_id.in_(_reports(access, access.today)) if mine else false())
    if wanted.unit_id is not None:
        top = aliased(Unit)
        below = (
            select(Appointment.employee_id)
            .join(Unit, and_(Unit.region_id == Appointment.region_id, Unit.id == Appointment.unit_id))
            .join(top, and_(top.region_id == Unit.region_id, Unit.path.startswith(top.path)))
            .where(
                Appointment.region_id == access.region_id,
                Appointment.kind == AppointmentKind.DEFINITIVE,
                Appointment.valid.contains(access.today),
                top.id == wanted.unit_id,
            )
        )
        statement = statement.where(DayTotal.employee_id.in_(below))
    return statement.where(employees_within(access, DayTotal.employee_id))


def unit(access: Access, id: UUID) -> Select[Unit]:
    return select(Unit).where(Unit.region_id == access.region_id, Unit.id == id)


def unit_names(access: Access, ids: list[UUID]) -> Select[UUID, str]:
    return select(Unit.id, Unit.name).where(Unit.region_id == access.region_id, Unit.id.in_(ids))


def own_posts(access: Access, start: date, end: date) -> Rows:
    """The caller's definitive posts that touch the span, with the week and path of their units."""
    return (
        select(Appointment.valid, Unit.path, Unit.days_per_week, Unit.zone)
        .join(Unit, and_(Unit.region_id == Appointment.region_id, Unit.id == Appointment.unit_id))
        .where(
            Appointment.region_id == access.region_id,
            Appointment.employee_id == access.employee_id,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.overlaps(func.daterange(start, end + timedelta(days=1))),
        )
    )


def own_totals(access: Access, start: date, end: date) -> Select[DayTotal]:
    return select(DayTotal).where(
        DayTotal.region_id == access.region_id,
        DayTotal.employee_id == access.employee_id,
        DayTotal.day.between(start, end),
    )
