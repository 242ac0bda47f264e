"""What the grown cities work for: goals, three results of everybody below each other, a year's contributions."""

from datetime import date
from uuid import UUID

import asyncpg

_GIVEN = """
create temp table given as
select $1::uuid as region, $2::date as first, $3::date as last, extract(year from $3::date)::int as year
"""

# Whoever heads an agency serves its goals, the others what their heads do; a quarter of the time serves no plan.
_FILL = """
create temp table results as
select p.number, p.employee_id, p.plan_id, p.unit_id, u.agency_id, p.employee_id = p.head_id as is_head, n,
    case n when 0 then p.result_id else gen_random_uuid() end as id
from given
join units u on u.region_id = region
join bench_people p on p.unit_id = u.id
cross join generate_series(0, 2) n;
analyze results;

insert into work_results (region_id, id, version, plan_id, kind, statement, order_no, withdrawn)
select region, id, 1, plan_id, 'PRIMARY', 'Laporan ' || n, n + 1, false from results, given where n > 0;

insert into agency_goals (region_id, id, version, agency_id, year, code, statement, target)
select region, gen_random_uuid(), 1, u.id, year, 'S' || n, 'Sasaran ' || n, '90'
from given join units u on u.region_id = region and u.kind = 'AGENCY' cross join generate_series(0, 2) n;

create temp table above as
select r.*, goal.id as goal_id,
    case when r.id = top.id then array[r.id]
         when r.is_head or r.unit_id = r.agency_id then array[r.id, top.id]
         else array[r.id, middle.id, top.id] end as path
from results r
join results top on top.unit_id = r.agency_id and top.is_head and top.n = r.n
join results middle on middle.unit_id = r.unit_id and middle.is_head and middle.n = r.n
join agency_goals goal on goal.agency_id = r.agency_id and goal.code = 'S' || r.n;
analyze above;

update work_results w set parent_id = path[2], goal_id = case when path[2] is null then a.goal_id end
from above a, given where w.region_id = region and w.id = a.id;

insert into indicators (region_id, id, version, work_result_id, aspect, statement, target_value, target_unit,
    polarity, order_no, withdrawn)
select region, gen_random_uuid(), 1, id, 'QUANTITY', 'Jumlah laporan', 12, 'dokumen', 'HIGHER_IS_BETTER', n, false
from given, (select id, generate_series(1, 2) as n from results) each;
analyze indicators;

insert into progress_reports (region_id, id, version, employee_id, unit_id, plan_id, work_result_id, indicator_id,
    day, value, received_at)
select region, gen_random_uuid(), 1, r.employee_id, r.unit_id, r.plan_id, r.id, i.id, d::date,
    extract(month from d), now()
from given
join results r on true
join indicators i on i.region_id = region and i.work_result_id = r.id
cross join lateral generate_series(first, last, '3 months') d;

truncate contributions, unit_contributions, goal_contributions;
delete from result_chains where id not in (select chain_id from activities where chain_id is not null);

insert into result_chains (region_id, id, path, goal_id)
select region, id, path, goal_id from above, given
union all
select region, '00000000-0000-0000-0000-000000000000', '{}', null from given
on conflict do nothing;

insert into contributions
select region, employee_id, month::date, unit_id, chain, goal_id, minutes, 0, 0, 0
from given cross join lateral generate_series(first, last, '1 month') month cross join (
    select employee_id, unit_id, id as chain, goal_id, 1500 + number % 500 as minutes from above
    union all
    select employee_id, unit_id, '00000000-0000-0000-0000-000000000000', null, 1500 from bench_people
) each;

insert into unit_contributions
select region_id, month, unit_id, sum(minutes), sum(minutes) filter (where goal_id is not null),
    sum(minutes) filter (where goal_id is not null), 0, 0, 0
from contributions group by 1, 2, 3;

insert into goal_contributions
select c.region_id, month, unit_id, c.goal_id, path[cardinality(path)], sum(minutes)
from contributions c join result_chains r on r.region_id = c.region_id and r.id = c.chain_id
where c.goal_id is not null group by 1, 2, 3, 4, 5;

drop table given, results, above;
"""


async def cascade(connection: asyncpg.Connection, region_id: UUID, day: date) -> None:
    """Once per database: everything for the twelve months that end with the month of `day`."""
    if await connection.fetchval("select exists (select from agency_goals)"):
        return
    first = date(day.year - (day.month < 12), day.month % 12 + 1, 1)
    await connection.execute(_GIVEN, region_id, first, day.replace(day=1))
    await connection.execute(_FILL)
    await connection.execute("vacuum analyze")
