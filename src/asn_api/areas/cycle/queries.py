"""The SQL of the cycle's figures, grouped in the database by the units that are shown.

Text, because building these statements anew would cost a request more than running them. `concerned` are the units in
question, found within reach beforehand, each with the one under which it is shown and its place.
"""

from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, TextClause, and_, false, func, or_, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.monitoring import COUNTED
from asn_api.access.scope import units_within
from asn_api.areas.cycle.spans import Asked
from asn_api.areas.cycle.windows import Surroundings
from asn_api.core.http.paging import Key
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.organization import UnitKind
from asn_api.rules.ratings import Predicate
from asn_api.tables.evaluations import Evaluation, OrganisationRating
from asn_api.tables.organization import Unit

Rows: TypeAlias = Select[*tuple[Any, ...]]
Asking: TypeAlias = tuple[TextClause, dict[str, Any]]

_CONCERNED = """
unnest(cast(:ids as uuid[]), cast(:nodes as uuid[]), cast(:places as int[]), cast(:zones as text[]))
    as concerned (id, node, place, zone)
"""

# Whoever held a definitive post in the period, by the last one; how far the plan of his last day has come. A plan
# that was agreed once stays in force while it is revised. Of leavers only the post's end tells when they left;
# whoever is inactive in an open post does not serve.
_PEOPLE = f"""
with apart as (
    select id, active, legal_standing_code = any(cast(:exempt as text[])) as exempt from employees
    where region_id = :region and (not active or legal_standing_code = any(cast(:exempt as text[])))
), served as materialized (
    select concerned.node, coalesce(apart.exempt, false) as exempt, lower(post.valid) > :first as later,
        coalesce(upper(post.valid) <= :until, false) as has_left, post.employee_id, post.unit_id,
        case when live.employee_id is null then
                case when upper(post.valid) <= :until then (
                    select case
                        when exists (select from plan_revisions r where r.region_id = :region and r.plan_id = p.id)
                            then 'agreed'
                        when p.submitted_at is not null then 'submitted' else 'drafted' end
                    from plans p
                    where p.region_id = :region and p.employee_id = post.employee_id and p.year = :year
                        and p.status = 'ENDED' and p.period @> upper(post.valid) - 1
                        and (p.ended_on is null or p.ended_on > lower(p.period))
                    order by p.id desc limit 1)
                end
            when live.status in ('APPROVED', 'REVISION_REQUESTED', 'CLOSED') or live.revision > 1 then 'agreed'
            when live.status = 'SUBMITTED' then 'submitted' else 'drafted' end as stage,
        greatest(cast(:january as date), lower(post.valid) + cast(:days as int)) < :today as due
    from {_CONCERNED}
    join appointments post on post.region_id = :region and post.unit_id = concerned.id
    left join apart on apart.id = post.employee_id
    left join plans live on live.region_id = :region and live.employee_id = post.employee_id and live.year = :year
        and live.status <> 'ENDED' and live.period @> least(cast(:until as date), upper(post.valid) - 1)
    where post.kind = 'DEFINITIVE' and post.valid && daterange(:first, :until, '[]')
        and (post.valid @> cast(:until as date) or not exists (
            select from appointments next
            where next.region_id = :region and next.employee_id = post.employee_id and next.kind = 'DEFINITIVE'
                and next.valid && daterange(:first, :until, '[]') and lower(next.valid) > lower(post.valid)))
        and (apart.active is distinct from false or upper(post.valid) is not null) {{team}}
)
select node, exempt, stage, count(*) as people,
    count(*) filter (where later and before.unit_id is null) as came,
    count(*) filter (where later and before.unit_id <> served.unit_id) as moved,
    count(*) filter (where has_left) as left,
    count(*) filter (where due and not has_left and coalesce(stage, 'drafted') = 'drafted') as overdue
from served
left join lateral (
    select unit_id from appointments a
    where later and a.region_id = :region and a.employee_id = served.employee_id and a.kind = 'DEFINITIVE'
        and a.valid @> cast(:first as date) limit 1
) before on true
group by node, exempt, stage
"""  # noqa: S608 (text of this module only)

