"""Contributions over HTTP: chains as they stood, sums that follow every decision, outcome beside effort."""

import asyncio
import csv
import importlib
import io
import random
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Select, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access, system
from asn_api.access.grants import Permission
from asn_api.areas.activities.archiving import Folder, archive
from asn_api.areas.contribution.recount import count_units, recount
from asn_api.core.mapping import uuid7
from asn_api.rules.contribution import EFFORT_NUMBERS, UNIT_NUMBERS
from asn_api.tables.activities import Activity, ResultChain
from asn_api.tables.contribution import Contribution, GoalContribution, UnitContribution
from asn_api.tables.employees import Employee
from asn_api.tables.performance import Plan, WorkResult
from tests.areas.test_activities import TODAY, lock_after, post
from tests.areas.test_oversight import transfer
from tests.areas.test_performance import LETTER, begun, done, filled, result, send, step
from tests.conftest import NOW
from tests.factories import City

Json = dict[str, Any]
ONE, TWO = {"If-Match": '"1"'}, {"If-Match": '"2"'}
NOVEMBER = {"from": "2026-11", "to": "2026-11"}


class Cascade:
    """head → chief → supervisor → staff and colleague, for two goals of `health`; made over HTTP."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.goals: list[str] = []
        self.plans: dict[str, Json] = {}

    def result(self, person: str, number: int = 0) -> str:
        id: str = self.plans[person]["work_results"][number]["id"]
        return id

    async def make(self) -> "Cascade":
        city = self.city
        for code in ("S1", "S2"):
            body = {
                "agency_id": str(city.units["health"].id),
                "year": 2026,
                "code": code,
                "statement": f"Derajat kesehatan {code}",
                "target": "85",
            }
            self.goals.append((await done(city, "head", "POST", "/goals", json=body))["id"])
        plan = await begun(city, "head", plan_type="JPT_OR_UNIT_HEAD")
        for_goals = [result(goal_id=goal, perspective="BUDGET") for goal in self.goals]
        plan = await step(city, "head", await filled(city, "head", plan, *for_goals), "submission")
        self.plans["head"] = await step(city, "admin", plan, "recorded-decision", LETTER)
        for person, superior in (("chief", "head"), ("supervisor", "chief")):
            await self._below(person, superior)
        for person in ("staff", "colleague"):
            await self._below(person, "supervisor")
        return self

    async def _below(self, person: str, superior: str) -> None:
        """Two results, one below each of the superior's, and one of his own that leads nowhere."""
        results = [result(parent_id=self.result(superior, number)) for number in range(2)]
        results.append(result(kind="ADDITIONAL", statement="Panitia pengadaan"))
        plan = await filled(self.city, person, await begun(self.city, person), *results)
        plan = await step(self.city, person, plan, "submission")
        self.plans[person] = await step(self.city, superior, plan, "approval")


@pytest.fixture
async def cascade(city: City) -> Cascade:
    return await Cascade(city).make()


_hours = iter(range(10**6))


async def worked(city: City, person: str, minutes: int = 60, *, day: str = TODAY, **given: Any) -> str:
    hour = next(_hours) % 20
    given.setdefault("description", f"Menyusun laporan nomor {next(_hours)}")
    async with city.call_as(person) as client:
        made = await post(
            client,
            day=day,
            start_at=f"{day}T{hour:02}:00:00+07:00",
            end_at=f"{day}T{hour + 2:02}:00:00+07:00",
            minutes=minutes,
            **given,
        )
    id: str = made["id"]
    return id


async def verified(city: City, person: str, minutes: int = 60, **given: Any) -> str:
    id = await worked(city, person, minutes, **given)
    await decide(city, id, superior="chief" if person == "supervisor" else "supervisor")
    return id


async def decide(
    city: City,
    id: str,
    what: str = "verification",
    superior: str = "supervisor",
    version: int = 1,
    **body: Any,
) -> Any:
    return await done(city, superior, "POST", f"/activities/{id}/{what}", version, json=body)


async def read(city: City, person: str, path: str, **query: Any) -> Any:
    return await done(city, person, "GET", path, params={**NOVEMBER, **query})


