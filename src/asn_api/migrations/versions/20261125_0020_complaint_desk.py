"""The desk of complaints: numbers of the suggested agencies."""

from alembic import op

revision = "20261125_0020"
down_revision = "20261125_0010"
branch_labels = None
depends_on = None

POLICIES = """
update policies set content = '{
    "routing_days": 730, "routing_shown": 3, "routing_category_points": 5}'::jsonb || content
where area = 'complaints'
"""


def upgrade() -> None:
    op.execute(POLICIES)
