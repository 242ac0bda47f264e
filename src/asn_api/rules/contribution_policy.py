"""The numbers of the contribution analysis."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from asn_api.rules.policy_values import PolicyArea, share, whole


@dataclass(frozen=True)
class ContributionPolicy(PolicyArea, area="contribution"):
    """`non_task_share` of verified minutes above which somebody looks; attainment is capped at percent."""

    non_task_share: Annotated[Decimal, share("0", "1")]
    attainment_cap: Annotated[int, whole(100, 1000)]
