"""The tree, who heads it, who is appointed where, and who answers to whom, on any day."""

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.organization import UnitKind
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Position, Unit
from tests.areas.races import at_once
from tests.factories import City, add_person, add_unit, stand_at


async def ask(city: City, method: str, path: str, status: int, person: str = "admin", **given: Any) -> Any:
    """The answer's body; `match` is the version for If-Match."""
    match = given.pop("match", None)
    headers = {"If-Match": f'"{match}"'} if match is not None else {}
    async with city.call_as(person) as client:
        answer = await client.request(method, f"/v1/{path}", headers=headers, **given)
    assert answer.status_code == status, answer.text
    return answer.json()


async def head(city: City, unit: str, as_of: str = "2026-11-20") -> Any:
    return await ask(city, "GET", f"units/{city.units[unit].id}/head?as_of={as_of}", 200, "staff")


async def superior(city: City, person: str, as_of: str = "2026-11-20") -> str | None:
    path = f"employees/{city.id(person)}/superior?as_of={as_of}"
    line = (await ask(city, "GET", path, 200))["line"]
    return line["superior_name"] if line else None


async def seat(city: City, unit: str) -> str:
    async with city.database.sessions() as db:
        found = await db.scalar(
            select(Position.id).where(
                Position.region_id == city.region.id,
                Position.unit_id == city.units[unit].id,
                Position.is_head,
            )
        )
    return str(found)


async def appointed(city: City, person: str, unit: str, kind: str, status: int = 201, **fields: Any) -> Any:
    """The answer to appointing somebody as a unit's head."""
    body = {
        "employee_id": str(city.id(person)),
        "position_id": await seat(city, unit),
        "kind": kind,
        "valid_from": "2026-11-01",
        **fields,
    }
    return await ask(city, "POST", "appointments", status, json=body)


def new_unit(city: City, parent: str, **fields: Any) -> dict[str, Any]:
    return {
        "parent_id": str(city.units[parent].id),
        "kind": "UNIT",
        "name": "Seksi Gizi",
        "head_title": "Kepala Seksi Gizi",
        **fields,
    }


# Access


@pytest.mark.parametrize(
    ("person", "units", "people", "write"),
    [
        ("anonymous", 401, 401, 401),
        ("staff", 200, 200, 403),
        ("head", 200, 200, 403),
        ("partner", 200, 200, 403),
        ("admin", 200, 200, 201),
    ],
)
async def test_everyone_reads_the_tree_and_only_an_admin_changes_it(
    city: City, person: str, units: int, people: int, write: int
) -> None:
    clinic, ward_seat = city.units["clinic"].id, await seat(city, "ward")
    for path in ("units", f"units/{clinic}", f"units/{clinic}/head", f"units/{clinic}/subtree", "positions"):
        await ask(city, "GET", path, units, person)
    await ask(city, "GET", f"positions/{ward_seat}", units, person)
    for path in ("appointments", "reporting-lines"):
        await ask(city, "GET", path, people, person)
    await ask(city, "POST", "units", write, person, json=new_unit(city, "health"))


@pytest.mark.parametrize(
    ("person", "seen"),
    [
        ("staff", {"STAFF"}),
        ("supervisor", {"SUPERVISOR", "STAFF", "COLLEAGUE"}),
        ("head", {"HEAD", "CHIEF", "SUPERVISOR", "STAFF", "COLLEAGUE"}),
        ("partner", {"HEAD", "CHIEF", "SUPERVISOR", "STAFF", "COLLEAGUE"}),
        ("other_staff", {"OTHER STAFF"}),
    ],
)
async def test_appointments_show_oneself_ones_reports_and_ones_branch(
    city: City, person: str, seen: set[str]
) -> None:
    rows = (await ask(city, "GET", "appointments", 200, person))["data"]
    assert {row["employee_name"] for row in rows} == seen
    own = str(city.posts["staff"].id)
    await ask(city, "GET", f"appointments/{own}", 200 if "STAFF" in seen else 404, person)
    await ask(city, "GET", f"employees/{city.id('staff')}/superior", 200 if "STAFF" in seen else 404, person)


