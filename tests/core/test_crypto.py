"""Sealing, blind indexes, MACs and codes."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.core import crypto
from asn_api.core.crypto import CannotOpen, Keyring

OLD = "1:" + base64.b64encode(b"o" * 32).decode()
NEW = "2:" + base64.b64encode(b"n" * 32).decode()
RING = Keyring.parse(f"{NEW},{OLD}")
HERE = "employees.nik:019a"


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_was_sealed_opens_again(plaintext: bytes, context: str) -> None:
    assert RING.open(RING.seal(plaintext, context), context) == plaintext


@given(st.integers(min_value=0), st.integers(1, 255))
def test_any_changed_byte_keeps_it_shut(place: int, change: int) -> None:
    sealed = bytearray(RING.seal(b"3273010101800001", HERE))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(CannotOpen):
        RING.open(bytes(sealed), HERE)


def test_a_value_moved_to_another_row_does_not_open() -> None:
    with pytest.raises(CannotOpen, match="another context"):
        RING.open(RING.seal(b"x", HERE), "employees.nik:019b")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(27)])
def test_a_value_too_short_does_not_open(sealed: bytes) -> None:
    with pytest.raises(CannotOpen, match="too short"):
        RING.open(sealed, HERE)


def test_equal_values_are_sealed_differently() -> None:
    assert RING.seal(b"x", HERE) != RING.seal(b"x", HERE)


def test_a_value_of_an_old_key_opens_and_asks_for_rotation() -> None:
    sealed = Keyring.parse(OLD).seal(b"x", HERE)
    assert crypto.key_id(sealed) == 1
    assert RING.open(sealed, HERE) == b"x"
    assert RING.needs_rotation(sealed)
    assert not RING.needs_rotation(RING.seal(b"x", HERE))


def test_a_value_of_a_lost_key_names_the_key() -> None:
    with pytest.raises(CannotOpen, match="key 2 is not in the keyring"):
        Keyring.parse(OLD).open(RING.seal(b"x", HERE), HERE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1:",
        "0:" + OLD[2:],
        "256:" + OLD[2:],
        "x:" + OLD[2:],
        "²:" + OLD[2:],
        OLD + "!",
        OLD[:-4],
        f"{OLD},{OLD}",
        f"{OLD},",
        f"{OLD},01:{NEW[2:]}",
    ],
)
def test_a_keyring_written_wrongly_is_refused_without_showing_a_key(text: str) -> None:
    with pytest.raises(ValueError, match="key") as refusal:
        Keyring.parse(text)
    assert OLD[2:12] not in str(refusal.value)


def test_a_keyring_does_not_show_its_keys() -> None:
    assert repr(RING) == "Keyring(ids=[2, 1])"


def test_a_new_key_is_an_entry_for_the_keyring() -> None:
    assert repr(Keyring.parse(f"{crypto.new_key(3)}, {OLD}\n")) == "Keyring(ids=[3, 1])"


def test_the_blind_index_survives_rotation_and_depends_on_value_and_purpose() -> None:
    index = RING.blind_index("3273010101800001", "employees.nik")
    assert len(index) == 16
    assert index == Keyring.parse(OLD).blind_index("3273010101800001", "employees.nik")
    assert index != RING.blind_index("3273010101800002", "employees.nik")
    assert index != RING.blind_index("3273010101800001", "employees.npwp")
    assert index != Keyring.parse(NEW).blind_index("3273010101800001", "employees.nik")


def test_a_mac_made_before_a_rotation_still_matches() -> None:
    before = Keyring.parse(OLD).mac(b"cursor", "cursors")
    assert RING.mac(b"cursor", "cursors") != before
    assert RING.macs(b"cursor", "cursors") == [RING.mac(b"cursor", "cursors"), before]
    assert RING.mac_matches(b"cursor", before, "cursors")


def test_a_mac_is_bound_to_data_purpose_and_keyring() -> None:
    mac = RING.mac(b"cursor", "cursors")
    assert not RING.mac_matches(b"cursos", mac, "cursors")
    assert not RING.mac_matches(b"cursor", mac, "refresh tokens")
    assert not RING.mac_matches(b"cursor", mac[:16], "cursors")
    assert not Keyring.parse(OLD).mac_matches(b"cursor", mac, "cursors")


def test_tokens_are_random_and_stored_by_their_sha256() -> None:
    token = crypto.random_token(32)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert token != crypto.random_token(32)
    assert crypto.digest("abc").hex().startswith("ba7816bf8f01cfea")


def test_a_one_time_code_is_two_groups_without_lookalikes() -> None:
    codes = {crypto.one_time_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code) for code in codes)


@pytest.mark.parametrize("typed", ["0B1D1-FGH1K", "ob1dl-fghik", " OBID1 FGHLK\n", "0b1d1fgh1k"])
def test_a_code_may_be_typed_as_it_was_read(typed: str) -> None:
    assert crypto.normalised_code(typed) == "0B1D1FGH1K"
    assert RING.code_digest(typed) == RING.code_digest("0B1D1-FGH1K")


@given(st.text(max_size=30))
def test_normalising_a_code_twice_changes_nothing_more(typed: str) -> None:
    once = crypto.normalised_code(typed)
    assert crypto.normalised_code(once) == once
