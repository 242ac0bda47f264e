"""Whom work served: chains of work results up to a goal, what counts, shares, alignment, what to look at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from asn_api.rules.activities import ActivityStatus, Category, Flag
from asn_api.rules.contribution_policy import ContributionPolicy
from asn_api.rules.links import split_minutes

Activity = Mapping[str, Any]
Counted = tuple[Activity, int]
"""An activity and the minutes that count for it."""
EffortKey = tuple[UUID, date, UUID, UUID]
"""Employee, month, unit of the day, chain."""
UnitKey = tuple[date, UUID]
GoalKey = tuple[date, UUID, UUID, UUID]
"""Month, unit, goal, the result that serves it."""
Sums = dict[str, int]

EFFORT_NUMBERS = ("minutes", "non_task_minutes", "copied_texts", "same_evidence")
UNIT_NUMBERS = (
    "minutes",
    "plan_minutes",
    "goal_minutes",
    "non_task_minutes",
    "copied_texts",
    "same_evidence",
)
_CHAINS = UUID("6a0c9d52-6ad1-5b0e-9d4f-7c55e0f0a9b3")


class ContributionFlag(StrEnum):
    """Asks a person to look and to talk; nothing follows from it by itself."""

    MUCH_NON_TASK = "MUCH_NON_TASK"
    COPIED_TEXT = "COPIED_TEXT"
    SAME_EVIDENCE = "SAME_EVIDENCE"
    REALISATION_WITHOUT_WORK = "REALISATION_WITHOUT_WORK"
    WORK_WITHOUT_REALISATION = "WORK_WITHOUT_REALISATION"


@dataclass(frozen=True, slots=True)
class Node:
    """A work result in the cascade: the superior's result it supports, or the goal it serves."""

    parent: UUID | None
    goal: UUID | None
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Chain:
    """Work results from the one that was worked for up to the last one reached, and the goal that it serves."""

    path: tuple[UUID, ...]
    goal: UUID | None

    @property
    def id(self) -> UUID:
        """The same for the same chain, so that whoever keeps one need not look for it first."""
        if not self.path:
            return UUID(int=0)
        return uuid5(_CHAINS, "/".join(map(str, (*self.path, self.goal))))


NOTHING = Chain((), None)
"""Of work that names no result of a plan."""


def chain_of(result: UUID, cascade: Mapping[UUID, Node]) -> Chain:
    """The chain above a result as the cascade stands: the nearest goal ends it.

    It also ends, without a goal, where nothing stands above, where a superior's result is withdrawn, and where
    it would come round in a circle. The first result counts even if it was withdrawn: the work was done for it.
    """
    path: list[UUID] = []
    at: UUID | None = result
    while at is not None and at in cascade and at not in path:
        node = cascade[at]
        if path and node.withdrawn:
            break
        path.append(at)
        if node.goal is not None:
            return Chain(tuple(path), node.goal)
        at = node.parent
    return Chain(tuple(path), None)


def counted_minutes(activity: Activity | None, corrected: int | None) -> int | None:
    """Minutes that count: the newest correction's, else those verified; None while nothing was decided."""
    if activity is None:
        return None
    if corrected is not None:
        return corrected
    return activity["verified_minutes"] if activity["status"] == ActivityStatus.VERIFIED else None


def linked_results(activity: Activity) -> list[UUID]:
    """The work results that an activity names, in the order of its links."""
    first = activity["work_result_id"]
    if first is None:
        return []
    return [first, *(UUID(str(link["work_result_id"])) for link in activity["further_links"])]


def chain_ids(activity: Activity) -> list[UUID]:
    """The chain that each link counts under; of work that names nothing, that of nothing.

    What was decided before chains were kept counts under the chain with the result's own id.
    """
    results = linked_results(activity)
    if not results:
        return [NOTHING.id]
    further = activity.get("further_chain_ids") or results[1:]
    return [activity.get("chain_id") or results[0], *further]