async def own(city: City, person: str = "staff", **query: Any) -> Json:
    return await read(city, person, "/me/contribution", **query)


def by_goal(shown: Json) -> dict[str, int]:
    return {each["goal"]["code"]: each["minutes"] for each in shown["goals"]}


Kept = dict[tuple[Any, ...], tuple[int, ...]]


async def kept(city: City) -> Kept:
    async with city.database.sessions() as db:
        return await kept_in(db, city)


async def kept_in(db: AsyncSession, city: City) -> Kept:
    """Every sum that is not nothing."""
    region, found = city.region.id, Kept()
    for each in await db.scalars(select(Contribution).where(Contribution.region_id == region)):
        key = ("person", each.employee_id, each.month, each.unit_id, each.chain_id, each.goal_id)
        found[key] = tuple(getattr(each, name) for name in EFFORT_NUMBERS)
    for unit in await db.scalars(select(UnitContribution).where(UnitContribution.region_id == region)):
        found["unit", unit.month, unit.unit_id] = tuple(getattr(unit, name) for name in UNIT_NUMBERS)
    for goal in await db.scalars(select(GoalContribution).where(GoalContribution.region_id == region)):
        found["goal", goal.month, goal.unit_id, goal.goal_id, goal.result_id] = (goal.minutes,)
    return {key: numbers for key, numbers in found.items() if any(numbers)}


def operator(city: City) -> Access:
    return system(city.region.id, Permission.CONTRIBUTION_READ, NOW, city.region.zone)


async def counted_anew(city: City) -> Kept:
    await recount(operator(city), city.database, lambda _: None)
    return await kept(city)


async def test_shares_alignment_and_outcome_stand_side_by_side(city: City, cascade: Cascade) -> None:
    await verified(city, "staff", 120, work_result_id=cascade.result("staff"))
    await verified(city, "staff", 60, work_result_id=cascade.result("staff", 2))
    await verified(city, "staff", 60, category="NON_TASK")
    await verified(city, "colleague", 60, work_result_id=cascade.result("colleague"))
    await worked(city, "colleague", 90, work_result_id=cascade.result("colleague"))
    [measure] = cascade.plans["head"]["work_results"][0]["indicators"]
    await done(
        city, "head", "PUT", f"/progress/{uuid7()}",
        json={"indicator_id": measure["id"], "day": "2026-11-10", "value": "9"},
    )  # fmt: skip

    mine = await own(city)
    assert mine["effort"] | {"flags": []} == {
        "minutes": 240,
        "plan_minutes": 180,
        "goal_minutes": 120,
        "non_task_minutes": 60,
        "copied_texts": 0,
        "same_evidence": 0,
        "plan_alignment_pct": "75.0",
        "goal_alignment_pct": "50.0",
        "non_task_pct": "25.0",
        "flags": [],
    }
    assert mine["effort"]["flags"] == ["WORK_WITHOUT_REALISATION"]
    [goal] = mine["goals"]
    shares = (goal["effort_share_pct"], goal["goal_share_pct"], goal["attainment_pct"])
    assert (goal["goal"]["code"], *shares) == ("S1", "50.0", "66.7", "75.0")
    assert [(each["minutes"], each["effort_share_pct"]) for each in mine["results"]] == [
        (120, "50.0"),
        (0, "0.0"),
        (60, "25.0"),
    ]

    goals = (await read(city, "head", "/contributions/goals"))["data"]
    assert [
        (each["goal"]["code"], each["minutes"], each["effort_share_pct"], each["goal_share_pct"], each["people"],
         each["attainment_pct"]) for each in goals
    ] == [("S1", 180, "60.0", "100.0", 2, "75.0"), ("S2", 0, "0.0", None, 0, None)]  # fmt: skip

    listed = (await read(city, "supervisor", "/contributions/people", goal_id=cascade.goals[0], team=True))[
        "data"
    ]
    assert [(each["employee"]["name"], each["goal_minutes"], each["goal_share_pct"]) for each in listed] == [
        ("COLLEAGUE", 60, "33.3"),
        ("STAFF", 120, "66.7"),
    ]
    everybody = (await read(city, "supervisor", "/contributions/people"))["data"]
    assert [each["employee"]["name"] for each in everybody] == ["COLLEAGUE", "STAFF", "SUPERVISOR"]
    assert everybody[2]["effort"]["minutes"] == 0
    assert everybody[2]["effort"]["plan_alignment_pct"] is None
    assert everybody[1]["attainment_pct"] == "75.0"

    overview = await read(city, "admin", "/contributions/summary")
    assert (overview["scope"], overview["total"]["minutes"]) == ("REGION", 300)
    assert overview["total"]["attainment_pct"] == "75.0"
    [agency], [unit] = overview["agencies"], overview["units"]
    assert (agency["agency"]["name"], unit["unit"]["name"]) == ("Health", "Ward")
    assert unit["sums"] == agency["sums"] == overview["total"]
    team = await read(city, "supervisor", "/contributions/summary")
    assert (team["scope"], team["total"]) == ("TEAM", overview["total"])
    assert await counted_anew(city) == await kept(city)


