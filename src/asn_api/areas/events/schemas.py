"""The wire of the stream of events."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from asn_api.areas.events.kinds import KINDS
from asn_api.core.wire import In, Out

TYPES = ", ".join(sorted(kind.type for kind in KINDS.values()))


class EventFilter(In):
    types: str | None = Field(
        default=None, max_length=500, description=f"Only these, separated by commas: {TYPES}."
    )
    since: str | None = Field(
        default=None,
        max_length=4000,
        description="The id of the last event that was received. `Last-Event-ID` comes first.",
    )
    follow: bool = Field(
        default=True, description="`false` ends the stream when everything that was missed has been told."
    )


class EventOut(Out):
    """What one event says of a record."""

    entity: str = Field(description=f"One of: {TYPES}.")
    id: UUID = Field(description="Of the record: fetch it to see what you may see of it.")
    version: int
    action: str
    at: datetime
    employee_id: UUID | None = Field(description="Whom it concerns.")
    unit_id: UUID | None


_STREAM = {
    "type": "object",
    "description": "What an event says of the stream itself.",
    "properties": {
        "server_time": {"type": "string", "format": "date-time", "description": "With `ready`."},
        "reason": {"type": "string", "description": "With `reset`, `resume`, `expired` and `revoked`."},
    },
    "additionalProperties": False,
}

EVENT: dict[str, Any] = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"type": "string", "description": f"What `data` is about: {TYPES}; or the stream itself."},
        "id": {"type": "string", "description": "For `Last-Event-ID`. Opaque."},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {"anyOf": [EventOut.model_json_schema(), _STREAM]},
        },
        "retry": {"type": "integer", "minimum": 0, "description": "Milliseconds before coming back."},
    },
}
"""One event. OpenAPI 3.1 has no word of its own for the items of a stream; tools take the schema for that."""

EXAMPLE = """\
id: lJkqC2vYdHgh5vRbWzAsMjk5MTkwNjAsWzkwNl0sWzkwN10sMTEwOV0
event: activity
data: {"entity":"activity","id":"01a2014c-cb31-7853-bfc1-42f481560733","version":2,"action":"VERIFY",\
"at":"2026-11-20T03:00:00+00:00","employee_id":"01a2014c-cb28-7952-af84-84d5e4c4e0e0","unit_id":null}

"""
