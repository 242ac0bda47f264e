"""The nightly run of recommendations."""

from functools import partial

from asn_api.access.grants import Permission
from asn_api.access.regions import each_region
from asn_api.areas.recommendations.keeping import recommend_all
from asn_api.core.jobs import Job, Means


async def recommend(means: Means, region_id: str | None = None) -> None:
    run = partial(recommend_all, means.database)
    await each_region(means, Permission.TRAINING_NEEDS_READ, run, region_id)


RECOMMEND = Job("recommendations.recommend", recommend, every="40 17 * * *")
"""At 00:40 in Jakarta."""
