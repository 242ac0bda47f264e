"""Evaluations of plans, objections, what agencies achieved."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_0000"
down_revision = "20261122_0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('organisation_ratings',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('PERIODIC', 'YEARLY', name='evaluationkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('period', postgresql.DATERANGE(), nullable=False),
    sa.Column('predicate', sa.Enum('EXCELLENT', 'GOOD', 'NEEDS_IMPROVEMENT', 'POOR', 'VERY_POOR', name='organisationpredicate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('rated_by', sa.Uuid(), nullable=True),
    sa.Column('rater', postgresql.JSONB(), nullable=False),
    sa.Column('rated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('justification', sa.Text(), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('unit_id'), '='), (sa.column('kind'), '='), (sa.column('period'), '&&'), using='gist', name='ex_organisation_ratings_period'),
    sa.ForeignKeyConstraint(['region_id', 'rated_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_organisation_ratings_region_id_rated_by')),
    sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_organisation_ratings_region_id_unit_id')),
    sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_organisation_ratings_region_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_organisation_ratings'))
    )
    op.create_table('evaluations',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('PERIODIC', 'YEARLY', name='evaluationkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('period', postgresql.DATERANGE(), nullable=False),
    sa.Column('status', sa.Enum('OPEN', 'REPORTED', 'RATED', 'ACKNOWLEDGED', 'OBJECTED', 'FINAL', name='evaluationstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('evaluator_id', sa.Uuid(), nullable=True),
    sa.Column('evaluator', postgresql.JSONB(), nullable=True),
    sa.Column('self_report_missing', sa.Boolean(), nullable=False),
    sa.Column('self_work_result', sa.Enum('ABOVE', 'MEETS', 'BELOW', name='self_work_result', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('self_behaviour', sa.Enum('ABOVE', 'MEETS', 'BELOW', name='self_behaviour', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('self_note', sa.Text(), nullable=True),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('suggestion', postgresql.JSONB(), nullable=True),
    sa.Column('work_result', sa.Enum('ABOVE', 'MEETS', 'BELOW', name='work_result', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('behaviour', sa.Enum('ABOVE', 'MEETS', 'BELOW', name='behaviour', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('predicate', sa.Enum('VERY_GOOD', 'GOOD', 'NEEDS_IMPROVEMENT', 'POOR', 'VERY_POOR', name='predicate', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('departure_reason', sa.Text(), nullable=True),
    sa.Column('amendment_reason', sa.Text(), nullable=True),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('rated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('objection_until', sa.Date(), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finalised_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('plan_id'), '='), (sa.column('kind'), '='), (sa.column('period'), '&&'), using='gist', name='ex_evaluations_period'),
    sa.CheckConstraint("(work_result, behaviour, predicate) in (('ABOVE', 'ABOVE', 'VERY_GOOD'), ('ABOVE', 'MEETS', 'GOOD'), ('ABOVE', 'BELOW', 'POOR'), ('MEETS', 'ABOVE', 'GOOD'), ('MEETS', 'MEETS', 'GOOD'), ('MEETS', 'BELOW', 'POOR'), ('BELOW', 'ABOVE', 'NEEDS_IMPROVEMENT'), ('BELOW', 'MEETS', 'NEEDS_IMPROVEMENT'), ('BELOW', 'BELOW', 'VERY_POOR'))", name=op.f('ck_evaluations_nine_cells')),
    sa.CheckConstraint("(predicate is null) = (status in ('OPEN', 'REPORTED'))", name=op.f('ck_evaluations_rated')),
    sa.CheckConstraint('not isempty(period) and not lower_inf(period) and not upper_inf(period)', name=op.f('ck_evaluations_period')),
    sa.CheckConstraint('(predicate is null) = (work_result is null or behaviour is null)', name=op.f('ck_evaluations_predicate_follows')),
    sa.CheckConstraint('evaluator_id <> employee_id', name=op.f('ck_evaluations_not_by_oneself')),
    sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_evaluations_region_id_employee_id')),
    sa.ForeignKeyConstraint(['region_id', 'evaluator_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_evaluations_region_id_evaluator_id')),
    sa.ForeignKeyConstraint(['region_id', 'plan_id'], ['plans.region_id', 'plans.id'], name=op.f('fk_evaluations_region_id_plan_id')),
    sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_evaluations_region_id_unit_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_evaluations'))
    )
    op.create_index('ix_evaluations_running', 'evaluations', ['region_id', 'status'], postgresql_where=sa.text("status <> 'FINAL'"))
    op.create_index('ix_evaluations_employee', 'evaluations', ['region_id', 'employee_id', 'year'], unique=False)
    op.create_index('ix_evaluations_evaluator', 'evaluations', ['region_id', 'evaluator_id', 'year'], unique=False)
    op.create_index('ix_evaluations_unit', 'evaluations', ['region_id', 'unit_id', 'year'], unique=False)
    op.create_table('evaluated_results',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('work_result_id', sa.Uuid(), nullable=False),
    sa.Column('realisation', sa.Text(), nullable=True),
    sa.Column('evidence', postgresql.JSONB(), nullable=False),
    sa.Column('self_rating', sa.Enum('ABOVE', 'MEETS', 'BELOW', name='self_rating', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('rating', sa.Enum('ABOVE', 'MEETS', 'BELOW', name='rating', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['region_id', 'evaluation_id'], ['evaluations.region_id', 'evaluations.id'], name=op.f('fk_evaluated_results_region_id_evaluation_id')),
    sa.ForeignKeyConstraint(['region_id', 'work_result_id'], ['work_results.region_id', 'work_results.id'], name=op.f('fk_evaluated_results_region_id_work_result_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_evaluated_results')),
    sa.UniqueConstraint('region_id', 'evaluation_id', 'work_result_id', name='uq_evaluated_results_result')
    )
    op.create_table('evaluated_values',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('core_value', sa.Enum('SERVICE_ORIENTED', 'ACCOUNTABLE', 'COMPETENT', 'HARMONIOUS', 'LOYAL', 'ADAPTIVE', 'COLLABORATIVE', name='corevalue', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('self_rating', sa.Enum('ABOVE', 'MEETS', 'BELOW', name='self_rating', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('self_note', sa.Text(), nullable=True),
    sa.Column('rating', sa.Enum('ABOVE', 'MEETS', 'BELOW', name='rating', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('evidence', postgresql.JSONB(), nullable=False),
    sa.ForeignKeyConstraint(['region_id', 'evaluation_id'], ['evaluations.region_id', 'evaluations.id'], name=op.f('fk_evaluated_values_region_id_evaluation_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_evaluated_values')),
    sa.UniqueConstraint('region_id', 'evaluation_id', 'core_value', name='uq_evaluated_values_value')
    )
    op.create_table('objections',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('evaluator_id', sa.Uuid(), nullable=True),
    sa.Column('grounds', sa.Text(), nullable=False),
    sa.Column('contested', postgresql.JSONB(), nullable=False),
    sa.Column('evidence', postgresql.JSONB(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('evaluator_statement', sa.Text(), nullable=True),
    sa.Column('stated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.Enum('UPHELD', 'CHANGED', name='objectiondecision', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('decision_reason', sa.Text(), nullable=True),
    sa.Column('rating_before', postgresql.JSONB(), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decider', postgresql.JSONB(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('decided_by <> employee_id and decided_by <> evaluator_id', name=op.f('ck_objections_not_by_a_party')),
    sa.ForeignKeyConstraint(['region_id', 'decided_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_objections_region_id_decided_by')),
    sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_objections_region_id_employee_id')),
    sa.ForeignKeyConstraint(['region_id', 'evaluation_id'], ['evaluations.region_id', 'evaluations.id'], name=op.f('fk_objections_region_id_evaluation_id')),
    sa.ForeignKeyConstraint(['region_id', 'evaluator_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_objections_region_id_evaluator_id')),
    sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_objections_region_id_unit_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_objections')),
    sa.UniqueConstraint('region_id', 'evaluation_id', name='uq_objections_evaluation')
    )
    op.create_index('ix_objections_evaluator', 'objections', ['region_id', 'evaluator_id'], unique=False)
    op.create_table('evaluated_indicators',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('evaluation_id', sa.Uuid(), nullable=False),
    sa.Column('indicator_id', sa.Uuid(), nullable=False),
    sa.Column('value', sa.Numeric(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['region_id', 'evaluation_id'], ['evaluations.region_id', 'evaluations.id'], name=op.f('fk_evaluated_indicators_region_id_evaluation_id')),
    sa.ForeignKeyConstraint(['region_id', 'indicator_id'], ['indicators.region_id', 'indicators.id'], name=op.f('fk_evaluated_indicators_region_id_indicator_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_evaluated_indicators')),
    sa.UniqueConstraint('region_id', 'evaluation_id', 'indicator_id', name='uq_evaluated_indicators_indicator')
    )