async def test_a_new_cascade_rewrites_nothing_of_the_past(city: City, cascade: Cascade) -> None:
    first = await verified(city, "staff", 60, work_result_id=cascade.result("staff"))
    waiting = await worked(city, "staff", 30, work_result_id=cascade.result("staff"))
    before = await own(city)
    # The supervisor's first result now supports what the chief does for the other goal.
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(WorkResult)
            .where(
                WorkResult.region_id == city.region.id, WorkResult.id == UUID(cascade.result("supervisor"))
            )
            .values(parent_id=UUID(cascade.result("chief", 1)), version=WorkResult.version + 1)
        )
    assert await own(city) == before
    await decide(city, waiting)
    assert by_goal(await own(city)) == {"S1": 60, "S2": 30}
    # What was counted for the first goal is taken off it, and comes back as the cascade stands by then.
    await done(city, "supervisor", "POST", f"/activities/{first}/reopening", 2, json={"reason": "Keliru"})
    assert by_goal(await own(city)) == {"S2": 30}
    await decide(city, first, version=3)
    assert by_goal(await own(city)) == {"S2": 90}
    assert await counted_anew(city) == await kept(city)


async def test_links_are_split_and_what_is_rejected_or_corrected_is_taken_off(
    city: City, cascade: Cascade
) -> None:
    def links(*shares: str) -> list[Json]:
        return [
            {"work_result_id": cascade.result("staff", number), "indicator_id": None, "share": share}
            for number, share in enumerate(shares)
        ]

    id = await verified(city, "staff", 100, links=links("0.3333", "0.3333", "0.3334"))
    mine = await own(city)
    assert by_goal(mine) == {"S1": 33, "S2": 33}
    assert (mine["effort"]["minutes"], mine["effort"]["plan_minutes"]) == (100, 100)
    assert [each["minutes"] for each in mine["results"]] == [33, 33, 34]
    await done(city, "supervisor", "POST", f"/activities/{id}/reopening", 2, json={"reason": "Keliru"})
    await decide(city, id, "rejection", version=3, comment="Salah tautan")
    assert await kept(city) == {}
    async with city.call_as("staff") as staff:
        gone = await staff.delete(f"/v1/activities/{id}", headers={"If-Match": '"4"'})
    assert gone.status_code == 204
    assert await kept(city) == await counted_anew(city) == {}


async def test_corrections_count_instead_though_the_activity_stays(city: City, cascade: Cascade) -> None:
    result_id = cascade.result("staff")
    late = await worked(city, "staff", 60, day="2026-10-20", work_result_id=result_id)
    body = {"verified_minutes": 50, "reason": "Bukti menyusul"}
    await done(city, "supervisor", "POST", f"/activities/{late}/corrections", json=body)
    october = {"from": "2026-10", "to": "2026-10"}
    assert by_goal(await own(city, **october)) == {"S1": 50}
    await done(
        city, "supervisor", "POST", f"/activities/{late}/corrections", json={**body, "verified_minutes": 20}
    )
    assert by_goal(await own(city, **october)) == {"S1": 20}
    # Verified before there were chains, corrected afterwards.
    old = await worked(city, "staff", 90, day="2026-10-21", work_result_id=result_id)
    await lock_after(city, old)
    await recount(operator(city), city.database, lambda _: None)
    assert by_goal(await own(city, **october)) == {"S1": 110}
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(WorkResult)
            .where(WorkResult.region_id == city.region.id, WorkResult.id == UUID(result_id))
            .values(parent_id=None, version=WorkResult.version + 1)
        )
    await done(city, "supervisor", "POST", f"/activities/{old}/corrections", json=body)
    assert by_goal(await own(city, **october)) == {"S1": 70}
    assert by_goal(await own(city)) == {}
    assert by_goal(await own(city, **{"from": "2026-09", "to": "2026-11"})) == {"S1": 70}
    assert await counted_anew(city) == await kept(city)


