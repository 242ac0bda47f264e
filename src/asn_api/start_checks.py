"""What must be true of the database before a server or worker touches it."""

import asyncio

import asyncpg

from asn_api.areas.identity.demo_logins import has_demo_logins
from asn_api.areas.identity.keys import can_sign
from asn_api.core import schema
from asn_api.core.crypto import Keyring
from asn_api.core.journal import is_of_another_cluster
from asn_api.core.settings import Settings, StartupError


def check(settings: Settings) -> None:
    """A server or worker only runs on the schema of its own code and on content that it can serve."""
    asyncio.run(_check(settings))


async def _check(settings: Settings) -> None:
    connection = await schema.connect(settings.libpq)
    try:
        found = await schema.state(connection)
        schema.refuse_newer(found)
        if found != "current":
            raise StartupError(f"The database's schema is {found}: run `asn-api db upgrade`.")
        await check_content(connection, settings, Keyring(settings.keys))
    finally:
        await connection.close()


async def check_content(connection: asyncpg.Connection, settings: Settings, keyring: Keyring) -> None:
    """StartupError for the demo city in production, keys of another database, a restore from another server."""
    if settings.environment == "production" and await has_demo_logins(connection):
        raise StartupError("This database holds the demo city, whose passwords everybody knows.")
    if not await can_sign(connection, keyring):
        raise StartupError(
            "ASN_ENCRYPTION_KEYS does not open what this database holds: "
            "give the keys with which it was written."
        )
    if await is_of_another_cluster(connection):
        raise StartupError(
            "This database was restored from another server, whose order of changes the phones know: "
            "run `asn-api db restored` once, then start again."
        )
