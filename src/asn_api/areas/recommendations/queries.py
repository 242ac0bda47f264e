"""The SQL of recommendations: what can be asked for, what is known of people, what the last run kept."""

from collections.abc import Iterable
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Date,
    DateTime,
    Delete,
    FromClause,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    delete,
    func,
    literal,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import (
    JSONB,
    TSTZMULTIRANGE,
    Insert,
    aggregate_order_by,
    distinct_on,
    insert,
)

from asn_api.access.actor import Access
from asn_api.access.scope import hot_employees_within, hot_params, records_within
from asn_api.areas.competencies.level_queries import gaps, serving
from asn_api.areas.evaluations.queries import branch
from asn_api.areas.performance.queries import matches
from asn_api.areas.recommendations.schemas import DemandFilter, KeptFilter
from asn_api.core.database import Prepared
from asn_api.core.http.paging import Key
from asn_api.rules.certificates import COUNTING, CertificateStatus
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.rules.courses import CourseStatus
from asn_api.rules.enrolments import PURSUED, ClassStatus, EnrolmentStatus
from asn_api.rules.policy_values import PolicyArea
from asn_api.tables.certificates import TrainingCertificate
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, Position, Unit
from asn_api.tables.policies import Policy
from asn_api.tables.recommendations import KeptRecommendation, RecommendationRun
from asn_api.tables.training import (
    ClassSession,
    Course,
    CourseClass,
    CourseCompetency,
    CoursePrerequisite,
    Enrolment,
)

Rows: TypeAlias = Select[*tuple[Any, ...]]

BEST_FIRST = (
    Key(KeptRecommendation.__table__.c.points, "points", int, descending=True),
    Key(KeptRecommendation.__table__.c.id, "id", UUID, descending=True),
)


