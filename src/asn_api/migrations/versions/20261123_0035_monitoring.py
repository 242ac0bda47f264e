"""Continuous feedback, coaching and counselling, forums; their policy for the regions there are."""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_0035"
down_revision = "20261123_0030"
branch_labels = None
depends_on = None

DEFAULTS = """{
    "feedback_per_subject_day": 5,
    "feedback_withdrawal_days": 7,
    "feedback_requests_open": 10,
    "unnamed_team_least": 3,
    "coaching_entry_days": 31,
    "session_questions": [
        {"code": "PURPOSE_CLEAR", "id": "Tujuan pertemuan jelas bagi saya.", "en": "The purpose of the session was clear to me."},
        {"code": "PREPARED", "id": "Atasan mempersiapkan pertemuan dengan baik.", "en": "My superior came prepared."},
        {"code": "LISTENED", "id": "Pendapat saya didengarkan.", "en": "I was listened to."},
        {"code": "SAFE", "id": "Saya dapat berbicara terbuka tanpa rasa takut.", "en": "I could speak openly without fear."},
        {"code": "SPECIFIC", "id": "Masukan disertai contoh yang nyata.", "en": "What was said came with real examples."},
        {"code": "STRENGTHS", "id": "Kelebihan saya ikut dibahas.", "en": "My strengths were spoken of too."},
        {"code": "HELPFUL", "id": "Pertemuan membantu saya menyelesaikan masalah pekerjaan.", "en": "The session helped me to solve a problem of my work."},
        {"code": "ACTIONS_AGREED", "id": "Tindak lanjut disepakati bersama.", "en": "What is done next was agreed by both of us."},
        {"code": "SUPPORT", "id": "Saya tahu dukungan apa yang akan saya terima.", "en": "I know what support I am going to get."}
    ],
    "session_scale": 5,
    "competency_scale": 5,
    "action_reminder_days": 3,
    "forum_window_before_minutes": 30,
    "forum_window_after_minutes": 60,
    "forum_longest_hours": 12,
    "forum_reminder_hours": 24,
    "forum_comments_each": 30
}"""

KINDS = (
    "FEEDBACK_RECEIVED",
    "FEEDBACK_REQUESTED",
    "FEEDBACK_ANSWERED",
    "COACHING_RECORDED",
    "AGREED_ACTION_DUE",
    "FORUM_INVITED",
    "FORUM_CHANGED",
    "FORUM_CANCELLED",
    "FORUM_SOON",
    "FORUM_MINUTES",
)


