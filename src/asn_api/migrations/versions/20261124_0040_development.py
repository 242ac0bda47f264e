"""Training needs, surveys and the yearly plans, and their numbers for the regions there are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from asn_api.migrations.steps import found_policy

revision = "20261124_0040"
down_revision = "20261124_0030"
branch_labels = None
depends_on = None

DEVELOPMENT = """{
    "gap_points": 2,
    "evaluation_points": {
        "VERY_GOOD": 0,
        "GOOD": 0,
        "NEEDS_IMPROVEMENT": 2,
        "POOR": 4,
        "VERY_POOR": 6
    },
    "evaluation_months": 12,
    "work_result_competency": "RESULT_ORIENTATION",
    "behaviour_competency": "SELF_OTHERS_DEVELOPMENT",
    "said_points": {
        "NOTE": {
            "HIGH": 3,
            "MEDIUM": 2,
            "LOW": 1
        },
        "REQUEST": {
            "HIGH": 2,
            "MEDIUM": 1,
            "LOW": 1
        },
        "PROPOSAL": {
            "HIGH": 3,
            "MEDIUM": 2,
            "LOW": 1
        },
        "SURVEY": {
            "HIGH": 2,
            "MEDIUM": 1,
            "LOW": 1
        }
    },
    "high_from": 6,
    "medium_from": 3,
    "usual_form": "CLASSICAL",
    "cost_estimates": {
        "CLASSICAL": 5000000,
        "E_LEARNING": 500000,
        "COACHING": 0,
        "MENTORING": 0,
        "ON_THE_JOB": 0,
        "INTERNSHIP": 2000000,
        "EXCHANGE": 10000000,
        "BENCHMARKING": 5000000,
        "SELF_STUDY": 0
    }
}"""


def upgrade() -> None:
    op.create_table('training_surveys',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('opens_on', sa.Date(), nullable=False),
        sa.Column('closes_on', sa.Date(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('opens_on <= closes_on', name=op.f('ck_training_surveys_days')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_training_surveys_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_training_surveys'))
    )
    op.create_index('ix_training_surveys_unit', 'training_surveys', ['region_id', 'unit_id', 'id'], unique=False)
    op.create_table('training_survey_answers',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('survey_id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_training_survey_answers_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'survey_id'], ['training_surveys.region_id', 'training_surveys.id'], name=op.f('fk_training_survey_answers_region_id_survey_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_training_survey_answers')),
        sa.UniqueConstraint('region_id', 'survey_id', 'employee_id', name='uq_training_survey_answers_once')
    )
    op.create_table('training_needs',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('author_id', sa.Uuid(), nullable=False),
        sa.Column('source', sa.Enum('GAP', 'EVALUATION', 'NOTE', 'REQUEST', 'PROPOSAL', 'SURVEY', name='needsource', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('answer_id', sa.Uuid(), nullable=True),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('competency_code', sa.Text(), nullable=True),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('urgency', sa.Enum('HIGH', 'MEDIUM', 'LOW', name='notepriority', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('form', sa.Enum('CLASSICAL', 'E_LEARNING', 'COACHING', 'MENTORING', 'ON_THE_JOB', 'INTERNSHIP', 'EXCHANGE', 'BENCHMARKING', 'SELF_STUDY', name='learningform', native_enum=False, create_constraint=True, length=40), nullable=True),
        sa.Column('status', sa.Enum('OPEN', 'PLANNED', 'WITHDRAWN', name='needstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(source = 'PROPOSAL') = (author_id <> employee_id)", name=op.f('ck_training_needs_author')),
        sa.CheckConstraint("(source = 'SURVEY') = (answer_id is not null)", name=op.f('ck_training_needs_answer')),
        sa.CheckConstraint("(status = 'OPEN') = (closed_at is null)", name=op.f('ck_training_needs_closed')),
        sa.CheckConstraint("source in ('REQUEST', 'PROPOSAL', 'SURVEY')", name=op.f('ck_training_needs_said')),
        sa.ForeignKeyConstraint(['region_id', 'answer_id'], ['training_survey_answers.region_id', 'training_survey_answers.id'], name=op.f('fk_training_needs_region_id_answer_id')),
        sa.ForeignKeyConstraint(['region_id', 'author_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_training_needs_region_id_author_id')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_training_needs_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_training_needs_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_training_needs'))
    )
    op.create_index('ix_training_needs_answer', 'training_needs', ['region_id', 'answer_id'], unique=False)
    op.create_index('ix_training_needs_employee', 'training_needs', ['region_id', 'employee_id', 'id'], unique=False)
    op.create_index('ix_training_needs_open', 'training_needs', ['region_id', 'year', 'employee_id'], unique=False, postgresql_where=sa.text("status = 'OPEN'"))
    op.create_index('ix_training_needs_unit', 'training_needs', ['region_id', 'unit_id', 'id'], unique=False)
    op.create_table('development_plans',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('status', sa.Enum('DRAFT', 'SUBMITTED', 'APPROVED', name='developmentplanstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('budget', sa.BigInteger(), nullable=True),
        sa.Column('policy_id', sa.Uuid(), nullable=False),
        sa.Column('drawn_on', sa.Date(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('submitted_by', sa.Uuid(), nullable=True),
        sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('decided_by', sa.Uuid(), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('remark', sa.Text(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(status = 'APPROVED') = (num_nonnulls(decided_by, decided_at) = 2)", name=op.f('ck_development_plans_decided')),
        sa.CheckConstraint("(status = 'DRAFT') = (submitted_at is null)", name=op.f('ck_development_plans_submitted')),
        sa.CheckConstraint('budget >= 0', name=op.f('ck_development_plans_budget')),
        sa.ForeignKeyConstraint(['region_id', 'decided_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_development_plans_region_id_decided_by')),
        sa.ForeignKeyConstraint(['region_id', 'policy_id'], ['policies.region_id', 'policies.id'], name=op.f('fk_development_plans_region_id_policy_id')),
        sa.ForeignKeyConstraint(['region_id', 'submitted_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_development_plans_region_id_submitted_by')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_development_plans_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_development_plans')),
        sa.UniqueConstraint('region_id', 'unit_id', 'year', name='uq_development_plans_year')
    )
    op.create_table('development_plan_items',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('plan_id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('topic', sa.Text(), nullable=False),
        sa.Column('competency_code', sa.Text(), nullable=True),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.Column('score', sa.Integer(), nullable=False),
        sa.Column('priority', sa.Enum('HIGH', 'MEDIUM', 'LOW', name='notepriority', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('causes', postgresql.JSONB(), nullable=False),
        sa.Column('form', sa.Enum('CLASSICAL', 'E_LEARNING', 'COACHING', 'MENTORING', 'ON_THE_JOB', 'INTERNSHIP', 'EXCHANGE', 'BENCHMARKING', 'SELF_STUDY', name='learningform', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('course_id', sa.Uuid(), nullable=True),
        sa.Column('cost', sa.BigInteger(), nullable=False),
        sa.Column('included', sa.Boolean(), nullable=False),
        sa.Column('omission', sa.Enum('OVER_BUDGET', 'BY_HAND', 'OF_THE_DECIDER', name='omission', native_enum=False, create_constraint=True, length=40), nullable=True),
        sa.Column('edited', sa.Boolean(), nullable=False),
        sa.Column('remark', sa.Text(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('cost >= 0', name=op.f('ck_development_plan_items_cost')),
        sa.CheckConstraint('included = (omission is null)', name=op.f('ck_development_plan_items_left_out')),
        sa.ForeignKeyConstraint(['region_id', 'course_id'], ['courses.region_id', 'courses.id'], name=op.f('fk_development_plan_items_region_id_course_id')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_development_plan_items_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'plan_id'], ['development_plans.region_id', 'development_plans.id'], name=op.f('fk_development_plan_items_region_id_plan_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_development_plan_items_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_development_plan_items')),
        sa.UniqueConstraint('region_id', 'plan_id', 'employee_id', 'topic', name='uq_development_plan_items_topic')
    )
    op.create_index('ix_development_plan_items_employee', 'development_plan_items', ['region_id', 'employee_id', 'id'], unique=False)
    op.create_index('ix_development_plan_items_plan', 'development_plan_items', ['region_id', 'plan_id', 'score', 'id'], unique=False)
    found_policy("development", "2025-01-01", DEVELOPMENT)
