"""Reminders of forums that begin soon and of agreed actions that are due."""

from datetime import timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.monitoring import coaching_queries, forum_queries
from asn_api.areas.monitoring.forums import when
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.policies.current import policy_on
from asn_api.core.database import Database, driver_of
from asn_api.core.jobs import Job, Means
from asn_api.rules.monitoring_policy import MonitoringPolicy
from asn_api.rules.notifications import NoticeKind


async def remind(means: Means, region_id: str | None = None) -> None:
    """Once for each person and occasion, however often it runs."""
    await each_region(means, Permission.ME, partial(_remind, means.database), region_id)


async def _remind(database: Database, access: Access) -> None:
    async with database.sessions() as db, db.begin():
        await notify(await driver_of(db), access, await _due(access, db))


async def _due(access: Access, db: AsyncSession) -> list[Notice]:
    policy = await policy_on(db, access.region_id, MonitoringPolicy, access.today)
    until = access.now + timedelta(hours=policy.forum_reminder_hours)
    notices = []
    for row in await db.execute(forum_queries.soon(access, until)):
        params = when(row.starts_at, access.actor.zone)
        day = row.starts_at.astimezone(access.actor.zone.tz).date()
        notices.append(Notice(row.employee_id, NoticeKind.FORUM_SOON, "forum", row.id, day, params))
    last = access.today + timedelta(days=policy.action_reminder_days)
    for action in await db.execute(coaching_queries.due(access, last)):
        told = {"day": action.due.isoformat()}
        kind = NoticeKind.AGREED_ACTION_DUE
        notices.append(Notice(action.employee_id, kind, "coaching", action.session_id, action.due, told))
    return notices


REMIND = Job("monitoring.remind", remind, every="13 * * * *")
