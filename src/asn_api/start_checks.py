"""What must be true of the database's content before a server or worker touches it."""

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.areas.identity.demo_logins import has_demo_logins
from asn_api.areas.identity.keys import can_sign
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.journal import is_of_another_cluster
from asn_api.core.settings import Settings, StartupError


async def check_content(db: AsyncSession, settings: Settings, keyring: Keyring) -> None:
    """StartupError for the demo city in production, keys of another database, a restore from another server."""
    if settings.environment == "production" and await has_demo_logins(db):
        raise StartupError("This database holds the demo city, whose passwords everybody knows.")
    if not await can_sign(db, keyring):
        raise StartupError(
            "ASN_ENCRYPTION_KEYS does not open what this database holds: "
            "give the keys with which it was written."
        )
    if await is_of_another_cluster(db):
        raise StartupError(
            "This database was restored from another server, whose order of changes the phones know: "
            "run `asn-api db restored` once, then start again."
        )


async def check_content_of(settings: Settings) -> None:
    database = Database(settings)
    try:
        async with database.sessions() as db:
            await check_content(db, settings, Keyring(settings.keys))
    finally:
        await database.stop()