async def test_no_head_shows_more_than_a_name_and_a_post(city: City) -> None:
    shown = (await head(city, "health"))["head"]
    assert shown.keys() == {
        "employee_id",
        "name",
        "appointment_id",
        "kind",
        "position_id",
        "position_title",
        "valid_from",
        "valid_to",
    }


async def test_an_admin_of_an_agency_changes_nothing_outside_it(city: City) -> None:
    await stand_at(city, "works")
    clinic, roads = city.units["clinic"].id, city.units["roads"].id
    post, works_seat = city.posts["staff"], await seat(city, "works")
    await ask(city, "POST", "units", 404, json=new_unit(city, "health"))
    await ask(city, "PATCH", f"units/{clinic}", 404, match=1, json={"name": "x"})
    await ask(city, "PATCH", f"units/{roads}", 404, match=1, json={"parent_id": str(clinic)})
    body = {"unit_id": str(clinic), "kind": "EXECUTIVE", "title": "x"}
    await ask(city, "POST", "positions", 404, json=body)
    await ask(city, "PATCH", f"positions/{post.position_id}", 404, match=1, json={"title": "x"})
    await ask(city, "PATCH", f"appointments/{post.id}", 404, match=1, json={"valid_to": "2026-12-01"})
    await appointed(city, "staff", "ward", "PLH", 404)
    await appointed(city, "staff", "works", "PLH", 404)
    assert works_seat
    await ask(city, "PATCH", f"units/{roads}", 200, match=1, json={"name": "Jalan"})


async def test_units_of_other_regions_are_unknown(city: City) -> None:
    for path in ("", "/head", "/subtree"):
        await ask(city, "GET", f"units/{uuid7()}{path}", 404)
    await ask(city, "GET", f"positions/{uuid7()}", 404)
    await ask(city, "GET", f"employees/{uuid7()}/superior", 404)
    await ask(city, "POST", "units", 404, json={**new_unit(city, "health"), "parent_id": str(uuid7())})


# Units


async def test_the_list_goes_from_the_root_downwards_page_by_page(city: City) -> None:
    names, path = [], "units?limit=2&count=exact"
    while True:
        found = await ask(city, "GET", path, 200)
        names += [row["name"] for row in found["data"]]
        if found["page"]["next"] is None:
            break
        path = f"units?limit=2&count=exact&cursor={found['page']['next']}"
    assert names == [city.region.name, "Health", "Clinic", "Ward", "Works", "Roads"]
    assert found["page"]["total"] == 6


async def test_units_are_found_by_parent_agency_kind_and_name(city: City) -> None:
    health = city.units["health"].id
    for query, names in {
        f"parent_id={health}": ["Clinic"],
        f"agency_id={health}": ["Health", "Clinic", "Ward"],
        "kind=AGENCY": ["Health", "Works"],
        "q=ROA": ["Roads"],
        "q=%25": [],
    }.items():
        assert [row["name"] for row in (await ask(city, "GET", f"units?{query}", 200))["data"]] == names
    below = await ask(city, "GET", f"units/{city.units['clinic'].id}/subtree", 200)
    assert [(row["name"], len(row["ancestors"])) for row in below["data"]] == [("Clinic", 2), ("Ward", 3)]


async def test_a_new_unit_takes_zone_week_and_agency_from_its_parent(city: City) -> None:
    made = await ask(city, "POST", "units", 201, json=new_unit(city, "clinic"))
    assert (made["zone"], made["days_per_week"]) == ("WIB", 5)
    assert made["agency_id"] == str(city.units["health"].id)
    assert made["ancestors"] == [str(city.units[name].id) for name in ("root", "health", "clinic")]
    positions = (await ask(city, "GET", f"positions?unit_id={made['id']}", 200))["data"]
    assert [(each["title"], each["is_head"]) for each in positions] == [("Kepala Seksi Gizi", True)]
    refused = await ask(city, "POST", "units", 422, json=new_unit(city, "clinic", kind="REGION"))
    assert refused["code"] == "UNIT_KIND_IS_ROOT"


