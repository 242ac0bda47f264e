"""Counts a region's sums anew beside running servers: one unit, one chunk of the journal, one month at a time.

Writers add to the sums in their own transactions. Whoever holds a unit's rows sees in its activities exactly what
was added to them: writers that wait for the rows have not committed, and add theirs afterwards.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
from sqlalchemy import Date, cast, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.oversight.month_queries import activity_sums
from asn_api.core.database import Database
from asn_api.rules.entries import oldest_day
from asn_api.rules.rollups import DECISION_NUMBERS, LATENCIES, MONTH_NUMBERS
from asn_api.tables.activities import Activity, UnitMonth
from asn_api.tables.organization import Unit

CHUNK = 50_000
"""Journal entries."""

_NUMBERS = ", ".join(DECISION_NUMBERS)
_ADDED = ", ".join(f"{name} = recounted.{name} + excluded.{name}" for name in DECISION_NUMBERS)
_INTO = f"insert into recounted (region_id, verifier_id, unit_id, day, {_NUMBERS})"
_SUMS = ", ".join(
    f"coalesce(sum((changes #>> '{{decision,1,{name}}}')::int), 0)" for name in DECISION_NUMBERS
)

# The facts of each decision stand in its journal entry, whatever has become of it since.
_FROM_JOURNAL = f"""
{_INTO}
select region_id, actor_id, unit_id, (at at time zone $5)::date, {_SUMS}
from journal
where region_id = $1 and seq > $2 and seq <= $3 and entity = 'activity' and action in ('VERIFY', 'REJECT')
    and changes ? 'decision' and (at at time zone $5)::date < $4
group by 1, 2, 3, 4
on conflict (region_id, verifier_id, unit_id, day) do update set {_ADDED}
"""  # noqa: S608 (names of this module only)

_FIRST_FACTS = """
select min(at) from journal
where region_id = $1 and seq > $2 and seq <= $3 and entity = 'activity' and action in ('VERIFY', 'REJECT')
    and changes ? 'decision'
"""

_ZONE = (
    "case {}.zone when 'WIB' then 'Asia/Jakarta' when 'WITA' then 'Asia/Makassar' else 'Asia/Jayapura' end"
)
_POLICY = """
    select content from policies p
    where p.region_id = $1 and p.area = 'activities'
    order by p.valid_from <= {day} desc, case when p.valid_from <= {day} then p.valid_from end desc,
        p.valid_from, case when p.valid_from <= {day} then -p.revision else p.revision end
    limit 1
"""
_HISTOGRAM = ", ".join(
    f"count(*) filter (where working_days >= {first}"
    + (")" if last is None else f" and working_days <= {last})")
    for _, first, last in LATENCIES
)

# Older decisions, and those loaded in bulk, count as they stand in the activities of one unit.
_FROM_ACTIVITIES = f"""
with decided as (
    select a.*, u.path, u.days_per_week,
        (a.decided_at at time zone $3)::date as counted_on,
        (a.submitted_at at time zone {_ZONE.format("u")})::date as submitted_on,
        (a.decided_at at time zone {_ZONE.format("u")})::date as decided_on,
        count(*) over (partition by a.verifier_id, a.decided_at) as together
    from activities a
    join units u on u.region_id = a.region_id and u.id = a.unit_id
    where a.region_id = $1 and a.unit_id = $2 and a.verifier_id is not null and a.submitted_at is not null
        and a.decided_at < $5 and (a.decided_at at time zone $3)::date < $4
), spans as (
    select span.*, count(off.at) filter (where off.working) as working_days,
        count(off.at) filter (where off.working and off.at < span.decided_on) as before_last
    from (select distinct path, days_per_week, submitted_on, decided_on from decided) span
    left join lateral (
        select g.at::date as at, extract(isodow from g.at) <= span.days_per_week
            and not exists (select from national_days n where n.day = g.at::date)
            and not exists (
                select from regional_days r left join units top on top.region_id = $1 and top.id = r.unit_id
                where r.region_id = $1 and r.day = g.at::date and not r.withdrawn
                    and starts_with(span.path, coalesce(top.path, ''))) as working
        from generate_series(span.submitted_on + 1, span.decided_on, interval '1 day') as g (at)
    ) off on true
    group by 1, 2, 3, 4
), facts as (
    select d.*, s.working_days, s.before_last < (sla.content->>'verify_sla_working_days')::int as in_time,
        d.together > (bulk.content->>'bulk_decision_items')::int as in_bulk,
        d.status = 'VERIFIED'
            and (d.verified_minutes < d.minutes or d.verified_quantity < d.output_quantity) as less
    from decided d
    join spans s using (path, days_per_week, submitted_on, decided_on)
    cross join lateral ({_POLICY.format(day="d.day")}) sla
    cross join lateral ({_POLICY.format(day="d.counted_on")}) bulk
)
{_INTO}
select region_id, verifier_id, unit_id, counted_on, count(*),
    count(*) filter (where status = 'VERIFIED'), count(*) filter (where status = 'REJECTED'),
    count(*) filter (where less), count(*) filter (where in_time), count(*) filter (where in_bulk),
    count(*) filter (where status = 'VERIFIED' and not less and coalesce(comment, '') = ''), {_HISTOGRAM}
