"""Contributions over HTTP: units, goals, people, oneself. Nothing is written here."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.contribution import explaining, people, people_queries, queries, spans, units
from asn_api.areas.contribution.schemas import (
    ContributionExplanationOut,
    ContributionSummaryOut,
    GoalContributionFilter,
    GoalShareOut,
    PersonContributionFilter,
    PersonContributionOut,
    PersonShareOut,
    ScopeFilter,
    SpanFilter,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.route import Db, Route
from asn_api.errors import Problem

router = APIRouter(tags=["contribution"], route_class=Route)

CanRead = Annotated[Access, require(Permission.CONTRIBUTION_READ)]
Scope = Annotated[ScopeFilter, Query()]
Months = Annotated[SpanFilter, Query()]


@router.get("/v1/contributions/summary", response_model=ContributionSummaryOut, responses=EXPORTS)
async def get_contribution_summary(
    request: Request, db: Db, access: CanRead, wanted: Scope, format: Wanted
) -> Response:
    """How much verified work serves plans and reaches goals: of all within reach, of its agencies and its units.

    Units count as a whole for heads, admins and third parties; a superior without a branch gets the work of his
    own team and of himself. The outcome stands beside the effort and is never combined with it; neither feeds a
    rating. As a file the units come by agency.
    """
    span = await spans.read(db, access, wanted.start, wanted.end)
    await units.check_unit(db, access, wanted.unit_id)
    if format is not Format.JSON:
        found = await units.outcome(db, access, span, wanted)
        statement = queries.by_unit(access, span, wanted)
        columns, row = units.unit_columns(found), units.unit_row(found)
        return await export(request, statement, columns, "kontribusi", format, row, span.last)
    content = await units.summary(db, access, span, wanted)
    # Hundreds of units: validating our own answer would cost more than making it.
    return Response(orjson.dumps(content, default=str), media_type="application/json")


@router.get("/v1/contributions/summary/explanation", response_model=ContributionExplanationOut)
async def explain_contribution_summary(db: Db, access: CanRead, wanted: Scope) -> dict[str, Any]:
    """How the sums are made, of a unit and all below it or of everything within reach."""
    span = await spans.read(db, access, wanted.start, wanted.end)
    await units.check_unit(db, access, wanted.unit_id)
    return await explaining.of_units(db, access, span, wanted)


@router.get("/v1/contributions/goals", response_model=Page[GoalShareOut], responses=EXPORTS)
async def list_goal_contributions(
    request: Request,
    response: Response,
    db: Db,
    access: CanRead,
    wanted: Annotated[GoalContributionFilter, Query()],
    format: Wanted,
) -> Any:
    """The goals that work within reach served, and those of the agencies within reach that none did."""
    span = await spans.read(db, access, wanted.start, wanted.end)
    await units.check_unit(db, access, wanted.unit_id)
    everything = (await units.scope_effort(db, access, span, wanted)).minutes
    statement = queries.goals(access, span, wanted)
    keys, row = queries.goal_keys(statement), units.goal_row(span, everything)
    if format is not Format.JSON:
        ordered = statement.order_by(*(key.column for key in keys))
        columns = units.goal_columns(span, everything)
        return await export(request, ordered, columns, "kontribusi-sasaran", format, row, span.last)
    return await page(db, request, response, statement, keys, wanted, row)


@router.get("/v1/contributions/goals/{goal_id}/explanation", response_model=ContributionExplanationOut)
async def explain_goal_contribution(goal_id: UUID, db: Db, access: CanRead, wanted: Scope) -> dict[str, Any]:
    """How a goal's numbers are made, for the work within reach."""
    span = await spans.read(db, access, wanted.start, wanted.end)
    await units.check_unit(db, access, wanted.unit_id)
    return await explaining.of_goal(db, access, span, wanted, goal_id)


@router.get("/v1/contributions/people", response_model=Page[PersonShareOut], responses=EXPORTS)
async def list_person_contributions(
    request: Request,
    response: Response,
    db: Db,
    access: CanRead,
    wanted: Annotated[PersonContributionFilter, Query()],
    format: Wanted,
) -> Any:
    """Whoever held a post in the units within reach, or oneself and one's team, by name; no order of merit."""
    span = await spans.read(db, access, wanted.start, wanted.end)
    await units.check_unit(db, access, wanted.unit_id)
    of_goal = await people.total_of_goal(db, access, span, wanted.goal_id)
    statement = people_queries.people(access, span, wanted)
    keys, row = people_queries.person_keys(statement), people.person_row(span, of_goal)
    if format is not Format.JSON:
        ordered = statement.order_by(*(key.column for key in keys))
        columns = people.columns(span, of_goal)
        return await export(request, ordered, columns, "kontribusi-pegawai", format, row, span.last)
    return await page(db, request, response, statement, keys, wanted, row)


@router.get("/v1/contributions/people/{employee_id}", response_model=PersonContributionOut)
async def get_person_contribution(
    employee_id: UUID, db: Db, access: CanRead, wanted: Months
) -> dict[str, Any]:
    """One person within reach: the goals served, the results worked for, and where work and realisation part."""
    span = await spans.read(db, access, wanted.start, wanted.end)
    return await people.shown_one(db, access, await people.one(db, access, span, employee_id))


@router.get("/v1/contributions/people/{employee_id}/explanation", response_model=ContributionExplanationOut)
async def explain_person_contribution(
    employee_id: UUID, db: Db, access: CanRead, wanted: Months
) -> dict[str, Any]:
    """How one person's numbers are made: the chains as they stood, the indicators, the steps."""
    span = await spans.read(db, access, wanted.start, wanted.end)
    return await explaining.of_person(db, access, await people.one(db, access, span, employee_id))


@router.get("/v1/me/contribution", response_model=PersonContributionOut)
async def get_my_contribution(db: Db, access: CanRead, wanted: Months) -> dict[str, Any]:
    """One's own contribution, as one's superior sees it."""
    span = await spans.read(db, access, wanted.start, wanted.end)
    return await people.shown_one(db, access, await people.one(db, access, span, _me(access)))


@router.get("/v1/me/contribution/explanation", response_model=ContributionExplanationOut)
async def explain_my_contribution(db: Db, access: CanRead, wanted: Months) -> dict[str, Any]:
    """Why one's own numbers are what they are."""
    span = await spans.read(db, access, wanted.start, wanted.end)
    return await explaining.of_person(db, access, await people.one(db, access, span, _me(access)))


def _me(access: Access) -> UUID:
    if access.employee_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    return access.employee_id