async def test_the_same_unit_sent_twice_exists_once(city: City) -> None:
    body = new_unit(city, "clinic", id=str(uuid7()))
    assert await ask(city, "POST", "units", 201, json=body) == await ask(
        city, "POST", "units", 200, json=body
    )
    other = await ask(city, "POST", "units", 409, json={**body, "name": "Lain"})
    assert other["code"] == "UNIT_ID_TAKEN"
    await ask(city, "POST", "units", 201, json=new_unit(city, "clinic", siasn_id="A-1"))
    again = await ask(city, "POST", "units", 409, json=new_unit(city, "clinic", siasn_id="A-1"))
    assert again["code"] == "UNIT_SIASN_ID_TAKEN"


async def test_a_dry_run_of_a_new_unit_leaves_nothing(city: City) -> None:
    made = await ask(city, "POST", "units?validate_only=true", 201, json=new_unit(city, "clinic"))
    await ask(city, "GET", f"units/{made['id']}", 404)


async def test_renaming_a_unit_renames_its_heads_post(city: City) -> None:
    id = city.units["ward"].id
    body = {"name": "Bangsal", "head_title": "Kepala Bangsal"}
    await ask(city, "PATCH", f"units/{id}", 428, json=body)
    changed = await ask(city, "PATCH", f"units/{id}", 200, match=1, json=body)
    assert (changed["name"], changed["version"]) == ("Bangsal", 2)
    assert (await head(city, "ward"))["head"]["position_title"] == "Kepala Bangsal"
    stale = await ask(city, "PATCH", f"units/{id}", 412, match=1, json=body)
    assert stale["current"]["name"] == "Bangsal"
    await ask(city, "PATCH", f"units/{id}", 422, match=2, json={"name": None})
    async with city.database.sessions() as db:
        entry = (
            await db.scalars(
                select(JournalEntry).where(
                    JournalEntry.region_id == city.region.id, JournalEntry.entity == "unit"
                )
            )
        ).one()
    assert entry.changes == {"name": ["Ward", "Bangsal"], "head_title": ["Kepala Ward", "Kepala Bangsal"]}


async def test_a_moved_unit_takes_its_branch_agency_and_lines_along(city: City) -> None:
    clinic, works = city.units["clinic"].id, city.units["works"].id
    assert await superior(city, "chief") == "HEAD"
    moved = await ask(city, "PATCH", f"units/{clinic}", 200, match=1, json={"parent_id": str(works)})
    assert moved["agency_id"] == str(works)
    ward = (await ask(city, "GET", f"units/{city.units['ward'].id}", 200))["unit"]
    assert ward["ancestors"] == [str(city.units[name].id) for name in ("root", "works", "clinic")]
    assert (ward["agency_id"], ward["version"]) == (str(works), 2)
    below = (await ask(city, "GET", f"units/{works}/subtree", 200))["data"]
    assert {row["name"] for row in below} == {"Works", "Clinic", "Ward", "Roads"}
    assert await superior(city, "chief") == "OTHER HEAD"
    seen = await ask(city, "GET", "appointments", 200, "head")
    assert {row["employee_name"] for row in seen["data"]} == {"HEAD"}


async def test_a_unit_moves_neither_into_itself_nor_below_itself(city: City) -> None:
    clinic = city.units["clinic"].id
    for below in ("clinic", "ward"):
        body = {"parent_id": str(city.units[below].id)}
        refused = await ask(city, "PATCH", f"units/{clinic}", 409, match=1, json=body)
        assert refused["code"] == "UNIT_MOVE_INTO_ITSELF"


