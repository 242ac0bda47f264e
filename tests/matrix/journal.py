"""Samples of the journal."""

from tests.factories import City
from tests.matrix import Build, Sample
from tests.matrix.activities import recorded


async def listed(city: City) -> Sample:
    return Sample(rows={await recorded(city): "staff", await recorded(city, "other_staff"): "other_staff"})


SAMPLES: dict[str, Build] = {"list_journal": listed}
