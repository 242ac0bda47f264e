"""Months by unit and verifications by verifier: kept by every change, shown within reach, counted anew alike."""

import asyncio
import csv
import importlib
import io
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.access.actor import Access, system
from asn_api.access.grants import Permission
from asn_api.areas.organization.lines import rebuild
from asn_api.areas.oversight.recount import recount
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.organization import AppointmentKind, PositionKind
from asn_api.rules.rollups import DECISION_NUMBERS, MONTH_NUMBERS
from asn_api.tables.activities import UnitMonth, VerificationDay
from asn_api.tables.organization import Appointment, Position
from asn_api.tables.policies import Policy
from tests.areas.races import at_once
from tests.areas.test_activities import TODAY, activity, post
from tests.areas.test_sync import at, operation, push
from tests.conftest import NOW
from tests.factories import City, add_person, sign_in

MONTH = "2026-11"
Kept = dict[tuple[Any, ...], tuple[int, ...]]


@pytest.fixture
def clock(app: FastAPI) -> Iterator[None]:
    """Every request a moment later than the one before, as in life."""
    moments = iter(NOW + timedelta(milliseconds=number) for number in range(10**9))
    app.state.clock = lambda: next(moments)
    yield
    app.state.clock = lambda: NOW


def tomorrow(city: City) -> Access:
    return system(city.region.id, Permission.DAYS_READ, NOW + timedelta(days=1), city.region.zone)


async def months(city: City) -> Kept:
    async with city.database.sessions() as db:
        rows = list(await db.scalars(select(UnitMonth).where(UnitMonth.region_id == city.region.id)))
    found = {
        (each.unit_id, each.month): tuple(getattr(each, name) for name in MONTH_NUMBERS) for each in rows
    }
    return {key: numbers for key, numbers in found.items() if any(numbers)}


async def days(city: City) -> Kept:
    async with city.database.sessions() as db:
        rows = list(
            await db.scalars(select(VerificationDay).where(VerificationDay.region_id == city.region.id))
        )
    return {
        (each.verifier_id, each.unit_id, each.day): tuple(getattr(each, name) for name in DECISION_NUMBERS)
        for each in rows
    }


async def forget(city: City) -> None:
    async with city.database.sessions.begin() as db:
        await db.execute(delete(UnitMonth).where(UnitMonth.region_id == city.region.id))
        await db.execute(delete(VerificationDay).where(VerificationDay.region_id == city.region.id))


async def transfer(city: City, person: str, unit: str, day: date) -> None:
    """To an executive post of another unit from the day on."""
    region = city.region.id
    async with city.database.sessions.begin() as db:
        position = Position(
            region_id=region,
            id=uuid7(),
            unit_id=city.units[unit].id,
            kind=PositionKind.EXECUTIVE,
            title=f"Pindahan {person}",
        )
        db.add(position)
        await db.flush()
        held = city.posts[person]
        await db.execute(
            update(Appointment)
            .where(Appointment.region_id == region, Appointment.id == held.id)
            .values(valid=Range(date(2020, 1, 1), day), version=Appointment.version + 1)
        )
        db.add(
            Appointment(
                region_id=region,
                id=uuid7(),
                employee_id=city.id(person),
                position_id=position.id,
                unit_id=city.units[unit].id,
                is_head=False,
                kind=AppointmentKind.DEFINITIVE,
                valid=Range(day, None),
            )
        )
        await db.flush()
        await rebuild(db, region)


