"""A round of 360° assessment in a small city, step by step."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import func, select, update

from asn_api.areas.assessments.jobs import turn
from asn_api.areas.organization.lines import rebuild
from asn_api.core.jobs import Means
from asn_api.rules.ratings import CoreValue
from asn_api.tables.assessments import Assessment, AssessmentRound, AssessmentTask
from tests.factories import City, add_people, sign_in_all

Json = dict[str, Any]
PEERS = ("peer_a", "peer_b", "peer_c")
WARD = ("staff", "colleague", *PEERS)
"""All report to `supervisor`: each has four peers."""


async def crowd(city: City, *more: str, unit: str = "ward") -> None:
    """Three more people in the ward, so that a group can be anonymous."""
    async with city.database.sessions() as db, db.begin():
        names = more or PEERS
        await add_people(db, city, dict.fromkeys(names, unit))
        await rebuild(db, city.region.id)
        await sign_in_all(db, city, names)


def planned(city: City, unit: str = "ward", **changes: Any) -> Json:
    return {
        "unit_id": str(city.units[unit].id),
        "title": "Asesmen 360° semester II",
        "period_start": "2026-07-01",
        "period_end": "2026-12-31",
        "opens_on": "2026-11-20",
        "closes_on": "2026-11-30",
        **changes,
    }


async def plan(city: City, who: str = "head", **changes: Any) -> Json:
    async with city.call_as(who) as caller:
        answer = await caller.post("/v1/assessment-rounds", json=planned(city, **changes))
    assert answer.status_code == 201, answer.text
    shown: Json = answer.json()
    return shown


async def let_turn(city: City, day: date | None = None, hour: int = 12) -> None:
    """What the clock does, at noon in Jakarta of a day or now."""
    at = datetime(day.year, day.month, day.day, hour - 7, tzinfo=UTC) if day else city.now
    await turn(Means(city.database, city.app.state.keyring, clock=lambda: at), str(city.region.id))


async def opened(city: City, who: str = "head", **changes: Any) -> Json:
    shown = await plan(city, who, **changes)
    await let_turn(city)
    return await seen(city, who, shown["id"])


async def seen(city: City, who: str, round_id: str) -> Json:
    async with city.call_as(who) as caller:
        shown: Json = (await caller.get(f"/v1/assessment-rounds/{round_id}")).json()
    return shown


async def tasks(city: City, who: str) -> dict[str, Json]:
    """What somebody is asked, by the name of the person it is about."""
    async with city.call_as(who) as caller:
        rows = (await caller.get("/v1/me/assessment-tasks", params={"limit": 200})).json()["data"]
    return {row["employee"]["name"].lower().replace(" ", "_"): row for row in rows}


def scores(score: int | None = 8, comment: str | None = None, values: Any = tuple(CoreValue)) -> Json:
    items = [{"core_value": value, "score": score} for value in values]
    if comment:
        items[0]["comment"] = comment
    return {"items": items}


async def answer(city: City, who: str, about: str, body: Json, **headers: str) -> httpx.Response:
    task = (await tasks(city, who))[about]
    async with city.call_as(who, **headers) as caller:
        return await caller.put(f"/v1/assessment-tasks/{task['id']}/answer", json=body)


async def answered(city: City, about: str, **by: int) -> None:
    for who, score in by.items():
        given = await answer(city, who, about, scores(score))
        assert given.status_code == 200, given.text


async def close(city: City, who: str, round_id: str) -> httpx.Response:
    """Close it by hand, as if it had been open for ten days."""
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(AssessmentRound)
            .where(AssessmentRound.region_id == city.region.id, AssessmentRound.id == UUID(round_id))
            .values(opens_on=city.now.date() - timedelta(days=10))
        )
    version = (await seen(city, who, round_id))["version"]
    async with city.call_as(who, **{"If-Match": f'"{version}"'}) as caller:
        return await caller.post(f"/v1/assessment-rounds/{round_id}/closing")


async def closed(city: City, round_id: str, who: str = "head") -> Json:
    given = await close(city, who, round_id)
    assert given.status_code == 200, given.text
    assert given.json()["status"] == "CLOSING"
    await let_turn(city)
    return await seen(city, who, round_id)


async def result(city: City, viewer: str, about: str) -> Json:
    async with city.call_as(viewer) as caller:
        found = await caller.get("/v1/assessments", params={"employee_id": str(city.id(about))})
        [row] = found.json()["data"]
        shown: Json = (await caller.get(f"/v1/assessments/{row['id']}")).json()
    return shown


async def assessment_id(city: City, about: str) -> UUID:
    async with city.database.sessions() as db:
        found = await db.scalar(
            select(Assessment.id).where(
                Assessment.region_id == city.region.id, Assessment.employee_id == city.id(about)
            )
        )
    assert found is not None
    return found


async def stored_tasks(city: City) -> int:
    async with city.database.sessions() as db:
        counted = select(func.count()).where(AssessmentTask.region_id == city.region.id)
        return int(await db.scalar(counted) or 0)
