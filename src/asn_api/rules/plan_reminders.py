"""Whom a day reminds of plans: those who have none, their superiors, and those who leave one undecided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asn_api.rules.plan_policy import PlanPolicy


def is_reminded(due: date, today: date, policy: PlanPolicy) -> bool:
    """Whether the employee is told today that his plan is missing; days count from the day it is due."""
    late = (today - due).days
    return -late in policy.missing_days_before if late <= 0 else late in policy.missing_days_after


def is_escalated(due: date, today: date, policy: PlanPolicy) -> bool:
    """Whether the superior is told today."""
    return (today - due).days in policy.escalation_days_after


@dataclass(frozen=True, slots=True)
class Wait:
    """A plan that waits for a person since a day; `on_mark`: today that is exactly as long as a mark says."""

    person: UUID
    since: date
    on_mark: bool


@dataclass(frozen=True, slots=True)
class Backlog:
    count: int
    oldest: date


def waiting(person: UUID, since: date, reaching: Mapping[int, Sequence[date]]) -> Wait | None:
    """The wait, if it is as long as the first mark today.

    `reaching` gives for each mark, in working days, the days since which a plan has waited so long today.
    """
    if not reaching or since > max(reaching[min(reaching)]):
        return None
    return Wait(person, since, any(since in days for days in reaching.values()))


def backlogs(waits: Iterable[Wait]) -> dict[UUID, Backlog]:
    """For each person with a wait on a mark today: all of his, in one."""
    found: dict[UUID, list[Wait]] = {}
    for wait in waits:
        found.setdefault(wait.person, []).append(wait)
    return {
        person: Backlog(len(each), min(wait.since for wait in each))
        for person, each in found.items()
        if any(wait.on_mark for wait in each)
    }
