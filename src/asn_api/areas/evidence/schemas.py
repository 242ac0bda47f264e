"""The wire of evidence records."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out
from asn_api.rules.files import FileState


class EvidenceRecordIn(In):
    """Exactly one of `file_id` and `url`; the file itself may arrive later."""

    activity_id: UUID
    file_id: UUID | None = None
    url: Annotated[str, Field(max_length=2000)] | None = Field(default=None, description="An https link.")
    title: Line | None = None
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = Field(
        default=None, description="Of the file as the phone has it."
    )
    taken_at: AwareDatetime | None = None


class EvidenceFileOut(Out):
    """`sha256` is of what was sent; all but the state are null until the file has arrived."""

    id: UUID
    state: FileState
    size: int | None
    media_type: str | None
    sha256: str | None


class EvidenceRecordOut(Out):
    id: UUID
    activity_id: UUID
    employee_id: UUID
    unit_id: UUID
    day: date
    file_id: UUID | None
    url: str | None
    title: str | None
    sha256: str | None
    taken_at: datetime | None
    created_at: datetime
    file: EvidenceFileOut | None
    used_elsewhere: bool = Field(
        description="The same file is evidence of another activity too. Worth a look; nothing is refused for it."
    )
    version: int


class EvidenceRecordsOut(Out):
    data: list[EvidenceRecordOut]


class EvidenceFilter(Paging):
    activity_id: UUID | None = None
    employee_id: UUID | None = None
    day: date | None = Field(default=None, description="The day of the activity.")
    day_from: date | None = Field(default=None, alias="day[gte]")
    day_to: date | None = Field(default=None, alias="day[lte]")
    waiting_for_me: bool = Field(default=False, description="Of submitted work of one's own team.")
