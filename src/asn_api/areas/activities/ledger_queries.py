"""The SQL of writing: lock people's work, read what judging needs, store everything in one statement."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.core.database import driver_of
from asn_api.rules.rollups import DECISION_NUMBERS, MONTH_NUMBERS
from asn_api.tables.employees import Employee

Pair = tuple[UUID, date]


def _lock(access: Access, people: Collection[UUID]) -> Select[UUID]:
    """The people's rows, in one order for everybody, or two pushes of the same people would deadlock."""
    return (
        select(Employee.id)
        .where(Employee.region_id == access.region_id, Employee.id.in_(people))
        .order_by(Employee.id)
        .with_for_update(key_share=True)
    )


_OWN_PLACES = """
select day, work_result_id, array(
    select (link ->> 'work_result_id')::uuid from jsonb_array_elements(further_links) as link
) as further_results
from activities
where region_id = $1 and employee_id = $2 and id = any($3::uuid[])
"""

_CONTEXT = """
select
    (select json_agg(json_build_object('valid_from', valid_from, 'content', content)
                     order by valid_from, revision)::text
     from policies where region_id = $1 and area = 'activities') as policies,
    (select json_agg(json_build_object('day', day, 'provisional', provisional) order by day)::text
     from national_days) as national_days,
    (select json_agg(json_build_object('day', r.day, 'path', coalesce(u.path, '')) order by r.day)::text
     from regional_days r left join units u on u.region_id = r.region_id and u.id = r.unit_id
     where r.region_id = $1 and not r.withdrawn) as regional_days,
    (select json_agg(json_build_array(lower(o.span), upper(o.span), coalesce(u.path, '')) order by o.span)::text
     from outages o left join units u on u.region_id = o.region_id and u.id = o.unit_id
     where o.region_id = $1 and not o.withdrawn) as outages,
    (select json_agg(json_build_object(
         'employee_id', p.employee_id, 'day', p.day, 'unit_id', u.id, 'position_id', a.position_id,
         'zone', u.zone, 'days_per_week', u.days_per_week, 'path', u.path))::text
     from unnest($2::uuid[], $3::date[]) as p (employee_id, day)
     join appointments a on a.region_id = $1 and a.employee_id = p.employee_id
         and a.kind = 'DEFINITIVE' and a.valid @> p.day
     join units u on u.region_id = a.region_id and u.id = a.unit_id) as posts,
    (select json_agg(json_build_object(
         'id', w.id, 'plan_id', w.plan_id, 'start', lower(pl.period), 'end', upper(pl.period),
         'indicators', (select coalesce(json_agg(i.id), '[]') from indicators i
                        where i.region_id = w.region_id and i.work_result_id = w.id and not i.withdrawn)))::text
     from work_results w
     join plans pl on pl.region_id = w.region_id and pl.id = w.plan_id
     where w.region_id = $1 and w.id = any($4::uuid[]) and pl.employee_id = $5
         and not w.withdrawn and pl.status <> 'CLOSED') as results,
    (select json_agg(json_build_array(c.activity_id, c.minutes_after) order by c.made_at, c.id)::text
     from activity_corrections c
     where c.region_id = $1 and c.employee_id = any($2::uuid[]) and c.day = any($3::date[])) as corrections,
    (select json_agg(json_build_array(t.day, t.text_keys, t.evidence_keys))::text
     from day_totals t
     where t.region_id = $1 and t.employee_id = $6
         and t.day between (select min(day) from unnest($3::date[]) as day) - (
             select max(greatest((content ->> 'copied_text_window_days')::int,
                                 (content ->> 'same_evidence_window_days')::int))
             from policies where region_id = $1 and area = 'activities')
         and (select max(day) from unnest($3::date[]) as day) + (
             select max(greatest((content ->> 'copied_text_window_days')::int,
                                 (content ->> 'same_evidence_window_days')::int))
             from policies where region_id = $1 and area = 'activities')) as past
"""

_EVIDENCE = """
(select count(*) from evidence e where e.region_id = a.region_id and e.activity_id = a.id) as evidence_records
"""

_ACTIVITIES = f"""
select a.*, u.zone, {_EVIDENCE}
from activities a
join units u on u.region_id = a.region_id and u.id = a.unit_id
where a.region_id = $1 and (
    a.id = any($2::uuid[])
    or exists (select from unnest($3::uuid[], $4::date[]) as p (employee_id, day)
               where a.employee_id = p.employee_id and a.day between p.day - 1 and p.day + 1))
"""  # noqa: S608 (a constant of this module)

# The same rows by index: the general form above would scan a person's whole history.
_OF_ONE = f"""
select a.*, u.zone, {_EVIDENCE}
from activities a
join units u on u.region_id = a.region_id and u.id = a.unit_id
where a.region_id = $1 and a.employee_id = $2 and a.day = any($3::date[])
union
select a.*, u.zone, {_EVIDENCE}
from activities a
join units u on u.region_id = a.region_id and u.id = a.unit_id
where a.region_id = $1 and a.id = any($4::uuid[])
"""  # noqa: S608 (a constant of this module)

