"""Recommendations of one person, as of now: facts by SQL, judgement by the rules."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.scope import employees_within
from asn_api.areas.competencies.level_queries import of_person
from asn_api.areas.evaluations.organisation_schemas import ExplanationOut
from asn_api.areas.policies.current import applicable
from asn_api.areas.recommendations import queries
from asn_api.errors import Problem
from asn_api.rules.competency_policy import CompetencyPolicy
from asn_api.rules.learning_hours import standing
from asn_api.rules.learning_policy import LearningPolicy
from asn_api.rules.organization import PositionKind
from asn_api.rules.people import Employment
from asn_api.rules.policy_values import PolicyArea
from asn_api.rules.recommendation_policy import RecommendationPolicy
from asn_api.rules.recommendations import (
    Exclusion,
    Learner,
    Offer,
    Offers,
    Recommendation,
    Standard,
    recommendations,
)
from asn_api.tables.employees import Employee
from asn_api.tables.policies import Policy


@dataclass(frozen=True)
class Situation:
    """What holds for everybody today: the numbers in force and the classes that can be asked for."""

    stored: Mapping[type[PolicyArea], Policy]
    competencies: CompetencyPolicy
    learning: LearningPolicy
    numbers: RecommendationPolicy
    repeat_from: date
    classes: Mapping[UUID, Any]
    courses: Mapping[UUID, Any]
    offers: Offers
    mandatory: Mapping[PositionKind, frozenset[UUID]]


async def situation(access: Access, db: AsyncSession) -> Situation:
    stored: dict[type[PolicyArea], Policy] = {}
    for kind in (CompetencyPolicy, LearningPolicy, RecommendationPolicy):
        policy = await db.scalar(applicable(access.region_id, kind.area, access.today))
        if policy is None:
            raise Problem("POLICY_NOT_YET", area=kind.area, day=access.today.isoformat())
        stored[kind] = policy
    numbers = RecommendationPolicy.from_mapping(stored[RecommendationPolicy].content)
    rows = (await db.execute(queries.offers(access))).mappings().all()
    mandatory: dict[PositionKind, set[UUID]] = defaultdict(set)
    for row in rows:
        for kind in row["mandatory_for"]:
            mandatory[PositionKind(kind)].add(row["course_id"])
    return Situation(
        stored,
        CompetencyPolicy.from_mapping(stored[CompetencyPolicy].content),
        LearningPolicy.from_mapping(stored[LearningPolicy].content),
        numbers,
        _years_before(access.today, numbers.repeat_after_years),
        {row["id"]: row for row in rows},
        {row["course_id"]: row for row in rows},
        Offers(map(_offer, rows)),
        {kind: frozenset(courses) for kind, courses in mandatory.items()},
    )


def _years_before(day: date, years: int) -> date:
    """The same day of an earlier year; 28 February for the 29th where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _offer(row: Any) -> Offer:
    return Offer(
        row["id"],
        row["course_id"],
        row["code"],
        row["teaches"],
        frozenset(map(UUID, row["prerequisites"])),
        row["jp"],
        row["starts_on"],
        tuple((datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in row["times"]),
        row["seats_held"] < row["seats"],
    )


def learner(now: Situation, row: Any) -> Learner:
    rule = now.learning.yearly_hours[Employment(row["employment"])]
    return Learner(
        {code: Standard(*values) for code, values in (row["standards"] or {}).items()},
        now.mandatory.get(row["position_kind"], frozenset()),
        standing(row["hours"], rule).shortfall,
        {UUID(course): date.fromisoformat(day) for course, day in (row["completed"] or {}).items()},
        frozenset(row["enrolled"] or ()),
        tuple((span.lower, span.upper) for span in row["busy"] or ()),
    )


def found(now: Situation, of: Learner) -> tuple[list[Recommendation], dict[UUID, Exclusion]]:
    return recommendations(of, now.offers, most=now.numbers.most, repeat_from=now.repeat_from)


def closes(recommendation: Recommendation) -> list[dict[str, Any]]:
    names = ("competency_code", "held", "required", "criticality", "level", "points")
    return [{name: getattr(each, name) for name in names} for each in recommendation.closes]


async def _row(access: Access, db: AsyncSession, now: Situation, employee_id: UUID) -> Any:
    """None for somebody within reach who holds no definitive post: nothing is asked of him."""
    people: CTE = of_person(access, access.today, employee_id)
    row = (await db.execute(queries.learners(access, people, now.competencies))).mappings().one_or_none()
    if row is None:
        reachable = select(Employee.id).where(
            Employee.region_id == access.region_id,
            Employee.id == employee_id,
            employees_within(access, Employee.id),
        )
        if await db.scalar(reachable) is None:
            raise Problem("NOT_FOUND")
    return row


async def for_person(access: Access, db: AsyncSession, employee_id: UUID) -> dict[str, Any]:
    now = await situation(access, db)
    row = await _row(access, db, now, employee_id)
    answer = {"employee_id": employee_id, "day": access.today}
    if row is None:
        return {**answer, "shortfall": 0, "recommendations": [], "left_out": []}
    of = learner(now, row)
    best, left_out = found(now, of)
    return {
        **answer,
        "shortfall": of.shortfall,
        "recommendations": [_shape(now, rank, each) for rank, each in enumerate(best, 1)],
        "left_out": [
            {"course": _course(now.courses[course]), "reason": reason}
            for course, reason in sorted(left_out.items(), key=lambda each: now.courses[each[0]]["code"])
        ],
    }


def _shape(now: Situation, rank: int, each: Recommendation) -> dict[str, Any]:
    row = now.classes[each.offer.class_id]
    names = ("id", "name", "mode", "jp", "starts_on", "ends_on", "registration_closes_at")
    return {
        "rank": rank,
        "course": _course(row),
        "course_class": {
            **{name: row[name] for name in names},
            "free_seats": row["seats"] - row["seats_held"],
        },
        "points": each.points,
        "mandatory": each.mandatory,
        "hours": each.hours,
        "closes": closes(each),
    }


def _course(row: Any) -> dict[str, Any]:
    return {"id": row["course_id"], **{name: row[name] for name in ("code", "title", "kind", "cost")}}


async def explained(access: Access, db: AsyncSession, employee_id: UUID) -> ExplanationOut:
    now = await situation(access, db)
    row = await _row(access, db, now, employee_id)
    inputs: list[dict[str, Any]] = [
        {"entity": "policy", "area": policy.area, "id": policy.id, "version": policy.revision}
        for policy in now.stored.values()
    ]
    steps: list[str] = []
    best: list[Recommendation] = []
    if row is None:
        steps.append("no definitive post: nothing is asked for")
    else:
        of = learner(now, row)
        best, left_out = found(now, of)
        inputs.insert(0, {"entity": "employee", "id": employee_id, "version": row["version"]})
        inputs += [
            {"entity": "class", "id": each.offer.class_id, "version": version}
            for each in best
            if (version := now.classes[each.offer.class_id]["version"])
        ]
        steps += [
            f"{code}: held {each.held or 'unknown'}, required {each.required}, criticality {each.criticality}"
            for code, each in sorted(of.standards.items())
        ]
        steps.append(f"{row['hours']} JP in {access.today.year}, {of.shortfall} JP lacking")
        steps += [_step(rank, each) for rank, each in enumerate(best, 1)]
        steps += [
            f"{now.courses[course]['code']}: left out, {reason}"
            for course, reason in sorted(left_out.items(), key=lambda each: now.courses[each[0]]["code"])
        ]
    return ExplanationOut(
        value=[each.offer.class_id for each in best],
        inputs=inputs,
        rule="Σ levels gained up to the required × criticality; then mandatory courses; then JP towards the year's "
        f"shortfall; per course the earliest class with a free seat; at most {now.numbers.most}; not what was "
        f"completed since {now.repeat_from}, is enrolled in, lacks a prerequisite or clashes",
        article="PermenPANRB 38/2017 (levels); PP 11/2017 art. 203 (hours); the order is the region's",
        steps=steps,
    )


def _step(rank: int, each: Recommendation) -> str:
    gained = " + ".join(
        f"{closing.competency_code} ({min(closing.level, closing.required)} − {closing.held}) × {closing.criticality}"
        for closing in each.closes
    )
    parts = [f"{gained} = {each.points}" if gained else "", "mandatory" if each.mandatory else ""]
    parts.append(f"{each.hours} JP" if each.hours else "")
    return f"{rank}. {each.offer.course_code}, {each.offer.first}: " + "; ".join(filter(None, parts))
