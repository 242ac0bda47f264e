"""What several migrations do. Landed ones count on it: what it does to a database must not change."""

import re
from datetime import date

import sqlalchemy as sa
from alembic import op


def allow_notices(*kinds: str) -> None:
    """Kinds after those that other migrations allowed before, whichever these were."""
    query = (
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'ck_notifications_noticekind'"
    )
    known = re.findall(r"'([A-Z_]+)'", op.get_bind().scalar(sa.text(query)) or "")
    listed = ", ".join(f"'{kind}'" for kind in [*known, *kinds])
    op.drop_constraint(op.f("ck_notifications_noticekind"), "notifications")
    op.execute(
        f"alter table notifications add constraint ck_notifications_noticekind check (kind in ({listed})) not valid"
    )
    op.execute("alter table notifications validate constraint ck_notifications_noticekind")


def found_policy(area: str, valid_from: str, content: str) -> None:
    """Give the regions that are there the numbers that new ones get from data/policies.json."""
    op.get_bind().execute(
        sa.text(
            "insert into policies (region_id, id, area, valid_from, revision, content, source, created_at) "
            "select id, gen_random_uuid(), :area, cast(:valid_from as date), 1, cast(:content as jsonb), "
            "'bawaan asn_api (data/policies.json)', now() from regions"
        ),
        {"area": area, "valid_from": date.fromisoformat(valid_from), "content": content},
    )
