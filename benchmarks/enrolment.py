"""The race for seats: 500 people ask at the same moment for a class of 20, each on a connection of his own."""

import asyncio
import itertools
import statistics
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from asn_api.rules.courses import CourseForm, CourseKind, CourseMode, CourseStatus
from asn_api.rules.enrolments import ClassStatus
from benchmarks.city import City
from benchmarks.compare import percentiles, say
from benchmarks.load import Connection, request
from benchmarks.people import Person, copy
from benchmarks.sides import OURS, Server

PEOPLE, SEATS = 500, 20
ROWS = 24_000
"""Activities of a city with people enough."""
BARE_CONNECTIONS = 10
"""As many as the server's pool has."""

_numbers = itertools.count()

_BARE = (
    "select seats_held, last_place from course_classes where region_id = $1 and id = $2 for no key update",
    "update course_classes set seats_held = $3, last_place = $4 where region_id = $1 and id = $2",
    "insert into enrolments (region_id, id, version, class_id, employee_id, unit_id, origin, status, requested_at, "
    "place) values ($1, $2, 1, $3, $4, $5, 'REQUEST', $6, now(), $7)",
    "insert into journal (region_id, at, entity, entity_id, version, action, changes, employee_id, unit_id) "
    "values ($1, now(), 'enrolment', $2, 1, 'REQUEST', '{}', $3, $4)",
)


async def run(settings: Settings, city: City, rounds: int) -> dict[str, Any]:
    """Turn by turn: ours over HTTP, and the same lock, rows and journal by bare statements."""
    database = await asyncpg.connect(settings.libpq)
    people = city.staff[:PEOPLE]
    server = Server(OURS, settings, city, settings.local_dir)
    ours: list[dict[str, Any]] = []
    bare: list[float] = []
    try:
        await server.ready()
        # So that what is counted later is not the first use of something: the tokens, the area, each connection.
        await _raced(server, city, people, await _class(database, city, people[0]))
        for number in range(1, rounds + 1):
            say(f"race {number} of {rounds}")
            class_id = await _class(database, city, people[0])
            ours.append(await _raced(server, city, people, class_id))
            await _check(database, class_id)
            bare.append(await _bare(settings, database, city, people))
    finally:
        server.stop()
        await database.close()
    return {
        "enrolment": {
            "people": len(people),
            "seats": SEATS,
            "rounds": rounds,
            "confirmed": SEATS,
            "waiting_in_order": len(people) - SEATS,
            "server_errors": 0,
            "seconds": statistics.median(each["seconds"] for each in ours),
            "slowest_seconds": max(each["seconds"] for each in ours),
            "latency_ms": ours[-1]["latency_ms"],
            "longest_ms": max(each["longest_ms"] for each in ours),
            "cpu_us": statistics.median(each["cpu_us"] for each in ours),
            "bare_seconds": statistics.median(bare),
            "bare_connections": BARE_CONNECTIONS,
        }
    }


async def _class(database: asyncpg.Connection, city: City, organiser: Person) -> UUID:
    """A new course and its class, open for registration, without approval and without fixed hours."""
    course_id, class_id = uuid7(), uuid7()
    unit_id, now = city.unit_ids[organiser.unit], city.now
    key = {"region_id": city.region_id, "unit_id": unit_id}
    course = {
        "id": course_id,
        "code": course_id.hex[-12:].upper(),
        "title": "Literasi Digital",
        "description": "Bekerja dengan data.",
        "form": CourseForm.CLASSICAL,
        "kind": CourseKind.TECHNICAL,
        "mode": CourseMode.ONLINE,
        "jp": 8,
        "cost": 0,
        "mandatory_for": [],
        "status": CourseStatus.PUBLISHED,
        "created_at": now,
        "published_at": now,
    }
    begins = now + timedelta(days=30)
    row = {
        "id": class_id,
        "course_id": course_id,
        "organiser_id": organiser.id,
        "name": "Angkatan I",
        "mode": CourseMode.ONLINE,
        "jp": 8,
        "link": "https://belajar.example/1",
        "starts_on": begins.date(),
        "ends_on": begins.date(),
        "begins_at": begins,
        "registration_opens_at": now - timedelta(days=1),
        "registration_closes_at": begins,
        "needs_approval": False,
        "seats": SEATS,
        "status": ClassStatus.OPEN,
        "created_at": now,
    }
    starts = begins + timedelta(hours=3 * next(_numbers))
    session = {
        "region_id": city.region_id,
        "id": uuid7(),
        "class_id": class_id,
        # Hours of its own, so that the same people may take part in every class.
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=2),
        "jp": 2,
    }
    await copy(database, "courses", [key | course])
    await copy(database, "course_classes", [key | row])
    await copy(database, "class_sessions", [session])
    return class_id


