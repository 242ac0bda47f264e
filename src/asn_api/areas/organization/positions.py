"""Makes and changes the positions of a unit."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.organization.queries import position
from asn_api.areas.organization.schemas import PositionIn, PositionOut, PositionPatch
from asn_api.areas.organization.units import check_exists, lock, unit_within
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.tables.organization import Position

FIELDS = ("unit_id", "kind", "title", "is_head", "position_class", "echelon", "siasn_id")


async def create(access: Access, db: AsyncSession, given: PositionIn) -> tuple[Position, bool]:
    """The stored position, and whether it is new; the same one sent again is given back."""
    await lock(access, db)
    unit = await unit_within(access, db, given.unit_id, "/unit_id")
    wanted = {name: getattr(given, name) for name in FIELDS}
    if given.id is not None and (known := await db.get(Position, (access.region_id, given.id))) is not None:
        if _fields(known) != wanted:
            raise Problem("POSITION_ID_TAKEN")
        return known, False
    check_exists(unit, None)
    row = Position(region_id=access.region_id, id=given.id or uuid7(), **wanted)
    db.add(row)
    await db.flush()
    await _journal(access, db, row, "CREATE", {})
    return row, True


async def change(access: Access, db: AsyncSession, id: UUID, expected: int, given: PositionPatch) -> Position:
    await lock(access, db)
    row = await db.scalar(position(access, id).with_for_update())
    if row is None:
        raise Problem("NOT_FOUND")
    await unit_within(access, db, row.unit_id)
    check_version(row.version, expected, PositionOut.model_validate(row))
    values = given.model_dump(exclude_unset=True)
    if row.is_head and values.get("title", row.title) != row.title:
        raise Problem("POSITION_IS_HEADS")
    before = _fields(row)
    for name, value in values.items():
        setattr(row, name, value)
    await db.flush()
    await _journal(access, db, row, "CHANGE", before)
    return row


async def _journal(
    access: Access, db: AsyncSession, row: Position, action: str, before: dict[str, Any]
) -> None:
    changes = difference(before, _fields(row))
    happened = Change("position", row.id, row.version, action, changes, unit_id=row.unit_id)
    await record(db, access.author, access.now, happened)


def _fields(row: Position) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}
