"""Vocabularies and the catalogue of errors on the wire."""

from typing import Any, Literal

from pydantic import Field

from asn_api.core.wire import Out


class TermOut(Out):
    value: str = Field(description="What the API takes and gives.")
    label_id: str
    label_en: str | None = Field(description="None for the national code tables, which are Indonesian only.")
    national_code: str | None = Field(
        description="The code in the national personnel system, where it has one."
    )
    attributes: dict[str, Any] = Field(
        description="What else is said of a value: the rank of a grade, the guidance of a core value."
    )


class VocabularyOut(Out):
    name: str
    source: Literal["API", "NATIONAL"] = Field(description="Values of this API, or a national code table.")
    terms: list[TermOut]


class VocabulariesOut(Out):
    data: list[VocabularyOut]


class TextsOut(Out):
    id: str
    en: str


class ProblemKindOut(Out):
    code: str
    status: int
    type: str
    title: TextsOut
    detail: TextsOut = Field(description="With the `{placeholders}` that `params` fills.")


class ProblemKindsOut(Out):
    data: list[ProblemKindOut]
