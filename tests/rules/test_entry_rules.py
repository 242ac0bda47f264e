"""What an entry must satisfy, when it is late, and when a period locks."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_api.rules.activities import Category, Flag
from asn_api.rules.calendar import Due, Zone
from asn_api.rules.entries import (
    Entry,
    Judgement,
    Recorded,
    check_entry,
    entry_deadline,
    entry_is_late,
    period_lock,
    reported_at,
    verification_due,
)
from tests.rules.samples import activity_policy, place

WIB = Zone.WIB.tz
MONDAY = date(2026, 6, 8)
POLICY = activity_policy()


def at(hour: int, minute: int = 0, *, day: date = MONDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=WIB)


def entry(**changes: Any) -> Entry:
    plain = Entry(
        day=MONDAY,
        start_at=at(8),
        end_at=at(10),
        minutes=120,
        category=Category.PRIMARY,
        description="Menyusun draf laporan kinerja",
        output_quantity=Decimal(1),
        evidence=(),
        is_linked=True,
        device_at=None,
        received_at=at(16),
    )
    return plain._replace(**changes)


def judge(
    changed: Entry, *, others: tuple[Recorded, ...] = (), on_leave: bool = False, **policy: object
) -> Judgement:
    return check_entry(
        changed, activity_policy(**policy), place(), now=changed.received_at, others=others, on_leave=on_leave
    )


def codes(judgement: Judgement) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in judgement.faults]


def test_a_plain_entry_has_neither_faults_nor_flags() -> None:
    assert judge(entry()) == Judgement((), frozenset())


def test_all_faults_are_found_at_once() -> None:
    wrong = entry(
        day=date(2026, 6, 9),
        end_at=at(8),
        minutes=0,
        description="  rapat   ",
        output_quantity=Decimal(0),
        evidence=[
            "http://contoh.invalid/a",
            "https://contoh.invalid",
            "https://",
            "https://[",
            "x",
            "ftp://b",
        ],
    )
    assert codes(judge(wrong)) == [
        ("/day", "ACTIVITY_DAY_IN_FUTURE"),
        ("/start_at", "ACTIVITY_STARTS_ON_ANOTHER_DAY"),
        ("/end_at", "ACTIVITY_END_NOT_AFTER_START"),
        ("/minutes", "ACTIVITY_MINUTES_NOT_POSITIVE"),
        ("/description", "ACTIVITY_DESCRIPTION_TOO_SHORT"),
        ("/output_quantity", "ACTIVITY_QUANTITY_NOT_POSITIVE"),
        ("/evidence", "ACTIVITY_TOO_MUCH_EVIDENCE"),
        ("/evidence/0", "ACTIVITY_EVIDENCE_NOT_HTTPS"),
        ("/evidence/2", "ACTIVITY_EVIDENCE_NOT_HTTPS"),
        ("/evidence/3", "ACTIVITY_EVIDENCE_NOT_HTTPS"),
        ("/evidence/4", "ACTIVITY_EVIDENCE_NOT_HTTPS"),
        ("/evidence/5", "ACTIVITY_EVIDENCE_NOT_HTTPS"),
    ]


def test_minutes_may_fill_the_duration_but_not_exceed_it() -> None:
    assert not judge(entry(end_at=at(9), minutes=60)).faults
    assert codes(judge(entry(end_at=at(9), minutes=61))) == [("/minutes", "ACTIVITY_MINUTES_EXCEED_DURATION")]
    seconds = at(8) + timedelta(minutes=59, seconds=59)
    assert codes(judge(entry(end_at=seconds, minutes=60))) == [
        ("/minutes", "ACTIVITY_MINUTES_EXCEED_DURATION")
    ]


def test_ten_hours_are_ordinary_and_a_minute_more_is_flagged() -> None:
    assert judge(entry(start_at=at(6), end_at=at(16), minutes=600)).flags == set()
    assert judge(entry(start_at=at(5, 59), end_at=at(16), minutes=600)).flags == {Flag.LONG_DURATION}


def test_the_days_total_is_flagged_above_ten_hours_and_refused_above_24() -> None:
    def others(minutes: int, day: date = MONDAY) -> tuple[Recorded, ...]:
        return (Recorded(day, at(12), at(12, 1), minutes),)

    assert judge(entry(), others=others(480)).flags == set()
    assert judge(entry(), others=others(481)).flags == {Flag.LONG_DAY}
    assert not judge(entry(), others=others(1320)).faults
    assert codes(judge(entry(), others=others(1321))) == [("/minutes", "ACTIVITY_DAY_TOTAL_EXCEEDED")]
    assert judge(entry(), others=others(1321, date(2026, 6, 7))) == Judgement((), frozenset())


def test_an_activity_over_24_hours_is_refused() -> None:
    long = entry(start_at=at(8), end_at=at(8, day=date(2026, 6, 9)), received_at=at(9, day=date(2026, 6, 9)))
    assert not judge(long).faults
    longer = long._replace(end_at=long.end_at + timedelta(seconds=1))
    assert codes(judge(longer)) == [("/end_at", "ACTIVITY_TOO_LONG")]


def test_work_past_midnight_is_flagged_and_work_until_midnight_is_not() -> None:
    tuesday = date(2026, 6, 9)
    until = entry(start_at=at(22), end_at=at(0, day=tuesday), received_at=at(7, day=tuesday))
    assert judge(until).flags == set()
    past = until._replace(end_at=at(0, 1, day=tuesday))
    assert judge(past).flags == {Flag.CROSSES_MIDNIGHT}


def test_the_day_is_taken_in_the_zone_of_the_unit() -> None:
    early_in_jayapura = datetime(2026, 6, 7, 22, 30, tzinfo=UTC)
    work = entry(start_at=early_in_jayapura, end_at=early_in_jayapura + timedelta(hours=2))
    assert not check_entry(work, POLICY, place(Zone.WIT), now=at(16), others=()).faults
    late_on_sunday = datetime(2026, 6, 7, 16, 30, tzinfo=UTC)
    work = entry(start_at=late_on_sunday, end_at=late_on_sunday + timedelta(hours=2))
    assert not check_entry(work, POLICY, place(Zone.WITA), now=at(16), others=()).faults
    in_jakarta = check_entry(work, POLICY, place(Zone.WIB), now=at(16), others=())
    assert codes(in_jakarta) == [("/start_at", "ACTIVITY_STARTS_ON_ANOTHER_DAY")]


def test_touching_activities_do_not_overlap() -> None:
    before = Recorded(MONDAY, at(7), at(8), 60)
    after = Recorded(MONDAY, at(10), at(11), 60)
    inside = Recorded(MONDAY, at(9), at(9, 30), 30)
    yesterdays_night = Recorded(date(2026, 6, 7), at(22, day=date(2026, 6, 7)), at(8, 1), 300)
    assert judge(entry(), others=(before, after)).flags == set()
    assert judge(entry(), others=(inside,)).flags == {Flag.OVERLAP}
    assert judge(entry(), others=(yesterdays_night,)).flags == {Flag.OVERLAP}
    assert codes(judge(entry(), others=(inside,), overlap="REJECT")) == [("/start_at", "ACTIVITY_OVERLAP")]


def test_leave_and_a_missing_link_are_flagged_or_refused_by_policy() -> None:
    assert judge(entry(), on_leave=True).flags == {Flag.ON_LEAVE}
    assert codes(judge(entry(), on_leave=True, leave_day="REJECT")) == [("/day", "ACTIVITY_ON_LEAVE")]
    unlinked = entry(is_linked=False)
    assert judge(unlinked).flags == {Flag.NOT_LINKED}
    assert codes(judge(unlinked, missing_work_result="REJECT")) == [
        ("/work_result_id", "ACTIVITY_WORK_RESULT_REQUIRED")
    ]
    assert judge(unlinked._replace(category=Category.NON_TASK), missing_work_result="REJECT") == Judgement(
        (), frozenset()
    )


def test_work_on_a_day_off_is_flagged() -> None:
    saturday = date(2026, 6, 6)
    work = entry(day=saturday, start_at=at(8, day=saturday), end_at=at(10, day=saturday))
    assert judge(work).flags == {Flag.NON_WORKING_DAY}
    six_days = check_entry(work, POLICY, place(days_per_week=6), now=at(16), others=())
    assert six_days.flags == set()


def test_an_entry_that_ends_later_today_is_flagged() -> None:
    assert judge(entry(received_at=at(9, 50))).flags == set()
    assert judge(entry(received_at=at(9, 49))).flags == {Flag.ENDS_IN_FUTURE}


def test_an_entry_is_on_time_to_the_last_second_of_the_third_working_day() -> None:
    thursday, friday = date(2026, 6, 11), date(2026, 6, 12)
    assert entry_deadline(MONDAY, POLICY, place()) == Due(thursday, provisional=False)
    assert not entry_is_late(MONDAY, at(23, 59, day=thursday), POLICY, place())
    assert entry_is_late(MONDAY, at(0, day=friday), POLICY, place())
    assert entry_is_late(MONDAY, at(22, day=thursday), POLICY, place(Zone.WIT))


def test_the_window_spans_new_year_and_holidays() -> None:
    assert entry_deadline(date(2026, 12, 31), POLICY, place()).day == date(2027, 1, 7)
    assert entry_deadline(date(2026, 3, 17), POLICY, place()).day == date(2026, 3, 27)
    friday, monday = date(2026, 5, 29), date(2026, 6, 2)
    same_day = activity_policy(entry_window_working_days=0)
    assert not entry_is_late(friday, at(23, day=friday), same_day, place())
    assert entry_is_late(friday, at(0, day=monday), same_day, place())


def test_late_work_is_flagged_or_refused_by_policy() -> None:
    late = entry(received_at=at(8, day=date(2026, 6, 12)))
    assert judge(late).flags == {Flag.LATE}
    refused = judge(late, late_entry="BLOCK")
    assert codes(refused) == [("/day", "ACTIVITY_ENTRY_CLOSED")]
    assert "2026-06-11" in refused.faults[0].message("id")


def test_a_phone_without_signal_is_believed_and_the_delay_shown() -> None:
    offline = entry(device_at=at(10, 5), received_at=at(8, day=date(2026, 6, 15)))
    assert judge(offline).flags == {Flag.RECEIVED_LATER}


def test_a_phone_that_recorded_too_late_is_late_however_it_arrives() -> None:
    thursday = date(2026, 6, 18)
    offline = entry(device_at=at(8, day=date(2026, 6, 12)), received_at=at(8, day=thursday))
    assert judge(offline).flags == {Flag.LATE, Flag.RECEIVED_LATER}


def test_a_clock_in_the_future_or_from_before_the_work_is_not_believed() -> None:
    received = at(8, day=date(2026, 6, 12))
    ahead = entry(device_at=received + timedelta(minutes=11), received_at=received)
    assert reported_at(ahead, POLICY) == (received, Flag.CLOCK_SKEW)
    set_back = entry(device_at=at(7, 59), received_at=received)
    assert reported_at(set_back, POLICY) == (received, Flag.CLOCK_SKEW)
    assert judge(set_back).flags == {Flag.CLOCK_SKEW, Flag.LATE}
    slightly_ahead = entry(device_at=received + timedelta(minutes=10), received_at=received)
    assert reported_at(slightly_ahead, POLICY) == (received, None)
    planned_this_morning = entry(device_at=at(7, 50), received_at=at(7, 55))
    assert reported_at(planned_this_morning, POLICY) == (at(7, 50), None)


@settings(max_examples=80, deadline=None)
@given(st.integers(-30 * 24 * 60, 30 * 24 * 60))
def test_lateness_is_never_judged_by_a_time_after_the_arrival(drift: int) -> None:
    arrived = entry(device_at=at(16) + timedelta(minutes=drift))
    reported, flag = reported_at(arrived, POLICY)
    assert reported <= arrived.received_at
    assert (flag is None) is (abs(drift) <= POLICY.device_clock_tolerance_minutes)


@pytest.mark.parametrize(
    ("day", "locked_from"),
    [
        (date(2026, 6, 1), datetime(2026, 7, 3, 17, tzinfo=UTC)),
        (date(2026, 6, 30), datetime(2026, 7, 3, 17, tzinfo=UTC)),
        (date(2026, 12, 31), datetime(2027, 1, 3, 17, tzinfo=UTC)),
        (date(2027, 1, 31), datetime(2027, 2, 3, 17, tzinfo=UTC)),
    ],
)
def test_a_month_locks_when_the_fourth_of_the_next_begins(day: date, locked_from: datetime) -> None:
    assert period_lock(day, POLICY.period_lock_day, place()) == locked_from
    assert period_lock(day, POLICY.period_lock_day, place(Zone.WIT)) == locked_from - timedelta(hours=2)


def test_verification_is_due_three_working_days_after_the_local_day_of_submission() -> None:
    friday_night = datetime(2026, 6, 12, 16, 30, tzinfo=UTC)
    assert verification_due(friday_night, POLICY, place(Zone.WIB)).day == date(2026, 6, 18)
    wednesday_night = datetime(2026, 6, 10, 16, 30, tzinfo=UTC)
    assert verification_due(wednesday_night, POLICY, place(Zone.WIB)).day == date(2026, 6, 15)
    assert verification_due(wednesday_night, POLICY, place(Zone.WITA)).day == date(2026, 6, 17)


@pytest.mark.parametrize("moment", [datetime.min, datetime.max])
def test_the_ends_of_time_are_refused_without_an_error(moment: datetime) -> None:
    work = entry(day=moment.date(), start_at=moment.replace(tzinfo=UTC), end_at=moment.replace(tzinfo=UTC))
    assert judge(work).faults
