"""The foundation: regions, people, plans, activities, identity, policies, the journal and the job queue."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from asn_api.core.journal import TransactionId

revision = "20261121_2050"
down_revision = None
branch_labels = None
depends_on = None

JOBS = Path(__file__).parents[1] / "procrastinate-3.10.sql"


def upgrade() -> None:
    op.execute("create extension if not exists btree_gist")
    op.execute("create extension if not exists pg_trgm")
    op.create_table('national_days',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('kind', sa.Enum('NATIONAL_HOLIDAY', 'COLLECTIVE_LEAVE', 'REGIONAL_HOLIDAY', name='daykind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('source', sa.Text(), nullable=False),
        sa.Column('provisional', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_national_days')),
        sa.UniqueConstraint('day', 'kind', name=op.f('uq_national_days_day_kind'))
    )
    op.create_table('regions',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('code', sa.Text(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('zone', sa.Enum('WIB', 'WITA', 'WIT', name='zone', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_regions')),
        sa.UniqueConstraint('code', name=op.f('uq_regions_code'))
    )
    op.create_table('sign_in_failures',
        sa.Column('key', sa.LargeBinary(), nullable=False),
        sa.Column('failures', sa.Integer(), nullable=False),
        sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('blocked_until', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_sign_in_failures'))
    )
    op.create_table('signing_keys',
        sa.Column('kid', sa.Text(), nullable=False),
        sa.Column('private_key', sa.LargeBinary(), nullable=False),
        sa.Column('public_key', postgresql.JSONB(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('signs_from', sa.DateTime(timezone=True), nullable=False),
        sa.Column('retires_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('kid', name=op.f('pk_signing_keys'))
    )
    op.create_table('employee_imports',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('status', sa.Enum('WAITING', 'CHECKING', 'CHECKED', 'COMMITTING', 'COMMITTED', 'FAILED', name='importstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('file_name', sa.Text(), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=True),
        sa.Column('unit_content', sa.LargeBinary(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('created_by', sa.Uuid(), nullable=False),
        sa.Column('rows_total', sa.Integer(), nullable=False),
        sa.Column('rows_done', sa.Integer(), nullable=False),
        sa.Column('summary', postgresql.JSONB(), nullable=False),
        sa.Column('problem_code', sa.Text(), nullable=True),
        sa.Column('committed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_employee_imports_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_employee_imports'))
    )
    op.create_index('ix_employee_imports_recent', 'employee_imports', ['region_id', 'created_at'], unique=False)
    op.create_table('employees',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('siasn_id', sa.Text(), nullable=True),
        sa.Column('nip', sa.Text(), nullable=False),
        sa.Column('old_nip', sa.Text(), nullable=True),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('sort_name', sa.Text(), nullable=False),
        sa.Column('front_title', sa.Text(), nullable=True),
        sa.Column('back_title', sa.Text(), nullable=True),
        sa.Column('birth_place', sa.Text(), nullable=True),
        sa.Column('birth_date', sa.Date(), nullable=False),
        sa.Column('sex', sa.Enum('MALE', 'FEMALE', name='sex', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('phone', sa.Text(), nullable=True),
        sa.Column('email', sa.Text(), nullable=True),
        sa.Column('gov_email', sa.Text(), nullable=True),
        sa.Column('employment', sa.Enum('PNS', 'CPNS', 'PPPK', name='employment', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('employee_kind_code', sa.Text(), nullable=True),
        sa.Column('legal_standing_code', sa.Text(), nullable=False),
        sa.Column('active', sa.Boolean(), nullable=False),
        sa.Column('cpns_decree_number', sa.Text(), nullable=True),
        sa.Column('cpns_decree_date', sa.Date(), nullable=True),
        sa.Column('cpns_since', sa.Date(), nullable=True),
        sa.Column('pns_decree_number', sa.Text(), nullable=True),
        sa.Column('pns_decree_date', sa.Date(), nullable=True),
        sa.Column('pns_since', sa.Date(), nullable=True),
        sa.Column('first_grade_code', sa.Text(), nullable=True),
        sa.Column('service_years', sa.Integer(), nullable=True),
        sa.Column('service_months', sa.Integer(), nullable=True),
        sa.Column('education_level_code', sa.Text(), nullable=True),
        sa.Column('education_code', sa.Text(), nullable=True),
        sa.Column('education_name', sa.Text(), nullable=True),
        sa.Column('graduation_year', sa.Integer(), nullable=True),
        sa.Column('work_location', sa.Text(), nullable=True),
        sa.Column('restricted', sa.LargeBinary(), nullable=True),
        sa.Column('nik_index', sa.LargeBinary(), nullable=True),
        sa.Column('raw', postgresql.JSONB(), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_employees_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_employees')),
        sa.UniqueConstraint('region_id', 'nip', name=op.f('uq_employees_region_id_nip')),
        sa.UniqueConstraint('region_id', 'siasn_id', name=op.f('uq_employees_region_id_siasn_id'))
    )
    op.create_index('ix_employees_name', 'employees', ['region_id', 'sort_name', 'id'], unique=False)
    op.create_index('ix_employees_nik', 'employees', ['region_id', 'nik_index'], unique=False)
    op.create_index('ix_employees_search', 'employees', ['sort_name'], unique=False, postgresql_using='gin', postgresql_ops={'sort_name': 'gin_trgm_ops'})
    op.create_table('idempotency_keys',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('principal_id', sa.Uuid(), nullable=False),
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('body_hash', sa.LargeBinary(), nullable=False),
        sa.Column('status', sa.Integer(), nullable=False),
        sa.Column('headers', postgresql.JSONB(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_idempotency_keys_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'principal_id', 'key', name=op.f('pk_idempotency_keys'))
    )
    op.create_index('ix_idempotency_keys_age', 'idempotency_keys', ['created_at'], unique=False)
    op.create_table('journal',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column('transaction', TransactionId(), server_default=sa.text('pg_current_xact_id()'), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('entity', sa.Text(), nullable=False),
        sa.Column('entity_id', sa.Uuid(), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.Column('action', sa.Text(), nullable=False),
        sa.Column('account_id', sa.Uuid(), nullable=True),
        sa.Column('actor_id', sa.Uuid(), nullable=True),
        sa.Column('client_id', sa.Uuid(), nullable=True),
        sa.Column('on_behalf_of', sa.Uuid(), nullable=True),
        sa.Column('request_id', sa.Text(), nullable=True),
        sa.Column('operation_id', sa.Uuid(), nullable=True),
        sa.Column('changes', postgresql.JSONB(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=True),
        sa.Column('employee_id', sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_journal_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'seq', name=op.f('pk_journal'))
    )
    op.create_index('ix_journal_employee', 'journal', ['region_id', 'employee_id', 'seq'], unique=False)
    op.create_index('ix_journal_entity', 'journal', ['region_id', 'entity', 'entity_id', 'seq'], unique=False)
    op.create_index('uq_journal_operation', 'journal', ['region_id', 'operation_id'], unique=True, postgresql_where=sa.text('operation_id is not null'))
    op.create_table('policies',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('area', sa.Text(), nullable=False),
        sa.Column('valid_from', sa.Date(), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('content', postgresql.JSONB(), nullable=False),
        sa.Column('source', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_policies_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_policies')),
        sa.UniqueConstraint('region_id', 'area', 'valid_from', 'revision', name='uq_policies_area')
    )
    op.create_table('units',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('parent_id', sa.Uuid(), nullable=True),
        sa.Column('agency_id', sa.Uuid(), nullable=True),
        sa.Column('path', sa.Text(), nullable=False),
        sa.Column('kind', sa.Enum('REGION', 'AGENCY', 'UNIT', 'SCHOOL', 'HEALTH_CENTRE', name='unitkind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('head_title', sa.Text(), nullable=False),
        sa.Column('echelon', sa.Text(), nullable=True),
        sa.Column('zone', sa.Enum('WIB', 'WITA', 'WIT', name='zone', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('days_per_week', sa.Integer(), nullable=False),
        sa.Column('siasn_id', sa.Text(), nullable=True),
        sa.Column('closed_on', sa.Date(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'agency_id'], ['units.region_id', 'units.id'], name=op.f('fk_units_region_id_agency_id')),
        sa.ForeignKeyConstraint(['region_id', 'parent_id'], ['units.region_id', 'units.id'], name=op.f('fk_units_region_id_parent_id')),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_units_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_units')),
        sa.UniqueConstraint('region_id', 'siasn_id', name=op.f('uq_units_region_id_siasn_id'))
    )
    op.create_index('ix_units_parent', 'units', ['region_id', 'parent_id'], unique=False)
    op.create_index('ix_units_path', 'units', ['region_id', 'path'], unique=False, postgresql_ops={'path': 'text_pattern_ops'})
    op.create_table('accounts',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('login', sa.Text(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=True),
        sa.Column('status', sa.Enum('PENDING', 'ACTIVE', 'DISABLED', name='accountstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('password_hash', sa.Text(), nullable=True),
        sa.Column('password_changed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('totp_secret', sa.LargeBinary(), nullable=True),
        sa.Column('totp_confirmed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('totp_last_step', sa.Integer(), nullable=True),
        sa.Column('recovery_codes', postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_accounts_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_accounts_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_accounts')),
        sa.UniqueConstraint('region_id', 'employee_id', name='uq_accounts_employee'),
        sa.UniqueConstraint('region_id', 'login', name=op.f('uq_accounts_region_id_login'))
    )
    op.create_table('agency_goals',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('agency_id', sa.Uuid(), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('code', sa.Text(), nullable=False),
        sa.Column('statement', sa.Text(), nullable=False),
        sa.Column('target', sa.Text(), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'agency_id'], ['units.region_id', 'units.id'], name=op.f('fk_agency_goals_region_id_agency_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_agency_goals')),
        sa.UniqueConstraint('region_id', 'agency_id', 'year', 'code', name='uq_agency_goals_code')
    )
    op.create_table('clients',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column('secret_hash', sa.LargeBinary(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_clients_region_id_unit_id')),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_clients_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_clients'))
    )
    op.create_table('day_totals',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('drafts', sa.Integer(), nullable=False),
        sa.Column('waiting', sa.Integer(), nullable=False),
        sa.Column('verified', sa.Integer(), nullable=False),
        sa.Column('rejected', sa.Integer(), nullable=False),
        sa.Column('late', sa.Integer(), nullable=False),
        sa.Column('claimed_minutes', sa.Integer(), nullable=False),
        sa.Column('verified_minutes', sa.Integer(), nullable=False),
        sa.Column('verified_by_category', postgresql.JSONB(), nullable=False),
        sa.Column('first_reported_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_day_totals_region_id_employee_id')),
        sa.PrimaryKeyConstraint('region_id', 'employee_id', 'day', name=op.f('pk_day_totals'))
    )
    op.create_index('ix_day_totals_waiting', 'day_totals', ['region_id', 'employee_id', 'day'], unique=False, postgresql_where=sa.text('waiting > 0'))
    op.create_table('employee_grades',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('grade_code', sa.Text(), nullable=False),
        sa.Column('valid', postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('employee_id'), '='), (sa.column('valid'), '&&'), using='gist', name='ex_employee_grades_one_grade'),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_employee_grades_region_id_employee_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_employee_grades'))
    )
    op.create_index('ix_employee_grades_employee', 'employee_grades', ['region_id', 'employee_id'], unique=False)
    op.create_table('employee_import_rows',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('import_id', sa.Uuid(), nullable=False),
        sa.Column('line', sa.Integer(), nullable=False),
        sa.Column('nip', sa.Text(), nullable=True),
        sa.Column('action', sa.Enum('CREATE', 'CHANGE', 'UNCHANGED', 'REFUSE', name='rowaction', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=True),
        sa.Column('base_version', sa.Integer(), nullable=True),
        sa.Column('messages', postgresql.JSONB(), nullable=False),
        sa.Column('changes', postgresql.JSONB(), nullable=False),
        sa.Column('values', sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(['region_id', 'import_id'], ['employee_imports.region_id', 'employee_imports.id'], name=op.f('fk_employee_import_rows_region_id_import_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_employee_import_rows')),
        sa.UniqueConstraint('region_id', 'import_id', 'line', name='uq_employee_import_rows_line')
    )
    op.create_table('positions',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.Enum('STRUCTURAL', 'FUNCTIONAL', 'EXECUTIVE', name='positionkind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('is_head', sa.Boolean(), nullable=False),
        sa.Column('position_class', sa.Integer(), nullable=True),
        sa.Column('echelon', sa.Text(), nullable=True),
        sa.Column('siasn_id', sa.Text(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_positions_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_positions')),
        sa.UniqueConstraint('region_id', 'unit_id', 'kind', 'title', name='uq_positions_title')
    )
    op.create_index('uq_positions_head', 'positions', ['region_id', 'unit_id'], unique=True, postgresql_where=sa.text('is_head'))
    op.create_table('regional_days',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=True),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('source', sa.Text(), nullable=False),
        sa.Column('withdrawn', sa.Boolean(), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_regional_days_region_id_unit_id')),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_regional_days_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_regional_days'))
    )
    op.create_index('ix_regional_days_day', 'regional_days', ['region_id', 'day'], unique=False)
    op.create_table('reporting_lines',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('superior_id', sa.Uuid(), nullable=False),
        sa.Column('valid', postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('employee_id'), '='), (sa.column('valid'), '&&'), using='gist', name='ex_reporting_lines_one_superior'),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_reporting_lines_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'superior_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_reporting_lines_region_id_superior_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_reporting_lines'))
    )
    op.create_index('ix_reporting_lines_employee', 'reporting_lines', ['region_id', 'employee_id'], unique=False)
    op.create_index('ix_reporting_lines_superior', 'reporting_lines', ['region_id', 'superior_id'], unique=False)
    op.create_table('appointments',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('position_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('is_head', sa.Boolean(), nullable=False),
        sa.Column('kind', sa.Enum('DEFINITIVE', 'PLT', 'PLH', 'PJ', name='appointmentkind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('valid', postgresql.DATERANGE(), nullable=False),
        sa.Column('decree_number', sa.Text(), nullable=True),
        sa.Column('decree_date', sa.Date(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('employee_id'), '='), (sa.column('valid'), '&&'), where=sa.text("kind = 'DEFINITIVE'"), using='gist', name='ex_appointments_one_definitive_post'),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('unit_id'), '='), (sa.column('kind'), '='), (sa.column('valid'), '&&'), where=sa.text('is_head'), using='gist', name='ex_appointments_one_head'),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_appointments_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'position_id'], ['positions.region_id', 'positions.id'], name=op.f('fk_appointments_region_id_position_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_appointments_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_appointments'))
    )
    op.create_index('ix_appointments_employee', 'appointments', ['region_id', 'employee_id'], unique=False)
    op.create_index('ix_appointments_unit', 'appointments', ['region_id', 'unit_id'], unique=False)
    op.create_table('one_time_codes',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('account_id', sa.Uuid(), nullable=False),
        sa.Column('purpose', sa.Enum('ACTIVATION', 'PASSWORD_RESET', name='codepurpose', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('code_hash', sa.LargeBinary(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('created_by', sa.Uuid(), nullable=True),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'account_id'], ['accounts.region_id', 'accounts.id'], name=op.f('fk_one_time_codes_region_id_account_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_one_time_codes'))
    )
    op.create_index('ix_one_time_codes_account', 'one_time_codes', ['region_id', 'account_id'], unique=False)
    op.create_table('plans',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('position_id', sa.Uuid(), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('period', postgresql.DATERANGE(), nullable=False),
        sa.Column('approach', sa.Enum('QUANTITATIVE', 'QUALITATIVE', name='approach', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('plan_type', sa.Enum('JPT_OR_UNIT_HEAD', 'ADMIN_FUNCTIONAL', name='plantype', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('status', sa.Enum('DRAFT', 'SUBMITTED', 'RETURNED', 'APPROVED', 'REVISION_REQUESTED', 'CLOSED', 'ENDED', name='planstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('evaluator_id', sa.Uuid(), nullable=True),
        sa.Column('evaluator', postgresql.JSONB(), nullable=True),
        sa.Column('position', postgresql.JSONB(), nullable=False),
        sa.Column('note', sa.Text(), nullable=True),
        sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('decided_by', sa.Uuid(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('employee_id'), '='), (sa.column('period'), '&&'), where=sa.text("status <> 'ENDED'"), using='gist', name='ex_plans_one_at_a_time'),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_plans_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'evaluator_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_plans_region_id_evaluator_id')),
        sa.ForeignKeyConstraint(['region_id', 'position_id'], ['positions.region_id', 'positions.id'], name=op.f('fk_plans_region_id_position_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_plans_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_plans'))
    )
    op.create_index('ix_plans_employee', 'plans', ['region_id', 'employee_id', 'year'], unique=False)
    op.create_index('ix_plans_unit', 'plans', ['region_id', 'unit_id', 'year'], unique=False)
    op.create_table('role_grants',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('account_id', sa.Uuid(), nullable=False),
        sa.Column('role', sa.Enum('REGIONAL_ADMIN', name='grantedrole', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('valid', postgresql.DATERANGE(), nullable=False),
        sa.Column('granted_by', sa.Uuid(), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        postgresql.ExcludeConstraint((sa.column('region_id'), '='), (sa.column('account_id'), '='), (sa.column('role'), '='), (sa.column('unit_id'), '='), (sa.column('valid'), '&&'), using='gist', name='ex_role_grants_once'),
        sa.ForeignKeyConstraint(['region_id', 'account_id'], ['accounts.region_id', 'accounts.id'], name=op.f('fk_role_grants_region_id_account_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_role_grants_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_role_grants'))
    )
    op.create_table('sessions',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('account_id', sa.Uuid(), nullable=False),
        sa.Column('device', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('refresh_hash', sa.LargeBinary(), nullable=False),
        sa.Column('previous_hash', sa.LargeBinary(), nullable=True),
        sa.Column('rotated_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('otp_passed', sa.Boolean(), nullable=False),
        sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['region_id', 'account_id'], ['accounts.region_id', 'accounts.id'], name=op.f('fk_sessions_region_id_account_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_sessions')),
        sa.UniqueConstraint('region_id', 'refresh_hash', name=op.f('uq_sessions_region_id_refresh_hash'))
    )
    op.create_index('ix_sessions_account', 'sessions', ['region_id', 'account_id'], unique=False)
    op.create_index('ix_sessions_previous', 'sessions', ['region_id', 'previous_hash'], unique=False)
    op.create_table('plan_revisions',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('plan_id', sa.Uuid(), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('content', postgresql.JSONB(), nullable=False),
        sa.Column('approved_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('approved_by', sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(['region_id', 'plan_id'], ['plans.region_id', 'plans.id'], name=op.f('fk_plan_revisions_region_id_plan_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_plan_revisions')),
        sa.UniqueConstraint('region_id', 'plan_id', 'revision', name='uq_plan_revisions_revision')
    )
    op.create_table('work_results',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('plan_id', sa.Uuid(), nullable=False),
        sa.Column('kind', sa.Enum('PRIMARY', 'ADDITIONAL', name='resultkind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('parent_id', sa.Uuid(), nullable=True),
        sa.Column('goal_id', sa.Uuid(), nullable=True),
        sa.Column('perspective', sa.Enum('SERVICE_RECIPIENT', 'BUSINESS_PROCESS', 'INTERNAL_STRENGTHENING', 'BUDGET', name='perspective', native_enum=False, create_constraint=True, length=40), nullable=True),
        sa.Column('statement', sa.Text(), nullable=False),
        sa.Column('assignment_letter', sa.Text(), nullable=True),
        sa.Column('order_no', sa.Integer(), nullable=False),
        sa.Column('withdrawn', sa.Boolean(), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'goal_id'], ['agency_goals.region_id', 'agency_goals.id'], name=op.f('fk_work_results_region_id_goal_id')),
        sa.ForeignKeyConstraint(['region_id', 'parent_id'], ['work_results.region_id', 'work_results.id'], name=op.f('fk_work_results_region_id_parent_id')),
        sa.ForeignKeyConstraint(['region_id', 'plan_id'], ['plans.region_id', 'plans.id'], name=op.f('fk_work_results_region_id_plan_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_work_results'))
    )
    op.create_index('ix_work_results_parent', 'work_results', ['region_id', 'parent_id'], unique=False)
    op.create_index('ix_work_results_plan', 'work_results', ['region_id', 'plan_id'], unique=False)
    op.create_table('indicators',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('work_result_id', sa.Uuid(), nullable=False),
        sa.Column('aspect', sa.Enum('QUANTITY', 'QUALITY', 'TIME', 'COST', name='aspect', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('statement', sa.Text(), nullable=False),
        sa.Column('target_value', sa.Numeric(), nullable=True),
        sa.Column('target_upper', sa.Numeric(), nullable=True),
        sa.Column('target_unit', sa.Text(), nullable=True),
        sa.Column('target_text', sa.Text(), nullable=True),
        sa.Column('polarity', sa.Enum('HIGHER_IS_BETTER', 'LOWER_IS_BETTER', 'WITHIN_RANGE', name='polarity', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('order_no', sa.Integer(), nullable=False),
        sa.Column('withdrawn', sa.Boolean(), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['region_id', 'work_result_id'], ['work_results.region_id', 'work_results.id'], name=op.f('fk_indicators_region_id_work_result_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_indicators'))
    )
    op.create_index('ix_indicators_work_result', 'indicators', ['region_id', 'work_result_id'], unique=False)
    op.create_table('activities',
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('employee_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('position_id', sa.Uuid(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('start_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('end_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('minutes', sa.Integer(), nullable=False),
        sa.Column('category', sa.Enum('PRIMARY', 'ADDITIONAL', 'SPECIAL_ADDITIONAL', 'TEAM', 'NON_TASK', name='category', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('plan_id', sa.Uuid(), nullable=True),
        sa.Column('work_result_id', sa.Uuid(), nullable=True),
        sa.Column('indicator_id', sa.Uuid(), nullable=True),
        sa.Column('description', sa.Text(), nullable=False),
        sa.Column('output_quantity', sa.Numeric(), nullable=False),
        sa.Column('output_unit', sa.Text(), nullable=False),
        sa.Column('place_type', sa.Enum('OFFICE', 'OTHER_OFFICE', 'HOME', 'FIELD', name='placetype', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('latitude', sa.Double(), nullable=True),
        sa.Column('longitude', sa.Double(), nullable=True),
        sa.Column('accuracy_m', sa.Double(), nullable=True),
        sa.Column('mock_location', sa.Boolean(), nullable=True),
        sa.Column('location_provider', sa.Text(), nullable=True),
        sa.Column('evidence', postgresql.JSONB(), nullable=False),
        sa.Column('device_id', sa.Text(), nullable=True),
        sa.Column('device_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('status', sa.Enum('DRAFT', 'SUBMITTED', 'VERIFIED', 'REJECTED', name='activitystatus', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('flags', postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column('verifier_id', sa.Uuid(), nullable=True),
        sa.Column('verified_minutes', sa.Integer(), nullable=True),
        sa.Column('verified_quantity', sa.Numeric(), nullable=True),
        sa.Column('comment', sa.Text(), nullable=True),
        sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(status in ('VERIFIED', 'REJECTED')) = (decided_at is not null)", name=op.f('ck_activities_decided')),
        sa.CheckConstraint('end_at > start_at', name=op.f('ck_activities_ends_after_start')),
        sa.CheckConstraint('minutes > 0', name=op.f('ck_activities_minutes')),
        sa.CheckConstraint('verified_minutes between 0 and minutes', name=op.f('ck_activities_verified_minutes')),
        sa.ForeignKeyConstraint(['region_id', 'employee_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_activities_region_id_employee_id')),
        sa.ForeignKeyConstraint(['region_id', 'indicator_id'], ['indicators.region_id', 'indicators.id'], name=op.f('fk_activities_region_id_indicator_id')),
        sa.ForeignKeyConstraint(['region_id', 'plan_id'], ['plans.region_id', 'plans.id'], name=op.f('fk_activities_region_id_plan_id')),
        sa.ForeignKeyConstraint(['region_id', 'position_id'], ['positions.region_id', 'positions.id'], name=op.f('fk_activities_region_id_position_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_activities_region_id_unit_id')),
        sa.ForeignKeyConstraint(['region_id', 'verifier_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_activities_region_id_verifier_id')),
        sa.ForeignKeyConstraint(['region_id', 'work_result_id'], ['work_results.region_id', 'work_results.id'], name=op.f('fk_activities_region_id_work_result_id')),
        sa.PrimaryKeyConstraint('region_id', 'id', name=op.f('pk_activities'))
    )
    op.create_index('ix_activities_own', 'activities', ['region_id', 'employee_id', 'day', 'id'], unique=False)
    op.create_index('ix_activities_unit', 'activities', ['region_id', 'unit_id', 'day', 'id'], unique=False)
    op.create_index('ix_activities_waiting', 'activities', ['region_id', 'employee_id', 'day', 'id'], unique=False, postgresql_where=sa.text("status = 'SUBMITTED'"))
    # ### end Alembic commands ###

    op.execute("create schema if not exists jobs")
    op.execute("set local search_path to jobs, public")
    # Several statements in one go: only the driver itself takes them.
    op.get_bind().connection.dbapi_connection.run_async(lambda driver: driver.execute(JOBS.read_text()))
    op.execute("set local search_path to public")