async def _raced(server: Server, city: City, people: list[Person], class_id: UUID) -> dict[str, Any]:
    """Everybody has a connection and waits for the start; the answers and how long each took."""
    asked = [
        request("POST", "/v1/enrolments", _body(class_id), token=city.token(person)) for person in people
    ]
    connections = [await Connection.open(server.port) for _ in people]
    latencies: list[float] = []
    gun = asyncio.Event()

    async def one(connection: Connection, each: bytes) -> tuple[int, bytes]:
        await gun.wait()
        began = time.perf_counter()
        answer = await connection.ask(each)
        latencies.append(time.perf_counter() - began)
        return answer

    try:
        running = [asyncio.ensure_future(one(*pair)) for pair in zip(connections, asked, strict=True)]
        await asyncio.sleep(0)
        cpu, began = server.clock.read(), time.perf_counter()
        gun.set()
        answers = await asyncio.gather(*running)
        seconds, spent = time.perf_counter() - began, server.clock.read() - cpu
    finally:
        for connection in connections:
            connection.close()
    wrong = [(status, body[:300]) for status, body in answers if status != 201]
    if wrong:
        raise SystemExit(f"{len(wrong)} of {len(answers)} were refused, the first with {wrong[0]}")
    shown = [orjson.loads(body) for _, body in answers]
    _check_answers(shown)
    return {
        "seconds": seconds,
        "latency_ms": percentiles(latencies),
        "longest_ms": 1000 * max(latencies),
        "cpu_us": 1e6 * spent / len(people),
    }


def _body(class_id: UUID) -> bytes:
    return orjson.dumps({"id": str(uuid7()), "class_id": str(class_id)})


def _check_answers(shown: list[dict[str, Any]]) -> None:
    """What people were told fits together: a place for each, seats for the first, the list for the others."""
    by_place = sorted(shown, key=lambda each: each["place"])
    if [each["place"] for each in by_place] != list(range(1, len(shown) + 1)):
        raise SystemExit("places were given twice or left out")
    if [each["status"] for each in by_place] != ["CONFIRMED"] * SEATS + ["WAITLISTED"] * (len(shown) - SEATS):
        raise SystemExit("seats did not go to the first places")
    if [each["position"] for each in by_place[SEATS:]] != list(range(1, len(shown) - SEATS + 1)):
        raise SystemExit("somebody was told another position than his own")


async def _check(database: asyncpg.Connection, class_id: UUID) -> None:
    """What is stored: the journal says in which order places were given, and nothing is oversold."""
    rows = await database.fetch(
        "select e.place, e.status, min(j.seq) as seq from enrolments e join journal j on j.region_id = e.region_id "
        "and j.entity = 'enrolment' and j.entity_id = e.id where e.class_id = $1 group by 1, 2 order by seq",
        class_id,
    )
    places = [row["place"] for row in rows]
    held = await database.fetchval("select seats_held from course_classes where id = $1", class_id)
    seated = sum(row["status"] == "CONFIRMED" for row in rows)
    if places != list(range(1, PEOPLE + 1)) or not held == seated == SEATS:
        raise SystemExit(f"stored otherwise: {seated} seated, {held} counted, places {places[:30]} …")


async def _bare(settings: Settings, database: asyncpg.Connection, city: City, people: list[Person]) -> float:
    """Seconds for the same number of transactions that only take the lock and write the rows."""
    class_id = await _class(database, city, people[0])
    lock, count, enrol, log = _BARE
    async with asyncpg.create_pool(
        settings.libpq, min_size=BARE_CONNECTIONS, max_size=BARE_CONNECTIONS
    ) as pool:

        async def one(person: Person) -> None:
            async with pool.acquire() as connection, connection.transaction():
                held, last = await connection.fetchrow(lock, city.region_id, class_id)
                status = "CONFIRMED" if held < SEATS else "WAITLISTED"
                await connection.execute(count, city.region_id, class_id, min(SEATS, held + 1), last + 1)
                id, unit_id = uuid7(), city.unit_ids[person.unit]
                given = (city.region_id, id, class_id, person.id, unit_id, status, last + 1)
                await connection.execute(enrol, *given)
                await connection.execute(log, city.region_id, id, person.id, unit_id)

        began = time.perf_counter()
        await asyncio.gather(*[one(person) for person in people])
        return time.perf_counter() - began


def lines(found: dict[str, Any]) -> list[str]:
    race = found["enrolment"]
    ms = race["latency_ms"]
    return [
        "",
        f"{race['people']} people at the same moment for {race['seats']} seats, {race['rounds']} times: each time "
        f"{race['confirmed']} confirmed, {race['waiting_in_order']} on the list in order, "
        f"{race['server_errors']} server errors",
        f"all answered in {race['seconds']:.2f} s (slowest round {race['slowest_seconds']:.2f}), "
        f"p50 {ms['p50']:.0f} ms, p95 {ms['p95']:.0f} ms, longest {race['longest_ms']:.0f} ms, "
        f"{race['cpu_us']:.0f} µs of the server's CPU each; the same lock, rows and journal by bare statements "
        f"on {race['bare_connections']} connections: {race['bare_seconds']:.2f} s",
    ]
