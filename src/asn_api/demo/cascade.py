"""Goals of the agencies of Kota Demo and the work results that cascade from them, the same every time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random
from uuid import UUID

from asn_api.demo.work import Measure, vocabulary, work_of

SEED = 20260105


@dataclass(frozen=True, slots=True)
class Member:
    """An employee as this module needs him; keys (NIP, unit ids) must be the same in every run.

    `days` are his working days in order.
    """

    key: str
    title: str
    unit: str
    superior: str | None
    agency: str
    days: Sequence[date]


@dataclass(frozen=True, slots=True)
class Goal:
    id: UUID
    agency: str
    order: int
    statement: str
    indicator: str
    target: int
    unit: str


@dataclass(frozen=True, slots=True)
class Indicator:
    id: UUID
    order: int
    aspect: str
    statement: str
    target: int
    unit: str
    polarity: str


@dataclass(frozen=True, slots=True)
class Result:
    """`parent` is a PRIMARY result of the superior; whoever has none to lean on has a `goal` instead."""

    id: UUID
    employee: str
    order: int
    kind: str
    statement: str
    parent: UUID | None
    goal: UUID | None
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class Plans:
    goals: tuple[Goal, ...]
    results: Mapping[str, tuple[Result, ...]]


def uuid7(milliseconds: int, rng: Random) -> UUID:
    noise = rng.getrandbits(74)
    return UUID(int=milliseconds << 80 | 7 << 76 | (noise >> 62) << 64 | 2 << 62 | noise & (1 << 62) - 1)


def plans(members: Iterable[Member], year: int) -> Plans:
    """Goals of every agency, and for everybody two to four results that cascade from the superior's."""
    people = list(members)
    agencies = {member.key: member.agency for member in people}
    made = int(datetime(year - 1, 12, 20, tzinfo=UTC).timestamp()) * 1000
    topics: dict[str, str] = {}
    for member in people:
        topics.setdefault(member.agency, "perangkat daerah")
        if _leads_agency(member, agencies):
            topics[member.agency] = _topic(member.title)
    goals = {agency: _goals(agency, topic, made) for agency, topic in topics.items()}
    generators = {member.key: Random(f"{SEED}/plan/{year}/{member.key}") for member in people}  # noqa: S311
    primary = {}
    for member in people:
        rng = generators[member.key]
        size = min(rng.choice((2, 3, 3, 4)), len(work_of(member.title).results))
        primary[member.key] = [uuid7(made, rng) for _ in range(size)]
    results = {}
    for member in people:
        rng, above = generators[member.key], None
        if member.superior is not None and not _leads_agency(member, agencies):
            above = primary.get(member.superior)
        results[member.key] = _results(member, primary[member.key], above, goals[member.agency], rng, made)
    return Plans(tuple(goal for group in goals.values() for goal in group), results)


def _leads_agency(member: Member, agencies: Mapping[str, str]) -> bool:
    return member.superior is None or agencies.get(member.superior) != member.agency


OFFICES = {"sekretaris": "sekretariat", "inspektur": "inspektorat", "camat": "kecamatan"}


def _topic(title: str) -> str:
    """The subject of an agency, taken from its head's title: KEPALA DINAS SOSIAL → sosial."""
    first, *rest = title.lower().split()
    if first == "kepala":
        return " ".join(rest[1:])
    return " ".join((OFFICES.get(first, first), *rest))


def _goals(agency: str, topic: str, made: int) -> tuple[Goal, ...]:
    rng = Random(f"{SEED}/goals/{agency}")  # noqa: S311
    return tuple(
        Goal(
            uuid7(made, rng),
            agency,
            order,
            statement.format(topic),
            indicator,
            rng.randint(78, 96),
            "persen" if "Persentase" in indicator else "nilai",
        )
        for order, (statement, indicator) in enumerate(vocabulary().goals[: rng.randint(3, 5)], 1)
    )


def _results(
    member: Member,
    ids: Sequence[UUID],
    above: Sequence[UUID] | None,
    goals: Sequence[Goal],
    rng: Random,
    made: int,
) -> tuple[Result, ...]:
    work, additional = work_of(member.title), vocabulary().additional
    found = []
    for order, (key, statement) in enumerate(zip(ids, rng.sample(work.results, len(ids)), strict=True), 1):
        indicators = _indicators(work.measures[: rng.choice((1, 2, 2, 3))], rng, made)
        parent = rng.choice(above) if above else None
        goal = None if parent else rng.choice(goals).id
        found.append(Result(key, member.key, order, "PRIMARY", statement, parent, goal, indicators))
    if rng.random() < 0.35:
        indicators = _indicators(additional.measures, rng, made)
        key, statement = uuid7(made, rng), rng.choice(additional.results)
        found.append(Result(key, member.key, len(found) + 1, "ADDITIONAL", statement, None, None, indicators))
    return tuple(found)


def _indicators(measures: Sequence[Measure], rng: Random, made: int) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            uuid7(made, rng),
            order,
            measure.aspect,
            measure.statement,
            rng.randint(measure.least, measure.most),
            measure.unit,
            measure.polarity,
        )
        for order, measure in enumerate(measures, 1)
    )
