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
    FEEDBACK_RECEIVED = "FEEDBACK_RECEIVED"
    FEEDBACK_REQUESTED = "FEEDBACK_REQUESTED"
    FEEDBACK_ANSWERED = "FEEDBACK_ANSWERED"
    COACHING_RECORDED = "COACHING_RECORDED"
    AGREED_ACTION_DUE = "AGREED_ACTION_DUE"
    FORUM_INVITED = "FORUM_INVITED"
    FORUM_CHANGED = "FORUM_CHANGED"
    FORUM_CANCELLED = "FORUM_CANCELLED"
    FORUM_SOON = "FORUM_SOON"
    FORUM_MINUTES = "FORUM_MINUTES"


REMINDERS = (
    NoticeKind.DAY_NOT_REPORTED,
    NoticeKind.ENTRY_WINDOW_CLOSING,
    NoticeKind.VERIFICATION_DUE,
    NoticeKind.PERIOD_LOCKING,
)
"""Made by the clock, once for each person and day; the other kinds are made by what somebody does."""

RENEWED = (
    NoticeKind.ACTIVITY_REJECTED,
    NoticeKind.ACTIVITY_REOPENED,
    NoticeKind.COACHING_RECORDED,
    NoticeKind.FORUM_INVITED,
    NoticeKind.FORUM_CHANGED,
    NoticeKind.FORUM_CANCELLED,
    NoticeKind.FORUM_MINUTES,
)
"""May happen to the same record again: the notification is then unread once more."""
