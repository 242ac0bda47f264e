"""The states of a daily activity, who may move it between them, and what the verifier may grant."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from asn_api.errors import Fault, Problem


class ActivityStatus(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"


class Category(StrEnum):
    PRIMARY = "PRIMARY"
    ADDITIONAL = "ADDITIONAL"
    SPECIAL_ADDITIONAL = "SPECIAL_ADDITIONAL"
    TEAM = "TEAM"
    NON_TASK = "NON_TASK"


class PlaceType(StrEnum):
    OFFICE = "OFFICE"
    OTHER_OFFICE = "OTHER_OFFICE"
    HOME = "HOME"
    FIELD = "FIELD"


class ActivityAction(StrEnum):
    SUBMIT = "SUBMIT"
    RECALL = "RECALL"
    VERIFY = "VERIFY"
    REJECT = "REJECT"
    REOPEN = "REOPEN"
    CORRECT = "CORRECT"
    EDIT = "EDIT"
    DELETE = "DELETE"


class ActivityActor(StrEnum):
    """What somebody is to one activity; nobody is OWNER and VERIFIER of the same one."""

    OWNER = "OWNER"
    VERIFIER = "VERIFIER"
    ADMIN = "ADMIN"


class Flag(StrEnum):
    """What a verifier should look at; a flag never refuses an entry."""

    LATE = "LATE"
    CROSSES_MIDNIGHT = "CROSSES_MIDNIGHT"
    LONG_DURATION = "LONG_DURATION"
    LONG_DAY = "LONG_DAY"
    OVERLAP = "OVERLAP"
    NON_WORKING_DAY = "NON_WORKING_DAY"
    ON_LEAVE = "ON_LEAVE"
    NOT_LINKED = "NOT_LINKED"
    ENDS_IN_FUTURE = "ENDS_IN_FUTURE"
    CLOCK_SKEW = "CLOCK_SKEW"
    RECEIVED_LATER = "RECEIVED_LATER"
    AFTER_LOCK = "AFTER_LOCK"
    COPIED_TEXT = "COPIED_TEXT"
    SAME_EVIDENCE = "SAME_EVIDENCE"
    IMPLAUSIBLE_PLACE = "IMPLAUSIBLE_PLACE"


@dataclass(frozen=True)
class Transition:
    """Who may do it and where it leads; None: the activity is gone."""

    actors: frozenset[ActivityActor]
    next: ActivityStatus | None
    before_lock_only: bool = False
    after_lock_only: bool = False
    reason_required: bool = False


_OWNER = frozenset({ActivityActor.OWNER})
_VERIFIER = frozenset({ActivityActor.VERIFIER})
_VERIFIER_OR_ADMIN = frozenset({ActivityActor.VERIFIER, ActivityActor.ADMIN})

TRANSITIONS: Mapping[tuple[ActivityStatus, ActivityAction], Transition] = {
    (ActivityStatus.DRAFT, ActivityAction.EDIT): Transition(_OWNER, ActivityStatus.DRAFT),
    (ActivityStatus.DRAFT, ActivityAction.DELETE): Transition(_OWNER, None),
    (ActivityStatus.DRAFT, ActivityAction.SUBMIT): Transition(_OWNER, ActivityStatus.SUBMITTED),
    (ActivityStatus.REJECTED, ActivityAction.EDIT): Transition(_OWNER, ActivityStatus.REJECTED),
    (ActivityStatus.REJECTED, ActivityAction.DELETE): Transition(_OWNER, None),
    (ActivityStatus.REJECTED, ActivityAction.SUBMIT): Transition(_OWNER, ActivityStatus.SUBMITTED),
    (ActivityStatus.SUBMITTED, ActivityAction.RECALL): Transition(_OWNER, ActivityStatus.DRAFT),
    (ActivityStatus.SUBMITTED, ActivityAction.VERIFY): Transition(
        _VERIFIER, ActivityStatus.VERIFIED, before_lock_only=True
    ),
    # Also after the lock: it changes no verified minutes, and what is wrong must not wait for ever.
    (ActivityStatus.SUBMITTED, ActivityAction.REJECT): Transition(
        _VERIFIER, ActivityStatus.REJECTED, reason_required=True
    ),
    (ActivityStatus.VERIFIED, ActivityAction.REOPEN): Transition(
        _VERIFIER_OR_ADMIN, ActivityStatus.SUBMITTED, before_lock_only=True, reason_required=True
    ),
    (ActivityStatus.SUBMITTED, ActivityAction.CORRECT): Transition(
        _VERIFIER, ActivityStatus.SUBMITTED, after_lock_only=True, reason_required=True
    ),
    (ActivityStatus.VERIFIED, ActivityAction.CORRECT): Transition(
        _VERIFIER, ActivityStatus.VERIFIED, after_lock_only=True, reason_required=True
    ),
}

_JUDGING = frozenset(
    {ActivityAction.VERIFY, ActivityAction.REJECT, ActivityAction.REOPEN, ActivityAction.CORRECT}
)


@dataclass(frozen=True)
class Allowed:
    """One action for this caller; `refused` is the code of the reason, None when it may be done."""

    action: ActivityAction
    refused: str | None


def refusal(
    status: ActivityStatus,
    action: ActivityAction,
    actors: Collection[ActivityActor],
    locked: bool,
    corrected: bool = False,
) -> str | None:
    """The code of what stands in the way, the most telling one first; None when nothing does.

    A corrected activity stays as it is: only another correction may follow.
    """
    transition = TRANSITIONS.get((status, action))
    if transition is None:
        return "ACTIVITY_WRONG_STATUS"
    if action in _JUDGING and ActivityActor.OWNER in actors:
        return "SELF_VERIFICATION"
    if transition.actors.isdisjoint(actors):
        return "ACTIVITY_WRONG_ACTOR"
    if transition.before_lock_only and locked:
        return "PERIOD_LOCKED"
    if corrected and not transition.after_lock_only:
        return "ACTIVITY_CORRECTED"
    if transition.after_lock_only and not locked:
        return "PERIOD_OPEN"
    return None


def allowed_actions(
    status: ActivityStatus, actors: Collection[ActivityActor], locked: bool, corrected: bool = False
) -> tuple[Allowed, ...]:
    """Every action with the reason why this caller cannot take it now, if there is one."""
    return tuple(
        Allowed(action, refusal(status, action, actors, locked, corrected)) for action in ActivityAction
    )


def check_transition(
    status: ActivityStatus,
    action: ActivityAction,
    actors: Collection[ActivityActor],
    *,
    locked: bool,
    corrected: bool = False,
    reason: str | None = None,
) -> ActivityStatus | None:
    """The next status (None: deleted), or a Problem saying why the action is refused."""
    code = refusal(status, action, actors, locked, corrected)
    if code:
        raise Problem(code, status=status.value, action=action.value)
    transition = TRANSITIONS[status, action]
    if transition.reason_required and not (reason or "").strip():
        raise Problem("INVALID_VERIFICATION", faults=[_comment_required()])
    return transition.next


def check_not_self(actor_id: object, owner_id: object) -> None:
    """Nobody verifies, rejects or reopens his own activity, whatever his role."""
    if actor_id == owner_id:
        raise Problem("SELF_VERIFICATION")


def check_verification(
    action: ActivityAction,
    *,
    claimed_minutes: int,
    verified_minutes: int,
    claimed_quantity: Decimal,
    verified_quantity: Decimal,
    comment: str | None,
) -> list[Fault]:
    """Faults of a decision: a verifier grants from 0 up to what was claimed, and says why he rejects."""
    if action is ActivityAction.REJECT:
        return [] if (comment or "").strip() else [_comment_required()]
    faults = []
    if not 0 <= verified_minutes <= claimed_minutes:
        faults.append(
            Fault("/verified_minutes", "VERIFIED_MINUTES_OUT_OF_RANGE", {"claimed": claimed_minutes})
        )
    if not 0 <= verified_quantity <= claimed_quantity:
        params = {"claimed": str(claimed_quantity)}
        faults.append(Fault("/verified_quantity", "VERIFIED_QUANTITY_OUT_OF_RANGE", params))
    return faults


def check_correction(
    status: ActivityStatus, *, claimed_minutes: int, before: int, after: int, corrected: bool
) -> list[Fault]:
    """Faults of a correction: from 0 up to what was claimed, and not what counts already.

    The first correction of submitted work may say 0, which settles that nothing of it counts.
    """
    if not 0 <= after <= claimed_minutes:
        return [Fault("/verified_minutes", "VERIFIED_MINUTES_OUT_OF_RANGE", {"claimed": claimed_minutes})]
    settles = status is ActivityStatus.SUBMITTED and not corrected
    if after == before and not settles:
        return [Fault("/verified_minutes", "CORRECTION_CHANGES_NOTHING", {"minutes": before})]
    return []


def _comment_required() -> Fault:
    return Fault("/comment", "COMMENT_REQUIRED")
