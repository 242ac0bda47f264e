"""Figures of complaints: how many, in time or not, how long, how content; told without small numbers."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Generic, TypeVar

from asn_api.rules.calendar import ONE_DAY, Calendar, working_days
from asn_api.rules.complaint_clocks import ClockStage, Since, Span, clock, spans
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.complaints import ComplaintKind, ComplaintStatus

K = TypeVar("K", bound=Hashable)

TENTH = Decimal("0.1")
STAGES = (ClockStage.VERIFY, ClockStage.AGENCY_FIRST_FOLLOW_UP, ClockStage.RESOLVE)
NUMBERS = ("received", "answered", "on_time", "closed", "reopened", "rated", "rating_sum")


@dataclass
class Figures:
    """Sums over complaints, which add up: `days` says of each stage how many took how many working days.

    The first round counts, up to a reopening. `answered` have an answer that stands: what the reporter replied to is
    not answered until the next one. `on_time` are those of them whose clock was met; `rating_sum` is of the `rated`.
    """

    received: int = 0
    answered: int = 0
    on_time: int = 0
    closed: int = 0
    reopened: int = 0
    rated: int = 0
    rating_sum: int = 0
    days: dict[ClockStage, Counter[int]] = field(default_factory=lambda: {each: Counter() for each in STAGES})

    def add(self, other: "Figures") -> None:
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for stage in STAGES:
            self.days[stage].update(other.days[stage])

    def kept(self) -> dict[str, Any]:
        """As JSON, and back by `figures_of`."""
        return {name: getattr(self, name) for name in NUMBERS} | {
            stage.value: {str(days): times for days, times in sorted(self.days[stage].items())}
            for stage in STAGES
        }


def figures_of(kept: Mapping[str, Any]) -> Figures:
    found = Figures(**{name: kept[name] for name in NUMBERS})
    for stage in STAGES:
        found.days[stage].update({int(days): times for days, times in kept[stage].items()})
    return found


def summed(parts: Iterable[Figures]) -> Figures:
    found = Figures()
    for each in parts:
        found.add(each)
    return found


def counted(
    kind: ComplaintKind,
    history: Sequence[Since],
    rating: int | None,
    policy: ComplaintPolicy,
    calendar: Calendar,
    days_per_week: int,
) -> Figures:
    """The figures of one complaint, by the clocks that its deadlines are computed with."""
    reopening = next((n for n, each in enumerate(history) if each.status is ComplaintStatus.REOPENED), None)
    first_round = history[:reopening]
    found = Figures(received=1, reopened=int(reopening is not None))
    found.closed = int(history[-1].status is ComplaintStatus.CLOSED)
    if rating is not None:
        found.rated, found.rating_sum = 1, rating
    is_answered = first_round[-1].status in (ComplaintStatus.ANSWERED, ComplaintStatus.CLOSED)
    for span in spans(kind, first_round, policy):
        if span.ended is None or span.stage not in STAGES:
            continue
        if span.stage is ClockStage.RESOLVE:
            if not is_answered:
                continue
            due = clock(span, calendar, days_per_week).due
            found.answered, found.on_time = 1, int(due is not None and span.ended <= due)
        found.days[span.stage][days_taken(span, calendar, days_per_week)] += 1
    return found


def days_taken(span: Span, calendar: Calendar, days_per_week: int) -> int:
    """Working days after the start up to the end, without those on which the reporter was asked."""
    assert span.ended is not None
    taken = working_days(span.start + ONE_DAY, span.ended, days_per_week, calendar.days_off)
    for pause in span.pauses:
        until = pause.answered or span.ended
        taken -= working_days(pause.asked + ONE_DAY, until, days_per_week, calendar.days_off)
    return taken


def median(days: Mapping[int, int]) -> Decimal | None:
    """Of even numbers the middle between both, to one half."""
    ordered = sorted(days.items())
    total = sum(days.values())
    if not total:
        return None

    def at(place: int) -> int:
        for value, times in ordered:
            place -= times
            if place < 0:
                return value
        raise AssertionError

    return Decimal(at((total - 1) // 2) + at(total // 2)) / 2


def percent(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(TENTH, ROUND_HALF_UP)


def told(figures: Figures, least: int) -> dict[str, Any]:
    """A line as it is shown: null for what rests on fewer complaints than `least`; 1 tells all that there is."""
    answered = _least(figures.answered, least)
    shown: dict[str, Any] = {
        "received": _least(figures.received, least),
        "answered": answered,
        "on_time_percent": percent(figures.on_time, figures.answered) if answered else None,
        "closed": _least(figures.closed, least),
        "reopened": _least(figures.reopened, least),
        "rated": _least(figures.rated, least),
        "rating_mean": None,
    }
    if shown["rated"]:
        mean = Decimal(figures.rating_sum) / figures.rated
        shown["rating_mean"] = mean.quantize(TENTH, ROUND_HALF_UP)
    return shown | {"median_days": {stage: _median(figures.days[stage], least) for stage in STAGES}}


def _least(number: int, least: int) -> int | None:
    """Where all is told, nothing is a number too: 0."""
    return number if number >= least or least <= 1 else None


def _median(days: Counter[int], least: int) -> Decimal | None:
    return median(days) if days.total() >= least else None


def _told_parts(figures: Figures, least: int) -> Figures:
    """What `told` tells of a line, as figures: the rest is nothing."""
    found = Figures(received=figures.received)
    if figures.answered >= least:
        found.answered, found.on_time = figures.answered, figures.on_time
    if figures.rated >= least:
        found.rated, found.rating_sum = figures.rated, figures.rating_sum
    found.closed = figures.closed if figures.closed >= least else 0
    found.reopened = figures.reopened if figures.reopened >= least else 0
    for stage in STAGES:
        if figures.days[stage].total() >= least:
            found.days[stage].update(figures.days[stage])
    return found


@dataclass(frozen=True)
class Published(Generic[K]):
    """Lines that are told, what the others received together, and the sums; None is not told."""

    lines: dict[K, dict[str, Any]]
    others_received: int | None
    received: int | None
    total: dict[str, Any]


def published(parts: Sequence[tuple[K, Figures]], nobody: Figures, least: int) -> Published[K]:
    """What anybody may read of a year, by agency; `nobody` are complaints that no agency has (yet, or any more).

    A number below `least` is not told, and cannot be calculated, not even by who knows this rule and all that is told:

    - An agency that received fewer has no line. The complaints of agencies without a line are told only as one sum
      with those of no agency, whose number is told nowhere: the sum can be made up in many ways. Below `least` it is
      not told, nor is the region's sum, from which it would follow.
    - All other figures of the region are sums over what the lines tell: what a line leaves out is in no other figure.
    """
    lines = {key: each for key, each in parts if each.received >= least}
    others = nobody.received + sum(each.received for key, each in parts if key not in lines)
    is_summed = others >= least
    total = told(summed(_told_parts(each, least) for each in lines.values()), least)
    del total["received"]
    return Published(
        {key: told(each, least) for key, each in lines.items()},
        others if is_summed else None,
        others + sum(each.received for each in lines.values()) if is_summed else None,
        total,
    )


def month_after(first: date) -> date:
    """The first day of the next month."""
    return (first + timedelta(days=31)).replace(day=1)
