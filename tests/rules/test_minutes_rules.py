"""Minutes that count, targets and scores."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_api.rules.activities import Category
from asn_api.rules.minutes import (
    Fulfilment,
    MonthTarget,
    counted_minutes,
    day_target,
    fulfilment,
    month_score,
    month_target,
)
from tests.rules.samples import activity_policy, national_calendar

CALENDAR = national_calendar()
claims = st.dictionaries(st.sampled_from(Category), st.integers(0, 1440))
shares = st.decimals(0, 1, places=2)
caps = st.dictionaries(st.sampled_from(Category), shares)


@settings(max_examples=60, deadline=None)
@given(claims, st.integers(0, 600), caps, st.sets(st.sampled_from(Category)))
def test_never_more_counts_than_was_claimed(
    claimed: dict[Category, int], target: int, caps: dict[Category, Decimal], uncounted: set[Category]
) -> None:
    counted = counted_minutes(claimed, target, caps, uncounted)
    assert counted.keys() == claimed.keys()
    assert all(0 <= counted[category] <= claimed[category] for category in claimed)


@settings(max_examples=60, deadline=None)
@given(claims, st.integers(0, 600), caps, st.sampled_from(Category), st.integers(1, 300))
def test_more_work_never_counts_less(
    claimed: dict[Category, int], target: int, caps: dict[Category, Decimal], more: Category, minutes: int
) -> None:
    before = counted_minutes(claimed, target, caps, ())
    after = counted_minutes({**claimed, more: claimed.get(more, 0) + minutes}, target, caps, ())
    assert sum(after.values()) >= sum(before.values())


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 20000), st.integers(0, 2000), st.integers(0, 12000))
def test_the_score_rises_with_the_minutes_and_stops_at_100(minutes: int, more: int, target: int) -> None:
    score, higher = month_score(minutes, target), month_score(minutes + more, target)
    if target == 0:
        assert score is None
    else:
        assert score is not None
        assert higher is not None
        assert 0 <= score <= higher <= 100
        assert score.as_tuple().exponent == -2


def test_the_shipped_caps_follow_the_worked_example() -> None:
    policy = activity_policy()
    counted = counted_minutes(
        {Category.PRIMARY: 200, Category.ADDITIONAL: 120, Category.NON_TASK: 45},
        300,
        policy.category_caps,
        policy.uncounted_categories,
    )
    assert counted == {Category.PRIMARY: 200, Category.ADDITIONAL: 60, Category.NON_TASK: 0}


def test_a_share_of_the_target_is_rounded_down_to_whole_minutes() -> None:
    assert counted_minutes({Category.ADDITIONAL: 99}, 299, {Category.ADDITIONAL: Decimal("0.2")}, ()) == {
        Category.ADDITIONAL: 59
    }


@pytest.mark.parametrize(
    ("minutes", "target", "expected"),
    [
        (0, 390, Fulfilment.NONE),
        (389, 390, Fulfilment.UNDER),
        (390, 390, Fulfilment.MET),
        (467, 390, Fulfilment.MET),
        (468, 390, Fulfilment.OVER),
        (0, 0, Fulfilment.NONE),
        (30, 0, Fulfilment.OVER),
    ],
)
def test_fulfilment_changes_exactly_at_the_target_and_at_the_factor(
    minutes: int, target: int, expected: Fulfilment
) -> None:
    assert fulfilment(minutes, target, Decimal("1.2")) is expected


@pytest.mark.parametrize(
    ("minutes", "target", "expected"),
    [(4800, 6750, "71.11"), (1, 800, "0.13"), (3, 800, "0.38"), (1, 20001, "0.00"), (6751, 6750, "100.00")],
)
def test_a_score_has_two_decimals_rounded_half_up(minutes: int, target: int, expected: str) -> None:
    assert str(month_score(minutes, target)) == expected


def test_a_day_off_has_no_target_and_ramadan_has_its_own() -> None:
    ramadan = {"start": "2026-02-19", "end": "2026-03-20", "daily_target_minutes": {"5": 260, "6": 215}}
    policy = activity_policy(reduced_periods=[ramadan])
    targets = {
        day: day_target(date.fromisoformat(day), 5, CALENDAR, policy)
        for day in ("2026-02-18", "2026-02-19", "2026-02-21", "2026-03-17", "2026-03-19", "2026-03-25")
    }
    assert list(targets.values()) == [300, 260, 0, 260, 0, 300]
    assert day_target(date(2026, 2, 21), 6, CALENDAR, policy) == 215


def test_leave_lowers_the_target_only_on_working_days() -> None:
    leave = [date(2026, 7, 3), date(2026, 7, 4), date(2026, 7, 5), date(2026, 7, 6)]
    target = month_target(2026, 7, 5, CALENDAR, activity_policy(), leave)
    assert target == MonthTarget(minutes=21 * 300, working_days=21, provisional=False)


def test_a_month_wholly_on_leave_has_no_score() -> None:
    leave = [date(2026, 2, day) for day in range(1, 29)]
    target = month_target(2026, 2, 5, CALENDAR, activity_policy(), leave)
    assert target.minutes == 0
    assert month_score(0, target.minutes) is None


def test_the_fixed_target_ignores_the_calendar_and_an_unloaded_year_is_provisional() -> None:
    fixed = activity_policy(month_target="FIXED")
    assert month_target(2026, 5, 5, CALENDAR, fixed).minutes == 6750
    assert month_target(2028, 2, 5, CALENDAR, activity_policy()) == MonthTarget(
        21 * 300, 21, provisional=True
    )
    assert month_target(2026, 12, 5, CALENDAR, activity_policy()).working_days == 21
