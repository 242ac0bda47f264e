"""The numbers of evaluations for regions that have policies already, and what people are told of them."""

import re

import sqlalchemy as sa
from alembic import op

revision = "20261123_0030"
down_revision = "20261123_0011"
branch_labels = None
depends_on = None

KINDS = [
    "EVALUATION_DUE",
    "RATING_WAITING",
    "EVALUATOR_SILENT",
    "OBJECTION_WAITING",
    "EVALUATION_RATED",
    "OBJECTION_FILED",
    "OBJECTION_DECIDED",
]

POLICY = """
insert into policies (region_id, id, area, valid_from, revision, content, source, created_at)
select id, gen_random_uuid(), 'evaluations', '2025-01-01', 1, '{
    "opens_days_before_end": 7,
    "report_working_days": 5,
    "report_due_days_before": [3, 1, 0],
    "rating_working_days": [3, 5, 10],
    "escalation_working_days": [10],
    "objection_days": 14,
    "objection_day_type": "CALENDAR",
    "statement_working_days": 5,
    "decision_working_days": [5, 10],
    "annual_combination": "LAST_PLAN",
    "most_share": "0.5",
    "small_part_share": "0.34",
    "distribution_most_limit": "0.70",
    "distribution_main_floor": "0.60",
    "distribution_next_floor": "0.10",
    "distribution_top_limit": "0.10",
    "reminder_hour": 8
}'::jsonb, 'bawaan asn_api (data/policies.json)', now()
from regions
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
    # Through the connection, because alembic takes a colon for a parameter.
    op.get_bind().exec_driver_sql(POLICY)
    add_notice_kinds(KINDS)
