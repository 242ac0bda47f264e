"""Technical competencies of the region: made, renamed and closed. The national ones stay as they are."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.areas.competencies import queries
from asn_api.areas.competencies.names import NATIONAL
from asn_api.areas.competencies.schemas import CompetencyIn, CompetencyOut, CompetencyPatch
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Language, Problem
from asn_api.tables.competencies import Competency

ENTITY = "competency"
FIELDS = ("code", "name", "definition", "closed_on")


async def shown(access: Access, db: AsyncSession, code: str, language: Language) -> CompetencyOut:
    row = (await db.execute(queries.competency(access, code, language))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return CompetencyOut.model_validate(dict(row))


async def define(access: Access, db: AsyncSession, given: CompetencyIn) -> bool:
    """Whether it is new; the same one sent again is no other one."""
    await check_region(access, db)
    if given.code in NATIONAL:
        raise Problem("COMPETENCY_NATIONAL", competency=given.code)
    known = await db.scalar(queries.technical(access, given.code))
    if known is not None:
        if (known.name, known.definition) != (given.name, given.definition):
            raise Problem("COMPETENCY_CODE_TAKEN", competency=given.code)
        return False
    row = Competency(region_id=access.region_id, id=uuid7(), **given.model_dump())
    db.add(row)
    await db.flush()
    await _log(access, db, row, "CREATE", {})
    return True


async def change(
    access: Access, db: AsyncSession, code: str, expected: int, given: CompetencyPatch, language: Language
) -> None:
    await check_region(access, db)
    if code in NATIONAL:
        raise Problem("COMPETENCY_NATIONAL", competency=code)
    row = await db.scalar(queries.technical(access, code).with_for_update())
    if row is None:
        raise Problem("NOT_FOUND")
    check_version(row.version, expected, await shown(access, db, code, language))
    before = _fields(row)
    for name, value in given.model_dump(exclude_unset=True).items():
        setattr(row, name, value)
    if row.closed_on is not None:
        asked = (await db.scalars(queries.standards_beyond(access, code, row.closed_on).limit(1))).first()
        if asked is not None:
            raise Problem("COMPETENCY_IN_USE", competency=code)
    await db.flush()
    await _log(access, db, row, "CHANGE", before)


async def check_region(access: Access, db: AsyncSession) -> None:
    """What every agency uses is changed by an admin of the whole region, one at a time."""
    if not access.reaches(Reach.REGION):
        raise Problem("COMPETENCY_NEEDS_WHOLE_REGION")
    await db.execute(queries.region_held(access))


def _fields(row: Competency) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


async def _log(
    access: Access, db: AsyncSession, row: Competency, action: str, before: dict[str, Any]
) -> None:
    change = Change(ENTITY, row.id, row.version, action, difference(before, _fields(row)))
    await record(db, access.author, access.now, change)
