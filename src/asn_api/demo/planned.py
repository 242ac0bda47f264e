"""The agencies' goals and everybody's approved plan of a year, written at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.performance.behaviour import behaviour_shown
from asn_api.areas.performance.schemas import EvaluatorOut, IndicatorOut, PeriodTargetOut, WorkResultOut
from asn_api.core.bulk import copy_in
from asn_api.core.journal import Author, Change, JournalEntry, difference, entry
from asn_api.core.mapping import uuid7
from asn_api.demo.cascade import Indicator as PlannedIndicator
from asn_api.demo.cascade import Result, plans
from asn_api.demo.roster import Person
from asn_api.demo.words import action_plan, annexes, behaviour
from asn_api.rules.calendar import midnight
from asn_api.rules.plans import Approach, Aspect, PlanAction, PlanStatus, PlanType, Polarity, ResultKind
from asn_api.tables.performance import AgencyGoal, Indicator, Plan, PlanRevision, WorkResult

Row = dict[str, Any]

SUBMITTED_AFTER = timedelta(days=7, hours=9)
DECIDED_AFTER = timedelta(days=11, hours=14)


@dataclass(frozen=True)
class Year:
    """What the work of a year may name: results by NIP, and everybody's plan."""

    results: Mapping[str, Sequence[Result]]
    plan_ids: Mapping[str, UUID]


async def store(db: AsyncSession, access: Access, people: Sequence[Person], year: int) -> Year:
    made = plans([person.member for person in people], year)
    planned = Year(made.results, {person.nip: uuid7() for person in people})
    start = midnight(date(year, 1, 1), access.actor.zone)
    submitted, decided = min(start + SUBMITTED_AFTER, access.now), min(start + DECIDED_AFTER, access.now)
    agencies = {person.member.agency: person.agency_id for person in people}
    goals = [
        {
            "region_id": access.region_id,
            "id": goal.id,
            "version": 1,
            "agency_id": agencies[goal.agency],
            "year": year,
            "code": f"S{goal.order}",
            "statement": goal.statement,
            "target": f"{goal.indicator}: {goal.target} {goal.unit}",
        }
        for goal in made.goals
    ]
    statements = {goal.id: goal.statement for goal in made.goals}
    statements |= {each.id: each.statement for group in made.results.values() for each in group}
    by_id = {person.id: person for person in people}
    rows, revisions, told = [], [], [_goal_told(goal, submitted) for goal in goals]
    for person in people:
        superior = by_id.get(person.superior_id) if person.superior_id else None
        row = _plan(access, person, superior, year, planned) | {
            "submitted_at": submitted,
            "decided_at": decided,
        }
        rows.append(row)
        revisions.append(_revision(row, person, planned, statements))
        told.append(_plan_told(row, superior))
    results = [(planned.plan_ids[nip], each) for nip, group in made.results.items() for each in group]
    await copy_in(db, AgencyGoal, goals)
    await copy_in(db, Plan, rows)
    await copy_in(db, WorkResult, [_result(access, plan_id, each) for plan_id, each in results])
    first_days = {row["id"]: row["period"].lower for row in rows}
    indicators = [
        _indicator(access, result, each, first_days[plan_id])
        for plan_id, result in results
        for each in result.indicators
    ]
    await copy_in(db, Indicator, indicators)
    await copy_in(db, PlanRevision, revisions)
    await copy_in(db, JournalEntry, told)
    return planned


def _plan(access: Access, person: Person, superior: Person | None, year: int, planned: Year) -> Row:
    # Results under a goal of the agency are those of its head; all others lean on the superior's.
    leans = any(result.parent for result in planned.results[person.nip])
    return {
        "region_id": access.region_id,
        "id": planned.plan_ids[person.nip],
        "version": 1,
        "employee_id": person.id,
        "unit_id": person.unit_id,
        "position_id": person.position_id,
        "year": year,
        "period": Range(max(date(year, 1, 1), person.since or date.min), date(year + 1, 1, 1)),
        "approach": Approach.QUANTITATIVE,
        "plan_type": PlanType.ADMIN_FUNCTIONAL if leans else PlanType.JPT_OR_UNIT_HEAD,
        "status": PlanStatus.APPROVED,
        "revision": 1,
        "evaluator_id": superior.id if superior else None,
        "evaluator": _evaluator(superior).model_dump(mode="json"),
        "position": person.post.model_dump(mode="json"),
        "annexes": annexes(person.nip, year),
        "behaviour": behaviour(person.nip, year),
        "decided_by": superior.id if superior else None,
    }


