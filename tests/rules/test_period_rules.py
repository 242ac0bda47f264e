"""The periods of a plan, and what is to be reached by their ends."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.rules.evaluations import Periodicity
from asn_api.rules.periods import PeriodTarget, period_target_faults, periods

YEAR = date(2026, 1, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("periodicity", "ends"),
    [
        (Periodicity.QUARTER, ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]),
        (Periodicity.HALF_YEAR, ["2026-06-30", "2026-12-31"]),
    ],
)
def test_a_whole_year(periodicity: Periodicity, ends: list[str]) -> None:
    assert [each.last.isoformat() for each in periods(*YEAR, periodicity)] == ends
    assert len(list(periods(*YEAR, Periodicity.MONTH))) == 12


def test_a_part_of_a_year_keeps_the_numbers_of_its_calendar() -> None:
    found = list(periods(date(2026, 5, 10), date(2026, 11, 15), Periodicity.QUARTER))
    assert [(each.number, each.first.isoformat(), each.last.isoformat()) for each in found] == [
        (2, "2026-05-10", "2026-06-30"),
        (3, "2026-07-01", "2026-09-30"),
        (4, "2026-10-01", "2026-11-15"),
    ]


def test_february_of_a_leap_year() -> None:
    (found,) = periods(date(2028, 2, 1), date(2028, 2, 29), Periodicity.MONTH)
    assert (found.number, found.last) == (2, date(2028, 2, 29))


@given(st.integers(2000, 2100), st.integers(0, 364), st.integers(0, 364), st.sampled_from(Periodicity))
def test_periods_cover_the_plan_without_a_gap(
    year: int, one: int, other: int, periodicity: Periodicity
) -> None:
    first, last = sorted(date(year, 1, 1) + timedelta(days=days) for days in (one, other))
    found = list(periods(first, last, periodicity))
    assert (found[0].first, found[-1].last) == (first, last)
    for before, after in itertools.pairwise(found):
        assert before.last + timedelta(days=1) == after.first
        assert before.number + 1 == after.number


def codes(*targets: PeriodTarget, periodicity: Periodicity = Periodicity.QUARTER) -> list[str]:
    faults = period_target_faults("", targets, date(2026, 1, 1), date(2026, 11, 15), periodicity)
    return [f"{fault.pointer} {fault.code}" for fault in faults]


def test_a_target_is_due_on_the_last_day_of_a_period() -> None:
    three, words = Decimal(3), "Draf tersusun"
    assert (
        codes(PeriodTarget(date(2026, 3, 31), three, None), PeriodTarget(date(2026, 11, 15), None, words))
        == []
    )
    assert codes(PeriodTarget(date(2026, 12, 31), three, None)) == ["/0/until PLAN_TARGET_NOT_AT_END"]
    assert codes(PeriodTarget(date(2026, 3, 31), None, None)) == ["/0/target_value PLAN_TARGET_MISSING"]


def test_targets_of_months_survive_a_change_of_the_regions_periods() -> None:
    april = PeriodTarget(date(2026, 4, 30), Decimal(4), None)
    assert codes(april, periodicity=Periodicity.HALF_YEAR) == []
    assert codes(april, april) == ["/1/until PLAN_TARGET_TWICE"]
