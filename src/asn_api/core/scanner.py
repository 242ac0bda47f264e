"""Asks clamd about a file before it is kept: its INSTREAM command over TCP or a local socket."""

import asyncio
import logging
from asyncio import StreamReader, StreamWriter

from asn_api.core.settings import Settings
from asn_api.errors import Problem

log = logging.getLogger(__name__)

CHUNK = 64 * 1024
SECONDS = 30
"""For one file, the wait for its turn included."""
AT_ONCE = 4
"""Per process; clamd has ten threads unless told otherwise."""


class Scanner:
    def __init__(self, address: str) -> None:
        """`host:port`, or the path of a socket."""
        self._address = address
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def check(self, content: bytes) -> None:
        """FILE_INFECTED, or SCANNER_UNREACHABLE for whatever is not a verdict: nothing is kept unscanned."""
        try:
            async with asyncio.timeout(SECONDS), self._turn:
                verdict = await self._asked(content)
        except (OSError, EOFError, TimeoutError) as error:
            log.error("the virus scanner failed", exc_info=error)
            raise _unreachable() from None
        if verdict.endswith(" FOUND"):
            log.warning("the virus scanner refused a file: %s", verdict)
            raise Problem("FILE_INFECTED")
        if verdict != "stream: OK":
            log.error("the virus scanner answered %r", verdict)
            raise _unreachable()

    async def _asked(self, content: bytes) -> str:
        reader, writer = await self._connected()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                chunk = content[start : start + CHUNK]
                writer.write(len(chunk).to_bytes(4, "big") + chunk)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1].decode("utf-8", "replace")
        finally:
            writer.close()

    async def _connected(self) -> tuple[StreamReader, StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address)
        host, _, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))


def scanner(settings: Settings) -> Scanner | None:
    return None if settings.clamav is None else Scanner(settings.clamav)


def _unreachable() -> Problem:
    return Problem("SCANNER_UNREACHABLE", headers={"Retry-After": "30"})
