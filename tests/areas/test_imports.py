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

from asn_api.core.journal import JournalEntry
from asn_api.core.settings import Settings
from asn_api.tables.employees import Employee, EmployeeGrade, EmployeeImport, EmployeeImportRow
from asn_api.tables.identity import Account
from asn_api.tables.organization import Appointment, Position, ReportingLine, Unit
from tests.areas.test_portal import CODES, EXPECTED, EXPORT, HEADER, LINES, NAMES, TREE
from tests.factories import City
from tests.factories.jobs import work_off

EXAMPLE = Path(__file__).parents[2] / "examples" / "kota-contoh"
ROOT = json.loads(TREE)["data"][0]["Id"]

Work = Callable[[], Awaitable[None]]


@pytest.fixture
def work(app: FastAPI) -> Work:
    """Let a worker do what is due."""

    async def run() -> None:
        await work_off(app)

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
    assert done["status"] == "COMMITTED", done["problem"]
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
        statement = (
            select(func.count()).select_from(table).where(table.region_id == city.region.id, *conditions)
        )
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


async def adopt(city: City, work: Work, client: httpx.AsyncClient, *people: dict[str, str]) -> None:
    await committed(client, work, written(*(people or (row(1), row(2)))), tree())


async def employee(city: City, number: int) -> Employee:
    async with city.database.sessions() as db:
        statement = select(Employee).where(
            Employee.region_id == city.region.id, Employee.nip == f"19910804201701290{number}"
        )
        return (await db.scalars(statement)).one()


async def posts(city: City, number: int) -> list[tuple[str, str, bool, str, str | None]]:
    """Unit, title, head or not, first day and first day without, of all the posts of one person."""
    person = await employee(city, number)
    async with city.database.sessions() as db:
        found = await db.execute(
            select(Unit.name, Position.title, Appointment.is_head, Appointment.valid)
            .join(Position, Position.id == Appointment.position_id)
            .join(Unit, Unit.id == Appointment.unit_id)
            .where(Appointment.region_id == city.region.id, Appointment.employee_id == person.id)
            .order_by(func.lower(Appointment.valid))
        )
        return [
            (name, title, head, str(valid.lower), str(valid.upper) if valid.upper else None)
            for name, title, head, valid in found
        ]


async def test_a_changed_file_is_shown_field_by_field_and_then_applied(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client)
        changed = row(
            1, nomor_hp="0811", nik="9999010408910009", gol_akhir_id="41", tmt_golongan="01-04-2025"
        )
        found = await checked(client, work, written(changed, row(2), row(3)))
        assert found["summary"]["actions"] == {"CREATE": 1, "CHANGE": 1, "UNCHANGED": 1, "REFUSE": 0}
        [change] = await rows(client, found, action="CHANGE")
        assert change["changes"] == {
            "phone": [row()["nomor_hp"], "0811"],
            "nik": "changed",
            "grade_code": ["34", "41"],
        }
        assert (await employee(city, 1)).phone == row()["nomor_hp"]
        assert (await commit(client, found)).status_code == 202
        await work()
        person = await employee(city, 1)
        assert (person.phone, person.version) == ("0811", 2)
        async with city.database.sessions() as db:
            grades = await db.execute(
                select(EmployeeGrade.grade_code, func.upper(EmployeeGrade.valid))
                .where(EmployeeGrade.employee_id == person.id)
                .order_by(func.lower(EmployeeGrade.valid))
            )
            assert [(code, str(end) if end else None) for code, end in grades] == [
                ("34", "2025-04-01"),
                ("41", None),
            ]
            told = (
                await db.scalars(
                    select(JournalEntry.changes).where(
                        JournalEntry.region_id == city.region.id,
                        JournalEntry.entity == "employee",
                        JournalEntry.entity_id == person.id,
                        JournalEntry.action == "CHANGE",
                    )
                )
            ).one()
        assert told == change["changes"]


