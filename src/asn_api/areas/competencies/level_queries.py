"""The SQL of what posts ask for and what people hold, for one person or for the whole region at once."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    case,
    cast,
    column,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import array, distinct_on

from asn_api.access.actor import Access
from asn_api.access.scope import employees_within, team
from asn_api.areas.competencies.schemas import GapFilter
from asn_api.areas.evaluations.queries import branch
from asn_api.areas.performance.queries import matches
from asn_api.core.http.paging import Key
from asn_api.rules.competencies import (
    GapStatus,
    NationalCompetency,
    PositionTier,
    StandardOrigin,
    echelon_tiers,
)
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.rules.organization import AppointmentKind, PositionKind
from asn_api.tables.competencies import CompetencyEvidence, CompetencyStandard
from asn_api.tables.credits import FunctionalTerm
from asn_api.tables.employees import Employee
from asn_api.tables.organization import Appointment, Position, Unit


def serving(access: Access, day: date, *conditions: ColumnElement[bool]) -> CTE:
    """Who holds a definitive post on the day, with its level; acting posts ask for nothing.

    `conditions` may name employees, appointments, positions and units.
    """
    functional = and_(
        FunctionalTerm.region_id == Appointment.region_id,
        FunctionalTerm.employee_id == Appointment.employee_id,
        FunctionalTerm.valid.contains(day),
    )
    tier = case(
        (Position.kind == PositionKind.EXECUTIVE, PositionTier.PELAKSANA.value),
        (Position.kind == PositionKind.FUNCTIONAL, cast(FunctionalTerm.level, Text)),
        else_=case(
            {code: tier.value for code, tier in echelon_tiers().items()}, value=Position.echelon, else_=None
        ),
    )
    statement = (
        select(
            Appointment.employee_id,
            Appointment.position_id,
            Position.title.label("position_title"),
            Appointment.unit_id,
            Unit.name.label("unit_name"),
            Unit.path,
            cast(tier, Text).label("tier"),
        )
        .join(Employee, matches(Employee, Appointment.employee_id, Appointment))
        .join(Position, matches(Position, Appointment.position_id, Appointment))
        .join(Unit, matches(Unit, Appointment.unit_id, Appointment))
        .outerjoin(FunctionalTerm, functional)
        .where(
            Appointment.region_id == access.region_id,
            Appointment.kind == AppointmentKind.DEFINITIVE,
            Appointment.valid.contains(day),
            *conditions,
        )
    )
    if day >= access.today:
        statement = statement.where(Employee.active)
    return statement.cte("serving").prefix_with("materialized", dialect="postgresql")


def of_person(access: Access, day: date, employee_id: UUID) -> CTE:
    return serving(
        access, day, Appointment.employee_id == employee_id, employees_within(access, Appointment.employee_id)
    )


def of_branch(access: Access, day: date, path: str) -> CTE:
    """Of a branch that the caller has been found to reach."""
    return serving(access, day, Unit.path.startswith(path, autoescape=True))


def listed(access: Access, policy: CompetencyPolicy, wanted: GapFilter) -> tuple[Select[Any], Sequence[Key]]:
    """Everybody within reach against what is asked of him, the most urgent first; and the order."""
    day = wanted.as_of or access.today
    conditions = [employees_within(access, Appointment.employee_id)]
    if wanted.unit_id is not None:
        conditions.append(Appointment.unit_id.in_(branch(access, wanted.unit_id)))
    if wanted.team:
        mine = access.employee_id
        conditions.append(
            Appointment.employee_id.in_(team(access.region_id, mine, access.today)) if mine else false()
        )
    found = gaps(access, serving(access, day, *conditions), policy, day)
    status = case(
        (found.c.held.is_(None), GapStatus.NOT_ASSESSED.value),
        (found.c.held < found.c.required, GapStatus.GAP.value),
        (found.c.held > found.c.required, GapStatus.EXCEEDS.value),
        else_=GapStatus.MET.value,
    )
    urgent = func.coalesce(found.c.urgency, 0)
    statement = select(
        found.c.employee_id,
        Employee.nip.label("employee_nip"),
        Employee.name.label("employee_name"),
        found.c.unit_id,
        found.c.unit_name,
        found.c.position_title,
        found.c.code.label("competency_code"),
        found.c.required,
        found.c.criticality,
        found.c.origin,
        found.c.held,
        (found.c.held - found.c.required).label("gap"),
        status.label("status"),
        urgent.label("urgency"),
    ).join(Employee, and_(Employee.region_id == access.region_id, Employee.id == found.c.employee_id))
    if wanted.competency_code is not None:
        statement = statement.where(found.c.code == wanted.competency_code)
    if wanted.status is not None:
        statement = statement.where(status == wanted.status.value)
    return statement, (
        Key(urgent, "urgency", int, descending=True),
        Key(found.c.employee_id, "employee_id", UUID, descending=True),
        Key(found.c.code, "competency_code", str, descending=True),
    )


def required(access: Access, people: CTE, policy: CompetencyPolicy, day: date) -> CTE:
    """Each person with every competency that is asked for: by the position, else by its level, else nationally."""
    row = CompetencyStandard
    dated = select(row).where(row.region_id == access.region_id, row.valid.contains(day)).subquery()
    of_tier = select(*dated.c).where(dated.c.tier.is_not(None)).subquery("of_tier")
    of_position = select(*dated.c).where(dated.c.position_id.is_not(None)).subquery("of_position")
    levels = policy.required_levels
    tiers = (
        func.unnest(
            cast([tier.value for tier in levels], ARRAY(Text)), cast(list(levels.values()), ARRAY(Integer))
        )
        .table_valued(column("tier", Text), column("level", Integer), name="tiers")
        .render_derived()
    )
    nine = (
        func.unnest(cast([each.value for each in NationalCompetency], ARRAY(Text)))
        .table_valued(column("code", Text), name="nine")
        .render_derived()
    )
    national = select(
        tiers.c.tier,
        nine.c.code,
        func.coalesce(of_tier.c.level, tiers.c.level).label("level"),
        func.coalesce(of_tier.c.criticality, policy.default_criticality).label("criticality"),
        of_tier.c.id.label("standard_id"),
    ).select_from(
        tiers.join(nine, true()).outerjoin(
            of_tier,
            and_(cast(of_tier.c.tier, Text) == tiers.c.tier, of_tier.c.competency_code == nine.c.code),
        )
    )
    technical = select(
        cast(of_tier.c.tier, Text),
        of_tier.c.competency_code,
        of_tier.c.level,
        of_tier.c.criticality,
        of_tier.c.id,
    ).where(of_tier.c.competency_code.not_in([each.value for each in NationalCompetency]))
    usual = union_all(national, technical).cte("usual").prefix_with("materialized", dialect="postgresql")
    own = of_position
    by_tier = (
        select(
            people,
            usual.c.code,
            func.coalesce(own.c.level, usual.c.level).label("required"),
            func.coalesce(own.c.criticality, usual.c.criticality).label("criticality"),
            func.coalesce(own.c.id, usual.c.standard_id).label("standard_id"),
            case(
                (own.c.id.is_not(None), StandardOrigin.POSITION.value),
                (usual.c.standard_id.is_not(None), StandardOrigin.TIER.value),
                else_=StandardOrigin.POLICY.value,
            ).label("origin"),
        )
        .join(usual, usual.c.tier == people.c.tier)
        .outerjoin(
            own, and_(own.c.position_id == people.c.position_id, own.c.competency_code == usual.c.code)
        )
    )
    only_there = select(
        people,
        own.c.competency_code,
        own.c.level,
        own.c.criticality,
        own.c.id,
        literal(StandardOrigin.POSITION.value),
    ).join(own, own.c.position_id == people.c.position_id)
    asked_anyway = exists().where(usual.c.tier == people.c.tier, usual.c.code == own.c.competency_code)
    return union_all(by_tier, only_there.where(~asked_anyway)).cte("required")


def held(access: Access, people: CTE, policy: CompetencyPolicy, day: date) -> CTE:
    """Each person's level of each competency, as `rules.competencies.held` has it, in one pass."""
    row = CompetencyEvidence
    order = array([each.value for each in policy.source_order], type_=Text)
    counted = (
        select(
            row.employee_id,
            row.competency_code.label("code"),
            row.level,
            row.assessed_on,
            row.id,
            cast(row.source, Text).label("source"),
            func.array_position(order, cast(row.source, Text)).label("rank"),
        )
        .where(
            row.region_id == access.region_id,
            row.employee_id.in_(select(people.c.employee_id)),
            row.withdrawn_at.is_(None),
            row.source.in_(policy.source_order),
            row.assessed_on <= day,
            or_(row.valid_until.is_(None), row.valid_until >= day),
        )
        .cte("counted")
    )
    decisive = (
        select(*counted.c)
        .ext(distinct_on(counted.c.employee_id, counted.c.code))
        .order_by(
            counted.c.employee_id, counted.c.code, counted.c.rank, counted.c.assessed_on.desc(), counted.c.id
        )
        .cte("decisive")
    )
    raised = (
        select(counted.c.employee_id, counted.c.code, func.max(counted.c.level).label("level"))
        .join(
            decisive,
            and_(decisive.c.employee_id == counted.c.employee_id, decisive.c.code == counted.c.code),
        )
        .where(
            counted.c.source.in_([each.value for each in policy.raising_sources]),
            counted.c.assessed_on > decisive.c.assessed_on,
            counted.c.level > decisive.c.level,
        )
        .group_by(counted.c.employee_id, counted.c.code)
        .cte("raised")
    )
    return (
        select(
            decisive.c.employee_id,
            decisive.c.code,
            # Coalesced first: PostgreSQL's least() passes over nulls.
            func.least(
                func.coalesce(raised.c.level, decisive.c.level), decisive.c.level + policy.raise_limit
            ).label("held"),
        )
        .outerjoin(
            raised, and_(raised.c.employee_id == decisive.c.employee_id, raised.c.code == decisive.c.code)
        )
        .cte("held")
    )


