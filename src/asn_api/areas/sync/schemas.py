"""The envelope between a phone and us; a new resource adds a member to the union of operations."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from asn_api.areas.activities.schemas import ActivityOut, ActivityValues, Version
from asn_api.core.wire import In, Line, Out


class OperationIn(In):
    """One change that the phone made. Its `op_id` is the receipt: sending it again is harmless for ever."""

    op_id: UUID
    type: Literal["activity"]
    action: Literal["put", "submit", "recall", "delete"]
    id: UUID = Field(description="Of the record; made by the phone for a new one.")
    base_version: Version | None = Field(
        default=None,
        description="The version the change builds on; null creates. Each accepted operation adds one.",
    )
    submit: bool = Field(default=True, description="For a `put` that creates: false keeps a draft.")
    device_at: AwareDatetime = Field(description="The phone's clock when the change was made.")
    data: ActivityValues | None = Field(default=None, description="The whole record, for `put`.")


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
    device_id: Line
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
    code: str | None
    detail: str | None
    errors: list[SyncFaultOut]
    current: ActivityOut | None = Field(description="With a conflict: the record as it stands here.")


class PushOut(Out):
    server_time: datetime
    results: list[OperationOut] = Field(description="One per operation, in their order.")
