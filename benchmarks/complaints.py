"""Search over a million complaints: officials by words, the public by words and place; and their figures."""

import itertools
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

import asyncpg
import orjson

from asn_api.areas.complaints.jobs import keep
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.jobs import Means
from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from asn_api.rules.identity import GrantedRole
from asn_api.rules.similarity import telling, two_in_common
from benchmarks.city import City, settle
from benchmarks.compare import percentiles, say
from benchmarks.complaint_rows import Rows, Words
from benchmarks.load import open_loop, request
from benchmarks.people import AT_LEAST, Person, copy, people_of
from benchmarks.sides import OURS, Server

CODE = "bench-complaints"
PEOPLE = 2_000
RATE = 20
"""Requests a second: more searches than a city of a million people makes."""
WARM = 60
"""Each search of the longest round once and more: what is read first after a load or a start takes longer."""
TARGET_MS = 100

SHOWN = "id, code, kind, status, subject, received_at, due_on"
PLAIN = (
    f"select {SHOWN} from complaints where region_id = $1 and words @@ websearch_to_tsquery('indonesian', $2) "
    "order by id desc limit 51"
)
BARE = {
    "list": f"select {SHOWN} from complaints where region_id = $1 order by id desc limit 51",
    "words": PLAIN,
    "agency": PLAIN.replace(" order", " and agency_id = $3 order"),
    "similar": "select id, subject, status, received_at, joined from complaints where region_id = $1 and received_at "
    ">= now() - interval '90 days' and words @@ $2::tsquery order by received_at desc, id desc limit 100",
    "place": "select id, subject, status, received_at, joined from complaints where region_id = $1 and received_at "
    ">= now() - interval '90 days' and latitude between $2 and $3 and longitude between $4 and $5 "
    "and category_id = $6 order by received_at desc, id desc limit 100",
}


async def run(settings: Settings, count: int, times: int) -> dict[str, Any]:
    city, _ = await settle(settings, people_of(PEOPLE * AT_LEAST), [datetime.now(UTC).date()], CODE)
    words = Words()
    rows = Rows(city, words)
    connection = await asyncpg.connect(settings.libpq, command_timeout=None)
    try:
        began = time.perf_counter()
        await rows.copy(connection, count)
        coordinator, contact = city.staff[0], city.staff[1]
        agency = rows.agency(0)
        root = await connection.fetchval(
            "select id from units where region_id = $1 and parent_id is null", city.region_id
        )
        await copy(
            connection,
            "role_grants",
            [
                _grant(city, coordinator, GrantedRole.COMPLAINT_COORDINATOR, root),
                _grant(city, contact, GrantedRole.COMPLAINT_CONTACT, agency),
            ],
        )
        await connection.execute("vacuum analyze")
        loaded = time.perf_counter() - began
        asked = Searches(city, words, rows, coordinator, contact)
        server = Server(OURS, settings, city, settings.local_dir)
        found: dict[str, Any] = {}
        try:
            await server.ready()
            for name, each in asked.all(WARM + times).items():
                found[name] = await _measured(server, connection, name, each)
            say("figures of all months, and again")
            nightly = [await _nightly(settings, city) for _ in range(2)]
            name = "public statistics of a year"
            found[name] = await _measured(server, connection, name, asked.figures(WARM + times))
        finally:
            server.stop()
    finally:
        await connection.close()
    return {
        "city": {"employees": len(city.people), "activities": 0},
        "complaints": {
            "complaints": count,
            "load_seconds": loaded,
            "nightly_seconds": nightly,
            "rate": RATE,
            "searches": found,
        },
    }


def _grant(city: City, person: Person, role: GrantedRole, unit_id: UUID) -> dict[str, Any]:
    return {
        "region_id": city.region_id,
        "id": uuid7(),
        "account_id": person.account_id,
        "role": role.value,
        "unit_id": unit_id,
        "valid": asyncpg.Range(city.now.date().replace(day=1, month=1), None),
    }


async def _nightly(settings: Settings, city: City) -> float:
    """Of all months the first time, of those with open complaints or changes afterwards."""
    database = Database(settings)
    await database.start()
    began = time.perf_counter()
    await keep(Means(database, Keyring(settings.keys)), str(city.region_id))
    await database.stop()
    return time.perf_counter() - began


async def _measured(
    server: Server, connection: asyncpg.Connection, name: str, asked: "Asked"
) -> dict[str, Any]:
    say(name)
    requests, bare = asked
    await open_loop(server.port, requests[:WARM], RATE, 16)
    cpu = server.clock.read()
    latencies = await open_loop(server.port, requests[WARM:], RATE, 16)
    spent = 1000 * (server.clock.read() - cpu) / len(requests[WARM:])
    plain = await _bare(connection, bare[WARM:])
    say(f"  p95 {(percentiles(latencies) or {}).get('p95', 0):.1f} ms")
    return {**(percentiles(latencies) or {}), "server_cpu_ms": spent, "bare": plain}


