"""The wire of files: what is known of an upload; its protocol speaks in headers."""

from datetime import datetime
from uuid import UUID

from asn_api.core.wire import Out
from asn_api.rules.files import FileKind, FileState


class FileOut(Out):
    """`sha256` is of what was sent, `stored_sha256` of what is kept and downloaded."""

    id: UUID
    employee_id: UUID
    state: FileState
    refusal: str | None
    name: str | None
    length: int
    received: int
    kind: FileKind | None
    media_type: str | None
    size: int | None
    sha256: str | None
    stored_sha256: str | None
    created_at: datetime
    expires_at: datetime | None
    completed_at: datetime | None