def upgrade() -> None:
    op.create_table('forums',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('convener_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=True),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Enum('SCHEDULED', 'HELD', 'MINUTES', 'CANCELLED', name='forumstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancellation_reason', sa.Text(), nullable=True),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('summary', sa.Text(), nullable=True),
    sa.Column('decisions', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('follow_ups', postgresql.JSONB(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("(status = 'MINUTES') = (published_at is not null)", name=op.f('ck_forums_published')),
    sa.CheckConstraint("(status = 'MINUTES') = (summary is not null)", name=op.f('ck_forums_minutes')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_forums_ends_after_start')),
    sa.ForeignKeyConstraint(['region_id', 'convener_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_forums_region_id_convener_id')),
    sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_forums_region_id_unit_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_forums'))
    )
    op.create_index('ix_forums_convener', 'forums', ['region_id', 'convener_id', 'starts_at'], unique=False)
    op.create_index('ix_forums_scheduled', 'forums', ['region_id', 'starts_at'], unique=False, postgresql_where=sa.text("status = 'SCHEDULED'"))
    op.create_index('ix_forums_unit', 'forums', ['region_id', 'unit_id', 'starts_at'], unique=False)
    op.create_table('forum_topics',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('forum_id', sa.Uuid(), nullable=False),
    sa.Column('order_no', sa.Integer(), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=False),
    sa.Column('plan_id', sa.Uuid(), nullable=False),
    sa.Column('work_result_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_forum_topics_region_id_employee_id')),
    sa.ForeignKeyConstraint(['region_id', 'forum_id'], ['forums.region_id', 'forums.id'], name=op.f('fk_forum_topics_region_id_forum_id')),
    sa.ForeignKeyConstraint(['region_id', 'plan_id'], ['plans.region_id', 'plans.id'], name=op.f('fk_forum_topics_region_id_plan_id')),
    sa.ForeignKeyConstraint(['region_id', 'work_result_id'], ['work_results.region_id', 'work_results.id'], name=op.f('fk_forum_topics_region_id_work_result_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_forum_topics')),
    sa.UniqueConstraint('region_id', 'forum_id', 'work_result_id', name='uq_forum_topics_result')
    )
    op.create_index('ix_forum_topics_employee', 'forum_topics', ['region_id', 'employee_id'], unique=False)
    op.create_index('ix_forum_topics_result', 'forum_topics', ['region_id', 'work_result_id'], unique=False)
    op.create_table('forum_participants',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('forum_id', sa.Uuid(), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=False),
    sa.Column('attendance', sa.Enum('PRESENT', 'EXCUSED', 'ABSENT', name='attendance', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('attendance_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attendance_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint('(attendance is null) = (attendance_at is null)', name=op.f('ck_forum_participants_attendance_dated')),
    sa.ForeignKeyConstraint(['region_id', 'attendance_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_forum_participants_region_id_attendance_by')),
    sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_forum_participants_region_id_employee_id')),
    sa.ForeignKeyConstraint(['region_id', 'forum_id'], ['forums.region_id', 'forums.id'], name=op.f('fk_forum_participants_region_id_forum_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_forum_participants')),
    sa.UniqueConstraint('region_id', 'forum_id', 'employee_id', name='uq_forum_participants_employee')
    )
    op.create_index('ix_forum_participants_employee', 'forum_participants', ['region_id', 'employee_id'], unique=False)
    op.create_table('forum_corrections',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('forum_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['region_id', 'forum_id'], ['forums.region_id', 'forums.id'], name=op.f('fk_forum_corrections_region_id_forum_id')),
    sa.ForeignKeyConstraint(['region_id', 'made_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_forum_corrections_region_id_made_by')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_forum_corrections'))
    )
    op.create_index('ix_forum_corrections_forum', 'forum_corrections', ['region_id', 'forum_id'], unique=False)
    op.create_table('feedback_requests',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=False),
    sa.Column('asked_id', sa.Uuid(), nullable=False),
    sa.Column('work_result_id', sa.Uuid(), nullable=True),
    sa.Column('core_value', sa.Enum('SERVICE_ORIENTED', 'ACCOUNTABLE', 'COMPETENT', 'HARMONIOUS', 'LOYAL', 'ADAPTIVE', 'COLLABORATIVE', name='corevalue', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('status', sa.Enum('OPEN', 'ANSWERED', 'DECLINED', 'WITHDRAWN', name='feedbackrequeststatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('asked_id <> employee_id', name=op.f('ck_feedback_requests_not_oneself')),
    sa.CheckConstraint('num_nonnulls(work_result_id, core_value) = 1', name=op.f('ck_feedback_requests_about_one_thing')),
    sa.ForeignKeyConstraint(['region_id', 'asked_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_feedback_requests_region_id_asked_id')),
    sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_feedback_requests_region_id_employee_id')),
    sa.ForeignKeyConstraint(['region_id', 'work_result_id'], ['work_results.region_id', 'work_results.id'], name=op.f('fk_feedback_requests_region_id_work_result_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_feedback_requests'))
    )
    op.create_index('ix_feedback_requests_asked', 'feedback_requests', ['region_id', 'asked_id', 'id'], unique=False)
    op.create_index('ix_feedback_requests_employee', 'feedback_requests', ['region_id', 'employee_id', 'id'], unique=False)
    op.create_index('ix_feedback_requests_result', 'feedback_requests', ['region_id', 'work_result_id'], unique=False)
    op.create_table('feedback',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=False),
    sa.Column('giver_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('plan_id', sa.Uuid(), nullable=True),
    sa.Column('work_result_id', sa.Uuid(), nullable=True),
    sa.Column('core_value', sa.Enum('SERVICE_ORIENTED', 'ACCOUNTABLE', 'COMPETENT', 'HARMONIOUS', 'LOYAL', 'ADAPTIVE', 'COLLABORATIVE', name='corevalue', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('forum_id', sa.Uuid(), nullable=True),
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('relation', sa.Enum('SUPERIOR', 'PEER', 'SUBORDINATE', 'OTHER', name='relation', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('polarity', sa.Enum('POSITIVE', 'CONSTRUCTIVE', name='feedbackpolarity', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('visibility', sa.Enum('SUBJECT_AND_SUPERIOR', 'SUPERIOR_ONLY', name='visibility', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('named', sa.Boolean(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('response', sa.Text(), nullable=True),
    sa.Column('responded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("named or relation = 'SUBORDINATE'", name=op.f('ck_feedback_unnamed_subordinates')),
    sa.CheckConstraint("used_at is null or visibility = 'SUBJECT_AND_SUPERIOR'", name=op.f('ck_feedback_used_is_seen')),
    sa.CheckConstraint('(response is null) = (responded_at is null)', name=op.f('ck_feedback_response')),
    sa.CheckConstraint('giver_id <> employee_id', name=op.f('ck_feedback_not_on_oneself')),
    sa.CheckConstraint('named or num_nonnulls(file_id, url, forum_id, request_id) = 0', name=op.f('ck_feedback_unnamed_tells_nothing')),
    sa.CheckConstraint('num_nonnulls(file_id, url) <= 1', name=op.f('ck_feedback_file_or_url')),
    sa.CheckConstraint('num_nonnulls(work_result_id, core_value) = 1', name=op.f('ck_feedback_about_one_thing')),
    sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_feedback_region_id_employee_id')),
    sa.ForeignKeyConstraint(['region_id', 'forum_id'], ['forums.region_id', 'forums.id'], name=op.f('fk_feedback_region_id_forum_id')),
    sa.ForeignKeyConstraint(['region_id', 'giver_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_feedback_region_id_giver_id')),
    sa.ForeignKeyConstraint(['region_id', 'plan_id'], ['plans.region_id', 'plans.id'], name=op.f('fk_feedback_region_id_plan_id')),
    sa.ForeignKeyConstraint(['region_id', 'request_id'], ['feedback_requests.region_id', 'feedback_requests.id'], name=op.f('fk_feedback_region_id_request_id')),
    sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_feedback_region_id_unit_id')),
    sa.ForeignKeyConstraint(['region_id', 'work_result_id'], ['work_results.region_id', 'work_results.id'], name=op.f('fk_feedback_region_id_work_result_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_feedback'))
    )
    op.create_index('ix_feedback_employee', 'feedback', ['region_id', 'employee_id', 'id'], unique=False)
    op.create_index('ix_feedback_file', 'feedback', ['region_id', 'file_id'], unique=False, postgresql_where=sa.text('file_id is not null'))
    op.create_index('ix_feedback_forum', 'feedback', ['region_id', 'forum_id'], unique=False, postgresql_where=sa.text('forum_id is not null'))
    op.create_index('ix_feedback_giver', 'feedback', ['region_id', 'giver_id', 'id'], unique=False)
    op.create_index('ix_feedback_plan', 'feedback', ['region_id', 'plan_id', 'day'], unique=False)
    op.create_index('ix_feedback_result', 'feedback', ['region_id', 'work_result_id'], unique=False)
    op.create_index('ix_feedback_unit', 'feedback', ['region_id', 'unit_id', 'id'], unique=False)
    op.create_table('coaching_sessions',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('COACHING', 'COUNSELLING', name='coachingkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('employee_id', sa.Uuid(), nullable=False),
    sa.Column('coach_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('topic', sa.Text(), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('development_note', sa.Text(), nullable=True),
    sa.Column('competencies', postgresql.JSONB(), nullable=False),
    sa.Column('status', sa.Enum('RECORDED', 'ACKNOWLEDGED', name='coachingstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.Text(), nullable=True),
    sa.Column('answers', postgresql.JSONB(), nullable=True),
    sa.Column('answer_note', sa.Text(), nullable=True),
    sa.Column('assessed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("(status = 'ACKNOWLEDGED') = (acknowledged_at is not null)", name=op.f('ck_coaching_sessions_acknowledged')),
    sa.CheckConstraint('(answers is null) = (assessed_at is null)', name=op.f('ck_coaching_sessions_assessed')),
    sa.CheckConstraint('coach_id <> employee_id', name=op.f('ck_coaching_sessions_not_oneself')),
    sa.ForeignKeyConstraint(['region_id', 'coach_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_coaching_sessions_region_id_coach_id')),
    sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_coaching_sessions_region_id_employee_id')),
    sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_coaching_sessions_region_id_unit_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_coaching_sessions'))
    )
    op.create_index('ix_coaching_sessions_coach', 'coaching_sessions', ['region_id', 'coach_id', 'day', 'id'], unique=False)
    op.create_index('ix_coaching_sessions_employee', 'coaching_sessions', ['region_id', 'employee_id', 'day', 'id'], unique=False)
    op.create_index('ix_coaching_sessions_unit', 'coaching_sessions', ['region_id', 'unit_id', 'day'], unique=False)
    op.create_table('agreed_actions',
    sa.Column('region_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('order_no', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('due', sa.Date(), nullable=False),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_by', sa.Uuid(), nullable=True),
    sa.Column('completion_note', sa.Text(), nullable=True),
    sa.CheckConstraint('(completed_at is null) = (completed_by is null)', name=op.f('ck_agreed_actions_completed')),
    sa.ForeignKeyConstraint(['region_id', 'completed_by'], ['employees.region_id', 'employees.id'], name=op.f('fk_agreed_actions_region_id_completed_by')),
    sa.ForeignKeyConstraint(['region_id', 'session_id'], ['coaching_sessions.region_id', 'coaching_sessions.id'], name=op.f('fk_agreed_actions_region_id_session_id')),
    sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_agreed_actions'))
    )
    op.create_index('ix_agreed_actions_due', 'agreed_actions', ['region_id', 'due'], unique=False, postgresql_where=sa.text('completed_at is null'))
    op.create_index('ix_agreed_actions_session', 'agreed_actions', ['region_id', 'session_id', 'order_no'], unique=False)
    add_kinds()
    op.get_bind().execute(
        sa.text(
            "insert into policies (region_id, id, area, valid_from, revision, content, source, created_at) "
            "select id, gen_random_uuid(), 'monitoring', date '2025-01-01', 1, cast(:content as jsonb), "
            "'bawaan asn_api (data/policies.json)', now() from regions"
        ),
        {"content": DEFAULTS},
    )


def add_kinds() -> None:
    """More kinds of notices, behind whatever kinds there are by now."""
    stated = op.get_bind().scalar(
        sa.text("select pg_get_constraintdef(oid) from pg_constraint where conname = 'ck_notifications_noticekind'")
    )
    kinds = ", ".join(f"'{kind}'" for kind in [*re.findall(r"'([A-Z_]+)'", stated), *KINDS])
    op.drop_constraint("ck_notifications_noticekind", "notifications")
    op.create_check_constraint(
        op.f("ck_notifications_noticekind"), "notifications", f"kind in ({kinds})", postgresql_not_valid=True
    )
    op.execute("alter table notifications validate constraint ck_notifications_noticekind")
