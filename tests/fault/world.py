"""One server in this process with a database line that can be cut, and the people who use it."""

import asyncio
import secrets
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.engine import make_url

from asn_api.areas.identity import keys, refresh_tokens
from asn_api.areas.organization.lines import rebuild
from asn_api.core import tokens
from asn_api.core.bulk import copy_in
from asn_api.core.crypto import digest
from asn_api.core.mapping import Table, uuid7
from asn_api.core.settings import Settings
from asn_api.main import create_app
from asn_api.rules.calendar import Zone
from asn_api.rules.identity import AccountStatus
from asn_api.rules.organization import AppointmentKind, PositionKind, UnitKind
from asn_api.rules.people import Employment, Sex
from asn_api.tables.employees import Employee
from asn_api.tables.identity import Account
from asn_api.tables.organization import Appointment, Position, Unit
from tests.conftest import NOW
from tests.factories import LONG_AGO, City, make_city
from tests.fault.lines import Line
from tests.fault.network import Dying, Fault, InProcess

PASSWORD = "sawah hijau di lereng gunung"
TEAMS = 30
"""Per region: founding one costs more than a schedule, and rebuilding lines costs by its size."""


@dataclass
class Team:
    """An employee in a unit of a small agency with a head, his superior, and the one he gets by a transfer.

    `employee` and `superior0` are here, `superior1` and `other`, his report, are there, in another agency.
    """

    number: int
    city: City
    agency: UUID
    here: UUID
    there: UUID
    seat_elsewhere: UUID

    def name(self, who: str) -> str:
        return f"{who}-{self.number}"

    def id(self, who: str) -> UUID:
        return self.city.id(self.name(who))

    def account(self, who: str) -> UUID:
        """Of one of the team, or of somebody whom the teams of a region share."""
        accounts = self.city.accounts
        return (accounts.get(self.name(who)) or accounts[who]).id


@dataclass(frozen=True)
class Session:
    device: str
    refresh_token: str
    access_token: str


