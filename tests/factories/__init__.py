"""A small city for one test: plain functions, real rows, real tokens."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.authority import announce, roles_of
from asn_api.areas.identity import keys
from asn_api.areas.organization.founding import found
from asn_api.areas.organization.lines import rebuild
from asn_api.core import tokens
from asn_api.core.crypto import digest, random_token
from asn_api.core.database import Database
from asn_api.core.mapping import uuid7
from asn_api.rules.calendar import Zone
from asn_api.rules.identity import AccountStatus, GrantedRole
from asn_api.rules.organization import AppointmentKind, PositionKind, UnitKind
from asn_api.rules.people import Employment, Sex
from asn_api.rules.sync import Platform
from asn_api.tables.employees import Employee, EmployeeGrade
from asn_api.tables.identity import Account, Client, RoleGrant, Session
from asn_api.tables.organization import Appointment, Position, Region, Unit
from asn_api.tables.policies import Policy
from asn_api.tables.sync import Device

LONG_AGO = date(2020, 1, 1)


@dataclass
class City:
    """Units and people by short names; see `make_city` for who is where."""

    region: Region
    app: FastAPI
    database: Database
    now: datetime
    units: dict[str, Unit] = field(default_factory=dict)
    headships: dict[str, Position] = field(default_factory=dict)
    people: dict[str, Employee] = field(default_factory=dict)
    posts: dict[str, Appointment] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)

    def id(self, person: str) -> UUID:
        return self.people[person].id

    def call_as(self, person: str, **headers: str) -> httpx.AsyncClient:
        """A client that speaks as this person, or as nobody for `anonymous`."""
        given = {"Accept-Language": "en", **headers}
        if person != "anonymous":
            given["Authorization"] = f"Bearer {self.tokens[person]}"
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://test", headers=given
        )


async def make_city(database: Database, app: FastAPI, code: str) -> City:
    """A region with two agencies.

    root ─ health (agency: head) ─ clinic (unit: chief) ─ ward (unit: supervisor, staff, colleague)
         └ works (agency: other_head) ─ roads (unit, no head: other_staff)
    `admin` works in `works` and is regional admin; `partner` is a third party registered at `health`.
    """
    now: datetime = app.state.clock()
    async with database.sessions() as db, db.begin():
        await keys.ensure(db, app.state.keyring, datetime(2020, 1, 1, tzinfo=UTC))
        region = await found(db, code, f"Kota {code}", Zone.WIB, now)
        db.add(
            Policy(
                region_id=region.id,
                id=uuid7(),
                area="identity",
                valid_from=date(2026, 1, 1),
                revision=1,
                content=await _identity_without_otp(db, region.id),
                source="test",
                created_at=now,
            )
        )
        city = City(region, app, database, now)
        root = await _root(db, region.id)
        city.units["root"] = root
        for name, parent, kind in (
            ("health", "root", UnitKind.AGENCY),
            ("clinic", "health", UnitKind.UNIT),
            ("ward", "clinic", UnitKind.UNIT),
            ("works", "root", UnitKind.AGENCY),
            ("roads", "works", UnitKind.UNIT),
        ):
            place(city, name, city.units[parent], kind)
        await stored(db, list(city.units.values())[1:], list(city.headships.values()))
        await add_people(
            db,
            city,
            {
                "head": "health",
                "chief": "clinic",
                "supervisor": "ward",
                "staff": "ward",
                "colleague": "ward",
                "other_head": "works",
                "other_staff": "roads",
                "admin": "works",
            },
            heads={"head", "chief", "supervisor", "other_head"},
        )
        await rebuild(db, region.id)
        db.add(
            RoleGrant(
                region_id=region.id,
                id=uuid7(),
                account_id=city.accounts["admin"].id,
                role=GrantedRole.REGIONAL_ADMIN,
                unit_id=root.id,
                valid=Range(LONG_AGO, None),
            )
        )
        await db.flush()
        await sign_in_all(db, city, list(city.people))
        await _partner(db, city)
    return city


async def stored(db: AsyncSession, *kinds: Sequence[Any]) -> None:
    """Rows of one kind after the other, each kind at once: most tests make a city, and statements take their time."""
    for rows in kinds:
        db.add_all(rows)
        await db.flush()


def place(city: City, name: str, parent: Unit, kind: UnitKind) -> Unit:
    """A unit and the post of its head, not yet stored."""
    id = uuid7()
    unit = city.units[name] = Unit(
        region_id=city.region.id,
        id=id,
        parent_id=parent.id,
        agency_id=id if kind is UnitKind.AGENCY else parent.agency_id,
        path=f"{parent.path}{id.hex}.",
        kind=kind,
        name=name.title(),
        head_title=f"Kepala {name.title()}",
        zone=Zone.WIB,
        days_per_week=5,
    )
    city.headships[name] = Position(
        region_id=city.region.id,
        id=uuid7(),
        unit_id=id,
        kind=PositionKind.STRUCTURAL,
        title=f"Kepala {name.title()}",
        is_head=True,
    )
    return unit


async def add_unit(db: AsyncSession, city: City, name: str, parent: Unit, kind: UnitKind) -> Unit:
    unit = place(city, name, parent, kind)
    await stored(db, [unit], [city.headships[name]])
    return unit


_serials = count()


async def add_person(
    db: AsyncSession, city: City, name: str, unit: str, *, is_head: bool = False
) -> Employee:
    await add_people(db, city, {name: unit}, heads={name} if is_head else set())
    return city.people[name]


async def add_people(
    db: AsyncSession, city: City, placed: Mapping[str, str], *, heads: Collection[str] = ()
) -> None:
    """Active PNS, each with a definitive post since 2020, a grade and an active account without a password."""
    positions, grades = [], []
    for name, unit in placed.items():
        employee = city.people[name] = Employee(
            region_id=city.region.id,
            id=uuid7(),
            # Different in neighbouring cities too, so that a leak between regions would show.
            nip=f"198501012010011{next(_serials) % 999 + 1:03d}",
            name=name.replace("_", " ").upper(),
            sort_name=name.replace("_", " "),
            birth_date=date(1985, 1, 1),
            sex=Sex.MALE,
            employment=Employment.PNS,
            legal_standing_code="01",
            active=True,
            raw={},
        )
        position = city.headships[unit]
        if name not in heads:
            position = Position(
                region_id=city.region.id,
                id=uuid7(),
                unit_id=city.units[unit].id,
                kind=PositionKind.EXECUTIVE,
                title=f"Pelaksana {name}",
            )
            positions.append(position)
        city.posts[name] = Appointment(
            region_id=city.region.id,
            id=uuid7(),
            employee_id=employee.id,
            position_id=position.id,
            unit_id=position.unit_id,
            is_head=name in heads,
            kind=AppointmentKind.DEFINITIVE,
            valid=Range(LONG_AGO, None),
        )
        city.accounts[name] = Account(
            region_id=city.region.id,
            id=uuid7(),
            login=employee.nip,
            employee_id=employee.id,
            status=AccountStatus.ACTIVE,
            recovery_codes=[],
        )
        grades.append(
            EmployeeGrade(
                region_id=city.region.id,
                id=uuid7(),
                employee_id=employee.id,
                grade_code="32",
                valid=Range(LONG_AGO, None),
            )
        )
    await stored(
        db,
        [city.people[name] for name in placed],
        positions,
        [city.posts[name] for name in placed],
        [city.accounts[name] for name in placed],
        grades,
    )


async def sign_in(db: AsyncSession, city: City, name: str) -> str:
    await sign_in_all(db, city, [name])
    return city.tokens[name]


async def sign_in_all(db: AsyncSession, city: City, names: Sequence[str]) -> None:
    """A session, an access token and a phone for each, as signing in and enrolling would give them."""
    phones = {
        name: Device(
            region_id=city.region.id,
            id=uuid7(),
            version=1,
            account_id=city.accounts[name].id,
            name=f"phone of {name}",
            platform=Platform.ANDROID,
            enrolled_at=city.now,
            last_seen_at=city.now,
        )
        for name in names
    }
    sessions = {
        name: Session(
            region_id=city.region.id,
            id=uuid7(),
            account_id=city.accounts[name].id,
            device="test",
            created_at=city.now,
            last_used_at=city.now,
            expires_at=city.now + timedelta(days=30),
            refresh_hash=digest(random_token(32)),
            otp_passed=False,
            device_id=phones[name].id,
        )
        for name in names
    }
    await stored(db, list(phones.values()), list(sessions.values()))
    key = await keys.signing(db, city.app.state.keyring, city.now)
    for name in names:
        account = city.accounts[name]
        roles = await roles_of(db, account, True, city.now.date())
        city.phones[name] = str(phones[name].id)
        city.tokens[name] = _token(city, key, account.id, str(sessions[name].id), roles)


async def stand_at(city: City, unit: str) -> None:
    """Move the admin's grant from the root to a unit, and wait until the news has arrived."""
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(RoleGrant)
            .where(RoleGrant.region_id == city.region.id)
            .values(unit_id=city.units[unit].id, version=RoleGrant.version + 1)
        )
        await announce(db, "region", city.region.id)
    await asyncio.sleep(0.1)


