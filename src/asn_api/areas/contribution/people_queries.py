"""The SQL of what single people gave: lists of those within reach, and everything about one of them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Uuid,
    and_,
    exists,
    false,
    func,
    literal,
    null,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.scope import employees_within, records_within
from asn_api.areas.contribution.queries import (
    CHAIN,
    Column,
    Rows,
    during,
    effort_sums,
    goal_total,
    measured,
    of_people,
    of_units,
    units,
)
from asn_api.areas.contribution.schemas import PersonContributionFilter
from asn_api.areas.contribution.spans import ONE_DAY, Span
from asn_api.core.http.paging import Key
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.activities import ResultChain
from asn_api.tables.contribution import Contribution
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, Unit
from asn_api.tables.performance import AgencyGoal, Plan, ProgressReport, WorkResult


def people(access: Access, span: Span, wanted: PersonContributionFilter) -> Rows:
    """Whoever held a post in the units of the question, or one's own people, with what they gave in the span."""
    mine = _of(access, span, Employee.id, wanted)
    sums = (
        select(func.json_build_object(*(part for each in effort_sums() for part in (each.key, each))))
        .select_from(Contribution)
        .join(ResultChain, CHAIN)
        .where(*mine)
        .correlate(Employee)
    )
    for_goal = (
        select(func.coalesce(func.sum(Contribution.minutes), 0))
        .where(*mine, Contribution.goal_id == wanted.goal_id)
        .correlate(Employee)
        .scalar_subquery()
    )
    worked_for = select(func.unnest(ResultChain.path)).join(
        Contribution, and_(CHAIN, *mine, Contribution.minutes > 0)
    )
    conditions = [Employee.region_id == access.region_id, _asked_about(access, span, wanted)]
    if wanted.goal_id is not None:
        worked_for = worked_for.where(Contribution.goal_id == wanted.goal_id)
        conditions.append(
            exists().where(*mine, Contribution.goal_id == wanted.goal_id, Contribution.minutes > 0)
        )
    return select(
        Employee.id,
        Employee.nip,
        Employee.name,
        Employee.sort_name,
        sums.scalar_subquery().label("sums"),
        (null() if wanted.goal_id is None else for_goal).label("goal_minutes"),
        measured(access, span, worked_for.correlate(Employee)).label("indicators"),
        _reported_without_work(access, span).label("reported_without_work"),
        _worked_without_report(access, span).label("worked_without_report"),
    ).where(*conditions)


def person_keys(statement: Rows) -> tuple[Key, ...]:
    columns = {column.key: column for column in statement.selected_columns}
    return Key(columns["sort_name"], "sort_name", str), Key(columns["id"], "id", UUID)


def _asked_about(access: Access, span: Span, wanted: PersonContributionFilter) -> ColumnElement[bool]:
    if not of_units(access, wanted) and wanted.unit_id is None:
        return of_people(access, wanted, Employee.id)
    held = exists().where(
        Appointment.region_id == access.region_id,
        Appointment.employee_id == Employee.id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.overlaps(Range(span.first, span.end + ONE_DAY)),
        Appointment.unit_id.in_(units(access, wanted)),
    )
    return held if of_units(access, wanted) else and_(of_people(access, wanted, Employee.id), held)


def _of(
    access: Access, span: Span, employee_id: Column, wanted: PersonContributionFilter
) -> list[ColumnElement[bool]]:
    """A person's rows: a branch sees what was done in it, a superior all that his people did."""
    conditions = [
        Contribution.region_id == access.region_id,
        Contribution.employee_id == employee_id,
        during(Contribution, span),
        records_within(access, Contribution.employee_id, Contribution.unit_id),
    ]
    if wanted.unit_id is not None:
        conditions.append(Contribution.unit_id.in_(units(access, wanted)))
    return conditions


def _reported_without_work(access: Access, span: Span) -> ColumnElement[bool]:
    """A realisation of these months, of a result for which there are no minutes in them."""
    worked = (
        exists()
        .where(
            CHAIN,
            Contribution.region_id == access.region_id,
            Contribution.employee_id == Employee.id,
            during(Contribution, span),
            Contribution.minutes > 0,
            ResultChain.path[1] == ProgressReport.work_result_id,
        )
        .correlate(Employee, ProgressReport)
    )
    return _any(
        select(literal(True)).where(
            ProgressReport.region_id == access.region_id,
            ProgressReport.employee_id == Employee.id,
            ProgressReport.day.between(span.first, span.end),
            ~worked,
        )
    )


