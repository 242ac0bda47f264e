"""The SQL of employees: the list, the one record, what happened to it and who looked at it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.scope import employees_within, hot_employees_within, hot_params, units_within
from asn_api.areas.employees.schemas import EmployeeFilter
from asn_api.core.database import Database, Prepared
from asn_api.core.http.paging import Key, moment
from asn_api.core.journal import JournalEntry
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.privacy import FieldClass, fields_of
from asn_api.tables.employees import Employee, EmployeeGrade
from asn_api.tables.identity import Account
from asn_api.tables.organization import Appointment, Position, ReportingLine, Unit

_EMPLOYEES = Employee.__table__.c
_Agency = aliased(Unit, name="agency")
_Superior = aliased(Employee, name="superior")


def _with_posts(columns: Sequence[Any], day: ColumnElement[Any] | date) -> Select[Any]:
    """Beside each employee the definitive post, its unit and agency, and the grade of the day."""
    return (
        select(*columns)
        .select_from(Employee)
        .outerjoin(
            Appointment,
            and_(
                Appointment.region_id == Employee.region_id,
                Appointment.employee_id == Employee.id,
                Appointment.kind == AppointmentKind.DEFINITIVE,
                Appointment.valid.contains(day),
            ),
        )
        .outerjoin(
            Position, and_(Position.region_id == Employee.region_id, Position.id == Appointment.position_id)
        )
        .outerjoin(Unit, and_(Unit.region_id == Employee.region_id, Unit.id == Appointment.unit_id))
        .outerjoin(_Agency, and_(_Agency.region_id == Employee.region_id, _Agency.id == Unit.agency_id))
        .outerjoin(
            EmployeeGrade,
            and_(
                EmployeeGrade.region_id == Employee.region_id,
                EmployeeGrade.employee_id == Employee.id,
                EmployeeGrade.valid.contains(day),
            ),
        )
    )


_POSTS = (
    Unit.id.label("unit_id"),
    Unit.name.label("unit_name"),
    _Agency.id.label("agency_id"),
    _Agency.name.label("agency_name"),
    Position.id.label("position_id"),
    Position.title.label("position_title"),
    Position.kind.label("position_kind"),
    Appointment.is_head,
    EmployeeGrade.grade_code,
)


def listed(access: Access, wanted: EmployeeFilter) -> Select[Any]:
    """Employees within today's reach, as they stand on the asked day."""
    statement = _with_posts(
        (
            Employee.id,
            Employee.nip,
            Employee.name,
            Employee.sort_name,
            Employee.front_title,
            Employee.back_title,
            Employee.employment,
            Employee.active,
            Employee.version,
            *_POSTS,
        ),
        wanted.as_of or access.today,
    ).where(Employee.region_id == access.region_id, employees_within(access, Employee.id))
    if wanted.q:
        statement = statement.where(_found(wanted.q))
    if wanted.unit_id:
        statement = statement.where(Appointment.unit_id.in_(_branch(access, wanted.unit_id)))
    if wanted.agency_id:
        statement = statement.where(Unit.agency_id == wanted.agency_id)
    if wanted.employment:
        statement = statement.where(Employee.employment == wanted.employment)
    if wanted.active is not None:
        statement = statement.where(Employee.active == wanted.active)
    if wanted.position_kind:
        statement = statement.where(Position.kind == wanted.position_kind)
    if wanted.grade_code:
        statement = statement.where(EmployeeGrade.grade_code == wanted.grade_code)
    return statement


def order(wanted: EmployeeFilter) -> list[Key]:
    down = wanted.sort.startswith("-")
    if wanted.sort.endswith("nip"):
        return [Key(_EMPLOYEES.nip, "nip", str, down)]
    return [Key(_EMPLOYEES.sort_name, "sort_name", str, down), Key(_EMPLOYEES.id, "id", UUID, down)]


def _found(q: str) -> ColumnElement[bool]:
    digits = "".join(q.split())
    if digits.isascii() and digits.isdigit():
        # A range instead of LIKE: the index of the NIP serves it under every collation.
        return Employee.nip.between(digits[:18].ljust(18, "0"), digits[:18].ljust(18, "9"))
    return and_(*[Employee.sort_name.contains(word, autoescape=True) for word in q.lower().split()[:8]])


def _branch(access: Access, unit_id: UUID) -> Select[Any]:
    top = aliased(Unit)
    below = aliased(Unit)
    return (
        select(below.id)
        .join(top, and_(top.region_id == below.region_id, below.path.startswith(top.path)))
        .where(top.region_id == access.region_id, top.id == unit_id)
    )


