"""Brings a database to the schema of this code, and says how far it is."""

import asyncio
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

State = Literal["empty", "behind", "current", "ahead"]

MIGRATIONS = Path(__file__).parents[1] / "migrations"


def configuration(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Apply the migrations that are missing. Takes an advisory lock, so that two starts do not collide."""
    command.upgrade(configuration(url), "head")


def state(url: str) -> State:
    """`ahead` means that the database knows a migration that this code does not."""
    return asyncio.run(_state(url))


async def _state(url: str) -> State:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await engine.dispose()


def compare(connection: Connection) -> State:
    current = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(configuration(""))
    if current is None:
        return "empty"
    if current == scripts.get_current_head():
        return "current"
    return "behind" if current in {script.revision for script in scripts.walk_revisions()} else "ahead"
