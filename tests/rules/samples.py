"""The shipped defaults as the rules' tests use them: policies, calendar, a unit's place."""

import json
from datetime import date
from importlib import resources
from typing import Any

from asn_api.rules.calendar import Calendar, Zone
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.entries import Place
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.policy import ActivityPolicy, FilePolicy, IdentityPolicy, NotificationPolicy


def shipped(name: str) -> Any:
    return json.loads(resources.files("asn_api").joinpath("data", name).read_text("utf-8"))


def policy_values(area: str, **changes: object) -> dict[str, object]:
    values = {key: entry["value"] for key, entry in shipped("policies.json")[area]["values"].items()}
    return {**values, **changes}


def activity_policy(**changes: object) -> ActivityPolicy:
    return ActivityPolicy.from_mapping(policy_values("activities", **changes))


def identity_policy(**changes: object) -> IdentityPolicy:
    return IdentityPolicy.from_mapping(policy_values("identity", **changes))


def notification_policy(**changes: object) -> NotificationPolicy:
    return NotificationPolicy.from_mapping(policy_values("notifications", **changes))


def file_policy(**changes: object) -> FilePolicy:
    return FilePolicy.from_mapping(policy_values("files", **changes))


def complaint_policy(**changes: object) -> ComplaintPolicy:
    return ComplaintPolicy.from_mapping(policy_values("complaints", **changes))


def plan_policy(**changes: object) -> PlanPolicy:
    return PlanPolicy.from_mapping(policy_values("plans", **changes))


def national_calendar() -> Calendar:
    holidays = shipped("holidays.json")
    return Calendar(
        days_off=frozenset(date.fromisoformat(row["date"]) for row in holidays["days"]),
        loaded_years=frozenset(holidays["years"]),
        estimated_days=frozenset(
            date.fromisoformat(row["date"]) for row in holidays["days"] if row["provisional"]
        ),
    )


def place(zone: Zone = Zone.WIB, days_per_week: int = 5) -> Place:
    return Place(zone, days_per_week, national_calendar())
