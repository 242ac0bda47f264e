"""The yearly performance plan (SKP): states, who may change them, and when it is complete."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from asn_api.errors import Fault, Problem


class PlanStatus(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    APPROVED = "APPROVED"
    REVISION_REQUESTED = "REVISION_REQUESTED"
    CLOSED = "CLOSED"
    ENDED = "ENDED"


class PlanAction(StrEnum):
    EDIT = "EDIT"
    SUBMIT = "SUBMIT"
    RETURN = "RETURN"
    APPROVE = "APPROVE"
    REQUEST_REVISION = "REQUEST_REVISION"
    REOPEN = "REOPEN"
    SET_EXPECTATIONS = "SET_EXPECTATIONS"
    END_ON_TRANSFER = "END_ON_TRANSFER"
    CLOSE_YEAR = "CLOSE_YEAR"


class PlanActor(StrEnum):
    EMPLOYEE = "EMPLOYEE"
    EVALUATOR = "EVALUATOR"
    SYSTEM = "SYSTEM"


class Approach(StrEnum):
    QUANTITATIVE = "QUANTITATIVE"
    QUALITATIVE = "QUALITATIVE"


class PlanType(StrEnum):
    JPT_OR_UNIT_HEAD = "JPT_OR_UNIT_HEAD"
    ADMIN_FUNCTIONAL = "ADMIN_FUNCTIONAL"


class ResultKind(StrEnum):
    PRIMARY = "PRIMARY"
    ADDITIONAL = "ADDITIONAL"


class AnnexKind(StrEnum):
    """What both sides agree on beside the results (annex of the SKP)."""

    RESOURCE_SUPPORT = "RESOURCE_SUPPORT"
    ACCOUNTABILITY_SCHEME = "ACCOUNTABILITY_SCHEME"
    CONSEQUENCE = "CONSEQUENCE"


class Perspective(StrEnum):
    SERVICE_RECIPIENT = "SERVICE_RECIPIENT"
    BUSINESS_PROCESS = "BUSINESS_PROCESS"
    INTERNAL_STRENGTHENING = "INTERNAL_STRENGTHENING"
    BUDGET = "BUDGET"


class Aspect(StrEnum):
    QUANTITY = "QUANTITY"
    QUALITY = "QUALITY"
    TIME = "TIME"
    COST = "COST"


class Polarity(StrEnum):
    HIGHER_IS_BETTER = "HIGHER_IS_BETTER"
    LOWER_IS_BETTER = "LOWER_IS_BETTER"
    WITHIN_RANGE = "WITHIN_RANGE"


@dataclass(frozen=True)
class Transition:
    """The only one who may do it, and where it leads."""

    actor: PlanActor
    next: PlanStatus
    reason_required: bool = False


TRANSITIONS: Mapping[tuple[PlanStatus, PlanAction], Transition] = {
    (PlanStatus.DRAFT, PlanAction.EDIT): Transition(PlanActor.EMPLOYEE, PlanStatus.DRAFT),
    (PlanStatus.DRAFT, PlanAction.SUBMIT): Transition(PlanActor.EMPLOYEE, PlanStatus.SUBMITTED),
    (PlanStatus.DRAFT, PlanAction.SET_EXPECTATIONS): Transition(PlanActor.EVALUATOR, PlanStatus.DRAFT),
    (PlanStatus.DRAFT, PlanAction.END_ON_TRANSFER): Transition(PlanActor.SYSTEM, PlanStatus.ENDED),
    (PlanStatus.SUBMITTED, PlanAction.RETURN): Transition(
        PlanActor.EVALUATOR, PlanStatus.RETURNED, reason_required=True
    ),
    (PlanStatus.SUBMITTED, PlanAction.APPROVE): Transition(PlanActor.EVALUATOR, PlanStatus.APPROVED),
    (PlanStatus.SUBMITTED, PlanAction.SET_EXPECTATIONS): Transition(
        PlanActor.EVALUATOR, PlanStatus.SUBMITTED
    ),
    (PlanStatus.SUBMITTED, PlanAction.END_ON_TRANSFER): Transition(PlanActor.SYSTEM, PlanStatus.ENDED),
    (PlanStatus.RETURNED, PlanAction.EDIT): Transition(PlanActor.EMPLOYEE, PlanStatus.RETURNED),
    (PlanStatus.RETURNED, PlanAction.SUBMIT): Transition(PlanActor.EMPLOYEE, PlanStatus.SUBMITTED),
    (PlanStatus.RETURNED, PlanAction.SET_EXPECTATIONS): Transition(PlanActor.EVALUATOR, PlanStatus.RETURNED),
    (PlanStatus.RETURNED, PlanAction.END_ON_TRANSFER): Transition(PlanActor.SYSTEM, PlanStatus.ENDED),
    (PlanStatus.APPROVED, PlanAction.REQUEST_REVISION): Transition(
        PlanActor.EMPLOYEE, PlanStatus.REVISION_REQUESTED, reason_required=True
    ),
    (PlanStatus.APPROVED, PlanAction.END_ON_TRANSFER): Transition(PlanActor.SYSTEM, PlanStatus.ENDED),
    (PlanStatus.APPROVED, PlanAction.CLOSE_YEAR): Transition(PlanActor.SYSTEM, PlanStatus.CLOSED),
    (PlanStatus.REVISION_REQUESTED, PlanAction.REOPEN): Transition(PlanActor.EVALUATOR, PlanStatus.DRAFT),
    (PlanStatus.REVISION_REQUESTED, PlanAction.END_ON_TRANSFER): Transition(
        PlanActor.SYSTEM, PlanStatus.ENDED
    ),
    (PlanStatus.REVISION_REQUESTED, PlanAction.CLOSE_YEAR): Transition(PlanActor.SYSTEM, PlanStatus.CLOSED),
}

_SYSTEM_ACTIONS = frozenset({PlanAction.END_ON_TRANSFER, PlanAction.CLOSE_YEAR})

AGREED = frozenset({PlanStatus.APPROVED, PlanStatus.REVISION_REQUESTED})
"""A plan whose results others may build on: a requested revision leaves the approved text in force."""

WAITING = frozenset({PlanStatus.SUBMITTED, PlanStatus.REVISION_REQUESTED})
"""A plan that waits for its evaluator's decision."""

