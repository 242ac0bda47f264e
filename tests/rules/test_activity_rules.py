"""The states of an activity and what a verifier may grant."""

from decimal import Decimal
from itertools import product

import pytest

from asn_api.errors import Problem, catalogue
from asn_api.rules.activities import (
    TRANSITIONS,
    ActivityAction,
    ActivityActor,
    ActivityStatus,
    allowed_actions,
    check_correction,
    check_not_self,
    check_transition,
    check_verification,
)

OWNER, VERIFIER, ADMIN = ActivityActor
EVERY_ACTORS: list[set[ActivityActor]] = [
    set(),
    {OWNER},
    {VERIFIER},
    {ADMIN},
    {VERIFIER, ADMIN},
    {OWNER, ADMIN},
]


def may(status: ActivityStatus, actors: set[ActivityActor], locked: bool = False) -> set[ActivityAction]:
    return {allowed.action for allowed in allowed_actions(status, actors, locked) if allowed.refused is None}


@pytest.mark.parametrize(
    ("status", "owner", "verifier", "admin"),
    [
        ("DRAFT", {"EDIT", "DELETE", "SUBMIT"}, set(), set()),
        ("SUBMITTED", {"RECALL"}, {"VERIFY", "REJECT"}, set()),
        ("REJECTED", {"EDIT", "DELETE", "SUBMIT"}, set(), set()),
        ("VERIFIED", set(), {"REOPEN"}, {"REOPEN"}),
    ],
)
def test_who_may_do_what(status: str, owner: set[str], verifier: set[str], admin: set[str]) -> None:
    assert may(ActivityStatus(status), {OWNER}) == owner
    assert may(ActivityStatus(status), {VERIFIER}) == verifier
    assert may(ActivityStatus(status), {ADMIN}) == admin
    assert may(ActivityStatus(status), set()) == set()


@pytest.mark.parametrize("status", ActivityStatus)
def test_nobody_judges_his_own_activity_whatever_else_he_is(status: ActivityStatus) -> None:
    judging = {"VERIFY", "REJECT", "REOPEN", "CORRECT"}
    assert may(status, set(ActivityActor)).isdisjoint(judging)
    assert may(status, set(ActivityActor), locked=True).isdisjoint(judging)


def test_the_reason_for_a_refusal_is_the_telling_one() -> None:
    refused = {
        allowed.action: allowed.refused for allowed in allowed_actions(ActivityStatus.VERIFIED, {ADMIN}, True)
    }
    assert refused[ActivityAction.REOPEN] == "PERIOD_LOCKED"
    assert refused[ActivityAction.VERIFY] == "ACTIVITY_WRONG_STATUS"
    own = {
        allowed.action: allowed.refused
        for allowed in allowed_actions(ActivityStatus.SUBMITTED, {OWNER}, False)
    }
    assert own[ActivityAction.VERIFY] == "SELF_VERIFICATION"
    others = allowed_actions(ActivityStatus.DRAFT, {VERIFIER}, False)
    assert {allowed.refused for allowed in others} == {"ACTIVITY_WRONG_STATUS", "ACTIVITY_WRONG_ACTOR"}


def test_a_lock_closes_verifying_and_reopening_and_opens_corrections() -> None:
    assert may(ActivityStatus.VERIFIED, {VERIFIER}, locked=True) == {"CORRECT"}
    assert may(ActivityStatus.SUBMITTED, {VERIFIER}, locked=True) == {"REJECT", "CORRECT"}
    assert may(ActivityStatus.VERIFIED, {ADMIN}, locked=True) == set()
    for status, able in (("DRAFT", {"EDIT", "DELETE", "SUBMIT"}), ("SUBMITTED", {"RECALL"})):
        assert may(ActivityStatus(status), {OWNER}, locked=True) == able


