"""What may be the same report: stems in common and metres between."""

from hypothesis import given
from hypothesis import strategies as st

from asn_api.rules.similarity import Likeness, box_around, metres_between, telling, two_in_common

latitudes = st.floats(-11, 6)
longitudes = st.floats(95, 141)


@given(
    latitude=latitudes,
    longitude=longitudes,
    metres=st.integers(1, 10_000),
    east=st.floats(-1, 1),
    north=st.floats(-1, 1),
)
def test_what_is_near_enough_lies_in_the_box(
    latitude: float, longitude: float, metres: int, east: float, north: float
) -> None:
    box = box_around(latitude, longitude, metres)
    there = (latitude + north * (box.north - latitude), longitude + east * (box.east - longitude))
    assert box.south <= latitude <= box.north
    if metres_between((latitude, longitude), there) < metres:
        assert box.south - 1e-9 <= there[0] <= box.north + 1e-9
        assert box.west - 1e-9 <= there[1] <= box.east + 1e-9


def test_a_thousandth_of_a_degree_is_a_hundred_metres() -> None:
    assert metres_between((-6.2, 106.8), (-6.201, 106.8)) == 111
    assert metres_between((-6.2, 106.8), (-6.2, 106.801)) == 111
    assert metres_between((-6.2, 106.8), (-6.2, 106.8)) == 0


def test_short_words_tell_nothing_and_five_are_enough() -> None:
    assert telling(["di", "yang", "pos", "lubang", "jalan", "pasar", "kabupaten", "rusak"]) == [
        "kabupaten",
        "lubang",
        "jalan",
        "pasar",
        "rusak",
    ]
    assert telling([]) == []


def test_queries_of_pairs_are_quoted() -> None:
    assert two_in_common([]) is None
    assert two_in_common(["lubang"]) == "'lubang'"
    assert (
        two_in_common(["o'brien", "a\\b", "c"])
        == "('o''brien' & 'a\\\\b') | ('o''brien' & 'c') | ('a\\\\b' & 'c')"
    )


def test_words_and_nearness_add_up_for_the_order_alone() -> None:
    assert Likeness(("lubang", "jalan"), None).weight(200) == 2
    assert Likeness((), 0).weight(200) == 2
    assert Likeness((), 200).weight(200) == Likeness((), 5000).weight(200) == 0
    assert Likeness(("jalan",), 100).weight(200) == 2
