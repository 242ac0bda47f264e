"""The SQL of what needs are made from: gaps, evaluations, notes and what people say, for many at once."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from asn_api.access.actor import Access
from asn_api.areas.competencies import level_queries
from asn_api.areas.performance.queries import matches
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.rules.courses import CourseStatus
from asn_api.rules.development import NoteStatus
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.needs import NeedStatus
from asn_api.tables.development import TrainingNeed
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.followup import DevelopmentNote
from asn_api.tables.organization import Unit
from asn_api.tables.training import Course, CourseCompetency


def of_agency(access: Access, day: date, agency_id: UUID) -> CTE:
    """Whose definitive post is in the agency itself or in a unit whose nearest agency it is."""
    return level_queries.serving(access, day, Unit.agency_id == agency_id)


def gaps(access: Access, people: CTE, policy: CompetencyPolicy, day: date) -> Select[*tuple[Any, ...]]:
    """Of these people, every competency of which levels are missing."""
    found = level_queries.gaps(access, people, policy, day)
    return select(
        found.c.employee_id,
        found.c.code,
        found.c.required,
        found.c.held,
        found.c.missing,
        found.c.criticality,
        found.c.urgency,
    ).where(found.c.missing > 0)


def levels(access: Access, people: CTE, policy: CompetencyPolicy, day: date) -> Select[*tuple[Any, ...]]:
    have = level_queries.held(access, people, policy, day)
    return select(have.c.employee_id, have.c.code, have.c.held)


def evaluations(access: Access, people: CTE, since: date, day: date) -> Select[*tuple[Any, ...]]:
    """The newest final evaluation of each of these people that ended in the span."""
    row = Evaluation
    end = func.upper(row.period)
    return (
        select(row.employee_id, row.id, row.version, row.predicate, row.work_result, row.behaviour)
        .where(
            row.region_id == access.region_id,
            row.employee_id.in_(select(people.c.employee_id)),
            row.status == EvaluationStatus.FINAL,
            end > since,
            end <= day,
        )
        .ext(distinct_on(row.employee_id))
        .order_by(row.employee_id, end.desc(), row.id.desc())
    )


def notes(access: Access, people: CTE) -> Select[*tuple[Any, ...]]:
    """Development notes of these people for which nothing is planned yet."""
    row = DevelopmentNote
    return select(
        row.employee_id, row.id, row.version, row.competency_code, row.subject, row.form, row.priority
    ).where(
        row.region_id == access.region_id,
        row.employee_id.in_(select(people.c.employee_id)),
        row.status == NoteStatus.OPEN,
    )


def said(access: Access, people: CTE, year: int) -> Select[*tuple[Any, ...]]:
    """What these people, or their superiors, said they need in the year."""
    row = TrainingNeed
    return select(
        row.employee_id,
        row.id,
        row.version,
        row.source,
        row.competency_code,
        row.subject,
        row.form,
        row.urgency,
    ).where(
        row.region_id == access.region_id,
        row.employee_id.in_(select(people.c.employee_id)),
        row.year == year,
        row.status == NeedStatus.OPEN,
    )


def offers(access: Access, codes: Collection[str]) -> Select[*tuple[Any, ...]]:
    """The published courses that teach these competencies, the cheapest first, each with the level it leads to."""
    return (
        select(CourseCompetency.competency_code, CourseCompetency.level, Course.id, Course.cost, Course.mode)
        .join(Course, matches(Course, CourseCompetency.course_id, CourseCompetency))
        .where(
            CourseCompetency.region_id == access.region_id,
            CourseCompetency.competency_code.in_(codes),
            Course.status == CourseStatus.PUBLISHED,
        )
        .order_by(Course.cost, Course.code)
    )


def published(access: Access, id: UUID) -> Select[Course]:
    return select(Course).where(
        Course.region_id == access.region_id, Course.id == id, Course.status == CourseStatus.PUBLISHED
    )


def places(access: Access, people: CTE) -> Select[*tuple[Any, ...]]:
    """Where each of these people serves."""
    return select(people.c.employee_id, people.c.unit_id)
