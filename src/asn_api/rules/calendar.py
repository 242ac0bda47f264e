"""Working days and the zones in which a day begins."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


class DayKind(StrEnum):
    """All three kinds are days off; collective leave does not reduce a person's annual leave."""

    NATIONAL_HOLIDAY = "NATIONAL_HOLIDAY"
    COLLECTIVE_LEAVE = "COLLECTIVE_LEAVE"
    REGIONAL_HOLIDAY = "REGIONAL_HOLIDAY"


class Zone(StrEnum):
    WIB = "WIB"
    WITA = "WITA"
    WIT = "WIT"

    @property
    def tz(self) -> ZoneInfo:
        return _zone_info(self)


@cache
def _zone_info(zone: Zone) -> ZoneInfo:
    return ZoneInfo({"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}[zone])


@dataclass(frozen=True)
class Due:
    """A computed day; provisional when it depends on a calendar that is not final."""

    day: date
    provisional: bool


@dataclass(frozen=True)
class Calendar:
    """Days off as known today: `loaded_years` are published, `estimated_days` may still move."""

    days_off: frozenset[date]
    loaded_years: frozenset[int]
    estimated_days: frozenset[date] = frozenset()

    def is_provisional(self, start: date, end: date) -> bool:
        """Whether the span touches a year without a calendar, or a holiday that is only estimated."""
        unloaded = any(year not in self.loaded_years for year in range(start.year, end.year + 1))
        return unloaded or any(start <= day <= end for day in self.estimated_days)

    def is_working_day(self, day: date, days_per_week: int) -> bool:
        return is_working_day(day, days_per_week, self.days_off)

    def working_days(self, start: date, end: date, days_per_week: int) -> int:
        return working_days(start, end, days_per_week, self.days_off)

    def due(self, start: date, count: int, days_per_week: int) -> Due:
        """The day `count` working days after `start`, which itself is not counted."""
        day = add_working_days(start, count, days_per_week, self.days_off)
        return Due(day, self.is_provisional(start, day))


def is_working_day(day: date, days_per_week: int, days_off: Collection[date]) -> bool:
    """Monday to Friday for 5 days a week, to Saturday for 6, without the days off (Perpres 21/2023)."""
    return day.weekday() < days_per_week and day not in days_off


def days_between(start: date, end: date) -> Iterator[date]:
    """Every day from `start` to `end`, both included; none when `end` is earlier."""
    return (start + timedelta(days=n) for n in range((end - start).days + 1))


def working_days(start: date, end: date, days_per_week: int, days_off: Collection[date]) -> int:
    """Working days from `start` to `end`, both included."""
    return sum(is_working_day(day, days_per_week, days_off) for day in days_between(start, end))


def add_working_days(start: date, count: int, days_per_week: int, days_off: Collection[date]) -> date:
    """The day `count` working days after `start`; day 1 is the next working day, 0 is `start` itself."""
    if count < 0:
        raise ValueError("count must not be negative")
    day = start
    while count:
        day += ONE_DAY
        count -= is_working_day(day, days_per_week, days_off)
    return day


def local_day(instant: datetime, zone: Zone) -> date:
    """The calendar day in the unit's zone; an instant without an offset is refused, not guessed at."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    try:
        return instant.astimezone(zone.tz).date()
    except OverflowError:  # the first and last hours that a datetime can hold have no local day
        return instant.date()


def in_utc(instant: datetime) -> datetime:
    """The same instant: those of one zone are compared without asking each for its offset."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:  # the first and last hours that a datetime can hold
        return instant


def midnight(day: date, zone: Zone) -> datetime:
    """The instant at which the day begins in the zone."""
    return datetime.combine(day, time(), zone.tz)
