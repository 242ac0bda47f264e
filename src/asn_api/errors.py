"""What a caller can do wrong: every refusal is a Problem with a stable code from the catalogue."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Literal

Language = Literal["id", "en"]


@dataclass(frozen=True)
class Kind:
    """One entry of the catalogue (`problems/*.toml`); texts may hold `{placeholders}` for the params."""

    code: str
    status: int
    title: Mapping[Language, str]
    detail: Mapping[Language, str]


@cache
def catalogue() -> dict[str, Kind]:
    """All codes, read from `problems/*.toml`; a code defined twice is an error."""
    kinds: dict[str, Kind] = {}
    for file in sorted(resources.files("asn_api").joinpath("problems").iterdir(), key=str):
        for code, entry in tomllib.loads(file.read_text("utf-8")).items():
            if code in kinds:
                raise ValueError(f"{code} is defined twice")
            kinds[code] = Kind(
                code,
                entry["status"],
                {"id": entry["title_id"], "en": entry["title_en"]},
                {"id": entry["id"], "en": entry["en"]},
            )
    return kinds


@dataclass(frozen=True)
class Fault:
    """One wrong field: a JSON pointer into the body (or `?name` for a query parameter) and a code."""

    pointer: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    def message(self, language: Language) -> str:
        return fill(catalogue()[self.code].detail[language], self.params)


class Problem(Exception):
    """A refusal. `code` names an entry of the catalogue, which knows the status and the texts.

    `params` fill the text, `faults` name wrong fields, `headers` go with the answer and `current`
    is the present representation (for 412).
    """

    def __init__(
        self,
        code: str,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        current: object = None,
        **params: object,
    ) -> None:
        super().__init__(code)
        self.kind = catalogue()[code]
        self.params = params
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.current = current

    @property
    def code(self) -> str:
        return self.kind.code

    @property
    def status(self) -> int:
        return self.kind.status

    def detail(self, language: Language) -> str:
        return fill(self.kind.detail[language], self.params)


class _Lenient(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def fill(text: str, params: Mapping[str, object]) -> str:
    """The text with its placeholders filled; a missing one never turns a refusal into a 500."""
    return text.format_map(_Lenient(params))