class Work:
    """Random work of a few people; refusals are part of it."""

    def __init__(self, seed: int, clients: dict[str, httpx.AsyncClient]) -> None:
        self.random = random.Random(seed)
        self.clients = clients
        self.versions: dict[str, int] = {}
        self.owners: dict[str, str] = {}
        self.done = 0

    def values(self) -> dict[str, Any]:
        day = self.random.choice(["2026-10-29", "2026-11-18", "2026-11-19", TODAY])
        hour, minutes = self.random.randrange(6, 20), self.random.choice([10, 30, 50])
        return activity(
            day=day,
            start_at=f"{day}T{hour:02}:00:00+07:00",
            end_at=f"{day}T{hour:02}:50:00+07:00",
            minutes=minutes,
            category=self.random.choice(["PRIMARY", "ADDITIONAL", "TEAM", "NON_TASK", "SPECIAL_ADDITIONAL"]),
        )

    async def step(self) -> None:
        person = self.random.choice(["staff", "colleague", "supervisor"])
        owner = self.clients[person]
        superior = self.clients[self.random.choice(["supervisor", "chief", "other_head"])]
        ids = list(self.versions)
        what = self.random.choice(
            ["new", "new", "decide", "decide", "bulk", "reopen", "edit", "own", "own", "push"]
        )
        if what == "new" or not ids:
            body = {**self.values(), "submit": self.random.random() < 0.8}
            answer = await owner.post("/v1/activities", json=body)
            await self.told(answer)
            if answer.is_success:
                self.owners[answer.json()["id"]] = person
            return
        id = self.random.choice(ids)
        if self.random.random() < 0.9:
            owner = self.clients[self.owners[id]]
        headers = {"If-Match": f'"{self.versions[id]}"'}
        if what == "decide":
            decision = self.random.choice(["verification", "verification", "rejection"])
            body = {"comment": self.random.choice([None, "Periksa lagi"])}
            if decision == "verification" and self.random.random() < 0.4:
                body = {"verified_minutes": self.random.randrange(0, 11)}
            if decision == "rejection":
                body = {"comment": "Periksa lagi"}
            answer = await superior.post(f"/v1/activities/{id}/{decision}", json=body, headers=headers)
        elif what == "bulk":
            chosen = self.random.sample(ids, min(len(ids), 5))
            items = [{"id": each, "version": self.versions[each], "decision": "VERIFY"} for each in chosen]
            answer = await superior.post("/v1/activities/verifications", json={"items": items})
            assert answer.status_code == 200, answer.text
            for result in answer.json()["results"]:
                if result["done"]:
                    self.versions[result["id"]] = result["version"]
                    self.done += 1
            return
        elif what == "reopen":
            url = f"/v1/activities/{id}/reopening"
            answer = await self.clients["admin"].post(url, json={"reason": "Keliru"}, headers=headers)
        elif what == "edit":
            answer = await owner.put(f"/v1/activities/{id}", json=self.values(), headers=headers)
        elif what == "push":
            twice = [
                operation(id=id, base_version=self.versions[id], data=self.values()),
                operation("submit", id=id, base_version=self.versions[id] + 1),
            ]
            for result in await push(owner, *twice):
                if result["status"] == "applied":
                    self.versions[id] = result["version"]
                    self.done += 1
            return
        else:
            step = self.random.choice(["recall", "submission", "delete"])
            if step == "delete":
                answer = await owner.delete(f"/v1/activities/{id}", headers=headers)
                if answer.status_code == 204:
                    del self.versions[id]
                    self.done += 1
                return
            answer = await owner.post(f"/v1/activities/{id}/{step}", headers=headers)
        await self.told(answer)

    async def told(self, answer: httpx.Response) -> None:
        assert answer.status_code < 500, answer.text
        if answer.is_success:
            self.versions[answer.json()["id"]] = answer.json()["version"]
            self.done += 1


