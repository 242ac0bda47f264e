"""Needs are merged and weighed, a budget is spent by urgency, plans go their way."""

from collections.abc import Sequence
from datetime import date
from itertools import product
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules.development import LearningForm, NotePriority
from asn_api.rules.development_policy import DevelopmentPolicy
from asn_api.rules.needs import (
    DEVELOPMENT_PLAN_TRANSITIONS,
    Cause,
    DevelopmentPlanAction,
    DevelopmentPlanStatus,
    Need,
    NeedSource,
    NeedStatus,
    SurveyStatus,
    affordable,
    check_development_plan,
    development_plan_refusal,
    merged,
    need_refusal,
    priority,
    score,
    survey_status,
    topic,
)
from tests.rules.samples import policy_values

ANNA, BUDI = UUID(int=1), UUID(int=2)
EVERY = tuple(DevelopmentPlanAction)


def policy(**changes: object) -> DevelopmentPolicy:
    return DevelopmentPolicy.from_mapping(policy_values("development", **changes))


SHIPPED = policy()


def need(
    source: NeedSource = NeedSource.GAP,
    points: int = 2,
    code: str | None = "INTEGRITY",
    subject: str = "Integritas",
    person: UUID = ANNA,
    form: LearningForm | None = None,
    reference: int = 1,
) -> Need:
    return Need(person, code, subject, form, Cause(source, UUID(int=reference), 1, points, "…"))


needs = st.lists(
    st.builds(
        need,
        source=st.sampled_from(NeedSource),
        points=st.integers(0, 20),
        code=st.none() | st.sampled_from(["INTEGRITY", "COOPERATION"]),
        subject=st.sampled_from(["Excel", "excel ", "Bahasa  Inggris"]),
        person=st.sampled_from([ANNA, BUDI]),
        form=st.none() | st.sampled_from(LearningForm),
        reference=st.integers(1, 1000),
    ),
    max_size=20,
    unique_by=lambda each: each.cause.reference,
)


def test_a_gap_a_note_and_a_request_for_the_same_are_one_need() -> None:
    (found,) = merged(
        [
            need(NeedSource.REQUEST, 1, form=LearningForm.E_LEARNING),
            need(NeedSource.GAP, 4),
            need(NeedSource.NOTE, 3, form=LearningForm.COACHING),
        ],
        6,
        3,
    )
    assert (found.score, found.priority, found.topic) == (8, NotePriority.HIGH, "INTEGRITY")
    assert [cause.source for cause in found.causes] == [NeedSource.GAP, NeedSource.NOTE, NeedSource.REQUEST]
    assert found.form is LearningForm.COACHING, "what the superior noted goes before a wish"


def test_saying_a_thing_twice_does_not_make_it_more_urgent() -> None:
    twice = [need(NeedSource.NOTE, 2, reference=1), need(NeedSource.NOTE, 3, reference=2)]
    (found,) = merged(twice, 6, 3)
    assert (found.score, len(found.causes)) == (3, 2)


def test_words_meet_without_case_and_spacing_but_never_a_code() -> None:
    assert topic(None, "  Bahasa   INGGRIS ") == topic(None, "bahasa inggris")
    assert len(merged([need(code=None, subject="INTEGRITY"), need()], 6, 3)) == 2


@given(needs)
def test_every_reason_is_kept_once_and_nothing_is_made_up(given_needs: list[Need]) -> None:
    found = merged(given_needs, 6, 3)
    kept = [(each.employee_id, each.topic, cause) for each in found for cause in each.causes]
    assert sorted(kept, key=str) == sorted(
        ((each.employee_id, each.topic, each.cause) for each in given_needs), key=str
    )
    assert len({(each.employee_id, each.topic) for each in found}) == len(found)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


@given(needs, st.integers())
def test_the_order_of_the_sources_changes_nothing(given_needs: list[Need], seed: int) -> None:
    shuffled = list(given_needs)
    Random(seed).shuffle(shuffled)
    assert merged(shuffled, 6, 3) == merged(given_needs, 6, 3)


@given(needs)
def test_another_reason_never_lowers_a_score(given_needs: list[Need]) -> None:
    causes = [each.cause for each in given_needs]
    for count in range(len(causes)):
        assert score(causes[: count + 1]) >= score(causes[:count])


def test_priorities_begin_at_their_points() -> None:
    given_points = (2, 3, 5, 6)
    assert [priority(points, 6, 3) for points in given_points] == ["LOW", "MEDIUM", "MEDIUM", "HIGH"]


costs = st.lists(st.integers(0, 1000), max_size=15)


@given(costs, st.integers(0, 5000))
def test_a_budget_is_never_passed_and_nothing_is_left_out_that_fitted(items: list[int], budget: int) -> None:
    taken = affordable(items, budget)
    spent = 0
    for cost, fits in zip(items, taken, strict=True):
        assert fits == (spent + cost <= budget)
        spent += cost if fits else 0
    assert spent <= budget


@given(costs)
def test_without_a_ceiling_everything_is_paid_for(items: Sequence[int]) -> None:
    assert all(affordable(items, None))


def test_a_dear_item_leaves_its_place_to_cheaper_ones() -> None:
    assert affordable([50, 80, 40, 0], 100) == [True, False, True, True]


def test_each_step_of_a_plan_is_allowed_where_the_table_says_and_nowhere_else() -> None:
    for status, action in product(DevelopmentPlanStatus, DevelopmentPlanAction):
        refused = development_plan_refusal(status, action, EVERY, cost=0, budget=None)
        assert (refused is None) == ((status, action) in DEVELOPMENT_PLAN_TRANSITIONS)
    assert not [status for status, _ in DEVELOPMENT_PLAN_TRANSITIONS if status == "APPROVED"]


def test_a_plan_over_its_budget_is_not_submitted() -> None:
    draft, submit = DevelopmentPlanStatus.DRAFT, DevelopmentPlanAction.SUBMIT
    assert check_development_plan(draft, submit, EVERY, cost=100, budget=100) == "SUBMITTED"
    with pytest.raises(Problem) as refused:
        check_development_plan(draft, submit, EVERY, cost=101, budget=100)
    assert refused.value.code == "DEVELOPMENT_PLAN_OVER_BUDGET"


def test_whoever_may_not_decide_is_told_so() -> None:
    with pytest.raises(Problem) as refused:
        check_development_plan(DevelopmentPlanStatus.SUBMITTED, DevelopmentPlanAction.APPROVE, ())
    assert refused.value.code == "DEVELOPMENT_PLAN_WRONG_ACTOR"


def test_only_whoever_said_it_takes_an_open_need_back() -> None:
    assert need_refusal(NeedStatus.OPEN, is_author=True) is None
    assert need_refusal(NeedStatus.OPEN, is_author=False) == "TRAINING_NEED_NOT_YOURS"
    assert need_refusal(NeedStatus.PLANNED, is_author=True) == "TRAINING_NEED_NOT_OPEN"


def test_a_survey_is_open_on_both_its_days() -> None:
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    days = (date(2026, 10, 31), first, last, date(2026, 12, 1))
    assert [survey_status(first, last, day) for day in days] == [
        SurveyStatus.UPCOMING,
        SurveyStatus.OPEN,
        SurveyStatus.OPEN,
        SurveyStatus.CLOSED,
    ]


def test_good_predicates_are_no_need_by_default() -> None:
    assert {each for each, points in SHIPPED.evaluation_points.items() if points == 0} == {
        "VERY_GOOD",
        "GOOD",
    }
    assert SHIPPED.medium_from < SHIPPED.high_from
