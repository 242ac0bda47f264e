"""An evaluation as the caller gets it: what was planned, done, reported and judged, and what he may do next."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.evaluations import queries, work_queries
from asn_api.areas.evaluations.circumstances import circumstances_with, place_for
from asn_api.areas.evaluations.schemas import (
    AllowedOut,
    DeadlinesOut,
    EvaluatedIndicatorOut,
    EvaluatedResultOut,
    EvaluatedValueOut,
    EvaluationOut,
    EvaluationSummary,
    EvidenceItem,
    ObjectionOut,
    StandingOut,
    WorkOut,
)
from asn_api.areas.monitoring.queries import feedback_of
from asn_api.areas.performance.schemas import PersonOut
from asn_api.areas.performance.showing import terms_of
from asn_api.areas.performance.snapshots import judge, period_days
from asn_api.core.http.route import check_version
from asn_api.errors import Problem
from asn_api.rules.attainment import attainment
from asn_api.rules.contribution import percent
from asn_api.rules.evaluations import EvaluationKind, allowed_actions
from asn_api.rules.ratings import CoreValue
from asn_api.tables.evaluations import EvaluatedIndicator, Evaluation
from asn_api.tables.performance import Indicator

_NOTHING_DONE = WorkOut(activities=0, verified_minutes=0, evidence=[])


async def shown(access: Access, db: AsyncSession, id: UUID) -> EvaluationOut:
    row = (await db.execute(queries.one(access, id))).one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    evaluation: Evaluation = row.Evaluation
    objection = await db.scalar(queries.objection(access, id))
    place = await place_for(access, db, evaluation)
    found = await circumstances_with(access, db, evaluation, place, objection, row.present_id)
    _, present = await judge(access, db, row.present_id, evaluation.unit_id)
    first, last = period_days(evaluation.period)
    discreet = evaluation.reported_at is None and evaluation.employee_id != access.employee_id
    earlier = []
    if evaluation.kind is EvaluationKind.YEARLY:
        rows = await db.execute(queries.periodic(access, evaluation.plan_id))
        earlier = [summary(each) for each in rows.mappings()]
    return EvaluationOut.model_validate(
        {
            **_columns(evaluation),
            **(dict.fromkeys(("self_work_result", "self_behaviour", "self_note")) if discreet else {}),
            "employee": PersonOut(id=evaluation.employee_id, nip=row.employee_nip, name=row.employee_name),
            "unit_name": row.unit_name,
            "position": row.Plan.position,
            "period_start": first,
            "period_end": last,
            "organisation_predicate": await db.scalar(queries.achieved(access, evaluation)),
            "evaluators": [
                term.model_copy(update={"first": max(term.first, first), "last": min(term.last, last)})
                for term in await terms_of(access, db, row.Plan)
                if term.first <= last and first <= term.last
            ],
            "present_evaluator": present,
            "results": await _results(access, db, evaluation, discreet),
            "values": await _values(access, db, evaluation, discreet),
            "feedback": await feedback_of(access, db, evaluation.plan_id, evaluation.period),
            "objection": objection and ObjectionOut.model_validate(objection),
            "periodic": earlier,
            "deadlines": DeadlinesOut(
                report_until=found.deadlines.report_until,
                objection_until=found.deadlines.objection_until,
                statement_until=found.deadlines.statement_until,
            ),
            "allowed_actions": [
                AllowedOut(action=each.action, refused=each.refused)
                for each in allowed_actions(evaluation.status, found.actors, found.deadlines)
            ],
        }
    )


def _columns(evaluation: Evaluation) -> dict[str, Any]:
    return {
        name: getattr(evaluation, name) for name in EvaluationOut.model_fields if hasattr(evaluation, name)
    }


async def _results(
    access: Access, db: AsyncSession, evaluation: Evaluation, discreet: bool
) -> list[EvaluatedResultOut]:
    """With their indicators and the work of the period. What is not reported yet is its writer's alone."""
    measures: dict[UUID, list[EvaluatedIndicatorOut]] = defaultdict(list)
    for row in await db.execute(queries.indicators(access, evaluation)):
        reported = None if discreet else row.EvaluatedIndicator
        measures[row.Indicator.work_result_id].append(_indicator(row.Indicator, reported, row))
    work = await _work(access, db, evaluation)
    return [
        EvaluatedResultOut(
            work_result_id=result.id,
            kind=result.kind,
            statement=result.statement,
            withdrawn=result.withdrawn,
            realisation=None if judged is None or discreet else judged.realisation,
            evidence=[] if judged is None or discreet else judged.evidence,
            self_rating=None if judged is None or discreet else judged.self_rating,
            rating=None if judged is None else judged.rating,
            comment=None if judged is None else judged.comment,
            indicators=measures[result.id],
            work=work.get(result.id, _NOTHING_DONE),
        )
        for result, judged in await db.execute(queries.results(access, evaluation))
    ]


