"""The calendar: national days as shipped, a region's own days by branch, working days and day targets."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from asn_api.access.actor import system
from asn_api.access.grants import Permission
from asn_api.areas.calendar.national import load
from asn_api.areas.calendar.queries import calendar_for
from asn_api.core.database import Database
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.calendar import DayKind
from asn_api.tables.policies import NationalDay, RegionalDay
from tests.areas.races import at_once
from tests.factories import City, stand_at

FREE = "2026-11-24"
"""An ordinary Tuesday."""


async def declared(city: City, person: str = "admin", status: int = 201, **fields: Any) -> Any:
    body = {"day": FREE, "name": "Hari Jadi", "source": "Perwali 7/2026", **fields}
    async with city.call_as(person) as client:
        answer = await client.post("/v1/regional-days", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def day(city: City, unit: str | None = None, day: str = FREE) -> Any:
    params = {"unit_id": str(city.units[unit].id)} if unit else {}
    async with city.call_as("staff") as client:
        answer = await client.get(f"/v1/calendar/days/{day}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("person", "read", "write"),
    [
        ("anonymous", 401, 401),
        ("staff", 200, 403),
        ("head", 200, 403),
        ("partner", 403, 403),
        ("admin", 200, 201),
    ],
)
async def test_everyone_reads_the_calendar_and_only_an_admin_changes_it(
    city: City, person: str, read: int, write: int
) -> None:
    await declared(city, person, write)
    async with city.call_as(person) as client:
        for path in ("calendar?year=2026", f"calendar/days/{FREE}", "regional-days"):
            assert (await client.get(f"/v1/{path}")).status_code == read


async def test_the_national_days_are_the_shipped_ones_and_loading_again_changes_nothing(
    city: City, database: Database
) -> None:
    async with database.sessions() as db, db.begin():
        assert await load(db) == 0
    async with city.call_as("staff") as client:
        found = (await client.get("/v1/calendar?year=2026")).json()
    kinds = [each["kind"] for each in found["days_off"]]
    assert (kinds.count("NATIONAL_HOLIDAY"), kinds.count("COLLECTIVE_LEAVE")) == (17, 8)
    assert [each["working_days_5"] for each in found["months"]] == [
        20,
        18,
        17,
        21,
        16,
        20,
        23,
        19,
        22,
        22,
        21,
        21,
    ]
    assert found["provisional"] is False


async def test_loading_repairs_what_differs_and_removes_what_was_withdrawn(database: Database) -> None:
    async with database.sessions() as db, db.begin():
        before = await db.scalar(select(func.count()).select_from(NationalDay))
        db.add(
            NationalDay(
                day=date(2026, 11, 3), kind=DayKind.NATIONAL_HOLIDAY, name="x", source="x", provisional=False
            )
        )
        changed = await db.scalar(select(NationalDay).where(NationalDay.day == date(2026, 1, 1)))
        assert changed is not None
        changed.name = "Tahun Lama"
        await db.delete(
            (await db.scalars(select(NationalDay).where(NationalDay.day == date(2026, 12, 25)))).one()
        )
        await db.flush()
        assert await load(db) == 3
        assert changed.name == "Tahun Baru Masehi"
        assert await db.scalar(select(func.count()).select_from(NationalDay)) == before
        await db.rollback()


async def test_a_year_without_a_joint_decree_is_provisional(city: City) -> None:
    async with city.call_as("staff") as client:
        found = (await client.get("/v1/calendar?year=2030")).json()
    assert (found["provisional"], found["days_off"]) == (True, [])
    assert (await day(city, day="2030-05-02"))["provisional"] is True


async def test_a_day_off_in_a_branch_is_one_for_the_units_below_it_only(city: City) -> None:
    await declared(city, unit_id=str(city.units["clinic"].id))
    off = await day(city, "ward")
    assert (off["working_day"], off["target_minutes"]) == (False, 0)
    assert [(each["name"], each["kind"]) for each in off["days_off"]] == [("Hari Jadi", "REGIONAL_HOLIDAY")]
    for unit in ("health", "roads", None):
        assert (await day(city, unit))["working_day"] is True
    access = system(city.region.id, Permission.CALENDAR_READ, city.now)
    async with city.database.sessions() as db:
        span = (date(2026, 11, 1), date(2026, 11, 30))
        of_ward = await calendar_for(access, db, city.units["ward"].path, *span)
        of_roads = await calendar_for(access, db, city.units["roads"].path, *span)
    assert (of_ward.working_days(*span, 5), of_roads.working_days(*span, 5)) == (20, 21)
    assert of_ward.loaded_years == {2026}


async def test_a_day_explains_its_target(city: City) -> None:
    ordinary = await day(city, "ward")
    assert (ordinary["working_day"], ordinary["target_minutes"]) == (True, 300)
    assert ordinary["explanation"]["rule"] == "day_target"
    assert ordinary["explanation"]["policy"]["revision"] == 1
    saturday = await day(city, "ward", "2026-11-21")
    assert (saturday["weekend"], saturday["working_day"], saturday["target_minutes"]) == (True, False, 0)
    christmas = await day(city, "ward", "2026-12-25")
    assert (christmas["weekend"], christmas["working_day"]) == (False, False)
    assert christmas["days_off"][0]["source"]
    before = await day(city, "ward", "2024-11-21")
    assert (before["target_minutes"], before["explanation"]["policy"]) == (None, None)


async def test_shorter_days_are_named_in_the_explanation(city: City) -> None:
    async with city.call_as("admin") as client:
        content = (await client.get("/v1/policies/activities")).json()["content"]
        period = {"start": "2026-11-23", "end": "2026-11-27", "daily_target_minutes": {"5": 240, "6": 200}}
        body = {
            "valid_from": "2026-11-20",
            "content": {**content, "reduced_periods": [period]},
            "source": "SE",
        }
        assert (await client.post("/v1/policies/activities", json=body)).status_code == 201
    found = await day(city, "ward")
    assert found["target_minutes"] == 240
    assert found["explanation"]["reduced_period"] == {
        "start": "2026-11-23",
        "end": "2026-11-27",
        "minutes": 240,
    }
    assert found["explanation"]["ordinary_minutes"] == 300


async def test_an_admin_of_an_agency_declares_days_in_it_and_nowhere_else(city: City) -> None:
    days = [
        RegionalDay(
            region_id=city.region.id, id=uuid7(), day=date(2026, 11, 25), unit_id=unit, name="x", source="x"
        )
        for unit in (city.units["clinic"].id, None)
    ]
    async with city.database.sessions() as db, db.begin():
        db.add_all(days)
    await stand_at(city, "works")
    await declared(city, unit_id=str(city.units["roads"].id))
    refused = await declared(city, status=404, unit_id=str(city.units["clinic"].id))
    assert refused["errors"][0]["pointer"] == "/unit_id"
    unknown = await declared(city, status=404, unit_id=str(uuid7()))
    assert {**unknown, "request_id": ""} == {**refused, "request_id": ""}
    assert (await declared(city, status=403))["code"] == "REGIONAL_DAY_NEEDS_WHOLE_REGION"
    async with city.call_as("admin") as client:
        for row in days:
            path, match = f"/v1/regional-days/{row.id}", {"If-Match": '"1"'}
            assert (await client.delete(path, headers=match)).status_code == 404
            assert (await client.patch(path, headers=match, json={"name": "x"})).status_code == 404


async def test_a_withdrawn_day_is_a_working_day_again_and_stays_on_record(city: City) -> None:
    row = await declared(city)
    path = f"/v1/regional-days/{row['id']}"
    async with city.call_as("admin") as client:
        assert (await client.delete(path)).status_code == 428
        assert (await client.delete(path, headers={"If-Match": '"9"'})).json()["current"][
            "name"
        ] == "Hari Jadi"
        gone = await client.delete(path, headers={"If-Match": '"1"'})
        assert (gone.status_code, gone.headers["etag"][:3], gone.json()["withdrawn"]) == (200, '"2-', True)
        again = await client.patch(path, headers={"If-Match": '"2"'}, json={"name": "x"})
        assert again.json()["code"] == "REGIONAL_DAY_WITHDRAWN"
        assert [row["withdrawn"] for row in (await client.get("/v1/regional-days")).json()["data"]] == [True]
        assert (await client.get("/v1/regional-days?withdrawn=false")).json()["data"] == []
    assert (await day(city, "ward"))["working_day"] is True
    async with city.database.sessions() as db:
        entries = await db.scalars(
            select(JournalEntry.action)
            .where(JournalEntry.region_id == city.region.id, JournalEntry.entity == "regional_day")
            .order_by(JournalEntry.seq)
        )
        assert list(entries) == ["DECLARE", "WITHDRAW"]


async def test_a_day_can_be_corrected(city: City) -> None:
    row = await declared(city)
    await declared(city, day="2026-11-26")
    path = f"/v1/regional-days/{row['id']}"
    async with city.call_as("admin") as client:
        moved = await client.patch(path, headers={"If-Match": '"1"'}, json={"day": "2026-11-25"})
        assert (moved.status_code, moved.json()["day"]) == (200, "2026-11-25")
        taken = await client.patch(path, headers={"If-Match": '"2"'}, json={"day": "2026-11-26"})
        assert taken.json()["code"] == "REGIONAL_DAY_EXISTS"
        emptied = await client.patch(path, headers={"If-Match": '"2"'}, json={"name": None})
        assert emptied.status_code == 422
        listed = await client.get("/v1/regional-days?day[gte]=2026-11-26&day[lte]=2026-11-30")
    assert [each["day"] for each in listed.json()["data"]] == ["2026-11-26"]


async def test_the_same_day_sent_twice_exists_once(city: City) -> None:
    id = str(uuid7())
    first = await declared(city, id=id)
    assert await declared(city, status=200, id=id) == first
    assert (await declared(city, status=409, id=id, name="Lain"))["code"] == "REGIONAL_DAY_ID_TAKEN"
    assert (await declared(city, status=409))["code"] == "REGIONAL_DAY_EXISTS"


async def test_of_two_admins_declaring_the_same_day_one_succeeds(city: City) -> None:
    body = {"day": FREE, "name": "Hari Jadi", "source": "Perwali 7/2026"}
    async with city.call_as("admin") as client:
        answers = await at_once(city, *[client.post("/v1/regional-days", json=body) for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_units_of_other_regions_are_unknown(city: City) -> None:
    async with city.call_as("staff") as client:
        assert (await client.get(f"/v1/calendar?year=2026&unit_id={uuid7()}")).status_code == 404
        assert (await client.get(f"/v1/calendar/days/{FREE}?unit_id={uuid7()}")).status_code == 404
        assert (await client.get("/v1/calendar?year=26")).status_code == 422
        assert (await client.get("/v1/calendar/days/2026-02-30")).json()["errors"][0][
            "code"
        ] == "DATE_INVALID"
