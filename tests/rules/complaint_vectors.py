"""The worked examples of complaints: due days, limits, transitions."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest

from asn_api.errors import Problem
from asn_api.rules.calendar import Calendar
from asn_api.rules.complaint_clocks import ClockStage, Since, Span, clock, spans
from asn_api.rules.complaints import (
    OPEN,
    ComplaintAction,
    ComplaintActor,
    ComplaintKind,
    ComplaintStatus,
    Standing,
    check_complaint,
)
from tests.rules.samples import complaint_policy, national_calendar

Row = Mapping[str, Any]
CALENDAR = national_calendar()
POLICY = complaint_policy()
MONDAY = date(2026, 6, 8)
ACTIONS = {
    "not_our_unit": ComplaintAction.BOUNCE,
    "respond": ComplaintAction.ANSWER,
    "reporter_reply": ComplaintAction.REPLY,
    "auto_close_10d": ComplaintAction.CLOSE_BY_SILENCE,
}


def check_due(row: Row) -> None:
    span = Span(ClockStage.RESOLVE, date.fromisoformat(row["received"]), row["working_days"])
    if row["due"] is None:
        # Its condition: the next year has no calendar yet.
        until_2026 = Calendar(
            frozenset(day for day in CALENDAR.days_off if day.year < 2027), frozenset({2026})
        )
        assert clock(span, until_2026, 5).provisional
        return
    found = clock(span, CALENDAR, 5)
    assert found.due == date.fromisoformat(row["due"])
    assert not found.provisional


def check_limit(row: Row) -> None:
    stage = ClockStage(row["stage"])
    kinds = list(ComplaintKind) if row["classification"] == "ANY" else [ComplaintKind(row["classification"])]
    history = [
        Since(MONDAY, status)
        for status in (
            ComplaintStatus.RECEIVED,
            ComplaintStatus.VERIFIED,
            ComplaintStatus.FORWARDED,
            ComplaintStatus.ANSWERED,
        )
    ]
    for kind in kinds:
        limits = {each.stage: each.limit for each in spans(kind, history, POLICY)}
        assert limits[stage] == row["working_days"]


def check_transition(row: Row) -> None:
    action = ACTIONS.get(row["action"]) or ComplaintAction(row["action"].upper())
    standing = Standing(ComplaintStatus(row["from"]), bounce_limit=POLICY.bounce_limit)
    actors = {ComplaintActor(row["actor"])}
    if not row["allowed"]:
        with pytest.raises(Problem):
            check_complaint(standing, action, actors, MONDAY, "words")
        assert (standing.status in OPEN) == (row["open311_status"] == "open")
        return
    reached = check_complaint(standing, action, actors, MONDAY, "words")
    assert reached == row["to"]
    assert (reached in OPEN) == (row["open311_status"] == "open")


CHECKERS: Mapping[str, Callable[[Row], None]] = {
    "complaint_sla_dates": check_due,
    "complaint_sla_rules": check_limit,
    "complaint_transitions": check_transition,
}
