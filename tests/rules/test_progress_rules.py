"""What a report of progress may say, at the edges of the plan and of today."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from asn_api.rules.progress import progress_faults

FIRST, LAST, TODAY = date(2026, 2, 1), date(2026, 12, 31), date(2026, 11, 20)


def codes(
    day: date = TODAY,
    value: Decimal | None = Decimal(1),
    note: str | None = None,
    *,
    today: date = TODAY,
    withdrawn: bool = False,
    in_numbers: bool = True,
) -> list[str]:
    found = progress_faults(
        day, value, note, first=FIRST, last=LAST, today=today, withdrawn=withdrawn, in_numbers=in_numbers
    )
    return [each.code for each in found]


def test_the_first_and_the_last_day_belong_to_the_plan() -> None:
    after = LAST + timedelta(days=40)
    assert codes(FIRST) == codes(LAST, today=after) == []
    assert codes(FIRST - timedelta(days=1)) == ["PROGRESS_DAY_OUTSIDE_PLAN"]
    assert codes(LAST + timedelta(days=1), today=after) == ["PROGRESS_DAY_OUTSIDE_PLAN"]


def test_today_is_no_future_and_tomorrow_is() -> None:
    assert codes(TODAY) == []
    assert codes(TODAY + timedelta(days=1)) == ["PROGRESS_DAY_IN_FUTURE"]


def test_a_number_is_answered_by_a_number_and_words_by_either() -> None:
    assert codes(value=None, note="Berjalan") == ["PROGRESS_VALUE_REQUIRED"]
    assert codes(value=None, in_numbers=False) == ["PROGRESS_NOTE_REQUIRED"]
    assert codes(value=None, note="Berjalan", in_numbers=False) == []
    assert codes(in_numbers=False) == []


def test_a_withdrawn_indicator_takes_no_report() -> None:
    assert codes(withdrawn=True) == ["PROGRESS_INDICATOR_WITHDRAWN"]


@given(
    some.dates(FIRST, TODAY),
    some.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**13), max_value=10**13),
)
def test_no_value_of_a_past_day_of_the_plan_is_refused(day: date, value: Decimal) -> None:
    assert codes(day, value) == []
