"""Hundreds of ways in which a day of reporting goes wrong; none of them may cost a word or count one twice.

ASN_FAULT_SCHEDULES says how many; a failure prints the shortest schedule that still fails, and ASN_FAULT_SEED
plays the same ones again.
"""

import asyncio
import os
import secrets
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase

from tests.fault.invariants import After
from tests.fault.killed import KilledWorld
from tests.fault.schedules import (
    OPENING,
    Amend,
    Edit,
    EditBoth,
    Move,
    Reconsider,
    Record,
    Step,
    Sync,
    schedules,
)
from tests.fault.story import Story
from tests.fault.world import World

SCHEDULES = int(os.environ.get("ASN_FAULT_SCHEDULES", "300"))
SEED = int(os.environ.get("ASN_FAULT_SEED", secrets.randbits(32) if SCHEDULES >= 1000 else 1))
PARTS = max(1, SCHEDULES // 125)
"""So that `-n` can share them out."""
PER_KILLED_SERVER = 50
"""One schedule in so many also runs against a server that is killed: a start costs as much as several requests."""


async def play(world: World, folder: Path, schedule: list[Step]) -> Story:
    story = Story(world, await world.team(), folder)
    try:
        for step in (*OPENING, *schedule):
            await story.play(step)
        await story.heal()
        await After(story).check()
    finally:
        story.close()
    return story


def play_many(runner: asyncio.Runner, world: World, folder: Path, count: int, part: int) -> dict[str, float]:
    """What was played, for the summary: schedules, seconds, operations and their fates, requests."""
    print(f"ASN_FAULT_SEED={SEED} ASN_FAULT_SCHEDULES={SCHEDULES}")
    began, played = time.perf_counter(), Counter[str]()

    @hypothesis.seed(SEED + part)
    @hypothesis.settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(schedules)
    def each(schedule: list[Step]) -> None:
        try:
            story = runner.run(play(world, folder, schedule))
        except BaseException as error:
            print(f"failed: {error}", *schedule, sep="\n  ")
            raise
        fates = story.fates()
        played.update(schedules=1, requests=story.requests, operations=len(fates), **Counter(fates))

    each()
    return {**played, "seconds": time.perf_counter() - began}


@pytest.mark.parametrize(
    "schedule",
    [
        [Record(0, draft=True, wrong=True), Sync(0), Edit(0, pick=2), Amend(0, pick=0, give_up=True)],
        [
            *(Edit(0, pick=0, wrong=True), Sync(0), EditBoth(pick=0, same=False), Edit(0, pick=0)),
            *(Amend(0, pick=0, give_up=True), Sync(1)),
        ],
        [EditBoth(0, same=False), Reconsider(0, 0, text=True), Sync(1), Sync(0, at_once=1)],
        [
            *(Edit(1, pick=0), Sync(1), Reconsider(0, 0, text=False), Sync(0)),
            Amend(0, pick=0, give_up=False),
        ],
        [EditBoth(0, same=False), Move(0, pick=0, action="delete"), Sync(1), Sync(0)],
    ],
    ids=[
        *("of a draft", "beside another phone's", "sent one at a time", "on a decided submission"),
        "then thrown away",
    ],
)
def test_what_was_built_on_a_change_survives_what_becomes_of_it(
    runner: asyncio.Runner, world: World, folder: Path, schedule: list[Step]
) -> None:
    """Found by seeds 44000 and 46000, and by reading."""
    runner.run(play(world, folder, schedule))


@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_or_doubled_or_shown_to_others(
    runner: asyncio.Runner,
    world: World,
    folder: Path,
    part: int,
    record_property: Callable[[str, object], None],
) -> None:
    record_property("played", play_many(runner, world, folder, SCHEDULES // PARTS, part))


@pytest.mark.timeout(0)
def test_a_server_that_is_killed_in_mid_commit_loses_nothing_either(
    runner: asyncio.Runner,
    killed_world: KilledWorld,
    folder: Path,
    record_property: Callable[[str, object], None],
) -> None:
    count = max(3, SCHEDULES // PER_KILLED_SERVER)
    record_property("played", play_many(runner, killed_world, folder, count, 1000))
