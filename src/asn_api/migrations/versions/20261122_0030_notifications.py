"""Notifications, and the default policy of their area for the regions there are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_0030"
down_revision = "20261122_0020"
branch_labels = None
depends_on = None

DEFAULTS = """{
    "reminder_hours": {"DAY_NOT_REPORTED": 16, "ENTRY_WINDOW_CLOSING": 8, "VERIFICATION_DUE": 8, "PERIOD_LOCKING": 8},
    "verification_due_working_days": [2, 3],
    "period_locking_working_days": [2],
    "switched_off": [],
    "kept_days": 365
}"""


def upgrade() -> None:
    op.create_table('notifications',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.Enum('DAY_NOT_REPORTED', 'ENTRY_WINDOW_CLOSING', 'VERIFICATION_DUE', 'PERIOD_LOCKING', 'ACTIVITY_REJECTED', 'ACTIVITY_REOPENED', 'CONFLICT_WAITING', name='noticekind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('subject_entity', sa.Text(), nullable=True),
        sa.Column('subject_id', sa.Uuid(), nullable=True),
        sa.Column('day', sa.Date(), nullable=True),
        sa.Column('params', postgresql.JSONB(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_notifications_region_id_employee_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_notifications')),
        sa.UniqueConstraint('region_id', 'employee_id', 'kind', 'subject_entity', 'subject_id', 'day', name='uq_notifications_occasion', postgresql_nulls_not_distinct=True)
    )
    op.create_index('ix_notifications_age', 'notifications', ['region_id', 'created_at'], unique=False)
    op.create_index('ix_notifications_own', 'notifications', ['region_id', 'employee_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_notifications_unread', 'notifications', ['region_id', 'employee_id'], unique=False, postgresql_where=sa.text('read_at is null'))
    op.get_bind().execute(
        sa.text(
            "insert into policies (region_id, id, area, valid_from, revision, content, source, created_at) "
            "select id, gen_random_uuid(), 'notifications', date '2025-01-01', 1, cast(:content as jsonb), "
            "'bawaan asn_api (data/policies.json)', now() from regions"
        ),
        {"content": DEFAULTS},
    )
