"""Continuous feedback (umpan balik berkelanjutan, PermenPANRB 6/2022): who gives, who reads, what may be done."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from asn_api.errors import Fault, Problem


class Relation(StrEnum):
    """How the giver stands to the person on the day; whoever evaluates by letter counts as a superior."""

    SUPERIOR = "SUPERIOR"
    PEER = "PEER"
    SUBORDINATE = "SUBORDINATE"
    OTHER = "OTHER"


class FeedbackPolarity(StrEnum):
    POSITIVE = "POSITIVE"
    CONSTRUCTIVE = "CONSTRUCTIVE"


class Visibility(StrEnum):
    """SUPERIOR_ONLY is a superior's own note: it counts for nothing until it is shared with the person."""

    SUBJECT_AND_SUPERIOR = "SUBJECT_AND_SUPERIOR"
    SUPERIOR_ONLY = "SUPERIOR_ONLY"


class FeedbackReader(StrEnum):
    """SUPERIORS are the superior of the day of reading, evaluators by letter, the heads above."""

    GIVER = "GIVER"
    SUBJECT = "SUBJECT"
    SUPERIORS = "SUPERIORS"


class FeedbackAction(StrEnum):
    READ = "READ"
    RESPOND = "RESPOND"
    WITHDRAW = "WITHDRAW"
    SHARE = "SHARE"


class FeedbackRequestStatus(StrEnum):
    OPEN = "OPEN"
    ANSWERED = "ANSWERED"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"


class FeedbackRequestAction(StrEnum):
    ANSWER = "ANSWER"
    DECLINE = "DECLINE"
    WITHDRAW = "WITHDRAW"


@dataclass(frozen=True)
class Circle:
    """Who may give feedback of a visibility, who reads it, and whether an evaluation may use it."""

    givers: frozenset[Relation]
    readers: frozenset[FeedbackReader]
    counts: bool


CIRCLES: Mapping[Visibility, Circle] = {
    Visibility.SUBJECT_AND_SUPERIOR: Circle(frozenset(Relation), frozenset(FeedbackReader), counts=True),
    Visibility.SUPERIOR_ONLY: Circle(
        frozenset({Relation.SUPERIOR}), frozenset({FeedbackReader.GIVER}), counts=False
    ),
}
"""Whatever counts is read by the person judged; a test holds that."""

UNNAMED = frozenset({Relation.SUBORDINATE})
"""Whose names nobody but themselves and the audit trail sees, unless they want it otherwise."""


def relation(*, leads: bool, is_led: bool, is_beside: bool) -> Relation:
    """`leads`: the giver is a superior of the person or evaluates him; `is_led`: the other way round;
    `is_beside`: they have the same superior or work in the same unit.
    """
    if leads:
        return Relation.SUPERIOR
    if is_led:
        return Relation.SUBORDINATE
    return Relation.PEER if is_beside else Relation.OTHER


@dataclass(frozen=True)
class Naming:
    """What decides about the giver's name. `team` is how many people could have given it as subordinates;
    `identified`: it answers a request, is said in a forum or carries evidence, which tells who gave it.
    """

    relation: Relation
    wanted: bool | None
    team: int
    identified: bool


def is_named(naming: Naming) -> bool:
    """Whether the giver's name is shown: as he wants, else hidden only for a subordinate."""
    return naming.relation not in UNNAMED if naming.wanted is None else naming.wanted


def check_naming(naming: Naming, least: int) -> list[Fault]:
    """A name is never shown without the giver's will, and never promised to be hidden where it cannot be.

    `least` is k of k-anonymity: the smallest number of people among whom one is not recognised.
    """
    if is_named(naming):
        return []
    if naming.relation not in UNNAMED:
        return [Fault("/named", "FEEDBACK_UNNAMED_BY_SUBORDINATES")]
    if naming.team < least:
        return [Fault("/named", "FEEDBACK_TEAM_TOO_SMALL", {"least": least})]
    return [Fault("/named", "FEEDBACK_NAME_TELLS_ITSELF")] if naming.identified else []


def check_visibility(visibility: Visibility, giver: Relation) -> list[Fault]:
    is_allowed = giver in CIRCLES[visibility].givers
    return [] if is_allowed else [Fault("/visibility", "FEEDBACK_NOTE_BY_SUPERIORS")]


@dataclass(frozen=True)
class FeedbackStanding:
    """What has become of a feedback. `used`: an evaluation was made with it; `minuted`: said in a forum whose
    minutes are published.
    """

    visibility: Visibility
    given_on: date
    withdrawn: bool = False
    used: bool = False
    minuted: bool = False
    answered: bool = False


def feedback_refusal(
    standing: FeedbackStanding,
    action: FeedbackAction,
    actors: Collection[FeedbackReader],
    today: date,
    withdrawal_days: int,
) -> str | None:
    """The code of what stands in the way; None when it may be done. Withdrawing ends `withdrawal_days` after
    the day it was given, that day not counted; a note that nobody has seen can always be withdrawn.
    """
    wanted = FeedbackReader.SUBJECT if action in _OF_SUBJECT else FeedbackReader.GIVER
    if wanted not in actors:
        return "FEEDBACK_WRONG_ACTOR"
    if standing.withdrawn:
        return "FEEDBACK_WITHDRAWN"
    is_note = standing.visibility is Visibility.SUPERIOR_ONLY
    match action:
        case FeedbackAction.RESPOND if standing.answered:
            return "FEEDBACK_ANSWERED"
        case FeedbackAction.SHARE if not is_note:
            return "FEEDBACK_SHARED"
        case FeedbackAction.WITHDRAW if standing.used:
            return "FEEDBACK_USED"
        case FeedbackAction.WITHDRAW if standing.minuted:
            return "FEEDBACK_IN_MINUTES"
        case FeedbackAction.WITHDRAW if not is_note and today > standing.given_on + timedelta(
            days=withdrawal_days
        ):
            return "FEEDBACK_WITHDRAWAL_OVER"
    return None


_OF_SUBJECT = frozenset({FeedbackAction.READ, FeedbackAction.RESPOND})

_REQUESTS: Mapping[FeedbackRequestAction, tuple[bool, FeedbackRequestStatus]] = {
    FeedbackRequestAction.ANSWER: (True, FeedbackRequestStatus.ANSWERED),
    FeedbackRequestAction.DECLINE: (True, FeedbackRequestStatus.DECLINED),
    FeedbackRequestAction.WITHDRAW: (False, FeedbackRequestStatus.WITHDRAWN),
}
"""Whether the one who was asked may do it (else the one who asks), and where it leads from OPEN."""


def request_refusal(
    status: FeedbackRequestStatus, action: FeedbackRequestAction, *, is_asked: bool
) -> str | None:
    if _REQUESTS[action][0] is not is_asked:
        return "FEEDBACK_REQUEST_WRONG_ACTOR"
    return None if status is FeedbackRequestStatus.OPEN else "FEEDBACK_REQUEST_CLOSED"


def check_request(
    status: FeedbackRequestStatus, action: FeedbackRequestAction, *, is_asked: bool
) -> FeedbackRequestStatus:
    """The next status, or a Problem saying why the action is refused."""
    code = request_refusal(status, action, is_asked=is_asked)
    if code:
        raise Problem(code, status=status.value)
    return _REQUESTS[action][1]
