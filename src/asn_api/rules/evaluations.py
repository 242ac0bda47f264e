"""The evaluation of a plan for a period: its states and who may change them (PermenPANRB 6/2022, PP 30/2019)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from asn_api.errors import Fault, Problem


class Periodicity(StrEnum):
    """How often a region evaluates besides once a year. SIASN: 1 monthly, 2 quarterly; it has no half-year."""

    MONTH = "MONTH"
    QUARTER = "QUARTER"
    HALF_YEAR = "HALF_YEAR"


class EvaluationKind(StrEnum):
    PERIODIC = "PERIODIC"
    YEARLY = "YEARLY"


class EvaluationStatus(StrEnum):
    OPEN = "OPEN"
    REPORTED = "REPORTED"
    RATED = "RATED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    OBJECTED = "OBJECTED"
    FINAL = "FINAL"


class ObjectionDecision(StrEnum):
    """PP 30/2019 art. 59: the superior of the evaluator upholds the rating or changes it, finally."""

    UPHELD = "UPHELD"
    CHANGED = "CHANGED"


class EvaluationAction(StrEnum):
    DRAFT = "DRAFT"
    REPORT = "REPORT"
    RATE = "RATE"
    AMEND = "AMEND"
    ACKNOWLEDGE = "ACKNOWLEDGE"
    OBJECT = "OBJECT"
    STATE = "STATE"
    DECIDE = "DECIDE"
    FINALISE = "FINALISE"


class EvaluationActor(StrEnum):
    EMPLOYEE = "EMPLOYEE"
    EVALUATOR = "EVALUATOR"
    EVALUATOR_SUPERIOR = "EVALUATOR_SUPERIOR"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True)
class Transition:
    """The only one who may do it, and where it leads."""

    actor: EvaluationActor
    next: EvaluationStatus
    reason_required: bool = False


_OPEN, _REPORTED, _RATED = EvaluationStatus.OPEN, EvaluationStatus.REPORTED, EvaluationStatus.RATED
_EMPLOYEE, _EVALUATOR = EvaluationActor.EMPLOYEE, EvaluationActor.EVALUATOR

TRANSITIONS: Mapping[tuple[EvaluationStatus, EvaluationAction], Transition] = {
    (_OPEN, EvaluationAction.DRAFT): Transition(_EMPLOYEE, _OPEN),
    (_OPEN, EvaluationAction.REPORT): Transition(_EMPLOYEE, _REPORTED),
    (_OPEN, EvaluationAction.RATE): Transition(_EVALUATOR, _RATED),
    (_REPORTED, EvaluationAction.RATE): Transition(_EVALUATOR, _RATED),
    (_RATED, EvaluationAction.AMEND): Transition(_EVALUATOR, _RATED, reason_required=True),
    (_RATED, EvaluationAction.ACKNOWLEDGE): Transition(_EMPLOYEE, EvaluationStatus.ACKNOWLEDGED),
    (_RATED, EvaluationAction.OBJECT): Transition(_EMPLOYEE, EvaluationStatus.OBJECTED, reason_required=True),
    (_RATED, EvaluationAction.FINALISE): Transition(EvaluationActor.SYSTEM, EvaluationStatus.FINAL),
    (EvaluationStatus.ACKNOWLEDGED, EvaluationAction.FINALISE): Transition(
        EvaluationActor.SYSTEM, EvaluationStatus.FINAL
    ),
    (EvaluationStatus.OBJECTED, EvaluationAction.STATE): Transition(_EVALUATOR, EvaluationStatus.OBJECTED),
    (EvaluationStatus.OBJECTED, EvaluationAction.DECIDE): Transition(
        EvaluationActor.EVALUATOR_SUPERIOR, EvaluationStatus.FINAL, reason_required=True
    ),
}

UNRATED = frozenset({_OPEN, _REPORTED})


@dataclass(frozen=True)
class Deadlines:
    """Days, each included, as they stand for one evaluation today; None where there is none.

    `period_last` is the last day that is judged, `report_until` the last day on which only the employee may
    act, `objection_until` the last day to object, `statement_until` the last day that the evaluator has to
    explain himself; it is None once he has.
    """

    today: date
    period_last: date
    report_until: date
    objection_until: date | None = None
    statement_until: date | None = None


@dataclass(frozen=True)
class Allowed:
    """One action for this caller; `refused` is the code of the reason, None when it may be done."""

    action: EvaluationAction
    refused: str | None


def refusal(
    status: EvaluationStatus,
    action: EvaluationAction,
    actors: Collection[EvaluationActor],
    when: Deadlines,
) -> str | None:
    """The code of what stands in the way, the most telling one first; None when nothing does."""
    transition = TRANSITIONS.get((status, action))
    if transition is None:
        return "EVALUATION_WRONG_STATUS"
    judges = transition.actor in (EvaluationActor.EVALUATOR, EvaluationActor.EVALUATOR_SUPERIOR)
    if judges and EvaluationActor.EMPLOYEE in actors:
        return "SELF_EVALUATION"
    if transition.actor not in actors:
        return "EVALUATION_WRONG_ACTOR"
    return _too_early_or_late(status, action, when)


def _too_early_or_late(status: EvaluationStatus, action: EvaluationAction, when: Deadlines) -> str | None:
    past_objection = when.objection_until is not None and when.today > when.objection_until
    match action:
        case EvaluationAction.RATE if when.today <= when.period_last:
            return "EVALUATION_PERIOD_RUNNING"
        case EvaluationAction.RATE if status is _OPEN and when.today <= when.report_until:
            return "EVALUATION_REPORT_AWAITED"
        case EvaluationAction.AMEND if past_objection:
            return "EVALUATION_RATING_STANDS"
        case EvaluationAction.OBJECT if past_objection:
            return "OBJECTION_TOO_LATE"
        case EvaluationAction.FINALISE if status is _RATED and not past_objection:
            return "EVALUATION_OBJECTION_POSSIBLE"
        case EvaluationAction.DECIDE if when.statement_until and when.today <= when.statement_until:
            return "OBJECTION_STATEMENT_AWAITED"
    return None


def allowed_actions(
    status: EvaluationStatus, actors: Collection[EvaluationActor], when: Deadlines
) -> tuple[Allowed, ...]:
    """Every action a person can take, with the reason why this caller cannot take it now."""
    return tuple(
        Allowed(action, refusal(status, action, actors, when))
        for action in EvaluationAction
        if action is not EvaluationAction.FINALISE
    )


def check_transition(
    status: EvaluationStatus,
    action: EvaluationAction,
    actors: Collection[EvaluationActor],
    when: Deadlines,
    *,
    reason: str | None = None,
) -> EvaluationStatus:
    """The next status, or a Problem saying why the action is refused."""
    code = refusal(status, action, actors, when)
    if code:
        raise Problem(
            code,
            status=status.value,
            action=action.value,
            period_last=when.period_last.isoformat(),
            report_until=when.report_until.isoformat(),
            objection_until=when.objection_until and when.objection_until.isoformat(),
            statement_until=when.statement_until and when.statement_until.isoformat(),
        )
    transition = TRANSITIONS[status, action]
    if transition.reason_required and not (reason or "").strip():
        raise Problem("REQUEST_INVALID", faults=[Fault("/reason", "EVALUATION_REASON_REQUIRED")])
    return transition.next
