"""What people do with their own account: profile, password, second factor."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.authority import announce
from asn_api.areas.identity import queries, sessions
from asn_api.areas.identity.desk import Candidate, Desk, acquit, admit, lock
from asn_api.areas.identity.schemas import (
    HeldRoleOut,
    MeOut,
    MyEmployeeOut,
    OtpStateOut,
    PasswordChangeIn,
    RecoveryCodesOut,
    RegionOut,
    TotpOut,
    TotpRemovalIn,
)
from asn_api.areas.identity.signing_in import password_faults, secret_context, secret_of, uses
from asn_api.areas.identity.traces import trace
from asn_api.core import totp
from asn_api.core.journal import Change
from asn_api.errors import Fault, Problem
from asn_api.tables.identity import Account, Session
from asn_api.tables.organization import Region


async def profile(access: Access, db: AsyncSession) -> MeOut:
    found = await queries.me(access, db)
    if found is None:
        raise Problem("NOT_FOUND")
    account, region, employee, unit_id, unit_name, title = found
    nodes = {held: sessions.unit_of(held) for held in access.actor.roles}
    names = await queries.unit_names(access, db, [node for node in nodes.values() if node is not None])
    return MeOut(
        account_id=account.id,
        version=account.version,
        login=account.login,
        session_id=access.actor.session_id,
        region=RegionOut.model_validate(region),
        employee=None
        if employee is None
        else MyEmployeeOut(
            id=employee.id,
            nip=employee.nip,
            name=employee.name,
            unit_id=unit_id,
            unit_name=unit_name,
            position=title,
        ),
        roles=[
            HeldRoleOut(role=held.role.value, unit_id=node, unit_name=names.get(node) if node else None)
            for held, node in nodes.items()
        ],
        permissions={
            permission.value: sorted({reach.value for reach, _ in scopes})
            for permission, scopes in sorted(access.actor.permissions.items())
        },
        otp=OtpStateOut(
            confirmed=account.totp_confirmed_at is not None,
            enrolment_required=access.actor.must_enrol_otp,
            recovery_codes_left=len(account.recovery_codes),
        ),
    )


async def change_password(access: Access, db: AsyncSession, desk: Desk, given: PasswordChangeIn) -> None:
    """A new password after the present one; all other sessions end."""
    candidate, before = await _proven(access, desk, given.current_password, "/current_password")
    async with desk.database.sessions() as own:
        faults = await password_faults(own, before, given.new_password, "/new_password")
    if faults:
        raise Problem("PASSWORD_REFUSED", faults=faults)
    hashed = await desk.passwords.hash(given.new_password)
    account = await _unchanged(db, before)
    account.password_hash = hashed
    account.password_changed_at = desk.now
    await _note(access, db, account, "CHANGE_PASSWORD")
    await sessions.revoke(db, desk, access.author, account.id, keep=access.actor.session_id)
    await acquit(desk, db, access.region_id, candidate.login)


async def begin_totp(access: Access, db: AsyncSession, desk: Desk) -> TotpOut:
    """A new secret; it counts once its first code is confirmed."""
    account = await _own(access, db)
    if account.totp_confirmed_at is not None:
        raise Problem("TOTP_ALREADY_CONFIRMED")
    secret = totp.new_secret()
    account.totp_secret = desk.keyring.seal(secret.encode(), secret_context(account.region_id, account.id))
    account.totp_last_step = None
    await _note(access, db, account, "BEGIN_TOTP")
    return TotpOut(secret=secret, uri=totp.uri(secret, account.login, "asn_api"))


async def confirm_totp(access: Access, db: AsyncSession, desk: Desk, code: str) -> RecoveryCodesOut:
    """The first code proves that the app holds the secret; this session counts as passed from now on."""
    account = await _own(access, db)
    if account.totp_confirmed_at is not None:
        raise Problem("TOTP_ALREADY_CONFIRMED")
    if account.totp_secret is None:
        raise Problem("TOTP_NOT_STARTED")
    step = totp.matching_step(secret_of(desk, account), code, desk.now, account.totp_last_step)
    if step is None:
        raise Problem("TOTP_CODE_WRONG", faults=[Fault("/code", "TOTP_CODE_WRONG")])
    codes = totp.recovery_codes()
    account.totp_confirmed_at = desk.now
    account.totp_last_step = step
    account.recovery_codes = [desk.keyring.code_digest(each).hex() for each in codes]
    await db.execute(
        update(Session)
        .where(Session.region_id == access.region_id, Session.id == access.actor.session_id)
        .values(otp_passed=True)
    )
    await _note(access, db, account, "CONFIRM_TOTP")
    await announce(db, "account", account.id)
    return RecoveryCodesOut(recovery_codes=codes)


async def remove_totp(access: Access, db: AsyncSession, desk: Desk, given: TotpRemovalIn) -> None:
    """Give the second factor up, proving both factors once more; all other sessions end."""
    candidate, before = await _proven(access, desk, given.password, "/password")
    account = await _unchanged(db, before)
    if account.totp_confirmed_at is None:
        raise Problem("TOTP_NOT_CONFIRMED")
    if not await uses(db, desk, account, given.code):
        raise Problem("TOTP_CODE_WRONG", faults=[Fault("/code", "TOTP_CODE_WRONG")])
    forget_totp(account)
    await db.execute(
        update(Session)
        .where(Session.region_id == access.region_id, Session.id == access.actor.session_id)
        .values(otp_passed=False)
    )
    await _note(access, db, account, "REMOVE_TOTP")
    await sessions.revoke(db, desk, access.author, account.id, keep=access.actor.session_id)
    await announce(db, "account", account.id)
    await acquit(desk, db, access.region_id, candidate.login)


def forget_totp(account: Account) -> None:
    account.totp_secret = None
    account.totp_confirmed_at = None
    account.totp_last_step = None
    account.recovery_codes = []


async def _own(access: Access, db: AsyncSession) -> Account:
    return await lock(db, access.region_id, _account_id(access))


def _account_id(access: Access) -> UUID:
    if access.actor.account_id is None:
        raise Problem("NOT_FOUND")
    return access.actor.account_id


async def _proven(access: Access, desk: Desk, password: str, pointer: str) -> tuple[Candidate, Account]:
    """The account after its password was proven; guesses with a stolen token are slowed like sign-ins."""
    async with desk.database.sessions.begin() as own:
        region = await own.get_one(Region, access.region_id)
        account = await own.get_one(Account, (access.region_id, _account_id(access)))
        candidate = await admit(desk, own, region, account.login)
    right = False
    if account.password_hash is not None:
        right, _ = await desk.passwords.verify(password, account.password_hash)
    if not right:
        raise Problem("CURRENT_PASSWORD_WRONG", faults=[Fault(pointer, "CURRENT_PASSWORD_WRONG")])
    return candidate, account


async def _unchanged(db: AsyncSession, before: Account) -> Account:
    account = await lock(db, before.region_id, before.id)
    if account.password_hash != before.password_hash:
        raise Problem("CURRENT_PASSWORD_WRONG")
    return account


async def _note(access: Access, db: AsyncSession, account: Account, action: str) -> None:
    await db.flush()
    happened = Change("account", account.id, account.version, action, {}, employee_id=account.employee_id)
    await trace(db, access.author, access.now, happened)
