"""The official Indonesian term, the English one, and SIASN's code for every enumerated value."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from asn_api.errors import Language
from asn_api.rules.labels import (
    assessments,
    competencies,
    complaints,
    contribution,
    credits,
    evaluations,
    followup,
    foundation,
    learning,
    monitoring,
    needs,
    planning,
    recommendations,
    training,
)

E = TypeVar("E", bound=StrEnum)

LABELS: Mapping[type[StrEnum], Mapping[str, tuple[str, str]]] = {
    **foundation.LABELS,
    **contribution.LABELS,
    **evaluations.LABELS,
    **monitoring.LABELS,
    **planning.LABELS,
    **assessments.LABELS,
    **credits.LABELS,
    **competencies.LABELS,
    **complaints.LABELS,
    **followup.LABELS,
    **needs.LABELS,
    **learning.LABELS,
    **training.LABELS,
    **recommendations.LABELS,
}

EXTERNAL_CODES: Mapping[type[StrEnum], Mapping[str, str]] = {
    **foundation.EXTERNAL_CODES,
    **evaluations.EXTERNAL_CODES,
    **credits.EXTERNAL_CODES,
    **training.EXTERNAL_CODES,
}


def label(value: StrEnum, language: Language) -> str:
    indonesian, english = LABELS[type(value)][value]
    return indonesian if language == "id" else english


def external_code(value: StrEnum) -> str | None:
    """SIASN's code; None where SIASN has none (PPPK is told apart by the legal status there)."""
    return EXTERNAL_CODES.get(type(value), {}).get(value)


def from_external_code(kind: type[E], code: str) -> E | None:
    """The value behind SIASN's code; None for codes we do not model (such as jenisJabatan 3, double post)."""
    return next((value for value in kind if external_code(value) == code), None)