async def rarely(clients: dict[str, httpx.AsyncClient]) -> None:
    """What chance seldom brings about: deletions in two states, a move to another month, a new unit's work."""
    staff, supervisor, body = clients["staff"], clients["supervisor"], {"comment": "Periksa lagi"}
    early = {"start_at": f"{TODAY}T04:00:00+07:00", "end_at": f"{TODAY}T04:40:00+07:00", "minutes": 7}
    moved = {
        "day": "2026-10-29",
        "start_at": "2026-10-29T04:00:00+07:00",
        "end_at": "2026-10-29T04:40:00+07:00",
        "minutes": 7,
    }
    draft, rejected, kept = [(await post(staff, **early, submit=number > 0))["id"] for number in range(3)]
    await post(clients["colleague"], **early)
    for method, url, version, given in (
        ("DELETE", f"/v1/activities/{draft}", 1, None),
        ("POST", f"/v1/activities/{kept}/rejection", 1, body),
        ("PUT", f"/v1/activities/{kept}", 2, activity(**moved)),
    ):
        client = supervisor if url.endswith("rejection") else staff
        answer = await client.request(method, url, json=given, headers={"If-Match": f'"{version}"'})
        assert answer.is_success, answer.text
    await supervisor.post(f"/v1/activities/{rejected}/rejection", json=body, headers={"If-Match": '"1"'})
    gone = await staff.delete(f"/v1/activities/{rejected}", headers={"If-Match": '"2"'})
    assert gone.status_code == 204


@pytest.fixture
async def clients(city: City) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    async with AsyncExitStack() as stack:
        yield {person: await stack.enter_async_context(city.call_as(person)) for person in city.tokens}


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("seed", range(3))
async def test_after_any_work_the_kept_sums_equal_those_counted_anew(
    city: City, clients: dict[str, httpx.AsyncClient], seed: int
) -> None:
    work = Work(seed, clients)
    for number in range(120):
        await work.step()
        if number == 70:
            await transfer(city, "colleague", "roads", date(2026, 11, 19))
    await rarely(clients)
    assert work.done > 40
    kept_months, kept_days = await months(city), await days(city)
    assert len(kept_months) >= 3
    assert sum(numbers[0] for numbers in kept_days.values()) > 10
    await recount(tomorrow(city), city.database, lambda: None)
    assert await months(city) == kept_months
    assert await days(city) == kept_days
    await forget(city)
    await recount(tomorrow(city), city.database, lambda: None)
    assert await months(city) == kept_months
    assert await days(city) == kept_days


async def decide_some(city: City, clients: dict[str, httpx.AsyncClient]) -> None:
    """Reported on three days, decided today; nothing is undone."""
    ids = []
    for day in ("2026-11-13", "2026-11-19", TODAY):
        ids += [
            (
                await post(
                    clients[person],
                    day=day,
                    start_at=f"{day}T{hour:02}:00:00+07:00",
                    end_at=f"{day}T{hour:02}:40:00+07:00",
                    minutes=40,
                )
            )["id"]
            for person in ("staff", "colleague")
            for hour in (8, 10)
        ]
    # As if they had been handed in on their days.
    async with city.database.sessions.begin() as db:
        moved = "update activities set submitted_at = day + time '09:00' where region_id = :region"
        await db.execute(text(moved), {"region": city.region.id})
    supervisor = clients["supervisor"]
    for id, body in zip(ids, ({}, {"verified_minutes": 30}, {"comment": "Baik"}), strict=False):
        await supervisor.post(f"/v1/activities/{id}/verification", json=body, headers={"If-Match": '"1"'})
    rejection = {"json": {"comment": "?"}, "headers": {"If-Match": '"1"'}}
    await supervisor.post(f"/v1/activities/{ids[3]}/rejection", **rejection)
    items = [{"id": id, "version": 1, "decision": "VERIFY"} for id in ids[4:]]
    done = await supervisor.post("/v1/activities/verifications", json={"items": items})
    assert done.json()["done"] == 8


