"""The region's categories, and the agencies that are suggested for them."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.areas.complaints import queries
from asn_api.areas.complaints.schemas import CategoryChangeIn, CategoryIn, CategoryOut
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.tables.complaints import ComplaintCategory

ENTITY = "complaint_category"
CHANGED = ("name", "description", "agency_id", "closed_on")


async def add(access: Access, db: AsyncSession, given: CategoryIn) -> tuple[CategoryOut, bool]:
    """The stored category, and whether it is new; the same one sent again is given back."""
    await _check(access, db, given.agency_id)
    if given.id is not None and (known := await db.scalar(queries.category(access, given.id))) is not None:
        if (known.code, known.name) != (given.code, given.name):
            raise Problem("COMPLAINT_CATEGORY_TAKEN")
        return CategoryOut.model_validate(known), False
    if await db.scalar(queries.category_by_code(access, given.code)) is not None:
        raise Problem("COMPLAINT_CATEGORY_TAKEN")
    row = ComplaintCategory(
        region_id=access.region_id,
        id=given.id or uuid7(),
        code=given.code,
        **{name: getattr(given, name) for name in CHANGED},
    )
    db.add(row)
    await db.flush()
    await _journal(access, db, row, "CREATE", {})
    return CategoryOut.model_validate(row), True


async def change(
    access: Access, db: AsyncSession, id: UUID, version: int, given: CategoryChangeIn
) -> CategoryOut:
    row = await one(access, db, id)
    await _check(access, db, given.agency_id)
    check_version(row.version, version, CategoryOut.model_validate(row))
    before = _fields(row)
    for name in CHANGED:
        setattr(row, name, getattr(given, name))
    await db.flush()
    await _journal(access, db, row, "CHANGE", before)
    return CategoryOut.model_validate(row)


async def one(access: Access, db: AsyncSession, id: UUID) -> ComplaintCategory:
    row = await db.scalar(queries.category(access, id).with_for_update())
    if row is None or not access.reaches(Reach.REGION):
        raise Problem("NOT_FOUND")
    return row


async def _check(access: Access, db: AsyncSession, agency_id: UUID | None) -> None:
    if not access.reaches(Reach.REGION):
        raise Problem("COMPLAINT_CATEGORY_OF_REGION")
    if agency_id is not None and await db.scalar(queries.unit(access, agency_id)) is None:
        raise Problem("REQUEST_INVALID", faults=[Fault("/agency_id", "NOT_FOUND")])


async def _journal(
    access: Access, db: AsyncSession, row: ComplaintCategory, action: str, before: dict[str, object]
) -> None:
    changes = difference(before, _fields(row))
    await record(db, access.author, access.now, Change(ENTITY, row.id, row.version, action, changes))


def _fields(row: ComplaintCategory) -> dict[str, object]:
    return {"code": row.code, **{name: getattr(row, name) for name in CHANGED}}
