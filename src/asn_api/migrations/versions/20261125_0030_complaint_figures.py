"""Figures of complaints by month and year, which a job keeps, and from how many complaints on they are published."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261125_0030"
down_revision = "20261125_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaint_months",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("units", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_complaint_months_region_id")),
        sa.PrimaryKeyConstraint("region_id", "month", name=op.f("pk_complaint_months")),
    )
    op.create_table(
        "complaint_years",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agencies", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_complaint_years_region_id")),
        sa.PrimaryKeyConstraint("region_id", "year", name=op.f("pk_complaint_years")),
    )
    op.execute(
        "update policies set content = content || '{\"least_public\": 5}' "
        "where area = 'complaints' and not content ? 'least_public'"
    )
