"""Standards and evidence of competencies, for tests."""

from datetime import date
from typing import Any

import httpx
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.competencies import NationalCompetency
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.organization import Appointment, Position
from asn_api.tables.policies import Policy
from tests.factories import City

Json = dict[str, Any]
ONE = {"If-Match": '"1"'}
NINE = [each.value for each in NationalCompetency]


async def profile(city: City, person: str = "staff", viewer: str = "admin", **query: str) -> Json:
    async with city.call_as(viewer) as caller:
        answer = await caller.get(f"/v1/employees/{city.id(person)}/competencies", params=query)
    assert answer.status_code == 200, answer.text
    shown: Json = answer.json()
    return shown


def line(shown: Json, code: str) -> Json:
    (found,) = [each for each in shown["competencies"] if each["competency_code"] == code]
    return dict(found)


async def post(city: City, url: str, body: Json, by: str = "admin", **headers: str) -> httpx.Response:
    async with city.call_as(by, **headers) as caller:
        return await caller.post(url, json=body)


def result(city: City, person: str = "staff", **changes: Any) -> Json:
    return {
        "employee_id": str(city.id(person)),
        "competency_code": "INTEGRITY",
        "level": 2,
        "source": "ASSESSMENT_CENTRE",
        "assessor": "Pusat Penilaian Provinsi",
        "assessed_on": "2026-05-01",
        **changes,
    }


async def entered(city: City, person: str = "staff", **changes: Any) -> Json:
    answer = await post(city, "/v1/competency-evidence", result(city, person, **changes))
    assert answer.status_code == 201, answer.text
    shown: Json = answer.json()
    return shown


async def standard(city: City, **given: Any) -> Json:
    usual = {"competency_code": "INTEGRITY", "level": 3, "valid_from": "2026-01-01"}
    answer = await post(city, "/v1/competency-standards", {**usual, **given})
    assert answer.status_code == 201, answer.text
    shown: Json = answer.json()
    return shown


def position(city: City, person: str = "staff") -> str:
    return str(city.posts[person].position_id)


async def becomes(city: City, person: str, **values: Any) -> None:
    """The person's position is another one."""
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Position)
            .where(Position.region_id == city.region.id, Position.id == city.posts[person].position_id)
            .values(**values)
        )


async def revised(city: City, **changes: Any) -> None:
    async with city.database.sessions() as db, db.begin():
        row = await db.scalar(
            select(Policy).where(Policy.region_id == city.region.id, Policy.area == "competencies")
        )
        assert row is not None
        row.content = {**row.content, **changes}


async def assessed(city: City, by: str, person: str = "staff", level: int = 3) -> httpx.Response:
    items = [{"competency_code": "INTEGRITY", "level": level, "note": "Rahasia antara kami"}]
    return await post(
        city, "/v1/competency-assessments", {"employee_id": str(city.id(person)), "items": items}, by=by
    )


def appointment(city: City, person: str, seat: str, since: date, **changes: Any) -> Appointment:
    """The person in the position that another one holds."""
    usual = {"kind": AppointmentKind.DEFINITIVE, "is_head": False}
    return Appointment(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(person),
        position_id=city.posts[seat].position_id,
        unit_id=city.posts[seat].unit_id,
        valid=Range(since, None),
        **usual | changes,
    )


async def heat_map(city: City, unit: str, viewer: str = "admin", **query: str) -> Json:
    async with city.call_as(viewer) as caller:
        answer = await caller.get(f"/v1/units/{city.units[unit].id}/competency-map", params=query)
    assert answer.status_code == 200, answer.text
    shown: Json = answer.json()
    return shown
