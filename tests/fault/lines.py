"""A TCP line, as between the server and PostgreSQL: it can be cut at a chosen byte, and it counts."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Until(StrEnum):
    """How much still gets through: nothing of the packet, half of it, all of it but not the answer, half of that."""

    NOTHING = "NOTHING"
    HALF = "HALF"
    UNANSWERED = "UNANSWERED"
    HALF_ANSWERED = "HALF_ANSWERED"

    def __repr__(self) -> str:
        return f"Until.{self.name}"


@dataclass(frozen=True)
class Cut:
    """At the packet that commits, or at the n-th packet towards the database since it was armed."""

    packet: int | None
    until: Until


class Line:
    """Passes everything on; `arm` lets the next connection that fits lose its line."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._cut: Cut | None = None
        self._packets = 0
        self._on_cut: Callable[[], None] | None = None
        self.cuts = 0
        self.bytes = 0
        self.connections = 0
        self.open: set[Any] = set()

    async def start(self) -> int:
        """The port to connect to."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Near(self), "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def stop(self) -> None:
        self._server.close()
        for each in list(self.open):
            each.abort()

    def arm(self, cut: Cut | None, on_cut: Callable[[], None] | None = None) -> None:
        self._cut, self._on_cut, self._packets = cut, on_cut, 0

    async def dial(self, near: "_Near") -> "_Far":
        _, far = await asyncio.get_running_loop().create_connection(lambda: _Far(self, near), *self._target)
        return far

    def meets(self, data: bytes, near: "_Near") -> Cut | None:
        """The cut, when this packet is the one; it is used up by that.

        What is to be done then is the connection's from now on: the request that armed the line may be answered
        before this one is.
        """
        if self._cut is None:
            return None
        self._packets += 1
        if b"COMMIT" not in data if self._cut.packet is None else self._packets <= self._cut.packet:
            return None
        met, self._cut = self._cut, None
        near.on_cut = self._on_cut
        return met


class _Near(asyncio.Protocol):
    """The server's end."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.far: _Far | None = None
        self.on_cut: Callable[[], None] | None = None
        self.waiting = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.line.open.add(transport)
        self.line.connections += 1
        self.dialling = asyncio.ensure_future(self._dial())

    async def _dial(self) -> None:
        try:
            self.far = await self.line.dial(self)
        except OSError:
            self.transport.abort()
            return
        if self.transport.is_closing():
            self.far.transport.abort()
        else:
            self.far.transport.write(self.waiting)

    def data_received(self, data: bytes) -> None:
        self.line.bytes += len(data)
        if self.far is None:
            self.waiting += data
            return
        if self.far.transport.is_closing():
            return
        cut = self.line.meets(data, self)
        if cut is None:
            self.far.transport.write(data)
        elif cut.until is Until.NOTHING:
            self.sever()
        elif cut.until is Until.HALF:
            self.far.transport.write(data[: len(data) // 2])
            # What was written has left already: the buffers are empty in a test.
            self.sever()
        else:
            self.far.transport.write(data)
            self.far.answered = 0.0 if cut.until is Until.UNANSWERED else 0.5

    def sever(self) -> None:
        self.line.cuts += 1
        if self.on_cut is not None:
            self.on_cut()
        self.transport.abort()
        if self.far is not None:
            self.far.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self.line.open.discard(self.transport)
        if self.far is not None:
            self.far.transport.close()


class _Far(asyncio.Protocol):
    """The database's end. `answered`: the share of the next answer that still gets through."""

    def __init__(self, line: Line, near: _Near) -> None:
        self.line, self.near = line, near
        self.answered: float | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.line.open.add(transport)

    def data_received(self, data: bytes) -> None:
        self.line.bytes += len(data)
        if self.near.transport.is_closing():
            return
        if self.answered is None:
            self.near.transport.write(data)
            return
        self.near.transport.write(data[: int(len(data) * self.answered)])
        self.near.sever()

    def connection_lost(self, error: Exception | None) -> None:
        self.line.open.discard(self.transport)
        self.near.transport.close()
