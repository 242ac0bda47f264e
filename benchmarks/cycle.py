"""Dashboards of the performance cycle: a region of 13,000, an agency of 2,000, beside the grown city's activities."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from asn_api.areas.identity import keys
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from asn_api.rules.evaluation_periods import calendar_spans
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus, Periodicity
from asn_api.rules.feedback import FeedbackPolarity, Relation, Visibility
from asn_api.rules.ratings import NINE_CELLS, CoreValue
from benchmarks.city import City, settle
from benchmarks.compare import percentiles, say
from benchmarks.grown import LARGE, Grown
from benchmarks.growth import Growth, Make
from benchmarks.people import AGENCIES, UNITS_PER_AGENCY, Person, copy

CODE = "bench-cycle"
EVERYBODY, LARGE_AGENCY = 13_000, 2_000
UNITS = AGENCIES * (1 + UNITS_PER_AGENCY)
TARGET_MS = 50
LAST_STATES = (
    *(EvaluationStatus.OPEN, EvaluationStatus.REPORTED) * 2,
    *(EvaluationStatus.RATED, EvaluationStatus.ACKNOWLEDGED) * 2,
    EvaluationStatus.OBJECTED,
    EvaluationStatus.FINAL,
)
"""Of the last quarter and the year, in turn; the quarters before are final."""


async def run(grown: Grown, times: int) -> dict[str, Any]:
    settings = grown.settings[LARGE]
    await load(settings)
    city = await loaded(settings)
    return await Cycle(
        replace(grown, settings={LARGE: settings}, city=city, admin=city.people[-1]), times
    ).run()


class Cycle(Growth):
    """The same machinery, one database."""

    def __init__(self, grown: Grown, times: int) -> None:
        super().__init__(grown, times, 0)

    async def _paths(self) -> dict[str, dict[str, Make]]:
        people, admin = self.grown.city.people, [self.grown.admin]
        head, unit_heads = people[:1], people[AGENCIES:UNITS]
        base = f"/v1/cycles/{last_year()}"
        quarter, year = "kind=PERIODIC&number=4", "kind=YEARLY"
        asked: dict[str, tuple[list[Person], str]] = {
            "summary, region, a quarter": (admin, f"{base}/summary?{quarter}"),
            "summary, region, the year": (admin, f"{base}/summary?{year}"),
            "summary, agency of 2,000, a quarter": (head, f"{base}/summary?{quarter}"),
            "summary, agency of 2,000, the year": (head, f"{base}/summary?{year}"),
            "summary, own team": (unit_heads, f"{base}/summary?{quarter}"),
            "evaluators, region": (admin, f"{base}/evaluators?{quarter}&limit=50"),
            "evaluators, agency of 2,000": (head, f"{base}/evaluators?{quarter}&limit=50"),
            "evaluators, oneself": (unit_heads, f"{base}/evaluators?{quarter}"),
            "distributions, region": (admin, f"{base}/distributions?{quarter}"),
            "summary explained, agency of 2,000": (head, f"{base}/summary/explanation?{quarter}"),
        }
        return {name: {LARGE: self._get(callers, path)} for name, (callers, path) in asked.items()}

    def _found(self) -> dict[str, Any]:
        return {path: percentiles(seconds) for (path, _), seconds in self.latencies.items()}

    async def run(self) -> dict[str, Any]:
        found = await super().run()
        return {"cycle": found["growth"], "cycle_missing": found["growth_missing"]}


def last_year() -> int:
    """A year that is over: every quarter has ended."""
    return datetime.now(UTC).year - 1


async def load(settings: Settings) -> None:
    """Once per database: a region of its own with plans, five evaluations of everybody, feedback."""
    connection = await asyncpg.connect(settings.libpq, command_timeout=None)
    known = await connection.fetchval("select exists (select from regions where code = $1)", CODE)
    await connection.close()
    if known:
        return
    say("loading the region of the cycle once")
    places = itertools.chain(
        itertools.islice(itertools.cycle(range(0, UNITS, AGENCIES)), LARGE_AGENCY - UNITS_PER_AGENCY - 1),
        itertools.cycle(number for number in range(UNITS) if number % AGENCIES),
    )
    people = [
        Person(
            uuid7(),
            f"{date(1965, 1, 1) + timedelta(days=number):%Y%m%d}2015011001",
            number if number < UNITS else next(places),
            number < UNITS,
        )
        for number in range(EVERYBODY)
    ]
    year = last_year()
    city, units = await settle(settings, people, [date(year, 12, 31), date(year, 1, 1)], CODE)
    connection = await asyncpg.connect(settings.libpq, command_timeout=None)
    await connection.execute(
        "insert into role_grants (region_id, id, version, account_id, role, unit_id, valid) "
        "select $1, $2, 1, $3, 'REGIONAL_ADMIN', id, daterange('2015-01-01', null) from units "
        "where region_id = $1 and parent_id is null",
        city.region_id, uuid7(), people[-1].account_id,
    )  # fmt: skip
    rows = list(_evaluations(city, units, year))
    await copy(connection, "evaluations", rows)
    await copy(connection, "objections", list(_objections(rows)))
    await copy(connection, "feedback", list(_feedback(city, units, year)))
    await connection.execute("vacuum analyze")
    await connection.close()


def _head_of(city: City, person: Person) -> Person:
    """Unit heads are rated by the agency's, whom nobody rates here."""
    return city.people[person.unit % AGENCIES if person.is_head else person.unit]


