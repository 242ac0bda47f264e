"""Development notes and nominations, and the criteria of guidance and excellence for the regions there are."""

import re
from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_0070"
down_revision = "20261123_0051"
branch_labels = None
depends_on = None

FOLLOWUP = """{
    "guidance_predicates": ["NEEDS_IMPROVEMENT", "POOR", "VERY_POOR"],
    "guidance_in_a_row": {"PERIODIC": 1, "YEARLY": 1},
    "guidance_feedback": 5,
    "excellence_predicates": ["VERY_GOOD"],
    "excellence_in_a_row": {"PERIODIC": 2, "YEARLY": 1},
    "behaviour_above_in_a_row": {"PERIODIC": 2, "YEARLY": 1},
    "excellence_feedback": 0,
    "least_evaluations": 1,
    "looked_back_years": 3,
    "failing_predicates": ["POOR", "VERY_POOR"],
    "improvement_months": 6
}"""


def upgrade() -> None:
    op.create_table('nominations',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('nominator_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.Enum('EMPLOYEE_OF_PERIOD', 'INNOVATION', 'PUBLIC_SERVICE', 'TEAMWORK', 'DEDICATION', name='recognitionkind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('basis', sa.Enum('PERIODIC', 'YEARLY', name='evaluationkind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('period', postgresql.DATERANGE(), nullable=False),
        sa.Column('citation', sa.Text(), nullable=False),
        sa.Column('justification', sa.Text(), nullable=True),
        sa.Column('meets_criteria', sa.Boolean(), nullable=False),
        sa.Column('criteria', postgresql.JSONB(), nullable=False),
        sa.Column('status', sa.Enum('PROPOSED', 'ENDORSED', 'REJECTED', 'WITHDRAWN', name='nominationstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('decided_by', sa.Uuid(), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('decision_note', sa.Text(), nullable=True),
        sa.Column('withdrawal_reason', sa.Text(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('employee_id'), '='), (sa.column('kind'), '='), (sa.column('basis'), '='), (sa.column('period'), '&&'), where=sa.text("status in ('PROPOSED', 'ENDORSED')"), using='gist', name='ex_nominations_open'),
        sa.CheckConstraint('(decided_by is null) = (decided_at is null)', name=op.f('ck_nominations_decided')),
        sa.CheckConstraint('decided_by <> employee_id and decided_by <> nominator_id', name=op.f('ck_nominations_not_by_a_party')),
        sa.CheckConstraint('meets_criteria or justification is not null', name=op.f('ck_nominations_justified')),
        sa.CheckConstraint('nominator_id <> employee_id', name=op.f('ck_nominations_not_oneself')),
        sa.CheckConstraint('not isempty(period) and not lower_inf(period) and not upper_inf(period)', name=op.f('ck_nominations_period')),
        sa.ForeignKeyConstraint(['region_id', 'decided_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_nominations_region_id_decided_by')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_nominations_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'nominator_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_nominations_region_id_nominator_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_nominations_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_nominations'))
    )
    op.create_index('ix_nominations_employee', 'nominations', ['region_id', 'employee_id', 'id'], unique=False)
    op.create_index('ix_nominations_nominator', 'nominations', ['region_id', 'nominator_id', 'id'], unique=False)
    op.create_index('ix_nominations_unit', 'nominations', ['region_id', 'unit_id', 'id'], unique=False)
    op.create_table('development_notes',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('author_id', sa.Uuid(), nullable=False),
        sa.Column('evaluation_id', sa.Uuid(), nullable=True),
        sa.Column('session_id', sa.Uuid(), nullable=True),
        sa.Column('assessment_id', sa.Uuid(), nullable=True),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.Column('competency_code', sa.Text(), nullable=True),
        sa.Column('observation', sa.Text(), nullable=True),
        sa.Column('form', sa.Enum('CLASSICAL', 'E_LEARNING', 'COACHING', 'MENTORING', 'ON_THE_JOB', 'INTERNSHIP', 'EXCHANGE', 'BENCHMARKING', 'SELF_STUDY', name='learningform', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('priority', sa.Enum('HIGH', 'MEDIUM', 'LOW', name='notepriority', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('period_start', sa.Date(), nullable=False),
        sa.Column('period_end', sa.Date(), nullable=False),
        sa.Column('status', sa.Enum('OPEN', 'PLANNED', 'DONE', 'WITHDRAWN', name='notestatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('comment', sa.Text(), nullable=True),
        sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('remark', sa.Text(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(status in ('DONE', 'WITHDRAWN')) = (closed_at is not null)", name=op.f('ck_development_notes_closed')),
        sa.CheckConstraint('author_id <> employee_id', name=op.f('ck_development_notes_not_oneself')),
        sa.CheckConstraint('comment is null or acknowledged_at is not null', name=op.f('ck_development_notes_comment')),
        sa.CheckConstraint('num_nonnulls(evaluation_id, session_id, assessment_id) = 1', name=op.f('ck_development_notes_one_source')),
        sa.CheckConstraint('period_start <= period_end', name=op.f('ck_development_notes_period')),
        sa.ForeignKeyConstraint(['region_id', 'assessment_id'], ['assessments.region_id', 'assessments.id'], name=op.f('fk_development_notes_region_id_assessment_id')),
        sa.ForeignKeyConstraint(['region_id', 'author_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_development_notes_region_id_author_id')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_development_notes_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'evaluation_id'], ['evaluations.region_id', 'evaluations.id'], name=op.f('fk_development_notes_region_id_evaluation_id')),
        sa.ForeignKeyConstraint(['region_id', 'session_id'], ['coaching_sessions.region_id', 'coaching_sessions.id'], name=op.f('fk_development_notes_region_id_session_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_development_notes_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_development_notes'))
    )
    op.create_index('ix_development_notes_employee', 'development_notes', ['region_id', 'employee_id', 'id'], unique=False)
    op.create_index('ix_development_notes_open', 'development_notes', ['region_id', 'period_end'], unique=False, postgresql_where=sa.text("status in ('OPEN', 'PLANNED')"))
    op.create_index('ix_development_notes_unit', 'development_notes', ['region_id', 'unit_id', 'id'], unique=False)
    _allow_notices("DEVELOPMENT_NOTE_WRITTEN", "NOMINATION_ENDORSED")
    _found_policy("followup", "2025-01-01", FOLLOWUP)


def _allow_notices(*kinds: str) -> None:
    """Kinds after those that other migrations allowed before, whichever these were."""
    query = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'ck_notifications_noticekind'"
    known = re.findall(r"'([A-Z_]+)'", op.get_bind().scalar(sa.text(query)))
    listed = ", ".join(f"'{kind}'" for kind in [*known, *kinds])
    op.drop_constraint(op.f("ck_notifications_noticekind"), "notifications")
    op.execute(
        f"alter table notifications add constraint ck_notifications_noticekind check (kind in ({listed})) not valid"
    )
    op.execute("alter table notifications validate constraint ck_notifications_noticekind")


def _found_policy(area: str, valid_from: str, content: str) -> None:
    op.get_bind().execute(
        sa.text(
            "insert into policies (region_id, id, area, valid_from, revision, content, source, created_at) "
            "select id, gen_random_uuid(), :area, cast(:valid_from as date), 1, cast(:content as jsonb), "
            "'bawaan asn_api (data/policies.json)', now() from regions"
        ),
        {"area": area, "valid_from": date.fromisoformat(valid_from), "content": content},
    )
