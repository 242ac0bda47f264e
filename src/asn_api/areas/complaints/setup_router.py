"""What a region sets up for its complaints, and what of them units are measured by, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.complaints import categories, figures, queries, template_queries, templates
from asn_api.areas.complaints.figure_schemas import ComplaintResultsOut
from asn_api.areas.complaints.schemas import (
    CategoryChangeIn,
    CategoryIn,
    CategoryOut,
    TemplateChangeIn,
    TemplateIn,
    TemplateOut,
)
from asn_api.areas.contribution.schemas import SpanFilter
from asn_api.core.http.paging import Page, PagingQuery, page
from asn_api.core.http.route import Db, IfMatch, Route, Tx, tagged

router = APIRouter(prefix="/v1", tags=["complaints"], route_class=Route)

CanAnswer = Annotated[Access, require(Permission.COMPLAINTS_ANSWER)]
CanManage = Annotated[Access, require(Permission.COMPLAINT_CATEGORIES_MANAGE)]
CanSee = Annotated[Access, require(Permission.EVALUATIONS_READ)]


@router.get("/complaint-templates", response_model=Page[TemplateOut])
async def list_complaint_templates(
    access: CanManage, db: Db, request: Request, response: Response, wanted: PagingQuery
) -> dict[str, Any]:
    """The region's ready answers by name."""
    found = template_queries.templates(access)
    return await page(db, request, response, found, template_queries.BY_NAME, wanted, dict)


@router.post("/complaint-templates", status_code=201)
async def add_complaint_template(
    access: CanManage, db: Tx, given: TemplateIn, response: Response
) -> TemplateOut:
    """A new ready answer, for all complaints or those of a category or an agency; for the whole region's keepers."""
    shown, is_new = await templates.add(access, db, given)
    if not is_new:
        response.status_code = 200
    return tagged(response, shown)


@router.put("/complaint-templates/{id}")
async def change_complaint_template(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: TemplateChangeIn, response: Response
) -> TemplateOut:
    """Replace it; answers that were made from it stay as they are."""
    return tagged(response, await templates.change(access, db, id, version, given))


@router.delete("/complaint-templates/{id}", status_code=204)
async def withdraw_complaint_template(access: CanManage, db: Tx, id: UUID, version: IfMatch) -> None:
    """Offer it no longer."""
    await templates.withdraw(access, db, id, version)


@router.get("/complaint-categories", response_model=Page[CategoryOut])
async def list_complaint_categories(
    access: CanManage, db: Db, request: Request, response: Response, wanted: PagingQuery
) -> dict[str, Any]:
    """The region's categories by code, closed ones too."""
    return await page(db, request, response, queries.categories(access), queries.BY_CODE, wanted, dict)


@router.post("/complaint-categories", status_code=201)
async def add_complaint_category(
    access: CanManage, db: Tx, given: CategoryIn, response: Response
) -> CategoryOut:
    """A new category, with the agency that is suggested for it; for those who reach the whole region."""
    shown, is_new = await categories.add(access, db, given)
    if not is_new:
        response.status_code = 200
    return tagged(response, shown)


@router.put("/complaint-categories/{id}")
async def change_complaint_category(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: CategoryChangeIn, response: Response
) -> CategoryOut:
    """Replace all but the code."""
    return tagged(response, await categories.change(access, db, id, version, given))


@router.get("/units/{id}/complaint-results")
async def get_complaint_results(
    access: CanSee, db: Db, id: UUID, wanted: Annotated[SpanFilter, Query()]
) -> ComplaintResultsOut:
    """How a unit, with all below it, handled the complaints received in some months: for its performance, in sums.

    For heads and admins who see its evaluations; counted each night, without supervisory complaints. Whoever does not
    read its complaints gets what is public: whole agencies, from January to December.
    """
    return ComplaintResultsOut.model_validate(await figures.of_unit(access, db, id, wanted))
