"""Takes over the national unit tree: what would change, and the change itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.organization.unit_tree import UnitRow, UnitTree
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.organization import PositionKind, UnitKind
from asn_api.tables.organization import Position, Unit


@dataclass(frozen=True, slots=True)
class UnitChange:
    """One unit that is new (`version` None) or differs; `changes` maps a field to `[before, after]`."""

    row: UnitRow
    version: int | None
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class UnitPlan:
    changes: tuple[UnitChange, ...]
    unchanged: int

    @property
    def created(self) -> int:
        return sum(change.version is None for change in self.changes)

    @property
    def changed(self) -> int:
        return len(self.changes) - self.created

    def shown(self) -> list[dict[str, Any]]:
        """What a dry run keeps, to be compared before the change is made."""
        return [
            {"siasn_id": c.row.siasn_id, "name": c.row.name, "version": c.version, "changes": dict(c.changes)}
            for c in self.changes
        ]


NOTHING = UnitPlan((), 0)


async def plan(access: Access, db: AsyncSession, tree: UnitTree) -> UnitPlan:
    """Compare a faultless tree with the region's. A root without a national id takes that of the file."""
    known = await _units(access, db)
    root = next(unit for unit in known if unit.parent_id is None)
    if root.siasn_id not in (None, tree.units[0].siasn_id):
        raise Problem("UNIT_OTHER_REGION", name=tree.units[0].name)
    by_siasn_id = {unit.siasn_id: unit for unit in known if unit.siasn_id} | {tree.units[0].siasn_id: root}
    names: dict[UUID | str, str] = {unit.id: unit.name for unit in known}
    names |= {row.siasn_id: row.name for row in tree.units}
    parents = {unit.id: siasn_id for siasn_id, unit in by_siasn_id.items()}
    changes, unchanged = [], 0
    for row in tree.units:
        unit = by_siasn_id.get(row.siasn_id)
        if unit is None:
            changes.append(UnitChange(row, None, {}))
        elif differing := _differing(unit, row, names, parents):
            changes.append(UnitChange(row, unit.version, differing))
        else:
            unchanged += 1
    return UnitPlan(tuple(changes), unchanged)


def _differing(
    unit: Unit, row: UnitRow, names: Mapping[UUID | str, str], parents: Mapping[UUID, str]
) -> dict[str, list[str | None]]:
    found: dict[str, list[str | None]] = {}
    if unit.siasn_id is None:
        found["siasn_id"] = [None, row.siasn_id]
    for field, before, after in (
        ("name", unit.name, row.name),
        ("head_title", unit.head_title, row.head_title or unit.head_title),
        ("echelon", unit.echelon, row.echelon),
        ("kind", unit.kind.value, _kind(unit, row).value),
    ):
        if before != after:
            found[field] = [before, after]
    if unit.parent_id is not None and row.parent_siasn_id != parents.get(unit.parent_id):
        found["parent"] = [names[unit.parent_id], names[row.parent_siasn_id or ""]]
    return found


def _kind(unit: Unit, row: UnitRow) -> UnitKind:
    """Only an agency is marked in the file; what its name was taken for, somebody may have corrected here."""
    return row.kind if UnitKind.AGENCY in (unit.kind, row.kind) else unit.kind


