"""Which agency a complaint may be for: its category's, and those that took on complaints of the same words."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Taken:
    """A complaint that an agency took on, with the stems that it has in common with the one to be routed."""

    agency_id: UUID
    words: Collection[str]


@dataclass(frozen=True)
class Suggestion:
    """Why an agency: how many complaints, which words they share (the most frequent first), and the points."""

    agency_id: UUID
    points: int
    complaints: int
    words: tuple[str, ...]
    of_category: bool


def suggestions(
    of_category: UUID | None, category_points: int, past: Sequence[Taken], most: int
) -> list[Suggestion]:
    """One point for each word in common with each past complaint, and `category_points` for the category's agency.

    Of equals, the category's agency comes first, then the one of more complaints.
    """
    words: dict[UUID, Counter[str]] = {} if of_category is None else {of_category: Counter()}
    times = Counter(each.agency_id for each in past)
    for each in past:
        words.setdefault(each.agency_id, Counter()).update(each.words)
    found = [
        Suggestion(
            id,
            counted.total() + (category_points if id == of_category else 0),
            times[id],
            tuple(sorted(counted, key=lambda word: (-counted[word], word))),
            id == of_category,
        )
        for id, counted in words.items()
    ]
    found.sort(key=lambda each: (-each.points, not each.of_category, -each.complaints, each.agency_id))
    return found[:most]
