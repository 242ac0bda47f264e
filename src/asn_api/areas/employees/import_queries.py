"""What imports read: themselves, their rows, and the state of the region that they are compared with."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, and_, any_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.employees.import_rows import FIELDS, Current, Held, Post, UnitSeen
from asn_api.areas.employees.portal_rows import EmployeeValues
from asn_api.areas.employees.sealing import unseal
from asn_api.areas.organization.unit_import import UnitPlan
from asn_api.core.crypto import Keyring
from asn_api.rules.imports import RowAction
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.employees import Employee, EmployeeGrade, EmployeeImport, EmployeeImportRow
from asn_api.tables.organization import Appointment, Position, Unit

_SHOWN = [
    column
    for column in EmployeeImport.__table__.c
    if column.name not in ("region_id", "content", "unit_content")
]


def listed(access: Access) -> Select[Any]:
    return select(*_SHOWN).where(EmployeeImport.region_id == access.region_id)


def one(access: Access, id: UUID) -> Select[EmployeeImport]:
    return select(EmployeeImport).where(EmployeeImport.region_id == access.region_id, EmployeeImport.id == id)


def rows(access: Access, id: UUID, action: RowAction | None, code: str | None) -> Select[Any]:
    row = EmployeeImportRow
    shown = (row.line, row.nip, row.action, row.employee_id, row.messages, row.changes)
    found = select(*shown).where(row.region_id == access.region_id, row.import_id == id)
    if action is not None:
        found = found.where(row.action == action)
    if code is not None:
        found = found.where(row.messages.contains([{"code": code}]))
    return found


def remarked(access: Access, id: UUID) -> Select[Any]:
    """The rows that have messages, in the file's order."""
    return (
        rows(access, id, None, None)
        .where(func.jsonb_array_length(EmployeeImportRow.messages) > 0)
        .order_by(EmployeeImportRow.line)
    )


async def units_seen(access: Access, db: AsyncSession, plan: UnitPlan) -> dict[str, UnitSeen]:
    """The units by national id, as they will be once the plan has been carried out."""
    head = and_(
        Appointment.region_id == Unit.region_id,
        Appointment.unit_id == Unit.id,
        Appointment.is_head,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        func.upper_inf(Appointment.valid),
    )
    found = await db.execute(
        select(Unit.siasn_id, Unit.name, Unit.head_title, Appointment.employee_id)
        .outerjoin(Appointment, head)
        .where(Unit.region_id == access.region_id, Unit.siasn_id.is_not(None), Unit.closed_on.is_(None))
    )
    seen = {str(siasn_id): UnitSeen(name, title, holder) for siasn_id, name, title, holder in found}
    for row in (change.row for change in plan.changes):
        known = seen.get(row.siasn_id)
        title = row.head_title or (known.head_title if known else f"Kepala {row.name}")
        seen[row.siasn_id] = UnitSeen(row.name, title, known.holder_id if known else None)
    return seen


async def known(
    access: Access,
    db: AsyncSession,
    keyring: Keyring,
    values: Sequence[EmployeeValues],
    *,
    lock: bool = False,
) -> list[Current]:
    """The employees that these values may mean, with what they hold; `lock` keeps them as they are."""
    nips = literal([each.nip for each in values], ARRAY(Text()))
    siasn_ids = literal([each.siasn_id for each in values if each.siasn_id], ARRAY(Text()))
    statement = (
        select(*Employee.__table__.c)
        .where(
            Employee.region_id == access.region_id,
            or_(Employee.nip == any_(nips), Employee.siasn_id == any_(siasn_ids)),
        )
        .order_by(Employee.id)
    )
    found = (await db.execute(statement.with_for_update() if lock else statement)).mappings().all()
    if not found:
        return []
    posts, grades = await _posts(access, db), await _grades(access, db)
    return [
        Current(
            row["id"],
            row["version"],
            {name: row[name] for name in FIELDS},
            unseal(keyring, access.region_id, row["id"], row["restricted"]),
            posts.get(row["id"]),
            grades.get(row["id"]),
        )
        for row in found
    ]


async def _posts(access: Access, db: AsyncSession) -> dict[UUID, Post]:
    """The last definitive post of everybody."""
    found: Iterable[Any] = await db.execute(
        select(
            Appointment.employee_id,
            Appointment.unit_id,
            Appointment.is_head,
            Appointment.valid,
            Position.kind,
            Position.title,
            Unit.siasn_id,
            Unit.name,
        )
        .join(
            Position,
            and_(Position.region_id == Appointment.region_id, Position.id == Appointment.position_id),
        )
        .join(Unit, and_(Unit.region_id == Appointment.region_id, Unit.id == Appointment.unit_id))
        .where(Appointment.region_id == access.region_id, Appointment.kind == AppointmentKind.DEFINITIVE)
        .order_by(func.lower(Appointment.valid))
    )
    last: dict[UUID, Post] = {}
    own_ends: dict[UUID, date] = {}
    seat_ends: dict[UUID, date] = defaultdict(lambda: date.min)
    for employee_id, unit_id, is_head, valid, kind, title, siasn_id, name in found:
        free = max(own_ends.get(employee_id, date.min), seat_ends[unit_id] if is_head else date.min)
        last[employee_id] = Post(siasn_id, name, kind, title, is_head, valid.lower, valid.upper, free)
        if valid.upper is not None:
            own_ends[employee_id] = valid.upper
            if is_head:
                seat_ends[unit_id] = valid.upper
    return last


async def _grades(access: Access, db: AsyncSession) -> dict[UUID, Held]:
    found: Iterable[Any] = await db.execute(
        select(EmployeeGrade.employee_id, EmployeeGrade.grade_code, EmployeeGrade.valid)
        .where(EmployeeGrade.region_id == access.region_id)
        .order_by(func.lower(EmployeeGrade.valid))
    )
    last: dict[UUID, Held] = {}
    ends: dict[UUID, date] = {}
    for employee_id, code, valid in found:
        last[employee_id] = Held(code, valid.lower, ends.get(employee_id, date.min))
        if valid.upper is not None:
            ends[employee_id] = valid.upper
    return last