_DAY = bindparam("day", type_=Date)


def _object(**members: Any) -> ColumnElement[Any]:
    """A JSON object; its names are part of the statement, not parameters of it."""
    pairs: list[Any] = []
    for name, value in members.items():
        pairs += (literal_column(f"'{name}'"), value)
    return func.jsonb_build_object(*pairs)


_OTHER_UNIT = aliased(Unit)
_OTHER_POSITION = aliased(Position)
_OTHER_POST = aliased(Appointment)

_ACTING = (
    select(
        func.jsonb_agg(
            _object(
                kind=_OTHER_POST.kind,
                unit=_object(id=_OTHER_UNIT.id, name=_OTHER_UNIT.name),
                position=_object(
                    id=_OTHER_POSITION.id,
                    title=_OTHER_POSITION.title,
                    kind=_OTHER_POSITION.kind,
                    is_head=_OTHER_POST.is_head,
                ),
            )
        )
    )
    .join(
        _OTHER_UNIT,
        and_(_OTHER_UNIT.region_id == _OTHER_POST.region_id, _OTHER_UNIT.id == _OTHER_POST.unit_id),
    )
    .join(
        _OTHER_POSITION,
        and_(
            _OTHER_POSITION.region_id == _OTHER_POST.region_id, _OTHER_POSITION.id == _OTHER_POST.position_id
        ),
    )
    .where(
        _OTHER_POST.region_id == Employee.region_id,
        _OTHER_POST.employee_id == Employee.id,
        _OTHER_POST.kind != AppointmentKind.DEFINITIVE,
        _OTHER_POST.valid.contains(_DAY),
    )
    .scalar_subquery()
)

_RECORD = (
    _with_posts(
        (
            Employee.id,
            Employee.version,
            *[
                getattr(Employee, name)
                for name in fields_of(FieldClass.PUBLIC, FieldClass.INTERNAL, FieldClass.CONFIDENTIAL)
            ],
            Employee.restricted,
            *_POSTS,
            func.lower(Appointment.valid).label("since"),
            func.lower(EmployeeGrade.valid).label("grade_since"),
            _Superior.id.label("superior_id"),
            _Superior.name.label("superior_name"),
            _ACTING.label("acting"),
        ),
        _DAY,
    )
    .outerjoin(
        ReportingLine,
        and_(
            ReportingLine.region_id == Employee.region_id,
            ReportingLine.employee_id == Employee.id,
            ReportingLine.valid.contains(_DAY),
        ),
    )
    .outerjoin(
        _Superior,
        and_(_Superior.region_id == Employee.region_id, _Superior.id == ReportingLine.superior_id),
    )
    .where(
        Employee.region_id == bindparam("region_id", type_=Uuid),
        Employee.id == bindparam("employee_id", type_=Uuid),
        hot_employees_within(Employee.region_id, Employee.id),
    )
)
_PREPARED_RECORD = Prepared(_RECORD)


def _of(access: Access, employee_id: UUID, day: date) -> dict[str, Any]:
    own = {"region_id": access.region_id, "employee_id": employee_id, "day": day}
    return own | hot_params(access)


async def hot_record(
    access: Access, database: Database, employee_id: UUID, day: date
) -> Mapping[str, Any] | None:
    """The record by one prepared statement outside any transaction."""
    return await database.fetch_row(_PREPARED_RECORD, _of(access, employee_id, day))


async def record(access: Access, db: AsyncSession, employee_id: UUID, day: date) -> Mapping[str, Any] | None:
    """The record as this transaction sees it."""
    found = (await db.execute(_RECORD, _of(access, employee_id, day))).mappings().one_or_none()
    return None if found is None else dict(found)


async def locked(access: Access, db: AsyncSession, employee_id: UUID) -> Employee | None:
    """The employee within reach, held until the transaction ends."""
    found: Employee | None = await db.scalar(
        select(Employee)
        .where(
            Employee.region_id == access.region_id,
            Employee.id == employee_id,
            employees_within(access, Employee.id),
        )
        .with_for_update(of=Employee)
    )
    return found


async def within_reach(access: Access, db: AsyncSession, employee_id: UUID) -> Employee | None:
    found: Employee | None = await db.scalar(
        select(Employee).where(
            Employee.region_id == access.region_id,
            Employee.id == employee_id,
            employees_within(access, Employee.id),
        )
    )
    return found


