"""Forums: the window of a meeting, its states, and that minutes are final."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules.forums import (
    FORUM_TRANSITIONS,
    ForumAction,
    ForumActor,
    ForumPhase,
    ForumStatus,
    check_forum,
    check_schedule,
    forum_refusal,
    phase,
)

START = datetime(2026, 11, 20, 6, tzinfo=UTC)
END = START + timedelta(hours=2)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-31, ForumPhase.BEFORE),
        (-30, ForumPhase.OPEN),
        (0, ForumPhase.OPEN),
        (180, ForumPhase.OPEN),
        (181, ForumPhase.OVER),
    ],
)
def test_the_window_has_both_its_edges(minutes: int, expected: ForumPhase) -> None:
    assert phase(START, END, START + timedelta(minutes=minutes), before=30, after=60) is expected


steps = st.lists(
    st.tuples(
        st.sampled_from(ForumAction), st.sets(st.sampled_from(ForumActor)), st.sampled_from(ForumPhase)
    ),
    max_size=40,
)


@given(steps)
def test_no_sequence_leaves_the_table_and_minutes_and_cancellation_are_final(
    sequence: list[tuple[ForumAction, set[ForumActor], ForumPhase]],
) -> None:
    status, latest = ForumStatus.SCHEDULED, ForumPhase.BEFORE
    for action, actors, now in sequence:
        latest = max(latest, now, key=list(ForumPhase).index)
        code = forum_refusal(status, action, actors, latest)
        if code:
            with pytest.raises(Problem) as refused:
                check_forum(status, action, actors, latest)
            assert refused.value.code == code
            continue
        after = check_forum(status, action, actors, latest)
        assert FORUM_TRANSITIONS[status, action].actor in actors
        if status is ForumStatus.MINUTES:
            assert (action, after) == (ForumAction.CORRECT, ForumStatus.MINUTES)
        assert status is not ForumStatus.CANCELLED
        if after is ForumStatus.MINUTES and action is ForumAction.PUBLISH:
            assert status is ForumStatus.HELD
        status = after


@pytest.mark.parametrize(
    ("status", "action", "actors", "now", "expected"),
    [
        (ForumStatus.SCHEDULED, ForumAction.EDIT, {ForumActor.CONVENER}, ForumPhase.OPEN, "FORUM_HAS_BEGUN"),
        (
            ForumStatus.SCHEDULED,
            ForumAction.EDIT,
            {ForumActor.PARTICIPANT},
            ForumPhase.BEFORE,
            "FORUM_NOT_CONVENER",
        ),
        (
            ForumStatus.SCHEDULED,
            ForumAction.CHECK_IN,
            {ForumActor.PARTICIPANT},
            ForumPhase.BEFORE,
            "FORUM_NOT_BEGUN",
        ),
        (ForumStatus.HELD, ForumAction.CHECK_IN, {ForumActor.PARTICIPANT}, ForumPhase.OVER, "FORUM_OVER"),
        (ForumStatus.HELD, ForumAction.COMMENT, {ForumActor.PARTICIPANT}, ForumPhase.OVER, None),
        (ForumStatus.SCHEDULED, ForumAction.COMMENT, {ForumActor.PARTICIPANT}, ForumPhase.OVER, "FORUM_OVER"),
        (ForumStatus.HELD, ForumAction.COMMENT, {ForumActor.CONVENER}, ForumPhase.OPEN, "FORUM_NOT_INVITED"),
        (
            ForumStatus.SCHEDULED,
            ForumAction.PUBLISH,
            {ForumActor.CONVENER},
            ForumPhase.OVER,
            "FORUM_WRONG_STATUS",
        ),
        (ForumStatus.SCHEDULED, ForumAction.HOLD, {ForumActor.CONVENER}, ForumPhase.OVER, None),
    ],
)
def test_the_most_telling_refusal_comes_first(
    status: ForumStatus, action: ForumAction, actors: set[ForumActor], now: ForumPhase, expected: str | None
) -> None:
    assert forum_refusal(status, action, actors, now) == expected


@pytest.mark.parametrize(
    ("start", "hours", "results", "codes"),
    [
        (START, 12, ["a", "b"], []),
        (START, 12.1, ["a"], ["FORUM_TOO_LONG"]),
        (START, 0, ["a"], ["FORUM_ENDS_BEFORE_START"]),
        (START - timedelta(hours=3), 1, ["a"], ["FORUM_STARTS_IN_PAST"]),
        (START, 1, ["a", "a"], ["FORUM_RESULT_TWICE"]),
    ],
)
def test_what_a_schedule_may_be(start: datetime, hours: float, results: list[str], codes: list[str]) -> None:
    now = START - timedelta(hours=3)
    found = check_schedule(start, start + timedelta(hours=hours), results, now=now, longest_hours=12)
    assert [fault.code for fault in found] == codes
