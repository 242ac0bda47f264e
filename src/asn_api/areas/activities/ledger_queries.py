"""The SQL before writing: lock people's work, read what judging it needs."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.core.database import driver_of
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


def _shifted(day: date, days: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))
