"""The SQL of a superior's overview: the role-result matrix, and who has no plan."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Text, and_, cast, func, or_, select, union
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import assigned, employees_within, personal, superior, team
from asn_api.areas.performance.queries import branch, matches
from asn_api.areas.performance.team_schemas import MissingFilter
from asn_api.core.http.paging import Key
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.plans import PlanStatus
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, Unit
from asn_api.tables.performance import Plan, WorkResult

BY_NAME = (
    Key(Employee.sort_name.expression, "sort_name", str),
    Key(Employee.id.expression, "id", UUID),
)


def columns(access: Access, plan_id: UUID) -> Select[Any]:
    """The results of a plan within reach, each with the number of people who support it."""
    child, theirs = aliased(WorkResult), aliased(Plan)
    supporters = (
        select(func.count(theirs.employee_id.distinct()))
        .join_from(child, theirs, matches(theirs, child.plan_id, child))
        .where(
            child.region_id == WorkResult.region_id,
            child.parent_id == WorkResult.id,
            child.withdrawn.is_(False),
            theirs.status != PlanStatus.ENDED,
        )
        .scalar_subquery()
    )
    return (
        select(WorkResult.id, WorkResult.kind, WorkResult.statement, supporters.label("supporters"))
        .where(
            WorkResult.region_id == access.region_id,
            WorkResult.plan_id == plan_id,
            WorkResult.withdrawn.is_(False),
        )
        .order_by(WorkResult.order_no, WorkResult.id)
    )


def rows(access: Access, plan: Plan, day: date, *, unlinked: bool) -> Select[Any]:
    """The team of the plan's owner on the day and whoever leans on the plan, with the results that do."""
    mine, theirs, child = aliased(WorkResult), aliased(Plan), aliased(WorkResult)
    leaning = (
        select(
            theirs.employee_id,
            func.jsonb_agg(aggregate_order_by(_support(child), child.order_no, child.id)).label("supports"),
        )
        .join_from(mine, child, and_(child.region_id == mine.region_id, child.parent_id == mine.id))
        .join(theirs, matches(theirs, child.plan_id, child))
        .where(
            mine.region_id == access.region_id,
            mine.plan_id == plan.id,
            mine.withdrawn.is_(False),
            child.withdrawn.is_(False),
            theirs.status != PlanStatus.ENDED,
        )
        .group_by(theirs.employee_id)
        .cte("leaning")
    )
    members = union(
        team(access.region_id, plan.employee_id, day), assigned(access.region_id, plan.employee_id, day)
    ).cte("members")
    # The people first: asked of every employee, whether he is one of them costs a look at all.
    people = union(select(members.c.employee_id), select(leaning.c.employee_id)).subquery()
    member = members.alias()
    own = aliased(Plan)
    post = _post(day)
    statement = (
        select(
            Employee.id,
            Employee.nip,
            Employee.name,
            Employee.sort_name,
            Unit.name.label("unit_name"),
            member.c.employee_id.is_not(None).label("is_member"),
            own.id.label("plan_id"),
            own.status.label("plan_status"),
            leaning.c.supports,
        )
        .join_from(people, Employee, Employee.id == people.c.employee_id)
        .outerjoin(member, member.c.employee_id == Employee.id)
        .outerjoin(Appointment, post)
        .outerjoin(Unit, matches(Unit, Appointment.unit_id, Appointment))
        .outerjoin(own, _plan_of_day(own, plan.year, day))
        .outerjoin(leaning, leaning.c.employee_id == Employee.id)
        .where(
            Employee.region_id == access.region_id,
            employees_within(access, Employee.id),
        )
    )
    return statement.where(leaning.c.employee_id.is_(None)) if unlinked else statement


def missing(access: Access, wanted: MissingFilter, year: int, policy: PlanPolicy) -> Select[Any]:
    """Who serves in a post and has handed in no plan of the year; one that is being revised counts as handed in.

    The day of the look is today, or the nearest day of the year. Due is the day of January, or so many days
    after the post was taken up.
    """
    day = min(max(access.today, date(year, 1, 1)), date(year, 12, 31))
    since = func.lower(Appointment.valid)
    january = date(year, 1, policy.due_day_of_january)
    due = cast(func.greatest(january, since + policy.due_days_in_new_post), Date)
    # Looked up in the end, for the rows of the page only.
    person = aliased(Employee)
    above = superior(access.region_id, Employee.id, day).correlate(Employee).scalar_subquery()
    above_name = (
        select(person.name)
        .where(person.region_id == access.region_id, person.id == above)
        .correlate(Employee)
        .scalar_subquery()
    )
    unit_name = select(Unit.name).where(matches(Unit, Appointment.unit_id, Appointment)).scalar_subquery()
    conditions: list[ColumnElement[bool]] = []
    if wanted.unit_id is not None:
        conditions.append(Appointment.unit_id.in_(branch(access, wanted.unit_id)))
    if wanted.overdue:
        conditions.append(due < access.today)
    return (
        select(
            Employee.id,
            Employee.nip,
            Employee.name,
            Employee.sort_name,
            Appointment.unit_id,
            unit_name.label("unit_name"),
            since.label("in_post_since"),
            above.label("superior_id"),
            above_name.label("superior_name"),
            Plan.id.label("plan_id"),
            Plan.status.label("plan_status"),
            due.label("due_on"),
            (due < access.today).label("overdue"),
        )
        .join(Appointment, _post(day))
        .outerjoin(Plan, _plan_of_day(Plan, year, day))
        .where(
            Employee.region_id == access.region_id,
            Employee.active,
            Employee.legal_standing_code.not_in(policy.standings_without_plan),
            or_(
                Plan.id.is_(None),
                and_(Plan.status.in_((PlanStatus.DRAFT, PlanStatus.RETURNED)), Plan.revision == 1),
            ),
            _within(access),
            *conditions,
        )
    )


def _within(access: Access) -> ColumnElement[bool]:
    """Employees within reach; for whoever has no branch as one set, which leads to an index."""
    people = personal(access)
    if people is None or access.branches or access.reaches(Reach.REGION):
        return employees_within(access, Employee.id)
    return Employee.id.in_(people)


def _support(child: Any) -> ColumnElement[Any]:
    return func.jsonb_build_object(
        "parent_id",
        child.parent_id,
        "id",
        child.id,
        "kind",
        cast(child.kind, Text),
        "statement",
        child.statement,
    )


def _post(day: date) -> ColumnElement[bool]:
    return and_(
        Appointment.region_id == Employee.region_id,
        Appointment.employee_id == Employee.id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.contains(day),
    )


def _plan_of_day(table: Any, year: int, day: date) -> ColumnElement[bool]:
    """At most one: plans that are not ended do not overlap."""
    return and_(
        table.region_id == Employee.region_id,
        table.employee_id == Employee.id,
        table.year == year,
        table.status != PlanStatus.ENDED,
        table.period.contains(day),
    )
