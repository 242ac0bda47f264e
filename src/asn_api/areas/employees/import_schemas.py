"""Imports on the wire."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from asn_api.core.http.paging import Paging
from asn_api.core.wire import Out
from asn_api.rules.imports import ImportAction, ImportStatus, RowAction


class ImportProblem(Out):
    code: str
    message: str


class ImportAllowedOut(Out):
    action: ImportAction
    refused: str | None = Field(description="The code of what stands in the way; null when it may be done.")


class UnitCounts(Out):
    created: int
    changed: int
    unchanged: int


class UnitDifference(Out):
    siasn_id: str
    name: str
    changes: dict[str, list[str | None]] = Field(description="Field → [before, after].")


class ImportSummary(Out):
    """Known once the import is CHECKED."""

    rows: int
    accepted: int
    refused: int
    with_warnings: int = Field(description="Accepted rows that have messages all the same.")
    actions: dict[RowAction, int]
    codes: dict[str, int] = Field(description="How often each message occurs.")
    units: UnitCounts
    unit_changes: list[UnitDifference] = Field(description="The first 200 existing units that change.")
    changes_nothing: bool = Field(description="All that is in the files is here already.")


class ImportOut(Out):
    id: UUID
    version: int
    status: ImportStatus
    file_name: str
    created_at: datetime
    created_by: UUID
    rows_total: int
    rows_done: int
    summary: ImportSummary | None
    problem: ImportProblem | None = Field(description="Why it FAILED; nothing was applied then.")
    committed_at: datetime | None
    allowed_actions: list[ImportAllowedOut]


class RowMessage(Out):
    column: str
    code: str
    severity: str
    message: str
    params: dict[str, Any]
    suggestion: str | None = Field(description="A value that could stand there instead.")


class ImportRowOut(Out):
    line: int = Field(description="Where the row begins in the file, whose header is line 1.")
    nip: str | None
    action: RowAction
    employee_id: UUID | None
    messages: list[RowMessage]
    changes: dict[str, list[Any] | str] = Field(
        description="Field → [before, after], or just `changed` for a restricted field."
    )


class RowFilter(Paging):
    action: RowAction | None = Field(default=None, description="Only rows with this action.")
    code: str | None = Field(default=None, max_length=60, description="Only rows with this message.")
