"""Sessions: opened by signing in, kept alive by refreshing, ended by revoking; and the tokens they give."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access, Actor, Held
from asn_api.access.authority import announce, identity_policy, roles_of
from asn_api.access.grants import Permission
from asn_api.areas.identity import keys, refresh_tokens
from asn_api.areas.identity.desk import CHALLENGE, Desk
from asn_api.areas.identity.schemas import BriefOut, SignedInOut
from asn_api.areas.identity.traces import trace
from asn_api.core import tokens
from asn_api.core.crypto import digest
from asn_api.core.journal import Author, Change
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.identity import AccountStatus
from asn_api.rules.policy import IdentityPolicy
from asn_api.tables.employees import Employee
from asn_api.tables.identity import Account, Session
from asn_api.tables.organization import Region


async def opened(
    db: AsyncSession, desk: Desk, region: Region, policy: IdentityPolicy, account: Account, device: str
) -> SignedInOut:
    """A new session of this account; SIGN_IN_FAILED when it holds no role today."""
    id = uuid7()
    token = refresh_tokens.first(desk.keyring, region.id, id)
    session = Session(
        region_id=region.id,
        id=id,
        account_id=account.id,
        device=device,
        created_at=desk.now,
        last_used_at=desk.now,
        expires_at=desk.now + timedelta(days=policy.session_days),
        refresh_hash=digest(token),
        otp_passed=account.totp_confirmed_at is not None,
    )
    answer = await _answer(db, desk, region, policy, account, session, token)
    if answer is None:
        raise Problem("SIGN_IN_FAILED", headers=CHALLENGE)
    db.add(session)
    await db.flush()
    happened = Change("session", id, 1, "OPEN", {"device": device}, employee_id=account.employee_id)
    await trace(db, desk.author(account), desk.now, happened)
    return answer


async def refreshed(db: AsyncSession, desk: Desk, token: str) -> SignedInOut:
    """New tokens for a refresh token.

    The token before the present one gives the same successor again within the grace window, because phones
    lose answers. Any older one means that two parties hold it: the session ends.
    """
    ids = refresh_tokens.ids(token)
    if ids is None:
        raise Problem("REFRESH_INVALID", headers=CHALLENGE)
    region_id, session_id = ids
    session = await db.scalar(
        select(Session).where(Session.region_id == region_id, Session.id == session_id).with_for_update()
    )
    region = await db.get(Region, region_id)
    if session is None or region is None or session.revoked_at is not None or session.expires_at <= desk.now:
        raise Problem("REFRESH_INVALID", headers=CHALLENGE)
    policy = await identity_policy(db, region_id, desk.now.astimezone(region.zone.tz).date())
    successor = _successor(desk, session, token, timedelta(minutes=policy.refresh_grace_minutes))
    if successor is None:
        if refresh_tokens.is_ours(desk.keyring, token):
            await _revoke_reused(db, desk, region_id, session.account_id, session_id)
            raise Problem("REFRESH_REUSED", headers=CHALLENGE)
        raise Problem("REFRESH_INVALID", headers=CHALLENGE)
    account = await db.get(Account, (region_id, session.account_id))
    if account is None or account.status is not AccountStatus.ACTIVE:
        raise Problem("REFRESH_INVALID", headers=CHALLENGE)
    session.last_used_at = desk.now
    session.expires_at = desk.now + timedelta(days=policy.session_days)
    answer = await _answer(db, desk, region, policy, account, session, successor)
    if answer is None:
        raise Problem("REFRESH_INVALID", headers=CHALLENGE)
    return answer


def _successor(desk: Desk, session: Session, token: str, grace: timedelta) -> str | None:
    """The token that follows; the session moves on when this one is its present one."""
    shown = digest(token)
    derived = refresh_tokens.successors(desk.keyring, token)
    if secrets.compare_digest(shown, session.refresh_hash):
        session.previous_hash = shown
        session.refresh_hash = digest(derived[0])
        session.rotated_at = desk.now
        return derived[0]
    if session.previous_hash is None or session.rotated_at is None:
        return None
    if secrets.compare_digest(shown, session.previous_hash) and desk.now < session.rotated_at + grace:
        return next((each for each in derived if digest(each) == session.refresh_hash), None)
    return None


async def _revoke_reused(
    db: AsyncSession, desk: Desk, region_id: UUID, account_id: UUID, session_id: UUID
) -> None:
    # The refusal rolls the request back, so the revocation needs a transaction of its own; giving up
    # the request's connection first keeps many such requests from waiting for each other's.
    await db.rollback()
    async with desk.database.sessions.begin() as own:
        author = Author(region_id, request_id=desk.request_id)
        await revoke(own, desk, author, account_id, "REUSE", only=session_id)


async def _answer(
    db: AsyncSession,
    desk: Desk,
    region: Region,
    policy: IdentityPolicy,
    account: Account,
    session: Session,
    token: str,
) -> SignedInOut | None:
    employee = await db.get(Employee, (region.id, account.employee_id)) if account.employee_id else None
    active = employee is not None and employee.active
    roles = await roles_of(db, account, active, desk.now.astimezone(region.zone.tz).date())
    if not roles:
        return None
    required = any(held.role.value in policy.otp_required_roles for held in roles)
    must_enrol = required and not session.otp_passed
    actor = Actor(region.id, account.id, roles, region.zone, account_id=account.id)
    scope = {Permission.ME} if must_enrol else set(actor.permissions)
    life = timedelta(minutes=policy.access_token_minutes)
    claims = tokens.Claims(
        subject=str(account.id),
        token_id=str(uuid7()),
        session=str(session.id),
        region=str(region.id),
        roles=tuple(tokens.Held(held.role.value, _node(held)) for held in roles),
        scope=frozenset(permission.value for permission in scope),
        issued_at=desk.now,
        expires_at=desk.now + life,
    )
    return SignedInOut(
        access_token=await signed(db, desk, claims),
        token_type="Bearer",  # noqa: S106
        expires_in=int(life.total_seconds()),
        refresh_token=token,
        session_id=session.id,
        refresh_expires_at=session.expires_at,
        otp_enrolment_required=must_enrol,
        me=BriefOut(
            account_id=account.id,
            employee_id=account.employee_id,
            name=employee.name if employee is not None else account.login,
            region=region.code,
            roles=[held.role.value for held in roles],
        ),
    )


def _node(held: Held) -> str:
    """The id of the unit where a role is held; `own` for a role that only reaches oneself."""
    unit = unit_of(held)
    return str(unit) if unit is not None else "own"


def unit_of(held: Held) -> UUID | None:
    return UUID(held.path.rstrip(".").rpartition(".")[2]) if held.path else None


async def signed(db: AsyncSession, desk: Desk, claims: tokens.Claims) -> str:
    key = await keys.signing(db, desk.keyring, desk.now)
    return tokens.issue(key, claims, issuer=desk.settings.issuer, audience=desk.settings.audience)


async def revoke(
    db: AsyncSession,
    desk: Desk,
    author: Author,
    account_id: UUID,
    action: str = "REVOKE",
    *,
    only: UUID | None = None,
    keep: UUID | None = None,
) -> int:
    """End the account's sessions, all of them or only one or all but one; every process forgets them."""
    statement = update(Session).where(
        Session.region_id == author.region_id, Session.account_id == account_id, Session.revoked_at.is_(None)
    )
    if only is not None:
        statement = statement.where(Session.id == only)
    if keep is not None:
        statement = statement.where(Session.id != keep)
    ended = list(await db.scalars(statement.values(revoked_at=desk.now).returning(Session.id)))
    if ended:
        await _forget(db, desk, author, account_id, action, ended)
    return len(ended)


async def _forget(
    db: AsyncSession, desk: Desk, author: Author, account_id: UUID, action: str, ended: Iterable[UUID]
) -> None:
    owner = await db.scalar(
        select(Account.employee_id).where(Account.region_id == author.region_id, Account.id == account_id)
    )
    happened = [Change("session", id, 2, action, {}, employee_id=owner) for id in ended]
    await trace(db, author, desk.now, *happened)
    await announce(db, "account", account_id)


async def end(access: Access, db: AsyncSession, desk: Desk, session_id: UUID) -> None:
    """Sign one of the caller's own sessions out."""
    if access.actor.account_id is None or not await revoke(
        db, desk, access.author, access.actor.account_id, only=session_id
    ):
        raise Problem("NOT_FOUND")


async def end_others(access: Access, db: AsyncSession, desk: Desk) -> None:
    if access.actor.account_id is not None:
        await revoke(db, desk, access.author, access.actor.account_id, keep=access.actor.session_id)
