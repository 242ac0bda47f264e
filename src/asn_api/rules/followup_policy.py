"""The criteria of guidance and excellence, as numbers and lists that a region may change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from asn_api.rules.evaluations import EvaluationKind
from asn_api.rules.policy_values import PolicyArea, each_of, many, one_of, whole
from asn_api.rules.ratings import Predicate

_IN_A_ROW = each_of(tuple(EvaluationKind), whole(0, 12))


@dataclass(frozen=True)
class FollowupPolicy(PolicyArea, area="followup"):
    """Counts of final evaluations, by kind, and of feedback in the span; 0 switches a criterion off."""

    guidance_predicates: Annotated[tuple[Predicate, ...], many(one_of(Predicate), 1)]
    guidance_in_a_row: Annotated[Mapping[EvaluationKind, int], _IN_A_ROW]
    guidance_feedback: Annotated[int, whole(0, 100)]
    excellence_predicates: Annotated[tuple[Predicate, ...], many(one_of(Predicate), 1)]
    excellence_in_a_row: Annotated[Mapping[EvaluationKind, int], _IN_A_ROW]
    behaviour_above_in_a_row: Annotated[Mapping[EvaluationKind, int], _IN_A_ROW]
    excellence_feedback: Annotated[int, whole(0, 100)]
    least_evaluations: Annotated[int, whole(1, 12)]
    looked_back_years: Annotated[int, whole(1, 10)]
    failing_predicates: Annotated[tuple[Predicate, ...], many(one_of(Predicate), 1)]
    improvement_months: Annotated[int, whole(1, 24)]
