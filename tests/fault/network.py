"""The phone's network: what can happen to a request on its way and to the answer on its way back."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from tests.fault.lines import Cut


class Weather(StrEnum):
    """What the network does with one request."""

    FINE = "FINE"
    REQUEST_LOST = "REQUEST_LOST"
    REQUEST_TRUNCATED = "REQUEST_TRUNCATED"
    REQUEST_DELAYED = "REQUEST_DELAYED"
    REQUEST_TWICE = "REQUEST_TWICE"
    ANSWER_LOST = "ANSWER_LOST"
    ANSWER_TRUNCATED = "ANSWER_TRUNCATED"

    def __repr__(self) -> str:
        return f"Weather.{self.name}"


@dataclass(frozen=True)
class Fault:
    """What happens to one request: in the network, in the server (dies at the n-th await), in its database."""

    weather: Weather = Weather.FINE
    dies_at: int | None = None
    cut: Cut | None = None


FINE = Fault()

Serve = Callable[[httpx.Request, Fault], Awaitable[httpx.Response]]


class Network(httpx.AsyncBaseTransport):
    """One phone's way to the server. `ahead` are the faults of the next requests, then it is fine."""

    def __init__(self, serve: Serve) -> None:
        self.serve = serve
        self.ahead: list[Fault] = []
        self.late: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        fault = self.ahead.pop(0) if self.ahead else FINE
        match fault.weather:
            case Weather.REQUEST_LOST:
                raise httpx.ConnectError("lost")
            case Weather.REQUEST_DELAYED:
                self.late.append(_again(request, body))
                raise httpx.ReadTimeout("delayed")
            case Weather.REQUEST_TRUNCATED if body:
                return await self.serve(_again(request, body[: len(body) * 2 // 3]), fault)
            case Weather.REQUEST_TWICE:
                answers = await asyncio.gather(
                    self.serve(_again(request, body), fault),
                    self.serve(_again(request, body), FINE),
                    return_exceptions=True,
                )
                first, second = answers
                if isinstance(first, AssertionError):
                    raise first
                if isinstance(second, BaseException):
                    raise second
                return second
            case Weather.ANSWER_LOST:
                await self.serve(_again(request, body), fault)
                raise httpx.ReadTimeout("lost")
            case Weather.ANSWER_TRUNCATED:
                whole = await self.serve(_again(request, body), fault)
                return httpx.Response(whole.status_code, content=whole.content[: len(whole.content) // 2])
        return await self.serve(_again(request, body), fault)

    async def deliver_late(self) -> None:
        """What was delayed arrives now, the newest first; nobody waits for the answers."""
        while self.late:
            await self.serve(self.late.pop(), FINE)


def _again(request: httpx.Request, body: bytes) -> httpx.Request:
    headers = {name: value for name, value in request.headers.items() if name != "content-length"}
    return httpx.Request(request.method, request.url, headers=headers, content=body or None)


class InProcess(httpx.AsyncBaseTransport):
    """To the server without sockets, from an address. (httpx's own costs as much as a small request.)"""

    def __init__(self, app: Any, address: str) -> None:
        self.app, self.address = app, address

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url, unsent = request.url, [await request.aread()]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "server": ("test", 80),
            "client": (self.address, 1),
            "root_path": "",
            "path": url.path,
            "raw_path": url.raw_path.partition(b"?")[0],
            "query_string": url.query,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
        }
        answered = asyncio.Event()
        status, headers, parts = 500, [], list[bytes]()

        async def receive() -> dict[str, Any]:
            if unsent:
                return {"type": "http.request", "body": unsent.pop(), "more_body": False}
            await answered.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message.get("headers", []))
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))
                if not message.get("more_body"):
                    answered.set()

        # What is raised has been answered with 500 already.
        with suppress(Exception):
            await self.app(scope, receive, send)
        return httpx.Response(status, headers=headers, content=b"".join(parts))


class Dying:
    """Awaits a coroutine and cancels the task around it at the n-th await."""

    def __init__(self, living: Coroutine[Any, Any, httpx.Response], awaits: int) -> None:
        self.living = living
        self.awaits = awaits

    def __await__(self) -> Generator[Any, Any, httpx.Response]:
        task = asyncio.current_task()
        assert task is not None
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                waited = self.living.send(value) if error is None else self.living.throw(error)
            except StopIteration as done:
                answer: httpx.Response = done.value
                return answer
            if self.awaits == 0:
                task.cancel()
            self.awaits -= 1
            value = error = None
            try:
                value = yield waited
            except BaseException as raised:
                error = raised
