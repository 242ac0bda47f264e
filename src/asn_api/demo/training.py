"""Three years of training in Kota Demo: 1,200 classes, who took part in them, and what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.policies.current import policy_on
from asn_api.core.bulk import analyze, copy_in
from asn_api.demo import catalogue
from asn_api.demo.cascade import SEED, uuid7
from asn_api.demo.catalogue import Course, Row, vocabulary
from asn_api.demo.roster import Person
from asn_api.rules.competencies import EvidenceSource, last_day
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.rules.courses import CourseMode
from asn_api.rules.enrolments import AttendanceMark, ClassStatus, EnrolmentOrigin, EnrolmentStatus
from asn_api.tables.competencies import CompetencyEvidence
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Unit
from asn_api.tables.training import (
    Attendance,
    ClassSession,
    CourseClass,
    CourseCompetency,
    CoursePrerequisite,
    Enrolment,
    Partner,
    PartnerAgreement,
)
from asn_api.tables.training import Course as CourseTable

CLASSES_OF_A_COURSE = 4
MARKED_DAYS = 120
"""Attendance session by session is there for classes of so many days; before, only what came of them."""

_JOURNAL = text("""
insert into journal (region_id, at, entity, entity_id, version, action, changes, unit_id, employee_id)
select region_id, requested_at, 'enrolment', id, version, 'REQUEST', jsonb_build_object('class_id', class_id),
       unit_id, employee_id
