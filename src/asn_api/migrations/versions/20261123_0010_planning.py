"""Planning in full: dated assignments of evaluators."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_0010"
down_revision = "20261123_0000"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('evaluator_assignments',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('plan_id', sa.Uuid(), nullable=True),
        sa.Column('evaluator_id', sa.Uuid(), nullable=False),
        sa.Column('role', sa.Enum('EVALUATOR', 'ADVISOR', name='evaluatorrole', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('reason', sa.Enum('STRUCTURAL', 'PLT', 'PLH', 'TEAM', 'DELEGATION', name='evaluatorreason', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('valid', postgresql.DATERANGE(), nullable=False),
        sa.Column('letter_number', sa.Text(), nullable=False),
        sa.Column('letter_date', sa.Date(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('employee_id'), '='), (sa.column('valid'), '&&'), where=sa.text("role = 'EVALUATOR'"), using='gist', name='ex_evaluator_assignments_one_evaluator'),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('employee_id'), '='), (sa.column('evaluator_id'), '='), (sa.column('valid'), '&&'), where=sa.text("role = 'ADVISOR'"), using='gist', name='ex_evaluator_assignments_once'),
        sa.CheckConstraint('evaluator_id <> employee_id', name=op.f('ck_evaluator_assignments_not_oneself')),
        sa.CheckConstraint('not isempty(valid) and not lower_inf(valid)', name=op.f('ck_evaluator_assignments_valid')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_evaluator_assignments_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'evaluator_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_evaluator_assignments_region_id_evaluator_id')),
        sa.ForeignKeyConstraint(['region_id', 'plan_id'], ['plans.region_id', 'plans.id'], name=op.f('fk_evaluator_assignments_region_id_plan_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_evaluator_assignments'))
    )
    op.create_index('ix_evaluator_assignments_employee', 'evaluator_assignments', ['region_id', 'employee_id'])
    op.create_index('ix_evaluator_assignments_evaluator', 'evaluator_assignments', ['region_id', 'evaluator_id'])
