"""Makes, changes, moves and closes units. A change of the tree is a change of who answers to whom."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.authority import announce
from asn_api.access.scope import units_within
from asn_api.areas.organization.lines import rebuild
from asn_api.areas.organization.schemas import UnitIn, UnitOut, UnitPatch
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.organization import PositionKind, UnitKind
from asn_api.tables.organization import Appointment, Position, Region, Unit

GIVEN = ("parent_id", "kind", "name", "head_title", "echelon", "siasn_id")
KEPT = (*GIVEN, "agency_id", "zone", "days_per_week", "closed_on")


async def lock(access: Access, db: AsyncSession) -> None:
    """One change of a region's organisation at a time: paths, seats and lines depend on all of it."""
    row = select(Region.id).where(Region.id == access.region_id)
    await db.execute(row.with_for_update(key_share=True))


async def unit_within(access: Access, db: AsyncSession, id: UUID, pointer: str | None = None) -> Unit:
    """The unit, locked, if it lies in the caller's branches."""
    found = await db.scalar(select(Unit).where(Unit.id == id, units_within(access)).with_for_update())
    if found is None:
        raise Problem("NOT_FOUND", faults=[Fault(pointer, "NOT_FOUND")] if pointer else ())
    return found


def check_exists(unit: Unit, until: date | None) -> None:
    """`until` is the last day on which the unit is needed; None for ever."""
    if unit.closed_on is not None and (until is None or until >= unit.closed_on):
        raise Problem("UNIT_CLOSED", name=unit.name, closed_on=unit.closed_on.isoformat())


async def settle(access: Access, db: AsyncSession) -> None:
    """What follows from any change of tree or seats: reporting lines, and the roles of heads and admins."""
    await rebuild(db, access.region_id)
    await announce(db, "region", access.region_id)


async def create(access: Access, db: AsyncSession, given: UnitIn) -> tuple[Unit, bool]:
    """The stored unit with its head's post, and whether it is new; the same one sent again is given back."""
    await lock(access, db)
    parent = await unit_within(access, db, given.parent_id, "/parent_id")
    if given.id is not None and (known := await db.get(Unit, (access.region_id, given.id))) is not None:
        if any(getattr(known, name) != getattr(given, name) for name in GIVEN):
            raise Problem("UNIT_ID_TAKEN")
        return known, False
    check_exists(parent, None)
    _check_kind(given.kind)
    id = given.id or uuid7()
    unit = Unit(
        region_id=access.region_id,
        id=id,
        agency_id=id if given.kind is UnitKind.AGENCY else parent.agency_id,
        path=f"{parent.path}{id.hex}.",
        zone=given.zone or parent.zone,
        days_per_week=given.days_per_week or parent.days_per_week,
        closed_on=None,
        **{name: getattr(given, name) for name in GIVEN},
    )
    db.add(unit)
    await db.flush()
    seat = Position(
        region_id=access.region_id,
        id=uuid7(),
        unit_id=id,
        kind=PositionKind.STRUCTURAL,
        title=given.head_title,
        is_head=True,
        echelon=given.echelon,
    )
    db.add(seat)
    await db.flush()
    await record(
        db,
        access.author,
        access.now,
        Change("unit", id, unit.version, "CREATE", difference({}, _fields(unit)), unit_id=id),
        Change("position", seat.id, seat.version, "CREATE", {"title": [None, seat.title]}, unit_id=id),
    )
    await settle(access, db)
    return unit, True


async def change(access: Access, db: AsyncSession, id: UUID, expected: int, given: UnitPatch) -> Unit:
    await lock(access, db)
    unit = await unit_within(access, db, id)
    check_version(unit.version, expected, UnitOut.model_validate(unit))
    values = given.model_dump(exclude_unset=True)
    if unit.parent_id is None and not values.keys().isdisjoint({"parent_id", "kind", "closed_on"}):
        raise Problem("UNIT_IS_ROOT")
    if "kind" in values:
        _check_kind(values["kind"])
    changed = [unit, *await _below(db, unit)]
    before = {each.id: _fields(each) for each in changed}
    await _place(access, db, unit, values, changed[1:])
    for name, value in values.items():
        setattr(unit, name, value)
    if "closed_on" in values:
        await _check_closing(db, unit, access)
    if "head_title" in values:
        await _retitle_seat(access, db, unit)
    await db.flush()
    happened = [
        Change(
            "unit",
            each.id,
            each.version,
            "CHANGE",
            difference(before[each.id], _fields(each)),
            unit_id=each.id,
        )
        for each in changed
        if before[each.id] != _fields(each)
    ]
    await record(db, access.author, access.now, *happened)
    await settle(access, db)
    return unit


