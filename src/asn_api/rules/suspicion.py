"""What makes an activity worth a second look: copied text, evidence used twice, places too far apart.

Nothing here refuses or accuses; a person looks. Texts and evidence are compared by short keys, so that weeks
of a person's reports can be held beside each day: two of 2³² that fall together cost a needless look.
"""

import math
import re
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

EARTH_RADIUS_KM = 6371.0088
_NOT_TEXT = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees; `accuracy_m` is the radius within which the device believes to be."""

    latitude: float
    longitude: float
    accuracy_m: float | None = None
    mock: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where somebody was at some time between two instants."""

    start_at: datetime
    end_at: datetime
    position: Position


@dataclass(frozen=True, slots=True)
class Past:
    """The days on which somebody used a text or a piece of evidence, by their keys."""

    texts: Mapping[int, Collection[date]] = field(default_factory=dict)
    evidence: Mapping[int, Collection[date]] = field(default_factory=dict)


NO_PAST = Past()


@lru_cache(maxsize=65536)
def text_key(text: str) -> int:
    """The same for texts that differ in case, spaces and punctuation only."""
    return _key(_NOT_TEXT.sub("", text.casefold()))


@lru_cache(maxsize=65536)
def evidence_key(evidence: str) -> int:
    """Of a link as it was given, or of a file's SHA-256 in hexadecimal."""
    return _key(evidence)


def _key(text: str) -> int:
    return zlib.crc32(text.encode()) - 2**31


def is_copied(day: date, seen: Iterable[date], *, least_days: int, window_days: int) -> bool:
    """Whether a text, `seen` on these days, stands on at least so many others, none beyond the window."""
    others = [other for other in set(seen) if other != day and abs((other - day).days) <= window_days]
    return len(others) >= least_days


def is_used_evidence(day: date, seen: Iterable[date], *, window_days: int) -> bool:
    """Whether evidence, `seen` with other activities on these days, supports one within the window."""
    return any(abs((other - day).days) <= window_days for other in seen)


def is_implausible(here: Sighting, others: Iterable[Sighting], speed_kmh: int) -> bool:
    """Whether the place is simulated, or cannot be reached from another one at `speed_kmh`.

    Where within an activity a place was taken is unknown, so the time is the longest possible: from the
    start of the earlier to the end of the later one. Both accuracies shorten the distance.
    """
    if here.position.mock:
        return True
    return any(_gap_km(here.position, other.position) > speed_kmh * _hours(here, other) for other in others)


def _hours(one: Sighting, other: Sighting) -> float:
    span = max(one.end_at, other.end_at) - min(one.start_at, other.start_at)
    return span / timedelta(hours=1)


def _gap_km(one: Position, other: Position) -> float:
    """Great-circle kilometres between the circles of accuracy; 0 or less when they touch."""
    uncertain = ((one.accuracy_m or 0) + (other.accuracy_m or 0)) / 1000
    return distance_km(one, other) - uncertain


def distance_km(one: Position, other: Position) -> float:
    """Great-circle kilometres on a sphere (haversine; at most 0.5 % off)."""
    north, south = math.radians(one.latitude), math.radians(other.latitude)
    half_height = math.sin((north - south) / 2)
    half_width = math.sin(math.radians(one.longitude - other.longitude) / 2)
    chord = half_height**2 + math.cos(north) * math.cos(south) * half_width**2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))
