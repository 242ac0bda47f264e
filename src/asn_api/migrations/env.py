"""Runs the migrations, one transaction each, giving up on a lock after five seconds, on a statement after an hour."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from asn_api.tables import every_table

_LOCK = 7_245_011_803


def _run(connection: Connection) -> None:
    connection.execute(text(f"select pg_advisory_lock({_LOCK})"))
    connection.execute(text("set lock_timeout = '5s'"))
    connection.execute(text("set statement_timeout = '1h'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=every_table(),
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _online() -> None:
    engine = create_async_engine(context.config.attributes["url"])
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run)
    finally:
        await engine.dispose()


asyncio.run(_online())
