"""Declared outages: what could not be reported because the system was away is not late.

Each calendar day of a window that an outage touched, however briefly, adds one working day to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from asn_api.errors import Fault
from asn_api.rules.calendar import ONE_DAY, Calendar, Due, Zone, days_between, local_day, midnight

Span = tuple[datetime, datetime]
"""From the first instant to the one after the last."""

MOST_DAYS = 366


@dataclass(frozen=True)
class Outages:
    """The outages that concern a unit, and the days they touched in its zone."""

    spans: tuple[Span, ...] = ()
    days: frozenset[date] = frozenset()

    @classmethod
    def of(cls, spans: Iterable[Span], zone: Zone) -> "Outages":
        held = tuple(spans)
        touched = (day for start, end in held for day in days_between(*_days(start, end, zone)))
        return cls(held, frozenset(touched))


NO_OUTAGES = Outages()


def check_outage(start: datetime, end: datetime) -> list[Fault]:
    """A span that ends after it starts, of at most a year: a longer one is a mistyped date."""
    if timedelta() < end - start <= timedelta(days=MOST_DAYS):
        return []
    return [Fault("/end_at", "OUTAGE_SPAN_INVALID", {"max": MOST_DAYS})]


def extended_due(start: date, count: int, calendar: Calendar, days_per_week: int, outages: Outages) -> Due:
    """The last day of a window of `count` working days after `start`, extended by the outages in it.

    The window begins with `start`, whose outage counts too; an outage in the added days adds more. So
    another outage never brings the day forward, and one after it changes nothing.
    """
    if not outages.days:
        return calendar.due(start, count, days_per_week)
    day = start
    owed = count + (start in outages.days)
    while owed > 0:
        day += ONE_DAY
        owed += (day in outages.days) - calendar.is_working_day(day, days_per_week)
    return Due(day, calendar.is_provisional(start, day))


def moved_lock(
    lock: datetime, calendar: Calendar, days_per_week: int, zone: Zone, outages: Outages
) -> datetime:
    """When a period locks: an outage in the last 24 hours moves it to the end of the next working day after.

    Repeated, because the new last day may have had an outage as well. Never earlier than `lock`.
    """
    while True:
        hindering = [
            (start, end) for start, end in outages.spans if start < lock and end > lock - timedelta(hours=24)
        ]
        if not hindering:
            return lock
        last = max(_days(start, end, zone)[1] for start, end in hindering)
        resumed = calendar.due(last, 1, days_per_week).day
        lock = max(lock, midnight(resumed + ONE_DAY, zone))


def _days(start: datetime, end: datetime, zone: Zone) -> tuple[date, date]:
    return local_day(start, zone), local_day(end - timedelta.resolution, zone)
