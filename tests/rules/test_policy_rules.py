"""Policies are read whole or refused with every fault; the shipped ones are complete and sourced."""

from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from asn_api.errors import Problem
from asn_api.rules.activities import Category
from asn_api.rules.assessment_policy import AssessmentPolicy
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.contribution_policy import ContributionPolicy
from asn_api.rules.credit_policy import CreditPolicy
from asn_api.rules.development_policy import DevelopmentPolicy
from asn_api.rules.enrolment_policy import EnrolmentPolicy
from asn_api.rules.followup_policy import FollowupPolicy
from asn_api.rules.learning_policy import LearningPolicy, ProfessionalismPolicy
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.policy import ActivityPolicy, FilePolicy, IdentityPolicy, NotificationPolicy, Reaction
from asn_api.rules.recommendation_policy import RecommendationPolicy
from tests.rules.samples import activity_policy, identity_policy, notification_policy, policy_values, shipped

NOTIFICATIONS: Any = policy_values("notifications")


@pytest.mark.parametrize(
    ("area", "policy"),
    [
        ("activities", ActivityPolicy),
        ("competencies", CompetencyPolicy),
        ("complaints", ComplaintPolicy),
        ("contribution", ContributionPolicy),
        ("assessments", AssessmentPolicy),
        ("credits", CreditPolicy),
        ("enrolments", EnrolmentPolicy),
        ("development", DevelopmentPolicy),
        ("files", FilePolicy),
        ("followup", FollowupPolicy),
        ("identity", IdentityPolicy),
        ("learning", LearningPolicy),
        ("notifications", NotificationPolicy),
        ("plans", PlanPolicy),
        ("recommendation", RecommendationPolicy),
        ("professionalism", ProfessionalismPolicy),
    ],
)
def test_every_shipped_number_is_dated_and_sourced_and_none_is_in_the_code(area: str, policy: type) -> None:
    shipped_area = shipped("policies.json")[area]
    assert date.fromisoformat(shipped_area["valid_from"]) <= date(2025, 1, 1)
    assert shipped_area["values"].keys() == {field.name for field in fields(policy)}
    for entry in shipped_area["values"].values():
        assert entry["source"]
        assert entry["certainty"] in {"seen", "known", "inferred"}
    assert all(field.default is MISSING for field in fields(policy))


def test_values_arrive_typed() -> None:
    policy = activity_policy()
    assert policy.category_caps == {Category.ADDITIONAL: Decimal("0.20")}
    assert policy.daily_target_minutes[5] == 300
    assert policy.overlap is Reaction.WARN


def test_all_faults_are_named_at_once() -> None:
    values = policy_values("activities", overlap="MAYBE", max_evidence="5", entry_window=3)
    del values["period_lock_day"]
    with pytest.raises(Problem) as refused:
        ActivityPolicy.from_mapping(values)
    assert refused.value.code == "POLICY_INVALID"
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/entry_window", "POLICY_KEY_UNKNOWN"),
        ("/max_evidence", "POLICY_VALUE_INVALID"),
        ("/overlap", "POLICY_VALUE_INVALID"),
        ("/period_lock_day", "POLICY_KEY_MISSING"),
    ]
    assert "WARN | REJECT" in refused.value.faults[2].message("id")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_minutes_per_day", True),
        ("max_minutes_per_day", 1441),
        ("max_minutes_per_day", 0),
        ("period_lock_day", 29),
        ("over_target_factor", 1.2),
        ("over_target_factor", "0.9"),
        ("over_target_factor", "NaN"),
        ("category_caps", {"ADDITIONAL": "1.01"}),
        ("category_caps", {"IKP": "0.1"}),
        ("category_caps", ["ADDITIONAL"]),
        ("uncounted_categories", "NON_TASK"),
        ("uncounted_categories", [["NON_TASK"]]),
        ("daily_target_minutes", {"5": 300}),
        ("daily_target_minutes", {"5": 300, "6": None}),
        ("reduced_periods", [{"start": "2026-02-19", "end": "2026-03-20"}]),
        (
            "reduced_periods",
            [{"start": "2026-03-20", "end": "2026-02-19", "daily_target_minutes": {"5": 1, "6": 1}}],
        ),
        ("reduced_periods", [{"start": "x", "end": None, "daily_target_minutes": {"5": 1, "6": 1}}]),
        ("late_entry", None),
        ("late_entry", {}),
    ],
)
def test_an_ill_typed_value_is_refused_by_name(key: str, value: object) -> None:
    with pytest.raises(Problem) as refused:
        activity_policy(**{key: value})
    assert [fault.pointer for fault in refused.value.faults] == [f"/{key}"]


def test_delays_after_failures_grow_and_then_stay() -> None:
    policy = identity_policy(lockout_delay_seconds=[0, 0, 5, 60])
    assert [policy.delay_after(failures) for failures in (0, 1, 2, 3, 4, 5, 1000)] == [0, 0, 0, 5, 60, 60, 60]
    shipped_delays = identity_policy().lockout_delay_seconds
    assert list(shipped_delays) == sorted(shipped_delays)


@pytest.mark.parametrize(
    "hours",
    [
        {"DAY_NOT_REPORTED": 16},
        {**NOTIFICATIONS["reminder_hours"], "DAY_NOT_REPORTED": 24},
        {**NOTIFICATIONS["reminder_hours"], "ACTIVITY_REJECTED": 8},
        16,
    ],
)
def test_every_reminder_has_an_hour_of_the_day_and_nothing_else_has(hours: object) -> None:
    with pytest.raises(Problem) as refused:
        notification_policy(reminder_hours=hours)
    assert [fault.pointer for fault in refused.value.faults] == ["/reminder_hours"]