async def test_after_a_transfer_the_old_unit_keeps_what_was_done_in_it(city: City, cascade: Cascade) -> None:
    await verified(city, "staff", 60, day="2026-11-17", work_result_id=cascade.result("staff"))
    await transfer(city, "staff", "roads", date(2026, 11, 18))
    id = await worked(city, "staff", 40, day="2026-11-19")
    await decide(city, id, superior="other_head")
    mine = await own(city)
    assert (mine["effort"]["minutes"], by_goal(mine)) == (100, {"S1": 60})
    seen = {}
    for head in ("head", "other_head"):
        summary = await read(city, head, "/contributions/summary")
        person = await read(city, head, f"/contributions/people/{city.id('staff')}")
        people = (await read(city, head, "/contributions/people"))["data"]
        [listed] = [each for each in people if each["employee"]["name"] == "STAFF"]
        assert person["effort"]["minutes"] == listed["effort"]["minutes"]
        seen[head] = (summary["total"]["minutes"], person["effort"]["minutes"])
    # The new head is his superior as well, to whom all that his people did is open.
    assert seen == {"head": (60, 60), "other_head": (40, 100)}
    assert await counted_anew(city) == await kept(city)


async def test_circles_and_withdrawn_results_lead_nowhere(city: City, cascade: Cascade) -> None:
    async def change(result: str, **values: Any) -> None:
        async with city.database.sessions.begin() as db:
            statement = update(WorkResult).where(
                WorkResult.region_id == city.region.id, WorkResult.id == UUID(result)
            )
            await db.execute(statement.values(version=WorkResult.version + 1, **values))

    mine, chiefs = cascade.result("staff"), cascade.result("chief")
    await change(chiefs, withdrawn=True)
    await verified(city, "staff", 10, work_result_id=mine)
    await change(chiefs, withdrawn=False, parent_id=UUID(cascade.result("supervisor")))
    await verified(city, "staff", 20, work_result_id=mine)
    shown = await own(city)
    assert (shown["effort"]["plan_minutes"], shown["effort"]["goal_minutes"], shown["goals"]) == (30, 0, [])
    why = await read(city, "staff", "/me/contribution/explanation")
    assert sorted(len(each["path"]) for each in why["chains"]) == [2, 3]
    assert {each["path"][0]["id"] for each in why["chains"]} == {mine}
    assert await counted_anew(city) == await kept(city)


async def test_two_verifications_at_once_in_one_unit_are_both_counted(city: City, cascade: Cascade) -> None:
    ids = {
        person: [await worked(city, person, 30, work_result_id=cascade.result(person)) for _ in range(3)]
        for person in ("staff", "colleague")
    }
    for number in range(3):
        answers = await asyncio.gather(
            *(send(city, "supervisor", "POST", f"/activities/{ids[who][number]}/verification", 1, json={})
              for who in ids)
        )  # fmt: skip
        assert [answer.status_code for answer in answers] == [200, 200]
    summary = await read(city, "head", "/contributions/summary")
    assert (summary["total"]["minutes"], summary["total"]["goal_minutes"]) == (180, 180)
    assert await counted_anew(city) == await kept(city)


async def test_counting_anew_beside_writers_loses_nothing(city: City, cascade: Cascade) -> None:
    ids = [
        await worked(city, person, 30, work_result_id=cascade.result(person, number))
        for number in (0, 1, 2)
        for person in ("staff", "colleague")
    ]

    async def write() -> None:
        for id in ids:
            await decide(city, id)

    async def count() -> None:
        for _ in range(4):
            await recount(operator(city), city.database, lambda _: None)

    await asyncio.gather(write(), count())
    assert await kept(city) == await counted_anew(city)
    assert (await read(city, "head", "/contributions/summary"))["total"]["minutes"] == 180


