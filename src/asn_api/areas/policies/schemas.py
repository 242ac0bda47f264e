"""Policies on the wire."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from asn_api.core.wire import In, Line, Out, Paragraph


class PolicyIn(In):
    id: UUID | None = Field(default=None, description="Made by the client, so that a repetition is harmless.")
    valid_from: date = Field(description="The first day of acts that this revision judges.")
    content: dict[Line, Any] = Field(
        description="All values of the area; none has a default.", max_length=100
    )
    source: Line = Field(description="The regulation or decision behind it.")
    reason: Paragraph | None = Field(
        default=None,
        description="Required when `valid_from` has passed: days already worked are judged anew.",
    )


class PolicyOut(Out):
    id: UUID
    area: str
    valid_from: date
    revision: int
    content: dict[str, Any]
    source: str
    created_at: datetime


class PoliciesOut(Out):
    on: date
    data: list[PolicyOut]
