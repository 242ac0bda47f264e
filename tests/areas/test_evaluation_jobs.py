"""What time does to evaluations: they come into being, are cut with their plan, and become final."""

import asyncio
from typing import Any

from sqlalchemy import select

from asn_api.areas.evaluations.jobs import open_evaluations
from asn_api.core.jobs import Means
from asn_api.rules.plans import PlanStatus
from asn_api.tables.evaluations import Evaluation
from tests.areas.evaluating import agreed_plan, at
from tests.factories import City

Json = dict[str, Any]


async def run(city: City, job: Any) -> None:
    await job(Means(city.database, city.app.state.keyring, clock=city.app.state.clock))


async def spans(city: City) -> list[tuple[str, str, str]]:
    async with city.database.sessions() as db:
        rows = await db.execute(
            select(Evaluation.kind, Evaluation.period)
            .where(Evaluation.region_id == city.region.id)
            .order_by(Evaluation.period, Evaluation.kind)
        )
        return [(kind, str(period.lower), str(period.upper)) for kind, period in rows]


async def test_an_evaluation_comes_into_being_when_its_period_has_ended_and_only_once(city: City) -> None:
    await agreed_plan(city)
    await agreed_plan(city, "colleague", status=PlanStatus.DRAFT)
    await asyncio.gather(run(city, open_evaluations), run(city, open_evaluations))
    await run(city, open_evaluations)
    assert await spans(city) == [
        ("PERIODIC", "2026-01-01", "2026-04-01"),
        ("PERIODIC", "2026-04-01", "2026-07-01"),
        ("PERIODIC", "2026-07-01", "2026-10-01"),
    ]
    async with at(city, "2026-12-31"):
        await run(city, open_evaluations)
        assert len(await spans(city)) == 3
    async with at(city, "2027-01-01"):
        await run(city, open_evaluations)
        assert (await spans(city))[3:] == [("PERIODIC", "2026-10-01", "2027-01-01")]
        assert (await spans(city))[0] == ("PERIODIC", "2026-01-01", "2026-04-01")
        assert ("YEARLY", "2026-01-01", "2027-01-01") in await spans(city)
