"""The SQL of the counts that are kept: which are still right, and their figures."""

from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Delete,
    Insert,
    Integer,
    Select,
    Uuid,
    any_,
    delete,
    insert,
    literal,
    select,
    text,
    true,
    tuple_,
)

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import units_within
from asn_api.areas.cycle.queries import Asking, Rows
from asn_api.areas.cycle.spans import Asked
from asn_api.rules.evaluations import EvaluationKind
from asn_api.rules.ratings import Predicate
from asn_api.tables.cycle import CycleDuty, CyclePeriod, CycleUnit
from asn_api.tables.organization import Unit

Key: TypeAlias = tuple[int, EvaluationKind, int]
"""Year, kind and number of a period."""
_KEY = ("region_id", "year", "kind", "number")
COUNTED = (*(each.value for each in Predicate), "unrated", "final")

_EPOCH = "coalesce((select epoch from journal where region_id = :region order by epoch desc limit 1), 0)"

# In one statement, so that what is looked at and what is noted as seen are the same. Records that are gone may have
# been of any period. Whatever is not named here (activities, sessions …) changes no figure of the cycle.
_CONFIRMED = text(f"""
update cycle_periods p set counted_at = :now, seen = pg_current_snapshot()::text
where p.region_id = :region and p.day = :today and p.epoch = {_EPOCH} and not exists (
    select from journal j
    where j.region_id = p.region_id and j.epoch = p.epoch
        and j.transaction >= pg_snapshot_xmin(p.seen::pg_snapshot)
        and not pg_visible_in_snapshot(j.transaction, p.seen::pg_snapshot)
        and case
            when j.entity = 'evaluation' then coalesce((
                select e.year = p.year and e.kind = p.kind and lower(e.period) between p.first_day and p.last_day
                from evaluations e where e.region_id = j.region_id and e.id = j.entity_id), true)
            when j.entity = 'objection' then coalesce((
                select e.year = p.year and e.kind = p.kind and lower(e.period) between p.first_day and p.last_day
                from objections o join evaluations e on e.region_id = o.region_id and e.id = o.evaluation_id
                where o.region_id = j.region_id and o.id = j.entity_id), true)
            when j.entity = 'plan' then coalesce((
                select year = p.year from plans where region_id = j.region_id and id = j.entity_id), true)
            when j.entity = 'feedback' then coalesce((
                select day between p.first_day and p.last_day
                from feedback where region_id = j.region_id and id = j.entity_id), true)
            when j.entity = 'employee' and j.action in ('CHANGE', 'DISCLOSE')
                then jsonb_exists_any(j.changes, array['active', 'legal_standing_code'])
            else j.entity in ('employee', 'appointment', 'evaluator_assignment', 'unit', 'regional_day', 'outage',
                'policy', 'region') end)
returning p.year, p.kind, p.number
""")  # noqa: S608 (text of this module only)

_HERE = text(f"select {_EPOCH} as epoch, pg_current_snapshot()::text as seen")
_ALONE = text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))")


def confirmed(access: Access) -> Asking:
    """Says of all periods in which nothing has changed that they are right as of now; gives their keys."""
    return _CONFIRMED, {"region": access.region_id, "now": access.now, "today": access.today}


def here(access: Access) -> Asking:
    """Up to where in the journal this transaction sees."""
    return _HERE, {"region": access.region_id}


def alone(access: Access, key: Key) -> Asking:
    """Whether nobody else counts the period at the moment; nobody will until the transaction ends."""
    year, kind, number = key
    return _ALONE, {"name": f"cycle {access.region_id} {year} {kind.value} {number}"}


def others(access: Access, keys: list[Key]) -> Delete:
    """Periods that are not counted any more, with their counts."""
    key = tuple_(CyclePeriod.year, CyclePeriod.kind, CyclePeriod.number)
    return delete(CyclePeriod).where(CyclePeriod.region_id == access.region_id, key.not_in(keys))


def one(access: Access, key: Key) -> Delete:
    return delete(CyclePeriod).where(*_of(CyclePeriod, access, key))


def figures(access: Access, asked: Asked) -> Select[UUID, dict[str, Any]]:
    """Of each unit that the question is about."""
    units = literal(list(asked.scope.units), ARRAY(Uuid))
    return select(CycleUnit.unit_id, CycleUnit.figures).where(
        *_asked(CycleUnit, access, asked), CycleUnit.unit_id == any_(units)
    )


def predicates(access: Access, asked: Asked) -> Rows:
    """As `queries.predicates`, from what is kept."""
    people = CycleUnit.people
    return select(
        CycleUnit.unit_id.label("agency_id"),
        *(people[name].astext.cast(Integer).label(name) for name in COUNTED),
    ).where(*_asked(CycleUnit, access, asked), people.is_not(None))


def keep_duties(access: Access, key: Key, counts: Rows) -> Insert:
    row = counts.subquery().c
    of_period = [literal(access.region_id, Uuid), *map(literal, key)]
    statement = select(*of_period, *row)
    return insert(CycleDuty).from_select([*_KEY, *row.keys()], statement)


def duties(access: Access, asked: Asked) -> Rows:
    """As `duty_queries.duties`, from what is kept."""
    within: ColumnElement[bool] = true()
    if asked.scope.path or not access.reaches(Reach.REGION):
        units = select(Unit.id).where(
            units_within(access), Unit.path.startswith(asked.scope.path, autoescape=True)
        )
        within = CycleDuty.unit_id.in_(units)
    columns = (column for column in CycleDuty.__table__.c if column.key not in _KEY)
    return select(*columns).where(*_asked(CycleDuty, access, asked), within)


def _asked(table: Any, access: Access, asked: Asked) -> tuple[ColumnElement[bool], ...]:
    return _of(table, access, (asked.year, asked.span.kind, asked.span.number))


def _of(table: Any, access: Access, key: Key) -> tuple[ColumnElement[bool], ...]:
    year, kind, number = key
    return (
        table.region_id == access.region_id,
        table.year == year,
        table.kind == kind,
        table.number == number,
    )
