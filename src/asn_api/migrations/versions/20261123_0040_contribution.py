"""Chains of work results and the sums of contributions, filled from the decided activities there are."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0040"
down_revision = "20261123_0035"
branch_labels = None
depends_on = None

POLICY = """
insert into policies (region_id, id, area, valid_from, revision, content, source, created_at)
select id, gen_random_uuid(), 'contribution', date '2025-01-01', 1,
    '{"non_task_share": "0.40", "attainment_cap": 120}', 'bawaan asn_api (data/policies.json)', current_timestamp
from regions
where not exists (select from policies p where p.region_id = regions.id and p.area = 'contribution')
"""

# Work that was decided before there were chains counts under the chain with the result's own id: no activity changes.
COUNTED = """
counted as (
    select a.region_id, a.id, a.employee_id, a.unit_id, date_trunc('month', a.day)::date as month, a.category,
        a.flags, a.work_result_id, a.share, a.further_links, coalesce(c.minutes_after, a.verified_minutes) as minutes
    from activities a
    left join (
        select distinct on (region_id, activity_id) region_id, activity_id, minutes_after
        from activity_corrections order by region_id, activity_id, made_at desc, id desc
    ) c on c.region_id = a.region_id and c.activity_id = a.id
    where a.status = 'VERIFIED' or c.minutes_after is not null
)"""

CHAINS = f"""
with recursive {COUNTED}, linked as (
    select region_id, work_result_id as id from counted where work_result_id is not null
    union
    select region_id, (link ->> 'work_result_id')::uuid
    from counted cross join lateral jsonb_array_elements(further_links) as link
    where further_links <> '[]'
), climbed (region_id, id, path, goal_id, parent_id) as (
    select w.region_id, w.id, array[w.id], w.goal_id, w.parent_id
    from linked join work_results w on w.region_id = linked.region_id and w.id = linked.id
    union all
    select w.region_id, c.id, c.path || w.id, w.goal_id, w.parent_id
    from climbed c
    join work_results w on w.region_id = c.region_id and w.id = c.parent_id
    where c.goal_id is null and not w.withdrawn and w.id <> all(c.path)
)
insert into result_chains (region_id, id, path, goal_id)
select distinct on (region_id, id) region_id, id, path, goal_id
from climbed order by region_id, id, cardinality(path) desc
on conflict do nothing
"""

NOTHING = """
insert into result_chains (region_id, id, path, goal_id)
select id, '00000000-0000-0000-0000-000000000000', '{}', null from regions
on conflict do nothing
"""

EFFORTS = f"""
with {COUNTED}, linked as (
    select c.*, 1 as place, c.work_result_id as result_id, c.share as part from counted c where further_links <> '[]'
    union all
    select c.*, 1 + place, (link ->> 'work_result_id')::uuid, (link ->> 'share')::numeric
    from counted c cross join lateral jsonb_array_elements(c.further_links) with ordinality as l (link, place)
    where c.further_links <> '[]'
), remainders as (
    select *, floor(minutes * part) as least,
        row_number() over (partition by region_id, id order by minutes * part - floor(minutes * part) desc, place) as turn,
        minutes - sum(floor(minutes * part)) over (partition by region_id, id) as missing
    from linked
), parts as (
    select region_id, employee_id, month, unit_id, category, flags, 1 as place, work_result_id as result_id, minutes
    from counted where further_links = '[]'
    union all
    select region_id, employee_id, month, unit_id, category, flags, place, result_id, least + (turn <= missing)::int
    from remainders
)
insert into contributions (region_id, employee_id, month, unit_id, chain_id, goal_id, minutes, non_task_minutes,
    copied_texts, same_evidence)
select p.region_id, employee_id, month, unit_id, chain.id, chain.goal_id, sum(minutes),
    coalesce(sum(minutes) filter (where category = 'NON_TASK'), 0),
    count(*) filter (where place = 1 and 'COPIED_TEXT' = any(flags)),
    count(*) filter (where place = 1 and 'SAME_EVIDENCE' = any(flags))
from parts p
left join result_chains found on found.region_id = p.region_id and found.id = p.result_id
cross join lateral (
    select coalesce(found.id, '00000000-0000-0000-0000-000000000000') as id, found.goal_id
) chain
group by 1, 2, 3, 4, 5, 6
on conflict do nothing
"""

UNITS = """
insert into unit_contributions (region_id, month, unit_id, minutes, plan_minutes, goal_minutes, non_task_minutes,
    copied_texts, same_evidence)
