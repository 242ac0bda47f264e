"""Types of the wire: text that PostgreSQL can store, inputs that refuse unknown fields, labelled outputs."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def _printable(value: str) -> str:
    if not value.isprintable() and _UNPRINTABLE.search(value):
        raise PydanticCustomError("TEXT_HAS_CONTROL_CHARACTERS", "text has control characters")
    return value


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_printable),
]
"""A non-empty line of at most 200 characters."""

Paragraph = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(_printable),
]
"""A non-empty text of at most 4,000 characters."""


class Wire(BaseModel):
    """Its validator is built when first used: most of a start was building them (decision 0036)."""

    model_config = ConfigDict(defer_build=True)


class In(Wire):
    """What a caller sends: unknown fields are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(Wire):
    """What a caller gets; made from rows, its fields have no defaults."""

    model_config = ConfigDict(from_attributes=True)


def left_out() -> Any:
    """Default factory for a field of a change that may be left out but not be null; for `exclude_unset`."""
    return None
