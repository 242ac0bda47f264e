"""Rating: by the evaluator of the day of the act, never by oneself; the predicate follows from the table."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.areas.evaluations import queries
from asn_api.areas.evaluations.changes import changed, judged, tell
from asn_api.areas.evaluations.circumstances import Circumstances, circumstances, place_for, policy_of
from asn_api.areas.evaluations.reporting import check_named
from asn_api.areas.evaluations.schemas import (
    EvaluationOut,
    ItemsIn,
    LetterIn,
    RatedResultIn,
    RatedValueIn,
    RatingIn,
    RecordedRatingIn,
    SuggestionOut,
    SuggestionsOut,
)
from asn_api.areas.evaluations.showing import locked, shown
from asn_api.areas.monitoring.feedback import mark_used
from asn_api.areas.performance.schemas import EvaluatorOut
from asn_api.areas.performance.snapshots import judge
from asn_api.core.journal import difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules.calendar import local_day
from asn_api.rules.entries import Place
from asn_api.rules.evaluations import (
    EvaluationAction,
    EvaluationActor,
    EvaluationKind,
    EvaluationStatus,
    check_transition,
)
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.objections import objection_due
from asn_api.rules.plans import PlanType
from asn_api.rules.ratings import CoreValue, Expectation, predicate
from asn_api.rules.suggestions import (
    RatedResult,
    Suggestion,
    suggest_behaviour,
    suggest_for_head,
    suggest_work_result,
)
from asn_api.tables.evaluations import EvaluatedResult, EvaluatedValue, Evaluation


async def suggest(access: Access, db: AsyncSession, id: UUID, given: ItemsIn) -> SuggestionsOut:
    """What these ratings would suggest; nothing is kept."""
    evaluation = await db.scalar(queries.seen(access, id))
    if evaluation is None:
        raise Problem("NOT_FOUND")
    if evaluation.employee_id == access.employee_id:
        raise Problem("SELF_EVALUATION")
    await _check_items(access, db, evaluation, given, whole=False)
    return await _suggestions(access, db, evaluation, given)


async def rate(access: Access, db: AsyncSession, id: UUID, expected: int, given: RatingIn) -> EvaluationOut:
    """Rate, or change one's rating while it is neither accepted nor contested."""
    evaluation = await locked(access, db, id, expected)
    place = await place_for(access, db, evaluation)
    found = await circumstances(access, db, evaluation, place)
    evaluator = await judge(access, db, found.rater_id, evaluation.unit_id)
    return await _rated(access, db, evaluation, given, found, found.actors, evaluator, place)


async def record_rating(
    access: Access, db: AsyncSession, id: UUID, expected: int, given: RecordedRatingIn
) -> EvaluationOut:
    """Write down how a superior who is no employee rated on paper (decision 0011)."""
    evaluation = await locked(access, db, id, expected)
    place = await place_for(access, db, evaluation)
    found = await circumstances(access, db, evaluation, place)
    if evaluation.employee_id == access.employee_id:
        raise Problem("SELF_EVALUATION")
    if found.rater_id is not None:
        raise Problem("EVALUATION_HAS_EVALUATOR")
    check_letter(access, given)
    actors = frozenset({EvaluationActor.EVALUATOR})
    evaluator = None, outside(given)
    return await _rated(access, db, evaluation, given, found, actors, evaluator, place)


def check_letter(access: Access, given: LetterIn) -> None:
    if given.letter_date > access.today:
        raise Problem("REQUEST_INVALID", faults=[Fault("/letter_date", "PLAN_LETTER_IN_FUTURE")])


def outside(given: LetterIn) -> dict[str, Any]:
    """The superior outside as the evaluator of the form, with his letter."""
    return EvaluatorOut(
        status="NON_ASN",
        nip=None,
        name=given.decided_by_name,
        position=given.decided_by_title,
        unit=None,
        grade=None,
        letter_number=given.letter_number,
        letter_date=given.letter_date,
    ).model_dump(mode="json")


async def _rated(
    access: Access,
    db: AsyncSession,
    evaluation: Evaluation,
    given: RatingIn,
    found: Circumstances,
    actors: frozenset[EvaluationActor],
    evaluator: tuple[UUID | None, dict[str, Any]],
    place: Place,
) -> EvaluationOut:
    amends = evaluation.status is EvaluationStatus.RATED
    action = EvaluationAction.AMEND if amends else EvaluationAction.RATE
    after = check_transition(evaluation.status, action, actors, found.deadlines, reason=given.reason)
    await _check_items(access, db, evaluation, given, whole=True)
    suggested = await _suggestions(access, db, evaluation, given)
    _check_departure(given, suggested)
    before = await judged(access, db, evaluation)
    delivered = local_day(access.now, place.zone)
    until = objection_due(delivered, await policy_of(access, db, delivered), place).day
    await keep_items(access, db, evaluation, given.results, given.values)
    if not amends:
        evaluation.self_report_missing = evaluation.status is EvaluationStatus.OPEN
    evaluation.status = after
    evaluation.work_result, evaluation.behaviour = given.work_result, given.behaviour
    evaluation.predicate = predicate(given.work_result, given.behaviour)
    evaluation.suggestion = suggested.model_dump(mode="json")
    evaluation.departure_reason = given.departure_reason
    evaluation.amendment_reason = given.reason if amends else None
    evaluation.comment = given.comment
    evaluation.evaluator_id, evaluation.evaluator = evaluator
    evaluation.rated_at = access.now
    evaluation.objection_until = until
    flag_modified(evaluation, "status")
    await db.flush()
    changes = difference(before, await judged(access, db, evaluation))
    await record(db, access.author, access.now, changed(evaluation, action, changes))
    await mark_used(access, db, evaluation.plan_id, evaluation.period)
    await tell(
        access,
        db,
        evaluation,
        NoticeKind.EVALUATION_RATED,
        evaluation.employee_id,
        until=evaluation.objection_until,
    )
    return await shown(access, db, evaluation.id)


