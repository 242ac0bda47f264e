"""Who is behind a token: checked once, remembered until it expires, forgotten the moment authority changes.

Tokens carry roles for clients to read; what counts is what the database says. Changes are pushed to every
process by NOTIFY; while a process is not listening it asks the database each time.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

import asyncpg
import orjson
from jose.backends.base import Key
from sqlalchemy import Select, and_, bindparam, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import Date, DateTime, Uuid

from asn_api.access.actor import Actor, Held
from asn_api.access.grants import Role
from asn_api.core import tokens
from asn_api.core.database import Database, Prepared
from asn_api.core.settings import Settings
from asn_api.rules.calendar import Zone
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
        self._watchers: list[Callable[[str], None]] = []
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

    def watch(self, told: Callable[[str], None]) -> None:
        """Have announcements told here too, as `what:id`; an empty one when some may have been missed."""
        self._watchers.append(told)

    async def standing(self, token: str, now: datetime) -> Known | None:
        """The actor behind a valid token as the database has it now, whatever is remembered."""
        claims = await self._claims(token, now)
        actor = await load(self._database, claims, now) if claims is not None else None
        if claims is None or actor is None:
            return None
        return Known(actor, claims.expires_at, actor.today(now))

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
        actor = await load(self._database, claims, now)
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
        for told in self._watchers:
            told(payload)
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
                for told in self._watchers:
                    told("")
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


Selectable: TypeAlias = ColumnElement[Any] | Any


def _led(region_id: Selectable, employee_id: Selectable, today: Selectable) -> Select[str]:
    """The nodes that this employee heads on the day."""
    return (
        select(Unit.path)
        .join(Appointment, and_(Appointment.region_id == Unit.region_id, Appointment.unit_id == Unit.id))
        .where(
            Unit.region_id == region_id,
            or_(*[Unit.kind == kind for kind in LED_KINDS]),
            Appointment.employee_id == employee_id,
            Appointment.is_head,
            Appointment.valid.contains(today),
        )
    )


def _granted(region_id: Selectable, account_id: Selectable, today: Selectable) -> Select[str]:
    """`role path` of each grant on the day."""
    return (
        select(func.concat(RoleGrant.role, " ", Unit.path))
        .join(Unit, and_(Unit.region_id == RoleGrant.region_id, Unit.id == RoleGrant.unit_id))
        .where(
            RoleGrant.region_id == region_id,
            RoleGrant.account_id == account_id,
            RoleGrant.valid.contains(today),
        )
        .order_by(Unit.path)
    )


def _policy(region_id: Selectable, today: Selectable) -> Select[Any]:
    return (
        select(Policy.content)
        .where(Policy.region_id == region_id, Policy.area == "identity", Policy.valid_from <= today)
        .order_by(Policy.valid_from.desc(), Policy.revision.desc())
        .limit(1)
    )


def _roles(is_employee: bool, led: Iterable[str], granted: Iterable[str]) -> tuple[Held, ...]:
    """EMPLOYEE of an active employee, heads by appointment, admins by grant."""
    roles: list[Held] = []
    if is_employee:
        roles.append(Held(Role.EMPLOYEE, ""))
        roles += [Held(Role.HEAD_OF_AGENCY, path) for path in sorted(set(led))]
    for each in granted:
        role, _, path = each.partition(" ")
        roles.append(Held(Role(role), path))
    return tuple(roles)


_TODAY = case(
    *[(Region.zone == zone, bindparam(f"today_{zone.value}", type_=Date)) for zone in Zone],
)
"""The calendar day in the region's zone, which only the database knows at this point."""

_PERSON = Prepared(
    select(
        Region.zone,
        Account.employee_id,
        Employee.active,
        Session.otp_passed,
        func.array(_led(Account.region_id, Account.employee_id, _TODAY).scalar_subquery()).label("led"),
        func.array(_granted(Account.region_id, Account.id, _TODAY).scalar_subquery()).label("granted"),
        _policy(Account.region_id, _TODAY).scalar_subquery().label("policy"),
    )
    .select_from(Account)
    .join(Region, Region.id == Account.region_id)
    .join(Session, and_(Session.region_id == Account.region_id, Session.account_id == Account.id))
    .outerjoin(Employee, and_(Employee.region_id == Account.region_id, Employee.id == Account.employee_id))
    .where(
        Account.region_id == bindparam("region", type_=Uuid),
        Account.id == bindparam("account", type_=Uuid),
        Account.status == AccountStatus.ACTIVE,
        Session.id == bindparam("session", type_=Uuid),
        Session.revoked_at.is_(None),
        Session.expires_at > bindparam("now", type_=DateTime(timezone=True)),
    )
)


async def load(database: Database, claims: tokens.Claims, now: datetime) -> Actor | None:
    """The actor as the database has it now; None when the account, session or client no longer holds."""
    region_id = UUID(claims.region)
    if claims.client is not None:
        async with database.sessions() as db:
            return await _client(db, region_id, UUID(claims.client), claims.scope)
    days = {f"today_{zone.value}": now.astimezone(zone.tz).date() for zone in Zone}
    account_id, session_id = UUID(claims.subject), UUID(claims.session)
    asked = {"region": region_id, "account": account_id, "session": session_id, "now": now}
    found = await database.fetch_row(_PERSON, asked | days)
    if found is None:
        return None
    is_employee = bool(found["active"])
    roles = _roles(is_employee, found["led"], found["granted"])
    if not roles:
        return None
    policy = IdentityPolicy.from_mapping(orjson.loads(found["policy"] or "{}"))
    required = any(held.role.value in policy.otp_required_roles for held in roles)
    return Actor(
        region_id,
        account_id,
        roles,
        Zone(found["zone"]),
        account_id=account_id,
        employee_id=_plain(found["employee_id"]) if is_employee else None,
        session_id=session_id,
        must_enrol_otp=required and not found["otp_passed"],
    )


def _plain(id: UUID) -> UUID:
    """Of the driver's own kind of UUID, which orjson writes the slow way."""
    return UUID(int=id.int)


async def roles_of(db: AsyncSession, account: Account, active: bool, today: date) -> tuple[Held, ...]:
    """The roles of this day."""
    is_employee = account.employee_id is not None and active
    led = await db.scalars(_led(account.region_id, account.employee_id, today)) if is_employee else ()
    return _roles(is_employee, led, await db.scalars(_granted(account.region_id, account.id, today)))


async def _client(db: AsyncSession, region_id: UUID, client_id: UUID, asked: frozenset[str]) -> Actor | None:
    region = await db.get(Region, region_id)
    client = await db.get(Client, (region_id, client_id))
    if region is None or client is None or client.revoked_at is not None:
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
    content = await db.scalar(_policy(region_id, today))
    return IdentityPolicy.from_mapping(content or {})