async def _bare(connection: asyncpg.Connection, asked: Sequence[tuple[str, list[Any]]]) -> dict[str, float]:
    """The plain statement alone, one after the other: what the database needs at least."""
    seconds = []
    for name, params in asked:
        if name:
            began = time.perf_counter()
            await connection.fetch(BARE[name], *params)
            seconds.append(time.perf_counter() - began)
    return percentiles(seconds) or {}


Asked = tuple[list[bytes], list[tuple[str, list[Any]]]]


class Searches:
    """What is asked, and the plain statement for the same."""

    def __init__(self, city: City, words: Words, rows: Rows, coordinator: Person, contact: Person) -> None:
        self.city, self.words, self.rows = city, words, rows
        self.coordinator, self.contact = city.token(coordinator), city.token(contact)

    def all(self, count: int) -> dict[str, Asked]:
        region = self.city.region_id
        names, places = self.words.names, self.words.words["places"]
        frequent = itertools.cycle(
            ["jalan berlubang", "sampah", "lampu padam", "genangan air", "petugas loket"]
        )
        rare = itertools.cycle([f"{names[-1 - n]} {names[-50 - n]}" for n in range(40)])
        one_rare = itertools.cycle(names[-200:])
        mixed = itertools.cycle([f"lubang {name}" for name in names[:40]])
        agency = self.rows.agency(0)

        def staff(words: Any, token: str, bare: str, *more: Any) -> Asked:
            chosen = [next(words) for _ in range(count)]
            asked = [request("GET", f"/v1/complaints?q={quote(each)}", token=token) for each in chosen]
            return asked, [(bare, [region, each, *more]) for each in chosen]

        found = {
            "list page of the coordinator": (
                [request("GET", "/v1/complaints", token=self.coordinator)] * count,
                [("list", [region])] * count,
            ),
            "coordinator, frequent words": staff(frequent, self.coordinator, "words"),
            "coordinator, a frequent and a usual word": staff(mixed, self.coordinator, "words"),
            "coordinator, a rare word": staff(one_rare, self.coordinator, "words"),
            "coordinator, words in no complaint together": staff(rare, self.coordinator, "words"),
            "contact of an agency, frequent words": staff(frequent, self.contact, "agency", agency),
            "contact of an agency, a rare word": staff(one_rare, self.contact, "agency", agency),
        }
        seed = self.words.seed
        common = itertools.cycle([f"Jalan berlubang di {place}" for place in places])
        strange = itertools.cycle([f"Pohon tumbang dekat {name} {names[-7]}" for name in names[-300:]])
        found["similar by frequent words"] = self._similar([next(common) for _ in range(count)])
        found["similar by rare words"] = self._similar([next(strange) for _ in range(count)])
        centres = [seed.choice(self.rows.centres) for _ in range(count)]
        spots = [(lat + seed.gauss(0, 0.01), long + seed.gauss(0, 0.01)) for lat, long in centres]
        found["similar by place"] = self._similar(["Ada"] * count, spots)
        found["similar by frequent words and place"] = self._similar(
            [next(common) for _ in range(count)], spots
        )
        return found

    def figures(self, count: int) -> Asked:
        year = self.city.now.year - 1
        asked = request("GET", f"/v1/public/complaint-statistics?region={CODE}&year={year}")
        return [asked] * count, [("", [])] * count

    def _similar(self, subjects: list[str], spots: list[tuple[float, float]] | None = None) -> Asked:
        of = self.words.words["categories"][0]["code"]
        asked, bare = [], []
        for number, subject in enumerate(subjects):
            body: dict[str, Any] = {"region": CODE, "subject": subject, "category": of}
            pairs = two_in_common(telling(subject.casefold().split())) or "x"
            params: tuple[str, list[Any]] = ("similar", [self.city.region_id, pairs])
            if spots is not None:
                latitude, longitude = spots[number]
                body["place"] = {"latitude": latitude, "longitude": longitude}
                box = [latitude - 0.0018, latitude + 0.0018, longitude - 0.0018, longitude + 0.0018]
                params = ("place", [self.city.region_id, *box, self.rows.categories[0]])
            asked.append(request("POST", "/v1/public/complaints/similar", orjson.dumps(body)))
            bare.append(params)
        return asked, bare


def lines(found: dict[str, Any]) -> list[str]:
    part = found["complaints"]
    first, second = part["nightly_seconds"]
    shown = [
        "",
        f"Search over {part['complaints']:,} complaints at {part['rate']} requests a second, ms from the scheduled "
        f"moment (target: p95 {TARGET_MS}); loaded in {part['load_seconds']:.0f} s",
        f"{'':46}{'p50':>7}{'p95':>8}{'p99':>8}{'server CPU':>12}   bare SQL p50 / p95",
    ]
    for name, each in part["searches"].items():
        missed = "!" if each["p95"] > TARGET_MS else " "
        bare = each["bare"]
        plain = f"{bare['p50']:.1f} / {bare['p95']:.1f}" if bare else "–"
        shown.append(
            f"{name:46}{each['p50']:7.1f}{each['p95']:7.1f}{missed}{each['p99']:8.1f}"
            f"{each['server_cpu_ms']:12.1f}   {plain}"
        )
    shown.append(f"figures of all months: {first:.1f} s; the night after: {second:.1f} s")
    return shown
