"""What draws the verifier's eye: copied text, evidence used twice, implausible places."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asn_api.rules.suspicion import (
    Position,
    Sighting,
    distance_km,
    evidence_key,
    is_copied,
    is_implausible,
    is_used_evidence,
    text_key,
)

DAY = date(2026, 6, 8)
MONAS = Position(-6.1754, 106.8272)
BANDUNG = Position(-6.9175, 107.6191)


def days(*back: int) -> list[date]:
    return [DAY - timedelta(days=each) for each in back]


def test_texts_are_the_same_but_for_case_spaces_and_punctuation() -> None:
    assert text_key("Rapat koordinasi") == text_key("  RAPAT, koordi_nasi.\n")
    assert text_key("Rapat koordinasi 1") != text_key("Rapat koordinasi 2")
    assert evidence_key("https://contoh.invalid/a") != evidence_key("https://contoh.invalid/A")
    assert all(-(2**31) <= text_key(str(number)) < 2**31 for number in range(100))


@pytest.mark.parametrize(
    ("back", "copied"),
    [
        ((1, 2, 3), True),
        ((1, 2), False),
        ((1, 2, 2), False),
        ((1, 2, 0), False),
        ((1, 2, 30), True),
        ((1, 2, 31), False),
        ((-1, -2, -30), True),
    ],
)
def test_a_text_is_copied_from_so_many_other_days_within_the_window(
    back: tuple[int, ...], copied: bool
) -> None:
    assert is_copied(DAY, days(*back), least_days=3, window_days=30) is copied


@pytest.mark.parametrize(("back", "used"), [(0, True), (1, True), (30, True), (31, False), (-30, True)])
def test_evidence_is_used_twice_within_the_window(back: int, used: bool) -> None:
    assert is_used_evidence(DAY, days(31, back), window_days=30) is used
    assert not is_used_evidence(DAY, [], window_days=30)


def at(hour: float, position: Position, for_hours: float = 1) -> Sighting:
    start = datetime(2026, 6, 8, tzinfo=UTC) + timedelta(hours=hour)
    return Sighting(start, start + timedelta(hours=for_hours), position)


def test_distance_is_that_of_the_great_circle() -> None:
    assert distance_km(MONAS, MONAS) == 0
    assert distance_km(MONAS, BANDUNG) == pytest.approx(120.7, abs=1)
    assert distance_km(Position(0, 179.5), Position(0, -179.5)) == pytest.approx(111.2, abs=0.1)


def test_the_longest_possible_time_and_both_accuracies_speak_for_the_person() -> None:
    here, there = at(8, MONAS), at(9, BANDUNG)
    assert not is_implausible(here, [there], 61)  # 121 km within two hours
    assert is_implausible(here, [there], 60)
    unsure = Position(BANDUNG.latitude, BANDUNG.longitude, accuracy_m=2_000)
    assert not is_implausible(here, [at(9, unsure)], 60)
    assert not is_implausible(here, [], 1)


def test_a_simulated_place_is_worth_a_look_by_itself() -> None:
    assert is_implausible(at(8, Position(-6.1, 106.8, mock=True)), [], 2000)


places = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180), st.none() | st.floats(0, 5000))


@settings(max_examples=100, deadline=None)
@given(places, places, st.floats(0, 48), st.floats(0.1, 12), st.integers(1, 2000))
def test_it_does_not_matter_which_came_first(
    one: Position, other: Position, later: float, for_hours: float, speed: int
) -> None:
    first, second = at(0, one, for_hours), at(later, other, for_hours)
    assert is_implausible(first, [second], speed) is is_implausible(second, [first], speed)
    assert 0 <= distance_km(one, other) <= 20_016
