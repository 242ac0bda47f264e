"""The numbers of evaluations that a regulation or a region may change."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from asn_api.rules.policy_values import PolicyArea, many, one_of, share, whole


class DayType(StrEnum):
    CALENDAR = "CALENDAR"
    WORKING = "WORKING"


class AnnualCombination(StrEnum):
    """Whose rating is the year's when somebody had several plans: no regulation was found to say."""

    LAST_PLAN = "LAST_PLAN"
    LONGEST = "LONGEST"
    MONTH_WEIGHTED = "MONTH_WEIGHTED"


@dataclass(frozen=True)
class EvaluationPolicy(PolicyArea, area="evaluations"):
    """Evaluations: days as the names say, shares of a whole; the hour is of the unit's zone."""

    opens_days_before_end: Annotated[int, whole(0, 31)]
    report_working_days: Annotated[int, whole(0, 60)]
    report_due_days_before: Annotated[tuple[int, ...], many(whole(0, 60))]
    rating_working_days: Annotated[tuple[int, ...], many(whole(1, 60))]
    escalation_working_days: Annotated[tuple[int, ...], many(whole(1, 60))]
    objection_days: Annotated[int, whole(1, 90)]
    objection_day_type: Annotated[DayType, one_of(DayType)]
    statement_working_days: Annotated[int, whole(0, 60)]
    decision_working_days: Annotated[tuple[int, ...], many(whole(1, 60))]
    annual_combination: Annotated[AnnualCombination, one_of(AnnualCombination)]
    most_share: Annotated[Decimal, share("0.5", "0.99")]
    small_part_share: Annotated[Decimal, share("0", "0.5")]
    distribution_most_limit: Annotated[Decimal, share("0", "1")]
    distribution_main_floor: Annotated[Decimal, share("0", "1")]
    distribution_next_floor: Annotated[Decimal, share("0", "1")]
    distribution_top_limit: Annotated[Decimal, share("0", "1")]
    reminder_hour: Annotated[int, whole(0, 23)]
