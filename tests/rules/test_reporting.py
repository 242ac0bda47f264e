"""Reporting lines against their plain definition, day by day, and the cases that are easily got wrong."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from asn_api.rules.organization import AppointmentKind as Kind
from asn_api.rules.reporting import Line, Post, effective_head, lines

FIRST = date(2026, 1, 1)
SPAN = 12
PEOPLE = [UUID(int=100 + n) for n in range(5)]
ROOT, AGENCY, UNIT, SECTION = (UUID(int=n) for n in range(1, 5))
TREE: dict[UUID, UUID | None] = {ROOT: None, AGENCY: ROOT, UNIT: AGENCY, SECTION: UNIT}
BOSS, CHIEF, LEAD, CLERK, OTHER = PEOPLE


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def post(
    who: UUID,
    unit: UUID,
    kind: Kind = Kind.DEFINITIVE,
    *,
    head: bool = True,
    start: int = 0,
    end: int | None = None,
) -> Post:
    return Post(who, unit, head, kind, day(start), None if end is None else day(end))


def superiors(posts: Sequence[Post], who: UUID, tree: Mapping[UUID, UUID | None] = TREE) -> list[UUID | None]:
    """Whom the person answers to on each day of the span, by the computed lines."""
    found = [line for line in lines(tree, posts) if line.employee_id == who]
    answers = []
    for number in range(SPAN + 2):
        valid = [
            one for one in found if one.start <= day(number) and (one.end is None or day(number) < one.end)
        ]
        assert len(valid) <= 1
        answers.append(valid[0].superior_id if valid else None)
    return answers


def by_definition(
    posts: Sequence[Post], who: UUID, today: date, tree: Mapping[UUID, UUID | None]
) -> UUID | None:
    """From the unit of the definitive post (above it for a head), the first head that is somebody else."""
    valid = [each for each in posts if each.start <= today and (each.end is None or today < each.end)]
    own = [each for each in valid if each.employee_id == who and each.kind is Kind.DEFINITIVE]
    if not own:
        return None
    unit = tree[own[0].unit_id] if own[0].is_head else own[0].unit_id
    while unit is not None:
        for kind in (Kind.PLH, Kind.PLT, Kind.PJ, Kind.DEFINITIVE):
            seated = [each for each in valid if each.unit_id == unit and each.is_head and each.kind is kind]
            if seated:
                if seated[0].employee_id != who:
                    return seated[0].employee_id
                break
        unit = tree[unit]
    return None


def overlap(one: Post, other: Post) -> bool:
    return (other.end is None or one.start < other.end) and (one.end is None or other.start < one.end)


@st.composite
def organisations(draw: st.DrawFn) -> tuple[dict[UUID, UUID | None], list[Post]]:
    """A small tree and appointments that the database's constraints would let pass."""
    units = [UUID(int=n + 1) for n in range(draw(st.integers(1, 5)))]
    tree: dict[UUID, UUID | None] = {units[0]: None}
    for index, unit in enumerate(units[1:], 1):
        tree[unit] = units[draw(st.integers(0, index - 1))]
    posts: list[Post] = []
    for _ in range(draw(st.integers(0, 10))):
        kind = draw(st.sampled_from(Kind))
        start = draw(st.integers(0, SPAN - 1))
        end = draw(st.none() | st.integers(start + 1, SPAN))
        head = kind is not Kind.DEFINITIVE or draw(st.booleans())
        new = post(
            draw(st.sampled_from(PEOPLE)), draw(st.sampled_from(units)), kind, head=head, start=start, end=end
        )
        clashes = any(
            overlap(new, old)
            and (
                (new.employee_id == old.employee_id and new.kind is old.kind is Kind.DEFINITIVE)
                or (new.unit_id == old.unit_id and new.kind is old.kind and new.is_head and old.is_head)
            )
            for old in posts
        )
        if not clashes:
            posts.append(new)
    return tree, posts


@given(organisations())
def test_every_day_has_the_superior_that_the_definition_gives(
    organisation: tuple[dict[UUID, UUID | None], list[Post]],
) -> None:
    tree, posts = organisation
    for who in PEOPLE:
        expected = [by_definition(posts, who, day(number), tree) for number in range(SPAN + 2)]
        assert superiors(posts, who, tree) == expected


@given(organisations())
def test_nobody_is_his_own_superior_and_lines_of_one_post_do_not_repeat(
    organisation: tuple[dict[UUID, UUID | None], list[Post]],
) -> None:
    tree, posts = organisation
    found = list(lines(tree, posts))
    assert all(line.employee_id != line.superior_id for line in found)
    assert all(line.end is None or line.start < line.end for line in found)
    starts = {(each.employee_id, each.start) for each in posts if each.kind is Kind.DEFINITIVE}
    for line in found:
        before = (one for one in found if one.employee_id == line.employee_id and one.end == line.start)
        joined = any(one.superior_id == line.superior_id for one in before)
        assert not joined or (line.employee_id, line.start) in starts


