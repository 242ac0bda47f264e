"""The SQL of a superior's overview: the role-result matrix, and who has no plan."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Select, Text, and_, cast, func, or_, select, union
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.scope import assigned, employees_within, team
from asn_api.areas.performance.queries import branch, matches
from asn_api.areas.performance.team_schemas import MissingFilter
from asn_api.core.http.paging import Key
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.plans import PlanStatus
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, ReportingLine, Unit
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
        .subquery()
    )
    members = union(
        team(access.region_id, plan.employee_id, day), assigned(access.region_id, plan.employee_id, day)
    ).subquery()
    is_member = Employee.id.in_(select(members.c.employee_id))
    own = aliased(Plan)
    post = _post(day)
    statement = (
        select(
            Employee.id,
            Employee.nip,
            Employee.name,
            Employee.sort_name,
            Unit.name.label("unit_name"),
            is_member.label("is_member"),
            own.id.label("plan_id"),
            own.status.label("plan_status"),
            leaning.c.supports,
        )
        .outerjoin(Appointment, post)
        .outerjoin(Unit, matches(Unit, Appointment.unit_id, Appointment))
        .outerjoin(own, _plan_of_day(own, plan.year, day))
        .outerjoin(leaning, leaning.c.employee_id == Employee.id)
        .where(
            Employee.region_id == access.region_id,
            or_(is_member, leaning.c.employee_id.is_not(None)),
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
    above = aliased(Employee)
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
            Unit.id.label("unit_id"),
            Unit.name.label("unit_name"),
            Unit.zone,
            since.label("in_post_since"),
            above.id.label("superior_id"),
            above.name.label("superior_name"),
            Plan.id.label("plan_id"),
            Plan.status.label("plan_status"),
            due.label("due_on"),
            (due < access.today).label("overdue"),
        )
        .join(Appointment, _post(day))
        .join(Unit, matches(Unit, Appointment.unit_id, Appointment))
        .outerjoin(
            ReportingLine,
            and_(
                ReportingLine.region_id == Employee.region_id,
                ReportingLine.employee_id == Employee.id,
                ReportingLine.valid.contains(day),
            ),
        )
        .outerjoin(above, matches(above, ReportingLine.superior_id, ReportingLine))
        .outerjoin(Plan, _plan_of_day(Plan, year, day))
        .where(
            Employee.region_id == access.region_id,
            Employee.active,
            Employee.legal_standing_code.not_in(policy.standings_without_plan),
            or_(
                Plan.id.is_(None),
                and_(Plan.status.in_((PlanStatus.DRAFT, PlanStatus.RETURNED)), Plan.revision == 1),
            ),
            employees_within(access, Employee.id),
            *conditions,
        )
    )


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