def _worked_without_report(access: Access, span: Span) -> ColumnElement[bool]:
    """Minutes for a result whose realisation nobody has reported by the end of these months."""
    reported = (
        exists()
        .where(
            ProgressReport.region_id == access.region_id,
            ProgressReport.employee_id == Employee.id,
            ProgressReport.work_result_id == ResultChain.path[1],
            ProgressReport.day <= span.end,
        )
        .correlate(Employee, ResultChain)
    )
    return _any(
        select(literal(True)).where(
            CHAIN,
            Contribution.region_id == access.region_id,
            Contribution.employee_id == Employee.id,
            during(Contribution, span),
            Contribution.minutes > 0,
            func.cardinality(ResultChain.path) > 0,
            ~reported,
        )
    )


def _any(rows: Select[bool]) -> ColumnElement[bool]:
    """Looked up person by person: of an EXISTS here PostgreSQL makes a table of everybody, for a page of fifty."""
    return func.coalesce(rows.limit(1).correlate(Employee).scalar_subquery(), false())


def person(access: Access, id: UUID) -> Rows:
    """An employee, and whether he is within reach today."""
    return select(
        Employee.id, Employee.nip, Employee.name, employees_within(access, Employee.id).label("is_within")
    ).where(Employee.region_id == access.region_id, Employee.id == id)


def of_one(access: Access, span: Span, employee_id: UUID) -> Rows:
    """One person's rows within reach: month, unit, chain, numbers."""
    return (
        select(
            Contribution.month,
            Contribution.unit_id,
            Contribution.chain_id,
            Contribution.goal_id,
            ResultChain.path,
            Contribution.minutes,
            Contribution.non_task_minutes,
            Contribution.copied_texts,
            Contribution.same_evidence,
        )
        .join(ResultChain, CHAIN)
        .where(
            Contribution.region_id == access.region_id,
            Contribution.employee_id == employee_id,
            during(Contribution, span),
            records_within(access, Contribution.employee_id, Contribution.unit_id),
        )
        .order_by(Contribution.month, Contribution.chain_id, Contribution.unit_id)
    )


def planned(access: Access, span: Span, employee_id: UUID, worked_for: Collection[UUID]) -> Rows:
    """The person's results of plans of these months, within reach, and those that the work was for."""
    result, plan = aliased(WorkResult), aliased(Plan)
    mine = (
        select(result.id)
        .join(plan, and_(plan.region_id == result.region_id, plan.id == result.plan_id))
        .where(
            result.region_id == access.region_id,
            result.withdrawn.is_(False),
            plan.employee_id == employee_id,
            plan.period.overlaps(Range(span.first, span.end + ONE_DAY)),
            records_within(access, plan.employee_id, plan.unit_id),
        )
    )
    worked = select(func.unnest(literal(list(worked_for), ARRAY(Uuid))))
    wanted = union(mine, worked).subquery("wanted")

    def reported(*when: ColumnElement[bool]) -> ColumnElement[bool]:
        return exists().where(
            ProgressReport.region_id == access.region_id,
            ProgressReport.employee_id == employee_id,
            ProgressReport.work_result_id == WorkResult.id,
            *when,
        )

    return (
        select(
            WorkResult.id,
            WorkResult.plan_id,
            WorkResult.statement,
            WorkResult.withdrawn,
            reported(ProgressReport.day <= span.end).label("reported_ever"),
            reported(ProgressReport.day.between(span.first, span.end)).label("reported_in_span"),
        )
        .select_from(wanted)
        .join(WorkResult, and_(WorkResult.region_id == access.region_id, WorkResult.id == wanted.c.id))
        .join(Plan, and_(Plan.region_id == WorkResult.region_id, Plan.id == WorkResult.plan_id))
        .order_by(Plan.period, WorkResult.order_no, WorkResult.id)
    )


def named_results(access: Access, ids: Collection[UUID]) -> Rows:
    """What the results of a chain say today; whoever works for one may know what it is for."""
    return select(WorkResult.id, WorkResult.version, WorkResult.statement, WorkResult.withdrawn).where(
        WorkResult.region_id == access.region_id, WorkResult.id.in_(ids)
    )


def named_goals(access: Access, span: Span, ids: Collection[UUID]) -> Rows:
    """The goals that somebody served, each with the minutes of everybody."""
    return (
        select(
            AgencyGoal.id,
            AgencyGoal.year,
            AgencyGoal.code,
            AgencyGoal.statement,
            AgencyGoal.agency_id,
            Unit.name.label("agency_name"),
            goal_total(access, span, AgencyGoal.id).label("of_everybody"),
        )
        .join(Unit, and_(Unit.region_id == AgencyGoal.region_id, Unit.id == AgencyGoal.agency_id))
        .where(AgencyGoal.region_id == access.region_id, AgencyGoal.id.in_(ids))
        .order_by(AgencyGoal.year, AgencyGoal.code, AgencyGoal.id)
    )
