"""A simulator of clamd: speaks INSTREAM over real sockets, knows one signature and its own limit of bytes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""Harmless; scanners agree to find it. In two parts, so that they do not find it here."""


@dataclass
class Clamd:
    """`scanned` are the streams it was given, `chunks` the lengths in which the last one came."""

    limit: int = 25_000_000
    address: str = ""
    verdict: bytes | None = None
    scanned: list[bytes] = field(default_factory=list)
    chunks: list[int] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
            content, self.chunks = b"", []
            while length := int.from_bytes(await reader.readexactly(4), "big"):
                self.chunks.append(length)
                content += await reader.readexactly(length)
                if len(content) > self.limit:
                    writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                    return
            self.scanned.append(content)
            found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
            writer.write(found if self.verdict is None else self.verdict)
            await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def clamd(socket: Path | None = None) -> AsyncIterator[Clamd]:
    simulated = Clamd()
    if socket is None:
        server = await asyncio.start_server(simulated.serve, "127.0.0.1", 0)
        simulated.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    else:
        server = await asyncio.start_unix_server(simulated.serve, socket)
        simulated.address = str(socket)
    async with server:
        yield simulated
