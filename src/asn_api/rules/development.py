"""Development notes: what somebody should learn, until a training is planned and done."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from asn_api.errors import Problem


class NoteSource(StrEnum):
    """What a note rests on. Counselling is confidential and is none of these."""

    EVALUATION = "EVALUATION"
    COACHING = "COACHING"
    ASSESSMENT = "ASSESSMENT"


class NoteStatus(StrEnum):
    OPEN = "OPEN"
    PLANNED = "PLANNED"
    DONE = "DONE"
    WITHDRAWN = "WITHDRAWN"


class NotePriority(StrEnum):
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class LearningForm(StrEnum):
    """The kind of training wished for, classical first (PP 11/2017 art. 203–211)."""

    CLASSICAL = "CLASSICAL"
    E_LEARNING = "E_LEARNING"
    COACHING = "COACHING"
    MENTORING = "MENTORING"
    ON_THE_JOB = "ON_THE_JOB"
    INTERNSHIP = "INTERNSHIP"
    EXCHANGE = "EXCHANGE"
    BENCHMARKING = "BENCHMARKING"
    SELF_STUDY = "SELF_STUDY"


class NoteAction(StrEnum):
    EDIT = "EDIT"
    ACKNOWLEDGE = "ACKNOWLEDGE"
    PLAN = "PLAN"
    COMPLETE = "COMPLETE"
    WITHDRAW = "WITHDRAW"


class NoteActor(StrEnum):
    SUPERIOR = "SUPERIOR"
    EMPLOYEE = "EMPLOYEE"


@dataclass(frozen=True)
class NoteTransition:
    actor: NoteActor
    next: NoteStatus


_OPEN, _PLANNED = NoteStatus.OPEN, NoteStatus.PLANNED
_SUPERIOR, _EMPLOYEE = NoteActor.SUPERIOR, NoteActor.EMPLOYEE

NOTE_TRANSITIONS: Mapping[tuple[NoteStatus, NoteAction], NoteTransition] = {
    (_OPEN, NoteAction.EDIT): NoteTransition(_SUPERIOR, _OPEN),
    (_OPEN, NoteAction.ACKNOWLEDGE): NoteTransition(_EMPLOYEE, _OPEN),
    (_OPEN, NoteAction.PLAN): NoteTransition(_SUPERIOR, _PLANNED),
    (_OPEN, NoteAction.COMPLETE): NoteTransition(_SUPERIOR, NoteStatus.DONE),
    (_OPEN, NoteAction.WITHDRAW): NoteTransition(_SUPERIOR, NoteStatus.WITHDRAWN),
    (_PLANNED, NoteAction.ACKNOWLEDGE): NoteTransition(_EMPLOYEE, _PLANNED),
    (_PLANNED, NoteAction.COMPLETE): NoteTransition(_SUPERIOR, NoteStatus.DONE),
    (_PLANNED, NoteAction.WITHDRAW): NoteTransition(_SUPERIOR, NoteStatus.WITHDRAWN),
}


def note_refusal(
    status: NoteStatus, action: NoteAction, actors: Collection[NoteActor], *, acknowledged: bool
) -> str | None:
    """The code of what stands in the way; None when it may be done.

    What the employee has acknowledged is not changed any more: it is withdrawn, and another one is written.
    """
    step = NOTE_TRANSITIONS.get((status, action))
    if step is None:
        return "NOTE_WRONG_STATUS"
    if step.actor not in actors:
        return "NOTE_WRONG_ACTOR"
    once = action in (NoteAction.EDIT, NoteAction.ACKNOWLEDGE)
    return "NOTE_ACKNOWLEDGED" if once and acknowledged else None


def check_note(
    status: NoteStatus, action: NoteAction, actors: Collection[NoteActor], *, acknowledged: bool
) -> NoteStatus:
    """The next status, or a Problem saying why the action is refused."""
    code = note_refusal(status, action, actors, acknowledged=acknowledged)
    if code:
        raise Problem(code, status=status.value)
    return NOTE_TRANSITIONS[status, action].next
