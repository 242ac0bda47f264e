"""Faults of the framework in our words: stable codes, and nothing of its English in the params."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from asn_api.core.http.problems import fault


class Given(BaseModel):
    items: list[int] = Field(default=[], max_length=2)
    text: Annotated[str, Field(max_length=3)] = ""
    share: Annotated[float, Field(ge=0.5)] = 1
    choice: Literal["A", "B", "C"] = "A"
    number: int = 0


@pytest.mark.parametrize(
    ("given", "code", "params"),
    [
        ({"items": [1, 2, 3]}, "LIST_TOO_LONG", {"limit": 2}),
        ({"text": "four"}, "TEXT_TOO_LONG", {"limit": 3}),
        ({"share": 0.25}, "NUMBER_TOO_SMALL", {"limit": 0.5}),
        ({"choice": "D"}, "VALUE_NOT_ALLOWED", {"expected": "'A', 'B', 'C'"}),
        ({"number": "x"}, "NUMBER_INVALID", {}),
    ],
)
def test_a_fault_tells_limits_and_choices_and_no_prose(
    given: dict[str, object], code: str, params: dict[str, object]
) -> None:
    with pytest.raises(ValidationError) as refused:
        Given.model_validate(given)
    [error] = refused.value.errors()
    told = fault({**error, "loc": ("body", *error["loc"])})
    assert (told.code, told.params) == (code, params)