COLUMNS: Mapping[str, str] = {
    "id": "uuid",
    "employee_id": "uuid",
    "unit_id": "uuid",
    "position_id": "uuid",
    "day": "date",
    "start_at": "timestamptz",
    "end_at": "timestamptz",
    "minutes": "int",
    "category": "text",
    "plan_id": "uuid",
    "work_result_id": "uuid",
    "indicator_id": "uuid",
    "share": "numeric",
    "further_links": "jsonb",
    "description": "text",
    "output_quantity": "numeric",
    "output_unit": "text",
    "place_type": "text",
    "latitude": "float8",
    "longitude": "float8",
    "accuracy_m": "float8",
    "mock_location": "bool",
    "location_provider": "text",
    "evidence": "jsonb",
    "device_id": "text",
    "device_at": "timestamptz",
    "received_at": "timestamptz",
    "submitted_at": "timestamptz",
    "status": "text",
    "flags": "text[]",
    "verifier_id": "uuid",
    "verified_minutes": "int",
    "verified_quantity": "numeric",
    "comment": "text",
    "decided_at": "timestamptz",
    "version": "bigint",
}
_TOTALS: Mapping[str, str] = {
    "drafts": "int",
    "waiting": "int",
    "verified": "int",
    "rejected": "int",
    "late": "int",
    "claimed_minutes": "int",
    "verified_minutes": "int",
    "verified_by_category": "jsonb",
    "corrected_by_category": "jsonb",
    "text_keys": "int[]",
    "evidence_keys": "int[]",
    "first_reported_at": "timestamptz",
}
_JOURNAL: Mapping[str, str] = {
    "at": "timestamptz",
    "entity": "text",
    "entity_id": "uuid",
    "version": "bigint",
    "action": "text",
    "account_id": "uuid",
    "actor_id": "uuid",
    "client_id": "uuid",
    "on_behalf_of": "uuid",
    "request_id": "text",
    "operation_id": "uuid",
    "changes": "jsonb",
    "unit_id": "uuid",
    "employee_id": "uuid",
}


_UNIT_MONTH: Mapping[str, str] = {"unit_id": "uuid", "month": "date"}
_VERIFIED_DAY: Mapping[str, str] = {"verifier_id": "uuid", "unit_id": "uuid", "day": "date"}


def _typed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def _adding(table: str, keys: Mapping[str, str], numbers: Sequence[str], parameter: str) -> str:
    """Adds numbers to kept sums, row by row in one order for everybody: they are locked until the commit."""
    given, named = _typed({**keys, **dict.fromkeys(numbers, "int")}), ", ".join([*keys, *numbers])
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in numbers)
    return f"""
    insert into {table} (region_id, {named})
    select $1, {named} from jsonb_to_recordset({parameter}::jsonb) as x ({given}) order by {", ".join(keys)}
    on conflict (region_id, {", ".join(keys)}) do update set {added}"""  # noqa: S608


