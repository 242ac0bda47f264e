"""The numbers of evaluations for regions that have policies already."""

from alembic import op

revision = "20261123_0030"
down_revision = "20261123_0011"
branch_labels = None
depends_on = None

POLICY = """
insert into policies (region_id, id, area, valid_from, revision, content, source, created_at)
select id, gen_random_uuid(), 'evaluations', '2025-01-01', 1, '{
    "opens_days_before_end": 7,
    "report_working_days": 5,
    "rating_working_days": 5,
    "escalation_working_days": 3,
    "objection_days": 14,
    "objection_day_type": "CALENDAR",
    "statement_working_days": 5,
    "decision_working_days": 10,
    "annual_combination": "LAST_PLAN",
    "most_share": "0.5",
    "small_part_share": "0.34",
    "distribution_most_limit": "0.70",
    "distribution_main_floor": "0.60",
    "distribution_next_floor": "0.10",
    "distribution_top_limit": "0.10",
    "reminder_hour": 8
}'::jsonb, 'default', now()
from regions
"""


def upgrade() -> None:
    op.execute(POLICY)
