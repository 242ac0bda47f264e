"""Figures of complaints: counted as the clocks have it, told without small numbers, which nobody can calculate."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.rules.complaint_clocks import ClockStage, ClockState, Since, clock, spans
from asn_api.rules.complaint_figures import (
    STAGES,
    Figures,
    counted,
    figures_of,
    median,
    published,
    summed,
    told,
)
from asn_api.rules.complaints import COMPLAINT_STEPS, ComplaintAction, ComplaintKind, ComplaintStatus
from tests.rules.samples import complaint_policy, national_calendar

CALENDAR = national_calendar()
POLICY = complaint_policy()
S, A = ComplaintStatus, ComplaintAction
FORMAL = ComplaintKind.COMPLAINT_NON_SUPERVISORY
MONDAY = date(2026, 6, 8)
LEAST = 3


def history(*steps: tuple[int, S]) -> list[Since]:
    """States by calendar days after the first Monday."""
    return [Since(MONDAY + timedelta(days=days), status) for days, status in steps]


def figures(rating: int | None, *steps: tuple[int, S]) -> Figures:
    return counted(FORMAL, history((0, S.RECEIVED), *steps), rating, POLICY, CALENDAR, 5)


@st.composite
def histories(draw: st.DrawFn) -> list[Since]:
    """Any way through the steps."""
    found, day = [Since(MONDAY, S.RECEIVED)], MONDAY
    for _ in range(draw(st.integers(0, 9))):
        ways = sorted(action for status, action in COMPLAINT_STEPS if status is found[-1].status)
        if not ways:
            break
        day += timedelta(days=draw(st.integers(0, 20)))
        found.append(Since(day, COMPLAINT_STEPS[found[-1].status, draw(st.sampled_from(ways))].next))
    return found


def test_a_complaint_answered_in_time_and_accepted() -> None:
    found = figures(4, (1, S.VERIFIED), (1, S.FORWARDED), (3, S.IN_PROGRESS), (7, S.ANSWERED), (9, S.CLOSED))
    assert (found.received, found.answered, found.on_time, found.closed, found.reopened) == (1, 1, 1, 1, 0)
    assert (found.rated, found.rating_sum) == (1, 4)
    assert {stage: list(found.days[stage]) for stage in STAGES} == {
        ClockStage.VERIFY: [1],
        ClockStage.AGENCY_FIRST_FOLLOW_UP: [2],
        ClockStage.RESOLVE: [5],
    }


def test_days_on_which_the_reporter_was_asked_are_not_the_agencies() -> None:
    found = figures(
        None, (1, S.ON_HOLD), (8, S.RECEIVED), (9, S.VERIFIED), (9, S.FORWARDED), (10, S.ANSWERED)
    )
    assert list(found.days[ClockStage.VERIFY]) == [2]
    assert list(found.days[ClockStage.RESOLVE]) == [3]


def test_what_the_reporter_replied_to_is_not_answered_until_the_next_answer() -> None:
    way = [(0, S.VERIFIED), (0, S.FORWARDED), (1, S.ANSWERED), (2, S.IN_PROGRESS)]
    assert figures(None, *way).answered == 0
    assert figures(None, *way, (30, S.ANSWERED)).answered == 1


def test_a_reopening_is_counted_and_the_first_round_stays_what_it_was() -> None:
    way = [(0, S.VERIFIED), (0, S.FORWARDED), (1, S.ANSWERED), (2, S.CLOSED)]
    before = figures(2, *way)
    after = figures(2, *way, (10, S.REOPENED), (90, S.ANSWERED))
    assert (after.answered, after.on_time, after.reopened, after.closed) == (1, 1, 1, 0)
    assert after.days == before.days


@given(histories(), st.sampled_from(ComplaintKind))
def test_on_time_is_what_the_clock_says(history: list[Since], kind: ComplaintKind) -> None:
    found = counted(kind, history, None, POLICY, CALENDAR, 5)
    first = [each.status for each in history].index(S.REOPENED) if found.reopened else len(history)
    resolving = next(
        each for each in spans(kind, history[:first], POLICY) if each.stage is ClockStage.RESOLVE
    )
    if found.answered:
        state = clock(resolving, CALENDAR, 5).state(history[-1].day)
        assert state is (ClockState.MET if found.on_time else ClockState.MISSED)
        days = next(iter(found.days[ClockStage.RESOLVE]))
        assert days >= 0
        assert bool(found.on_time) or days >= resolving.limit
    assert found.closed <= found.answered
    assert found.on_time <= found.answered <= 1


@given(st.lists(st.integers(0, 60), min_size=1))
def test_the_median_is_the_middle(days: list[int]) -> None:
    ordered = sorted(days)
    below, above = ordered[(len(days) - 1) // 2], ordered[len(days) // 2]
    assert median(Counter(days)) == Decimal(below + above) / 2
    assert median({}) is None


@given(st.lists(histories(), max_size=5))
def test_figures_add_up_and_come_back_from_what_is_kept(ways: list[list[Since]]) -> None:
    parts = [counted(FORMAL, each, 3, POLICY, CALENDAR, 5) for each in ways]
    whole = summed(parts)
    assert whole.received == len(ways)
    assert figures_of(whole.kept()) == whole
    assert summed([summed(parts[:2]), summed(parts[2:])]) == whole


def test_everything_is_told_to_who_may_read_the_complaints() -> None:
    shown = told(figures(4, (1, S.VERIFIED), (1, S.FORWARDED), (7, S.ANSWERED), (9, S.CLOSED)), 1)
    assert shown["received"] == shown["closed"] == shown["rated"] == 1
    assert shown["reopened"] == 0
    assert (shown["on_time_percent"], shown["rating_mean"]) == (100, 4)
    empty = told(Figures(), 1)
    assert (empty["received"], empty["answered"], empty["on_time_percent"]) == (0, 0, None)


@given(st.integers(3, 9), st.integers(0, 12), st.integers(0, 12))
def test_nothing_is_told_that_rests_on_a_few(least: int, answered: int, rated: int) -> None:
    parts = Figures(received=12, answered=answered, on_time=answered, rated=rated, rating_sum=3 * rated)
    shown = told(parts, least)
    assert (shown["answered"] is None) == (shown["on_time_percent"] is None) == (answered < least)
    assert (shown["rated"] is None) == (shown["rating_mean"] is None) == (rated < least)


Table = tuple[tuple[int, int], ...]
"""Received and answered of each agency in their order, and last of no agency."""


def publish(table: Table) -> Any:
    *agencies, nobody = [Figures(received=received, answered=answered) for received, answered in table]
    return published(list(enumerate(agencies)), nobody, LEAST)


def what_is_known(table: Table) -> str:
    return repr(publish(table))


def alternatives(most: int, agencies: int, *, answered: bool) -> dict[str, list[Table]]:
    """Every table of so many agencies, by what is published of it."""
    line = [(r, a) for r in range(most + 1) for a in (range(r + 1) if answered else (0,))]
    found: dict[str, list[Table]] = defaultdict(list)
    for table in product(*[line] * agencies, [(r, 0) for r in range(most + 1)]):
        found[what_is_known(table)].append(table)
    return found


@pytest.mark.parametrize(("most", "agencies", "answered"), [(9, 2, True), (9, 3, False), (22, 1, True)])
def test_no_cell_that_is_not_told_can_be_calculated(most: int, agencies: int, answered: bool) -> None:
    """By nobody, not even by who knows the rule: of all tables that lead to the same publication, two differ in it.

    Tables at the edge of what is tried out are left aside: what would differ from them lies beyond.
    """
    tried = 0
    for tables in alternatives(most, agencies, answered=answered).values():
        for table in tables:
            if max(received for received, _ in table) >= most:
                continue
            shown = publish(table)
            for place in range(agencies):
                line = shown.lines.get(place)
                for part, name in enumerate(("received", "answered")[: 1 + answered]):
                    if line is not None and line[name] is not None:
                        assert line[name] == table[place][part]
                        continue
                    tried += 1
                    assert len({other[place][part] for other in tables}) > 1, (table, place, name)
    assert tried > 50


@given(
    st.lists(st.integers(0, 40), max_size=12),
    st.integers(0, 40),
    st.integers(3, 10),
)
def test_sums_are_right_where_they_are_told(received: list[int], nobody: int, least: int) -> None:
    parts = [(number, Figures(received=each)) for number, each in enumerate(received)]
    shown = published(parts, Figures(received=nobody), least)
    assert all(line["received"] == received[number] >= least for number, line in shown.lines.items())
    assert (shown.received is None) == (shown.others_received is None)
    if shown.received is not None:
        assert shown.received == sum(received) + nobody
        assert shown.others_received is not None
        assert shown.others_received >= least
