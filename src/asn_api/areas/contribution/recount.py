"""Counts a region's contributions anew beside running servers: a few people at a time, then one unit at a time.

Who counts holds the people's rows, as writers do, so that what is counted of them stands still; then a unit's rows,
for which writers wait that have added to people's already, and whose part comes afterwards.
"""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.activities.writing_queries import cascade
from asn_api.core.bulk import copy_in
from asn_api.core.database import Database, driver_of
from asn_api.rules.contribution import NOTHING, Chain, chain_of
from asn_api.rules.entries import oldest_day
from asn_api.tables.activities import ResultChain

PEOPLE = 20
NOBODY = UUID(int=0)

_COUNTED = """
counted as (
    select a.id, a.employee_id, a.unit_id, date_trunc('month', a.day)::date as month, a.category, a.flags,
        a.work_result_id, a.share, a.further_links, a.chain_id, a.further_chain_ids,
        coalesce(c.minutes_after, a.verified_minutes) as minutes
    from activities a
    left join lateral (
        select minutes_after from activity_corrections c
        where c.region_id = a.region_id and c.activity_id = a.id order by c.made_at desc, c.id desc limit 1
    ) c on true
    where a.region_id = :region and a.employee_id = any(:people) and a.day >= :oldest
        and (a.status = 'VERIFIED' or c.minutes_after is not null)
), linked as (
    select c.*, 1 as place, c.work_result_id as result_id, coalesce(c.chain_id, c.work_result_id) as under,
        c.share as part
    from counted c
    union all
    select c.*, 1 + place, (link ->> 'work_result_id')::uuid,
        coalesce(c.further_chain_ids[place], (link ->> 'work_result_id')::uuid), (link ->> 'share')::numeric
    from counted c cross join lateral jsonb_array_elements(c.further_links) with ordinality as l (link, place)
    where c.further_links <> '[]'
)"""

# Decided before there were chains, or loaded: it counts from now on as its cascade stands now.
_UNKNOWN = text(f"""
with {_COUNTED}
select distinct result_id from linked
where under = result_id
    and not exists (select from result_chains r where r.region_id = :region and r.id = linked.result_id)
    and exists (select from work_results w where w.region_id = :region and w.id = linked.result_id)
""")  # noqa: S608 (constants of this module)

# As `split_minutes` does: the largest remainders get what rounding down has left, the earlier first.
_EFFORTS = text(f"""
with {_COUNTED}, remainders as (
    select *, floor(minutes * part) as least,
        row_number() over (partition by id order by minutes * part - floor(minutes * part) desc, place) as turn,
        minutes - sum(floor(minutes * part)) over (partition by id) as missing
    from linked
), parts as (
    select *, least + (turn <= missing)::int as granted from remainders
)
insert into contributions (region_id, employee_id, month, unit_id, chain_id, goal_id, minutes, non_task_minutes,
    copied_texts, same_evidence)
select :region, employee_id, month, unit_id, chain.id, chain.goal_id, sum(granted),
    coalesce(sum(granted) filter (where category = 'NON_TASK'), 0),
    count(*) filter (where place = 1 and 'COPIED_TEXT' = any(flags)),
    count(*) filter (where place = 1 and 'SAME_EVIDENCE' = any(flags))
from parts
left join result_chains found on found.region_id = :region and found.id = parts.under
cross join lateral (select coalesce(found.id, :nothing) as id, found.goal_id) as chain
group by employee_id, month, unit_id, chain.id, chain.goal_id
""")  # noqa: S608

