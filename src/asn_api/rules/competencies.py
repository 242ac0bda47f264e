"""Competencies: what a position asks for, what a person holds on a day, the gap, and the job fit (JPM)."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from asn_api.errors import Problem
from asn_api.rules import reference
from asn_api.rules.credits import CreditLevel
from asn_api.rules.organization import PositionKind

LEVELS = range(1, 6)
PERCENT = Decimal("0.01")


class CompetencyGroup(StrEnum):
    MANAGERIAL = "MANAGERIAL"
    SOCIO_CULTURAL = "SOCIO_CULTURAL"
    TECHNICAL = "TECHNICAL"


class NationalCompetency(StrEnum):
    """The nine that every position asks for (PermenPANRB 38/2017): eight managerial, one socio-cultural."""

    INTEGRITY = "INTEGRITY"
    COOPERATION = "COOPERATION"
    COMMUNICATION = "COMMUNICATION"
    RESULT_ORIENTATION = "RESULT_ORIENTATION"
    PUBLIC_SERVICE = "PUBLIC_SERVICE"
    SELF_OTHERS_DEVELOPMENT = "SELF_OTHERS_DEVELOPMENT"
    MANAGING_CHANGE = "MANAGING_CHANGE"
    DECISION_MAKING = "DECISION_MAKING"
    NATION_UNIFIER = "NATION_UNIFIER"


class PositionTier(StrEnum):
    """The level of a position: structural ones by echelon, functional ones by jenjang, and general staff."""

    JPT_UTAMA = "JPT_UTAMA"
    JPT_MADYA = "JPT_MADYA"
    JPT_PRATAMA = "JPT_PRATAMA"
    ADMINISTRATOR = "ADMINISTRATOR"
    PENGAWAS = "PENGAWAS"
    PELAKSANA = "PELAKSANA"
    PEMULA = "PEMULA"
    TERAMPIL = "TERAMPIL"
    MAHIR = "MAHIR"
    PENYELIA = "PENYELIA"
    AHLI_PERTAMA = "AHLI_PERTAMA"
    AHLI_MUDA = "AHLI_MUDA"
    AHLI_MADYA = "AHLI_MADYA"
    AHLI_UTAMA = "AHLI_UTAMA"


class EvidenceSource(StrEnum):
    """Where a level is known from. What TRAINING and CERTIFICATE say comes from completed courses and papers."""

    ASSESSMENT_CENTRE = "ASSESSMENT_CENTRE"
    CERTIFICATE = "CERTIFICATE"
    SUPERIOR = "SUPERIOR"
    TRAINING = "TRAINING"
    SELF = "SELF"


class GapStatus(StrEnum):
    """NOT_ASSESSED: nothing that counts says which level the person holds; it is not level 0."""

    GAP = "GAP"
    MET = "MET"
    EXCEEDS = "EXCEEDS"
    NOT_ASSESSED = "NOT_ASSESSED"


class FitCategory(StrEnum):
    """MS, MMS and KMS of the published scheme; a region's own thresholds keep the three steps."""

    MEETS_REQUIREMENT = "MEETS_REQUIREMENT"
    PARTLY_MEETS = "PARTLY_MEETS"
    BELOW_REQUIREMENT = "BELOW_REQUIREMENT"


class StandardOrigin(StrEnum):
    """Which rule asked for the level; the first of these that says something decides."""

    POSITION = "POSITION"
    TIER = "TIER"
    POLICY = "POLICY"


class NoStandard(StrEnum):
    """Why nothing can be asked of somebody."""

    NO_POSITION = "NO_POSITION"
    TIER_UNKNOWN = "TIER_UNKNOWN"


class EvidenceAction(StrEnum):
    WITHDRAW = "WITHDRAW"


class EvidenceUse(StrEnum):
    """What became of one piece of evidence on a day; OUTRANKED: other evidence decides."""

    DECIDES = "DECIDES"
    RAISES = "RAISES"
    OUTRANKED = "OUTRANKED"
    EXPIRED = "EXPIRED"
    NOT_YET = "NOT_YET"
    NOT_COUNTED = "NOT_COUNTED"
    WITHDRAWN = "WITHDRAWN"


BY_INSTITUTION = (EvidenceSource.ASSESSMENT_CENTRE, EvidenceSource.CERTIFICATE, EvidenceSource.TRAINING)
"""Sources that an institution answers for; the others are people who answer for themselves."""


def group_of(code: str) -> CompetencyGroup:
    if code not in list(NationalCompetency):
        return CompetencyGroup.TECHNICAL
    return (
        CompetencyGroup.SOCIO_CULTURAL
        if code == NationalCompetency.NATION_UNIFIER
        else CompetencyGroup.MANAGERIAL
    )


def echelon_tiers() -> Mapping[str, PositionTier]:
    """By national code of the echelon. The abolished fifth echelon counts as general staff (UU 5/2014)."""
    named = {
        code: PositionTier(echelon.level_label.replace(" ", "_"))
        for code, echelon in reference.echelons().items()
        if echelon.level_label is not None
    }
    return {**named, "51": PositionTier.PELAKSANA, "52": PositionTier.PELAKSANA}


def tier(kind: PositionKind, echelon: str | None, functional: CreditLevel | None) -> PositionTier | None:
    """The level of a post; None where echelon or jenjang are not recorded."""
    if kind is PositionKind.EXECUTIVE:
        return PositionTier.PELAKSANA
    if kind is PositionKind.FUNCTIONAL:
        return None if functional is None else PositionTier(functional.value)
    return echelon_tiers().get(echelon or "")


