"""Certificates: who may do what, when two numbers are the same, codes that are read from paper."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules.certificates import (
    CERTIFICATE_TRANSITIONS,
    CODE_ALPHABET,
    CODE_LENGTH,
    CertificateAction,
    CertificateActor,
    CertificateStatus,
    certificate_refusal,
    check_certificate,
    check_days,
    grouped_code,
    issuer_key,
    normalised_code,
    number_key,
    number_of,
)

HOLDER, VERIFIER = CertificateActor.HOLDER, CertificateActor.VERIFIER
TEXTS = st.text(max_size=60)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("123/ABC/2026", "No. 123/ABC/2026"),
        ("123/ABC/2026", "Nomor: 123-abc-2026"),
        ("123/ABC/2026", " 123 / ABC / 2026 "),
        ("001.12/BPSDM", "001-12/bpsdm"),
        ("１２３/ABC", "123/abc"),
    ],
)
def test_one_number_written_twice_is_one(one: str, other: str) -> None:
    assert number_key(one) == number_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("1/23", "12/3"), ("123/2025", "123/2026"), ("NOV/1", "V/1"), ("0012", "12")]
)
def test_different_numbers_stay_different(one: str, other: str) -> None:
    assert number_key(one) != number_key(other)


@given(TEXTS)
def test_keys_are_stable(text: str) -> None:
    assert issuer_key(issuer_key(text)) == issuer_key(text)
    assert number_key(text.upper()) == number_key(text.upper().swapcase().upper())


def test_issuers_differ_by_words_only() -> None:
    assert issuer_key("Pusdiklat  BKN, Jakarta") == issuer_key("PUSDIKLAT BKN JAKARTA")
    assert issuer_key("Pusdiklat BKN") != issuer_key("Pusdiklat BPS")


@given(st.text(alphabet=CODE_ALPHABET, min_size=CODE_LENGTH, max_size=CODE_LENGTH))
def test_a_printed_code_is_read_back_whatever_the_hand(code: str) -> None:
    assert normalised_code(grouped_code(code)) == code
    assert normalised_code(grouped_code(code).upper().replace("0", "O").replace("1", "I")) == code


def test_a_code_has_enough_chance_in_it() -> None:
    assert len(set(CODE_ALPHABET)) == 32
    assert CODE_LENGTH * 5 >= 120


@given(st.sampled_from(CertificateStatus), st.sampled_from(CertificateAction))
def test_nobody_decides_about_his_own(status: CertificateStatus, action: CertificateAction) -> None:
    if action in (CertificateAction.VERIFY, CertificateAction.REJECT, CertificateAction.REVOKE):
        assert certificate_refusal(status, action, {HOLDER, VERIFIER}) is not None
    else:
        assert certificate_refusal(status, action, {VERIFIER}) is not None


@pytest.mark.parametrize("status", CertificateStatus)
@pytest.mark.parametrize("action", CertificateAction)
def test_only_the_listed_steps_exist(status: CertificateStatus, action: CertificateAction) -> None:
    step = CERTIFICATE_TRANSITIONS.get((status, action))
    if step is None:
        with pytest.raises(Problem, match="CERTIFICATE_WRONG_STATUS"):
            check_certificate(status, action, {VERIFIER})
    else:
        assert check_certificate(status, action, {step.actor}) is (step.next or status)
    assert CertificateStatus.REVOKED not in {from_ for from_, _ in CERTIFICATE_TRANSITIONS}, "for good"


@pytest.mark.parametrize(
    ("starts", "ends", "issued", "codes"),
    [
        (date(2026, 1, 5), date(2026, 1, 5), date(2026, 1, 5), []),
        (date(2025, 12, 30), date(2026, 1, 2), date(2026, 11, 20), []),
        (date(2026, 1, 5), date(2026, 1, 4), date(2026, 1, 5), ["CERTIFICATE_DAYS_REVERSED"]),
        (date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 5), ["CERTIFICATE_BEFORE_ITS_TRAINING"]),
        (date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 21), ["CERTIFICATE_DAY_IN_FUTURE"]),
    ],
)
def test_days_have_an_order(starts: date, ends: date, issued: date, codes: list[str]) -> None:
    today = date(2026, 11, 20)
    if not codes:
        check_days(starts, ends, issued, today)
        return
    with pytest.raises(Problem) as refused:
        check_days(starts, ends, issued, today)
    assert [fault.code for fault in refused.value.faults] == codes


def test_numbers_issued_here_sort_by_class_and_place() -> None:
    assert number_of(2026, 12, 3) == "SERT/2026/00012/0003"
    assert number_of(2026, 12, 9) < number_of(2026, 12, 10) < number_of(2026, 13, 1)