@pytest.mark.usefixtures("clock")
async def test_decisions_without_kept_facts_are_counted_from_the_activities(
    city: City, clients: dict[str, httpx.AsyncClient]
) -> None:
    """Those from before the sums existed, and those loaded in bulk: by the command, and by the migration."""
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(Policy)
            .where(Policy.region_id == city.region.id, Policy.area == "activities")
            .values(content=Policy.content.op("||")(text("'{\"bulk_decision_items\": 5}'::jsonb")))
        )
    await decide_some(city, clients)
    kept_months, kept_days = await months(city), await days(city)
    [numbers] = kept_days.values()
    counted = dict(zip(DECISION_NUMBERS, numbers, strict=True))
    assert counted == {
        **dict.fromkeys(DECISION_NUMBERS, 0),
        "decided": 12,
        "verified": 11,
        "rejected": 1,
        "granted_less": 1,
        "untouched": 9,
        "in_bulk": 8,
        "in_time": 8,
        "days_0": 4,
        "days_1": 4,
        "days_4_5": 4,
    }
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(JournalEntry)
            .where(JournalEntry.region_id == city.region.id)
            .values(changes=JournalEntry.changes.op("-")("decision"))
        )
    await forget(city)
    await recount(tomorrow(city), city.database, lambda: None)
    assert await months(city) == kept_months
    assert await days(city) == kept_days
    migration = importlib.import_module("asn_api.migrations.versions.20261122_0050_rollups")
    async with city.database.sessions() as db:
        select_months = text(migration.MONTHS.replace("insert into unit_months", ""))
        filled = [tuple(row) for row in await db.execute(select_months) if row[0] == city.region.id]
        assert {(row[1], row[2]): row[3:] for row in filled} == kept_months
        select_days = text(
            migration.DAYS.replace("insert into verification_days", "").replace(
                "together > 25", "together > 5"
            )
        )
        filled = [tuple(row) for row in await db.execute(select_days) if row[0] == city.region.id]
        assert {row[1:4]: row[4:] for row in filled} == kept_days


async def test_a_whole_unit_that_sends_at_once_is_counted_whole(city: City) -> None:
    """Forty people, five activities each, while the unit's row is held: all wait, none is lost."""
    people = [f"crowd{number}" for number in range(40)]
    async with city.database.sessions() as db, db.begin():
        for person in people:
            await add_person(db, city, person, "ward")
        await rebuild(db, city.region.id)
        for person in people:
            await sign_in(db, city, person)

    async def send(person: str) -> list[dict[str, Any]]:
        async with city.call_as(person) as client:
            return await push(client, *(operation(data=at(hour)) for hour in range(8, 13)))

    results = await asyncio.gather(*(send(person) for person in people))
    assert {each["status"] for result in results for each in result} == {"applied"}
    [numbers] = (await months(city)).values()
    counted = dict(zip(MONTH_NUMBERS, numbers, strict=True))
    assert (counted["waiting"], counted["claimed_minutes"]) == (200, 6000)


async def test_writers_wait_for_the_units_row_until_the_other_commits(
    city: City, clients: dict[str, httpx.AsyncClient]
) -> None:
    await post(clients["staff"])
    held = select(UnitMonth.month).where(UnitMonth.region_id == city.region.id)
    answers = await at_once(
        city,
        clients["staff"].post("/v1/activities", json=activity(minutes=10)),
        clients["colleague"].post("/v1/activities", json=activity(minutes=20)),
        held=held,
    )
    assert [answer.status_code for answer in answers] == [201, 201]
    [numbers] = (await months(city)).values()
    assert dict(zip(MONTH_NUMBERS, numbers, strict=True))["claimed_minutes"] == 150


async def test_counting_anew_beside_writers_loses_nothing(
    city: City, clients: dict[str, httpx.AsyncClient]
) -> None:
    async def writing(person: str) -> None:
        for hour in range(6, 18):
            await push(clients[person], operation(data=at(hour)))

    async def counting() -> None:
        for _ in range(6):
            await recount(tomorrow(city), city.database, lambda: None)

    await asyncio.gather(writing("staff"), writing("colleague"), writing("supervisor"), counting())
    kept = await months(city)
    await recount(tomorrow(city), city.database, lambda: None)
    assert await months(city) == kept
    assert sum(numbers[MONTH_NUMBERS.index("waiting")] for numbers in kept.values()) == 36


