"""How confidential each field of an employee record is and who may change it, to be shown to an auditor."""

from collections.abc import Mapping
from enum import StrEnum


class FieldClass(StrEnum):
    """PUBLIC and INTERNAL go to all who may read the record, CONFIDENTIAL to people but not to third parties.

    RESTRICTED is sealed at rest and masked in every answer; opening it takes a purpose and is journalled.
    """

    PUBLIC = "PUBLIC"
    INTERNAL = "INTERNAL"
    CONFIDENTIAL = "CONFIDENTIAL"
    RESTRICTED = "RESTRICTED"


class Changer(StrEnum):
    OWNER = "OWNER"
    ADMIN = "ADMIN"


FIELDS: Mapping[str, FieldClass] = {
    "name": FieldClass.PUBLIC,
    "front_title": FieldClass.PUBLIC,
    "back_title": FieldClass.PUBLIC,
    "nip": FieldClass.INTERNAL,
    "old_nip": FieldClass.INTERNAL,
    "gov_email": FieldClass.INTERNAL,
    "employment": FieldClass.INTERNAL,
    "employee_kind_code": FieldClass.INTERNAL,
    "legal_standing_code": FieldClass.INTERNAL,
    "active": FieldClass.INTERNAL,
    "first_grade_code": FieldClass.INTERNAL,
    "service_years": FieldClass.INTERNAL,
    "service_months": FieldClass.INTERNAL,
    "cpns_since": FieldClass.INTERNAL,
    "pns_since": FieldClass.INTERNAL,
    "education_level_code": FieldClass.INTERNAL,
    "education_code": FieldClass.INTERNAL,
    "education_name": FieldClass.INTERNAL,
    "work_location": FieldClass.INTERNAL,
    "siasn_id": FieldClass.CONFIDENTIAL,
    "birth_place": FieldClass.CONFIDENTIAL,
    "birth_date": FieldClass.CONFIDENTIAL,
    "sex": FieldClass.CONFIDENTIAL,
    "phone": FieldClass.CONFIDENTIAL,
    "email": FieldClass.CONFIDENTIAL,
    "cpns_decree_number": FieldClass.CONFIDENTIAL,
    "cpns_decree_date": FieldClass.CONFIDENTIAL,
    "pns_decree_number": FieldClass.CONFIDENTIAL,
    "pns_decree_date": FieldClass.CONFIDENTIAL,
    "graduation_year": FieldClass.CONFIDENTIAL,
    "nik": FieldClass.RESTRICTED,
    "npwp": FieldClass.RESTRICTED,
    "bpjs": FieldClass.RESTRICTED,
    "address": FieldClass.RESTRICTED,
    "religion": FieldClass.RESTRICTED,
    "marital_state": FieldClass.RESTRICTED,
}

_OWN_AND_ADMIN = frozenset({Changer.OWNER, Changer.ADMIN})
_ADMIN = frozenset({Changer.ADMIN})

# `active` follows from the legal standing and `siasn_id` from the national system: nobody types them in.
CHANGERS: Mapping[str, frozenset[Changer]] = {
    "phone": _OWN_AND_ADMIN,
    "email": _OWN_AND_ADMIN,
    "name": _ADMIN,
    "front_title": _ADMIN,
    "back_title": _ADMIN,
    "nip": _ADMIN,
    "old_nip": _ADMIN,
    "gov_email": _ADMIN,
    "employment": _ADMIN,
    "employee_kind_code": _ADMIN,
    "legal_standing_code": _ADMIN,
    "first_grade_code": _ADMIN,
    "service_years": _ADMIN,
    "service_months": _ADMIN,
    "cpns_since": _ADMIN,
    "pns_since": _ADMIN,
    "education_level_code": _ADMIN,
    "education_code": _ADMIN,
    "education_name": _ADMIN,
    "work_location": _ADMIN,
    "birth_place": _ADMIN,
    "birth_date": _ADMIN,
    "sex": _ADMIN,
    "cpns_decree_number": _ADMIN,
    "cpns_decree_date": _ADMIN,
    "pns_decree_number": _ADMIN,
    "pns_decree_date": _ADMIN,
    "graduation_year": _ADMIN,
    "nik": _ADMIN,
    "npwp": _ADMIN,
    "bpjs": _ADMIN,
    "address": _ADMIN,
    "religion": _ADMIN,
    "marital_state": _ADMIN,
}


def fields_of(*classes: FieldClass) -> tuple[str, ...]:
    return tuple(name for name, each in FIELDS.items() if each in classes)


def may_change(changer: Changer) -> frozenset[str]:
    return frozenset(name for name, changers in CHANGERS.items() if changer in changers)


def masked(value: str | None, visible: int = 0) -> str | None:
    """Asterisks for a value; of a long number the last `visible` characters may show which one it is."""
    if not value:
        return None
    return "****" + (value[-visible:] if visible and len(value) >= 3 * visible else "")
