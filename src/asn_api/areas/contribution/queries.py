"""The SQL of what units and agencies gave to goals: from sums, never from activities."""

from collections.abc import Collection
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import LateralFromClause

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import records_within, team, units_within
from asn_api.areas.contribution.schemas import GoalContributionFilter, PersonContributionFilter, ScopeFilter
from asn_api.areas.contribution.spans import Span
from asn_api.core.http.paging import Key
from asn_api.rules.contribution import EFFORT_NUMBERS, UNIT_NUMBERS
from asn_api.tables.activities import ResultChain
from asn_api.tables.contribution import Contribution, GoalContribution, UnitContribution
from asn_api.tables.organization import Unit
from asn_api.tables.performance import AgencyGoal, Indicator, Plan, ProgressReport, WorkResult

Rows: TypeAlias = Select[*tuple[Any, ...]]
Wanted: TypeAlias = ScopeFilter | GoalContributionFilter | PersonContributionFilter
Column: TypeAlias = ColumnElement[Any] | Any

CHAIN = and_(ResultChain.region_id == Contribution.region_id, ResultChain.id == Contribution.chain_id)
APEX = ResultChain.path[func.cardinality(ResultChain.path)]


def of_units(access: Access, wanted: Wanted) -> bool:
    """Whether whole units are within reach, or only the people of one's own team."""
    return not wanted.team and (access.reaches(Reach.REGION) or bool(access.branches))


def unit(access: Access, id: UUID) -> Select[UUID]:
    return select(Unit.id).where(Unit.region_id == access.region_id, Unit.id == id)


def units(access: Access, wanted: Wanted) -> Select[UUID]:
    """The units of the question: those within reach, or, for one's own team, all; below `unit_id` if it is given."""
    statement = select(Unit.id).where(Unit.region_id == access.region_id)
    if of_units(access, wanted):
        statement = statement.where(units_within(access))
    if wanted.unit_id is not None:
        top = aliased(Unit)
        path = select(top.path).where(top.region_id == access.region_id, top.id == wanted.unit_id)
        statement = statement.where(Unit.path.startswith(path.scalar_subquery()))
    return statement


def during(table: Any, span: Span) -> ColumnElement[bool]:
    """The condition of a sum's row; no query by itself."""
    return table.month.between(span.first, span.last)  # type: ignore[no-any-return]


def of_people(access: Access, wanted: Wanted, employee_id: Column) -> ColumnElement[bool]:
    """Oneself and one's team, as far as they are within reach."""
    if access.employee_id is None:
        return false()
    conditions: list[ColumnElement[bool]] = []
    if access.reaches(Reach.TEAM):
        conditions.append(employee_id.in_(team(access.region_id, access.employee_id, access.today)))
    if access.reaches(Reach.OWN) and not wanted.team:
        conditions.append(employee_id == access.employee_id)
    return or_(false(), *conditions)


def _asked(access: Access, wanted: Wanted, table: Any) -> list[ColumnElement[bool]]:
    """The rows of a table of sums that the question is about."""
    conditions: list[ColumnElement[bool]] = [table.region_id == access.region_id]
    if not of_units(access, wanted):
        conditions.append(of_people(access, wanted, table.employee_id))
    if wanted.unit_id is not None or not access.reaches(Reach.REGION):
        conditions.append(table.unit_id.in_(units(access, wanted)))
    return conditions


def effort_sums() -> list[ColumnElement[int]]:
    """The numbers of `Effort` from rows of people joined with their chains, as columns named after them."""
    sums: dict[str, ColumnElement[int]] = {
        name: func.sum(getattr(Contribution, name)) for name in EFFORT_NUMBERS
    }
    minutes = func.sum(Contribution.minutes)
    sums["plan_minutes"] = minutes.filter(func.cardinality(ResultChain.path) > 0)
    sums["goal_minutes"] = minutes.filter(Contribution.goal_id.is_not(None))
    return [func.coalesce(sums[name], 0).label(name) for name in UNIT_NUMBERS]


