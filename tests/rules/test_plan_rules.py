"""The states of a plan and what it needs before it can be submitted."""

from dataclasses import replace
from decimal import Decimal
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_api.errors import Problem, catalogue
from asn_api.rules.plans import (
    TRANSITIONS,
    Approach,
    Aspect,
    Perspective,
    PlanAction,
    PlanActor,
    PlannedIndicator,
    PlannedResult,
    PlanStatus,
    PlanType,
    Polarity,
    ResultKind,
    allowed_actions,
    check_submittable,
    check_transition,
    refusal,
)

EMPLOYEE, EVALUATOR, SYSTEM = PlanActor
INDICATOR = PlannedIndicator(
    aspect=Aspect.QUANTITY,
    statement="Jumlah laporan yang selesai",
    polarity=Polarity.HIGHER_IS_BETTER,
    target_value=Decimal(12),
    target_upper=None,
    target_unit="dokumen",
    target_text=None,
)
RESULT = PlannedResult(ResultKind.PRIMARY, None, PlanStatus.APPROVED, True, [INDICATOR])


def faults(
    *results: PlannedResult,
    plan_type: PlanType = PlanType.ADMIN_FUNCTIONAL,
    approach: Approach = Approach.QUANTITATIVE,
) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in check_submittable(plan_type, approach, results)]


def may(status: PlanStatus, actor: PlanActor) -> set[PlanAction]:
    return {allowed.action for allowed in allowed_actions(status, {actor}) if allowed.refused is None}


@pytest.mark.parametrize(
    ("status", "employee", "evaluator"),
    [
        ("DRAFT", {"EDIT", "SUBMIT"}, {"SET_EXPECTATIONS"}),
        ("SUBMITTED", set(), {"RETURN", "APPROVE", "SET_EXPECTATIONS"}),
        ("RETURNED", {"EDIT", "SUBMIT"}, {"SET_EXPECTATIONS"}),
        ("APPROVED", {"REQUEST_REVISION"}, set()),
        ("REVISION_REQUESTED", set(), {"REOPEN"}),
        ("CLOSED", set(), set()),
        ("ENDED", set(), set()),
    ],
)
def test_who_may_do_what(status: str, employee: set[str], evaluator: set[str]) -> None:
    assert may(PlanStatus(status), EMPLOYEE) == employee
    assert may(PlanStatus(status), EVALUATOR) == evaluator


@pytest.mark.parametrize("status", PlanStatus)
def test_a_transition_leads_to_a_known_status_or_is_refused_from_the_catalogue(status: PlanStatus) -> None:
    for action, actor in product(PlanAction, PlanActor):
        code = refusal(status, action, {actor})
        if code is None:
            after = check_transition(status, action, {actor}, reason="Perubahan tugas")
            assert after is TRANSITIONS[status, action].next
        else:
            with pytest.raises(Problem) as refused:
                check_transition(status, action, {actor}, reason="Perubahan tugas")
            assert refused.value.code == code
            assert catalogue()[code].status == 409


def test_a_finished_plan_never_moves_again_and_every_other_can_end_on_transfer() -> None:
    finished = {PlanStatus.CLOSED, PlanStatus.ENDED}
    assert {status for status, _ in TRANSITIONS} == set(PlanStatus) - finished
    for status in set(PlanStatus) - finished:
        assert check_transition(status, PlanAction.END_ON_TRANSFER, {SYSTEM}) is PlanStatus.ENDED


def test_nobody_decides_on_his_own_plan() -> None:
    both = {EMPLOYEE, EVALUATOR}
    assert refusal(PlanStatus.SUBMITTED, PlanAction.APPROVE, both) == "SELF_EVALUATION"
    assert refusal(PlanStatus.SUBMITTED, PlanAction.RETURN, both) == "SELF_EVALUATION"
    assert refusal(PlanStatus.SUBMITTED, PlanAction.APPROVE, {EMPLOYEE}) == "PLAN_WRONG_ACTOR"


