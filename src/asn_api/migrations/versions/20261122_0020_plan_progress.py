"""Progress that is reported during the year about the indicators of a plan."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_0020"
down_revision = "20261122_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('progress_reports',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('plan_id', sa.Uuid(), nullable=False),
        sa.Column('work_result_id', sa.Uuid(), nullable=False),
        sa.Column('indicator_id', sa.Uuid(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('value', sa.Numeric(), nullable=True),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('device_id', sa.Text(), nullable=True),
        sa.Column('device_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('value is not null or note is not null', name=op.f('ck_progress_reports_says_something')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_progress_reports_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_progress_reports_region_id_unit_id')),
        sa.ForeignKeyConstraint(['region_id', 'plan_id'], ['plans.region_id', 'plans.id'], name=op.f('fk_progress_reports_region_id_plan_id')),
        sa.ForeignKeyConstraint(['region_id', 'work_result_id'], ['work_results.region_id', 'work_results.id'], name=op.f('fk_progress_reports_region_id_work_result_id')),
        sa.ForeignKeyConstraint(['region_id', 'indicator_id'], ['indicators.region_id', 'indicators.id'], name=op.f('fk_progress_reports_region_id_indicator_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_progress_reports')),
        sa.UniqueConstraint('region_id', 'indicator_id', 'day', name='uq_progress_reports_day'),
    )
    op.create_index('ix_progress_reports_employee', 'progress_reports', ['region_id', 'employee_id', 'day', 'id'])
    op.create_index('ix_progress_reports_plan', 'progress_reports', ['region_id', 'plan_id', 'day', 'id'])
