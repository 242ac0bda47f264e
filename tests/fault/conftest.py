"""A loop of our own, because hypothesis calls without one; the phones' files in memory."""

import asyncio
import gc
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

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


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How much was played, also by the workers of `-n`, and what became of the operations."""
    played = Counter[str]()
    for report in terminalreporter.getreports("passed"):
        for name, figures in report.user_properties:
            if name == "played":
                played.update(figures)
    if operations := played.pop("operations", 0):
        told = [f"{played.pop('schedules')} schedules, {played.pop('requests')} requests of phones"]
        told.append(f"{played.pop('seconds'):.0f} seconds of work, {operations} operations; per 1,000:")
        told += [f"{fate} {1000 * times / operations:.1f}" for fate, times in played.most_common()]
        terminalreporter.write_line(", ".join(told))
