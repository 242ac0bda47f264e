"""Samples of the calendar area: days of the region are everybody's to read."""

from datetime import date
from itertools import count

from asn_api.core.mapping import uuid7
from asn_api.tables.policies import RegionalDay
from tests.factories import City
from tests.matrix import Build, Sample, add

_days = count(1)


async def day(city: City) -> str:
    row = RegionalDay(
        region_id=city.region.id,
        id=uuid7(),
        day=date(2027, 4, next(_days)),
        unit_id=city.units["ward"].id,
        name="Hari Jadi",
        source="Keputusan Wali Kota",
    )
    await add(city, row)
    return str(row.id)


async def listed(city: City) -> Sample:
    return Sample(rows={await day(city): "region"})


async def one(city: City) -> Sample:
    return Sample({"id": await day(city)}, about="ward")


async def changed(city: City) -> Sample:
    return Sample({"id": await day(city)}, body={"name": "Hari Jadi Kota"}, about="ward")


def declared(city: City) -> Sample:
    body = {
        "day": "2027-05-03",
        "unit_id": str(city.units["ward"].id),
        "name": "Libur",
        "source": "Keputusan",
    }
    return Sample(body=body, about="ward")


SAMPLES: dict[str, Build] = {
    "get_calendar": lambda city: Sample(query={"year": 2026}, about="caller"),
    "get_calendar:of a unit": lambda city: Sample(
        query={"year": 2026, "unit_id": city.units["ward"].id}, about="ward"
    ),
    "get_calendar_day": lambda city: Sample(
        {"day": "2026-11-20"}, {"unit_id": city.units["ward"].id}, about="ward"
    ),
    "list_regional_days": listed,
    "get_regional_day": one,
    "declare_regional_day": declared,
    "change_regional_day": changed,
    "withdraw_regional_day": one,
}