def effort(counted: Counted) -> dict[EffortKey, Sums]:
    """What one activity adds: its minutes split among its chains, whole and summing to exactly what counts.

    Flags count once, with the first link.
    """
    activity, minutes = counted
    further = [Decimal(link["share"]) for link in activity["further_links"]]
    parts = split_minutes(minutes, [Decimal(activity["share"]), *further]) if further else [minutes]
    is_task = activity["category"] != Category.NON_TASK
    found: dict[EffortKey, Sums] = {}
    for place, (chain, part) in enumerate(zip(chain_ids(activity), parts, strict=True)):
        key = activity["employee_id"], activity["day"].replace(day=1), activity["unit_id"], chain
        sums = found.setdefault(key, dict.fromkeys(EFFORT_NUMBERS, 0))
        sums["minutes"] += part
        sums["non_task_minutes"] += 0 if is_task else part
        if place == 0:
            sums["copied_texts"] += Flag.COPIED_TEXT in activity["flags"]
            sums["same_evidence"] += Flag.SAME_EVIDENCE in activity["flags"]
    return found


def effort_changes(changes: Iterable[tuple[Counted | None, Counted | None]]) -> dict[EffortKey, Sums]:
    """After minus before of every activity that counted or counts, in the order of the keys."""
    found: dict[EffortKey, Sums] = {}
    for before, after in changes:
        for counted, sign in ((before, -1), (after, 1)):
            if counted is None:
                continue
            for key, numbers in effort(counted).items():
                sums = found.setdefault(key, dict.fromkeys(EFFORT_NUMBERS, 0))
                for name, number in numbers.items():
                    sums[name] += sign * number
    return {key: found[key] for key in sorted(found) if any(found[key].values())}


def unit_changes(
    efforts: Mapping[EffortKey, Sums], chains: Mapping[UUID, Chain]
) -> tuple[dict[UnitKey, Sums], dict[GoalKey, Sums]]:
    """The same changes by unit, and by goal and the result through which it was reached; in the order of the keys."""
    units: dict[UnitKey, Sums] = {}
    goals: dict[GoalKey, Sums] = {}
    for (_, month, unit, chain_id), sums in efforts.items():
        chain, minutes = chains[chain_id], sums["minutes"]
        of_unit = units.setdefault((month, unit), dict.fromkeys(UNIT_NUMBERS, 0))
        for name in EFFORT_NUMBERS:
            of_unit[name] += sums[name]
        of_unit["plan_minutes"] += minutes if chain.path else 0
        if chain.goal is not None:
            of_unit["goal_minutes"] += minutes
            key = month, unit, chain.goal, chain.path[-1]
            goals.setdefault(key, {"minutes": 0})["minutes"] += minutes
    return (
        {key: units[key] for key in sorted(units) if any(units[key].values())},
        {key: goals[key] for key in sorted(goals) if goals[key]["minutes"]},
    )


class Effort(NamedTuple):
    """Counted minutes of somebody or of some unit; those of the plan include those that reach a goal."""

    minutes: int
    plan_minutes: int
    goal_minutes: int
    non_task_minutes: int
    copied_texts: int
    same_evidence: int


def percent(number: Fraction) -> Decimal:
    """1 decimal, half up, of a number not below 0. Rounded parts of a whole need not sum to 100."""
    whole = number.denominator
    return Decimal((20 * number.numerator + whole) // (2 * whole)).scaleb(-1)


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in percent, neither below 0, 1 decimal, half up; None of nothing."""
    return Decimal((2000 * part + whole) // (2 * whole)).scaleb(-1) if whole else None


def flags(effort: Effort, policy: ContributionPolicy) -> list[ContributionFlag]:
    """What the minutes and the flags of the activities behind them ask to look at."""
    found = []
    if effort.non_task_minutes > policy.non_task_share * effort.minutes:
        found.append(ContributionFlag.MUCH_NON_TASK)
    if effort.copied_texts > 0:
        found.append(ContributionFlag.COPIED_TEXT)
    if effort.same_evidence > 0:
        found.append(ContributionFlag.SAME_EVIDENCE)
    return found


def result_flags(*, minutes: int, reported_in_span: bool, reported_ever: bool) -> list[ContributionFlag]:
    """Whether a result's realisation and the work for it fit: months with the one and without the other."""
    if reported_in_span and not minutes:
        return [ContributionFlag.REALISATION_WITHOUT_WORK]
    if minutes and not reported_ever:
        return [ContributionFlag.WORK_WITHOUT_REALISATION]
    return []
