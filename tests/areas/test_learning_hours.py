"""Learning hours over HTTP: each training once, in one year; of a person, of a unit's people."""

from datetime import date
from typing import Any

import pytest

from asn_api.core.mapping import uuid7
from asn_api.rules.people import Employment
from asn_api.tables.policies import Policy
from tests.areas.learning import claimed, completed, employee_becomes, got, verified
from tests.factories import City
from tests.matrix import add
from tests.rules.samples import policy_values

Json = dict[str, Any]


async def hours(city: City, year: int = 2026, person: str = "staff", viewer: str | None = None) -> Json:
    path = f"/v1/employees/{city.id(person)}/learning-hours"
    return await got(city, viewer or person, path, year=year)


async def unit_hours(city: City, unit: str, viewer: str = "admin", year: int = 2026) -> Json:
    return await got(city, viewer, f"/v1/units/{city.units[unit].id}/learning-hours", year=year)


async def test_a_training_over_new_year_counts_once_in_the_year_in_which_it_ended(city: City) -> None:
    days = {"starts_on": "2025-12-29", "ends_on": "2026-01-02", "issued_on": "2026-01-05"}
    await verified(city, **days)
    before, after = await hours(city, 2025), await hours(city, 2026)
    assert (before["total"], after["total"]) == (0, 16)
    assert before["certificates"][0]["excluded"] == "OTHER_YEAR"
    assert after["certificates"][0]["excluded"] is None
    assert (after["minimum"], after["shortfall"], after["status"]) == (20, 4, "SHORT")


async def test_what_was_issued_and_what_was_verified_add_up(city: City) -> None:
    await completed(city, "staff", jp=10)
    await verified(city, jp=9)
    await claimed(city, number="2", title="Lain", jp=100)
    shown = await hours(city)
    assert (shown["total"], shown["shortfall"], shown["status"]) == (19, 1, "SHORT")
    await completed(city, "staff", jp=1, last=date(2026, 10, 30))
    assert (await hours(city))["status"] == "FULFILLED"
    explained = await got(
        city, "staff", f"/v1/employees/{city.id('staff')}/learning-hours/explanation", year=2026
    )
    assert explained["value"] == 20
    assert "9 + 10 + 1 = 20" in explained["steps"]
    assert {each["entity"] for each in explained["inputs"]} == {"certificate"}
    assert [each["excluded"] for each in explained["inputs"]].count("NOT_VERIFIED") == 1


async def test_contract_staff_have_a_right_and_no_minimum(city: City) -> None:
    await employee_becomes(city, "staff", employment=Employment.PPPK)
    await completed(city, "staff", jp=30)
    shown = await hours(city)
    assert (shown["total"], shown["counted"], shown["beyond"]) == (30, 24, 6)
    assert (shown["minimum"], shown["maximum"], shown["status"]) == (None, 24, "NO_MINIMUM")


async def test_the_numbers_of_the_years_last_day_hold_for_the_year(city: City) -> None:
    await completed(city, "staff", jp=20)
    changed = policy_values("learning")
    assert isinstance(changed["yearly_hours"], dict)
    changed["yearly_hours"]["PNS"] = {"minimum": 30, "maximum": None}
    await add(
        city,
        Policy(
            region_id=city.region.id,
            id=uuid7(),
            area="learning",
            valid_from=date(2027, 1, 1),
            revision=1,
            content=changed,
            source="test",
            created_at=city.now,
        ),
    )
    assert (await hours(city))["status"] == "FULFILLED"
    assert (await hours(city, 2027))["minimum"] == 30


async def test_a_unit_counts_its_people_by_the_same_rule(city: City) -> None:
    await completed(city, "staff", "chief", jp=20)
    await completed(city, "colleague", jp=5)
    await claimed(city, "colleague", jp=100)
    await employee_becomes(city, "supervisor", employment=Employment.PPPK)
    ward = await unit_hours(city, "ward")
    assert (ward["people"], ward["fulfilled"], ward["short"], ward["no_minimum"]) == (3, 1, 1, 1)
    assert (ward["total"], ward["mean"], ward["shortfall"]) == (25, "8.33", 15)
    clinic = await unit_hours(city, "clinic")
    assert (clinic["people"], clinic["fulfilled"]) == (4, 2)
    assert (await unit_hours(city, "root"))["people"] == 8
    learners = await got(city, "head", f"/v1/units/{city.units['ward'].id}/learners", year=2026)
    assert [(each["employee"]["name"], each["shortfall"]) for each in learners["data"]] == [
        ("COLLEAGUE", 15),
        ("STAFF", 0),
        ("SUPERVISOR", 0),
    ]


async def test_people_count_where_they_were_at_the_end_of_the_year(city: City) -> None:
    assert (await unit_hours(city, "ward", year=2019))["people"] == 0
    assert (await unit_hours(city, "ward", year=2020))["on"] == "2020-12-31"
    assert (await unit_hours(city, "ward", year=2020))["people"] == 3


@pytest.mark.parametrize(("viewer", "status"), [("supervisor", 404), ("head", 200), ("other_head", 404)])
async def test_a_unit_is_for_its_head(city: City, viewer: str, status: int) -> None:
    async with city.call_as(viewer) as client:
        for path in ("learning-hours", "learners", "professionalism-index"):
            answer = await client.get(f"/v1/units/{city.units['ward'].id}/{path}", params={"year": 2026})
            assert answer.status_code == status, path


async def test_a_year_before_all_policies_is_refused(city: City) -> None:
    async with city.call_as("staff") as staff:
        answer = await staff.get(f"/v1/employees/{city.id('staff')}/learning-hours", params={"year": 2018})
    assert answer.json()["code"] == "POLICY_NOT_YET"
