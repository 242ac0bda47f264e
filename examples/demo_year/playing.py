"""One play of the year, in a new database and a process of its own."""
# ruff: noqa: T201

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from examples.demo_year.agency import Size
from examples.demo_year.stage import fresh, settings, stage
from examples.demo_year.year import BEGINS, play


async def played(server: str, files: str, size: Size, name: str, tell: Callable[[str], None]) -> bytes:
    url = await fresh(server, name)
    async with stage(settings(url, files), "kota-contoh", BEGINS) as given:
        return await play(given, size, tell)


def one(server: str, size: Size, number: int) -> bytes:
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"  {time.monotonic() - began:6.1f} s  year {number}: {text}", flush=True)

    with tempfile.TemporaryDirectory() as files:
        return asyncio.run(played(server, Path(files).as_uri(), size, f"year_{number}", tell))
