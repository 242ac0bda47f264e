"""Events about what is read by further rules than reach: told exactly to those who may read the record."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from fastapi import FastAPI

from tests.areas import test_coaching as coaching
from tests.areas import test_evaluators as letters
from tests.areas.streaming import Stream, happen, listening, mark, opened, row
from tests.areas.test_feedback import given, staffs_plan
from tests.areas.test_followup_nominations import proposed
from tests.areas.test_forums import called
from tests.factories import City
from tests.matrix import ROLES

CALLERS = [each for each in ROLES if each not in ("partner", "foreign_admin")]
Make = Callable[[City], Awaitable[tuple[str, str]]]


@pytest.fixture(scope="module")
async def port(app: FastAPI) -> AsyncIterator[int]:
    async with listening(app) as port:
        yield port


async def words(city: City) -> tuple[str, str]:
    return "feedback", (await given(city, "colleague", "staff"))["id"]


async def note(city: City) -> tuple[str, str]:
    return "feedback", (await given(city, "supervisor", "staff", visibility="SUPERIOR_ONLY"))["id"]


async def from_below(city: City) -> tuple[str, str]:
    return "feedback", (await given(city, "staff", "supervisor", named=True))["id"]


async def talk(city: City) -> tuple[str, str]:
    return "coaching", (await coaching.recorded(city))["id"]


async def counselling(city: City) -> tuple[str, str]:
    talk = await coaching.recorded(city, kind="COUNSELLING", competencies=[], development_note=None)
    return "coaching", talk["id"]


async def forum(city: City) -> tuple[str, str]:
    return "forum", (await called(city, await staffs_plan(city), "colleague", "other_staff"))["id"]


async def letter(city: City) -> tuple[str, str]:
    return "evaluator_assignment", (await letters.assigned(city))["id"]


async def nomination(city: City) -> tuple[str, str]:
    return "nomination", (await proposed(city))["id"]


PATHS = {
    "feedback": "/v1/feedback",
    "coaching": "/v1/coaching-sessions",
    "forum": "/v1/forums",
    "evaluator_assignment": "/v1/evaluator-assignments",
    "nomination": "/v1/nominations",
}
TOLD: list[tuple[Make, set[str]]] = [
    (words, {"staff", "supervisor", "head"}),
    (note, {"supervisor"}),
    (from_below, {"supervisor", "chief", "head"}),
    (talk, {"staff", "supervisor"}),
    (counselling, {"staff", "supervisor"}),
    (forum, {"supervisor", "staff", "colleague", "other_staff", "head"}),
    (letter, {"head", "admin"}),
    (nomination, {"staff", "supervisor", "chief", "head", "admin"}),
]


@pytest.mark.parametrize(("make", "expected"), TOLD, ids=lambda each: getattr(each, "__name__", ""))
async def test_it_is_told_to_those_who_may_read_it(
    city: City, port: int, make: Make, expected: set[str]
) -> None:
    """Live, and to those who come back later."""
    async with AsyncExitStack() as stack:
        streams = {each: await stack.enter_async_context(opened(city, port, each)) for each in CALLERS}
        since = {caller: (await stream.next()).id for caller, stream in streams.items()}
        entity, id = await make(city)
        marker = await mark(city)
        live = {caller for caller, stream in streams.items() if await heard(stream, marker, entity, id)}
    assert live == expected
    later = set()
    for caller in CALLERS:
        async with opened(city, port, caller, last_id=since[caller]) as stream:
            if await heard(stream, marker, entity, id):
                later.add(caller)
    assert later == expected
    readers = set()
    for caller in CALLERS:
        async with city.call_as(caller) as client:
            if (await client.get(PATHS[entity], params={"limit": 200})).text.count(id):
                readers.add(caller)
    # Whoever gave feedback reads it too, but knows already.
    assert live <= readers
    assert readers - live <= {"colleague", "staff"}


async def heard(stream: Stream, marker: str, entity: str, id: str) -> bool:
    before = await stream.until("goal", marker)
    return any((event.name, event.about) == (entity, id) for event in before)


async def test_a_letter_that_begins_opens_what_is_told(city: City, port: int) -> None:
    """Of the plans and evaluations of the person, not of his work."""
    async with opened(city, port, "other_head") as stream:
        await stream.until("ready")
        about = [row(city, entity) for entity in ("plan", "evaluation", "activity")]
        await happen(city, *about)
        assert [event.name for event in await stream.until("goal", await mark(city))] == []
        await letters.assigned(city)
        told = await happen(city, *[row(city, entity) for entity in ("plan", "evaluation", "activity")])
        before = await stream.until("goal", await mark(city))
        assert [event.about for event in before if event.name in ("plan", "evaluation", "activity")] == told[
            :2
        ]
