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

    @property
    def rank(self) -> tuple[int, bool, int, bool, date, str, UUID]:
        """Smallest first. Ties go to a free seat, the earlier class, the course's code: the same every time."""
        offer = self.offer
        place = (not offer.has_seats, offer.first, offer.course_code, offer.class_id)
        return (-self.points, not self.mandatory, -self.hours, *place)


class Offers:
    """The open classes, found by what they teach, so that a region's people need not look at all of them."""

    def __init__(self, offers: Iterable[Offer]) -> None:
        self._by_course: dict[UUID, list[Offer]] = defaultdict(list)
        self._teaching: dict[str, set[UUID]] = defaultdict(set)
        for offer in offers:
            self._by_course[offer.course_id].append(offer)
            for code in offer.teaches:
                self._teaching[code].add(offer.course_id)
        for classes in self._by_course.values():
            classes.sort(key=lambda offer: (not offer.has_seats, offer.first, offer.class_id))

    def useful(self, learner: Learner) -> Iterator[list[Offer]]:
        """Per course the classes of it, where it is mandatory or teaches what the position asks for."""
        courses = {course for code in learner.standards for course in self._teaching.get(code, ())}
        courses.update(course for course in learner.mandatory if course in self._by_course)
        for course in courses:
            yield self._by_course[course]


def recommendations(
    learner: Learner, offers: Offers, *, most: int, repeat_from: date
) -> tuple[list[Recommendation], dict[UUID, Exclusion]]:
    """The best classes, at most `most`, one per course; and the useful courses left out, with why.

    A course completed on or after `repeat_from` is not recommended again.
    """
    found: list[Recommendation] = []
    left_out: dict[UUID, Exclusion] = {}
    for classes in offers.useful(learner):
        use = _use(learner, classes[0])
        if use is None:
            continue
        reason, offer = _fitting(learner, classes, repeat_from)
        if offer is not None:
            found.append(Recommendation(offer, *use))
        elif reason is not None:
            left_out[classes[0].course_id] = reason
    found.sort(key=lambda each: each.rank)
    return found[:most], left_out


def _use(learner: Learner, offer: Offer) -> tuple[tuple[Closing, ...], bool, int] | None:
    """What the course would bring; None if nothing."""
    asked = {code: level for code, level in offer.teaches.items() if code in learner.standards}
    closes = tuple(
        Closing(code, of.held, of.required, of.criticality, level)
        for code, level in sorted(asked.items())
        if (of := learner.standards[code]).held is not None and of.held < min(level, of.required)
    )
    mandatory = offer.course_id in learner.mandatory
    hours = min(offer.hours, learner.shortfall) if asked or mandatory else 0
    return (closes, mandatory, hours) if closes or mandatory or hours else None


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
