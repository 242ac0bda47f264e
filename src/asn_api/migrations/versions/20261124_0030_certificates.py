"""Certificates and the hours that count."""

revision = "20261124_0030"
down_revision = "20261124_0020"
branch_labels = None
depends_on = None


def upgrade() -> None: ...


def downgrade() -> None: ...
