"""Samples of evaluations, objections, what agencies achieved, and years."""

from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.rules.plans import Approach, PlanStatus, PlanType, ResultKind
from asn_api.rules.ratings import CoreValue, Expectation, OrganisationPredicate, predicate
from asn_api.tables.evaluations import Evaluation, Objection, OrganisationRating
from asn_api.tables.performance import Plan, WorkResult
from tests.factories import City
from tests.matrix import Build, Sample, add

_weeks = count()
_months = count(1)
OUTSIDE = {
    "status": "NON_ASN",
    "nip": None,
    "name": "Wali Kota",
    "position": "Wali Kota",
    "unit": None,
    "grade": None,
    "letter_number": "800/1",
    "letter_date": "2026-11-19",
}
EVALUATOR = OUTSIDE | {"status": "ASN", "letter_number": None, "letter_date": None}
POSITION = {
    "title": "Pelaksana",
    "kind": "EXECUTIVE",
    "position_class": None,
    "echelon": None,
    "unit": "Ward",
    "grade": None,
}
SELF = (409, "nobody judges himself, and he knows that it exists")


async def evaluated(
    city: City,
    status: EvaluationStatus = EvaluationStatus.OPEN,
    person: str = "staff",
    rater: str | None = "supervisor",
) -> tuple[UUID, UUID]:
    """Of a plan of a week of its own, so that plans do not overlap; the evaluation and its result."""
    first = date(2025, 1, 6) + timedelta(weeks=next(_weeks))
    period = Range(first, first + timedelta(days=7))
    place = {"employee_id": city.id(person), "unit_id": city.posts[person].unit_id, "year": first.year}
    region_id = city.region.id
    plan = Plan(
        region_id=region_id,
        id=uuid7(),
        **place,
        position_id=city.posts[person].position_id,
        period=period,
        approach=Approach.QUANTITATIVE,
        plan_type=PlanType.ADMIN_FUNCTIONAL,
        status=PlanStatus.APPROVED,
        position=POSITION,
    )
    result = WorkResult(
        region_id=region_id,
        id=uuid7(),
        plan_id=plan.id,
        kind=ResultKind.PRIMARY,
        statement="Laporan tersusun",
        order_no=1,
    )
    evaluation = Evaluation(
        region_id=region_id,
        id=uuid7(),
        plan_id=plan.id,
        **place,
        kind=EvaluationKind.PERIODIC,
        period=period,
        status=status,
        self_report_missing=False,
    )
    if status is not EvaluationStatus.OPEN:
        evaluation.reported_at = city.now
    if status not in (EvaluationStatus.OPEN, EvaluationStatus.REPORTED):
        evaluation.work_result = evaluation.behaviour = Expectation.MEETS
        evaluation.predicate = predicate(Expectation.MEETS, Expectation.MEETS)
        evaluation.evaluator_id = None if rater is None else city.id(rater)
        evaluation.evaluator = OUTSIDE if rater is None else EVALUATOR
        evaluation.rated_at = city.now
        evaluation.objection_until = date(2026, 12, 4)
    await add(city, plan)
    await add(city, result)
    await add(city, evaluation)
    if status is EvaluationStatus.OBJECTED:
        await add(
            city,
            Objection(
                region_id=region_id,
                id=uuid7(),
                evaluation_id=evaluation.id,
                employee_id=evaluation.employee_id,
                unit_id=evaluation.unit_id,
                evaluator_id=evaluation.evaluator_id,
                grounds="Bukti belum dilihat",
                contested=[{"item": "BEHAVIOUR"}],
                evidence=[],
                filed_at=city.now,
                rating_before={},
                evaluator_statement="Sudah dilihat",
                stated_at=city.now,
            ),
        )
    return evaluation.id, result.id


def of(
    status: EvaluationStatus,
    body: Any = None,
    *,
    person: str = "staff",
    rater: str | None = "supervisor",
    **changes: Any,
) -> Build:
    async def build(city: City) -> Sample:
        id, _ = await evaluated(city, status, person, rater)
        return Sample({"id": id}, body=body, **{"about": person, **changes})

    return build


def rating(**more: Any) -> Any:
    values = [{"core_value": value, "rating": "MEETS"} for value in CoreValue]
    whole = {"work_result": "MEETS", "behaviour": "MEETS", "departure_reason": "Sesuai pengamatan"}
    return {"values": values, **whole, **more}


