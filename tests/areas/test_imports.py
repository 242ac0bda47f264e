"""Imports over HTTP with a real worker: the dry run, the commit, and everything that goes between them."""

import asyncio
import csv
import io
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, update

from asn_api.core.jobs import Means, application, run_waiting
from asn_api.core.journal import JournalEntry
from asn_api.core.settings import Settings
from asn_api.tables.employees import Employee, EmployeeGrade, EmployeeImport, EmployeeImportRow
from asn_api.tables.identity import Account
from asn_api.tables.organization import Appointment, Position, ReportingLine, Unit
from asn_api.worker import JOBS
from tests.factories import City

EXAMPLE = Path(__file__).parents[2] / "examples" / "kota-contoh"
EXPORT = (EXAMPLE / "export-data-asn.csv").read_bytes()
TREE = (EXAMPLE / "ref-unor.json").read_bytes()
EXPECTED = json.loads((EXAMPLE / "expected.json").read_text("utf-8"))
CODES = {
    "nip_wrong_length": "NIP_LENGTH",
    "nip_birth_date_mismatch": "NIP_BIRTH_DATE_MISMATCH",
    "nip_sex_mismatch": "NIP_SEX_MISMATCH",
    "unreadable_date": "DATE_UNREADABLE",
    "unit_missing": "UNIT_MISSING",
    "unit_unknown": "UNIT_UNKNOWN",
    "grade_unknown": "GRADE_UNKNOWN",
    "email_invalid": "EMAIL_INVALID",
    "nik_wrong_length": "NIK_LENGTH",
    "duplicate_nip": "NIP_DUPLICATE",
}
HEADER, *LINES = EXPORT.decode().splitlines()
NAMES = HEADER.split(",")
ROOT = json.loads(TREE)["data"][0]["Id"]

Work = Callable[[], Awaitable[None]]


@pytest.fixture
def work(app: FastAPI, settings: Settings) -> Work:
    """Let a worker do what is due."""

    async def run() -> None:
        means = Means(app.state.database, app.state.keyring, app.state.clock)
        await run_waiting(application(settings.libpq, JOBS, means))

    return run


def row(number: int = 1, **cells: str) -> dict[str, str]:
    """A good line for one of nine people of no real city."""
    first = dict(zip(NAMES, next(csv.reader([LINES[1]])), strict=True))
    own = {
        "pns_id": f"id-{number}",
        "nip_baru": f"19910804201701290{number}",
        "nik": f"999901040891000{number}",
        "nama": f"ORANG {number}",
        "jenis_jabatan_id": "4",
        "jabatan_id": f"post-{number}",
        "jabatan_nama": "Pengelola Data",
        "unor_id": "u-desk",
        "unor_nama": "DESK",
    }
    return first | own | cells


def written(*rows: dict[str, str]) -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, NAMES)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def tree(*more: dict[str, str], **names: str) -> bytes:
    """Region > agency > desk, with other names where given."""
    units = [
        {"Id": "u-root", "DiatasanId": "", "NamaUnor": "KOTA UJI", "NamaJabatan": "WALI KOTA"},
        {
            "Id": "u-agency",
            "DiatasanId": "u-root",
            "NamaUnor": names.get("agency", "DINAS UJI"),
            "NamaJabatan": "KEPALA DINAS UJI",
            "IndukUnorId": "u-agency",
        },
        {
            "Id": "u-desk",
            "DiatasanId": "u-agency",
            "NamaUnor": names.get("desk", "DESK"),
            "NamaJabatan": "KEPALA DESK",
        },
        *more,
    ]
    return json.dumps({"count": len(units), "data": units}).encode()


HEAD = {"jenis_jabatan_id": "1", "jabatan_id": "u-desk", "jabatan_nama": "Kepala Desk"}


async def upload(
    client: httpx.AsyncClient, employees: bytes | None = None, units: bytes | None = None
) -> httpx.Response:
    files = {}
    if employees is not None:
        files["employees"] = ("export.csv", employees, "text/csv")
    if units is not None:
        files["units"] = ("ref-unor.json", units, "application/json")
    return await client.post("/v1/employee-imports", files=files)


async def checked(
    client: httpx.AsyncClient, work: Work, employees: bytes | None = None, units: bytes | None = None
) -> dict[str, Any]:
    answer = await upload(client, employees, units)
    assert answer.status_code == 202, answer.text
    await work()
    found = (await client.get(answer.headers["location"])).json()
    assert found["status"] == "CHECKED", found
    return found


async def commit(client: httpx.AsyncClient, found: dict[str, Any]) -> httpx.Response:
    return await client.post(
        f"/v1/employee-imports/{found['id']}/commit", headers={"If-Match": f'"{found["version"]}"'}
    )


async def committed(
    client: httpx.AsyncClient, work: Work, employees: bytes | None = None, units: bytes | None = None
) -> dict[str, Any]:
    found = await checked(client, work, employees, units)
    assert (await commit(client, found)).status_code == 202
    await work()
    done = (await client.get(f"/v1/employee-imports/{found['id']}")).json()
    assert done["status"] == "COMMITTED", done
    return done


async def rows(client: httpx.AsyncClient, found: dict[str, Any], **wanted: str) -> list[dict[str, Any]]:
    collected: list[dict[str, Any]] = []
    url: str | None = f"/v1/employee-imports/{found['id']}/rows"
    params: dict[str, str] = {"limit": "200", **wanted}
    while True:
        answer = (await client.get(url, params=params)).json()
        collected += answer["data"]
        if answer["page"]["next"] is None:
            return collected
        params["cursor"] = answer["page"]["next"]


async def count(city: City, table: Any, *conditions: Any) -> int:
    async with city.database.sessions() as db:
        statement = select(func.count()).select_from(table).where(table.region_id == city.region.id, *conditions)
        return await db.scalar(statement) or 0


async def test_the_example_city_comes_in_exactly_as_expected(city: City, work: Work) -> None:
    before = {table: await count(city, table) for table in (Employee, Unit)}
    async with city.call_as("admin") as client:
        found = await checked(client, work, EXPORT, TREE)
        summary = found["summary"]
        for name in ("rows", "accepted", "refused", "with_warnings"):
            assert summary[name] == EXPECTED[name]
        for dirt, code in CODES.items():
            lines = [each["line"] for each in await rows(client, found, code=code)]
            assert lines == EXPECTED["dirt"][dirt]["rows"], dirt
        assert {*summary["codes"]} == {*CODES.values()}
        assert summary["units"] == {"created": 328, "changed": 1, "unchanged": 0}
        assert await count(city, Employee) == before[Employee]
        report = (await client.get(f"/v1/employee-imports/{found['id']}/report")).text
        assert len(list(csv.DictReader(io.StringIO(report)))) == sum(summary["codes"].values())

        await commit(client, found)
        await work()
        assert await count(city, Employee) == before[Employee] + EXPECTED["accepted"]
        assert await count(city, Unit) == before[Unit] + 328
        assert await count(city, Account, Account.status == "PENDING") == EXPECTED["accepted"] - 10
        assert await count(city, Appointment, Appointment.is_head) == 3 + 1 + 225

        again = await checked(client, work, EXPORT, TREE)
        assert again["summary"]["actions"] == {"CREATE": 0, "CHANGE": 0, "UNCHANGED": 2985, "REFUSE": 19}
        assert again["summary"]["changes_nothing"] is True
