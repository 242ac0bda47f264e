"""The numbers of credit points: percentages, yearly coefficients, needs of ranks and levels."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from asn_api.rules.credits import CreditLevel, Needed, Requirements
from asn_api.rules.policy_values import PolicyArea, each_of, many, one_of, share, text, whole
from asn_api.rules.ratings import Predicate

_POINTS = share("0", "10000")


def _needed(value: Any) -> Needed:
    if not isinstance(value, Mapping) or set(value) != {"per_rank", "per_level", "grades"}:
        raise ValueError('{"per_rank", "per_level", "grades"}')
    per_level = None if value["per_level"] is None else _POINTS(value["per_level"])
    return Needed(_POINTS(value["per_rank"]), per_level, many(text, 1)(value["grades"]))


@dataclass(frozen=True)
class CreditPolicy(PolicyArea, area="credits"):
    """Percent of the coefficient by predicate, coefficients a year by level, points in all by level, whole years."""

    percentages: Annotated[Mapping[Predicate, Decimal], each_of(tuple(Predicate), share("0", "1000"))]
    coefficients: Annotated[Mapping[CreditLevel, Decimal], each_of(tuple(CreditLevel), share("0", "1000"))]
    needs: Annotated[Mapping[CreditLevel, Needed], each_of(tuple(CreditLevel), _needed)]
    rank_min_years: Annotated[int, whole(0, 40)]
    rank_predicate_years: Annotated[int, whole(1, 10)]
    level_predicate_years: Annotated[int, whole(1, 10)]
    least_predicate: Annotated[Predicate, one_of(Predicate)]

    @property
    def requirements(self) -> Requirements:
        return Requirements(
            self.rank_min_years, self.rank_predicate_years, self.level_predicate_years, self.least_predicate
        )
