"""Samples of delegated verification: only those concerned see one."""

from datetime import date, timedelta
from itertools import count

from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.tables.activities import VerificationDelegation
from tests.factories import City, add_person
from tests.matrix import Build, Sample, add

_days = count()


async def delegate(city: City) -> str:
    """Somebody of the ward who asks nothing himself."""
    if "deputy" not in city.people:
        async with city.database.sessions() as db, db.begin():
            await add_person(db, city, "deputy", "ward")
    return str(city.id("deputy"))


async def given(city: City) -> str:
    await delegate(city)
    start = date(2027, 1, 1) + timedelta(days=next(_days))
    row = VerificationDelegation(
        region_id=city.region.id,
        id=uuid7(),
        delegator_id=city.id("supervisor"),
        delegate_id=city.id("deputy"),
        valid=Range(start, start + timedelta(days=1)),
        reason="Cuti tahunan",
        created_at=city.now,
    )
    await add(city, row)
    return str(row.id)


async def listed(city: City) -> Sample:
    return Sample(rows={await given(city): "supervisor"})


async def one(city: City) -> Sample:
    return Sample({"id": await given(city)}, about="supervisor")


async def to_give(city: City) -> Sample:
    body = {
        "delegate_id": await delegate(city),
        "start": "2026-11-20",
        "end": "2026-11-21",
        "reason": "Cuti tahunan",
    }
    return Sample(body=body, about="caller")


SAMPLES: dict[str, Build] = {
    "list_delegations": listed,
    "delegate_verification": to_give,
    "get_delegation": one,
    "revoke_delegation": one,
}
