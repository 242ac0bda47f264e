"""More reports at once than a process can take: some are asked to come back, what is accepted is stored."""

import asyncio
from collections import Counter

import httpx
from sqlalchemy import func, select

from asn_api.core.mapping import uuid7
from asn_api.tables.complaints import Complaint, ComplaintFile
from tests.areas.complaining import HOLE, photo
from tests.factories import City

AT_ONCE, WAITING = 2, 60


async def test_who_does_not_fit_into_the_queue_is_asked_to_come_back(city: City) -> None:
    keys = [str(uuid7()) for _ in range(AT_ONCE + WAITING + 12)]
    body = {
        **HOLE,
        "region": city.region.code,
        "reporter": None,
        "anonymous": True,
        "media": [photo(400)],
    }

    async with city.call_as("anonymous") as client:

        async def send(key: str) -> httpx.Response:
            return await client.post("/v1/public/complaints", json={**body, "key": key})

        answers = await asyncio.gather(*map(send, keys))
        assert Counter(each.status_code for each in answers) == {201: AT_ONCE + WAITING, 503: 12}
        refused = [each for each in answers if each.status_code == 503]
        assert {(each.json()["code"], each.headers["retry-after"]) for each in refused} == {
            ("TOO_MANY_AT_ONCE", "15")
        }
        again = await asyncio.gather(*map(send, keys[:20]))
        assert {each.status_code for each in again} <= {200, 201}
    taken = AT_ONCE + WAITING + sum(each.status_code == 201 for each in again)
    async with city.database.sessions() as db:
        for table in (Complaint, ComplaintFile):
            stored = select(func.count()).where(table.region_id == city.region.id)
            assert await db.scalar(stored) == taken