def gaps(access: Access, people: CTE, policy: CompetencyPolicy, day: date) -> CTE:
    """What is asked of each person beside what is held; `missing` is never negative, null while unknown."""
    asked = required(access, people, policy, day)
    have = held(access, people, policy, day)
    missing = func.greatest(asked.c.required - have.c.held, 0)
    return (
        select(
            asked,
            have.c.held,
            case((have.c.held.is_not(None), missing)).label("missing"),
            case((have.c.held.is_not(None), missing * asked.c.criticality)).label("urgency"),
        )
        .outerjoin(have, and_(have.c.employee_id == asked.c.employee_id, have.c.code == asked.c.code))
        .cte("gaps")
    )


def _parted(rows: CTE, top: Unit) -> Any:
    """Each row with the unit right below the top that it belongs to; the top itself for its own."""
    below = func.split_part(rows.c.path, ".", top.path.count(".") + 1)
    return select(
        rows, cast(func.coalesce(func.nullif(below, ""), str(top.id)), Uuid).label("part")
    ).subquery()


def map_rows(access: Access, people: CTE, top: Unit) -> Select[Any]:
    """Heads by part; without a part: of the whole branch."""
    each = _parted(people, top)
    return select(
        each.c.part,
        func.count().label("people"),
        func.count().filter(each.c.tier.is_(None)).label("without_standard"),
    ).group_by(func.rollup(each.c.part))


def map_cells(access: Access, found: CTE, top: Unit) -> Select[Any]:
    """Sums by part and competency; without a part: of the whole branch."""
    each = _parted(found, top)
    statement = select(
        each.c.part,
        each.c.code.label("competency_code"),
        func.count().label("people"),
        func.count(each.c.held).label("assessed"),
        func.count().filter(each.c.missing > 0).label("below"),
        func.coalesce(func.sum(each.c.missing), 0).label("missing_levels"),
        func.coalesce(func.sum(each.c.urgency), 0).label("urgency"),
        func.round(func.avg(each.c.required), 2).label("mean_required"),
        func.round(func.avg(each.c.held), 2).label("mean_held"),
    )
    return statement.group_by(each.c.code, func.rollup(each.c.part)).order_by(each.c.code)
