"""Until when evaluators act: the last days of windows of working days that begin on each of many days."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from asn_api.rules.calendar import days_between
from asn_api.rules.entries import Place
from asn_api.rules.objections import working_due


@lru_cache(maxsize=1024)
def due_days(place: Place, first: date, last: date, count: int) -> Sequence[date]:
    """For each day from `first` to `last`: the last of `count` working days after it, extended by outages.

    Remembered, because a dashboard asks for a year of days again and again.
    """
    return tuple(working_due(day, count, place).day for day in days_between(first, last))
