"""Samples of the policies area: the region's numbers are everybody's to read, its admin's to change."""

from sqlalchemy import select

from asn_api.tables.policies import Policy
from tests.factories import City
from tests.matrix import Build, Sample


async def revised(city: City) -> Sample:
    async with city.database.sessions() as db:
        content = await db.scalar(
            select(Policy.content).where(Policy.region_id == city.region.id, Policy.area == "activities")
        )
    body = {"valid_from": "2027-01-01", "content": content, "source": "Peraturan Wali Kota"}
    return Sample({"area": "activities"}, body=body, about="caller")


SAMPLES: dict[str, Build] = {
    "list_policies": lambda city: Sample(about="caller"),
    "get_policy": lambda city: Sample({"area": "activities"}, about="caller"),
    "list_policy_revisions": lambda city: Sample({"area": "activities"}, about="caller"),
    "revise_policy": revised,
}
