"""Ratings and the predicate they lead to (PermenPANRB 6/2022; distribution by SE MenPANRB 3/2023)."""

from collections.abc import Mapping
from enum import StrEnum


class Expectation(StrEnum):
    """How work results or behaviour stand to what the superior expected. SIASN 1–3."""

    ABOVE = "ABOVE"
    MEETS = "MEETS"
    BELOW = "BELOW"


class Predicate(StrEnum):
    """The yearly or periodic predicate of a person. SIASN 1–5, the best first."""

    VERY_GOOD = "VERY_GOOD"
    GOOD = "GOOD"
    NEEDS_IMPROVEMENT = "NEEDS_IMPROVEMENT"
    POOR = "POOR"
    VERY_POOR = "VERY_POOR"


class OrganisationPredicate(StrEnum):
    """What an agency achieved in a period, as its superior judged it."""

    EXCELLENT = "EXCELLENT"
    GOOD = "GOOD"
    NEEDS_IMPROVEMENT = "NEEDS_IMPROVEMENT"
    POOR = "POOR"
    VERY_POOR = "VERY_POOR"


class CoreValue(StrEnum):
    """The seven core values of civil servants, BerAKHLAK (SE MenPANRB 20/2021), in their order."""

    SERVICE_ORIENTED = "SERVICE_ORIENTED"
    ACCOUNTABLE = "ACCOUNTABLE"
    COMPETENT = "COMPETENT"
    HARMONIOUS = "HARMONIOUS"
    LOYAL = "LOYAL"
    ADAPTIVE = "ADAPTIVE"
    COLLABORATIVE = "COLLABORATIVE"


NINE_CELLS: Mapping[tuple[Expectation, Expectation], Predicate] = {
    (Expectation.ABOVE, Expectation.ABOVE): Predicate.VERY_GOOD,
    (Expectation.ABOVE, Expectation.MEETS): Predicate.GOOD,
    (Expectation.ABOVE, Expectation.BELOW): Predicate.POOR,
    (Expectation.MEETS, Expectation.ABOVE): Predicate.GOOD,
    (Expectation.MEETS, Expectation.MEETS): Predicate.GOOD,
    (Expectation.MEETS, Expectation.BELOW): Predicate.POOR,
    (Expectation.BELOW, Expectation.ABOVE): Predicate.NEEDS_IMPROVEMENT,
    (Expectation.BELOW, Expectation.MEETS): Predicate.NEEDS_IMPROVEMENT,
    (Expectation.BELOW, Expectation.BELOW): Predicate.VERY_POOR,
}


def predicate(work_result: Expectation, behaviour: Expectation) -> Predicate:
    """The predicate by the nine cells of PermenPANRB 6/2022. A table, because no arithmetic on codes gives it."""
    return NINE_CELLS[work_result, behaviour]
