"""What the journal says of an evaluation."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.evaluations import queries
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.performance.snapshots import period_days
from asn_api.core.database import driver_of
from asn_api.core.journal import Change
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.evaluations import Evaluation, Objection


def changed(evaluation: Evaluation, action: str, changes: dict[str, Any]) -> Change:
    return Change(
        "evaluation",
        evaluation.id,
        evaluation.version,
        action,
        changes,
        unit_id=evaluation.unit_id,
        employee_id=evaluation.employee_id,
    )


def objected(objection: Objection, action: str, changes: dict[str, Any]) -> Change:
    return Change(
        "objection",
        objection.id,
        objection.version,
        action,
        changes,
        unit_id=objection.unit_id,
        employee_id=objection.employee_id,
    )


async def tell(
    access: Access,
    db: AsyncSession,
    evaluation: Evaluation,
    kind: NoticeKind,
    *people: UUID | None,
    until: date | None = None,
) -> None:
    """Notify people in this transaction; whoever acts himself knows already."""
    first, last = period_days(evaluation.period)
    params = {"period_start": first.isoformat(), "period_end": last.isoformat()}
    if until is not None:
        params["until"] = until.isoformat()
    notices = [
        Notice(person, kind, "evaluation", evaluation.id, params=params)
        for person in people
        if person is not None and person != access.employee_id
    ]
    await notify(await driver_of(db), access, notices)


async def told(access: Access, db: AsyncSession, evaluation: Evaluation) -> dict[str, Any]:
    """The employee's report as it stands."""
    results = await db.scalars(queries.evaluated_results(access, evaluation.id))
    measures = await db.scalars(queries.evaluated_indicators(access, evaluation.id))
    values = await db.scalars(queries.values(access, evaluation.id))
    return {
        "work_result": evaluation.self_work_result,
        "behaviour": evaluation.self_behaviour,
        "note": evaluation.self_note,
        "results": {
            str(each.work_result_id): {
                "realisation": each.realisation,
                "evidence": each.evidence,
                "self_rating": each.self_rating,
            }
            for each in results
        },
        "indicators": {str(each.indicator_id): {"value": each.value, "note": each.note} for each in measures},
        "values": {
            each.core_value.value: {"self_rating": each.self_rating, "note": each.self_note}
            for each in values
        },
    }


async def judged(access: Access, db: AsyncSession, evaluation: Evaluation) -> dict[str, Any]:
    """The rating as it stands, to be compared with what it becomes."""
    results = await db.scalars(queries.evaluated_results(access, evaluation.id))
    values = await db.scalars(queries.values(access, evaluation.id))
    letter = (evaluation.evaluator or {}).get("letter_number")
    return {
        "status": evaluation.status,
        "work_result": evaluation.work_result,
        "behaviour": evaluation.behaviour,
        "predicate": evaluation.predicate,
        "departure_reason": evaluation.departure_reason,
        "amendment_reason": evaluation.amendment_reason,
        "comment": evaluation.comment,
        "evaluator_id": evaluation.evaluator_id,
        "letter_number": letter,
        "self_report_missing": evaluation.self_report_missing,
        "objection_until": evaluation.objection_until and evaluation.objection_until.isoformat(),
        "results": {
            str(each.work_result_id): {"rating": each.rating, "comment": each.comment} for each in results
        },
        "values": {
            each.core_value.value: {"rating": each.rating, "comment": each.comment, "evidence": each.evidence}
            for each in values
        },
    }
