"""Learning hours and the professionalism index: never negative, never twice, nothing invented."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules import reference
from asn_api.rules.certificates import COUNTING, CertificateStatus
from asn_api.rules.learning_hours import (
    HoursExclusion,
    HoursStatus,
    Learned,
    YearlyHours,
    exclusion,
    hours_of,
    standing,
    total_of,
)
from asn_api.rules.learning_policy import LearningPolicy, ProfessionalismPolicy
from asn_api.rules.organization import PositionKind
from asn_api.rules.people import Employment
from asn_api.rules.professionalism import (
    EDUCATION,
    IndexDimension,
    IndexFacts,
    IndexGap,
    ProfessionalismCategory,
    SanctionLevel,
    category_of,
    index,
)
from asn_api.rules.ratings import Predicate
from tests.rules.learning_vectors import INDEX, LEARNING, VOUCHED
from tests.rules.samples import policy_values

DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 31))
CERTIFICATES = st.lists(
    st.builds(Learned, st.integers(0, 1000), DAYS, st.sampled_from(CertificateStatus)), max_size=20
)
RULES = st.sampled_from(
    [YearlyHours(20, None), YearlyHours(None, 24), YearlyHours(20, 24), YearlyHours(None, None)]
)
FACTS = st.builds(
    IndexFacts,
    education_code=st.sampled_from([*EDUCATION, None, "99"]),
    position=st.sampled_from([*PositionKind, None]),
    leadership=st.booleans(),
    functional=st.booleans(),
    hours=st.integers(0, 60),
    seminar=st.booleans(),
    predicate=st.sampled_from([*Predicate, None]),
    judged=st.booleans(),
    legal_standing_code=st.sampled_from(["01", "15", "71"]),
    sanction=st.sampled_from([*SanctionLevel, None]),
)
FULL = IndexFacts("50", PositionKind.STRUCTURAL, True, False, 20, True, Predicate.VERY_GOOD, True, "01")


@given(st.integers(-100, 100_000))
def test_hours_are_whole_and_never_negative(minutes: int) -> None:
    hours = hours_of(minutes, 45)
    assert hours >= 0
    assert minutes < 0 or hours * 45 <= minutes < (hours + 1) * 45


@given(CERTIFICATES)
def test_no_hour_counts_in_two_years_and_none_is_lost(certificates: list[Learned]) -> None:
    by_year = [total_of(certificates, year) for year in range(2018, 2032)]
    assert all(each >= 0 for each in by_year)
    assert sum(by_year) == sum(each.hours for each in certificates if each.status in COUNTING)


@pytest.mark.parametrize(
    ("ended", "year", "reason"),
    [
        (date(2025, 12, 31), 2025, None),
        (date(2025, 12, 31), 2026, HoursExclusion.OTHER_YEAR),
        (date(2026, 1, 1), 2026, None),
        (date(2026, 1, 1), 2025, HoursExclusion.OTHER_YEAR),
    ],
)
def test_a_training_over_new_year_counts_whole_in_the_year_in_which_it_ended(
    ended: date, year: int, reason: HoursExclusion | None
) -> None:
    assert exclusion(Learned(40, ended, CertificateStatus.ISSUED), year) == reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (CertificateStatus.CLAIMED, HoursExclusion.NOT_VERIFIED),
        (CertificateStatus.REJECTED, HoursExclusion.REJECTED),
        (CertificateStatus.REVOKED, HoursExclusion.REVOKED),
    ],
)
def test_what_is_not_proven_adds_nothing(status: CertificateStatus, reason: HoursExclusion) -> None:
    claimed = Learned(40, date(2026, 5, 1), status)
    assert exclusion(claimed, 2026) is reason
    assert total_of([claimed], 2026) == 0


@given(st.integers(0, 5000), RULES)
def test_a_standing_adds_up(total: int, rule: YearlyHours) -> None:
    found = standing(total, rule)
    assert found.counted + found.beyond == found.total == total
    assert min(found.counted, found.beyond, found.shortfall) >= 0
    assert (found.status is HoursStatus.SHORT) == (found.shortfall > 0)
    if rule.minimum is not None:
        assert found.shortfall == max(rule.minimum - found.counted, 0)


@pytest.mark.parametrize(
    ("employment", "total", "counted", "shortfall", "status"),
    [
        (Employment.PNS, 19, 19, 1, HoursStatus.SHORT),
        (Employment.PNS, 20, 20, 0, HoursStatus.FULFILLED),
        (Employment.CPNS, 0, 0, 20, HoursStatus.SHORT),
        (Employment.PPPK, 0, 0, 0, HoursStatus.NO_MINIMUM),
        (Employment.PPPK, 24, 24, 0, HoursStatus.NO_MINIMUM),
        (Employment.PPPK, 25, 24, 0, HoursStatus.NO_MINIMUM),
    ],
)
def test_right_and_duty_differ_by_employment(
    employment: Employment, total: int, counted: int, shortfall: int, status: HoursStatus
) -> None:
    found = standing(total, LEARNING.yearly_hours[employment])
    assert (found.counted, found.shortfall, found.status) == (counted, shortfall, status)


@pytest.mark.parametrize(
    ("area", "policy", "change"),
    [
        ("learning", LearningPolicy, {"least_answers": 2}),
        ("learning", LearningPolicy, {"yearly_hours": {"PNS": {"minimum": 20, "maximum": None}}}),
        (
            "learning",
            LearningPolicy,
            {"yearly_hours": {each: {"minimum": 25, "maximum": 24} for each in Employment}},
        ),
        ("professionalism", ProfessionalismPolicy, {"weights": dict.fromkeys(IndexDimension, "20")}),
        ("professionalism", ProfessionalismPolicy, {"competence": {key: {} for key in PositionKind}}),
    ],
)
def test_numbers_that_make_no_sense_are_no_policy(area: str, policy: type, change: dict[str, object]) -> None:
    with pytest.raises(Problem, match="POLICY_INVALID"):
        policy.from_mapping(policy_values(area, **change))


@given(FACTS)
def test_an_index_lies_between_nothing_and_a_hundred(facts: IndexFacts) -> None:
    for policy in (INDEX, VOUCHED):
        found = index(facts, policy.rule)
        assert 0 <= found.total <= found.at_most <= 100
        assert found.complete == (found.total == found.at_most)
        assert all((part.points is None) == (part.missing is not None) for part in found.parts)
        assert found.total == sum(part.points or 0 for part in found.parts)
        if found.category is not None:
            assert found.category is category_of(found.total, policy.categories)
            assert found.category is category_of(found.at_most, policy.categories)


@given(FACTS, st.integers(0, 60))
def test_more_hours_never_lower_the_index(facts: IndexFacts, more: int) -> None:
    richer = IndexFacts(**{**vars(facts), "hours": facts.hours + more, "seminar": True})
    assert index(richer, INDEX.rule).total >= index(facts, INDEX.rule).total


def test_no_record_of_discipline_is_neither_full_points_nor_none() -> None:
    found = index(FULL, INDEX.rule)
    assert found.parts[3].missing is IndexGap.NO_DISCIPLINE_RECORDS
    assert (found.total, found.at_most, found.category) == (95, 100, ProfessionalismCategory.VERY_HIGH)
    assert index(FULL, VOUCHED.rule).total == 100


def test_a_category_is_not_told_while_what_is_missing_could_change_it() -> None:
    found = index(IndexFacts(**{**vars(FULL), "education_code": "45"}), INDEX.rule)
    assert (found.total, found.at_most, found.category) == (90, 95, None)


def test_somebody_under_a_sanction_gets_no_full_points_by_the_regions_word() -> None:
    found = index(IndexFacts(**{**vars(FULL), "legal_standing_code": "15"}), VOUCHED.rule)
    assert found.parts[3].missing is IndexGap.SANCTION_LEVEL_UNKNOWN
    known = IndexFacts(**{**vars(FULL), "legal_standing_code": "15", "sanction": SanctionLevel.SEVERE})
    assert index(known, VOUCHED.rule).parts[3].points == 1


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"predicate": None}, IndexGap.NOT_FINAL),
        ({"predicate": None, "judged": False}, IndexGap.NOT_EVALUATED),
        ({"education_code": None}, IndexGap.EDUCATION_UNKNOWN),
        ({"position": None}, IndexGap.NO_POST),
    ],
)
def test_what_is_missing_is_said(change: dict[str, object], gap: IndexGap) -> None:
    found = index(IndexFacts(**{**vars(FULL), **change}), VOUCHED.rule)
    assert [part.missing for part in found.parts if part.missing] == [gap]
    assert not found.complete


def test_every_national_education_level_has_a_step() -> None:
    assert EDUCATION.keys() == reference.education_levels().keys()


@pytest.mark.parametrize(
    ("position", "points"),
    [(PositionKind.STRUCTURAL, "40"), (PositionKind.FUNCTIONAL, "25"), (PositionKind.EXECUTIVE, "40")],
)
def test_competence_asks_each_kind_of_position_for_its_own(position: PositionKind, points: str) -> None:
    found = index(IndexFacts(**{**vars(FULL), "position": position}), INDEX.rule)
    assert found.parts[1].points == Decimal(points)
