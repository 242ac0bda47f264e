"""The made-up city's tree and people, with accounts, sessions and plans, loaded by COPY."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from asn_api.core.crypto import digest
from asn_api.core.mapping import uuid7
from asn_api.rules.calendar import Zone
from asn_api.rules.identity import AccountStatus
from asn_api.rules.organization import AppointmentKind, PositionKind, UnitKind
from asn_api.rules.people import Employment, Sex
from asn_api.rules.plans import Approach, PlanStatus, PlanType, ResultKind
from asn_api.tables import every_table

AGENCIES = 30
UNITS_PER_AGENCY = 5
AT_LEAST = 33
"""Activities of every employee, so that a page of 20 is full and has a next one."""
SINCE = date(2015, 1, 1)


@dataclass
class Person:
    id: UUID
    nip: str
    unit: int
    is_head: bool
    account_id: UUID = field(default_factory=uuid7)
    session_id: UUID = field(default_factory=uuid7)
    position_id: UUID = field(default_factory=uuid7)
    plan_id: UUID = field(default_factory=uuid7)
    result_id: UUID = field(default_factory=uuid7)
    activity_id: UUID | None = None
    """One of this person's activities."""


def people_of(rows: int) -> list[Person]:
    """13,000 people, or fewer when so many would have too few activities each. Heads come first."""
    units = AGENCIES * (1 + UNITS_PER_AGENCY)
    count = max(2 * units, min(13_000, rows // AT_LEAST))
    return [
        Person(
            uuid7(),
            f"{date(1965, 1, 1) + timedelta(days=number):%Y%m%d}2015011001",
            number % units,
            number < units,
        )
        for number in range(count)
    ]


def units_of(region_id: UUID, root_id: UUID) -> list[dict[str, Any]]:
    """Agencies first, then their units; a person's `unit` is a place in this list."""
    units: list[dict[str, Any]] = []

    def add(name: str, kind: UnitKind, parent: UUID, above: str, agency: UUID | None) -> None:
        id = uuid7()
        units.append(
            {
                "region_id": region_id,
                "id": id,
                "parent_id": parent,
                "agency_id": agency or id,
                "path": f"{above}{id.hex}.",
                "kind": kind.value,
                "name": name,
                "head_title": f"Kepala {name}",
                "zone": Zone.WIB.value,
                "days_per_week": 5,
            }
        )

    for number in range(AGENCIES):
        add(f"Dinas {number}", UnitKind.AGENCY, root_id, f"{root_id.hex}.", None)
    for number in range(AGENCIES * UNITS_PER_AGENCY):
        agency = units[number % AGENCIES]
        add(f"Bidang {number}", UnitKind.UNIT, agency["id"], agency["path"], agency["id"])
    return units


async def copy_people(
    connection: asyncpg.Connection,
    region_id: UUID,
    people: Sequence[Person],
    units: Sequence[dict[str, Any]],
    days: Sequence[date],
) -> None:
    since = asyncpg.Range(SINCE, None)
    now = datetime.now(UTC)
    year = asyncpg.Range(date(days[-1].year, 1, 1), date(days[0].year + 1, 1, 1))

    def each(**columns: Any) -> list[dict[str, Any]]:
        return [
            {"region_id": region_id}
            | {name: value(number, one) if callable(value) else value for name, value in columns.items()}
            for number, one in enumerate(people)
        ]

    def unit(_: int, one: Person) -> UUID:
        id: UUID = units[one.unit]["id"]
        return id

    await copy(
        connection,
        "employees",
        each(
            id=lambda _, one: one.id,
            nip=lambda _, one: one.nip,
            name=lambda number, _: f"PEGAWAI {number:05d}",
            sort_name=lambda number, _: f"pegawai {number:05d}",
            birth_date=lambda number, _: date(1965, 1, 1) + timedelta(days=number),
            sex=Sex.MALE.value,
            employment=Employment.PNS.value,
            legal_standing_code="01",
            active=True,
            raw="{}",
        ),
    )
    await copy(
        connection,
        "employee_grades",
        each(employee_id=lambda _, one: one.id, grade_code="32", valid=since),
    )
    await copy(
        connection,
        "positions",
        each(
            id=lambda _, one: one.position_id,
            unit_id=unit,
            kind=lambda _, one: (PositionKind.STRUCTURAL if one.is_head else PositionKind.EXECUTIVE).value,
            title=lambda number, _: f"Jabatan {number}",
            is_head=lambda _, one: one.is_head,
        ),
    )
    await copy(
        connection,
        "appointments",
        each(
            employee_id=lambda _, one: one.id,
            position_id=lambda _, one: one.position_id,
            unit_id=unit,
            is_head=lambda _, one: one.is_head,
            kind=AppointmentKind.DEFINITIVE.value,
            valid=since,
        ),
    )
    await copy(
        connection,
        "accounts",
        each(
            id=lambda _, one: one.account_id,
            login=lambda _, one: one.nip,
            employee_id=lambda _, one: one.id,
            status=AccountStatus.ACTIVE.value,
        ),
    )
    await copy(
        connection,
        "sessions",
        each(
            id=lambda _, one: one.session_id,
            account_id=lambda _, one: one.account_id,
            device="bench",
            created_at=now,
            last_used_at=now,
            expires_at=now + timedelta(days=30),
            refresh_hash=lambda number, _: digest(f"bench {number}"),
            otp_passed=True,
        ),
    )
    await copy(
        connection,
        "plans",
        each(
            id=lambda _, one: one.plan_id,
            employee_id=lambda _, one: one.id,
            unit_id=unit,
            position_id=lambda _, one: one.position_id,
            year=days[0].year,
            period=year,
            approach=Approach.QUANTITATIVE.value,
            plan_type=PlanType.ADMIN_FUNCTIONAL.value,
            status=PlanStatus.APPROVED.value,
            position="{}",
        ),
    )
    await copy(
        connection,
        "work_results",
        each(
            id=lambda _, one: one.result_id,
            plan_id=lambda _, one: one.plan_id,
            kind=ResultKind.PRIMARY.value,
            statement="Terselesaikannya pelayanan administrasi kepegawaian",
            order_no=1,
        ),
    )


async def enrol(connection: asyncpg.Connection, region_id: UUID) -> None:
    """A phone for every session, under the same id."""
    await connection.execute(
        "insert into devices (region_id, id, version, account_id, name, platform, enrolled_at, last_seen_at) "
        "select region_id, id, 1, account_id, 'bench', 'ANDROID', created_at, now() from sessions "
        "where region_id = $1 on conflict do nothing",
        region_id,
    )


async def copy(connection: asyncpg.Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """COPY rows of equal columns; what they leave out gets the default of the table or the database."""
    columns = list(rows[0])
    defaults = [
        column
        for column in every_table().tables[table].c
        if column.name not in rows[0] and column.default is not None and column.server_default is None
    ]
    made: list[Any] = [column.default.arg for column in defaults]  # type: ignore[union-attr]

    def values(row: dict[str, Any]) -> tuple[Any, ...]:
        return *row.values(), *(each(None) if callable(each) else each for each in made)

    await connection.copy_records_to_table(
        table,
        records=[values(row) for row in rows],
        columns=[*columns, *(column.name for column in defaults)],
    )
