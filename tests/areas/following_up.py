"""Years of final evaluations, made as the closing of evaluations leaves them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.rules.ratings import Expectation, predicate
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.performance import Plan
from tests.areas.evaluating import agreed_plan
from tests.areas.test_performance import done
from tests.factories import City
from tests.matrix import add
from tests.matrix.evaluations import EVALUATOR

Json = dict[str, Any]
STARTS = (date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1), date(2027, 1, 1))
A, M, B = Expectation.ABOVE, Expectation.MEETS, Expectation.BELOW
VERY_GOOD, GOOD, LOW, POOR = (A, A), (M, M), (B, M), (M, B)
Ratings = tuple[Expectation, Expectation]
SUPERIORS = {"supervisor": "chief", "chief": "head", "other_staff": "other_head"}


def quarter(number: int, year: int = 2026) -> Range[date]:
    return Range(STARTS[number - 1].replace(year=year), STARTS[number].replace(year=year + number // 4))


async def evaluation(
    city: City,
    plan: Plan,
    period: Range[date],
    ratings: Ratings | None,
    status: EvaluationStatus = EvaluationStatus.FINAL,
    kind: EvaluationKind = EvaluationKind.PERIODIC,
    finalised_at: datetime | None = None,
) -> UUID:
    row = Evaluation(
        region_id=city.region.id,
        id=uuid7(),
        plan_id=plan.id,
        employee_id=plan.employee_id,
        unit_id=plan.unit_id,
        year=plan.year,
        kind=kind,
        period=period,
        status=status,
        self_report_missing=False,
    )
    if ratings is not None:
        person = next(name for name, each in city.people.items() if each.id == plan.employee_id)
        row.work_result, row.behaviour = ratings
        row.predicate = predicate(*ratings)
        row.evaluator_id, row.evaluator = city.id(SUPERIORS.get(person, "supervisor")), EVALUATOR
        row.rated_at = city.now
        row.finalised_at = finalised_at or city.now
    await add(city, row)
    return row.id


async def quarters(city: City, person: str, *ratings: Ratings | None) -> list[UUID]:
    """Of 2026; None leaves a quarter out."""
    plan = await agreed_plan(city, person)
    return [
        await evaluation(city, plan, quarter(number), each)
        for number, each in enumerate(ratings, 1)
        if each is not None
    ]


async def year(city: City, person: str, ratings: Ratings, of: int = 2025) -> UUID:
    """Final on 30 June of the next year, 23:30 in Jakarta."""
    plan = await agreed_plan(city, person, date(of, 1, 1), date(of, 12, 31))
    final_at = datetime(of + 1, 6, 30, 16, 30, tzinfo=UTC)
    return await evaluation(
        city, plan, plan.period, ratings, kind=EvaluationKind.YEARLY, finalised_at=final_at
    )


async def found(city: City, reader: str, **wanted: Any) -> dict[str, Json]:
    """Findings by the short name of the person."""
    query = {"year": 2026, "number": 3, "limit": 200} | wanted
    query = {name: value for name, value in query.items() if value is not None}
    answer = await done(city, reader, "GET", "/performance-findings", params=query)
    names = {str(employee.id): name for name, employee in city.people.items()}
    return {names[each["employee"]["id"]]: each for each in answer["data"]}
