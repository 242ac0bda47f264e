"""Delegated verification on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]


class DelegationIn(In):
    id: UUID | None = Field(default=None, description="Made by the client, so that repeating is safe.")
    delegate_id: UUID = Field(description="An active employee of one's own agency, or one's own superior.")
    start: Day
    end: Day = Field(description="The last day, included.")
    reason: Line


class DelegationPersonOut(Out):
    id: UUID
    nip: str
    name: str


class DelegationOut(Out):
    id: UUID
    delegator: DelegationPersonOut
    delegate: DelegationPersonOut
    start: date
    end: date = Field(description="The last day, included.")
    reason: str
    created_at: datetime
    revoked_at: datetime | None = Field(description="From then on it holds no more.")
    version: int


class DelegationFilter(Paging):
    role: Literal["GIVEN", "RECEIVED"] | None = Field(
        default=None, description="Those one gave, or those one received; both when left out."
    )
    on: date | None = Field(default=None, description="Only those that hold on this day.")
