"""Sums of units' months and of verifiers' days, filled from the activities there are; policies of oversight."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0050"
down_revision = "20261122_0040"
branch_labels = None
depends_on = None

MONTH_NUMBERS = (
    "drafts",
    "waiting",
    "verified",
    "rejected",
    "late",
    "flagged",
    "claimed_minutes",
    "verified_minutes",
    "primary_minutes",
    "additional_minutes",
    "special_additional_minutes",
    "team_minutes",
    "non_task_minutes",
)
DECISION_NUMBERS = (
    "decided",
    "verified",
    "rejected",
    "granted_less",
    "in_time",
    "in_bulk",
    "untouched",
    "days_0",
    "days_1",
    "days_2",
    "days_3",
    "days_4_5",
    "days_6_10",
    "days_over_10",
)

MONTHS = """
insert into unit_months
select region_id, unit_id, date_trunc('month', day)::date,
    count(*) filter (where status = 'DRAFT'),
    count(*) filter (where status = 'SUBMITTED'),
    count(*) filter (where status = 'VERIFIED'),
    count(*) filter (where status = 'REJECTED'),
    count(*) filter (where status <> 'DRAFT' and 'LATE' = any(flags)),
    count(*) filter (where status <> 'DRAFT' and cardinality(flags) > 0),
    coalesce(sum(minutes) filter (where status in ('SUBMITTED', 'VERIFIED')), 0),
    coalesce(sum(verified_minutes) filter (where status = 'VERIFIED'), 0),
    coalesce(sum(verified_minutes) filter (where status = 'VERIFIED' and category = 'PRIMARY'), 0),
    coalesce(sum(verified_minutes) filter (where status = 'VERIFIED' and category = 'ADDITIONAL'), 0),
    coalesce(sum(verified_minutes) filter (where status = 'VERIFIED' and category = 'SPECIAL_ADDITIONAL'), 0),
    coalesce(sum(verified_minutes) filter (where status = 'VERIFIED' and category = 'TEAM'), 0),
    coalesce(sum(verified_minutes) filter (where status = 'VERIFIED' and category = 'NON_TASK'), 0)
from activities
group by 1, 2, 3
"""

# Decisions as they stand: those that were undone before these sums existed have left no trace in the activities.
DAYS = """
with decided as (
    select a.*, u.path, u.days_per_week,
        (a.decided_at at time zone case r.zone when 'WIB' then 'Asia/Jakarta'
            when 'WITA' then 'Asia/Makassar' else 'Asia/Jayapura' end)::date as counted_on,
        (a.submitted_at at time zone zone.name)::date as submitted_on,
        (a.decided_at at time zone zone.name)::date as decided_on,
        count(*) over (partition by a.region_id, a.verifier_id, a.decided_at) as together
    from activities a
    join units u on u.region_id = a.region_id and u.id = a.unit_id
    join regions r on r.id = a.region_id
    cross join lateral (select case u.zone when 'WIB' then 'Asia/Jakarta'
        when 'WITA' then 'Asia/Makassar' else 'Asia/Jayapura' end as name) zone
    where a.decided_at is not null and a.verifier_id is not null and a.submitted_at is not null
), spans as (
    select span.*, taken.working_days, taken.before_last
    from (select distinct region_id, path, days_per_week, submitted_on, decided_on from decided) span
    cross join lateral (
        select count(*) as working_days, count(*) filter (where d.day < span.decided_on) as before_last
        from generate_series(span.submitted_on + 1, span.decided_on, interval '1 day') as g (at)
        cross join lateral (select g.at::date as day) d
        where extract(isodow from d.day) <= span.days_per_week
            and not exists (select from national_days n where n.day = d.day)
            and not exists (
                select from regional_days off
                left join units top on top.region_id = off.region_id and top.id = off.unit_id
                where off.region_id = span.region_id and off.day = d.day and not off.withdrawn
                    and starts_with(span.path, coalesce(top.path, '')))
    ) taken
), policy as (
    select days.region_id, days.day, (found.content->>'verify_sla_working_days')::int as allowed
    from (select distinct region_id, day from decided) days
    cross join lateral (
        select content from policies p
        where p.region_id = days.region_id and p.area = 'activities'
        order by p.valid_from <= days.day desc,
            case when p.valid_from <= days.day then p.valid_from end desc, p.valid_from,
            case when p.valid_from <= days.day then -p.revision else p.revision end
        limit 1
    ) found
), facts as (
    select d.*, s.working_days, s.before_last < p.allowed as in_time,
        d.status = 'VERIFIED'
            and (d.verified_minutes < d.minutes or d.verified_quantity < d.output_quantity) as less
    from decided d
    join spans s using (region_id, path, days_per_week, submitted_on, decided_on)
    join policy p on p.region_id = d.region_id and p.day = d.day
)
insert into verification_days
select region_id, verifier_id, unit_id, counted_on,
    count(*),
    count(*) filter (where status = 'VERIFIED'),
    count(*) filter (where status = 'REJECTED'),
    count(*) filter (where less),
    count(*) filter (where in_time),
    count(*) filter (where together > 25),
    count(*) filter (where status = 'VERIFIED' and not less and coalesce(comment, '') = ''),
    count(*) filter (where working_days <= 0),
    count(*) filter (where working_days = 1),
    count(*) filter (where working_days = 2),
    count(*) filter (where working_days = 3),
    count(*) filter (where working_days between 4 and 5),
    count(*) filter (where working_days between 6 and 10),
    count(*) filter (where working_days > 10)
from facts
group by 1, 2, 3, 4
"""

POLICIES = """
update policies set content = '{
    "bulk_decision_items": 25, "oversight_min_decisions": 50, "mass_approval_bulk_share": "0.8",
    "mass_approval_untouched_share": "0.95", "in_time_share": "0.8"}'::jsonb || content
where area = 'activities'
"""


def _numbers(names: tuple[str, ...]) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "unit_months",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        *_numbers(MONTH_NUMBERS),
        sa.ForeignKeyConstraint(
            ["region_id", "unit_id"],
            ["units.region_id", "units.id"],
            name=op.f("fk_unit_months_region_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint("region_id", "unit_id", "month", name=op.f("pk_unit_months")),
    )
    op.create_index("ix_unit_months_month", "unit_months", ["region_id", "month"])
    op.create_table(
        "verification_days",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("verifier_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_numbers(DECISION_NUMBERS),
        sa.ForeignKeyConstraint(
            ["region_id", "verifier_id"],
            ["employees.region_id", "employees.id"],
            name=op.f("fk_verification_days_region_id_verifier_id"),
        ),
        sa.ForeignKeyConstraint(
            ["region_id", "unit_id"],
            ["units.region_id", "units.id"],
            name=op.f("fk_verification_days_region_id_unit_id"),
        ),
        sa.PrimaryKeyConstraint(
            "region_id", "verifier_id", "unit_id", "day", name=op.f("pk_verification_days")
        ),
    )
    op.create_index("ix_verification_days_day", "verification_days", ["region_id", "day"])
    op.execute(POLICIES)
    op.execute(MONTHS)
    op.execute(DAYS)
