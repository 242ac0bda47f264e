"""Regions without a caller: what jobs do in every one, and the one of a code."""

import logging
from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access, system
from asn_api.access.grants import Permission
from asn_api.core.jobs import Means
from asn_api.errors import Problem
from asn_api.tables.organization import Region

log = logging.getLogger(__name__)


async def each_region(
    means: Means,
    permission: Permission,
    run: Callable[[Access], Awaitable[object]],
    region_id: str | None = None,
) -> None:
    """All regions one after the other, or the one that a job was deferred for.

    One that lacks a policy keeps no other waiting.
    """
    statement = select(Region).order_by(Region.code)
    if region_id is not None:
        statement = statement.where(Region.id == UUID(region_id))
    async with means.database.sessions() as db:
        regions = list(await db.scalars(statement))
    for region in regions:
        try:
            await run(system(region.id, permission, means.clock(), region.zone))
        except Problem as problem:
            log.warning("a job with %s in region %s: %s", permission, region.code, problem.code)


async def named(db: AsyncSession, code: str) -> Region | None:
    """For the public operations, whose callers bring no region with them."""
    region: Region | None = await db.scalar(select(Region).where(Region.code == code))
    return region
