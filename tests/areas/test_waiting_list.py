"""Many at once: nothing is oversold, and nobody on the waiting list is overtaken, in whatever order things happen."""

import asyncio
import random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.enrolments import EnrolmentStatus
from asn_api.tables.training import CourseClass, Enrolment
from tests.areas.races import at_once
from tests.areas.test_performance import done, send
from tests.areas.training import act, ask, asked, check_order, crowd, seats_of, seen, stored, turn
from tests.factories import City
from tests.matrix.classes import course_class, meetings, values

LIVE = ("REQUESTED", "WAITLISTED", "APPROVED", "CONFIRMED")


async def test_fifty_at_once_for_twenty_seats(city: City) -> None:
    people = await crowd(city, 50)
    row = await course_class(city, seats=20, needs_approval=False)
    lock = select(CourseClass.id).where(CourseClass.id == row.id)
    answers = await at_once(city, *[ask(city, each, row) for each in people], held=lock)
    assert {each.status_code for each in answers} == {201}
    rows = await check_order(city, row)
    assert [each.place for each in rows] == list(range(1, 51))
    assert [each.status for each in rows] == [EnrolmentStatus.CONFIRMED] * 20 + [
        EnrolmentStatus.WAITLISTED
    ] * 30
    listed = await done(city, "head", "GET", "/enrolments", params={"class_id": str(row.id), "limit": 200})
    positions = sorted(each["position"] for each in listed["data"] if each["position"] is not None)
    assert positions == list(range(1, 31))


async def test_the_same_request_twice_at_once_is_one(city: City) -> None:
    row = await course_class(city, needs_approval=False)
    id = uuid7()
    lock = select(CourseClass.id).where(CourseClass.id == row.id)
    answers = await at_once(city, *[ask(city, "staff", row, id) for _ in range(3)], held=lock)
    assert sorted(each.status_code for each in answers) == [200, 200, 201]
    assert await seats_of(city, row) == (2, 1)


async def test_one_person_gets_one_of_two_classes_at_one_time(city: City) -> None:
    one, other = (
        await course_class(city, needs_approval=False),
        await course_class(city, needs_approval=False),
    )
    both = select(CourseClass.id).where(CourseClass.id.in_([one.id, other.id]))
    answers = await at_once(city, ask(city, "staff", one), ask(city, "staff", other), held=both)
    assert sorted(each.status_code for each in answers) == [201, 409]


async def test_one_freed_seat_is_offered_once(city: City) -> None:
    row = await course_class(city, seats=2, needs_approval=False)
    people = ("staff", "colleague", "other_staff", "chief", "supervisor")
    mine = {each: await asked(city, each, row) for each in people}
    lock = select(CourseClass.id).where(CourseClass.id == row.id)
    leaving = [act(city, each, mine[each], "cancellation") for each in ("staff", "colleague", "other_staff")]
    answers = await at_once(city, *leaving, held=lock)
    # The third one was offered a seat by the first two, so his version is another one: he looks again.
    assert [each.status_code for each in answers][:2] == [200, 200]
    await check_order(city, row)


@pytest.mark.parametrize("seed", range(3))
async def test_the_list_keeps_its_order_under_any_interleaving(city: City, seed: int) -> None:
    """Random acts of many people, eight at the same moment: after each round everything holds that has to."""
    chance = random.Random(seed)
    people = await crowd(city, 12)
    row = await course_class(city, seats=chance.randint(1, 4), needs_approval=seed % 2 == 0)
    for _ in range(5):
        acts = [await _any_act(city, row, chance, people) for _ in range(8)]
        answers = await asyncio.gather(*acts)
        assert all(each is None or each.status_code < 500 for each in answers)
        await check_order(city, row)
    await _check_history(city, row)


async def _any_act(city: City, row: CourseClass, chance: random.Random, people: list[str]) -> Any:
    person = chance.choice(people)
    rows = {each.employee_id: each for each in await stored(city, row) if each.status in LIVE}
    mine = rows.get(city.id(person))
    if mine is None:
        return ask(city, person, row)
    shown = {"id": str(mine.id), "version": mine.version}
    match mine.status, chance.random():
        case EnrolmentStatus.REQUESTED, dice if dice < 0.8:
            return act(city, "supervisor", shown, "approval")
        case EnrolmentStatus.APPROVED, dice if dice < 0.4:
            return act(city, person, shown, "confirmation")
        case EnrolmentStatus.APPROVED, dice if dice < 0.7:
            return _lapse(city, mine)
        case EnrolmentStatus.WAITLISTED, dice if dice < 0.5:
            return _more_seats(city, row)
    return act(city, person, shown, "cancellation")


async def _lapse(city: City, mine: Enrolment) -> None:
    """The time of an offer runs out, if it still is one by then."""
    offered = update(Enrolment).where(Enrolment.id == mine.id, Enrolment.status == EnrolmentStatus.APPROVED)
    async with city.database.sessions() as db, db.begin():
        await db.execute(offered.values(offer_expires_at=city.now))
    await turn(city)


async def _more_seats(city: City, row: CourseClass) -> Any:
    shown = await done(city, "head", "GET", f"/classes/{row.id}")
    body = values(row, []) | meetings(row) | {"seats": shown["seats"] + 1}
    return await send(city, "head", "PUT", f"/classes/{row.id}", shown["version"], json=body)


async def _check_history(city: City, row: CourseClass) -> None:
    """Told by the journal: seats from the list went strictly by the order of places."""
    rows = {each.id: each for each in await stored(city, row)}
    async with city.database.sessions() as db:
        entries = await db.scalars(
            select(JournalEntry)
            .where(JournalEntry.region_id == city.region.id, JournalEntry.entity == "enrolment")
            .order_by(JournalEntry.seq)
        )
        offered: list[UUID] = [each.entity_id for each in entries if each.action == "OFFER"]
    places = [rows[each].place or 0 for each in offered]
    assert places == sorted(set(places))


async def test_an_offer_moves_nobody_ahead_of_an_earlier_one(city: City) -> None:
    row = await course_class(city, seats=1)
    first, second = await asked(city, "colleague", row), await asked(city, "staff", row)
    await act(city, "supervisor", second, "approval")
    waiting = (await act(city, "supervisor", first, "approval")).json()
    third = await asked(city, "other_staff", row)
    await act(city, "other_head", third, "approval")
    await act(city, "staff", await seen(city, "staff", second), "cancellation")
    assert (await seen(city, "colleague", waiting))["status"] == "APPROVED"
    assert (await seen(city, "other_staff", third))["position"] == 1
