"""What a verifier's numbers say, and what a unit's posts are expected to do."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.rules.oversight import OversightFlag, Post, Step, expected_minutes, flags, percentile, share
from asn_api.rules.rollups import DECISION_NUMBERS, LATENCIES, latency_step
from tests.rules.samples import activity_policy

FIRST, AFTER = date(2026, 11, 1), date(2026, 12, 1)


def numbers(**given: int) -> dict[str, int]:
    return {**dict.fromkeys(DECISION_NUMBERS, 0), **given}


@pytest.mark.parametrize(
    ("histogram", "part", "step"),
    [
        ({}, Fraction(1, 2), None),
        ({"days_0": 1, "days_1": 1}, Fraction(1, 2), Step(0, 0)),
        ({"days_0": 1, "days_1": 2}, Fraction(1, 2), Step(1, 1)),
        ({"days_2": 9, "days_over_10": 1}, Fraction(9, 10), Step(2, 2)),
        ({"days_2": 8, "days_over_10": 2}, Fraction(9, 10), Step(11, None)),
    ],
)
def test_the_step_of_a_share(histogram: dict[str, int], part: Fraction, step: Step | None) -> None:
    assert percentile(numbers(**histogram), part) == step


@given(st.lists(st.integers(0, 30), min_size=1), st.sampled_from([Fraction(1, 2), Fraction(9, 10)]))
def test_the_step_holds_the_nearest_rank(days: list[int], part: Fraction) -> None:
    histogram = numbers()
    for each in days:
        histogram[latency_step(each)] += 1
    rank = -(-len(days) * part.numerator // part.denominator)
    found = percentile(histogram, part)
    assert found in [Step(first, last) for _, first, last in LATENCIES]
    assert found is not None
    exact = sorted(days)[rank - 1]
    assert found.first <= exact
    assert found.last is None or exact <= found.last


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"decided": 49, "in_bulk": 49, "untouched": 49, "days_over_10": 49}, []),
        (
            {"decided": 50, "in_bulk": 40, "untouched": 48, "in_time": 50, "days_0": 50},
            [OversightFlag.MASS_APPROVAL],
        ),
        ({"decided": 50, "in_bulk": 39, "untouched": 50, "in_time": 50, "days_0": 50}, []),
        ({"decided": 50, "in_bulk": 50, "untouched": 47, "in_time": 50, "days_0": 50}, []),
        ({"decided": 50, "in_time": 40, "days_0": 40, "days_over_10": 10}, []),
        ({"decided": 50, "in_time": 39, "days_0": 39, "days_over_10": 11}, [OversightFlag.LATE_DECISIONS]),
        # Decisions whose latency is not known do not count as late.
        ({"decided": 50, "in_time": 1, "days_0": 1}, []),
        ({"decided": 50}, []),
    ],
)
def test_flags_ask_to_look_from_the_thresholds_on(given: dict[str, int], found: list[OversightFlag]) -> None:
    assert flags(numbers(**given), activity_policy()) == found


def test_a_share_is_rounded_half_up_and_nothing_has_none() -> None:
    assert share(1, 0) is None
    assert (share(1, 3), share(2, 3), share(1, 20000)) == (
        Decimal("0.3333"),
        Decimal("0.6667"),
        Decimal("0.0001"),
    )


@given(
    st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30), st.integers(1, 50)), max_size=6),
    st.lists(st.sampled_from([0, 180, 300]), min_size=30, max_size=30),
    st.integers(-3, 33),
)
def test_expected_minutes_are_the_targets_of_each_person_and_day(
    spans: list[tuple[int, int, int]], targets: list[int], passed: int
) -> None:
    posts = [
        Post(FIRST + timedelta(days=start), min(AFTER, FIRST + timedelta(days=start + length)), people)
        for start, length, people in spans
    ]
    until = FIRST + timedelta(days=passed)
    one_by_one = sum(
        targets[number] * post.people
        for post in posts
        for number in range(30)
        if post.start <= FIRST + timedelta(days=number) < min(post.after, until)
    )
    assert expected_minutes(posts, FIRST, targets, until) == one_by_one


def test_the_days_of_a_post_end_with_it() -> None:
    post = Post(date(2026, 11, 10), date(2026, 11, 20), 1)
    assert [post.days(date(2026, 11, day)) for day in (1, 10, 11, 20, 30)] == [0, 0, 1, 10, 10]
