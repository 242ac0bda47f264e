"""Contribution: chains, minutes that never count twice, shares, alignment, attainment."""

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from asn_api.rules.activities import ActivityStatus, Category, Flag
from asn_api.rules.attainment import attainment, capped, known, mean
from asn_api.rules.contribution import (
    NOTHING,
    Chain,
    ContributionFlag,
    Effort,
    Node,
    chain_ids,
    chain_of,
    counted_minutes,
    effort_changes,
    flags,
    percent,
    result_flags,
    share,
    unit_changes,
)
from asn_api.rules.contribution_policy import ContributionPolicy
from asn_api.rules.plans import Polarity
from tests.rules.samples import policy_values

POLICY = ContributionPolicy.from_mapping(policy_values("contribution"))
PEOPLE, UNITS, GOALS = ([UUID(int=base + n) for n in range(3)] for base in (100, 200, 300))
RESULTS = [UUID(int=400 + n) for n in range(6)]
WHOLE = Decimal(1)


def node(parent: UUID | None = None, goal: UUID | None = None, withdrawn: bool = False) -> Node:
    return Node(parent, goal, withdrawn)


A, B, C, D = RESULTS[:4]
GOAL, OTHER = GOALS[:2]


@pytest.mark.parametrize(
    ("cascade", "path", "goal"),
    [
        ({A: node(B), B: node(C), C: node(goal=GOAL)}, (A, B, C), GOAL),
        ({A: node(B, GOAL), B: node(goal=OTHER)}, (A,), GOAL),
        ({A: node(B), B: node()}, (A, B), None),
        ({A: node()}, (A,), None),
        ({A: node(B), B: node(A)}, (A, B), None),
        ({A: node(A)}, (A,), None),
        ({A: node(B), B: node(C), C: node(B)}, (A, B, C), None),
        ({A: node(B), B: node(goal=GOAL, withdrawn=True)}, (A,), None),
        ({A: node(B, withdrawn=True), B: node(goal=GOAL)}, (A, B), GOAL),
        ({A: node(B)}, (A,), None),
        ({}, (), None),
    ],
)
def test_a_chain_ends_at_the_nearest_goal_or_where_the_cascade_breaks(
    cascade: dict[UUID, Node], path: tuple[UUID, ...], goal: UUID | None
) -> None:
    assert chain_of(A, cascade) == Chain(path, goal)


def test_the_same_chain_has_the_same_id_and_only_that() -> None:
    chains = [NOTHING, Chain((A,), None), Chain((A,), GOAL), Chain((A, B), GOAL), Chain((B, A), GOAL)]
    assert len({chain.id for chain in chains}) == len(chains)
    assert Chain((A, B), GOAL).id == Chain((A, B), GOAL).id
    assert NOTHING.id == UUID(int=0)


CASCADES = st.fixed_dictionaries(
    {
        result: st.builds(
            Node,
            parent=st.none() | st.sampled_from(RESULTS),
            goal=st.none() | st.none() | st.sampled_from(GOALS),
            withdrawn=st.booleans(),
        )
        for result in RESULTS
    }
)


@st.composite
def activities(draw: st.DrawFn) -> dict[str, Any]:
    status = draw(st.sampled_from(ActivityStatus))
    minutes = draw(st.integers(1, 600))
    links = draw(st.lists(st.sampled_from(RESULTS), max_size=4, unique=True))
    parts = [draw(st.integers(1, 2000)) for _ in links[1:]]
    shares = [Decimal(10000 - sum(parts)) / 10000, *(Decimal(each) / 10000 for each in parts)]
    further = [
        {"work_result_id": str(result), "share": str(part)}
        for result, part in zip(links[1:], shares[1:], strict=False)
    ]
    return {
        "employee_id": draw(st.sampled_from(PEOPLE)),
        "unit_id": draw(st.sampled_from(UNITS)),
        "day": draw(st.dates(date(2026, 10, 29), date(2026, 12, 2))),
        "status": status,
        "category": draw(st.sampled_from(Category)),
        "flags": draw(st.lists(st.sampled_from([Flag.COPIED_TEXT, Flag.SAME_EVIDENCE]), unique=True)),
        "verified_minutes": draw(st.integers(0, minutes)) if status == ActivityStatus.VERIFIED else None,
        "work_result_id": links[0] if links else None,
        "share": shares[0] if links else WHOLE,
        "further_links": further,
        "chain_id": None,
        "further_chain_ids": None,
    }


def chained(activity: dict[str, Any], cascade: dict[UUID, Node]) -> dict[str, Any]:
    """As a decision leaves it: with the chains of its moment."""
    found = [chain_of(result, cascade).id for result in (*chain_ids(activity),) if result in cascade]
    return {**activity, "chain_id": found[0] if found else None, "further_chain_ids": found[1:] or None}


