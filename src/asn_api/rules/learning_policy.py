"""The numbers of learning hours, of the professionalism index and of the evaluation of training."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from asn_api.rules.courses import CourseKind
from asn_api.rules.learning_hours import YearlyHours
from asn_api.rules.organization import PositionKind
from asn_api.rules.people import Employment
from asn_api.rules.policy_values import PolicyArea, each_of, many, one_of, share, whole
from asn_api.rules.professionalism import (
    EducationStep,
    IndexDimension,
    IndexRule,
    IndexTraining,
    MissingRecord,
    ProfessionalismCategory,
    SanctionLevel,
)
from asn_api.rules.ratings import Predicate

_POINTS = share("0", "100")
_WHOLE_OR_NONE = whole(0, 1000)
_BANDS = tuple(each for each in ProfessionalismCategory if each is not ProfessionalismCategory.VERY_LOW)


def _yearly_hours(value: Any) -> YearlyHours:
    if not isinstance(value, Mapping) or set(value) != {"minimum", "maximum"}:
        raise ValueError('{"minimum", "maximum"}')
    minimum, maximum = (
        None if value[name] is None else _WHOLE_OR_NONE(value[name]) for name in ("minimum", "maximum")
    )
    if minimum is not None and maximum is not None and minimum > maximum:
        raise ValueError("minimum ≤ maximum")
    return YearlyHours(minimum, maximum)


def _points_by_training(value: Any) -> Mapping[IndexTraining, Decimal]:
    if not isinstance(value, Mapping) or not value or not value.keys() <= set(IndexTraining):
        raise ValueError('{"HOURS": "22.5", "SEMINAR": "17.5"}')
    return {IndexTraining(key): _POINTS(points) for key, points in value.items()}


def _weights(value: Any) -> Mapping[IndexDimension, Decimal]:
    weights: Mapping[IndexDimension, Decimal] = each_of(tuple(IndexDimension), _POINTS)(value)
    if sum(weights.values()) != 100:
        raise ValueError("Σ = 100")
    return weights


@dataclass(frozen=True)
class LearningPolicy(PolicyArea, area="learning"):
    """Minutes of a lesson hour (JP); the year's minimum and maximum by employment; days, months and the least group
    whose answers about a training are shown."""

    minutes_per_hour: Annotated[int, whole(1, 240)]
    yearly_hours: Annotated[Mapping[Employment, YearlyHours], each_of(tuple(Employment), _yearly_hours)]
    reaction_days: Annotated[int, whole(1, 90)]
    behaviour_after_months: Annotated[int, whole(1, 24)]
    behaviour_months: Annotated[int, whole(1, 12)]
    colleagues_asked: Annotated[int, whole(0, 10)]
    remind_days_before: Annotated[tuple[int, ...], many(whole(0, 60))]
    # Below three, whoever knows his own answer and one other knows the third.
    least_answers: Annotated[int, whole(3, 50)]


@dataclass(frozen=True)
class ProfessionalismPolicy(PolicyArea, area="professionalism"):
    """Points of the index by part, the kinds of training that serve each component, lower bounds of categories."""

    weights: Annotated[Mapping[IndexDimension, Decimal], _weights]
    qualification: Annotated[Mapping[EducationStep, Decimal], each_of(tuple(EducationStep), _POINTS)]
    competence: Annotated[
        Mapping[PositionKind, Mapping[IndexTraining, Decimal]],
        each_of(tuple(PositionKind), _points_by_training),
    ]
    performance: Annotated[Mapping[Predicate, Decimal], each_of(tuple(Predicate), _POINTS)]
    discipline: Annotated[Mapping[SanctionLevel, Decimal], each_of(tuple(SanctionLevel), _POINTS)]
    discipline_without_record: Annotated[MissingRecord, one_of(MissingRecord)]
    hours: Annotated[int, whole(1, 1000)]
    seminar_years: Annotated[int, whole(1, 10)]
    leadership_kinds: Annotated[tuple[CourseKind, ...], many(one_of(CourseKind), 1)]
    functional_kinds: Annotated[tuple[CourseKind, ...], many(one_of(CourseKind), 1)]
    seminar_kinds: Annotated[tuple[CourseKind, ...], many(one_of(CourseKind), 1)]
    categories: Annotated[Mapping[ProfessionalismCategory, Decimal], each_of(_BANDS, _POINTS)]

    @property
    def rule(self) -> IndexRule:
        return IndexRule(
            self.weights,
            self.qualification,
            self.competence,
            self.performance,
            self.discipline,
            self.discipline_without_record,
            self.hours,
            self.categories,
        )