def gap(held: int | None, required: int) -> int | None:
    """`held − required`, so a lack is negative (PermenPANRB 38/2017); None while nothing is known."""
    return None if held is None else held - required


def gap_status(held: int | None, required: int) -> GapStatus:
    difference = gap(held, required)
    if difference is None:
        return GapStatus.NOT_ASSESSED
    if difference < 0:
        return GapStatus.GAP
    return GapStatus.EXCEEDS if difference else GapStatus.MET


def urgency(held: int | None, required: int, criticality: int) -> int:
    """Missing levels × criticality of the post: what training is needed for first. 0 without a known gap."""
    difference = gap(held, required)
    return 0 if difference is None or difference >= 0 else -difference * criticality


@dataclass(frozen=True)
class Fit:
    """`percentage` has two decimals, half up, and the category is that of the printed figure."""

    percentage: Decimal
    category: FitCategory
    held: int
    required: int


def fit(
    levels: Sequence[tuple[int, int]], thresholds: Mapping[FitCategory, Decimal], *, capped: bool
) -> Fit | None:
    """Job fit (JPM): Σ held / Σ required × 100 of `(held, required)`; capped: no surplus makes up for a gap.

    None without a single requirement.
    """
    if not levels:
        return None
    held = sum(min(has, wants) if capped else has for has, wants in levels)
    required = sum(wants for _, wants in levels)
    percentage = (Decimal(held * 100) / required).quantize(PERCENT, ROUND_HALF_UP)
    category = next(
        (
            step
            for step in (FitCategory.MEETS_REQUIREMENT, FitCategory.PARTLY_MEETS)
            if percentage >= thresholds[step]
        ),
        FitCategory.BELOW_REQUIREMENT,
    )
    return Fit(percentage, category, held, required)


@dataclass(frozen=True)
class Evidence:
    """What is known of one competency of one person; `valid_until` is the last day, None for good."""

    id: UUID
    level: int
    source: EvidenceSource
    assessed_on: date
    valid_until: date | None
    withdrawn: bool


@dataclass(frozen=True)
class Weighing:
    """Which source comes first, which may raise what an earlier one found, and by how many levels at most."""

    order: Sequence[EvidenceSource]
    raising: Collection[EvidenceSource]
    limit: int


@dataclass(frozen=True)
class Held:
    """The level on a day, what decides it, and what raised it since."""

    level: int
    decided_by: Evidence
    raised_by: Evidence | None


def disuse(evidence: Evidence, day: date, order: Collection[EvidenceSource]) -> EvidenceUse | None:
    """Why it does not count on the day; None when it does. What is withdrawn never did."""
    if evidence.withdrawn:
        return EvidenceUse.WITHDRAWN
    if evidence.source not in order:
        return EvidenceUse.NOT_COUNTED
    if evidence.assessed_on > day:
        return EvidenceUse.NOT_YET
    if evidence.valid_until is not None and evidence.valid_until < day:
        return EvidenceUse.EXPIRED
    return None


def held(evidence: Iterable[Evidence], day: date, weighing: Weighing) -> Held | None:
    """The newest of the first source that says anything on the day, raised by later learning.

    Learning never lowers an assessed level, and raises it by `limit` at most until somebody assesses it anew.
    """
    counted = [each for each in evidence if disuse(each, day, weighing.order) is None]
    if not counted:
        return None
    rank = weighing.order.index
    decisive = min(counted, key=lambda each: (rank(each.source), -each.assessed_on.toordinal(), each.id))
    later = [
        each
        for each in counted
        if each.source in weighing.raising
        and each.assessed_on > decisive.assessed_on
        and each.level > decisive.level
    ]
    if not later or weighing.limit == 0:
        return Held(decisive.level, decisive, None)
    highest = max(later, key=lambda each: (each.level, each.assessed_on, each.id))
    return Held(min(highest.level, decisive.level + weighing.limit), decisive, highest)


def uses(evidence: Iterable[Evidence], day: date, weighing: Weighing) -> list[tuple[Evidence, EvidenceUse]]:
    """Every piece with what became of it on the day, the newest first."""
    everything = sorted(evidence, key=lambda each: (each.assessed_on, each.id), reverse=True)
    result = held(everything, day, weighing)

    def use(each: Evidence) -> EvidenceUse:
        if result is not None and each == result.decided_by:
            return EvidenceUse.DECIDES
        if result is not None and each == result.raised_by:
            return EvidenceUse.RAISES
        return disuse(each, day, weighing.order) or EvidenceUse.OUTRANKED

    return [(each, use(each)) for each in everything]


def months_later(day: date, months: int) -> date:
    """The same day so many months later (or before), cut to the month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day(assessed_on: date, months: int | None) -> date | None:
    """The last day on which evidence counts, so many whole months later; None for good."""
    return None if months is None else months_later(assessed_on, months)


def withdrawal_refusal(*, withdrawn: bool, may: bool) -> str | None:
    """The code of what stands in the way of a withdrawal; None when it may be done."""
    if not may:
        return "COMPETENCY_EVIDENCE_NOT_YOURS"
    return "COMPETENCY_EVIDENCE_WITHDRAWN" if withdrawn else None


def check_withdrawal(*, withdrawn: bool, may: bool) -> None:
    code = withdrawal_refusal(withdrawn=withdrawn, may=may)
    if code:
        raise Problem(code)