async def test_people_of_a_unit_who_send_months_in_opposite_orders_do_not_lock_each_other(city: City) -> None:
    """Whatever the order of a batch, the sums are locked in one."""
    region = city.region.id
    statement = text("""
        insert into unit_months select :region, unit_id, month, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        from unnest(cast(:units as uuid[])) as unit_id, unnest(cast(:months as date[])) as month
        on conflict do nothing""")
    units = [city.units[name].id for name in ("ward", "clinic", "roads")]
    async with city.database.sessions.begin() as db:
        params = {"region": region, "units": units, "months": [date(2026, 10, 1), date(2026, 11, 1)]}
        await db.execute(statement, params)
    work = [("staff", "2026-10-29"), ("staff", TODAY), ("supervisor", TODAY), ("other_staff", TODAY)]

    async def send(person: str, days_: list[str]) -> None:
        async with city.call_as(person) as client:
            batch = []
            for day in days_:
                values = at(8, day=day, start_at=f"{day}T08:00:00+07:00", end_at=f"{day}T08:30:00+07:00")
                batch.append(operation(data=values))
            results = await push(client, *batch)
            assert {each["status"] for each in results} == {"applied"}

    for _ in range(5):
        await asyncio.gather(
            send("staff", ["2026-10-29", TODAY]),
            send("colleague", [TODAY, "2026-10-29"]),
            *(send(person, [day]) for person, day in work[2:]),
        )
    assert sum(numbers[1] for numbers in (await months(city)).values()) == 30


async def summary(client: httpx.AsyncClient, **params: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/months/{MONTH}/summary", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("who", "scope", "units"),
    [
        ("staff", "TEAM", {"Ward"}),
        ("supervisor", "TEAM", {"Ward"}),
        ("chief", "TEAM", {"Ward", "Clinic"}),
        ("head", "BRANCH", {"Health", "Clinic", "Ward"}),
        ("other_head", "BRANCH", {"Works", "Roads"}),
        ("admin", "REGION", {"Health", "Clinic", "Ward", "Works", "Roads"}),
        ("partner", "BRANCH", {"Health", "Clinic", "Ward"}),
    ],
)
async def test_a_month_shows_the_units_within_reach(
    city: City, clients: dict[str, httpx.AsyncClient], who: str, scope: str, units: set[str]
) -> None:
    found = await summary(clients[who])
    assert found["scope"] == scope
    assert {each["unit"]["name"] for each in found["units"]} == units


async def test_a_month_holds_the_sums_of_its_activities_against_the_target(
    city: City, clients: dict[str, httpx.AsyncClient]
) -> None:
    await decide_some(city, clients)
    found = await summary(clients["admin"])
    # 14 working days before Friday 20 November, 21 in the month; 300 minutes each.
    assert found["total"]["employees"] == 8
    assert found["total"]["target_minutes"] == 8 * 21 * 300
    assert found["total"]["target_to_date"] == 8 * 14 * 300
    ward = next(each for each in found["units"] if each["unit"]["name"] == "Ward")
    assert ward["agency"]["name"] == "Health"
    assert ward["sums"]["employees"] == 3
    assert ward["sums"]["target_to_date"] == 3 * 14 * 300
    expected = {"waiting": 0, "verified": 11, "rejected": 1, "drafts": 0, "flagged": 12, "late": 4}
    assert {name: ward["sums"][name] for name in expected} == expected
    assert (ward["sums"]["claimed_minutes"], ward["sums"]["verified_minutes"]) == (440, 430)
    assert ward["sums"]["verified_by_category"] == {"PRIMARY": 430}
    assert ward["sums"]["claimed_share"] == "0.0349"
    assert found["units"][-1]["unit"]["name"] == "Ward"
    health = next(each for each in found["agencies"] if each["agency"]["name"] == "Health")
    assert health["sums"]["target_minutes"] == 5 * 21 * 300
    assert health["sums"]["verified_minutes"] == 430
    team = await summary(clients["supervisor"], team="true")
    assert [each["sums"]["verified_minutes"] for each in team["units"]] == [430]
    assert team["total"]["employees"] == 2
    own = (await summary(clients["staff"]))["total"]
    assert (own["employees"], own["claimed_minutes"], own["flagged"]) == (1, 240, 6)
    below = await summary(clients["admin"], unit_id=str(city.units["clinic"].id))
    assert {each["unit"]["name"] for each in below["units"]} == {"Clinic", "Ward"}
    unknown = await clients["admin"].get(f"/v1/months/{MONTH}/summary", params={"unit_id": str(uuid7())})
    assert unknown.status_code == 404


