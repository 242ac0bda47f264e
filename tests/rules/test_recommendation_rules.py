"""Whom which class helps: gaps, then mandatory courses, then hours; nothing that makes no sense."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.rules.recommendations import (
    Exclusion,
    Learner,
    Offer,
    Offers,
    Recommendation,
    Standard,
    recommendations,
)

DAY = date(2026, 3, 2)
REPEAT_FROM = date(2023, 3, 2)
MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
CODES = ("INTEGRITY", "COMMUNICATION", "BUDGETING")


def offer(course: int, *, nth: int = 0, **changes: object) -> Offer:
    usual: dict[str, object] = {
        "class_id": UUID(int=course * 100 + nth),
        "course_id": UUID(int=course),
        "course_code": f"K{course:03}",
        "teaches": {"INTEGRITY": 3},
        "prerequisites": frozenset(),
        "hours": 10,
        "first": DAY,
        "times": ((MORNING, MORNING + 3 * HOUR),),
        "has_seats": True,
    }
    return Offer(**(usual | changes))  # type: ignore[arg-type]


def learner(**changes: object) -> Learner:
    usual: dict[str, object] = {
        "standards": {"INTEGRITY": Standard(2, 3, 1)},
        "mandatory": (),
        "shortfall": 0,
        "completed": {},
        "enrolled": (),
        "busy": (),
    }
    return Learner(**(usual | changes))  # type: ignore[arg-type]


def asked(of: Learner, *offers: Offer, most: int = 10) -> tuple[list[Recommendation], dict[UUID, Exclusion]]:
    return recommendations(of, Offers(offers), most=most, repeat_from=REPEAT_FROM)


def courses(of: Learner, *offers: Offer) -> list[int]:
    return [each.offer.course_id.int for each in asked(of, *offers)[0]]


def test_a_larger_gap_of_a_weightier_competency_comes_first() -> None:
    person = learner(standards={"INTEGRITY": Standard(1, 3, 1), "BUDGETING": Standard(2, 3, 3)})
    assert courses(person, offer(1), offer(2, teaches={"BUDGETING": 3})) == [2, 1]


def test_a_level_beyond_what_is_required_counts_no_more_than_the_requirement() -> None:
    [one] = asked(learner(), offer(1, teaches={"INTEGRITY": 5}))[0]
    assert one.points == 1


def test_levels_beyond_the_requirement_move_nothing_up_and_levels_already_held_bring_nothing() -> None:
    person = learner(standards={"INTEGRITY": Standard(2, 3, 1), "COMMUNICATION": Standard(1, 3, 1)})
    too_high, fitting, too_low = (
        offer(1, teaches={"INTEGRITY": 5}),
        offer(2, teaches={"COMMUNICATION": 3}),
        offer(3, teaches={"INTEGRITY": 2}),
    )
    assert courses(person, too_high, fitting, too_low) == [2, 1]


def test_a_mandatory_course_comes_after_gaps_and_before_hours() -> None:
    person = learner(
        standards={"INTEGRITY": Standard(2, 3, 1), "COMMUNICATION": Standard(3, 3, 1)},
        mandatory=(UUID(int=2),),
        shortfall=20,
    )
    offers = (offer(3, teaches={"COMMUNICATION": 3}), offer(2, teaches={}), offer(1))
    assert courses(person, *offers) == [1, 2, 3]


def test_a_competency_that_was_never_assessed_is_no_gap_but_its_courses_count_hours() -> None:
    person = learner(standards={"INTEGRITY": Standard(None, 3, 1)})
    assert asked(person, offer(1)) == ([], {})
    [one] = asked(learner(standards=person.standards, shortfall=20), offer(1))[0]
    assert (one.points, one.hours) == (0, 10)


def test_hours_alone_recommend_only_what_the_position_asks_for() -> None:
    person = learner(standards={"INTEGRITY": Standard(3, 3, 1)}, shortfall=6)
    [one] = asked(person, offer(1), offer(2, teaches={"BUDGETING": 2}))[0]
    assert (one.offer.course_id.int, one.hours, one.points) == (1, 6, 0)


def test_who_lacks_nothing_gets_no_recommendation() -> None:
    assert asked(learner(standards={"INTEGRITY": Standard(3, 3, 1)}), offer(1)) == ([], {})


@pytest.mark.parametrize(
    ("changes", "course", "why"),
    [
        ({"enrolled": (UUID(int=1),)}, offer(1), Exclusion.ENROLLED),
        ({"completed": {UUID(int=1): REPEAT_FROM}}, offer(1), Exclusion.COMPLETED_RECENTLY),
        ({}, offer(1, prerequisites=frozenset({UUID(int=9)})), Exclusion.PREREQUISITE_MISSING),
        ({"busy": ((MORNING + 2 * HOUR, MORNING + 9 * HOUR),)}, offer(1), Exclusion.CLASH),
    ],
)
def test_what_makes_no_sense_is_left_out_with_its_reason(
    changes: dict[str, object], course: Offer, why: Exclusion
) -> None:
    assert asked(learner(**changes), course) == ([], {UUID(int=1): why})


@pytest.mark.parametrize(
    "changes",
    [
        {"completed": {UUID(int=1): REPEAT_FROM - timedelta(days=1)}},
        {"busy": ((MORNING - HOUR, MORNING), (MORNING + 3 * HOUR, MORNING + 4 * HOUR))},
    ],
)
def test_long_ago_and_times_that_only_touch_are_no_reason(changes: dict[str, object]) -> None:
    assert courses(learner(**changes), offer(1)) == [1]


def test_of_a_course_the_earliest_class_with_a_seat_that_fits_is_named() -> None:
    full = offer(1, nth=1, has_seats=False)
    busy = offer(1, nth=2)
    later = offer(1, nth=3, first=DAY + timedelta(days=30), times=())
    person = learner(busy=((MORNING, MORNING + HOUR),))
    [one] = asked(person, full, busy, later)[0]
    assert one.offer is later
    [one] = asked(learner(), full, later)[0]
    assert one.offer is later


days = st.integers(0, 40).map(lambda days: DAY + timedelta(days=days))
times_drawn = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 8)).map(
        lambda at: (MORNING + at[0] * HOUR, MORNING + sum(at) * HOUR)
    ),
    max_size=3,
).map(tuple)
levels = st.dictionaries(st.sampled_from(CODES), st.integers(1, 5), max_size=3)
course_facts = st.fixed_dictionaries(
    {
        "teaches": levels,
        "hours": st.integers(1, 60),
        "prerequisites": st.sets(st.integers(1, 5).map(lambda number: UUID(int=number)), max_size=1).map(
            frozenset
        ),
    }
)
classes_drawn = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.integers(0, 50),
        st.fixed_dictionaries({"first": days, "times": times_drawn, "has_seats": st.booleans()}),
    ),
    max_size=8,
    unique_by=lambda each: each[:2],
)
offers_drawn = st.builds(
    # What is said of a course is the same for all of its classes.
    lambda facts, classes: [
        offer(course, nth=nth, **facts[course - 1], **own) for course, nth, own in classes
    ],
    st.lists(course_facts, min_size=5, max_size=5),
    classes_drawn,
)
courses_drawn = st.integers(1, 5).map(lambda number: UUID(int=number))
people = st.builds(
    Learner,
    st.dictionaries(
        st.sampled_from(CODES),
        st.builds(Standard, st.none() | st.integers(1, 5), st.integers(1, 5), st.integers(1, 3)),
    ),
    st.sets(courses_drawn),
    st.integers(0, 20),
    st.dictionaries(courses_drawn, st.sampled_from((date(2019, 1, 1), date(2025, 1, 1)))),
    st.sets(courses_drawn, max_size=2),
    times_drawn,
)


@given(people, offers_drawn)
def test_every_recommendation_brings_something_and_makes_sense(person: Learner, given: list[Offer]) -> None:
    found, left_out = asked(person, *given)
    named = [each.offer.course_id for each in found]
    assert len(set(named)) == len(named)
    assert not left_out.keys() & set(named)
    for each in found:
        assert all(closing.points > 0 for closing in each.closes)
        assert each.points or each.mandatory or each.hours
        assert 0 <= each.hours <= person.shortfall
        assert each.offer.course_id not in person.enrolled
        assert person.completed.get(each.offer.course_id, date.min) < REPEAT_FROM
        assert each.offer.prerequisites <= person.completed.keys()
        assert all(
            end <= other_start or other_end <= start
            for start, end in each.offer.times
            for other_start, other_end in person.busy
        )


@given(people, offers_drawn, st.randoms(use_true_random=False), st.integers(1, 5))
def test_the_order_of_the_classes_changes_nothing_and_few_are_the_best_of_many(
    person: Learner, given: list[Offer], random: Random, most: int
) -> None:
    found, left_out = asked(person, *given)
    random.shuffle(given)
    assert asked(person, *given) == (found, left_out)
    assert asked(person, *given, most=most)[0] == found[:most]
    order = [(-each.points, not each.mandatory, -each.hours) for each in found]
    assert order == sorted(order)
