"""Numbers of feedback, coaching and forums."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from asn_api.rules.coaching import SessionQuestion
from asn_api.rules.policy_values import PolicyArea, many, text, whole


def _question(value: Any) -> SessionQuestion:
    if not isinstance(value, Mapping) or set(value) != {"code", "id", "en"}:
        raise ValueError('{"code", "id", "en"}')
    return SessionQuestion(**{key: text(item) for key, item in value.items()})


def _questions(value: Any) -> tuple[SessionQuestion, ...]:
    read = many(_question, 1)(value)
    if len({question.code for question in read}) < len(read):
        raise ValueError("code: 1×")
    return read


@dataclass(frozen=True)
class MonitoringPolicy(PolicyArea, area="monitoring"):
    """Counts, days, minutes and hours as the names say; scales begin with 1."""

    feedback_per_subject_day: Annotated[int, whole(1, 100)]
    feedback_withdrawal_days: Annotated[int, whole(0, 90)]
    feedback_requests_open: Annotated[int, whole(1, 200)]
    # Of fewer than three nobody is hidden.
    unnamed_team_least: Annotated[int, whole(3, 50)]
    coaching_entry_days: Annotated[int, whole(0, 366)]
    session_questions: Annotated[tuple[SessionQuestion, ...], _questions]
    session_scale: Annotated[int, whole(2, 10)]
    competency_scale: Annotated[int, whole(2, 10)]
    action_reminder_days: Annotated[int, whole(0, 60)]
    forum_window_before_minutes: Annotated[int, whole(0, 240)]
    forum_window_after_minutes: Annotated[int, whole(0, 240)]
    forum_longest_hours: Annotated[int, whole(1, 72)]
    forum_reminder_hours: Annotated[int, whole(1, 168)]
    forum_comments_each: Annotated[int, whole(1, 500)]