def counted(activity: dict[str, Any] | None, corrected: int | None = None) -> Any:
    minutes = counted_minutes(activity, corrected)
    return None if minutes is None else (activity, minutes)


@given(st.lists(st.tuples(st.integers(0, 4), st.none() | activities(), CASCADES), max_size=12))
def test_what_was_added_is_taken_off_exactly_though_the_cascade_changes(writes: list[Any]) -> None:
    rows: dict[int, Any] = {}
    kept: Counter[Any] = Counter()
    for id, activity, cascade in writes:
        before = rows.get(id)
        rows[id] = after = activity and chained(activity, cascade)
        for key, sums in effort_changes([(counted(before), counted(after))]).items():
            kept.update({(key, name): number for name, number in sums.items()})
    anew = effort_changes((None, counted(row)) for row in rows.values())
    expected = {(key, name): number for key, sums in anew.items() for name, number in sums.items() if number}
    assert {key: number for key, number in kept.items() if number} == expected


@given(st.lists(activities(), min_size=1, max_size=8), CASCADES)
def test_every_minute_counts_once_and_units_and_goals_are_sums_of_people(rows: Any, cascade: Any) -> None:
    decided = [counted(chained(row, cascade)) for row in rows]
    efforts = effort_changes((None, each) for each in decided)
    granted = sum(each[1] for each in decided if each)
    assert sum(sums["minutes"] for sums in efforts.values()) == granted
    chains = {chain_of(result, cascade).id: chain_of(result, cascade) for result in RESULTS}
    chains[NOTHING.id] = NOTHING
    units, goals = unit_changes(efforts, chains)
    assert sum(sums["minutes"] for sums in units.values()) == granted
    assert list(units) == sorted(units)
    assert list(goals) == sorted(goals)
    for sums in units.values():
        assert 0 <= sums["goal_minutes"] <= sums["plan_minutes"] <= sums["minutes"]
        assert sums["non_task_minutes"] <= sums["minutes"]
    reached = sum(sums["goal_minutes"] for sums in units.values())
    assert sum(sums["minutes"] for sums in goals.values()) == reached
    by_goal: Counter[UUID] = Counter()
    by_person: Counter[tuple[UUID, UUID]] = Counter()
    for (person, _, _, id), sums in efforts.items():
        if (goal := chains[id].goal) is not None:
            by_goal[goal] += sums["minutes"]
            by_person[goal, person] += sums["minutes"]
    for goal, minutes in by_goal.items():
        assume(minutes)
        shares = [Fraction(part, minutes) for (of, _), part in by_person.items() if of == goal]
        assert sum(shares) == 1
        assert all(0 <= share <= 1 for share in shares)


def test_a_split_activity_never_counts_double() -> None:
    activity = {
        "employee_id": PEOPLE[0],
        "unit_id": UNITS[0],
        "day": date(2026, 11, 19),
        "status": ActivityStatus.VERIFIED,
        "category": Category.NON_TASK,
        "flags": [Flag.COPIED_TEXT],
        "verified_minutes": 100,
        "work_result_id": A,
        "share": Decimal("0.3333"),
        "further_links": [
            {"work_result_id": str(B), "share": "0.3333"},
            {"work_result_id": str(C), "share": "0.3334"},
        ],
    }
    found = effort_changes([(None, counted(activity))])
    assert {key[3]: sums["minutes"] for key, sums in found.items()} == {A: 33, B: 33, C: 34}
    assert sum(sums["non_task_minutes"] for sums in found.values()) == 100
    assert sum(sums["copied_texts"] for sums in found.values()) == 1
    corrected = effort_changes([(counted(activity), counted(activity, 50)), (None, counted(activity, 0))])
    assert sum(sums["minutes"] for sums in corrected.values()) == -50


def test_a_correction_counts_instead_and_undecided_work_does_not() -> None:
    waiting = {"status": ActivityStatus.SUBMITTED, "verified_minutes": None}
    verified = {"status": ActivityStatus.VERIFIED, "verified_minutes": 90}
    assert [counted_minutes(each, None) for each in (None, waiting, verified)] == [None, None, 90]
    assert [counted_minutes(each, 0) for each in (None, waiting, verified)] == [None, 0, 0]


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, "33.3"), (2, 3, "66.7"), (1, 2000, "0.1"), (1, 2001, "0.0"), (0, 5, "0.0"), (5, 5, "100.0"),
     (1, 800, "0.1"), (3, 800, "0.4"), (0, 0, None), (12345, 100000, "12.3"), (12350, 100000, "12.4")],
)  # fmt: skip
def test_shares_are_percent_with_one_decimal_half_up(part: int, whole: int, expected: str | None) -> None:
    found = share(part, whole)
    assert (None if found is None else str(found)) == expected


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_a_share_is_off_by_half_a_tenth_at_most(part: int, whole: int) -> None:
    found = share(part, whole)
    assert found is not None
    assert abs(Fraction(found) - Fraction(100 * part, whole)) <= Fraction(1, 20)


