"""Complaints of citizens: kinds, states, and who moves them on (SP4N-LAPOR, PermenPANRB 62/2018)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from asn_api.errors import Fault, Problem


class ComplaintKind(StrEnum):
    """SUPERVISORY alleges a violation by officials (berkadar pengawasan)."""

    COMPLAINT_NON_SUPERVISORY = "COMPLAINT_NON_SUPERVISORY"
    COMPLAINT_SUPERVISORY = "COMPLAINT_SUPERVISORY"
    ASPIRATION = "ASPIRATION"
    INFORMATION_REQUEST = "INFORMATION_REQUEST"


class ComplaintStatus(StrEnum):
    """ON_HOLD waits for the reporter's data; MERGED follows the complaint that it repeats."""

    RECEIVED = "RECEIVED"
    ON_HOLD = "ON_HOLD"
    VERIFIED = "VERIFIED"
    NOT_AUTHORITY = "NOT_AUTHORITY"
    ARCHIVED = "ARCHIVED"
    MERGED = "MERGED"
    FORWARDED = "FORWARDED"
    IN_PROGRESS = "IN_PROGRESS"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"
    REOPENED = "REOPENED"


class ComplaintAction(StrEnum):
    VERIFY = "VERIFY"
    HOLD = "HOLD"
    SUPPLEMENT = "SUPPLEMENT"
    NOT_AUTHORITY = "NOT_AUTHORITY"
    ARCHIVE = "ARCHIVE"
    MERGE = "MERGE"
    DISPOSE = "DISPOSE"
    RECALL = "RECALL"
    BOUNCE = "BOUNCE"
    START = "START"
    ANSWER = "ANSWER"
    REPLY = "REPLY"
    CONFIRM = "CONFIRM"
    CLOSE_BY_SILENCE = "CLOSE_BY_SILENCE"
    REOPEN = "REOPEN"


class ComplaintActor(StrEnum):
    """AGENCY is whoever the complaint was disposed to: the agency's contact or head, or the officer."""

    REPORTER = "REPORTER"
    COORDINATOR = "COORDINATOR"
    AGENCY = "AGENCY"
    SYSTEM = "SYSTEM"


class MessageKind(StrEnum):
    """NOTE stays within the government; REPLY and ADDITION are the reporter's; the others are told to him."""

    ANSWER = "ANSWER"
    DECISION = "DECISION"
    QUESTION = "QUESTION"
    REPLY = "REPLY"
    ADDITION = "ADDITION"
    NOTE = "NOTE"


OPEN = frozenset(
    {
        ComplaintStatus.RECEIVED,
        ComplaintStatus.ON_HOLD,
        ComplaintStatus.VERIFIED,
        ComplaintStatus.FORWARDED,
        ComplaintStatus.IN_PROGRESS,
        ComplaintStatus.ANSWERED,
        ComplaintStatus.REOPENED,
    }
)
"""What Open311 calls open; the other states are its closed."""

WITH_AGENCY = frozenset(
    {
        ComplaintStatus.FORWARDED,
        ComplaintStatus.IN_PROGRESS,
        ComplaintStatus.ANSWERED,
        ComplaintStatus.CLOSED,
        ComplaintStatus.REOPENED,
    }
)
"""Where an agency is named."""

TAKEN_ON = WITH_AGENCY - {ComplaintStatus.FORWARDED}
"""The agency has begun or answered: what was forwarded only may still be given back."""

KNOWN_TO_PUBLIC = WITH_AGENCY | {ComplaintStatus.VERIFIED}
"""Looked at by the coordinator and found to be one: before, anybody's words would be shown to anybody."""

PUBLIC_MESSAGES = frozenset({MessageKind.ANSWER, MessageKind.DECISION})
"""What the tracking code alone shows."""


@dataclass(frozen=True)
class ComplaintStep:
    actor: ComplaintActor
    next: ComplaintStatus
    words_required: bool = False
    """A reason, a question, an answer or a reply: whatever the other side needs to understand the step."""


_S, _A = ComplaintStatus, ComplaintAction
_COORDINATOR, _AGENCY, _REPORTER = (
    ComplaintActor.COORDINATOR,
    ComplaintActor.AGENCY,
    ComplaintActor.REPORTER,
)


def _said(actor: ComplaintActor, then: ComplaintStatus) -> ComplaintStep:
    return ComplaintStep(actor, then, words_required=True)


