"""Signing in with a password, a second factor or a one-time code."""

import secrets
from uuid import UUID

from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.areas.identity import sessions
from asn_api.areas.identity.desk import CHALLENGE, Candidate, Desk, acquit, admit, lock, region_named
from asn_api.areas.identity.schemas import ActivationIn, SignedInOut, SignInIn
from asn_api.areas.identity.traces import trace
from asn_api.core import totp
from asn_api.core.crypto import CannotOpen
from asn_api.core.journal import Change
from asn_api.core.passwords import check
from asn_api.errors import Fault, Problem
from asn_api.rules.identity import AccountStatus, CodePurpose
from asn_api.tables.employees import Employee
from asn_api.tables.identity import Account, OneTimeCode

MAX_ATTEMPTS = 5


async def sign_in(db: AsyncSession, desk: Desk, given: SignInIn) -> SignedInOut:
    """A session for the right password and, where the account has one, the second factor.

    Unknown, pending and disabled accounts get the refusal of a wrong password after the same time.
    """
    candidate = await _candidate(desk, given.region, given.nip)
    proven, rehashed = await _verified(desk, candidate.account, given.password)
    account = await _still(db, proven)
    if rehashed is not None:
        await db.execute(_of(account).values(password_hash=rehashed))
    await pass_otp(db, desk, account, given.otp)
    answer = await sessions.opened(db, desk, candidate.region, candidate.policy, account, given.device)
    await acquit(desk, db, candidate.region.id, candidate.login)
    return answer


async def _candidate(desk: Desk, code: str | None, login: str) -> Candidate:
    async with desk.database.sessions.begin() as own:
        region = await region_named(own, code, desk.settings)
        return await admit(desk, own, region, plain_login(login))


def plain_login(login: str) -> str:
    """A NIP is often typed in groups; the letters of a chosen name do not tell case apart."""
    return "".join(login.split()).casefold()


async def _verified(desk: Desk, account: Account | None, password: str) -> tuple[Account, str | None]:
    """The account and the hash to store anew, if any; no connection is held while this waits for a thread."""
    if account is None or account.password_hash is None:
        await desk.passwords.verify_nothing()
        raise Problem("SIGN_IN_FAILED", headers=CHALLENGE)
    right, rehashed = await desk.passwords.verify(password, account.password_hash)
    if not right or account.status is not AccountStatus.ACTIVE:
        raise Problem("SIGN_IN_FAILED", headers=CHALLENGE)
    return account, rehashed


async def _still(db: AsyncSession, proven: Account) -> Account:
    """The account, locked, unless it was disabled or got another password since the password was verified."""
    account = await lock(db, proven.region_id, proven.id)
    if account.status is not AccountStatus.ACTIVE or account.password_hash != proven.password_hash:
        raise Problem("SIGN_IN_FAILED", headers=CHALLENGE)
    return account


async def pass_otp(db: AsyncSession, desk: Desk, account: Account, otp: str | None) -> None:
    """Use up the code of the second factor of a locked account that has one."""
    if account.totp_confirmed_at is None:
        return
    if otp is None:
        raise Problem("OTP_REQUIRED", headers=CHALLENGE)
    if not await uses(db, desk, account, otp):
        raise Problem("OTP_WRONG", headers=CHALLENGE)


async def uses(db: AsyncSession, desk: Desk, account: Account, otp: str) -> bool:
    """Whether it was a fresh code of the locked account's authenticator or one of its recovery codes."""
    step = totp.matching_step(secret_of(desk, account), otp, desk.now, account.totp_last_step)
    if step is not None:
        await db.execute(_of(account).values(totp_last_step=step))
        return True
    used = desk.keyring.code_digest(otp).hex()
    if not any(secrets.compare_digest(used, kept) for kept in account.recovery_codes):
        return False
    account.recovery_codes = [kept for kept in account.recovery_codes if kept != used]
    await db.flush()
    left = len(account.recovery_codes)
    happened = Change(
        "account",
        account.id,
        account.version,
        "USE_RECOVERY_CODE",
        {"recovery_codes_left": [left + 1, left]},
        employee_id=account.employee_id,
    )
    await trace(db, desk.author(account), desk.now, happened)
    return True


def secret_of(desk: Desk, account: Account) -> str:
    if account.totp_secret is None:
        raise CannotOpen("there is no secret")
    return desk.keyring.open(account.totp_secret, secret_context(account.region_id, account.id)).decode()


