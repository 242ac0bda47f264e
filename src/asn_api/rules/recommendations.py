"""Which class helps whom, and why: gaps first, then mandatory courses, then the year's hours."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

Times: TypeAlias = tuple[tuple[datetime, datetime], ...]
"""Spans without their ends."""


class Exclusion(StrEnum):
    """Why a course makes no sense for somebody now, in the order in which they are looked at."""

    ENROLLED = "ENROLLED"
    COMPLETED_RECENTLY = "COMPLETED_RECENTLY"
    PREREQUISITE_MISSING = "PREREQUISITE_MISSING"
    CLASH = "CLASH"


@dataclass(frozen=True)
class Standard:
    """Levels 1 to 5 and the criticality for the position. Nothing `held` is not level 0: no gap is known."""

    held: int | None
    required: int
    criticality: int


@dataclass(frozen=True)
class Offer:
    """A class that can still be asked for, and its course. `teaches` gives levels by competency, `hours` are JP."""

    class_id: UUID
    course_id: UUID
    course_code: str
    teaches: Mapping[str, int]
    prerequisites: frozenset[UUID]
    hours: int
    first: date
    times: Times
    has_seats: bool


@dataclass(frozen=True)
class Learner:
    """Somebody on a day. `standards` are all competencies that the position asks for, with what is held.

    `shortfall` is in JP; `completed` gives each course's last completion; `busy` are times of seats that are held.
    """

    standards: Mapping[str, Standard]
    mandatory: Collection[UUID]
    shortfall: int
    completed: Mapping[UUID, date]
    enrolled: Collection[UUID]
    busy: Times


@dataclass(frozen=True)
class Closing:
    """A gap that a course makes smaller, from `held` to the `level` it teaches but not beyond what is required."""

    competency_code: str
    held: int
    required: int
    criticality: int
    level: int

    @property
    def points(self) -> int:
        """Levels gained times criticality."""
        return (min(self.level, self.required) - self.held) * self.criticality


@dataclass(frozen=True)
class Recommendation:
    offer: Offer
    closes: tuple[Closing, ...]
    mandatory: bool
    hours: int
    """JP of the course that count towards the year's shortfall; 0 where it teaches nothing that is asked for."""

    @property
    def points(self) -> int:
        return sum(closing.points for closing in self.closes)


class Offers:
    """The open classes by course and by what they teach, so that nobody's recommendations look at all of them."""

    def __init__(self, offers: Iterable[Offer]) -> None:
        self.classes: dict[UUID, list[Offer]] = defaultdict(list)
        for offer in offers:
            self.classes[offer.course_id].append(offer)
        self.teaching: dict[str, list[tuple[UUID, int]]] = defaultdict(list)
        self.places: dict[UUID, tuple[bool, date, str, UUID]] = {}
        for course, classes in self.classes.items():
            classes.sort(key=lambda offer: (not offer.has_seats, offer.first, offer.class_id))
            best = classes[0]
            self.places[course] = (not best.has_seats, best.first, best.course_code, course)
            for code, level in best.teaches.items():
                self.teaching[code].append((course, level))


def recommendations(
    learner: Learner, offers: Offers, *, most: int, repeat_from: date
) -> tuple[list[Recommendation], dict[UUID, Exclusion]]:
    """The best classes, at most `most`, one per course; and the courses that would be among them but for a reason.

    Points of gaps first, then mandatory courses, then hours of the shortfall; ties go to a free seat, the earlier
    class, the course's code. A course completed on or after `repeat_from` is not recommended again.
    """
    found: list[Recommendation] = []
    left_out: dict[UUID, Exclusion] = {}
    for course in _useful(learner, offers):
        classes = offers.classes[course]
        reason, offer = _fitting(learner, classes, repeat_from)
        if offer is not None:
            found.append(_recommended(learner, offer))
            if len(found) == most:
                break
        elif reason is not None:
            left_out[course] = reason
    return found, left_out


def _useful(learner: Learner, offers: Offers) -> Iterator[UUID]:
    """Courses that bring something, the best first; those of mere hours are only looked at when asked for."""
    points: dict[UUID, int] = defaultdict(int)
    for code, standard in learner.standards.items():
        held, required = standard.held, standard.required
        if held is not None and held < required:
            for course, level in offers.teaching.get(code, ()):
                if level > held:
                    points[course] += (min(level, required) - held) * standard.criticality
    asked = {course: points.get(course, 0) for course in learner.mandatory if course in offers.classes}
    first = {**points, **asked}

    def hours(course: UUID) -> int:
        return min(offers.classes[course][0].hours, learner.shortfall)

    yield from sorted(
        first,
        key=lambda course: (-first[course], course not in asked, -hours(course), offers.places[course]),
    )
    if learner.shortfall:
        others = {course for code in learner.standards for course, _ in offers.teaching.get(code, ())}
        yield from sorted(others - first.keys(), key=lambda course: (-hours(course), offers.places[course]))


def _recommended(learner: Learner, offer: Offer) -> Recommendation:
    asked = {code: level for code, level in offer.teaches.items() if code in learner.standards}
    closes = tuple(
        Closing(code, of.held, of.required, of.criticality, level)
        for code, level in sorted(asked.items())
        if (of := learner.standards[code]).held is not None and of.held < min(level, of.required)
    )
    mandatory = offer.course_id in learner.mandatory
    hours = min(offer.hours, learner.shortfall) if asked or mandatory else 0
    return Recommendation(offer, closes, mandatory, hours)


def _fitting(
    learner: Learner, classes: Sequence[Offer], repeat_from: date
) -> tuple[Exclusion | None, Offer | None]:
    course = classes[0]
    if course.course_id in learner.enrolled:
        return Exclusion.ENROLLED, None
    last = learner.completed.get(course.course_id)
    if last is not None and last >= repeat_from:
        return Exclusion.COMPLETED_RECENTLY, None
    if not course.prerequisites <= learner.completed.keys():
        return Exclusion.PREREQUISITE_MISSING, None
    for offer in classes:
        if not any(
            start < other_end and other_start < end
            for start, end in offer.times
            for other_start, other_end in learner.busy
        ):
            return None, offer
    return Exclusion.CLASH, None
