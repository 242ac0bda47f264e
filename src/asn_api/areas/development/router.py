"""Training needs, surveys and yearly development plans, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.development import needs, plan_queries, plans, queries, surveys
from asn_api.areas.development.schemas import (
    DevelopmentPlanFilter,
    DevelopmentPlanIn,
    DevelopmentPlanOut,
    DevelopmentPlanPatch,
    DevelopmentPlanRemarkIn,
    DevelopmentPlanReturnIn,
    DevelopmentPlanSummary,
    PersonalNeedsOut,
    PlanItemExplanationOut,
    PlanItemFilter,
    PlanItemOut,
    PlanItemPatch,
    SurveyAnswerIn,
    SurveyAnswerOut,
    SurveyFilter,
    SurveyIn,
    SurveyOut,
    SurveyPatch,
    SurveyResultsOut,
    TrainingNeedFilter,
    TrainingNeedIn,
    TrainingNeedOut,
)
from asn_api.areas.performance.schemas import Year
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.route import Db, IfMatch, Route, Tx, tagged

router = APIRouter(prefix="/v1", tags=["development"], route_class=Route)


CanRead = Annotated[Access, require(Permission.TRAINING_NEEDS_READ)]
CanWrite = Annotated[Access, require(Permission.TRAINING_NEEDS_WRITE)]
CanSurvey = Annotated[Access, require(Permission.SURVEYS_MANAGE)]
CanPlan = Annotated[Access, require(Permission.TRAINING_PLANS_MANAGE)]
CanDecide = Annotated[Access, require(Permission.TRAINING_PLANS_DECIDE)]


@router.get("/training-needs", response_model=Page[TrainingNeedOut], responses=EXPORTS)
async def list_training_needs(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[TrainingNeedFilter, Query()],
    form: Wanted,
) -> Any:
    """What people of one's team or branch, or their superiors, say they need to learn, the newest first.

    Gaps, evaluations and development notes are needs as well; they are merged with these for one person
    (`/v1/employees/{id}/training-needs`) and in plans.
    """
    statement, keys = queries.needs(access, wanted), queries.NEEDS_NEWEST_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        return await export(request, ordered, needs.COLUMNS, "kebutuhan-pelatihan", form, dict)
    return await page(db, request, response, statement, keys, wanted, lambda row: needs.shape(access, row))


@router.post("/training-needs", status_code=201)
async def state_training_need(
    access: CanWrite, db: Tx, given: TrainingNeedIn, response: Response
) -> TrainingNeedOut:
    """Ask for learning for oneself, or propose it for one of one's reports; which of both follows from whom it is for.

    The same id and content again gives what was stored.
    """
    id, is_new = await needs.state(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/training-needs/{id}"
    return tagged(response, await needs.shown(access, db, id))


@router.get("/training-needs/{id}")
async def get_training_need(access: CanRead, db: Db, id: UUID, response: Response) -> TrainingNeedOut:
    """One need within reach, with what the caller may do with it."""
    return tagged(response, await needs.shown(access, db, id))


@router.post("/training-needs/{id}/withdrawal")
async def withdraw_training_need(
    access: CanWrite, db: Tx, id: UUID, version: IfMatch, response: Response
) -> TrainingNeedOut:
    """Take back what one has said, as long as nothing is planned for it."""
    await needs.withdraw(access, db, id, version)
    return tagged(response, await needs.shown(access, db, id))


@router.get("/employees/{employee_id}/training-needs")
async def list_needs_of_employee(
    access: CanRead, db: Db, employee_id: UUID, year: Annotated[Year, Query()]
) -> PersonalNeedsOut:
    """All that is known today of one person's needs for a year, from every source, merged and explained.

    Gaps of competencies, final evaluations below expectations, open development notes, and what was said.
    """
    return await needs.of_person(access, db, employee_id, year)


@router.get("/training-surveys", response_model=Page[SurveyOut])
async def list_training_surveys(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[SurveyFilter, Query()],
) -> dict[str, Any]:
    """Surveys that ask the caller, and those of one's branch, the newest first."""
    statement, keys = queries.surveys(access, wanted), queries.SURVEYS_NEWEST_FIRST
    return await page(db, request, response, statement, keys, wanted, lambda row: surveys.shape(access, row))


