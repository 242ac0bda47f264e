"""Roles that admins grant at nodes of the tree, within their own reach."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.authority import announce
from asn_api.areas.identity import queries
from asn_api.areas.identity.desk import lock
from asn_api.areas.identity.schemas import GrantIn, GrantOut
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.tables.identity import RoleGrant

ONE_DAY = timedelta(days=1)


def shown(row: Any) -> GrantOut:
    valid: Range[date] = row["valid"]
    last = valid.upper - ONE_DAY if valid.upper is not None else None
    return GrantOut.model_validate({**row, "valid_from": valid.lower, "valid_to": last})


async def one(access: Access, db: AsyncSession, id: UUID) -> GrantOut:
    row = (await db.execute(queries.grants(access).where(RoleGrant.id == id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return shown(row)


async def grant(access: Access, db: AsyncSession, given: GrantIn) -> GrantOut:
    """A role for an account within reach at a node within reach; never for oneself, never backdated."""
    if given.id is not None:
        earlier = await db.get(RoleGrant, (access.region_id, given.id))
        if earlier is not None:
            return await _same(access, db, earlier, given)
    if await queries.account(access, db, given.account_id) is None:
        raise Problem("NOT_FOUND")
    if await queries.unit(access, db, given.unit_id) is None:
        raise Problem("NOT_FOUND")
    if given.account_id == access.actor.account_id:
        raise Problem("SELF_ADMINISTRATION")
    _check_period(given, access.today)
    await lock(db, access.region_id, given.account_id)
    row = RoleGrant(
        region_id=access.region_id,
        id=given.id or uuid7(),
        account_id=given.account_id,
        role=given.role,
        unit_id=given.unit_id,
        valid=_period(given),
        granted_by=access.actor.account_id,
    )
    db.add(row)
    await db.flush()
    content = {
        "account_id": str(row.account_id),
        "role": row.role.value,
        "valid_from": given.valid_from.isoformat(),
        "valid_to": given.valid_to.isoformat() if given.valid_to else None,
    }
    await _note(access, db, row, "GRANT", content)
    return await one(access, db, row.id)


def _check_period(given: GrantIn, today: date) -> None:
    if given.valid_from < today:
        raise Problem("GRANT_IN_PAST", faults=[Fault("/valid_from", "GRANT_IN_PAST")])
    if given.valid_to is not None and given.valid_to < given.valid_from:
        raise Problem("GRANT_PERIOD_EMPTY", faults=[Fault("/valid_to", "GRANT_PERIOD_EMPTY")])


def _period(given: GrantIn) -> Range[date]:
    if given.valid_to is None or given.valid_to == date.max:
        return Range(given.valid_from, None)
    return Range(given.valid_from, given.valid_to + ONE_DAY)


async def _same(access: Access, db: AsyncSession, earlier: RoleGrant, given: GrantIn) -> GrantOut:
    asked = (given.account_id, given.role, given.unit_id, _period(given))
    if asked != (earlier.account_id, earlier.role, earlier.unit_id, earlier.valid):
        raise Problem("GRANT_ID_TAKEN")
    return await one(access, db, earlier.id)


async def end(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    """Take the role away as of today; one that has not begun before today disappears."""
    present = await one(access, db, id)
    row = await db.scalar(
        select(RoleGrant)
        .where(RoleGrant.region_id == access.region_id, RoleGrant.id == id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise Problem("NOT_FOUND")
    check_version(row.version, expected, present)
    if row.account_id == access.actor.account_id:
        raise Problem("SELF_ADMINISTRATION")
    if row.valid.upper is not None and row.valid.upper <= access.today:
        raise Problem("GRANT_ENDED")
    content = {"account_id": str(row.account_id), "role": row.role.value}
    if row.valid.lower is not None and row.valid.lower < access.today:
        row.valid = Range(row.valid.lower, access.today)
        await db.flush()
        await _note(access, db, row, "END", content)
    else:
        await _note(access, db, row, "DELETE", content, row.version + 1)
        await db.delete(row)
        await db.flush()


async def _note(
    access: Access,
    db: AsyncSession,
    row: RoleGrant,
    action: str,
    content: dict[str, Any],
    version: int | None = None,
) -> None:
    happened = Change("role_grant", row.id, version or row.version, action, content, unit_id=row.unit_id)
    await record(db, access.author, access.now, happened)
    await announce(db, "account", row.account_id)
