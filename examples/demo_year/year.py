"""The year itself, in its order, and what is left of it at the end."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import orjson

from examples.demo_year import judging, planning, working
from examples.demo_year.agency import AGENCY, CLERK, SECTION_HEAD, Person, Size
from examples.demo_year.cast import Cast, gathered
from examples.demo_year.stage import Stage

YEAR = 2026
FULL = Size(divisions=5, sections=3, people=200)
SMALL = Size(divisions=1, sections=2, people=12)
QUARTER_ENDS = {3: date(YEAR, 3, 31), 6: date(YEAR, 6, 30), 9: date(YEAR, 9, 30), 12: date(YEAR, 12, 31)}
BEGINS = date(YEAR, 1, 5)


async def play(stage: Stage, size: Size, tell: Callable[[str], None]) -> bytes:
    """The whole year; gives its result as canonical JSON, the same bytes whenever the same year is played."""
    cast = await gathered(stage, size)
    tell(f"{len(cast.people)} people came in and have their accounts")
    await planning.goals(cast, YEAR)
    await planning.plan_everybody(cast, YEAR)
    tell("plans are approved from the head down")
    clerks = [each for each in cast.people if each.role == CLERK]
    mover, objector = clerks[0], clerks[1].nip
    for month in range(1, 13):
        if month == 7:
            mover = await _transferred(cast, mover.nip)
            tell(f"{mover.name} moved to {mover.unit_name}")
        await working.month(cast, YEAR, month)
        if month in QUARTER_ENDS:
            await judging.talk(cast, f"{YEAR}-{month}")
            await judging.evaluate(cast, QUARTER_ENDS[month], objector=objector if month == 6 else None)
            tell(f"quarter {month // 3} is evaluated")
    return canonical(await result(cast))


async def _transferred(cast: Cast, nip: str) -> Person:
    """On the first day of July, which is a day after the second quarter was evaluated."""
    day = max(date(YEAR, 7, 1), cast.stage.clock.today)
    person = cast.person(nip)
    section = [each for each in cast.people if each.role == SECTION_HEAD and each.nip != person.superior][-1]
    moved = await planning.transfer(cast, person, section, day)
    await cast.stage.time_passes(day)
    await planning.plan(cast, moved, YEAR)
    return moved


async def result(cast: Cast) -> dict[str, Any]:
    """What the year came to, person by person, without what differs from run to run (ids made by the server)."""
    await cast.stage.time_passes(cast.stage.clock.today + timedelta(days=1))
    rows = await cast.admin.all("/v1/evaluations", year=YEAR)
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        kept = ("kind", "period_start", "period_end", "status", "work_result", "behaviour", "predicate")
        entry = {name: row[name] for name in kept} | {"evaluator": (row["evaluator"] or {}).get("nip")}
        found.setdefault(row["employee_nip"], []).append(entry)
    return {
        "year": YEAR,
        "agency": await _agency(cast),
        "people": {
            person.nip: {
                "name": person.name,
                "unit": person.unit_name,
                "minutes": [
                    (await cast[person.nip].get(f"/v1/me/months/{YEAR}-{month:02d}"))["counted_minutes"]
                    for month in range(1, 13)
                ],
                "feedback": len(await cast[person.nip].all("/v1/feedback", view="RECEIVED")),
                "evaluations": sorted(found.get(person.nip, []), key=orjson.dumps),
                "year": await _year(cast, person),
            }
            for person in sorted(cast.people, key=lambda each: each.nip)
        },
    }


async def _year(cast: Cast, person: Person) -> dict[str, Any]:
    caller = cast[person.nip]
    found = await caller.get(f"/v1/employees/{caller.id}/performance-years/{YEAR}")
    kept = {name: found[name] for name in ("combination", "work_result", "behaviour", "predicate", "final")}
    return kept | {"segments": len(found["segments"])}


async def _agency(cast: Cast) -> dict[str, Any]:
    """How the ratings of the year are distributed, beside what is expected of an agency rated so."""
    path = f"/v1/units/{await cast.unit(AGENCY)}/rating-distribution"
    found = await cast.admin.get(path, year=YEAR, kind="YEARLY")
    return {name: found[name] for name in ("shares", "rated", "unrated", "final", "conforms", "findings")}


def canonical(result: dict[str, Any]) -> bytes:
    return orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"
