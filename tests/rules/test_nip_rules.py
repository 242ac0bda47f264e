"""The employee number: its structure, and how it differs from the record."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules import nip
from asn_api.rules.people import Sex
from tests.rules.samples import identity_policy


@settings(max_examples=60, deadline=None)
@given(
    birth_date=st.dates(date(1900, 1, 1), date(2010, 12, 31)),
    start_year=st.integers(1950, 2099),
    code=st.sampled_from(["01", "06", "12", "21", "24"]),
    sex=st.sampled_from(["1", "2"]),
    sequence=st.integers(1, 999),
    gap=st.integers(0, 18),
)
def test_what_was_put_into_a_number_comes_out_of_it(
    birth_date: date, start_year: int, code: str, sex: str, sequence: int, gap: int
) -> None:
    digits = f"{birth_date:%Y%m%d}{start_year}{code}{sex}{sequence:03}"
    number = nip.parse(f" {digits[:gap]} \u00a0{digits[gap:]}\n")
    assert number.digits == digits
    assert (number.birth_date, number.start_year) == (birth_date, start_year)
    assert (number.kind == "PPPK") is (int(code) > 12)
    assert (number.contract_code or f"{number.start_month:02}") == code
    assert (number.sex is Sex.FEMALE) is (sex == "2")
    assert int(number.sequence) == sequence


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=24) | st.text("0123456789", min_size=17, max_size=19))
def test_any_text_is_either_a_number_or_refused_with_a_code(text: str) -> None:
    try:
        digits = nip.parse(text).digits
    except Problem as problem:
        refused = problem
    else:
        assert len(digits) == 18
        return
    assert refused.status == 422
    assert [fault.code for fault in refused.faults] == [refused.code]
    assert "…" not in refused.detail("id") + refused.faults[0].message("en")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "NIP_LENGTH"),
        ("1986092620150510011", "NIP_LENGTH"),
        ("1986-0926-2015-051-001", "NIP_NOT_DIGITS"),
        ("١٩٨٦٠٩٢٦٢٠١٥٠٥١٠٠١", "NIP_NOT_DIGITS"),
        ("198502292015051001", "NIP_BIRTH_DATE"),
        ("198609262015201001", "NIP_START_MONTH"),
        ("198609262015053001", "NIP_SEX"),
        ("198609262015050001", "NIP_SEX"),
        ("198609262015051000", "NIP_SEQUENCE"),
    ],
)
def test_a_broken_number_is_refused_for_its_first_fault(text: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        nip.parse(text, pointer="/nip_baru")
    assert refused.value.code == code
    assert refused.value.faults[0].pointer == "/nip_baru"


def test_a_leap_day_is_a_birth_date() -> None:
    assert nip.parse("198402292015051001").birth_date == date(1984, 2, 29)


def test_contract_codes_come_from_the_policy() -> None:
    assert nip.parse("198507102022311005", {"31"}).kind == "PPPK"
    with pytest.raises(Problem):
        nip.parse("198507102022211005", {"31"})
    assert frozenset(identity_policy().pppk_contract_codes) == nip.PPPK_CODES


def test_differences_from_the_record_are_warnings_with_both_values() -> None:
    number = nip.parse("198609262015051001")
    assert nip.differences(number, date(1986, 9, 26), Sex.MALE) == []
    assert nip.differences(number, None, None) == []
    warnings = nip.differences(number, date(1986, 9, 25), Sex.FEMALE)
    assert [warning.code for warning in warnings] == ["NIP_BIRTH_DATE_MISMATCH", "NIP_SEX_MISMATCH"]
    assert "1986-09-25" in warnings[0].message("id")
    assert "1986-09-26" in warnings[0].message("id")
