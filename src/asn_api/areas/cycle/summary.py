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
_TOLD = ("with_feedback", "without_report", "decided")
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

    def add_people(self, row: Mapping[Any, Any]) -> None:
        self.people.update({name: row[name] for name in _PEOPLE})

    def add_segments(self, row: Mapping[Any, Any]) -> None:
        number = row["number"]
        self.segments.update({"expected": number, row["state"].lower(): number})
        self.segments.update({name: row[name] for name in _TOLD})
        self.owed.update({name: row[name] for name in ("waiting", "late")})
        self.oldest_due = min(filter(None, (self.oldest_due, row["oldest_due"])), default=None)
        if row["work_result"] is not None:
            kept = self.final if row["state"] == EvaluationStatus.FINAL else self.provisional
            kept[row["work_result"], row["behaviour"]] += number

    def shown(self) -> dict[str, Any]:
        rated = self.final.total() + self.provisional.total()
        final, provisional = _predicates(self.final), _predicates(self.provisional)
        return {
            "plans": {name: self.people[name] for name in _PEOPLE},
            "evaluations": {name: self.segments[name] for name in _SEGMENTS},
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
    windows: windows.Windows


async def read(db: AsyncSession, access: Access, asked: Asked) -> Found:
    """Two statements, however many units there are."""
    known = await windows.read(db, access, asked)
    total, units = Figures(), defaultdict[UUID, Figures](Figures)
    for row in (await db.execute(queries.people(access, asked))).mappings():
        for figures in (total, units[UUID(hex=row["node"])]):
            figures.add_people(row)
    for row in (await db.execute(queries.segments(access, asked, known))).mappings():
        for figures in (total, units[UUID(hex=row["node"])]):
            figures.add_segments(row)
    return Found(total, units, known)


async def summary(db: AsyncSession, access: Access, asked: Asked, wanted: SummaryFilter) -> dict[str, Any]:
    found = await read(db, access, asked)
    names = {row.id: row.name for row in await db.execute(queries.unit_names(access, list(found.units)))}
    scope = "TEAM"
    if asked.scope.of_units:
        scope = "REGION" if access.reaches(Reach.REGION) else "BRANCH"
    return {
        **named(asked),
        "scope": scope,
        "as_of": asked.scope.as_of,
        "total": found.total.shown(),
        "units": [
            {"unit": {"id": id, "name": names[id]}, "figures": figures.shown()}
            for id, figures in _worst_first(found.units, names)
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
