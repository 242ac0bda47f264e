"""Whom a day reminds of plans."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from asn_api.rules.plan_reminders import Backlog, backlogs, is_escalated, is_reminded, waiting
from tests.rules.samples import plan_policy

DUE = date(2026, 1, 31)
A, B = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("days", "reminded", "escalated"),
    [
        (-15, False, False),
        (-14, True, False),
        (-1, True, False),
        (0, False, False),
        (1, True, True),
        (2, False, False),
        (14, True, True),
        (15, False, False),
    ],
)
def test_a_missing_plan_is_told_on_its_marks(days: int, reminded: bool, escalated: bool) -> None:
    today, policy = DUE + timedelta(days=days), plan_policy()
    assert is_reminded(DUE, today, policy) is reminded
    assert is_escalated(DUE, today, policy) is escalated


def test_the_day_itself_can_be_a_mark() -> None:
    assert is_reminded(DUE, DUE, plan_policy(missing_days_before=[0]))
    assert not is_reminded(DUE, DUE, plan_policy(missing_days_before=[], missing_days_after=[1]))


REACHING = {3: [date(2026, 11, 20), date(2026, 11, 21)], 5: [date(2026, 11, 18)]}


@pytest.mark.parametrize(
    ("since", "counts", "on_mark"),
    [
        (date(2026, 11, 22), False, False),
        (date(2026, 11, 21), True, True),
        (date(2026, 11, 19), True, False),
        (date(2026, 11, 18), True, True),
    ],
)
def test_a_wait_counts_from_the_first_mark_on(since: date, counts: bool, on_mark: bool) -> None:
    wait = waiting(A, since, REACHING)
    assert (wait is not None) is counts
    assert wait is None or wait.on_mark is on_mark
    assert waiting(A, since, {}) is None


def test_one_on_a_mark_tells_of_all_and_none_of_nothing() -> None:
    seen = [
        waiting(person, since, REACHING)
        for person, since in (
            (A, date(2026, 11, 19)),
            (A, date(2026, 11, 20)),
            (B, date(2026, 11, 19)),
        )
    ]
    assert backlogs(each for each in seen if each is not None) == {A: Backlog(2, date(2026, 11, 19))}
