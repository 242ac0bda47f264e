"""The floor of telling: bare ASGI, one LISTEN, the same frame to everybody; nobody is judged, nothing resumed."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

CHANNEL = "bench_events"
Message = dict[str, Any]


class Fanout:
    def __init__(self) -> None:
        self.queues: set[asyncio.Queue[bytes]] = set()

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["path"] != "/v1/events":
            headers = [(b"content-length", b"2")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"ok"})
            return
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        self.queues.add(queue)
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"event: ready\ndata: {}\n\n", "more_body": True})
        try:
            while True:
                frames = [await queue.get()]
                while not queue.empty():
                    frames.append(queue.get_nowait())
                await send({"type": "http.response.body", "body": b"".join(frames), "more_body": True})
        finally:
            self.queues.discard(queue)

    def tell(self, *told: Any) -> None:
        frame = b'event: goal\ndata: {"id":"%s"}\n\n' % str(told[3]).encode()
        for queue in self.queues:
            queue.put_nowait(frame)

    async def _live(
        self, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        await receive()
        connection = await asyncpg.connect(os.environ["BENCH_DATABASE_URL"])
        await connection.add_listener(CHANNEL, self.tell)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await connection.close()
        await send({"type": "lifespan.shutdown.complete"})


app = Fanout()
