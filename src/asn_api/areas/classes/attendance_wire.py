"""One mark of attendance on the wire; phones know it too, so it brings no other area with it."""

from datetime import datetime
from uuid import UUID

from asn_api.core.wire import In, Line, Out
from asn_api.rules.enrolments import AttendanceMark


class AttendanceValues(In):
    session_id: UUID
    enrolment_id: UUID
    mark: AttendanceMark
    note: Line | None = None


class MarkOut(Out):
    id: UUID
    version: int
    session_id: UUID
    mark: AttendanceMark
    note: str | None
    recorded_at: datetime


class AttendanceOut(MarkOut):
    enrolment_id: UUID
