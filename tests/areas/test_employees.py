"""Employees over HTTP: who sees whom, what is masked, what may be changed, what is told."""

import asyncio
import secrets
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.core.database import Database
from asn_api.core.idempotency import IdempotencyKey
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.organization import AppointmentKind, PositionKind
from asn_api.rules.privacy import CHANGERS, FIELDS, FieldClass, fields_of
from asn_api.tables.employees import Employee, EmployeeGrade
from asn_api.tables.identity import Account
from asn_api.tables.organization import Appointment, Position
from tests.factories import City, make_city

NIK = "3175010101850007"
SECRETS = {
    "nik": NIK,
    "npwp": "091234567890123",
    "bpjs": "0001234567891",
    "address": "Jalan Melati 5",
    "religion": "1",
    "marital_state": "1",
}


async def get(city: City, person: str, path: str, **headers: str) -> Any:
    async with city.call_as(person, **headers) as client:
        return await client.get(path)


async def patch(city: City, person: str, path: str, body: Any, version: int | None = 1) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    async with city.call_as(person, **headers) as client:
        return await client.patch(path, json=body)


async def post(city: City, person: str, path: str, body: Any, **headers: str) -> Any:
    async with city.call_as(person, **headers) as client:
        return await client.post(path, json=body)


async def seal_staff(city: City) -> int:
    """Give `staff` restricted values the way an admin does; returns the new version."""
    answer = await patch(city, "admin", f"/v1/employees/{city.id('staff')}", SECRETS)
    assert answer.status_code == 200, answer.text
    version: int = answer.json()["version"]
    return version


@pytest.fixture
async def elsewhere(database: Database, app: FastAPI) -> City:
    """A second city, to show that nothing leaves the first."""
    return await make_city(database, app, code=f"kota-{secrets.token_hex(4)}")


REACH = {
    "staff": {"staff"},
    "colleague": {"colleague"},
    "supervisor": {"supervisor", "staff", "colleague"},
    "chief": {"chief", "supervisor"},
    "head": {"head", "chief", "supervisor", "staff", "colleague"},
    "other_head": {"other_head", "other_staff", "admin"},
    "admin": {"head", "chief", "supervisor", "staff", "colleague", "other_head", "other_staff", "admin"},
    "partner": {"head", "chief", "supervisor", "staff", "colleague"},
}


@pytest.mark.parametrize("caller", REACH)
async def test_the_list_and_each_record_show_exactly_who_is_within_reach(
    city: City, elsewhere: City, caller: str
) -> None:
    listed = (await get(city, caller, "/v1/employees?count=exact")).json()
    names = {
        person for person in city.people if str(city.id(person)) in {row["id"] for row in listed["data"]}
    }
    assert names == REACH[caller]
    assert listed["page"]["total"] == len(listed["data"]) == len(names)
    for person in city.people:
        answer = await get(city, caller, f"/v1/employees/{city.id(person)}")
        assert answer.status_code == (200 if person in names else 404), person
        history = await get(city, caller, f"/v1/employees/{city.id(person)}/history")
        assert history.status_code == answer.status_code, person
    for person in elsewhere.people:
        assert (await get(city, caller, f"/v1/employees/{elsewhere.id(person)}")).status_code == 404


async def test_what_is_out_of_reach_looks_like_what_does_not_exist(city: City) -> None:
    hidden = (await get(city, "staff", f"/v1/employees/{city.id('head')}")).json()
    missing = (await get(city, "staff", f"/v1/employees/{uuid7()}")).json()
    del hidden["request_id"], missing["request_id"]
    assert hidden == missing
    assert hidden["code"] == "NOT_FOUND"


async def test_without_a_token_nobody_reads_or_writes(city: City) -> None:
    path = f"/v1/employees/{city.id('staff')}"
    for answer in (
        await get(city, "anonymous", "/v1/employees"),
        await get(city, "anonymous", path),
        await get(city, "anonymous", "/v1/me/employee"),
        await patch(city, "anonymous", path, {}),
        await post(city, "anonymous", "/v1/employees", {}),
    ):
        assert answer.status_code == 401


