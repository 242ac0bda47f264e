"""A loop of our own, because hypothesis calls without one; the phones' files in memory."""

import asyncio
import gc
import os
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import uvloop

from asn_api.core.settings import Settings
from tests.fault.killed import KilledWorld
from tests.fault.world import World


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        yield runner


@pytest.fixture(scope="module")
def world(runner: asyncio.Runner, settings: Settings) -> Iterator[World]:
    stack = AsyncExitStack()
    try:
        world = runner.run(World.open(stack, settings))
        # The application stays; collecting it again and again costs a tenth of the time.
        gc.collect()
        gc.freeze()
        yield world
    finally:
        runner.run(stack.aclose())


@pytest.fixture(scope="module")
def killed_world(runner: asyncio.Runner, settings: Settings) -> Iterator[KilledWorld]:
    stack = AsyncExitStack()
    try:
        yield runner.run(KilledWorld.open(stack, settings))
    finally:
        runner.run(stack.aclose())


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)