async def _partner(db: AsyncSession, city: City) -> None:
    scopes = ["employees:read", "activities:read", "days:read", "units:read"]
    await add_client(db, city, "partner", scopes)


async def add_client(db: AsyncSession, city: City, name: str, scopes: list[str]) -> None:
    """A third party at `health`."""
    client = Client(
        region_id=city.region.id,
        id=uuid7(),
        name=name.title(),
        unit_id=city.units["health"].id,
        scopes=scopes,
        secret_hash=digest("secret"),
        created_at=city.now,
    )
    await stored(db, [client])
    key = await keys.signing(db, city.app.state.keyring, city.now)
    city.tokens[name] = _token(city, key, client.id, str(client.id), (), client)


def _token(
    city: City,
    key: tokens.SigningKey,
    subject: UUID,
    session: str,
    roles: Any,
    client: Client | None = None,
) -> str:
    settings = city.app.state.settings
    claims = tokens.Claims(
        subject=str(subject),
        token_id=str(uuid7()),
        session=session,
        region=str(city.region.id),
        roles=tuple(tokens.Held(held.role, held.path or "own") for held in roles),
        scope=frozenset(client.scopes if client else ()),
        issued_at=city.now,
        expires_at=city.now + timedelta(days=1),
        client=str(client.id) if client else None,
    )
    return tokens.issue(key, claims, issuer=settings.issuer, audience=settings.audience)


async def _root(db: AsyncSession, region_id: UUID) -> Unit:
    root = await db.scalar(select(Unit).where(Unit.region_id == region_id))
    assert root is not None
    return root


async def _identity_without_otp(db: AsyncSession, region_id: UUID) -> dict[str, Any]:
    content = await db.scalar(
        select(Policy.content).where(Policy.region_id == region_id, Policy.area == "identity")
    )
    return {**(content or {}), "otp_required_roles": []}
