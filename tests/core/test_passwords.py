"""Hashing off the loop, and which new passwords are refused."""

import asyncio
from collections.abc import Iterator
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.core import passwords
from asn_api.core.passwords import Passwords

PERSONAL = ["198003172005011002", "1980-03-17", "Rangga Adi Wicaksono, S.Sos."]
GOOD = "payung sepuh naik sepur"


@pytest.fixture
def hasher() -> Iterator[Passwords]:
    hasher = Passwords(memory_kib=64, time_cost=1, parallelism=1, concurrency=2)
    yield hasher
    hasher.close()


def codes(password: str) -> list[str]:
    return [fault.code for fault in passwords.check(password, PERSONAL)]


async def test_a_hash_verifies_its_password_and_no_other(hasher: Passwords) -> None:
    stored = await hasher.hash(GOOD)
    assert stored.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert await hasher.verify(GOOD, stored) == (True, None)
    assert await hasher.verify(GOOD + " ", stored) == (False, None)
    assert stored != await hasher.hash(GOOD)


async def test_a_hash_of_other_parameters_is_renewed(hasher: Passwords) -> None:
    older = Passwords(memory_kib=32, time_cost=1, parallelism=1, concurrency=1)
    stored = await older.hash(GOOD)
    older.close()
    right, renewed = await hasher.verify(GOOD, stored)
    assert right
    assert renewed is not None
    assert await hasher.verify(GOOD, renewed) == (True, None)
    assert await hasher.verify("wrong password", stored) == (False, None)


async def test_the_same_letters_typed_on_another_keyboard_are_the_same_password(hasher: Passwords) -> None:
    assert await hasher.verify("cafe\u0301 ramai sekali", await hasher.hash("caf\u00e9 ramai sekali")) == (
        True,
        None,
    )


async def test_half_a_character_is_wrong_and_no_crash(hasher: Passwords) -> None:
    assert await hasher.verify("\ud800", await hasher.hash(GOOD)) == (False, None)


async def test_an_unknown_account_costs_what_a_wrong_password_costs(hasher: Passwords) -> None:
    costs = "$argon2id$v=19$m=64,t=1,p=1$"
    assert (await hasher.hash(GOOD)).startswith(costs)
    assert hasher._nobody.startswith(costs)
    await hasher.verify_nothing()
    hasher.close()
    with pytest.raises(RuntimeError, match="after shutdown"):
        await hasher.verify_nothing()


async def test_the_loop_goes_on_while_hashing() -> None:
    hasher = Passwords(memory_kib=32768, time_cost=2, parallelism=1, concurrency=1)
    hashing = asyncio.gather(*(hasher.hash(GOOD) for _ in range(3)))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0.001)
        turns += 1
    hasher.close()
    assert turns > 5


@pytest.mark.parametrize(
    "password", [GOOD, "Kereta-Uap-Ke-Ambarawa", "x7#Kq9!vLm2p", "82736450192", "hujan turun di atap seng"]
)
def test_good_passwords_pass(password: str) -> None:
    assert codes(password) == []


def test_the_length_is_ten_to_a_hundred_and_twenty_eight() -> None:
    assert codes("x7#Kq9!vL") == ["PASSWORD_TOO_SHORT"]
    assert codes("x7#Kq9!vLm") == []
    assert codes("x7#K" * 32) == []
    assert codes("x7#K" * 32 + "x") == ["PASSWORD_TOO_LONG"]


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "Password123!",
        "P@ssw0rd2026",
        "P4SSW0RD!!!!",
        "bismillah99",
        "Bismillah#1",
        "b1sm1ll4h2026",
        "indonesia1945",
        "1ND0N3S14_2045",
        "2026indonesia",
        "Rahasia-123",
        "r4h4s14 2026!",
        "sayangku123",
        "$4y4ng12345",
        "qwertyuiop",
        "qwerty12345",
        "1234567890",
        "0987654321",
        "aaaaaaaaaaaa",
        "zxzxzxzxzxzx",
        "kkkkkkkkkkkkk",
        "1q-2w-3e-4r",
        "akusayangkamu",
        "Admin@2026!",
        "admin12345",
        "persib1933!",
        "budibudi2020",
        "Jakarta.2026",
        "kantorku2025",
        "p-a-s-s-w-o-r-d-1",
        "ｐassword123",
        "pegawai123456",
    ],
)
def test_common_passwords_are_refused_in_all_their_disguises(password: str) -> None:
    assert codes(password) == ["PASSWORD_BREACHED"]


@pytest.mark.parametrize(
    "password",
    [
        "198003172005011002",
        "xx 19800317 2005 xx",
        "nomor 200501 1002 saya",
        "kuda-17-03-1980-liar",
        "kuda 170380 liar",
        "kuda 800317 liar",
        "si wicaksono terbang",
        "Si-R4ngg4-Terbang",
        "W1CAKS0N0 terbang",
        "ra.ng.ga terbang",
    ],
)
def test_passwords_with_ones_own_data_are_refused(password: str) -> None:
    assert codes(password) == ["PASSWORD_PERSONAL"]


def test_short_parts_of_a_name_are_no_reason() -> None:
    assert codes("keladi sos di tepi sawah") == []


@given(st.text(max_size=140), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_gets_an_answer(password: str, personal: list[str]) -> None:
    for fault in passwords.check(password, personal, "/new_password"):
        assert fault.pointer == "/new_password"
        assert "{" not in fault.message("id")
        assert "…" not in fault.message("en")


def test_the_list_is_sorted_and_long() -> None:
    lines = (
        resources.files("asn_api").joinpath("data", "breached-passwords.txt").read_text("ascii").splitlines()
    )
    assert lines == sorted(set(lines))
    assert len(lines) > 4000


@given(st.sampled_from(sorted(passwords._breached())), st.text("0123456789!?.-_ ", min_size=8, max_size=12))
def test_digits_and_signs_do_not_save_a_listed_password(word: str, tail: str) -> None:
    assert "PASSWORD_BREACHED" in codes(word + tail)
