"""The SQL of development plans and their items."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import (
    FromClause,
    Select,
    Update,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by
from asn_api.access.scope import records_within, units_within
from asn_api.areas.development.schemas import (
    DevelopmentPlanFilter,
    PlanItemFilter,
)
from asn_api.areas.evaluations.queries import branch
from asn_api.areas.performance.queries import matches
from asn_api.core.http.paging import Key
from asn_api.rules.development import NotePriority, NoteStatus
from asn_api.rules.enrolments import PURSUED, EnrolmentStatus
from asn_api.rules.needs import DevelopmentPlanStatus, NeedStatus
from asn_api.rules.organization import UnitKind
from asn_api.tables.development import (
    DevelopmentPlan,
    DevelopmentPlanItem,
    TrainingNeed,
)
from asn_api.tables.employees import Employee
from asn_api.tables.followup import DevelopmentNote
from asn_api.tables.organization import Appointment, Unit
from asn_api.tables.training import Course, CourseClass, CourseCompetency, Enrolment

PLANS_NEWEST_FIRST = (Key(DevelopmentPlan.__table__.c.id, "id", UUID, descending=True),)
ITEMS_MOST_URGENT_FIRST = (
    Key(DevelopmentPlanItem.__table__.c.score, "score", int, descending=True),
    Key(DevelopmentPlanItem.__table__.c.id, "id", UUID, descending=True),
)
_PERSON = (Employee.nip.label("employee_nip"), Employee.name.label("employee_name"))


def plans(access: Access, wanted: DevelopmentPlanFilter) -> Select[Any]:
    """Those of the agencies within reach, each with its sums."""
    row, item = DevelopmentPlan, DevelopmentPlanItem
    conditions = [row.region_id == access.region_id, units_within(access)]
    for name in ("year", "status"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(row, name) == value)
    if wanted.unit_id is not None:
        conditions.append(row.unit_id.in_(branch(access, wanted.unit_id)))
    is_high = item.priority == NotePriority.HIGH
    sums = (
        select(
            func.count(item.employee_id.distinct()).filter(item.included).label("people"),
            func.count().filter(item.included).label("included"),
            func.count().filter(~item.included).label("left_out"),
            func.coalesce(func.sum(item.cost).filter(item.included), 0).label("cost"),
            func.count().filter(item.included, is_high).label("high"),
            func.count().filter(~item.included, is_high).label("high_left_out"),
        )
        .where(item.region_id == row.region_id, item.plan_id == row.id)
        .correlate(row)
        .lateral("sums")
    )
    return (
        select(*row.__table__.c, Unit.name.label("unit_name"), *sums.c)
        .join(Unit, matches(Unit, row.unit_id, row))
        .join(sums, literal(True))
        .where(*conditions)
    )


def plan(access: Access, id: UUID) -> Select[Any]:
    return plans(access, DevelopmentPlanFilter()).where(DevelopmentPlan.id == id)


def plan_in_region(access: Access, id: UUID) -> Select[DevelopmentPlan]:
    return select(DevelopmentPlan).where(
        DevelopmentPlan.region_id == access.region_id, DevelopmentPlan.id == id
    )


def plan_of_year(access: Access, unit_id: UUID, year: int) -> Select[UUID]:
    return select(DevelopmentPlan.id).where(
        DevelopmentPlan.region_id == access.region_id,
        DevelopmentPlan.unit_id == unit_id,
        DevelopmentPlan.year == year,
    )


def plan_locked(access: Access, id: UUID) -> Select[DevelopmentPlan]:
    row = DevelopmentPlan
    return (
        select(row)
        .join(Unit, matches(Unit, row.unit_id, row))
        .where(row.region_id == access.region_id, row.id == id, units_within(access))
        .with_for_update(of=row)
        .execution_options(populate_existing=True)
    )


def agency_held(access: Access, id: UUID) -> Select[Unit]:
    """An agency within reach; its plans are made in turn."""
    return (
        select(Unit)
        .where(
            Unit.region_id == access.region_id,
            Unit.id == id,
            Unit.kind == UnitKind.AGENCY,
            units_within(access),
        )
        .with_for_update(key_share=True)
    )


def heads(access: Access, unit_id: UUID) -> Select[UUID]:
    """Who heads the agency today, for good or acting."""
    return select(Appointment.employee_id).where(
        Appointment.region_id == access.region_id,
        Appointment.unit_id == unit_id,
        Appointment.is_head,
        Appointment.valid.contains(access.today),
    )


def items_of(access: Access, plan_id: UUID) -> Select[DevelopmentPlanItem]:
    """All of a plan that the caller has been found to reach, the most urgent first."""
    row = DevelopmentPlanItem
    return (
        select(row)
        .where(row.region_id == access.region_id, row.plan_id == plan_id)
        .order_by(row.score.desc(), row.employee_id, row.topic)
    )


def items(access: Access, wanted: PlanItemFilter) -> Select[Any]:
    """Of the plans of one's branch; of an approved plan also what is planned for oneself and one's team."""
    row, agency, place = DevelopmentPlanItem, aliased(Unit), aliased(Unit)
    led = DevelopmentPlan.unit_id.in_(select(Unit.id).where(units_within(access)).correlate(None))
    conditions = [
        row.region_id == access.region_id,
        or_(
            led,
            and_(
                DevelopmentPlan.status == DevelopmentPlanStatus.APPROVED,
                records_within(access, row.employee_id, row.unit_id),
            ),
        ),
    ]
    for name in ("plan_id", "employee_id", "competency_code", "priority", "included"):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(getattr(row, name) == value)
    if wanted.year is not None:
        conditions.append(DevelopmentPlan.year == wanted.year)
    met = _met_by()
    return (
        select(
            *row.__table__.c,
            *_PERSON,
            *met.c,
            DevelopmentPlan.year,
            DevelopmentPlan.status.label("plan_status"),
            DevelopmentPlan.policy_id,
            place.name.label("unit_name"),
            Course.title.label("course_title"),
        )
        .join(DevelopmentPlan, matches(DevelopmentPlan, row.plan_id, row))
        .join(agency, matches(agency, DevelopmentPlan.unit_id, DevelopmentPlan))
        .join(place, matches(place, row.unit_id, row))
        .join(Employee, matches(Employee, row.employee_id, row))
        .outerjoin(Course, matches(Course, row.course_id, row))
        .outerjoin(met, literal(True))
        .where(*conditions)
    )


def _met_by() -> FromClause:
    """The person's newest enrolment of the plan's year in a class of the course, or of one that teaches the topic."""
    row, taken, held = DevelopmentPlanItem, Enrolment, CourseClass
    teaches = (
        exists()
        .where(
            CourseCompetency.region_id == row.region_id,
            CourseCompetency.course_id == held.course_id,
            CourseCompetency.competency_code == row.competency_code,
        )
        .correlate_except(CourseCompetency)
    )
    return (
        select(
            taken.id.label("enrolment_id"),
            taken.class_id.label("enrolment_class_id"),
            taken.status.label("enrolment_status"),
        )
        .join(held, matches(held, taken.class_id, taken))
        .where(
            taken.region_id == row.region_id,
            taken.employee_id == row.employee_id,
            taken.status.in_(PURSUED | {EnrolmentStatus.COMPLETED}),
            func.extract("year", held.starts_on) == DevelopmentPlan.year,
            or_(held.course_id == row.course_id, teaches),
        )
        .order_by(taken.id.desc())
        .limit(1)
        .correlate(row, DevelopmentPlan)
        .lateral("met")
    )


def item(access: Access, id: UUID) -> Select[Any]:
    return items(access, PlanItemFilter()).where(DevelopmentPlanItem.id == id)


def item_in_region(access: Access, id: UUID) -> Select[DevelopmentPlanItem]:
    return select(DevelopmentPlanItem).where(
        DevelopmentPlanItem.region_id == access.region_id, DevelopmentPlanItem.id == id
    )


def notes_planned(access: Access, ids: Collection[UUID]) -> Update:
    """Open notes among these are planned from now on."""
    row = DevelopmentNote
    return (
        update(row)
        .where(row.region_id == access.region_id, row.id.in_(ids), row.status == NoteStatus.OPEN)
        .values(status=NoteStatus.PLANNED, version=row.version + 1)
        .returning(row.id, row.version, row.unit_id, row.employee_id)
    )


def needs_planned(access: Access, ids: Collection[UUID]) -> Update:
    row = TrainingNeed
    return (
        update(row)
        .where(row.region_id == access.region_id, row.id.in_(ids), row.status == NeedStatus.OPEN)
        .values(status=NeedStatus.PLANNED, closed_at=access.now, version=row.version + 1)
        .returning(row.id, row.version, row.unit_id, row.employee_id)
    )


def may(access: Access, permission: Permission, unit_id: UUID) -> Select[bool]:
    """Whether the caller's other permission reaches the unit."""
    other = by(access, permission)
    return select(
        exists().where(
            Unit.region_id == access.region_id,
            Unit.id == unit_id,
            units_within(other) if other.scopes else false(),
        )
    )