async def test_an_applied_import_keeps_its_report_but_no_copies_of_the_data(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client, row(1, email="no address"))
        [done] = (await client.get("/v1/employee-imports")).json()["data"]
        report = (await client.get(f"/v1/employee-imports/{done['id']}/report")).text
    assert "EMAIL_INVALID" in report
    assert done["allowed_actions"] == [
        {"action": "COMMIT", "refused": "IMPORT_DONE"},
        {"action": "DISCARD", "refused": "IMPORT_DONE"},
    ]
    async with city.database.sessions() as db:
        stored = (
            await db.scalars(select(EmployeeImport).where(EmployeeImport.region_id == city.region.id))
        ).one()
        assert (stored.content, stored.unit_content) == (None, None)
        values = await db.scalars(
            select(EmployeeImportRow.values).where(EmployeeImportRow.region_id == city.region.id)
        )
        assert set(values) == {None}


async def test_which_numbers_are_of_contracts_the_policy_of_the_day_says(city: City, work: Work) -> None:
    person = row(
        1, nip_baru="199108042017312901", kedudukan_hukum_id="71", gol_akhir_id="", gol_akhir_nama="IX"
    )
    async with city.call_as("admin") as client:
        content = (await client.get("/v1/policies/identity")).json()["content"]
        content["pppk_contract_codes"] = ["31"]

        async def found_from(day: str) -> tuple[dict[str, int], httpx.Response]:
            body = {"valid_from": day, "content": content, "source": "Perwali 1/2026"}
            assert (await client.post("/v1/policies/identity", json=body)).status_code == 201
            found = await checked(client, work, written(person), tree())
            by_hand = {"nip": "199108042017312902", "name": "Warga Baru", "employment": "PPPK"}
            by_hand |= {
                "legal_standing_code": "71",
                "grade": {"code": "31", "since": "2026-11-01"},
                "appointment": {"position_id": str(found["id"]), "since": "2026-11-01"},
            }
            return found["summary"]["codes"], await client.post("/v1/employees", json=by_hand)

        codes, made = await found_from("2026-11-21")
        assert codes["NIP_START_MONTH"] == 1
        assert made.json()["code"] == "NIP_START_MONTH"
        codes, made = await found_from("2026-11-20")
        assert "NIP_START_MONTH" not in codes
        assert made.json()["errors"][0]["code"] == "POSITION_UNKNOWN"


