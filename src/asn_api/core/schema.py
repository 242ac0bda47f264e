"""How far a database's schema is from this code, without loading what migrates it."""

from pathlib import Path
from typing import Literal

import asyncpg

State = Literal["empty", "behind", "current", "ahead"]

VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"


def known() -> list[str]:
    """The revisions of this code, oldest first: a migration's file name begins with its revision."""
    return sorted(file.name[:13] for file in VERSIONS.glob("2*.py"))


async def state(connection: asyncpg.Connection) -> State:
    """`ahead`: the database knows a migration that this code does not."""
    if await connection.fetchval("select to_regclass('public.alembic_version')") is None:
        return "empty"
    current = await connection.fetchval("select version_num from public.alembic_version")
    if current is None:
        return "empty"
    if current == known()[-1]:
        return "current"
    return "behind" if current in known() else "ahead"


async def state_at(libpq: str) -> State:
    connection = await asyncpg.connect(libpq)
    try:
        return await state(connection)
    finally:
        await connection.close()
