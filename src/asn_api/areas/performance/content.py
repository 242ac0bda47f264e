"""The content of a draft: replaced as a whole (decision 0010), or given up with it."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.areas.performance import cascade_queries, queries, usage_queries
from asn_api.areas.performance.behaviour import put_texts
from asn_api.areas.performance.drafting import editable
from asn_api.areas.performance.schemas import ContentIn, IndicatorIn, PlanOut, WorkResultIn, WorkResultOut
from asn_api.areas.performance.showing import results, shown
from asn_api.areas.performance.snapshots import changed, period_days
from asn_api.areas.policies.current import policy_on
from asn_api.core.journal import difference, record
from asn_api.errors import Fault, Problem
from asn_api.rules.periods import PeriodTarget, period_target_faults
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.plans import PlanAction
from asn_api.tables.performance import Indicator, Plan, WorkResult

Row = TypeVar("Row", WorkResult, Indicator)


async def replace_content(
    access: Access, db: AsyncSession, plan_id: UUID, expected: int, given: ContentIn
) -> PlanOut:
    """Make the plan's results and indicators exactly those given; what others point at is withdrawn."""
    plan = await editable(access, db, plan_id, expected)
    before = await results(access, db, plan_id)
    new_parents = _parents(given.work_results) - _parents(before)
    if new_parents:
        # Two drafts that name each other at the same time would both find no circle. Before any result is
        # locked, because naming one waits for its lock.
        cascade = func.hashtextextended(f"cascade/{plan.region_id}", 0)
        await db.execute(select(func.pg_advisory_xact_lock(cascade)))
    stored = {row.id: row for row in await db.scalars(queries.locked_results(access, plan_id))}
    indicators = {row.id: row for row in await db.scalars(queries.locked_indicators(access, plan_id))}
    await _check_ids(access, db, plan, given, indicators)
    await _check_cascade(access, db, plan, given, new_parents)
    await _check_periods(access, db, plan, given)
    kept = [id for _, id in _indicator_ids(given)]
    await _drop(access, db, plan, indicators, kept, usage_queries.used_indicators)
    await _drop(
        access, db, plan, stored, [each.id for each in given.work_results], usage_queries.used_results
    )
    for order, result in enumerate(given.work_results, 1):
        work_result = stored.get(result.id)
        if work_result is None:
            work_result = WorkResult(region_id=plan.region_id, id=result.id, plan_id=plan.id)
        _put(db, work_result, result, order)
    await db.flush()
    for result in given.work_results:
        for order, each in enumerate(result.indicators, 1):
            indicator = indicators.get(each.id)
            if indicator is None:
                indicator = Indicator(region_id=plan.region_id, id=each.id, work_result_id=result.id)
            _put(db, indicator, each, order)
    await db.flush()
    after = await results(access, db, plan_id)
    changes = {**_changes(before, after), **_set_words(plan, given)}
    if changes:
        # The plan's version stands for its content too, though none of its own columns changes.
        flag_modified(plan, "status")
        await db.flush()
        await record(db, access.author, access.now, changed(plan, PlanAction.EDIT, changes))
    return await shown(access, db, plan_id)


async def discard(access: Access, db: AsyncSession, plan_id: UUID, expected: int) -> None:
    """Give up a draft that was never submitted and that nothing points at."""
    plan = await editable(access, db, plan_id, expected)
    stored = {row.id: row for row in await db.scalars(queries.locked_results(access, plan_id))}
    indicators = {row.id: row for row in await db.scalars(queries.locked_indicators(access, plan_id))}
    await _drop(access, db, plan, indicators, [], usage_queries.used_indicators)
    await _drop(access, db, plan, stored, [], usage_queries.used_results)
    used = any(row.withdrawn for row in stored.values()) or await db.scalar(
        usage_queries.plan_is_used(access, plan_id)
    )
    if used or plan.submitted_at is not None:
        raise Problem("PLAN_IN_USE")
    await record(db, access.author, access.now, changed(plan, "DELETE", {"year": [plan.year, None]}))
    await db.delete(plan)


def _indicator_ids(given: ContentIn) -> list[tuple[str, UUID]]:
    return [
        (f"/work_results/{number}/indicators/{position}/id", indicator.id)
        for number, result in enumerate(given.work_results)
        for position, indicator in enumerate(result.indicators)
    ]


async def _check_ids(
    access: Access, db: AsyncSession, plan: Plan, given: ContentIn, indicators: Mapping[UUID, Indicator]
) -> None:
    """An id names one thing for ever: a result stays in its plan, an indicator with its result."""
    results_named = [
        (f"/work_results/{number}/id", each.id) for number, each in enumerate(given.work_results)
    ]
    indicators_named = _indicator_ids(given)
    times = Counter(id for _, id in [*results_named, *indicators_named])
    taken = set(await db.scalars(queries.results_elsewhere(access, plan.id, [id for _, id in results_named])))
    taken |= set(
        await db.scalars(queries.indicators_elsewhere(access, plan.id, [id for _, id in indicators_named]))
    )
    taken |= {
        each.id
        for result in given.work_results
        for each in result.indicators
        if each.id in indicators and indicators[each.id].work_result_id != result.id
    }
    faults = []
    for pointer, id in [*results_named, *indicators_named]:
        if times[id] > 1:
            faults.append(Fault(pointer, "PLAN_ITEM_ID_TWICE"))
        if id in taken:
            faults.append(Fault(pointer, "PLAN_ITEM_ID_TAKEN"))
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)


