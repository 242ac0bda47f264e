"""Credit points: months, rounding, needs of ranks and levels, and each rule of a promotion by itself."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules.credit_policy import CreditPolicy
from asn_api.rules.credits import (
    Check,
    CreditGap,
    CreditLevel,
    Judged,
    Month,
    Promotion,
    PromotionRule,
    RuleStatus,
    Standing,
    credit,
    following,
    level_in,
    months_of,
    printed,
    readiness,
    segments,
    standings,
    total,
)
from asn_api.rules.ratings import Predicate
from tests.rules.samples import policy_values

POLICY = CreditPolicy.from_mapping(policy_values("credits"))
LEVELS, PREDICATES = st.sampled_from(CreditLevel), st.sampled_from(Predicate)
MONTHS = st.integers(1, 12)
ONE, OTHER = UUID(int=1), UUID(int=2)
TODAY = date(2026, 11, 20)


def points(predicate: Predicate, level: CreditLevel, months: int) -> Decimal:
    return credit(POLICY.percentages[predicate], POLICY.coefficients[level], months).stored


@given(LEVELS, PREDICATES, st.integers(0, 12), st.integers(0, 12))
def test_parts_of_a_year_add_up_but_for_rounding(
    level: CreditLevel, predicate: Predicate, first: int, second: int
) -> None:
    whole = points(predicate, level, first + second)
    parts = points(predicate, level, first) + points(predicate, level, second)
    assert abs(whole - parts) <= Decimal("0.001")


@given(LEVELS, MONTHS, st.lists(PREDICATES, min_size=2, max_size=2))
def test_a_better_predicate_never_gives_less(level: CreditLevel, months: int, two: list[Predicate]) -> None:
    better, worse = sorted(two, key=list(Predicate).index)
    assert points(better, level, months) >= points(worse, level, months)


@pytest.mark.parametrize("level", CreditLevel)
def test_what_is_printed_is_rounded_once(level: CreditLevel) -> None:
    for predicate in Predicate:
        for months in range(1, 13):
            exact = (
                Fraction(POLICY.percentages[predicate]) * Fraction(POLICY.coefficients[level]) * months / 1200
            )
            once = Decimal(exact.numerator * 100) / Decimal(exact.denominator)
            wanted = once.quantize(Decimal(1), ROUND_HALF_UP) / 100
            given = credit(POLICY.percentages[predicate], POLICY.coefficients[level], months)
            assert given.printed == wanted


def test_sums_are_of_the_rounded_parts() -> None:
    parts = [credit(Decimal(150), Decimal("12.5"), 12), credit(Decimal(100), Decimal("12.5"), 2)]
    assert total(each.printed for each in parts) == Decimal("20.83")
    assert printed(Decimal("0.005")) == Decimal("0.01")
    assert str(total([])) == "0.00"


def month(number: int, level: CreditLevel | None, evaluation: UUID | None = ONE, **more: object) -> Month:
    predicate = more.get("predicate", Predicate.GOOD)
    assert predicate is None or isinstance(predicate, Predicate)
    judged = Judged(evaluation, predicate, bool(more.get("provisional"))) if evaluation else None
    return Month(date(2026, number, 1), bool(more.get("functional", True)), level, judged)


def test_a_year_is_cut_where_level_or_evaluation_change() -> None:
    first, second = CreditLevel.AHLI_PERTAMA, CreditLevel.AHLI_MUDA
    year = [
        *(month(number, first) for number in range(1, 4)),
        *(month(number, second) for number in range(4, 8)),
        *(month(number, second, OTHER, predicate=Predicate.VERY_GOOD) for number in range(8, 13)),
    ]
    found, gaps = segments(year)
    assert gaps == []
    assert [(each.start.month, each.months, each.level, each.predicate) for each in found] == [
        (1, 3, first, Predicate.GOOD),
        (4, 4, second, Predicate.GOOD),
        (8, 5, second, Predicate.VERY_GOOD),
    ]
    assert found[-1].end == date(2027, 1, 1)


def test_months_that_give_nothing_say_why() -> None:
    level = CreditLevel.MAHIR
    year = [
        month(1, level, functional=False),
        month(2, None),
        month(3, None),
        month(4, level, None),
        month(5, level, predicate=None),
        month(6, level),
        month(7, None),
        month(8, level),
    ]
    found, gaps = segments(year)
    assert [(each.start.month, each.months) for each in found] == [(6, 1), (8, 1)]
    assert [(each.start.month, each.months, each.reason) for each in gaps] == [
        (1, 1, CreditGap.NOT_FUNCTIONAL),
        (2, 2, CreditGap.LEVEL_UNKNOWN),
        (4, 1, CreditGap.NOT_EVALUATED),
        (5, 1, CreditGap.NOT_ACCEPTED),
        (7, 1, CreditGap.LEVEL_UNKNOWN),
    ]


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.none() | LEVELS,
            st.none()
            | st.builds(Judged, st.sampled_from([ONE, OTHER]), st.none() | PREDICATES, st.booleans()),
        ),
        min_size=12,
        max_size=12,
    )
)
def test_every_month_of_a_year_counts_once_or_is_explained_once(
    year: list[tuple[bool, CreditLevel | None, Judged | None]],
) -> None:
    found, gaps = segments([Month(date(2026, n, 1), *each) for n, each in enumerate(year, 1)])
    covered = [first for each in (*found, *gaps) for first in months_of(each.start, each.end)]
    assert sorted(covered) == [date(2026, number, 1) for number in range(1, 13)]
    assert sum(each.months for each in (*found, *gaps)) == 12
    assert all(before.end <= after.start for before, after in pairwise(found))


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_two_spans_that_meet_share_no_month(start: date, cut: date) -> None:
    start, cut = sorted((start, cut))
    end = date(2101, 1, 1)
    first, second = months_of(start, cut), months_of(cut, end)
    assert not set(first) & set(second)
    assert first + second == months_of(start, end)


def test_december_is_followed_by_january() -> None:
    assert following(date(2026, 12, 1)) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("level", "grade", "rank", "leave"),
    [
        ("AHLI_PERTAMA", "31", 50, 100),
        ("AHLI_PERTAMA", "32", 100, 100),
        ("AHLI_MUDA", "33", 100, 200),
        ("AHLI_MADYA", "42", 300, 450),
        ("AHLI_MADYA", "43", 450, 450),
        ("AHLI_UTAMA", "44", 200, None),
        ("AHLI_UTAMA", "45", None, None),
        ("PEMULA", "21", 15, 15),
        ("TERAMPIL", "23", 40, 60),
        ("PENYELIA", "33", 100, None),
    ],
)
def test_each_rank_of_a_level_needs_more_and_the_last_one_leads_to_the_next_level(
    level: str, grade: str, rank: int | None, leave: int | None
) -> None:
    to_rank, to_level = standing(CreditLevel(level), grade)
    assert (to_rank.needed, to_level.needed) == (rank, leave)
    if leave is None:
        assert to_level.missing is CreditGap.HIGHEST_REACHED


def standing(
    level: CreditLevel | None, grade: str | None, have: str = "0", firm: str | None = None, **more: bool
) -> tuple[Standing, Standing]:
    return standings(level, grade, Decimal(have), Decimal(firm or have), POLICY.needs, **more)


def test_a_need_that_cannot_be_told_is_not_guessed() -> None:
    assert {each.missing for each in standing(None, "31")} == {CreditGap.LEVEL_UNKNOWN}
    assert standing(CreditLevel.AHLI_MUDA, None)[0].missing is CreditGap.GRADE_UNKNOWN
    outside = standing(CreditLevel.AHLI_MUDA, "31")
    assert (outside[0].missing, outside[0].shortfall) == (CreditGap.GRADE_OUTSIDE_LEVEL, None)
    assert outside[1].needed == 200
    assert standing(CreditLevel.AHLI_MUDA, "33", has_ranks=False)[0].missing is CreditGap.NO_RANKS


@given(st.decimals(0, 500, places=2), LEVELS)
def test_the_shortfall_and_what_one_has_make_the_need(have: Decimal, level: CreditLevel) -> None:
    for each in standings(level, POLICY.needs[level].grades[0], have, have, POLICY.needs):
        if each.needed is not None and each.shortfall is not None:
            assert each.shortfall == max(each.needed - have, 0)


def checks(
    have: str, firm: str | None = None, **more: object
) -> dict[tuple[Promotion, PromotionRule], Check]:
    since = more.get("since", date(2024, 11, 20))
    predicates = more.get("predicates", {2024: Predicate.GOOD, 2025: Predicate.VERY_GOOD})
    assert since is None or isinstance(since, date)
    assert isinstance(predicates, dict)
    found = readiness(
        standing(CreditLevel.AHLI_PERTAMA, "31", have, firm), since, predicates, TODAY, POLICY.requirements
    )
    return {(each.promotion, each.rule): each for each in found}


def test_every_rule_is_told_by_itself() -> None:
    found = checks("50.00")
    assert {key: each.status for key, each in found.items()} == {
        (Promotion.RANK, PromotionRule.CREDITS): RuleStatus.PASS,
        (Promotion.RANK, PromotionRule.YEARS_IN_RANK): RuleStatus.PASS,
        (Promotion.RANK, PromotionRule.PREDICATES): RuleStatus.PASS,
        (Promotion.RANK, PromotionRule.NO_SANCTION): RuleStatus.UNKNOWN,
        (Promotion.LEVEL, PromotionRule.CREDITS): RuleStatus.FAIL,
        (Promotion.LEVEL, PromotionRule.PREDICATES): RuleStatus.PASS,
        (Promotion.LEVEL, PromotionRule.NO_SANCTION): RuleStatus.UNKNOWN,
        (Promotion.LEVEL, PromotionRule.COMPETENCY_TEST): RuleStatus.UNKNOWN,
        (Promotion.LEVEL, PromotionRule.VACANCY): RuleStatus.UNKNOWN,
    }


@pytest.mark.parametrize(
    ("have", "firm", "status"),
    [
        ("49.99", None, "FAIL"),
        ("50.00", None, "PASS"),
        ("55.00", "45.00", "UNKNOWN"),
        ("45.00", "45.00", "FAIL"),
    ],
)
def test_provisional_points_neither_pass_nor_fail(have: str, firm: str | None, status: str) -> None:
    assert checks(have, firm)[Promotion.RANK, PromotionRule.CREDITS].status == status


@pytest.mark.parametrize(
    ("since", "status"),
    [(date(2024, 11, 20), "PASS"), (date(2024, 11, 21), "FAIL"), (None, "UNKNOWN")],
)
def test_years_in_rank_are_whole_years(since: date | None, status: str) -> None:
    assert checks("50", since=since)[Promotion.RANK, PromotionRule.YEARS_IN_RANK].status == status


@pytest.mark.parametrize(
    ("predicates", "status"),
    [
        ({2024: Predicate.GOOD, 2025: Predicate.GOOD}, "PASS"),
        ({2025: Predicate.GOOD}, "UNKNOWN"),
        ({2025: Predicate.NEEDS_IMPROVEMENT}, "FAIL"),
        ({2023: Predicate.POOR, 2024: Predicate.GOOD, 2025: Predicate.GOOD, 2026: Predicate.POOR}, "PASS"),
        ({}, "UNKNOWN"),
    ],
)
def test_predicates_of_the_last_whole_years_decide(predicates: dict[int, Predicate], status: str) -> None:
    assert checks("50", predicates=predicates)[Promotion.RANK, PromotionRule.PREDICATES].status == status


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Perencana Ahli Muda", CreditLevel.AHLI_MUDA),
        ("perawat terampil", CreditLevel.TERAMPIL),
        ("Guru Kelas Ahli  Pertama", CreditLevel.AHLI_PERTAMA),
        ("Guru", None),
        ("Ahli", None),
        ("Pengawas Muda", None),
        ("Terampil Mengetik", None),
        ("", None),
    ],
)
def test_a_level_is_only_suggested_when_a_title_ends_with_it(title: str, level: CreditLevel | None) -> None:
    assert level_in(title) is level


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("percentages", {"VERY_GOOD": "150"}),
        ("coefficients", dict.fromkeys(CreditLevel, "x")),
        ("needs", {level: {"per_rank": "1"} for level in CreditLevel}),
        ("least_predicate", "FAIR"),
    ],
)
def test_a_policy_with_holes_is_refused(key: str, value: object) -> None:
    with pytest.raises(Problem) as refused:
        CreditPolicy.from_mapping(policy_values("credits", **{key: value}))
    assert [fault.pointer for fault in refused.value.faults] == [f"/{key}"]
