"""The wire of the audit trail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from asn_api.core.http.paging import Paging
from asn_api.core.wire import Line, Out


class JournalFilter(Paging):
    entity: Line | None = Field(default=None, description="The kind of record, such as `employee`.")
    entity_id: UUID | None = None
    employee_id: UUID | None = Field(default=None, description="Whom the change concerns.")
    account_id: UUID | None = Field(default=None, description="Who made the change.")
    action: Line | None = None
    since: AwareDatetime | None = Field(default=None, alias="at[gte]")
    before: AwareDatetime | None = Field(default=None, alias="at[lt]")


class JournalAuthorOut(Out):
    """Who made a change: a person's account or a third party; all null for the system itself."""

    account_id: UUID | None
    employee_id: UUID | None
    name: str | None
    client_id: UUID | None


class JournalEntryOut(Out):
    seq: int
    at: datetime
    entity: str
    entity_id: UUID
    version: int
    action: str
    changes: dict[str, Any] = Field(description="Field to `[before, after]`, or what was given.")
    author: JournalAuthorOut
    on_behalf_of: UUID | None
    request_id: str | None
    unit_id: UUID | None
    employee_id: UUID | None
