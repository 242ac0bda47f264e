"""People in functional positions with evaluations, for tests of credit points."""

from datetime import date
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.areas.credits.jobs import RECOMPUTE
from asn_api.core.jobs import Means
from asn_api.core.mapping import uuid7
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.rules.organization import PositionKind
from asn_api.rules.plans import Approach, PlanStatus, PlanType
from asn_api.rules.ratings import Expectation, Predicate, predicate
from asn_api.tables.credits import Credit
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.organization import Position
from asn_api.tables.performance import Plan
from tests.factories import City
from tests.matrix import add

Json = dict[str, Any]
RATINGS = {predicate(work, behaviour): (work, behaviour) for work in Expectation for behaviour in Expectation}
POST = {
    "title": "Perencana",
    "kind": "FUNCTIONAL",
    "position_class": None,
    "echelon": None,
    "unit": "Ward",
    "grade": None,
}


async def functional(city: City, person: str = "staff", title: str = "Perawat Ahli Pertama") -> None:
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Position)
            .where(Position.region_id == city.region.id, Position.id == city.posts[person].position_id)
            .values(kind=PositionKind.FUNCTIONAL, title=title)
        )


async def plan(city: City, person: str, first: date, last: date) -> UUID:
    row = Plan(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        position_id=city.posts[person].position_id,
        year=first.year,
        period=Range(first, date.fromordinal(last.toordinal() + 1)),
        approach=Approach.QUANTITATIVE,
        plan_type=PlanType.ADMIN_FUNCTIONAL,
        status=PlanStatus.APPROVED,
        position=POST,
    )
    await add(city, row)
    return row.id


async def evaluated(
    city: City,
    person: str = "staff",
    first: date = date(2025, 1, 1),
    last: date = date(2025, 12, 31),
    result: Predicate = Predicate.GOOD,
    status: EvaluationStatus = EvaluationStatus.FINAL,
    kind: EvaluationKind = EvaluationKind.YEARLY,
    plan_id: UUID | None = None,
) -> UUID:
    """An evaluation of the days, with a plan of its own unless one is given."""
    work, behaviour = RATINGS[result]
    is_rated = status not in (EvaluationStatus.OPEN, EvaluationStatus.REPORTED)
    row = Evaluation(
        region_id=city.region.id,
        id=uuid7(),
        plan_id=plan_id or await plan(city, person, first, last),
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        year=first.year,
        kind=kind,
        period=Range(first, date.fromordinal(last.toordinal() + 1)),
        status=status,
        evaluator_id=city.id("supervisor"),
        work_result=work if is_rated else None,
        behaviour=behaviour if is_rated else None,
        predicate=result if is_rated else None,
    )
    await add(city, row)
    return row.id


async def becomes(city: City, evaluation_id: UUID, status: EvaluationStatus, result: Predicate) -> None:
    work, behaviour = RATINGS[result]
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Evaluation)
            .where(Evaluation.region_id == city.region.id, Evaluation.id == evaluation_id)
            .values(status=status, work_result=work, behaviour=behaviour, predicate=result)
        )


def term(city: City, person: str = "staff", **changes: Any) -> Json:
    return {
        "employee_id": str(city.id(person)),
        "level": "AHLI_PERTAMA",
        "valid_from": "2024-01-01",
        "decree_number": "821/7/2024",
        "decree_date": "2023-12-20",
        **changes,
    }


async def entered(city: City, person: str = "staff", **changes: Any) -> Json:
    async with city.call_as("admin") as admin:
        answer = await admin.post("/v1/functional-levels", json=term(city, person, **changes))
    assert answer.status_code == 201, answer.text
    shown: Json = answer.json()
    return shown


async def nightly(city: City) -> None:
    await RECOMPUTE.run(
        Means(city.database, city.app.state.keyring, clock=lambda: city.now), str(city.region.id)
    )


async def account(city: City, person: str = "staff", viewer: str | None = None) -> Json:
    async with city.call_as(viewer or person) as caller:
        answer = await caller.get(f"/v1/employees/{city.id(person)}/credits")
    assert answer.status_code == 200, answer.text
    shown: Json = answer.json()
    return shown


async def converted(city: City, first: str, last: str, person: str = "staff") -> httpx.Response:
    async with city.call_as("admin") as admin:
        return await admin.post(
            f"/v1/employees/{city.id(person)}/credits/periodic",
            json={"first_month": first, "last_month": last},
        )


async def rows(city: City) -> list[Credit]:
    async with city.database.sessions() as db:
        return list(
            await db.scalars(
                select(Credit)
                .where(Credit.region_id == city.region.id)
                .order_by(Credit.effective_on, Credit.id)
            )
        )
