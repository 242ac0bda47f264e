"""A 360° round of one section: everybody answers about everybody he is asked about."""

from datetime import date, timedelta
from typing import Any

from examples.demo_year.agency import Person, chance
from examples.demo_year.cast import Cast
from examples.demo_year.judging import VALUES

OPEN_DAYS = 9


async def plan_round(cast: Cast, section: Person, first: date, last: date) -> None:
    """It opens today, when the jobs come round."""
    today = cast.stage.clock.today
    given = {
        "id": cast.stage.names.new(),
        "unit_id": await cast.unit(section.unit),
        "title": f"Penilaian 360° {section.unit_name}",
        "period_start": first.isoformat(),
        "period_end": last.isoformat(),
        "opens_on": today.isoformat(),
        "closes_on": (today + timedelta(days=OPEN_DAYS)).isoformat(),
    }
    await cast.admin.post("/v1/assessment-rounds", given)


async def answer(cast: Cast, section: Person) -> None:
    """Raters are drawn by lot, so what one answers follows from the person alone, whoever is asked."""
    # Whoever stands in for another head leads both teams: any of the division may be asked.
    above = cast.person(section.superior or "")
    heads = cast.team(above.nip)
    division = [above, *heads, *(each for head in heads for each in cast.team(head.nip))]
    for rater in division:
        for task in await cast[rater.nip].all("/v1/me/assessment-tasks"):
            items = [_scored(task["employee"]["nip"], value) for value in VALUES]
            path = f"/v1/assessment-tasks/{task['id']}/answer"
            await cast[rater.nip].put(path, {"items": items}, task["version"])


def _scored(nip: str, value: str) -> dict[str, Any]:
    return {"core_value": value, "score": 6 + int(4 * chance(nip, value, "score"))}
