"""Evaluations come into being: those of a plan by its days, when a period ends or shortly before."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.evaluations import queries
from asn_api.areas.evaluations.schemas import EvaluationIn, EvaluationOut
from asn_api.areas.evaluations.showing import shown
from asn_api.areas.performance.snapshots import period_days
from asn_api.areas.policies.current import policy_on
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.evaluation_periods import Span, spans_of
from asn_api.rules.evaluation_policy import EvaluationPolicy
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.performance import Plan


async def open_one(access: Access, db: AsyncSession, given: EvaluationIn) -> EvaluationOut:
    """One's own evaluation for the span that the day lies in; there already, it is given as it is."""
    plan = await db.scalar(queries.own_plan(access, given.plan_id))
    if plan is None:
        raise Problem("NOT_FOUND")
    if not await db.scalar(queries.was_approved(access, plan.id)):
        raise Problem("EVALUATION_PLAN_NOT_APPROVED")
    first, last = period_days(plan.period)
    policy = await policy_on(db, access.region_id, EvaluationPolicy, access.today)
    span = next(
        (
            each
            for each in await spans(access, db, plan)
            if each.kind is given.kind and each.first <= given.day <= each.last
        ),
        None,
    )
    if span is None:
        raise Problem("EVALUATION_DAY_OUTSIDE_PLAN", first=first.isoformat(), last=last.isoformat())
    opens = span.last - timedelta(days=policy.opens_days_before_end)
    if access.today < opens:
        raise Problem("EVALUATION_NOT_YET", opens=opens.isoformat())
    if given.id is not None:
        known = await db.scalar(queries.in_region(access, given.id))
        if known is not None and (known.plan_id, known.kind) != (plan.id, span.kind):
            raise Problem("EVALUATION_ID_TAKEN")
    await open_spans(access, db, plan, [span], given.id)
    id = await db.scalar(queries.opened(access, plan.id, span.kind, given.day))
    if id is None:
        raise Problem("EVALUATION_PERIOD_TAKEN")
    return await shown(access, db, id)


async def spans(access: Access, db: AsyncSession, plan: Plan) -> list[Span]:
    """What the plan is evaluated for, by the periods that applied on its first day: one way for one plan."""
    first, last = period_days(plan.period)
    if plan.ended_on is not None and plan.ended_on <= first:
        return []
    policy = await policy_on(db, access.region_id, PlanPolicy, first)
    return list(spans_of(first, last, policy.periodicity))


async def open_spans(
    access: Access, db: AsyncSession, plan: Plan, spans: Sequence[Span], id: UUID | None = None
) -> int:
    """Make the evaluations that are not there yet; two at once make one. Gives how many are new."""
    rows = [
        {
            "region_id": access.region_id,
            "id": (id if len(spans) == 1 else None) or uuid7(),
            "version": 1,
            "plan_id": plan.id,
            "employee_id": plan.employee_id,
            "unit_id": plan.unit_id,
            "year": plan.year,
            "kind": span.kind,
            "period": Range(span.first, span.last + ONE_DAY),
            "status": EvaluationStatus.OPEN,
            "self_report_missing": False,
        }
        for span in spans
    ]
    if not rows:
        return 0
    made = (
        await db.execute(
            insert(Evaluation)
            .values(rows)
            .on_conflict_do_nothing()
            .returning(Evaluation.id, Evaluation.kind, Evaluation.period)
        )
    ).all()
    await record(
        db,
        access.author,
        access.now,
        *(
            Change(
                "evaluation",
                each.id,
                1,
                "OPEN",
                {"kind": [None, each.kind], "period": [None, f"{each.period.lower}/{each.period.upper}"]},
                unit_id=plan.unit_id,
                employee_id=plan.employee_id,
            )
            for each in made
        ),
    )
    return len(made)