# What many people share comes last, in CTEs that nothing reads: those run when all else is done.
_WRITE = f"""
with stored as (
    insert into activities (region_id, {", ".join(COLUMNS)})
    select $1, {", ".join(COLUMNS)} from jsonb_to_recordset($2::jsonb) as x ({_typed(COLUMNS)})
    on conflict (region_id, id) do update set {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
    where activities.employee_id = excluded.employee_id
    returning 1
), gone as (
    delete from activities where region_id = $1 and id = any($3::uuid[]) returning 1
), moved as (
    update evidence e set unit_id = x.unit_id, day = x.day
    from jsonb_to_recordset($2::jsonb) as x (id uuid, unit_id uuid, day date), evidence o
    where e.region_id = $1 and e.activity_id = x.id and (e.unit_id, e.day) <> (x.unit_id, x.day)
        and o.region_id = e.region_id and o.id = e.id
    returning e.id, e.activity_id, e.version,
        case when o.day <> e.day
            then jsonb_build_object('day', jsonb_build_array(o.day, e.day)) else '{{}}' end
        || case when o.unit_id <> e.unit_id
            then jsonb_build_object('unit_id', jsonb_build_array(o.unit_id, e.unit_id)) else '{{}}' end as news
), moved_logged as (
    insert into journal (region_id, {", ".join(_JOURNAL)})
    select $1, j.at, 'evidence', m.id, m.version, 'MOVE', j.account_id, j.actor_id, j.client_id,
        j.on_behalf_of, j.request_id, null, m.news, j.unit_id, j.employee_id
    from moved m
    join (select distinct on (entity_id) * from jsonb_to_recordset($4::jsonb) as x ({_typed(_JOURNAL)})
          order by entity_id, version desc) as j on j.entity_id = m.activity_id
    returning 1
), dropped as (
    delete from evidence e where e.region_id = $1 and e.activity_id = any($3::uuid[])
    returning e.id, e.activity_id, e.version,
        to_jsonb(e) - '{{region_id,id,version,employee_id,unit_id}}'::text[] as held
), dropped_logged as (
    insert into journal (region_id, {", ".join(_JOURNAL)})
    select $1, j.at, 'evidence', d.id, d.version + 1, 'DELETE', j.account_id, j.actor_id, j.client_id,
        j.on_behalf_of, j.request_id, null, (select jsonb_object_agg(key, jsonb_build_array(value, null))
                             from jsonb_each(d.held) where value <> 'null'), j.unit_id, j.employee_id
    from dropped d
    join jsonb_to_recordset($4::jsonb) as j ({_typed(_JOURNAL)})
        on j.entity_id = d.activity_id and j.action = 'DELETE'
    returning 1
), logged as (
    insert into journal (region_id, {", ".join(_JOURNAL)})
    select $1, {", ".join(_JOURNAL)} from jsonb_to_recordset($4::jsonb) as x ({_typed(_JOURNAL)})
    returning 1
), totals as (
    insert into day_totals (region_id, employee_id, day, {", ".join(_TOTALS)})
    select $1, employee_id, day, {", ".join(_TOTALS)}
    from jsonb_to_recordset($5::jsonb) as x (employee_id uuid, day date, {_typed(_TOTALS)})
    on conflict (region_id, employee_id, day) do update
    set {", ".join(f"{name} = excluded.{name}" for name in _TOTALS)}
    returning 1
), decided as ({_adding("verification_days", _VERIFIED_DAY, DECISION_NUMBERS, "$7")}
), months as ({_adding("unit_months", _UNIT_MONTH, MONTH_NUMBERS, "$6")}
)
select (select count(*) from stored) + (select count(*) from gone) as changed,
    (select count(*) from logged) as logged, (select count(*) from totals) as summed
"""  # noqa: S608 (column names of this module only)


async def locked(db: AsyncSession, access: Access, people: Collection[UUID]) -> asyncpg.Connection:
    """Lock these people's work; gives the driver connection of the session's transaction."""
    # Through the session first: SQLAlchemy begins its transaction with the first statement.
    await db.execute(_lock(access, people))
    return await driver_of(db)


async def own_places(
    driver: asyncpg.Connection, access: Access, ids: Collection[UUID]
) -> list[asyncpg.Record]:
    """Day and work results of the caller's own activities among these."""
    rows = await driver.fetch(_OWN_PLACES, access.region_id, access.employee_id, list(ids))
    return list(rows)


async def context(
    driver: asyncpg.Connection, access: Access, pairs: Sequence[Pair], results: Collection[UUID]
) -> dict[str, Any]:
    """Policies, days off, outages, posts and corrections of these days, which of `results` belong to the
    caller's own plans, and, for the caller's own days, the keys of the days around them.
    """
    people = {employee_id for employee_id, _ in pairs}
    [row] = await driver.fetch(
        _CONTEXT,
        access.region_id,
        [employee_id for employee_id, _ in pairs],
        [day for _, day in pairs],
        list(results),
        access.employee_id,
        access.employee_id if people == {access.employee_id} else None,
    )
    return dict(row)


async def activities(
    driver: asyncpg.Connection, access: Access, pairs: Sequence[Pair], ids: Collection[UUID]
) -> list[asyncpg.Record]:
    """The activities of these days and their neighbours, and those with these ids, whoever owns them."""
    people = {employee_id for employee_id, _ in pairs}
    if len(people) == 1:
        days = sorted({_shifted(day, step) for _, day in pairs for step in (-1, 0, 1)})
        rows = await driver.fetch(_OF_ONE, access.region_id, people.pop(), days, list(ids))
        return list(rows)
    rows = await driver.fetch(
        _ACTIVITIES,
        access.region_id,
        list(ids),
        [employee_id for employee_id, _ in pairs],
        [day for _, day in pairs],
    )
    return list(rows)


async def write(
    driver: asyncpg.Connection,
    access: Access,
    *,
    rows: Sequence[Mapping[str, Any]],
    deleted: Sequence[UUID],
    journal: Sequence[Mapping[str, Any]],
    totals: Sequence[Mapping[str, Any]],
    months: Sequence[Mapping[str, Any]],
    days: Sequence[Mapping[str, Any]],
) -> int:
    """Store activities, journal, totals and sums in one statement; gives the number of activities changed."""
    changed: int = await driver.fetchval(
        _WRITE,
        access.region_id,
        _json(rows),
        list(deleted),
        _json(journal),
        _json(totals),
        _json(months),
        _json(days),
    )
    return changed


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows, default=str).decode()


def _shifted(day: date, days: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))