@router.post("/training-surveys", status_code=201)
async def open_training_survey(access: CanSurvey, db: Tx, given: SurveyIn, response: Response) -> SurveyOut:
    """Ask everybody in a unit of one's branch and below it what he needs to learn: which competency or subject,
    why, how urgently. The same id and content again gives what was stored.
    """
    id, is_new = await surveys.ask(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/training-surveys/{id}"
    return tagged(response, await surveys.shown(access, db, id))


@router.get("/training-surveys/{id}")
async def get_training_survey(access: CanRead, db: Db, id: UUID, response: Response) -> SurveyOut:
    """One survey that asks the caller, or of one's branch."""
    return tagged(response, await surveys.shown(access, db, id))


@router.patch("/training-surveys/{id}")
async def change_training_survey(
    access: CanSurvey, db: Tx, id: UUID, version: IfMatch, given: SurveyPatch, response: Response
) -> SurveyOut:
    """Rename a survey, lengthen it, or end it."""
    await surveys.change(access, db, id, version, given)
    return tagged(response, await surveys.shown(access, db, id))


@router.put("/training-surveys/{id}/answer")
async def answer_training_survey(
    access: CanWrite, db: Tx, id: UUID, given: SurveyAnswerIn
) -> SurveyAnswerOut:
    """One's own answer in place of an earlier one, until the last day. Superior and head read it as needs."""
    return await surveys.answer(access, db, id, given)


@router.get("/training-surveys/{id}/results")
async def get_training_survey_results(access: CanSurvey, db: Db, id: UUID) -> SurveyResultsOut:
    """How many of those asked have answered, and what is wanted most."""
    return await surveys.results(access, db, id)


@router.get("/development-plans", response_model=Page[DevelopmentPlanSummary])
async def list_development_plans(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[DevelopmentPlanFilter, Query()],
) -> dict[str, Any]:
    """The yearly plans of the agencies of one's branch with their sums, the newest first."""
    statement, keys = plan_queries.plans(access, wanted), plan_queries.PLANS_NEWEST_FIRST
    return await page(db, request, response, statement, keys, wanted, plans.summary)


@router.post("/development-plans", status_code=201)
async def draw_up_development_plan(
    access: CanPlan, db: Tx, given: DevelopmentPlanIn, response: Response
) -> DevelopmentPlanOut:
    """A year's plan of an agency, drawn from all needs of its people as of today, one item per person and topic.

    Included is what the budget pays for, the most urgent first; the rest is there and left out.
    """
    id, is_new = await plans.draw_up(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/development-plans/{id}"
    return tagged(response, await plans.shown(access, db, id))


@router.get("/development-plans/{id}")
async def get_development_plan(access: CanRead, db: Db, id: UUID, response: Response) -> DevelopmentPlanOut:
    """One plan with its sums and what the caller may do with it."""
    return tagged(response, await plans.shown(access, db, id))


@router.patch("/development-plans/{id}")
async def set_development_budget(
    access: CanPlan, db: Tx, id: UUID, version: IfMatch, given: DevelopmentPlanPatch, response: Response
) -> DevelopmentPlanOut:
    """Another budget for a draft; what it pays for is decided anew, except for items edited by hand."""
    await plans.budget(access, db, id, version, given.budget)
    return tagged(response, await plans.shown(access, db, id))


@router.post("/development-plans/{id}/drawing")
async def draw_development_plan_again(
    access: CanPlan, db: Tx, id: UUID, version: IfMatch, response: Response
) -> DevelopmentPlanOut:
    """Gather the needs as they stand today into a draft; items edited by hand keep what was decided."""
    await plans.draw_again(access, db, id, version)
    return tagged(response, await plans.shown(access, db, id))


@router.post("/development-plans/{id}/submission")
async def submit_development_plan(
    access: CanPlan,
    db: Tx,
    id: UUID,
    version: IfMatch,
    given: DevelopmentPlanRemarkIn,
    response: Response,
) -> DevelopmentPlanOut:
    """Put a draft before the head of the agency; it has to be within its budget."""
    await plans.submit(access, db, id, version, given.remark)
    return tagged(response, await plans.shown(access, db, id))


@router.post("/development-plans/{id}/return")
async def return_development_plan(
    access: CanDecide,
    db: Tx,
    id: UUID,
    version: IfMatch,
    given: DevelopmentPlanReturnIn,
    response: Response,
) -> DevelopmentPlanOut:
    """Give a submitted plan back as the head of the agency, with the reason; it is a draft again."""
    await plans.give_back(access, db, id, version, given.reason)
    return tagged(response, await plans.shown(access, db, id))


@router.post("/development-plans/{id}/approval")
async def approve_development_plan(
    access: CanDecide,
    db: Tx,
    id: UUID,
    version: IfMatch,
    given: DevelopmentPlanRemarkIn,
    response: Response,
) -> DevelopmentPlanOut:
    """Approve a submitted plan as the head of the agency. Notes and needs behind its items become planned.

    What is planned for the head himself is left out: nobody approves his own.
    """
    await plans.approve(access, db, id, version, given.remark)
    return tagged(response, await plans.shown(access, db, id))


@router.get("/development-plan-items", response_model=Page[PlanItemOut], responses=EXPORTS)
async def list_development_plan_items(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[PlanItemFilter, Query()],
    form: Wanted,
) -> Any:
    """Items of the plans of one's branch, and of approved plans for oneself and one's team; urgent first."""
    statement, keys = plan_queries.items(access, wanted), plan_queries.ITEMS_MOST_URGENT_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        return await export(request, ordered, plans.ITEM_COLUMNS, "rencana-pengembangan", form, dict)
    return await page(db, request, response, statement, keys, wanted, plans.item_shape)


@router.get("/development-plan-items/{id}")
async def get_development_plan_item(access: CanRead, db: Db, id: UUID, response: Response) -> PlanItemOut:
    """One item."""
    return tagged(response, await plans.item_shown(access, db, id))


@router.patch("/development-plan-items/{id}")
async def change_development_plan_item(
    access: CanPlan, db: Tx, id: UUID, version: IfMatch, given: PlanItemPatch, response: Response
) -> PlanItemOut:
    """Decide about an item of a draft by hand: in or out, which course, what it costs. The next drawing keeps that."""
    await plans.edit_item(access, db, id, version, given)
    return tagged(response, await plans.item_shown(access, db, id))


@router.get("/development-plan-items/{id}/explanation")
async def explain_development_plan_item(access: CanRead, db: Db, id: UUID) -> PlanItemExplanationOut:
    """Why it has its priority: the records behind it with their versions, and how their points add up."""
    return await plans.item_explained(access, db, id)