def effort(**numbers: int) -> Effort:
    return Effort(**{**dict.fromkeys(Effort._fields, 0), **numbers})


def test_flags_ask_to_look_beyond_the_thresholds_only() -> None:
    assert flags(effort(minutes=100, non_task_minutes=40), POLICY) == []
    assert flags(effort(minutes=100, non_task_minutes=41), POLICY) == [ContributionFlag.MUCH_NON_TASK]
    assert flags(effort(), POLICY) == []
    assert flags(effort(copied_texts=1, same_evidence=2), POLICY) == [
        ContributionFlag.COPIED_TEXT,
        ContributionFlag.SAME_EVIDENCE,
    ]
    assert result_flags(minutes=0, reported_in_span=True, reported_ever=True) == [
        ContributionFlag.REALISATION_WITHOUT_WORK
    ]
    assert result_flags(minutes=1, reported_in_span=False, reported_ever=False) == [
        ContributionFlag.WORK_WITHOUT_REALISATION
    ]
    assert result_flags(minutes=1, reported_in_span=False, reported_ever=True) == []
    assert result_flags(minutes=0, reported_in_span=False, reported_ever=False) == []


HIGHER, LOWER, RANGE = Polarity


@pytest.mark.parametrize(
    ("polarity", "target", "upper", "actual", "expected"),
    [
        (HIGHER, "10", None, "13", "130"),
        (HIGHER, "10", None, "0", "0"),
        (HIGHER, "10", None, "-1", "0"),
        (HIGHER, "0", None, "5", None),
        (LOWER, "5", None, "4", "120"),
        (LOWER, "5", None, "10", "0"),
        (LOWER, "5", None, "99", "0"),
        (LOWER, "0", None, "0", None),
        (RANGE, "90", "95", "90", "100"),
        (RANGE, "90", "95", "95", "100"),
        (RANGE, "90", "95", "45", "50"),
        (RANGE, "90", "100", "110", "90"),
        (RANGE, "90", None, "90", None),
        (HIGHER, None, None, "5", None),
        (HIGHER, "5", None, None, None),
    ],
)
def test_attainment_follows_the_polarity(
    polarity: Polarity, target: str | None, upper: str | None, actual: str | None, expected: str | None
) -> None:
    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    found = attainment(polarity, number(target), number(upper), number(actual))
    assert found == (None if expected is None else Fraction(expected))


@given(
    st.sampled_from(list(Polarity)),
    st.decimals(1, 1000, places=2),
    st.decimals(0, 100, places=2),
    st.lists(st.decimals(0, 5000, places=2), min_size=2, max_size=2),
)
def test_attainment_is_never_negative_and_the_better_value_never_shows_less(
    polarity: Polarity, low: Decimal, wide: Decimal, actual: list[Decimal]
) -> None:
    less, more = sorted(actual)
    found = [attainment(polarity, low, low + wide, each) for each in (less, more)]
    assert None not in found
    worse, better = found if polarity is HIGHER else found[::-1]
    assert min(found) >= 0  # type: ignore[type-var]
    if polarity is not RANGE:
        assert worse <= better  # type: ignore[operator]


def test_the_mean_is_of_what_is_known_each_capped_first() -> None:
    found = [Fraction(130), None, Fraction(50)]
    assert known(found, 120) == (170, 2)
    assert mean([known(found, 120)]) == Decimal("85.0")
    assert mean([known(found, 120), known([Fraction(10)], 120)]) == Decimal("60.0")
    assert mean([known([None, None], 120)]) is None
    assert mean([]) is None
    assert capped(None, 120) is None
    assert str(mean([known([Fraction(100, 3)], 120)])) == "33.3"


def test_percent_rounds_half_up() -> None:
    assert [str(percent(Fraction(n, 100))) for n in (4, 5, 14, 15, 9995)] == [
        "0.0",
        "0.1",
        "0.1",
        "0.2",
        "100.0",
    ]


PERCENTS = st.one_of(st.none(), st.fractions(min_value=0, max_value=400, max_denominator=97))


@given(st.lists(st.lists(PERCENTS, max_size=6), max_size=6), st.integers(100, 200))
def test_a_mean_is_the_sum_of_what_is_known_over_its_number(
    parts: list[list[Fraction | None]], cap: int
) -> None:
    held = [min(one, Fraction(cap)) for part in parts for one in part if one is not None]
    expected = percent(sum(held, Fraction(0)) / len(held)) if held else None
    assert mean([known(part, cap) for part in parts]) == expected


@example(Fraction(1, 20))
@given(st.fractions(min_value=0, max_value=10**6))
def test_a_percent_is_the_nearest_tenth_and_the_higher_one_of_two(number: Fraction) -> None:
    tenths = Fraction(percent(number)) * 10
    assert tenths.denominator == 1
    assert -Fraction(1, 2) < tenths - number * 10 <= Fraction(1, 2)