@pytest.mark.parametrize("held", ["people", "units", "goals"])
async def test_counting_anew_waits_for_whoever_writes(city: City, cascade: Cascade, held: str) -> None:
    await verified(city, "staff", 60, work_result_id=cascade.result("staff"))
    rows: Select[Any] = {
        "people": select(Employee.id).where(Employee.id == city.id("staff")),
        "units": select(UnitContribution.unit_id).where(UnitContribution.region_id == city.region.id),
        "goals": select(GoalContribution.unit_id).where(GoalContribution.region_id == city.region.id),
    }[held]
    async with city.database.sessions.begin() as db:
        await db.execute(rows.with_for_update(key_share=True))
        counting = asyncio.ensure_future(recount(operator(city), city.database, lambda _: None))
        done_early, _ = await asyncio.wait([counting], timeout=1)
        assert not done_early
    await counting


@pytest.mark.parametrize("for_a_goal", [True, False])
async def test_a_unit_is_counted_with_what_a_writer_was_just_adding(
    city: City, cascade: Cascade, for_a_goal: bool
) -> None:
    await verified(city, "staff", 60, work_result_id=cascade.result("staff") if for_a_goal else None)

    async def count() -> None:
        async with city.database.sessions.begin() as db:
            await count_units(operator(city), db, [city.units["ward"].id])

    async with city.database.sessions.begin() as writer:
        for table in ("contributions", "goal_contributions", "unit_contributions"):
            await writer.execute(
                text(f"update {table} set minutes = minutes + 7 where region_id = :region"),
                {"region": city.region.id},
            )
        counting = asyncio.ensure_future(count())
        done_early, _ = await asyncio.wait([counting], timeout=1)
        assert not done_early
    await counting
    assert {numbers[0] for numbers in (await kept(city)).values()} == {67}


@pytest.mark.parametrize("seed", range(3))
async def test_any_work_leaves_the_sums_that_counting_anew_gives(
    city: City, cascade: Cascade, seed: int
) -> None:
    chance = random.Random(seed)
    versions: dict[str, tuple[int, str]] = {}
    for _ in range(60):
        what = chance.choice(["new", "new", "decide", "decide", "reopen", "recascade", "bulk"])
        if what == "new" or not versions:
            person = chance.choice(["staff", "colleague"])
            chosen = chance.sample(range(3), chance.randint(0, 3))
            parts = [Decimal(chance.randint(1, 3000)) / 10000 for _ in chosen[1:]]
            shares = [1 - sum(parts, Decimal()), *parts]
            links = [
                {"work_result_id": cascade.result(person, number), "indicator_id": None, "share": str(share)}
                for number, share in zip(chosen, shares, strict=False)
            ]
            category = chance.choice(["PRIMARY", "NON_TASK"])
            versions[await worked(city, person, chance.randint(1, 100), links=links, category=category)] = (
                1,
                "",
            )
        elif what == "recascade":
            async with city.database.sessions.begin() as db:
                await db.execute(
                    update(WorkResult)
                    .where(
                        WorkResult.region_id == city.region.id,
                        WorkResult.id == UUID(cascade.result("supervisor", chance.randrange(2))),
                    )
                    .values(
                        parent_id=chance.choice(
                            [None, *(UUID(cascade.result("chief", number)) for number in range(3))]
                        ),
                        version=WorkResult.version + 1,
                    )
                )
        elif what == "bulk":
            items = [
                {"id": id, "version": version, "decision": "VERIFY"} for id, (version, _) in versions.items()
            ]
            answer = await done(
                city, "supervisor", "POST", "/activities/verifications", json={"items": items}
            )
            versions |= {each["id"]: (each["version"], "") for each in answer["results"] if each["done"]}
        else:
            id = chance.choice(list(versions))
            name, body = {
                "decide": chance.choice(
                    [("verification", {"verified_minutes": 1}), ("rejection", {"comment": "Perbaiki"})]
                ),
                "reopen": ("reopening", {"reason": "Keliru"}),
            }[what]
            answer = await send(
                city, "supervisor", "POST", f"/activities/{id}/{name}", versions[id][0], json=body
            )
            assert answer.status_code < 500
            if answer.is_success:
                versions[id] = (answer.json()["version"], "")
    before = await kept(city)
    assert any(key[0] == "goal" for key in before)
    assert await counted_anew(city) == before


