"""Who judges on which day: letters before lines, nobody twice, the reason behind each term."""

import itertools
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.rules.evaluators import (
    ONE_DAY,
    AssignmentAction,
    EvaluatorReason,
    EvaluatorRole,
    Letter,
    Seat,
    Span,
    Superior,
    Term,
    assignment_refusal,
    check_assignment,
    last_day_fault,
    terms,
)
from asn_api.rules.organization import AppointmentKind

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
CHIEF, DEPUTY, LEADER, ADVISER = (UUID(int=number) for number in range(1, 5))
OPEN = Span(date(2020, 1, 1), None)


def letter(
    person: UUID,
    start: date,
    end: date | None = None,
    role: EvaluatorRole = EvaluatorRole.EVALUATOR,
    reason: EvaluatorReason = EvaluatorReason.TEAM,
) -> Letter:
    return Letter(UUID(int=100 + person.int), person, role, reason, Span(start, end))


def told(found: list[Term]) -> list[tuple[UUID, str, str, str]]:
    return [(each.person, each.reason.value, each.first.isoformat(), each.last.isoformat()) for each in found]


def test_the_superior_evaluates_all_year() -> None:
    assert told(terms(FIRST, LAST, [], [Superior(CHIEF, OPEN)], [])) == [
        (CHIEF, "STRUCTURAL", "2026-01-01", "2026-12-31")
    ]


def test_nobody_above_means_no_term() -> None:
    assert terms(FIRST, LAST, [], [], []) == []


def test_a_letter_goes_before_the_superior_on_its_days_only() -> None:
    team = letter(LEADER, date(2026, 3, 1), date(2026, 5, 1))
    assert told(terms(FIRST, LAST, [team], [Superior(CHIEF, OPEN)], [])) == [
        (CHIEF, "STRUCTURAL", "2026-01-01", "2026-02-28"),
        (LEADER, "TEAM", "2026-03-01", "2026-04-30"),
        (CHIEF, "STRUCTURAL", "2026-05-01", "2026-12-31"),
    ]


def test_an_adviser_stands_beside_the_evaluator_and_changes_nothing_for_him() -> None:
    advice = letter(ADVISER, date(2026, 7, 1), role=EvaluatorRole.ADVISOR)
    found = terms(FIRST, LAST, [advice], [Superior(CHIEF, OPEN)], [])
    assert told(found) == [
        (CHIEF, "STRUCTURAL", "2026-01-01", "2026-12-31"),
        (ADVISER, "TEAM", "2026-07-01", "2026-12-31"),
    ]
    assert [each.role for each in found] == [EvaluatorRole.EVALUATOR, EvaluatorRole.ADVISOR]


def test_an_acting_head_is_named_by_the_nearest_seat_that_he_holds_that_day() -> None:
    acting = Span(date(2026, 4, 1), date(2026, 4, 11))
    superiors = [
        Superior(CHIEF, Span(date(2020, 1, 1), date(2026, 4, 1))),
        Superior(DEPUTY, acting),
        Superior(CHIEF, Span(date(2026, 4, 11), None)),
    ]
    seats = [
        Seat(CHIEF, AppointmentKind.DEFINITIVE, 2, OPEN),
        Seat(DEPUTY, AppointmentKind.PLH, 2, acting),
        # Above the employee's own head he acts too, which does not make him act here.
        Seat(CHIEF, AppointmentKind.PLT, 1, OPEN),
    ]
    assert [each.reason.value for each in terms(FIRST, LAST, [], superiors, seats)] == [
        "STRUCTURAL",
        "PLH",
        "STRUCTURAL",
    ]


days = st.dates(date(2025, 11, 1), date(2027, 2, 28))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start, end = sorted((draw(days), draw(days)))
    return Span(start, draw(st.sampled_from([None, end + ONE_DAY])))


@st.composite
def apart(draw: st.DrawFn) -> list[Span]:
    """Spans of which no two share a day, as the constraints demand."""
    cuts = sorted(draw(st.sets(days, max_size=8)))
    return [Span(start, end) for start, end in itertools.pairwise(cuts) if draw(st.booleans())]


@given(apart(), apart(), st.lists(spans(), max_size=3), days, st.integers(0, 200))
def test_each_day_has_the_evaluator_that_its_own_letter_or_line_gives(
    lettered: list[Span], lined: list[Span], advised: list[Span], first: date, length: int
) -> None:
    last = first + timedelta(days=length)
    letters = [
        Letter(UUID(int=10 + n), LEADER, EvaluatorRole.EVALUATOR, EvaluatorReason.TEAM, each)
        for n, each in enumerate(lettered)
    ]
    letters += [
        Letter(UUID(int=90 + n), ADVISER, EvaluatorRole.ADVISOR, EvaluatorReason.TEAM, each)
        for n, each in enumerate(advised)
    ]
    superiors = [Superior(CHIEF, each) for each in lined]
    found = terms(first, last, letters, superiors, [])
    for number in range(length + 1):
        day = first + timedelta(days=number)
        there = [each for each in found if each.first <= day <= each.last]
        deciding = [each.person for each in there if each.role is EvaluatorRole.EVALUATOR]
        by_letter = any(each.holds(day) for each in lettered)
        above = any(each.holds(day) for each in lined)
        assert deciding == ([LEADER] if by_letter else [CHIEF] if above else [])
        advising = [each for each in there if each.role is EvaluatorRole.ADVISOR]
        assert len(advising) == sum(each.holds(day) for each in advised)
    assert all(first <= each.first <= each.last <= last for each in found)


def test_a_letter_is_checked_by_itself() -> None:
    def codes(evaluator: UUID = LEADER, **changes: date) -> list[str]:
        values = {"start": FIRST, "end": LAST, "letter_date": FIRST} | changes
        faults = check_assignment(
            CHIEF, evaluator, values["start"], values["end"], values["letter_date"], today=date(2026, 2, 1)
        )
        return [fault.code for fault in faults]

    assert codes() == []
    assert codes(end=FIRST) == []
    assert codes(CHIEF, end=FIRST - ONE_DAY, letter_date=date(2026, 2, 2)) == [
        "EVALUATOR_IS_EMPLOYEE",
        "EVALUATOR_TERM_REVERSED",
        "PLAN_LETTER_IN_FUTURE",
    ]


TODAY = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("start", "end", "action", "code"),
    [
        (TODAY, None, AssignmentAction.DELETE, None),
        (TODAY - ONE_DAY, None, AssignmentAction.DELETE, "EVALUATOR_TERM_BEGUN"),
        (TODAY - ONE_DAY, None, AssignmentAction.END, None),
        (TODAY - ONE_DAY, TODAY + ONE_DAY, AssignmentAction.END, None),
        (TODAY - ONE_DAY, TODAY, AssignmentAction.END, "EVALUATOR_TERM_OVER"),
    ],
)
def test_what_was_decided_under_a_letter_stays(
    start: date, end: date | None, action: AssignmentAction, code: str | None
) -> None:
    assert assignment_refusal(action, Span(start, end), TODAY) == code


@pytest.mark.parametrize(
    ("last_day", "fits"),
    [
        (TODAY - 2 * ONE_DAY, False),
        (TODAY - ONE_DAY, True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_a_term_ends_at_the_earliest_yesterday_and_never_later_than_it_did(
    last_day: date, fits: bool
) -> None:
    fault = last_day_fault(last_day, Span(FIRST, date(2026, 7, 1)), TODAY)
    assert (fault is None) is fits
    assert last_day_fault(TODAY, Span(TODAY + ONE_DAY, None), TODAY) is not None
