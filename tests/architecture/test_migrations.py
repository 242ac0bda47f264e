"""The migrations build exactly the declared tables, with every constraint and index."""

import secrets
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from asn_api.core.schema import state_at
from asn_api.core.settings import Settings, libpq
from asn_api.tables import every_table

CATALOGUE = {
    "columns": """
        select c.relname || '.' || a.attname,
               format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
               || ' ' || a.attidentity::text || a.attgenerated::text
               || coalesce(' ' || pg_get_expr(d.adbin, d.adrelid), '')
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid
        left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
              and not a.attisdropped and c.relname <> 'alembic_version'""",
    "constraints": """
        select conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
        from pg_constraint
        where connamespace = 'public'::regnamespace and conrelid <> 0
              and conrelid <> coalesce(to_regclass('alembic_version'), 0)""",
    "indexes": """
        select tablename || '.' || indexname, indexdef
        from pg_indexes where schemaname = 'public' and tablename <> 'alembic_version'""",
}


@pytest.fixture(scope="module")
async def declared(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A database made from the tables themselves."""
    name = f"declared_{secrets.token_hex(4)}"
    server = await asyncpg.connect(libpq(settings.database))
    await server.execute(f"create database {name}")
    url = settings.database.rpartition("/")
    database = f"{url[0]}/{name}" + ("?" + url[2].partition("?")[2] if "?" in url[2] else "")
    engine = create_async_engine(database)
    async with engine.begin() as connection:
        for extension in ("btree_gist", "btree_gin", "pg_trgm"):
            await connection.execute(text(f"create extension {extension}"))
        await connection.run_sync(every_table().create_all)
    await engine.dispose()
    made = await asyncpg.connect(libpq(database))
    yield made
    await made.close()
    await server.execute(f"drop database {name}")
    await server.close()


@pytest.mark.parametrize("what", CATALOGUE)
async def test_migrations_build_exactly_the_declared(
    what: str, declared: asyncpg.Connection, settings: Settings
) -> None:
    migrated = await asyncpg.connect(libpq(settings.database))
    try:
        built = dict(map(tuple, await migrated.fetch(CATALOGUE[what])))
    finally:
        await migrated.close()
    wanted = dict(map(tuple, await declared.fetch(CATALOGUE[what])))
    assert wanted
    assert built == wanted


async def test_a_migrated_database_is_current(database_url: str) -> None:
    assert await state_at(libpq(database_url)) == "current"
