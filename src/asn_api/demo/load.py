"""Fills an empty database with Kota Demo and tells how to sign in there."""

import asyncio
import csv
import io
import json
import shlex
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access, system
from asn_api.access.grants import Permission
from asn_api.areas.calendar.queries import calendar_for
from asn_api.areas.contribution.recount import count_people, count_units
from asn_api.areas.employees import imports
from asn_api.areas.employees.import_apply import apply
from asn_api.areas.employees.import_check import check
from asn_api.areas.identity.demo_logins import SOURCE
from asn_api.areas.notifications.reminding import remind
from asn_api.areas.organization.founding import found
from asn_api.areas.policies import service as policies
from asn_api.areas.policies.current import activity_policies, applicable
from asn_api.areas.policies.schemas import PolicyIn
from asn_api.core.bulk import analyze
from asn_api.core.clock import utc_now
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.journal import Author, Change, JournalEntry, record
from asn_api.core.mapping import uuid7
from asn_api.core.passwords import Passwords
from asn_api.core.settings import Settings
from asn_api.demo import (
    certificates,
    city,
    competencies,
    complaints,
    development,
    levels,
    planned,
    progress,
    roster,
    training,
)
from asn_api.demo.history import History
from asn_api.rules.calendar import Calendar, Zone, days_between
from asn_api.rules.identity import AccountStatus, GrantedRole
from asn_api.rules.imports import ImportStatus
from asn_api.tables.activities import Activity, DayTotal, ResultChain, UnitMonth, VerificationDay
from asn_api.tables.competencies import CompetencyEvidence
from asn_api.tables.contribution import Contribution
from asn_api.tables.credits import FunctionalTerm
from asn_api.tables.employees import EmployeeImport
from asn_api.tables.identity import Account, RoleGrant
from asn_api.tables.organization import Region, Unit
from asn_api.tables.performance import Indicator, Plan, ProgressReport, WorkResult
from asn_api.tables.policies import Policy

CODE, NAME = "kota-demo", "Kota Demo"
PASSWORD = "sawah-hijau-pagi-hari"  # noqa: S105 (told to everybody; production refuses this city)
LOGINS = {
    "employee": city.DEMO.employee_nip,
    "supervisor": city.DEMO.supervisor_nip,
    "head of agency": city.DEMO.head_nip,
    "regional admin": city.DEMO.admin_nip,
}
WORKING_DAYS = 65
SHARE = 0.2
"""Of the agencies that have the whole history, besides those of the logins."""
RECENT = 5
"""Working days of the other agencies."""


@dataclass(frozen=True)
class Logins:
    """Role → NIP, all with one password."""

    region: str
    password: str
    nips: dict[str, str]


def load_if_empty(settings: Settings, share: float = SHARE) -> Logins | None:
    """The logins of the demo city, which an empty database gets now; None where others have filled it.

    What an interrupted loading has left is taken up by the next one.
    """
    return asyncio.run(_load(settings, share))


def welcome(settings: Settings, logins: Logins | None) -> str:
    docs = f"API documentation: {settings.public_url}/docs"
    if logins is None:
        return f"\n{docs}\nThis database has regions of its own, so there is no demo city in it.\n"
    nip = logins.nips["employee"]
    signing_in = {"region": logins.region, "nip": nip, "password": logins.password, "device": "curl"}
    token = (
        f"curl -s {settings.public_url}/v1/sessions -H 'Content-Type: application/json' "
        f"-d {shlex.quote(json.dumps(signing_in))} "
        r"""| sed 's/.*"access_token":"\([^"]*\)".*/\1/'"""
    )
    own = f"'{settings.public_url}/v1/me/activities?limit=3'"
    lines = [
        "",
        docs,
        "",
        *(f"  {role:<15} {who:<19} {logins.password}" for role, who in logins.nips.items()),
        "",
        f"Sign in with region {logins.region}, NIP and password; the demo asks for no second factor.",
        "An employee's latest activities:",
        "",
        f'curl -s -H "Authorization: Bearer $({token})" {own}',
        "",
    ]
    return "\n".join(lines)


async def _load(settings: Settings, share: float) -> Logins | None:
    # Bulk statements take longer than any request may.
    database = Database(settings.model_copy(update={"statement_timeout_ms": 0}))
    try:
        async with database.sessions.begin() as guard:
            # Two starts on one database take turns.
            await guard.execute(select(func.pg_advisory_xact_lock(func.hashtext(CODE))))
            if not await _founded(guard):
                async with database.sessions.begin() as db:
                    if await db.scalar(select(exists().where(Region.id.is_not(None)))):
                        return None
                    await _found(db)
            async with database.sessions() as db:
                region = (await db.scalars(select(Region).where(Region.code == CODE))).one()
                is_complete = await db.scalar(select(exists().where(Plan.region_id == region.id)))
            if not is_complete:
                print(f"Loading {NAME} ...", flush=True)  # noqa: T201
                await _fill(settings, database, _access(region.id, Permission.EMPLOYEES_MANAGE), share)
                await remind(database, _access(region.id, Permission.ME))
    finally:
        await database.stop()
    return Logins(CODE, PASSWORD, LOGINS)


def _access(region_id: UUID, permission: Permission) -> Access:
    return system(region_id, permission, utc_now(), Zone.WIB)


