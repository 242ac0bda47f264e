"""Recommendations of one person, as of now: facts by SQL, judgement by the rules."""

from datetime import date
from typing import Any
from uuid import UUID

import orjson

from asn_api.access.actor import Access
from asn_api.areas.evaluations.organisation_schemas import ExplanationOut
from asn_api.areas.recommendations import queries
from asn_api.areas.recommendations.situations import Situation, kept_situation
from asn_api.core.database import Database
from asn_api.errors import Problem
from asn_api.rules.learning_hours import standing
from asn_api.rules.people import Employment
from asn_api.rules.recommendations import Exclusion, Learner, Recommendation, Standard, recommendations


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


async def _row(access: Access, database: Database, now: Situation, employee_id: UUID) -> Any:
    """None for somebody within reach who holds no definitive post: nothing is asked of him."""
    params = queries.learner_params(access, employee_id)
    row = await database.fetch_row(now.learner, params)
    if row is not None:
        return dict(row) | {name: orjson.loads(row[name] or "{}") for name in ("standards", "completed")}
    if await database.fetch_row(queries.REACHABLE, params) is None:
        raise Problem("NOT_FOUND")
    return None


async def for_person(access: Access, database: Database, employee_id: UUID) -> dict[str, Any]:
    now = await kept_situation(access, database)
    row = await _row(access, database, now, employee_id)
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


async def explained(access: Access, database: Database, employee_id: UUID) -> ExplanationOut:
    now = await kept_situation(access, database)
    row = await _row(access, database, now, employee_id)
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
