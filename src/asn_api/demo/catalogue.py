"""What Kota Demo teaches, the same every time: partners, and 300 courses made of subjects and forms."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from asn_api.demo.cascade import SEED, uuid7
from asn_api.rules.courses import CourseKind, CourseMode, CourseStatus, form_of

Row = dict[str, Any]

YEARS = 3
"""Of history, to today."""


@dataclass(frozen=True, slots=True)
class Course:
    """`after` is the course that has to be completed before, `days` how long its classes take."""

    row: Row
    competency: str
    level: int
    days: int
    after: UUID | None

    @property
    def id(self) -> UUID:
        id: UUID = self.row["id"]
        return id

    @property
    def mode(self) -> CourseMode:
        mode: CourseMode = self.row["mode"]
        return mode


@cache
def vocabulary() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("asn_api").joinpath("demo/training.toml").read_text("utf-8"))


def partners(region_id: UUID, today: date) -> tuple[list[Row], list[Row]]:
    """Partners with their agreements: one that has ended, and the one of today unless it was the last."""
    rng = Random(f"{SEED}/partners")  # noqa: S311
    rows, agreements = [], []
    began = _moment(today - timedelta(days=365 * YEARS))
    for number, each in enumerate(vocabulary()["partners"], 1):
        id = uuid7(began, rng)
        rows.append(
            {"region_id": region_id, "id": id, "version": 1, "kind": each["kind"], "name": each["name"]}
        )
        first, renewed = today - timedelta(days=365 * YEARS + 60), today - timedelta(days=200)
        spans = [Range(first, renewed)]
        if not each.get("expired"):
            spans.append(Range(renewed, today + timedelta(days=500)))
        agreements += [
            {
                "region_id": region_id,
                "id": uuid7(began, rng),
                "partner_id": id,
                "number": f"{part:02d}{number:02d}/PKS/{span.lower.year}",
                "valid": span,
            }
            for part, span in enumerate(spans, 1)
            if span.lower is not None
        ]
    return rows, agreements


def courses(region_id: UUID, unit_id: UUID, partner_ids: Sequence[UUID], now: datetime) -> list[Course]:
    """Every subject in every form; what comes before is listed before."""
    rng = Random(f"{SEED}/courses")  # noqa: S311
    published = now - timedelta(days=365 * YEARS)
    made: list[Course] = []
    number = 0
    for competency, subjects in vocabulary()["subjects"].items():
        for subject in subjects:
            number += 1
            of_subject: dict[str, UUID] = {}
            for form in vocabulary()["forms"]:
                row = {
                    "region_id": region_id,
                    "id": uuid7(_moment(published.date()), rng),
                    "version": 1,
                    "unit_id": unit_id,
                    "partner_id": rng.choice([None, *partner_ids]),
                    "code": f"{form['code']}-{number:03d}",
                    "title": form["title"].format(subject),
                    "description": _description(subject, rng),
                    "form": form_of(CourseKind(form["kind"])),
                    "kind": CourseKind(form["kind"]),
                    "mode": CourseMode(form["mode"]),
                    "jp": form["jp"],
                    "cost": form["cost"],
                    "mandatory_for": ["EXECUTIVE"]
                    if subject == "Budaya Antikorupsi" and form["days"] == 14
                    else [],
                    "status": CourseStatus.PUBLISHED,
                    "created_at": published,
                    "published_at": published,
                }
                of_subject[form["code"]] = row["id"]
                after = of_subject.get(form.get("after", ""))
                made.append(Course(row, competency, form["level"], form["days"], after))
    return made


def _description(subject: str, rng: Random) -> str:
    words = vocabulary()["wording"]
    opening, outcome = rng.choice(words["openings"]), rng.choice(words["outcomes"])
    first, second = rng.sample(words["aims"], 2)
    return f"{opening} {first} dan {second} dalam {subject.lower()}, lalu {outcome}."


def _moment(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