async def unit_of(access: Access, db: AsyncSession, employee_id: UUID) -> UUID | None:
    """The unit of today's definitive post."""
    found: UUID | None = await db.scalar(
        select(Appointment.unit_id).where(
            Appointment.region_id == access.region_id,
            Appointment.employee_id == employee_id,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(access.today),
        )
    )
    return found


async def post(access: Access, db: AsyncSession, position_id: UUID) -> Position | None:
    """A position within reach in a unit that is open, held so that it stays there."""
    found: Position | None = await db.scalar(
        select(Position)
        .join(Unit, and_(Unit.region_id == Position.region_id, Unit.id == Position.unit_id))
        .where(
            Position.region_id == access.region_id,
            Position.id == position_id,
            Unit.closed_on.is_(None),
            units_within(access),
        )
        .with_for_update(read=True, of=Position)
    )
    return found


def history(access: Access, employee_id: UUID) -> Select[Any]:
    """Appointments, grades and changes of one record as one list of events."""
    zone = access.actor.zone.tz.key

    def began(day: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.timezone(zone, cast(day, DateTime(timezone=False)))

    posts = (
        select(
            began(func.lower(Appointment.valid)).label("at"),
            literal("APPOINTMENT").label("kind"),
            cast(Appointment.id, Text).label("id"),
            _object(
                kind=Appointment.kind,
                title=Position.title,
                is_head=Appointment.is_head,
                unit=_object(id=Unit.id, name=Unit.name),
                since=func.lower(Appointment.valid),
                until=func.upper(Appointment.valid),
                decree_number=Appointment.decree_number,
                decree_date=Appointment.decree_date,
            ).label("content"),
        )
        .join(
            Position,
            and_(Position.region_id == Appointment.region_id, Position.id == Appointment.position_id),
        )
        .join(Unit, and_(Unit.region_id == Appointment.region_id, Unit.id == Appointment.unit_id))
        .where(Appointment.region_id == access.region_id, Appointment.employee_id == employee_id)
    )
    grades = select(
        began(func.lower(EmployeeGrade.valid)).label("at"),
        literal("GRADE").label("kind"),
        cast(EmployeeGrade.id, Text).label("id"),
        _object(
            grade_code=EmployeeGrade.grade_code,
            since=func.lower(EmployeeGrade.valid),
            until=func.upper(EmployeeGrade.valid),
        ).label("content"),
    ).where(EmployeeGrade.region_id == access.region_id, EmployeeGrade.employee_id == employee_id)
    changes = select(
        JournalEntry.at.label("at"),
        literal("CHANGE").label("kind"),
        cast(JournalEntry.seq, Text).label("id"),
        _object(action=JournalEntry.action, changes=JournalEntry.changes).label("content"),
    ).where(
        JournalEntry.region_id == access.region_id,
        JournalEntry.entity == "employee",
        JournalEntry.entity_id == employee_id,
        JournalEntry.action != "DISCLOSE",
    )
    events = union_all(posts, grades, changes).subquery("events")
    reached = select(Employee.id).where(
        Employee.region_id == access.region_id,
        Employee.id == employee_id,
        employees_within(access, Employee.id),
    )
    return select(events.c.at, events.c.kind, events.c.id, events.c.content).where(reached.exists())


def history_order(statement: Select[Any]) -> list[Key]:
    at, kind, id, _ = statement.selected_columns
    return [Key(at, "at", moment, True), Key(kind, "kind", str, True), Key(id, "id", str, True)]


def views(access: Access) -> Select[Any]:
    """Who opened restricted fields of the caller's own record."""
    return (
        select(
            JournalEntry.seq,
            JournalEntry.at,
            JournalEntry.changes,
            JournalEntry.actor_id,
            func.coalesce(Employee.name, Account.login).label("by"),
        )
        .outerjoin(
            Employee, and_(Employee.region_id == JournalEntry.region_id, Employee.id == JournalEntry.actor_id)
        )
        .outerjoin(
            Account, and_(Account.region_id == JournalEntry.region_id, Account.id == JournalEntry.account_id)
        )
        .where(
            JournalEntry.region_id == access.region_id,
            JournalEntry.entity == "employee",
            JournalEntry.entity_id == access.employee_id,
            JournalEntry.action == "DISCLOSE",
        )
    )


VIEWS_ORDER = [Key(JournalEntry.__table__.c.seq, "seq", int, True)]
