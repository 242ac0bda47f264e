"""Coaching: its states, what a record may say, and that every question is answered."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules.coaching import (
    COACHING_TRANSITIONS,
    CoachingAction,
    CoachingActor,
    CoachingStatus,
    SessionQuestion,
    check_answers,
    check_coaching,
    check_session,
    coaching_refusal,
)

TODAY = date(2026, 11, 20)
QUESTIONS = (SessionQuestion("A", "a", "a"), SessionQuestion("B", "b", "b"))
steps = st.lists(
    st.tuples(st.sampled_from(CoachingAction), st.sets(st.sampled_from(CoachingActor), max_size=1)),
    max_size=30,
)


@given(steps)
def test_no_sequence_leaves_the_table_or_changes_what_was_acknowledged(
    sequence: list[tuple[CoachingAction, set[CoachingActor]]],
) -> None:
    status, assessed = CoachingStatus.RECORDED, False
    for action, actors in sequence:
        code = coaching_refusal(status, action, actors, assessed=assessed)
        if code:
            with pytest.raises(Problem) as refused:
                check_coaching(status, action, actors, assessed=assessed)
            assert refused.value.code == code
            continue
        assert actors
        after = check_coaching(status, action, actors, assessed=assessed)
        if status is CoachingStatus.ACKNOWLEDGED:
            assert after is CoachingStatus.ACKNOWLEDGED
            assert action not in (CoachingAction.EDIT, CoachingAction.REMOVE)
        if action is CoachingAction.ASSESS:
            assert not assessed
            assessed = True
        if after is None:
            return
        status = after


def test_only_the_employee_acknowledges_and_only_the_coach_writes() -> None:
    for (_, action), step in COACHING_TRANSITIONS.items():
        if action in (CoachingAction.ACKNOWLEDGE, CoachingAction.ASSESS):
            assert step.actors == {CoachingActor.EMPLOYEE}
        if action in (CoachingAction.EDIT, CoachingAction.REMOVE):
            assert step.actors == {CoachingActor.COACH}


@pytest.mark.parametrize(
    ("day", "due", "rating", "codes"),
    [
        (TODAY, TODAY, 5, []),
        (TODAY - timedelta(days=31), TODAY, 1, []),
        (TODAY - timedelta(days=32), TODAY, 1, ["COACHING_TOO_LONG_AGO"]),
        (TODAY + timedelta(days=1), TODAY + timedelta(days=1), 1, ["COACHING_IN_FUTURE"]),
        (TODAY, TODAY - timedelta(days=1), 1, ["COACHING_ACTION_DUE_BEFORE"]),
        (TODAY, TODAY, 0, ["COACHING_RATING_OUT_OF_SCALE"]),
        (TODAY, TODAY, 6, ["COACHING_RATING_OUT_OF_SCALE"]),
    ],
)
def test_what_a_record_may_say(day: date, due: date, rating: int, codes: list[str]) -> None:
    found = check_session(day, [due], [rating], today=TODAY, entry_days=31, highest=5)
    assert [fault.code for fault in found] == codes


@given(st.dictionaries(st.sampled_from(["A", "B", "C"]), st.integers(-1, 7)))
def test_answers_are_whole_and_within_the_scale_or_refused(answers: dict[str, int]) -> None:
    faults = check_answers(answers, QUESTIONS, 5)
    is_right = answers.keys() == {"A", "B"} and all(1 <= each <= 5 for each in answers.values())
    assert (faults == []) is is_right
