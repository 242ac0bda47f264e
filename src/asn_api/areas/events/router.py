"""The stream of changes, as they happen."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require, token_of
from asn_api.areas.events import ids
from asn_api.areas.events.hub import Hub
from asn_api.areas.events.kinds import asked
from asn_api.areas.events.schemas import EVENT, EXAMPLE, EventFilter
from asn_api.areas.events.telling import told
from asn_api.core.http.route import Route
from asn_api.core.http.streams import EventStream

router = APIRouter(prefix="/v1/events", tags=["events"], route_class=Route)

CanListen = Annotated[Access, require(Permission.EVENTS_READ)]

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events. `ready`, `reset`, `resume`, `expired` and `revoked` speak about the "
        "stream itself.",
        "content": {"text/event-stream": {"schema": EVENT, "example": EXAMPLE}},
    }
}


@router.get("", status_code=200, response_class=EventStream, responses=_STREAM)
async def stream_events(
    request: Request,
    access: CanListen,
    wanted: Annotated[EventFilter, Query()],
    last_event_id: Annotated[
        str | None,
        Header(max_length=4000, description="The id of the last event that was received: go on after it."),
    ] = None,
) -> Response:
    """Be told what changes within your reach, within a second of its being stored: what and which version, not
    the content. Only kinds of records that you may read are announced.

    With the id of the last event, what was missed comes first, without gap or repetition; then `ready`.
    `reset` says that too much was missed: load anew what you show. `resume` ends a stream that is to be opened
    again at once, `expired` one whose token has, `revoked` one whose session has been ended."""
    hub = _hub(request)
    given = last_event_id or wanted.since
    since = ids.read(hub.keyring, access.region_id, given) if given else None
    listener = hub.open(token_of(request), access, asked(access, wanted.types))
    return EventStream(told(hub, listener, since, wanted.follow), lambda: hub.close(listener))


def _hub(request: Request) -> Hub:
    """Made by the first who asks for it, so that a start need not wait for it."""
    state = request.app.state
    if state.events is None:
        state.events = Hub(
            state.database, state.authority, state.keyring, state.settings, lambda: state.clock()
        )
        state.stopping.tell(state.events.stop)
    hub: Hub = state.events
    return hub
