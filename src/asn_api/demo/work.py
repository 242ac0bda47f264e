"""What people do all day in Kota Demo, read from `work.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product
from typing import Any


@dataclass(frozen=True, slots=True)
class Task:
    """One wording of a day's task. Quantities are whole numbers from `least` to `most`."""

    description: str
    unit: str
    least: int
    most: int
    place: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A way to measure a result; yearly targets lie between `least` and `most`."""

    aspect: str
    statement: str
    least: int
    most: int
    unit: str
    polarity: str


@dataclass(frozen=True, slots=True)
class Work:
    titles: tuple[str, ...]
    results: tuple[str, ...]
    measures: tuple[Measure, ...]
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    kinds: dict[str, Work]
    additional: Work
    non_tasks: tuple[Task, ...]
    goals: tuple[tuple[str, str], ...]
    rejections: tuple[str, ...]
    reductions: tuple[str, ...]
    annexes: dict[str, tuple[str, ...]]
    expectations: dict[str, tuple[str, ...]]


@cache
def vocabulary() -> Vocabulary:
    found = tomllib.loads(resources.files("asn_api.demo").joinpath("work.toml").read_text("utf-8"))
    words = found["words"]
    return Vocabulary(
        kinds={kind: _work(entry, words) for kind, entry in found["kinds"].items()},
        additional=_work(found["additional"], words),
        non_tasks=_tasks(found["non_tasks"], words),
        goals=tuple((statement, indicator) for statement, indicator in found["goals"]),
        rejections=tuple(found["rejections"]),
        reductions=tuple(found["reductions"]),
        annexes={kind: tuple(texts) for kind, texts in found["annexes"].items()},
        expectations={value: tuple(texts) for value, texts in found["expectations"].items()},
    )


def work_of(title: str) -> Work:
    """The kind of work that goes with a position title."""
    upper = title.upper()
    kinds = vocabulary().kinds
    return next(
        (kind for kind in kinds.values() if any(word in upper for word in kind.titles)), kinds["office"]
    )


def _work(entry: dict[str, Any], words: dict[str, list[str]]) -> Work:
    measures = []
    for each in entry["measures"]:
        least, most, unit = each["target"]
        polarity = each.get("polarity", "HIGHER_IS_BETTER")
        measures.append(Measure(each["aspect"], each["statement"], least, most, unit, polarity))
    titles, results = tuple(entry["titles"]), tuple(entry["results"])
    return Work(titles, results, tuple(measures), _tasks(entry["tasks"], words))


def _tasks(entries: list[dict[str, Any]], words: dict[str, list[str]]) -> tuple[Task, ...]:
    found = []
    for entry in entries:
        least, most, unit = entry["output"]
        lists = [words[each] if isinstance(each, str) else each for each in entry["words"]]
        found += [
            Task(entry["text"].format(*fill), unit, least, most, entry["place"]) for fill in product(*lists)
        ]
    return tuple(found)