LETTER = {
    "decided_by_name": "Wali Kota",
    "decided_by_title": "Wali Kota",
    "letter_number": "800/1",
    "letter_date": "2026-11-19",
}
DECISION = {"decision": "UPHELD", "reason": "Penilaian sudah tepat"}


async def listed(city: City) -> Sample:
    owners = ("staff", "other_staff", "supervisor")
    return Sample(rows={(await evaluated(city, person=owner))[0]: owner for owner in owners})


async def opening(city: City) -> Sample:
    """There already, so it is given again; others' plans are out of reach."""
    id, _ = await evaluated(city)
    async with city.database.sessions() as db:
        evaluation = await db.get_one(Evaluation, (city.region.id, id))
    body = {"plan_id": str(evaluation.plan_id), "kind": "PERIODIC", "day": str(evaluation.period.lower)}
    return Sample(body=body)


async def achieved(city: City, unit: str = "health") -> UUID:
    month = next(_months)
    row = OrganisationRating(
        region_id=city.region.id,
        id=uuid7(),
        unit_id=city.units[unit].id,
        year=2025,
        kind=EvaluationKind.PERIODIC,
        period=Range(date(2025, month, 1), date(2025, month, 28)),
        predicate=OrganisationPredicate.GOOD,
        basis="Rencana aksi tercapai",
        rater=OUTSIDE,
        rated_at=city.now,
    )
    await add(city, row)
    return row.id


async def listed_achievements(city: City) -> Sample:
    return Sample(rows={await achieved(city, unit): unit for unit in ("health", "works")})


async def changed_achievement(city: City) -> Sample:
    body = {"predicate": "GOOD", "basis": "Rencana aksi", "reason": "Data akhir", "letter": LETTER}
    return Sample({"id": await achieved(city)}, body=body, about="health", refused={"head": SELF})


def new_achievement(city: City) -> Sample:
    body = {
        "unit_id": str(city.units["health"].id),
        "year": 2026,
        "kind": "PERIODIC",
        "number": 3,
        "predicate": "GOOD",
        "basis": "Rencana aksi tercapai",
        "letter": LETTER,
    }
    return Sample(body=body, about="health", refused={"head": SELF})


def distribution(city: City) -> Sample:
    query = {"year": 2026, "kind": "PERIODIC", "number": 3}
    return Sample({"unit_id": city.units["ward"].id}, query=query, about="ward")


def year(city: City) -> Sample:
    return Sample({"employee_id": city.id("staff"), "year": 2026})


MYSELF = {"staff": SELF}
OPEN, REPORTED = EvaluationStatus.OPEN, EvaluationStatus.REPORTED
RATED, OBJECTED = EvaluationStatus.RATED, EvaluationStatus.OBJECTED

SAMPLES: dict[str, Build] = {
    "list_evaluations": listed,
    "open_evaluation": opening,
    "get_evaluation": of(OPEN),
    "get_evaluation:rated": of(RATED),
    "explain_evaluation": of(RATED),
    "draft_report": of(OPEN, {"note": "Lancar"}),
    "submit_report": of(OPEN, succeeds=False),
    "suggest_rating": of(REPORTED, {}, refused=MYSELF),
    "rate_evaluation": of(REPORTED, rating(), refused=MYSELF),
    "rate_evaluation:amendment": of(RATED, rating(reason="Salah baca"), refused=MYSELF),
    "record_rating": of(REPORTED, rating(**LETTER), person="head"),
    "record_rating:staff": of(REPORTED, rating(**LETTER), succeeds=False),
    "acknowledge_rating": of(RATED),
    "object_to_rating": of(RATED, {"grounds": "Bukti belum dilihat", "contested": [{"item": "BEHAVIOUR"}]}),
    "state_on_objection": of(OBJECTED, {"statement": "Sudah dilihat"}, refused=MYSELF),
    # Within reach of whose team the evaluator is in.
    "decide_objection": of(OBJECTED, DECISION, about="supervisor", refused=MYSELF),
    "record_objection_decision": of(OBJECTED, DECISION | LETTER, person="chief", rater="head"),
    "get_performance_year": year,
    "explain_performance_year": year,
    "list_organisation_ratings": listed_achievements,
    "rate_organisation": new_achievement,
    "change_organisation_rating": changed_achievement,
    "get_rating_distribution": distribution,
}
