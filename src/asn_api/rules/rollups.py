"""Sums kept beside the activities: what each change adds to a unit's month and to a verifier's day."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asn_api.rules.activities import ActivityStatus, Category, Flag
from asn_api.rules.calendar import ONE_DAY, local_day
from asn_api.rules.entries import Place, verification_due
from asn_api.rules.policy import ActivityPolicy

Activity = Mapping[str, Any]
MonthKey = tuple[UUID, date]
DayKey = tuple[UUID, UUID, date]
Sums = dict[str, int]

CATEGORY_MINUTES = {category: f"{category.value.lower()}_minutes" for category in Category}

MONTH_NUMBERS = (
    "drafts",
    "waiting",
    "verified",
    "rejected",
    "late",
    "flagged",
    "claimed_minutes",
    "verified_minutes",
    *CATEGORY_MINUTES.values(),
)

LATENCIES = (
    ("days_0", 0, 0),
    ("days_1", 1, 1),
    ("days_2", 2, 2),
    ("days_3", 3, 3),
    ("days_4_5", 4, 5),
    ("days_6_10", 6, 10),
    ("days_over_10", 11, None),
)
"""The histogram of working days from submission to decision: name, first and last of each step."""

DECISION_NUMBERS = (
    "decided",
    "verified",
    "rejected",
    "granted_less",
    "in_time",
    "in_bulk",
    "untouched",
    *(name for name, _, _ in LATENCIES),
)

_COUNTED = {
    ActivityStatus.DRAFT: "drafts",
    ActivityStatus.SUBMITTED: "waiting",
    ActivityStatus.VERIFIED: "verified",
    ActivityStatus.REJECTED: "rejected",
}


def of_activity(activity: Activity) -> Sums:
    """What one activity counts in its unit's month, as `rules.days.totals` counts it in its day.

    Flags are counted once handed in; minutes are claimed ones of submitted and verified activities, and granted
    ones by category.
    """
    status = ActivityStatus(activity["status"])
    numbers = {_COUNTED[status]: 1}
    if status is not ActivityStatus.DRAFT:
        numbers["late"] = int(Flag.LATE in activity["flags"])
        numbers["flagged"] = int(bool(activity["flags"]))
    if status in (ActivityStatus.SUBMITTED, ActivityStatus.VERIFIED):
        numbers["claimed_minutes"] = activity["minutes"]
    if status is ActivityStatus.VERIFIED:
        numbers["verified_minutes"] = activity["verified_minutes"]
        numbers[CATEGORY_MINUTES[Category(activity["category"])]] = activity["verified_minutes"]
    return numbers


def month_changes(changes: Iterable[tuple[Activity | None, Activity | None]]) -> dict[MonthKey, Sums]:
    """After minus before of every changed activity, by the unit and month of its day, in the order of the keys.

    None stands for an activity that was not there before, or is not there any more.
    """
    found: dict[MonthKey, Sums] = {}
    for before, after in changes:
        for activity, sign in ((before, -1), (after, 1)):
            if activity is None:
                continue
            key = activity["unit_id"], activity["day"].replace(day=1)
            sums = found.setdefault(key, dict.fromkeys(MONTH_NUMBERS, 0))
            for name, number in of_activity(activity).items():
                sums[name] += sign * number
    return {key: found[key] for key in sorted(found) if any(found[key].values())}


def latency(submitted: datetime, decided: datetime, place: Place) -> int:
    """Working days from the day of submission, not counted, to the day of the decision, in the unit's zone."""
    start, end = local_day(submitted, place.zone), local_day(decided, place.zone)
    return place.calendar.working_days(start + ONE_DAY, end, place.days_per_week)


def decision(
    activity: Activity, policy: ActivityPolicy, place: Place | None, *, together: int, at_most: int
) -> Sums:
    """What one decision counts for its verifier; these facts are kept, because policy and calendar may change.

    `together` decisions were made in one request: more than `at_most` are a bulk. `untouched`: granted in full
    and without a comment. Without a place the latency is not known and stands in no step.
    """
    verified = activity["status"] == ActivityStatus.VERIFIED
    less = verified and (
        activity["verified_minutes"] < activity["minutes"]
        or activity["verified_quantity"] < activity["output_quantity"]
    )
    facts = {
        "verified": verified,
        "rejected": not verified,
        "granted_less": less,
        "in_bulk": together > at_most,
        "untouched": verified and not less and not activity["comment"],
    }
    if place is not None:
        submitted, decided = activity["submitted_at"], activity["decided_at"]
        due = verification_due(submitted, policy, place).day
        facts["in_time"] = local_day(decided, place.zone) <= due
        facts[latency_step(latency(submitted, decided, place))] = True
    return {"decided": 1} | {name: 1 for name, applies in facts.items() if applies}


def latency_step(working_days: int) -> str:
    return next(name for name, _, last in LATENCIES if last is None or working_days <= last)


def decision_changes(decisions: Iterable[tuple[DayKey, Sums]]) -> dict[DayKey, Sums]:
    """Decisions by verifier, unit of the work and day of the decision, in the order of the keys."""
    found: dict[DayKey, Sums] = {}
    for key, facts in decisions:
        sums = found.setdefault(key, dict.fromkeys(DECISION_NUMBERS, 0))
        for name, number in facts.items():
            sums[name] += number
    return {key: found[key] for key in sorted(found)}
