"""The kept counts of the cycle: the same as counted live, soon after a change, never half, and cheap when idle."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from asn_api.areas.cycle.jobs import keep
from asn_api.areas.organization.lines import rebuild
from asn_api.rules.plans import PlanStatus
from asn_api.tables.cycle import CycleDuty, CyclePeriod, CycleUnit
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.policies import Policy
from tests.areas.evaluating import agreed_plan, at, objection_to, opened, rating_of, report_of
from tests.areas.test_cycle import FINAL, OBJECTED, OPEN, Q3, RATED, REPORTED, evaluated, objection, summary
from tests.areas.test_evaluation_jobs import run
from tests.areas.test_evaluations import transferred
from tests.areas.test_evaluators import given as assignment
from tests.areas.test_evaluators import letter, stored
from tests.areas.test_feedback import give
from tests.areas.test_objections import outage
from tests.areas.test_outages import declare
from tests.areas.test_performance import done, send, statements
from tests.factories import City, add_person

Json = dict[str, Any]
Q2 = date(2026, 4, 1), date(2026, 7, 1)
KINDS = (Q3, "kind=PERIODIC&number=4", "kind=YEARLY")
CALLERS = ("admin", "head", "other_head")
PERIODS = 4 + 1 + 4 + 1
"""Of this year, in November, and of the last one."""


def bare(answer: Any) -> Any:
    """Without when it was counted."""
    if isinstance(answer, dict):
        return {name: bare(each) for name, each in answer.items() if name != "counted_at"}
    return [bare(each) for each in answer] if isinstance(answer, list) else answer


async def shown(city: City, kinds: tuple[str, ...]) -> Json:
    found = {}
    for caller in CALLERS:
        unit = city.units["roads" if caller == "other_head" else "clinic"].id
        for kind in kinds:
            for path in (
                f"summary?{kind}",
                f"summary?{kind}&unit_id={unit}",
                f"evaluators?{kind}",
                f"evaluators?{kind}&unit_id={unit}&late=true",
                f"distributions?{kind}",
            ):
                answer = await done(city, caller, "GET", f"/cycles/2026/{path}")
                found[f"{caller} {path}"] = answer.get("data", answer)
    return found


@asynccontextmanager
async def without_worker(city: City) -> AsyncIterator[None]:
    """The kept counts are too old to be shown."""
    clock = city.app.state.clock
    city.app.state.clock = lambda: clock() + timedelta(minutes=11)
    try:
        yield
    finally:
        city.app.state.clock = clock


async def check_same(city: City, *kinds: str) -> None:
    kept = await shown(city, kinds)
    async with without_worker(city):
        live = await shown(city, kinds)
    assert kept.keys() == live.keys()
    for path, answer in kept.items():
        assert bare(answer) == bare(live[path]), path


async def test_kept_counts_are_those_that_are_counted_live(city: City) -> None:
    await transferred(city)
    async with city.database.sessions.begin() as db:
        for name in ("third", "fourth"):
            await add_person(db, city, name, "ward")
        await rebuild(db, city.region.id)
    await stored(city, letter(city, "colleague", "other_staff", date(2026, 10, 1)))
    await outage(city, date(2026, 10, 6), "ward")
    await evaluated(
        city, "staff", FINAL, plan=await agreed_plan(city, first=date(2026, 7, 1)), rated="2026-10-09"
    )
    await evaluated(city, "colleague", REPORTED)
    contested = await evaluated(city, "supervisor", OBJECTED, by="chief", rated="2026-11-02")
    await objection(city, contested, "2026-11-03")
    await evaluated(city, "chief", OPEN)
    await evaluated(city, "third", RATED, rated="2026-10-20")
    await evaluated(city, "fourth", RATED, rated="2026-10-30", by="chief")
    await evaluated(city, "other_staff", RATED, by="other_head", rated="2026-10-12")
    waiting = await agreed_plan(city, "other_head", status=PlanStatus.SUBMITTED)
    async with city.database.sessions.begin() as db:
        row = await db.get_one(type(waiting), (city.region.id, waiting.id))
        row.waiting_since = city.now - timedelta(days=20)
    await run(city, keep)
    with statements(city.database) as made:
        kept = await shown(city, (Q3,))
    assert not [each for each in made if "FROM evaluations" in each or "join evaluations" in each]
    # There is something to compare: two ratings, one and more days late; the median is the lower one.
    (supervisor,) = (
        each for each in kept[f"admin evaluators?{Q3}"] if each["evaluator"]["name"] == "SUPERVISOR"
    )
    assert (supervisor["done"], supervisor["done_late"], supervisor["median_days_late"]) == (2, 2, 1)
    await check_same(city, *KINDS)


@pytest.mark.parametrize("seed", [1, 2])
async def test_after_random_work_and_a_run_the_kept_counts_are_the_live_ones(city: City, seed: int) -> None:
    work = Work(city, random.Random(seed))
    for person in ("staff", "colleague", "supervisor", "other_staff"):
        work.plans[person] = await agreed_plan(city, person)
    await run(city, keep)
    for kind in (Q3, "kind=PERIODIC&number=4", Q3):
        for _ in range(8):
            await work.step()
        await run(city, keep)
        await check_same(city, kind)
    assert work.done > 8


class Work:
    """Whatever changes figures, as people do it; refusals are part of it."""

    def __init__(self, city: City, chance: random.Random) -> None:
        self.city, self.chance, self.done = city, chance, 0
        self.plans: dict[str, Any] = {}

    async def step(self) -> None:
        city, chance = self.city, self.chance
        person = chance.choice(list(self.plans))
        day = f"2026-11-{chance.randrange(10, 19)}"
        steps: dict[str, Any] = {
            "feedback": lambda: give(city, "supervisor", chance.choice(["staff", "colleague"])),
            "outage": lambda: declare(city, f"{day}T09:00", f"{day}T09:05", chance.choice([None, "health"])),
            "standing": lambda: self.standing(person),
            "letter": lambda: send(
                city, "head", "POST", "/evaluator-assignments", json=assignment(city, "colleague", "chief")
            ),
            "leave": lambda: self.leave("colleague"),
        }
        name = chance.choice(["evaluation"] * 12 + ["feedback", "feedback", "leave", *steps])
        answer = await (self.evaluation(person) if name == "evaluation" else steps[name]())
        assert answer.status_code < 500, answer.text
        self.done += answer.is_success

    async def standing(self, person: str) -> Any:
        path = f"/employees/{self.city.id(person)}"
        version = (await done(self.city, "admin", "GET", path))["version"]
        body = {"legal_standing_code": self.chance.choice(["01", "02"])}
        return await send(self.city, "admin", "PATCH", path, version, json=body)

    async def leave(self, person: str) -> Any:
        path = f"/appointments/{self.city.posts[person].id}"
        return await send(self.city, "admin", "PATCH", path, 1, json={"valid_to": "2026-11-19"})

    async def evaluation(self, person: str) -> Any:
        """A step forward of one that there is, or a new one."""
        city, chance = self.city, self.chance
        known = (await done(city, "admin", "GET", "/evaluations?year=2026"))["data"]
        mine = [each for each in known if each["plan_id"] == str(self.plans[person].id)]
        if not mine or chance.random() < 0.3:
            body = {"plan_id": str(self.plans[person].id), "kind": "PERIODIC", "day": "2026-09-30"}
            return await send(city, person, "POST", "/evaluations", json=body)
        path = f"/evaluations/{chance.choice(mine)['id']}"
        seen = await done(city, person, "GET", path)
        version = seen["version"]
        match seen["status"]:
            case "OPEN":
                drafted = await send(city, person, "PUT", f"{path}/report", version, json=report_of(seen))
                return await send(city, person, "POST", f"{path}/submission", drafted.json()["version"])
            case "REPORTED":
                rating = rating_of(seen, chance.choice(["ABOVE", "MEETS"]))
                above = {"supervisor": "chief", "other_staff": "other_head"}.get(person, "supervisor")
                return await send(city, above, "PUT", f"{path}/rating", version, json=rating)
        if chance.random() < 0.5:
            return await send(city, person, "POST", f"{path}/acknowledgement", version)
        return await send(city, person, "POST", f"{path}/objection", version, json=objection_to(seen))


async def test_a_change_shows_after_the_next_run_and_the_explanation_says_so(city: City) -> None:
    evaluation = await opened(city)
    await run(city, keep)
    assert (await summary(city))["total"]["evaluations"]["not_begun"] == 1
    path = f"/evaluations/{evaluation['id']}"
    drafted = await done(
        city, "staff", "PUT", f"{path}/report", evaluation["version"], json=report_of(evaluation)
    )
    await done(city, "staff", "POST", f"{path}/submission", drafted["version"])
    before = (await summary(city))["total"]
    assert (before["evaluations"]["not_begun"], before["evaluations"]["reported"]) == (1, 0)
    told = await done(city, "admin", "GET", f"/cycles/2026/summary/explanation?{Q3}")
    assert told["evaluations"]["value"]["reported"] == 1
    assert told["evaluations"]["steps"][-1].startswith(
        "counted now; the dashboard shows what it was at 2026-11-20T03:00"
    )
    assert not told["plans"]["steps"][-1].startswith("counted now")
    await run(city, keep)
    assert (await summary(city))["total"]["evaluations"]["reported"] == 1
    told = await done(city, "admin", "GET", f"/cycles/2026/summary/explanation?{Q3}")
    assert not told["evaluations"]["steps"][-1].startswith("counted now")


async def test_a_run_counts_only_the_periods_in_which_something_has_changed(city: City) -> None:
    plan = await agreed_plan(city)
    await run(city, keep)

    async def anew() -> int:
        with statements(city.database) as made:
            await run(city, keep)
        # The region, its policies, and what is confirmed; nothing else when nothing has changed.
        periods = sum("INSERT INTO cycle_periods" in each for each in made)
        assert periods or len(made) == 3, made
        return periods

    assert await anew() == 0
    async with city.call_as("staff") as staff:
        await staff.get("/v1/me/employee")
    assert await anew() == 0
    await opened(city, plan)
    assert await anew() == 1
    assert (await give(city, "supervisor", "staff")).status_code == 201
    # The running quarter and the year.
    assert await anew() == 2
    path = f"/employees/{city.id('staff')}"
    version = (await done(city, "admin", "GET", path))["version"]
    phone = await send(city, "admin", "PATCH", path, version, json={"name": "Nama Baru"})
    assert phone.is_success, phone.text
    assert await anew() == 0
    standing = await send(city, "admin", "PATCH", path, version + 1, json={"legal_standing_code": "02"})
    assert standing.is_success, standing.text
    assert await anew() == PERIODS


async def test_the_day_turns_and_everything_is_counted_anew(city: City) -> None:
    await evaluated(city, "staff", REPORTED, reported="2026-11-18")
    await run(city, keep)
    assert (await summary(city))["total"]["owed"] == {"waiting": 1, "late": 0, "oldest_due": "2026-11-23"}
    async with at(city, "2026-11-24"):
        # Before the first run of the day nothing of yesterday is shown.
        assert (await summary(city))["total"]["owed"]["late"] == 1
        await run(city, keep)
        found = await summary(city)
        assert (found["total"]["owed"]["late"], found["counted_at"]) == (1, "2026-11-24T03:00:00Z")
    async with at(city, "2028-01-02"):
        await run(city, keep)
        async with city.database.sessions() as db:
            years = await db.scalars(select(CyclePeriod.year).where(CyclePeriod.region_id == city.region.id))
            assert set(years) == {2027, 2028}
        # An older year is counted live.
        assert (await summary(city))["total"]["owed"]["late"] == 1


async def test_teams_and_days_of_the_past_are_counted_live(city: City) -> None:
    await evaluated(city, "staff", RATED)
    await run(city, keep)
    async with city.database.sessions.begin() as db:
        await db.execute(delete(CycleUnit).where(CycleUnit.region_id == city.region.id))
        await db.execute(delete(CycleDuty).where(CycleDuty.region_id == city.region.id))
    assert (await summary(city))["total"]["ratings"]["rated"] == 0
    for person, query in (
        ("supervisor", Q3),
        ("supervisor", f"{Q3}&as_of=2026-06-30"),
    ):
        assert (await summary(city, person, query))["total"]["ratings"]["rated"] == 1
    rows = (await done(city, "supervisor", "GET", f"/cycles/2026/evaluators?{Q3}"))["data"]
    assert [each["done"] for each in rows] == [1]


async def test_readers_beside_runs_and_writers_never_see_half(city: City) -> None:
    """Two in one transaction come and go; whoever looks sees both or neither, in every list."""
    for person in ("staff", "colleague"):
        await evaluated(city, person, RATED)
    await run(city, keep)
    seen: set[tuple[int, ...]] = set()
    finished = False

    async def write() -> None:
        nonlocal finished
        for number in range(8):
            async with city.database.sessions.begin() as db:
                period = CyclePeriod.region_id == city.region.id, CyclePeriod.number == 3
                await db.execute(update(CyclePeriod).where(*period).values(day=date(2026, 11, 19)))
            async with city.database.sessions.begin() as db:
                for person in ("staff", "colleague"):
                    of = Evaluation.region_id == city.region.id, Evaluation.employee_id == city.id(person)
                    await db.execute(update(Evaluation).where(*of).values(status=(FINAL, RATED)[number % 2]))
            await asyncio.gather(run(city, keep), run(city, keep))
        finished = True

    async def read() -> None:
        while not finished:
            async with city.database.sessions() as db:
                rows = await db.scalars(
                    select(CycleUnit.figures).where(
                        CycleUnit.region_id == city.region.id, CycleUnit.year == 2026, CycleUnit.number == 3
                    )
                )
                segments = [each.get("segments", {}) for each in rows]
            seen.add(
                tuple(sum(each.get(name, 0) for each in segments) for name in ("rated", "final", "expected"))
            )

    await asyncio.gather(write(), read(), read())
    assert seen == {(2, 0, 2), (0, 2, 2)}


async def test_what_has_no_policy_yet_keeps_nothing_else_waiting(city: City) -> None:
    await evaluated(city, "staff", REPORTED, reported="2026-07-02", period=Q2)
    await begin(city, "evaluations", date(2026, 9, 1))
    await run(city, keep)
    # In the second quarter something waits whose day is set by no policy; before there was a policy nothing waited.
    assert await kept_periods(city) == [("PERIODIC", 1), ("PERIODIC", 3), ("PERIODIC", 4), ("YEARLY", 1)]
    await begin(city, "plans", date(2026, 2, 1))
    await run(city, keep)
    assert await kept_periods(city) == []


async def begin(city: City, area: str, day: date) -> None:
    async with city.database.sessions.begin() as db:
        of_area = Policy.region_id == city.region.id, Policy.area == area
        await db.execute(update(Policy).where(*of_area).values(valid_from=day))


async def kept_periods(city: City) -> list[tuple[str, int]]:
    async with city.database.sessions() as db:
        rows = await db.execute(
            select(CyclePeriod.kind, CyclePeriod.number)
            .where(CyclePeriod.region_id == city.region.id, CyclePeriod.year == 2026)
            .order_by(CyclePeriod.kind, CyclePeriod.number)
        )
        return [(kind.value, number) for kind, number in rows]
