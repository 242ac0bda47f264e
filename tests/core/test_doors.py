"""The doors' plans: hot statements keep theirs, sessions plan each time, and only COPY borrows the other way."""

from sqlalchemy import text

from asn_api.core.bulk import copy_in
from asn_api.core.database import Database
from asn_api.core.mapping import uuid7
from asn_api.tables.organization import Region


async def test_a_copy_leaves_the_session_to_plan_for_values_again(database: Database) -> None:
    modes = []
    async with database.sessions() as db:
        modes.append(await db.scalar(text("show plan_cache_mode")))
        await copy_in(db, Region, [{"id": uuid7(), "code": "salin", "name": "Salin", "zone": "WIB"}])
        modes.append(await db.scalar(text("show plan_cache_mode")))
        await db.rollback()
        modes.append(await db.scalar(text("show plan_cache_mode")))
    assert modes == ["force_custom_plan"] * 3


async def test_a_hot_statement_goes_by_an_index_although_its_table_held_little_when_it_was_planned(
    database: Database,
) -> None:
    async with database.acquire() as driver:
        await driver.execute("create temporary table few (id int primary key)")
        await driver.execute("insert into few select generate_series(1, 5)")
        await driver.execute("analyze few")
        plan = await driver.fetch("explain select from few where id = $1", 3)
        await driver.execute("drop table few")
    assert "few_pkey" in plan[0][0]
