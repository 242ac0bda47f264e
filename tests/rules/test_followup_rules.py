"""Who needs guidance and who excels, and the ways of notes and nominations."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules.development import (
    NOTE_TRANSITIONS,
    NoteAction,
    NoteActor,
    NoteStatus,
    check_note,
    note_refusal,
)
from asn_api.rules.evaluations import EvaluationKind
from asn_api.rules.followup import (
    FIGURES,
    Bars,
    Criterion,
    Finding,
    Found,
    Improvement,
    NoDataReason,
    bars,
    found,
    improvement,
)
from asn_api.rules.followup_policy import FollowupPolicy
from asn_api.rules.recognition import (
    NOMINATION_TRANSITIONS,
    NominationAction,
    NominationActor,
    NominationStatus,
    check_criteria,
    check_nomination,
    nomination_refusal,
)
from tests.rules.samples import policy_values

PERIODIC = EvaluationKind.PERIODIC
figures = st.fixed_dictionaries(
    dict.fromkeys(("evaluations", "of_span", "open_ones", *FIGURES.values()), st.integers(0, 8))
)


def policy(**changes: object) -> FollowupPolicy:
    return FollowupPolicy.from_mapping(policy_values("followup", **changes))


SHIPPED = bars(policy(), PERIODIC)


def of(set_bars: Bars = SHIPPED, **given: int) -> Found:
    usual = dict.fromkeys(("open_ones", *FIGURES.values()), 0) | {"evaluations": 2, "of_span": 1}
    return found(usual | given, set_bars)


@pytest.mark.parametrize(
    ("given", "findings"),
    [
        ({}, ()),
        ({"low_run": 1}, (Finding.GUIDANCE,)),
        ({"constructive": 4}, ()),
        ({"constructive": 5}, (Finding.GUIDANCE,)),
        ({"failed_year": 1}, (Finding.GUIDANCE,)),
        ({"high_run": 1, "behaviour_run": 1}, ()),
        ({"high_run": 2, "behaviour_run": 1}, ()),
        ({"high_run": 2, "behaviour_run": 2}, (Finding.EXCELLENCE,)),
        ({"high_run": 2, "behaviour_run": 2, "constructive": 5}, (Finding.GUIDANCE, Finding.EXCELLENCE)),
        ({"of_span": 0, "low_run": 3}, (Finding.NO_DATA,)),
        ({"of_span": 0, "high_run": 3, "behaviour_run": 3, "constructive": 9}, (Finding.NO_DATA,)),
        ({"of_span": 0, "failed_year": 1}, (Finding.GUIDANCE, Finding.NO_DATA)),
    ],
)
def test_the_shipped_criteria_find(given: dict[str, int], findings: tuple[Finding, ...]) -> None:
    assert of(**given).findings == findings


def test_why_there_is_nothing_to_say_is_told_apart() -> None:
    assert of(of_span=0).no_data is NoDataReason.NOT_EVALUATED
    assert of(of_span=0, open_ones=1).no_data is NoDataReason.NOT_FINAL
    more = bars(policy(least_evaluations=3), PERIODIC)
    assert of(more, evaluations=2).no_data is NoDataReason.TOO_FEW
    assert of(more, evaluations=3).no_data is None


def test_zero_switches_a_criterion_off() -> None:
    off = bars(policy(guidance_feedback=0, behaviour_above_in_a_row={"PERIODIC": 0, "YEARLY": 1}), PERIODIC)
    assert Criterion.CONSTRUCTIVE_FEEDBACK not in {bar.criterion for bar in off.guidance}
    assert of(off, high_run=2).findings == (Finding.EXCELLENCE,)
    none = {"PERIODIC": 0, "YEARLY": 0}
    nobody = bars(policy(excellence_in_a_row=none, behaviour_above_in_a_row=none), PERIODIC)
    assert of(nobody, high_run=9).findings == ()


@given(figures)
def test_a_blank_is_never_held_against_anybody(given: dict[str, int]) -> None:
    blank = given | {"of_span": 0, "failed_year": 0}
    assert found(blank, SHIPPED).findings == (Finding.NO_DATA,)


@given(figures, st.sampled_from(sorted(FIGURES.values())))
def test_more_of_a_figure_never_meets_fewer_criteria(given: dict[str, int], name: str) -> None:
    before, after = found(given, SHIPPED), found(given | {name: given[name] + 1}, SHIPPED)
    for less, more in zip(
        before.guidance + before.excellence, after.guidance + after.excellence, strict=True
    ):
        assert more.met or not less.met
    assert set(before.findings) <= set(after.findings)


@pytest.mark.parametrize(
    ("final_on", "months", "until"),
    [
        (date(2026, 1, 20), 6, date(2026, 7, 20)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 6, 30), 18, date(2027, 12, 30)),
    ],
)
def test_the_time_to_improve_is_whole_months(final_on: date, months: int, until: date) -> None:
    assert improvement(final_on, months, until) == Improvement(final_on, until, over=False)
    assert improvement(final_on, months, date.fromordinal(until.toordinal() + 1)).over


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 24))
def test_a_longer_time_never_ends_earlier(final_on: date, months: int) -> None:
    assert improvement(final_on, months, final_on).until < improvement(final_on, months + 1, final_on).until


@given(st.lists(st.tuples(st.sampled_from(NoteAction), st.sets(st.sampled_from(NoteActor), max_size=1))))
def test_a_note_stays_in_its_table_and_is_acknowledged_once(
    steps: list[tuple[NoteAction, set[NoteActor]]],
) -> None:
    status, acknowledged = NoteStatus.OPEN, False
    for action, actors in steps:
        code = note_refusal(status, action, actors, acknowledged=acknowledged)
        if code:
            with pytest.raises(Problem) as refused:
                check_note(status, action, actors, acknowledged=acknowledged)
            assert refused.value.code == code
            continue
        assert status not in (NoteStatus.DONE, NoteStatus.WITHDRAWN)
        assert actors == {NOTE_TRANSITIONS[status, action].actor}
        assert not (acknowledged and action in (NoteAction.EDIT, NoteAction.ACKNOWLEDGE))
        status = check_note(status, action, actors, acknowledged=acknowledged)
        acknowledged |= action is NoteAction.ACKNOWLEDGE


def test_only_the_employee_acknowledges() -> None:
    for (_, action), step in NOTE_TRANSITIONS.items():
        assert (step.actor is NoteActor.EMPLOYEE) is (action is NoteAction.ACKNOWLEDGE)


@given(
    st.sampled_from(NominationStatus),
    st.sampled_from(NominationAction),
    st.sets(st.sampled_from(NominationActor)),
)
def test_neither_nominee_nor_nominator_ever_decides(
    status: NominationStatus, action: NominationAction, actors: set[NominationActor]
) -> None:
    code = nomination_refusal(status, action, actors)
    if action in (NominationAction.ENDORSE, NominationAction.REJECT) and actors != {NominationActor.ENDORSER}:
        assert code
    if NominationActor.NOMINEE in actors and NominationActor.NOMINATOR not in actors:
        assert code
    if code is None:
        assert (
            check_nomination(status, action, actors, "Alasan") is NOMINATION_TRANSITIONS[status, action].next
        )


def test_a_rejection_and_a_withdrawal_need_a_reason() -> None:
    above = {NominationActor.ENDORSER}
    proposed, endorsed = NominationStatus.PROPOSED, NominationStatus.ENDORSED
    assert check_nomination(proposed, NominationAction.ENDORSE, above, None) is endorsed
    for status, action in ((proposed, NominationAction.REJECT), (endorsed, NominationAction.WITHDRAW)):
        with pytest.raises(Problem) as refused:
            check_nomination(status, action, above, None)
        assert [fault.code for fault in refused.value.faults] == ["NOMINATION_REASON_REQUIRED"]


def test_unmet_criteria_ask_for_a_reason_and_block_nothing() -> None:
    assert check_criteria(of(high_run=2, behaviour_run=2), None) is True
    assert check_criteria(of(), "Menyelamatkan arsip saat banjir") is False
    assert check_criteria(of(of_span=0), "Belum dinilai, tetapi inovasinya dipakai") is False
    with pytest.raises(Problem) as refused:
        check_criteria(of(high_run=2), None)
    (fault,) = refused.value.faults
    assert (fault.code, fault.params) == (
        "NOMINATION_REASON_FOR_CRITERIA",
        {"criteria": "BEHAVIOUR_ABOVE"},
    )
