"""Files whose evidence was archived stay."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0080"
down_revision = "20261122_0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("files", sa.Column("archived", sa.Boolean(), server_default=sa.false(), nullable=False))
