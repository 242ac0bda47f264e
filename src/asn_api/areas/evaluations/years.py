"""A person's year: the segments, and the result that follows from them."""

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.evaluations import organisation_queries as queries
from asn_api.areas.evaluations.circumstances import policy_of
from asn_api.areas.evaluations.organisation_schemas import (
    ExplanationOut,
    PerformanceYearOut,
    YearSegmentOut,
)
from asn_api.areas.performance.schemas import PersonOut
from asn_api.areas.performance.snapshots import period_days
from asn_api.errors import Problem
from asn_api.rules.annual import Segment, months_of, year_result
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.performance import Plan


async def shown(access: Access, db: AsyncSession, employee_id: UUID, year: int) -> PerformanceYearOut:
    person = await db.scalar(queries.person(access, employee_id))
    if person is None:
        raise Problem("NOT_FOUND")
    plans: dict[UUID, Plan] = {}
    evaluations: dict[UUID, list[Evaluation]] = defaultdict(list)
    for plan, evaluation in await db.execute(queries.year(access, employee_id, year)):
        plans[plan.id] = plan
        if evaluation is not None:
            evaluations[plan.id].append(evaluation)
    yearly = {
        id: next((each for each in evaluations[id] if each.kind is EvaluationKind.YEARLY), None)
        for id in plans
    }
    segments = [_segment(plan, yearly[plan.id]) for plan in plans.values()]
    policy = await policy_of(access, db, date(year, 12, 31))
    found = year_result(segments, policy.annual_combination)
    months = months_of(segments)
    counted = [yearly[id] for id in found.counted]
    return PerformanceYearOut(
        employee=PersonOut.model_validate(person),
        year=year,
        combination=policy.annual_combination,
        work_result=found.work_result,
        behaviour=found.behaviour,
        predicate=found.predicate,
        final=bool(counted)
        and all(each is not None and each.status is EvaluationStatus.FINAL for each in counted),
        missing=list(found.missing),
        segments=[
            _shape(plans[each.plan_id], each, yearly[each.plan_id], months, found.counted, evaluations)
            for each in segments
        ],
    )


def _segment(plan: Plan, yearly: Evaluation | None) -> Segment:
    first, last = period_days(plan.period)
    if yearly is None:
        return Segment(plan.id, first, last, None, None)
    return Segment(plan.id, first, last, yearly.work_result, yearly.behaviour)


def _shape(
    plan: Plan,
    segment: Segment,
    yearly: Evaluation | None,
    months: dict[UUID, int],
    counted: tuple[UUID, ...],
    evaluations: dict[UUID, list[Evaluation]],
) -> YearSegmentOut:
    return YearSegmentOut.model_validate(
        {
            "plan_id": plan.id,
            "plan_status": plan.status,
            "position": plan.position,
            "first": segment.first,
            "last": segment.last,
            "months": months[plan.id],
            "counts": plan.id in counted,
            "evaluation_id": yearly and yearly.id,
            "evaluation_version": yearly and yearly.version,
            "status": yearly and yearly.status,
            "work_result": segment.work_result,
            "behaviour": segment.behaviour,
            "predicate": yearly and yearly.predicate,
            "periodic": [
                _periodic(each) for each in evaluations[plan.id] if each.kind is EvaluationKind.PERIODIC
            ],
        }
    )


def _periodic(evaluation: Evaluation) -> dict[str, Any]:
    first, last = period_days(evaluation.period)
    return {
        "id": evaluation.id,
        "version": evaluation.version,
        "period_start": first,
        "period_end": last,
        "status": evaluation.status,
        "work_result": evaluation.work_result,
        "behaviour": evaluation.behaviour,
        "predicate": evaluation.predicate,
    }


async def explained(access: Access, db: AsyncSession, employee_id: UUID, year: int) -> ExplanationOut:
    found = await shown(access, db, employee_id, year)
    steps = [
        f"{each.first} – {each.last}: {each.work_result or '-'} × {each.behaviour or '-'}, "
        f"{each.months} months{', counts' if each.counts else ''}"
        for each in found.segments
    ]
    steps.append(f"{found.combination}: {found.work_result or '-'} × {found.behaviour or '-'}")
    steps.append(f"nine cells: {found.predicate or '-'}")
    return ExplanationOut(
        value=found.predicate,
        inputs=[
            {
                "entity": "evaluation",
                "id": each.evaluation_id,
                "version": each.evaluation_version,
                "status": each.status,
                "work_result": each.work_result,
                "behaviour": each.behaviour,
            }
            for each in found.segments
        ],
        rule=f"annual_combination {found.combination}",
        article="PermenPANRB 6/2022; the combination of segments is a choice of the region",
        steps=steps,
    )
