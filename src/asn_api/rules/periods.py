"""The periods of a plan: calendar months, quarters or half-years, as far as the plan covers them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from asn_api.errors import Fault
from asn_api.rules.evaluations import Periodicity

MONTHS = {Periodicity.MONTH: 1, Periodicity.QUARTER: 3, Periodicity.HALF_YEAR: 6}


@dataclass(frozen=True, slots=True)
class Period:
    """`number` counts within the calendar year from 1; the days are those that the plan covers."""

    number: int
    first: date
    last: date


def periods(first: date, last: date, periodicity: Periodicity) -> Iterator[Period]:
    """The calendar periods that the days touch, the first and last one cut to them; all in one year."""
    months = MONTHS[periodicity]
    for number in range((first.month - 1) // months + 1, (last.month - 1) // months + 2):
        start = date(first.year, (number - 1) * months + 1, 1)
        end = (date(first.year, number * months, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        yield Period(number, max(start, first), min(end, last))


@dataclass(frozen=True, slots=True)
class PeriodTarget:
    until: date
    value: Decimal | None
    text: str | None


def period_target_faults(
    pointer: str, targets: Sequence[PeriodTarget], first: date, last: date, periodicity: Periodicity
) -> list[Fault]:
    """A target says something and is due on the last day of a period; each period has one at most.

    Months are always possible, because a region that has changed its periods keeps the targets there are.
    """
    ends = {period.last for period in periods(first, last, periodicity)}
    possible = ends | {period.last for period in periods(first, last, Periodicity.MONTH)}
    named = ", ".join(sorted(day.isoformat() for day in ends))
    faults = []
    seen: set[date] = set()
    for number, target in enumerate(targets):
        place = f"{pointer}/{number}"
        if target.until not in possible:
            faults.append(Fault(f"{place}/until", "PLAN_TARGET_NOT_AT_END", {"ends": named}))
        elif target.until in seen:
            faults.append(Fault(f"{place}/until", "PLAN_TARGET_TWICE"))
        seen.add(target.until)
        if target.value is None and target.text is None:
            faults.append(Fault(f"{place}/target_value", "PLAN_TARGET_MISSING"))
    return faults
