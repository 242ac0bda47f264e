"""What people are told: reminders that a day brings, and events that concern their own work."""

from enum import StrEnum


class NoticeKind(StrEnum):
    DAY_NOT_REPORTED = "DAY_NOT_REPORTED"
    ENTRY_WINDOW_CLOSING = "ENTRY_WINDOW_CLOSING"
    VERIFICATION_DUE = "VERIFICATION_DUE"
    PERIOD_LOCKING = "PERIOD_LOCKING"
    ACTIVITY_REJECTED = "ACTIVITY_REJECTED"
    ACTIVITY_REOPENED = "ACTIVITY_REOPENED"
    CONFLICT_WAITING = "CONFLICT_WAITING"
    PLAN_MISSING = "PLAN_MISSING"
    TEAM_PLANS_MISSING = "TEAM_PLANS_MISSING"
    PLAN_WAITING = "PLAN_WAITING"
    PLAN_UNDECIDED = "PLAN_UNDECIDED"


REMINDERS = (
    NoticeKind.DAY_NOT_REPORTED,
    NoticeKind.ENTRY_WINDOW_CLOSING,
    NoticeKind.VERIFICATION_DUE,
    NoticeKind.PERIOD_LOCKING,
)
"""Made by the clock, once for each person and day, at an hour of the notifications' policy.

Those of plans come by the clock too, at the hour of the plans' policy; the other kinds are made by what
somebody does.
"""

RENEWED = (NoticeKind.ACTIVITY_REJECTED, NoticeKind.ACTIVITY_REOPENED)
"""May happen to the same record again: the notification is then unread once more."""
