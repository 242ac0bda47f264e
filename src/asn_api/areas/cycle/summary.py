"""The cycle by units: how far each step has come, ratings, and what waits for evaluators."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.areas.cycle import queries, windows
from asn_api.areas.cycle.schemas import EvaluationsOut, PeopleOut, SummaryFilter
from asn_api.areas.cycle.spans import Asked
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.ratings import NINE_CELLS, Expectation, Predicate

_PEOPLE = tuple(PeopleOut.model_fields)
_SEGMENTS = tuple(EvaluationsOut.model_fields)
Row = Mapping[Any, Any]
Cell = tuple[Expectation, Expectation]


@dataclass
class Figures:
    """Numbers that add up; `oldest_due` is the earliest."""

    people: Counter[str] = field(default_factory=Counter)
    segments: Counter[str] = field(default_factory=Counter)
    final: Counter[Cell] = field(default_factory=Counter)
    provisional: Counter[Cell] = field(default_factory=Counter)
    owed: Counter[str] = field(default_factory=Counter)
    oldest_due: date | None = None

    def add(self, other: "Figures") -> None:
        for name in ("people", "segments", "final", "provisional", "owed"):
            getattr(self, name).update(getattr(other, name))
        self.oldest_due = min(filter(None, (self.oldest_due, other.oldest_due)), default=None)

    def add_people(self, row: Row) -> None:
        """Of one stage, exempt or not."""
        people = row["people"]
        self.people.update({name: row[name] for name in ("people", "came", "moved", "left")})
        if row["exempt"]:
            self.people["exempt"] += people
        else:
            stage = row["stage"] or "none"
            self.people.update({"expected": people, stage: people, "overdue": row["overdue"]})

    def add_evaluations(self, row: Row) -> None:
        number, status, over = row["number"], EvaluationStatus(row["status"]), row["over"]
        if status is not EvaluationStatus.OPEN:
            begun = {status.value.lower(): number, "begun_over": over, "begun_running": number - over}
            self.segments.update(begun)
        if row["work_result"] is not None:
            self.segments["without_report"] += row["without_report"]
            kept = self.final if status is EvaluationStatus.FINAL else self.provisional
            kept[Expectation(row["work_result"]), Expectation(row["behaviour"])] += number

    def add_waiting(self, number: int, due: date | None, today: date) -> None:
        self.owed.update({"waiting": number, "late": number if due is not None and due < today else 0})
        self.oldest_due = min(filter(None, (self.oldest_due, due)), default=None)

    def add_plans(self, row: Row) -> None:
        self.segments["expected"] += row["number"]
        self.segments["over" if row["over"] else "not_over"] += row["number"]

    def steps(self) -> dict[str, int]:
        """What nobody has begun is what remains of the plans, over or not; without rows there is nothing to count."""
        held = self.segments
        found = {name: held[name] for name in _SEGMENTS}
        found["running"] = max(0, held["not_over"] - held["begun_running"])
        found["not_begun"] = max(0, held["over"] - held["begun_over"])
        return found

    def shown(self) -> dict[str, Any]:
        rated = self.final.total() + self.provisional.total()
        final, provisional = _predicates(self.final), _predicates(self.provisional)
        return {
            "plans": {name: self.people[name] for name in _PEOPLE},
            "evaluations": self.steps(),
            "ratings": {
                "rated": rated,
                "unrated": self.segments["expected"] - rated,
                "predicates": [
                    {"predicate": each, "final": final[each], "provisional": provisional[each]}
                    for each in Predicate
                ]
                if rated
                else None,
                "cells": [
                    {
                        "work_result": cell[0],
                        "behaviour": cell[1],
                        "predicate": predicate,
                        "final": self.final[cell],
                        "provisional": self.provisional[cell],
                    }
                    for cell, predicate in NINE_CELLS.items()
                    if self.final[cell] + self.provisional[cell]
                ],
            },
            "owed": {
                "waiting": self.owed["waiting"],
                "late": self.owed["late"],
                "oldest_due": self.oldest_due,
            },
        }


def _predicates(cells: Mapping[Cell, int]) -> Counter[Predicate]:
    found: Counter[Predicate] = Counter()
    for cell, number in cells.items():
        found[NINE_CELLS[cell]] += number
    return found


@dataclass(frozen=True)
class Found:
    total: Figures
    units: Mapping[UUID, Figures]
    names: Mapping[UUID, str]


async def read(db: AsyncSession, access: Access, asked: Asked) -> Found:
    """A handful of statements, however many units there are."""
    around = await windows.read(db, access, asked)

    async def rows(name: str) -> Sequence[Row]:
        statement, values = queries.figures(access, asked, around, name)
        return (await db.execute(statement, values)).mappings().all()

    units: dict[UUID, Figures] = defaultdict(Figures)
    for row in await rows("people"):
        units[row["node"]].add_people(row)
    for row in await rows("plans"):
        units[row["node"]].add_plans(row)
    for row in await rows("evaluations"):
        units[row["node"]].add_evaluations(row)
    for row in await rows("waiting"):
        since, due = around.owed(asked, row["place"], row["last_day"], row["reported"])
        if row["reported"] is not None or since < access.today:
            units[row["node"]].add_waiting(row["number"], due, access.today)
    for name in ("decided", "feedback"):
        for row in await rows(name):
            units[row["node"]].segments[row["name"]] += row["number"]
    total = Figures()
    for figures in units.values():
        total.add(figures)
    return Found(total, units, {id: around.units[id].name for id in units})


async def summary(db: AsyncSession, access: Access, asked: Asked, wanted: SummaryFilter) -> dict[str, Any]:
    found = await read(db, access, asked)
    scope = "TEAM"
    if asked.scope.of_units:
        scope = "REGION" if access.reaches(Reach.REGION) else "BRANCH"
    return {
        **named(asked),
        "scope": scope,
        "as_of": asked.scope.as_of,
        "total": found.total.shown(),
        "units": [
            {"unit": {"id": id, "name": found.names[id]}, "figures": figures.shown()}
            for id, figures in _worst_first(found.units, found.names)
        ],
        "links": _links(asked, wanted),
    }


def named(asked: Asked) -> dict[str, Any]:
    return {
        "year": asked.year,
        "kind": asked.span.kind,
        "period_start": asked.span.first,
        "period_end": asked.span.last,
        "counted_until": asked.until,
    }


def _worst_first(units: Mapping[UUID, Figures], names: Mapping[UUID, str]) -> Sequence[tuple[UUID, Figures]]:
    def order(each: tuple[UUID, Figures]) -> tuple[int, int, str]:
        id, figures = each
        return -figures.owed["late"], -figures.people["overdue"], names[id]

    return sorted(units.items(), key=order)


def _links(asked: Asked, wanted: SummaryFilter) -> dict[str, str]:
    """Where contributions and single evaluations of the same people are."""
    unit = f"&unit_id={wanted.unit_id}" if wanted.unit_id else ""
    team = "" if asked.scope.of_units else "&team=true"
    months = f"from={asked.span.first:%Y-%m}&to={asked.until:%Y-%m}"
    return {
        "contribution": f"/v1/contributions/summary?{months}{unit}{team}",
        "evaluations": f"/v1/evaluations?year={asked.year}&kind={asked.span.kind}"
        f"&period_end%5Bgte%5D={asked.span.first}&period_end%5Blte%5D={asked.span.last}{unit}",
    }
