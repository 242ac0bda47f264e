"""Counts of the cycle's periods, by unit and by evaluator; the first run of the job fills them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_0090"
down_revision = "20261123_0080"
branch_labels = None
depends_on = None


def _key() -> list[sa.Column]:
    return [
        sa.Column('region_id', sa.Uuid(), nullable=False),
        sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('kind', sa.Enum('PERIODIC', 'YEARLY', name='evaluationkind', native_enum=False, create_constraint=True, length=40), nullable=False),
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    ]


def _of_period(name: str) -> sa.ForeignKeyConstraint:
    names = ['region_id', 'year', 'kind', 'number']
    return sa.ForeignKeyConstraint(names, [f'cycle_periods.{each}' for each in names], name=op.f(f'fk_{name}_region_id_year_kind_number'), ondelete='CASCADE')


def upgrade() -> None:
    op.create_table('cycle_periods',
        *_key(),
        sa.Column('first_day', sa.Date(), nullable=False),
        sa.Column('last_day', sa.Date(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('epoch', sa.Integer(), nullable=False),
        sa.Column('seen', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['region_id'], ['regions.id'], name=op.f('fk_cycle_periods_region_id')),
        sa.PrimaryKeyConstraint('region_id', 'year', 'kind', 'number', name=op.f('pk_cycle_periods')),
    )
    op.create_table('cycle_units',
        *_key(),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('figures', postgresql.JSONB(), nullable=False),
        sa.Column('people', postgresql.JSONB(), nullable=True),
        _of_period('cycle_units'),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_cycle_units_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'year', 'kind', 'number', 'unit_id', name=op.f('pk_cycle_units')),
    )
    op.create_table('cycle_duties',
        *_key(),
        sa.Column('evaluator_id', sa.Uuid(), nullable=False),
        sa.Column('unit_id', sa.Uuid(), nullable=False),
        sa.Column('ratings_waiting', sa.Integer(), nullable=False),
        sa.Column('ratings_late', sa.Integer(), nullable=False),
        sa.Column('ratings_oldest', sa.Date(), nullable=True),
        sa.Column('statements_waiting', sa.Integer(), nullable=False),
        sa.Column('statements_late', sa.Integer(), nullable=False),
        sa.Column('statements_oldest', sa.Date(), nullable=True),
        sa.Column('plans_waiting', sa.Integer(), nullable=False),
        sa.Column('plans_late', sa.Integer(), nullable=False),
        sa.Column('plans_oldest', sa.Date(), nullable=True),
        sa.Column('done', sa.Integer(), nullable=False),
        sa.Column('days_late', sa.ARRAY(sa.Integer()), nullable=False),
        _of_period('cycle_duties'),
        sa.ForeignKeyConstraint(['region_id', 'evaluator_id'], ['employees.region_id', 'employees.id'], name=op.f('fk_cycle_duties_region_id_evaluator_id')),
        sa.ForeignKeyConstraint(['region_id', 'unit_id'], ['units.region_id', 'units.id'], name=op.f('fk_cycle_duties_region_id_unit_id')),
        sa.PrimaryKeyConstraint('region_id', 'year', 'kind', 'number', 'evaluator_id', 'unit_id', name=op.f('pk_cycle_duties')),
    )


def downgrade() -> None:
    for name in ('cycle_duties', 'cycle_units', 'cycle_periods'):
        op.drop_table(name)
