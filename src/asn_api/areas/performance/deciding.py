"""The way of a plan from draft to approval and back: every step by the one person who may take it."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.performance import cascade_queries as queries
from asn_api.areas.performance.behaviour import put_texts
from asn_api.areas.performance.schemas import ExpectationsIn, PlanOut, RecordedDecisionIn
from asn_api.areas.performance.showing import locked, results, shown
from asn_api.areas.performance.snapshots import changed, evaluator_of, recorded_evaluator
from asn_api.core.journal import difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.plans import (
    AGREED,
    WAITING,
    PlanAction,
    PlanActor,
    PlannedIndicator,
    PlannedResult,
    PlanStatus,
    check_submittable,
    check_transition,
)
from asn_api.tables.performance import Plan, PlanRevision

WAITS = {"PLAN_PARENT_REQUIRED", "PLAN_PARENT_NOT_APPROVED"}


async def submit(access: Access, db: AsyncSession, plan_id: UUID, expected: int) -> PlanOut:
    plan = await locked(access, db, plan_id, expected)
    before = _state(plan)
    after = check_transition(plan.status, PlanAction.SUBMIT, {PlanActor.EMPLOYEE})
    await _check_complete(access, db, plan)
    plan.evaluator_id, plan.evaluator = await evaluator_of(access, db, plan)
    plan.submitted_at = access.now
    return await _moved(access, db, plan, PlanAction.SUBMIT, after, before)


async def request_revision(
    access: Access, db: AsyncSession, plan_id: UUID, expected: int, reason: str
) -> PlanOut:
    plan = await locked(access, db, plan_id, expected)
    before = _state(plan)
    after = check_transition(plan.status, PlanAction.REQUEST_REVISION, {PlanActor.EMPLOYEE}, reason=reason)
    plan.note = reason
    return await _moved(access, db, plan, PlanAction.REQUEST_REVISION, after, before)


async def decide(
    access: Access,
    db: AsyncSession,
    plan_id: UUID,
    expected: int,
    action: PlanAction,
    comment: str | None = None,
) -> PlanOut:
    """Approve, return or reopen a plan of one's team; the superior of the day of the act decides."""
    plan = await locked(access, db, plan_id, expected)
    evaluator_id, evaluator = await evaluator_of(access, db, plan)
    actors = _actors(access, plan, evaluator_id)
    return await _decided(access, db, plan, action, actors, comment, evaluator_id, evaluator)


async def set_expectations(
    access: Access, db: AsyncSession, plan_id: UUID, expected: int, given: ExpectationsIn
) -> PlanOut:
    """Replace all special expectations of the evaluator's, until the plan is approved."""
    plan = await locked(access, db, plan_id, expected)
    evaluator_id, _ = await evaluator_of(access, db, plan)
    action = PlanAction.SET_EXPECTATIONS
    check_transition(plan.status, action, _actors(access, plan, evaluator_id))
    changes = put_texts(plan, "expectation", given.expectations, "/expectations")
    if changes:
        await db.flush()
        await record(db, access.author, access.now, changed(plan, action, changes))
    return await shown(access, db, plan_id)


def _actors(access: Access, plan: Plan, evaluator_id: UUID | None) -> set[PlanActor]:
    actors = {PlanActor.EVALUATOR} if evaluator_id == access.employee_id else set()
    if plan.employee_id == access.employee_id:
        actors.add(PlanActor.EMPLOYEE)
    return actors


async def record_decision(
    access: Access, db: AsyncSession, plan_id: UUID, expected: int, given: RecordedDecisionIn
) -> PlanOut:
    """Write down what a superior who is no employee decided on paper (decision 0011)."""
    plan = await locked(access, db, plan_id, expected)
    if plan.employee_id == access.employee_id:
        raise Problem("SELF_EVALUATION")
    superior_id, _ = await evaluator_of(access, db, plan)
    if superior_id is not None:
        raise Problem("PLAN_HAS_EVALUATOR")
    if given.letter_date > access.today:
        raise Problem("REQUEST_INVALID", faults=[Fault("/letter_date", "PLAN_LETTER_IN_FUTURE")])
    evaluator = recorded_evaluator(given)
    action = PlanAction(given.action)
    words = None
    if given.expectations is not None and action is not PlanAction.REOPEN:
        words = put_texts(plan, "expectation", given.expectations, "/expectations")
    return await _decided(
        access, db, plan, action, {PlanActor.EVALUATOR}, given.comment, None, evaluator, words
    )


