"""Evaluations come into being: those of a plan by its days, when a period ends or shortly before."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import Range, insert
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.evaluations import due_queries, queries
from asn_api.areas.evaluations.changes import changed, told
from asn_api.areas.evaluations.schemas import EvaluationIn, EvaluationOut
from asn_api.areas.evaluations.showing import shown
from asn_api.areas.performance.snapshots import period_days
from asn_api.areas.policies.current import policy_on
from asn_api.core.journal import record
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.calendar import ONE_DAY
from asn_api.rules.evaluation_periods import Span, calendar_spans, spans_of
from asn_api.rules.evaluation_policy import EvaluationPolicy
from asn_api.rules.evaluations import EvaluationStatus
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.tables.evaluations import EvaluatedIndicator, EvaluatedResult, EvaluatedValue, Evaluation
from asn_api.tables.performance import Plan


async def open_one(access: Access, db: AsyncSession, given: EvaluationIn) -> EvaluationOut:
    """One's own evaluation for the span that the day lies in; there already, it is given as it is."""
    row = (await db.execute(queries.own_plan(access, given.plan_id))).one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    plan, approved = row
    if not approved:
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
    await open_spans(access, db, [(plan, span)], given.id)
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
    access: Access, db: AsyncSession, wanted: Sequence[tuple[Plan, Span]], id: UUID | None = None
) -> int:
    """Make the evaluations that are not there yet; two at once make one. Gives how many are new."""
    if not wanted:
        return 0
    rows = [
        {
            "region_id": access.region_id,
            "id": id or uuid7(),
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
        for plan, span in wanted
    ]
    statement = insert(Evaluation).values(rows).on_conflict_do_nothing()
    made = await db.scalars(statement.returning(Evaluation))
    changes = [
        changed(each, "OPEN", {"kind": [None, each.kind], "period": [None, shown_period(each.period)]})
        for each in made
    ]
    await record(db, access.author, access.now, *changes)
    return len(changes)


async def open_due(access: Access, db: AsyncSession, after: UUID, most: int) -> list[UUID]:
    """Open what is due for at most so many plans; gives those that were looked at."""
    policy = await policy_on(db, access.region_id, PlanPolicy, access.today)
    yesterday = access.today - ONE_DAY
    running = max(
        each.first
        for each in calendar_spans(access.today.year, policy.periodicity)
        if each.first <= access.today
    )
    plans = (await db.scalars(due_queries.wanting(access, running, after, most))).all()
    due = [(plan, span) for plan in plans for span in await spans(access, db, plan) if span.last <= yesterday]
    await open_spans(access, db, due)
    return [each.id for each in plans]


async def keep_within_plans(access: Access, db: AsyncSession) -> None:
    """Shorten or withdraw what nobody has rated yet of plans that end earlier than they did.

    An appointment may be entered after the fact. What was rated stays as it was judged.
    """
    for evaluation, plan in (await db.execute(due_queries.beyond_plan(access))).all():
        before = shown_period(evaluation.period)
        begun = plan.ended_on is None or plan.ended_on > period_days(plan.period)[0]
        left = evaluation.period.intersection(plan.period) if begun else Range(empty=True)
        if left.is_empty:
            # A draft stays its writer's alone, whatever becomes of it.
            report = None if evaluation.reported_at is None else await told(access, db, evaluation)
            evaluation.version += 1
            change = changed(evaluation, "WITHDRAW", {"period": [before, None], "report": [report, None]})
            for table in (EvaluatedResult, EvaluatedIndicator, EvaluatedValue):
                await db.execute(
                    delete(table).where(
                        table.region_id == access.region_id, table.evaluation_id == evaluation.id
                    )
                )
            await db.execute(
                delete(Evaluation).where(
                    Evaluation.region_id == access.region_id, Evaluation.id == evaluation.id
                )
            )
        else:
            evaluation.period = left
            await db.flush()
            change = changed(evaluation, "SHORTEN", {"period": [before, shown_period(left)]})
        await record(db, access.author, access.now, change)


def shown_period(period: Range[date]) -> str:
    return f"{period.lower}/{period.upper}"