COMPLAINT_STEPS: Mapping[tuple[ComplaintStatus, ComplaintAction], ComplaintStep] = {
    **{
        (before, action): step
        for before in (_S.RECEIVED, _S.ON_HOLD)
        for action, step in {
            _A.VERIFY: ComplaintStep(_COORDINATOR, _S.VERIFIED),
            _A.NOT_AUTHORITY: _said(_COORDINATOR, _S.NOT_AUTHORITY),
            _A.ARCHIVE: _said(_COORDINATOR, _S.ARCHIVED),
            _A.MERGE: ComplaintStep(_COORDINATOR, _S.MERGED),
        }.items()
    },
    (_S.RECEIVED, _A.HOLD): _said(_COORDINATOR, _S.ON_HOLD),
    (_S.ON_HOLD, _A.SUPPLEMENT): _said(_REPORTER, _S.RECEIVED),
    (_S.VERIFIED, _A.DISPOSE): ComplaintStep(_COORDINATOR, _S.FORWARDED),
    # When every agency has said that it is not theirs.
    (_S.VERIFIED, _A.NOT_AUTHORITY): _said(_COORDINATOR, _S.NOT_AUTHORITY),
    (_S.VERIFIED, _A.MERGE): ComplaintStep(_COORDINATOR, _S.MERGED),
    (_S.FORWARDED, _A.BOUNCE): _said(_AGENCY, _S.VERIFIED),
    (_S.FORWARDED, _A.START): ComplaintStep(_AGENCY, _S.IN_PROGRESS),
    (_S.FORWARDED, _A.ANSWER): _said(_AGENCY, _S.ANSWERED),
    (_S.IN_PROGRESS, _A.ANSWER): _said(_AGENCY, _S.ANSWERED),
    (_S.REOPENED, _A.START): ComplaintStep(_AGENCY, _S.IN_PROGRESS),
    (_S.REOPENED, _A.ANSWER): _said(_AGENCY, _S.ANSWERED),
    **{
        (before, _A.RECALL): _said(_COORDINATOR, _S.VERIFIED)
        for before in (_S.FORWARDED, _S.IN_PROGRESS, _S.REOPENED)
    },
    (_S.ANSWERED, _A.REPLY): _said(_REPORTER, _S.IN_PROGRESS),
    (_S.ANSWERED, _A.CONFIRM): ComplaintStep(_REPORTER, _S.CLOSED),
    (_S.ANSWERED, _A.CLOSE_BY_SILENCE): ComplaintStep(ComplaintActor.SYSTEM, _S.CLOSED),
    (_S.CLOSED, _A.REOPEN): _said(_REPORTER, _S.REOPENED),
}
"""`CLOSED` is reached from `ANSWERED` alone: nothing is closed without an answer."""


@dataclass(frozen=True)
class Standing:
    """What counts beside the state: numbers so far, and what the policy allows. Days are calendar days."""

    status: ComplaintStatus
    bounces: int = 0
    bounce_limit: int = 0
    reopenings: int = 0
    reopen_limit: int = 0
    reopen_until: date | None = None


def complaint_refusal(
    standing: Standing, action: ComplaintAction, actors: Collection[ComplaintActor], today: date
) -> str | None:
    """The code of what stands in the way; None when it may be done."""
    step = COMPLAINT_STEPS.get((standing.status, action))
    if step is None:
        return "COMPLAINT_WRONG_STATUS"
    if step.actor not in actors:
        return "COMPLAINT_WRONG_ACTOR"
    if action is ComplaintAction.BOUNCE and standing.bounces >= standing.bounce_limit:
        return "COMPLAINT_BOUNCED_OFTEN"
    if action is ComplaintAction.REOPEN:
        if standing.reopenings >= standing.reopen_limit:
            return "COMPLAINT_REOPENED_OFTEN"
        if standing.reopen_until is None or today > standing.reopen_until:
            return "COMPLAINT_REOPEN_LATE"
    return None


def check_complaint(
    standing: Standing,
    action: ComplaintAction,
    actors: Collection[ComplaintActor],
    today: date,
    words: str | None,
) -> ComplaintStatus:
    """The next status, or a Problem saying why the action is refused."""
    code = complaint_refusal(standing, action, actors, today)
    if code:
        raise Problem(code, status=standing.status.value, limit=standing.bounce_limit)
    step = COMPLAINT_STEPS[standing.status, action]
    if step.words_required and not words:
        raise Problem("REQUEST_INVALID", faults=[Fault("/text", "COMPLAINT_WORDS_REQUIRED")])
    return step.next


def check_subjects(kind: ComplaintKind, named: int) -> None:
    """A supervisory complaint goes to nobody before it is known from whom it has to be kept."""
    if kind is ComplaintKind.COMPLAINT_SUPERVISORY and named == 0:
        raise Problem("COMPLAINT_SUBJECT_REQUIRED")
