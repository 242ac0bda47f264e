"""Accounts follow the employees; admins disable, enable and free them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, and_, case, cast, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.authority import announce
from asn_api.areas.identity import queries, sessions
from asn_api.areas.identity.desk import Desk, lock
from asn_api.areas.identity.me import forget_totp
from asn_api.areas.identity.schemas import AccountAllowedOut, AccountOut
from asn_api.areas.identity.traces import trace
from asn_api.core.bulk import copy_in
from asn_api.core.clock import utc_now
from asn_api.core.http.route import check_version
from asn_api.core.journal import Author, Change
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.identity import AccountAction, AccountStatus
from asn_api.tables.employees import Employee
from asn_api.tables.identity import Account, OneTimeCode, Session


async def ensure_accounts(
    db: AsyncSession,
    region_id: UUID,
    employee_ids: Collection[UUID],
    author: Author | None = None,
    now: datetime | None = None,
) -> None:
    """Bring the accounts of these employees into line: one for each in service, named by the NIP.

    Accounts of people who left are disabled and their sessions end. A disabled account stays so when its
    owner returns: an admin enables it.
    """
    author, now = author or Author(region_id), now or utc_now()
    await db.flush()
    ours = and_(Employee.region_id == region_id, Employee.id.in_(employee_ids))
    # Two imports at once must not make two accounts for one person.
    await db.execute(select(Employee.id).where(ours).order_by(Employee.id).with_for_update(key_share=True))
    rows = list(
        await db.execute(
            select(Employee.id, Employee.nip, Employee.active, Account.id, Account.login, Account.status)
            .outerjoin(Account, queries.OF_EMPLOYEE)
            .where(ours)
            .order_by(Employee.id)
        )
    )
    happened = await _create(
        db, region_id, [(id, nip) for id, nip, active, own, *_ in rows if active and not own]
    )
    moved = [(own, login, nip) for _, nip, _, own, login, _ in rows if own and login != nip]
    left = {
        own: status
        for _, _, active, own, _, status in rows
        if own and not active and status is not AccountStatus.DISABLED
    }
    await _rename(db, region_id, moved)
    await _disable(db, region_id, list(left), now)
    changed: dict[UUID, dict[str, Any]] = {own: {"login": [login, nip]} for own, login, nip in moved}
    for own, status in left.items():
        changed.setdefault(own, {})["status"] = [status.value, AccountStatus.DISABLED.value]
    happened += await _changes(db, region_id, changed)
    await trace(db, author, now, *happened)


async def _create(db: AsyncSession, region_id: UUID, people: list[tuple[UUID, str]]) -> list[Change]:
    fresh: list[dict[str, Any]] = [
        {
            "region_id": region_id,
            "id": uuid7(),
            "login": nip,
            "employee_id": id,
            "status": AccountStatus.PENDING,
            "recovery_codes": [],
            "version": 1,
        }
        for id, nip in people
    ]
    await copy_in(db, Account, fresh)
    return [
        Change(
            "account", row["id"], 1, "CREATE", {"login": [None, row["login"]]}, employee_id=row["employee_id"]
        )
        for row in fresh
    ]


async def _rename(db: AsyncSession, region_id: UUID, moved: list[tuple[UUID, str, str]]) -> None:
    if not moved:
        return
    ours = and_(Account.region_id == region_id, Account.id.in_([id for id, *_ in moved]))
    # Two people may have swapped numbers: nobody holds a real one while they move.
    await db.execute(update(Account).where(ours).values(login="moving:" + cast(Account.id, String)))
    new = case({id: nip for id, _, nip in moved}, value=Account.id)
    await db.execute(update(Account).where(ours).values(login=new, version=Account.version + 1))


async def _disable(db: AsyncSession, region_id: UUID, left: list[UUID], now: datetime) -> None:
    if not left:
        return
    await db.execute(
        update(Account)
        .where(Account.region_id == region_id, Account.id.in_(left))
        .values(status=AccountStatus.DISABLED, version=Account.version + 1)
    )
    await db.execute(
        update(Session)
        .where(Session.region_id == region_id, Session.account_id.in_(left), Session.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    await announce(db, "region", region_id)


async def _changes(db: AsyncSession, region_id: UUID, changed: dict[UUID, dict[str, Any]]) -> list[Change]:
    if not changed:
        return []
    rows = await db.execute(
        select(Account.id, Account.version, Account.employee_id).where(
            Account.region_id == region_id, Account.id.in_(changed)
        )
    )
    return [
        Change("account", id, version, "FOLLOW_EMPLOYEE", changed[id], employee_id=employee_id)
        for id, version, employee_id in rows
    ]


def shown(access: Access, row: Any) -> AccountOut:
    return AccountOut.model_validate({**row, "allowed_actions": _actions(access, row)})


async def one(access: Access, db: AsyncSession, id: UUID) -> AccountOut:
    row = await queries.account(access, db, id)
    if row is None:
        raise Problem("NOT_FOUND")
    return shown(access, row)


def _actions(access: Access, row: Any) -> list[AccountAllowedOut]:
    """What this admin may do with the account, each refusal with its reason."""
    disabled = row["status"] is AccountStatus.DISABLED
    states = {
        AccountAction.DISABLE: "ACCOUNT_ALREADY_DISABLED" if disabled else None,
        AccountAction.ENABLE: None
        if disabled and row["in_service"]
        else "ACCOUNT_OF_FORMER_EMPLOYEE"
        if disabled
        else "ACCOUNT_NOT_DISABLED",
        AccountAction.REMOVE_TOTP: None if row["otp_confirmed"] else "TOTP_NOT_CONFIRMED",
    }
    general = _general(access, row)
    return [AccountAllowedOut(action=action, refused=general or state) for action, state in states.items()]


def _general(access: Access, row: Any) -> str | None:
    if row["id"] == access.actor.account_id:
        return "SELF_ADMINISTRATION"
    return "ACCOUNT_OUTRANKS" if row["outranks"] else None


async def _taken_on(
    access: Access, db: AsyncSession, id: UUID, expected: int, action: AccountAction
) -> Account:
    """The account, locked, of the version the admin saw, if the action is open to him."""
    if await queries.account(access, db, id) is None:
        raise Problem("NOT_FOUND")
    account = await lock(db, access.region_id, id)
    present = await one(access, db, id)
    check_version(account.version, expected, present)
    refused = next(each.refused for each in present.allowed_actions if each.action is action)
    if refused is not None:
        raise Problem(refused)
    return account


async def disable(access: Access, db: AsyncSession, desk: Desk, id: UUID, expected: int) -> AccountOut:
    """The account stops working everywhere at once; its codes and sessions end."""
    account = await _taken_on(access, db, id, expected, AccountAction.DISABLE)
    await db.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.region_id == access.region_id,
            OneTimeCode.account_id == id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > access.now,
        )
        .values(expires_at=access.now)
    )
    await sessions.revoke(db, desk, access.author, id)
    return await _becomes(access, db, account, AccountStatus.DISABLED, "DISABLE")


async def enable(access: Access, db: AsyncSession, id: UUID, expected: int) -> AccountOut:
    """Back to active, or to waiting for activation when it never had a password."""
    account = await _taken_on(access, db, id, expected, AccountAction.ENABLE)
    status = AccountStatus.ACTIVE if account.password_hash is not None else AccountStatus.PENDING
    return await _becomes(access, db, account, status, "ENABLE")


async def _becomes(
    access: Access, db: AsyncSession, account: Account, status: AccountStatus, action: str
) -> AccountOut:
    before, account.status = account.status, status
    await db.flush()
    await _note(access, db, account, action, {"status": [before.value, status.value]})
    return await one(access, db, account.id)


async def free_of_totp(access: Access, db: AsyncSession, desk: Desk, id: UUID, expected: int) -> AccountOut:
    """For someone who lost phone and recovery codes: the second factor is gone, all sessions end."""
    account = await _taken_on(access, db, id, expected, AccountAction.REMOVE_TOTP)
    forget_totp(account)
    await db.flush()
    await sessions.revoke(db, desk, access.author, id)
    await _note(access, db, account, "REMOVE_TOTP", {})
    return await one(access, db, id)


async def _note(
    access: Access, db: AsyncSession, account: Account, action: str, changes: dict[str, Any]
) -> None:
    happened = Change(
        "account", account.id, account.version, action, changes, employee_id=account.employee_id
    )
    await trace(db, access.author, access.now, happened)
    await announce(db, "account", account.id)
