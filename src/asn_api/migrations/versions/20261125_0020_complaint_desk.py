"""The desk of complaints: suggested agencies, ready answers, codes that check a contact, activities that name one."""

import sqlalchemy as sa
from alembic import op

revision = "20261125_0020"
down_revision = "20261125_0015"
branch_labels = None
depends_on = None

POLICIES = """
update policies set content = '{
    "routing_days": 730, "routing_shown": 3, "routing_category_points": 5, "intake_items": 50,
    "contact_check_required": false, "contact_code_minutes": 15, "contact_code_attempts": 5}'::jsonb || content
where area = 'complaints'
"""


def _within(name: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["region_id", column], [f"{other}.region_id", f"{other}.id"], name=op.f(f"fk_{name}_region_id_{column}")
    )


def upgrade() -> None:
    op.create_table(
        "complaint_templates",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _within("complaint_templates", "agency_id", "units"),
        _within("complaint_templates", "category_id", "complaint_categories"),
        sa.ForeignKeyConstraint(["region_id"], ["regions.id"], name=op.f("fk_complaint_templates_region_id")),
        sa.PrimaryKeyConstraint("region_id", "id", name=op.f("pk_complaint_templates")),
    )
    op.create_index("ix_complaint_templates_name", "complaint_templates", ["region_id", "name", "id"])
    op.add_column(
        "complaint_reporters",
        sa.Column("contact_verified", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_table(
        "complaint_contact_codes",
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_index", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_id"], ["regions.id"], name=op.f("fk_complaint_contact_codes_region_id")
        ),
        sa.PrimaryKeyConstraint("region_id", "id", name=op.f("pk_complaint_contact_codes")),
        sa.UniqueConstraint("region_id", "contact_index", name="uq_complaint_contact_codes_contact"),
    )
    op.add_column("activities", sa.Column("complaint_id", sa.Uuid(), nullable=True))
    # Without a look at millions of rows: no value was there before.
    op.create_foreign_key(
        op.f("fk_activities_region_id_complaint_id"),
        "activities",
        "complaints",
        ["region_id", "complaint_id"],
        ["region_id", "id"],
        postgresql_not_valid=True,
    )
    op.execute("alter table activities validate constraint fk_activities_region_id_complaint_id")
    op.execute(POLICIES)
