"""When two reports may be about the same thing: stems of words in common, and metres between them."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

METRES_PER_DEGREE = 111_320
"""Of latitude; of longitude at the equator, where most of the country lies."""
COMPARED = 5


@dataclass(frozen=True)
class Box:
    south: float
    north: float
    west: float
    east: float


def box_around(latitude: float, longitude: float, metres: int) -> Box:
    """A box that holds the circle. Longitudes are widened towards the poles; none lies beyond ±90°."""
    high = metres / METRES_PER_DEGREE
    wide = high / max(math.cos(math.radians(latitude)), 0.01)
    return Box(max(latitude - high, -90), min(latitude + high, 90), longitude - wide, longitude + wide)


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> int:
    """On the plane that touches the earth there: exact to a metre within some kilometres, and rounded to one."""
    north = (one[0] - other[0]) * METRES_PER_DEGREE
    east = (one[1] - other[1]) * METRES_PER_DEGREE * math.cos(math.radians(one[0]))
    return round(math.hypot(north, east))


def telling(stems: Collection[str]) -> list[str]:
    """The five longest: short words are in every report, and Indonesian has no list of them in the database."""
    words = [stem for stem in stems if len(stem) > 3]
    return sorted(words, key=lambda stem: (-len(stem), stem))[:COMPARED]


def two_in_common(stems: Sequence[str]) -> str | None:
    """A text query for rows with two of these stems; of a single one itself. None without any."""
    if not stems:
        return None
    quoted = ["'" + stem.replace("\\", "\\\\").replace("'", "''") + "'" for stem in stems]
    if len(quoted) == 1:
        return quoted[0]
    return " | ".join(f"({one} & {other})" for one, other in combinations(quoted, 2))


@dataclass(frozen=True)
class Likeness:
    """Why something was found: the stems in common and how far away it is."""

    words: tuple[str, ...]
    metres: int | None

    def weight(self, near: int) -> float:
        """For the order alone: each word counts one, a place two at no distance and none at `near` metres."""
        place = 0.0 if self.metres is None or self.metres > near else 2 * (1 - self.metres / near)
        return len(self.words) + place
