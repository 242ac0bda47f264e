"""Samples of letters that name evaluators: managed by heads and admins, for those within reach."""

from datetime import date, timedelta
from itertools import count
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.evaluators import EvaluatorReason, EvaluatorRole
from asn_api.tables.performance import EvaluatorAssignment
from tests.factories import City, add_person
from tests.matrix import Build, Sample, add

_days = count()


async def leader(city: City) -> UUID:
    """Somebody of another agency who asks nothing himself, and for whom the matrix expects nothing."""
    if "team_leader" not in city.people:
        async with city.database.sessions() as db, db.begin():
            await add_person(db, city, "team_leader", "roads")
    return city.id("team_leader")


async def letter(city: City, employee: str = "staff") -> UUID:
    start = date(2027, 1, 1) + timedelta(days=next(_days))
    row = EvaluatorAssignment(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(employee),
        evaluator_id=await leader(city),
        role=EvaluatorRole.EVALUATOR,
        reason=EvaluatorReason.TEAM,
        valid=Range(start, start + timedelta(days=1)),
        letter_number="800/7/2026",
        letter_date=date(2026, 1, 5),
        created_at=city.now,
    )
    await add(city, row)
    return row.id


async def listed(city: City) -> Sample:
    return Sample(rows={await letter(city, person): person for person in ("staff", "other_staff")})


async def one(city: City) -> Sample:
    return Sample({"id": await letter(city)})


async def ended(city: City) -> Sample:
    id = await letter(city)
    async with city.database.sessions() as db:
        row = await db.get_one(EvaluatorAssignment, (city.region.id, id))
    return Sample({"id": id}, body={"last_day": str(row.valid.lower)})


async def new(city: City) -> Sample:
    body = {
        "employee_id": str(city.id("staff")),
        "evaluator_id": str(await leader(city)),
        "role": "EVALUATOR",
        "reason": "TEAM",
        "start": "2026-11-20",
        "end": "2026-11-30",
        "letter_number": "800/8/2026",
        "letter_date": "2026-11-18",
    }
    return Sample(body=body)


SAMPLES: dict[str, Build] = {
    "list_evaluator_assignments": listed,
    "assign_evaluator": new,
    "get_evaluator_assignment": one,
    "end_evaluator_assignment": ended,
    "remove_evaluator_assignment": one,
}