def by_unit(access: Access, span: Span, wanted: Wanted) -> Rows:
    """The units with work that counts, each with its sums and its agency."""
    sums = _by_unit(access, span, wanted).subquery()
    agency = aliased(Unit)
    return (
        select(
            Unit.id,
            Unit.name,
            Unit.agency_id,
            agency.name.label("agency_name"),
            *(sums.c[name] for name in UNIT_NUMBERS),
        )
        .select_from(sums)
        .join(Unit, and_(Unit.region_id == access.region_id, Unit.id == sums.c.unit_id))
        .outerjoin(agency, and_(agency.region_id == Unit.region_id, agency.id == Unit.agency_id))
        .order_by(agency.name, Unit.path)
    )


def _by_unit(access: Access, span: Span, wanted: Wanted) -> Rows:
    if of_units(access, wanted):
        kept = UnitContribution
        return (
            select(kept.unit_id, *(func.sum(getattr(kept, name)).label(name) for name in UNIT_NUMBERS))
            .where(*_asked(access, wanted, kept), during(kept, span))
            .group_by(kept.unit_id)
        )
    return (
        select(Contribution.unit_id, *effort_sums())
        .join(ResultChain, CHAIN)
        .where(*_asked(access, wanted, Contribution), during(Contribution, span))
        .group_by(Contribution.unit_id)
    )


def reached(access: Access, span: Span, wanted: Wanted) -> Rows:
    """By unit: minutes for each goal, through each result that serves it."""
    if of_units(access, wanted):
        kept = GoalContribution
        minutes = func.sum(kept.minutes)
        return (
            select(kept.unit_id, kept.goal_id, kept.result_id, minutes.label("minutes"))
            .where(*_asked(access, wanted, kept), during(kept, span))
            .group_by(kept.unit_id, kept.goal_id, kept.result_id)
            .having(minutes > 0)
        )
    minutes = func.sum(Contribution.minutes)
    return (
        select(Contribution.unit_id, Contribution.goal_id, APEX.label("result_id"), minutes.label("minutes"))
        .join(ResultChain, CHAIN)
        .where(
            *_asked(access, wanted, Contribution),
            during(Contribution, span),
            Contribution.goal_id.is_not(None),
        )
        .group_by(Contribution.unit_id, Contribution.goal_id, APEX)
        .having(minutes > 0)
    )


def goals(access: Access, span: Span, wanted: GoalContributionFilter) -> Rows:
    """The goals of the span's years of the agencies within reach, and those that the work reached."""
    given = reached(access, span, wanted).subquery()
    minutes = (
        select(given.c.goal_id, func.sum(given.c.minutes).label("minutes"))
        .group_by(given.c.goal_id)
        .subquery("of_goal")
    )
    agency = aliased(Unit)
    conditions = [
        AgencyGoal.region_id == access.region_id,
        AgencyGoal.year.between(span.first.year, span.last.year),
    ]
    own: ColumnElement[bool] = minutes.c.goal_id.is_not(None)
    if of_units(access, wanted):
        own = or_(own, AgencyGoal.agency_id.in_(units(access, wanted)))
    if wanted.agency_id is not None:
        conditions.append(AgencyGoal.agency_id == wanted.agency_id)
    people = (
        select(func.count(Contribution.employee_id.distinct()))
        .where(
            *_asked(access, wanted, Contribution),
            during(Contribution, span),
            Contribution.goal_id == AgencyGoal.id,
            Contribution.minutes > 0,
        )
        .correlate(AgencyGoal)
    )
    apexes = select(given.c.result_id).where(given.c.goal_id == AgencyGoal.id).correlate(AgencyGoal)
    return (
        select(
            AgencyGoal.id,
            AgencyGoal.year,
            AgencyGoal.code,
            AgencyGoal.statement,
            AgencyGoal.agency_id,
            agency.name.label("agency_name"),
            cast(func.coalesce(minutes.c.minutes, 0), BigInteger).label("minutes"),
            goal_total(access, span, AgencyGoal.id).label("of_everybody"),
            people.scalar_subquery().label("people"),
            measured(access, span, apexes).label("indicators"),
        )
        .join(agency, and_(agency.region_id == AgencyGoal.region_id, agency.id == AgencyGoal.agency_id))
        .outerjoin(minutes, minutes.c.goal_id == AgencyGoal.id)
        .where(*conditions, own)
    )


