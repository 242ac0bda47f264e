"""Who judges whom from when to when: the reporting lines, and letters that go before them (PermenPANRB 6/2022)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from asn_api.errors import Fault
from asn_api.rules.organization import AppointmentKind


class EvaluatorRole(StrEnum):
    """EVALUATOR decides and rates; an ADVISOR, such as the leader of a work team, gives considerations."""

    EVALUATOR = "EVALUATOR"
    ADVISOR = "ADVISOR"


class EvaluatorReason(StrEnum):
    STRUCTURAL = "STRUCTURAL"
    PLT = "PLT"
    PLH = "PLH"
    TEAM = "TEAM"
    DELEGATION = "DELEGATION"


class AssignmentAction(StrEnum):
    END = "END"
    DELETE = "DELETE"


LEADING = (EvaluatorReason.STRUCTURAL, EvaluatorReason.TEAM)
"""Reasons by which one's own results may lean on the other's: his work is a part of that other's."""

ONE_DAY = timedelta(days=1)
_ACTING = {AppointmentKind.PLT: EvaluatorReason.PLT, AppointmentKind.PLH: EvaluatorReason.PLH}


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start`; `end` is the first one that no longer belongs to it, None while open."""

    start: date
    end: date | None

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Letter:
    id: UUID
    person: UUID
    role: EvaluatorRole
    reason: EvaluatorReason
    days: Span


@dataclass(frozen=True, slots=True)
class Superior:
    person: UUID
    days: Span


@dataclass(frozen=True, slots=True)
class Seat:
    """A head's seat above the employee; `depth` grows towards him."""

    person: UUID
    kind: AppointmentKind
    depth: int
    days: Span


@dataclass(frozen=True, slots=True)
class Term:
    """Who judges on the days `first` to `last`, both included; `letter` is None for the superior."""

    person: UUID
    role: EvaluatorRole
    reason: EvaluatorReason
    first: date
    last: date
    letter: UUID | None


def terms(
    first: date,
    last: date,
    letters: Sequence[Letter],
    superiors: Sequence[Superior],
    seats: Sequence[Seat],
) -> list[Term]:
    """Every term within the days, evaluators first, in their order. Days without anybody have none.

    A letter for the evaluator goes before the superior; one for an advisor stands beside either.
    """
    spans = [*(each.days for each in letters), *(each.days for each in superiors)]
    spans += [each.days for each in seats]
    bounds = {bound for span in spans for bound in (span.start, span.end) if bound is not None}
    cuts = sorted({first} | {bound for bound in bounds if first < bound <= last})
    found: list[Term] = []
    advice: dict[UUID, list[Term]] = {}
    for start, following in zip(cuts, [*cuts[1:], last + ONE_DAY], strict=True):
        until = following - ONE_DAY
        term = _evaluator(start, until, letters, superiors, seats)
        if term is not None:
            _add(found, term)
        for letter in letters:
            if letter.role is EvaluatorRole.ADVISOR and letter.days.holds(start):
                _add(advice.setdefault(letter.id, []), _by(letter, start, until))
    advised = [term for each in advice.values() for term in each]
    return [*found, *sorted(advised, key=lambda term: (term.first, term.last))]


def _evaluator(
    first: date,
    last: date,
    letters: Iterable[Letter],
    superiors: Iterable[Superior],
    seats: Iterable[Seat],
) -> Term | None:
    for letter in letters:
        if letter.role is EvaluatorRole.EVALUATOR and letter.days.holds(first):
            return _by(letter, first, last)
    above = next((each.person for each in superiors if each.days.holds(first)), None)
    if above is None:
        return None
    held = [seat for seat in seats if seat.person == above and seat.days.holds(first)]
    nearest = max(held, key=lambda seat: seat.depth, default=None)
    reason = _ACTING.get(nearest.kind) if nearest is not None else None
    reason = reason or EvaluatorReason.STRUCTURAL
    return Term(above, EvaluatorRole.EVALUATOR, reason, first, last, None)


def _by(letter: Letter, first: date, last: date) -> Term:
    return Term(letter.person, letter.role, letter.reason, first, last, letter.id)


def _add(terms: list[Term], term: Term) -> None:
    """As the last one's continuation where nothing but the days differs."""
    if terms and terms[-1].last + ONE_DAY == term.first:
        continued = replace(terms[-1], last=term.last)
        if continued == replace(term, first=continued.first):
            terms[-1] = continued
            return
    terms.append(term)


def check_assignment(
    employee: UUID, evaluator: UUID, start: date, end: date | None, letter_date: date, *, today: date
) -> list[Fault]:
    """What is wrong with a letter by itself; `end` is its last day."""
    faults = []
    if evaluator == employee:
        faults.append(Fault("/evaluator_id", "EVALUATOR_IS_EMPLOYEE"))
    if end is not None and end < start:
        faults.append(Fault("/end", "EVALUATOR_TERM_REVERSED"))
    if letter_date > today:
        faults.append(Fault("/letter_date", "PLAN_LETTER_IN_FUTURE"))
    return faults


def assignment_refusal(action: AssignmentAction, days: Span, today: date) -> str | None:
    """What keeps a letter from being ended, or removed as if it had never been; None when nothing does.

    What was decided under it stays, so only one that had no day before today can be removed.
    """
    if action is AssignmentAction.DELETE:
        return "EVALUATOR_TERM_BEGUN" if days.start < today else None
    return "EVALUATOR_TERM_OVER" if days.end is not None and days.end <= today else None


def last_day_fault(last_day: date, days: Span, today: date) -> Fault | None:
    """The new last day lies within the letter's days and not before yesterday: acts of past days are done."""
    earliest = max(days.start, today - ONE_DAY)
    latest = None if days.end is None else days.end - ONE_DAY
    if last_day < earliest or (latest is not None and last_day > latest):
        params = {"first": earliest.isoformat(), "last": latest.isoformat() if latest else "…"}
        return Fault("/last_day", "EVALUATOR_LAST_DAY_INVALID", params)
    return None
