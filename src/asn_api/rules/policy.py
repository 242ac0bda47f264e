"""The numbers and choices a regulation or a region may change, as typed, dated data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from asn_api.rules.activities import Category
from asn_api.rules.files import FileKind
from asn_api.rules.notifications import REMINDERS, NoticeKind
from asn_api.rules.policy_values import PolicyArea, day, many, one_of, share, text, whole


class Reaction(StrEnum):
    """What happens to an entry that breaks a soft rule: it is flagged, or refused."""

    WARN = "WARN"
    REJECT = "REJECT"


class LateEntry(StrEnum):
    ALLOW_FLAG = "ALLOW_FLAG"
    BLOCK = "BLOCK"


class MonthTargetRule(StrEnum):
    """WORKING_DAYS sums the day targets; FIXED is one legacy number for every month."""

    WORKING_DAYS = "WORKING_DAYS"
    FIXED = "FIXED"


@dataclass(frozen=True)
class ReducedPeriod:
    """Days (`end` included) such as Ramadan with another daily target, by working days per week."""

    start: date
    end: date
    daily_target_minutes: Mapping[int, int]


def _shares_by_category(value: Any) -> Mapping[Category, Decimal]:
    if not isinstance(value, Mapping) or not value.keys() <= set(Category):
        raise ValueError('{"ADDITIONAL": "0.20"}')
    read = share("0", "1")
    return {Category(key): read(item) for key, item in value.items()}


def _minutes_by_week(value: Any) -> Mapping[int, int]:
    if not isinstance(value, Mapping) or set(value) != {"5", "6"}:
        raise ValueError('{"5": 300, "6": 250}')
    minutes = whole(0, 1440)
    return {int(days): minutes(item) for days, item in value.items()}


def _reduced_period(value: Any) -> ReducedPeriod:
    if not isinstance(value, Mapping) or set(value) != {"start", "end", "daily_target_minutes"}:
        raise ValueError('{"start", "end", "daily_target_minutes"}')
    start, end = day(value["start"]), day(value["end"])
    if end < start:
        raise ValueError("start ≤ end")
    return ReducedPeriod(start, end, _minutes_by_week(value["daily_target_minutes"]))


def _hours_by_reminder(value: Any) -> Mapping[NoticeKind, int]:
    if not isinstance(value, Mapping) or set(value) != set(REMINDERS):
        raise ValueError("{" + ", ".join(f'"{kind}": 16' for kind in REMINDERS) + "}")
    hour = whole(0, 23)
    return {NoticeKind(kind): hour(item) for kind, item in value.items()}


@dataclass(frozen=True)
class ActivityPolicy(PolicyArea, area="activities"):
    """The daily log: minutes, counts, working days and shares of the day's target."""

    daily_target_minutes: Annotated[Mapping[int, int], _minutes_by_week]
    reduced_periods: Annotated[tuple[ReducedPeriod, ...], many(_reduced_period)]
    max_minutes_per_day: Annotated[int, whole(1, 1440)]
    warn_duration_minutes: Annotated[int, whole(1, 1440)]
    warn_day_minutes: Annotated[int, whole(1, 1440)]
    overlap: Annotated[Reaction, one_of(Reaction)]
    leave_day: Annotated[Reaction, one_of(Reaction)]
    missing_work_result: Annotated[Reaction, one_of(Reaction)]
    max_evidence: Annotated[int, whole(0, 50)]
    min_description_length: Annotated[int, whole(1, 500)]
    entry_window_working_days: Annotated[int, whole(0, 60)]
    late_entry: Annotated[LateEntry, one_of(LateEntry)]
    device_clock_tolerance_minutes: Annotated[int, whole(0, 1440)]
    verify_sla_working_days: Annotated[int, whole(1, 60)]
    period_lock_day: Annotated[int, whole(1, 28)]
    category_caps: Annotated[Mapping[Category, Decimal], _shares_by_category]
    uncounted_categories: Annotated[tuple[Category, ...], many(one_of(Category))]
    over_target_factor: Annotated[Decimal, share("1", "10")]
    month_target: Annotated[MonthTargetRule, one_of(MonthTargetRule)]
    fixed_month_minutes: Annotated[int, whole(0, 44640)]
    bulk_decision_items: Annotated[int, whole(1, 300)]
    oversight_min_decisions: Annotated[int, whole(1, 100_000)]
    mass_approval_bulk_share: Annotated[Decimal, share("0", "1")]
    mass_approval_untouched_share: Annotated[Decimal, share("0", "1")]
    in_time_share: Annotated[Decimal, share("0", "1")]
    max_links: Annotated[int, whole(1, 20)]
    delegation_max_days: Annotated[int, whole(1, 366)]
    copied_text_days: Annotated[int, whole(1, 92)]
    copied_text_window_days: Annotated[int, whole(1, 92)]
    same_evidence_window_days: Annotated[int, whole(1, 92)]
    implausible_speed_kmh: Annotated[int, whole(1, 2000)]


@dataclass(frozen=True)
class IdentityPolicy(PolicyArea, area="identity"):
    """Signing in: seconds, minutes and days as the names say."""

    otp_required_roles: Annotated[tuple[str, ...], many(text)]
    lockout_delay_seconds: Annotated[tuple[int, ...], many(whole(0, 86400), 1)]
    code_valid_days: Annotated[int, whole(1, 90)]
    session_days: Annotated[int, whole(1, 365)]
    refresh_grace_minutes: Annotated[int, whole(0, 60)]
    access_token_minutes: Annotated[int, whole(1, 60)]
    pppk_contract_codes: Annotated[tuple[str, ...], many(text, 1)]

    def delay_after(self, failures: int) -> int:
        """Seconds to wait after so many failures in a row; the last step repeats, so no lock is for ever."""
        if failures <= 0:
            return 0
        return self.lockout_delay_seconds[min(failures, len(self.lockout_delay_seconds)) - 1]


@dataclass(frozen=True)
class NotificationPolicy(PolicyArea, area="notifications"):
    """What people are told and when: whole hours of the unit's zone, working days, days."""

    reminder_hours: Annotated[Mapping[NoticeKind, int], _hours_by_reminder]
    verification_due_working_days: Annotated[tuple[int, ...], many(whole(1, 60))]
    period_locking_working_days: Annotated[tuple[int, ...], many(whole(1, 20))]
    switched_off: Annotated[tuple[NoticeKind, ...], many(one_of(NoticeKind))]
    kept_days: Annotated[int, whole(30, 3650)]


@dataclass(frozen=True)
class FilePolicy(PolicyArea, area="files"):
    """Evidence files: bytes, pixels, days and counts as the names say."""

    allowed_kinds: Annotated[tuple[FileKind, ...], many(one_of(FileKind), 1)]
    # At most what is looked at and written anew within one request.
    max_bytes: Annotated[int, whole(1, 20_000_000)]
    max_pixels: Annotated[int, whole(1, 100_000_000)]
    max_unpacked_bytes: Annotated[int, whole(1, 1_000_000_000)]
    files_per_day: Annotated[int, whole(1, 10_000)]
    bytes_per_day: Annotated[int, whole(1, 10_000_000_000)]
    unfinished_days: Annotated[int, whole(1, 90)]
    unnamed_days: Annotated[int, whole(1, 3650)]