async def test_who_came_in_the_middle_is_expected_from_then_on(
    city: City, clients: dict[str, httpx.AsyncClient]
) -> None:
    await transfer(city, "staff", "roads", date(2026, 11, 17))
    holiday = {
        "day": "2026-11-25",
        "unit_id": str(city.units["works"].id),
        "name": "Hari jadi",
        "source": "SK 1",
    }
    made = await clients["admin"].post("/v1/regional-days", json=holiday)
    assert made.status_code == 201, made.text
    found = await summary(clients["admin"])
    sums = {each["unit"]["name"]: each["sums"] for each in found["units"]}
    # 2 to 16 November are 11 working days; works and roads have one day off more.
    assert sums["Ward"]["target_minutes"] == (2 * 21 + 11) * 300
    assert sums["Roads"]["target_minutes"] == (20 + 9) * 300
    assert (sums["Ward"]["employees"], sums["Roads"]["employees"]) == (2, 2)
    why = await clients["admin"].get(
        f"/v1/months/{MONTH}/summary/explanation", params={"unit_id": str(city.units["ward"].id)}
    )
    assert why.json()["sums"] == sums["Ward"]
    posts = next(each for each in why.json()["steps"] if each["rule"].startswith("people"))
    assert "2026-11-01/2026-11-16: 1" in posts["value"]
    everything = (await clients["admin"].get(f"/v1/months/{MONTH}/summary/explanation")).json()
    assert everything["sums"] == found["total"]


async def test_a_fixed_month_is_shared_out_by_days(city: City, clients: dict[str, httpx.AsyncClient]) -> None:
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(Policy)
            .where(Policy.region_id == city.region.id, Policy.area == "activities")
            .values(content=Policy.content.op("||")(text('\'{"month_target": "FIXED"}\'::jsonb')))
        )
    total = (await summary(clients["admin"]))["total"]
    assert (total["target_minutes"], total["target_to_date"]) == (8 * 6750, 8 * 6750 * 19 // 30)


async def test_a_month_as_a_table(city: City, clients: dict[str, httpx.AsyncClient]) -> None:
    await decide_some(city, clients)
    answer = await clients["admin"].get(f"/v1/months/{MONTH}/summary", headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["Unit"] for row in rows] == ["Health", "Clinic", "Ward", "Works", "Roads"]
    assert (rows[2]["Verified minutes"], rows[2]["Claimed share"]) == ("430", "0.0349")
    lines = await clients["head"].get(
        f"/v1/months/{MONTH}/summary", headers={"Accept": "application/x-ndjson"}
    )
    assert len(lines.text.splitlines()) == 3


async def verifications(client: httpx.AsyncClient, **params: str) -> list[dict[str, Any]]:
    answer = await client.get("/v1/verifications/summary", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("staff", []),
        ("supervisor", ["SUPERVISOR"]),
        ("chief", ["SUPERVISOR"]),
        ("head", ["SUPERVISOR"]),
        ("other_head", ["OTHER HEAD"]),
        ("admin", ["OTHER HEAD", "SUPERVISOR"]),
        ("partner", ["SUPERVISOR"]),
    ],
)
async def test_verifiers_are_shown_to_those_above_and_to_themselves(
    city: City, clients: dict[str, httpx.AsyncClient], who: str, sees: list[str]
) -> None:
    await post(clients["other_staff"])
    await decide_some(city, clients)
    assert [each["verifier"]["name"] for each in await verifications(clients[who])] == sees


