"""How a rating becomes final: accepted, undisputed until the deadline, or decided after an objection."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.areas.evaluations import due_queries, queries
from asn_api.areas.evaluations.changes import changed, judged, objected, tell
from asn_api.areas.evaluations.circumstances import (
    Circumstances,
    circumstances,
    deadlines,
    place_for,
)
from asn_api.areas.evaluations.rating import check_letter, check_values, keep_items, outside
from asn_api.areas.evaluations.reporting import check_named
from asn_api.areas.evaluations.schemas import (
    ContestedIn,
    DecisionIn,
    EvaluationOut,
    ObjectionIn,
    RecordedObjectionDecisionIn,
    StatementIn,
)
from asn_api.areas.evaluations.showing import locked, shown
from asn_api.areas.performance.snapshots import judge
from asn_api.core.journal import difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.entries import Place
from asn_api.rules.evaluations import (
    EvaluationAction,
    EvaluationActor,
    EvaluationStatus,
    ObjectionDecision,
    check_transition,
    refusal,
)
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.ratings import CoreValue, predicate
from asn_api.tables.evaluations import Evaluation, Objection


async def acknowledge(access: Access, db: AsyncSession, id: UUID, expected: int) -> EvaluationOut:
    """Accept the rating; it can no longer be contested or amended."""
    evaluation = await locked(access, db, id, expected)
    found = await _found(access, db, evaluation)
    after = check_transition(evaluation.status, EvaluationAction.ACKNOWLEDGE, found.actors, found.deadlines)
    before = evaluation.status
    evaluation.status, evaluation.acknowledged_at = after, access.now
    await db.flush()
    changes = {"status": [before, after]}
    await record(db, access.author, access.now, changed(evaluation, EvaluationAction.ACKNOWLEDGE, changes))
    return await shown(access, db, id)


async def object_to(
    access: Access, db: AsyncSession, id: UUID, expected: int, given: ObjectionIn
) -> EvaluationOut:
    """Contest the rating before the superior of the evaluator, in time and with grounds."""
    if given.id is not None and (known := await db.scalar(queries.objection(access, id))) is not None:
        if known.id != given.id or known.employee_id != access.employee_id:
            raise Problem("OBJECTION_ID_TAKEN")
        return await shown(access, db, id)
    evaluation = await locked(access, db, id, expected)
    found = await _found(access, db, evaluation)
    after = check_transition(
        evaluation.status, EvaluationAction.OBJECT, found.actors, found.deadlines, reason=given.grounds
    )
    await _check_contested(access, db, evaluation, given.contested)
    rating = await judged(access, db, evaluation)
    objection = Objection(
        region_id=access.region_id,
        id=given.id or uuid7(),
        evaluation_id=evaluation.id,
        employee_id=evaluation.employee_id,
        unit_id=evaluation.unit_id,
        evaluator_id=evaluation.evaluator_id,
        grounds=given.grounds,
        contested=[each.model_dump(mode="json", exclude_none=True) for each in given.contested],
        evidence=[each.model_dump(mode="json") for each in given.evidence],
        filed_at=access.now,
        rating_before=rating,
    )
    db.add(objection)
    before = evaluation.status
    evaluation.status = after
    await db.flush()
    about = {"grounds": objection.grounds, "contested": objection.contested, "evidence": objection.evidence}
    await record(
        db,
        access.author,
        access.now,
        changed(evaluation, EvaluationAction.OBJECT, {"status": [before, after]}),
        objected(objection, "FILE", difference({}, about)),
    )
    windows = (await _found(access, db, evaluation, objection)).deadlines
    until = windows.statement_until
    await tell(access, db, evaluation, NoticeKind.OBJECTION_FILED, evaluation.evaluator_id, until=until)
    return await shown(access, db, id)


async def state(
    access: Access, db: AsyncSession, id: UUID, expected: int, given: StatementIn
) -> EvaluationOut:
    """The evaluator explains the contested rating; he may say it better until it is decided."""
    evaluation = await locked(access, db, id, expected)
    objection = await _objection(access, db, evaluation)
    found = await _found(access, db, evaluation, objection)
    actors = set(found.actors)
    if access.employee_id is not None and access.employee_id == evaluation.evaluator_id:
        actors.add(EvaluationActor.EVALUATOR)
    check_transition(evaluation.status, EvaluationAction.STATE, actors, found.deadlines)
    assert objection is not None
    before = {"evaluator_statement": objection.evaluator_statement}
    objection.evaluator_statement, objection.stated_at = given.statement, access.now
    flag_modified(evaluation, "status")
    await db.flush()
    changes = difference(before, {"evaluator_statement": given.statement})
    await record(
        db,
        access.author,
        access.now,
        changed(evaluation, EvaluationAction.STATE, {}),
        objected(objection, "STATE", changes),
    )
    return await shown(access, db, id)


async def decide(
    access: Access, db: AsyncSession, id: UUID, expected: int, given: DecisionIn
) -> EvaluationOut:
    """Uphold or change the contested rating, finally."""
    evaluation = await locked(access, db, id, expected)
    objection = await _objection(access, db, evaluation)
    found = await _found(access, db, evaluation, objection)
    decider = await judge(access, db, found.decider_id, evaluation.unit_id)
    return await _decided(access, db, evaluation, objection, given, found, found.actors, decider)


async def record_decision(
    access: Access, db: AsyncSession, id: UUID, expected: int, given: RecordedObjectionDecisionIn
) -> EvaluationOut:
    """Write down what a superior who is no employee decided on paper (decision 0011)."""
    evaluation = await locked(access, db, id, expected)
    objection = await _objection(access, db, evaluation)
    found = await _found(access, db, evaluation, objection)
    if access.employee_id is not None and access.employee_id in (
        evaluation.employee_id,
        evaluation.evaluator_id,
    ):
        raise Problem("SELF_EVALUATION")
    if found.decider_id is not None:
        raise Problem("OBJECTION_HAS_DECIDER")
    check_letter(access, given)
    actors = frozenset({EvaluationActor.EVALUATOR_SUPERIOR})
    decider = None, outside(given)
    return await _decided(access, db, evaluation, objection, given, found, actors, decider)


async def _decided(
    access: Access,
    db: AsyncSession,
    evaluation: Evaluation,
    objection: Objection | None,
    given: DecisionIn,
    found: Circumstances,
    actors: frozenset[EvaluationActor],
    decider: tuple[UUID | None, dict[str, Any]],
) -> EvaluationOut:
    after = check_transition(
        evaluation.status, EvaluationAction.DECIDE, actors, found.deadlines, reason=given.reason
    )
    assert objection is not None
    before = await judged(access, db, evaluation)
    await _apply(access, db, evaluation, given)
    evaluation.status, evaluation.finalised_at = after, access.now
    objection.decision, objection.decision_reason = given.decision, given.reason
    objection.decided_by, objection.decider = decider
    objection.decided_at = access.now
    await db.flush()
    changes = difference(before, await judged(access, db, evaluation))
    said = {
        "decision": given.decision,
        "decision_reason": given.reason,
        "decided_by": decider[0],
        "letter_number": decider[1].get("letter_number"),
    }
    await record(
        db,
        access.author,
        access.now,
        changed(evaluation, EvaluationAction.DECIDE, changes),
        objected(objection, "DECIDE", difference({}, said)),
    )
    parties = evaluation.employee_id, evaluation.evaluator_id
    await tell(access, db, evaluation, NoticeKind.OBJECTION_DECIDED, *parties)
    return await shown(access, db, evaluation.id)


async def _apply(access: Access, db: AsyncSession, evaluation: Evaluation, given: DecisionIn) -> None:
    """UPHELD leaves every rating, CHANGED changes at least one of the two that the predicate follows from."""
    work_result = given.work_result or evaluation.work_result
    behaviour = given.behaviour or evaluation.behaviour
    assert work_result is not None
    assert behaviour is not None
    same = (work_result, behaviour) == (evaluation.work_result, evaluation.behaviour)
    if given.decision is ObjectionDecision.UPHELD:
        if not same or given.results or given.values:
            raise Problem("OBJECTION_UPHELD_CHANGES_NOTHING")
        return
    if same and not given.results and not given.values:
        raise Problem("OBJECTION_NOTHING_CHANGED")
    known = {
        each.work_result_id for each in await db.scalars(queries.evaluated_results(access, evaluation.id))
    }
    faults = check_named("/results", "work_result_id", [each.work_result_id for each in given.results], known)
    faults += check_named("/values", "core_value", [each.core_value for each in given.values], set(CoreValue))
    faults += check_values(given.values)
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)
    await keep_items(access, db, evaluation, given.results, given.values, only=True)
    evaluation.work_result, evaluation.behaviour = work_result, behaviour
    evaluation.predicate = predicate(work_result, behaviour)


async def finalise(access: Access, db: AsyncSession, after: UUID, most: int) -> list[UUID]:
    """Make accepted and undisputed ratings final, at most so many; gives those that were looked at.

    A deadline that an outage has moved is written down, so that everybody sees the day that holds.
    """
    places: dict[UUID, Place] = {}
    changes = []
    rows = (await db.scalars(due_queries.to_be_final(access, after, most))).all()
    for evaluation in rows:
        if evaluation.unit_id not in places:
            places[evaluation.unit_id] = await place_for(access, db, evaluation)
        when = await deadlines(access, db, evaluation, places[evaluation.unit_id])
        before = _finality(evaluation)
        action: str = EvaluationAction.FINALISE
        code = refusal(evaluation.status, EvaluationAction.FINALISE, {EvaluationActor.SYSTEM}, when)
        if code is None:
            evaluation.status, evaluation.finalised_at = EvaluationStatus.FINAL, access.now
        else:
            evaluation.objection_until, action = when.objection_until, "EXTEND"
        await db.flush()
        changes.append(changed(evaluation, action, difference(before, _finality(evaluation))))
    await record(db, access.author, access.now, *changes)
    return [each.id for each in rows]


def _finality(evaluation: Evaluation) -> dict[str, Any]:
    until = evaluation.objection_until
    return {"status": evaluation.status, "objection_until": until and until.isoformat()}


async def _found(
    access: Access, db: AsyncSession, evaluation: Evaluation, objection: Objection | None = None
) -> Circumstances:
    place = await place_for(access, db, evaluation)
    return await circumstances(access, db, evaluation, place, objection)


async def _objection(access: Access, db: AsyncSession, evaluation: Evaluation) -> Objection | None:
    return await db.scalar(queries.objection(access, evaluation.id))


async def _check_contested(
    access: Access, db: AsyncSession, evaluation: Evaluation, contested: list[ContestedIn]
) -> None:
    """Each names what was evaluated, and nothing else."""
    known = {
        each.work_result_id for each in await db.scalars(queries.evaluated_results(access, evaluation.id))
    }
    faults = []
    for position, each in enumerate(contested):
        wants_result, wants_value = each.item == "WORK_RESULT", each.item == "CORE_VALUE"
        if (each.work_result_id in known) != wants_result or (each.work_result_id and not wants_result):
            faults.append(Fault(f"/contested/{position}/work_result_id", "OBJECTION_ITEM_INVALID"))
        if (each.core_value is not None) != wants_value:
            faults.append(Fault(f"/contested/{position}/core_value", "OBJECTION_ITEM_INVALID"))
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)