async def test_the_migration_and_the_command_fill_old_work_alike(city: City, cascade: Cascade) -> None:
    links = [
        {"work_result_id": cascade.result("staff", number), "indicator_id": None, "share": share}
        for number, share in enumerate(("0.3333", "0.3333", "0.3334"))
    ]
    ids = [
        await worked(city, "staff", 100, links=links),
        await worked(city, "staff", 31, work_result_id=cascade.result("staff")),
        await worked(city, "colleague", 17, category="NON_TASK"),
        await worked(city, "colleague", 60, day="2026-10-20", work_result_id=cascade.result("colleague", 1)),
    ]
    for id in ids[:3]:
        await lock_after(city, id)
    # One of a locked month, which only a correction decided: as from before there were chains.
    await done(
        city, "supervisor", "POST", f"/activities/{ids[3]}/corrections",
        json={"verified_minutes": 45, "reason": "Bukti menyusul"},
    )  # fmt: skip
    await forget(city)
    from_command = await counted_anew(city)
    assert {key[0] for key in from_command} == {"person", "unit", "goal"}
    assert sum(numbers[0] for key, numbers in from_command.items() if key[0] == "unit") == 100 + 31 + 17 + 45
    await forget(city)
    migration = importlib.import_module("asn_api.migrations.versions.20261123_0040_contribution")
    async with city.database.sessions() as db:
        for name in ("NOTHING", "CHAINS", "EFFORTS", "UNITS", "GOALS"):
            await db.execute(text(getattr(migration, name)))
        assert await kept_in(db, city) == from_command


async def forget(city: City) -> None:
    """As before the tables were there."""
    region = city.region.id
    async with city.database.sessions.begin() as db:
        for table in (Contribution, UnitContribution, GoalContribution):
            await db.execute(delete(table).where(table.region_id == region))
        await db.execute(
            update(Activity)
            .where(Activity.region_id == region)
            .values(chain_id=None, further_chain_ids=None, version=Activity.version)
        )
        await db.execute(delete(ResultChain).where(ResultChain.region_id == region))


async def test_archived_work_still_counts(city: City, cascade: Cascade, tmp_path: Any) -> None:
    await verified(city, "staff", 60, work_result_id=cascade.result("staff"))
    before = await own(city)
    year_later = system(city.region.id, Permission.ACTIVITIES_READ, NOW.replace(year=2028), city.region.zone)
    moved = await archive(
        city.database, year_later, Folder(tmp_path), city.region.code, date(2027, 1, 1), [date(2026, 11, 1)],
        lambda _: None,
    )  # fmt: skip
    assert moved.rows == 1
    assert await own(city) == before
    await recount(year_later, city.database, lambda _: None)
    assert await own(city) == before


async def test_results_and_goals_of_kept_chains_cannot_disappear(city: City, cascade: Cascade) -> None:
    await verified(city, "staff", 60, work_result_id=cascade.result("staff"))
    before = await own(city)
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(WorkResult)
            .where(WorkResult.region_id == city.region.id)
            .values(parent_id=None, goal_id=None, version=WorkResult.version + 1)
        )
        await db.execute(
            update(Plan)
            .where(Plan.region_id == city.region.id)
            .values(status="DRAFT", submitted_at=None, version=Plan.version + 1)
        )
    chiefs = await done(city, "chief", "GET", f"/plans/{cascade.plans['chief']['id']}")
    await done(
        city, "chief", "PUT", f"/plans/{chiefs['id']}/content", chiefs["version"], json={"work_results": []}
    )
    async with city.database.sessions() as db:
        left = await db.scalars(
            select(WorkResult.id).where(
                WorkResult.region_id == city.region.id, WorkResult.plan_id == UUID(chiefs["id"])
            )
        )
        assert [str(id) for id in left] == [cascade.result("chief")]
    goal = await done(city, "head", "GET", f"/goals/{cascade.goals[0]}")
    refused = await send(city, "head", "DELETE", f"/goals/{goal['id']}", goal["version"])
    assert refused.json()["code"] == "GOAL_IN_USE"
    after = await own(city)
    assert (after["effort"], by_goal(after)) == (before["effort"], by_goal(before))