_LOCK = text(
    "select 1 from employees where region_id = :region and id = any(:people) order by id for no key update"
)
_NOTHING = text(
    "insert into result_chains (region_id, id, path) values (:region, :nothing, '{}') on conflict do nothing"
)
_FORGET = text(
    "delete from contributions where region_id = :region and employee_id = any(:people) and month >= :oldest"
)
# Of rows that are not there yet nothing can be held, so they come first, with nothing in them.
_UNIT_STEPS = [
    text(each)
    for each in (
        """
        insert into unit_contributions
        select region_id, month, unit_id, 0, 0, 0, 0, 0, 0 from contributions
        where region_id = :region and unit_id = any(:units) and month >= :oldest
        group by 1, 2, 3 order by 2, 3 on conflict do nothing""",
        """
        insert into goal_contributions
        select c.region_id, month, unit_id, c.goal_id, path[cardinality(path)], 0
        from contributions c
        join result_chains r on r.region_id = c.region_id and r.id = c.chain_id
        where c.region_id = :region and unit_id = any(:units) and month >= :oldest and c.goal_id is not null
        group by 1, 2, 3, 4, 5 order by 2, 3, 4, 5 on conflict do nothing""",
        """
        select 1 from goal_contributions
        where region_id = :region and unit_id = any(:units) and month >= :oldest
        order by month, unit_id, goal_id, result_id for update""",
        """
        select 1 from unit_contributions
        where region_id = :region and unit_id = any(:units) and month >= :oldest
        order by month, unit_id for update""",
        """
        update goal_contributions g set minutes = coalesce((
            select sum(c.minutes) from contributions c
            join result_chains r on r.region_id = c.region_id and r.id = c.chain_id
            where c.region_id = g.region_id and c.unit_id = g.unit_id and c.month = g.month
                and c.goal_id = g.goal_id and r.path[cardinality(r.path)] = g.result_id), 0)
        where region_id = :region and unit_id = any(:units) and month >= :oldest""",
        """
        update unit_contributions u set (minutes, plan_minutes, goal_minutes, non_task_minutes, copied_texts,
            same_evidence) = (
            select coalesce(sum(c.minutes), 0), coalesce(sum(c.minutes) filter (where path <> '{}'), 0),
                coalesce(sum(c.minutes) filter (where c.goal_id is not null), 0),
                coalesce(sum(c.non_task_minutes), 0), coalesce(sum(c.copied_texts), 0),
                coalesce(sum(c.same_evidence), 0)
            from contributions c
            join result_chains r on r.region_id = c.region_id and r.id = c.chain_id
            where c.region_id = u.region_id and c.unit_id = u.unit_id and c.month = u.month)
        where region_id = :region and unit_id = any(:units) and month >= :oldest""",
    )
]


async def recount(access: Access, database: Database, progress: Callable[[int], object]) -> None:
    """All contributions since the oldest day that is not archived; `progress` after so many people or units."""
    after = NOBODY
    while people := await _people_after(access, database, after):
        async with database.sessions.begin() as db:
            await count_people(access, db, people)
        after = people[-1]
        progress(len(people))
    for unit_id in await _units(access, database):
        async with database.sessions.begin() as db:
            await count_units(access, db, [unit_id])
        progress(1)


async def count_people(access: Access, db: AsyncSession, people: Sequence[UUID]) -> None:
    """These people's sums, who stay locked until the transaction ends."""
    given = _given(access, people=list(people))
    await db.execute(_LOCK, given)
    await db.execute(_NOTHING, {"region": access.region_id, "nothing": NOTHING.id})
    unknown = list(await db.scalars(_UNKNOWN, given))
    if unknown:
        nodes, _ = await cascade(await driver_of(db), access, unknown, ())
        chains: list[tuple[UUID, Chain]] = [(result, chain_of(result, nodes)) for result in sorted(unknown)]
        rows = [
            {"region_id": access.region_id, "id": id, "path": list(chain.path), "goal_id": chain.goal}
            for id, chain in chains
        ]
        await copy_in(db, ResultChain, rows)
    await db.execute(_FORGET, given)
    await db.execute(_EFFORTS, {**given, "nothing": NOTHING.id})


async def count_units(access: Access, db: AsyncSession, units: Sequence[UUID]) -> None:
    """Units' sums from those of their people; their rows stay locked until the transaction ends."""
    for step in _UNIT_STEPS:
        await db.execute(step, _given(access, units=list(units)))


def _given(access: Access, **given: object) -> dict[str, object]:
    oldest: date = oldest_day(access.today)
    return {"region": access.region_id, "oldest": oldest, **given}


async def _people_after(access: Access, database: Database, after: UUID) -> list[UUID]:
    statement = text(
        "select id from employees where region_id = :region and id > :after order by id limit :rows"
    )
    async with database.sessions() as db:
        given = {"region": access.region_id, "after": after, "rows": PEOPLE}
        return list(await db.scalars(statement, given))


async def _units(access: Access, database: Database) -> list[UUID]:
    statement = text("select id from units where region_id = :region order by id")
    async with database.sessions() as db:
        return list(await db.scalars(statement, {"region": access.region_id}))
