"""The professionalism index (IP ASN) of a year with its four parts: Peraturan BKN 8/2019."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from asn_api.rules.organization import PositionKind
from asn_api.rules.ratings import Predicate


class IndexDimension(StrEnum):
    QUALIFICATION = "QUALIFICATION"
    COMPETENCE = "COMPETENCE"
    PERFORMANCE = "PERFORMANCE"
    DISCIPLINE = "DISCIPLINE"


class ProfessionalismCategory(StrEnum):
    VERY_HIGH = "VERY_HIGH"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    VERY_LOW = "VERY_LOW"


class EducationStep(StrEnum):
    """The steps of formal education that the index tells apart."""

    DOCTOR = "DOCTOR"
    MASTER = "MASTER"
    BACHELOR = "BACHELOR"
    DIPLOMA = "DIPLOMA"
    SECONDARY = "SECONDARY"
    PRIMARY = "PRIMARY"


class IndexTraining(StrEnum):
    """What is asked for in the part of competence; each certificate serves one of them only."""

    LEADERSHIP = "LEADERSHIP"
    FUNCTIONAL = "FUNCTIONAL"
    HOURS = "HOURS"
    SEMINAR = "SEMINAR"


class SanctionLevel(StrEnum):
    """The gravest sanction (PP 94/2021) that still counts; NONE is a finding too, unlike no record."""

    NONE = "NONE"
    LIGHT = "LIGHT"
    MEDIUM = "MEDIUM"
    SEVERE = "SEVERE"


class MissingRecord(StrEnum):
    """What a missing sanction record means: nothing is known, or the region vouches that there was none."""

    UNKNOWN = "UNKNOWN"
    NONE = "NONE"


class IndexGap(StrEnum):
    """Why a part cannot be told."""

    EDUCATION_UNKNOWN = "EDUCATION_UNKNOWN"
    NO_POST = "NO_POST"
    NOT_EVALUATED = "NOT_EVALUATED"
    NOT_FINAL = "NOT_FINAL"
    NO_DISCIPLINE_RECORDS = "NO_DISCIPLINE_RECORDS"
    SANCTION_LEVEL_UNKNOWN = "SANCTION_LEVEL_UNKNOWN"


EDUCATION: Mapping[str, EducationStep] = {
    "05": EducationStep.PRIMARY,
    "10": EducationStep.PRIMARY,
    "12": EducationStep.PRIMARY,
    "15": EducationStep.SECONDARY,
    "17": EducationStep.SECONDARY,
    "18": EducationStep.SECONDARY,
    "20": EducationStep.SECONDARY,
    "25": EducationStep.SECONDARY,
    "30": EducationStep.DIPLOMA,
    "35": EducationStep.BACHELOR,
    "40": EducationStep.BACHELOR,
    "45": EducationStep.MASTER,
    "50": EducationStep.DOCTOR,
}
"""By SIASN's code of the education level."""

SANCTIONED = "15"
"""SIASN's legal standing of somebody under a sanction; it does not say which."""


@dataclass(frozen=True)
class IndexRule:
    """Points of Peraturan BKN 8/2019; `weights` are the most that each part can give, together 100.

    `hours` are needed in the year for the component that asks for hours.
    """

    weights: Mapping[IndexDimension, Decimal]
    qualification: Mapping[EducationStep, Decimal]
    competence: Mapping[PositionKind, Mapping[IndexTraining, Decimal]]
    performance: Mapping[Predicate, Decimal]
    discipline: Mapping[SanctionLevel, Decimal]
    unrecorded: MissingRecord
    hours: int
    categories: Mapping[ProfessionalismCategory, Decimal]


@dataclass(frozen=True)
class IndexFacts:
    """What is known of one person for a year.

    `hours` are those of the year outside of leadership, functional training and seminars. `judged`: a yearly
    evaluation is there, final or not. `sanction` is None where no record is kept of it.
    """

    education_code: str | None
    position: PositionKind | None
    leadership: bool
    functional: bool
    hours: int
    seminar: bool
    predicate: Predicate | None
    judged: bool
    legal_standing_code: str
    sanction: SanctionLevel | None = None


