"""What a verifier's numbers show: shares, the steps of the median and of the slowest tenth, what to look at."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from asn_api.rules.policy import ActivityPolicy
from asn_api.rules.rollups import LATENCIES

_PLACES = Decimal("0.0001")


class OversightFlag(StrEnum):
    """Asks a person to look; nothing follows from it by itself."""

    MASS_APPROVAL = "MASS_APPROVAL"
    LATE_DECISIONS = "LATE_DECISIONS"


@dataclass(frozen=True)
class Step:
    """Between these many working days, both included; `last` None: or more."""

    first: int
    last: int | None


@dataclass(frozen=True)
class Post:
    """So many people in posts of one unit from a day on; `after` is the first day that is no longer theirs."""

    start: date
    after: date
    people: int

    def days(self, until: date) -> int:
        """Calendar days before `until`."""
        return max(0, (min(self.after, until) - self.start).days)


def expected_minutes(posts: Iterable[Post], first: date, targets: Sequence[int], until: date) -> int:
    """Whole minutes before `until`: the day's target once per person; `targets` are those of the days from `first`."""
    minutes = 0
    for post in posts:
        if post.start < until:
            days = slice((post.start - first).days, (min(post.after, until) - first).days)
            minutes += post.people * sum(targets[days])
    return minutes


def share(part: int, whole: int) -> Decimal | None:
    """Between 0 and 1, 4 decimals, half up; None of nothing."""
    return (Decimal(part) / whole).quantize(_PLACES, ROUND_HALF_UP) if whole else None


def percentile(histogram: Mapping[str, int], share: Fraction) -> Step | None:
    """The step that holds the decision at this share of all, counted from the quickest (nearest rank).

    Only the step is known, not the day within it.
    """
    total = sum(histogram[name] for name, _, _ in LATENCIES)
    seen = 0
    for name, first, last in LATENCIES:
        seen += histogram[name]
        if total and seen >= total * share:
            return Step(first, last)
    return None


def flags(numbers: Mapping[str, int], policy: ActivityPolicy) -> list[OversightFlag]:
    """What is worth a look, once there are enough decisions to say anything."""
    decided = numbers["decided"]
    if decided < policy.oversight_min_decisions:
        return []
    found = []
    in_bulk, untouched = share(numbers["in_bulk"], decided), share(numbers["untouched"], decided)
    if (
        in_bulk is not None
        and untouched is not None
        and in_bulk >= policy.mass_approval_bulk_share
        and untouched >= policy.mass_approval_untouched_share
    ):
        found.append(OversightFlag.MASS_APPROVAL)
    in_time = share(numbers["in_time"], sum(numbers[name] for name, _, _ in LATENCIES))
    if in_time is not None and in_time < policy.in_time_share:
        found.append(OversightFlag.LATE_DECISIONS)
    return found
