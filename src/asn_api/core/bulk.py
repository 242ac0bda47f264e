"""Many rows at once: COPY through the driver, inside the session's transaction, and its aftermath."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import orjson
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB, Range
from sqlalchemy.dialects.postgresql.ranges import MultiRange
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.core.mapping import Table


async def copy_in(db: AsyncSession, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> None:
    """All rows name the same columns; defaults of the mapping do not apply, those of the database do."""
    if not rows:
        return
    await db.flush()
    # The foreign keys of all rows are checked by plans made once: made for each row's values they took most of the
    # time, and for a region that the statistics do not know yet they went by the wrong index.
    await db.execute(text("SET LOCAL plan_cache_mode = 'force_generic_plan'"))
    driver: Any = (await (await db.connection()).get_raw_connection()).driver_connection
    names = list(rows[0])
    types = table.__table__.columns
    columns = [_plain([row[name] for row in rows], isinstance(types[name].type, JSONB)) for name in names]
    await driver.copy_records_to_table(table.__tablename__, records=zip(*columns, strict=True), columns=names)
    await db.execute(text("SET LOCAL plan_cache_mode = 'force_custom_plan'"))


def _plain(values: list[Any], is_json: bool) -> list[Any]:
    if is_json:
        return [orjson.dumps(value, default=str).decode() for value in values]
    if any(isinstance(value, Range) for value in values):
        return [_range(value) for value in values]
    if any(isinstance(value, MultiRange) for value in values):
        return [value and [_range(each) for each in value] for value in values]
    return values


def _range(value: Range[Any]) -> Any:
    return asyncpg.Range(value.lower, value.upper)


async def analyze(db: AsyncSession, *tables: type[Table]) -> None:
    """Tell the planner of many new rows: until autovacuum comes by, a new region looks empty to it."""
    await db.execute(text("ANALYZE " + ", ".join(table.__tablename__ for table in tables)))
