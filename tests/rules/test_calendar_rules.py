"""Working days, deadlines counted in them, and where a day begins."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_api.rules.calendar import (
    Calendar,
    DayKind,
    Due,
    Zone,
    add_working_days,
    in_utc,
    local_day,
    midnight,
    working_days,
)
from tests.rules.samples import national_calendar, shipped

CALENDAR = national_calendar()
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
weeks = st.sampled_from([5, 6])


@settings(max_examples=40, deadline=None)
@given(start=days, first=st.integers(0, 40), second=st.integers(1, 40), week=weeks)
def test_working_days_add_up(start: date, first: int, second: int, week: int) -> None:
    middle = start + timedelta(first)
    end = middle + timedelta(second)
    parts = CALENDAR.working_days(start, middle, week) + CALENDAR.working_days(
        middle + timedelta(1), end, week
    )
    assert parts == CALENDAR.working_days(start, end, week)


@settings(max_examples=40, deadline=None)
@given(start=days, count=st.integers(1, 30), week=weeks)
def test_a_deadline_lies_as_many_working_days_ahead_as_asked(start: date, count: int, week: int) -> None:
    day = add_working_days(start, count, week, CALENDAR.days_off)
    assert CALENDAR.is_working_day(day, week)
    assert working_days(start + timedelta(1), day, week, CALENDAR.days_off) == count


def test_a_span_that_ends_before_it_starts_has_no_working_days() -> None:
    assert CALENDAR.working_days(date(2026, 6, 9), date(2026, 6, 8), 5) == 0


@pytest.mark.parametrize(
    ("count", "day"),
    [(3, date(2026, 3, 25)), (5, date(2026, 3, 27)), (14, date(2026, 4, 10)), (60, date(2026, 6, 24))],
)
def test_deadlines_jump_over_nyepi_and_idul_fitri(count: int, day: date) -> None:
    assert CALENDAR.due(date(2026, 3, 13), count, 5) == Due(day, provisional=False)


def test_no_working_days_later_is_the_day_itself() -> None:
    assert CALENDAR.due(date(2026, 5, 31), 0, 5).day == date(2026, 5, 31)
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2026, 6, 8), -1, 5, ())


def test_a_deadline_crosses_the_year() -> None:
    assert CALENDAR.due(date(2026, 12, 30), 3, 5) == Due(date(2027, 1, 6), provisional=False)


def test_collective_leave_is_a_day_off_and_saturday_depends_on_the_week() -> None:
    assert not CALENDAR.is_working_day(date(2026, 5, 15), 5)
    assert not CALENDAR.is_working_day(date(2026, 7, 4), 5)
    assert CALENDAR.is_working_day(date(2026, 7, 4), 6)
    assert not CALENDAR.is_working_day(date(2026, 7, 5), 6)


def test_what_depends_on_an_unloaded_year_or_an_estimate_is_provisional() -> None:
    assert CALENDAR.due(date(2027, 12, 31), 1, 5).provisional
    assert CALENDAR.due(date(2024, 12, 31), 1, 5).provisional
    assert CALENDAR.is_provisional(date(2027, 3, 1), date(2027, 3, 31))
    assert not CALENDAR.is_provisional(date(2027, 1, 1), date(2027, 2, 28))
    gap = Calendar(frozenset(), frozenset({2026, 2028}))
    assert gap.is_provisional(date(2026, 12, 1), date(2028, 1, 1))


def test_midnight_comes_earlier_in_the_east() -> None:
    instant = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)
    assert [local_day(instant, zone) for zone in (Zone.WIB, Zone.WITA, Zone.WIT)] == [
        date(2026, 12, 31),
        date(2026, 12, 31),
        date(2027, 1, 1),
    ]
    assert midnight(date(2027, 1, 1), Zone.WIB) == datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert midnight(date(2027, 1, 1), Zone.WITA) == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert midnight(date(2027, 1, 1), Zone.WIT) == datetime(2026, 12, 31, 15, tzinfo=UTC)


def test_an_instant_without_offset_has_no_local_day_and_the_last_one_does_not_overflow() -> None:
    with pytest.raises(ValueError, match="offset"):
        local_day(datetime(2026, 6, 8), Zone.WIB)
    assert local_day(datetime.max.replace(tzinfo=UTC), Zone.WIT) == date.max


@given(st.datetimes(timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))))
def test_an_instant_in_utc_is_the_same_instant_even_at_the_ends_of_time(instant: datetime) -> None:
    assert in_utc(instant) == instant
    for last in (datetime.max, datetime.min):
        for hours in (-12, 14):
            edge = last.replace(tzinfo=timezone(timedelta(hours=hours)))
            assert in_utc(edge) == edge


def test_the_shipped_days_are_distinct_and_lie_in_the_loaded_years() -> None:
    holidays = shipped("holidays.json")
    keys = [(row["date"], row["kind"]) for row in holidays["days"]]
    assert len(set(keys)) == len(keys)
    assert {date.fromisoformat(day).year for day, _ in keys} == set(holidays["years"])
    assert {kind for _, kind in keys} <= set(DayKind)
    assert {row["date"] for row in holidays["days"] if row["provisional"]} == {
        "2027-03-10",
        "2027-03-11",
        "2027-05-17",
    }
