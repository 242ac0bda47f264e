"""The national unit tree (ref-unor) as a file: read, judged, put in order with parents first."""

import json
import re
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass

from asn_api.errors import Fault, Problem
from asn_api.rules.organization import UnitKind

_SCHOOL = re.compile(r"(TK|PAUD|SD|SMP|SMA|SMK|SLB) NEGERI\b|(TK|SD|SMP|SMA|SMK|SLB)N\b")
_HEALTH_CENTRE = re.compile(r"(UPTD? )?(BLUD )?PUSKESMAS\b")
# JSON can carry both, PostgreSQL text neither.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of the file; `leader_siasn_id` is the national id of the person who heads it."""

    siasn_id: str
    parent_siasn_id: str | None
    agency_siasn_id: str | None
    name: str
    head_title: str | None
    echelon: str | None
    kind: UnitKind
    leader_siasn_id: str | None


@dataclass(frozen=True, slots=True)
class UnitTree:
    """The units below the root, parents first, and what keeps the file from being taken over."""

    units: tuple[UnitRow, ...]
    faults: tuple[Fault, ...]


def read(content: bytes) -> UnitTree:
    """The tree in `{"count": n, "data": [...]}`; a file that is something else is a Problem."""
    rows, faults = _rows(content), []
    found: dict[str, tuple[int, UnitRow]] = {}
    for at, row in enumerate(rows):
        unit, wrong = _unit(at, row)
        faults += wrong
        if unit is None:
            continue
        if unit.siasn_id in found:
            first = found[unit.siasn_id][0] + 1
            faults.append(
                Fault(f"/data/{at}/Id", "UNIT_DUPLICATE", {"name": unit.name, "row": at + 1, "first": first})
            )
        else:
            found[unit.siasn_id] = (at, unit)
    ordered, misplaced = _ordered(found)
    return UnitTree(tuple(ordered), (*faults, *misplaced))


def _rows(content: bytes) -> list[object]:
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Problem("UNIT_FILE_UNREADABLE") from None
    if not isinstance(document, dict) or not isinstance(document.get("data"), list) or not document["data"]:
        raise Problem("UNIT_FILE_UNREADABLE")
    rows: list[object] = document["data"]
    count = document.get("count", len(rows))
    if count != len(rows):
        raise Problem("UNIT_FILE_INCOMPLETE", expected=count, found=len(rows))
    return rows


def _unit(at: int, row: object) -> tuple[UnitRow | None, list[Fault]]:
    if not isinstance(row, dict):
        return None, [Fault(f"/data/{at}", "UNIT_VALUE_INVALID", {"row": at + 1, "field": "-"})]
    texts: dict[str, str | None] = {}
    wrong = []
    for field in ("Id", "DiatasanId", "IndukUnorId", "NamaUnor", "NamaJabatan", "EselonId", "PemimpinPnsId"):
        value = row.get(field)
        texts[field] = text = value.strip() or None if isinstance(value, str) else None
        unstorable = text is not None and _UNSTORABLE.search(text)
        if not isinstance(value, str | None) or unstorable or (text is None and field in ("Id", "NamaUnor")):
            wrong.append(Fault(f"/data/{at}/{field}", "UNIT_VALUE_INVALID", {"row": at + 1, "field": field}))
    if wrong:
        return None, wrong
    return UnitRow(
        siasn_id=texts["Id"] or "",
        parent_siasn_id=texts["DiatasanId"],
        agency_siasn_id=texts["IndukUnorId"],
        name=texts["NamaUnor"] or "",
        head_title=texts["NamaJabatan"],
        echelon=texts["EselonId"],
        kind=_kind(texts, row.get("IsUnorSekolah")),
        leader_siasn_id=texts["PemimpinPnsId"],
    ), []


def _kind(texts: Mapping[str, str | None], is_school: object) -> UnitKind:
    name = (texts["NamaUnor"] or "").upper()
    if texts["DiatasanId"] is None:
        return UnitKind.REGION
    if texts["IndukUnorId"] == texts["Id"]:
        return UnitKind.AGENCY
    if str(is_school).lower() in ("1", "true") or _SCHOOL.match(name):
        return UnitKind.SCHOOL
    if _HEALTH_CENTRE.match(name):
        return UnitKind.HEALTH_CENTRE
    return UnitKind.UNIT


def _ordered(found: Mapping[str, tuple[int, UnitRow]]) -> tuple[list[UnitRow], list[Fault]]:
    children: dict[str, list[str]] = defaultdict(list)
    roots, faults = [], []
    for at, unit in found.values():
        parent = unit.parent_siasn_id
        if parent is None:
            roots.append(unit.siasn_id)
            if len(roots) > 1:
                first = found[roots[0]][1].name
                faults.append(
                    Fault(f"/data/{at}/DiatasanId", "UNIT_SECOND_ROOT", {"name": unit.name, "first": first})
                )
        elif parent in found:
            children[parent].append(unit.siasn_id)
        else:
            faults.append(
                Fault(f"/data/{at}/DiatasanId", "UNIT_PARENT_MISSING", {"name": unit.name, "parent": parent})
            )
        if unit.agency_siasn_id is not None and unit.agency_siasn_id not in found:
            params = {"name": unit.name, "agency": unit.agency_siasn_id}
            faults.append(Fault(f"/data/{at}/IndukUnorId", "UNIT_AGENCY_MISSING", params))
    if not roots:
        faults.append(Fault("/data", "UNIT_ROOT_MISSING"))
    ordered = []
    queue = deque(roots[:1])
    while queue:
        here = queue.popleft()
        ordered.append(found[here][1])
        queue.extend(children[here])
    return ordered, faults + _cycles(found)


def _cycles(found: Mapping[str, tuple[int, UnitRow]]) -> list[Fault]:
    """One fault for each ring of units that are all above one another."""
    faults = []
    settled: set[str] = set()
    for start in found:
        trail: dict[str, None] = {}
        here: str | None = start
        while here is not None and here in found and here not in settled and here not in trail:
            trail[here] = None
            here = found[here][1].parent_siasn_id
        if here is not None and here in trail:
            at, unit = found[here]
            faults.append(Fault(f"/data/{at}/DiatasanId", "UNIT_CYCLE", {"name": unit.name}))
        settled.update(trail)
    return faults
