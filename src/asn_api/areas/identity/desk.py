"""What signing in works with beside the request's own transaction, and the brake on guessing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.authority import identity_policy
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.journal import Author
from asn_api.core.passwords import Passwords
from asn_api.core.settings import Settings
from asn_api.errors import Fault, Problem
from asn_api.rules import identity
from asn_api.rules.policy import IdentityPolicy
from asn_api.tables.identity import Account, SignInFailure
from asn_api.tables.organization import Region

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="asn-api"'}


@dataclass(frozen=True)
class Desk:
    """One request's view of the installation; `address` is the caller's."""

    database: Database
    keyring: Keyring
    passwords: Passwords
    settings: Settings
    now: datetime
    address: str
    request_id: str | None

    @classmethod
    def at(cls, state: Any, now: datetime, address: str, request_id: str | None) -> Self:
        """With what the application holds in its `state`."""
        return cls(state.database, state.keyring, state.passwords, state.settings, now, address, request_id)

    def author(self, account: Account) -> Author:
        return Author(account.region_id, account.id, actor_id=account.employee_id, request_id=self.request_id)

    def brakes(self, region_id: UUID, login: str) -> tuple[bytes, bytes]:
        """The keys of the two counters: of this login, known or not, and of the address."""
        return (
            self.keyring.blind_index(f"{region_id}/{login}", "sign_in_failures.login"),
            self.keyring.blind_index(self.address, "sign_in_failures.address"),
        )


@dataclass(frozen=True)
class Candidate:
    """Who wants in: a login of a region, and the account behind it if there is one."""

    region: Region
    policy: IdentityPolicy
    login: str
    account: Account | None

    def today(self, now: datetime) -> date:
        return now.astimezone(self.region.zone.tz).date()


async def region_named(db: AsyncSession, code: str | None, settings: Settings) -> Region:
    code = code or settings.default_region
    if code is None:
        raise Problem("REGION_REQUIRED", faults=[Fault("/region", "REGION_REQUIRED")])
    region = await db.scalar(select(Region).where(Region.code == code))
    if region is None:
        raise Problem("REGION_UNKNOWN", faults=[Fault("/region", "REGION_UNKNOWN")])
    return region


async def admit(desk: Desk, db: AsyncSession, region: Region, login: str) -> Candidate:
    """Count an attempt as failed until it has succeeded; 429 while the login or the address must wait.

    Counting first holds parallel guesses back too. `db` must commit on its own: the request of a refused
    attempt is rolled back.
    """
    today = desk.now.astimezone(region.zone.tz).date()
    policy = await identity_policy(db, region.id, today)
    account = await db.scalar(select(Account).where(Account.region_id == region.id, Account.login == login))
    await charge(db, desk.brakes(region.id, login), policy, desk.now)
    return Candidate(region, policy, login, account)


async def charge(db: AsyncSession, keys: Sequence[bytes], policy: IdentityPolicy, now: datetime) -> None:
    """Count an attempt for two keys, of what is guessed at and of the address; 429 while either must wait."""
    fresh = [{"key": key, "failures": 0, "last_at": now, "blocked_until": now} for key in keys]
    statement = insert(SignInFailure).values(fresh)
    # The update changes nothing: it locks the row, so that parallel attempts count one after the other.
    locked = await db.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"failures": SignInFailure.failures}
        ).returning(
            SignInFailure.key, SignInFailure.failures, SignInFailure.last_at, SignInFailure.blocked_until
        )
    )
    rows = {row.key: row for row in locked}
    wait = max(row.blocked_until for row in rows.values()) - now
    if wait > timedelta():
        seconds = -(-wait // timedelta(seconds=1))
        raise Problem("SIGN_IN_DELAYED", headers={"Retry-After": str(seconds)}, seconds=seconds)
    login, address = (rows[key] for key in keys)
    by_login = identity.login_failures(login.failures, now - login.last_at) + 1
    by_address = identity.address_failures(address.failures, now - address.last_at) + 1
    for key, failures, delay in (
        (login.key, by_login, policy.delay_after(by_login)),
        (address.key, by_address, policy.delay_after(identity.address_excess(by_address))),
    ):
        await _store(db, key, failures=failures, last_at=now, blocked_until=now + timedelta(seconds=delay))


async def _store(db: AsyncSession, key: bytes, **values: Any) -> None:
    await db.execute(update(SignInFailure).where(SignInFailure.key == key).values(**values))


async def acquit(desk: Desk, db: AsyncSession, region_id: UUID, login: str) -> None:
    """The attempt succeeded: the login begins anew, the address gets back what this attempt was charged."""
    login_key, address_key = desk.brakes(region_id, login)
    await db.execute(delete(SignInFailure).where(SignInFailure.key == login_key))
    await _store(db, address_key, failures=func.greatest(SignInFailure.failures - 1, 0))


async def lock(db: AsyncSession, region_id: UUID, account_id: UUID) -> Account:
    """The account as it is now, held until the transaction ends."""
    account = await db.scalar(
        select(Account)
        .where(Account.region_id == region_id, Account.id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if account is None:
        raise Problem("NOT_FOUND")
    return account
