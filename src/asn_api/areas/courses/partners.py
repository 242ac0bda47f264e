"""Partners with their agreements: one document, written as a whole."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.areas.courses import queries
from asn_api.areas.courses.schemas import PartnerIn, PartnerOut, PartnerValues
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.calendar import ONE_DAY
from asn_api.tables.training import Partner, PartnerAgreement

ENTITY = "partner"


async def add(access: Access, db: AsyncSession, given: PartnerIn) -> tuple[UUID, bool]:
    """The id of the stored partner, and whether it is new; the same one sent again is given back."""
    _check(access, given)
    if (
        given.id is not None
        and (known := await db.scalar(queries.stored_partner(access, given.id))) is not None
    ):
        if (known.name, known.kind) != (given.name, given.kind):
            raise Problem("PARTNER_ID_TAKEN")
        return known.id, False
    row = Partner(region_id=access.region_id, id=given.id or uuid7())
    _put(row, given)
    db.add(row)
    await db.flush()
    _agree(db, row, given)
    await _log(access, db, row, "CREATE", difference({}, _fields(given)))
    return row.id, True


async def change(access: Access, db: AsyncSession, id: UUID, expected: int, given: PartnerValues) -> None:
    _check(access, given)
    row = await db.scalar(queries.stored_partner(access, id).with_for_update(key_share=True))
    if row is None:
        raise Problem("NOT_FOUND")
    before = await shown(access, db, id)
    check_version(row.version, expected, PartnerOut.model_validate(before))
    _put(row, given)
    # The agreements are part of it: they change its version even if nothing else does.
    flag_modified(row, "name")
    for agreement in await db.scalars(queries.agreements(access, id)):
        await db.delete(agreement)
    await db.flush()
    _agree(db, row, given)
    kept = {name: before[name] for name in PartnerValues.model_fields}
    await _log(access, db, row, "EDIT", difference(_plain(kept), _fields(given)))


async def shown(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    row = (await db.execute(queries.partner(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return shape(row)


def shape(row: Any) -> dict[str, Any]:
    agreements = sorted(row["agreements"], key=lambda each: (each["valid_from"], each["number"]))
    return {**row, "agreements": agreements}


def _check(access: Access, given: PartnerValues) -> None:
    if not access.reaches(Reach.REGION):
        raise Problem("PARTNER_NEEDS_WHOLE_REGION")
    numbers = [each.number for each in given.agreements]
    if len(set(numbers)) < len(numbers):
        raise Problem("REQUEST_INVALID", faults=[Fault("/agreements", "LISTED_TWICE")])


def _put(row: Partner, given: PartnerValues) -> None:
    row.name, row.kind, row.website, row.closed_on = given.name, given.kind, given.website, given.closed_on


def _agree(db: AsyncSession, row: Partner, given: PartnerValues) -> None:
    for each in given.agreements:
        end = each.valid_to + ONE_DAY if each.valid_to is not None else None
        db.add(
            PartnerAgreement(
                region_id=row.region_id,
                id=uuid7(),
                partner_id=row.id,
                number=each.number,
                valid=Range(each.valid_from, end),
            )
        )


def _fields(given: PartnerValues) -> dict[str, Any]:
    return _plain(given.model_dump(mode="json", include=set(PartnerValues.model_fields)))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    closed_on = values["closed_on"]
    agreements = sorted(values["agreements"], key=lambda each: (each["valid_from"], each["number"]))
    return {**values, "closed_on": str(closed_on) if closed_on else None, "agreements": agreements}


async def _log(access: Access, db: AsyncSession, row: Partner, action: str, changes: dict[str, Any]) -> None:
    await db.flush()
    await record(db, access.author, access.now, Change(ENTITY, row.id, row.version, action, changes))
