"""Complaints of citizens, the roles that handle them, and their numbers for the regions there are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from asn_api.migrations.steps import allow, allow_notices, found_policy

revision = "20261125_0010"
down_revision = "20261124_0050"
branch_labels = None
depends_on = None

COMPLAINTS = """{
    "verify_working_days": 3,
    "follow_up_working_days": 5,
    "resolve_working_days": {
        "COMPLAINT_NON_SUPERVISORY": 14,
        "COMPLAINT_SUPERVISORY": 60,
        "ASPIRATION": 14,
        "INFORMATION_REQUEST": 5
    },
    "reply_working_days": 10,
    "remind_working_days_before": 1,
    "head_working_days_after": 1,
    "coordinator_working_days_after": 3,
    "reminder_hour": 8,
    "bounce_limit": 2,
    "reopen_limit": 1,
    "reopen_days": 30,
    "secret_kinds": [
        "COMPLAINT_SUPERVISORY"
    ],
    "similar_days": 90,
    "similar_metres": 200,
    "similar_shown": 5,
    "media_count": 3,
    "media_bytes": 2000000,
    "reports_per_contact_day": 10
}"""

NOTICES = [
    "COMPLAINT_FORWARDED",
    "COMPLAINT_ASSIGNED",
    "COMPLAINT_REPLIED",
    "COMPLAINT_DUE",
    "COMPLAINT_OVERDUE",
    "COMPLAINT_ESCALATED",
]


def upgrade() -> None:
    op.execute("create extension if not exists btree_gin")
    allow("role_grants", "grantedrole", "role", "COMPLAINT_COORDINATOR", "COMPLAINT_CONTACT")
    allow_notices(*NOTICES)
    op.create_table('complaint_categories',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('agency_id', sa.Uuid(), nullable=True),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['region_id', 'agency_id'], ['units.region_id', 'units.id'], name=op.f('fk_complaint_categories_region_id_agency_id')),
    sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_complaint_categories_region_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_complaint_categories')),
    sa.UniqueConstraint('region_id', 'code', name='uq_complaint_categories_code')
    )
    op.create_table('complaints',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('pin_digest', sa.LargeBinary(), nullable=False),
    sa.Column('submission_index', sa.LargeBinary(), nullable=True),
    sa.Column('submission_digest', sa.LargeBinary(), nullable=True),
    sa.Column('kind', sa.Enum('COMPLAINT_NON_SUPERVISORY', 'COMPLAINT_SUPERVISORY', 'ASPIRATION', 'INFORMATION_REQUEST', name='complaintkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('RECEIVED', 'ON_HOLD', 'VERIFIED', 'NOT_AUTHORITY', 'ARCHIVED', 'MERGED', 'FORWARDED', 'IN_PROGRESS', 'ANSWERED', 'CLOSED', 'REOPENED', name='complaintstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('is_anonymous', sa.Boolean(), nullable=False),
    sa.Column('is_secret', sa.Boolean(), nullable=False),
    sa.Column('category_id', sa.Uuid(), nullable=True),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('address', sa.Text(), nullable=True),
    sa.Column('occurred_on', sa.Date(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('agency_id', sa.Uuid(), nullable=True),
    sa.Column('officer_id', sa.Uuid(), nullable=True),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('joined', sa.Integer(), nullable=False),
    sa.Column('bounces', sa.Integer(), nullable=False),
    sa.Column('reopenings', sa.Integer(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_stage', sa.Enum('VERIFY', 'AGENCY_FIRST_FOLLOW_UP', 'RESOLVE', 'REPORTER_RESPONSE_AUTO_CLOSE', name='clockstage', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('due_provisional', sa.Boolean(), nullable=False),
    sa.Column('rating', sa.Integer(), nullable=True),
    sa.Column('rating_comment', sa.Text(), nullable=True),
    sa.Column('rated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('words', postgresql.TSVECTOR(), sa.Computed("to_tsvector('indonesian'::regconfig, subject || ' ' || content)", persisted=True), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("(status = 'CLOSED') = (closed_at is not null)", name=op.f('ck_complaints_closed')),
    sa.CheckConstraint("(status = 'MERGED') = (parent_id is not null)", name=op.f('ck_complaints_merged')),
    sa.CheckConstraint("agency_id is not null or status not in ('FORWARDED', 'IN_PROGRESS', 'ANSWERED', 'CLOSED', 'REOPENED')", name=op.f('ck_complaints_agency')),
    sa.CheckConstraint("answered_at is not null or status not in ('ANSWERED', 'CLOSED')", name=op.f('ck_complaints_answered')),
    sa.CheckConstraint('(due_stage is null) = (due_on is null)', name=op.f('ck_complaints_due')),
    sa.CheckConstraint('(rating is null) = (rated_at is null)', name=op.f('ck_complaints_rated')),
    sa.CheckConstraint('num_nonnulls(latitude, longitude) in (0, 2)', name=op.f('ck_complaints_place')),
    sa.CheckConstraint('officer_id is null or agency_id is not null', name=op.f('ck_complaints_officer')),
    sa.CheckConstraint('parent_id <> id', name=op.f('ck_complaints_not_itself')),
    sa.CheckConstraint('rating between 1 and 5', name=op.f('ck_complaints_rating')),
    sa.ForeignKeyConstraint(['region_id', 'agency_id'], ['units.region_id', 'units.id'], name=op.f('fk_complaints_region_id_agency_id')),
    sa.ForeignKeyConstraint(['region_id', 'category_id'], ['complaint_categories.region_id', 'complaint_categories.id'], name=op.f('fk_complaints_region_id_category_id')),
    sa.ForeignKeyConstraint(['region_id', 'officer_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_complaints_region_id_officer_id')),
    sa.ForeignKeyConstraint(['region_id', 'parent_id'], ['complaints.region_id', 'complaints.id'], name=op.f('fk_complaints_region_id_parent_id')),
    sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_complaints_region_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_complaints')),
    sa.UniqueConstraint('region_id', 'code', name='uq_complaints_code')
    )
    op.create_index('ix_complaints_agency', 'complaints', ['region_id', 'agency_id', 'id'], unique=False)
    op.create_index('ix_complaints_category', 'complaints', ['region_id', 'category_id', 'id'], unique=False)
    op.create_index('ix_complaints_due', 'complaints', ['region_id', 'due_on'], unique=False, postgresql_where=sa.text('due_on is not null'))
    op.create_index('ix_complaints_officer', 'complaints', ['region_id', 'officer_id', 'id'], unique=False)
    op.create_index('ix_complaints_parent', 'complaints', ['region_id', 'parent_id'], unique=False, postgresql_where=sa.text('parent_id is not null'))
    op.create_index('ix_complaints_place', 'complaints', ['region_id', 'latitude', 'longitude'], unique=False, postgresql_where=sa.text('latitude is not null'))
    op.create_index('ix_complaints_received', 'complaints', ['region_id', 'received_at', 'id'], unique=False)
    op.create_index('ix_complaints_status', 'complaints', ['region_id', 'status', 'id'], unique=False)
    op.create_index('ix_complaints_words', 'complaints', ['region_id', 'words'], unique=False, postgresql_using='gin')
    op.create_index('uq_complaints_submission', 'complaints', ['region_id', 'submission_index'], unique=True, postgresql_where=sa.text('submission_index is not null'))
    op.create_table('complaint_messages',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('complaint_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('ANSWER', 'DECISION', 'QUESTION', 'REPLY', 'ADDITION', 'NOTE', name='messagekind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('author', sa.Enum('REPORTER', 'COORDINATOR', 'AGENCY', 'SYSTEM', name='complaintactor', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=True),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['region_id', 'complaint_id'], ['complaints.region_id', 'complaints.id'], name=op.f('fk_complaint_messages_region_id_complaint_id')),
    sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_complaint_messages_region_id_employee_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_complaint_messages'))
    )
    op.create_index('ix_complaint_messages_complaint', 'complaint_messages', ['region_id', 'complaint_id', 'id'], unique=False)
    op.create_table('complaint_reporters',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('identity', sa.LargeBinary(), nullable=False),
    sa.Column('contact_index', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['region_id', 'id'], ['complaints.region_id', 'complaints.id'], name=op.f('fk_complaint_reporters_region_id_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_complaint_reporters'))
    )
    op.create_index('ix_complaint_reporters_contact', 'complaint_reporters', ['region_id', 'contact_index', 'created_at'], unique=False, postgresql_where=sa.text('contact_index is not null'))
    op.create_table('complaint_subjects',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('complaint_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['region_id', 'complaint_id'], ['complaints.region_id', 'complaints.id'], name=op.f('fk_complaint_subjects_region_id_complaint_id')),
    sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_complaint_subjects_region_id_employee_id')),
    sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_complaint_subjects_region_id_unit_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_complaint_subjects')),
    sa.UniqueConstraint('region_id', 'complaint_id', 'unit_id', 'employee_id', name='uq_complaint_subjects_named', postgresql_nulls_not_distinct=True)
    )
    op.create_index('ix_complaint_subjects_employee', 'complaint_subjects', ['region_id', 'employee_id'], unique=False)
    op.create_index('ix_complaint_subjects_unit', 'complaint_subjects', ['region_id', 'unit_id'], unique=False)
    op.create_table('complaint_files',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('complaint_id', sa.Uuid(), nullable=False),
    sa.Column('message_id', sa.Uuid(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('JPEG', 'PNG', 'WEBP', 'PDF', 'XLSX', 'DOCX', name='filekind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('stored_sha256', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('size > 0', name=op.f('ck_complaint_files_size')),
    sa.ForeignKeyConstraint(['region_id', 'complaint_id'], ['complaints.region_id', 'complaints.id'], name=op.f('fk_complaint_files_region_id_complaint_id')),
    sa.ForeignKeyConstraint(['region_id', 'message_id'], ['complaint_messages.region_id', 'complaint_messages.id'], name=op.f('fk_complaint_files_region_id_message_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_complaint_files'))
    )
    op.create_index('ix_complaint_files_complaint', 'complaint_files', ['region_id', 'complaint_id', 'id'], unique=False)
    op.create_table('complaint_transitions',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('complaint_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('action', sa.Enum('VERIFY', 'HOLD', 'SUPPLEMENT', 'NOT_AUTHORITY', 'ARCHIVE', 'MERGE', 'DISPOSE', 'RECALL', 'BOUNCE', 'START', 'ANSWER', 'REPLY', 'CONFIRM', 'CLOSE_BY_SILENCE', 'REOPEN', name='complaintaction', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('status', sa.Enum('RECEIVED', 'ON_HOLD', 'VERIFIED', 'NOT_AUTHORITY', 'ARCHIVED', 'MERGED', 'FORWARDED', 'IN_PROGRESS', 'ANSWERED', 'CLOSED', 'REOPENED', name='complaintstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('actor', sa.Enum('REPORTER', 'COORDINATOR', 'AGENCY', 'SYSTEM', name='complaintactor', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=True),
    sa.Column('agency_id', sa.Uuid(), nullable=True),
    sa.Column('message_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['region_id', 'agency_id'], ['units.region_id', 'units.id'], name=op.f('fk_complaint_transitions_region_id_agency_id')),
    sa.ForeignKeyConstraint(['region_id', 'complaint_id'], ['complaints.region_id', 'complaints.id'], name=op.f('fk_complaint_transitions_region_id_complaint_id')),
    sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_complaint_transitions_region_id_employee_id')),
    sa.ForeignKeyConstraint(['region_id', 'message_id'], ['complaint_messages.region_id', 'complaint_messages.id'], name=op.f('fk_complaint_transitions_region_id_message_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_complaint_transitions')),
    sa.UniqueConstraint('region_id', 'complaint_id', 'version', name='uq_complaint_transitions_version')
    )
    found_policy("complaints", "2025-01-01", COMPLAINTS)
