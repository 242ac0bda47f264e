"""Classes and enrolments: the state tables, times of classes, how an enrolment ends, circles of prerequisites."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asn_api.errors import Problem
from asn_api.rules.calendar import Zone
from asn_api.rules.courses import CourseForm, CourseKind, CourseMode, form_of, leads_back
from asn_api.rules.enrolment_policy import EnrolmentPolicy
from asn_api.rules.enrolments import (
    ENROLMENT_TRANSITIONS,
    SEATED,
    AttendanceMark,
    ClassAction,
    ClassStatus,
    EnrolmentAction,
    EnrolmentActor,
    EnrolmentStatus,
    Meeting,
    begins_at,
    check_class,
    check_enrolment,
    ends_at,
    enrolment_refusal,
    offer_until,
    outcome,
    schedule_faults,
)
from asn_api.rules.labels import external_code
from tests.rules.samples import policy_values

P, L, E, A = AttendanceMark.PRESENT, AttendanceMark.LATE, AttendanceMark.EXCUSED, AttendanceMark.ABSENT
COMPLETE, FAIL, MISS = EnrolmentAction.COMPLETE, EnrolmentAction.FAIL, EnrolmentAction.MISS
DAY = date(2026, 12, 1)
DAYS = (DAY, date(2026, 12, 2))
OPENS, CLOSES = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)


def meeting(day: int, hour: int = 9, hours: int = 3) -> Meeting:
    start = datetime(2026, 12, day, hour, tzinfo=Zone.WIB.tz)
    return Meeting(start, start + timedelta(hours=hours))


def codes(*meetings: Meeting, mode: CourseMode = CourseMode.ON_SITE, **changed: object) -> list[str]:
    given = {"days": DAYS, "registration": (OPENS, CLOSES)} | changed
    return [each.code for each in schedule_faults(mode, meetings=meetings, zone=Zone.WIB, **given)]  # type: ignore[arg-type]


def test_the_kinds_carry_the_national_codes_in_their_order_and_lead_to_their_form() -> None:
    assert [external_code(kind) for kind in CourseKind] == [str(number) for number in range(1, 26)]
    assert external_code(CourseKind.STRUCTURAL) == "1"
    assert external_code(CourseKind.MENTORING) == "15"
    assert external_code(CourseKind.DISTANCE_LEARNING) == "17"
    # 1–9 and 11–13 are held in a class room; 10, internship, is learning at work (PP 11/2017 art. 212).
    classical = {number for number, kind in enumerate(CourseKind, 1) if form_of(kind) is CourseForm.CLASSICAL}
    assert classical == {*range(1, 10), 11, 12, 13}


def test_who_does_what_in_which_state_is_one_table() -> None:
    superior, employee, system = EnrolmentActor.SUPERIOR, EnrolmentActor.EMPLOYEE, EnrolmentActor.SYSTEM
    requested = EnrolmentStatus.REQUESTED
    assert check_enrolment(requested, EnrolmentAction.APPROVE, superior) is EnrolmentStatus.APPROVED
    assert enrolment_refusal(requested, EnrolmentAction.APPROVE, {employee}) == "ENROLMENT_WRONG_ACTOR"
    assert enrolment_refusal(requested, EnrolmentAction.CONFIRM, {employee}) == "ENROLMENT_WRONG_STATUS"
    assert (
        check_enrolment(EnrolmentStatus.WAITLISTED, EnrolmentAction.OFFER, system) is EnrolmentStatus.APPROVED
    )
    with pytest.raises(Problem) as refused:
        check_enrolment(EnrolmentStatus.WAITLISTED, EnrolmentAction.OFFER, superior)
    assert refused.value.code == "ENROLMENT_WRONG_ACTOR"


def test_nobody_gets_a_seat_but_from_where_a_place_was_given() -> None:
    into_a_seat = {
        (before, action)
        for (before, action), step in ENROLMENT_TRANSITIONS.items()
        if step.next in SEATED and before not in SEATED
    }
    assert into_a_seat == {
        (EnrolmentStatus.REQUESTED, EnrolmentAction.APPROVE),
        (EnrolmentStatus.WAITLISTED, EnrolmentAction.OFFER),
    }


def test_ends_are_ends() -> None:
    left = {before for before, _ in ENROLMENT_TRANSITIONS}
    ends = set(EnrolmentStatus) - left
    assert ends == {
        EnrolmentStatus.REJECTED,
        EnrolmentStatus.COMPLETED,
        EnrolmentStatus.FAILED,
        EnrolmentStatus.NO_SHOW,
        EnrolmentStatus.CANCELLED,
    }


def test_a_class_is_opened_before_it_runs_and_never_changed_afterwards() -> None:
    assert check_class(ClassStatus.OPEN, ClassAction.START) is ClassStatus.RUNNING
    for status in (ClassStatus.RUNNING, ClassStatus.FINISHED, ClassStatus.CANCELLED):
        with pytest.raises(Problem):
            check_class(status, ClassAction.EDIT)


@pytest.mark.parametrize(
    ("passed", "marks", "sessions", "ends"),
    [
        (None, [P, P, P, P, A], 5, COMPLETE),  # four fifths are enough
        (None, [P, P, P, A, A], 5, FAIL),
        (None, [P, L, L, L], 5, COMPLETE),  # late is there; no mark is a missed session
        (True, [P, P], 5, FAIL),  # a good test does not make up for staying away
        (False, [P, P, P, P, P], 5, FAIL),
        (True, [P, P, P, P, P], 5, COMPLETE),
        (None, [], 5, MISS),
        (True, [A, A], 2, MISS),
        (None, [E, E], 2, FAIL),  # excused all along: not a no-show, and nothing was learned
        (None, [P, E, E, E, E], 5, COMPLETE),  # what was excused counts neither way
        (True, [], 0, COMPLETE),
        (False, [], 0, FAIL),
        (None, [], 0, MISS),
    ],
)
def test_how_it_ends(
    passed: bool | None, marks: list[AttendanceMark], sessions: int, ends: EnrolmentAction
) -> None:
    assert outcome(passed, marks, sessions, 80) is ends


@given(
    st.none() | st.booleans(),
    st.lists(st.sampled_from(AttendanceMark), max_size=20),
    st.integers(0, 5),
    st.integers(0, 100),
)
def test_one_more_session_attended_never_makes_it_worse(
    passed: bool | None, marks: list[AttendanceMark], unmarked: int, least: int
) -> None:
    rank = (MISS, FAIL, COMPLETE)
    sessions = len(marks) + unmarked + 1
    before = outcome(passed, [*marks, A], sessions, least)
    assert rank.index(outcome(passed, [*marks, P], sessions, least)) >= rank.index(before)


def test_the_times_of_a_class() -> None:
    assert codes(meeting(1), meeting(2)) == []
    assert codes() == ["SESSIONS_MISSING"]
    assert codes(mode=CourseMode.SELF_PACED) == []
    assert codes(meeting(1), days=(DAYS[1], DAYS[0])) == ["CLASS_DAYS_REVERSED"]
    assert codes(meeting(1), meeting(1, 11)) == ["SESSIONS_OVERLAP"]
    assert codes(meeting(1), meeting(1, 12)) == []  # one ends when the next begins
    assert codes(meeting(3)) == ["SESSION_OUTSIDE_CLASS"]
    assert codes(meeting(2, 22, 2)) == []  # until midnight of the last day
    assert codes(meeting(2, 22, 3)) == ["SESSION_OUTSIDE_CLASS"]
    assert codes(meeting(1, hours=0)) == ["SESSION_REVERSED"]
    assert codes(meeting(1), registration=(CLOSES, OPENS)) == ["REGISTRATION_REVERSED"]
    start = meeting(1).starts_at
    assert codes(meeting(1), registration=(OPENS, start)) == []
    late = (OPENS, start + timedelta(seconds=1))
    assert codes(meeting(1), registration=late) == ["REGISTRATION_AFTER_START"]


def test_days_are_taken_in_the_zone_of_the_unit() -> None:
    night = datetime(2026, 12, 1, 1, tzinfo=Zone.WIT.tz)  # still 30 November in Jakarta
    early = [Meeting(night, night + timedelta(hours=1))]
    registration = (OPENS, CLOSES)
    assert schedule_faults(CourseMode.ON_SITE, DAYS, registration, early, Zone.WIT) == []
    (fault,) = schedule_faults(CourseMode.ON_SITE, DAYS, registration, early, Zone.WIB)
    assert fault.code == "SESSION_OUTSIDE_CLASS"


def test_a_class_begins_with_its_first_meeting_and_ends_with_its_last() -> None:
    meetings = [meeting(2), meeting(1)]
    assert begins_at(DAY, meetings, Zone.WIB) == meeting(1).starts_at
    assert ends_at(DAYS[1], meetings, Zone.WIB) == meeting(2).ends_at
    assert begins_at(DAY, [], Zone.WIT) == datetime(2026, 12, 1, tzinfo=Zone.WIT.tz)
    assert ends_at(DAY, [], Zone.WIT) == datetime(2026, 12, 2, tzinfo=Zone.WIT.tz)


def test_an_offer_never_outlasts_the_beginning() -> None:
    begins = OPENS + timedelta(hours=60)
    assert offer_until(OPENS, 48, begins) == OPENS + timedelta(hours=48)
    assert offer_until(OPENS + timedelta(hours=20), 48, begins) == begins


A_, B, C, D = (UUID(int=number) for number in range(1, 5))


def test_prerequisites_never_lead_back() -> None:
    known = {A_: {B}, B: {C}}
    assert leads_back(C, {A_}, known)
    assert leads_back(A_, {A_}, {})
    assert not leads_back(D, {A_}, known)
    assert not leads_back(A_, {B, C}, known)


@given(st.dictionaries(st.integers(0, 7), st.sets(st.integers(0, 7)), max_size=8))
def test_what_is_allowed_step_by_step_has_an_order(wanted: dict[int, set[int]]) -> None:
    """Whatever is asked for: as long as refused changes are left out, the courses can be taken in some order."""
    known: dict[UUID, set[UUID]] = {}
    for course, before in wanted.items():
        ids = {UUID(int=each) for each in before}
        if not leads_back(UUID(int=course), ids, known):
            known[UUID(int=course)] = ids
    done: set[UUID] = set()
    left = {UUID(int=number) for number in range(8)}
    while left:
        ready = {each for each in left if known.get(each, set()) <= done}
        assert ready
        done, left = done | ready, left - ready


def test_the_policy_is_typed() -> None:
    policy = EnrolmentPolicy.from_mapping(policy_values("enrolments"))
    assert (policy.offer_hours, policy.least_attendance_percent) == (48, 80)