@pytest.mark.parametrize(
    ("status", "action", "actor"),
    [("SUBMITTED", "RETURN", EVALUATOR), ("APPROVED", "REQUEST_REVISION", EMPLOYEE)],
)
def test_returning_and_asking_for_a_revision_need_a_reason(
    status: str, action: str, actor: PlanActor
) -> None:
    with pytest.raises(Problem) as refused:
        check_transition(PlanStatus(status), PlanAction(action), {actor}, reason=" ")
    assert refused.value.faults[0].code == "PLAN_REASON_REQUIRED"


def test_a_complete_plan_can_be_submitted() -> None:
    assert faults(RESULT) == []


def test_a_plan_needs_a_primary_result() -> None:
    assert faults() == [("/work_results", "PLAN_PRIMARY_RESULT_REQUIRED")]
    additional = replace(RESULT, kind=ResultKind.ADDITIONAL, parent_status=None)
    assert faults(additional) == [("/work_results", "PLAN_PRIMARY_RESULT_REQUIRED")]
    assert faults(RESULT, additional) == []


def test_every_result_needs_an_indicator() -> None:
    assert faults(RESULT, replace(RESULT, indicators=[])) == [
        ("/work_results/1/indicators", "PLAN_INDICATOR_REQUIRED")
    ]


@pytest.mark.parametrize(
    ("parent", "code"),
    [
        (None, "PLAN_PARENT_REQUIRED"),
        (PlanStatus.DRAFT, "PLAN_PARENT_NOT_APPROVED"),
        (PlanStatus.SUBMITTED, "PLAN_PARENT_NOT_APPROVED"),
        (PlanStatus.RETURNED, "PLAN_PARENT_NOT_APPROVED"),
        (PlanStatus.ENDED, "PLAN_PARENT_NOT_APPROVED"),
        (PlanStatus.CLOSED, "PLAN_PARENT_NOT_APPROVED"),
    ],
)
def test_submitting_waits_for_the_superiors_plan(parent: PlanStatus | None, code: str) -> None:
    assert faults(replace(RESULT, parent_status=parent)) == [("/work_results/0/parent_id", code)]


def test_a_revision_that_is_only_requested_does_not_hold_up_others() -> None:
    assert faults(replace(RESULT, parent_status=PlanStatus.REVISION_REQUESTED)) == []


def test_a_unit_head_needs_no_parent_and_alone_has_perspectives() -> None:
    result = replace(RESULT, parent_status=None, perspective=Perspective.BUDGET)
    assert faults(result, plan_type=PlanType.JPT_OR_UNIT_HEAD) == []
    assert faults(replace(RESULT, perspective=Perspective.BUDGET)) == [
        ("/work_results/0/perspective", "PLAN_PERSPECTIVE_NOT_ALLOWED")
    ]


def test_a_quantitative_target_is_a_number_with_a_unit() -> None:
    vague = replace(INDICATOR, target_value=None, target_unit="  ", target_text="Banyak laporan")
    assert faults(replace(RESULT, indicators=[INDICATOR, vague])) == [
        ("/work_results/0/indicators/1/target_value", "PLAN_TARGET_VALUE_REQUIRED"),
        ("/work_results/0/indicators/1/target_unit", "PLAN_TARGET_UNIT_REQUIRED"),
    ]
    assert faults(replace(RESULT, indicators=[replace(INDICATOR, target_value=Decimal(0))])) == []


def test_a_qualitative_target_is_a_text() -> None:
    narrative = replace(
        INDICATOR, target_value=None, target_unit=None, target_text="Laporan dipakai pimpinan"
    )
    assert faults(replace(RESULT, indicators=[narrative]), approach=Approach.QUALITATIVE) == []
    assert faults(RESULT, approach=Approach.QUALITATIVE) == [
        ("/work_results/0/indicators/0/target_text", "PLAN_TARGET_TEXT_REQUIRED")
    ]


@pytest.mark.parametrize(("upper", "fits"), [(None, False), (Decimal(11), False), (Decimal(12), True)])
def test_a_range_ends_where_it_starts_or_later(upper: Decimal | None, fits: bool) -> None:
    ranged = replace(INDICATOR, polarity=Polarity.WITHIN_RANGE, target_upper=upper)
    expected = [] if fits else [("/work_results/0/indicators/0/target_upper", "PLAN_TARGET_RANGE_INVALID")]
    assert faults(replace(RESULT, indicators=[ranged])) == expected


