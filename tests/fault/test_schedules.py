"""Thousands of ways in which a day of reporting can go wrong; none of them may cost a word or count one twice."""

import asyncio
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import hypothesis
import pytest
import uvloop
from hypothesis import HealthCheck, Phase

from asn_api.core.settings import Settings
from tests.fault.invariants import After
from tests.fault.schedules import Step, schedules
from tests.fault.story import Story
from tests.fault.world import World

SCHEDULES = int(os.environ.get("ASN_FAULT_SCHEDULES", "200"))
SEED = int(os.environ.get("ASN_FAULT_SEED", secrets.randbits(32)))
PARTS = 8 if SCHEDULES >= 1000 else 1
"""So that `-n` can share them out."""


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        yield runner


@pytest.fixture(scope="module")
def world(runner: asyncio.Runner, settings: Settings) -> Iterator[World]:
    stack = AsyncExitStack()
    try:
        yield runner.run(World.open(stack, settings))
    finally:
        runner.run(stack.aclose())


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """For the phones' files: in memory where there is such a place."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


async def play(world: World, folder: Path, schedule: list[Step]) -> None:
    story = Story(world, await world.team(), folder)
    try:
        for step in schedule:
            await story.play(step)
        await story.heal()
        await After(story).check()
    finally:
        story.close()


@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_on_the_way_nothing_is_lost_or_doubled_or_shown_to_others(
    runner: asyncio.Runner, world: World, folder: Path, part: int
) -> None:
    print(f"ASN_FAULT_SEED={SEED} ASN_FAULT_SCHEDULES={SCHEDULES}")

    @hypothesis.seed(SEED + part)
    @hypothesis.settings(
        max_examples=SCHEDULES // PARTS,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(schedules)
    def each(schedule: list[Step]) -> None:
        runner.run(play(world, folder, schedule))

    each()
