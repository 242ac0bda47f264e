"""When reminders are due: by hour and zone, on working days only, each once in its time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_api.rules import reminders
from asn_api.rules.calendar import Zone, add_working_days, days_between, local_day, midnight
from asn_api.rules.entries import entry_is_late
from asn_api.rules.notifications import REMINDERS, NoticeKind
from tests.rules.samples import activity_policy, notification_policy, place

POLICY = activity_policy()
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
zones = st.sampled_from(Zone)
weeks = st.sampled_from((5, 6))


def at(day: date, hour: int = 12, zone: Zone = Zone.WIB) -> datetime:
    return datetime.combine(day, time(hour), zone.tz)


def on(_: date) -> object:
    return POLICY


@pytest.mark.parametrize(
    ("zone", "utc_hour", "come"),
    [
        (Zone.WIB, 8, False),
        (Zone.WIB, 9, True),
        (Zone.WITA, 8, True),
        (Zone.WIT, 6, False),
        (Zone.WIT, 7, True),
    ],
)
def test_four_in_the_afternoon_comes_first_in_the_east(zone: Zone, utc_hour: int, come: bool) -> None:
    now = datetime(2026, 11, 20, utc_hour, 0, tzinfo=UTC)
    assert reminders.has_come(NoticeKind.DAY_NOT_REPORTED, now, zone, notification_policy()) is come


def test_what_was_missed_is_made_up_for_until_midnight_and_not_after() -> None:
    policy = notification_policy()
    late = at(date(2026, 11, 20), 23) + timedelta(minutes=59)
    assert reminders.has_come(NoticeKind.DAY_NOT_REPORTED, late, Zone.WIB, policy)
    assert not reminders.has_come(NoticeKind.DAY_NOT_REPORTED, late + timedelta(minutes=1), Zone.WIB, policy)


def test_a_kind_that_is_switched_off_never_comes() -> None:
    policy = notification_policy(switched_off=["VERIFICATION_DUE"])
    now = at(date(2026, 11, 20), 23)
    come = {kind for kind in REMINDERS if reminders.has_come(kind, now, Zone.WIB, policy)}
    assert come == set(REMINDERS) - {NoticeKind.VERIFICATION_DUE}


def test_only_working_days_are_asked_for() -> None:
    saturday = at(date(2026, 11, 21))
    assert reminders.unreported_days(saturday, place()) == []
    assert reminders.unreported_days(saturday, place(days_per_week=6)) == [date(2026, 11, 21)]
    assert reminders.unreported_days(at(date(2026, 12, 25)), place()) == []


def test_the_window_of_a_friday_closes_on_wednesday() -> None:
    wednesday = at(date(2026, 11, 25))
    assert reminders.closing_days(wednesday, place(), on) == [date(2026, 11, 20)]
    assert reminders.closing_days(at(date(2026, 11, 21)), place(), on) == []


def test_each_day_is_judged_by_its_own_policy() -> None:
    shorter = activity_policy(entry_window_working_days=1)
    friday = date(2026, 11, 20)

    def policy_on(day: date) -> object:
        return POLICY if day < friday else shorter

    monday = at(date(2026, 11, 23))
    assert reminders.closing_days(monday, place(), policy_on) == [friday, date(2026, 11, 18)]


@settings(max_examples=25, deadline=None)
@given(days, zones, weeks)
def test_every_working_day_closes_once_and_on_the_last_day_on_which_it_is_on_time(
    day: date, zone: Zone, week: int
) -> None:
    here = place(zone, week)
    if not here.calendar.is_working_day(day, week):
        return
    closes = [
        each
        for each in days_between(day, day + timedelta(days=25))
        if day in reminders.closing_days(at(each, 12, zone), here, on)
    ]
    assert len(closes) == 1
    assert not entry_is_late(day, at(closes[0], 23, zone), POLICY, here)
    assert entry_is_late(day, midnight(closes[0] + timedelta(days=1), zone), POLICY, here)


@settings(max_examples=25, deadline=None)
@given(days, weeks, st.integers(1, 5))
def test_every_submission_reaches_each_mark_on_exactly_one_day(day: date, week: int, mark: int) -> None:
    here = place(days_per_week=week)
    reached = [
        each
        for each in days_between(day, day + timedelta(days=25))
        if day in reminders.submission_days(at(each), here, [mark]).get(mark, [])
    ]
    assert reached == [add_working_days(day, mark, week, here.calendar.days_off)]


def test_work_of_friday_and_of_the_weekend_reaches_the_second_day_together() -> None:
    tuesday = at(date(2026, 11, 24))
    assert reminders.submission_days(tuesday, place(), [2, 3]) == {
        2: [date(2026, 11, 22), date(2026, 11, 21), date(2026, 11, 20)],
        3: [date(2026, 11, 19)],
    }
    assert reminders.submission_days(at(date(2026, 11, 21)), place(), [2, 3]) == {}


def test_november_is_announced_two_working_days_before_its_lock_on_the_fourth() -> None:
    """The lock is on Friday 4 December at 00:00, so Thursday is the last working day and Wednesday the second."""
    wednesday = reminders.closing_months(at(date(2026, 12, 2)), place(), [2], on)
    assert wednesday == [
        reminders.ClosingMonth(date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 3)),
    ]
    assert reminders.closing_months(at(date(2026, 12, 1)), place(), [2], on) == []
    assert reminders.closing_months(at(date(2026, 12, 3)), place(), [2], on) == []
    assert reminders.closing_months(at(date(2026, 12, 4)), place(), [1, 2], on) == []


def test_an_early_lock_is_announced_in_the_month_itself() -> None:
    """Locked on 1 December: the last working day is Monday 30 November."""
    early = activity_policy(period_lock_day=1)
    assert [
        month.first
        for month in reminders.closing_months(at(date(2026, 11, 30)), place(), [1], lambda _: early)
    ] == [date(2026, 11, 1)]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 12), st.integers(1, 28), weeks, st.integers(1, 5))
def test_every_month_is_announced_on_one_working_day_before_its_lock(
    month: int, lock_day: int, week: int, before: int
) -> None:
    here, policy = place(days_per_week=week), activity_policy(period_lock_day=lock_day)
    first = date(2026, month, 1)
    announced = [
        each
        for each in days_between(first, first + timedelta(days=62))
        for closing in reminders.closing_months(at(each), here, [before], lambda _: policy)
        if closing.first == first
    ]
    assert len(announced) == 1
    assert here.calendar.is_working_day(announced[0], week)
    locked_from = (first + timedelta(days=31)).replace(day=lock_day)
    between = here.calendar.working_days(announced[0], locked_from - timedelta(days=1), week)
    assert between == before


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)), zones)
def test_nothing_is_due_that_is_not_of_the_local_day(now: datetime, zone: Zone) -> None:
    here = place(zone)
    today = local_day(now, zone)
    assert all(day == today for day in reminders.unreported_days(now, here))
    assert all(day < today for day in reminders.closing_days(now, here, on))
