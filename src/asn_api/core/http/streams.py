"""An answer that goes on until there is an end: server-sent events."""

from collections.abc import AsyncGenerator, Callable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""A proxy must pass on each event as it comes."""


class EventStream(StreamingResponse):
    """Not FastAPI's own, which is for generators as endpoints and documents them with words of OpenAPI 3.2.

    Calls `closed` for certain: when all is sent, when the client is gone, when the server gives it up.
    """

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncGenerator[bytes, None], closed: Callable[[], None]) -> None:
        super().__init__(frames, headers=HEADERS)
        self._frames = frames
        self._closed = closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._closed()
            await self._frames.aclose()