async def test_a_record_shows_the_person_with_post_grade_and_superior(city: City) -> None:
    answer = await get(city, "supervisor", f"/v1/employees/{city.id('staff')}")
    record = answer.json()
    assert answer.headers["etag"].startswith('"1-')
    assert answer.headers["cache-control"] == "no-store"
    assert record["full_name"] == "STAFF"
    assert record["unit"] == {"id": str(city.units["ward"].id), "name": "Ward"}
    assert record["agency"]["name"] == "Health"
    assert record["position"]["title"] == "Pelaksana staff"
    assert record["position"]["is_head"] is False
    assert record["since"] == "2020-01-01"
    assert record["grade"] == {"code": "32", "label": "III/b"}
    assert record["superior"] == {"id": str(city.id("supervisor")), "name": "SUPERVISOR"}
    assert record["birth_date"] == "1985-01-01"
    assert record["acting"] == []
    assert record["withheld"] == []


async def test_an_unchanged_record_is_not_sent_again(city: City) -> None:
    path = f"/v1/employees/{city.id('staff')}"
    shown = await get(city, "staff", path)
    answer = await get(city, "staff", path, **{"If-None-Match": shown.headers["etag"]})
    assert answer.status_code == 304
    assert answer.content == b""
    assert (await get(city, "staff", path, **{"If-None-Match": '"2"'})).status_code == 200


async def test_an_earlier_day_shows_the_posts_of_that_day_to_whom_may_read_today(city: City) -> None:
    moved = date(2026, 6, 1)
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Appointment)
            .where(Appointment.id == city.posts["staff"].id)
            .values(valid=Range(date(2020, 1, 1), moved))
        )
        road = await db.scalar(
            select(Position).where(
                Position.region_id == city.region.id,
                Position.unit_id == city.units["roads"].id,
                ~Position.is_head,
            )
        )
        assert road is not None
        db.add(
            Appointment(
                region_id=city.region.id,
                id=uuid7(),
                employee_id=city.id("staff"),
                position_id=road.id,
                unit_id=road.unit_id,
                is_head=False,
                kind=AppointmentKind.DEFINITIVE,
                valid=Range(moved, None),
            )
        )
    path = f"/v1/employees/{city.id('staff')}"
    assert (await get(city, "admin", path)).json()["unit"]["name"] == "Roads"
    assert (await get(city, "admin", path + "?as_of=2026-05-31")).json()["unit"]["name"] == "Ward"
    assert (await get(city, "admin", path + "?as_of=2019-12-31")).json()["unit"] is None
    listed = (
        await get(city, "admin", f"/v1/employees?as_of=2026-05-31&unit_id={city.units['ward'].id}")
    ).json()
    assert str(city.id("staff")) in {row["id"] for row in listed["data"]}
    # Who was responsible then is not responsible now.
    assert (await get(city, "head", path + "?as_of=2026-05-31")).status_code == 404
    assert (await get(city, "other_head", path + "?as_of=2026-05-31")).status_code == 200