async def test_nobody_sees_a_colleagues_row(city: City, cascade: Cascade) -> None:
    await verified(city, "colleague", 60, work_result_id=cascade.result("colleague"))
    for path in ("", "/explanation"):
        answer = await send(city, "staff", "GET", f"/contributions/people/{city.id('colleague')}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    for query in ({}, {"goal_id": cascade.goals[0]}, {"unit_id": str(city.units["ward"].id)}):
        listed = (await read(city, "staff", "/contributions/people", **query))["data"]
        assert {each["employee"]["name"] for each in listed} <= {"STAFF"}
    summary = await read(city, "staff", "/contributions/summary")
    assert (summary["scope"], summary["total"]["minutes"]) == ("TEAM", 0)
    goals = (await read(city, "staff", "/contributions/goals"))["data"]
    assert goals == []


async def test_flags_ask_to_look(city: City, cascade: Cascade) -> None:
    await verified(city, "staff", 60, work_result_id=cascade.result("staff"))
    await verified(city, "staff", 60, category="NON_TASK")
    [measure] = cascade.plans["staff"]["work_results"][1]["indicators"]
    await done(
        city, "staff", "PUT", f"/progress/{uuid7()}",
        json={"indicator_id": measure["id"], "day": "2026-11-10", "value": "5"},
    )  # fmt: skip
    mine = await own(city)
    assert [each["flags"] for each in mine["results"]] == [
        ["WORK_WITHOUT_REALISATION"],
        ["REALISATION_WITHOUT_WORK"],
        [],
    ]
    all_flags = {"MUCH_NON_TASK", "REALISATION_WITHOUT_WORK", "WORK_WITHOUT_REALISATION"}
    assert set(mine["effort"]["flags"]) == all_flags
    [row] = (await read(city, "supervisor", "/contributions/people", team=True))["data"][1:]
    assert set(row["effort"]["flags"]) == all_flags
    [colleague] = (await read(city, "supervisor", "/contributions/people", team=True))["data"][:1]
    assert colleague["effort"]["flags"] == []


async def test_what_is_told_in_words_has_no_attainment_but_its_note(city: City, cascade: Cascade) -> None:
    plan = cascade.plans["staff"]
    async with city.database.sessions.begin() as db:
        await db.execute(
            text("update indicators set target_value = null where region_id = :region"),
            {"region": city.region.id},
        )
    [measure] = plan["work_results"][0]["indicators"]
    await done(
        city, "staff", "PUT", f"/progress/{uuid7()}",
        json={"indicator_id": measure["id"], "day": "2026-11-10", "note": "Tersusun dan dibahas"},
    )  # fmt: skip
    await verified(city, "staff", 60, work_result_id=cascade.result("staff"))
    mine = await own(city)
    assert (mine["attainment_pct"], mine["results"][0]["attainment_pct"]) == (None, None)
    assert mine["results"][0]["reported"] is True
    why = await read(city, "staff", "/me/contribution/explanation")
    notes = {each["id"]: each["note"] for each in why["indicators"]}
    assert notes[measure["id"]] == "Tersusun dan dibahas"


async def test_explanations_name_inputs_versions_and_rules(city: City, cascade: Cascade) -> None:
    await verified(city, "staff", 60, work_result_id=cascade.result("staff"))
    for person in ("head", "staff"):
        [measure] = cascade.plans[person]["work_results"][0]["indicators"]
        await done(
            city, person, "PUT", f"/progress/{uuid7()}",
            json={"indicator_id": measure["id"], "day": "2026-11-10", "value": "30"},
        )  # fmt: skip
    why = await read(city, "staff", "/me/contribution/explanation")
    assert (why["policy"], why["policy_revision"]) == ("2025-01-01", 1)
    [chain] = why["chains"]
    people = ("staff", "supervisor", "chief", "head")
    assert [each["id"] for each in chain["path"]] == [cascade.result(person) for person in people]
    assert all(each["version"] >= 1 and each["statement"] for each in chain["path"])
    assert (chain["goal_id"], chain["minutes"], chain["month"]) == (cascade.goals[0], 60, "2026-11")
    known = [each for each in why["indicators"] if each["attainment_pct"]]
    assert {each["attainment_pct"] for each in known} == {"120.0"}
    # The superiors' own numbers stay theirs.
    assert sorted((each["realisation"] or "", each["report_version"]) for each in known) == [
        ("", 1),
        ("30", 1),
    ]
    steps = {each["rule"].partition(":")[0].partition(" =")[0]: each["value"] for each in why["steps"]}
    assert (steps["minutes"], steps["goal_alignment"], steps["attainment"]) == ("60", "100.0", "120.0")
    goal = await read(city, "head", f"/contributions/goals/{cascade.goals[0]}/explanation")
    assert [each["realisation"] for each in goal["indicators"]] == ["30"]
    assert {
        "goal_share = minutes for the goal ÷ those of everybody, 1 decimal, half up": "100.0"
    }.items() <= {each["rule"]: each["value"] for each in goal["steps"]}.items()
    summary = await read(
        city, "admin", "/contributions/summary/explanation", unit_id=str(city.units["clinic"].id)
    )
    assert summary["steps"][0]["value"] == "60"
    unknown = await send(city, "head", "GET", f"/contributions/goals/{uuid7()}/explanation")
    assert unknown.status_code == 404


async def test_lists_come_as_files_and_in_pages(city: City, cascade: Cascade) -> None:
    await verified(city, "staff", 60, work_result_id=cascade.result("staff"))
    rows = {}
    for path in ("summary", "goals", "people"):
        for accept in ("text/csv", "application/x-ndjson"):
            async with city.call_as("head", Accept=accept) as head:
                answer = await head.get(f"/v1/contributions/{path}", params=NOVEMBER)
            assert answer.status_code == 200, answer.text
            rows[path, accept] = answer.text
    people = list(csv.DictReader(io.StringIO(rows["people", "text/csv"].removeprefix("\ufeff"))))
    [staff] = [each for each in people if each["Name"] == "STAFF"]
    assert (staff["Verified minutes"], staff["Goal alignment (%)"]) == ("60", "100.0")
    goals = list(csv.DictReader(io.StringIO(rows["goals", "text/csv"].removeprefix("\ufeff"))))
    assert [(each["Code"], each["Minutes"]) for each in goals] == [("S1", "60"), ("S2", "0")]
    units = list(csv.DictReader(io.StringIO(rows["summary", "text/csv"].removeprefix("\ufeff"))))
    assert [(each["Unit"], each["Minutes reaching a goal"]) for each in units] == [("Ward", "60")]
    first = await read(city, "head", "/contributions/people", limit=2)
    rest = await read(city, "head", "/contributions/people", cursor=first["page"]["next"], limit=2)
    names = [each["employee"]["name"] for each in (*first["data"], *rest["data"])]
    assert names == ["CHIEF", "COLLEAGUE", "HEAD", "STAFF"]


async def test_months_are_checked_and_default_to_this_one(city: City, cascade: Cascade) -> None:
    shown = await done(city, "staff", "GET", "/me/contribution")
    assert (shown["start"], shown["end"]) == ("2026-11", "2026-11")
    for given, code in (
        ({"from": "2026-11", "to": "2026-10"}, "MONTHS_OUT_OF_RANGE"),
        ({"from": "2025-11", "to": "2026-11"}, "MONTHS_OUT_OF_RANGE"),
    ):
        answer = await send(city, "staff", "GET", "/me/contribution", params=given)
        assert [each["code"] for each in answer.json()["errors"]] == [code]
    assert (
        await send(city, "staff", "GET", "/me/contribution", params={"from": "2026-13"})
    ).status_code == 422
    early = await send(city, "staff", "GET", "/me/contribution", params={"to": "2020-01"})
    assert early.json()["code"] == "POLICY_NOT_YET"
    missing = await send(city, "staff", "GET", "/contributions/summary", params={"unit_id": str(uuid7())})
    assert missing.status_code == 404
