"""The first admin of a region, made by the operator before anyone can sign in."""

import re
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.authority import announce, identity_policy
from asn_api.areas.identity.traces import trace
from asn_api.core.crypto import Keyring, one_time_code
from asn_api.core.journal import Author, Change
from asn_api.core.mapping import uuid7
from asn_api.core.settings import StartupError
from asn_api.rules.identity import AccountStatus, CodePurpose, GrantedRole
from asn_api.tables.employees import Employee
from asn_api.tables.identity import Account, OneTimeCode, RoleGrant
from asn_api.tables.organization import Region, Unit

# A name of digits only could be a NIP that comes later.
_LOGIN = re.compile(r"(?=.*[a-z])[a-z0-9][a-z0-9._-]{1,48}[a-z0-9]")


async def first_admin(
    db: AsyncSession, keyring: Keyring, now: datetime, region_code: str, login: str | None, nip: str | None
) -> str:
    """Make or find the account, grant it the whole region and return a one-time code for its password."""
    region = await db.scalar(select(Region).where(Region.code == region_code))
    if region is None:
        raise StartupError(f"There is no region {region_code}: make it with `asn-api region create`.")
    today = now.astimezone(region.zone.tz).date()
    account = await _account(db, region.id, login, nip)
    author = Author(region.id)
    root = await db.scalar(select(Unit.id).where(Unit.region_id == region.id, Unit.parent_id.is_(None)))
    if root is None:
        raise StartupError(f"The region {region_code} has no root unit.")
    happened = await _granted(db, account, root, today)
    policy = await identity_policy(db, region.id, today)
    await db.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.region_id == region.id,
            OneTimeCode.account_id == account.id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
        )
        .values(expires_at=now)
    )
    pending = account.status is AccountStatus.PENDING
    code, id = one_time_code(), uuid7()
    purpose = CodePurpose.ACTIVATION if pending else CodePurpose.PASSWORD_RESET
    db.add(
        OneTimeCode(
            region_id=region.id,
            id=id,
            account_id=account.id,
            purpose=purpose,
            code_hash=keyring.code_digest(code),
            created_at=now,
            expires_at=now + timedelta(days=policy.code_valid_days),
        )
    )
    happened.append(Change("one_time_code", id, 1, "ISSUE", {"purpose": purpose.value}, unit_id=root))
    await trace(db, author, now, *happened)
    await announce(db, "account", account.id)
    return code


async def _account(db: AsyncSession, region_id: UUID, login: str | None, nip: str | None) -> Account:
    if (login is None) == (nip is None):
        raise StartupError("Give either --login or --nip.")
    if login is not None and not _LOGIN.fullmatch(login):
        raise StartupError(
            "A login has 3 to 50 small letters, digits, dots, dashes; at least one is a letter."
        )
    account = await db.scalar(
        select(Account)
        .where(Account.region_id == region_id, Account.login == (login or nip))
        .with_for_update()
    )
    if account is not None and account.status is AccountStatus.DISABLED:
        raise StartupError("This account is disabled: an admin has to enable it first.")
    if account is not None:
        return account
    employee_id = None
    if nip is not None:
        employee_id = await db.scalar(
            select(Employee.id).where(Employee.region_id == region_id, Employee.nip == nip, Employee.active)
        )
        if employee_id is None:
            raise StartupError(f"There is no active employee with NIP {nip} in this region.")
    account = Account(
        region_id=region_id,
        id=uuid7(),
        login=login or nip,
        employee_id=employee_id,
        status=AccountStatus.PENDING,
        recovery_codes=[],
    )
    db.add(account)
    await db.flush()
    return account


async def _granted(db: AsyncSession, account: Account, root: UUID, today: date) -> list[Change]:
    held = await db.scalar(
        select(RoleGrant.id).where(
            RoleGrant.region_id == account.region_id,
            RoleGrant.account_id == account.id,
            RoleGrant.role == GrantedRole.REGIONAL_ADMIN,
            RoleGrant.unit_id == root,
            RoleGrant.valid.contains(today),
        )
    )
    if held is not None:
        return []
    id = uuid7()
    db.add(
        RoleGrant(
            region_id=account.region_id,
            id=id,
            account_id=account.id,
            role=GrantedRole.REGIONAL_ADMIN,
            unit_id=root,
            valid=Range(today, None),
        )
    )
    await db.flush()
    content = {"account_id": str(account.id), "role": GrantedRole.REGIONAL_ADMIN.value}
    return [Change("role_grant", id, 1, "GRANT", content, unit_id=root)]
