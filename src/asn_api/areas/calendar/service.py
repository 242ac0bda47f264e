"""Declares, changes and withdraws a region's own days off."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import units_within
from asn_api.areas.calendar.queries import regional_day
from asn_api.areas.calendar.schemas import RegionalDayIn, RegionalDayOut, RegionalDayPatch
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.tables.organization import Region, Unit
from asn_api.tables.policies import RegionalDay

FIELDS = ("day", "unit_id", "name", "source", "withdrawn")


async def declare(access: Access, db: AsyncSession, given: RegionalDayIn) -> tuple[RegionalDay, bool]:
    """The stored day, and whether it is new; the same one sent again is given back."""
    unit_id = await reachable(access, db, given.unit_id)
    await lock(access, db)
    if (
        given.id is not None
        and (known := await db.get(RegionalDay, (access.region_id, given.id))) is not None
    ):
        stored = (known.day, known.unit_id, known.name, known.source)
        if stored != (given.day, unit_id, given.name, given.source):
            raise Problem("REGIONAL_DAY_ID_TAKEN")
        return known, False
    row = RegionalDay(
        region_id=access.region_id,
        id=given.id or uuid7(),
        day=given.day,
        unit_id=unit_id,
        name=given.name,
        source=given.source,
        withdrawn=False,
    )
    await _check_alone(db, row)
    db.add(row)
    await db.flush()
    await _journal(access, db, row, "DECLARE", {})
    return row, True


async def change(
    access: Access, db: AsyncSession, id: UUID, expected: int, given: RegionalDayPatch
) -> RegionalDay:
    row = await _held(access, db, id, expected)
    before = _fields(row)
    for name, value in given.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    with db.no_autoflush:
        await _check_alone(db, row)
    await db.flush()
    await _journal(access, db, row, "CHANGE", before)
    return row


async def withdraw(access: Access, db: AsyncSession, id: UUID, expected: int) -> RegionalDay:
    row = await _held(access, db, id, expected)
    before = _fields(row)
    row.withdrawn = True
    await db.flush()
    await _journal(access, db, row, "WITHDRAW", before)
    return row


async def reachable(access: Access, db: AsyncSession, unit_id: UUID | None) -> UUID | None:
    """The unit as it is stored: the root stands for the whole region, which is no unit."""
    if unit_id is not None:
        found = await db.scalar(select(Unit).where(Unit.id == unit_id, units_within(access)))
        if found is None:
            raise Problem("NOT_FOUND", faults=[Fault("/unit_id", "NOT_FOUND")])
        return found.id if found.parent_id is not None else None
    if not access.reaches(Reach.REGION):
        raise Problem("REGIONAL_DAY_NEEDS_WHOLE_REGION")
    return None


async def _held(access: Access, db: AsyncSession, id: UUID, expected: int) -> RegionalDay:
    await lock(access, db)
    within = exists().where(Unit.id == RegionalDay.unit_id, units_within(access))
    statement = regional_day(access, id)
    if not access.reaches(Reach.REGION):
        statement = statement.where(within)
    row = await db.scalar(statement.with_for_update())
    if row is None:
        raise Problem("NOT_FOUND")
    check_version(row.version, expected, RegionalDayOut.model_validate(row))
    if row.withdrawn:
        raise Problem("REGIONAL_DAY_WITHDRAWN")
    return row


async def lock(access: Access, db: AsyncSession) -> None:
    """One change of the region's calendar at a time, or two could declare the same day."""
    row = select(Region.id).where(Region.id == access.region_id)
    await db.execute(row.with_for_update(key_share=True))


async def _check_alone(db: AsyncSession, row: RegionalDay) -> None:
    same = exists().where(
        RegionalDay.region_id == row.region_id,
        RegionalDay.id != row.id,
        RegionalDay.day == row.day,
        RegionalDay.unit_id.is_not_distinct_from(row.unit_id),
        RegionalDay.withdrawn.is_(False),
    )
    if await db.scalar(select(same)):
        raise Problem("REGIONAL_DAY_EXISTS", day=row.day.isoformat())


async def _journal(
    access: Access, db: AsyncSession, row: RegionalDay, action: str, before: dict[str, object]
) -> None:
    changes = difference(before, _fields(row))
    happened = Change("regional_day", row.id, row.version, action, changes, unit_id=row.unit_id)
    await record(db, access.author, access.now, happened)


def _fields(row: RegionalDay) -> dict[str, object]:
    return {name: getattr(row, name) for name in FIELDS}
