"""Evaluation of training: windows, whole answers, sums of several people only, the gain of a test."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules.training_evaluation import (
    QUESTIONS,
    Answer,
    TrainingLevel,
    TrainingQuestion,
    behaviour_window,
    check_answer,
    comments_of,
    gain,
    mean,
    mean_of,
    months_later,
    reaction_window,
    summed,
)

REACTION = QUESTIONS[TrainingLevel.REACTION]
SCORES = st.decimals(0, 100, places=2)
ANSWERS = st.lists(
    st.builds(
        Answer,
        st.integers(1, 6).map(lambda number: UUID(int=number)),
        st.fixed_dictionaries({each: st.integers(1, 5) for each in REACTION}),
        st.none() | st.text(min_size=1, max_size=5),
    ),
    max_size=12,
)


@given(ANSWERS)
def test_fewer_than_three_different_people_tell_nothing(answers: list[Answer]) -> None:
    found = summed(answers, 3)
    assert (found is None) == (len({each.rater_id for each in answers}) < 3)
    if found is not None:
        assert found.answered == len(answers)
        for question in REACTION:
            assert 1 <= mean(found.scores[question], found.answered) <= 5
    comments = comments_of(answers, 3)
    assert not comments or len({each.rater_id for each in answers if each.comment}) >= 3


def test_one_superior_of_three_people_is_one_person() -> None:
    answers = [Answer(UUID(int=1), {TrainingQuestion.WORK_IMPROVED: 5}, "Baik")] * 3
    assert summed(answers, 3) is None
    assert comments_of(answers, 3) == []


@given(SCORES, SCORES)
def test_a_gain_is_at_most_one_and_has_the_sign_of_the_change(pre: Decimal, post: Decimal) -> None:
    found = gain(pre, post)
    if pre == 100:
        assert found is None
        return
    assert found is not None
    assert found <= 1
    assert found == 0 or (found > 0) == (post > pre)


@pytest.mark.parametrize(
    ("pre", "post", "expected"),
    [("40", "70", "0.50"), ("0", "100", "1.00"), ("50", "25", "-0.50"), ("99", "99", "0.00")],
)
def test_gains_by_hand(pre: str, post: str, expected: str) -> None:
    assert gain(Decimal(pre), Decimal(post)) == Decimal(expected)


def test_a_mean_needs_enough_values() -> None:
    assert mean_of([Decimal(1), Decimal(2)], 3) is None
    assert mean_of([Decimal(1), Decimal(2), Decimal(2)], 3) == Decimal("1.67")
    assert mean(5, 2) == Decimal("2.50")


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 20), 3, date(2026, 11, 20)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2026, 10, 31), 2, date(2026, 12, 31)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -2, date(2025, 11, 15)),
    ],
)
def test_months_keep_the_day_where_there_is_one(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 90))
def test_windows_follow_the_class(ended: date, days: int) -> None:
    reaction = reaction_window(ended, days)
    assert (reaction.opens_on, reaction.closes_on) == (ended, ended + timedelta(days=days - 1))
    behaviour = behaviour_window(ended, 3, 3)
    assert ended < behaviour.opens_on < behaviour.closes_on
    assert behaviour.closes_on == months_later(ended, 6)


@pytest.mark.parametrize(
    "asked",
    [REACTION[1:], (*REACTION, REACTION[0]), (*REACTION[1:], TrainingQuestion.WORK_IMPROVED), ()],
)
def test_an_answer_is_whole(asked: tuple[TrainingQuestion, ...]) -> None:
    check_answer(TrainingLevel.REACTION, REACTION)
    with pytest.raises(Problem, match="REQUEST_INVALID"):
        check_answer(TrainingLevel.REACTION, asked)
