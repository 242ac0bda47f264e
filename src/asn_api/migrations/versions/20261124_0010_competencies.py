"""Competencies, what positions ask for and what people hold, and their numbers for the regions there are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from asn_api.migrations.steps import found_policy

revision = "20261124_0010"
down_revision = "20261123_0090"
branch_labels = None
depends_on = None

COMPETENCIES = """{
    "required_levels": {
        "JPT_UTAMA": 5,
        "JPT_MADYA": 5,
        "JPT_PRATAMA": 4,
        "ADMINISTRATOR": 3,
        "PENGAWAS": 2,
        "PELAKSANA": 1,
        "PEMULA": 1,
        "TERAMPIL": 1,
        "MAHIR": 2,
        "PENYELIA": 2,
        "AHLI_PERTAMA": 2,
        "AHLI_MUDA": 3,
        "AHLI_MADYA": 4,
        "AHLI_UTAMA": 5
    },
    "default_criticality": 1,
    "source_order": [
        "ASSESSMENT_CENTRE",
        "CERTIFICATE",
        "SUPERIOR",
        "TRAINING"
    ],
    "raising_sources": [
        "CERTIFICATE",
        "TRAINING"
    ],
    "raise_limit": 1,
    "valid_months": {
        "ASSESSMENT_CENTRE": 36,
        "CERTIFICATE": 36,
        "SUPERIOR": 24,
        "TRAINING": 36,
        "SELF": 12
    },
    "fit_groups": [
        "MANAGERIAL",
        "SOCIO_CULTURAL"
    ],
    "fit_capped": false,
    "fit_thresholds": {
        "MEETS_REQUIREMENT": "80",
        "PARTLY_MEETS": "68"
    }
}"""


def upgrade() -> None:
    op.create_table('competencies',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('code', sa.Text(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('definition', sa.Text(), nullable=True),
        sa.Column('closed_on', sa.Date(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_competencies_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_competencies')),
        sa.UniqueConstraint('region_id', 'code', name='uq_competencies_code')
    )
    op.create_table('competency_standards',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('position_id', sa.Uuid(), nullable=True),
        sa.Column('tier', sa.Enum('JPT_UTAMA', 'JPT_MADYA', 'JPT_PRATAMA', 'ADMINISTRATOR', 'PENGAWAS', 'PELAKSANA', 'PEMULA', 'TERAMPIL', 'MAHIR', 'PENYELIA', 'AHLI_PERTAMA', 'AHLI_MUDA', 'AHLI_MADYA', 'AHLI_UTAMA', name='positiontier', native_enum=False, create_constraint=True, length=40), nullable=True),
        sa.Column('competency_code', sa.Text(), nullable=False),
        sa.Column('level', sa.Integer(), nullable=False),
        sa.Column('criticality', sa.Integer(), nullable=False),
        sa.Column('valid', postgresql.DATERANGE(), nullable=False),
        sa.Column('decree_number', sa.Text(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('position_id'), '='), (sa.column('competency_code'), '='), (sa.column('valid'), '&&'), where=sa.text('position_id is not null'), using='gist', name='ex_competency_standards_position'),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('tier'), '='), (sa.column('competency_code'), '='), (sa.column('valid'), '&&'), where=sa.text('tier is not null'), using='gist', name='ex_competency_standards_tier'),
        sa.CheckConstraint('criticality between 1 and 5', name=op.f('ck_competency_standards_criticality')),
        sa.CheckConstraint('level between 1 and 5', name=op.f('ck_competency_standards_level')),
        sa.CheckConstraint('not isempty(valid) and not lower_inf(valid)', name=op.f('ck_competency_standards_valid')),
        sa.CheckConstraint('num_nonnulls(position_id, tier) = 1', name=op.f('ck_competency_standards_one_subject')),
        sa.ForeignKeyConstraint(['region_id', 'position_id'], ['positions.region_id', 'positions.id'], name=op.f('fk_competency_standards_region_id_position_id')),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_competency_standards_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_competency_standards'))
    )
    op.create_index('ix_competency_standards_position', 'competency_standards', ['region_id', 'position_id'], unique=False)
    op.create_table('competency_evidence',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('competency_code', sa.Text(), nullable=False),
        sa.Column('level', sa.Integer(), nullable=False),
        sa.Column('source', sa.Enum('ASSESSMENT_CENTRE', 'CERTIFICATE', 'SUPERIOR', 'TRAINING', 'SELF', name='evidencesource', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('assessed_on', sa.Date(), nullable=False),
        sa.Column('valid_until', sa.Date(), nullable=True),
        sa.Column('assessor_id', sa.Uuid(), nullable=True),
        sa.Column('assessor', sa.Text(), nullable=True),
        sa.Column('reference', sa.Text(), nullable=True),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('withdrawal_reason', sa.Text(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint("case source when 'SELF' then assessor_id is not distinct from employee_id when 'SUPERIOR' then assessor_id is not null and assessor_id <> employee_id else assessor_id is null and assessor is not null end", name=op.f('ck_competency_evidence_assessor')),
        sa.CheckConstraint('level between 1 and 5', name=op.f('ck_competency_evidence_level')),
        sa.CheckConstraint('num_nonnulls(withdrawn_at, withdrawal_reason) in (0, 2)', name=op.f('ck_competency_evidence_withdrawn')),
        sa.CheckConstraint('valid_until >= assessed_on', name=op.f('ck_competency_evidence_valid_until')),
        sa.ForeignKeyConstraint(['region_id', 'assessor_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_competency_evidence_region_id_assessor_id')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_competency_evidence_region_id_employee_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_competency_evidence'))
    )
    op.create_index('ix_competency_evidence_employee', 'competency_evidence', ['region_id', 'employee_id', 'id'], unique=False)
    op.create_index('uq_competency_evidence_day', 'competency_evidence', ['region_id', 'employee_id', 'competency_code', 'source', 'assessed_on'], unique=True, postgresql_where=sa.text('withdrawn_at is null'))
    found_policy("competencies", "2018-01-01", COMPETENCIES)