OVER = frozenset({PlanStatus.ENDED, PlanStatus.CLOSED})
"""A plan that never changes again."""


@dataclass(frozen=True)
class Allowed:
    """One action for this caller; `refused` is the code of the reason, None when it may be done."""

    action: PlanAction
    refused: str | None


def refusal(status: PlanStatus, action: PlanAction, actors: Collection[PlanActor]) -> str | None:
    """The code of what stands in the way, the most telling one first; None when nothing does."""
    transition = TRANSITIONS.get((status, action))
    if transition is None:
        return "PLAN_WRONG_STATUS"
    if transition.actor is PlanActor.EVALUATOR and PlanActor.EMPLOYEE in actors:
        return "SELF_EVALUATION" if PlanActor.EVALUATOR in actors else "PLAN_WRONG_ACTOR"
    return None if transition.actor in actors else "PLAN_WRONG_ACTOR"


def allowed_actions(status: PlanStatus, actors: Collection[PlanActor]) -> tuple[Allowed, ...]:
    """Every action a person can take on a plan, with the reason why this caller cannot take it now."""
    return tuple(
        Allowed(action, refusal(status, action, actors))
        for action in PlanAction
        if action not in _SYSTEM_ACTIONS
    )


def check_transition(
    status: PlanStatus, action: PlanAction, actors: Collection[PlanActor], *, reason: str | None = None
) -> PlanStatus:
    """The next status, or a Problem saying why the action is refused."""
    code = refusal(status, action, actors)
    if code:
        raise Problem(code, status=status.value, action=action.value)
    transition = TRANSITIONS[status, action]
    if transition.reason_required and not (reason or "").strip():
        raise Problem("PLAN_REASON_MISSING", faults=[Fault("/note", "PLAN_REASON_REQUIRED")])
    return transition.next


