"""What the sources promise: small modules, one clock, labelled enums, a catalogue that is whole and used."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import asn_api
from asn_api import rules
from asn_api.errors import catalogue
from asn_api.rules.labels import LABELS

SOURCE = Path(asn_api.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
PLACEHOLDER = re.compile(r"\{(\w+)\}")
CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+|[A-Z]{6,}")

READS_CLOCK = re.compile(r"(datetime\.)?(datetime\.(now|utcnow|today)|date\.today)|(sa\.)?func\.now")
CLOCKS = {"core/clock.py", "cli.py", "up.py", "core/embedded.py"}
"""Everything else is told the time. `demo/` makes up its own."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def generated(path: Path) -> bool:
    """Migrations are written by a program from the tables, and never edited afterwards."""
    return path.parent.name == "versions"


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=id):
            return id
        case ast.Attribute(attr=attr):
            return attr
    return ""


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {
        name(path): len(path.read_text("utf-8").splitlines()) for path in MODULES if not generated(path)
    }
    assert {module: length for module, length in lengths.items() if length > 400} == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [name(path) for path in MODULES if path.stat().st_size and not ast.get_docstring(tree(path))]
    assert silent == []


def test_there_is_one_clock() -> None:
    readers = [
        f"{name(path)}:{node.lineno}"
        for path in MODULES
        if name(path) not in CLOCKS and not name(path).startswith("demo/")
        for node in calls(path)
        if isinstance(node.func, ast.Attribute) and READS_CLOCK.fullmatch(ast.unparse(node.func))
    ]
    assert readers == [], "take the time that was given (Now, access.now)"


def enumerations() -> list[type[StrEnum]]:
    modules: list[ModuleType] = [
        importlib.import_module(f"{rules.__name__}.{each.name}")
        for each in pkgutil.iter_modules(rules.__path__)
    ]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return sorted((each for each in found if issubclass(each, StrEnum) and each is not StrEnum), key=str)


@pytest.mark.parametrize("kind", enumerations(), ids=lambda kind: kind.__name__)
def test_every_enumeration_has_terms_in_both_languages(kind: type[StrEnum]) -> None:
    assert set(LABELS[kind]) == set(kind)
    assert all(indonesian and english for indonesian, english in LABELS[kind].values())


def raised() -> dict[str, str]:
    """Codes in `Problem("X")`, `Fault(…, "X")` and `PydanticCustomError("X")`, with their places."""
    places = {"Problem": 0, "Fault": 1, "PydanticCustomError": 0}
    found: dict[str, str] = {}
    for path in MODULES:
        for node in calls(path):
            position = places.get(called(node))
            if position is None:
                continue
            given = node.args[position : position + 1]
            given += [keyword.value for keyword in node.keywords if keyword.arg == "code"]
            for argument in given:
                for constant in ast.walk(argument):
                    value = constant.value if isinstance(constant, ast.Constant) else None
                    if isinstance(value, str) and CODE.fullmatch(value):
                        found[value] = f"{name(path)}:{node.lineno}"
    return found


def test_every_code_that_is_raised_is_in_the_catalogue() -> None:
    assert {code: place for code, place in raised().items() if code not in catalogue()} == {}


def test_every_code_of_the_catalogue_is_used() -> None:
    words = {
        node.value
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(catalogue().keys() - words) == []


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_code_has_whole_texts_in_both_languages(code: str) -> None:
    kind = catalogue()[code]
    assert re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*", code)
    assert 400 <= kind.status < 600
    for texts in (kind.title, kind.detail):
        assert texts["id"].strip()
        assert texts["en"].strip()
        assert texts["id"] != texts["en"]
        assert set(PLACEHOLDER.findall(texts["id"])) == set(PLACEHOLDER.findall(texts["en"]))
