"""Minutes that count, the day's and the month's target, and the score."""

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from asn_api.rules.activities import Category
from asn_api.rules.calendar import Calendar, days_between
from asn_api.rules.policy import ActivityPolicy, MonthTargetRule

FULL_SCORE = Decimal(100)
CENT = Decimal("0.01")


class Fulfilment(StrEnum):
    NONE = "NONE"
    UNDER = "UNDER"
    MET = "MET"
    OVER = "OVER"


@dataclass(frozen=True)
class MonthTarget:
    """Whole minutes; `working_days` are those left after leave."""

    minutes: int
    working_days: int
    provisional: bool


def counted_minutes(
    minutes: Mapping[Category, int],
    day_target: int,
    caps: Mapping[Category, Decimal],
    uncounted: Collection[Category],
) -> dict[Category, int]:
    """One day's minutes that count, by category, in whole minutes.

    A capped category counts up to its share of the day's target, the share rounded down; uncounted
    categories count 0. Where a day has no target, a capped category counts nothing.
    """
    counted = {}
    for category, claimed in minutes.items():
        cap = cap_minutes(category, day_target, caps, uncounted)
        counted[category] = claimed if cap is None else min(claimed, cap)
    return counted


def cap_minutes(
    category: Category,
    day_target: int,
    caps: Mapping[Category, Decimal],
    uncounted: Collection[Category],
) -> int | None:
    """The most whole minutes of a category that count on a day with this target; None without a cap."""
    if category in uncounted:
        return 0
    return int(day_target * caps[category]) if category in caps else None


def fulfilment(minutes: int, target: int, over_target_factor: Decimal) -> Fulfilment:
    """NONE at 0 minutes, UNDER below the target, OVER from the target times the factor, else MET."""
    if minutes <= 0:
        return Fulfilment.NONE
    if minutes < target:
        return Fulfilment.UNDER
    return Fulfilment.OVER if minutes >= target * over_target_factor else Fulfilment.MET


def month_score(minutes: int, target: int) -> Decimal | None:
    """Percent of the target, 2 decimals, half up, at most 100.00; None where there is no target to meet."""
    if target <= 0:
        return None
    return min(FULL_SCORE, Decimal(100 * minutes) / target).quantize(CENT, ROUND_HALF_UP)


def day_target(day: date, days_per_week: int, calendar: Calendar, policy: ActivityPolicy) -> int:
    """Minutes expected on the day: 0 on a day off, else by the unit's week and the period the day lies in."""
    if not calendar.is_working_day(day, days_per_week):
        return 0
    for period in policy.reduced_periods:
        if period.start <= day <= period.end:
            return period.daily_target_minutes[days_per_week]
    return policy.daily_target_minutes[days_per_week]


def month_target(
    year: int,
    month: int,
    days_per_week: int,
    calendar: Calendar,
    policy: ActivityPolicy,
    leave: Collection[date] = (),
) -> MonthTarget:
    """The month's minutes: the sum of its day targets without approved leave, or the region's fixed number.

    The fixed number ignores holidays and leave, which is why it is only kept for regions that still use it.
    """
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    days = [
        day
        for day in days_between(first, last)
        if calendar.is_working_day(day, days_per_week) and day not in leave
    ]
    if policy.month_target is MonthTargetRule.FIXED:
        return MonthTarget(policy.fixed_month_minutes, len(days), provisional=False)
    minutes = sum(day_target(day, days_per_week, calendar, policy) for day in days)
    return MonthTarget(minutes, len(days), calendar.is_provisional(first, last))
