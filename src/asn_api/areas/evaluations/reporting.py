"""The self-assessment: drafted at leisure, then handed in."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.areas.evaluations import queries
from asn_api.areas.evaluations.changes import changed, told
from asn_api.areas.evaluations.circumstances import circumstances, place_for
from asn_api.areas.evaluations.schemas import EvaluationOut, ReportIn
from asn_api.areas.evaluations.showing import locked, shown
from asn_api.core.journal import record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.evaluations import EvaluationAction, check_transition
from asn_api.rules.ratings import CoreValue
from asn_api.tables.evaluations import EvaluatedIndicator, EvaluatedResult, EvaluatedValue, Evaluation


async def draft(access: Access, db: AsyncSession, id: UUID, expected: int, given: ReportIn) -> EvaluationOut:
    """Keep what the employee has so far. The journal keeps that he wrote, not yet what."""
    evaluation = await locked(access, db, id, expected)
    place = await place_for(access, db, evaluation)
    found = await circumstances(access, db, evaluation, place)
    check_transition(evaluation.status, EvaluationAction.DRAFT, found.actors, found.deadlines)
    await _check_items(access, db, evaluation, given)
    evaluation.self_work_result = given.work_result
    evaluation.self_behaviour = given.behaviour
    evaluation.self_note = given.note
    # The parts belong to its version, though they are rows of their own.
    flag_modified(evaluation, "self_note")
    await _keep(access, db, evaluation, given)
    await db.flush()
    await record(db, access.author, access.now, changed(evaluation, EvaluationAction.DRAFT, {}))
    return await shown(access, db, id)


async def submit(access: Access, db: AsyncSession, id: UUID, expected: int) -> EvaluationOut:
    """Hand the report in: from now on the evaluator sees and may rate it."""
    evaluation = await locked(access, db, id, expected)
    place = await place_for(access, db, evaluation)
    found = await circumstances(access, db, evaluation, place)
    after = check_transition(evaluation.status, EvaluationAction.REPORT, found.actors, found.deadlines)
    if not await _says_something(access, db, evaluation):
        raise Problem("EVALUATION_REPORT_EMPTY")
    before = {"status": evaluation.status}
    evaluation.status, evaluation.reported_at = after, access.now
    await db.flush()
    report = await told(access, db, evaluation)
    changes = {"status": [before["status"], after], "report": [None, report]}
    await record(db, access.author, access.now, changed(evaluation, EvaluationAction.REPORT, changes))
    return await shown(access, db, id)


async def _check_items(access: Access, db: AsyncSession, evaluation: Evaluation, given: ReportIn) -> None:
    """Every result and indicator is one of this plan's, and none is named twice."""
    results = {each.id for each in await db.scalars(queries.results_in_force(access, evaluation.plan_id))}
    measures = set(await db.scalars(queries.indicators_in_force(access, evaluation.plan_id)))
    faults = check_named(
        "/results", "work_result_id", [each.work_result_id for each in given.results], results
    )
    faults += check_named(
        "/indicators", "indicator_id", [each.indicator_id for each in given.indicators], measures
    )
    faults += check_named("/values", "core_value", [each.core_value for each in given.values], set(CoreValue))
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)


def check_named(pointer: str, name: str, given: list[Any], known: set[Any]) -> list[Fault]:
    faults, seen = [], set()
    for position, each in enumerate(given):
        if each not in known:
            faults.append(Fault(f"{pointer}/{position}/{name}", "EVALUATION_ITEM_UNKNOWN"))
        if each in seen:
            faults.append(Fault(f"{pointer}/{position}/{name}", "EVALUATION_ITEM_TWICE"))
        seen.add(each)
    return faults


async def _keep(access: Access, db: AsyncSession, evaluation: Evaluation, given: ReportIn) -> None:
    """Make the parts exactly those given; what was left out becomes blank."""
    key = {"region_id": access.region_id, "evaluation_id": evaluation.id}
    results = {
        each.work_result_id: each
        for each in await db.scalars(queries.evaluated_results(access, evaluation.id))
    }
    for row in results.values():
        row.realisation, row.evidence, row.self_rating = None, [], None
    for result in given.results:
        row = results.get(result.work_result_id) or EvaluatedResult(
            **key, id=uuid7(), work_result_id=result.work_result_id
        )
        row.realisation, row.self_rating = result.realisation, result.self_rating
        row.evidence = [each.model_dump(mode="json") for each in result.evidence]
        db.add(row)
    measures = {
        each.indicator_id: each
        for each in await db.scalars(queries.evaluated_indicators(access, evaluation.id))
    }
    for measure in measures.values():
        measure.value, measure.note = None, None
    for given_measure in given.indicators:
        measure = measures.get(given_measure.indicator_id) or EvaluatedIndicator(
            **key, id=uuid7(), indicator_id=given_measure.indicator_id
        )
        measure.value, measure.note = given_measure.value, given_measure.note
        db.add(measure)
    values = {each.core_value: each for each in await db.scalars(queries.values(access, evaluation.id))}
    for held in values.values():
        held.self_rating, held.self_note = None, None
    for value in given.values:
        held = values.get(value.core_value) or EvaluatedValue(
            **key, id=uuid7(), core_value=value.core_value, evidence=[]
        )
        held.self_rating, held.self_note = value.self_rating, value.note
        db.add(held)


async def _says_something(access: Access, db: AsyncSession, evaluation: Evaluation) -> bool:
    """An empty form is no report: at least one realisation or value of an indicator."""
    results = await db.scalars(queries.evaluated_results(access, evaluation.id))
    measures = await db.scalars(queries.evaluated_indicators(access, evaluation.id))
    return any(each.realisation for each in results) or any(
        each.value is not None or each.note for each in measures
    )
