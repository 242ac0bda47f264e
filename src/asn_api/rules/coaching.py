"""Coaching and counselling (bimbingan dan konseling, forms B.1.8 and B.1.9): states, answers, agreed actions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from asn_api.errors import Fault, Problem


class CoachingKind(StrEnum):
    """COUNSELLING is confidential: nobody reads it but the two who spoke."""

    COACHING = "COACHING"
    COUNSELLING = "COUNSELLING"


class CoachingStatus(StrEnum):
    RECORDED = "RECORDED"
    ACKNOWLEDGED = "ACKNOWLEDGED"


class CoachingAction(StrEnum):
    EDIT = "EDIT"
    REMOVE = "REMOVE"
    ACKNOWLEDGE = "ACKNOWLEDGE"
    ASSESS = "ASSESS"
    COMPLETE = "COMPLETE"


class CoachingActor(StrEnum):
    COACH = "COACH"
    EMPLOYEE = "EMPLOYEE"


@dataclass(frozen=True)
class CoachingTransition:
    """Who may do it, and where it leads; `next` is None when the record ends."""

    actors: frozenset[CoachingActor]
    next: CoachingStatus | None


_COACH = frozenset({CoachingActor.COACH})
_EMPLOYEE = frozenset({CoachingActor.EMPLOYEE})

COACHING_TRANSITIONS: Mapping[tuple[CoachingStatus, CoachingAction], CoachingTransition] = {
    (CoachingStatus.RECORDED, CoachingAction.EDIT): CoachingTransition(_COACH, CoachingStatus.RECORDED),
    (CoachingStatus.RECORDED, CoachingAction.REMOVE): CoachingTransition(_COACH, None),
    (CoachingStatus.RECORDED, CoachingAction.ACKNOWLEDGE): CoachingTransition(
        _EMPLOYEE, CoachingStatus.ACKNOWLEDGED
    ),
    (CoachingStatus.ACKNOWLEDGED, CoachingAction.ASSESS): CoachingTransition(
        _EMPLOYEE, CoachingStatus.ACKNOWLEDGED
    ),
    (CoachingStatus.ACKNOWLEDGED, CoachingAction.COMPLETE): CoachingTransition(
        frozenset(CoachingActor), CoachingStatus.ACKNOWLEDGED
    ),
}


@dataclass(frozen=True)
class SessionQuestion:
    """One question of form B.1.8, which the employee answers about the session."""

    code: str
    id: str
    en: str


def coaching_refusal(
    status: CoachingStatus, action: CoachingAction, actors: Collection[CoachingActor], *, assessed: bool
) -> str | None:
    """The code of what stands in the way; None when it may be done. `assessed`: B.1.8 is answered, once."""
    step = COACHING_TRANSITIONS.get((status, action))
    if step is None:
        return "COACHING_WRONG_STATUS"
    if step.actors.isdisjoint(actors):
        return "COACHING_WRONG_ACTOR"
    return "COACHING_ASSESSED" if action is CoachingAction.ASSESS and assessed else None


def check_coaching(
    status: CoachingStatus, action: CoachingAction, actors: Collection[CoachingActor], *, assessed: bool
) -> CoachingStatus | None:
    """The next status, or a Problem saying why the action is refused."""
    code = coaching_refusal(status, action, actors, assessed=assessed)
    if code:
        raise Problem(code, status=status.value)
    return COACHING_TRANSITIONS[status, action].next


def check_session(
    day: date, dues: Sequence[date], ratings: Sequence[int], *, today: date, entry_days: int, highest: int
) -> list[Fault]:
    """Faults of a record made today: the session has been held, at most `entry_days` days ago; actions are due
    on or after its day; competencies are rated from 1 to `highest` (form B.1.9).
    """
    faults = []
    if day > today:
        faults.append(Fault("/day", "COACHING_IN_FUTURE"))
    if day < today - timedelta(days=entry_days):
        faults.append(Fault("/day", "COACHING_TOO_LONG_AGO", {"max": entry_days}))
    faults += [
        Fault(f"/actions/{number}/due", "COACHING_ACTION_DUE_BEFORE")
        for number, due in enumerate(dues)
        if due < day
    ]
    faults += [
        Fault(f"/competencies/{number}/rating", "COACHING_RATING_OUT_OF_SCALE", {"highest": highest})
        for number, rating in enumerate(ratings)
        if not 1 <= rating <= highest
    ]
    return faults


def check_answers(
    answers: Mapping[str, int], questions: Sequence[SessionQuestion], highest: int
) -> list[Fault]:
    """Faults of the employee's answers: every question once, each from 1 to `highest`. A blank is no zero."""
    codes = [question.code for question in questions]
    faults = [
        Fault(f"/answers/{code}", "COACHING_QUESTION_UNKNOWN", {"known": ", ".join(codes)})
        for code in answers
        if code not in codes
    ]
    for code in codes:
        if code not in answers:
            faults.append(Fault(f"/answers/{code}", "COACHING_ANSWER_MISSING"))
        elif not 1 <= answers[code] <= highest:
            faults.append(Fault(f"/answers/{code}", "COACHING_RATING_OUT_OF_SCALE", {"highest": highest}))
    return faults