async def test_acting_posts_are_shown_beside_the_definitive_one(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        seat = await db.scalar(
            select(Position).where(
                Position.region_id == city.region.id,
                Position.unit_id == city.units["roads"].id,
                Position.is_head,
            )
        )
        assert seat is not None
        db.add(
            Appointment(
                region_id=city.region.id,
                id=uuid7(),
                employee_id=city.id("other_staff"),
                position_id=seat.id,
                unit_id=seat.unit_id,
                is_head=True,
                kind=AppointmentKind.PLT,
                valid=Range(date(2026, 11, 1), date(2026, 12, 1)),
            )
        )
    record = (await get(city, "admin", f"/v1/employees/{city.id('other_staff')}")).json()
    assert [(each["kind"], each["position"]["is_head"]) for each in record["acting"]] == [("PLT", True)]
    later = (await get(city, "admin", f"/v1/employees/{city.id('other_staff')}?as_of=2026-12-01")).json()
    assert later["acting"] == []


async def test_a_pppk_has_the_grade_label_of_pppk(city: City) -> None:
    path = f"/v1/employees/{city.id('staff')}"
    answer = await patch(city, "admin", path, {"employment": "PPPK"})
    assert answer.json()["grade"] == {"code": "32", "label": "X"}
    assert [each["code"] for each in answer.json()["warnings"]] == ["EMPLOYMENT_DIFFERS_FROM_NIP"]


async def test_restricted_fields_are_sealed_in_the_table_and_masked_for_everybody(city: City) -> None:
    await seal_staff(city)
    async with city.database.sessions() as db:
        row = await db.get(Employee, (city.region.id, city.id("staff")))
        assert row is not None
        assert row.restricted is not None
        assert NIK.encode() not in row.restricted
        assert row.nik_index is not None
    for person in ("staff", "supervisor", "head", "admin"):
        record = (await get(city, person, f"/v1/employees/{city.id('staff')}")).json()
        assert record["restricted"] == {
            "nik": "****0007",
            "npwp": "****0123",
            "bpjs": "****7891",
            "address": "****",
            "religion": "****",
            "marital_state": "****",
        }


async def test_a_third_party_gets_no_confidential_field(city: City) -> None:
    await seal_staff(city)
    await patch(city, "admin", f"/v1/employees/{city.id('staff')}", {"phone": "081200000001"}, 2)
    record = (await get(city, "partner", f"/v1/employees/{city.id('staff')}")).json()
    for field in fields_of(FieldClass.CONFIDENTIAL):
        assert record[field] is None, field
    assert record["restricted"] is None
    assert set(record["withheld"]) == {*fields_of(FieldClass.CONFIDENTIAL), *fields_of(FieldClass.RESTRICTED)}
    assert record["nip"] == city.people["staff"].nip
    history = await get(city, "partner", f"/v1/employees/{city.id('staff')}/history")
    assert "081200000001" not in history.text
    assert "nik" not in history.text
    assert (await get(city, "partner", "/v1/me/employee")).status_code == 404


async def test_every_field_of_the_record_has_a_class_and_restricted_ones_are_never_columns(
    city: City,
) -> None:
    columns = set(Employee.__table__.columns.keys())
    plumbing = {"region_id", "id", "version", "sort_name", "restricted", "nik_index", "raw"}
    assert columns - plumbing == set(FIELDS) - set(fields_of(FieldClass.RESTRICTED))
    assert set(CHANGERS) == set(FIELDS) - {"active", "siasn_id"}


# ─── lists ───


async def test_names_are_found_by_their_words_and_wildcards_are_only_characters(city: City) -> None:
    async def found(q: str) -> list[str]:
        async with city.call_as("admin") as client:
            answer = await client.get("/v1/employees", params={"q": q})
        return [row["name"] for row in answer.json()["data"]]

    assert await found("oth hea") == ["OTHER HEAD"]
    assert await found("HEAD OTHER") == ["OTHER HEAD"]
    assert await found("%") == []
    assert await found("_") == []
    assert await found("\\") == []
    nip = city.people["staff"].nip
    assert await found(nip) == ["STAFF"]
    assert await found(f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}") == ["STAFF"]
    assert len(await found("1985")) == 8
    assert await found("9") == []


async def test_filters_narrow_and_combine(city: City) -> None:
    async def names(query: str) -> set[str]:
        answer = await get(city, "admin", f"/v1/employees?{query}")
        assert answer.status_code == 200, answer.text
        return {row["name"].lower().replace(" ", "_") for row in answer.json()["data"]}

    units = city.units
    assert await names(f"unit_id={units['clinic'].id}") == {"chief", "supervisor", "staff", "colleague"}
    assert await names(f"agency_id={units['works'].id}") == {"other_head", "other_staff", "admin"}
    assert await names(f"agency_id={units['works'].id}&position_kind=STRUCTURAL") == {"other_head"}
    assert await names("employment=PPPK") == set()
    assert await names("active=false") == set()
    assert await names("grade_code=32") == set(city.people)
    assert await names("grade_code=45") == set()


async def test_pages_go_forward_and_back_in_the_asked_order(city: City) -> None:
    for sort in ("name", "-name", "nip", "-nip"):
        async with city.call_as("admin") as client:
            whole = (await client.get(f"/v1/employees?sort={sort}")).json()["data"]
            first = (await client.get(f"/v1/employees?sort={sort}&limit=3")).json()
            second = (
                await client.get(f"/v1/employees?sort={sort}&limit=3&cursor={first['page']['next']}")
            ).json()
            back = (
                await client.get(f"/v1/employees?sort={sort}&limit=3&cursor={second['page']['prev']}")
            ).json()
        assert first["data"] + second["data"] == whole[:6]
        assert back["data"] == first["data"]
        field = sort.removeprefix("-")
        assert [row[field] for row in whole] == sorted((row[field] for row in whole), reverse=sort[0] == "-")


@pytest.mark.parametrize("query", ["sort=phone", "wage=1", "limit=0", "unit_id=x", "as_of=31-12-2026", "q="])
async def test_a_wrong_parameter_is_named(city: City, query: str) -> None:
    answer = await get(city, "admin", f"/v1/employees?{query}")
    assert answer.status_code in (400, 422)
    assert answer.json()["errors"][0]["pointer"].startswith("?")


# ─── changes ───


async def test_an_admin_changes_fields_and_the_journal_keeps_the_difference(city: City) -> None:
    path = f"/v1/employees/{city.id('staff')}"
    answer = await patch(
        city, "admin", path, {"name": "Staf Baru", "back_title": "S.Sos.", "phone": "+62 812 0000"}
    )
    assert answer.status_code == 200
    assert answer.headers["etag"].startswith('"2-')
    assert answer.json()["full_name"] == "Staf Baru, S.Sos."
    assert (await get(city, "admin", "/v1/employees?q=staf+baru")).json()["data"][0]["version"] == 2
    async with city.database.sessions() as db:
        entry = await db.scalar(
            select(JournalEntry).where(
                JournalEntry.region_id == city.region.id, JournalEntry.entity_id == city.id("staff")
            )
        )
    assert entry is not None
    assert entry.changes["name"] == ["STAFF", "Staf Baru"]
    assert (entry.action, entry.version, entry.unit_id) == ("CHANGE", 2, city.units["ward"].id)


async def test_the_journal_never_holds_a_restricted_value(city: City) -> None:
    version = await seal_staff(city)
    await patch(city, "admin", f"/v1/employees/{city.id('staff')}", {"address": None, "npwp": "99"}, version)
    await post(
        city,
        "admin",
        f"/v1/employees/{city.id('staff')}/disclosures",
        {"fields": ["nik", "bpjs"], "purpose": "Pendaftaran BPJS"},
    )
    async with city.database.sessions() as db:
        rows = list(
            await db.scalars(select(JournalEntry.changes).where(JournalEntry.region_id == city.region.id))
        )
    assert rows[1] == {"address": ["****", None], "npwp": ["****", "****"]}
    for value in (NIK, "0007", *[each for each in SECRETS.values() if len(each) > 1]):
        assert value not in str(rows)


async def test_a_change_needs_the_version_it_builds_on(city: City) -> None:
    path = f"/v1/employees/{city.id('staff')}"
    assert (await patch(city, "admin", path, {"phone": "0812000000"}, None)).status_code == 428
    assert (await patch(city, "admin", path, {"phone": "0812000000"})).status_code == 200
    stale = await patch(city, "admin", path, {"phone": "0813000000"})
    assert stale.status_code == 412
    assert stale.json()["current"]["phone"] == "0812000000"
    assert stale.headers["etag"] == '"2"'


async def test_of_two_changes_at_once_one_wins(city: City) -> None:
    path = f"/v1/employees/{city.id('staff')}"
    answers = await asyncio.gather(
        *[patch(city, "admin", path, {"phone": f"081200000{number}"}) for number in range(4)]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


async def test_a_dry_run_changes_nothing(city: City) -> None:
    path = f"/v1/employees/{city.id('staff')}"
    tried = await patch(city, "admin", path + "?validate_only=true", {"phone": "0812000000"})
    assert tried.json()["phone"] == "0812000000"
    assert (await get(city, "admin", path)).json()["phone"] is None


async def test_nothing_to_change_raises_no_version(city: City) -> None:
    answer = await patch(city, "admin", f"/v1/employees/{city.id('staff')}", {"name": "STAFF"})
    assert answer.json()["version"] == 1


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"name": None}, "/name", "FIELD_CANNOT_BE_EMPTY"),
        ({"legal_standing_code": "nope"}, "/legal_standing_code", "CODE_UNKNOWN"),
        ({"religion": "99"}, "/religion", "CODE_UNKNOWN"),
        ({"nip": "123"}, "/nip", "NIP_LENGTH"),
        ({"nik": "12"}, "/nik", "FIELD_INVALID"),
        ({"email": "nobody"}, "/email", "FIELD_INVALID"),
        ({"active": True}, "/active", "FIELD_UNKNOWN"),
        ({"service_years": 10**12}, "/service_years", "NUMBER_TOO_LARGE"),
    ],
)
async def test_a_wrong_field_is_refused_and_named(
    city: City, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await patch(city, "admin", f"/v1/employees/{city.id('staff')}", body)
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(pointer, code)]


