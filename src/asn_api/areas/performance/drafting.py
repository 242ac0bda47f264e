"""Drafting a plan: beginning it, its settings."""

from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.performance import ending_queries, queries
from asn_api.areas.performance.schemas import PlanIn, PlanOut, PlanPatch
from asn_api.areas.performance.showing import locked, shown
from asn_api.areas.performance.snapshots import ONE_DAY, Post, changed, my_post
from asn_api.areas.performance.transfer import end_outdated
from asn_api.core.journal import difference, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Fault, Problem
from asn_api.rules import reference
from asn_api.rules.organization import UnitKind
from asn_api.rules.plans import PlanAction, PlanActor, PlanStatus, PlanType, check_transition
from asn_api.tables.performance import Plan


async def begin(access: Access, db: AsyncSession, given: PlanIn) -> PlanOut:
    """A new draft for oneself, or the one that an earlier sending of the same made."""
    if access.employee_id is None:
        raise Problem("PERMISSION_MISSING", permission=access.permission.value)
    if given.id is not None:
        earlier = await db.scalar(queries.plan_in_region(access, given.id))
        if earlier is not None:
            if not _is_repetition(access, earlier, given):
                raise Problem("PLAN_ID_TAKEN")
            return await shown(access, db, earlier.id)
    first = given.period_start or date(given.year, 1, 1)
    last = given.period_end or date(given.year, 12, 31)
    _check_period(given, first, last)
    post = await my_post(access, db, min(max(first, access.today), last))
    # The job that ends plans of left posts may not have come by yet.
    await end_outdated(access, db, access.employee_id)
    ended = await db.scalar(ending_queries.segment_end(access, access.employee_id, first, last))
    if ended is not None and given.period_start is None:
        # Back in the same post after study or leave: the days before have their segment.
        first = max(first, ended)
    period = _within_post(given, first, last, post)
    if period.lower is None or period.isempty or (ended is not None and period.lower < ended):
        raise Problem("PLAN_OVERLAPS")
    if given.plan_type is PlanType.JPT_OR_UNIT_HEAD and not _leads(post):
        raise Problem("REQUEST_INVALID", faults=[Fault("/plan_type", "PLAN_TYPE_NOT_FOR_POST")])
    plan = Plan(
        region_id=access.region_id,
        id=given.id or uuid7(),
        employee_id=access.employee_id,
        unit_id=post.unit.id,
        position_id=post.position.id,
        year=given.year,
        period=period,
        approach=given.approach,
        plan_type=given.plan_type,
        status=PlanStatus.DRAFT,
        position=post.snapshot,
    )
    db.add(plan)
    await db.flush()
    about = {
        "year": plan.year,
        "period": f"{period.lower}/{period.upper}",
        "approach": plan.approach,
        "plan_type": plan.plan_type,
        "status": plan.status,
        "unit_id": plan.unit_id,
        "position_id": plan.position_id,
    }
    await record(db, access.author, access.now, changed(plan, "CREATE", difference({}, about)))
    return await shown(access, db, plan.id)


def _is_repetition(access: Access, plan: Plan, given: PlanIn) -> bool:
    """Only what cannot be edited counts: the draft may have gone on since."""
    last = None if plan.period.upper is None else plan.period.upper - ONE_DAY
    return (
        plan.employee_id == access.employee_id
        and (plan.year, plan.plan_type) == (given.year, given.plan_type)
        and given.period_start in (None, plan.period.lower)
        and given.period_end in (None, last)
    )


def _check_period(given: PlanIn, first: date, last: date) -> None:
    faults = [
        Fault(f"/{name}", "PLAN_PERIOD_OUTSIDE_YEAR", {"year": given.year})
        for name, day in (("period_start", first), ("period_end", last))
        if day.year != given.year
    ]
    if not faults and last < first:
        faults.append(Fault("/period_end", "PLAN_PERIOD_REVERSED"))
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)


def _within_post(given: PlanIn, first: date, last: date, post: Post) -> Range[date]:
    """The period; what was not asked for ends where the post does, what was asked for must lie in it."""
    held_last = post.last or last
    params = {"first": post.first.isoformat(), "last": held_last.isoformat()}
    faults = [
        Fault(f"/{name}", "PLAN_PERIOD_OUTSIDE_POST", params)
        for name, day in (("period_start", given.period_start), ("period_end", given.period_end))
        if day is not None and not post.first <= day <= held_last
    ]
    if faults:
        raise Problem("REQUEST_INVALID", faults=faults)
    return Range(max(first, post.first), min(last, held_last) + ONE_DAY)


def _leads(post: Post) -> bool:
    """Heads of units that stand on their own, and senior executives in whatever post."""
    position = post.position
    echelon = reference.echelons().get(position.echelon or "")
    return (position.is_head and post.unit.kind is not UnitKind.UNIT) or (
        echelon is not None and (echelon.level_label or "").startswith("JPT")
    )


async def amend(access: Access, db: AsyncSession, plan_id: UUID, expected: int, given: PlanPatch) -> PlanOut:
    plan = await editable(access, db, plan_id, expected)
    before = {"approach": plan.approach, "note": plan.note}
    if given.approach is not None:
        plan.approach = given.approach
    if "note" in given.model_fields_set:
        plan.note = given.note
    await db.flush()
    if plan.version != expected:
        changes = difference(before, {"approach": plan.approach, "note": plan.note})
        await record(db, access.author, access.now, changed(plan, PlanAction.EDIT, changes))
    return await shown(access, db, plan_id)


async def editable(access: Access, db: AsyncSession, plan_id: UUID, expected: int) -> Plan:
    plan = await locked(access, db, plan_id, expected)
    check_transition(plan.status, PlanAction.EDIT, {PlanActor.EMPLOYEE})
    return plan
