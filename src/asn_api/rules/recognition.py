"""Nominations for recognition: proposed by a superior, decided by somebody above him, never by the two concerned."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from asn_api.errors import Fault, Problem
from asn_api.rules.followup import Finding, Found


class RecognitionKind(StrEnum):
    """Recognition within the region; state decorations such as Satyalancana go by years of service."""

    EMPLOYEE_OF_PERIOD = "EMPLOYEE_OF_PERIOD"
    INNOVATION = "INNOVATION"
    PUBLIC_SERVICE = "PUBLIC_SERVICE"
    TEAMWORK = "TEAMWORK"
    DEDICATION = "DEDICATION"


class NominationStatus(StrEnum):
    PROPOSED = "PROPOSED"
    ENDORSED = "ENDORSED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class NominationAction(StrEnum):
    ENDORSE = "ENDORSE"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"


class NominationActor(StrEnum):
    """ENDORSER: the head of the agency, or the superior of whoever nominated; neither nominee nor nominator."""

    NOMINEE = "NOMINEE"
    NOMINATOR = "NOMINATOR"
    ENDORSER = "ENDORSER"


@dataclass(frozen=True)
class NominationTransition:
    actor: NominationActor
    next: NominationStatus
    reason_required: bool = False


_PROPOSED, _ENDORSED = NominationStatus.PROPOSED, NominationStatus.ENDORSED
_ENDORSER = NominationActor.ENDORSER

NOMINATION_TRANSITIONS: Mapping[tuple[NominationStatus, NominationAction], NominationTransition] = {
    (_PROPOSED, NominationAction.ENDORSE): NominationTransition(_ENDORSER, _ENDORSED),
    (_PROPOSED, NominationAction.REJECT): NominationTransition(
        _ENDORSER, NominationStatus.REJECTED, reason_required=True
    ),
    (_PROPOSED, NominationAction.WITHDRAW): NominationTransition(
        NominationActor.NOMINATOR, NominationStatus.WITHDRAWN, reason_required=True
    ),
    (_ENDORSED, NominationAction.WITHDRAW): NominationTransition(
        _ENDORSER, NominationStatus.WITHDRAWN, reason_required=True
    ),
}


def nomination_refusal(
    status: NominationStatus, action: NominationAction, actors: Collection[NominationActor]
) -> str | None:
    """The code of what stands in the way; None when it may be done."""
    step = NOMINATION_TRANSITIONS.get((status, action))
    if step is None:
        return "NOMINATION_WRONG_STATUS"
    if step.actor is _ENDORSER and not {NominationActor.NOMINEE, NominationActor.NOMINATOR}.isdisjoint(
        actors
    ):
        return "NOMINATION_BY_A_PARTY"
    return None if step.actor in actors else "NOMINATION_WRONG_ACTOR"


def check_nomination(
    status: NominationStatus,
    action: NominationAction,
    actors: Collection[NominationActor],
    reason: str | None,
) -> NominationStatus:
    """The next status, or a Problem saying why the action is refused."""
    code = nomination_refusal(status, action, actors)
    if code:
        raise Problem(code, status=status.value)
    step = NOMINATION_TRANSITIONS[status, action]
    if step.reason_required and reason is None:
        raise Problem("REQUEST_INVALID", faults=[Fault("/reason", "NOMINATION_REASON_REQUIRED")])
    return step.next


def check_criteria(finding: Found, justification: str | None) -> bool:
    """Whether the person excels by the criteria; without, a nomination needs a written reason, nothing more."""
    meets = Finding.EXCELLENCE in finding.findings
    if not meets and justification is None:
        missing = [each.criterion for each in finding.excellence if not each.met]
        fault = Fault(
            "/justification", "NOMINATION_REASON_FOR_CRITERIA", {"criteria": ", ".join(missing) or "-"}
        )
        raise Problem("REQUEST_INVALID", faults=[fault])
    return meets