async def test_people_change_only_their_own_phone_and_mail(city: City) -> None:
    answer = await patch(city, "staff", "/v1/me/employee", {"phone": "0812000000", "email": "staf@contoh.id"})
    assert answer.status_code == 200
    assert (await get(city, "staff", "/v1/me/employee")).json()["email"] == "staf@contoh.id"
    refused = await patch(city, "staff", "/v1/me/employee", {"name": "Kaya"}, 2)
    assert refused.json()["errors"][0]["code"] == "FIELD_UNKNOWN"
    for person in ("staff", "supervisor", "head"):
        answer = await patch(city, person, f"/v1/employees/{city.id('staff')}", {"phone": "0812000001"}, 2)
        assert answer.status_code == 403, person


async def test_who_leaves_active_service_loses_access_and_the_new_nip_signs_in(city: City) -> None:
    path = f"/v1/employees/{city.id('staff')}"
    nip = "198501012010011999"
    assert (await patch(city, "admin", path, {"nip": nip})).status_code == 200
    async with city.database.sessions() as db:
        assert await db.scalar(select(Account.login).where(Account.id == city.accounts["staff"].id)) == nip
    gone = await patch(city, "admin", path, {"legal_standing_code": "20"}, 2)
    assert gone.json()["active"] is False
    for _ in range(50):
        if (await get(city, "staff", "/v1/me/employee")).status_code == 401:
            return
        await asyncio.sleep(0.05)
    pytest.fail("the account still works")


