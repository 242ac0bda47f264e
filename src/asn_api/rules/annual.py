"""The year of a person who had several plans: whose rating is the year's (PermenPANRB 6/2022 does not say)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asn_api.rules.calendar import ONE_DAY, days_between
from asn_api.rules.evaluation_policy import AnnualCombination
from asn_api.rules.ratings import Expectation, Predicate, predicate


@dataclass(frozen=True)
class Segment:
    """A plan's days (both included) of one year, with its yearly ratings; None while there are none."""

    plan_id: UUID
    first: date
    last: date
    work_result: Expectation | None
    behaviour: Expectation | None


@dataclass(frozen=True)
class YearResult:
    """`predicate` is None while a rating that counts is missing; `counted` are the plans it follows from."""

    work_result: Expectation | None
    behaviour: Expectation | None
    predicate: Predicate | None
    counted: tuple[UUID, ...]
    missing: tuple[UUID, ...]


def months_of(segments: Sequence[Segment]) -> dict[UUID, int]:
    """Whole months of each segment: a month belongs to whoever has most of its days, the later one at a tie."""
    months = dict.fromkeys((each.plan_id for each in segments), 0)
    ordered = sorted(segments, key=lambda each: each.first)
    for month in range(1, 13):
        shares = [(_days_in(each, month), place) for place, each in enumerate(ordered)]
        days, place = max(shares, default=(0, 0))
        if days:
            months[ordered[place].plan_id] += 1
    return months


def _days_in(segment: Segment, month: int) -> int:
    first = date(segment.first.year, month, 1)
    last = date(segment.first.year, 12, 31) if month == 12 else date(first.year, month + 1, 1) - ONE_DAY
    return len(list(days_between(max(first, segment.first), min(last, segment.last))))


def year_result(segments: Sequence[Segment], combination: AnnualCombination) -> YearResult:
    """The year's ratings and the predicate that follows from them by the nine cells.

    LAST_PLAN: of the plan in force last. LONGEST: of the one with most days, the later one at a tie.
    MONTH_WEIGHTED: on each side the rating that, from the best down, first covers half of the months or more.
    A rating that counts and is missing leaves the year open; it is never taken for a bad one.
    """
    if not segments:
        return YearResult(None, None, None, (), ())
    ordered = sorted(segments, key=lambda each: each.first)
    match combination:
        case AnnualCombination.LAST_PLAN:
            counted = ordered[-1:]
        case AnnualCombination.LONGEST:
            counted = [max(ordered, key=lambda each: ((each.last - each.first).days, each.first))]
        case AnnualCombination.MONTH_WEIGHTED:
            counted = ordered
    ids = tuple(each.plan_id for each in counted)
    missing = tuple(each.plan_id for each in counted if each.work_result is None or each.behaviour is None)
    if missing:
        return YearResult(None, None, None, ids, missing)
    months = months_of(counted)
    work_result = _median([(each.work_result, months[each.plan_id]) for each in counted])
    behaviour = _median([(each.behaviour, months[each.plan_id]) for each in counted])
    if work_result is None or behaviour is None:
        return YearResult(None, None, None, ids, ids)
    return YearResult(work_result, behaviour, predicate(work_result, behaviour), ids, ())


def _median(weighted: Sequence[tuple[Expectation | None, int]]) -> Expectation | None:
    """The weighted median, the better one at a tie; a single rating whatever its weight."""
    if len(weighted) == 1:
        return weighted[0][0]
    total = sum(weight for _, weight in weighted)
    reached = 0
    for rating in Expectation:
        reached += sum(weight for each, weight in weighted if each is rating)
        if total and 2 * reached >= total:
            return rating
    return None