@pytest.mark.parametrize("status", ActivityStatus)
def test_what_was_corrected_only_takes_another_correction(status: ActivityStatus) -> None:
    corrected = allowed_actions(status, {OWNER, VERIFIER, ADMIN}, True, True)
    assert [each.action for each in corrected if each.refused is None] == []
    able = [each.action for each in allowed_actions(status, {VERIFIER}, True, True) if each.refused is None]
    assert able == (["CORRECT"] if status in ("SUBMITTED", "VERIFIED") else [])


@pytest.mark.parametrize(
    ("status", "before", "after", "corrected", "code"),
    [
        ("VERIFIED", 60, 59, False, None),
        ("VERIFIED", 60, 60, False, "CORRECTION_CHANGES_NOTHING"),
        ("VERIFIED", 60, 120, False, None),
        ("VERIFIED", 60, 121, False, "VERIFIED_MINUTES_OUT_OF_RANGE"),
        ("VERIFIED", 60, -1, False, "VERIFIED_MINUTES_OUT_OF_RANGE"),
        ("VERIFIED", 60, 0, True, None),
        ("SUBMITTED", 0, 0, False, None),
        ("SUBMITTED", 0, 0, True, "CORRECTION_CHANGES_NOTHING"),
        ("SUBMITTED", 0, 120, False, None),
    ],
)
def test_a_correction_changes_what_counts_within_what_was_claimed(
    status: str, before: int, after: int, corrected: bool, code: str | None
) -> None:
    faults = check_correction(
        ActivityStatus(status), claimed_minutes=120, before=before, after=after, corrected=corrected
    )
    assert [each.code for each in faults] == ([code] if code else [])


@pytest.mark.parametrize(("status", "action"), list(product(ActivityStatus, ActivityAction)))
def test_a_transition_leads_to_a_known_status_or_is_refused_from_the_catalogue(
    status: ActivityStatus, action: ActivityAction
) -> None:
    for actors, locked in product(EVERY_ACTORS, [False, True]):
        listed = next(a for a in allowed_actions(status, actors, locked) if a.action is action)
        if listed.refused is None:
            after = check_transition(status, action, actors, locked=locked, reason="Perlu diperbaiki")
            assert after is TRANSITIONS[status, action].next
            assert (after is None) is (action is ActivityAction.DELETE)
        else:
            with pytest.raises(Problem) as refused:
                check_transition(status, action, actors, locked=locked, reason="Perlu diperbaiki")
            assert refused.value.code == listed.refused
            assert catalogue()[listed.refused].status == 409


@pytest.mark.parametrize(("status", "action"), [("SUBMITTED", "REJECT"), ("VERIFIED", "REOPEN")])
@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_rejecting_and_reopening_need_a_reason(status: str, action: str, reason: str | None) -> None:
    with pytest.raises(Problem) as refused:
        check_transition(
            ActivityStatus(status), ActivityAction(action), {VERIFIER}, locked=False, reason=reason
        )
    assert [fault.code for fault in refused.value.faults] == ["COMMENT_REQUIRED"]


@pytest.mark.parametrize(
    ("minutes", "quantity", "pointers"),
    [
        (0, "0", set()),
        (120, "2.50", set()),
        (-1, "1", {"/verified_minutes"}),
        (121, "1", {"/verified_minutes"}),
        (60, "-0.01", {"/verified_quantity"}),
        (60, "2.51", {"/verified_quantity"}),
        (121, "3", {"/verified_minutes", "/verified_quantity"}),
    ],
)
def test_a_verifier_grants_from_nothing_up_to_what_was_claimed(
    minutes: int, quantity: str, pointers: set[str]
) -> None:
    faults = check_verification(
        ActivityAction.VERIFY,
        claimed_minutes=120,
        verified_minutes=minutes,
        claimed_quantity=Decimal("2.5"),
        verified_quantity=Decimal(quantity),
        comment=None,
    )
    assert {fault.pointer for fault in faults} == pointers


def test_nobody_verifies_himself() -> None:
    check_not_self(1, 2)
    with pytest.raises(Problem) as refused:
        check_not_self(1, 1)
    assert refused.value.code == "SELF_VERIFICATION"