async def test_a_taken_nip_is_a_conflict(city: City) -> None:
    body = {"nip": city.people["colleague"].nip}
    answer = await patch(city, "admin", f"/v1/employees/{city.id('staff')}", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "NIP_TAKEN")


# ─── opening restricted fields ───


async def test_opening_shows_what_was_asked_and_the_person_learns_of_it(city: City) -> None:
    await seal_staff(city)
    path = f"/v1/employees/{city.id('staff')}/disclosures"
    answer = await post(city, "admin", path, {"fields": ["nik", "religion"], "purpose": "Pengurusan pensiun"})
    assert answer.status_code == 201, answer.text
    values = answer.json()["values"]
    assert values["nik"] == NIK
    assert values["religion"]["label"]
    assert values["address"] is None
    own = await post(city, "staff", path, {"fields": ["address"], "purpose": "Melihat data sendiri"})
    assert own.json()["values"]["address"] == SECRETS["address"]
    views = (await get(city, "staff", "/v1/me/record-views")).json()["data"]
    assert [(view["by"], view["fields"], view["purpose"]) for view in views] == [
        ("STAFF", ["address"], "Melihat data sendiri"),
        ("ADMIN", ["nik", "religion"], "Pengurusan pensiun"),
    ]
    assert (await get(city, "colleague", "/v1/me/record-views")).json()["data"] == []
    history = await get(city, "supervisor", f"/v1/employees/{city.id('staff')}/history")
    assert "Pengurusan" not in history.text


