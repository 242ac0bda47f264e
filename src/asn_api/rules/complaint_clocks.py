"""By when each stage of a complaint is due: working days, paused while the reporter is asked, each explained."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from asn_api.rules.calendar import ONE_DAY, Calendar
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.complaints import ComplaintKind, ComplaintStatus

HORIZON_DAYS = 2000
"""Calendar days after which counting is given up: no limit of a policy reaches so far."""


class ClockStage(StrEnum):
    """Four deadlines; the last one is the reporter's, after which silence closes."""

    VERIFY = "VERIFY"
    AGENCY_FIRST_FOLLOW_UP = "AGENCY_FIRST_FOLLOW_UP"
    RESOLVE = "RESOLVE"
    REPORTER_RESPONSE_AUTO_CLOSE = "REPORTER_RESPONSE_AUTO_CLOSE"


class ClockState(StrEnum):
    """WAITING stands still, because the reporter was asked; MET and MISSED have ended."""

    RUNNING = "RUNNING"
    WAITING = "WAITING"
    OVERDUE = "OVERDUE"
    MET = "MET"
    MISSED = "MISSED"


class Escalation(StrEnum):
    """Who is told of a deadline: whoever handles it before, then the head of the agency, then the coordinator."""

    HANDLER = "HANDLER"
    HEAD = "HEAD"
    COORDINATOR = "COORDINATOR"


@dataclass(frozen=True)
class Since:
    """A state and the local day on which the complaint came into it."""

    day: date
    status: ComplaintStatus


@dataclass(frozen=True)
class Pause:
    """Days after `asked` up to and with `answered` do not count; without an answer none does from then on."""

    asked: date
    answered: date | None

    def holds(self, day: date) -> bool:
        return day > self.asked and (self.answered is None or day <= self.answered)


@dataclass(frozen=True)
class Span:
    """What one clock measures: `limit` working days after `start`, without the pauses, until `ended`."""

    stage: ClockStage
    start: date
    limit: int
    pauses: tuple[Pause, ...] = ()
    ended: date | None = None


@dataclass(frozen=True)
class Clock:
    """A span with its due day; None while it waits, with `left` working days still to count."""

    span: Span
    due: date | None
    left: int
    provisional: bool

    def state(self, today: date) -> ClockState:
        last = self.span.ended or today
        late = self.due is not None and last > self.due
        if self.span.ended is not None:
            return ClockState.MISSED if late else ClockState.MET
        if self.due is None:
            return ClockState.WAITING
        return ClockState.OVERDUE if late else ClockState.RUNNING


def clock(span: Span, calendar: Calendar, days_per_week: int) -> Clock:
    """Day 1 is the next working day after the start (SP4N-LAPOR); the day of a question still counts.

    Provisional when days are counted in a year whose holidays are not known, or moved by one that may move.
    """
    day, left = span.start, span.limit
    open_since = next((each.asked for each in span.pauses if each.answered is None), None)
    while left:
        if open_since is not None and day >= open_since:
            return Clock(span, None, left, calendar.is_provisional(span.start, day))
        if (day - span.start).days > HORIZON_DAYS:
            raise ValueError("the calendar has no working days")
        day += ONE_DAY
        left -= calendar.is_working_day(day, days_per_week) and not any(p.holds(day) for p in span.pauses)
    return Clock(span, day, 0, calendar.is_provisional(span.start, day))


def spans(kind: ComplaintKind, history: Sequence[Since], policy: ComplaintPolicy) -> list[Span]:
    """The clocks that a complaint has started so far, from its states in their order, the first one RECEIVED.

    A reopening starts following up and resolving anew. What an answer waited for a reply does not count.
    """
    found = [_verifying(history, policy)]
    entries = list(enumerate(history))
    begun = [n for n, each in entries if each.status in (_FORWARDED, _REOPENED)]
    if begun:
        stage = ClockStage.AGENCY_FIRST_FOLLOW_UP
        found.append(_lasting(stage, policy.follow_up_working_days, history, begun[-1]))
    found.append(_resolving(kind, history, policy))
    answered = [n for n, each in entries if each.status is _ANSWERED]
    if answered:
        stage = ClockStage.REPORTER_RESPONSE_AUTO_CLOSE
        found.append(_lasting(stage, policy.reply_working_days, history, answered[-1]))
    return found


