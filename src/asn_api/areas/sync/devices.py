"""Phones are enrolled by their owner and revoked by him or an admin."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.authority import announce
from asn_api.access.scope import accounts_within
from asn_api.areas.sync import queries
from asn_api.areas.sync.schemas import DeviceIn
from asn_api.core.journal import Change, record
from asn_api.errors import Problem
from asn_api.tables.identity import Account, Session
from asn_api.tables.sync import Device


async def enrol(access: Access, db: AsyncSession, given: DeviceIn) -> Device:
    """The caller's phone, now the one behind this session; enrolling it again renews its name and version."""
    actor = access.actor
    if actor.account_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    # A phone that got no answer asks again at once; the account is the lock of its phones.
    await db.execute(
        select(Account.id)
        .where(Account.region_id == access.region_id, Account.id == actor.account_id)
        .with_for_update(key_share=True)
    )
    device = await db.scalar(queries.device(access, given.id))
    told = {"name": given.name, "platform": given.platform, "app_version": given.app_version}
    if device is None:
        device = Device(
            region_id=access.region_id,
            id=given.id,
            version=1,
            account_id=actor.account_id,
            enrolled_at=access.now,
            last_seen_at=access.now,
            **told,
        )
        db.add(device)
        await db.flush()
        await _tell(access, db, device, "ENROL", told, access.now)
    elif device.account_id != actor.account_id:
        # Somebody else's phone now: a second person behind one id would send under the first one's name.
        raise Problem("DEVICE_ID_TAKEN")
    elif device.revoked_at is not None:
        raise Problem("DEVICE_REVOKED")
    elif (device.name, device.platform, device.app_version) != (
        given.name,
        given.platform,
        given.app_version,
    ):
        device.name, device.platform, device.app_version = given.name, given.platform, given.app_version
        await db.flush()
        await _tell(access, db, device, "UPDATE", told, access.now)
    await db.execute(
        update(Session)
        .where(Session.region_id == access.region_id, Session.id == actor.session_id)
        .values(device_id=given.id)
    )
    return device


async def revoke(access: Access, db: AsyncSession, id: UUID, reason: str) -> Device:
    """End a phone's sessions and refuse what it still sends; what it has not sent stays on it."""
    device = await db.scalar(queries.device(access, id))
    if device is None or not await _within(access, db, device):
        raise Problem("NOT_FOUND")
    if device.revoked_at is None:
        device.revoked_at = access.now
        await db.flush()
        await _tell(access, db, device, "REVOKE", {"reason": reason}, access.now)
        await db.execute(
            update(Session)
            .where(
                Session.region_id == access.region_id,
                Session.device_id == id,
                Session.revoked_at.is_(None),
            )
            .values(revoked_at=access.now)
        )
        await announce(db, "account", device.account_id)
    return device


async def _within(access: Access, db: AsyncSession, device: Device) -> bool:
    if device.account_id == access.actor.account_id:
        return True
    found = await db.scalar(
        select(Account.id).where(
            Account.region_id == access.region_id, Account.id == device.account_id, accounts_within(access)
        )
    )
    return found is not None


async def _tell(
    access: Access, db: AsyncSession, device: Device, action: str, told: dict[str, Any], now: datetime
) -> None:
    owner = await db.scalar(
        select(Account.employee_id).where(
            Account.region_id == access.region_id, Account.id == device.account_id
        )
    )
    change = Change("device", device.id, device.version, action, told, employee_id=owner)
    await record(db, access.author, now, change)
