"""The envelope between a phone and us; a new resource adds a member to the union of operations."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import (
    AwareDatetime,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from asn_api.areas.activities.schemas import ActivityOut, ActivityValues, Version
from asn_api.areas.classes.attendance_wire import AttendanceOut, AttendanceValues
from asn_api.areas.evidence.schemas import EvidenceRecordIn, EvidenceRecordOut
from asn_api.areas.performance.schemas import ProgressOut, ProgressValues
from asn_api.core.http.paging import Paging
from asn_api.core.wire import In, Line, Out, Paragraph
from asn_api.rules.sync import ConflictDecision, Outcome, Platform

Type: TypeAlias = Literal["activity", "evidence", "progress", "plan", "conflict", "notification"]


class DeviceIn(In):
    id: UUID = Field(description="Made by the app when it is installed, and kept.")
    name: Line = Field(description="What the person recognises in the list of devices.")
    platform: Platform
    app_version: Line | None = None


class DeviceOut(Out):
    id: UUID
    name: str
    platform: Platform
    app_version: str | None
    enrolled_at: datetime
    last_seen_at: datetime = Field(description="To the day.")
    revoked_at: datetime | None
    version: int


class RevocationIn(In):
    reason: Paragraph


class _Operation(In):
    """One change that the phone made. Its `op_id` is the receipt: sending it again is harmless for ever."""

    op_id: UUID
    id: UUID = Field(description="Of the record; made by the phone for a new one.")
    base_version: Version | None = Field(
        default=None,
        description="The version the change builds on; null creates. Each accepted operation adds one.",
    )
    after: list[UUID] = Field(
        default=[],
        max_length=20,
        description="Operations that must have been accepted before this one. One on the same record is what "
        "this one builds on, whatever version came of it.",
    )
    device_at: AwareDatetime = Field(description="The phone's clock when the change was made.")


class ActivityOperationIn(_Operation):
    type: Literal["activity"]
    action: Literal["put", "submit", "recall", "delete"]
    submit: bool = Field(default=True, description="For a `put` that creates: false keeps a draft.")
    data: ActivityValues | None = Field(default=None, description="The whole record, for `put`.")


class EvidenceOperationIn(_Operation):
    type: Literal["evidence"]
    action: Literal["put", "delete"]
    data: EvidenceRecordIn | None = Field(default=None, description="The whole record, for `put`.")


class ProgressOperationIn(_Operation):
    type: Literal["progress"]
    action: Literal["put", "delete"]
    data: ProgressValues | None = Field(default=None, description="The whole report, for `put`.")


class AttendanceOperationIn(_Operation):
    type: Literal["attendance"]
    action: Literal["put"]
    data: AttendanceValues | None = Field(
        default=None, description="Who came to a session of a class that one organises."
    )


OperationIn: TypeAlias = Annotated[
    ActivityOperationIn | EvidenceOperationIn | ProgressOperationIn | AttendanceOperationIn,
    Field(discriminator="type"),
]


class Malformed:
    """An operation that cannot be read; it must not cost the others."""

    def __init__(self, given: Any, error: ValidationError) -> None:
        self.given = given
        self.errors = error.errors(include_url=False)


def _leniently(given: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(given)
    except ValidationError as error:
        return Malformed(given, error)


class PushIn(In):
    device_id: UUID = Field(description="An enrolled device of the caller.")
    operations: list[Annotated[OperationIn, WrapValidator(_leniently)]] = Field(
        min_length=1, max_length=500, description="In the order in which the phone made them."
    )


class SyncFaultOut(Out):
    pointer: str
    code: str
    message: str


class OperationOut(Out):
    """`retry`: NEVER (it is settled), AFTER_CHANGE (as a new operation), LATER (as it is)."""

    op_id: UUID | None
    id: UUID | None
    status: Literal["applied", "duplicate", "merged", "conflict", "rejected", "held"]
    version: int | None
    retry: Literal["NEVER", "AFTER_CHANGE", "LATER"]
    retry_after: int | None = Field(description="Seconds to wait before sending it again, with LATER.")
    code: str | None
    detail: str | None
    errors: list[SyncFaultOut]
    fields: list[str] = Field(description="With a conflict: what both sides changed.")
    current: ActivityOut | EvidenceRecordOut | ProgressOut | AttendanceOut | None = Field(
        description="With a merge or a conflict: the record as it stands here, in the shape in which it is read."
    )
    receipt: str | None = Field(
        description="Proof that the operation was accepted; `…/receipts` confirms it."
    )


class PushOut(Out):
    server_time: datetime
    results: list[OperationOut] = Field(description="One per operation, in their order.")


class PullFilter(In):
    since: str | None = Field(default=None, max_length=4000, description="`next` of the last answer.")
    types: str | None = Field(
        default=None, max_length=200, description="Comma-separated; without it all that you may read."
    )
    limit: int = Field(
        default=500, ge=1, description="Changes per answer; more than 1,000 are reduced to 1,000."
    )
    start: date | None = Field(
        default=None,
        alias="from",
        description="First listing only: records from this day on. Default: the first day of last month.",
    )


class ChangeOut(Out):
    type: Type
    id: UUID
    version: int | None
    deleted: bool
    reason: Literal["DELETED", "OUT_OF_REACH"] | None
    data: dict[str, Any] | None = Field(description="The whole record in the shape in which it is read.")


class PullOut(Out):
    server_time: datetime
    changes: list[ChangeOut]
    restarted: list[Type] = Field(
        description="Listed anew from the start: what you hold of these types and did not get again by the time "
        "`more` is false is gone."
    )
    next: str
    more: bool = Field(description="Ask again at once with `next`.")


class ConflictFilter(Paging):
    outcome: Outcome = Field(
        default=Outcome.CONFLICT, description="REJECTED lists what was refused for good."
    )
    open: bool = Field(default=True, description="False also lists what has been decided.")


class ConflictOut(Out):
    op_id: UUID
    type: str
    id: UUID = Field(description="Of the record.")
    employee_id: UUID
    action: str
    base_version: int | None
    code: str
    detail: str
    fields: list[str]
    data: dict[str, Any] | None
    device_at: datetime
    received_at: datetime
    outcome: Outcome
    decision: ConflictDecision | None
    resolved_at: datetime | None
    version: int


class ResolutionIn(In):
    decision: ConflictDecision
    base_version: Version | None = Field(default=None, description="For APPLY: the version you looked at.")
    data: dict[str, Any] | None = Field(
        default=None, description="For APPLY: other values than the proposed ones, the whole record."
    )


class ResolvedOut(Out):
    op_id: UUID
    decision: ConflictDecision
    version: int | None = Field(description="Of the record, after APPLY.")


class ReceiptIn(In):
    op_id: UUID
    receipt: str | None = Field(default=None, max_length=100)


class ReceiptsIn(In):
    items: list[ReceiptIn] = Field(min_length=1, max_length=500)


class ReceiptOut(Out):
    op_id: UUID
    stored: bool = Field(description="The change is in the journal.")
    genuine: bool | None = Field(
        description="The receipt was given by us, to you, for this operation; true even if a restore lost the change."
    )
    type: str | None
    id: UUID | None
    version: int | None
    at: datetime | None


class ReceiptsOut(Out):
    results: list[ReceiptOut]
