"""Training needs, surveys and the yearly plans."""

revision = "20261124_0040"
down_revision = "20261124_0030"
branch_labels = None
depends_on = None


def upgrade() -> None: ...


def downgrade() -> None: ...