_PLANS = f"""
select node, least(upper(p.period), cast(:after as date)) <= :today as over, count(*) as number
from {_CONCERNED} join plans p on p.region_id = :region and p.year = :year and p.unit_id = concerned.id
where p.period && daterange(:first, :until, '[]') and (p.ended_on is null or p.ended_on > lower(p.period))
    and (p.status in ('APPROVED', 'REVISION_REQUESTED', 'CLOSED')
        or exists (select from plan_revisions r where r.region_id = :region and r.plan_id = p.id)) {{team}}
group by 1, 2
"""  # noqa: S608 (text of this module only)

# By its ends the period is found in the index of the year, and nothing else is read.
_OF_PERIOD = f"""
from {_CONCERNED}
join evaluations e on e.region_id = :region and e.year = :year and e.kind = :kind and e.unit_id = concerned.id
    and lower(e.period) >= :first and upper(e.period) <= :after {{team}}
"""

_EVALUATIONS = f"""
select node, e.status, e.work_result, e.behaviour, count(*) as number,
    count(*) filter (where upper(e.period) <= :today) as over,
    count(*) filter (where e.self_report_missing) as without_report
{_OF_PERIOD} group by 1, 2, 3, 4
"""

_WAITING = f"""
select node, place, e.status, upper(e.period) - 1 as last_day, (e.reported_at at time zone zone)::date as reported,
    count(*) as number
{_OF_PERIOD} where e.status in ('OPEN', 'REPORTED') and upper(e.period) <= :today group by 1, 2, 3, 4, 5
"""

_DECIDED = f"""
select node, 'decided' as name, count(*) as number
{_OF_PERIOD} join objections o on o.region_id = :region and o.evaluation_id = e.id and o.decision is not null
where e.status = 'FINAL' group by 1
"""

_FEEDBACK = f"""
select node, 'with_feedback' as name, count(distinct e.plan_id) as number
from {_CONCERNED} join feedback e on e.region_id = :region and e.unit_id = concerned.id
where e.day between :first and :until and e.plan_id is not null and e.withdrawn_at is null
    and e.visibility = any(cast(:counted as text[])) {{team}}
group by 1
"""  # noqa: S608 (text of this module only)


def _both(statement: str, alias: str) -> tuple[TextClause, TextClause]:
    """Of units, and of a team."""
    team = f"and {alias}.employee_id = any(cast(:people as uuid[]))"
    return text(statement.format(team="")), text(statement.format(team=team))


_STATEMENTS = {
    "people": _both(_PEOPLE, "post"),
    "plans": _both(_PLANS, "p"),
    "evaluations": _both(_EVALUATIONS, "e"),
    "waiting": _both(_WAITING, "e"),
    "decided": _both(_DECIDED, "e"),
    "feedback": _both(_FEEDBACK, "e"),
}


def figures(access: Access, asked: Asked, around: Surroundings, name: str) -> Asking:
    """`people` by stage, agreed `plans`, `evaluations` by state and rating, what is `waiting` for evaluators …"""
    policy = asked.planning.on(asked.until)
    units = asked.scope.units
    known = {
        "region": access.region_id,
        "ids": list(units),
        "nodes": list(units.values()),
        "places": [around.units[id].place for id in units],
        "zones": [around.places[around.units[id].place].zone.tz.key for id in units],
        "people": asked.scope.people,
        "exempt": list(policy.standings_without_plan),
        "january": date(asked.year, 1, policy.due_day_of_january),
        "days": policy.due_days_in_new_post,
        "counted": [each.value for each in COUNTED],
        "year": asked.year,
        "kind": asked.span.kind.value,
        "first": asked.span.first,
        "until": asked.until,
        "after": asked.span.last + ONE_DAY,
        "today": access.today,
    }
    statement = _STATEMENTS[name][asked.scope.people is not None]
    return statement, {each: known[each] for each in statement.compile().params}


