"""Whether the database answers, and how far its schema is from this code; without what migrates it."""

import asyncio
from pathlib import Path
from typing import Literal

import asyncpg

from asn_api.core.settings import Settings, StartupError

State = Literal["empty", "behind", "current", "ahead"]

VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"
CONNECT_SECONDS = 5


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


async def connect(libpq: str) -> asyncpg.Connection:
    """StartupError when nothing answers there."""
    try:
        return await asyncpg.connect(libpq, timeout=CONNECT_SECONDS)
    except TimeoutError:
        reason = f"no answer within {CONNECT_SECONDS} seconds"
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).splitlines()[0].rstrip(".")
    raise StartupError(f"ASN_DATABASE_URL does not lead to a database: {reason}.")


async def state_at(libpq: str) -> State:
    connection = await connect(libpq)
    try:
        return await state(connection)
    finally:
        await connection.close()


def check_database(settings: Settings) -> State:
    """The schema's state; StartupError when nothing answers."""
    return asyncio.run(state_at(settings.libpq))


def refuse_newer(found: State) -> None:
    if found == "ahead":
        raise StartupError(
            "The database was made by a newer asn-api: update this one, or use another database."
        )
