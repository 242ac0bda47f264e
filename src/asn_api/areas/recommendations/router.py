"""Recommendations of classes, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.evaluations.organisation_schemas import ExplanationOut
from asn_api.areas.recommendations import finding, listing, queries
from asn_api.areas.recommendations.schemas import (
    DemandFilter,
    DemandOut,
    KeptFilter,
    KeptOut,
    RecommendationsOut,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.route import Db, Route

router = APIRouter(prefix="/v1", tags=["recommendations"], route_class=Route)

CanRead = Annotated[Access, require(Permission.TRAINING_NEEDS_READ)]


@router.get("/employees/{employee_id}/recommendations", response_model=RecommendationsOut)
async def list_recommendations_of_employee(
    access: CanRead, request: Request, employee_id: UUID
) -> dict[str, Any]:
    """Which classes would help somebody, the best first, as of now, and which courses were left out and why.

    Gaps come first (levels gained × criticality), then mandatory courses, then what the year's hours lack.
    """
    return await finding.for_person(access, request.app.state.database, employee_id)


@router.get("/employees/{employee_id}/recommendations/explanation")
async def explain_recommendations_of_employee(
    access: CanRead, request: Request, employee_id: UUID
) -> ExplanationOut:
    """Every level, the hours, the points of each recommended class, and the policies in force."""
    return await finding.explained(access, request.app.state.database, employee_id)


@router.get("/recommendations", response_model=Page[KeptOut], responses=EXPORTS)
async def list_recommendations(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[KeptFilter, Query()],
    form: Wanted,
) -> Any:
    """What the last nightly run recommended to people within reach, the largest gaps first.

    With `class_id` whom to nominate for a class. `free_seats` is as of now.
    """
    statement, keys = queries.kept(access, wanted), queries.BEST_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        return await export(request, ordered, listing.COLUMNS, "rekomendasi-pelatihan", form, listing.line)
    return await page(db, request, response, statement, keys, wanted, listing.shape)


@router.get("/recommendations/demand", response_model=DemandOut)
async def get_recommended_demand(
    access: CanRead, db: Db, wanted: Annotated[DemandFilter, Query()]
) -> dict[str, Any]:
    """Per course, how many people within reach the last nightly run recommended it to; most first."""
    return await listing.demand(access, db, wanted)
