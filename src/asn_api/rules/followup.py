"""After the evaluation: who needs guidance and who excels, by stated criteria (PermenPANRB 6/2022 art. 5).

Everything rests on final evaluations. What is not there is told apart and counts neither for nor against anybody.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from asn_api.rules.evaluations import EvaluationKind
from asn_api.rules.followup_policy import FollowupPolicy


class Finding(StrEnum):
    """What is found about a person; NO_DATA is not a judgement."""

    GUIDANCE = "GUIDANCE"
    EXCELLENCE = "EXCELLENCE"
    NO_DATA = "NO_DATA"


class Criterion(StrEnum):
    LOW_PREDICATE = "LOW_PREDICATE"
    CONSTRUCTIVE_FEEDBACK = "CONSTRUCTIVE_FEEDBACK"
    FAILED_YEAR = "FAILED_YEAR"
    HIGH_PREDICATE = "HIGH_PREDICATE"
    BEHAVIOUR_ABOVE = "BEHAVIOUR_ABOVE"
    POSITIVE_FEEDBACK = "POSITIVE_FEEDBACK"


class NoDataReason(StrEnum):
    """NOT_FINAL: there is an evaluation of the span, but it is not final yet."""

    NOT_EVALUATED = "NOT_EVALUATED"
    NOT_FINAL = "NOT_FINAL"
    TOO_FEW = "TOO_FEW"


FIGURES: Mapping[Criterion, str] = {
    Criterion.LOW_PREDICATE: "low_run",
    Criterion.CONSTRUCTIVE_FEEDBACK: "constructive",
    Criterion.FAILED_YEAR: "failed_year",
    Criterion.HIGH_PREDICATE: "high_run",
    Criterion.BEHAVIOUR_ABOVE: "behaviour_run",
    Criterion.POSITIVE_FEEDBACK: "positive",
}
"""The figure that each criterion looks at: a run is of the latest final evaluations, one after the other."""

OF_RUNS = frozenset(Criterion) - {Criterion.FAILED_YEAR}
"""Criteria that need data of the span; a failed year is a final evaluation of its own."""


@dataclass(frozen=True)
class Bar:
    """A criterion is met by a figure of `least` or more."""

    criterion: Criterion
    least: int

    @property
    def figure(self) -> str:
        return FIGURES[self.criterion]


@dataclass(frozen=True)
class Bars:
    """The criteria in force. One of `guidance` is enough; of `excellence` all are needed."""

    least_evaluations: int
    guidance: tuple[Bar, ...]
    excellence: tuple[Bar, ...]


@dataclass(frozen=True)
class Met:
    criterion: Criterion
    value: int
    least: int
    met: bool


@dataclass(frozen=True)
class Found:
    findings: tuple[Finding, ...]
    no_data: NoDataReason | None
    guidance: tuple[Met, ...]
    excellence: tuple[Met, ...]


def bars(policy: FollowupPolicy, kind: EvaluationKind) -> Bars:
    """The policy's criteria for evaluations of this kind; those with 0 are switched off."""
    guidance = (
        Bar(Criterion.LOW_PREDICATE, policy.guidance_in_a_row[kind]),
        Bar(Criterion.CONSTRUCTIVE_FEEDBACK, policy.guidance_feedback),
        Bar(Criterion.FAILED_YEAR, 1),
    )
    excellence = (
        Bar(Criterion.HIGH_PREDICATE, policy.excellence_in_a_row[kind]),
        Bar(Criterion.BEHAVIOUR_ABOVE, policy.behaviour_above_in_a_row[kind]),
        Bar(Criterion.POSITIVE_FEEDBACK, policy.excellence_feedback),
    )
    return Bars(
        policy.least_evaluations,
        tuple(bar for bar in guidance if bar.least),
        tuple(bar for bar in excellence if bar.least),
    )


def found(figures: Mapping[str, int], set_bars: Bars) -> Found:
    """What the figures say about one person.

    Besides those of FIGURES: `evaluations` are all final ones that are looked at, `of_span` those of the span
    asked about, `open_ones` the span's that are not final. Without one of the span, or with fewer than the
    policy's least in all, nothing is said by runs and feedback: a blank is never a bad one.
    """
    no_data = None
    if not figures["of_span"]:
        no_data = NoDataReason.NOT_FINAL if figures["open_ones"] else NoDataReason.NOT_EVALUATED
    elif figures["evaluations"] < set_bars.least_evaluations:
        no_data = NoDataReason.TOO_FEW

    def met(bar: Bar) -> Met:
        value = figures[bar.figure]
        counts = no_data is None or bar.criterion not in OF_RUNS
        return Met(bar.criterion, value, bar.least, counts and value >= bar.least)

    guidance = tuple(met(bar) for bar in set_bars.guidance)
    excellence = tuple(met(bar) for bar in set_bars.excellence)
    says = {
        Finding.GUIDANCE: any(each.met for each in guidance),
        Finding.EXCELLENCE: bool(excellence) and all(each.met for each in excellence),
        Finding.NO_DATA: no_data is not None,
    }
    return Found(tuple(each for each in Finding if says[each]), no_data, guidance, excellence)


@dataclass(frozen=True)
class Improvement:
    """The time to improve after a failed year, both days included. What follows is decided by people."""

    start: date
    until: date
    over: bool


def improvement(final_on: date, months: int, today: date) -> Improvement:
    """From the day on which the failed year became final, whole months on, cut to the month's last day.

    PP 30/2019 art. 56: whoever fails for a year is given the chance to improve before anything else.
    """
    count = final_on.month - 1 + months
    year, month = final_on.year + count // 12, count % 12 + 1
    until = date(year, month, min(final_on.day, monthrange(year, month)[1]))
    return Improvement(final_on, until, today > until)
