"""What several migrations do. Landed ones count on it: what it does to a database must not change."""

import re
from datetime import date

import sqlalchemy as sa
from alembic import op


def allow(table: str, enum: str, column: str, *values: str) -> None:
    """Values after those that other migrations allowed before, whichever these were."""
    name = f"ck_{table}_{enum}"
    query = sa.text("select pg_get_constraintdef(oid) from pg_constraint where conname = :name")
    known = re.findall(r"'([A-Z_]+)'", op.get_bind().scalar(query, {"name": name}) or "")
    listed = ", ".join(f"'{value}'" for value in [*known, *values])
    op.drop_constraint(op.f(name), table)
    op.execute(f"alter table {table} add constraint {name} check ({column} in ({listed})) not valid")
    op.execute(f"alter table {table} validate constraint {name}")


def allow_notices(*kinds: str) -> None:
    allow("notifications", "noticekind", "kind", *kinds)


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
