"""Samples of the calendar area: days of the region are everybody's to read."""

from datetime import UTC, date, datetime
from itertools import count

from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.tables.policies import Outage, RegionalDay
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


async def outage(city: City) -> str:
    row = Outage(
        region_id=city.region.id,
        id=uuid7(),
        span=Range(datetime(2026, 1, 5, 1, tzinfo=UTC), datetime(2026, 1, 5, 3, tzinfo=UTC)),
        unit_id=city.units["ward"].id,
        reason="Pusat data padam",
    )
    await add(city, row)
    return str(row.id)


async def outages(city: City) -> Sample:
    return Sample(rows={await outage(city): "region"})


async def one_outage(city: City) -> Sample:
    return Sample({"id": await outage(city)}, about="ward")


def to_declare(city: City) -> Sample:
    body = {
        "start_at": "2026-01-06T08:00:00+07:00",
        "end_at": "2026-01-06T09:00:00+07:00",
        "unit_id": str(city.units["ward"].id),
        "reason": "Pusat data padam",
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
    "list_outages": outages,
    "get_outage": one_outage,
    "declare_outage": to_declare,
    "withdraw_outage": one_outage,
}
