"""Recommendations for a region of 13,000: the nightly run, in a process of its own, and one person over HTTP."""

import itertools
import multiprocessing
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import uvloop

from asn_api.areas.recommendations.jobs import recommend
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.jobs import Means
from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from asn_api.rules.certificates import CertificateOrigin, CertificateStatus
from asn_api.rules.competencies import EvidenceSource, NationalCompetency, PositionTier
from asn_api.rules.courses import CourseForm, CourseKind, CourseMode, CourseStatus
from asn_api.rules.enrolments import ClassStatus, EnrolmentOrigin, EnrolmentStatus
from benchmarks.city import City, settle
from benchmarks.compare import percentiles, say
from benchmarks.load import Connection, request
from benchmarks.people import AT_LEAST, UNITS_PER_AGENCY, copy, people_of
from benchmarks.sides import OURS, Server

EVERYBODY = 13_000
COURSES, CLASSES, OPEN = 300, 1_200, 400
TECHNICAL = tuple(f"TEKNIS_{number:02}" for number in range(20))
CODES = (*(each.value for each in NationalCompetency), *TECHNICAL)
TAKEN = 3
"""Completed classes of everybody."""
RUN_SECONDS, RUN_MB, ONE_MS = 30, 500, 20
WARM = 20

Row = dict[str, Any]


async def run(settings: Settings, times: int) -> dict[str, Any]:
    say("loading a region of 13,000 with competencies, courses and classes")
    people = people_of(EVERYBODY * AT_LEAST)
    today = datetime.now(UTC).date()
    city, units = await settle(settings, people, [today], "bench-training")
    connection = await asyncpg.connect(settings.libpq, command_timeout=None)
    try:
        rows = _Rows(city, units[UNITS_PER_AGENCY]["id"])
        for table, made in rows.all().items():
            await copy(connection, table, made)
        await connection.execute("vacuum analyze")
        say("the nightly run, twice")
        runs = [_in_a_process(settings, city.region_id) for _ in range(2)]
        found = await connection.fetchrow(
            "select people, recommended from recommendation_runs where region_id = $1", city.region_id
        )
    finally:
        await connection.close()
    return {
        "city": {"employees": len(people), "activities": 0},
        "recommendations": {
            "people": found["people"],
            "recommended": found["recommended"],
            "open_classes": OPEN,
            "runs": runs,
            "one": await _one(settings, city, times),
        },
    }


