"""A small HTTP/1.1 keep-alive loader: closed loop for CPU per request, fixed arrival rate for latencies."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

TIMEOUT = 60.0
"""Seconds that one block of requests may take at most."""


class Refused(Exception):
    """A server answered something else than was asked for."""


class Connection(asyncio.Protocol):
    """One request at a time; answers must carry Content-Length."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._transport: Any = None
        self._waiting: asyncio.Future[bytes] | None = None
        self._end = 0
        self.closed = False

    @classmethod
    async def open(cls, port: int) -> "Connection":
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error or ConnectionResetError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._end == 0:
            head = self._received.find(b"\r\n\r\n")
            if head < 0:
                return
            lower = bytes(self._received[:head]).lower()
            at = lower.find(b"\r\ncontent-length:")
            if at < 0:
                self._fail(Refused("an answer without Content-Length"))
                return
            self._end = head + 4 + int(lower[at + 17 :].split(b"\r\n", 1)[0])
        if len(self._received) >= self._end and self._waiting is not None:
            answer = bytes(self._received[: self._end])
            del self._received[: self._end]
            self._end = 0
            self._waiting.set_result(answer)

    def _fail(self, error: Exception) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)

    async def answer(self, request: bytes) -> bytes:
        """With its head."""
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        answer = await self.answer(request)
        return int(answer[9:12]), answer[answer.index(b"\r\n\r\n") + 4 :]

    async def expect(self, request: bytes) -> bytes:
        status, body = await self.ask(request)
        if not 200 <= status < 300:
            raise Refused(
                f"{request.split(b' HTTP', 1)[0].decode()} → {status} {body[:600].decode(errors='replace')}"
            )
        return body

    def close(self) -> None:
        self._transport.close()


def request(method: str, path: str, body: bytes | None = None, token: str | None = None) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


class Clock:
    """CPU seconds that a process has used, all its threads together, in nanosecond steps (Linux)."""

    def __init__(self, pid: int) -> None:
        self._clock = ~pid << 3 | 2

    def read(self) -> float:
        return time.clock_gettime(self._clock)


async def closed_loop(port: int, requests: Sequence[bytes], concurrency: int) -> float:
    """Send everything, `concurrency` at a time; gives the seconds it took."""
    connections = [await Connection.open(port) for _ in range(concurrency)]
    left = iter(requests)

    async def work(connection: Connection) -> None:
        for each in left:
            await connection.expect(each)

    try:
        began = time.perf_counter()
        async with asyncio.timeout(TIMEOUT):
            await asyncio.gather(*(work(connection) for connection in connections))
        return time.perf_counter() - began
    finally:
        for connection in connections:
            connection.close()


async def open_loop(
    port: int,
    requests: Sequence[bytes],
    rate: float,
    connections: int = 64,
    moments: Sequence[float] | None = None,
    timeout: float = TIMEOUT,  # noqa: ASYNC109 (of the whole block)
) -> list[float]:
    """`rate` requests a second, or at these moments, come what may; latencies count from the scheduled moment."""
    free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
    opened = [await Connection.open(port) for _ in range(connections)]
    for connection in opened:
        free.put_nowait(connection)
    latencies: list[float] = []

    async def one(each: bytes, due: float) -> None:
        connection = await free.get()
        if connection.closed:  # idle for longer than the server keeps one
            connection = await Connection.open(port)
            opened.append(connection)
        await connection.expect(each)
        latencies.append(time.perf_counter() - due)
        free.put_nowait(connection)

    try:
        async with asyncio.timeout(timeout), asyncio.TaskGroup() as tasks:
            began = time.perf_counter() + 0.01
            for number, each in enumerate(requests):
                due = began + (number / rate if moments is None else moments[number])
                pause = due - time.perf_counter()
                if pause > 0:
                    await asyncio.sleep(pause)
                tasks.create_task(one(each, due))
        return latencies
    finally:
        for connection in opened:
            connection.close()