def test_a_clerk_answers_to_the_units_head_and_a_head_to_the_one_above() -> None:
    posts = [post(BOSS, AGENCY), post(CHIEF, UNIT), post(CLERK, UNIT, head=False)]
    assert set(lines(TREE, posts)) == {
        Line(CHIEF, BOSS, FIRST, None),
        Line(CLERK, CHIEF, FIRST, None),
    }


def test_the_top_of_the_tree_has_no_line() -> None:
    assert list(lines(TREE, [post(BOSS, AGENCY)])) == []


def test_whoever_acts_for_the_unit_above_his_own_answers_to_the_one_above_that() -> None:
    posts = [
        post(BOSS, AGENCY),
        post(LEAD, SECTION),
        post(LEAD, UNIT, Kind.PLT),
        post(CLERK, SECTION, head=False),
    ]
    assert superiors(posts, LEAD)[0] == BOSS
    assert superiors(posts, CLERK)[0] == LEAD


def test_a_clerk_who_acts_as_head_of_his_own_unit_answers_above_it() -> None:
    posts = [
        post(BOSS, AGENCY),
        post(CLERK, UNIT, head=False),
        post(CLERK, UNIT, Kind.PLT),
        post(OTHER, UNIT, head=False),
    ]
    assert superiors(posts, CLERK)[0] == BOSS
    assert superiors(posts, OTHER)[0] == CLERK


def test_a_daily_stand_in_replaces_a_present_head_for_exactly_those_days() -> None:
    posts = [
        post(BOSS, AGENCY),
        post(CHIEF, UNIT),
        post(LEAD, SECTION),
        post(LEAD, UNIT, Kind.PLH, start=3, end=5),
        post(CLERK, UNIT, head=False),
    ]
    assert superiors(posts, CLERK)[2:6] == [CHIEF, LEAD, LEAD, CHIEF]
    # The absent chief still answers above his unit, and the stand-in does not answer to himself.
    assert superiors(posts, CHIEF)[2:6] == [BOSS] * 4
    assert superiors(posts, LEAD)[2:6] == [CHIEF, BOSS, BOSS, CHIEF]


def test_the_stand_in_for_the_day_goes_before_the_one_for_the_vacancy() -> None:
    posts = [
        post(CHIEF, UNIT, Kind.PLT),
        post(LEAD, UNIT, Kind.PLH, start=2, end=3),
        post(OTHER, UNIT, Kind.PJ),
        post(CLERK, UNIT, head=False),
    ]
    assert superiors(posts, CLERK)[1:4] == [CHIEF, LEAD, CHIEF]
    assert effective_head([posts[2], posts[0]], FIRST) == CHIEF
    assert effective_head([], FIRST) is None


def test_a_line_is_cut_where_heads_change_and_not_elsewhere() -> None:
    posts = [
        post(CHIEF, UNIT, end=4),
        post(LEAD, UNIT, start=4, end=8),
        post(OTHER, ROOT, start=6),
        post(CLERK, UNIT, head=False),
    ]
    assert [line for line in lines(TREE, posts) if line.employee_id == CLERK] == [
        Line(CLERK, CHIEF, day(0), day(4)),
        Line(CLERK, LEAD, day(4), day(8)),
        Line(CLERK, OTHER, day(8), None),
    ]


def test_a_line_ends_with_the_post_and_not_with_the_head() -> None:
    posts = [post(CHIEF, UNIT, start=2, end=9), post(CLERK, UNIT, head=False, start=4, end=6)]
    assert list(lines(TREE, posts)) == [Line(CLERK, CHIEF, day(4), day(6))]


def test_open_ends_stay_open_and_a_head_who_comes_later_leaves_a_gap_before() -> None:
    posts = [post(CHIEF, UNIT, start=5), post(CLERK, UNIT, head=False)]
    assert list(lines(TREE, posts)) == [Line(CLERK, CHIEF, day(5), None)]


def test_vacant_seats_are_climbed_over_up_to_the_top() -> None:
    posts = [post(BOSS, ROOT), post(CLERK, SECTION, head=False), post(CHIEF, UNIT, start=3, end=4)]
    assert superiors(posts, CLERK)[2:5] == [BOSS, CHIEF, BOSS]


def test_a_transfer_changes_the_superior_on_its_day() -> None:
    posts = [
        post(CHIEF, UNIT),
        post(LEAD, SECTION),
        post(CLERK, UNIT, head=False, end=5),
        post(CLERK, SECTION, head=False, start=5),
    ]
    assert superiors(posts, CLERK)[4:6] == [CHIEF, LEAD]
