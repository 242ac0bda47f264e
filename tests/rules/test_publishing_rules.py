"""What is hidden in citizens' words, and what stays."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.rules.publishing import HIDDEN, without_contacts


@given(st.text() | st.text("a@. 1:/w<", max_size=40))
def test_hiding_contacts_leaves_the_rest_and_hides_once(words: str) -> None:
    hidden = without_contacts(words)
    assert without_contacts(hidden) == hidden
    assert re.search(r"[0-9]{9}", hidden) is None


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("WA 0812 3456 7890 ya", f"WA {HIDDEN} ya"),
        ("WA +62-812-3456-7890", f"WA {HIDDEN}"),
        ("(021) 555.12345", f"({HIDDEN}"),
        ("NIK:3171234567890001.", f"NIK:{HIDDEN}."),
        ("surel: budi.contoh@contoh.go.id, lalu", f"surel: {HIDDEN}, lalu"),
        ("lihat www.contoh.id/foto?x=1 dulu", f"lihat {HIDDEN} dulu"),
        ("IG @budi_contoh ya", f"IG {HIDDEN} ya"),
        ("a@b@c@d", HIDDEN),
        ("harga@", "harga@"),
        ("tanggal 20-11-2026 di RT 03/RW 11", "tanggal 20-11-2026 di RT 03/RW 11"),
        ("Rp 1.500.000 tiap bulan", "Rp 1.500.000 tiap bulan"),
    ],
)
def test_contacts_are_hidden(words: str, shown: str) -> None:
    assert without_contacts(words) == shown


@pytest.mark.parametrize(
    "words", ["a" * 4000, "a." * 2000, "1 " * 2000, "x" * 3999 + "@", "@" * 4000, "ht" * 2000]
)
def test_no_text_is_dear(words: str) -> None:
    began = time.perf_counter()
    for _ in range(200):
        without_contacts(words)
    assert time.perf_counter() - began < 4
