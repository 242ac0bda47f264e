"""A closed assessment round forgets its seed: who was asked cannot be drawn again."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_0051"
down_revision = "20261123_0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column('assessment_rounds', 'seed', existing_type=sa.LargeBinary(), nullable=True)
    op.execute("update assessment_rounds set seed = null where status = 'CLOSED'")
    op.create_check_constraint(op.f('ck_assessment_rounds_seed_until_closed'), 'assessment_rounds', "(status = 'CLOSED') = (seed is null)")