async def apply(access: Access, db: AsyncSession, wanted: UnitPlan, now: datetime) -> None:
    """Make the planned changes, parents first, and bring every path and agency up to date."""
    if not wanted.changes:
        return
    units = await _units(access, db)
    root = next(unit for unit in units if unit.parent_id is None)
    by_siasn_id = {unit.siasn_id: unit for unit in units if unit.siasn_id}
    before = {unit.id: (unit.version, unit.path) for unit in units}
    seats = await _seats(access, db)
    told: dict[UUID, dict[str, Any]] = {}
    for row, changes in ((change.row, change.changes) for change in wanted.changes):
        parent = by_siasn_id[row.parent_siasn_id] if row.parent_siasn_id else None
        unit = by_siasn_id.get(row.siasn_id)
        if unit is None and parent is not None:
            unit = _new(access, row, parent)
            units.append(unit)
            told[unit.id] = {"name": [None, row.name], "parent": [None, parent.name]}
        else:
            unit = unit or root
            _overwrite(unit, row, parent, seats.get(unit.id))
            told[unit.id] = dict(changes)
        by_siasn_id[row.siasn_id] = unit
    _settle(units)
    created = [unit for unit in units if unit.id not in before]
    # An existing unit may move below a new one, and a flush would write the existing ones first.
    with db.no_autoflush:
        await _insert(db, created)
    await db.flush()
    db.add_all([_seat(access, unit) for unit in created])
    await db.flush()
    await record(
        db,
        access.author,
        now,
        *(
            Change(
                "unit",
                unit.id,
                unit.version,
                "CHANGE" if unit.id in before else "CREATE",
                told.get(unit.id) or {"path": [before[unit.id][1], unit.path]},
                unit_id=unit.id,
            )
            for unit in units
            if unit.id not in before or unit.version != before[unit.id][0]
        ),
    )


async def _insert(db: AsyncSession, units: list[Unit]) -> None:
    if units:
        columns = Unit.__table__.c
        rows = [{column.key: getattr(unit, column.key) for column in columns} for unit in units]
        await db.execute(insert(Unit.__table__), rows)  # type: ignore[arg-type]


async def _units(access: Access, db: AsyncSession) -> list[Unit]:
    rows = await db.scalars(select(Unit).where(Unit.region_id == access.region_id).order_by(Unit.path))
    return list(rows)


def _new(access: Access, row: UnitRow, parent: Unit) -> Unit:
    return Unit(
        region_id=access.region_id,
        id=uuid7(),
        version=1,
        parent_id=parent.id,
        kind=row.kind,
        name=row.name,
        head_title=row.head_title or f"Kepala {row.name}",
        echelon=row.echelon,
        zone=parent.zone,
        days_per_week=parent.days_per_week,
        siasn_id=row.siasn_id,
    )


def _seat(access: Access, unit: Unit) -> Position:
    return Position(
        region_id=access.region_id,
        id=uuid7(),
        unit_id=unit.id,
        kind=PositionKind.STRUCTURAL,
        title=unit.head_title,
        is_head=True,
        echelon=unit.echelon,
        siasn_id=unit.siasn_id,
    )


async def _seats(access: Access, db: AsyncSession) -> dict[UUID, Position]:
    statement = select(Position).where(Position.region_id == access.region_id, Position.is_head)
    return {seat.unit_id: seat for seat in await db.scalars(statement)}


def _overwrite(unit: Unit, row: UnitRow, parent: Unit | None, seat: Position | None) -> None:
    # The head's post is called what the unit says, unless somebody named it otherwise here.
    if seat is not None and row.head_title and seat.title == unit.head_title:
        seat.title = row.head_title
    unit.siasn_id, unit.name, unit.echelon = row.siasn_id, row.name, row.echelon
    unit.head_title = row.head_title or unit.head_title
    unit.kind = _kind(unit, row)
    unit.parent_id = parent.id if parent else None


def _settle(units: list[Unit]) -> None:
    """Paths and agencies from the top down, also of units below one that moved."""
    children: dict[UUID | None, list[Unit]] = {}
    for unit in units:
        children.setdefault(unit.parent_id, []).append(unit)
    level = children[None]
    level[0].path = f"{level[0].id.hex}."
    while level:
        below = []
        for parent in level:
            for unit in children.get(parent.id, ()):
                unit.path = f"{parent.path}{unit.id.hex}."
                unit.agency_id = unit.id if unit.kind is UnitKind.AGENCY else parent.agency_id
                below.append(unit)
        level = below
