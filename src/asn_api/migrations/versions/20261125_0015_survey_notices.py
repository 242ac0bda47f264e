"""Whoever a survey of training needs asks is told."""

from asn_api.migrations.steps import allow_notices

revision = "20261125_0015"
down_revision = "20261125_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    allow_notices("TRAINING_SURVEY_OPEN")
