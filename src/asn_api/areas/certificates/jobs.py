"""Certificates follow the results of classes; what is asked afterwards opens, reminds and closes by the clock."""

from functools import partial
from uuid import UUID

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.certificates import queries
from asn_api.areas.certificates.deciding import revoke_undone
from asn_api.areas.certificates.issuing import ISSUE, issue
from asn_api.core.database import Database
from asn_api.core.jobs import Job, Means

UNDONE = "Kelulusan dibatalkan oleh penyelenggara."
"""The holder reads it, as any reason."""


async def issue_all(means: Means, region_id: str | None = None, class_id: str | None = None) -> None:
    """Of one class, or of all in which somebody waits."""
    one = UUID(class_id) if class_id is not None else None
    await each_region(means, Permission.CERTIFICATES_VERIFY, partial(_issue, means.database, one), region_id)


async def _issue(database: Database, class_id: UUID | None, access: Access) -> None:
    """Each class in a transaction of its own."""
    if class_id is not None:
        waiting = [class_id]
    else:
        async with database.sessions() as db:
            waiting = list(await db.scalars(queries.waiting_classes(access)))
    for each in waiting:
        async with database.sessions() as db, db.begin():
            await issue(access, db, each)
    async with database.sessions() as db, db.begin():
        await revoke_undone(access, db, UNDONE)


ISSUE_CERTIFICATES = Job(ISSUE, issue_all, every="19 * * * *")
