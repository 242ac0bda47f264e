"""Until when a rating can be objected to, reported, stated on: windows of days that outages extend."""

from datetime import date

from asn_api.rules.calendar import ONE_DAY, Due
from asn_api.rules.entries import Place
from asn_api.rules.evaluation_policy import DayType, EvaluationPolicy
from asn_api.rules.outages import extended_due


def objection_due(delivered: date, policy: EvaluationPolicy, place: Place) -> Due:
    """The last day to object to a rating that was delivered on a day (PP 30/2019 art. 59: 14 days).

    Day 1 is the day after the delivery. Each calendar day of the window that a declared outage touched adds
    a day of the same type.
    """
    if policy.objection_day_type is DayType.WORKING:
        return working_due(delivered, policy.objection_days, place)
    day = delivered
    owed = policy.objection_days + (delivered in place.outages.days)
    while owed > 0:
        day += ONE_DAY
        owed += (day in place.outages.days) - 1
    return Due(day, provisional=False)


def working_due(start: date, count: int, place: Place) -> Due:
    """The last of `count` working days after `start`, extended by outages."""
    return extended_due(start, count, place.calendar, place.days_per_week, place.outages)
