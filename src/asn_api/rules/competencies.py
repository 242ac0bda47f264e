"""Competencies: what a position asks for, what a person holds on a day, the gap, and the job fit (JPM)."""

from decimal import Decimal
from enum import StrEnum

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
