"""Closes past years: a plan whose yearly evaluation stands changes no more."""

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.performance import ending_queries as queries
from asn_api.areas.performance.snapshots import changed
from asn_api.core.journal import difference, record
from asn_api.rules.plans import PlanAction, PlanActor, check_transition

BATCH = 500
"""Plans in one transaction."""


async def close_judged(access: Access, db: AsyncSession) -> int:
    """Close some plans of past years whose yearly evaluation is acknowledged or final; gives how many.

    Drafts and what was never evaluated are left as they are: `GET /v1/plans?left_over=true` lists them.
    """
    plans = list(await db.scalars(queries.judged(access, BATCH)))
    before = [plan.status for plan in plans]
    for plan in plans:
        plan.status = check_transition(plan.status, PlanAction.CLOSE_YEAR, {PlanActor.SYSTEM})
        plan.waiting_since = None
    await db.flush()
    changes = [
        changed(plan, PlanAction.CLOSE_YEAR, difference({"status": status}, {"status": plan.status}))
        for plan, status in zip(plans, before, strict=True)
    ]
    await record(db, access.author, access.now, *changes)
    return len(plans)
