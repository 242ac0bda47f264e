"""The year itself, in its order."""

from collections.abc import Callable
from datetime import date, timedelta

from examples.demo_year import assessing, judging, planning, talking, working
from examples.demo_year.agency import ANALYST, CLERK, SECTION_HEAD, Person, Size
from examples.demo_year.cast import Cast, gathered
from examples.demo_year.deserving import BELOW, of_quarter
from examples.demo_year.result import canonical, result
from examples.demo_year.stage import Stage

YEAR = 2026
FULL = Size(divisions=5, sections=3, people=200)
SMALL = Size(divisions=1, sections=2, people=12)
BEGINS = date(YEAR, 1, 5)
TRANSFER, ROUND = 6, 9
"""The months after which somebody moves, and after which one section is assessed by those around."""
AWAY = date(YEAR, 9, 7), date(YEAR, 10, 15)
"""When a section head is away, over the end of the third quarter."""
RIGHTLY, WRONGLY = 6, 12
"""The months whose ratings are contested."""


async def play(stage: Stage, size: Size, tell: Callable[[str], None]) -> bytes:
    """The whole year; gives its result as canonical JSON, the same bytes whenever the same year is played."""
    cast = await gathered(stage, size)
    tell(f"{len(cast.people)} people came in and have their accounts")
    await planning.levels(cast)
    await planning.goals(cast, YEAR)
    await planning.plan_everybody(cast, YEAR)
    tell("plans are approved from the head down")
    clerks = [each for each in cast.people if each.role == CLERK]
    heads = [each for each in cast.people if each.role == SECTION_HEAD]
    mover, objector = clerks[0], clerks[1].nip
    other = next(
        each.nip
        for each in reversed(cast.people)
        if each.role == ANALYST and of_quarter(each, WRONGLY // 3)[0] == BELOW
    )
    for month in range(1, 13):
        if month % 3 == 0:
            await talking.talk(cast, date(YEAR, month, 17))
        if month == AWAY[0].month:
            await planning.away(cast, heads[0], heads[1], *AWAY)
            cast.acting[heads[0].nip] = heads[1]
            cast.story["away"] = {"head": heads[0].name, "deputy": heads[1].name}
        await working.month(cast, YEAR, month)
        if month == TRANSFER:
            mover = await _transferred(cast, mover)
            tell(f"{mover.name} moved to {mover.unit_name}")
        if month % 3 == 0:
            contested = {RIGHTLY: objector, WRONGLY: other}.get(month)
            await _quarter(cast, month, heads[-1], contested)
            tell(f"quarter {month // 3} is evaluated")
    await judging.justify(cast, YEAR)
    tell("the year is final; everybody's result is read")
    return canonical(await result(cast, YEAR))


async def _quarter(cast: Cast, month: int, assessed: Person, contested: str | None) -> None:
    today = cast.stage.clock.today
    end = today - timedelta(days=1)
    if month == ROUND:
        await assessing.plan_round(cast, assessed, date(YEAR, month - 2, 1), end)
    # In the morning the jobs come round: they end plans, open evaluations and the round.
    await cast.stage.time_passes(today)
    if month == TRANSFER:
        await planning.plan(cast, cast.person(cast.story["transfer"]["nip"]), YEAR)
    if month == ROUND:
        await assessing.answer(cast, assessed)
    await judging.evaluate(cast, end, objector=contested, rightly=month == RIGHTLY)
    if month == AWAY[0].month:
        cast.acting.clear()


async def _transferred(cast: Cast, person: Person) -> Person:
    """To another section from the first day of July on."""
    section = [each for each in cast.people if each.role == SECTION_HEAD and each.nip != person.superior][-1]
    moved = await planning.transfer(cast, person, section, cast.stage.clock.today)
    cast.story["transfer"] = {
        "nip": person.nip,
        "name": person.name,
        "day": cast.stage.clock.today,
        "from": person.unit_name,
        "to": moved.unit_name,
    }
    return moved