@dataclass(frozen=True)
class PlannedIndicator:
    aspect: Aspect
    statement: str
    polarity: Polarity
    target_value: Decimal | None
    target_upper: Decimal | None
    target_unit: str | None
    target_text: str | None


@dataclass(frozen=True)
class PlannedResult:
    """`parent_status` is the status of the plan that holds the superior's result, None without a parent.

    `connected`: its owner is above the employee within the plan's days, or leads a team that he is in by letter.
    """

    kind: ResultKind
    perspective: Perspective | None
    parent_status: PlanStatus | None
    connected: bool
    indicators: Sequence[PlannedIndicator]


def check_submittable(
    plan_type: PlanType, approach: Approach, results: Sequence[PlannedResult]
) -> list[Fault]:
    """Everything that keeps a plan from being submitted (PermenPANRB 6/2022); a draft may lack all of it."""
    faults = []
    if not any(result.kind is ResultKind.PRIMARY for result in results):
        faults.append(Fault("/work_results", "PLAN_PRIMARY_RESULT_REQUIRED"))
    for number, result in enumerate(results):
        pointer = f"/work_results/{number}"
        faults += _result_faults(pointer, plan_type, result)
        for position, indicator in enumerate(result.indicators):
            faults += _indicator_faults(f"{pointer}/indicators/{position}", approach, indicator)
    return faults


def _result_faults(pointer: str, plan_type: PlanType, result: PlannedResult) -> list[Fault]:
    faults = []
    if not result.indicators:
        faults.append(Fault(f"{pointer}/indicators", "PLAN_INDICATOR_REQUIRED"))
    if result.parent_status is not None and not result.connected:
        faults.append(Fault(f"{pointer}/parent_id", "PLAN_PARENT_NOT_CONNECTED"))
    if plan_type is PlanType.JPT_OR_UNIT_HEAD:
        return faults
    if result.perspective is not None:
        faults.append(Fault(f"{pointer}/perspective", "PLAN_PERSPECTIVE_NOT_ALLOWED"))
    if result.kind is ResultKind.PRIMARY:
        if result.parent_status is None:
            faults.append(Fault(f"{pointer}/parent_id", "PLAN_PARENT_REQUIRED"))
        elif result.parent_status not in AGREED:
            params = {"status": result.parent_status.value}
            faults.append(Fault(f"{pointer}/parent_id", "PLAN_PARENT_NOT_APPROVED", params))
    return faults


def _indicator_faults(pointer: str, approach: Approach, indicator: PlannedIndicator) -> list[Fault]:
    if not indicator.statement.strip():
        return [Fault(f"{pointer}/statement", "PLAN_INDICATOR_STATEMENT_REQUIRED")]
    if approach is Approach.QUALITATIVE:
        missing_text = not (indicator.target_text or "").strip()
        return [Fault(f"{pointer}/target_text", "PLAN_TARGET_TEXT_REQUIRED")] if missing_text else []
    if indicator.aspect is Aspect.TIME and indicator.target_value is None and indicator.target_text:
        # A time is often a date or a quarter, which is no number.
        return []
    faults = []
    if indicator.target_value is None:
        faults.append(Fault(f"{pointer}/target_value", "PLAN_TARGET_VALUE_REQUIRED"))
    if not (indicator.target_unit or "").strip():
        faults.append(Fault(f"{pointer}/target_unit", "PLAN_TARGET_UNIT_REQUIRED"))
    if indicator.polarity is Polarity.WITHIN_RANGE:
        low, high = indicator.target_value, indicator.target_upper
        if high is None or (low is not None and high < low):
            faults.append(Fault(f"{pointer}/target_upper", "PLAN_TARGET_RANGE_INVALID"))
    return faults
