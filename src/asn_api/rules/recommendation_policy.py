"""How far recommendations look, as numbers that a region may change."""

from dataclasses import dataclass
from typing import Annotated

from asn_api.rules.policy_values import PolicyArea, whole


@dataclass(frozen=True)
class RecommendationPolicy(PolicyArea, area="recommendation"):
    """`repeat_after_years`: a course completed since then is not recommended again; `most`: per person."""

    repeat_after_years: Annotated[int, whole(0, 20)]
    most: Annotated[int, whole(1, 50)]
