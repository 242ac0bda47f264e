"""Partners, courses, their classes and who takes part."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from asn_api.migrations.steps import allow_notices, found_policy

revision = "20261124_0020"
down_revision = "20261124_0010"
branch_labels = None
depends_on = None

ENROLMENTS = """{
    "offer_hours": 48,
    "least_attendance_percent": 80,
    "nomination_items": 200
}"""


def upgrade() -> None:
    # The search index begins with the region's uuid, which GIN takes by this extension.
    op.execute("create extension if not exists btree_gin")
    op.create_table('partners',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.Enum('GOVERNMENT_ACADEMY', 'UNIVERSITY', 'PROFESSIONAL_BODY', 'COMPANY', name='partnerkind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('website', sa.Text(), nullable=True),
        sa.Column('closed_on', sa.Date(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_partners_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_partners')),
        sa.UniqueConstraint('region_id', 'name', name='uq_partners_name')
    )
    op.create_table('courses',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('partner_id', sa.Uuid(), nullable=True),
        sa.Column('code', sa.Text(), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('description', sa.Text(), nullable=False),
        sa.Column('form', sa.Enum('CLASSICAL', 'NON_CLASSICAL', name='courseform', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('kind', sa.Enum('STRUCTURAL', 'FUNCTIONAL', 'TECHNICAL', 'WORKSHOP', 'MANAGERIAL', 'SOCIO_CULTURAL', 'OUTREACH', 'TECHNICAL_GUIDANCE', 'SEMINAR', 'INTERNSHIP', 'COURSE', 'UPGRADING', 'OTHER_CLASSICAL', 'COACHING', 'MENTORING', 'E_LEARNING', 'DISTANCE_LEARNING', 'SECONDMENT', 'OUTBOUND', 'BENCHMARKING', 'EXCHANGE', 'SELF_STUDY', 'COMMUNITY_OF_PRACTICE', 'ON_THE_JOB_GUIDANCE', 'OTHER_NON_CLASSICAL', name='coursekind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('mode', sa.Enum('ONLINE', 'ON_SITE', 'BLENDED', 'SELF_PACED', name='coursemode', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('jp', sa.Integer(), nullable=False),
        sa.Column('cost', sa.BigInteger(), nullable=False),
        sa.Column('mandatory_for', postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column('status', sa.Enum('DRAFT', 'PUBLISHED', 'WITHDRAWN', name='coursestatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('search', postgresql.TSVECTOR(), sa.Computed("setweight(to_tsvector('simple', translate(code, '-./_', '    ') || ' ' || title), 'A') || setweight(to_tsvector('indonesian', title), 'B') || setweight(to_tsvector('indonesian', description), 'C') || setweight(to_tsvector('simple', description), 'D')", persisted=True), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint("status <> 'PUBLISHED' or published_at is not null", name=op.f('ck_courses_published')),
        sa.CheckConstraint('jp > 0 and cost >= 0', name=op.f('ck_courses_amounts')),
        sa.ForeignKeyConstraint(['region_id', 'partner_id'], ['partners.region_id', 'partners.id'], name=op.f('fk_courses_region_id_partner_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_courses_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_courses')),
        sa.UniqueConstraint('region_id', 'code', name='uq_courses_code')
    )
    op.create_index('ix_courses_partner', 'courses', ['region_id', 'partner_id'], unique=False)
    op.create_index('ix_courses_published', 'courses', ['region_id', 'title', 'id'], unique=False, postgresql_where=sa.text("status = 'PUBLISHED'"))
    op.create_index('ix_courses_search', 'courses', ['region_id', 'search'], unique=False, postgresql_using='gin')
    op.create_index('ix_courses_title', 'courses', ['region_id', 'title', 'id'], unique=False)
    op.create_index('ix_courses_unit', 'courses', ['region_id', 'unit_id'], unique=False)
    op.create_table('partner_agreements',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('partner_id', sa.Uuid(), nullable=False),
        sa.Column('number', sa.Text(), nullable=False),
        sa.Column('valid', postgresql.DATERANGE(), nullable=False),
        sa.CheckConstraint('not isempty(valid) and not lower_inf(valid)', name=op.f('ck_partner_agreements_valid')),
        sa.ForeignKeyConstraint(['region_id', 'partner_id'], ['partners.region_id', 'partners.id'], name=op.f('fk_partner_agreements_region_id_partner_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_partner_agreements')),
        sa.UniqueConstraint('region_id', 'partner_id', 'number', name='uq_partner_agreements_number')
    )
    op.create_table('course_classes',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('course_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('organiser_id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('mode', sa.Enum('ONLINE', 'ON_SITE', 'BLENDED', 'SELF_PACED', name='coursemode', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('jp', sa.Integer(), nullable=False),
        sa.Column('place', sa.Text(), nullable=True),
        sa.Column('link', sa.Text(), nullable=True),
        sa.Column('starts_on', sa.Date(), nullable=False),
        sa.Column('ends_on', sa.Date(), nullable=False),
        sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('registration_opens_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('registration_closes_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('needs_approval', sa.Boolean(), nullable=False),
        sa.Column('seats', sa.Integer(), nullable=False),
        sa.Column('seats_held', sa.Integer(), nullable=False),
        sa.Column('last_place', sa.BigInteger(), nullable=False),
        sa.Column('status', sa.Enum('DRAFT', 'OPEN', 'RUNNING', 'FINISHED', 'CANCELLED', name='classstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('cancellation_reason', sa.Text(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(status = 'CANCELLED') = (cancellation_reason is not null)", name=op.f('ck_course_classes_cancelled')),
        sa.CheckConstraint("(status = 'FINISHED') = (finished_at is not null)", name=op.f('ck_course_classes_finished')),
        sa.CheckConstraint('registration_opens_at < registration_closes_at', name=op.f('ck_course_classes_registration')),
        sa.CheckConstraint('seats > 0 and seats_held between 0 and seats', name=op.f('ck_course_classes_seats')),
        sa.CheckConstraint('starts_on <= ends_on', name=op.f('ck_course_classes_days')),
        sa.ForeignKeyConstraint(['region_id', 'course_id'], ['courses.region_id', 'courses.id'], name=op.f('fk_course_classes_region_id_course_id')),
        sa.ForeignKeyConstraint(['region_id', 'organiser_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_course_classes_region_id_organiser_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_course_classes_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_course_classes'))
    )
    op.create_index('ix_course_classes_course', 'course_classes', ['region_id', 'course_id', 'starts_on'], unique=False)
    op.create_index('ix_course_classes_due', 'course_classes', ['region_id', 'begins_at'], unique=False, postgresql_where=sa.text("status = 'OPEN'"))
    op.create_index('ix_course_classes_organiser', 'course_classes', ['region_id', 'organiser_id', 'starts_on'], unique=False)
    op.create_index('ix_course_classes_starts', 'course_classes', ['region_id', 'starts_on', 'id'], unique=False)
    op.create_index('ix_course_classes_unit', 'course_classes', ['region_id', 'unit_id', 'starts_on'], unique=False)
    op.create_table('course_competencies',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('course_id', sa.Uuid(), nullable=False),
        sa.Column('competency_code', sa.Text(), nullable=False),
        sa.Column('level', sa.Integer(), nullable=False),
        sa.CheckConstraint('level between 1 and 5', name=op.f('ck_course_competencies_level')),
        sa.ForeignKeyConstraint(['region_id', 'course_id'], ['courses.region_id', 'courses.id'], name=op.f('fk_course_competencies_region_id_course_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_course_competencies')),
        sa.UniqueConstraint('region_id', 'course_id', 'competency_code', name='uq_course_competencies_once')
    )
    op.create_index('ix_course_competencies_code', 'course_competencies', ['region_id', 'competency_code', 'level'], unique=False)
    op.create_table('course_prerequisites',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('course_id', sa.Uuid(), nullable=False),
        sa.Column('prerequisite_id', sa.Uuid(), nullable=False),
        sa.CheckConstraint('course_id <> prerequisite_id', name=op.f('ck_course_prerequisites_not_itself')),
        sa.ForeignKeyConstraint(['region_id', 'course_id'], ['courses.region_id', 'courses.id'], name=op.f('fk_course_prerequisites_region_id_course_id')),
        sa.ForeignKeyConstraint(['region_id', 'prerequisite_id'], ['courses.region_id', 'courses.id'], name=op.f('fk_course_prerequisites_region_id_prerequisite_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_course_prerequisites')),
        sa.UniqueConstraint('region_id', 'course_id', 'prerequisite_id', name='uq_course_prerequisites_once')
    )
    op.create_index('ix_course_prerequisites_prerequisite', 'course_prerequisites', ['region_id', 'prerequisite_id'], unique=False)
    op.create_table('class_sessions',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('class_id', sa.Uuid(), nullable=False),
        sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('jp', sa.Integer(), nullable=False),
        sa.Column('topic', sa.Text(), nullable=True),
        sa.CheckConstraint('jp >= 0', name=op.f('ck_class_sessions_jp')),
        sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_class_sessions_ends_after_start')),
        sa.ForeignKeyConstraint(['region_id', 'class_id'], ['course_classes.region_id', 'course_classes.id'], name=op.f('fk_class_sessions_region_id_class_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_class_sessions'))
    )
    op.create_index('ix_class_sessions_class', 'class_sessions', ['region_id', 'class_id', 'starts_at'], unique=False)
    op.create_table('enrolments',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('class_id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('origin', sa.Enum('REQUEST', 'NOMINATION', name='enrolmentorigin', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('status', sa.Enum('REQUESTED', 'REJECTED', 'WAITLISTED', 'APPROVED', 'CONFIRMED', 'ATTENDING', 'COMPLETED', 'FAILED', 'NO_SHOW', 'CANCELLED', name='enrolmentstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('nominated_by', sa.Uuid(), nullable=True),
        sa.Column('nominated_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('decided_by', sa.Uuid(), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('decision_note', sa.Text(), nullable=True),
        sa.Column('place', sa.BigInteger(), nullable=True),
        sa.Column('busy', postgresql.TSTZMULTIRANGE(), nullable=True),
        sa.Column('offer_expires_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('cancellation', sa.Enum('WITHDRAWN', 'REMOVED', 'DECLINED', 'OFFER_EXPIRED', 'CLASH', 'CLASS_CANCELLED', 'NOT_REACHED', name='cancellationcause', native_enum=False, create_constraint=True, length=40), nullable=True),
        sa.Column('cancellation_reason', sa.Text(), nullable=True),
        sa.Column('pre_score', sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column('post_score', sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column('passed', sa.Boolean(), nullable=True),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('employee_id'), '='), (sa.column('busy'), '&&'), where=sa.text('busy is not null'), using='gist', name='ex_enrolments_one_place_at_a_time'),
        sa.CheckConstraint("(origin = 'NOMINATION') = (nominated_at is not null)", name=op.f('ck_enrolments_nominated')),
        sa.CheckConstraint("(place is null) = (status in ('REQUESTED', 'REJECTED')) or status = 'CANCELLED'", name=op.f('ck_enrolments_place')),
        sa.CheckConstraint("(status = 'APPROVED') = (offer_expires_at is not null)", name=op.f('ck_enrolments_offer')),
        sa.CheckConstraint("(status = 'CANCELLED') = (cancellation is not null)", name=op.f('ck_enrolments_cancelled')),
        sa.CheckConstraint("status <> 'COMPLETED' or passed", name=op.f('ck_enrolments_passed')),
        sa.CheckConstraint('decided_by <> employee_id', name=op.f('ck_enrolments_not_oneself')),
        sa.CheckConstraint('pre_score between 0 and 100 and post_score between 0 and 100', name=op.f('ck_enrolments_scores')),
        sa.ForeignKeyConstraint(['region_id', 'class_id'], ['course_classes.region_id', 'course_classes.id'], name=op.f('fk_enrolments_region_id_class_id')),
        sa.ForeignKeyConstraint(['region_id', 'decided_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_enrolments_region_id_decided_by')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_enrolments_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'nominated_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_enrolments_region_id_nominated_by')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_enrolments_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_enrolments'))
    )
    op.create_index('ix_enrolments_employee', 'enrolments', ['region_id', 'employee_id', 'id'], unique=False)
    op.create_index('ix_enrolments_offers', 'enrolments', ['region_id', 'offer_expires_at'], unique=False, postgresql_where=sa.text("status = 'APPROVED'"))
    op.create_index('ix_enrolments_unit', 'enrolments', ['region_id', 'unit_id', 'id'], unique=False)
    op.create_index('uq_enrolments_live', 'enrolments', ['region_id', 'class_id', 'employee_id'], unique=True, postgresql_where=sa.text("status not in ('CANCELLED', 'REJECTED')"))
    op.create_index('uq_enrolments_place', 'enrolments', ['region_id', 'class_id', 'place'], unique=True)
    op.create_table('attendances',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('session_id', sa.Uuid(), nullable=False),
        sa.Column('enrolment_id', sa.Uuid(), nullable=False),
        sa.Column('mark', sa.Enum('PRESENT', 'LATE', 'EXCUSED', 'ABSENT', name='attendancemark', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('recorded_by', sa.Uuid(), nullable=False),
        sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'enrolment_id'], ['enrolments.region_id', 'enrolments.id'], name=op.f('fk_attendances_region_id_enrolment_id')),
        sa.ForeignKeyConstraint(['region_id', 'recorded_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_attendances_region_id_recorded_by')),
        sa.ForeignKeyConstraint(['region_id', 'session_id'], ['class_sessions.region_id', 'class_sessions.id'], name=op.f('fk_attendances_region_id_session_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_attendances')),
        sa.UniqueConstraint('region_id', 'session_id', 'enrolment_id', name='uq_attendances_once')
    )
    op.create_index('ix_attendances_enrolment', 'attendances', ['region_id', 'enrolment_id'], unique=False)
    allow_notices(
        "ENROLMENT_WAITING",
        "ENROLMENT_CONFIRMED",
        "ENROLMENT_WAITLISTED",
        "ENROLMENT_REJECTED",
        "ENROLMENT_ENDED",
        "SEAT_OFFERED",
        "CLASS_CHANGED",
        "CLASS_CANCELLED",
        "TRAINING_FINISHED",
    )
    found_policy("enrolments", "2023-01-01", ENROLMENTS)
