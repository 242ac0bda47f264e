"""Every enumerated value has its terms, and every code of the rules its texts."""

import ast
import importlib
import pkgutil
import re
import tomllib
from enum import StrEnum
from importlib import resources
from pathlib import Path

import pytest

from asn_api import rules
from asn_api.errors import catalogue
from asn_api.rules.labels import EXTERNAL_CODES, LABELS, external_code, from_external_code, label
from asn_api.rules.organization import AppointmentKind, PositionKind
from asn_api.rules.people import Employment, Sex

MODULES = [
    importlib.import_module(f"asn_api.rules.{module.name}") for module in pkgutil.iter_modules(rules.__path__)
]
ENUMS = {
    value
    for module in MODULES
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum
}
CODE = re.compile(r"(NIP|POLICY|ACTIVITY|PLAN|VERIFIED|SELF|PERIOD|INVALID|COMMENT)_[A-Z_]+")


@pytest.mark.parametrize("kind", sorted(ENUMS, key=str))
def test_every_value_has_an_indonesian_and_an_english_label(kind: type[StrEnum]) -> None:
    assert set(LABELS[kind]) == set(kind)
    for value in kind:
        assert re.fullmatch(r"[A-Z][A-Z_]*", value.value)
        assert label(value, "id")
        assert label(value, "en")


def test_codes_of_the_national_system_go_both_ways() -> None:
    for kind, codes in EXTERNAL_CODES.items():
        assert len(set(codes.values())) == len(codes)
        for value, code in codes.items():
            assert from_external_code(kind, code) == value
    assert external_code(PositionKind.EXECUTIVE) == "4"
    assert external_code(Sex.FEMALE) == "F"
    assert external_code(Employment.PPPK) is None
    assert from_external_code(PositionKind, "3") is None
    assert from_external_code(AppointmentKind, "TT") is None


def test_every_code_that_a_rule_names_has_texts() -> None:
    enumerated = {value.value for kind in ENUMS for value in kind}
    named = {
        node.value
        for module in MODULES
        for node in ast.walk(ast.parse(Path(module.__file__ or "").read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    }
    assert named - enumerated <= catalogue().keys()


def test_the_texts_of_the_rules_are_whole() -> None:
    entries = tomllib.loads(resources.files("asn_api").joinpath("problems", "rules.toml").read_text("utf-8"))
    for code, entry in entries.items():
        assert entry["status"] in {400, 409, 422}, code
        indonesian, english = (set(re.findall(r"\{(\w+)\}", entry[language])) for language in ("id", "en"))
        assert indonesian == english, code
