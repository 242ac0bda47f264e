"""Evaluation forums: meetings in which people present results and are told what others think of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from asn_api.errors import Fault, Problem


class ForumStatus(StrEnum):
    """MINUTES: they are published, and nothing changes but by a dated correction."""

    SCHEDULED = "SCHEDULED"
    HELD = "HELD"
    MINUTES = "MINUTES"
    CANCELLED = "CANCELLED"


class ForumAction(StrEnum):
    EDIT = "EDIT"
    CANCEL = "CANCEL"
    HOLD = "HOLD"
    CHECK_IN = "CHECK_IN"
    RECORD_ATTENDANCE = "RECORD_ATTENDANCE"
    COMMENT = "COMMENT"
    PUBLISH = "PUBLISH"
    CORRECT = "CORRECT"


class ForumActor(StrEnum):
    """CONVENER: whoever called the forum, or a head of the branch; PARTICIPANT: whoever is invited."""

    CONVENER = "CONVENER"
    PARTICIPANT = "PARTICIPANT"


class ForumPhase(StrEnum):
    """The meeting's window: open from some minutes before the start to some minutes after the end."""

    BEFORE = "BEFORE"
    OPEN = "OPEN"
    OVER = "OVER"


class Attendance(StrEnum):
    PRESENT = "PRESENT"
    EXCUSED = "EXCUSED"
    ABSENT = "ABSENT"


@dataclass(frozen=True)
class ForumTransition:
    """The only one who may do it, where it leads, and in which phases of the meeting."""

    actor: ForumActor
    next: ForumStatus
    phases: frozenset[ForumPhase] = frozenset(ForumPhase)


_BEFORE = frozenset({ForumPhase.BEFORE})
_OPEN = frozenset({ForumPhase.OPEN})
_BEGUN = frozenset({ForumPhase.OPEN, ForumPhase.OVER})
_S, _H, _M = ForumStatus.SCHEDULED, ForumStatus.HELD, ForumStatus.MINUTES

FORUM_TRANSITIONS: Mapping[tuple[ForumStatus, ForumAction], ForumTransition] = {
    (_S, ForumAction.EDIT): ForumTransition(ForumActor.CONVENER, _S, _BEFORE),
    (_S, ForumAction.CANCEL): ForumTransition(ForumActor.CONVENER, ForumStatus.CANCELLED),
    (_S, ForumAction.HOLD): ForumTransition(ForumActor.CONVENER, _H, _BEGUN),
    (_S, ForumAction.CHECK_IN): ForumTransition(ForumActor.PARTICIPANT, _S, _OPEN),
    (_H, ForumAction.CHECK_IN): ForumTransition(ForumActor.PARTICIPANT, _H, _OPEN),
    (_S, ForumAction.RECORD_ATTENDANCE): ForumTransition(ForumActor.CONVENER, _S, _BEGUN),
    (_H, ForumAction.RECORD_ATTENDANCE): ForumTransition(ForumActor.CONVENER, _H, _BEGUN),
    (_S, ForumAction.COMMENT): ForumTransition(ForumActor.PARTICIPANT, _S, _OPEN),
    (_H, ForumAction.COMMENT): ForumTransition(ForumActor.PARTICIPANT, _H, _BEGUN),
    (_H, ForumAction.PUBLISH): ForumTransition(ForumActor.CONVENER, _M, _BEGUN),
    (_M, ForumAction.CORRECT): ForumTransition(ForumActor.CONVENER, _M),
}
"""A comment that a slow line brings after the end still counts while the minutes are not published."""


def phase(starts_at: datetime, ends_at: datetime, now: datetime, *, before: int, after: int) -> ForumPhase:
    """`before` and `after` are the minutes around the meeting, both edges included."""
    if now < starts_at - timedelta(minutes=before):
        return ForumPhase.BEFORE
    return ForumPhase.OVER if now > ends_at + timedelta(minutes=after) else ForumPhase.OPEN


def forum_refusal(
    status: ForumStatus, action: ForumAction, actors: Collection[ForumActor], now: ForumPhase
) -> str | None:
    """The code of what stands in the way, the most telling one first; None when nothing does."""
    step = FORUM_TRANSITIONS.get((status, action))
    if step is None:
        return "FORUM_WRONG_STATUS"
    if step.actor not in actors:
        return "FORUM_NOT_INVITED" if step.actor is ForumActor.PARTICIPANT else "FORUM_NOT_CONVENER"
    if now in step.phases:
        return None
    return (
        "FORUM_NOT_BEGUN"
        if now is ForumPhase.BEFORE
        else "FORUM_HAS_BEGUN"
        if step.phases == _BEFORE
        else "FORUM_OVER"
    )


def check_forum(
    status: ForumStatus, action: ForumAction, actors: Collection[ForumActor], now: ForumPhase
) -> ForumStatus:
    """The next status, or a Problem saying why the action is refused."""
    code = forum_refusal(status, action, actors, now)
    if code:
        raise Problem(code, status=status.value)
    return FORUM_TRANSITIONS[status, action].next


def check_schedule(
    starts_at: datetime, ends_at: datetime, results: Sequence[object], *, now: datetime, longest_hours: int
) -> list[Fault]:
    """Faults of a meeting's time and of its agenda, on which each result stands once."""
    faults = []
    if starts_at <= now:
        faults.append(Fault("/starts_at", "FORUM_STARTS_IN_PAST"))
    if ends_at <= starts_at:
        faults.append(Fault("/ends_at", "FORUM_ENDS_BEFORE_START"))
    elif ends_at - starts_at > timedelta(hours=longest_hours):
        faults.append(Fault("/ends_at", "FORUM_TOO_LONG", {"max": longest_hours}))
    if len(set(results)) < len(results):
        faults.append(Fault("/agenda", "FORUM_RESULT_TWICE"))
    return faults
