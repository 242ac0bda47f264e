"""The mark of a demo city, whose passwords everybody knows: production must not serve it."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.tables.policies import Policy

SOURCE = "asn-api:demo-city:passwords-are-public"
"""Of the identity policy that lets the demo's people sign in without a second factor. Reserved: no regulation
is called so, and nobody types it by accident."""


async def has_demo_logins(db: AsyncSession) -> bool:
    return bool(await db.scalar(select(exists().where(Policy.area == "identity", Policy.source == SOURCE))))