async def _check_cascade(
    access: Access, db: AsyncSession, plan: Plan, given: ContentIn, new_parents: Collection[UUID]
) -> None:
    """Parents are other people's results of the year, goals the own agency's; no chain is a circle."""
    parents = _parents(given.work_results)
    goals = {each.goal_id for each in given.work_results if each.goal_id is not None}
    faults = []
    if parents:
        found = set(
            await db.scalars(cascade_queries.possible_parents(access, plan.year, plan.employee_id, parents))
        )
        faults += _at(given, "parent_id", parents - found, "PLAN_PARENT_UNKNOWN")
    if goals:
        found = set(await db.scalars(cascade_queries.possible_goals(access, plan.year, plan.unit_id, goals)))
        faults += _at(given, "goal_id", goals - found, "PLAN_GOAL_UNKNOWN")
    if new_parents:
        circular = set(await db.scalars(cascade_queries.parents_above(access, plan.id, new_parents)))
        faults += _at(given, "parent_id", circular, "PLAN_PARENT_CIRCULAR")
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)


async def _check_periods(access: Access, db: AsyncSession, plan: Plan, given: ContentIn) -> None:
    policy = await policy_on(db, access.region_id, PlanPolicy, access.today)
    first, last = period_days(plan.period)
    faults = [
        fault
        for number, result in enumerate(given.work_results)
        for position, indicator in enumerate(result.indicators)
        for fault in period_target_faults(
            f"/work_results/{number}/indicators/{position}/action_plan",
            [
                PeriodTarget(each.until, each.target_value, each.target_text)
                for each in indicator.action_plan or ()
            ],
            first,
            last,
            policy.periodicity,
        )
    ]
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)


def _set_words(plan: Plan, given: ContentIn) -> dict[str, Any]:
    """Store annexes and proposals, where they are given; what changed of them, for the journal."""
    changes: dict[str, Any] = {}
    if given.annexes is not None:
        before = {"annexes": plan.annexes}
        plan.annexes = [each.model_dump(mode="json") for each in given.annexes]
        changes |= difference(before, {"annexes": plan.annexes})
    if given.behaviour_proposals is not None:
        changes |= put_texts(plan, "proposal", given.behaviour_proposals, "/behaviour_proposals")
    return changes


def _parents(results: Sequence[WorkResultIn | WorkResultOut]) -> set[UUID]:
    return {each.parent_id for each in results if each.parent_id is not None}


def _at(given: ContentIn, name: str, wrong: Collection[UUID], code: str) -> list[Fault]:
    return [
        Fault(f"/work_results/{number}/{name}", code)
        for number, each in enumerate(given.work_results)
        if getattr(each, name) in wrong
    ]


async def _drop(
    access: Access,
    db: AsyncSession,
    plan: Plan,
    rows: Mapping[UUID, Row],
    kept: Collection[UUID],
    used_of: Callable[[Access, Collection[UUID]], Select[Any]],
) -> None:
    """Delete what is not kept; what something points at, or was once submitted, is withdrawn and stays."""
    missing = [row for id, row in rows.items() if id not in set(kept)]
    if not missing:
        return
    used = set(await db.scalars(used_of(access, [row.id for row in missing])))
    for row in missing:
        if plan.submitted_at is not None or row.id in used:
            row.withdrawn = True
        else:
            await db.delete(row)
    await db.flush()


def _put(
    db: AsyncSession, row: WorkResult | Indicator, given: WorkResultIn | IndicatorIn, order: int
) -> None:
    for name, value in given.model_dump(exclude={"id", "indicators", "action_plan"}).items():
        setattr(row, name, value)
    if isinstance(row, Indicator) and isinstance(given, IndicatorIn) and given.action_plan is not None:
        targets = sorted(given.action_plan, key=lambda each: each.until)
        row.action_plan = [each.model_dump(mode="json") for each in targets]
    row.order_no = order
    row.withdrawn = False
    db.add(row)


def _changes(before: Sequence[WorkResultOut], after: Sequence[WorkResultOut]) -> dict[str, Any]:
    """Each result that differs, whole; and the order when that is what changed."""
    old = {str(each.id): each.model_dump(mode="json") for each in before}
    new = {str(each.id): each.model_dump(mode="json") for each in after}
    removed: dict[str, Any] = dict.fromkeys(old.keys() - new.keys())
    changes = difference(old, {**removed, **new})
    if [*old] != [*new]:
        changes["order"] = [[*old], [*new]]
    return changes