def _evaluations(city: City, units: list[dict[str, Any]], year: int) -> Iterator[dict[str, Any]]:
    cells = list(NINE_CELLS.items())
    for (number, person), span in itertools.product(
        enumerate(city.people), calendar_spans(year, Periodicity.QUARTER)
    ):
        is_last = span.kind is EvaluationKind.YEARLY or span.number == 4
        status = LAST_STATES[number % len(LAST_STATES)] if is_last else EvaluationStatus.FINAL
        (work_result, behaviour), predicate = cells[number % 7 if number % 7 < 2 else number % len(cells)]
        head = _head_of(city, person)
        rated = status not in (EvaluationStatus.OPEN, EvaluationStatus.REPORTED) and head is not person
        if head is person and status is not EvaluationStatus.OPEN:
            status = EvaluationStatus.REPORTED
        reported = datetime.combine(span.last + timedelta(days=1 + number % 5), datetime.min.time(), UTC)
        yield {
            "region_id": city.region_id,
            "id": uuid7(),
            "version": 1,
            "plan_id": person.plan_id,
            "employee_id": person.id,
            "unit_id": units[person.unit]["id"],
            "year": year,
            "kind": span.kind.value,
            "period": asyncpg.Range(span.first, span.last + timedelta(days=1)),
            "status": status.value,
            "self_report_missing": False,
            "reported_at": None if status is EvaluationStatus.OPEN else reported,
            "work_result": work_result.value if rated else None,
            "behaviour": behaviour.value if rated else None,
            "predicate": predicate.value if rated else None,
            "evaluator_id": head.id if rated else None,
            "evaluator": '{"status": "ASN"}' if rated else None,
            "suggestion": '{"work_result": {"rating": "MEETS"}, "behaviour": {"rating": "MEETS"}}'
            if rated
            else None,
            "comment": "Kinerja sesuai dengan rencana yang disepakati" if rated else None,
            "rated_at": reported + timedelta(days=number % 12) if rated else None,
            "objection_until": span.last + timedelta(days=31) if rated else None,
        }


def _objections(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        if row["status"] == EvaluationStatus.OBJECTED:
            yield {
                **{name: row[name] for name in ("region_id", "employee_id", "unit_id", "evaluator_id")},
                "id": uuid7(),
                "version": 1,
                "evaluation_id": row["id"],
                "grounds": "Bukti dukung belum dilihat",
                "contested": "[]",
                "evidence": "[]",
                "filed_at": row["rated_at"] + timedelta(days=3),
                "rating_before": "{}",
            }


def _feedback(city: City, units: list[dict[str, Any]], year: int) -> Iterator[dict[str, Any]]:
    """Once a quarter for two of three."""
    for (number, person), month in itertools.product(enumerate(city.people), (2, 5, 8, 11)):
        head = _head_of(city, person)
        if number % 3 and head is not person:
            yield {
                "region_id": city.region_id,
                "id": uuid7(),
                "version": 1,
                "employee_id": person.id,
                "giver_id": head.id,
                "unit_id": units[person.unit]["id"],
                "plan_id": person.plan_id,
                "core_value": CoreValue.COLLABORATIVE.value,
                "day": date(year, month, 1 + number % 28),
                "relation": Relation.SUPERIOR.value,
                "polarity": FeedbackPolarity.POSITIVE.value,
                "visibility": Visibility.SUBJECT_AND_SUPERIOR.value,
                "named": True,
                "text": "Selalu membantu rekan yang kesulitan",
                "created_at": datetime(year, month, 1 + number % 28, tzinfo=UTC),
            }


async def loaded(settings: Settings) -> City:
    """The region as an earlier run left it, the people in their order."""
    now = datetime.now(UTC)
    connection = await asyncpg.connect(settings.libpq)
    region_id: UUID = await connection.fetchval("select id from regions where code = $1", CODE)
    await connection.execute(
        "update sessions set expires_at = $1 where region_id = $2", now + timedelta(days=30), region_id
    )
    rows = await connection.fetch(
        "select e.id, e.nip, c.id as account_id, s.id as session_id from employees e "
        "join accounts c on c.region_id = e.region_id and c.employee_id = e.id "
        "join sessions s on s.region_id = e.region_id and s.account_id = c.id "
        "where e.region_id = $1 order by e.sort_name",
        region_id,
    )
    activities = await connection.fetchval(
        "select reltuples::bigint from pg_class where relname = 'activities'"
    )
    await connection.close()
    people = [
        Person(row["id"], row["nip"], 0, number < UNITS, row["account_id"], row["session_id"])
        for number, row in enumerate(rows)
    ]
    database = Database(settings)
    async with database.sessions() as db:
        signing = await keys.signing(db, Keyring(settings.keys), now)
    await database.stop()
    return City(region_id, people, [], [], activities, signing, settings, now)


def lines(found: dict[str, Any]) -> list[str]:
    shown = [
        "",
        f"Dashboards of the cycle, ms: {EVERYBODY:,} people, five evaluations of each; target: p95 at most {TARGET_MS}",
        f"{'':44}{'p50':>7}{'p95':>8}{'p99':>8}",
    ]
    for path, ms in found["cycle"].items():
        mark = "!" if ms["p95"] > TARGET_MS else ""
        shown.append(f"{path:44}{ms['p50']:7.1f}{ms['p95']:8.1f}{ms['p99']:8.1f}{mark}")
    return shown + [f"not available: {path}: {why[:160]}" for path, why in found["cycle_missing"].items()]