_FORWARDED, _REOPENED, _ANSWERED = (
    ComplaintStatus.FORWARDED,
    ComplaintStatus.REOPENED,
    ComplaintStatus.ANSWERED,
)
_DECIDED = frozenset(
    {
        ComplaintStatus.VERIFIED,
        ComplaintStatus.NOT_AUTHORITY,
        ComplaintStatus.ARCHIVED,
        ComplaintStatus.MERGED,
    }
)
_ENDED = frozenset(
    {
        ComplaintStatus.ANSWERED,
        ComplaintStatus.CLOSED,
        ComplaintStatus.NOT_AUTHORITY,
        ComplaintStatus.ARCHIVED,
        ComplaintStatus.MERGED,
    }
)


_ASKED = frozenset({ComplaintStatus.ON_HOLD, ComplaintStatus.ANSWERED})
"""It is the reporter's turn."""


def _lasting(stage: ClockStage, limit: int, history: Sequence[Since], at: int) -> Span:
    """As long as one state lasts."""
    ended = history[at + 1].day if at + 1 < len(history) else None
    return Span(stage, history[at].day, limit, ended=ended)


def _verifying(history: Sequence[Since], policy: ComplaintPolicy) -> Span:
    end = next((n for n, each in enumerate(history) if each.status in _DECIDED), None)
    return _span(ClockStage.VERIFY, policy.verify_working_days, history, end)


def _resolving(kind: ComplaintKind, history: Sequence[Since], policy: ComplaintPolicy) -> Span:
    begins = max((n for n, each in enumerate(history) if each.status is _REOPENED), default=0)
    part = history[begins:]
    # A closing says nothing new: what counts is the answer before it.
    end = len(part)
    while end and part[end - 1].status in _ENDED:
        end -= 1
    limit = policy.resolve_working_days[kind]
    return _span(ClockStage.RESOLVE, limit, part, end if end < len(part) else None)


def _span(stage: ClockStage, limit: int, part: Sequence[Since], end: int | None) -> Span:
    """From the first of these states to the one at `end`; whenever the reporter was asked in between is a pause."""
    pauses = tuple(
        Pause(each.day, part[n + 1].day if n + 1 < len(part) else None)
        for n, each in enumerate(part[:end])
        if each.status in _ASKED
    )
    return Span(stage, part[0].day, limit, pauses, None if end is None else part[end].day)


def escalation(
    due: date, today: date, policy: ComplaintPolicy, calendar: Calendar, days_per_week: int
) -> Escalation | None:
    """The furthest that is to be told today; None on days off and while there is time."""
    if not calendar.is_working_day(today, days_per_week):
        return None
    if today <= due:
        left = calendar.working_days(today + ONE_DAY, due, days_per_week)
        return Escalation.HANDLER if left <= policy.remind_working_days_before else None
    late = calendar.working_days(due + ONE_DAY, today, days_per_week)
    if late >= policy.coordinator_working_days_after:
        return Escalation.COORDINATOR
    return Escalation.HEAD if late >= policy.head_working_days_after else Escalation.HANDLER


ARTICLES = {
    ClockStage.VERIFY: "SP4N-LAPOR: verification within 3 working days",
    ClockStage.AGENCY_FIRST_FOLLOW_UP: "SP4N-LAPOR: the agency follows up within 5 working days",
    ClockStage.RESOLVE: "Perpres 76/2013; PermenPANRB 62/2018: 5, 14 or 60 working days by kind",
    ClockStage.REPORTER_RESPONSE_AUTO_CLOSE: "SP4N-LAPOR: the reporter may reply within 10 days",
}


def steps(found: Clock, calendar: Calendar, days_per_week: int) -> list[str]:
    """How the due day came about, one line for each thing that moved it."""
    span = found.span
    lines = [f"{span.stage}: {span.limit} working days after {span.start}, {days_per_week} days a week"]
    last = found.due or max((each.asked for each in span.pauses), default=span.start)
    off = [
        day for day in sorted(calendar.days_off) if span.start < day <= last and day.weekday() < days_per_week
    ]
    if off:
        lines.append("days off: " + ", ".join(day.isoformat() for day in off))
    lines += [f"not counted after {each.asked} until {each.answered or 'the reply'}" for each in span.pauses]
    if found.due is None:
        lines.append(f"stands still, {found.left} working days are left")
    else:
        lines.append(
            f"due {found.due}" + (", provisional: the calendar is not final" if found.provisional else "")
        )
    if span.ended is not None:
        lines.append(f"ended {span.ended}")
    return lines
