"""Split links, corrections after the lock, delegated verification, outages, what makes an entry worth a look."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261122_0060"
down_revision = "20261122_0050"
branch_labels = None
depends_on = None

# Regions that have a policy already get the shipped numbers for what is new in it.
POLICY = """
update policies set content = '{
    "max_links": 5,
    "delegation_max_days": 92,
    "copied_text_days": 5,
    "copied_text_window_days": 30,
    "same_evidence_window_days": 30,
    "implausible_speed_kmh": 300
}'::jsonb || content
where area = 'activities'
"""


def upgrade() -> None:
    op.add_column('activities', sa.Column('share', sa.Numeric(), server_default=sa.text('1'), nullable=False))
    op.add_column('activities', sa.Column('further_links', postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.create_check_constraint(op.f('ck_activities_share'), 'activities', 'share > 0 and share <= 1', postgresql_not_valid=True)
    op.execute('alter table activities validate constraint ck_activities_share')
    op.add_column('day_totals', sa.Column('corrected_by_category', postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False))
    op.add_column('day_totals', sa.Column('text_keys', sa.ARRAY(sa.Integer()), server_default=sa.text("'{}'::integer[]"), nullable=False))
    op.add_column('day_totals', sa.Column('evidence_keys', sa.ARRAY(sa.Integer()), server_default=sa.text("'{}'::integer[]"), nullable=False))
    op.create_table('activity_corrections',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('activity_id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('minutes_before', sa.Integer(), nullable=False),
        sa.Column('minutes_after', sa.Integer(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('made_by', sa.Uuid(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint('made_by <> employee_id', name=op.f('ck_activity_corrections_not_by_oneself')),
        sa.CheckConstraint('minutes_before >= 0 and minutes_after >= 0', name=op.f('ck_activity_corrections_minutes')),
        sa.ForeignKeyConstraint(['region_id', 'activity_id'], ['activities.region_id', 'activities.id'], name=op.f('fk_activity_corrections_region_id_activity_id')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_activity_corrections_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'made_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_activity_corrections_region_id_made_by')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_activity_corrections_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_activity_corrections'))
    )
    op.create_index('ix_activity_corrections_activity', 'activity_corrections', ['region_id', 'activity_id'])
    op.create_index('ix_activity_corrections_day', 'activity_corrections', ['region_id', 'employee_id', 'day'])
    op.create_table('verification_delegations',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('delegator_id', sa.Uuid(), nullable=False),
        sa.Column('delegate_id', sa.Uuid(), nullable=False),
        sa.Column('valid', postgresql.DATERANGE(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('delegator_id'), '='), (sa.column('valid'), '&&'), where=sa.text('revoked_at is null'), using='gist', name='ex_verification_delegations_one_delegate'),
        sa.CheckConstraint('delegate_id <> delegator_id', name=op.f('ck_verification_delegations_not_to_oneself')),
        sa.CheckConstraint('not isempty(valid) and not lower_inf(valid) and not upper_inf(valid)', name=op.f('ck_verification_delegations_valid')),
        sa.ForeignKeyConstraint(['region_id', 'delegate_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_verification_delegations_region_id_delegate_id')),
        sa.ForeignKeyConstraint(['region_id', 'delegator_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_verification_delegations_region_id_delegator_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_verification_delegations'))
    )
    op.create_index('ix_verification_delegations_delegate', 'verification_delegations', ['region_id', 'delegate_id'])
    op.create_index('ix_verification_delegations_delegator', 'verification_delegations', ['region_id', 'delegator_id'])
    op.create_table('outages',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('span', postgresql.TSTZRANGE(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('declared_by', sa.Uuid(), nullable=True),
        sa.Column('withdrawn', sa.Boolean(), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('not isempty(span) and not lower_inf(span) and not upper_inf(span)', name=op.f('ck_outages_span')),
        sa.ForeignKeyConstraint(['region_id', 'declared_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_outages_region_id_declared_by')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_outages_region_id_unit_id')),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_outages_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_outages'))
    )
    op.execute(POLICY)

