"""The professionalism index (IP ASN) of a person and of a unit, from the records that there are."""

from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.certificates import learning_queries as queries
from asn_api.areas.certificates.hours import last_day, unit_of
from asn_api.areas.certificates.learning_schemas import (
    CategoryCountOut,
    IndexOut,
    IndexPartOut,
    UnitIndexOut,
    UnitIndexPartOut,
)
from asn_api.areas.evaluations.organisation_schemas import ExplanationOut
from asn_api.areas.performance.schemas import PersonOut
from asn_api.areas.policies.current import applicable, policy_on
from asn_api.errors import Problem
from asn_api.rules.annual import Segment, year_result
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.evaluation_policy import AnnualCombination, EvaluationPolicy
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.learning_policy import ProfessionalismPolicy
from asn_api.rules.professionalism import (
    Index,
    IndexDimension,
    IndexFacts,
    ProfessionalismCategory,
    index,
)
from asn_api.rules.ratings import Expectation, Predicate

TWO_PLACES = Decimal("0.01")
ACCEPTED = frozenset({EvaluationStatus.ACKNOWLEDGED, EvaluationStatus.FINAL})


async def of_person(access: Access, db: AsyncSession, employee_id: UUID, year: int) -> IndexOut:
    person = await db.scalar(queries.person(access, employee_id))
    if person is None:
        raise Problem("NOT_FOUND")
    policy = await _policy(access, db, year)
    found = index(await _facts(access, db, employee_id, year, policy), policy.rule)
    return IndexOut(
        employee=PersonOut.model_validate(person),
        year=year,
        total=found.total,
        at_most=found.at_most,
        complete=found.complete,
        category=found.category,
        parts=[
            IndexPartOut(
                dimension=part.dimension,
                points=part.points,
                most=part.most,
                missing=part.missing,
                found=list(part.found),
            )
            for part in found.parts
        ],
    )


async def explained(access: Access, db: AsyncSession, employee_id: UUID, year: int) -> ExplanationOut:
    person = await db.scalar(queries.person(access, employee_id))
    if person is None:
        raise Problem("NOT_FOUND")
    policy = await _policy(access, db, year)
    facts = await _facts(access, db, employee_id, year, policy)
    found = index(facts, policy.rule)
    proofs = (await db.scalars(queries.proofs(access, employee_id, year))).all()
    judged = (await db.scalars(queries.judgements(access, employee_id, year))).all()
    steps = [
        f"{part.dimension}: {part.missing} (0 … {part.most})"
        if part.points is None
        else f"{part.dimension}: {part.points} / {part.most} ({', '.join(part.found) or '-'})"
        for part in found.parts
    ]
    known = " + ".join(str(part.points) for part in found.parts if part.points is not None) or "0"
    steps.append(f"{known} = {found.total}; {found.total} … {found.at_most}: {found.category or '-'}")
    return ExplanationOut(
        value=str(found.total),
        inputs=[
            {
                "entity": "employee",
                "id": person.id,
                "version": person.version,
                "education_level_code": facts.education_code,
                "legal_standing_code": facts.legal_standing_code,
                "position_kind": facts.position,
            },
            *(
                {
                    "entity": "evaluation",
                    "id": each.id,
                    "version": each.version,
                    "status": each.status,
                    "predicate": each.predicate,
                }
                for each in judged
            ),
            *(
                {
                    "entity": "certificate",
                    "id": each.id,
                    "version": each.version,
                    "kind": each.kind,
                    "jp": each.jp,
                    "ends_on": each.ends_on,
                }
                for each in proofs
            ),
        ],
        rule=f"professionalism {year}",
        article="Peraturan BKN 8/2019",
        steps=steps,
    )


