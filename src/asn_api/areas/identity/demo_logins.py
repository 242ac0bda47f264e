"""The mark of a demo city, whose passwords everybody knows: production must not serve it."""

import asyncpg
from sqlalchemy import exists, select

from asn_api.core.database import Prepared
from asn_api.tables.policies import Policy

SOURCE = "asn-api:demo-city:passwords-are-public"
"""Of the identity policy that lets the demo's people sign in without a second factor. Reserved: no regulation
is called so, and nobody types it by accident."""


_FOUND = Prepared(select(exists().where(Policy.area == "identity", Policy.source == SOURCE)))


async def has_demo_logins(connection: asyncpg.Connection) -> bool:
    return bool(await connection.fetchval(_FOUND.sql, *_FOUND.arguments({})))
