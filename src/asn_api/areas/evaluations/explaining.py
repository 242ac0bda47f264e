"""How the values of an evaluation came about: what they rest on, by which rule, in which steps."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.evaluations import queries
from asn_api.areas.evaluations.circumstances import deadlines, place_for, policy_of
from asn_api.areas.evaluations.organisation_schemas import EvaluationExplanationOut, ExplanationOut
from asn_api.areas.evaluations.schemas import SuggestionOut, SuggestionsOut
from asn_api.errors import Problem
from asn_api.rules.calendar import local_day
from asn_api.rules.entries import Place
from asn_api.tables.evaluations import Evaluation


async def explained(access: Access, db: AsyncSession, id: UUID) -> EvaluationExplanationOut:
    evaluation = await db.scalar(queries.seen(access, id))
    if evaluation is None:
        raise Problem("NOT_FOUND")
    policy = await policy_of(access, db, queries.last_day(evaluation))
    results = (await db.scalars(queries.evaluated_results(access, id))).all()
    values = (await db.scalars(queries.values(access, id))).all()
    held = evaluation.suggestion
    suggested = None if held is None else SuggestionsOut.model_validate(held)
    shares = {"most_share": str(policy.most_share), "small_part_share": str(policy.small_part_share)}
    return EvaluationExplanationOut(
        predicate=_predicate(evaluation),
        work_result=_suggested(
            evaluation,
            None if suggested is None else suggested.work_result,
            evaluation.work_result,
            [{"work_result_id": each.work_result_id, "rating": each.rating} for each in results],
            shares,
            "ABOVE: most above and no primary below; MEETS: most not below and at most a small part of the "
            "primary below; BELOW: most below",
        ),
        behaviour=_suggested(
            evaluation,
            None if suggested is None else suggested.behaviour,
            evaluation.behaviour,
            [{"core_value": each.core_value, "rating": each.rating} for each in values],
            {"most_share": shares["most_share"]},
            "the majority of the seven core values, else MEETS",
        ),
        objection_until=await _objection(access, db, evaluation, await place_for(access, db, evaluation)),
    )


def _of(evaluation: Evaluation, **what: Any) -> dict[str, Any]:
    return {"entity": "evaluation", "id": evaluation.id, "version": evaluation.version, **what}


def _predicate(evaluation: Evaluation) -> ExplanationOut:
    ratings = {"work_result": evaluation.work_result, "behaviour": evaluation.behaviour}
    given = f"{evaluation.work_result or '-'} × {evaluation.behaviour or '-'}"
    return ExplanationOut(
        value=evaluation.predicate,
        inputs=[_of(evaluation, **ratings)],
        rule="nine cells: work results against behaviour",
        article="PermenPANRB 6/2022",
        steps=[f"{given} → {evaluation.predicate or '-'}"],
    )


def _suggested(
    evaluation: Evaluation,
    suggestion: SuggestionOut | None,
    rating: str | None,
    items: list[dict[str, Any]],
    policy: dict[str, str],
    rule: str,
) -> ExplanationOut:
    steps = []
    if suggestion is not None:
        steps.append(", ".join(f"{name} {number}" for name, number in suggestion.counts.items()))
        steps.append(f"{suggestion.reason} → {suggestion.rating or '-'}")
        if rating != suggestion.rating:
            steps.append(f"rated {rating}: {evaluation.departure_reason}")
    return ExplanationOut(
        value=suggestion and suggestion.rating,
        inputs=[_of(evaluation, items=items), {"entity": "policy", "area": "evaluations", **policy}],
        rule=rule,
        article="PermenPANRB 6/2022; the evaluator decides",
        steps=steps,
    )


async def _objection(
    access: Access, db: AsyncSession, evaluation: Evaluation, place: Place
) -> ExplanationOut:
    """Counted anew today, so that every outage that moved the day shows."""
    value: date | None = (await deadlines(access, db, evaluation, place)).objection_until
    inputs: list[dict[str, Any]] = [_of(evaluation, rated_at=evaluation.rated_at)]
    steps = []
    if evaluation.rated_at is not None and value is not None:
        delivered = local_day(evaluation.rated_at, place.zone)
        policy = await policy_of(access, db, delivered)
        inputs.append(
            {
                "entity": "policy",
                "area": "evaluations",
                "objection_days": policy.objection_days,
                "objection_day_type": policy.objection_day_type,
            }
        )
        touched = sorted(day for day in place.outages.days if delivered <= day <= value)
        steps = [
            f"delivered on {delivered}, which is not counted",
            f"{policy.objection_days} {policy.objection_day_type} days",
            *(f"an outage on {day} adds a day" for day in touched),
            f"last day: {value}",
        ]
    return ExplanationOut(
        value=value,
        inputs=inputs,
        rule="days after the delivery; a day touched by a declared outage adds one",
        article="PP 30/2019 art. 59",
        steps=steps,
    )