select c.region_id, month, unit_id, sum(minutes), coalesce(sum(minutes) filter (where path <> '{}'), 0),
    coalesce(sum(minutes) filter (where c.goal_id is not null), 0), sum(non_task_minutes), sum(copied_texts),
    sum(same_evidence)
from contributions c
join result_chains chain on chain.region_id = c.region_id and chain.id = c.chain_id
group by 1, 2, 3
on conflict do nothing
"""

GOALS = """
insert into goal_contributions (region_id, month, unit_id, goal_id, result_id, minutes)
select c.region_id, month, unit_id, c.goal_id, path[cardinality(path)], sum(minutes)
from contributions c
join result_chains chain on chain.region_id = c.region_id and chain.id = c.chain_id
where c.goal_id is not null
group by 1, 2, 3, 4, 5
on conflict do nothing
"""


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("region_id", *columns, name=op.f(f"pk_{table}"))


def _pointing(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    names = [f"{to}.region_id", f"{to}.id"]
    return sa.ForeignKeyConstraint(["region_id", column], names, name=op.f(f"fk_{table}_region_id_{column}"))


def upgrade() -> None:
    # All of it may be repeated, because the filling is not in one transaction with the rest: nobody waits for it.
    op.create_table(
        "result_chains",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("goal_id is null or cardinality(path) > 0", name=op.f("ck_result_chains_goal")),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_result_chains_region_id")),
        _pointing("result_chains", "goal_id", "agency_goals"),
        _key("result_chains", "id"),
        if_not_exists=True,
    )
    op.create_table(
        "contributions",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=True),
        *_numbers("minutes", "non_task_minutes", "copied_texts", "same_evidence"),
        _pointing("contributions", "employee_id", "employees"),
        _pointing("contributions", "unit_id", "units"),
        _pointing("contributions", "chain_id", "result_chains"),
        _pointing("contributions", "goal_id", "agency_goals"),
        _key("contributions", "employee_id", "month", "unit_id", "chain_id"),
        if_not_exists=True,
    )
    op.create_table(
        "unit_contributions",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        *_numbers("minutes", "plan_minutes", "goal_minutes", "non_task_minutes", "copied_texts", "same_evidence"),
        _pointing("unit_contributions", "unit_id", "units"),
        _key("unit_contributions", "month", "unit_id"),
        if_not_exists=True,
    )
    op.create_table(
        "goal_contributions",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=False),
        *_numbers("minutes"),
        _pointing("goal_contributions", "unit_id", "units"),
        _pointing("goal_contributions", "goal_id", "agency_goals"),
        _pointing("goal_contributions", "result_id", "work_results"),
        _key("goal_contributions", "month", "unit_id", "goal_id", "result_id"),
        if_not_exists=True,
    )
    for name, table, columns, given in (
        ("ix_result_chains_goal", "result_chains", ["region_id", "goal_id"], {}),
        ("ix_result_chains_path", "result_chains", ["path"], {"postgresql_using": "gin"}),
        ("ix_contributions_goal", "contributions", ["region_id", "goal_id", "month"], {}),
        ("ix_contributions_unit", "contributions", ["region_id", "unit_id", "month"], {}),
        ("ix_goal_contributions_goal", "goal_contributions", ["region_id", "goal_id", "month"], {}),
    ):
        op.create_index(name, table, columns, if_not_exists=True, **given)
    op.execute("alter table activities add column if not exists chain_id uuid")
    op.execute("alter table activities add column if not exists further_chain_ids uuid[]")
    op.execute("alter table activities drop constraint if exists fk_activities_region_id_chain_id")
    op.execute(
        "alter table activities add constraint fk_activities_region_id_chain_id "
        "foreign key (region_id, chain_id) references result_chains (region_id, id) not valid"
    )
    op.execute(POLICY)
    with op.get_context().autocommit_block():
        op.execute("alter table activities validate constraint fk_activities_region_id_chain_id")
        for statement in (NOTHING, CHAINS, EFFORTS, UNITS, GOALS):
            op.execute(statement)