async def test_a_verifiers_numbers_and_why(city: City, clients: dict[str, httpx.AsyncClient]) -> None:
    await decide_some(city, clients)
    day = "2026-11-18"
    await post(clients["staff"], day=day)
    [found] = await verifications(clients["head"])
    assert (found["decided"], found["verified"], found["rejected"], found["granted_less"]) == (12, 11, 1, 1)
    assert found["latency_median"] == {"first": 1, "last": 1}
    assert found["latency_p90"] == {"first": 4, "last": 5}
    assert (found["in_time_share"], found["bulk_share"], found["untouched_share"]) == (
        "0.6667",
        "0.0000",
        "0.7500",
    )
    assert (found["waiting"], found["oldest_waiting_day"], found["flags"]) == (1, day, [])
    params = {"verifier_id": found["verifier"]["id"]}
    why = (await clients["head"].get("/v1/verifications/summary/explanation", params=params)).json()
    assert why["inputs"]["decided"] == 12
    assert why["policy"] == "2025-01-01"
    assert any("0.6667" in each["value"] for each in why["steps"])
    stranger = await clients["other_head"].get("/v1/verifications/summary/explanation", params=params)
    assert stranger.status_code == 404
    [before] = await verifications(clients["head"], **{"from": "2026-10-01", "to": "2026-10-31"})
    assert (before["decided"], before["latency_median"], before["waiting"]) == (0, None, 1)


async def test_a_superior_who_approves_everything_at_once_is_worth_a_look(
    city: City, clients: dict[str, httpx.AsyncClient]
) -> None:
    batch = [
        operation(
            data=at(
                hour,
                day=day,
                start_at=f"{day}T{hour:02}:{minute}:00+07:00",
                end_at=f"{day}T{hour:02}:{minute + 9}:00+07:00",
                minutes=9,
            )
        )
        for day in (TODAY,)
        for hour in range(7, 17)
        for minute in (10, 20, 30, 40, 50)
    ]
    ids = [result["id"] for result in await push(clients["staff"], *batch)]
    items = [{"id": id, "version": 1, "decision": "VERIFY"} for id in ids]
    done = await clients["supervisor"].post("/v1/activities/verifications", json={"items": items})
    assert done.json()["done"] == 50
    [found] = await verifications(clients["chief"])
    assert (found["bulk_share"], found["untouched_share"]) == ("1.0000", "1.0000")
    assert found["flags"] == ["MASS_APPROVAL"]
    table = await clients["chief"].get("/v1/verifications/summary", headers={"Accept": "text/csv"})
    assert "MASS_APPROVAL" in table.text


async def test_what_is_undone_stays_counted_and_is_decided_again(
    city: City, clients: dict[str, httpx.AsyncClient]
) -> None:
    id = (await post(clients["staff"]))["id"]
    url = f"/v1/activities/{id}"
    for version, step, body in (
        (1, "verification", {}),
        (2, "reopening", {"reason": "Keliru"}),
        (3, "rejection", {"comment": "Periksa lagi"}),
    ):
        answer = await clients["supervisor"].post(
            f"{url}/{step}", json=body, headers={"If-Match": f'"{version}"'}
        )
        assert answer.status_code == 200, answer.text
    [found] = await verifications(clients["chief"])
    assert (found["decided"], found["verified"], found["rejected"]) == (2, 1, 1)
    assert (await summary(clients["head"]))["total"]["verified"] == 0


@pytest.mark.parametrize(
    "period",
    [
        {"from": "2026-11-02", "to": "2026-11-01"},
        {"from": "2025-01-01", "to": "2026-11-01"},
    ],
)
async def test_a_period_that_cannot_be_is_refused(
    city: City, clients: dict[str, httpx.AsyncClient], period: dict[str, str]
) -> None:
    answer = await clients["admin"].get("/v1/verifications/summary", params=period)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "PERIOD_OUT_OF_RANGE"


async def test_a_trial_run_leaves_the_sums_alone(city: City, clients: dict[str, httpx.AsyncClient]) -> None:
    answer = await clients["staff"].post("/v1/activities?validate_only=true", json=activity())
    assert answer.status_code == 201
    assert await months(city) == {}
