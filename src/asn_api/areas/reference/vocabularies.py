"""Every enumeration of the rules and every national code table, in one shape."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from enum import StrEnum
from functools import cache
from typing import Any

from asn_api.areas.reference.schemas import TermOut, VocabularyOut
from asn_api.rules import reference
from asn_api.rules.labels import LABELS, external_code
from asn_api.rules.ratings import CoreValue

ATTRIBUTES: Mapping[type[StrEnum], Callable[[], Mapping[str, Mapping[str, Any]]]] = {
    CoreValue: lambda: {
        value: {f"guidance_{language}": lines for language, lines in guidance.items()}
        for value, guidance in reference.core_value_guidance().items()
    }
}
"""What else some values say, by value."""

TABLES = {
    "religions": reference.religions,
    "marital_states": reference.marital_states,
    "grades": reference.grades,
    "legal_standings": reference.legal_standings,
    "employee_kinds": reference.employee_kinds,
    "education_levels": reference.education_levels,
    "echelons": reference.echelons,
    "national_position_kinds": reference.position_kinds,
    "functional_levels": reference.functional_levels,
}


@cache
def vocabularies() -> dict[str, VocabularyOut]:
    """By name, in the order of their names."""
    enumerated = [_enumerated(kind, labels) for kind, labels in LABELS.items()]
    national = [_national(name, table()) for name, table in TABLES.items()]
    return {each.name: each for each in sorted([*enumerated, *national], key=lambda each: each.name)}


def _enumerated(kind: type[StrEnum], labels: Mapping[str, tuple[str, str]]) -> VocabularyOut:
    attributes = ATTRIBUTES[kind]() if kind in ATTRIBUTES else {}
    terms = [
        TermOut(
            value=value.value,
            label_id=labels[value][0],
            label_en=labels[value][1],
            national_code=external_code(value),
            attributes=dict(attributes.get(value, {})),
        )
        for value in kind
    ]
    return VocabularyOut(
        name=re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(), source="API", terms=terms
    )


def _national(name: str, table: Mapping[str, Any]) -> VocabularyOut:
    terms = []
    for row in table.values():
        attributes = asdict(row)
        code, label = attributes.pop("code"), attributes.pop("label")
        terms.append(
            TermOut(value=code, label_id=label, label_en=None, national_code=code, attributes=attributes)
        )
    return VocabularyOut(name=name, source="NATIONAL", terms=terms)
