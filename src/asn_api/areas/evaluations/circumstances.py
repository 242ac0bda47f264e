"""What an act on an evaluation is judged by: who the caller is in it, the days, the numbers in force."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.calendar.queries import calendar_for
from asn_api.areas.evaluations import queries
from asn_api.areas.policies.current import policy_on
from asn_api.rules.calendar import local_day
from asn_api.rules.entries import Place
from asn_api.rules.evaluation_policy import EvaluationPolicy
from asn_api.rules.evaluations import Deadlines, EvaluationActor, EvaluationStatus
from asn_api.rules.objections import objection_due, working_due
from asn_api.rules.outages import NO_OUTAGES, Outages
from asn_api.tables.evaluations import Evaluation, Objection
from asn_api.tables.organization import Unit
from asn_api.tables.policies import Outage


@dataclass(frozen=True)
class Circumstances:
    """`rater_id` rates today; `decider_id` decides the open objection, None without one or by letter."""

    actors: frozenset[EvaluationActor]
    rater_id: UUID | None
    decider_id: UUID | None
    deadlines: Deadlines


async def circumstances(
    access: Access,
    db: AsyncSession,
    evaluation: Evaluation,
    place: Place,
    objection: Objection | None = None,
) -> Circumstances:
    rater_id = await db.scalar(queries.present_rater(access, evaluation.plan_id))
    return await circumstances_with(access, db, evaluation, place, objection, rater_id)


async def circumstances_with(
    access: Access,
    db: AsyncSession,
    evaluation: Evaluation,
    place: Place,
    objection: Objection | None,
    rater_id: UUID | None,
) -> Circumstances:
    decider_id = None
    if evaluation.status is EvaluationStatus.OBJECTED:
        decider_id = await db.scalar(queries.decider(access, evaluation.id))
    actors = set()
    me = access.employee_id
    if me is not None:
        if me == evaluation.employee_id:
            actors.add(EvaluationActor.EMPLOYEE)
        if me == rater_id:
            actors.add(EvaluationActor.EVALUATOR)
        if me == decider_id:
            actors.add(EvaluationActor.EVALUATOR_SUPERIOR)
    return Circumstances(
        frozenset(actors),
        rater_id,
        decider_id,
        await deadlines(access, db, evaluation, place, objection),
    )


async def place_of(access: Access, db: AsyncSession, unit_id: UUID, start: date, end: date) -> Place:
    """The unit's week, zone, days off of these years, and the outages that concern it."""
    unit = await db.scalar(select(Unit).where(Unit.region_id == access.region_id, Unit.id == unit_id))
    assert unit is not None
    calendar = await calendar_for(access, db, unit.path, start, end)
    branch = [UUID(hex=node) for node in unit.path.split(".") if node]
    spans = await db.scalars(
        select(Outage.span).where(
            Outage.region_id == access.region_id,
            Outage.withdrawn.is_(False),
            or_(Outage.unit_id.is_(None), Outage.unit_id.in_(branch)),
        )
    )
    held = [(each.lower, each.upper) for each in spans if each.lower and each.upper]
    outages = Outages.of(held, unit.zone) if held else NO_OUTAGES
    return Place(unit.zone, unit.days_per_week, calendar, outages)


async def place_for(access: Access, db: AsyncSession, evaluation: Evaluation) -> Place:
    last = evaluation.period.upper
    assert last is not None
    return await place_of(access, db, evaluation.unit_id, last, max(last, access.today))


async def deadlines(
    access: Access, db: AsyncSession, evaluation: Evaluation, place: Place, objection: Objection | None = None
) -> Deadlines:
    """Each under the policy of the day from which it runs; an outage declared since moves it, never forward."""
    last = queries.last_day(evaluation)
    report = working_due(last, (await policy_of(access, db, last)).report_working_days, place).day
    objection_until = statement_until = None
    if evaluation.rated_at is not None:
        delivered = local_day(evaluation.rated_at, place.zone)
        due = objection_due(delivered, await policy_of(access, db, delivered), place).day
        objection_until = max(due, evaluation.objection_until or due)
    if objection is not None and objection.evaluator_statement is None and objection.decision is None:
        filed = local_day(objection.filed_at, place.zone)
        days = (await policy_of(access, db, filed)).statement_working_days
        statement_until = working_due(filed, days, place).day
    return Deadlines(local_day(access.now, place.zone), last, report, objection_until, statement_until)


async def policy_of(access: Access, db: AsyncSession, day: date) -> EvaluationPolicy:
    return await policy_on(db, access.region_id, EvaluationPolicy, day)