async def _below(db: AsyncSession, unit: Unit) -> list[Unit]:
    statement = select(Unit).where(
        Unit.region_id == unit.region_id, Unit.id != unit.id, Unit.path.startswith(unit.path, autoescape=True)
    )
    return list(await db.scalars(statement.with_for_update()))


async def _place(
    access: Access, db: AsyncSession, unit: Unit, values: dict[str, Any], below: list[Unit]
) -> None:
    """Path, agency, zone and week of the unit; those below follow where they agreed with it so far."""
    old = (unit.path, unit.agency_id, unit.zone, unit.days_per_week)
    path, agency_id = unit.path, unit.agency_id
    parent_id = values.get("parent_id") or unit.parent_id
    if parent_id is not None and parent_id != unit.parent_id:
        parent = await unit_within(access, db, parent_id, "/parent_id")
        if parent.path.startswith(unit.path):
            raise Problem("UNIT_MOVE_INTO_ITSELF", name=unit.name, parent=parent.name)
        check_exists(parent, None)
        path = f"{parent.path}{unit.id.hex}."
    # An import may have set another agency than the nearest one: without a move or a new kind it stays.
    if path != unit.path or values.get("kind", unit.kind) is not unit.kind:
        above = await db.get_one(Unit, (unit.region_id, parent_id))
        agency_id = unit.id if values.get("kind", unit.kind) is UnitKind.AGENCY else above.agency_id
    for each in (*below, unit):
        each.path = path + each.path.removeprefix(old[0])
        if each.agency_id == old[1]:
            each.agency_id = agency_id
        if each.zone == old[2]:
            each.zone = values.get("zone", each.zone)
        if each.days_per_week == old[3]:
            each.days_per_week = values.get("days_per_week", each.days_per_week)


async def _check_closing(db: AsyncSession, unit: Unit, access: Access) -> None:
    if unit.closed_on is None:
        check_exists(await db.get_one(Unit, (access.region_id, unit.parent_id)), None)
        return
    held = exists().where(
        Appointment.region_id == unit.region_id,
        Appointment.unit_id == unit.id,
        Appointment.valid.overlaps(Range(unit.closed_on, None)),
    )
    open_below = exists().where(
        Unit.region_id == unit.region_id,
        Unit.parent_id == unit.id,
        or_(Unit.closed_on.is_(None), Unit.closed_on > unit.closed_on),
    )
    with db.no_autoflush:
        still_held, still_above = (await db.execute(select(held, open_below))).one()
    if still_held:
        raise Problem("UNIT_HAS_APPOINTMENTS", name=unit.name, closed_on=unit.closed_on.isoformat())
    if still_above:
        raise Problem("UNIT_HAS_UNITS", name=unit.name)


async def _retitle_seat(access: Access, db: AsyncSession, unit: Unit) -> None:
    seat = await db.scalar(
        select(Position).where(
            Position.region_id == unit.region_id, Position.unit_id == unit.id, Position.is_head
        )
    )
    if seat is not None and seat.title != unit.head_title:
        title = [seat.title, unit.head_title]
        seat.title = unit.head_title
        await db.flush()
        retitled = Change("position", seat.id, seat.version, "CHANGE", {"title": title}, unit_id=unit.id)
        await record(db, access.author, access.now, retitled)


def _check_kind(kind: UnitKind) -> None:
    if kind is UnitKind.REGION:
        raise Problem("UNIT_KIND_IS_ROOT", faults=[Fault("/kind", "UNIT_KIND_IS_ROOT")])


def _fields(unit: Unit) -> dict[str, Any]:
    return {name: getattr(unit, name) for name in (*KEPT, "path")}
