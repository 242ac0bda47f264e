"""Forgets delivered reaches that no token can name any more."""

from datetime import timedelta

from sqlalchemy import delete

from asn_api.areas.sync.pulling import TOKEN_DAYS
from asn_api.core.jobs import Job, Means
from asn_api.tables.sync import SyncView


async def forget_views(means: Means) -> None:
    unused = (means.clock() - timedelta(days=TOKEN_DAYS + 2)).date()
    async with means.database.sessions() as db, db.begin():
        await db.execute(delete(SyncView).where(SyncView.used_on < unused))


FORGET_VIEWS = Job("sync.forget_views", forget_views, every="11 3 * * *")