def goal_keys(statement: Rows) -> tuple[Key, ...]:
    columns = {column.key: column for column in statement.selected_columns}
    kinds = {"agency_name": str, "code": str, "id": UUID}
    return tuple(Key(columns[name], name, kind) for name, kind in kinds.items())


def goal_total(access: Access, span: Span, goal_id: Column) -> ColumnElement[int]:
    """All minutes that anybody gave to the goal: a sum, whoever is within reach."""
    kept = GoalContribution
    total = select(func.coalesce(func.sum(kept.minutes), 0)).where(
        kept.region_id == access.region_id, kept.goal_id == goal_id, during(kept, span)
    )
    return total.correlate(AgencyGoal).scalar_subquery()


def measured(access: Access, span: Span, results: Select[UUID]) -> ColumnElement[Any]:
    """What the attainment of these results is computed from, as JSON: polarity, targets and realisation."""
    latest = _latest(access, span)
    numbers = (Indicator.target_value, Indicator.target_upper, latest.c.value)
    row = func.json_build_array(Indicator.polarity, *(cast(number, Text) for number in numbers))
    return (
        select(func.json_agg(row))
        .select_from(Indicator)
        .outerjoin(latest, true())
        .where(
            Indicator.region_id == access.region_id,
            Indicator.work_result_id.in_(results),
            Indicator.withdrawn.is_(False),
        )
        .scalar_subquery()
    )


def _latest(access: Access, span: Span) -> LateralFromClause:
    """The newest report of each indicator by the end of the span: a report is a standing (decision 0024)."""
    return (
        select(ProgressReport.value, ProgressReport.note, ProgressReport.day, ProgressReport.version)
        .where(
            ProgressReport.region_id == access.region_id,
            ProgressReport.indicator_id == Indicator.id,
            ProgressReport.day <= span.end,
        )
        .correlate(Indicator)
        .order_by(ProgressReport.day.desc())
        .limit(1)
        .lateral("latest")
    )


def indicators(access: Access, span: Span, results: Collection[UUID]) -> Rows:
    """The indicators of these results with the newest reports; `is_visible`: their plans are within reach."""
    latest = _latest(access, span)
    return (
        select(
            Indicator.id,
            Indicator.version,
            Indicator.work_result_id,
            Indicator.polarity,
            Indicator.target_value,
            Indicator.target_upper,
            latest.c.value,
            latest.c.note,
            latest.c.day,
            latest.c.version.label("report_version"),
            records_within(access, Plan.employee_id, Plan.unit_id).label("is_visible"),
        )
        .join(
            WorkResult,
            and_(WorkResult.region_id == Indicator.region_id, WorkResult.id == Indicator.work_result_id),
        )
        .join(Plan, and_(Plan.region_id == WorkResult.region_id, Plan.id == WorkResult.plan_id))
        .outerjoin(latest, true())
        .where(
            Indicator.region_id == access.region_id,
            Indicator.work_result_id.in_(results),
            Indicator.withdrawn.is_(False),
        )
        .order_by(Indicator.work_result_id, Indicator.order_no, Indicator.id)
    )


def goal(access: Access, id: UUID) -> Select[AgencyGoal]:
    """Goals are public within the region."""
    return select(AgencyGoal).where(AgencyGoal.region_id == access.region_id, AgencyGoal.id == id)
