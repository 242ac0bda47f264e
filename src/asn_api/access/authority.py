"""Who is behind a token: checked once, remembered until it expires, forgotten the moment authority changes.

Tokens carry roles for clients to read; what counts is what the database says. Changes are pushed to every
process by NOTIFY; while a process is not listening it asks the database each time.
"""

import asyncio
import logging
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import asyncpg
from jose.backends.base import Key
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Actor, Held
from asn_api.access.grants import Role
from asn_api.core import tokens
from asn_api.core.database import Database
from asn_api.core.settings import Settings
from asn_api.rules.identity import AccountStatus
from asn_api.rules.organization import UnitKind
from asn_api.rules.policy import IdentityPolicy
from asn_api.tables.employees import Employee
from asn_api.tables.identity import Account, Client, RoleGrant, Session, SigningKey
from asn_api.tables.organization import Appointment, Region, Unit
from asn_api.tables.policies import Policy

log = logging.getLogger(__name__)

CHANNEL = "asn_authority"
LED_KINDS = (UnitKind.AGENCY, UnitKind.SCHOOL, UnitKind.HEALTH_CENTRE)
REMEMBERED = 50_000


async def announce(
    db: AsyncSession, what: Literal["account", "client", "region", "keys"], id: UUID | str
) -> None:
    """Make every process forget what it knows of an account, a client or a region, once this commits."""
    await db.execute(select(func.pg_notify(CHANNEL, f"{what}:{id}")))


@dataclass(frozen=True, slots=True)
class Known:
    actor: Actor
    expires_at: datetime
    day: date