@pytest.mark.parametrize(
    ("person", "status"),
    [("supervisor", 404), ("head", 404), ("colleague", 404), ("partner", 403), ("anonymous", 401)],
)
async def test_superiors_and_third_parties_open_nothing(city: City, person: str, status: int) -> None:
    path = f"/v1/employees/{city.id('staff')}/disclosures"
    answer = await post(city, person, path, {"fields": ["nik"], "purpose": "Ingin tahu"})
    assert answer.status_code == status


async def test_nothing_is_opened_without_a_trace(city: City) -> None:
    await seal_staff(city)
    path = f"/v1/employees/{city.id('staff')}/disclosures"
    body = {"fields": ["nik"], "purpose": "Pengurusan pensiun"}
    dry = await post(city, "admin", path + "?validate_only=true", body)
    assert dry.status_code == 400
    keyed = await post(city, "admin", path, body, **{"Idempotency-Key": "satu"})
    assert keyed.json()["code"] == "DISCLOSURE_NOT_REPEATABLE"
    assert NIK not in dry.text + keyed.text
    async with city.database.sessions() as db:
        kept = list(
            await db.scalars(select(IdempotencyKey.key).where(IdempotencyKey.region_id == city.region.id))
        )
    assert kept == []
    for wrong in (
        {"fields": [], "purpose": "Pensiun"},
        {"fields": ["name"], "purpose": "Pensiun"},
        {"fields": ["nik"]},
    ):
        assert (await post(city, "admin", path, wrong)).status_code == 422


# ─── records made by hand ───


async def vacancy(city: City, unit: str) -> UUID:
    async with city.database.sessions() as db, db.begin():
        id = uuid7()
        db.add(
            Position(
                region_id=city.region.id,
                id=id,
                unit_id=city.units[unit].id,
                kind=PositionKind.EXECUTIVE,
                title=f"Pengelola {id.hex[-4:]}",
                is_head=False,
            )
        )
    return id


def newcomer(position_id: UUID, **more: Any) -> dict[str, Any]:
    return {
        "name": "Warga Baru",
        "nip": "19990203 202601 2 001",
        "employment": "CPNS",
        "legal_standing_code": "01",
        "appointment": {"position_id": str(position_id), "since": "2026-11-01"},
        "grade": {"code": "31", "since": "2026-11-01"},
        **more,
    }


async def test_an_admin_makes_a_record_by_hand(city: City) -> None:
    given = newcomer(await vacancy(city, "ward"), nik=NIK)
    answer = await post(city, "admin", "/v1/employees", given)
    assert answer.status_code == 201, answer.text
    record = answer.json()
    assert answer.headers["location"] == f"/v1/employees/{record['id']}"
    assert record["nip"] == "199902032026012001"
    assert (record["birth_date"], record["sex"]) == ("1999-02-03", "FEMALE")
    assert record["superior"]["name"] == "SUPERVISOR"
    assert record["grade"]["label"] == "III/a"
    assert record["restricted"]["nik"] == "****0007"
    assert record["warnings"] == []
    assert (await get(city, "supervisor", f"/v1/employees/{record['id']}")).status_code == 200
    async with city.database.sessions() as db:
        login = await db.scalar(
            select(Account.login).where(
                Account.region_id == city.region.id, Account.employee_id == UUID(record["id"])
            )
        )
    assert login == record["nip"]


