"""A server in a process of its own that is killed in mid-request, at a packet to its database, and started again."""

import multiprocessing
import os
import signal
import socket
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import forkserver
from multiprocessing.sharedctypes import Synchronized
from typing import Any

import httpx
import uvicorn

from asn_api.core.settings import Settings
from asn_api.main import create_app
from tests.conftest import NOW
from tests.fault.lines import Cut, Until
from tests.fault.network import Fault
from tests.fault.world import World

PROCESSES = multiprocessing.get_context("forkserver")


def prepare() -> None:
    """Servers are forked from a process that has imported everything: a start takes a fraction of a second."""
    PROCESSES.set_forkserver_preload(["tests.fault.killed"])
    outside = os.environ.get("PYTHONPATH")
    # It is a new interpreter, which does not know where this one looks for modules.
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    forkserver.ensure_running()
    if outside is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = outside


def serve(settings: Settings, clock: "Synchronized[float]", listening: socket.socket) -> None:
    """What the child does, until it is killed."""
    app = create_app(settings)
    app.state.clock = lambda: datetime.fromtimestamp(clock.value, UTC)
    config = uvicorn.Config(app, log_config=None, access_log=False, loop="uvloop", http="httptools")
    uvicorn.Server(config).run(sockets=[listening])


@dataclass
class Server:
    """The listening socket stays ours: whoever calls while there is no server waits for the next one."""

    settings: Settings
    clock: "Synchronized[float]" = field(default_factory=lambda: PROCESSES.Value("d", NOW.timestamp()))
    process: Any = None
    starts: int = 0

    def __post_init__(self) -> None:
        prepare()
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port: int = self.listening.getsockname()[1]

    def ensure(self) -> None:
        if self.process is None:
            given = self.settings, self.clock, self.listening
            self.process = PROCESSES.Process(target=serve, args=given, daemon=True)
            self.process.start()
            self.starts += 1

    def kill(self) -> None:
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.join()
            self.process = None

    def replace(self) -> None:
        self.kill()
        self.ensure()

    def close(self) -> None:
        self.kill()
        self.listening.close()


class Way(httpx.AsyncBaseTransport):
    """To the server over TCP, with a new connection each time."""

    def __init__(self, world: "KilledWorld") -> None:
        self.world = world

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        server = self.world.server
        server.clock.value = self.world.now.timestamp()
        server.ensure()
        body = await request.aread()
        url = request.url.copy_with(host="127.0.0.1", port=server.port)
        async with httpx.AsyncHTTPTransport() as transport:
            sent = httpx.Request(request.method, url, headers=request.headers, content=body or None)
            answer = await transport.handle_async_request(sent)
            content = await answer.aread()
        headers = [
            pair
            for pair in answer.headers.raw
            if pair[0].lower() not in (b"content-encoding", b"content-length")
        ]
        return httpx.Response(answer.status_code, headers=headers, content=content)


class KilledWorld(World):
    """People and invariants as in a World; the server is elsewhere and mortal."""

    server: Server

    @classmethod
    async def open(cls, stack: AsyncExitStack, settings: Settings) -> "KilledWorld":
        world = await super().open(stack, settings)
        assert isinstance(world, KilledWorld)
        world.server = Server(world.settings)
        stack.callback(world.server.close)
        return world

    def way(self, address: str) -> httpx.AsyncBaseTransport:
        return Way(self)

    async def answer(
        self, way: httpx.AsyncBaseTransport, request: httpx.Request, fault: Fault
    ) -> tuple[httpx.Response, bool]:
        cut = fault.cut
        if fault.dies_at is not None:
            cut = Cut(fault.dies_at % 12, Until.UNANSWERED)
        if cut is None:
            # The other copy of a request that arrives twice may have armed the line: it stays armed.
            return await way.handle_async_request(request), False
        self.line.arm(cut, self.server.replace)
        try:
            return await way.handle_async_request(request), False
        finally:
            self.line.arm(None)