@dataclass(frozen=True)
class Part:
    """One part: points from 0 to `most`, or None with the reason; `found` says in a word what they rest on."""

    dimension: IndexDimension
    points: Decimal | None
    most: Decimal
    missing: IndexGap | None
    found: tuple[str, ...]


@dataclass(frozen=True)
class Index:
    """`total` counts unknown parts as 0, `at_most` as all their points. `category` is told only where both agree."""

    parts: tuple[Part, ...]
    total: Decimal
    at_most: Decimal
    category: ProfessionalismCategory | None

    @property
    def complete(self) -> bool:
        return all(part.points is not None for part in self.parts)


def category_of(
    total: Decimal, categories: Mapping[ProfessionalismCategory, Decimal]
) -> ProfessionalismCategory:
    """By the lower bounds; a fraction between two published bands belongs to the lower one."""
    reached = [name for name, least in categories.items() if total >= least]
    return max(reached, key=lambda name: categories[name]) if reached else ProfessionalismCategory.VERY_LOW


def index(facts: IndexFacts, rule: IndexRule) -> Index:
    """The four parts and their sum, 0–100, never rounded: all points are whole or halves."""
    parts = (
        _qualification(facts, rule),
        _competence(facts, rule),
        _performance(facts, rule),
        _discipline(facts, rule),
    )
    total = sum((part.points for part in parts if part.points is not None), Decimal(0))
    at_most = total + sum((part.most for part in parts if part.points is None), Decimal(0))
    low, high = category_of(total, rule.categories), category_of(at_most, rule.categories)
    return Index(parts, total, at_most, low if low is high else None)


def _part(
    rule: IndexRule,
    dimension: IndexDimension,
    points: Decimal | None,
    *found: str,
    missing: IndexGap | None = None,
) -> Part:
    most = rule.weights[dimension]
    return Part(dimension, None if points is None else min(points, most), most, missing, found)


def _qualification(facts: IndexFacts, rule: IndexRule) -> Part:
    level = EDUCATION.get(facts.education_code or "")
    if level is None:
        return _part(rule, IndexDimension.QUALIFICATION, None, missing=IndexGap.EDUCATION_UNKNOWN)
    return _part(rule, IndexDimension.QUALIFICATION, rule.qualification[level], level)


def _competence(facts: IndexFacts, rule: IndexRule) -> Part:
    if facts.position is None:
        return _part(rule, IndexDimension.COMPETENCE, None, missing=IndexGap.NO_POST)
    has = {
        IndexTraining.LEADERSHIP: facts.leadership,
        IndexTraining.FUNCTIONAL: facts.functional,
        IndexTraining.HOURS: facts.hours >= rule.hours,
        IndexTraining.SEMINAR: facts.seminar,
    }
    wanted = rule.competence[facts.position]
    reached = [each for each in wanted if has[each]]
    return _part(
        rule, IndexDimension.COMPETENCE, sum((wanted[each] for each in reached), Decimal(0)), *reached
    )


def _performance(facts: IndexFacts, rule: IndexRule) -> Part:
    if facts.predicate is None:
        missing = IndexGap.NOT_FINAL if facts.judged else IndexGap.NOT_EVALUATED
        return _part(rule, IndexDimension.PERFORMANCE, None, missing=missing)
    return _part(rule, IndexDimension.PERFORMANCE, rule.performance[facts.predicate], facts.predicate)


def _discipline(facts: IndexFacts, rule: IndexRule) -> Part:
    """No record is not the same as no sanction: full points only where the region's policy vouches for it."""
    sanction = facts.sanction
    if sanction is None:
        if facts.legal_standing_code == SANCTIONED:
            return _part(rule, IndexDimension.DISCIPLINE, None, missing=IndexGap.SANCTION_LEVEL_UNKNOWN)
        if rule.unrecorded is MissingRecord.UNKNOWN:
            return _part(rule, IndexDimension.DISCIPLINE, None, missing=IndexGap.NO_DISCIPLINE_RECORDS)
        sanction = SanctionLevel.NONE
    return _part(rule, IndexDimension.DISCIPLINE, rule.discipline[sanction], sanction)
