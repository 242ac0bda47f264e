"""A plan as the caller gets it: everything in three statements, with what he may do next."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.performance import queries, term_queries
from asn_api.areas.performance.behaviour import behaviour_shown
from asn_api.areas.performance.schemas import (
    AllowedOut,
    EvaluatorTermOut,
    IndicatorOut,
    ParentResultOut,
    PersonOut,
    PlanOut,
    PlanSummary,
    WorkResultOut,
)
from asn_api.areas.performance.snapshots import period_days
from asn_api.core.http.route import check_version
from asn_api.errors import Problem
from asn_api.rules.evaluators import (
    EvaluatorReason,
    EvaluatorRole,
    Letter,
    Seat,
    Span,
    Superior,
    terms,
)
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.plans import AGREED, PlanActor, allowed_actions
from asn_api.tables.performance import Plan


async def shown(access: Access, db: AsyncSession, plan_id: UUID) -> PlanOut:
    row = (await db.execute(queries.plan(access, plan_id))).one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    plan: Plan = row.Plan
    first, last = period_days(plan.period)
    return PlanOut.model_validate(
        {
            **_columns(plan),
            "employee": PersonOut(id=plan.employee_id, nip=row.employee_nip, name=row.employee_name),
            "unit_name": row.unit_name,
            "period_start": first,
            "period_end": last,
            "evaluators": await terms_of(access, db, plan),
            "work_results": await results(access, db, plan_id),
            "behaviour": behaviour_shown(plan.behaviour),
            "allowed_actions": _allowed(access, plan, row.decides_id),
        }
    )


async def seen(access: Access, db: AsyncSession, plan_id: UUID) -> None:
    """404 for a plan out of reach, before a list of what belongs to it."""
    if (await db.execute(queries.plan(access, plan_id))).one_or_none() is None:
        raise Problem("NOT_FOUND")


async def terms_of(access: Access, db: AsyncSession, plan: Plan) -> list[EvaluatorTermOut]:
    """Who evaluates and who advises within the plan's period, as known today."""
    letters: list[Letter] = []
    superiors: list[Superior] = []
    seats: list[Seat] = []
    people: dict[UUID, PersonOut] = {}
    papers: dict[UUID | None, tuple[str, date]] = {}
    for row in await db.execute(term_queries.judges(access, plan)):
        days = Span(row.valid.lower, row.valid.upper)
        if row.source == "SEAT":
            seats.append(Seat(row.person_id, AppointmentKind(row.reason), row.depth, days))
            continue
        people[row.person_id] = PersonOut(id=row.person_id, nip=row.nip, name=row.name)
        if row.source == "SUPERIOR":
            superiors.append(Superior(row.person_id, days))
        else:
            role, reason = EvaluatorRole(row.role), EvaluatorReason(row.reason)
            letters.append(Letter(row.letter_id, row.person_id, role, reason, days))
            papers[row.letter_id] = (row.letter_number, row.letter_date)
    first, last = period_days(plan.period)
    return [
        EvaluatorTermOut(
            person=people[term.person],
            role=term.role,
            reason=term.reason,
            first=term.first,
            last=term.last,
            assignment_id=term.letter,
            letter_number=papers.get(term.letter, (None, None))[0],
            letter_date=papers.get(term.letter, (None, None))[1],
        )
        for term in terms(first, last, letters, superiors, seats)
    ]


def _columns(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in PlanOut.model_fields if hasattr(plan, name)}


def _allowed(access: Access, plan: Plan, decides_id: UUID | None) -> list[AllowedOut]:
    actors = set()
    if access.employee_id is not None:
        if access.employee_id == plan.employee_id:
            actors.add(PlanActor.EMPLOYEE)
        if access.employee_id == decides_id:
            actors.add(PlanActor.EVALUATOR)
    return [
        AllowedOut(action=each.action, refused=each.refused) for each in allowed_actions(plan.status, actors)
    ]


async def results(access: Access, db: AsyncSession, plan_id: UUID) -> list[WorkResultOut]:
    """The results in force, each with its indicators, in the order of the plan."""
    found: dict[UUID, WorkResultOut] = {}
    for result, parent, goal, indicator in await db.execute(queries.content(access, plan_id)):
        if result.id not in found:
            found[result.id] = WorkResultOut(
                id=result.id,
                kind=result.kind,
                parent_id=result.parent_id,
                parent_statement=parent,
                goal_id=result.goal_id,
                goal_statement=goal,
                perspective=result.perspective,
                statement=result.statement,
                assignment_letter=result.assignment_letter,
                indicators=[],
            )
        if indicator is not None:
            found[result.id].indicators.append(IndicatorOut.model_validate(indicator))
    return list(found.values())


def summary(row: Any) -> PlanSummary:
    first, last = period_days(row["period"])
    return PlanSummary.model_validate({**row, "period_start": first, "period_end": last})


def parent_result(row: Any) -> ParentResultOut:
    return ParentResultOut.model_validate({**row, "provisional": row["plan_status"] not in AGREED})


async def locked(access: Access, db: AsyncSession, plan_id: UUID, expected: int) -> Plan:
    """The plan within reach, locked, in the version that the caller knows."""
    plan = await db.scalar(queries.locked_plan(access, plan_id))
    if plan is None:
        raise Problem("NOT_FOUND")
    if plan.version != expected:
        check_version(plan.version, expected, await shown(access, db, plan_id))
    return plan
