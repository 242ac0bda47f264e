"""The numbers of complaints, which the national standard sets and a region may tighten."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from asn_api.rules.complaints import ComplaintKind
from asn_api.rules.policy_values import PolicyArea, each_of, many, one_of, whole, yes_or_no


@dataclass(frozen=True)
class ComplaintPolicy(PolicyArea, area="complaints"):
    """Working days where the name says so, else calendar days; bytes, metres and counts as named."""

    verify_working_days: Annotated[int, whole(1, 60)]
    follow_up_working_days: Annotated[int, whole(1, 60)]
    resolve_working_days: Annotated[Mapping[ComplaintKind, int], each_of(tuple(ComplaintKind), whole(1, 250))]
    reply_working_days: Annotated[int, whole(1, 60)]
    remind_working_days_before: Annotated[int, whole(0, 20)]
    head_working_days_after: Annotated[int, whole(1, 60)]
    coordinator_working_days_after: Annotated[int, whole(1, 60)]
    reminder_hour: Annotated[int, whole(0, 23)]
    bounce_limit: Annotated[int, whole(0, 20)]
    reopen_limit: Annotated[int, whole(0, 10)]
    reopen_days: Annotated[int, whole(0, 365)]
    secret_kinds: Annotated[tuple[ComplaintKind, ...], many(one_of(ComplaintKind))]
    similar_days: Annotated[int, whole(1, 365)]
    similar_metres: Annotated[int, whole(1, 10_000)]
    similar_shown: Annotated[int, whole(0, 20)]
    media_count: Annotated[int, whole(0, 10)]
    # All of them fit the largest body that a server takes, base64 included.
    media_bytes: Annotated[int, whole(1, 8_000_000)]
    routing_days: Annotated[int, whole(1, 3650)]
    routing_shown: Annotated[int, whole(0, 20)]
    routing_category_points: Annotated[int, whole(0, 1000)]
    intake_items: Annotated[int, whole(1, 200)]
    contact_check_required: Annotated[bool, yes_or_no]
    contact_code_minutes: Annotated[int, whole(1, 1440)]
    contact_code_attempts: Annotated[int, whole(1, 20)]
    reports_per_contact_day: Annotated[int, whole(1, 1000)]
    # Of two complaints, whoever knows one would know the other.
    least_public: Annotated[int, whole(3, 100)]
