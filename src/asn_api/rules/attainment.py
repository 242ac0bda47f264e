"""How far an indicator was attained, in percent: advisory, shown beside the effort, never a rating."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from asn_api.rules.contribution import percent
from asn_api.rules.plans import Polarity

Known = tuple[Fraction, int]
"""A sum of percents, and of how many indicators."""


# Dashboards ask for the same few thousand again and again.
@lru_cache(maxsize=16384)
def attainment(
    polarity: Polarity, target: Decimal | None, upper: Decimal | None, realisation: Decimal | None
) -> Fraction | None:
    """Percent, exact and not capped, never below 0; None of what is told in words or not reported.

    HIGHER_IS_BETTER: realisation ÷ target. LOWER_IS_BETTER: 1 + (1 − realisation ÷ target). WITHIN_RANGE: 100
    from `target` to `upper`, below it as what should be higher, above it as what should be lower. A target of
    0 or less divides nothing: None (the old arithmetic of PP 30/2019; since PermenPANRB 6/2022 no formula
    decides a rating).
    """
    if target is None or realisation is None:
        return None
    actual, aim = Fraction(realisation), Fraction(target)
    match polarity:
        case Polarity.HIGHER_IS_BETTER:
            return _of(actual, aim)
        case Polarity.LOWER_IS_BETTER:
            return _below(actual, aim)
    if upper is None:
        return None
    highest = Fraction(upper)
    if aim <= actual <= highest:
        return Fraction(100)
    return _of(actual, aim) if actual < aim else _below(actual, highest)


def _of(actual: Fraction, aim: Fraction) -> Fraction | None:
    return max(Fraction(0), 100 * actual / aim) if aim > 0 else None


def _below(actual: Fraction, aim: Fraction) -> Fraction | None:
    return max(Fraction(0), 200 - 100 * actual / aim) if aim > 0 else None


def capped(found: Fraction | None, cap: int) -> Fraction | None:
    """At most `cap` percent: one runaway indicator must not hide the others."""
    return None if found is None else min(found, Fraction(cap))


def known(found: Iterable[Fraction | None], cap: int) -> Known:
    """Those that are known, each capped first: their sum and how many they are."""
    most = Fraction(cap)
    each = [min(one, most) for one in found if one is not None]
    return _sum(each), len(each)


def mean(parts: Iterable[Known]) -> Decimal | None:
    """Of all that is known in these parts; percent with 1 decimal, half up; None when nothing is known."""
    held = list(parts)
    number = sum([count for _, count in held])
    if not number:
        return None
    total = _sum([total for total, _ in held])
    return percent(Fraction(total.numerator, total.denominator * number))


def _sum(parts: Sequence[Fraction]) -> Fraction:
    """Exact; those of one denominator are added as integers, for adding fractions looks for a common one each time."""
    if len(parts) == 1:
        return parts[0]
    numerators: dict[int, int] = defaultdict(int)
    for part in parts:
        numerators[part.denominator] += part.numerator
    return sum((Fraction(number, whole) for whole, number in numerators.items()), Fraction(0))