class Authority:
    """One per process."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._keys: dict[str, Key] = {}
        self._listening = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @property
    def listening(self) -> bool:
        return self._listening

    async def actor(self, token: str, now: datetime) -> Actor | None:
        """The actor behind a token that is valid now, or None."""
        known = self._known.get(token)
        if known is not None and self._listening:
            if known.expires_at > now and known.day == known.actor.today(now):
                return known.actor
            del self._known[token]
        claims = await self._claims(token, now)
        if claims is None:
            return None
        # Remembered only if nothing was announced while it was read: the read may be older than the news.
        generation = self._generation
        async with self._database.sessions() as db:
            actor = await load(db, claims, now)
        if actor is not None and self._listening and generation == self._generation:
            self._known[token] = Known(actor, claims.expires_at, actor.today(now))
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return actor

    _generation = 0

    async def _claims(self, token: str, now: datetime) -> tokens.Claims | None:
        keys = self._keys
        for attempt in ("known keys", "fresh keys"):
            try:
                return tokens.verify(
                    token, keys, issuer=self._settings.issuer, audience=self._settings.audience, now=now
                )
            except tokens.InvalidToken as error:
                if error.reason != "unknown key" or attempt == "fresh keys":
                    return None
                # Not read back from `self`: while a process starts, listening begins by forgetting them.
                keys = await self._load_keys(now)
        return None

    async def _load_keys(self, now: datetime) -> dict[str, Key]:
        async with self._database.sessions() as db:
            rows = await db.scalars(
                select(SigningKey.public_key).where(
                    or_(SigningKey.retires_at.is_(None), SigningKey.retires_at > now)
                )
            )
            self._keys = keys = tokens.public_keys(rows)
        return keys

    def _forget(self, payload: str) -> None:
        self._generation += 1
        what, _, id = payload.partition(":")
        if what == "keys":
            self._keys = {}
            self._known.clear()
            return
        self._known = OrderedDict(
            (token, known)
            for token, known in self._known.items()
            if id not in (str(known.actor.region_id), str(known.actor.principal_id))
        )

    async def _listen(self) -> None:
        while True:
            try:
                connection = await self._database.connect()
                lost = asyncio.Event()
                connection.add_termination_listener(lambda _, lost=lost: lost.set())
                await connection.add_listener(CHANNEL, lambda *args: self._forget(str(args[3])))
                # What was announced before we listened is unknown: begin with nothing.
                self._generation += 1
                self._known.clear()
                self._keys = {}
                self._listening = True
                try:
                    while not lost.is_set():
                        with suppress(TimeoutError):
                            await asyncio.wait_for(lost.wait(), 5)
                        await connection.fetchval("select 1", timeout=5)
                finally:
                    self._listening = False
                    connection.terminate()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("not listening for changes of authority: %s", type(error).__name__)
                await asyncio.sleep(1)


async def load(db: AsyncSession, claims: tokens.Claims, now: datetime) -> Actor | None:
    """The actor as the database has it now; None when the account, session or client no longer holds."""
    region_id = UUID(claims.region)
    region = await db.get(Region, region_id)
    if region is None:
        return None
    today = now.astimezone(region.zone.tz).date()
    if claims.client is not None:
        return await _client(db, region, UUID(claims.client), claims.scope)
    found = (
        await db.execute(
            select(Account, Session, Employee.active)
            .join(Session, and_(Session.region_id == Account.region_id, Session.account_id == Account.id))
            .outerjoin(
                Employee, and_(Employee.region_id == Account.region_id, Employee.id == Account.employee_id)
            )
            .where(
                Account.region_id == region_id,
                Account.id == UUID(claims.subject),
                Account.status == AccountStatus.ACTIVE,
                Session.id == UUID(claims.session),
                Session.revoked_at.is_(None),
                Session.expires_at > now,
            )
        )
    ).one_or_none()
    if found is None:
        return None
    account, session, active = found
    roles = await roles_of(db, account, bool(active), today)
    if not roles:
        return None
    policy = await identity_policy(db, region_id, today)
    required = any(held.role.value in policy.otp_required_roles for held in roles)
    return Actor(
        region_id,
        account.id,
        roles,
        region.zone,
        account_id=account.id,
        employee_id=account.employee_id if active else None,
        session_id=session.id,
        must_enrol_otp=required and not session.otp_passed,
    )


async def roles_of(db: AsyncSession, account: Account, active: bool, today: date) -> tuple[Held, ...]:
    """The roles of this day: EMPLOYEE of an active employee, heads by appointment, admins by grant."""
    roles: list[Held] = []
    if account.employee_id is not None and active:
        roles.append(Held(Role.EMPLOYEE, ""))
        led = await db.scalars(
            select(Unit.path)
            .join(Appointment, and_(Appointment.region_id == Unit.region_id, Appointment.unit_id == Unit.id))
            .where(
                Unit.region_id == account.region_id,
                Unit.kind.in_(LED_KINDS),
                Appointment.employee_id == account.employee_id,
                Appointment.is_head,
                Appointment.valid.contains(today),
            )
        )
        roles += [Held(Role.HEAD_OF_AGENCY, path) for path in sorted(set(led))]
    granted = await db.execute(
        select(RoleGrant.role, Unit.path)
        .join(Unit, and_(Unit.region_id == RoleGrant.region_id, Unit.id == RoleGrant.unit_id))
        .where(
            RoleGrant.region_id == account.region_id,
            RoleGrant.account_id == account.id,
            RoleGrant.valid.contains(today),
        )
        .order_by(Unit.path)
    )
    roles += [Held(Role(role.value), path) for role, path in granted]
    return tuple(roles)


async def _client(db: AsyncSession, region: Region, client_id: UUID, asked: frozenset[str]) -> Actor | None:
    client = await db.get(Client, (region.id, client_id))
    if client is None or client.revoked_at is not None:
        return None
    path = await db.scalar(select(Unit.path).where(Unit.region_id == region.id, Unit.id == client.unit_id))
    return Actor(
        region.id,
        client.id,
        (Held(Role.CLIENT, str(path)),),
        region.zone,
        client_id=client.id,
        client_scopes=asked.intersection(client.scopes),
    )


async def identity_policy(db: AsyncSession, region_id: UUID, today: date) -> IdentityPolicy:
    content = await db.scalar(
        select(Policy.content)
        .where(Policy.region_id == region_id, Policy.area == "identity", Policy.valid_from <= today)
        .order_by(Policy.valid_from.desc(), Policy.revision.desc())
        .limit(1)
    )
    return IdentityPolicy.from_mapping(content or {})
