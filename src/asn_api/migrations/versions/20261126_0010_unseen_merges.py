"""What a phone showed of a record when it sent a change without values: what it types next was typed on top of that."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_0010"
down_revision = "20261125_0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "unapplied_operations", sa.Column("showed", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
