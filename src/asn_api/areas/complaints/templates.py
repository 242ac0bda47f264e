"""The region's ready answers: kept by the coordinator, offered where they fit, filled but never sent by themselves."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.areas.complaints import queries, template_queries
from asn_api.areas.complaints.codes import shown_code
from asn_api.areas.complaints.handling import row_of
from asn_api.areas.complaints.schemas import TemplateChangeIn, TemplateIn, TemplateOut
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.complaint_templates import check_template, filled
from asn_api.tables.complaints import ComplaintTemplate

ENTITY = "complaint_template"
CHANGED = ("name", "content", "category_id", "agency_id")


async def add(access: Access, db: AsyncSession, given: TemplateIn) -> tuple[TemplateOut, bool]:
    """The stored template, and whether it is new; the same one sent again is given back."""
    await _check(access, db, given)
    if given.id is not None and (known := await db.scalar(template_queries.template(access, given.id))):
        if _fields(known) != {name: getattr(given, name) for name in CHANGED}:
            raise Problem("COMPLAINT_TEMPLATE_ID_TAKEN")
        return TemplateOut.model_validate(known), False
    values = {name: getattr(given, name) for name in CHANGED}
    row = ComplaintTemplate(region_id=access.region_id, id=given.id or uuid7(), **values)
    db.add(row)
    await db.flush()
    await _journal(access, db, row, "CREATE", {}, _fields(row))
    return TemplateOut.model_validate(row), True


async def change(
    access: Access, db: AsyncSession, id: UUID, version: int, given: TemplateChangeIn
) -> TemplateOut:
    row = await _locked(access, db, id, version)
    await _check(access, db, given)
    before = _fields(row)
    for name in CHANGED:
        setattr(row, name, getattr(given, name))
    await db.flush()
    await _journal(access, db, row, "CHANGE", before, _fields(row))
    return TemplateOut.model_validate(row)


async def withdraw(access: Access, db: AsyncSession, id: UUID, version: int) -> None:
    row = await _locked(access, db, id, version)
    before = _fields(row)
    await db.delete(row)
    await db.flush()
    row.version += 1
    await _journal(access, db, row, "DELETE", before, {})


async def offered(access: Access, db: AsyncSession, id: UUID) -> list[dict[str, Any]]:
    """Those of the complaint's category and agency, and those for all; what was made for it comes first."""
    row = await row_of(access, db, id)
    if row is None:
        raise Problem("NOT_FOUND")
    agency = await db.scalar(queries.unit(access, row.agency_id)) if row.agency_id else None
    values = {
        "code": shown_code(row.code),
        "subject": row.subject,
        "agency": agency.name if agency else "",
    }
    found = await db.scalars(
        template_queries.fitting(access, row.category_id, agency.path if agency else None)
    )
    return [{"id": each.id, "name": each.name, "text": filled(each.content, values)} for each in found]


async def _locked(access: Access, db: AsyncSession, id: UUID, version: int) -> ComplaintTemplate:
    row = await db.scalar(template_queries.template(access, id).with_for_update())
    if row is None or not access.reaches(Reach.REGION):
        raise Problem("NOT_FOUND")
    check_version(row.version, version, TemplateOut.model_validate(row))
    return row


async def _check(access: Access, db: AsyncSession, given: TemplateChangeIn) -> None:
    if not access.reaches(Reach.REGION):
        raise Problem("COMPLAINT_CATEGORY_OF_REGION")
    check_template(given.content)
    if given.category_id and await db.scalar(queries.category(access, given.category_id)) is None:
        raise Problem("REQUEST_INVALID", faults=[Fault("/category_id", "NOT_FOUND")])
    if given.agency_id and await db.scalar(queries.unit(access, given.agency_id)) is None:
        raise Problem("REQUEST_INVALID", faults=[Fault("/agency_id", "NOT_FOUND")])


async def _journal(
    access: Access,
    db: AsyncSession,
    row: ComplaintTemplate,
    action: str,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    change = Change(ENTITY, row.id, row.version, action, difference(before, after))
    await record(db, access.author, access.now, change)


def _fields(row: ComplaintTemplate) -> dict[str, object]:
    return {name: getattr(row, name) for name in CHANGED}