def secret_context(region_id: UUID, account_id: UUID) -> str:
    return f"accounts.totp_secret:{region_id}/{account_id}"


def _of(account: Account) -> Update:
    # Bookkeeping of a sign-in, not an edit: the version stays.
    return update(Account).where(Account.region_id == account.region_id, Account.id == account.id)


async def activate(db: AsyncSession, desk: Desk, given: ActivationIn) -> SignedInOut:
    """A first or a new password by a one-time code, and a session; a reset ends all earlier sessions."""
    candidate, owner, code = await _tried(desk, given)
    expected = {
        CodePurpose.ACTIVATION: AccountStatus.PENDING,
        CodePurpose.PASSWORD_RESET: AccountStatus.ACTIVE,
    }
    faults = await _faults(desk, candidate, owner, code, given.password)
    if faults:
        raise Problem("PASSWORD_REFUSED", faults=faults)
    hashed = await desk.passwords.hash(given.password)
    account = await lock(db, candidate.region.id, code.account_id)
    taken = await db.scalar(
        update(OneTimeCode)
        .where(
            OneTimeCode.region_id == code.region_id,
            OneTimeCode.id == code.id,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > desk.now,
        )
        .values(used_at=desk.now)
        .returning(OneTimeCode.id)
    )
    if taken is None or account.status is not expected[code.purpose]:
        raise Problem("ACTIVATION_FAILED", headers=CHALLENGE)
    await pass_otp(db, desk, account, given.otp)
    before = account.status
    account.password_hash = hashed
    account.password_changed_at = desk.now
    account.status = AccountStatus.ACTIVE
    await db.flush()
    action = "ACTIVATE" if code.purpose is CodePurpose.ACTIVATION else "RESET_PASSWORD"
    changes = {"status": [before.value, "ACTIVE"]} if before is AccountStatus.PENDING else {}
    author = desk.author(account)
    happened = Change(
        "account", account.id, account.version, action, changes, employee_id=account.employee_id
    )
    await trace(db, author, desk.now, happened)
    await sessions.revoke(db, desk, author, account.id)
    answer = await sessions.opened(db, desk, candidate.region, candidate.policy, account, given.device)
    await acquit(desk, db, candidate.region.id, candidate.login)
    return answer


async def _tried(desk: Desk, given: ActivationIn) -> tuple[Candidate, Account, OneTimeCode]:
    """The live code, after counting this attempt; ACTIVATION_FAILED for all that does not fit."""
    candidate = await _candidate(desk, given.region, given.nip)
    account = candidate.account
    async with desk.database.sessions.begin() as own:
        code = await own.scalar(
            update(OneTimeCode)
            .where(
                OneTimeCode.region_id == candidate.region.id,
                OneTimeCode.account_id == (account.id if account is not None else None),
                OneTimeCode.used_at.is_(None),
                OneTimeCode.expires_at > desk.now,
                OneTimeCode.attempts < MAX_ATTEMPTS,
            )
            .values(attempts=OneTimeCode.attempts + 1)
            .returning(OneTimeCode)
        )
    typed = desk.keyring.code_digest(given.code)
    if account is None or code is None or not secrets.compare_digest(typed, code.code_hash):
        raise Problem("ACTIVATION_FAILED", headers=CHALLENGE)
    return candidate, account, code


async def _faults(
    desk: Desk, candidate: Candidate, owner: Account, code: OneTimeCode, password: str
) -> list[Fault]:
    """What is wrong with the password; choosing a bad one with the right code is not a failed attempt."""
    async with desk.database.sessions.begin() as own:
        faults = await password_faults(own, owner, password, "/password")
        if faults:
            await own.execute(
                update(OneTimeCode)
                .where(OneTimeCode.region_id == code.region_id, OneTimeCode.id == code.id)
                .values(attempts=OneTimeCode.attempts - 1)
            )
            await acquit(desk, own, candidate.region.id, candidate.login)
        return faults


async def password_faults(db: AsyncSession, account: Account, password: str, pointer: str) -> list[Fault]:
    """What is wrong with a new password of this account's owner."""
    personal = [account.login]
    if account.employee_id is not None:
        owner = await db.execute(
            select(Employee.nip, Employee.name, Employee.birth_date).where(
                Employee.region_id == account.region_id, Employee.id == account.employee_id
            )
        )
        personal += [str(item) for item in owner.one()]
    return check(password, personal, pointer)
