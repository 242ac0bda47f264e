"""Outages extend every window and never shorten one."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_api.rules.calendar import Zone
from asn_api.rules.entries import Place, entry_deadline, entry_is_late, period_lock, verification_due
from asn_api.rules.outages import Outages, check_outage
from tests.rules.samples import activity_policy, national_calendar

CALENDAR, POLICY = national_calendar(), activity_policy()
MONDAY = date(2026, 6, 8)
Hours = tuple[int, int]

# Hours since the beginning of 1 June 2026, and how long; some touch a lock, some a long weekend.
spans = st.tuples(st.integers(0, 60 * 24), st.integers(1, 12 * 24))
several = st.lists(spans, max_size=5)
days = st.dates(date(2026, 6, 1), date(2026, 7, 20))
weeks = st.sampled_from((5, 6))
zones = st.sampled_from(Zone)


def at(day: date, hour: int = 0, minute: int = 0, zone: Zone = Zone.WIB) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone.tz)


def place(*outages: tuple[datetime, datetime], week: int = 5, zone: Zone = Zone.WIB) -> Place:
    return Place(zone, week, CALENDAR, Outages.of(outages, zone))


def hours(spans: list[Hours], zone: Zone) -> list[tuple[datetime, datetime]]:
    began = at(date(2026, 6, 1), zone=zone)
    return [(began + timedelta(hours=start), began + timedelta(hours=start + for_)) for start, for_ in spans]


@pytest.mark.parametrize(
    ("start", "end", "until"),
    [
        # Monday's work is due on Thursday the 11th.
        (at(date(2026, 6, 7), 10), at(MONDAY), date(2026, 6, 11)),  # over when the window opens
        (at(MONDAY, 23, 59), at(date(2026, 6, 9)), date(2026, 6, 12)),  # one minute of the day itself
        (at(MONDAY, 23, 59), at(date(2026, 6, 9), 0, 1), date(2026, 6, 15)),  # two days touched
        (at(date(2026, 6, 11), 23, 50), at(date(2026, 6, 12)), date(2026, 6, 12)),  # the last ten minutes
        (at(date(2026, 6, 12)), at(date(2026, 6, 13)), date(2026, 6, 11)),  # after the deadline
        (at(date(2026, 6, 11), 8), at(date(2026, 6, 15), 8), date(2026, 6, 19)),  # five days, then a holiday
    ],
)
def test_each_day_touched_adds_a_working_day(start: datetime, end: datetime, until: date) -> None:
    assert entry_deadline(MONDAY, POLICY, place((start, end))).day == until


def test_the_window_of_one_day_only_is_extended_too() -> None:
    same_day = activity_policy(entry_window_working_days=0)
    friday = date(2026, 6, 5)
    away = place((at(friday, 20), at(friday, 21)))
    assert entry_deadline(friday, same_day, place()).day == friday
    assert entry_deadline(friday, same_day, away).day == MONDAY
    assert not entry_is_late(friday, at(MONDAY, 23, 59), same_day, away)


def test_verification_is_due_later_by_the_days_touched() -> None:
    submitted = at(MONDAY, 9)
    assert verification_due(submitted, POLICY, place()).day == date(2026, 6, 11)
    away = place((at(date(2026, 6, 9), 9), at(date(2026, 6, 10), 9)))
    assert verification_due(submitted, POLICY, away).day == date(2026, 6, 15)


@pytest.mark.parametrize(
    ("start", "end", "locked_from"),
    [
        # May locks when Thursday 4 June begins.
        (at(date(2026, 6, 2)), at(date(2026, 6, 3)), at(date(2026, 6, 4))),  # over before the last 24 hours
        (at(date(2026, 6, 2)), at(date(2026, 6, 3), 0, 1), at(date(2026, 6, 5))),
        (at(date(2026, 6, 3), 23, 59), at(date(2026, 6, 4)), at(date(2026, 6, 5))),
        (at(date(2026, 6, 4)), at(date(2026, 6, 5)), at(date(2026, 6, 4))),  # begins with the lock
        (at(date(2026, 6, 3), 12), at(date(2026, 6, 5), 12), at(date(2026, 6, 9))),  # Monday is the next
    ],
)
def test_an_outage_in_the_last_day_moves_the_lock(
    start: datetime, end: datetime, locked_from: datetime
) -> None:
    assert period_lock(date(2026, 5, 29), 4, place((start, end))) == locked_from


def test_an_outage_on_the_new_last_day_moves_the_lock_again() -> None:
    first = (at(date(2026, 6, 3), 20), at(date(2026, 6, 3), 21))
    second = (at(date(2026, 6, 4), 20), at(date(2026, 6, 4), 21))
    assert period_lock(date(2026, 5, 29), 4, place(second)) == at(date(2026, 6, 4))
    assert period_lock(date(2026, 5, 29), 4, place(first, second)) == at(date(2026, 6, 6))


@settings(max_examples=200, deadline=None)
@given(several, spans, days, weeks, zones, st.integers(0, 5))
def test_another_outage_never_makes_late_what_was_in_time(
    known: list[Hours], another: Hours, day: date, week: int, zone: Zone, window: int
) -> None:
    policy = activity_policy(entry_window_working_days=window)
    before = place(*hours(known, zone), week=week, zone=zone)
    after = place(*hours([*known, another], zone), week=week, zone=zone)
    noon = at(day, 12, zone=zone)
    assert entry_deadline(day, policy, after).day >= entry_deadline(day, policy, before).day
    assert verification_due(noon, policy, after).day >= verification_due(noon, policy, before).day
    for lock_day in (1, 4, 28):
        assert period_lock(day, lock_day, after) >= period_lock(day, lock_day, before)


@settings(max_examples=100, deadline=None)
@given(several, days, weeks, st.integers(0, 5))
def test_as_many_days_as_an_outage_touched_are_given_back(
    known: list[Hours], day: date, week: int, window: int
) -> None:
    policy = activity_policy(entry_window_working_days=window)
    disturbed = place(*hours(known, Zone.WIB), week=week)
    until = entry_deadline(day, policy, disturbed).day
    touched = sum(day <= each <= until for each in disturbed.outages.days)
    given_days = CALENDAR.working_days(day + timedelta(days=1), until, week)
    assert given_days - touched >= window
    if not touched:
        assert until == entry_deadline(day, policy, place(week=week)).day


def test_an_outage_ends_after_it_starts_and_lasts_a_year_at_most() -> None:
    start = at(MONDAY)
    assert not check_outage(start, start + timedelta(seconds=1))
    assert not check_outage(start, start + timedelta(days=366))
    for end in (start, start - timedelta(1), start + timedelta(days=366, seconds=1)):
        assert [each.code for each in check_outage(start, end)] == ["OUTAGE_SPAN_INVALID"]
