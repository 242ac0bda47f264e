"""Phones: devices, operations that were not applied, delivered reaches; the journal in order of commit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_0010"
down_revision = "20261121_2050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('devices',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.Column('account_id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('platform', sa.Enum('ANDROID', 'IOS', 'OTHER', name='platform', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('app_version', sa.Text(), nullable=True),
        sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['region_id', 'account_id'], ['accounts.region_id', 'accounts.id'], name=op.f('fk_devices_region_id_account_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_devices'))
    )
    op.create_index('ix_devices_account', 'devices', ['region_id', 'account_id'], unique=False)
    op.create_table('unapplied_operations',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('device_id', sa.Uuid(), nullable=False),
        sa.Column('type', sa.Text(), nullable=False),
        sa.Column('action', sa.Text(), nullable=False),
        sa.Column('record_id', sa.Uuid(), nullable=False),
        sa.Column('base_version', sa.Integer(), nullable=True),
        sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column('device_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('outcome', sa.Enum('REJECTED', 'CONFLICT', 'MERGED', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('problem', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column('fields', postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column('decision', sa.Enum('APPLY', 'DISCARD', name='conflictdecision', native_enum=False, create_constraint=True, length=40), nullable=True),
        sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('resolved_by', sa.Uuid(), nullable=True),
        sa.CheckConstraint('(resolved_at is null) = (decision is null)', name=op.f('ck_unapplied_operations_resolved')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_unapplied_operations_region_id_employee_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_unapplied_operations'))
    )
    op.create_index('ix_unapplied_operations_open', 'unapplied_operations', ['region_id', 'employee_id', 'record_id'], unique=False, postgresql_where=sa.text("outcome = 'CONFLICT' and resolved_at is null"))
    op.create_index('ix_unapplied_operations_person', 'unapplied_operations', ['region_id', 'employee_id', 'received_at', 'id'], unique=False)
    op.create_table('sync_views',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('digest', sa.LargeBinary(), nullable=False),
        sa.Column('own', sa.Uuid(), nullable=True),
        sa.Column('people', postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column('units', postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column('whole', sa.Boolean(), nullable=False),
        sa.Column('used_on', sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_sync_views')),
        sa.UniqueConstraint('region_id', 'digest', name=op.f('uq_sync_views_region_id_digest'))
    )
    op.create_index('ix_sync_views_used', 'sync_views', ['used_on'], unique=False)
    op.add_column('sessions', sa.Column('device_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_sessions_region_id_device_id'), 'sessions', 'devices', ['region_id', 'device_id'], ['region_id', 'id'])
    op.add_column('journal', sa.Column('epoch', sa.SmallInteger(), server_default=sa.text('0'), nullable=False))
    op.create_index('ix_journal_commit', 'journal', ['region_id', 'epoch', 'transaction', 'seq'], unique=False)
    op.drop_index('ix_journal_employee', 'journal')
    op.create_index('ix_journal_employee', 'journal', ['region_id', 'employee_id', 'epoch', 'transaction', 'seq'], unique=False)
