"""Days found by index: the region's own list and everybody's totals of one day; files of archived evidence"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0070"
down_revision = "20261122_0060"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_activities_day": ("activities", ["region_id", "day", "id"]),
    "ix_day_totals_day": ("day_totals", ["region_id", "day", "employee_id"]),
}


def upgrade() -> None:
    # Built beside the writers; that waits for older transactions, however long they take.
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = 0")
        for name, (table, columns) in INDEXES.items():
            op.execute(f"drop index concurrently if exists {name}")
            op.create_index(name, table, columns, unique=False, postgresql_concurrently=True)
        op.execute("drop index concurrently if exists ix_day_totals_waiting")
        op.execute(
            "create index concurrently ix_day_totals_waiting on day_totals (region_id, employee_id, day) "
            "include (waiting) where waiting > 0"
        )
        op.execute("set lock_timeout = '5s'")
    op.add_column("files", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("files", "archived_at")
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table_name=table)
    op.drop_index("ix_day_totals_waiting", table_name="day_totals")
    op.execute(
        "create index ix_day_totals_waiting on day_totals (region_id, employee_id, day) where waiting > 0"
    )
