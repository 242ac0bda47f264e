"""The numbers of 360° assessments that a region may set."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from asn_api.rules.assessments import AssessmentCategory, AssessmentForm, RaterGroup, Rule
from asn_api.rules.policy_values import PolicyArea, Read, each_of, many, one_of, share, whole

DRAWN = (RaterGroup.PEERS, RaterGroup.SUBORDINATES)
BANDS = (AssessmentCategory.VERY_GOOD, AssessmentCategory.GOOD, AssessmentCategory.FAIR)


def _weights(*groups: RaterGroup) -> Read:
    read_all = each_of(groups, share("0", "1"))

    def read(value: Any) -> Mapping[RaterGroup, Decimal]:
        weights = read_all(value)
        if sum(weights.values()) != 1:
            raise ValueError(" + ".join(groups) + " = 1")
        return weights

    return read


_OF_FORM = {
    AssessmentForm.STAFF: _weights(RaterGroup.SUPERIOR, RaterGroup.PEERS),
    AssessmentForm.HEAD: _weights(*RaterGroup),
}


def _by_form(value: Any) -> Mapping[AssessmentForm, Mapping[RaterGroup, Decimal]]:
    given = each_of(tuple(AssessmentForm), lambda weights: weights)(value)
    return {form: read(given[form]) for form, read in _OF_FORM.items()}


def _bands(value: Any) -> Mapping[AssessmentCategory, Decimal]:
    bands = each_of(BANDS, share("0", "100"))(value)
    if not bands[BANDS[0]] > bands[BANDS[1]] > bands[BANDS[2]]:
        raise ValueError(" > ".join(BANDS))
    return bands


@dataclass(frozen=True)
class AssessmentPolicy(PolicyArea, area="assessments"):
    """Weights by form, raters and answers by group, lower bounds of the bands on a scale of 10–100, days."""

    weights: Annotated[Mapping[AssessmentForm, Mapping[RaterGroup, Decimal]], _by_form]
    most_raters: Annotated[Mapping[RaterGroup, int], each_of(DRAWN, whole(1, 50))]
    min_answers: Annotated[Mapping[RaterGroup, int], each_of(tuple(RaterGroup), whole(1, 50))]
    may_be_left_out: Annotated[tuple[RaterGroup, ...], many(one_of(RaterGroup))]
    # A region may ask for more, never for less.
    anonymity_k: Annotated[int, whole(3, 50)]
    bands: Annotated[Mapping[AssessmentCategory, Decimal], _bands]
    min_values: Annotated[int, whole(1, 7)]
    min_open_days: Annotated[int, whole(1, 90)]
    reminder_hour: Annotated[int, whole(0, 23)]
    remind_days_before: Annotated[tuple[int, ...], many(whole(0, 90))]

    @property
    def rule(self) -> Rule:
        return Rule(self.weights, self.min_answers, self.may_be_left_out, self.anonymity_k, self.bands)
