"""Dashboards of the cycle: sums of a period from indexes alone"""

from alembic import op

revision = "20261123_0080"
down_revision = "20261123_0070"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_evaluations_year": "evaluations (region_id, year, kind, unit_id) include (period, employee_id, status, "
    "work_result, behaviour, predicate, self_report_missing, reported_at)",
    "ix_plans_year": "plans (region_id, year, unit_id) include (period, employee_id, status, revision, ended_on)",
    "ix_feedback_day": "feedback (region_id, day) include (unit_id, plan_id, employee_id, visibility) "
    "where withdrawn_at is null",
}


def upgrade() -> None:
    # Built beside the writers; that waits for older transactions, however long they take.
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = 0")
        for name, columns in INDEXES.items():
            op.execute(f"drop index concurrently if exists {name}")
            op.execute(f"create index concurrently {name} on {columns}")
        op.execute("set lock_timeout = '5s'")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"drop index {name}")
