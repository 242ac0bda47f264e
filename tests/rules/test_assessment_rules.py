"""360° assessment: weights, blanks, who is drawn, and that nothing shown tells one person's answer."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules.assessment_policy import AssessmentPolicy
from asn_api.rules.assessments import (
    HIGHEST,
    LOWEST,
    Answer,
    AssessmentCategory,
    AssessmentForm,
    AssessmentReason,
    Lines,
    Outcome,
    RaterGroup,
    RoundAction,
    RoundStatus,
    allowed_actions,
    asked,
    candidates,
    category,
    disclosed,
    drawn,
    form_of,
    is_anonymous,
    outcome,
    replacement,
)
from asn_api.rules.ratings import CoreValue
from tests.rules.samples import policy_values

SUPERIOR, PEERS, SUBORDINATES = RaterGroup
STAFF, HEAD = AssessmentForm


def policy(**changes: object) -> AssessmentPolicy:
    return AssessmentPolicy.from_mapping(policy_values("assessments", **changes))


RULE = policy().rule
SCORE = st.integers(LOWEST, HIGHEST)


def same(group: RaterGroup, score: int) -> Answer:
    """An answer that gives every value the same score."""
    return Answer(group, dict.fromkeys(CoreValue, score))


def answers(**scores: list[int]) -> list[Answer]:
    return [same(RaterGroup(group), score) for group, given in scores.items() for score in given]


def result(form: AssessmentForm, given: list[Answer], **asked_of: int) -> Outcome:
    counts = {group: sum(each.group is group for each in given) for group in RaterGroup}
    counts.update({RaterGroup(group): count for group, count in asked_of.items()})
    return outcome(form, counts, given, RULE)


def codes(found: Outcome) -> set[tuple[AssessmentReason, RaterGroup | None]]:
    return {(each.code, each.group) for each in found.reasons}


def test_staff_are_half_superior_and_half_peers() -> None:
    found = result(STAFF, answers(SUPERIOR=[10], PEERS=[6, 7, 8]))
    assert (found.score, found.category) == (Decimal("85.0"), AssessmentCategory.GOOD)
    assert found.values == dict.fromkeys(CoreValue, Decimal("85.0"))


def test_heads_are_half_superior_three_tenths_peers_and_a_fifth_subordinates() -> None:
    found = result(HEAD, answers(SUPERIOR=[9], PEERS=[8, 8, 8], SUBORDINATES=[7, 7]))
    assert found.score == Decimal("83.0")


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        ("100.0", "VERY_GOOD"),
        ("90.0", "VERY_GOOD"),
        ("89.9", "GOOD"),
        ("76.0", "GOOD"),
        ("75.9", "FAIR"),
        ("61.0", "FAIR"),
        ("60.9", "POOR"),
        ("10.0", "POOR"),
    ],
)
def test_the_bands_begin_at_their_bounds(score: str, expected: str) -> None:
    assert category(Decimal(score), RULE.bands) == expected


def test_what_is_missing_is_named_and_nothing_is_computed() -> None:
    found = result(HEAD, answers(PEERS=[9, 7], SUBORDINATES=[8]), SUPERIOR=1, PEERS=5)
    assert (found.score, found.category) == (None, AssessmentCategory.PENDING)
    assert codes(found) == {
        (AssessmentReason.TOO_FEW_ANSWERS, SUPERIOR),
        (AssessmentReason.TOO_FEW_ANSWERS, PEERS),
    }
    [peers] = [each for each in found.reasons if each.group is PEERS]
    assert (peers.have, peers.need) == (2, 3)
    assert found.values is None
    assert found.comments is None
    assert {each.score for each in found.groups} == {None}


def test_a_group_that_was_asked_and_kept_silent_is_waited_for_but_one_that_does_not_exist_is_left_out() -> (
    None
):
    silent = result(STAFF, answers(PEERS=[8, 8, 8]), SUPERIOR=1)
    assert silent.category is AssessmentCategory.PENDING
    nobody = result(STAFF, answers(PEERS=[8, 8, 8]), SUPERIOR=0)
    assert nobody.score == Decimal("80.0"), "not 40: nobody is not zero"
    assert (AssessmentReason.NOBODY_TO_ASK, SUPERIOR) in codes(nobody)
    by_group = {each.group: each for each in nobody.groups}
    assert by_group[PEERS].counted_weight == 1
    assert by_group[SUPERIOR].counted_weight is None
    no_peers = result(STAFF, answers(SUPERIOR=[9]), PEERS=0)
    assert no_peers.category is AssessmentCategory.PENDING, "peers may not be left out by the shipped policy"


def test_a_blank_item_is_left_out_and_never_zero() -> None:
    some = dict.fromkeys(list(CoreValue)[:4], 8)
    given = [Answer(SUPERIOR, some), *(same(PEERS, 8) for _ in range(3))]
    found = result(STAFF, given)
    assert found.score == Decimal("80.0")
    assert (AssessmentReason.ITEMS_LEFT_OUT, None) in codes(found)
    assert found.values is None, "a value without the superior's answer would be shown as the peers' alone"
    assert (AssessmentReason.VALUES_WITHHELD, None) in codes(found)


def test_comments_appear_when_enough_people_wrote_some_and_tell_no_order() -> None:
    def wrote(*texts: str) -> list[Answer]:
        given = [same(SUPERIOR, 8), *(same(PEERS, 8) for _ in range(3))]
        return [
            replace(each, comments={CoreValue.LOYAL: text} if text else {})
            for each, text in zip(given, texts, strict=True)
        ]

    assert result(STAFF, wrote("a", "b", "", "")).comments is None
    assert result(STAFF, wrote("", "", "", "")).comments == []
    shown = result(STAFF, wrote("a", "b", "c", "d")).comments
    assert shown is not None
    assert {text for _, text in shown} == {"a", "b", "c", "d"}
    assert shown == result(STAFF, wrote("d", "c", "b", "a")).comments


@given(st.data())
def test_no_higher_score_ever_lowers_the_result(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(AssessmentForm))
    groups = [SUPERIOR, PEERS, PEERS, PEERS, *([SUBORDINATES] * 2 if form is HEAD else [])]
    given = [Answer(group, {value: data.draw(SCORE) for value in CoreValue}) for group in groups]
    which, value = data.draw(st.integers(0, len(given) - 1)), data.draw(st.sampled_from(CoreValue))
    assume(given[which].scores[value] < HIGHEST)
    raised = list(given)
    raised[which] = replace(
        given[which], scores={**given[which].scores, value: given[which].scores[value] + 1}
    )
    before, after = result(form, given).score, result(form, raised).score
    assert before is not None
    assert after is not None
    assert before <= after


@given(st.lists(SCORE, min_size=3, max_size=9), SCORE, st.lists(SCORE, min_size=1, max_size=9))
def test_the_result_lies_within_the_answers_and_within_the_scale(
    peers: list[int], superior: int, subordinates: list[int]
) -> None:
    every = [superior, *peers, *subordinates]
    found = result(HEAD, answers(SUPERIOR=[superior], PEERS=peers, SUBORDINATES=subordinates))
    assert found.score is not None
    assert 10 * min(every) <= found.score <= 10 * max(every)
    weights = [each.counted_weight for each in found.groups if each.counted_weight is not None]
    assert sum(weights) == 1


@given(st.permutations(answers(SUPERIOR=[9], PEERS=[3, 7, 8, 10], SUBORDINATES=[1, 2, 6])))
def test_the_order_of_the_answers_does_not_matter(given: list[Answer]) -> None:
    assert result(HEAD, given) == result(
        HEAD, answers(SUPERIOR=[9], PEERS=[3, 7, 8, 10], SUBORDINATES=[1, 2, 6])
    )


COUNTS = [dict(zip(RaterGroup, counts, strict=True)) for counts in product(range(2), range(7), range(7))]


@pytest.mark.parametrize("k", [3, 4, 5])
def test_no_group_below_k_is_shown_or_left_over_when_the_shown_ones_are_subtracted(k: int) -> None:
    for every in COUNTS:
        counts = {group: count for group, count in every.items() if count}
        if not is_anonymous(counts, k):
            continue
        shown = disclosed(counts, k)
        assert all(counts[group] >= k for group in shown)
        rest = {group: count for group, count in counts.items() if group not in shown}
        assert not rest or sum(rest.values()) >= k, "left over by subtraction"
        for alone in [group for group, count in rest.items() if count == 1]:
            others = sum(count for group, count in rest.items() if group is not alone)
            assert others >= k, "left over for the one who knows his own answer"


def test_of_staff_the_peers_are_never_shown_beside_the_total_because_the_superior_would_remain() -> None:
    assert disclosed({SUPERIOR: 1, PEERS: 9}, 3) == frozenset()
    assert disclosed({PEERS: 9}, 3) == {PEERS}
    assert disclosed({SUPERIOR: 1, PEERS: 5, SUBORDINATES: 2}, 3) == frozenset(), (
        "the superior could tell the two"
    )
    assert disclosed({SUPERIOR: 1, PEERS: 5, SUBORDINATES: 3}, 3) == {PEERS}


def test_two_answers_and_a_superiors_are_too_few() -> None:
    left_out = policy(may_be_left_out=[*RaterGroup]).rule
    given = answers(SUPERIOR=[9], SUBORDINATES=[5, 6])
    found = outcome(HEAD, {SUPERIOR: 1, SUBORDINATES: 2}, given, left_out)
    assert found.category is AssessmentCategory.PENDING
    assert (AssessmentReason.TOO_FEW_FOR_ANONYMITY, None) in codes(found)


IDS = [UUID(int=number) for number in range(1, 12)]


def lines(superior: Mapping[int, int], evaluator: Mapping[int, int] | None = None, **more: Any) -> Lines:
    return Lines(
        {IDS[employee]: IDS[above] for employee, above in superior.items()},
        {IDS[employee]: IDS[letter] for employee, letter in (evaluator or {}).items()},
        more.get("able", IDS),
    )


TREE = {1: 0, 2: 0, 3: 1, 4: 1, 5: 1, 6: 3}
"""0 leads 1 and 2; 1 leads 3, 4, 5; 3 leads 6."""


def test_raters_come_from_the_reporting_lines() -> None:
    found = candidates(IDS[3], lines(TREE))
    assert found == {SUPERIOR: [IDS[1], IDS[0]], PEERS: [IDS[4], IDS[5]], SUBORDINATES: [IDS[6]]}
    assert form_of(found) is HEAD
    assert form_of(candidates(IDS[4], lines(TREE))) is STAFF
    assert candidates(IDS[0], lines(TREE)) == {SUPERIOR: [], PEERS: [], SUBORDINATES: [IDS[1], IDS[2]]}


def test_an_evaluator_by_letter_goes_first_and_is_no_peer_any_more() -> None:
    found = candidates(IDS[3], lines(TREE, {3: 4}))
    assert found == {SUPERIOR: [IDS[4], IDS[1], IDS[0]], PEERS: [IDS[5]], SUBORDINATES: [IDS[6]]}


def test_whoever_cannot_answer_is_not_asked() -> None:
    able = [each for each in IDS if each not in (IDS[1], IDS[4])]
    assert candidates(IDS[3], lines(TREE, able=able))[SUPERIOR] == [IDS[0]]
    assert candidates(IDS[3], lines(TREE, able=able))[PEERS] == [IDS[5]]


@given(
    st.dictionaries(st.integers(1, 10), st.integers(0, 10), max_size=10),
    st.dictionaries(st.integers(0, 10), st.integers(0, 10), max_size=4),
    st.integers(0, 10),
)
def test_nobody_is_asked_twice_or_about_himself(
    superior: dict[int, int], evaluator: dict[int, int], employee: int
) -> None:
    found = candidates(IDS[employee], lines(superior, evaluator))
    every = [each for others in found.values() for each in others]
    assert len(every) == len(set(every))
    assert IDS[employee] not in every


def test_the_draw_can_be_repeated_and_needs_the_seed() -> None:
    others = [uuid4() for _ in range(12)]
    first = drawn(b"seed", IDS[0], others)
    assert first == drawn(b"seed", IDS[0], reversed(others))
    assert sorted(first) == sorted(others)
    assert len({tuple(drawn(bytes([n]), IDS[0], others)) for n in range(20)}) == 20
    assert first != drawn(b"seed", IDS[1], others)


def test_a_conflict_brings_the_next_of_the_draw_and_nobody_twice() -> None:
    found = {SUPERIOR: IDS[:3], PEERS: IDS[3:9], SUBORDINATES: []}
    chosen = asked(b"seed", IDS[10], found, {PEERS: 3, SUBORDINATES: 3})
    assert [len(each) for each in chosen.values()] == [1, 3, 0]
    known = list(chosen[PEERS])
    for expected in drawn(b"seed", IDS[10], found[PEERS])[3:]:
        assert replacement(b"seed", IDS[10], PEERS, found[PEERS], known) == expected
        known.append(expected)
    assert replacement(b"seed", IDS[10], PEERS, found[PEERS], known) is None
    assert replacement(b"seed", IDS[10], SUPERIOR, found[SUPERIOR], chosen[SUPERIOR]) == IDS[1]


def test_each_step_of_a_round_is_refused_with_its_reason() -> None:
    def refused(status: RoundStatus, may_close: bool = True) -> dict[RoundAction, str | None]:
        return {each.action: each.refused for each in allowed_actions(status, may_close=may_close)}

    closed = "ASSESSMENT_ROUND_CLOSED"
    begun = "ASSESSMENT_ROUND_BEGUN"
    assert refused(RoundStatus.PLANNED) == {
        RoundAction.CHANGE: None,
        RoundAction.CLOSE: "ASSESSMENT_ROUND_NOT_OPEN",
        RoundAction.REMOVE: None,
    }
    assert refused(RoundStatus.OPEN) == {
        RoundAction.CHANGE: None,
        RoundAction.CLOSE: None,
        RoundAction.REMOVE: begun,
    }
    assert refused(RoundStatus.OPEN, may_close=False)[RoundAction.CLOSE] == "ASSESSMENT_ROUND_TOO_SHORT"
    for status in (RoundStatus.CLOSING, RoundStatus.CLOSED):
        assert refused(status) == {
            RoundAction.CHANGE: closed,
            RoundAction.CLOSE: closed,
            RoundAction.REMOVE: begun,
        }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("anonymity_k", 2),
        ("weights", {"STAFF": {"SUPERIOR": "0.6", "PEERS": "0.5"}, "HEAD": {}}),
        ("weights", {"STAFF": {"SUPERIOR": "0.5", "PEERS": "0.5"}}),
        (
            "weights",
            {"STAFF": {"PEERS": "1"}, "HEAD": {"SUPERIOR": "0.5", "PEERS": "0.3", "SUBORDINATES": "0.2"}},
        ),
        ("bands", {"VERY_GOOD": "76", "GOOD": "90", "FAIR": "61"}),
        ("min_answers", {"PEERS": 3}),
        ("most_raters", {"PEERS": 0, "SUBORDINATES": 5}),
    ],
)
def test_a_policy_that_would_break_the_rules_is_refused(key: str, value: object) -> None:
    with pytest.raises(Problem) as refused:
        policy(**{key: value})
    assert [fault.pointer for fault in refused.value.faults] == [f"/{key}"]


def test_halves_are_rounded_up_once() -> None:
    rule = policy(weights={"STAFF": {"SUPERIOR": "0.25", "PEERS": "0.75"}, "HEAD": RULE_HEAD}).rule
    given = answers(SUPERIOR=[7], PEERS=[8, 8, 9])
    found = outcome(STAFF, {SUPERIOR: 1, PEERS: 3}, given, rule)
    assert Fraction(7, 4) + Fraction(3, 4) * Fraction(25, 3) == Fraction(8)
    assert found.score == Decimal("80.0")
    given = [*answers(SUPERIOR=[8]), *answers(PEERS=[7, 8, 8, 8])]
    assert outcome(STAFF, {SUPERIOR: 1, PEERS: 4}, given, rule).score == Decimal("78.1"), "78.125"


RULE_HEAD = {"SUPERIOR": "0.5", "PEERS": "0.3", "SUBORDINATES": "0.2"}