async def of_unit(access: Access, db: AsyncSession, unit_id: UUID, year: int) -> UnitIndexOut:
    """By the same rule as for one person, once for all who share the same facts."""
    unit = await unit_of(access, db, unit_id)
    policy, day = await _policy(access, db, year), last_day(access, year)
    combination = await _combination(access, db, year)
    groups: list[tuple[Index, int]] = [
        (index(_read(row, combination), policy.rule), row["people"])
        for row in (await db.execute(queries.unit_index_facts(access, unit_id, year, day, policy))).mappings()
    ]
    people = sum(number for _, number in groups)
    categories: Counter[ProfessionalismCategory | None] = Counter()
    for each, number in groups:
        categories[each.category] += number
    return UnitIndexOut(
        unit_id=unit.id,
        unit_name=unit.name,
        year=year,
        on=day,
        people=people,
        complete=sum(number for each, number in groups if each.complete),
        total=_mean(sum((each.total * number for each, number in groups), Decimal(0)), people),
        at_most=_mean(sum((each.at_most * number for each, number in groups), Decimal(0)), people),
        parts=[_part(place, dimension, groups, policy) for place, dimension in enumerate(IndexDimension)],
        categories=[
            CategoryCountOut(category=category, people=categories[category])
            for category in (*ProfessionalismCategory, None)
        ],
    )


def _part(
    place: int, dimension: IndexDimension, groups: list[tuple[Index, int]], policy: ProfessionalismPolicy
) -> UnitIndexPartOut:
    told = [(points, number) for each, number in groups if (points := each.parts[place].points) is not None]
    known = sum(number for _, number in told)
    return UnitIndexPartOut(
        dimension=dimension,
        mean=_mean(sum((points * number for points, number in told), Decimal(0)), known),
        most=policy.weights[dimension],
        known=known,
        unknown=sum(number for _, number in groups) - known,
    )


def _mean(total: Decimal, people: int) -> Decimal | None:
    return (total / people).quantize(TWO_PLACES, ROUND_HALF_UP) if people else None


async def _facts(
    access: Access, db: AsyncSession, employee_id: UUID, year: int, policy: ProfessionalismPolicy
) -> IndexFacts:
    found = await db.execute(queries.index_facts(access, employee_id, year, last_day(access, year), policy))
    return _read(found.mappings().one(), await _combination(access, db, year))


async def _policy(access: Access, db: AsyncSession, year: int) -> ProfessionalismPolicy:
    return await policy_on(db, access.region_id, ProfessionalismPolicy, date(year, 12, 31))


async def _combination(access: Access, db: AsyncSession, year: int) -> AnnualCombination | None:
    """How the region makes one year of several plans; None for years before it evaluated here."""
    row = await db.scalar(applicable(access.region_id, EvaluationPolicy.area, date(year, 12, 31)))
    return None if row is None else EvaluationPolicy.from_mapping(row.content).annual_combination


def _read(row: Any, combination: AnnualCombination | None) -> IndexFacts:
    predicate, judged = _predicate(row["segments"] or [], combination)
    return IndexFacts(
        education_code=row["education_level_code"],
        position=row["position"],
        leadership=row["leadership"],
        functional=row["functional"],
        hours=int(row["hours"]),
        seminar=row["seminar"],
        predicate=predicate,
        judged=judged,
        legal_standing_code=row["legal_standing_code"],
    )


def _predicate(
    given: list[list[str | None]], combination: AnnualCombination | None
) -> tuple[Predicate | None, bool]:
    """The year's predicate once all ratings that it follows from are accepted, and whether it is rated at all."""
    if combination is None:
        return None, False
    segments, accepted = [], set()
    for place, (first, end, work_result, behaviour, status) in enumerate(given):
        id = UUID(int=place)
        assert first is not None
        assert end is not None
        segments.append(
            Segment(
                id,
                date.fromisoformat(first),
                date.fromisoformat(end) - ONE_DAY,
                None if work_result is None else Expectation(work_result),
                None if behaviour is None else Expectation(behaviour),
            )
        )
        if status in ACCEPTED:
            accepted.add(id)
    found = year_result(segments, combination)
    if found.predicate is None:
        return None, False
    return (found.predicate, True) if accepted.issuperset(found.counted) else (None, True)