def of_period(access: Access, asked: Asked) -> tuple[ColumnElement[bool], ...]:
    """The evaluations of the period: by its ends, which the index of the year has."""
    return (
        Evaluation.region_id == access.region_id,
        Evaluation.year == asked.year,
        Evaluation.kind == asked.span.kind,
        func.lower(Evaluation.period) >= asked.span.first,
        func.upper(Evaluation.period) <= asked.span.last + ONE_DAY,
    )


def evaluation_records(access: Access, asked: Asked, most: int) -> Rows:
    """Single ones, for the explanation."""
    return (
        select(
            Evaluation.id,
            Evaluation.version,
            Evaluation.plan_id,
            Evaluation.status,
            Evaluation.work_result,
            Evaluation.behaviour,
        )
        .where(*of_period(access, asked), _concerned(asked))
        .order_by(Evaluation.id)
        .limit(most)
    )


def _concerned(asked: Asked) -> ColumnElement[bool]:
    if asked.scope.people is not None:
        return Evaluation.employee_id.in_(asked.scope.people)
    return Evaluation.unit_id.in_(list(asked.scope.units))


def distributions(access: Access, asked: Asked, agency_id: UUID | None = None) -> Rows:
    """The agencies within reach, each with its people by predicate and what it achieved in the period."""
    place, agency = aliased(Unit), Unit
    last = (
        select(place.agency_id, Evaluation.predicate, Evaluation.status)
        .join(place, and_(place.region_id == Evaluation.region_id, place.id == Evaluation.unit_id))
        .where(
            *of_period(access, asked),
        )
        .ext(distinct_on(place.agency_id, Evaluation.employee_id))
        .order_by(place.agency_id, Evaluation.employee_id, func.upper(Evaluation.period).desc())
    )
    if not access.reaches(Reach.REGION):
        # By the set of agencies, so that only their evaluations are read.
        reached = select(Unit.id).where(units_within(access), Unit.kind == UnitKind.AGENCY)
        last = last.where(place.agency_id.in_(reached))
    row = last.subquery().c
    counted = (
        select(
            row.agency_id,
            *(func.count().filter(row.predicate == each).label(each.value) for each in Predicate),
            func.count().filter(row.predicate.is_(None)).label("unrated"),
            func.count().filter(row.status == EvaluationStatus.FINAL).label("final"),
        )
        .group_by(row.agency_id)
        .subquery()
    )
    rating = OrganisationRating
    return (
        select(
            agency.id.label("agency_id"),
            agency.name.label("agency_name"),
            *(
                func.coalesce(column, 0).label(column.key)
                for column in counted.c
                if column.key != "agency_id"
            ),
            *(
                getattr(rating, name).label(name)
                for name in ("id", "version", "year", "kind", "period", "predicate", "basis", "justification")
            ),
            *(getattr(rating, name).label(name) for name in ("rated_by", "rater", "rated_at")),
        )
        .select_from(agency)
        .outerjoin(counted, counted.c.agency_id == agency.id)
        .outerjoin(
            rating,
            and_(
                rating.region_id == agency.region_id,
                rating.unit_id == agency.id,
                rating.kind == asked.span.kind,
                rating.period.contains(asked.span.first),
            ),
        )
        .where(
            agency.region_id == access.region_id,
            agency.kind == UnitKind.AGENCY,
            or_(agency.closed_on.is_(None), agency.closed_on > asked.span.first),
            units_within(access) if access.branches or access.reaches(Reach.REGION) else false(),
            *([] if agency_id is None else [agency.id == agency_id]),
        )
    )


def distribution_keys(statement: Rows) -> tuple[Key, ...]:
    columns = {column.key: column for column in statement.selected_columns}
    return (
        Key(columns["agency_name"], "agency_name", str),
        Key(columns["agency_id"], "agency_id", UUID),
    )
