"""Annexes, behaviour and action plans, the end of a plan, the numbers of planning, its reminders."""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_0011"
down_revision = "20261123_0010"
branch_labels = None
depends_on = None

DEFAULTS = """{
    "periodicity": "QUARTER",
    "due_day_of_january": 31,
    "due_days_in_new_post": 30,
    "missing_days_before": [14, 7, 1],
    "missing_days_after": [1, 7, 14],
    "escalation_days_after": [1, 7, 14],
    "decision_working_days": [3, 5, 10],
    "undecided_working_days": [10],
    "reminder_hour": 8,
    "standings_without_plan": ["02", "03", "04", "13"]
}"""

KINDS = ["PLAN_MISSING", "TEAM_PLANS_MISSING", "PLAN_WAITING", "PLAN_UNDECIDED"]

# A plan that was cut ended on the day after its last one; one that kept its year had not begun.
ENDED = """
update plans set ended_on = case
    when upper(period) <= make_date(year, 12, 31) then upper(period) else lower(period) end
where status = 'ENDED'
"""

# When a revision was asked for was not kept: its waiting is counted from now on.
WAITING = """
update plans set waiting_since = case
    when status = 'SUBMITTED' then submitted_at else current_timestamp end
where status in ('SUBMITTED', 'REVISION_REQUESTED')
"""


def add_notice_kinds(kinds: list[str]) -> None:
    """Whatever kinds there are, and these."""
    text = op.get_bind().scalar(
        sa.text(
            "select pg_get_constraintdef(oid) from pg_constraint where conname = 'ck_notifications_noticekind'"
        )
    )
    known = re.findall(r"'([A-Z_]+)'", text)
    listed = ", ".join(f"'{kind}'" for kind in [*known, *kinds])
    op.execute("alter table notifications drop constraint ck_notifications_noticekind")
    op.execute(
        "alter table notifications add constraint ck_notifications_noticekind "
        f"check (kind in ({listed})) not valid"
    )
    op.execute("alter table notifications validate constraint ck_notifications_noticekind")


def upgrade() -> None:
    op.add_column(
        "plans",
        sa.Column("annexes", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
    )
    op.add_column(
        "plans",
        sa.Column("behaviour", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
    )
    op.add_column("plans", sa.Column("ended_on", sa.Date(), nullable=True))
    op.execute(ENDED)
    op.add_column('plans', sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=True))
    op.execute(WAITING)
    op.add_column(
        "indicators",
        sa.Column("action_plan", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
    )
    add_notice_kinds(KINDS)
    op.get_bind().execute(
        sa.text(
            "insert into policies (region_id, id, area, valid_from, revision, content, source, created_at) "
            "select id, gen_random_uuid(), 'plans', date '2025-01-01', 1, cast(:content as jsonb), "
            "'bawaan asn_api (data/policies.json)', current_timestamp from regions"
        ),
        {"content": DEFAULTS},
    )
