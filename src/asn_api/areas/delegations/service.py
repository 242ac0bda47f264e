"""Hands verification to somebody else for a time, and takes it back."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.delegations import queries
from asn_api.areas.delegations.schemas import DelegationIn
from asn_api.areas.policies.current import policy_on
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.delegations import check_delegation
from asn_api.rules.policy import ActivityPolicy
from asn_api.tables.activities import VerificationDelegation
from asn_api.tables.employees import Employee

ENTITY = "verification_delegation"


async def delegate(access: Access, db: AsyncSession, given: DelegationIn) -> tuple[dict[str, Any], bool]:
    """The stored delegation, and whether it is new; the same one sent again is given back."""
    me = _me(access)
    await _lock(access, db)
    if given.id is not None and (known := await db.scalar(queries.known(access, given.id))) is not None:
        stored = (known.delegator_id, known.delegate_id, known.valid, known.reason)
        if stored != (me, given.delegate_id, _range(given.start, given.end), given.reason):
            raise Problem("DELEGATION_ID_TAKEN")
        return await shown(access, db, known.id), False
    policy = await policy_on(db, access.region_id, ActivityPolicy, access.today)
    faults = check_delegation(
        me,
        given.delegate_id,
        given.start,
        given.end,
        today=access.today,
        most_days=policy.delegation_max_days,
    )
    if not faults and await db.scalar(queries.eligible(access, given.delegate_id)) is None:
        faults = [Fault("/delegate_id", "DELEGATE_NOT_ELIGIBLE")]
    if faults:
        raise Problem("INVALID_DELEGATION", faults=faults)
    after = given.end + timedelta(days=1)
    if not await db.scalar(queries.leads(access, given.start, after)):
        raise Problem("DELEGATION_WITHOUT_TEAM")
    if await db.scalar(queries.overlapping(access, given.start, after)):
        raise Problem("DELEGATION_OVERLAPS")
    row = VerificationDelegation(
        region_id=access.region_id,
        id=given.id or uuid7(),
        delegator_id=me,
        delegate_id=given.delegate_id,
        valid=_range(given.start, given.end),
        reason=given.reason,
        created_at=access.now,
    )
    db.add(row)
    await db.flush()
    values = given.model_dump(mode="json", exclude={"id"})
    await _journal(access, db, row, "DELEGATE", {name: [None, value] for name, value in values.items()})
    return await shown(access, db, row.id), True


async def revoke(access: Access, db: AsyncSession, id: UUID, expected: int) -> dict[str, Any]:
    """End a delegation now; what the delegate decided meanwhile stays."""
    _me(access)
    await _lock(access, db)
    row = await db.scalar(queries.given(access, id).with_for_update())
    if row is None:
        raise Problem("NOT_FOUND")
    if row.version != expected:
        check_version(row.version, expected, await shown(access, db, id))
    if row.revoked_at is not None:
        raise Problem("DELEGATION_REVOKED")
    row.revoked_at = access.now
    await db.flush()
    await _journal(access, db, row, "REVOKE", {"revoked_at": [None, access.now.isoformat()]})
    return await shown(access, db, id)


async def shown(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    row = (await db.execute(queries.one(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return queries.shown(row)


async def _lock(access: Access, db: AsyncSession) -> None:
    """One change of a person's delegations at a time, or two could name a delegate for the same day."""
    row = select(Employee.id).where(Employee.region_id == access.region_id, Employee.id == access.employee_id)
    await db.execute(row.with_for_update(key_share=True))


async def _journal(
    access: Access, db: AsyncSession, row: VerificationDelegation, action: str, changes: dict[str, Any]
) -> None:
    change = Change(ENTITY, row.id, row.version, action, changes, employee_id=row.delegator_id)
    await record(db, access.author, access.now, change)


def _range(start: date, end: date) -> Range[date]:
    return Range(start, end + timedelta(days=1))


def _me(access: Access) -> UUID:
    if access.employee_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    return access.employee_id