from enrolments where region_id = :region_id
union all
select region_id, created_at, 'course_class', id, version, 'CREATE', '{}', unit_id, null
from course_classes where region_id = :region_id
union all
select region_id, created_at, 'course', id, version, 'CREATE', '{}', unit_id, null
from courses where region_id = :region_id
union all
select e.region_id, e.created_at, 'competency_evidence', e.id, 1, 'CREATE', '{}', null, e.employee_id
from competency_evidence e where e.region_id = :region_id and e.source = 'TRAINING'
order by 2
""")


@dataclass
class Made:
    """Rows by table, and what later classes have to know."""

    classes: list[Row] = field(default_factory=list)
    sessions: list[Row] = field(default_factory=list)
    enrolments: list[Row] = field(default_factory=list)
    attendances: list[Row] = field(default_factory=list)
    evidence: dict[tuple[UUID, str, date], Row] = field(default_factory=dict)
    completed: dict[UUID, dict[UUID, date]] = field(default_factory=dict)
    """By course, who completed it first on which day."""
    busy: set[UUID] = field(default_factory=set)
    """Who has a seat in a class that is yet to come: nobody has two."""


async def store(db: AsyncSession, access: Access, people: Sequence[Person], unit_id: UUID) -> None:
    """`unit_id` keeps the catalogue."""
    policy = await policy_on(db, access.region_id, CompetencyPolicy, access.today)
    partners, agreements = catalogue.partners(access.region_id, access.today)
    courses = catalogue.courses(access.region_id, unit_id, [each["id"] for each in partners], access.now)
    made = classes(access, courses, people, policy)
    await copy_in(db, Partner, partners)
    await copy_in(db, PartnerAgreement, agreements)
    await copy_in(db, CourseTable, [each.row for each in courses])
    # Each before what points to it: foreign keys are checked by plans that are made at their first use.
    await analyze(db, CourseTable)
    await copy_in(db, CourseCompetency, list(_taught(access, courses)))
    await copy_in(db, CoursePrerequisite, list(_before(access, courses)))
    await copy_in(db, CourseClass, made.classes)
    await analyze(db, Employee, Unit, CourseClass)
    await copy_in(db, ClassSession, made.sessions)
    await copy_in(db, Enrolment, made.enrolments)
    await analyze(db, ClassSession, Enrolment)
    await copy_in(db, Attendance, made.attendances)
    await copy_in(db, CompetencyEvidence, list(made.evidence.values()))
    await db.execute(_JOURNAL, {"region_id": access.region_id})
    await analyze(db, Attendance, CompetencyEvidence)


def classes(
    access: Access, courses: Sequence[Course], people: Sequence[Person], policy: CompetencyPolicy
) -> Made:
    made = Made()
    for course in courses:
        for number in range(CLASSES_OF_A_COURSE):
            _class(access, made, course, number, people, policy)
    return made


def _taught(access: Access, courses: Sequence[Course]) -> Iterator[Row]:
    rng = Random(f"{SEED}/taught")  # noqa: S311
    for each in courses:
        key = {"region_id": access.region_id, "id": uuid7(0, rng), "course_id": each.id}
        yield {**key, "competency_code": each.competency, "level": each.level}


def _before(access: Access, courses: Sequence[Course]) -> Iterator[Row]:
    rng = Random(f"{SEED}/before")  # noqa: S311
    for each in courses:
        if each.after is not None:
            key = {"region_id": access.region_id, "id": uuid7(0, rng), "course_id": each.id}
            yield {**key, "prerequisite_id": each.after}


def _class(
    access: Access,
    made: Made,
    course: Course,
    number: int,
    people: Sequence[Person],
    policy: CompetencyPolicy,
) -> None:
    """The first ones lie years back, the last one is under way or still to come."""
    rng = Random(f"{SEED}/class/{course.row['code']}/{number}")  # noqa: S311
    span = 365 * catalogue.YEARS // (CLASSES_OF_A_COURSE - 1)
    back = span * (CLASSES_OF_A_COURSE - 1 - number) - rng.randrange(span - 40) - 20
    if number == CLASSES_OF_A_COURSE - 1:
        back = -rng.randrange(-3, 60)
    starts_on = access.today - timedelta(days=back)
    while starts_on.weekday() > 4 - min(3, course.days - 1):
        starts_on -= timedelta(days=1)
    ends_on = starts_on + timedelta(days=course.days - 1)
    organiser = rng.choice(people)
    zone = access.actor.zone.tz
    begins = datetime.combine(
        starts_on, time(8) if course.mode is not CourseMode.SELF_PACED else time(), zone
    )
    status = ClassStatus.OPEN
    if ends_on < access.today:
        status = ClassStatus.FINISHED
    elif begins <= access.now:
        status = ClassStatus.RUNNING
    elif rng.random() < 0.1:
        status = ClassStatus.DRAFT
    made_at = begins - timedelta(days=60)
    row: Row = {
        "region_id": access.region_id,
        "id": uuid7(int(made_at.timestamp() * 1000), rng),
        "version": 1,
        "course_id": course.id,
        "unit_id": organiser.unit_id,
        "organiser_id": organiser.id,
        "name": f"Angkatan {['I', 'II', 'III', 'IV'][number]} Tahun {starts_on.year}",
        "mode": course.mode,
        "jp": course.row["jp"],
        "place": rng.choice(vocabulary()["wording"]["places"])
        if course.mode in (CourseMode.ON_SITE, CourseMode.BLENDED)
        else None,
        "link": None
        if course.mode in (CourseMode.ON_SITE, CourseMode.BLENDED)
        else f"https://belajar.example/{course.row['code'].lower()}-{number + 1}",
        "starts_on": starts_on,
        "ends_on": ends_on,
        "begins_at": begins,
        "registration_opens_at": made_at,
        "registration_closes_at": begins,
        "needs_approval": course.mode is not CourseMode.SELF_PACED,
        "seats": rng.choice((10, 12, 15)),
        "status": status,
        "created_at": made_at,
        "finished_at": datetime.combine(ends_on, time(17), zone) if status is ClassStatus.FINISHED else None,
    }
    sessions = list(_sessions(access, course, row, rng))
    taking = [] if status is ClassStatus.DRAFT else _people(made, course, row, people, rng)
    rows = [_enrolment(made, course, row, sessions, place, who, rng) for place, who in enumerate(taking, 1)]
    seated = sum(
        each["status"] not in (EnrolmentStatus.REQUESTED, EnrolmentStatus.WAITLISTED) for each in rows
    )
    row |= {"seats_held": seated, "last_place": max((each["place"] or 0 for each in rows), default=0)}
    made.classes.append(row)
    made.sessions += sessions
    made.enrolments += rows
    if status is ClassStatus.FINISHED:
        _learned(access, made, course, row, rows, policy, rng)
        if access.today - ends_on <= timedelta(days=MARKED_DAYS):
            made.attendances += _marks(row, sessions, rows, rng)


def _sessions(access: Access, course: Course, row: Row, rng: Random) -> Iterator[Row]:
    if course.mode is CourseMode.SELF_PACED:
        return
    for number in range(course.days):
        start = row["begins_at"] + timedelta(days=number)
        yield {
            "region_id": access.region_id,
            "id": uuid7(int(start.timestamp() * 1000), rng),
            "class_id": row["id"],
            "starts_at": start,
            "ends_at": start + timedelta(hours=8),
            "jp": course.row["jp"] // course.days,
            "topic": f"Hari ke-{number + 1}",
        }


def _people(made: Made, course: Course, row: Row, people: Sequence[Person], rng: Random) -> list[Person]:
    """In the order in which they were approved; nobody teaches himself, and prerequisites are completed."""
    is_over = row["status"] is ClassStatus.FINISHED
    wanted = rng.randint(5, row["seats"] - 2)
    if row["status"] is ClassStatus.OPEN and rng.random() < 0.2:
        wanted = row["seats"] + rng.randint(1, 6)
    chosen = rng.sample(people, min(len(people), 3 * wanted))
    if course.after is not None:
        done = made.completed.get(course.after, {})
        chosen = [each for each in people if done.get(each.id, date.max) < row["starts_on"]]
        rng.shuffle(chosen)
    taken = made.completed.get(course.id, {})
    fitting = [each for each in chosen if each.id != row["organiser_id"] and each.id not in taken]
    if not is_over:
        fitting = [each for each in fitting if each.id not in made.busy]
    return fitting[:wanted]


def _enrolment(
    made: Made, course: Course, row: Row, sessions: Sequence[Row], place: int, who: Person, rng: Random
) -> Row:
    asked = row["registration_opens_at"] + timedelta(minutes=rng.randrange(60 * 24 * 20))
    status, passed = EnrolmentStatus.CONFIRMED, None
    match row["status"]:
        case ClassStatus.FINISHED:
            drawn = rng.random()
            status = EnrolmentStatus.COMPLETED
            if drawn > 0.88:
                status = EnrolmentStatus.FAILED if drawn < 0.95 else EnrolmentStatus.NO_SHOW
            passed = {EnrolmentStatus.COMPLETED: True, EnrolmentStatus.FAILED: False}.get(status)
        case ClassStatus.RUNNING:
            status = EnrolmentStatus.ATTENDING
        case _ if place > row["seats"]:
            status = EnrolmentStatus.WAITLISTED
    before = rng.randint(35, 65)
    is_tested = passed is not None
    is_coming = status is EnrolmentStatus.CONFIRMED and course.mode is not CourseMode.SELF_PACED
    if row["status"] is not ClassStatus.FINISHED:
        made.busy.add(who.id)
    return {
        "region_id": row["region_id"],
        "id": uuid7(int(asked.timestamp() * 1000), rng),
        "version": 1,
        "class_id": row["id"],
        "employee_id": who.id,
        "unit_id": who.unit_id,
        "origin": EnrolmentOrigin.REQUEST,
        "status": status,
        "requested_at": asked,
        "decided_by": who.superior_id if row["needs_approval"] else None,
        "decided_at": asked + timedelta(hours=rng.randint(1, 40)) if row["needs_approval"] else None,
        "place": place,
        "busy": MultiRange(Range(each["starts_at"], each["ends_at"]) for each in sessions)
        if is_coming
        else None,
        "pre_score": before if is_tested else None,
        "post_score": min(100, before + rng.randint(15, 35) if passed else before) if is_tested else None,
        "passed": passed,
        "ended_at": row["finished_at"],
    }


def _learned(
    access: Access,
    made: Made,
    course: Course,
    row: Row,
    rows: Sequence[Row],
    policy: CompetencyPolicy,
    rng: Random,
) -> None:
    done = [each for each in rows if each["status"] is EnrolmentStatus.COMPLETED]
    day = row["ends_on"]
    for each in done:
        made.completed.setdefault(course.id, {}).setdefault(each["employee_id"], day)
        made.evidence.setdefault(
            (each["employee_id"], course.competency, day),
            {
                "region_id": access.region_id,
                "id": uuid7(int(row["finished_at"].timestamp() * 1000), rng),
                "version": 1,
                "employee_id": each["employee_id"],
                "competency_code": course.competency,
                "level": course.level,
                "source": EvidenceSource.TRAINING,
                "assessed_on": day,
                "valid_until": last_day(day, policy.valid_months[EvidenceSource.TRAINING]),
                "assessor": "Penyelenggara pelatihan Kota Demo",
                "reference": str(each["id"]),
                "note": f"{course.row['title']}, {row['name']}",
                "created_at": row["finished_at"],
            },
        )


def _marks(row: Row, sessions: Sequence[Row], rows: Sequence[Row], rng: Random) -> Iterator[Row]:
    for each in rows:
        came = each["status"] is not EnrolmentStatus.NO_SHOW
        for session in sessions:
            late = came and rng.random() < 0.1
            mark = AttendanceMark.LATE if late else AttendanceMark.PRESENT
            at: Any = session["starts_at"] + timedelta(minutes=10)
            yield {
                "region_id": row["region_id"],
                "id": uuid7(int(at.timestamp() * 1000), rng),
                "version": 1,
                "session_id": session["id"],
                "enrolment_id": each["id"],
                "mark": mark if came else AttendanceMark.ABSENT,
                "recorded_by": row["organiser_id"],
                "recorded_at": at,
                "received_at": at,
            }
