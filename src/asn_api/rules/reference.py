"""The national personnel system's small code tables: codes as it sends them, labels as it shows them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class Entry:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Grade:
    """One of 17 grades. PPPK have the code of the PNS grade with the same ordinal and another label."""

    code: str
    label: str
    rank: str
    pppk_label: str
    ordinal: int


@dataclass(frozen=True, slots=True)
class LegalStanding:
    code: str
    label: str
    is_active: bool
    is_pppk: bool


@dataclass(frozen=True, slots=True)
class Echelon:
    """`level_label` is the kind of office under UU 20/2023; none for the abolished and the empty echelons."""

    code: str
    label: str
    level_label: str | None


@dataclass(frozen=True, slots=True)
class FunctionalLevel:
    code: str
    label: str
    category: str


@cache
def _tables() -> dict[str, list[dict[str, Any]]]:
    text = resources.files("asn_api").joinpath("data/reference.json").read_text("utf-8")
    tables: dict[str, list[dict[str, Any]]] = json.loads(text)
    return tables


@cache
def core_value_guidance() -> Mapping[str, Mapping[str, list[str]]]:
    """What each core value asks for, by language, as SE MenPANRB 20/2021 lays it down; there are no levels."""
    text = resources.files("asn_api").joinpath("data/core_values.json").read_text("utf-8")
    guidance: dict[str, dict[str, list[str]]] = json.loads(text)["guidance"]
    return guidance


T = TypeVar("T")


def _by_code(table: str, entry: Callable[..., T]) -> Mapping[str, T]:
    return {row["code"]: entry(**row) for row in _tables()[table]}


@cache
def religions() -> Mapping[str, Entry]:
    return _by_code("religions", Entry)


@cache
def marital_states() -> Mapping[str, Entry]:
    return _by_code("marital_states", Entry)


@cache
def grades() -> Mapping[str, Grade]:
    return _by_code("grades", Grade)


@cache
def legal_standings() -> Mapping[str, LegalStanding]:
    return _by_code("legal_standings", LegalStanding)


@cache
def employee_kinds() -> Mapping[str, Entry]:
    return _by_code("employee_kinds", Entry)


@cache
def education_levels() -> Mapping[str, Entry]:
    return _by_code("education_levels", Entry)


@cache
def echelons() -> Mapping[str, Echelon]:
    return _by_code("echelons", Echelon)


@cache
def position_kinds() -> Mapping[str, Entry]:
    return _by_code("position_kinds", Entry)


@cache
def functional_levels() -> Mapping[str, FunctionalLevel]:
    return _by_code("functional_levels", FunctionalLevel)


@cache
def _pns_labels() -> Mapping[str, Grade]:
    return {g.label.upper(): g for g in grades().values()}


@cache
def _pppk_labels() -> Mapping[str, Grade]:
    return {g.pppk_label: g for g in grades().values()}


def grade(code_or_label: str, is_pppk: bool) -> Grade | None:
    """The grade for `34`, `III/d` or, of PPPK only, `XII`. PPPK rows come with either spelling."""
    wanted = code_or_label.strip().upper()
    found = grades().get(wanted) or _pns_labels().get(wanted)
    return found or (_pppk_labels().get(wanted) if is_pppk else None)


def is_pppk_grade(label: str) -> bool:
    return label.strip().upper() in _pppk_labels()


def is_active(legal_standing: str) -> bool:
    """Whether the person still serves; an unknown standing does not: a typing error gives no access."""
    standing = legal_standings().get(legal_standing)
    return standing is not None and standing.is_active


def is_pppk(legal_standing: str) -> bool:
    standing = legal_standings().get(legal_standing)
    return standing is not None and standing.is_pppk
