"""Classes with many people, and what of them is asked again and again."""

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select, update

from asn_api.areas.classes.jobs import turn_classes
from asn_api.areas.organization.lines import rebuild
from asn_api.core.jobs import Means
from asn_api.core.mapping import Table, uuid7
from asn_api.rules.enrolments import SEATED, EnrolmentStatus
from asn_api.tables.training import CourseClass, Enrolment
from tests.areas.test_performance import done, send
from tests.factories import City, add_people, sign_in_all

Json = dict[str, Any]


async def crowd(city: City, count: int, unit: str = "ward") -> list[str]:
    """So many more people of a unit, signed in."""
    names = [f"person_{number}" for number in range(count)]
    async with city.database.sessions() as db, db.begin():
        await add_people(db, city, dict.fromkeys(names, unit))
        await rebuild(db, city.region.id)
        await sign_in_all(db, city, names)
    return names


async def ask(city: City, person: str, row: CourseClass, id: UUID | None = None) -> httpx.Response:
    body = {"class_id": str(row.id), "id": str(id or uuid7())}
    return await send(city, person, "POST", "/enrolments", json=body)


async def asked(city: City, person: str, row: CourseClass) -> Json:
    answer = await ask(city, person, row)
    assert answer.status_code == 201, answer.text
    shown: Json = answer.json()
    return shown


async def act(city: City, person: str, enrolment: Json, name: str, **body: Any) -> httpx.Response:
    path = f"/enrolments/{enrolment['id']}/{name}"
    return await send(city, person, "POST", path, enrolment["version"], json=body or {})


async def seen(city: City, person: str, enrolment: Json) -> Json:
    shown: Json = await done(city, person, "GET", f"/enrolments/{enrolment['id']}")
    return shown


async def stored(city: City, row: CourseClass) -> list[Enrolment]:
    """In the order of places."""
    async with city.database.sessions() as db:
        of_class = (
            select(Enrolment).where(Enrolment.class_id == row.id).order_by(Enrolment.place, Enrolment.id)
        )
        return list(await db.scalars(of_class))


async def seats_of(city: City, row: CourseClass) -> tuple[int, int]:
    """Seats and how many are held, as the class counts them."""
    counted = select(CourseClass.seats, CourseClass.seats_held).where(CourseClass.id == row.id)
    async with city.database.sessions() as db:
        seats, held = (await db.execute(counted)).one()
        return seats, held


async def check_order(city: City, row: CourseClass) -> list[Enrolment]:
    """What holds at any moment: nothing oversold, no seat free while somebody waits, nobody overtaken."""
    rows = await stored(city, row)
    seats, held = await seats_of(city, row)
    seated = [each for each in rows if each.status in SEATED]
    waiting = [each for each in rows if each.status is EnrolmentStatus.WAITLISTED]
    assert len(seated) == held <= seats
    assert not waiting or held == seats
    places = [each.place for each in rows if each.place is not None]
    assert len(set(places)) == len(places)
    if seated and waiting:
        assert max(each.place or 0 for each in seated) < min(each.place or 0 for each in waiting)
    return rows


async def comes(city: City, table: type[Table], id: object, **moments: datetime) -> None:
    """Bring a moment to now; the clock of the tests stands still."""
    async with city.database.sessions() as db, db.begin():
        await db.execute(update(table).where(table.__table__.c.id == id).values(**moments))


async def turn(city: City) -> None:
    """What the clock does every few minutes."""
    state = city.app.state
    await turn_classes(Means(state.database, state.keyring, state.clock), str(city.region.id))
