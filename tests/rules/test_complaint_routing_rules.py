"""Which agency is suggested: points that anybody can count again."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from asn_api.rules.complaint_routing import Suggestion, Taken, suggestions

ROADS, PARKS, WATER = (UUID(int=n) for n in (1, 2, 3))
past = st.lists(
    st.builds(
        Taken,
        st.sampled_from([ROADS, PARKS, WATER]),
        st.sets(st.sampled_from(["jalan", "lubang", "lampu", "pohon"]), min_size=1),
    ),
    max_size=20,
)


def test_one_point_for_each_word_of_each_complaint_and_those_of_the_category() -> None:
    taken = [Taken(ROADS, ["jalan", "lubang"]), Taken(ROADS, ["jalan"]), Taken(PARKS, ["pohon"])]
    assert suggestions(PARKS, 2, taken, 3) == [
        Suggestion(PARKS, 3, 1, ("pohon",), True),
        Suggestion(ROADS, 3, 2, ("jalan", "lubang"), False),
    ]


def test_without_past_the_category_stands_alone() -> None:
    assert suggestions(WATER, 5, [], 3) == [Suggestion(WATER, 5, 0, (), True)]
    assert suggestions(None, 5, [], 3) == []


@given(past=past, points=st.integers(0, 20), most=st.integers(0, 5))
def test_points_add_up_and_the_best_come_first(past: list[Taken], points: int, most: int) -> None:
    every = suggestions(PARKS, points, past, 100)
    assert sum(each.points for each in every) == points + sum(len(each.words) for each in past)
    assert sum(each.complaints for each in every) == len(past)
    assert [each.points for each in every] == sorted((each.points for each in every), reverse=True)
    assert suggestions(PARKS, points, past, most) == every[:most]


@given(past=past, more=past)
def test_another_complaint_of_an_agency_never_lowers_it(past: list[Taken], more: list[Taken]) -> None:
    def place(taken: list[Taken]) -> int:
        found = [each.agency_id for each in suggestions(None, 0, taken, 100)]
        return found.index(ROADS) if ROADS in found else len(found)

    assert place([*past, *[Taken(ROADS, each.words) for each in more]]) <= max(place(past), 0)