async def test_the_report_speaks_the_caller_s_language(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        found = await checked(client, work, written(row(1, email="no address")), tree())
        url = f"/v1/employee-imports/{found['id']}/report"
        for language, word in (("id", "surel"), ("en", "e-mail")):
            answer = await client.get(url, headers={"Accept-Language": language})
            assert answer.headers["content-type"].startswith("text/csv")
            [told] = csv.DictReader(io.StringIO(answer.text))
            assert (told["line"], told["column"], told["code"]) == ("2", "email", "EMAIL_INVALID")
            assert word in told["message"]


async def test_units_are_renamed_and_moved_with_all_that_is_below_them(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client)
        other = {
            "Id": "u-other",
            "DiatasanId": "u-root",
            "NamaUnor": "BADAN LAIN",
            "NamaJabatan": "KEPALA BADAN",
            "IndukUnorId": "u-other",
        }
        moved = json.loads(tree(other, desk="MEJA"))
        moved["data"][2]["DiatasanId"] = "u-other"
        done = await committed(client, work, units=json.dumps(moved).encode())
        assert done["summary"]["units"] == {"created": 1, "changed": 1, "unchanged": 2}
        [change] = done["summary"]["unit_changes"]
        assert change["changes"] == {"name": ["DESK", "MEJA"], "parent": ["DINAS UJI", "BADAN LAIN"]}
        again = await checked(client, work, written(row(1), row(2)), json.dumps(moved).encode())
        assert again["summary"]["changes_nothing"] is True
    async with city.database.sessions() as db:
        units = await db.scalars(select(Unit).where(Unit.region_id == city.region.id))
        by_id = {unit.siasn_id: unit for unit in units if unit.siasn_id}
    desk, badan = by_id["u-desk"], by_id["u-other"]
    assert desk.path == f"{badan.path}{desk.id.hex}."
    assert desk.agency_id == badan.id
    assert by_id["u-root"].parent_id is None


async def test_a_unit_tree_of_another_region_fails(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client)
        answer = await upload(client, units=tree().replace(b"u-root", b"u-elsewhere"))
        await work()
        failed = (await client.get(answer.headers["location"])).json()
    assert (failed["status"], failed["problem"]["code"]) == ("FAILED", "UNIT_OTHER_REGION")
    assert "KOTA UJI" in failed["problem"]["message"]


async def test_the_second_head_of_a_unit_is_a_member_with_a_warning(city: City, work: Work) -> None:
    first, second = row(1, **HEAD), row(2, **HEAD)
    async with city.call_as("admin") as client:
        found = await checked(client, work, written(first, second, row(3)), tree())
        [warned] = await rows(client, found, code="UNIT_TWO_HEADS")
        assert (warned["line"], warned["action"]) == (3, "CREATE")
        await commit(client, found)
        await work()
        assert await posts(city, 1) == [("DESK", "KEPALA DESK", True, "2022-01-01", None)]
        assert await posts(city, 2) == [("DESK", "Kepala Desk (anggota)", False, "2022-01-01", None)]
        again = await checked(client, work, written(second, first, row(3)))
        assert again["summary"]["changes_nothing"] is True
        assert again["summary"]["codes"] == {"UNIT_TWO_HEADS": 1}
    one, three = await employee(city, 1), await employee(city, 3)
    assert await count(city, ReportingLine, ReportingLine.employee_id == three.id) == 1
    assert await count(city, ReportingLine, ReportingLine.superior_id == one.id) == 2


async def test_a_seat_passes_to_the_next_head_on_a_day_when_it_is_free(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client, row(1, **HEAD), row(2))
        left = row(1, tmt_jabatan="01-03-2026")
        came = row(2, **HEAD, tmt_jabatan="01-01-2026")
        await committed(client, work, written(left, came))
        assert await posts(city, 1) == [
            ("DESK", "KEPALA DESK", True, "2022-01-01", "2026-03-01"),
            ("DESK", "Pengelola Data", False, "2026-03-01", None),
        ]
        assert await posts(city, 2) == [
            ("DESK", "Pengelola Data", False, "2022-01-01", "2026-01-01"),
            ("DESK", "KEPALA DESK", True, "2026-03-01", None),
        ]
        assert (await checked(client, work, written(left, came)))["summary"]["changes_nothing"] is True


async def test_two_heads_can_change_places(city: City, work: Work) -> None:
    boss = {**HEAD, "jabatan_id": "u-agency", "unor_id": "u-agency", "jabatan_nama": "Kepala Dinas Uji"}
    async with city.call_as("admin") as client:
        await adopt(city, work, client, row(1, **HEAD), row(2, **boss))
        for since in ("01-06-2026", "01-01-2022"):
            swapped = written(row(1, **boss, tmt_jabatan=since), row(2, **HEAD, tmt_jabatan=since))
            await committed(client, work, swapped)
            assert (await checked(client, work, swapped))["summary"]["changes_nothing"] is True
            back = written(row(1, **HEAD, tmt_jabatan=since), row(2, **boss, tmt_jabatan=since))
            await committed(client, work, back)
        assert (await posts(city, 1))[-1][:3] == ("DESK", "KEPALA DESK", True)
        assert (await posts(city, 2))[-1][:3] == ("DINAS UJI", "KEPALA DINAS UJI", True)


async def test_a_correction_of_the_same_day_replaces_the_post(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client)
        await committed(client, work, written(row(1, jabatan_nama="Analis")))
        assert await posts(city, 1) == [("DESK", "Analis", False, "2022-01-01", None)]
        await committed(client, work, written(row(1, jabatan_nama="Analis", tmt_jabatan="01-02-2023")))
        assert await posts(city, 1) == [("DESK", "Analis", False, "2023-02-01", None)]


async def test_who_leaves_loses_the_post_today_and_gets_it_back_on_return(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client)
        gone = written(row(1, kedudukan_hukum_id="99"))
        found = await checked(client, work, gone)
        [change] = await rows(client, found)
        assert change["changes"]["active"] == [True, False]
        assert change["changes"]["position"] == ["Pengelola Data", None]
        await commit(client, found)
        await work()
        assert (await posts(city, 1))[0][4] == "2026-11-20"
        assert (await checked(client, work, gone))["summary"]["changes_nothing"] is True
        await committed(client, work, written(row(1)))
        assert [post[3:] for post in await posts(city, 1)] == [
            ("2022-01-01", "2026-11-20"),
            ("2026-11-20", None),
        ]
        assert (await checked(client, work, written(row(1))))["summary"]["changes_nothing"] is True


async def test_a_corrected_nip_stays_the_same_person_with_the_same_account(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client)
        before = await employee(city, 1)
        done = await committed(client, work, written(row(5, pns_id="id-1")))
        assert done["summary"]["actions"]["CHANGE"] == 1
        assert (await employee(city, 5)).id == before.id
        assert await count(
            city, Account, Account.employee_id == before.id, Account.login == row(5)["nip_baru"]
        )


async def test_numbers_of_two_people_are_refused(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client)
        found = await checked(client, work, written(row(2, pns_id="id-1")))
        [refused] = await rows(client, found, action="REFUSE")
        assert [message["code"] for message in refused["messages"]] == ["NIP_OF_ANOTHER"]
        twice = await checked(client, work, written(row(7, pns_id="id-1"), row(1, pns_id="")))
        assert [each["action"] for each in await rows(client, twice)] == ["CHANGE", "REFUSE"]


async def test_nothing_is_applied_when_an_employee_changed_after_the_dry_run(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client)
        found = await checked(client, work, written(row(1, nomor_hp="0811"), row(2), row(3)))
        person = await employee(city, 1)
        async with city.database.sessions() as db, db.begin():
            await db.execute(
                update(Employee)
                .where(Employee.id == person.id)
                .values(phone="0822", version=person.version + 1)
            )
        await commit(client, found)
        await work()
        failed = (await client.get(f"/v1/employee-imports/{found['id']}")).json()
    assert (failed["status"], failed["problem"]["code"]) == ("FAILED", "IMPORT_STALE")
    assert (await employee(city, 1)).phone == "0822"
    assert await count(city, Employee, Employee.nip == row(3)["nip_baru"]) == 0


async def test_a_change_of_somebody_who_is_not_touched_does_no_harm(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client)
        found = await checked(client, work, written(row(1, nomor_hp="0811"), row(2)))
        other = await employee(city, 2)
        async with city.database.sessions() as db, db.begin():
            await db.execute(
                update(Employee)
                .where(Employee.id == other.id)
                .values(phone="0822", version=other.version + 1)
            )
        await commit(client, found)
        await work()
        assert (await client.get(f"/v1/employee-imports/{found['id']}")).json()["status"] == "COMMITTED"
    assert ((await employee(city, 1)).phone, (await employee(city, 2)).phone) == ("0811", "0822")


async def test_nothing_is_applied_when_a_unit_changed_after_the_dry_run(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client)
        found = await checked(client, work, written(row(3)), tree(desk="MEJA"))
        async with city.database.sessions() as db, db.begin():
            desk = (
                await db.scalars(
                    select(Unit).where(Unit.region_id == city.region.id, Unit.siasn_id == "u-desk")
                )
            ).one()
            desk.name = "LOKET"
        await commit(client, found)
        await work()
        failed = (await client.get(f"/v1/employee-imports/{found['id']}")).json()
    assert failed["problem"]["code"] == "IMPORT_STALE"
    assert await count(city, Unit, Unit.name == "LOKET") == 1


async def test_of_two_commits_of_the_same_people_one_is_stale(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client)
        one, other = [
            await checked(client, work, written(row(1, nomor_hp=phone), row(3))) for phone in ("0811", "0822")
        ]
        answers = await asyncio.gather(commit(client, one), commit(client, other), commit(client, one))
        assert sorted(answer.status_code for answer in answers) == [202, 202, 412]
        await asyncio.gather(work(), work())
        ended = [(await client.get(f"/v1/employee-imports/{each['id']}")).json() for each in (one, other)]
    assert sorted(each["status"] for each in ended) == ["COMMITTED", "FAILED"]
    assert await count(city, Employee, Employee.nip == row(3)["nip_baru"]) == 1
    assert (await employee(city, 1)).version == 2


async def test_nothing_half_written_stays_when_a_row_fails_in_the_middle(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        await adopt(city, work, client)
        found = await checked(client, work, written(row(3), row(4)), tree(desk="MEJA"))
        async with city.database.sessions() as db, db.begin():
            # An account that already has the NIP as its name: the constraint refuses row 4's account.
            db.add(
                Account(
                    region_id=city.region.id,
                    login=row(4)["nip_baru"],
                    employee_id=None,
                    status="ACTIVE",
                    recovery_codes=[],
                )
            )
        journal = await count(city, JournalEntry)
        await commit(client, found)
        await work()
        failed = (await client.get(f"/v1/employee-imports/{found['id']}")).json()
    assert (failed["status"], failed["problem"]["code"]) == ("FAILED", "IMPORT_CONFLICT")
    assert "uq_accounts" in failed["problem"]["message"]
    assert await count(city, Employee, Employee.nip.in_([row(3)["nip_baru"], row(4)["nip_baru"]])) == 0
    assert await count(city, Unit, Unit.name == "MEJA") == 0
    assert await count(city, JournalEntry) == journal + 2


async def test_an_interrupted_check_begins_anew(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        found = await checked(client, work, written(row(1), row(2)), tree())
        id = UUID(found["id"])
        async with city.database.sessions() as db, db.begin():
            stored = (await db.scalars(select(EmployeeImport).where(EmployeeImport.id == id))).one()
            stored.status, stored.rows_done = "CHECKING", 1  # type: ignore[assignment]
            keyring = city.app.state.keyring
            stored.content = keyring.seal(
                written(row(1), row(2)), f"employee_imports.content:{city.region.id}/{id}"
            )
            from asn_api.areas.employees import imports
            from asn_api.core.jobs import defer

            args = {"region_id": city.region.id, "import_id": id, "principal_id": stored.created_by}
            await defer(db, imports.CHECK, **args, account_id=None, employee_id=None, request_id=None)
        await work()
        again = (await client.get(f"/v1/employee-imports/{id}")).json()
        assert (again["status"], again["rows_done"]) == ("CHECKED", 2)
        assert len(await rows(client, again)) == 2


@pytest.mark.parametrize(
    ("employees", "units", "code"),
    [
        (None, None, "IMPORT_WITHOUT_FILE"),
        (b"", None, "IMPORT_EMPTY"),
        (bytes(range(256)) * 20, None, "IMPORT_NOT_CSV"),
        (b"PK\x03\x04rest of a workbook", None, "IMPORT_NOT_CSV"),
        (b"nama,nip\nA,1\n", None, "IMPORT_COLUMNS_MISSING"),
        (HEADER[:200].encode(), None, "IMPORT_COLUMNS_MISSING"),
        (None, b"{", "UNIT_FILE_UNREADABLE"),
        (None, TREE[:5000], "UNIT_FILE_UNREADABLE"),
        (None, tree({"Id": "u-x", "DiatasanId": "nowhere", "NamaUnor": "X"}), "UNIT_FILE_INVALID"),
    ],
)
async def test_a_useless_file_is_refused_at_once(
    city: City, employees: bytes | None, units: bytes | None, code: str
) -> None:
    async with city.call_as("admin") as client:
        answer = await upload(client, employees, units)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await count(city, EmployeeImport) == 0


async def test_a_file_that_is_too_large_is_refused(city: City, settings: Settings) -> None:
    async with city.call_as("admin") as client:
        answer = await upload(client, EXPORT + b"x" * settings.body_limit_bytes)
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")


async def test_a_file_cut_in_the_middle_loses_only_its_last_row(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        found = await checked(client, work, EXPORT[:20_000], TREE)
        assert found["summary"]["codes"] == {"ROW_WIDTH": 1}
        assert found["summary"]["refused"] == 1


async def test_a_header_alone_fails_the_import(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        answer = await upload(client, (HEADER + "\n").encode(), tree())
        await work()
        failed = (await client.get(answer.headers["location"])).json()
    assert (failed["status"], failed["problem"]["code"]) == ("FAILED", "IMPORT_EMPTY")


@pytest.mark.parametrize("person", ["staff", "head", "partner", "anonymous"])
async def test_only_an_admin_of_the_region_sees_and_makes_imports(
    city: City, work: Work, person: str
) -> None:
    async with city.call_as("admin") as client:
        found = await checked(client, work, written(row(1)), tree())
    url = f"/v1/employee-imports/{found['id']}"
    refused = 401 if person == "anonymous" else 403
    async with city.call_as(person) as client:
        for answer in (
            await upload(client, written(row(1))),
            await client.get("/v1/employee-imports"),
            await client.get(url),
            await client.get(f"{url}/rows"),
            await client.get(f"{url}/report"),
            await client.post(f"{url}/commit", headers={"If-Match": '"1"'}),
            await client.delete(url, headers={"If-Match": '"1"'}),
        ):
            assert answer.status_code == refused


async def test_imports_of_another_region_do_not_exist(city: City, work: Work, app: FastAPI) -> None:
    from tests.factories import make_city

    other = await make_city(city.database, app, code=f"{city.region.code}-x")
    async with city.call_as("admin") as client:
        found = await checked(client, work, written(row(1)), tree())
    url = f"/v1/employee-imports/{found['id']}"
    async with other.call_as("admin") as client:
        assert (await client.get("/v1/employee-imports")).json()["data"] == []
        for answer in (
            await client.get(url),
            await client.get(f"{url}/rows"),
            await client.get(f"{url}/report"),
            await client.post(f"{url}/commit", headers={"If-Match": '"1"'}),
            await client.delete(url, headers={"If-Match": '"1"'}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_discarded_import_leaves_nothing_and_its_job_does_no_harm(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        waiting = (await upload(client, written(row(1)), tree())).json()
        url = f"/v1/employee-imports/{waiting['id']}"
        assert (await client.delete(url)).status_code == 428
        assert (await client.delete(url, headers={"If-Match": '"9"'})).status_code == 412
        assert (await client.delete(url, headers={"If-Match": '"1"'})).status_code == 204
        await work()
        assert (await client.get(url)).status_code == 404
        found = await checked(client, work, written(row(1)), tree())
        headers = {"If-Match": f'"{found["version"]}"'}
        assert (
            await client.delete(f"/v1/employee-imports/{found['id']}", headers=headers)
        ).status_code == 204
    assert await count(city, EmployeeImportRow) == 0


async def test_an_unchecked_import_cannot_be_committed(city: City) -> None:
    async with city.call_as("admin") as client:
        waiting = (await upload(client, written(row(1)), tree())).json()
        answer = await commit(client, waiting)
    assert (answer.status_code, answer.json()["code"]) == (409, "IMPORT_NOT_CHECKED")


async def test_validate_only_stores_nothing_and_a_repeated_key_imports_once(city: City) -> None:
    files = {"employees": ("export.csv", written(row(1)), "text/csv")}
    async with city.call_as("admin") as client:
        dry = await client.post("/v1/employee-imports?validate_only=true", files=files)
        assert dry.status_code == 202
        assert await count(city, EmployeeImport) == 0
        request = client.build_request(
            "POST", "/v1/employee-imports", files=files, headers={"Idempotency-Key": "once"}
        )
        content = request.read()
        answers = [
            await client.post("/v1/employee-imports", content=content, headers=request.headers) for _ in "12"
        ]
    assert answers[0].json() == answers[1].json()
    assert await count(city, EmployeeImport) == 1


async def test_progress_changes_the_etag(city: City, work: Work) -> None:
    async with city.call_as("admin") as client:
        answer = await upload(client, written(row(1)), tree())
        url, before = answer.headers["location"], answer.headers["etag"]
        assert (await client.get(url, headers={"If-None-Match": before})).status_code == 304
        await work()
        assert (await client.get(url, headers={"If-None-Match": before})).status_code == 200
