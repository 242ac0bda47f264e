"""Competencies, what positions ask for and what people hold."""

revision = "20261124_0010"
down_revision = "20261123_0090"
branch_labels = None
depends_on = None


def upgrade() -> None: ...


def downgrade() -> None: ...
