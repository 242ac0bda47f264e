"""A person's day in numbers, and what it looks like from above: the problem first."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from asn_api.rules.activities import ActivityStatus, Flag
from asn_api.rules.suspicion import evidence_key, text_key

_RECORDED = frozenset({ActivityStatus.SUBMITTED, ActivityStatus.VERIFIED})
_REPORTED = _RECORDED | {ActivityStatus.REJECTED}


def evidence_keys(evidence: Iterable[Mapping[str, Any]]) -> frozenset[int]:
    """Of links, and of files by their SHA-256 where one is named."""
    return frozenset(evidence_key(each.get("sha256") or each["url"]) for each in evidence)


def totals(
    activities: Iterable[Mapping[str, Any]], corrected: Mapping[Any, int] | None = None
) -> dict[str, Any]:
    """The numbers kept for one person's day: activities by state, minutes claimed and verified.

    `corrected` gives the minutes that count instead, by id, for activities corrected after the lock; those
    wait for nobody any more. What counts of the minutes depends on policy and calendar, which may change
    afterwards: it is computed from the minutes by category when it is asked for.
    """
    rows = list(activities)
    corrected = corrected or {}
    counts = {status: sum(row["status"] == status for row in rows) for status in ActivityStatus}
    verified: dict[str, int] = {}
    for row in rows:
        if row["status"] == ActivityStatus.VERIFIED:
            verified[row["category"]] = verified.get(row["category"], 0) + row["verified_minutes"]
    corrections: dict[str, int] = {}
    for row in rows:
        if row.get("id") in corrected:
            change = corrected[row["id"]] - (row["verified_minutes"] or 0)
            corrections[row["category"]] = corrections.get(row["category"], 0) + change
    reported = [row for row in rows if row["status"] in _REPORTED]
    counting = [row for row in rows if row["status"] != ActivityStatus.REJECTED]
    return {
        "drafts": counts[ActivityStatus.DRAFT],
        "waiting": sum(
            row["status"] == ActivityStatus.SUBMITTED and row.get("id") not in corrected for row in rows
        ),
        "verified": counts[ActivityStatus.VERIFIED],
        "rejected": counts[ActivityStatus.REJECTED],
        "late": sum(Flag.LATE in row["flags"] for row in reported),
        "claimed_minutes": sum(row["minutes"] for row in rows if row["status"] in _RECORDED),
        "verified_minutes": sum(verified.values()),
        "verified_by_category": verified,
        "corrected_by_category": corrections,
        "text_keys": sorted({text_key(row["description"]) for row in counting}),
        "evidence_keys": sorted(set().union(*(evidence_keys(row["evidence"]) for row in counting))),
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
