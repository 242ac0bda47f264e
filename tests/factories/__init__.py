"""A small city for one test: plain functions, real rows, real tokens."""

import asyncio
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
        await add_unit(db, city, "health", root, UnitKind.AGENCY)
        await add_unit(db, city, "clinic", city.units["health"], UnitKind.UNIT)
        await add_unit(db, city, "ward", city.units["clinic"], UnitKind.UNIT)
        await add_unit(db, city, "works", root, UnitKind.AGENCY)
        await add_unit(db, city, "roads", city.units["works"], UnitKind.UNIT)
        await add_person(db, city, "head", "health", is_head=True)
        await add_person(db, city, "chief", "clinic", is_head=True)
        await add_person(db, city, "supervisor", "ward", is_head=True)
        await add_person(db, city, "staff", "ward")
        await add_person(db, city, "colleague", "ward")
        await add_person(db, city, "other_head", "works", is_head=True)
        await add_person(db, city, "other_staff", "roads")
        await add_person(db, city, "admin", "works")
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
        for name in list(city.people):
            await sign_in(db, city, name)
        await _partner(db, city)
    return city


async def add_unit(db: AsyncSession, city: City, name: str, parent: Unit, kind: UnitKind) -> Unit:
    id = uuid7()
    unit = Unit(
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
    db.add(unit)
    await db.flush()
    db.add(
        Position(
            region_id=city.region.id,
            id=uuid7(),
            unit_id=id,
            kind=PositionKind.STRUCTURAL,
            title=f"Kepala {name.title()}",
            is_head=True,
        )
    )
    await db.flush()
    city.units[name] = unit
    return unit


_serials = count()


async def add_person(
    db: AsyncSession, city: City, name: str, unit: str, *, is_head: bool = False
) -> Employee:
    """An active PNS with a definitive post since 2020, a grade and an active account without a password."""
    employee = Employee(
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
    db.add(employee)
    await db.flush()
    if is_head:
        position = await db.scalar(
            select(Position).where(
                Position.region_id == city.region.id,
                Position.unit_id == city.units[unit].id,
                Position.is_head,
            )
        )
        assert position is not None
    else:
        position = Position(
            region_id=city.region.id,
            id=uuid7(),
            unit_id=city.units[unit].id,
            kind=PositionKind.EXECUTIVE,
            title=f"Pelaksana {name}",
        )
        db.add(position)
        await db.flush()
    city.posts[name] = Appointment(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=employee.id,
        position_id=position.id,
        unit_id=position.unit_id,
        is_head=is_head,
        kind=AppointmentKind.DEFINITIVE,
        valid=Range(LONG_AGO, None),
    )
    account = Account(
        region_id=city.region.id,
        id=uuid7(),
        login=employee.nip,
        employee_id=employee.id,
        status=AccountStatus.ACTIVE,
        recovery_codes=[],
    )
    grade = EmployeeGrade(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=employee.id,
        grade_code="32",
        valid=Range(LONG_AGO, None),
    )
    db.add_all([city.posts[name], account, grade])
    await db.flush()
    city.people[name] = employee
    city.accounts[name] = account
    return employee


async def sign_in(db: AsyncSession, city: City, name: str) -> str:
    """A session, an access token and a phone for this person, as signing in and enrolling would give them."""
    account = city.accounts[name]
    phone = Device(
        region_id=city.region.id,
        id=uuid7(),
        version=1,
        account_id=account.id,
        name=f"phone of {name}",
        platform=Platform.ANDROID,
        enrolled_at=city.now,
        last_seen_at=city.now,
    )
    db.add(phone)
    await db.flush()
    city.phones[name] = str(phone.id)
    session = Session(
        region_id=city.region.id,
        id=uuid7(),
        account_id=account.id,
        device="test",
        created_at=city.now,
        last_used_at=city.now,
        expires_at=city.now + timedelta(days=30),
        refresh_hash=digest(random_token(32)),
        otp_passed=False,
        device_id=phone.id,
    )
    db.add(session)
    await db.flush()
    roles = await roles_of(db, account, True, city.now.date())
    city.tokens[name] = await _token(db, city, account.id, str(session.id), roles)
    return city.tokens[name]


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
    client = Client(
        region_id=city.region.id,
        id=uuid7(),
        name="Partner",
        unit_id=city.units["health"].id,
        scopes=["employees:read", "activities:read", "days:read", "units:read"],
        secret_hash=digest("secret"),
        created_at=city.now,
    )
    db.add(client)
    await db.flush()
    city.tokens["partner"] = await _token(db, city, client.id, str(client.id), (), client)


async def _token(
    db: AsyncSession, city: City, subject: UUID, session: str, roles: Any, client: Client | None = None
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
    key = await keys.signing(db, city.app.state.keyring, city.now)
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
