"""What a change of post does to plans: the old plan ends, the new post gets a new one."""

from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.performance import ending_queries as queries
from asn_api.areas.performance.snapshots import changed, period_days
from asn_api.areas.policies.current import policy_on
from asn_api.core.journal import difference, record
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.plans import PlanAction, PlanActor, check_transition
from asn_api.tables.performance import Plan


async def end_outdated(access: Access, db: AsyncSession, employee_id: UUID | None = None) -> None:
    """End every running plan whose post is no longer held, as of the day on which it was over.

    Looked for, not told: an appointment may be entered weeks ahead or after the fact (decision 0013). Whoever
    keeps the post but does not serve (study, unpaid leave) has a plan until the day on which this is found.
    """
    for each, over in (await db.execute(queries.outdated(access, employee_id))).all():
        await end_on_transfer(access, db, each, over or access.today)
    policy = await policy_on(db, access.region_id, PlanPolicy, access.today)
    for each in (
        await db.scalars(queries.departed(access, policy.standings_without_plan, employee_id))
    ).all():
        await end_on_transfer(access, db, each, access.today)


async def end_on_transfer(access: Access, db: AsyncSession, employee_id: UUID, day: date) -> None:
    """End the plans that are not for the definitive post held on `day`, the first day of the new situation.

    To be called after the appointments were changed, in the same transaction. A plan that has begun keeps its
    days before `day`; one for later days ends whole. Nothing happens when the post stays the same.
    """
    await db.flush()
    policy = await policy_on(db, access.region_id, PlanPolicy, access.today)
    ended = []
    for plan in await db.scalars(queries.to_end(access, employee_id, day, policy.standings_without_plan)):
        before = _state(plan)
        plan.status = check_transition(plan.status, PlanAction.END_ON_TRANSFER, {PlanActor.SYSTEM})
        plan.ended_on = day
        first, _ = period_days(plan.period)
        if first < day:
            plan.period = Range(first, day)
        ended.append((plan, before))
    await db.flush()
    changes = [
        changed(plan, PlanAction.END_ON_TRANSFER, difference(before, _state(plan))) for plan, before in ended
    ]
    await record(db, access.author, access.now, *changes)


def _state(plan: Plan) -> dict[str, object]:
    return {"status": plan.status, "period": str(plan.period), "ended_on": plan.ended_on}
