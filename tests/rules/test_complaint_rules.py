"""Complaints: every step is in the table, nothing closes without an answer, clocks only ever gain time."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules.calendar import ONE_DAY, Calendar
from asn_api.rules.complaint_clocks import (
    ClockStage,
    ClockState,
    Escalation,
    Pause,
    Since,
    Span,
    clock,
    escalation,
    spans,
    steps,
)
from asn_api.rules.complaints import (
    COMPLAINT_STEPS,
    OPEN,
    ComplaintAction,
    ComplaintActor,
    ComplaintKind,
    ComplaintStatus,
    Standing,
    check_complaint,
    check_subjects,
    complaint_refusal,
)
from tests.rules.samples import complaint_policy, national_calendar

CALENDAR = national_calendar()
POLICY = complaint_policy()
MONDAY = date(2026, 6, 8)
S, A = ComplaintStatus, ComplaintAction
FORMAL = ComplaintKind.COMPLAINT_NON_SUPERVISORY

days = st.dates(date(2026, 1, 1), date(2026, 9, 30))
limits = st.integers(1, 60)
weeks = st.sampled_from([5, 6])


def standing(status: S, **more: object) -> Standing:
    usual: dict[str, object] = {"bounce_limit": 2, "reopen_limit": 1, "reopen_until": MONDAY}
    return Standing(status, **usual | more)  # type: ignore[arg-type]


def moved(path: Sequence[A]) -> S:
    status = S.RECEIVED
    for action in path:
        actor = COMPLAINT_STEPS[status, action].actor
        status = check_complaint(standing(status), action, {actor}, MONDAY, "words")
    return status


def due(start: date, limit: int, *pauses: Pause, calendar: Calendar = CALENDAR, week: int = 5) -> date:
    found = clock(Span(ClockStage.RESOLVE, start, limit, pauses), calendar, week)
    assert found.due is not None
    return found.due


def test_the_ordinary_way_ends_closed_with_an_answer() -> None:
    assert moved([A.VERIFY, A.DISPOSE, A.START, A.ANSWER, A.REPLY, A.ANSWER, A.CONFIRM]) is S.CLOSED
    assert moved([A.HOLD, A.SUPPLEMENT, A.VERIFY, A.DISPOSE, A.BOUNCE, A.DISPOSE, A.ANSWER]) is S.ANSWERED
    assert moved([A.VERIFY, A.DISPOSE, A.ANSWER, A.CLOSE_BY_SILENCE, A.REOPEN, A.START]) is S.IN_PROGRESS


def test_closing_is_reached_from_an_answer_alone() -> None:
    before = {status for (status, _), step in COMPLAINT_STEPS.items() if step.next is S.CLOSED}
    assert before == {S.ANSWERED}
    ways = {action for (_, action), step in COMPLAINT_STEPS.items() if step.next is S.ANSWERED}
    assert ways == {A.ANSWER}
    assert all(step.words_required for (_, action), step in COMPLAINT_STEPS.items() if action is A.ANSWER)


def test_whoever_handles_it_never_closes_it() -> None:
    closers = {step.actor for step in COMPLAINT_STEPS.values() if step.next is S.CLOSED}
    assert closers == {ComplaintActor.REPORTER, ComplaintActor.SYSTEM}


@given(path=st.lists(st.tuples(st.sampled_from(A), st.sampled_from(ComplaintActor)), max_size=25))
def test_every_path_stays_in_the_table(path: list[tuple[A, ComplaintActor]]) -> None:
    status, answered, bounces = S.RECEIVED, False, 0
    for action, actor in path:
        now = standing(status, bounces=bounces)
        refused = complaint_refusal(now, action, {actor}, MONDAY)
        if refused:
            with pytest.raises(Problem) as problem:
                check_complaint(now, action, {actor}, MONDAY, "words")
            assert problem.value.code == refused
            continue
        status = check_complaint(now, action, {actor}, MONDAY, "words")
        bounces += action is A.BOUNCE
        answered |= status is S.ANSWERED
        assert (status is S.CLOSED) <= answered
        assert bounces <= 2


@pytest.mark.parametrize(("status", "action"), COMPLAINT_STEPS)
def test_each_step_belongs_to_one_side(status: S, action: A) -> None:
    actor = COMPLAINT_STEPS[status, action].actor
    for other in set(ComplaintActor) - {actor}:
        assert complaint_refusal(standing(status), action, {other}, MONDAY) == "COMPLAINT_WRONG_ACTOR"


def test_words_are_needed_where_the_other_side_must_understand() -> None:
    with pytest.raises(Problem) as problem:
        check_complaint(standing(S.RECEIVED), A.HOLD, {ComplaintActor.COORDINATOR}, MONDAY, None)
    assert problem.value.faults[0].code == "COMPLAINT_WORDS_REQUIRED"


def test_an_agency_gives_back_only_so_often() -> None:
    again = standing(S.FORWARDED, bounces=2)
    assert complaint_refusal(again, A.BOUNCE, {ComplaintActor.AGENCY}, MONDAY) == "COMPLAINT_BOUNCED_OFTEN"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, None),
        ({"reopenings": 1}, "COMPLAINT_REOPENED_OFTEN"),
        ({"reopen_until": MONDAY - ONE_DAY}, "COMPLAINT_REOPEN_LATE"),
    ],
)
def test_reopening_has_a_window_and_a_count(more: dict[str, object], code: str | None) -> None:
    closed = standing(S.CLOSED, **more)
    assert complaint_refusal(closed, A.REOPEN, {ComplaintActor.REPORTER}, MONDAY) == code


def test_a_supervisory_complaint_needs_to_know_from_whom_it_is_kept() -> None:
    check_subjects(FORMAL, 0)
    check_subjects(ComplaintKind.COMPLAINT_SUPERVISORY, 1)
    with pytest.raises(Problem) as problem:
        check_subjects(ComplaintKind.COMPLAINT_SUPERVISORY, 0)
    assert problem.value.code == "COMPLAINT_SUBJECT_REQUIRED"


@settings(max_examples=60, deadline=None)
@given(start=days, limit=limits, week=weeks, off=st.lists(days, max_size=5))
def test_a_further_holiday_never_shortens(start: date, limit: int, week: int, off: list[date]) -> None:
    more = Calendar(CALENDAR.days_off | set(off), CALENDAR.loaded_years)
    assert due(start, limit, calendar=more, week=week) >= due(start, limit, week=week)


@settings(max_examples=60, deadline=None)
@given(start=days, limit=limits, week=weeks, after=st.integers(0, 60), length=st.integers(0, 60))
def test_a_pause_only_lengthens(start: date, limit: int, week: int, after: int, length: int) -> None:
    asked = start + timedelta(after)
    without, with_it = (
        due(start, limit, week=week),
        due(start, limit, Pause(asked, asked + timedelta(length)), week=week),
    )
    assert with_it >= without
    assert (with_it == without) or asked < without


@settings(max_examples=60, deadline=None)
@given(start=days, limit=limits, week=weeks, later=st.integers(0, 30))
def test_later_is_never_due_earlier(start: date, limit: int, week: int, later: int) -> None:
    assert due(start + timedelta(later), limit, week=week) >= due(start, limit, week=week)
    assert due(start, limit + 1, week=week) > due(start, limit, week=week)


@settings(max_examples=60, deadline=None)
@given(start=days, limit=limits, after=st.integers(0, 90))
def test_an_open_question_stops_the_clock_unless_it_had_run_out(start: date, limit: int, after: int) -> None:
    asked = start + timedelta(after)
    found = clock(Span(ClockStage.VERIFY, start, limit, (Pause(asked, None),)), CALENDAR, 5)
    counted = CALENDAR.working_days(start + ONE_DAY, asked, 5)
    if counted >= limit:
        assert found.due == due(start, limit)
    else:
        assert (found.due, found.left) == (None, limit - counted)
        assert found.state(asked) is ClockState.WAITING


def test_asked_and_answered_on_one_day_is_no_pause() -> None:
    assert due(MONDAY, 5, Pause(MONDAY, MONDAY)) == due(MONDAY, 5)


def test_without_a_calendar_a_due_day_is_provisional() -> None:
    found = clock(Span(ClockStage.RESOLVE, date(2027, 12, 23), 14), CALENDAR, 5)
    assert found.provisional
    assert "provisional" in " ".join(steps(found, CALENDAR, 5))


def history(*states: tuple[int, S]) -> list[Since]:
    return [Since(MONDAY + timedelta(day), status) for day, status in states]


def of(stage: ClockStage, *states: tuple[int, S]) -> Span:
    return next(each for each in spans(FORMAL, history(*states), POLICY) if each.stage is stage)


def test_verifying_ends_with_the_decision_and_waits_for_data() -> None:
    span = of(ClockStage.VERIFY, (0, S.RECEIVED), (1, S.ON_HOLD), (8, S.RECEIVED), (9, S.VERIFIED))
    assert span.pauses == (Pause(MONDAY + ONE_DAY, MONDAY + timedelta(8)),)
    assert span.ended == MONDAY + timedelta(9)
    assert clock(span, CALENDAR, 5).state(MONDAY) is ClockState.MET


def test_resolving_counts_from_receipt_and_not_while_the_reporter_has_the_answer() -> None:
    way = ((0, S.RECEIVED), (1, S.VERIFIED), (1, S.FORWARDED), (4, S.ANSWERED), (10, S.IN_PROGRESS))
    span = of(ClockStage.RESOLVE, *way)
    assert (span.start, span.ended) == (MONDAY, None)
    assert span.pauses == (Pause(MONDAY + timedelta(4), MONDAY + timedelta(10)),)
    closed = of(ClockStage.RESOLVE, *way, (12, S.ANSWERED), (26, S.CLOSED))
    assert closed.ended == MONDAY + timedelta(12)
    assert closed.pauses == span.pauses


def test_a_reopening_starts_anew() -> None:
    way = ((0, S.RECEIVED), (1, S.VERIFIED), (1, S.FORWARDED), (4, S.ANSWERED), (20, S.CLOSED))
    span = of(ClockStage.RESOLVE, *way, (30, S.REOPENED))
    assert (span.start, span.pauses, span.ended) == (MONDAY + timedelta(30), (), None)
    following = of(ClockStage.AGENCY_FIRST_FOLLOW_UP, *way, (30, S.REOPENED), (31, S.IN_PROGRESS))
    assert (following.start, following.ended) == (MONDAY + timedelta(30), MONDAY + timedelta(31))


def test_the_reporters_silence_is_counted_from_the_last_answer() -> None:
    way = ((0, S.RECEIVED), (1, S.VERIFIED), (1, S.FORWARDED), (4, S.ANSWERED), (5, S.IN_PROGRESS))
    stage = ClockStage.REPORTER_RESPONSE_AUTO_CLOSE
    assert of(stage, *way).ended == MONDAY + timedelta(5)
    assert of(stage, *way, (9, S.ANSWERED)).start == MONDAY + timedelta(9)


FRIDAY = MONDAY + timedelta(4)


@pytest.mark.parametrize(
    ("today", "who"),
    [
        (FRIDAY - timedelta(2), None),
        (FRIDAY - ONE_DAY, Escalation.HANDLER),
        (FRIDAY, Escalation.HANDLER),
        (FRIDAY + ONE_DAY, None),
        (FRIDAY + timedelta(3), Escalation.HEAD),
        (date(2026, 6, 16), None),
        (date(2026, 6, 17), Escalation.HEAD),
        (date(2026, 6, 18), Escalation.COORDINATOR),
        (date(2026, 7, 20), Escalation.COORDINATOR),
    ],
)
def test_who_is_told_of_a_deadline_on_friday(today: date, who: Escalation | None) -> None:
    assert escalation(FRIDAY, today, POLICY, CALENDAR, 5) is who


def test_explanations_name_what_moved_the_day() -> None:
    found = clock(of(ClockStage.RESOLVE, (0, S.RECEIVED), (1, S.ON_HOLD), (3, S.RECEIVED)), CALENDAR, 5)
    told = steps(found, CALENDAR, 5)
    assert told[0] == "RESOLVE: 14 working days after 2026-06-08, 5 days a week"
    assert "days off: 2026-06-16" in told
    assert "not counted after 2026-06-09 until 2026-06-11" in told
    assert told[-1] == f"due {found.due}"


def test_open_and_closed_are_those_of_open311() -> None:
    assert set(S) - OPEN == {S.NOT_AUTHORITY, S.ARCHIVED, S.MERGED, S.CLOSED}