async def _founded(db: AsyncSession) -> bool:
    """Whether the region was made here; one that only has the same code is somebody's own."""
    ours = select(Policy.region_id).where(Policy.source == SOURCE)
    return bool(await db.scalar(select(exists().where(Region.code == CODE, Region.id.in_(ours)))))


async def _found(db: AsyncSession) -> None:
    region = await found(db, CODE, NAME, Zone.WIB, utc_now())
    access = _access(region.id, Permission.POLICIES_MANAGE)
    before = (await db.scalars(applicable(region.id, "identity", access.today))).one()
    without_otp = {**before.content, "otp_required_roles": []}
    given = PolicyIn(valid_from=access.today, content=without_otp, source=SOURCE)
    await policies.revise(access, db, "identity", given)


async def _fill(settings: Settings, database: Database, access: Access, share: float) -> None:
    """People by the real import, in its own transactions; all the rest in one, so that it is there or not."""
    await _import(database, Keyring(settings.keys), access)
    async with database.sessions.begin() as db:
        start = access.today - timedelta(days=2 * WORKING_DAYS)
        calendar = await calendar_for(access, db, "", start, access.today)
        days = _working_days(calendar, start, access.today)
        people = await roster.people(db, access.region_id, access.today, days)
        years = sorted({day.year for day in days} | {access.today.year})
        made = {year: await planned.store(db, access, people, year) for year in years}
        of_logins = {person.member.agency for person in people if person.nip in LOGINS.values()}
        await progress.store(db, access, people, made, share=share, always=of_logins)
        history = History(access, people, await activity_policies(db, access.region_id), calendar)
        await history.store(db, made, share=share, recent=RECENT, always=sorted(of_logins))
        await levels.store(db, access)
        await competencies.store(db, access, people)
        by_nip = {person.nip: person for person in people}
        await training.store(db, access, people, by_nip[LOGINS["regional admin"]].agency_id)
        await certificates.store(db, access, people)
        await development.store(db, access, people, by_nip[LOGINS["head of agency"]].agency_id)
        await complaints.store(db, Keyring(settings.keys), access, people)
        await _open_logins(db, settings, access)
        filled = (
            Plan,
            WorkResult,
            Indicator,
            ProgressReport,
            Activity,
            DayTotal,
            UnitMonth,
            VerificationDay,
            FunctionalTerm,
            CompetencyEvidence,
            JournalEntry,
        )
        await analyze(db, *filled)
        await count_people(access, db, [person.id for person in people])
        await analyze(db, Contribution, ResultChain)
        await count_units(access, db, sorted({person.unit_id for person in people}))


def _working_days(calendar: Calendar, start: date, end: date) -> list[date]:
    return [day for day in days_between(start, end) if calendar.is_working_day(day, 5)][-WORKING_DAYS:]


async def _import(database: Database, keyring: Keyring, access: Access) -> None:
    async with database.sessions.begin() as db:
        earlier = list(
            await db.scalars(select(EmployeeImport).where(EmployeeImport.region_id == access.region_id))
        )
        if any(each.status is ImportStatus.COMMITTED for each in earlier):
            return
        for each in earlier:
            await imports.discard_unfinished(access, db, each.id)
        given = imports.Given("kota-demo.csv", _export(), json.dumps({"data": city.units()}).encode())
        received = await imports.receive(access, db, keyring, given)
    await check(access, database, keyring, received.id)
    async with database.sessions.begin() as db:
        await imports.mark_committing(access, db, received.id)
    await apply(access, database, keyring, received.id)


def _export() -> bytes:
    rows = list(city.employees())
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


async def _open_logins(db: AsyncSession, settings: Settings, access: Access) -> None:
    """Active accounts with the known password, and the admin's role."""
    passwords = Passwords(
        settings.password_memory_kib, settings.password_time, settings.password_parallelism, 1
    )
    root = (
        await db.scalars(select(Unit.id).where(Unit.region_id == access.region_id, Unit.parent_id.is_(None)))
    ).one()
    accounts = {
        account.login: account
        for account in await db.scalars(
            select(Account).where(Account.region_id == access.region_id, Account.login.in_(LOGINS.values()))
        )
    }
    for account in accounts.values():
        account.status = AccountStatus.ACTIVE
        account.password_hash = await passwords.hash(PASSWORD)
        account.password_changed_at = access.now
    passwords.close()
    admin = accounts[LOGINS["regional admin"]]
    grant = RoleGrant(
        region_id=access.region_id,
        id=uuid7(),
        account_id=admin.id,
        role=GrantedRole.REGIONAL_ADMIN,
        unit_id=root,
        valid=Range(access.today, None),
    )
    db.add(grant)
    await db.flush()
    activated = {"status": [AccountStatus.PENDING, AccountStatus.ACTIVE]}
    happened = [
        Change("account", each.id, each.version, "ACTIVATE", activated, employee_id=each.employee_id)
        for each in accounts.values()
    ]
    granted = {"account_id": str(admin.id), "role": GrantedRole.REGIONAL_ADMIN}
    happened.append(Change("role_grant", grant.id, 1, "GRANT", granted, unit_id=root))
    await record(db, Author(access.region_id), access.now, *happened)
