"""What a change of post does to plans: the old plan ends, the new post gets a new one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, exists, func, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.performance import queries
from asn_api.areas.performance.queries import OVER
from asn_api.areas.performance.snapshots import changed, period_days
from asn_api.core.journal import Author, difference, record
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.plans import PlanAction, PlanActor, check_transition
from asn_api.tables.organization import Appointment
from asn_api.tables.performance import Plan


async def end_outdated(db: AsyncSession, access: Access, employee_id: UUID | None = None) -> None:
    """End every running plan whose post is no longer held, as of the day on which it was over.

    Looked for, not told: an appointment may be entered weeks ahead or after the fact (decision 0013).
    """
    for each, over in (await db.execute(queries.outdated(access, employee_id))).all():
        await end_on_transfer(db, access.author, access.now, each, over or access.today)


async def end_on_transfer(
    db: AsyncSession, author: Author, now: datetime, employee_id: UUID, day: date
) -> None:
    """End the plans that are not for the definitive post held on `day`, the first day of the new situation.

    To be called after the appointments were changed, in the same transaction. A plan that has begun keeps its
    days before `day`; one for later days ends whole. Nothing happens when the post stays the same.
    """
    holds = exists().where(
        Appointment.region_id == Plan.region_id,
        Appointment.employee_id == Plan.employee_id,
        Appointment.position_id == Plan.position_id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.contains(day),
    )
    await db.flush()
    plans = await db.scalars(
        select(Plan)
        .where(
            Plan.region_id == author.region_id,
            Plan.employee_id == employee_id,
            Plan.status.not_in(OVER),
            and_(func.upper(Plan.period) > day, ~holds),
        )
        .order_by(Plan.id)
        .with_for_update()
    )
    ended = []
    for plan in plans:
        before = {"status": plan.status, "period": str(plan.period)}
        plan.status = check_transition(plan.status, PlanAction.END_ON_TRANSFER, {PlanActor.SYSTEM})
        first, _ = period_days(plan.period)
        if first < day:
            plan.period = Range(first, day)
        ended.append((plan, before))
    await db.flush()
    await record(
        db,
        author,
        now,
        *(
            changed(
                plan,
                PlanAction.END_ON_TRANSFER,
                difference(before, {"status": plan.status, "period": str(plan.period)}),
            )
            for plan, before in ended
        ),
    )
