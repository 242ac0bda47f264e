"""Tells at once that the process is to end: the server says so only when every open answer has ended by itself."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Stopping:
    """One per application. What is told may be told twice."""

    def __init__(self) -> None:
        self._told: list[Callable[[], None]] = []

    def tell(self, whom: Callable[[], None]) -> None:
        self._told.append(whom)

    def now(self) -> None:
        for each in self._told:
            each()

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Within it the server's own handlers of signals are told second; leaving it is an end too."""
        loop = asyncio.get_running_loop()
        servers: dict[signal.Signals, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                handler = signal.getsignal(number)
                if callable(handler):
                    servers[number] = handler
                    signal.signal(number, self._before(handler, loop))
        try:
            yield
        finally:
            for number, handler in servers.items():
                signal.signal(number, handler)
            self.now()

    def _before(
        self, handler: Callable[[int, FrameType | None], Any], loop: asyncio.AbstractEventLoop
    ) -> Callable[[int, FrameType | None], None]:
        def handle(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.now)
            handler(number, frame)

        return handle
