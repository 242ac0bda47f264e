"""An index for the region's own list of activities, and what keeps large tables vacuumed"""

from alembic import op

revision = "20261121_2405"
down_revision = "20261121_2050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Built beside the writers; it waits for older transactions, however long they take.
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = 0")
        op.execute("drop index concurrently if exists ix_activities_day")
        op.create_index(
            "ix_activities_day",
            "activities",
            ["region_id", "day", "id"],
            unique=False,
            postgresql_concurrently=True,
        )
        op.execute("set lock_timeout = '5s'")


def downgrade() -> None:
    op.drop_index("ix_activities_day", table_name="activities")
