"""Which spans of a plan are evaluated: months, quarters or halves of the calendar year, and the year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.evaluations import EvaluationKind, Periodicity

MONTHS = {Periodicity.MONTH: 1, Periodicity.QUARTER: 3, Periodicity.HALF_YEAR: 6}


@dataclass(frozen=True, order=True)
class Span:
    """Days from `first` to `last`, both included. `number` is its place in the year: quarter 1 to 4."""

    first: date
    last: date
    kind: EvaluationKind
    number: int


def calendar_spans(year: int, periodicity: Periodicity) -> tuple[Span, ...]:
    """The whole calendar spans of a year, the year itself last."""
    size = MONTHS[periodicity]
    periodic = (
        Span(date(year, month, 1), _end_of_month(year, month + size - 1), EvaluationKind.PERIODIC, number)
        for number, month in enumerate(range(1, 13, size), 1)
    )
    return (*periodic, Span(date(year, 1, 1), date(year, 12, 31), EvaluationKind.YEARLY, 1))


def spans_of(first: date, last: date, periodicity: Periodicity) -> tuple[Span, ...]:
    """What a plan from `first` to `last` (both included, within one year) is evaluated for.

    A plan that begins or ends within a calendar span has a shorter one there; an ended plan has the spans up
    to its end and its own, shorter year (PermenPANRB 6/2022: periodic and yearly evaluation).
    """
    return tuple(_cut(first, last, periodicity))


def _cut(first: date, last: date, periodicity: Periodicity) -> Iterator[Span]:
    for span in calendar_spans(first.year, periodicity):
        begin, end = max(span.first, first), min(span.last, last)
        if begin <= end:
            yield Span(begin, end, span.kind, span.number)


def calendar_span(first: date, last: date, kind: EvaluationKind, periodicity: Periodicity) -> Span | None:
    """The calendar span that these days lie in; None when they lie in none of this periodicity."""
    spans = calendar_spans(first.year, periodicity)
    inside = (each for each in spans if each.kind is kind and each.first <= first and last <= each.last)
    return next(inside, None)


def _end_of_month(year: int, month: int) -> date:
    following = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    return following - ONE_DAY
