"""Where somebody works as the rules see it: zone, week, days off and outages of a unit, parsed once per text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from asn_api.rules.calendar import Calendar, Zone
from asn_api.rules.entries import Place
from asn_api.rules.outages import NO_OUTAGES, Outages


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Days off and outages of a region as JSON texts, which change when an admin changes one of them."""

    national: str
    regional: str
    outages: str

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> "Surroundings":
        return cls(row["national_days"] or "[]", row["regional_days"] or "[]", row["outages"] or "[]")

    def place(self, zone: Zone, days_per_week: int, path: str) -> Place:
        return Place(zone, days_per_week, self.calendar(path), _outages(self.outages, zone, path))

    def calendar(self, path: str) -> Calendar:
        """Of the unit with this path; of the region without its branches for an empty one."""
        return _calendar(self.national, self.regional, path)


def bare(zone: Zone) -> Place:
    """A place of which only the zone is known or matters."""
    return Place(zone, 5, _NO_CALENDAR)


_NO_CALENDAR = Calendar(frozenset(), frozenset())


@lru_cache(maxsize=4096)
def _calendar(national: str, regional: str, path: str) -> Calendar:
    days = orjson.loads(national)
    off = {date.fromisoformat(each["day"]) for each in days}
    off |= {
        date.fromisoformat(each["day"]) for each in orjson.loads(regional) if path.startswith(each["path"])
    }
    return Calendar(
        frozenset(off),
        frozenset(date.fromisoformat(each["day"]).year for each in days),
        frozenset(date.fromisoformat(each["day"]) for each in days if each["provisional"]),
    )


@lru_cache(maxsize=4096)
def _outages(text: str, zone: Zone, path: str) -> Outages:
    spans = [
        (datetime.fromisoformat(start), datetime.fromisoformat(end))
        for start, end, branch in orjson.loads(text)
        if path.startswith(branch)
    ]
    return Outages.of(spans, zone) if spans else NO_OUTAGES
