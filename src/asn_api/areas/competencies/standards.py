"""What positions ask for: dated, one standard at a time for each competency."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.competencies import queries
from asn_api.areas.competencies.catalogue import check_region
from asn_api.areas.competencies.names import unknown
from asn_api.areas.competencies.schemas import StandardIn, StandardOut, StandardPatch
from asn_api.areas.policies.current import policy_on
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.tables.competencies import CompetencyStandard

ENTITY = "competency_standard"
FIELDS = ("position_id", "tier", "competency_code", "level", "criticality", "valid", "decree_number")
ONE_DAY = timedelta(days=1)


async def shown(access: Access, db: AsyncSession, id: UUID) -> StandardOut:
    row = (await db.execute(queries.standard(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return StandardOut.model_validate(shape(row))


def shape(row: Any) -> dict[str, Any]:
    valid = row["valid"]
    last = None if valid.upper is None else valid.upper - ONE_DAY
    return {**row, "valid_from": valid.lower, "valid_until": last}


async def ask(access: Access, db: AsyncSession, given: StandardIn) -> tuple[UUID, bool]:
    """The id of the stored standard, and whether it is new; the same one sent again is given back."""
    if (given.position_id is None) == (given.tier is None):
        raise _invalid("/position_id", "COMPETENCY_STANDARD_SUBJECT")
    await _held(access, db, given.position_id)
    valid = _span(given.valid_from, given.valid_until)
    criticality = given.criticality
    if criticality is None:
        policy = await policy_on(db, access.region_id, CompetencyPolicy, max(given.valid_from, access.today))
        criticality = policy.default_criticality
    wanted = {
        **given.model_dump(include={"position_id", "tier", "competency_code", "level", "decree_number"}),
        "criticality": criticality,
        "valid": valid,
    }
    if given.id is not None and (known := await db.scalar(queries.standard_in_region(access, given.id))):
        if any(getattr(known, name) != value for name, value in wanted.items()):
            raise Problem("COMPETENCY_STANDARD_ID_TAKEN")
        return known.id, False
    if await unknown(access, db, {given.competency_code}, given.valid_from):
        raise _invalid("/competency_code", "COMPETENCY_UNKNOWN", competency=given.competency_code)
    await _make_place(access, db, given, valid)
    row = CompetencyStandard(region_id=access.region_id, id=given.id or uuid7(), **wanted)
    db.add(row)
    await db.flush()
    await _log(access, db, row, "CREATE", {})
    return row.id, True


async def change(access: Access, db: AsyncSession, id: UUID, expected: int, given: StandardPatch) -> None:
    """End it, or correct it before its first day: what was asked of people on past days stays."""
    seen = await db.scalar(queries.standard_in_region(access, id))
    if seen is None:
        raise Problem("NOT_FOUND")
    await _held(access, db, seen.position_id)
    row = await db.scalar(
        queries.standard_in_region(access, id).with_for_update().execution_options(populate_existing=True)
    )
    assert row is not None
    check_version(row.version, expected, await shown(access, db, id))
    values = given.model_dump(exclude_unset=True)
    first = row.valid.lower
    assert first is not None
    if values.keys() & {"level", "criticality"} and first <= access.today:
        raise Problem("COMPETENCY_STANDARD_IN_FORCE")
    before = _fields(row)
    if "valid_until" in values:
        last = values.pop("valid_until")
        if last is not None and last < access.today and first <= access.today:
            raise _invalid("/valid_until", "COMPETENCY_STANDARD_ENDS_IN_PAST")
        valid = _span(first, last)
        others = queries.standards_of_subject(access, row.position_id, row.tier, row.competency_code, valid)
        if any(other.id != row.id for other in await db.scalars(others)):
            raise Problem("COMPETENCY_STANDARD_OVERLAPS", since=str(first))
        row.valid = valid
    for name, value in values.items():
        setattr(row, name, value)
    await db.flush()
    await _log(access, db, row, "CHANGE", before)


async def _held(access: Access, db: AsyncSession, position_id: UUID | None) -> None:
    """A position of one's branch, locked; levels of positions are the whole region's."""
    if position_id is None:
        await check_region(access, db)
    elif await db.scalar(queries.position_within(access, position_id)) is None:
        raise Problem("NOT_FOUND")


async def _make_place(access: Access, db: AsyncSession, given: StandardIn, valid: Range[date]) -> None:
    """An open standard that began earlier ends the day before."""
    others = queries.standards_of_subject(access, given.position_id, given.tier, given.competency_code, valid)
    for other in (await db.scalars(others)).all():
        since = other.valid.lower
        if other.valid.upper is not None or since is None or since >= given.valid_from:
            raise Problem("COMPETENCY_STANDARD_OVERLAPS", since=str(since))
        before = _fields(other)
        other.valid = Range(since, given.valid_from)
        await db.flush()
        await _log(access, db, other, "CHANGE", before)


def _span(first: date, last: date | None) -> Range[date]:
    if last is not None and last < first:
        raise _invalid("/valid_until", "COMPETENCY_STANDARD_REVERSED")
    return Range(first, None if last is None else last + ONE_DAY)


def _invalid(pointer: str, code: str, **params: str) -> Problem:
    return Problem("REQUEST_INVALID", faults=[Fault(pointer, code, params)])


def _fields(row: CompetencyStandard) -> dict[str, Any]:
    valid = row.valid
    return {name: getattr(row, name) for name in FIELDS if name != "valid"} | {
        "valid": [str(valid.lower), None if valid.upper is None else str(valid.upper)]
    }


async def _log(
    access: Access, db: AsyncSession, row: CompetencyStandard, action: str, before: dict[str, Any]
) -> None:
    change = Change(ENTITY, row.id, row.version, action, difference(before, _fields(row)))
    await record(db, access.author, access.now, change)
