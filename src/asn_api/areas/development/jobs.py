"""By the clock: whoever a survey asks is told that it is open."""

from functools import partial

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.development import surveys
from asn_api.core.database import Database
from asn_api.core.jobs import Job, Means


async def tell_of_surveys(means: Means, region_id: str | None = None) -> None:
    await each_region(means, Permission.SURVEYS_MANAGE, partial(_tell, means.database), region_id)


async def _tell(database: Database, access: Access) -> None:
    async with database.sessions() as db, db.begin():
        await surveys.tell(access, db)


TELL_OF_SURVEYS = Job("development.tell_of_surveys", tell_of_surveys, every="25 * * * *")
