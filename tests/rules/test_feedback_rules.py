"""Feedback: relations, names and what may be done when; whatever counts is seen by the person."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules.feedback import (
    CIRCLES,
    FeedbackAction,
    FeedbackReader,
    FeedbackRequestAction,
    FeedbackRequestStatus,
    FeedbackStanding,
    Naming,
    Relation,
    Visibility,
    check_naming,
    check_request,
    check_visibility,
    feedback_refusal,
    is_named,
    relation,
    request_refusal,
)

DAY = date(2026, 11, 20)
WEEK = 7
GIVER, SUBJECT = {FeedbackReader.GIVER}, {FeedbackReader.SUBJECT}
SEEN = FeedbackStanding(Visibility.SUBJECT_AND_SUPERIOR, DAY)
NOTE = FeedbackStanding(Visibility.SUPERIOR_ONLY, DAY)


@pytest.mark.parametrize(
    ("leads", "is_led", "is_beside", "expected"),
    [
        (True, False, False, Relation.SUPERIOR),
        (True, True, True, Relation.SUPERIOR),
        (False, True, True, Relation.SUBORDINATE),
        (False, False, True, Relation.PEER),
        (False, False, False, Relation.OTHER),
    ],
)
def test_relations(leads: bool, is_led: bool, is_beside: bool, expected: Relation) -> None:
    assert relation(leads=leads, is_led=is_led, is_beside=is_beside) is expected


def test_whatever_counts_is_read_by_the_person_judged_and_by_who_gave_it() -> None:
    for circle in CIRCLES.values():
        assert FeedbackReader.GIVER in circle.readers
        assert not circle.counts or FeedbackReader.SUBJECT in circle.readers


def test_only_superiors_keep_notes_and_everybody_gives_openly() -> None:
    refused = {each for each in Relation if check_visibility(Visibility.SUPERIOR_ONLY, each)}
    assert refused == set(Relation) - {Relation.SUPERIOR}
    assert not any(check_visibility(Visibility.SUBJECT_AND_SUPERIOR, each) for each in Relation)


namings = st.builds(
    Naming,
    relation=st.sampled_from(Relation),
    wanted=st.none() | st.booleans(),
    team=st.integers(0, 10),
    identified=st.booleans(),
)


@given(namings, st.integers(3, 6))
def test_a_name_is_never_shown_against_the_givers_will_nor_hidden_in_vain(naming: Naming, least: int) -> None:
    faults = check_naming(naming, least)
    if naming.wanted is False:
        assert faults or not is_named(naming)
    if not faults and not is_named(naming):
        assert naming.relation is Relation.SUBORDINATE
        assert naming.team >= least
        assert not naming.identified
    if naming.wanted is True:
        assert not faults


def test_only_a_subordinates_name_is_hidden_unasked() -> None:
    for each in Relation:
        assert is_named(Naming(each, None, 10, False)) is (each is not Relation.SUBORDINATE)


@pytest.mark.parametrize(
    ("standing", "action", "actors", "expected"),
    [
        (SEEN, FeedbackAction.READ, SUBJECT, None),
        (SEEN, FeedbackAction.READ, GIVER, "FEEDBACK_WRONG_ACTOR"),
        (SEEN, FeedbackAction.RESPOND, SUBJECT, None),
        (replace(SEEN, answered=True), FeedbackAction.RESPOND, SUBJECT, "FEEDBACK_ANSWERED"),
        (SEEN, FeedbackAction.WITHDRAW, GIVER, None),
        (SEEN, FeedbackAction.WITHDRAW, SUBJECT, "FEEDBACK_WRONG_ACTOR"),
        (replace(SEEN, answered=True), FeedbackAction.WITHDRAW, GIVER, None),
        (replace(SEEN, used=True), FeedbackAction.WITHDRAW, GIVER, "FEEDBACK_USED"),
        (replace(SEEN, minuted=True), FeedbackAction.WITHDRAW, GIVER, "FEEDBACK_IN_MINUTES"),
        (replace(SEEN, used=True), FeedbackAction.RESPOND, SUBJECT, None),
        (SEEN, FeedbackAction.SHARE, GIVER, "FEEDBACK_SHARED"),
        (NOTE, FeedbackAction.SHARE, GIVER, None),
        (replace(NOTE, withdrawn=True), FeedbackAction.SHARE, GIVER, "FEEDBACK_WITHDRAWN"),
        (SEEN, FeedbackAction.READ, set(), "FEEDBACK_WRONG_ACTOR"),
    ],
)
def test_what_may_be_done(
    standing: FeedbackStanding, action: FeedbackAction, actors: set[FeedbackReader], expected: str | None
) -> None:
    assert feedback_refusal(standing, action, actors, DAY, WEEK) == expected


@pytest.mark.parametrize(("after", "expected"), [(7, None), (8, "FEEDBACK_WITHDRAWAL_OVER")])
def test_withdrawing_ends_after_the_days_but_for_a_note(after: int, expected: str | None) -> None:
    today = DAY + timedelta(days=after)
    assert feedback_refusal(SEEN, FeedbackAction.WITHDRAW, GIVER, today, WEEK) == expected
    assert feedback_refusal(NOTE, FeedbackAction.WITHDRAW, GIVER, today, WEEK) is None


steps = st.lists(
    st.tuples(
        st.sampled_from(FeedbackAction), st.sampled_from([GIVER, SUBJECT]), st.integers(0, 3), st.booleans()
    ),
    max_size=30,
)


@given(steps, st.sampled_from([SEEN, NOTE]))
def test_no_sequence_withdraws_what_was_used_or_answers_twice(
    sequence: list[tuple[FeedbackAction, set[FeedbackReader], int, bool]], standing: FeedbackStanding
) -> None:
    today, answers = DAY, 0
    for action, actors, days, uses in sequence:
        today += timedelta(days=days)
        if uses and CIRCLES[standing.visibility].counts and not standing.withdrawn:
            standing = replace(standing, used=True)
        if feedback_refusal(standing, action, actors, today, WEEK):
            continue
        before = standing
        match action:
            case FeedbackAction.WITHDRAW:
                standing = replace(standing, withdrawn=True)
            case FeedbackAction.RESPOND:
                answers += 1
                standing = replace(standing, answered=True)
            case FeedbackAction.SHARE:
                standing = replace(standing, visibility=Visibility.SUBJECT_AND_SUPERIOR, given_on=today)
        assert not before.withdrawn
        assert not (standing.withdrawn and standing.used)
        assert answers <= 1


def test_a_request_ends_once_by_the_one_who_may() -> None:
    for status, action, is_asked in product(FeedbackRequestStatus, FeedbackRequestAction, (True, False)):
        by = action is not FeedbackRequestAction.WITHDRAW
        code = request_refusal(status, action, is_asked=is_asked)
        if is_asked is not by:
            assert code == "FEEDBACK_REQUEST_WRONG_ACTOR"
        elif status is not FeedbackRequestStatus.OPEN:
            assert code == "FEEDBACK_REQUEST_CLOSED"
        else:
            assert check_request(status, action, is_asked=is_asked) is not FeedbackRequestStatus.OPEN
            continue
        with pytest.raises(Problem) as refused:
            check_request(status, action, is_asked=is_asked)
        assert refused.value.code == code