async def test_two_moves_that_together_make_a_circle_do_not_both_happen(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        one = await add_unit(db, city, "one", city.units["works"], UnitKind.UNIT)
        two = await add_unit(db, city, "two", city.units["works"], UnitKind.UNIT)
    async with city.call_as("admin") as client:
        answers = await at_once(
            city,
            client.patch(f"/v1/units/{one.id}", headers={"If-Match": '"1"'}, json={"parent_id": str(two.id)}),
            client.patch(f"/v1/units/{two.id}", headers={"If-Match": '"1"'}, json={"parent_id": str(one.id)}),
            held=select(Unit.id).where(Unit.region_id == city.region.id),
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_the_week_of_a_unit_is_followed_by_those_below_that_had_the_same(city: City) -> None:
    ward = city.units["ward"].id
    await ask(city, "PATCH", f"units/{ward}", 200, match=1, json={"days_per_week": 6, "zone": "WIT"})
    body = {"days_per_week": 6, "zone": "WITA"}
    await ask(city, "PATCH", f"units/{city.units['health'].id}", 200, match=1, json=body)
    rows = (await ask(city, "GET", "units", 200))["data"]
    shown = {row["name"]: (row["days_per_week"], row["zone"], row["version"]) for row in rows}
    assert shown["Clinic"] == (6, "WITA", 2)
    assert shown["Ward"] == (6, "WIT", 2)
    assert shown["Works"] == (5, "WIB", 1)


async def test_a_unit_that_becomes_an_agency_is_the_agency_of_its_branch(city: City) -> None:
    clinic = city.units["clinic"].id
    await ask(city, "PATCH", f"units/{clinic}", 200, match=1, json={"kind": "AGENCY"})
    ward = await ask(city, "GET", f"units/{city.units['ward'].id}", 200)
    assert ward["unit"]["agency_id"] == str(clinic)
    await ask(city, "PATCH", f"units/{clinic}", 200, match=2, json={"kind": "UNIT"})
    ward = await ask(city, "GET", f"units/{city.units['ward'].id}", 200)
    assert ward["unit"]["agency_id"] == str(city.units["health"].id)


async def test_the_root_stays_where_it_is(city: City) -> None:
    root = city.units["root"].id
    for body in ({"parent_id": str(city.units["works"].id)}, {"closed_on": "2027-01-01"}, {"kind": "UNIT"}):
        assert (await ask(city, "PATCH", f"units/{root}", 409, match=1, json=body))["code"] == "UNIT_IS_ROOT"
    assert (await ask(city, "PATCH", f"units/{root}", 200, match=1, json={"name": "Kota"}))["name"] == "Kota"


async def test_a_unit_closes_only_when_nobody_and_nothing_is_left_in_it(city: City) -> None:
    ward, clinic, roads = (city.units[name].id for name in ("ward", "clinic", "roads"))
    close = {"closed_on": "2026-12-01"}
    refused = await ask(city, "PATCH", f"units/{ward}", 409, match=1, json=close)
    assert refused["code"] == "UNIT_HAS_APPOINTMENTS"
    for person in ("supervisor", "staff", "colleague", "chief"):
        post = city.posts[person].id
        await ask(city, "PATCH", f"appointments/{post}", 200, match=1, json={"valid_to": "2026-11-30"})
    refused = await ask(city, "PATCH", f"units/{clinic}", 409, match=1, json=close)
    assert refused["code"] == "UNIT_HAS_UNITS"
    closed = await ask(city, "PATCH", f"units/{ward}", 200, match=1, json=close)
    assert closed["closed_on"] == "2026-12-01"
    for day, there in {"2026-11-30": True, "2026-12-01": False}.items():
        rows = (await ask(city, "GET", f"units?as_of={day}", 200))["data"]
        assert ("Ward" in {row["name"] for row in rows}) is there
    refused = await appointed(city, "colleague", "ward", "DEFINITIVE", 409, valid_from="2026-12-05")
    assert refused["code"] == "UNIT_CLOSED"
    refused = await ask(city, "POST", "units", 409, json=new_unit(city, "ward"))
    assert refused["code"] == "UNIT_CLOSED"
    body = {"parent_id": str(ward)}
    assert (await ask(city, "PATCH", f"units/{roads}", 409, match=1, json=body))["code"] == "UNIT_CLOSED"
    reopened = await ask(city, "PATCH", f"units/{ward}", 200, match=2, json={"closed_on": None})
    assert reopened["closed_on"] is None


# Heads


async def test_a_unit_shows_its_head_and_how_many_work_in_it(city: City) -> None:
    shown = await ask(city, "GET", f"units/{city.units['clinic'].id}", 200, "staff")
    assert (shown["head"]["name"], shown["headcount"], shown["headcount_branch"]) == ("CHIEF", 1, 4)
    before = await ask(city, "GET", f"units/{city.units['clinic'].id}?as_of=2019-12-31", 200, "staff")
    assert (before["head"], before["headcount"], before["headcount_branch"]) == (None, 0, 0)


async def test_who_acts_for_the_day_goes_before_the_holder_and_says_for_whom(city: City) -> None:
    await appointed(city, "chief", "health", "PLH", valid_from="2026-11-10", valid_to="2026-11-12")
    for day, name, acts_for in [
        ("2026-11-09", "HEAD", None),
        ("2026-11-10", "CHIEF", "HEAD"),
        ("2026-11-12", "CHIEF", "HEAD"),
        ("2026-11-13", "HEAD", None),
    ]:
        found = await head(city, "health", day)
        assert found["head"]["name"] == name
        assert (found["acts_for"]["name"] if found["acts_for"] else None) == acts_for
    assert found["acting_superior"] is None


async def test_an_acting_head_has_the_role_of_a_head_for_his_days_only(city: City) -> None:
    async def sees(person: str) -> int:
        return len((await ask(city, "GET", "appointments", 200, person))["data"])

    assert await sees("chief") == 2
    made = await appointed(city, "chief", "health", "PLH", valid_from="2026-11-20", valid_to="2026-11-20")
    await asyncio.sleep(0.1)
    assert await sees("chief") == 6
    await ask(city, "PATCH", f"appointments/{made['id']}", 200, match=1, json={"valid_to": "2026-11-21"})
    ended = await ask(
        city, "PATCH", f"appointments/{made['id']}", 422, match=2, json={"valid_to": "2026-11-19"}
    )
    assert ended["code"] == "APPOINTMENT_ENDS_BEFORE_IT_STARTS"


async def test_where_a_seat_is_vacant_the_nearest_superior_acts(city: City) -> None:
    vacant = await head(city, "roads")
    assert (vacant["head"], vacant["acting_superior"]["head"]["name"]) == (None, "OTHER HEAD")
    assert vacant["acting_superior"]["unit_name"] == "Works"
    assert (await head(city, "root"))["acting_superior"] is None
    assert await superior(city, "other_staff") == "OTHER HEAD"
    await appointed(city, "other_staff", "roads", "PLT")
    assert (await head(city, "roads"))["head"]["kind"] == "PLT"
    assert await superior(city, "other_staff") == "OTHER HEAD"


async def test_reporting_lines_follow_whoever_heads_the_unit_on_the_day(city: City) -> None:
    await appointed(city, "colleague", "ward", "PLH", valid_from="2026-11-10", valid_to="2026-11-12")
    assert [await superior(city, "staff", f"2026-11-{day}") for day in ("09", "10", "12", "13")] == [
        "SUPERVISOR",
        "COLLEAGUE",
        "COLLEAGUE",
        "SUPERVISOR",
    ]
    assert await superior(city, "staff", "2019-12-31") is None
    path = f"reporting-lines?superior_id={city.id('colleague')}"
    rows = (await ask(city, "GET", f"{path}&as_of=2026-11-11", 200))["data"]
    assert {row["employee_name"] for row in rows} == {"STAFF"}
    assert {(row["valid_from"], row["valid_to"]) for row in rows} == {("2026-11-10", "2026-11-12")}
    assert (await ask(city, "GET", path, 200))["data"] == []


# Positions


async def test_positions_have_one_title_per_kind_and_one_head_per_unit(city: City) -> None:
    unit = str(city.units["ward"].id)
    body = {"unit_id": unit, "kind": "FUNCTIONAL", "title": "Perawat Ahli Pertama", "position_class": 8}
    made = await ask(city, "POST", "positions", 201, json=body)
    assert (await ask(city, "POST", "positions", 409, json=body))["code"] == "POSITION_TITLE_TAKEN"
    second = {"unit_id": unit, "kind": "STRUCTURAL", "title": "x", "is_head": True}
    assert (await ask(city, "POST", "positions", 409, json=second))["code"] == "HEAD_POSITION_EXISTS"
    path = f"positions/{made['id']}"
    changed = await ask(city, "PATCH", path, 200, match=1, json={"title": "Perawat Ahli Muda"})
    assert (changed["title"], changed["position_class"], changed["version"]) == ("Perawat Ahli Muda", 8, 2)
    emptied = await ask(city, "PATCH", path, 200, match=2, json={"position_class": None})
    assert emptied["position_class"] is None
    await ask(city, "PATCH", path, 412, match=2, json={"title": "x"})
    await ask(city, "PATCH", path, 422, match=3, json={"position_class": 18})
    heads = f"positions/{await seat(city, 'ward')}"
    assert (await ask(city, "PATCH", heads, 409, match=1, json={"title": "x"}))["code"] == "POSITION_IS_HEADS"
    found = (await ask(city, "GET", f"positions?unit_id={unit}&kind=FUNCTIONAL&q=muda&is_head=false", 200))[
        "data"
    ]
    assert [each["id"] for each in found] == [made["id"]]
    same = {**body, "id": str(uuid7()), "title": "Bidan"}
    again = [await ask(city, "POST", "positions", status, json=same) for status in (201, 200)]
    assert again[0] == again[1]
    assert (await ask(city, "POST", "positions", 409, json={**same, "title": "y"}))[
        "code"
    ] == "POSITION_ID_TAKEN"


# Appointments


async def test_a_second_definitive_post_is_refused_unless_it_ends_the_first(city: City) -> None:
    refused = await appointed(city, "colleague", "roads", "DEFINITIVE", 409)
    assert refused["code"] == "APPOINTMENT_OVERLAPS"
    made = await appointed(city, "colleague", "roads", "DEFINITIVE", ends_current=True)
    assert (made["valid_from"], made["valid_to"], made["version"]) == ("2026-11-01", None, 1)
    path = f"appointments?employee_id={city.id('colleague')}"
    rows = (await ask(city, "GET", f"{path}&history=true", 200))["data"]
    assert [(row["unit_name"], row["valid_from"], row["valid_to"]) for row in rows] == [
        ("Roads", "2026-11-01", None),
        ("Ward", "2020-01-01", "2026-10-31"),
    ]
    for day, unit in {"2026-10-31": "Ward", "2026-11-01": "Roads"}.items():
        found = (await ask(city, "GET", f"{path}&as_of={day}", 200))["data"]
        assert [row["unit_name"] for row in found] == [unit]
    async with city.database.sessions() as db:
        entries = await db.execute(
            select(JournalEntry.action, JournalEntry.version, JournalEntry.unit_id, JournalEntry.employee_id)
            .where(JournalEntry.region_id == city.region.id, JournalEntry.entity == "appointment")
            .order_by(JournalEntry.seq)
        )
        assert [tuple(entry) for entry in entries] == [
            ("END", 2, city.units["ward"].id, city.id("colleague")),
            ("APPOINT", 1, city.units["roads"].id, city.id("colleague")),
        ]


async def test_an_appointment_that_begins_with_the_first_one_does_not_erase_it(city: City) -> None:
    refused = await appointed(
        city, "colleague", "roads", "DEFINITIVE", 409, valid_from="2020-01-01", ends_current=True
    )
    assert refused["code"] == "APPOINTMENT_OVERLAPS"


async def test_a_seat_has_one_head_of_a_kind_at_a_time(city: City) -> None:
    refused = await appointed(city, "colleague", "clinic", "DEFINITIVE", 409, ends_current=True)
    assert refused["code"] == "SEAT_TAKEN"
    rows = (await ask(city, "GET", f"appointments?employee_id={city.id('colleague')}", 200))["data"]
    assert [row["unit_name"] for row in rows] == ["Ward"]


async def test_of_many_who_fill_the_same_seat_at_once_exactly_one_succeeds(city: City) -> None:
    people = ("staff", "colleague", "other_staff", "chief")
    position = await seat(city, "roads")
    bodies = [
        {
            "employee_id": str(city.id(each)),
            "position_id": position,
            "kind": "PLT",
            "valid_from": "2026-11-01",
        }
        for each in people
    ]

    async def send(body: dict[str, str]) -> httpx.Response:
        async with city.call_as("admin") as client:
            return await client.post("/v1/appointments", json=body)

    answers = await at_once(city, *[send(body) for body in bodies])
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"SEAT_TAKEN"}


async def test_one_person_promised_to_two_posts_at_once_gets_exactly_one(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        await add_unit(db, city, "bridges", city.units["works"], UnitKind.UNIT)
        newcomer = await add_person(db, city, "newcomer", "roads")
        post = city.posts["newcomer"]
        await db.delete(post)
    bodies = [
        {
            "employee_id": str(newcomer.id),
            "position_id": await seat(city, unit),
            "kind": "DEFINITIVE",
            "valid_from": "2026-11-01",
        }
        for unit in ("roads", "bridges")
    ]
    async with city.call_as("admin") as one, city.call_as("admin") as two:
        answers = await at_once(
            city, one.post("/v1/appointments", json=bodies[0]), two.post("/v1/appointments", json=bodies[1])
        )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"APPOINTMENT_OVERLAPS"}


async def test_acting_is_for_heads_only(city: City) -> None:
    body = {
        "employee_id": str(city.id("staff")),
        "position_id": str(city.posts["colleague"].position_id),
        "kind": "PLT",
        "valid_from": "2026-11-01",
    }
    assert (await ask(city, "POST", "appointments", 422, json=body))["code"] == "ACTING_ONLY_FOR_HEADS"


async def test_an_inactive_employee_is_appointed_for_the_past_only(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        (await db.get_one(Employee, (city.region.id, city.id("staff")))).active = False
    refused = await appointed(city, "staff", "roads", "PLT", 409)
    assert refused["code"] == "APPOINTMENT_OF_INACTIVE"
    await appointed(city, "staff", "roads", "PLT", valid_to="2026-11-19")


async def test_bad_dates_are_named(city: City) -> None:
    refused = await appointed(city, "staff", "roads", "PLT", 422, valid_to="2026-10-31")
    assert refused["code"] == "APPOINTMENT_ENDS_BEFORE_IT_STARTS"
    assert refused["errors"][0]["pointer"] == "/valid_to"
    await appointed(city, "staff", "roads", "PLT", 422, valid_to="9999-12-31")
    unknown = await ask(city, "GET", "appointments?day=2026-11-20", 400)
    assert unknown["code"] == "PARAMETERS_UNKNOWN"


async def test_the_same_appointment_sent_twice_exists_once(city: City) -> None:
    id = str(uuid7())
    first = await appointed(city, "staff", "roads", "PLT", id=id)
    assert await appointed(city, "staff", "roads", "PLT", 200, id=id) == first
    other = await appointed(city, "staff", "roads", "PLH", 409, id=id)
    assert other["code"] == "APPOINTMENT_ID_TAKEN"


async def test_an_ended_appointment_moves_its_reports_to_the_next_superior(city: City) -> None:
    path = f"appointments/{city.posts['supervisor'].id}"
    assert await superior(city, "staff") == "SUPERVISOR"
    ended = await ask(city, "PATCH", path, 200, match=1, json={"valid_to": "2026-11-19"})
    assert (ended["valid_to"], ended["version"]) == ("2026-11-19", 2)
    assert await superior(city, "staff") == "CHIEF"
    assert await superior(city, "staff", "2026-11-19") == "SUPERVISOR"
    await ask(city, "PATCH", path, 412, match=1, json={"valid_to": None})
    await ask(city, "PATCH", path, 200, match=2, json={"valid_to": None, "decree_number": "821/7"})
    assert await superior(city, "staff") == "SUPERVISOR"
    assert date.fromisoformat(ended["valid_from"]) == date(2020, 1, 1)
