"""What keeps the dashboards' counts up to date."""

from functools import partial

from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.cycle.counting import keep_counts
from asn_api.core.jobs import Job, Means


async def keep(means: Means, region_id: str | None = None) -> None:
    await each_region(means, Permission.EVALUATIONS_READ, partial(keep_counts, means.database), region_id)


KEEP_COUNTS = Job("cycle.keep_counts", keep, every="* * * * *")
