"""Who may hand over verification for how long."""

from datetime import date, timedelta

import pytest

from asn_api.rules.delegations import check_delegation

TODAY = date(2026, 6, 8)


@pytest.mark.parametrize(
    ("to", "start", "days", "code"),
    [
        ("other", 0, 1, None),
        ("other", 0, 92, None),
        ("other", 0, 93, "DELEGATION_TOO_LONG"),
        ("other", 400, 1, None),
        ("other", -1, 2, "DELEGATION_IN_THE_PAST"),
        ("other", 0, 0, "DELEGATION_ENDS_BEFORE_START"),
        ("me", 0, 1, "DELEGATION_TO_ONESELF"),
    ],
)
def test_a_delegation_is_for_others_and_for_a_time(to: str, start: int, days: int, code: str | None) -> None:
    begins = TODAY + timedelta(days=start)
    faults = check_delegation("me", to, begins, begins + timedelta(days=days - 1), today=TODAY, most_days=92)
    assert [each.code for each in faults] == ([code] if code else [])
