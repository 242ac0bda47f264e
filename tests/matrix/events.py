"""Samples of the stream of events."""

from tests.factories import City
from tests.matrix import Build, Sample
from tests.matrix.activities import recorded


async def streamed(city: City) -> Sample:
    async with city.call_as("staff") as staff:
        answer = await staff.get("/v1/events", params={"follow": "false"})
    id = answer.text.partition("id: ")[2].partition("\n")[0]
    owners = ("staff", "other_staff", "supervisor")
    rows = {await recorded(city, owner): owner for owner in owners}
    # The partner's scopes do not name this one; a region's ids are refused in another.
    return Sample(query={"since": id, "follow": "false", "types": "activity"}, rows=rows)


SAMPLES: dict[str, Build] = {"stream_events": streamed}
