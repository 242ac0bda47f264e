"""Recommendations of classes, as the nightly run finds them; the first run fills them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from asn_api.migrations.steps import found_policy

revision = "20261124_0050"
down_revision = "20261124_0040"
branch_labels = None
depends_on = None

RECOMMENDATION = """{"repeat_after_years": 3, "most": 10}"""


def _within(name: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["region_id", column], [f"{other}.region_id", f"{other}.id"], name=op.f(f"fk_{name}_region_id_{column}")
    )


def upgrade() -> None:
    op.create_table(
        "recommendation_runs",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("recommended", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_recommendation_runs_region_id")),
        sa.PrimaryKeyConstraint("region_id", name=op.f("pk_recommendation_runs")),
    )
    op.create_table(
        "recommendations",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("closes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("rank > 0 and points >= 0 and hours >= 0", name=op.f("ck_recommendations_figures")),
        _within("recommendations", "employee_id", "employees"),
        _within("recommendations", "unit_id", "units"),
        _within("recommendations", "class_id", "course_classes"),
        sa.PrimaryKeyConstraint("region_id", "id", name=op.f("pk_recommendations")),
        sa.UniqueConstraint("region_id", "employee_id", "rank", name="uq_recommendations_rank"),
    )
    op.create_index("ix_recommendations_best", "recommendations", ["region_id", "points", "id"])
    op.create_index("ix_recommendations_unit", "recommendations", ["region_id", "unit_id"])
    op.create_index("ix_recommendations_class", "recommendations", ["region_id", "class_id", "points", "id"])
    found_policy("recommendation", "2023-01-01", RECOMMENDATION)
