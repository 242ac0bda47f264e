"""360° assessments and credit points, and the default policies of both for the regions there are."""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_0050"
down_revision = "20261123_0010"
branch_labels = None
depends_on = None

ASSESSMENTS = """{
 "weights": {
  "STAFF": {
   "SUPERIOR": "0.50",
   "PEERS": "0.50"
  },
  "HEAD": {
   "SUPERIOR": "0.50",
   "PEERS": "0.30",
   "SUBORDINATES": "0.20"
  }
 },
 "most_raters": {
  "PEERS": 7,
  "SUBORDINATES": 7
 },
 "min_answers": {
  "SUPERIOR": 1,
  "PEERS": 3,
  "SUBORDINATES": 1
 },
 "may_be_left_out": [
  "SUPERIOR",
  "SUBORDINATES"
 ],
 "anonymity_k": 3,
 "bands": {
  "VERY_GOOD": "90",
  "GOOD": "76",
  "FAIR": "61"
 },
 "min_values": 4,
 "min_open_days": 5,
 "reminder_hour": 8,
 "remind_days_before": [
  3,
  1
 ]
}"""


def upgrade() -> None:
    _allow_notices("ASSESSMENT_WAITING")
    op.create_table('assessment_rounds',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('period', postgresql.DATERANGE(), nullable=False),
        sa.Column('opens_on', sa.Date(), nullable=False),
        sa.Column('closes_on', sa.Date(), nullable=False),
        sa.Column('status', sa.Enum('PLANNED', 'OPEN', 'CLOSING', 'CLOSED', name='roundstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('seed', sa.LargeBinary(), nullable=False),
        sa.Column('policy_id', sa.Uuid(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('progress', postgresql.JSONB(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('not isempty(period) and not lower_inf(period) and not upper_inf(period)', name=op.f('ck_assessment_rounds_period')),
        sa.CheckConstraint('opens_on <= closes_on', name=op.f('ck_assessment_rounds_days')),
        sa.ForeignKeyConstraint(['region_id', 'policy_id'], ['policies.region_id', 'policies.id'], name=op.f('fk_assessment_rounds_region_id_policy_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_assessment_rounds_region_id_unit_id')),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_assessment_rounds_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_assessment_rounds'))
    )
    op.create_index('ix_assessment_rounds_unit', 'assessment_rounds', ['region_id', 'unit_id'], unique=False)
    op.create_table('assessments',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('round_id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('period', postgresql.DATERANGE(), nullable=False),
        sa.Column('form', sa.Enum('STAFF', 'HEAD', name='assessmentform', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('category', sa.Enum('VERY_GOOD', 'GOOD', 'FAIR', 'POOR', 'PENDING', name='assessmentcategory', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('score', sa.Numeric(precision=4, scale=1), nullable=True),
        sa.Column('result', postgresql.JSONB(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('employee_id'), '='), (sa.column('period'), '&&'), using='gist', name='ex_assessments_once_a_period'),
        sa.CheckConstraint("(category = 'PENDING') = (score is null)", name=op.f('ck_assessments_score_with_category')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_assessments_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'round_id'], ['assessment_rounds.region_id', 'assessment_rounds.id'], name=op.f('fk_assessments_region_id_round_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_assessments_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_assessments'))
    )
    op.create_index('ix_assessments_employee', 'assessments', ['region_id', 'employee_id', 'id'], unique=False)
    op.create_index('ix_assessments_round', 'assessments', ['region_id', 'round_id', 'id'], unique=False)
    op.create_index('ix_assessments_unit', 'assessments', ['region_id', 'unit_id', 'year'], unique=False)
    op.create_table('assessment_tasks',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('round_id', sa.Uuid(), nullable=False),
        sa.Column('assessment_id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('rater_id', sa.Uuid(), nullable=False),
        sa.Column('rater_group', sa.Enum('SUPERIOR', 'PEERS', 'SUBORDINATES', name='ratergroup', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('status', sa.Enum('WAITING', 'ANSWERED', 'CONFLICT', name='taskstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('conflict', sa.Enum('FAMILY', 'DISPUTE', 'OWN_INTEREST', 'CANNOT_JUDGE', name='conflictkind', native_enum=False, create_constraint=True, length=40), nullable=True),
        sa.Column('content', sa.LargeBinary(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(status = 'ANSWERED') = (content is not null)", name=op.f('ck_assessment_tasks_content_with_status')),
        sa.CheckConstraint("(status = 'CONFLICT') = (conflict is not null)", name=op.f('ck_assessment_tasks_conflict_with_status')),
        sa.CheckConstraint('rater_id <> employee_id', name=op.f('ck_assessment_tasks_not_oneself')),
        sa.ForeignKeyConstraint(['region_id', 'assessment_id'], ['assessments.region_id', 'assessments.id'], name=op.f('fk_assessment_tasks_region_id_assessment_id')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_assessment_tasks_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'rater_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_assessment_tasks_region_id_rater_id')),
        sa.ForeignKeyConstraint(['region_id', 'round_id'], ['assessment_rounds.region_id', 'assessment_rounds.id'], name=op.f('fk_assessment_tasks_region_id_round_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_assessment_tasks')),
        sa.UniqueConstraint('region_id', 'assessment_id', 'rater_id', name='uq_assessment_tasks_rater')
    )
    op.create_index('ix_assessment_tasks_rater', 'assessment_tasks', ['region_id', 'rater_id', 'id'], unique=False)
    op.create_index('ix_assessment_tasks_round', 'assessment_tasks', ['region_id', 'round_id', 'status'], unique=False)
    _found_policy("assessments", ASSESSMENTS)


def _allow_notices(*kinds: str) -> None:
    """Kinds after those that other migrations allowed before, whichever these were."""
    query = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'ck_notifications_noticekind'"
    known = re.findall(r"'([A-Z_]+)'", op.get_bind().scalar(sa.text(query)))
    listed = ", ".join(f"'{kind}'" for kind in [*known, *kinds])
    op.drop_constraint(op.f("ck_notifications_noticekind"), "notifications")
    op.create_check_constraint(op.f("ck_notifications_noticekind"), "notifications", f"kind in ({listed})")


def _found_policy(area: str, content: str) -> None:
    op.get_bind().execute(
        sa.text(
            "insert into policies (region_id, id, area, valid_from, revision, content, source, created_at) "
            "select id, gen_random_uuid(), :area, date '2025-01-01', 1, cast(:content as jsonb), "
            "'bawaan asn_api (data/policies.json)', now() from regions"
        ),
        {"area": area, "content": content},
    )