def _indicator(
    indicator: Indicator, reported: EvaluatedIndicator | None, progress: Any
) -> EvaluatedIndicatorOut:
    standing = None
    if progress.progress_day is not None:
        standing = StandingOut(
            day=progress.progress_day, value=progress.progress_value, note=progress.progress_note
        )
    value: Decimal | None = None if reported is None else reported.value
    return EvaluatedIndicatorOut(
        indicator_id=indicator.id,
        aspect=indicator.aspect,
        statement=indicator.statement,
        target_value=indicator.target_value,
        target_upper=indicator.target_upper,
        target_unit=indicator.target_unit,
        target_text=indicator.target_text,
        polarity=indicator.polarity,
        progress=standing,
        value=value,
        note=None if reported is None else reported.note,
        attainment=_attained(indicator, value if value is not None else progress.progress_value),
    )


def _attained(indicator: Indicator, realisation: Decimal | None) -> Decimal | None:
    found = attainment(indicator.polarity, indicator.target_value, indicator.target_upper, realisation)
    return None if found is None else percent(found)


async def _work(access: Access, db: AsyncSession, evaluation: Evaluation) -> dict[UUID, WorkOut]:
    links: dict[UUID, list[EvidenceItem]] = defaultdict(list)
    for row in await db.execute(*work_queries.evidence(access, evaluation)):
        for link in row.evidence:
            title = link.get("title") or row.description
            links[row.result_id].append(
                EvidenceItem.model_construct(title=title[:200], url=link.get("url"), activity_id=row.id)
            )
    return {
        row.result_id: WorkOut(
            activities=row.activities, verified_minutes=row.verified_minutes, evidence=links[row.result_id]
        )
        for row in await db.execute(*work_queries.sums(access, evaluation))
    }


async def _values(
    access: Access, db: AsyncSession, evaluation: Evaluation, discreet: bool
) -> list[EvaluatedValueOut]:
    """All seven, in their order."""
    held = {each.core_value: each for each in await db.scalars(queries.values(access, evaluation.id))}
    return [
        EvaluatedValueOut(
            core_value=value,
            self_rating=None if discreet or value not in held else held[value].self_rating,
            self_note=None if discreet or value not in held else held[value].self_note,
            rating=held[value].rating if value in held else None,
            comment=held[value].comment if value in held else None,
            evidence=[EvidenceItem(**each) for each in held[value].evidence] if value in held else [],
        )
        for value in CoreValue
    ]


def summary(row: Any) -> EvaluationSummary:
    first, last = period_days(row["period"])
    return EvaluationSummary.model_validate({**row, "period_start": first, "period_end": last})


async def locked(access: Access, db: AsyncSession, id: UUID, expected: int) -> Evaluation:
    """The evaluation within reach, locked, in the version that the caller knows."""
    evaluation = await db.scalar(queries.locked(access, id))
    if evaluation is None:
        raise Problem("NOT_FOUND")
    if evaluation.version != expected:
        check_version(evaluation.version, expected, await shown(access, db, id))
    return evaluation
