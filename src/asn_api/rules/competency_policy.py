"""The numbers of competencies: required levels, sources and their validity, the scheme of job fit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from asn_api.rules.competencies import (
    CompetencyGroup,
    EvidenceSource,
    FitCategory,
    PositionTier,
    Weighing,
)
from asn_api.rules.policy_values import PolicyArea, each_of, many, one_of, share, whole, yes_or_no

_MONTHS = whole(1, 240)
_STEPS = (FitCategory.MEETS_REQUIREMENT, FitCategory.PARTLY_MEETS)


def _months_or_for_good(value: Any) -> int | None:
    return None if value is None else int(_MONTHS(value))


def _falling(value: Any) -> Mapping[FitCategory, Decimal]:
    read: Mapping[FitCategory, Decimal] = each_of(_STEPS, share("0", "500"))(value)
    if read[_STEPS[0]] <= read[_STEPS[1]]:
        raise ValueError("MEETS_REQUIREMENT > PARTLY_MEETS")
    return read


def _but_oneself(value: Any) -> EvidenceSource:
    source = one_of(EvidenceSource)(value)
    if source is EvidenceSource.SELF:
        raise ValueError("≠ SELF")
    return source


@dataclass(frozen=True)
class CompetencyPolicy(PolicyArea, area="competencies"):
    """Levels 1–5, months (null: for good), percent. Sources not in `source_order` are shown and never count."""

    required_levels: Annotated[Mapping[PositionTier, int], each_of(tuple(PositionTier), whole(1, 5))]
    default_criticality: Annotated[int, whole(1, 5)]
    source_order: Annotated[tuple[EvidenceSource, ...], many(one_of(EvidenceSource), 1)]
    raising_sources: Annotated[tuple[EvidenceSource, ...], many(_but_oneself)]
    raise_limit: Annotated[int, whole(0, 4)]
    valid_months: Annotated[
        Mapping[EvidenceSource, int | None], each_of(tuple(EvidenceSource), _months_or_for_good)
    ]
    fit_groups: Annotated[tuple[CompetencyGroup, ...], many(one_of(CompetencyGroup), 1)]
    fit_capped: Annotated[bool, yes_or_no]
    fit_thresholds: Annotated[Mapping[FitCategory, Decimal], _falling]

    @property
    def weighing(self) -> Weighing:
        return Weighing(self.source_order, self.raising_sources, self.raise_limit)
