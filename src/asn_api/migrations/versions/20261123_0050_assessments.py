"""360° assessments and credit points, and the default policies of both for the regions there are."""

import re
from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_0050"
down_revision = "20261123_0040"
branch_labels = None
depends_on = None

ASSESSMENTS = """{
    "weights": {"STAFF": {"SUPERIOR": "0.50", "PEERS": "0.50"}, "HEAD": {"SUPERIOR": "0.50", "PEERS": "0.30", "SUBORDINATES": "0.20"}},
    "most_raters": {"PEERS": 7, "SUBORDINATES": 7},
    "min_answers": {"SUPERIOR": 1, "PEERS": 3, "SUBORDINATES": 1},
    "may_be_left_out": ["SUPERIOR", "SUBORDINATES"],
    "anonymity_k": 3,
    "bands": {"VERY_GOOD": "90", "GOOD": "76", "FAIR": "61"},
    "min_values": 4,
    "min_open_days": 5,
    "reminder_hour": 8,
    "remind_days_before": [3, 1]
}"""

CREDITS = """{
    "percentages": {"VERY_GOOD": "150", "GOOD": "100", "NEEDS_IMPROVEMENT": "75", "POOR": "50", "VERY_POOR": "25"},
    "coefficients": {"PEMULA": "3.75", "TERAMPIL": "5", "MAHIR": "12.5", "PENYELIA": "25", "AHLI_PERTAMA": "12.5", "AHLI_MUDA": "25", "AHLI_MADYA": "37.5", "AHLI_UTAMA": "50"},
    "needs": {"PEMULA": {"per_rank": "15", "per_level": "15", "grades": ["21"]}, "TERAMPIL": {"per_rank": "20", "per_level": "60", "grades": ["22", "23", "24"]}, "MAHIR": {"per_rank": "50", "per_level": "100", "grades": ["31", "32"]}, "PENYELIA": {"per_rank": "100", "per_level": null, "grades": ["33", "34"]}, "AHLI_PERTAMA": {"per_rank": "50", "per_level": "100", "grades": ["31", "32"]}, "AHLI_MUDA": {"per_rank": "100", "per_level": "200", "grades": ["33", "34"]}, "AHLI_MADYA": {"per_rank": "150", "per_level": "450", "grades": ["41", "42", "43"]}, "AHLI_UTAMA": {"per_rank": "200", "per_level": null, "grades": ["44", "45"]}},
    "rank_min_years": 2,
    "rank_predicate_years": 2,
    "level_predicate_years": 1,
    "least_predicate": "GOOD"
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
    op.create_table('functional_terms',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('level', sa.Enum('PEMULA', 'TERAMPIL', 'MAHIR', 'PENYELIA', 'AHLI_PERTAMA', 'AHLI_MUDA', 'AHLI_MADYA', 'AHLI_UTAMA', name='creditlevel', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('valid', postgresql.DATERANGE(), nullable=False),
        sa.Column('decree_number', sa.Text(), nullable=False),
        sa.Column('decree_date', sa.Date(), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('employee_id'), '='), (sa.column('valid'), '&&'), using='gist', name='ex_functional_terms_one_level'),
        sa.CheckConstraint('not isempty(valid) and not lower_inf(valid)', name=op.f('ck_functional_terms_valid')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_functional_terms_region_id_employee_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_functional_terms'))
    )
    op.create_index('ix_functional_terms_employee', 'functional_terms', ['region_id', 'employee_id', 'id'], unique=False)
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
    op.create_table('credits',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.Enum('FIRST', 'INTEGRATION', 'CONVERSION', name='creditkind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('level', sa.Enum('PEMULA', 'TERAMPIL', 'MAHIR', 'PENYELIA', 'AHLI_PERTAMA', 'AHLI_MUDA', 'AHLI_MADYA', 'AHLI_UTAMA', name='creditlevel', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('effective_on', sa.Date(), nullable=False),
        sa.Column('amount', sa.Numeric(precision=8, scale=3), nullable=False),
        sa.Column('printed', sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column('provisional', sa.Boolean(), nullable=False),
        sa.Column('basis', sa.Enum('PERIODIC', 'YEARLY', name='evaluationkind', native_enum=False, create_constraint=True, length=40), nullable=True),
        sa.Column('period', postgresql.DATERANGE(), nullable=True),
        sa.Column('months', sa.Integer(), nullable=True),
        sa.Column('evaluation_id', sa.Uuid(), nullable=True),
        sa.Column('predicate', sa.Enum('VERY_GOOD', 'GOOD', 'NEEDS_IMPROVEMENT', 'POOR', 'VERY_POOR', name='predicate', native_enum=False, create_constraint=True, length=40), nullable=True),
        sa.Column('percentage', sa.Numeric(), nullable=True),
        sa.Column('coefficient', sa.Numeric(), nullable=True),
        sa.Column('policy_id', sa.Uuid(), nullable=True),
        sa.Column('decree_number', sa.Text(), nullable=True),
        sa.Column('decree_date', sa.Date(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('employee_id'), '='), (sa.column('period'), '&&'), using='gist', name='ex_credits_months_once'),
        sa.CheckConstraint("num_nonnulls(basis, period, months, evaluation_id, predicate, percentage, coefficient, policy_id) = case kind when 'CONVERSION' then 8 else 0 end", name=op.f('ck_credits_conversion')),
        sa.CheckConstraint("num_nonnulls(decree_number, decree_date) = case kind when 'CONVERSION' then 0 else 2 end", name=op.f('ck_credits_decree')),
        sa.CheckConstraint('amount >= 0 and printed >= 0', name=op.f('ck_credits_amount')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_credits_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'evaluation_id'], ['evaluations.region_id', 'evaluations.id'], name=op.f('fk_credits_region_id_evaluation_id')),
        sa.ForeignKeyConstraint(['region_id', 'policy_id'], ['policies.region_id', 'policies.id'], name=op.f('fk_credits_region_id_policy_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_credits_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_credits'))
    )
    op.create_index('ix_credits_employee', 'credits', ['region_id', 'employee_id', 'id'], unique=False)
    op.create_index('ix_credits_evaluation', 'credits', ['region_id', 'evaluation_id'], unique=False)
    op.create_index('ix_credits_unit', 'credits', ['region_id', 'unit_id', 'year'], unique=False)
    op.create_index('uq_credits_initial', 'credits', ['region_id', 'employee_id', 'kind'], unique=True, postgresql_where=sa.text("kind <> 'CONVERSION'"))
    _found_policy("assessments", "2025-01-01", ASSESSMENTS)
    _found_policy("credits", "2023-01-01", CREDITS)


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