async def test_a_record_that_differs_from_its_nip_is_stored_with_warnings(city: City) -> None:
    given = newcomer(await vacancy(city, "ward"), birth_date="1999-02-04", sex="MALE")
    answer = await post(city, "admin", "/v1/employees", given)
    assert answer.status_code == 201
    codes = {each["code"] for each in answer.json()["warnings"]}
    assert codes == {"NIP_BIRTH_DATE_MISMATCH", "NIP_SEX_MISMATCH"}


async def test_the_same_record_again_changes_nothing(city: City) -> None:
    given = newcomer(await vacancy(city, "ward"), id=str(uuid7()))
    answers = [await post(city, "admin", "/v1/employees", given) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    other = await post(city, "admin", "/v1/employees", {**given, "name": "Orang Lain"})
    assert (other.status_code, other.json()["code"]) == (409, "EMPLOYEE_ID_TAKEN")
    twin = await post(city, "admin", "/v1/employees", {**given, "id": str(uuid7())})
    assert (twin.status_code, twin.json()["code"]) == (409, "NIP_TAKEN")


async def test_a_refused_record_leaves_nothing_behind(city: City) -> None:
    async with city.database.sessions() as db:
        before = len(list(await db.scalars(select(Employee.id).where(Employee.region_id == city.region.id))))
    wrong = await post(city, "admin", "/v1/employees", newcomer(uuid7()))
    assert wrong.json()["errors"][0]["code"] == "POSITION_UNKNOWN"
    dry = await post(city, "admin", "/v1/employees?validate_only=true", newcomer(await vacancy(city, "ward")))
    assert dry.status_code == 201
    for person in ("staff", "head", "partner"):
        assert (await post(city, person, "/v1/employees", newcomer(uuid7()))).status_code == 403
    async with city.database.sessions() as db:
        after = len(list(await db.scalars(select(Employee.id).where(Employee.region_id == city.region.id))))
    assert before == after


# ─── history ───


async def test_history_merges_posts_grades_and_changes_newest_first(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(EmployeeGrade)
            .where(EmployeeGrade.region_id == city.region.id, EmployeeGrade.employee_id == city.id("staff"))
            .values(valid=Range(date(2020, 1, 1), date(2024, 4, 1)))
        )
        db.add(
            EmployeeGrade(
                region_id=city.region.id,
                id=uuid7(),
                employee_id=city.id("staff"),
                grade_code="33",
                valid=Range(date(2024, 4, 1), None),
            )
        )
    await patch(city, "admin", f"/v1/employees/{city.id('staff')}", {"name": "Staf Baru"})
    path = f"/v1/employees/{city.id('staff')}/history"
    whole = (await get(city, "staff", path)).json()["data"]
    assert [event["kind"] for event in whole] == ["CHANGE", "GRADE", "GRADE", "APPOINTMENT"]
    assert whole[0]["content"]["changes"]["name"] == ["STAFF", "Staf Baru"]
    assert whole[1]["content"] == {"grade_code": "33", "since": "2024-04-01", "until": None}
    assert whole[3]["content"]["unit"]["name"] == "Ward"
    paged: list[Any] = []
    cursor = ""
    while cursor is not None:
        answer = (
            await get(city, "staff", f"{path}?limit=1" + (f"&cursor={cursor}" if cursor else ""))
        ).json()
        paged += answer["data"]
        cursor = answer["page"]["next"]
    assert paged == whole
