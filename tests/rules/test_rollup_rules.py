"""Kept sums: any sequence of changes ends in what counting anew gives."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.rules.activities import ActivityStatus, Category, Flag
from asn_api.rules.calendar import Zone
from asn_api.rules.days import totals
from asn_api.rules.entries import Place
from asn_api.rules.rollups import (
    CATEGORY_MINUTES,
    DECISION_NUMBERS,
    LATENCIES,
    MONTH_NUMBERS,
    decision,
    decision_changes,
    latency_step,
    month_changes,
    of_activity,
)
from tests.rules.samples import activity_policy, national_calendar

UNITS = [UUID(int=number) for number in (1, 2, 3)]
PLACE = Place(Zone.WIB, 5, national_calendar())


@st.composite
def activities(draw: st.DrawFn) -> dict[str, Any]:
    status = draw(st.sampled_from(ActivityStatus))
    minutes = draw(st.integers(1, 600))
    return {
        "unit_id": draw(st.sampled_from(UNITS)),
        "day": draw(st.dates(date(2026, 10, 29), date(2026, 12, 2))),
        "status": status,
        "minutes": minutes,
        "category": draw(st.sampled_from(Category)),
        "flags": draw(st.lists(st.sampled_from([Flag.LATE, Flag.OVERLAP, Flag.NOT_LINKED]), unique=True)),
        "verified_minutes": draw(st.integers(0, minutes)) if status == ActivityStatus.VERIFIED else None,
        "submitted_at": datetime(2026, 11, 1, tzinfo=UTC),
        "description": "Menyusun laporan",
        "evidence": [],
    }


CHANGES = st.lists(
    st.lists(st.tuples(st.integers(0, 5), st.none() | activities()), min_size=1, max_size=6), max_size=12
)


@given(CHANGES)
def test_any_sequence_of_changes_gives_the_same_as_counting_anew(writes: list[Any]) -> None:
    rows: dict[int, Any] = {}
    kept: dict[Any, Counter[str]] = {}
    for write in writes:
        first: dict[int, Any] = {}
        for id, after in write:
            first.setdefault(id, rows.get(id))
            rows[id] = after
        changes = month_changes((before, rows[id]) for id, before in first.items())
        assert list(changes) == sorted(changes)
        for key, sums in changes.items():
            assert set(sums) == set(MONTH_NUMBERS)
            kept.setdefault(key, Counter()).update(sums)
    anew = month_changes((None, row) for row in rows.values())
    assert {key: dict(sums) for key, sums in kept.items() if any(sums.values())} == anew


@given(st.lists(activities(), max_size=8))
def test_a_month_counts_as_its_days_do(rows: list[dict[str, Any]]) -> None:
    summed: Counter[str] = Counter()
    for row in rows:
        summed.update(of_activity(row))
    day = totals(rows)
    shared = [name for name in MONTH_NUMBERS if name in day]
    assert {name: summed[name] for name in shared} == {name: day[name] for name in shared}
    by_category = {category: summed[name] for category, name in CATEGORY_MINUTES.items() if summed[name]}
    assert by_category == {name: minutes for name, minutes in day["verified_by_category"].items() if minutes}
    assert sum(by_category.values()) == summed["verified_minutes"]


def test_what_changes_nothing_is_not_written() -> None:
    row = {"unit_id": UNITS[0], "day": date(2026, 11, 2), "status": "DRAFT", "flags": []}
    assert month_changes([(row, {**row, "day": date(2026, 11, 3)}), (None, None)]) == {}


def decided(**given: Any) -> dict[str, Any]:
    return {
        "status": "VERIFIED",
        "minutes": 60,
        "verified_minutes": 60,
        "output_quantity": Decimal(2),
        "verified_quantity": Decimal("2.0"),
        "comment": None,
        "submitted_at": datetime(2026, 11, 13, 8, tzinfo=UTC),
        "decided_at": datetime(2026, 11, 16, 8, tzinfo=UTC),
        **given,
    }


@pytest.mark.parametrize(
    ("given", "together", "counts"),
    [
        ({}, 1, {"verified", "untouched", "in_time", "days_1"}),
        ({}, 26, {"verified", "untouched", "in_time", "in_bulk", "days_1"}),
        ({}, 25, {"verified", "untouched", "in_time", "days_1"}),
        ({"verified_minutes": 59}, 1, {"verified", "granted_less", "in_time", "days_1"}),
        ({"verified_quantity": Decimal(1)}, 1, {"verified", "granted_less", "in_time", "days_1"}),
        ({"comment": "Baik"}, 1, {"verified", "in_time", "days_1"}),
        (
            {"status": "REJECTED", "verified_minutes": None, "comment": "?"},
            1,
            {"rejected", "in_time", "days_1"},
        ),
        # Friday to Wednesday are three working days, the last one in time.
        (
            {"decided_at": datetime(2026, 11, 18, 8, tzinfo=UTC)},
            1,
            {"verified", "untouched", "in_time", "days_3"},
        ),
        ({"decided_at": datetime(2026, 11, 19, 8, tzinfo=UTC)}, 1, {"verified", "untouched", "days_4_5"}),
        # 18:00 UTC is the next day in Jakarta.
        ({"decided_at": datetime(2026, 11, 18, 18, tzinfo=UTC)}, 1, {"verified", "untouched", "days_4_5"}),
        # Due on a Friday, decided on the Saturday: three working days, yet too late.
        (
            {
                "submitted_at": datetime(2026, 11, 10, 8, tzinfo=UTC),
                "decided_at": datetime(2026, 11, 14, 1, tzinfo=UTC),
            },
            1,
            {"verified", "untouched", "days_3"},
        ),
    ],
)
def test_a_decision_counts(given: dict[str, Any], together: int, counts: set[str]) -> None:
    facts = decision(decided(**given), activity_policy(), PLACE, together=together, at_most=25)
    assert facts == dict.fromkeys({"decided"} | counts, 1)


def test_without_a_place_a_decision_has_no_latency() -> None:
    facts = decision(decided(), activity_policy(), None, together=1, at_most=25)
    assert facts == {"decided": 1, "verified": 1, "untouched": 1}


def test_every_number_of_working_days_has_one_step() -> None:
    assert [latency_step(days) for days in (0, 1, 2, 3, 4, 5, 6, 10, 11, 400)] == [
        *("days_0", "days_1", "days_2", "days_3", "days_4_5", "days_4_5"),
        *("days_6_10", "days_6_10", "days_over_10", "days_over_10"),
    ]
    assert [first for _, first, _ in LATENCIES][1:] == [
        last + 1 for _, _, last in LATENCIES if last is not None
    ]


def test_decisions_add_up_by_verifier_unit_and_day() -> None:
    facts = decision(decided(), activity_policy(), PLACE, together=2, at_most=1)
    today = date(2026, 11, 16)
    keys = [(UNITS[2], UNITS[0], today), (UNITS[1], UNITS[0], today), (UNITS[2], UNITS[0], today)]
    added = decision_changes((key, facts) for key in keys)
    assert list(added) == [keys[1], keys[0]]
    assert added[keys[0]] == dict.fromkeys(DECISION_NUMBERS, 0) | dict.fromkeys(facts, 2)


@given(st.integers(0, 40))
def test_the_sum_of_the_steps_is_the_number_of_decisions(days: int) -> None:
    start = datetime(2026, 3, 2, 2, tzinfo=UTC)
    row = decided(submitted_at=start, decided_at=start + timedelta(days=days))
    facts = decision(row, activity_policy(), PLACE, together=1, at_most=25)
    assert sum(facts.get(name, 0) for name, _, _ in LATENCIES) == 1
