"""Levels that are held, gaps and job fit, by their boundaries and properties."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules.competencies import (
    CompetencyGroup,
    Evidence,
    EvidenceSource,
    EvidenceUse,
    FitCategory,
    GapStatus,
    NationalCompetency,
    PositionTier,
    Weighing,
    check_withdrawal,
    fit,
    gap,
    gap_status,
    group_of,
    held,
    last_day,
    tier,
    urgency,
    uses,
)
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.rules.credits import CreditLevel
from asn_api.rules.organization import PositionKind
from tests.rules.samples import policy_values

DAY = date(2026, 6, 1)
CENTRE, CERTIFICATE, SUPERIOR, TRAINING, SELF = EvidenceSource


def policy(**changes: object) -> CompetencyPolicy:
    return CompetencyPolicy.from_mapping(policy_values("competencies", **changes))


SHIPPED = policy()
WEIGHING = SHIPPED.weighing

pieces = st.builds(
    Evidence,
    id=st.uuids(),
    level=st.integers(1, 5),
    source=st.sampled_from(EvidenceSource),
    assessed_on=st.dates(date(2020, 1, 1), date(2027, 12, 31)),
    valid_until=st.none() | st.dates(date(2020, 1, 1), date(2029, 12, 31)),
    withdrawn=st.booleans(),
)
pairs = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=12)


def seen(
    source: EvidenceSource, level: int, on: date = date(2026, 1, 1), until: date | None = None, id: int = 1
) -> Evidence:
    return Evidence(UUID(int=id), level, source, on, until, withdrawn=False)


def test_a_surplus_makes_up_for_gaps_only_where_the_policy_does_not_cap() -> None:
    levels = [(4, 3), (4, 3), *[(2, 3)] * 7]
    capped = fit(levels, SHIPPED.fit_thresholds, capped=True)
    assert capped is not None
    assert (capped.percentage, capped.category) == (Decimal("74.07"), FitCategory.PARTLY_MEETS)


def test_the_other_published_scheme_is_a_change_of_numbers() -> None:
    other = policy(fit_thresholds={"MEETS_REQUIREMENT": "90", "PARTLY_MEETS": "78"})
    found = fit([(4, 5)], other.fit_thresholds, capped=False)
    assert found is not None
    assert found.category is FitCategory.PARTLY_MEETS


def test_the_printed_figure_decides_the_category() -> None:
    """Σ 16 / Σ 20 is 80.00; a share that prints as 67.99 is below, one that prints as 68.00 is not."""
    least = SHIPPED.fit_thresholds
    exactly = fit([(4, 5)] * 4, least, capped=False)
    assert exactly is not None
    assert exactly.category is FitCategory.MEETS_REQUIREMENT
    below = fit([(2, 3)] * 3, least, capped=False)
    assert below is not None
    assert (below.percentage, below.category) == (Decimal("66.67"), FitCategory.BELOW_REQUIREMENT)


def test_there_is_no_fit_without_a_requirement() -> None:
    assert fit([], SHIPPED.fit_thresholds, capped=False) is None


@given(pairs)
def test_capping_never_helps_and_never_passes_a_hundred(levels: list[tuple[int, int]]) -> None:
    free = fit(levels, SHIPPED.fit_thresholds, capped=False)
    capped = fit(levels, SHIPPED.fit_thresholds, capped=True)
    assert free is not None
    assert capped is not None
    assert capped.percentage <= min(free.percentage, Decimal(100))
    assert (capped.percentage == 100) == all(gap_status(*each) is not GapStatus.GAP for each in levels)


@given(pairs, st.integers(0, 11))
def test_a_higher_level_never_lowers_the_fit(levels: list[tuple[int, int]], at: int) -> None:
    index = at % len(levels)
    better = list(levels)
    better[index] = (min(levels[index][0] + 1, 5), levels[index][1])
    before, after = (fit(each, SHIPPED.fit_thresholds, capped=False) for each in (levels, better))
    assert before is not None
    assert after is not None
    assert after.percentage >= before.percentage


@given(st.integers(1, 5) | st.none(), st.integers(1, 5), st.integers(1, 5))
def test_urgency_is_the_missing_levels_by_their_weight(has: int | None, wants: int, weight: int) -> None:
    found = urgency(has, wants, weight)
    assert found == (0 if has is None else max(wants - has, 0) * weight)
    assert (found > 0) == (gap_status(has, wants) is GapStatus.GAP)


def test_what_nobody_assessed_is_no_gap_and_no_level_zero() -> None:
    assert gap(None, 3) is None
    assert gap_status(None, 3) is GapStatus.NOT_ASSESSED
    assert urgency(None, 3, 5) == 0


def test_the_first_source_of_the_order_decides_and_then_the_newest() -> None:
    evidence = [
        seen(SUPERIOR, 4, date(2026, 5, 1), id=1),
        seen(CENTRE, 2, date(2025, 1, 1), id=2),
        seen(CENTRE, 3, date(2025, 6, 1), id=3),
    ]
    found = held(evidence, DAY, WEIGHING)
    assert found is not None
    assert (found.level, found.decided_by.id) == (3, UUID(int=3))


def test_what_one_says_of_oneself_never_counts_by_default() -> None:
    assert held([seen(SELF, 5)], DAY, WEIGHING) is None
    counted = policy(source_order=["ASSESSMENT_CENTRE", "SELF"]).weighing
    found = held([seen(SELF, 5)], DAY, counted)
    assert found is not None
    assert found.level == 5


def test_no_region_lets_people_raise_themselves() -> None:
    with pytest.raises(Problem) as refused:
        policy(raising_sources=["SELF"])
    assert [fault.pointer for fault in refused.value.faults] == ["/raising_sources"]


def test_thresholds_have_to_fall() -> None:
    with pytest.raises(Problem):
        policy(fit_thresholds={"MEETS_REQUIREMENT": "68", "PARTLY_MEETS": "80"})


def test_learning_after_an_assessment_raises_it_by_one_level() -> None:
    centre = seen(CENTRE, 2, date(2026, 1, 1), id=1)
    course = seen(TRAINING, 4, date(2026, 3, 1), id=2)
    found = held([centre, course], DAY, WEIGHING)
    assert found is not None
    assert (found.level, found.decided_by, found.raised_by) == (3, centre, course)


def test_learning_before_an_assessment_and_on_its_day_raises_nothing() -> None:
    for day in (date(2025, 12, 31), date(2026, 1, 1)):
        found = held([seen(CENTRE, 2), seen(TRAINING, 5, day, id=2)], DAY, WEIGHING)
        assert found is not None
        assert (found.level, found.raised_by) == (2, None)


def test_learning_never_lowers_a_level() -> None:
    found = held([seen(CENTRE, 4), seen(TRAINING, 2, date(2026, 3, 1), id=2)], DAY, WEIGHING)
    assert found is not None
    assert found.level == 4


def test_evidence_counts_from_its_day_to_its_last_one() -> None:
    evidence = [seen(CENTRE, 3, date(2026, 1, 1), date(2026, 6, 1))]
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 1), date(2026, 6, 2)]
    assert [held(evidence, day, WEIGHING) is not None for day in days] == [False, True, True, False]


def test_what_expired_leaves_its_place_to_the_next_source() -> None:
    evidence = [seen(CENTRE, 2, date(2023, 1, 1), date(2026, 1, 1)), seen(SUPERIOR, 4, id=2)]
    found = held(evidence, DAY, WEIGHING)
    assert found is not None
    assert found.decided_by.source is SUPERIOR


@given(st.lists(pieces, max_size=12, unique_by=lambda each: each.id), st.dates(DAY, date(2028, 1, 1)))
def test_the_held_level_is_explained_by_what_decides_and_raises(evidence: list[Evidence], day: date) -> None:
    found = held(evidence, day, WEIGHING)
    told = uses(evidence, day, WEIGHING)
    assert len(told) == len(evidence)
    deciding = [each for each, use in told if use is EvidenceUse.DECIDES]
    raising = [each for each, use in told if use is EvidenceUse.RAISES]
    if found is None:
        assert not deciding
        assert all(use is not EvidenceUse.OUTRANKED for _, use in told)
        return
    assert deciding == [found.decided_by]
    assert raising == ([found.raised_by] if found.raised_by else [])
    assert found.decided_by.level <= found.level <= min(5, found.decided_by.level + WEIGHING.limit)


@given(st.lists(pieces, max_size=12, unique_by=lambda each: each.id), st.randoms())
def test_the_order_of_entry_changes_nothing(evidence: list[Evidence], random: object) -> None:
    shuffled = list(evidence)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert held(evidence, DAY, WEIGHING) == held(shuffled, DAY, WEIGHING)


@given(st.lists(pieces, max_size=8), pieces)
def test_what_is_withdrawn_or_of_oneself_changes_nothing(evidence: list[Evidence], more: Evidence) -> None:
    useless = [
        Evidence(more.id, more.level, more.source, more.assessed_on, None, withdrawn=True),
        Evidence(more.id, more.level, SELF, more.assessed_on, None, withdrawn=False),
    ]
    assert held([*evidence, *useless], DAY, WEIGHING) == held(evidence, DAY, WEIGHING)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 240))
def test_validity_lasts_whole_months(day: date, months: int) -> None:
    last = last_day(day, months)
    assert last is not None
    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == months
    assert last.day == day.day or (last + timedelta(days=1)).day == 1
    assert last_day(day, None) is None


def test_the_level_of_a_post_follows_echelon_and_jenjang() -> None:
    assert tier(PositionKind.EXECUTIVE, None, None) is PositionTier.PELAKSANA
    assert tier(PositionKind.STRUCTURAL, "22", None) is PositionTier.JPT_PRATAMA
    assert tier(PositionKind.STRUCTURAL, "31", None) is PositionTier.ADMINISTRATOR
    assert tier(PositionKind.STRUCTURAL, "42", None) is PositionTier.PENGAWAS
    assert tier(PositionKind.STRUCTURAL, "51", None) is PositionTier.PELAKSANA
    assert tier(PositionKind.STRUCTURAL, "99", None) is None
    assert tier(PositionKind.STRUCTURAL, None, None) is None
    assert tier(PositionKind.FUNCTIONAL, None, CreditLevel.AHLI_MUDA) is PositionTier.AHLI_MUDA
    assert tier(PositionKind.FUNCTIONAL, None, None) is None


def test_every_functional_level_has_its_tier_and_every_tier_its_level() -> None:
    assert {each.value for each in CreditLevel} < {each.value for each in PositionTier}
    assert SHIPPED.required_levels[PositionTier.PELAKSANA] == 1
    assert (
        SHIPPED.required_levels[PositionTier.PENGAWAS] == SHIPPED.required_levels[PositionTier.AHLI_PERTAMA]
    )
    assert SHIPPED.required_levels[PositionTier.JPT_PRATAMA] == 4


def test_nine_competencies_are_national_and_the_rest_is_technical() -> None:
    groups = [group_of(each) for each in NationalCompetency]
    assert groups.count(CompetencyGroup.MANAGERIAL) == 8
    assert groups.count(CompetencyGroup.SOCIO_CULTURAL) == 1
    assert group_of("TEKNIS_GIS") is CompetencyGroup.TECHNICAL


def test_evidence_is_withdrawn_once_and_by_whom_it_belongs_to() -> None:
    check_withdrawal(withdrawn=False, may=True)
    for withdrawn, may, code in (
        (True, True, "COMPETENCY_EVIDENCE_WITHDRAWN"),
        (False, False, "COMPETENCY_EVIDENCE_NOT_YOURS"),
    ):
        with pytest.raises(Problem) as refused:
            check_withdrawal(withdrawn=withdrawn, may=may)
        assert refused.value.code == code


def test_a_limit_of_none_leaves_assessments_alone() -> None:
    still = Weighing(WEIGHING.order, WEIGHING.raising, 0)
    found = held([seen(CENTRE, 2), seen(TRAINING, 5, date(2026, 3, 1), id=2)], DAY, still)
    assert found is not None
    assert (found.level, found.raised_by) == (2, None)
