"""What the ratings of single results and values suggest for the whole; the evaluator decides.

A blank is neither a zero nor an average: it is left out, and where it could tip the scales nothing is suggested.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from asn_api.rules.plans import ResultKind
from asn_api.rules.ratings import CoreValue, Expectation, OrganisationPredicate


class SuggestionReason(StrEnum):
    MOST_ABOVE = "MOST_ABOVE"
    MOST_AS_EXPECTED = "MOST_AS_EXPECTED"
    MOST_BELOW = "MOST_BELOW"
    BETWEEN = "BETWEEN"
    NO_PRIMARY_RATED = "NO_PRIMARY_RATED"
    VALUES_BALANCED = "VALUES_BALANCED"
    VALUES_NOT_RATED = "VALUES_NOT_RATED"
    ORGANISATION_RATING = "ORGANISATION_RATING"


@dataclass(frozen=True)
class RatedResult:
    kind: ResultKind
    rating: Expectation | None


@dataclass(frozen=True)
class Suggestion:
    """`rating` is None when nothing can be suggested; `counts` has what was counted."""

    rating: Expectation | None
    reason: SuggestionReason
    counts: dict[str, int]


def suggest_work_result(results: Sequence[RatedResult], most: Decimal, small_part: Decimal) -> Suggestion:
    """Work results as a whole (PermenPANRB 6/2022; `most` of all rated, strictly more than that share).

    ABOVE: most above and no primary result below. MEETS: most not below, and of the primary results at most
    the `small_part` below. BELOW: most below. What lies between is suggested to nobody.
    """
    rated = [each for each in results if each.rating is not None]
    counted = Counter(each.rating for each in rated)
    primary = [each for each in rated if each.kind is ResultKind.PRIMARY]
    primary_below = sum(each.rating is Expectation.BELOW for each in primary)
    counts = {
        "rated": len(rated),
        "blank": len(results) - len(rated),
        "above": counted[Expectation.ABOVE],
        "meets": counted[Expectation.MEETS],
        "below": counted[Expectation.BELOW],
        "primary": len(primary),
        "primary_below": primary_below,
    }
    threshold = most * len(rated)
    if not primary:
        return Suggestion(None, SuggestionReason.NO_PRIMARY_RATED, counts)
    if counts["below"] > threshold:
        return Suggestion(Expectation.BELOW, SuggestionReason.MOST_BELOW, counts)
    if counts["above"] > threshold and not primary_below:
        return Suggestion(Expectation.ABOVE, SuggestionReason.MOST_ABOVE, counts)
    if len(rated) - counts["below"] > threshold and primary_below <= small_part * len(primary):
        return Suggestion(Expectation.MEETS, SuggestionReason.MOST_AS_EXPECTED, counts)
    return Suggestion(None, SuggestionReason.BETWEEN, counts)


_ACHIEVED = {
    OrganisationPredicate.EXCELLENT: Expectation.ABOVE,
    OrganisationPredicate.GOOD: Expectation.MEETS,
    OrganisationPredicate.NEEDS_IMPROVEMENT: Expectation.BELOW,
    OrganisationPredicate.POOR: Expectation.BELOW,
    OrganisationPredicate.VERY_POOR: Expectation.BELOW,
}


def suggest_for_head(achieved: OrganisationPredicate) -> Suggestion:
    """For the head of an agency its achievement is his work result (SE MenPANRB 3/2023); the scales differ."""
    return Suggestion(_ACHIEVED[achieved], SuggestionReason.ORGANISATION_RATING, {})


def suggest_behaviour(values: Sequence[Expectation | None], most: Decimal) -> Suggestion:
    """Behaviour as the majority of the seven core values; MEETS when neither extreme has it.

    With blanks only what no rating of them could change (no threshold was found in a regulation).
    """
    total = len(CoreValue)
    counted = Counter(values)
    blank = total - sum(each is not None for each in values)
    counts = {
        "above": counted[Expectation.ABOVE],
        "meets": counted[Expectation.MEETS],
        "below": counted[Expectation.BELOW],
        "blank": blank,
    }
    threshold = most * total
    if counts["above"] > threshold:
        return Suggestion(Expectation.ABOVE, SuggestionReason.MOST_ABOVE, counts)
    if counts["below"] > threshold:
        return Suggestion(Expectation.BELOW, SuggestionReason.MOST_BELOW, counts)
    if max(counts["above"], counts["below"]) + blank > threshold:
        return Suggestion(None, SuggestionReason.VALUES_NOT_RATED, counts)
    return Suggestion(Expectation.MEETS, SuggestionReason.VALUES_BALANCED, counts)
