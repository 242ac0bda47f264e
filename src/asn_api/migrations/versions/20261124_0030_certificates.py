"""Certificates, the hours that count, evaluation of training; the policies of learning and professionalism."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from asn_api.migrations.steps import allow_notices, found_policy

revision = "20261124_0030"
down_revision = "20261124_0020"
branch_labels = None
depends_on = None

LEARNING = """{
    "minutes_per_hour": 45,
    "yearly_hours": {"PNS": {"minimum": 20, "maximum": null}, "CPNS": {"minimum": 20, "maximum": null}, "PPPK": {"minimum": null, "maximum": 24}},
    "reaction_days": 14,
    "behaviour_after_months": 3,
    "behaviour_months": 3,
    "colleagues_asked": 3,
    "remind_days_before": [14, 3],
    "least_answers": 3
}"""

PROFESSIONALISM = """{
    "weights": {"QUALIFICATION": "25", "COMPETENCE": "40", "PERFORMANCE": "30", "DISCIPLINE": "5"},
    "qualification": {"DOCTOR": "25", "MASTER": "20", "BACHELOR": "15", "DIPLOMA": "10", "SECONDARY": "5", "PRIMARY": "1"},
    "competence": {"STRUCTURAL": {"LEADERSHIP": "15", "HOURS": "15", "SEMINAR": "10"}, "FUNCTIONAL": {"FUNCTIONAL": "15", "HOURS": "15", "SEMINAR": "10"}, "EXECUTIVE": {"HOURS": "22.5", "SEMINAR": "17.5"}},
    "performance": {"VERY_GOOD": "30", "GOOD": "25", "NEEDS_IMPROVEMENT": "15", "POOR": "10", "VERY_POOR": "5"},
    "discipline": {"NONE": "5", "LIGHT": "3", "MEDIUM": "2", "SEVERE": "1"},
    "discipline_without_record": "UNKNOWN",
    "hours": 20,
    "seminar_years": 2,
    "leadership_kinds": ["STRUCTURAL"],
    "functional_kinds": ["FUNCTIONAL"],
    "seminar_kinds": ["WORKSHOP", "OUTREACH", "SEMINAR"],
    "categories": {"VERY_HIGH": "91", "HIGH": "81", "MEDIUM": "71", "LOW": "61"}
}"""


def upgrade() -> None:
    op.create_table('training_certificates',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('course_id', sa.Uuid(), nullable=True),
        sa.Column('enrolment_id', sa.Uuid(), nullable=True),
        sa.Column('origin', sa.Enum('ISSUED', 'EXTERNAL', name='certificateorigin', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('status', sa.Enum('ISSUED', 'CLAIMED', 'VERIFIED', 'REJECTED', 'REVOKED', name='certificatestatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('number', sa.Text(), nullable=False),
        sa.Column('number_key', sa.Text(), nullable=False),
        sa.Column('issuer', sa.Text(), nullable=False),
        sa.Column('issuer_key', sa.Text(), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('title_key', sa.Text(), nullable=False),
        sa.Column('kind', sa.Enum('STRUCTURAL', 'FUNCTIONAL', 'TECHNICAL', 'WORKSHOP', 'MANAGERIAL', 'SOCIO_CULTURAL', 'OUTREACH', 'TECHNICAL_GUIDANCE', 'SEMINAR', 'INTERNSHIP', 'COURSE', 'UPGRADING', 'OTHER_CLASSICAL', 'COACHING', 'MENTORING', 'E_LEARNING', 'DISTANCE_LEARNING', 'SECONDMENT', 'OUTBOUND', 'BENCHMARKING', 'EXCHANGE', 'SELF_STUDY', 'COMMUNITY_OF_PRACTICE', 'ON_THE_JOB_GUIDANCE', 'OTHER_NON_CLASSICAL', name='coursekind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('jp', sa.Integer(), nullable=False),
        sa.Column('starts_on', sa.Date(), nullable=False),
        sa.Column('ends_on', sa.Date(), nullable=False),
        sa.Column('issued_on', sa.Date(), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('file_id', sa.Uuid(), nullable=True),
        sa.Column('code', sa.Text(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('decided_by', sa.Uuid(), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('reason', sa.Text(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(origin = 'EXTERNAL') = (enrolment_id is null and code is null and file_id is not null and status <> 'ISSUED')", name=op.f('ck_training_certificates_external')),
        sa.CheckConstraint("(origin = 'ISSUED') = (enrolment_id is not null and course_id is not null and code is not null and file_id is null and status in ('ISSUED', 'REVOKED'))", name=op.f('ck_training_certificates_issued')),
        sa.CheckConstraint("(status in ('VERIFIED', 'REJECTED', 'REVOKED')) = (decided_at is not null)", name=op.f('ck_training_certificates_decided')),
        sa.CheckConstraint("status not in ('REJECTED', 'REVOKED') or reason is not null", name=op.f('ck_training_certificates_reason')),
        sa.CheckConstraint('decided_by <> employee_id', name=op.f('ck_training_certificates_not_oneself')),
        sa.CheckConstraint('jp >= 0', name=op.f('ck_training_certificates_jp')),
        sa.CheckConstraint('starts_on <= ends_on and ends_on <= issued_on', name=op.f('ck_training_certificates_days')),
        sa.CheckConstraint('year = extract(year from ends_on)', name=op.f('ck_training_certificates_year')),
        sa.ForeignKeyConstraint(['region_id', 'course_id'], ['courses.region_id', 'courses.id'], name=op.f('fk_training_certificates_region_id_course_id')),
        sa.ForeignKeyConstraint(['region_id', 'decided_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_training_certificates_region_id_decided_by')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_training_certificates_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'enrolment_id'], ['enrolments.region_id', 'enrolments.id'], name=op.f('fk_training_certificates_region_id_enrolment_id')),
        sa.ForeignKeyConstraint(['region_id', 'file_id'], ['files.region_id', 'files.id'], name=op.f('fk_training_certificates_region_id_file_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_training_certificates')),
        sa.UniqueConstraint('region_id', 'enrolment_id', name='uq_training_certificates_enrolment')
    )
    op.create_index('ix_training_certificates_claims', 'training_certificates', ['region_id', 'id'], unique=False, postgresql_where=sa.text("status = 'CLAIMED'"))
    op.create_index('ix_training_certificates_course', 'training_certificates', ['region_id', 'course_id'], unique=False)
    op.create_index('ix_training_certificates_employee', 'training_certificates', ['region_id', 'employee_id', 'id'], unique=False)
    op.create_index('ix_training_certificates_file', 'training_certificates', ['region_id', 'file_id'], unique=False, postgresql_where=sa.text('file_id is not null'))
    op.create_index('ix_training_certificates_hours', 'training_certificates', ['region_id', 'employee_id', 'year'], unique=False, postgresql_include=['jp', 'kind'], postgresql_where=sa.text("status in ('ISSUED', 'VERIFIED')"))
    op.create_index('ix_training_certificates_number', 'training_certificates', ['region_id', 'number_key', 'issuer_key'], unique=False)
    op.create_index('uq_training_certificates_code', 'training_certificates', ['region_id', 'code'], unique=True, postgresql_where=sa.text('code is not null'))
    op.create_index('uq_training_certificates_issued', 'training_certificates', ['region_id', 'number'], unique=True, postgresql_where=sa.text("origin = 'ISSUED'"))
    op.create_index('uq_training_certificates_number', 'training_certificates', ['region_id', 'employee_id', 'number_key', 'issuer_key'], unique=True, postgresql_where=sa.text("origin = 'EXTERNAL' and status in ('CLAIMED', 'VERIFIED')"))
    op.create_table('certificate_series',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('class_id', sa.Uuid(), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('series', sa.Integer(), nullable=False),
        sa.Column('last', sa.Integer(), nullable=False),
        sa.CheckConstraint('series > 0 and last >= 0', name=op.f('ck_certificate_series_numbers')),
        sa.ForeignKeyConstraint(['region_id', 'class_id'], ['course_classes.region_id', 'course_classes.id'], name=op.f('fk_certificate_series_region_id_class_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_certificate_series')),
        sa.UniqueConstraint('region_id', 'class_id', name='uq_certificate_series_class'),
        sa.UniqueConstraint('region_id', 'year', 'series', name='uq_certificate_series_number')
    )
    op.create_table('training_evaluations',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('class_id', sa.Uuid(), nullable=False),
        sa.Column('course_id', sa.Uuid(), nullable=False),
        sa.Column('level', sa.Enum('REACTION', 'BEHAVIOUR', name='traininglevel', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('opens_on', sa.Date(), nullable=False),
        sa.Column('closes_on', sa.Date(), nullable=False),
        sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint('(closed_at is null) = (result is null)', name=op.f('ck_training_evaluations_closed')),
        sa.CheckConstraint('opens_on <= closes_on', name=op.f('ck_training_evaluations_days')),
        sa.ForeignKeyConstraint(['region_id', 'class_id'], ['course_classes.region_id', 'course_classes.id'], name=op.f('fk_training_evaluations_region_id_class_id')),
        sa.ForeignKeyConstraint(['region_id', 'course_id'], ['courses.region_id', 'courses.id'], name=op.f('fk_training_evaluations_region_id_course_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_training_evaluations')),
        sa.UniqueConstraint('region_id', 'class_id', 'level', name='uq_training_evaluations_level')
    )
    op.create_index('ix_training_evaluations_course', 'training_evaluations', ['region_id', 'course_id', 'level'], unique=False)
    op.create_index('ix_training_evaluations_open', 'training_evaluations', ['region_id', 'closes_on'], unique=False, postgresql_where=sa.text('closed_at is null'))
    op.create_table('training_evaluation_tasks',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('evaluation_id', sa.Uuid(), nullable=False),
        sa.Column('enrolment_id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('rater_id', sa.Uuid(), nullable=False),
        sa.Column('respondent', sa.Enum('PARTICIPANT', 'SUPERIOR', 'COLLEAGUE', name='trainingrespondent', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('status', sa.Enum('WAITING', 'ANSWERED', name='traininganswerstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(respondent = 'PARTICIPANT') = (rater_id = employee_id)", name=op.f('ck_training_evaluation_tasks_oneself')),
        sa.CheckConstraint("(status = 'ANSWERED') = (content is not null)", name=op.f('ck_training_evaluation_tasks_content_with_status')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_training_evaluation_tasks_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'enrolment_id'], ['enrolments.region_id', 'enrolments.id'], name=op.f('fk_training_evaluation_tasks_region_id_enrolment_id')),
        sa.ForeignKeyConstraint(['region_id', 'evaluation_id'], ['training_evaluations.region_id', 'training_evaluations.id'], name=op.f('fk_training_evaluation_tasks_region_id_evaluation_id')),
        sa.ForeignKeyConstraint(['region_id', 'rater_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_training_evaluation_tasks_region_id_rater_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_training_evaluation_tasks')),
        sa.UniqueConstraint('region_id', 'evaluation_id', 'enrolment_id', 'rater_id', name='uq_training_evaluation_tasks_rater')
    )
    op.create_index('ix_training_evaluation_tasks_rater', 'training_evaluation_tasks', ['region_id', 'rater_id', 'id'], unique=False)
    op.create_table('training_result_notes',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('class_id', sa.Uuid(), nullable=False),
        sa.Column('author_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'author_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_training_result_notes_region_id_author_id')),
        sa.ForeignKeyConstraint(['region_id', 'class_id'], ['course_classes.region_id', 'course_classes.id'], name=op.f('fk_training_result_notes_region_id_class_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_training_result_notes_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_training_result_notes')),
        sa.UniqueConstraint('region_id', 'class_id', 'author_id', name='uq_training_result_notes_author')
    )
    allow_notices(
        "CERTIFICATE_ISSUED",
        "CERTIFICATE_VERIFIED",
        "CERTIFICATE_REJECTED",
        "CERTIFICATE_REVOKED",
        "TRAINING_EVALUATION_WAITING",
    )
    found_policy("learning", "2019-01-01", LEARNING)
    found_policy("professionalism", "2019-01-01", PROFESSIONALISM)
