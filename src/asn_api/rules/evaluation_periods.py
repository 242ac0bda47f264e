"""Which spans of a plan are evaluated: its months, quarters or halves of the calendar year, and its year."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from asn_api.rules.evaluations import EvaluationKind, Periodicity
from asn_api.rules.periods import periods


@dataclass(frozen=True, order=True)
class Span:
    """Days from `first` to `last`, both included. `number` is its place in the calendar year: quarter 1 to 4."""

    first: date
    last: date
    kind: EvaluationKind
    number: int


def spans_of(first: date, last: date, periodicity: Periodicity) -> Iterator[Span]:
    """What a plan from `first` to `last` (both included, within one year) is evaluated for, the year last.

    A plan that begins or ends within a calendar period has a shorter one there; an ended plan has the periods
    up to its end and its own, shorter year (PermenPANRB 6/2022: periodic and yearly evaluation).
    """
    for period in periods(first, last, periodicity):
        yield Span(period.first, period.last, EvaluationKind.PERIODIC, period.number)
    yield Span(first, last, EvaluationKind.YEARLY, 1)


def calendar_spans(year: int, periodicity: Periodicity) -> Iterator[Span]:
    """The whole spans of a year, the year itself last."""
    return spans_of(date(year, 1, 1), date(year, 12, 31), periodicity)
