"""When somebody is to be reminded of what: the hour, the days and the months that are due in a place."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from asn_api.rules.calendar import ONE_DAY, Zone, local_day
from asn_api.rules.entries import Place, entry_deadline, period_lock
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.policy import ActivityPolicy, NotificationPolicy

LONGEST_SPAN_DAYS = 120
"""Calendar days that hold the longest span a policy may set (60 working days) with all days off in it."""

PolicyOn = Callable[[date], ActivityPolicy]


@dataclass(frozen=True)
class ClosingMonth:
    """A month that is locked soon; `last_decision` is the last day on which its work can be decided."""

    first: date
    last: date
    last_decision: date


def has_come(kind: NoticeKind, now: datetime, zone: Zone, policy: NotificationPolicy) -> bool:
    """Whether the kind is wanted and its hour (whole hours, local time) has come; it stays so to midnight.

    So a run that was missed is made up for on the same day, and never on another.
    """
    return kind not in policy.switched_off and now.astimezone(zone.tz).hour >= policy.reminder_hours[kind]


def unreported_days(now: datetime, place: Place) -> list[date]:
    """Today where it is a working day; none on days off."""
    today = local_day(now, place.zone)
    return [today] if place.calendar.is_working_day(today, place.days_per_week) else []


def closing_days(now: datetime, place: Place, policy_on: PolicyOn) -> list[date]:
    """The earlier working days whose entry window ends today, each under the policy of that day."""
    today = local_day(now, place.zone)
    return [
        day
        for day in _days_before(today)
        if place.calendar.is_working_day(day, place.days_per_week)
        and entry_deadline(day, policy_on(day), place).day == today
    ]


def submission_days(now: datetime, place: Place, after: Collection[int]) -> dict[int, list[date]]:
    """For each number of working days in `after`: the days on which work was submitted that reaches it today.

    Day 1 is the first working day after the submission, as for the superior's own deadline (H+2, H+3 of the
    Kementerian Kesehatan logbook). On days off nothing reaches anything.
    """
    today = local_day(now, place.zone)
    reaching = {
        count: [
            day
            for day in _days_before(today)
            if place.calendar.due(day, count, place.days_per_week).day == today
        ]
        for count in after
    }
    return {count: days for count, days in reaching.items() if days}


def closing_months(
    now: datetime, place: Place, before: Collection[int], policy_on: PolicyOn
) -> list[ClosingMonth]:
    """The months whose lock is `before` working days away: 1 is the last working day before the lock."""
    today = local_day(now, place.zone)
    if not place.calendar.is_working_day(today, place.days_per_week):
        return []
    first_of_this = today.replace(day=1)
    last_of_before = first_of_this - ONE_DAY
    found = []
    for first in (last_of_before.replace(day=1), first_of_this):
        last = (first + timedelta(days=31)).replace(day=1) - ONE_DAY
        locked_from = local_day(period_lock(first, policy_on(last).period_lock_day, place), place.zone)
        days_left = place.calendar.working_days(today, locked_from - ONE_DAY, place.days_per_week)
        if days_left in before:
            found.append(ClosingMonth(first, last, locked_from - ONE_DAY))
    return found


def _days_before(today: date) -> list[date]:
    return [today - timedelta(days=n) for n in range(1, LONGEST_SPAN_DAYS + 1)]
