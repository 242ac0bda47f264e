"""A person's day in numbers, and what it looks like from above: the problem first."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from asn_api.rules.activities import ActivityStatus, Flag

_RECORDED = frozenset({ActivityStatus.SUBMITTED, ActivityStatus.VERIFIED})
_REPORTED = _RECORDED | {ActivityStatus.REJECTED}


def totals(activities: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The numbers kept for one person's day: activities by state, minutes claimed and verified.

    What counts of the verified minutes depends on policy and calendar, which may change afterwards: it is
    computed from `verified_by_category` when it is asked for.
    """
    rows = list(activities)
    counts = {status: sum(row["status"] == status for row in rows) for status in ActivityStatus}
    verified: dict[str, int] = {}
    for row in rows:
        if row["status"] == ActivityStatus.VERIFIED:
            verified[row["category"]] = verified.get(row["category"], 0) + row["verified_minutes"]
    reported = [row for row in rows if row["status"] in _REPORTED]
    return {
        "drafts": counts[ActivityStatus.DRAFT],
        "waiting": counts[ActivityStatus.SUBMITTED],
        "verified": counts[ActivityStatus.VERIFIED],
        "rejected": counts[ActivityStatus.REJECTED],
        "late": sum(Flag.LATE in row["flags"] for row in reported),
        "claimed_minutes": sum(row["minutes"] for row in rows if row["status"] in _RECORDED),
        "verified_minutes": sum(verified.values()),
        "verified_by_category": verified,
        "first_reported_at": min((row["submitted_at"] for row in reported), default=None),
    }


class DayState(StrEnum):
    """In the order in which a superior wants to see them."""

    NOT_REPORTED = "NOT_REPORTED"
    REJECTED = "REJECTED"
    BELOW_TARGET = "BELOW_TARGET"
    WAITING = "WAITING"
    DONE = "DONE"
    DAY_OFF = "DAY_OFF"


def state(*, target: int, reported: int, rejected: int, waiting: int, claimed_minutes: int) -> DayState:
    """`reported` counts activities that were handed in; minutes are those submitted or verified."""
    if not reported:
        return DayState.NOT_REPORTED if target else DayState.DAY_OFF
    if rejected:
        return DayState.REJECTED
    if claimed_minutes < target:
        return DayState.BELOW_TARGET
    return DayState.WAITING if waiting else DayState.DONE
