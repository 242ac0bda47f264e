"""Reminders by the clock, and the end of old notifications."""

from datetime import timedelta
from functools import partial

from sqlalchemy import text

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.notifications import reminding
from asn_api.areas.notifications.writing import forget
from asn_api.areas.policies.current import policy_on
from asn_api.core.database import Database, driver_of
from asn_api.core.jobs import Job, Means
from asn_api.rules.policy import NotificationPolicy


async def remind_all(means: Means, region_id: str | None = None) -> None:
    await each_region(means, Permission.ME, partial(reminding.remind, means.database), region_id)


async def forget_old(means: Means, region_id: str | None = None) -> None:
    await each_region(means, Permission.ME, partial(_forget, means.database), region_id)


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


REMIND = Job("notifications.remind", remind_all, every="3 * * * *")
FORGET_OLD = Job("notifications.forget_old", forget_old, every="29 3 * * *")
