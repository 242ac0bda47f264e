"""Time-based codes against the RFC's own vectors, replays, and recovery codes."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.core import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


def code(step: int, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).generate_otp(step)


# RFC 6238, appendix B (SHA-1), the last six digits.
@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_codes_are_those_of_the_rfc(seconds: int, expected: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert totp.matching_step(SECRET, expected, now, None) == seconds // 30


@pytest.mark.parametrize(("offset", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_before_and_after_is_accepted(offset: int, accepted: bool) -> None:
    found = totp.matching_step(SECRET, code(STEP + offset), NOW, None)
    assert found == (STEP + offset if accepted else None)


def test_a_code_works_once() -> None:
    assert totp.matching_step(SECRET, code(STEP), NOW, STEP - 1) == STEP
    assert totp.matching_step(SECRET, code(STEP), NOW, STEP) is None
    assert totp.matching_step(SECRET, code(STEP - 1), NOW, STEP) is None
    assert totp.matching_step(SECRET, code(STEP), NOW + timedelta(seconds=30), STEP) is None


def test_a_code_of_another_secret_is_refused() -> None:
    assert totp.matching_step(totp.new_secret(), code(STEP), NOW, None) is None


def test_spaces_do_not_count() -> None:
    shown = code(STEP)
    assert totp.matching_step(SECRET, f" {shown[:3]} {shown[3:]}", NOW, None) == STEP


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "é", "\ud800"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert totp.matching_step(SECRET, typed, NOW, None) is None


@given(st.integers(0, 4_000_000_000), st.integers(-1, 1))
def test_a_step_once_accepted_is_never_accepted_again(seconds: int, offset: int) -> None:
    now = datetime.fromtimestamp(seconds + 60, UTC)
    used = totp.matching_step(SECRET, code((seconds + 60) // 30 + offset), now, None)
    assert used is not None
    assert totp.matching_step(SECRET, code(used), now, used) is None


def test_secrets_are_long_and_different() -> None:
    assert len(base64.b32decode(totp.new_secret())) == 20
    assert totp.new_secret() != totp.new_secret()


def test_the_address_is_what_an_authenticator_reads() -> None:
    address = urlsplit(totp.uri(SECRET, "198001012005011001", "ASN Kota Contoh"))
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert parse_qs(address.query) == {"secret": [SECRET], "issuer": ["ASN Kota Contoh"]}


def test_recovery_codes_are_eight_different_ones() -> None:
    assert len(set(totp.recovery_codes())) == 8