def _evaluator(superior: Person | None) -> EvaluatorOut:
    return EvaluatorOut(
        status="ASN" if superior else "NON_ASN",
        nip=superior.nip if superior else None,
        name=superior.name if superior else "Wali Kota Demo",
        position=superior.post.title if superior else "Wali Kota",
        unit=superior.post.unit if superior else None,
        grade=superior.post.grade if superior else None,
        letter_number=None,
        letter_date=None,
    )


def _revision(plan: Row, person: Person, planned: Year, statements: Mapping[UUID, str]) -> Row:
    """The text as an approval keeps it."""
    period = plan["period"]
    shown = [
        _shown(result, statements, period.lower).model_dump(mode="json")
        for result in planned.results[person.nip]
    ]
    return {
        "region_id": plan["region_id"],
        "id": uuid7(),
        "plan_id": plan["id"],
        "revision": 1,
        "content": {
            "unit_id": str(plan["unit_id"]),
            "position": plan["position"],
            "year": plan["year"],
            "period_start": period.lower.isoformat(),
            "period_end": (period.upper - timedelta(days=1)).isoformat(),
            "approach": plan["approach"],
            "plan_type": plan["plan_type"],
            "evaluator": plan["evaluator"],
            "work_results": shown,
            "annexes": plan["annexes"],
            "behaviour": [each.model_dump(mode="json") for each in behaviour_shown(plan["behaviour"])],
        },
        "approved_at": plan["decided_at"],
        "approved_by": plan["decided_by"],
    }


def _shown(result: Result, statements: Mapping[UUID, str], first: date) -> WorkResultOut:
    return WorkResultOut(
        id=result.id,
        kind=ResultKind(result.kind),
        parent_id=result.parent,
        parent_statement=statements[result.parent] if result.parent else None,
        goal_id=result.goal,
        goal_statement=statements[result.goal] if result.goal else None,
        perspective=None,
        statement=result.statement,
        assignment_letter=None,
        indicators=[
            IndicatorOut(
                id=each.id,
                aspect=Aspect(each.aspect),
                statement=each.statement,
                target_value=Decimal(each.target),
                target_upper=None,
                target_unit=each.unit,
                target_text=None,
                polarity=Polarity(each.polarity),
                action_plan=[PeriodTargetOut.model_validate(target) for target in action_plan(each, first)],
            )
            for each in result.indicators
        ],
    )


def _result(access: Access, plan_id: UUID, result: Result) -> Row:
    return {
        "region_id": access.region_id,
        "id": result.id,
        "version": 1,
        "plan_id": plan_id,
        "kind": result.kind,
        "parent_id": result.parent,
        "goal_id": result.goal,
        "statement": result.statement,
        "order_no": result.order,
        "withdrawn": False,
    }


def _indicator(access: Access, result: Result, indicator: PlannedIndicator, first: date) -> Row:
    return {
        "region_id": access.region_id,
        "id": indicator.id,
        "version": 1,
        "work_result_id": result.id,
        "aspect": indicator.aspect,
        "statement": indicator.statement,
        "target_value": Decimal(indicator.target),
        "target_unit": indicator.unit,
        "polarity": indicator.polarity,
        "action_plan": action_plan(indicator, first),
        "order_no": indicator.order,
        "withdrawn": False,
    }


def _goal_told(goal: Row, at: datetime) -> Row:
    kept = {name: goal[name] for name in ("agency_id", "year", "code", "statement", "target")}
    change = Change("agency_goal", goal["id"], 1, "CREATE", difference({}, kept), unit_id=goal["agency_id"])
    return entry(Author(goal["region_id"]), at, change)


def _plan_told(plan: Row, superior: Person | None) -> Row:
    author = Author(plan["region_id"])
    if superior is not None:
        author = Author(plan["region_id"], superior.account_id, superior.id)
    kept = {name: plan[name] for name in ("year", "approach", "plan_type", "status", "revision")}
    change = Change(
        "plan",
        plan["id"],
        1,
        PlanAction.APPROVE,
        difference({}, kept),
        unit_id=plan["unit_id"],
        employee_id=plan["employee_id"],
    )
    return entry(author, plan["decided_at"], change)
