"""From rows to the wire: full names, labels of grades, masks, and what a third party does not get."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from asn_api.areas.employees.portal_rows import Restricted
from asn_api.areas.employees.sealing import NOTHING, unseal
from asn_api.core.crypto import Keyring
from asn_api.core.http.exports import Column
from asn_api.rules import reference
from asn_api.rules.people import Employment
from asn_api.rules.privacy import FieldClass, fields_of, masked

Row = Mapping[str, Any]

_OPEN = fields_of(FieldClass.PUBLIC, FieldClass.INTERNAL)
_CONFIDENTIAL = fields_of(FieldClass.CONFIDENTIAL)
_WITHHELD = [*_CONFIDENTIAL, *fields_of(FieldClass.RESTRICTED)]

LAST_DIGITS = 4

STORED_AS = {"religion": "religion_code", "marital_state": "marital_code"}
"""The restricted fields whose sealed name differs from the wire's."""


def value_of(restricted: Restricted, field: str) -> str | None:
    value: str | None = getattr(restricted, STORED_AS.get(field, field))
    return value


def mask_of(restricted: Restricted, field: str) -> str | None:
    return masked(value_of(restricted, field), LAST_DIGITS if field in ("nik", "npwp", "bpjs") else 0)


def full_name(row: Row) -> str:
    front, back = row["front_title"], row["back_title"]
    return f"{front + ' ' if front else ''}{row['name']}{', ' + back if back else ''}"


def grade(row: Row) -> dict[str, Any] | None:
    code = row["grade_code"]
    if code is None:
        return None
    return {"code": code, "label": grade_label(code, row["employment"])}


def grade_label(code: str, employment: str) -> str | None:
    entry = reference.grades().get(code)
    if entry is None:
        return None
    return entry.pppk_label if employment == Employment.PPPK else entry.label


def _named(row: Row, what: str) -> dict[str, Any] | None:
    id = row[f"{what}_id"]
    return None if id is None else {"id": id, "name": row[f"{what}_name"]}


def _position(row: Row) -> dict[str, Any] | None:
    if row["position_id"] is None:
        return None
    return {
        "id": row["position_id"],
        "title": row["position_title"],
        "kind": row["position_kind"],
        "is_head": row["is_head"],
    }


def listed_row(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "nip": row["nip"],
        "name": full_name(row),
        "employment": row["employment"],
        "active": row["active"],
        "unit": _named(row, "unit"),
        "agency": _named(row, "agency"),
        "position": _position(row),
        "grade": grade(row),
        "version": row["version"],
    }


def record_shape(row: Row, keyring: Keyring, region_id: UUID, *, third_party: bool) -> dict[str, Any]:
    """The whole record; `row` comes from either door of the database."""
    acting = row["acting"]
    shape = {"id": row["id"], "version": row["version"], "full_name": full_name(row)}
    for name in _OPEN:
        shape[name] = row[name]
    for name in _CONFIDENTIAL:
        shape[name] = None if third_party else row[name]
    shape |= {
        "unit": _named(row, "unit"),
        "agency": _named(row, "agency"),
        "position": _position(row),
        "since": row["since"],
        "acting": orjson.Fragment(acting) if isinstance(acting, str) else acting or [],
        "superior": _named(row, "superior"),
        "grade": grade(row),
        "grade_since": row["grade_since"],
        "restricted": None
        if third_party
        else masks(
            unseal(keyring, region_id, row["id"], row["restricted"]) if row["restricted"] else NOTHING
        ),
        "withheld": _WITHHELD if third_party else [],
    }
    return shape


def masks(restricted: Restricted) -> dict[str, str | None]:
    return {field: mask_of(restricted, field) for field in fields_of(FieldClass.RESTRICTED)}


def opened(restricted: Restricted, fields: Sequence[str]) -> dict[str, Any]:
    """The values asked for; codes with their labels."""
    tables = {"religion": reference.religions(), "marital_state": reference.marital_states()}
    values: dict[str, Any] = {}
    for field in fields_of(FieldClass.RESTRICTED):
        value = value_of(restricted, field) if field in fields else None
        if value is not None and field in tables:
            entry = tables[field].get(value)
            values[field] = {"code": value, "label": entry.label if entry else None}
        else:
            values[field] = value
    return values


def event(row: Row, *, third_party: bool) -> dict[str, Any]:
    """One event of a record's history; a third party does not learn what it may not read."""
    content = row["content"]
    if third_party and row["kind"] == "CHANGE":
        kept = {name: change for name, change in content["changes"].items() if name not in _WITHHELD}
        content = {**content, "changes": kept}
    return {"at": row["at"], "kind": row["kind"], "id": row["id"], "content": content}


def view(row: Row) -> dict[str, Any]:
    """One opening of restricted fields, as the person concerned reads it."""
    return {"at": row["at"], "by": row["by"], "by_employee_id": row["actor_id"], **row["changes"]}


def _label(row: Row) -> str | None:
    found = grade(row)
    return found["label"] if found else None


COLUMNS = (
    Column("NIP", "NIP", lambda row: row["nip"]),
    Column("Nama", "Name", full_name),
    Column("Jenis Kepegawaian", "Employment", lambda row: str(row["employment"])),
    Column("Aktif", "Active", lambda row: row["active"]),
    Column("Golongan", "Grade", _label),
    Column("Jabatan", "Position", lambda row: row["position_title"]),
    Column("Unit Kerja", "Unit", lambda row: row["unit_name"]),
    Column("Perangkat Daerah", "Agency", lambda row: row["agency_name"]),
)
