"""What a plan keeps of its surroundings as they stood: the post of the employee and who evaluates."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.performance import post_queries
from asn_api.areas.performance.schemas import EvaluatorOut, PostOut, RecordedDecisionIn
from asn_api.areas.policies.current import policy_on
from asn_api.core.journal import Change
from asn_api.errors import Problem
from asn_api.rules import reference
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.people import Employment
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.tables.organization import Position, Unit
from asn_api.tables.performance import Plan

ACTING = {AppointmentKind.PLT: "Plt. ", AppointmentKind.PLH: "Plh. ", AppointmentKind.PJ: "Pj. "}
ONE_DAY = timedelta(days=1)

Judge: TypeAlias = tuple[UUID | None, dict[str, Any]]
"""An employee, None for somebody outside, and an `EvaluatorOut` as JSON."""


@dataclass(frozen=True)
class Post:
    """A definitive post with the days on which it is held; `last` is None while it is open."""

    first: date
    last: date | None
    position: Position
    unit: Unit
    snapshot: dict[str, Any]


async def my_post(access: Access, db: AsyncSession, day: date) -> Post:
    row = (await db.execute(post_queries.definitive_post(access, day))).one_or_none()
    if row is None:
        raise Problem("PLAN_WITHOUT_POST", day=day.isoformat())
    valid, position, unit, employment, standing, grade = row
    policy = await policy_on(db, access.region_id, PlanPolicy, access.today)
    if standing in policy.standings_without_plan:
        raise Problem("PLAN_NOT_SERVING")
    shown = PostOut(
        title=position.title,
        kind=position.kind,
        position_class=position.position_class,
        echelon=position.echelon,
        unit=unit.name,
        grade=_grade(grade, employment),
    )
    last = None if valid.upper is None else valid.upper - ONE_DAY
    return Post(valid.lower, last, position, unit, shown.model_dump(mode="json"))


async def evaluator_of(access: Access, db: AsyncSession, plan: Plan) -> Judge:
    """Who evaluates the plan today: whoever is assigned by letter, else the superior, acting or not."""
    post = post_queries.evaluators_post(access, plan.employee_id, plan.id, plan.unit_id)
    return _judge((await db.execute(post)).one_or_none())


async def superior_of_evaluator(access: Access, db: AsyncSession, plan: Plan) -> Judge:
    """Who is above the evaluator of today and hears objections: never the employee himself."""
    person, _ = await evaluator_of(access, db, plan)
    passed = {plan.employee_id}
    while person is not None and person not in passed - {plan.employee_id}:
        passed.add(person)
        unit_id = await db.scalar(post_queries.definitive_unit(access, person))
        post = post_queries.superiors_post(access, person, unit_id or plan.unit_id)
        person, shown = _judge((await db.execute(post)).one_or_none())
        if person != plan.employee_id:
            return person, shown
    return _judge(None)


async def judge(access: Access, db: AsyncSession, person_id: UUID | None, unit_id: UUID) -> Judge:
    """This person as he judges somebody of the unit today; NON_ASN for nobody."""
    if person_id is None:
        return _judge(None)
    return _judge((await db.execute(post_queries.persons_post(access, person_id, unit_id))).one_or_none())


def _judge(row: Any) -> Judge:
    """The person of a row with the post by which he judges, or NON_ASN when nobody is found."""
    if row is None:
        return None, _outside().model_dump(mode="json")
    shown = EvaluatorOut(
        status="ASN",
        nip=row.nip,
        name=row.name,
        position=None if row.title is None else ACTING.get(row.kind, "") + row.title,
        unit=row.unit,
        grade=_grade(row.grade_code, row.employment),
        letter_number=None,
        letter_date=None,
    )
    return row.id, shown.model_dump(mode="json")


def recorded_evaluator(given: RecordedDecisionIn) -> dict[str, Any]:
    return _outside(
        name=given.decided_by_name,
        position=given.decided_by_title,
        letter_number=given.letter_number,
        letter_date=given.letter_date,
    ).model_dump(mode="json")


def _outside(
    name: str | None = None,
    position: str | None = None,
    letter_number: str | None = None,
    letter_date: date | None = None,
) -> EvaluatorOut:
    return EvaluatorOut(
        status="NON_ASN",
        nip=None,
        name=name,
        position=position,
        unit=None,
        grade=None,
        letter_number=letter_number,
        letter_date=letter_date,
    )


def _grade(code: str | None, employment: Employment) -> str | None:
    grade = reference.grades().get(code or "")
    if grade is None:
        return None
    return grade.pppk_label if employment is Employment.PPPK else grade.label


def period_days(period: Range[date]) -> tuple[date, date]:
    """First and last day; a plan's period is never open."""
    if period.lower is None or period.upper is None:
        raise ValueError("a plan's period has two ends")
    return period.lower, period.upper - ONE_DAY


def changed(plan: Plan, action: str, changes: dict[str, Any]) -> Change:
    return Change(
        "plan",
        plan.id,
        plan.version,
        action,
        changes,
        unit_id=plan.unit_id,
        employee_id=plan.employee_id,
    )
