"""The evaluation of a plan for a period: its states and who may change them (PermenPANRB 6/2022, PP 30/2019)."""

from enum import StrEnum


class Periodicity(StrEnum):
    """How often a region evaluates besides once a year. SIASN: 1 monthly, 2 quarterly; it has no half-year."""

    MONTH = "MONTH"
    QUARTER = "QUARTER"
    HALF_YEAR = "HALF_YEAR"


class EvaluationKind(StrEnum):
    PERIODIC = "PERIODIC"
    YEARLY = "YEARLY"


class EvaluationStatus(StrEnum):
    OPEN = "OPEN"
    REPORTED = "REPORTED"
    RATED = "RATED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    OBJECTED = "OBJECTED"
    FINAL = "FINAL"


class ObjectionDecision(StrEnum):
    """PP 30/2019 art. 59: the superior of the evaluator upholds the rating or changes it, finally."""

    UPHELD = "UPHELD"
    CHANGED = "CHANGED"