async def _check_items(
    access: Access, db: AsyncSession, evaluation: Evaluation, given: ItemsIn, *, whole: bool
) -> None:
    """All items are of this plan; one below expectations says what shows it; a year leaves no blanks."""
    results = {each.id for each in await db.scalars(queries.results_in_force(access, evaluation.plan_id))}
    faults = check_named(
        "/results", "work_result_id", [each.work_result_id for each in given.results], results
    )
    faults += check_named("/values", "core_value", [each.core_value for each in given.values], set(CoreValue))
    if whole:
        faults += check_values(given.values)
        faults += _blanks(evaluation, given, results)
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)


def check_values(values: list[RatedValueIn]) -> list[Fault]:
    faults = []
    for position, value in enumerate(values):
        if value.rating is Expectation.BELOW and not value.comment:
            faults.append(Fault(f"/values/{position}/comment", "EVALUATION_VALUE_NEEDS_COMMENT"))
        if value.rating is Expectation.BELOW and not value.evidence:
            faults.append(Fault(f"/values/{position}/evidence", "EVALUATION_VALUE_NEEDS_EVIDENCE"))
    return faults


def _blanks(evaluation: Evaluation, given: ItemsIn, results: set[UUID]) -> list[Fault]:
    """In a period not everything is due; over a year everything was."""
    if evaluation.kind is EvaluationKind.PERIODIC:
        return []
    faults = []
    if {each.work_result_id for each in given.results if each.rating} != results:
        faults.append(Fault("/results", "EVALUATION_RESULTS_INCOMPLETE"))
    if {each.core_value for each in given.values if each.rating} != set(CoreValue):
        faults.append(Fault("/values", "EVALUATION_VALUES_INCOMPLETE"))
    return faults


async def _suggestions(
    access: Access, db: AsyncSession, evaluation: Evaluation, given: ItemsIn
) -> SuggestionsOut:
    policy = await policy_of(access, db, queries.last_day(evaluation))
    rated = {each.work_result_id: each.rating for each in given.results}
    results = [
        RatedResult(each.kind, rated.get(each.id))
        for each in await db.scalars(queries.results_in_force(access, evaluation.plan_id))
    ]
    values = {each.core_value: each.rating for each in given.values}
    work_result = suggest_work_result(results, policy.most_share, policy.small_part_share)
    achieved = (await db.execute(queries.achieved(access, evaluation))).one_or_none()
    if achieved is not None and achieved.own:
        plan = await db.scalar(queries.plan_of(access, evaluation))
        if plan is not None and plan.plan_type is PlanType.JPT_OR_UNIT_HEAD:
            work_result = suggest_for_head(achieved.predicate)
    behaviour = suggest_behaviour([values.get(each) for each in CoreValue], policy.most_share)
    return SuggestionsOut(work_result=_out(work_result), behaviour=_out(behaviour))


def _out(suggestion: Suggestion) -> SuggestionOut:
    return SuggestionOut(**asdict(suggestion))


def _check_departure(given: RatingIn, suggested: SuggestionsOut) -> None:
    """Whoever departs from a suggestion, or has none to rest on, says why."""
    departs = (given.work_result, given.behaviour) != (
        suggested.work_result.rating,
        suggested.behaviour.rating,
    )
    if departs and given.departure_reason is None:
        raise Problem(
            "EVALUATION_DEPARTURE_UNEXPLAINED",
            faults=[Fault("/departure_reason", "EVALUATION_DEPARTURE_REASON_REQUIRED")],
            work_result=suggested.work_result.rating or "-",
            behaviour=suggested.behaviour.rating or "-",
        )


async def keep_items(
    access: Access,
    db: AsyncSession,
    evaluation: Evaluation,
    results: list[RatedResultIn],
    values: list[RatedValueIn],
    *,
    only: bool = False,
) -> None:
    """Write the ratings of the parts; what is not named becomes blank, unless `only` these change."""
    key = {"region_id": access.region_id, "evaluation_id": evaluation.id}
    held_results = {
        each.work_result_id: each
        for each in await db.scalars(queries.evaluated_results(access, evaluation.id))
    }
    held_values = {each.core_value: each for each in await db.scalars(queries.values(access, evaluation.id))}
    if not only:
        for row in held_results.values():
            row.rating, row.comment = None, None
        for value in held_values.values():
            value.rating, value.comment, value.evidence = None, None, []
        for each in await db.scalars(queries.results_in_force(access, evaluation.plan_id)):
            # What was evaluated stays listed, whatever a later revision withdraws.
            if each.id not in held_results:
                held_results[each.id] = EvaluatedResult(
                    **key, id=uuid7(), work_result_id=each.id, evidence=[]
                )
                db.add(held_results[each.id])
    for result in results:
        row = held_results[result.work_result_id]
        row.rating, row.comment = result.rating, result.comment
    for given in values:
        value = held_values.get(given.core_value) or EvaluatedValue(
            **key, id=uuid7(), core_value=given.core_value
        )
        value.rating, value.comment = given.rating, given.comment
        value.evidence = [each.model_dump(mode="json") for each in given.evidence]
        db.add(value)
