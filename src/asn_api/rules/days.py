"""A person's day in numbers, and what it looks like from above: the problem first."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Any

from asn_api.rules.activities import ActivityStatus, Flag
from asn_api.rules.suspicion import evidence_key, text_key

_RECORDED = frozenset({ActivityStatus.SUBMITTED, ActivityStatus.VERIFIED})
_REPORTED = _RECORDED | {ActivityStatus.REJECTED}


_NONE: frozenset[int] = frozenset()


def evidence_keys(evidence: Collection[Mapping[str, Any]]) -> frozenset[int]:
    """Of links, and of files by their SHA-256 where one is named."""
    if not evidence:
        return _NONE
    return frozenset(evidence_key(each.get("sha256") or each["url"]) for each in evidence)


def totals(
    activities: Iterable[Mapping[str, Any]], corrected: Mapping[Any, int] | None = None
) -> dict[str, Any]:
    """The numbers kept for one person's day: activities by state, minutes claimed and verified.

    `corrected` gives the minutes that count instead, by id, for activities corrected after the lock; those
    wait for nobody any more. What counts of the minutes depends on policy and calendar, which may change
    afterwards: it is computed from the minutes by category when it is asked for.
    """
    corrected = corrected or {}
    counts = dict.fromkeys(ActivityStatus, 0)
    verified: dict[str, int] = {}
    corrections: dict[str, int] = {}
    texts: set[int] = set()
    evidence: set[int] = set()
    late = claimed = settled = 0
    first_reported_at = None
    for row in activities:
        status, category = row["status"], row["category"]
        counts[status] += 1
        granted = row["verified_minutes"] if status == ActivityStatus.VERIFIED else 0
        if status == ActivityStatus.VERIFIED:
            verified[category] = verified.get(category, 0) + granted
        if corrected and row["id"] in corrected:
            corrections[category] = corrections.get(category, 0) + corrected[row["id"]] - granted
            settled += status == ActivityStatus.SUBMITTED
        if status in _RECORDED:
            claimed += row["minutes"]
        if status in _REPORTED:
            late += Flag.LATE in row["flags"]
            if first_reported_at is None or row["submitted_at"] < first_reported_at:
                first_reported_at = row["submitted_at"]
        if status != ActivityStatus.REJECTED:
            texts.add(text_key(row["description"]))
            evidence |= evidence_keys(row["evidence"])
    return {
        "drafts": counts[ActivityStatus.DRAFT],
        "waiting": counts[ActivityStatus.SUBMITTED] - settled,
        "verified": counts[ActivityStatus.VERIFIED],
        "rejected": counts[ActivityStatus.REJECTED],
        "late": late,
        "claimed_minutes": claimed,
        "verified_minutes": sum(verified.values()),
        "verified_by_category": verified,
        "corrected_by_category": corrections,
        "text_keys": sorted(texts),
        "evidence_keys": sorted(evidence),
        "first_reported_at": first_reported_at,
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
