"""Reminders by the clock, and the end of old notifications."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import select, text

from asn_api.access.actor import Access, system
from asn_api.access.grants import Permission
from asn_api.areas.notifications import reminding
from asn_api.areas.notifications.writing import forget
from asn_api.areas.policies.current import policy_on
from asn_api.core.database import Database, driver_of
from asn_api.core.jobs import Job, Means
from asn_api.errors import Problem
from asn_api.rules.policy import NotificationPolicy
from asn_api.tables.organization import Region

log = logging.getLogger(__name__)


async def remind_all(means: Means) -> None:
    await _each_region(means, reminding.remind)


async def forget_old(means: Means) -> None:
    await _each_region(means, _forget)


async def _forget(database: Database, access: Access) -> int:
    """Delete what is older than the policy's days, in small transactions."""
    async with database.sessions() as db:
        policy = await policy_on(db, access.region_id, NotificationPolicy, access.today)
    before = access.now - timedelta(days=policy.kept_days)
    total = 0
    while True:
        async with database.sessions() as db, db.begin():
            await db.execute(text("select 1"))
            gone = await forget(await driver_of(db), access, before, reminding.BATCH)
        total += gone
        if gone < reminding.BATCH:
            return total


async def _each_region(means: Means, run: Callable[[Database, Access], Awaitable[int]]) -> None:
    """A region that lacks a policy must not keep the others waiting."""
    now = means.clock()
    async with means.database.sessions() as db:
        regions = list(await db.scalars(select(Region).order_by(Region.code)))
    for region in regions:
        access = system(region.id, Permission.ME, now, region.zone)
        try:
            await run(means.database, access)
        except Problem as problem:
            log.warning("notifications of region %s: %s", region.code, problem.code)


REMIND = Job("notifications.remind", remind_all, every="3 * * * *")
FORGET_OLD = Job("notifications.forget_old", forget_old, every="29 3 * * *")