def _listed(column: Any, of: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    every = func.jsonb_agg(column, type_=JSONB)
    return select(func.coalesce(every, literal([], JSONB))).select_from(of).where(*conditions)


def offers(access: Access) -> Rows:
    """Classes that somebody may still ask for, with what their courses teach and ask for."""
    row, course = CourseClass, Course
    levels = func.jsonb_object_agg(CourseCompetency.competency_code, CourseCompetency.level, type_=JSONB)
    teaches = select(func.coalesce(levels, literal({}, JSONB))).where(
        CourseCompetency.region_id == row.region_id, CourseCompetency.course_id == row.course_id
    )
    prerequisites = _listed(
        CoursePrerequisite.prerequisite_id,
        CoursePrerequisite,
        CoursePrerequisite.region_id == row.region_id,
        CoursePrerequisite.course_id == row.course_id,
    )
    times = _listed(
        func.jsonb_build_array(ClassSession.starts_at, ClassSession.ends_at),
        ClassSession,
        ClassSession.region_id == row.region_id,
        ClassSession.class_id == row.id,
    )
    return (
        select(
            row.id,
            row.version,
            row.name,
            row.mode,
            row.starts_on,
            row.ends_on,
            row.registration_closes_at,
            row.seats,
            row.seats_held,
            row.course_id,
            course.version.label("course_version"),
            course.code,
            course.title,
            course.kind,
            course.cost,
            row.jp,
            course.mandatory_for,
            teaches.scalar_subquery().label("teaches"),
            prerequisites.scalar_subquery().label("prerequisites"),
            times.scalar_subquery().label("times"),
        )
        .join(course, matches(course, row.course_id, row))
        .where(*_open(access.region_id, access.now, access.today))
    )


def _open(region_id: Any, now: Any, today: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        CourseClass.region_id == region_id,
        CourseClass.status == ClassStatus.OPEN,
        CourseClass.registration_closes_at > now,
        CourseClass.starts_on > today,
        Course.status == CourseStatus.PUBLISHED,
    )


_REGION, _TODAY = bindparam("region", type_=Uuid), bindparam("today", type_=Date)
_VERSIONS = func.concat_ws(" ", CourseClass.id, CourseClass.version, CourseClass.seats_held, Course.version)
STATE = Prepared(
    select(
        func.array(
            select(Policy.id)
            .where(
                Policy.region_id == _REGION,
                Policy.area == any_(bindparam("areas", type_=ARRAY(Text))),
                Policy.valid_from <= _TODAY,
            )
            .ext(distinct_on(Policy.area))
            .order_by(Policy.area, Policy.valid_from.desc(), Policy.revision.desc())
            .scalar_subquery(),
            type_=ARRAY(Uuid),
        ),
        select(
            func.md5(func.string_agg(_VERSIONS, aggregate_order_by(literal_column("','"), CourseClass.id)))
        )
        .join(Course, matches(Course, CourseClass.course_id, CourseClass))
        .where(*_open(_REGION, bindparam("now", type_=DateTime(timezone=True)), _TODAY))
        .scalar_subquery(),
    )
)
"""The policies in force, and a sum over the classes that can be asked for: changes when any of them does."""


def state_params(access: Access, policies: Iterable[type[PolicyArea]]) -> dict[str, Any]:
    areas = [policy.area for policy in policies]
    return {"region": access.region_id, "today": access.today, "now": access.now, "areas": areas}


_EMPLOYEE = bindparam("employee", type_=Uuid)
REACHABLE = Prepared(
    select(Employee.id).where(
        Employee.region_id == _REGION,
        Employee.id == _EMPLOYEE,
        hot_employees_within(Employee.region_id, Employee.id),
    )
)


def one_learner(access: Access, policy: CompetencyPolicy) -> Prepared:
    """Somebody within reach as `learners` has him; for every caller of the region today, with `learner_params`."""
    row = Appointment
    reach = hot_employees_within(row.region_id, row.employee_id)
    return Prepared(
        learners(access, serving(access, access.today, row.employee_id == _EMPLOYEE, reach), policy)
    )


def learner_params(access: Access, employee_id: UUID) -> dict[str, Any]:
    return {"region": access.region_id, "employee": employee_id, **hot_params(access)}


def learners(access: Access, people: CTE, policy: CompetencyPolicy) -> Rows:
    """Each person with the standards of the post, the courses taken and their times, and the year's hours."""
    asked = gaps(access, people, policy, access.today)
    standards = (
        select(
            asked.c.employee_id,
            func.jsonb_object_agg(
                asked.c.code,
                func.jsonb_build_array(asked.c.held, asked.c.required, asked.c.criticality),
                type_=JSONB,
            ).label("standards"),
        )
        .group_by(asked.c.employee_id)
        .subquery()
    )
    taken = _taken(access, people)
    completed = _completed(access, people)
    hours = (
        select(TrainingCertificate.employee_id, func.sum(TrainingCertificate.jp).label("hours"))
        .where(
            TrainingCertificate.region_id == access.region_id,
            TrainingCertificate.employee_id.in_(select(people.c.employee_id)),
            TrainingCertificate.year == access.today.year,
            TrainingCertificate.status.in_(COUNTING),
        )
        .group_by(TrainingCertificate.employee_id)
        .subquery()
    )
    joined: FromClause = people
    for each in (standards, taken, completed, hours):
        joined = joined.outerjoin(each, each.c.employee_id == people.c.employee_id)
    return (
        select(
            people.c.employee_id,
            people.c.unit_id,
            Position.kind.label("position_kind"),
            Employee.employment,
            Employee.version,
            standards.c.standards,
            taken.c.enrolled,
            taken.c.busy,
            completed.c.completed,
            func.coalesce(hours.c.hours, 0).label("hours"),
        )
        .select_from(joined)
        .join(Employee, and_(Employee.region_id == access.region_id, Employee.id == people.c.employee_id))
        .join(Position, and_(Position.region_id == access.region_id, Position.id == people.c.position_id))
    )


def _taken(access: Access, people: CTE) -> Subquery:
    """Courses that somebody takes or has asked for, and the times of the seats that are held."""
    row = Enrolment
    return (
        select(
            row.employee_id,
            func.array_agg(CourseClass.course_id, type_=ARRAY(Uuid)).label("enrolled"),
            func.range_agg(row.busy, type_=TSTZMULTIRANGE).label("busy"),
        )
        .join(CourseClass, matches(CourseClass, row.class_id, row))
        .where(
            row.region_id == access.region_id,
            row.employee_id.in_(select(people.c.employee_id)),
            row.status.in_(PURSUED),
        )
        .group_by(row.employee_id)
        .subquery()
    )


def _completed(access: Access, people: CTE) -> Subquery:
    """The last day on which somebody completed each course, here or elsewhere with a certificate of it."""
    whose = select(people.c.employee_id)
    here = (
        select(Enrolment.employee_id, CourseClass.course_id, CourseClass.ends_on.label("day"))
        .join(CourseClass, matches(CourseClass, Enrolment.class_id, Enrolment))
        .where(
            Enrolment.region_id == access.region_id,
            Enrolment.employee_id.in_(whose),
            Enrolment.status == EnrolmentStatus.COMPLETED,
        )
    )
    elsewhere = select(
        TrainingCertificate.employee_id, TrainingCertificate.course_id, TrainingCertificate.ends_on
    ).where(
        TrainingCertificate.region_id == access.region_id,
        TrainingCertificate.employee_id.in_(whose),
        TrainingCertificate.course_id.is_not(None),
        TrainingCertificate.status == CertificateStatus.VERIFIED,
    )
    every = union_all(here, elsewhere).subquery()
    last = (
        select(every.c.employee_id, every.c.course_id, func.max(every.c.day).label("day"))
        .group_by(every.c.employee_id, every.c.course_id)
        .subquery()
    )
    return (
        select(
            last.c.employee_id,
            func.jsonb_object_agg(last.c.course_id, last.c.day, type_=JSONB).label("completed"),
        )
        .group_by(last.c.employee_id)
        .subquery()
    )


def run(access: Access) -> Select[RecommendationRun]:
    return select(RecommendationRun).where(RecommendationRun.region_id == access.region_id)


def kept(access: Access, wanted: KeptFilter) -> Rows:
    """What the last run found for people within reach, with the class as it stands now."""
    row = KeptRecommendation
    conditions = [_within(access)]
    if wanted.class_id is not None:
        conditions.append(row.class_id == wanted.class_id)
    if wanted.course_id is not None:
        conditions.append(CourseClass.course_id == wanted.course_id)
    if wanted.unit_id is not None:
        conditions.append(row.unit_id.in_(branch(access, wanted.unit_id)))
    return (
        select(
            row.id,
            row.rank,
            row.points,
            row.mandatory,
            row.hours,
            row.closes,
            row.unit_id,
            Unit.name.label("unit_name"),
            Employee.id.label("employee_id"),
            Employee.nip,
            Employee.name,
            row.class_id,
            CourseClass.name.label("class_name"),
            CourseClass.starts_on,
            (CourseClass.seats - CourseClass.seats_held).label("free_seats"),
            CourseClass.course_id,
            Course.code,
            Course.title,
        )
        .join(Employee, matches(Employee, row.employee_id, row))
        .join(Unit, matches(Unit, row.unit_id, row))
        .join(CourseClass, matches(CourseClass, row.class_id, row))
        .join(Course, matches(Course, CourseClass.course_id, row))
        .where(*conditions)
    )


def demand(access: Access, wanted: DemandFilter) -> Rows:
    """Per course how many people within reach it was recommended to, and how it closes their gaps in sum."""
    row = KeptRecommendation
    conditions = [_within(access)]
    if wanted.unit_id is not None:
        conditions.append(row.unit_id.in_(branch(access, wanted.unit_id)))
    return (
        select(
            Course.id.label("course_id"),
            Course.code,
            Course.title,
            func.count().label("people"),
            func.count().filter(row.points > 0).label("with_gaps"),
            func.count().filter(row.mandatory).label("mandatory"),
            func.sum(row.points).label("points"),
        )
        .join(CourseClass, matches(CourseClass, row.class_id, row))
        .join(Course, matches(Course, CourseClass.course_id, row))
        .where(*conditions)
        .group_by(Course.id, Course.code, Course.title)
        .order_by(func.count().desc(), Course.code)
        .limit(wanted.most)
    )


def _within(access: Access) -> ColumnElement[bool]:
    row = KeptRecommendation
    return and_(row.region_id == access.region_id, records_within(access, row.employee_id, row.unit_id))


def forgotten(access: Access) -> Delete:
    return delete(KeptRecommendation).where(KeptRecommendation.region_id == access.region_id)


def alone(access: Access) -> Select[bool]:
    """Whether no other run of the region is under way; none will be until the transaction ends."""
    return select(func.pg_try_advisory_xact_lock(func.hashtextextended(f"recommend {access.region_id}", 0)))


def ran(access: Access, people: int, recommended: int) -> Insert:
    values = {"day": access.today, "ran_at": access.now, "people": people, "recommended": recommended}
    statement = insert(RecommendationRun).values(region_id=access.region_id, **values)
    return statement.on_conflict_do_update(index_elements=["region_id"], set_=values)