@dataclass
class World:
    settings: Settings
    line: Line
    app: Any
    db: asyncpg.Connection
    now: datetime = NOW
    teams: list[Team] = field(default_factory=list)
    browsers: dict[UUID, tuple[str, datetime]] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    async def open(cls, stack: AsyncExitStack, settings: Settings) -> "World":
        assert settings.database_url is not None
        url = make_url(settings.database_url)
        line = Line(url.host or "", url.port or 5432)
        behind = url.set(host="127.0.0.1", port=await line.start())
        stack.callback(line.stop)
        given = settings.model_copy(
            update={"database_url": behind.render_as_string(hide_password=False), "log_level": "error"}
        )
        app = create_app(given)
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        db = await asyncpg.connect(plain)
        stack.push_async_callback(db.close)
        world = cls(given, line, app, db)
        app.state.clock = lambda: world.now
        await stack.enter_async_context(app.router.lifespan_context(app))
        async with app.state.database.sessions.begin() as session:
            await keys.ensure(session, app.state.keyring, datetime(2020, 1, 1, tzinfo=UTC))
            world.key = await keys.signing(session, app.state.keyring, NOW)
        return world

    key: tokens.SigningKey = field(init=False)

    def way(self, address: str) -> httpx.AsyncBaseTransport:
        """To the server from an address of one's own: sign-ins that fail slow down all from the same one."""
        return InProcess(self.app, address)

    async def answer(
        self, way: httpx.AsyncBaseTransport, request: httpx.Request, fault: Fault
    ) -> tuple[httpx.Response, bool]:
        """The server's answer, and whether its database was cut meanwhile."""
        if fault.cut is not None:
            self.line.arm(fault.cut)
        before = self.line.cuts
        living = way.handle_async_request(request)
        try:
            if fault.dies_at is None:
                response = await living
            else:
                task = asyncio.ensure_future(_run(Dying(living, fault.dies_at)))
                await asyncio.wait([task])
                if task.cancelled():
                    raise httpx.ReadError("the server died")
                response = task.result()
            await response.aread()
        finally:
            if fault.cut is not None:
                self.line.arm(None)
        return response, self.line.cuts != before

    async def session(self, team: Team, who: str) -> Session:
        """A phone that was enrolled and signed in a moment ago; `sign_in` does the same over HTTP."""
        region, account = team.city.region.id, team.account(who)
        session, device = uuid7(), uuid7()
        refresh = refresh_tokens.first(self.app.state.keyring, region, session)
        async with self.lock:
            await self.db.execute(
                "insert into devices (region_id, id, version, account_id, name, platform, enrolled_at, last_seen_at)"
                " values ($1, $2, 1, $3, 'phone', 'OTHER', $4, $4)",
                region, device, account, self.now,
            )  # fmt: skip
            await self.db.execute(
                "insert into sessions (region_id, id, account_id, device_id, device, created_at, last_used_at,"
                " expires_at, refresh_hash, otp_passed) values ($1, $2, $3, $4, 'phone', $5, $5, $6, $7, false)",
                region, session, account, device, self.now, self.now + timedelta(days=30), digest(refresh),
            )  # fmt: skip
        return Session(str(device), refresh, self.token(region, account, session, 45))

    def token(self, region: UUID, account: UUID, session: UUID, minutes: int) -> str:
        claims = tokens.Claims(
            str(account), str(uuid7()), str(session), str(region), (), frozenset(), self.now,
            self.now + timedelta(minutes=minutes),
        )  # fmt: skip
        return tokens.issue(self.key, claims, issuer=self.settings.issuer, audience=self.settings.audience)

    async def settled(self) -> None:
        """Wait until no transaction is open any more: pulls stop before the oldest one."""
        deadline = time.monotonic() + 20
        running = "select pg_snapshot_xmin(s) < pg_snapshot_xmax(s) from pg_current_snapshot() s"
        while await self.db.fetchval(running):
            assert time.monotonic() < deadline, "a transaction stays open"

    async def team(self) -> Team:
        """A fresh one; the clock goes back to the same day, on which nobody has failed to sign in yet."""
        self.now = NOW
        await self.db.execute("delete from sign_in_failures")
        self.browsers.clear()
        if not self.teams:
            self.teams = await _found(self)
        return self.teams.pop()

    async def call(self, team: Team, who: str, method: str, path: str, **given: Any) -> httpx.Response:
        """A request over a quiet line, as somebody with a browser."""
        account = team.account(who)
        token, until = self.browsers.get(account, ("", self.now))
        if until <= self.now:
            token = (await self.session(team, who)).access_token
            self.browsers[account] = token, self.now + timedelta(minutes=40)
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en", **given.pop("headers", {})}
        async with client(self.way("browser")) as http:
            return await http.request(method, path, headers=headers, **given)

    async def agree_plan(self, team: Team, results: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The employee's plan of the year with these work results, agreed."""
        given = {"year": 2026, "approach": "QUANTITATIVE", "plan_type": "ADMIN_FUNCTIONAL"}
        plan = (await self.call(team, "employee", "POST", "/v1/plans", json=given)).json()
        path, version = f"/v1/plans/{plan['id']}/content", {"If-Match": f'"{plan["version"]}"'}
        content = {"work_results": results}
        filled = await self.call(team, "employee", "PUT", path, json=content, headers=version)
        assert filled.status_code == 200, filled.text
        await self.db.execute(
            "update plans set status = 'APPROVED', decided_at = $3 where region_id = $1 and id = $2",
            team.city.region.id, plan["id"], NOW,
        )  # fmt: skip
        return results

    async def indicators(self, team: Team) -> list[str]:
        """Those of a small plan, which is agreed when they are first needed."""
        measures = [
            {
                "id": str(uuid7()),
                "aspect": aspect,
                "statement": f"Layanan {aspect.lower()}",
                "target_value": "500",
                "target_unit": "dokumen",
            }
            for aspect in ("QUANTITY", "QUALITY")
        ]
        result = {"kind": "PRIMARY", "statement": "Layanan data selesai tepat waktu", "indicators": measures}
        await self.agree_plan(team, [{"id": str(uuid7()), **result}])
        return [each["id"] for each in measures]


def client(way: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """Without a look at the environment's proxies and without compression, which cost more than a request."""
    plain = {"Accept-Encoding": "identity"}
    return httpx.AsyncClient(transport=way, base_url="http://test", headers=plain, trust_env=False)


async def _run(dying: Dying) -> httpx.Response:
    return await dying


async def _found(world: World) -> list[Team]:
    """A region and its teams, whose rows go in by COPY: people are made faster than schedules are played."""
    app = world.app
    city = await make_city(app.state.database, app, code=f"kota-{secrets.token_hex(4)}")
    region = city.region.id
    rows = Rows(region, await app.state.passwords.hash(PASSWORD))
    teams = []
    for number in range(TEAMS):
        agency = rows.unit(city.units["root"], UnitKind.AGENCY)
        here, there = rows.unit(agency), rows.unit(city.units["works"])
        for unit, who, is_head in (
            (agency, "head", True), (here, "superior0", True), (here, "employee", False),
            (there, "superior1", True), (there, "other", False),
        ):  # fmt: skip
            rows.person(city, f"{who}-{number}", unit.id, is_head)
        seat = rows.seat(there.id, is_head=False)
        teams.append(Team(number, city, agency.id, here.id, there.id, seat))
    async with city.database.sessions.begin() as db:
        for table, made in rows.made.items():
            await copy_in(db, table, made)
        await rebuild(db, region)
    return teams


class Rows:
    def __init__(self, region_id: UUID, password_hash: str) -> None:
        self.region_id, self.password_hash = region_id, password_hash
        self.made: dict[type[Table], list[Any]] = {
            table: [] for table in (Unit, Position, Employee, Appointment, Account)
        }

    def unit(self, above: Unit, kind: UnitKind = UnitKind.UNIT) -> Unit:
        id = uuid7()
        agency = id if kind is UnitKind.AGENCY else above.agency_id
        path = f"{above.path}{id.hex}."
        self._add(
            Unit, id, parent_id=above.id, agency_id=agency, path=path, kind=kind, name=f"Bidang {id.hex[-6:]}",
            head_title="Kepala", zone=Zone.WIB, days_per_week=5, version=1,
        )  # fmt: skip
        return Unit(id=id, agency_id=agency, path=path)

    def seat(self, unit: UUID, *, is_head: bool) -> UUID:
        id = uuid7()
        kind = PositionKind.STRUCTURAL if is_head else PositionKind.EXECUTIVE
        self._add(
            Position, id, unit_id=unit, kind=kind, title=f"Jabatan {id.hex[-8:]}", is_head=is_head, version=1
        )
        return id

    def person(self, city: City, name: str, unit: UUID, is_head: bool) -> None:
        employee, account, nip = uuid7(), uuid7(), f"198501012010012{len(self.made[Employee]):03d}"
        self._add(
            Employee, employee, nip=nip, name=name.upper(), sort_name=name, birth_date=date(1985, 1, 1), sex=Sex.FEMALE,
            employment=Employment.PNS, legal_standing_code="01", active=True, raw={}, version=1,
        )  # fmt: skip
        self._add(
            Appointment, uuid7(), employee_id=employee, position_id=self.seat(unit, is_head=is_head), unit_id=unit,
            is_head=is_head, kind=AppointmentKind.DEFINITIVE, valid=Range(LONG_AGO, None), version=1,
        )  # fmt: skip
        self._add(
            Account, account, login=nip, employee_id=employee, status=AccountStatus.ACTIVE,
            password_hash=self.password_hash, recovery_codes=[], version=1,
        )  # fmt: skip
        city.people[name] = Employee(region_id=self.region_id, id=employee, nip=nip, active=True)
        city.accounts[name] = Account(region_id=self.region_id, id=account, employee_id=employee)

    def _add(self, table: type[Table], id: UUID, **values: Any) -> None:
        self.made[table].append({"region_id": self.region_id, "id": id, **values})
