"""The numbers of planning: periods, the day a plan is due, and when whom is reminded."""

from dataclasses import dataclass
from typing import Annotated

from asn_api.rules.evaluations import Periodicity
from asn_api.rules.policy_values import PolicyArea, many, one_of, text, whole


@dataclass(frozen=True)
class PlanPolicy(PolicyArea, area="plans"):
    """Days are calendar days unless the name says working days; the hour is of the unit's zone."""

    periodicity: Annotated[Periodicity, one_of(Periodicity)]
    due_day_of_january: Annotated[int, whole(1, 31)]
    due_days_in_new_post: Annotated[int, whole(1, 365)]
    missing_days_before: Annotated[tuple[int, ...], many(whole(0, 60))]
    missing_days_after: Annotated[tuple[int, ...], many(whole(1, 365))]
    escalation_days_after: Annotated[tuple[int, ...], many(whole(1, 365))]
    decision_working_days: Annotated[tuple[int, ...], many(whole(1, 60))]
    undecided_working_days: Annotated[tuple[int, ...], many(whole(1, 60))]
    reminder_hour: Annotated[int, whole(0, 23)]
    standings_without_plan: Annotated[tuple[str, ...], many(text)]