async def _decided(
    access: Access,
    db: AsyncSession,
    plan: Plan,
    action: PlanAction,
    actors: set[PlanActor],
    comment: str | None,
    evaluator_id: UUID | None,
    evaluator: dict[str, Any],
    words: dict[str, Any] | None = None,
) -> PlanOut:
    before = _state(plan)
    after = check_transition(plan.status, action, actors, reason=comment)
    plan.evaluator_id, plan.evaluator = evaluator_id, evaluator
    plan.decided_at, plan.decided_by = access.now, evaluator_id
    if comment is not None:
        plan.note = comment
    if after is PlanStatus.APPROVED:
        await _keep(access, db, plan)
    if action is PlanAction.REOPEN:
        plan.revision += 1
    return await _moved(access, db, plan, action, after, before, words)


async def _keep(access: Access, db: AsyncSession, plan: Plan) -> None:
    """Keep the approved text, so that a later revision destroys nothing."""
    plan_out = await shown(access, db, plan.id)
    content = plan_out.model_dump(
        mode="json",
        include={
            "year",
            "period_start",
            "period_end",
            "approach",
            "plan_type",
            "unit_id",
            "position",
            "evaluator",
            "work_results",
            "annexes",
            "behaviour",
        },
    )
    db.add(
        PlanRevision(
            region_id=plan.region_id,
            id=uuid7(),
            plan_id=plan.id,
            revision=plan.revision,
            content=content,
            approved_at=access.now,
            approved_by=plan.decided_by,
        )
    )


async def _moved(
    access: Access,
    db: AsyncSession,
    plan: Plan,
    action: PlanAction,
    after: PlanStatus,
    before: dict[str, Any],
    words: dict[str, Any] | None = None,
) -> PlanOut:
    plan.status = after
    plan.waiting_since = access.now if after in WAITING else None
    await db.flush()
    changes = difference(before, _state(plan)) | (words or {})
    await record(db, access.author, access.now, changed(plan, action, changes))
    return await shown(access, db, plan.id)


def _state(plan: Plan) -> dict[str, Any]:
    letter = (plan.evaluator or {}).get("letter_number")
    return {
        "status": plan.status,
        "revision": plan.revision,
        "evaluator_id": plan.evaluator_id,
        "letter_number": letter,
        "note": plan.note,
    }


async def _check_complete(access: Access, db: AsyncSession, plan: Plan) -> None:
    """PLAN_WAITS_FOR_SUPERIOR when only the superior's plan is missing, else what has to be completed."""
    content = await results(access, db, plan.id)
    parents = {row.id: row for row in await db.execute(queries.parent_plans(access, plan))}
    faults = check_submittable(
        plan.plan_type,
        plan.approach,
        [
            PlannedResult(
                result.kind,
                result.perspective,
                parents[result.parent_id].status if result.parent_id in parents else None,
                result.parent_id in parents and parents[result.parent_id].connected,
                [
                    PlannedIndicator(
                        indicator.aspect,
                        indicator.statement,
                        indicator.polarity,
                        indicator.target_value,
                        indicator.target_upper,
                        indicator.target_unit,
                        indicator.target_text,
                    )
                    for indicator in result.indicators
                ],
            )
            for result in content
        ],
    )
    codes = {fault.code for fault in faults}
    if "PLAN_PARENT_REQUIRED" in codes and codes <= WAITS:
        could_choose = await db.scalar(queries.leaders_agreed_plan(access, plan, AGREED))
        raise Problem("PLAN_NOT_SUBMITTABLE" if could_choose else "PLAN_WAITS_FOR_SUPERIOR", faults=faults)
    if codes:
        raise Problem("PLAN_WAITS_FOR_SUPERIOR" if codes <= WAITS else "PLAN_NOT_SUBMITTABLE", faults=faults)