def test_an_indicator_says_what_it_measures() -> None:
    assert faults(replace(RESULT, indicators=[replace(INDICATOR, statement=" ")])) == [
        ("/work_results/0/indicators/0/statement", "PLAN_INDICATOR_STATEMENT_REQUIRED")
    ]


def test_a_time_may_be_told_in_words_in_the_quantitative_approach_too() -> None:
    when = replace(
        INDICATOR, aspect=Aspect.TIME, target_value=None, target_unit=None, target_text="Triwulan IV"
    )
    assert faults(replace(RESULT, indicators=[when])) == []
    unsaid = replace(when, target_text=None)
    assert len(faults(replace(RESULT, indicators=[unsaid]))) == 2


@pytest.mark.parametrize("plan_type", PlanType)
def test_a_result_leans_only_on_somebody_who_leads_the_employee(plan_type: PlanType) -> None:
    assert faults(replace(RESULT, connected=False), plan_type=plan_type) == [
        ("/work_results/0/parent_id", "PLAN_PARENT_NOT_CONNECTED")
    ]
    assert faults(replace(RESULT, parent_status=None, connected=False), plan_type=plan_type) == (
        [("/work_results/0/parent_id", "PLAN_PARENT_REQUIRED")]
        if plan_type is PlanType.ADMIN_FUNCTIONAL
        else []
    )


@pytest.mark.parametrize("plan_type", PlanType)
@pytest.mark.parametrize("approach", Approach)
def test_each_kind_of_plan_can_be_completed_in_each_approach(plan_type: PlanType, approach: Approach) -> None:
    indicator = replace(INDICATOR, target_text="Dua belas laporan dipakai pimpinan")
    perspective = Perspective.BUDGET if plan_type is PlanType.JPT_OR_UNIT_HEAD else None
    result = replace(RESULT, indicators=[indicator], perspective=perspective)
    additional = replace(result, kind=ResultKind.ADDITIONAL, parent_status=None, connected=False)
    assert faults(result, additional, plan_type=plan_type, approach=approach) == []


@pytest.mark.parametrize("status", PlanStatus)
def test_whoever_is_the_employee_too_never_decides(status: PlanStatus) -> None:
    for action, others in product(DECIDED, ([], [EVALUATOR], [SYSTEM], [EVALUATOR, SYSTEM])):
        assert refusal(status, action, {EMPLOYEE, *others}) is not None


DECIDED = (PlanAction.APPROVE, PlanAction.RETURN, PlanAction.REOPEN)
steps = st.tuples(
    st.sampled_from(PlanAction),
    st.sampled_from([frozenset(each) for number in range(4) for each in combinations(PlanActor, number)]),
    st.sampled_from([None, "", "Tugas berubah"]),
)


@settings(max_examples=300)
@given(st.lists(steps, max_size=30))
def test_no_sequence_of_actions_leaves_the_table(
    taken: list[tuple[PlanAction, frozenset[PlanActor], str | None]],
) -> None:
    status, agreed, over = PlanStatus.DRAFT, False, False
    for action, actors, reason in taken:
        try:
            after = check_transition(status, action, actors, reason=reason)
        except Problem:
            continue
        assert not over
        assert (status, action) in TRANSITIONS
        assert TRANSITIONS[status, action].actor in actors
        assert not (action in DECIDED and EMPLOYEE in actors)
        assert after is not PlanStatus.APPROVED or (status is PlanStatus.SUBMITTED and EVALUATOR in actors)
        # Only what was agreed upon is opened for revision or closed with its year.
        assert agreed or after not in {PlanStatus.REVISION_REQUESTED, PlanStatus.CLOSED}
        agreed = agreed or after is PlanStatus.APPROVED
        over = after in {PlanStatus.ENDED, PlanStatus.CLOSED}
        status = after