def _in_a_process(settings: Settings, region_id: UUID) -> Row:
    """Seconds, CPU of the process, and the most memory that it ever held, with everything it imports."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_nightly, (settings, str(region_id)))


def _nightly(settings: Settings, region_id: str) -> Row:
    began, cpu = time.perf_counter(), time.process_time()
    uvloop.run(_job(settings, region_id))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": peak,
    }


async def _job(settings: Settings, region_id: str) -> None:
    database = Database(settings)
    await database.start()
    await recommend(Means(database, Keyring(settings.keys)), region_id)
    await database.stop()


async def _one(settings: Settings, city: City, times: int) -> Row:
    """Everybody asks for himself, one after the other."""
    server = Server(OURS, settings, city, settings.local_dir)
    callers = itertools.cycle(city.staff[:200])
    seconds: list[float] = []
    try:
        await server.ready()
        connection = await Connection.open(server.port)
        for number in range(WARM + times):
            caller = next(callers)
            asking = request("GET", f"/v1/employees/{caller.id}/recommendations", token=city.token(caller))
            if number == WARM:
                cpu = server.clock.read()
            began = time.perf_counter()
            await connection.expect(asking)
            if number >= WARM:
                seconds.append(time.perf_counter() - began)
        connection.close()
        return {**(percentiles(seconds) or {}), "server_cpu_ms": 1000 * (server.clock.read() - cpu) / times}
    finally:
        server.stop()


class _Rows:
    """Made up, the same for the same numbers: every third assessed level lies below what the post asks for."""

    def __init__(self, city: City, unit_id: UUID) -> None:
        self.city, self.unit_id = city, unit_id
        self.now = city.now
        self.courses = [uuid7() for _ in range(COURSES)]
        self.classes = [uuid7() for _ in range(CLASSES)]
        self.numbers = {id: number for number, id in enumerate(self.classes)}

    def all(self) -> dict[str, list[Row]]:
        enrolments = list(self._enrolments())
        return {
            table: list(made)
            for table, made in (
                ("competencies", self._competencies()),
                ("competency_standards", self._standards()),
                ("competency_evidence", self._evidence()),
                ("courses", self._courses()),
                ("course_competencies", self._taught()),
                ("course_prerequisites", self._prerequisites()),
                ("course_classes", self._classes()),
                ("class_sessions", self._sessions()),
                ("enrolments", enrolments),
                ("training_certificates", self._certificates(enrolments)),
            )
        }

    def _row(self, **values: Any) -> Row:
        return {"region_id": self.city.region_id, "id": uuid7(), **values}

    def _competencies(self) -> Iterator[Row]:
        for code in TECHNICAL:
            yield self._row(version=1, code=code, name=f"Kompetensi {code}")

    def _standards(self) -> Iterator[Row]:
        """Of the nine everybody needs level 3, of the twenty five each kind of post."""
        for place, code in enumerate(CODES):
            if place < len(NationalCompetency) or place % 4 == 0:
                yield self._row(
                    version=1,
                    tier=PositionTier.PELAKSANA.value,
                    competency_code=code,
                    level=3,
                    criticality=1 + place % 3,
                    valid=asyncpg.Range((self.now - timedelta(days=900)).date(), None),
                )

    def _evidence(self) -> Iterator[Row]:
        day = (self.now - timedelta(days=200)).date()
        for number, person in enumerate(self.city.people):
            for place, code in enumerate(CODES):
                if place % 4 == 0 or place < len(NationalCompetency):
                    yield self._row(
                        version=1,
                        employee_id=person.id,
                        competency_code=code,
                        level=3 - (number + place) % 3,
                        source=EvidenceSource.ASSESSMENT_CENTRE.value,
                        assessed_on=day,
                        valid_until=day + timedelta(days=1000),
                        assessor="Pusat Penilaian",
                        created_at=self.now,
                    )

    def _courses(self) -> Iterator[Row]:
        for number, id in enumerate(self.courses):
            yield self._row(
                version=1,
                unit_id=self.unit_id,
                code=f"PEL-{number:03}",
                title=f"Pelatihan {number}",
                description="Pelatihan dengan praktik dan studi kasus",
                form=CourseForm.CLASSICAL.value,
                kind=list(CourseKind)[number % 9].value,
                mode=list(CourseMode)[number % 4].value,
                jp=6 + number % 30,
                cost=100_000 * (number % 20),
                mandatory_for=["EXECUTIVE"] if number % 100 == 0 else [],
                status=CourseStatus.PUBLISHED.value,
                created_at=self.now,
                published_at=self.now,
            ) | {"id": id}

    def _taught(self) -> Iterator[Row]:
        for number, course_id in enumerate(self.courses):
            for code in {CODES[number % len(CODES)], CODES[(7 * number + 3) % len(CODES)]}:
                yield self._row(course_id=course_id, competency_code=code, level=2 + number % 3)

    def _prerequisites(self) -> Iterator[Row]:
        for number in range(10, COURSES, 10):
            yield self._row(course_id=self.courses[number], prerequisite_id=self.courses[number - 9])

    def _begins(self, number: int) -> datetime:
        """The open classes in the next four months, the others in the three years before."""
        midnight = self.now.replace(hour=1, minute=0, second=0, microsecond=0)
        if number < OPEN:
            return midnight + timedelta(days=10 + number % 120)
        return midnight - timedelta(days=20 + number % 1000)

    def _classes(self) -> Iterator[Row]:
        for number, id in enumerate(self.classes):
            begins, is_open = self._begins(number), number < OPEN
            yield self._row(
                version=1,
                course_id=self.courses[number % COURSES],
                unit_id=self.unit_id,
                organiser_id=self.city.people[0].id,
                name=f"Kelas {number}",
                mode=CourseMode.ON_SITE.value,
                jp=6 + number % COURSES % 30,
                place="Aula",
                starts_on=begins.date(),
                ends_on=begins.date() + timedelta(days=1),
                begins_at=begins,
                registration_opens_at=begins - timedelta(days=300),
                registration_closes_at=begins - timedelta(days=1),
                needs_approval=True,
                seats=30 if is_open else EVERYBODY,
                seats_held=30 if is_open and number % 5 == 0 else 0,
                status=(ClassStatus.OPEN if is_open else ClassStatus.FINISHED).value,
                created_at=self.now,
                finished_at=None if is_open else begins + timedelta(days=2),
            ) | {"id": id}

    def _sessions(self) -> Iterator[Row]:
        for number, class_id in enumerate(self.classes):
            for day in range(2):
                starts = self._begins(number) + timedelta(days=day)
                yield self._row(
                    class_id=class_id, starts_at=starts, ends_at=starts + timedelta(hours=6), jp=4
                )

    def _taken(self) -> Iterator[tuple[int, UUID, int]]:
        """Number and id of a person, and the number of a class that was completed."""
        past = CLASSES - OPEN
        for number, person in enumerate(self.city.people):
            for nth in range(TAKEN):
                yield number, person.id, OPEN + (number * 13 + nth * 211) % past

    def _enrolments(self) -> Iterator[Row]:
        places: dict[int, int] = {}
        for number, employee_id, taken in self._taken():
            places[taken] = places.get(taken, 0) + 1
            yield self._row(
                version=1,
                class_id=self.classes[taken],
                employee_id=employee_id,
                unit_id=self.unit_id,
                origin=EnrolmentOrigin.REQUEST.value,
                status=EnrolmentStatus.COMPLETED.value,
                requested_at=self.now - timedelta(days=1100),
                place=places[taken],
                passed=True,
                ended_at=self._begins(taken) + timedelta(days=2),
                busy=None,
            )
            if taken % 17 == 0:
                # One of the open classes is theirs already.
                mine = number % OPEN
                places[mine] = places.get(mine, 0) + 1
                spans = [self._begins(mine) + timedelta(days=day) for day in range(2)]
                yield self._row(
                    version=1,
                    class_id=self.classes[mine],
                    employee_id=employee_id,
                    unit_id=self.unit_id,
                    origin=EnrolmentOrigin.REQUEST.value,
                    status=EnrolmentStatus.CONFIRMED.value,
                    requested_at=self.now,
                    place=places[mine],
                    passed=None,
                    ended_at=None,
                    busy=[asyncpg.Range(start, start + timedelta(hours=6)) for start in spans],
                )

    def _certificates(self, enrolments: list[Row]) -> Iterator[Row]:
        """Of what was completed, with the hours of its year."""
        for number, each in enumerate(enrolments):
            if each["passed"]:
                day = each["ended_at"].date()
                taken = self.numbers[each["class_id"]]
                yield self._row(
                    version=1,
                    employee_id=each["employee_id"],
                    course_id=self.courses[taken % COURSES],
                    enrolment_id=each["id"],
                    origin=CertificateOrigin.ISSUED.value,
                    status=CertificateStatus.ISSUED.value,
                    number=f"S-{number}",
                    number_key=f"s{number}",
                    issuer="Kota Bench",
                    issuer_key="kota bench",
                    title=f"Pelatihan {taken % COURSES}",
                    title_key=f"pelatihan {taken % COURSES}",
                    kind=CourseKind.TECHNICAL.value,
                    jp=8,
                    starts_on=day,
                    ends_on=day,
                    issued_on=day,
                    year=day.year,
                    code=f"{number:012}",
                    created_at=self.now,
                )


def lines(found: dict[str, Any]) -> list[str]:
    part = found["recommendations"]
    shown = [
        "",
        f"Recommendations: {part['people']:,} people, {part['open_classes']} open classes of {COURSES} courses, "
        f"{part['recommended']:,} recommendations",
    ]
    for nth, run in enumerate(part["runs"], 1):
        missed = "!" if run["seconds"] > RUN_SECONDS or run["peak_mb"] > RUN_MB else ""
        shown.append(
            f"nightly run {nth}: {run['seconds']:.1f} s, {run['cpu_seconds']:.1f} s of them CPU of the worker, "
            f"at most {run['peak_mb']:.0f} MB{missed} (targets {RUN_SECONDS} s, {RUN_MB} MB)"
        )
    one = part["one"]
    shown.append(
        f"one person over HTTP: p50 {one['p50']:.1f}, p95 {one['p95']:.1f} ms, {one['server_cpu_ms']:.1f} ms CPU "
        f"of the server (target {ONE_MS} ms)"
    )
    return shown