from facts
group by 1, 2, 3, 4
on conflict (region_id, verifier_id, unit_id, day) do update set {_ADDED}
"""  # noqa: S608

_MONTHS = "select distinct date_trunc('month', day)::date from {} where region_id = $1 order by 1"
_GONE = "delete from verification_days where region_id = $1 and day >= $2 and day < $3 and day < $4"
_PUT = f"""
insert into verification_days (region_id, verifier_id, unit_id, day, {_NUMBERS})
select region_id, verifier_id, unit_id, day, {_NUMBERS} from recounted where day >= $1 and day < $2
order by verifier_id, unit_id, day
"""  # noqa: S608


async def recount(access: Access, database: Database, progress: Callable[[], object]) -> None:
    """All sums of the region but today's decisions, which are being made; `progress` after every unit."""
    async with database.sessions() as db:
        units = list(await db.scalars(select(Unit.id).where(Unit.region_id == access.region_id)))
    for unit_id in units:
        async with database.sessions.begin() as db:
            await unit_months(access, db, unit_id)
        progress()
    connection = await database.connect()
    try:
        await verification_days(access, connection, units)
    finally:
        await connection.close()


async def unit_months(access: Access, db: AsyncSession, unit_id: UUID) -> None:
    """One unit's months, which stay locked for as long as this takes; those that may be archived stay as they are."""
    month = cast(func.date_trunc("month", Activity.day), Date)
    oldest = oldest_day(access.today)
    of_unit = (Activity.region_id == access.region_id, Activity.unit_id == unit_id, Activity.day >= oldest)
    kept = (
        UnitMonth.region_id == access.region_id,
        UnitMonth.unit_id == unit_id,
        UnitMonth.month >= oldest,
    )
    found = select(month.label("month")).where(*of_unit).distinct().subquery()
    nothing = (literal(0).label(name) for name in MONTH_NUMBERS)
    key = (literal(access.region_id), literal(unit_id), found.c.month)
    rows = select(*key, *nothing).order_by(found.c.month)
    names = ["region_id", "unit_id", "month", *MONTH_NUMBERS]
    await db.execute(insert(UnitMonth).from_select(names, rows).on_conflict_do_nothing())
    await db.execute(select(UnitMonth.month).where(*kept).order_by(UnitMonth.month).with_for_update())
    await db.execute(update(UnitMonth).where(*kept).values(dict.fromkeys(MONTH_NUMBERS, 0)))
    sums = select(month.label("month"), *activity_sums()).where(*of_unit).group_by(month).subquery()
    counted = {name: sums.c[name] for name in MONTH_NUMBERS}
    await db.execute(update(UnitMonth).where(*kept, UnitMonth.month == sums.c.month).values(counted))


async def verification_days(access: Access, connection: asyncpg.Connection, units: list[UUID]) -> None:
    """Days before today: nothing is decided on them any more, so they are counted aside and put month by month."""
    region, zone = access.region_id, access.actor.zone.tz.key
    await connection.execute("create temp table recounted (like verification_days including indexes)")
    last = await connection.fetchval("select coalesce(max(seq), 0) from journal where region_id = $1", region)
    first_facts = None
    for start in range(0, last, CHUNK):
        end = min(start + CHUNK, last)
        await connection.execute(_FROM_JOURNAL, region, start, end, access.today, zone)
        here = await connection.fetchval(_FIRST_FACTS, region, start, end)
        first_facts = min(filter(None, (first_facts, here)), default=None)
    for unit_id in units:
        await connection.execute(
            _FROM_ACTIVITIES, region, unit_id, zone, access.today, first_facts or access.now
        )
    kept = await connection.fetch(_MONTHS.format("verification_days"), region)
    counted = await connection.fetch(_MONTHS.format("recounted"), region)
    months = {row[0] for row in (*kept, *counted)}
    for month in sorted(each for each in months if each >= oldest_day(access.today)):
        after = (month + timedelta(days=31)).replace(day=1)
        async with connection.transaction():
            await connection.execute(_GONE, region, month, after, access.today)
            await connection.execute(_PUT, month, after)
