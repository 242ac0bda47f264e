"""The numbers of training needs: points by source, what counts as high, what learning costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from asn_api.rules.competencies import NationalCompetency
from asn_api.rules.development import LearningForm, NotePriority
from asn_api.rules.needs import NeedSource
from asn_api.rules.policy_values import PolicyArea, each_of, one_of, whole
from asn_api.rules.ratings import Predicate

_POINTS = whole(0, 100)
SAID = (NeedSource.NOTE, NeedSource.REQUEST, NeedSource.PROPOSAL, NeedSource.SURVEY)


@dataclass(frozen=True)
class DevelopmentPolicy(PolicyArea, area="development"):
    """Points (0: not counted), months, whole rupiah a person. What an evaluation finds below expectations is
    a need for one national competency each.
    """

    gap_points: Annotated[int, _POINTS]
    evaluation_points: Annotated[Mapping[Predicate, int], each_of(tuple(Predicate), _POINTS)]
    evaluation_months: Annotated[int, whole(1, 60)]
    work_result_competency: Annotated[NationalCompetency, one_of(NationalCompetency)]
    behaviour_competency: Annotated[NationalCompetency, one_of(NationalCompetency)]
    said_points: Annotated[
        Mapping[NeedSource, Mapping[NotePriority, int]], each_of(SAID, each_of(tuple(NotePriority), _POINTS))
    ]
    high_from: Annotated[int, whole(1, 1000)]
    medium_from: Annotated[int, whole(1, 1000)]
    usual_form: Annotated[LearningForm, one_of(LearningForm)]
    cost_estimates: Annotated[
        Mapping[LearningForm, int], each_of(tuple(LearningForm), whole(0, 1_000_000_000))
    ]
