"""Partners, courses, their classes and who takes part."""

revision = "20261124_0020"
down_revision = "20261124_0010"
branch_labels = None
depends_on = None


def upgrade() -> None: ...


def downgrade() -> None: ...
