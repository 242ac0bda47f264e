"""Goals of the agencies, the yearly plans (SKP) that cascade from them, and the progress made."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.performance import (
    cascade_queries,
    content,
    deciding,
    drafting,
    goals,
    overviews,
    progress,
    progress_queries,
    queries,
    showing,
)
from asn_api.areas.performance.schemas import (
    CommentIn,
    ContentIn,
    ExpectationsIn,
    GoalFilter,
    GoalIn,
    GoalOut,
    GoalPatch,
    ParentFilter,
    ParentResultOut,
    PlanFilter,
    PlanIn,
    PlanOut,
    PlanPatch,
    PlanSummary,
    ProgressFilter,
    ProgressOut,
    ProgressValues,
    ReasonIn,
    RecordedDecisionIn,
    RevisionOut,
)
from asn_api.areas.performance.team_queries import BY_NAME
from asn_api.areas.performance.team_schemas import MatrixFilter, MissingFilter, MissingOut, RoleMatrixOut
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Key, Page, PagingQuery, day, page
from asn_api.core.http.route import Db, IfMatch, IfMatchOrNone, Route, Tx, tagged
from asn_api.errors import Problem
from asn_api.rules.plans import PlanAction
from asn_api.tables.performance import AgencyGoal, Plan, PlanRevision, ProgressReport, WorkResult

router = APIRouter(prefix="/v1", tags=["performance"], route_class=Route)

CanReadGoals = Annotated[Access, require(Permission.GOALS_READ)]
CanManageGoals = Annotated[Access, require(Permission.GOALS_MANAGE)]
CanRead = Annotated[Access, require(Permission.PLANS_READ)]
CanWrite = Annotated[Access, require(Permission.PLANS_WRITE)]
CanDecide = Annotated[Access, require(Permission.PLANS_DECIDE)]

GOAL_ORDER = (Key(AgencyGoal.id.expression, "id", UUID),)
PLAN_ORDER = (Key(Plan.id.expression, "id", UUID, descending=True),)
RESULT_ORDER = (
    Key(WorkResult.order_no.expression, "order_no", int),
    Key(WorkResult.id.expression, "id", UUID),
)
REVISION_ORDER = (Key(PlanRevision.revision.expression, "revision", int, descending=True),)
PROGRESS_ORDER = (
    Key(ProgressReport.day.expression, "day", day, descending=True),
    Key(ProgressReport.id.expression, "id", UUID, descending=True),
)


@router.get("/goals", response_model=Page[GoalOut])
async def list_goals(
    access: CanReadGoals, db: Db, request: Request, response: Response, wanted: Annotated[GoalFilter, Query()]
) -> dict[str, Any]:
    """The goals of the agencies, the first ones at the top. Everybody in the region may read them."""
    return await page(db, request, response, queries.goals(access, wanted), GOAL_ORDER, wanted, dict)


@router.post("/goals", status_code=201)
async def set_goal(access: CanManageGoals, db: Tx, given: GoalIn, response: Response) -> GoalOut:
    """Set a goal of an agency for a year. The same id and content again gives the same goal."""
    return _goal(await goals.set_goal(access, db, given), response)


@router.get("/goals/{goal_id}")
async def get_goal(access: CanReadGoals, db: Db, goal_id: UUID, response: Response) -> GoalOut:
    """One goal."""
    goal = await db.scalar(queries.goal(access, goal_id))
    if goal is None:
        raise Problem("NOT_FOUND")
    return _goal(goal, response)


@router.patch("/goals/{goal_id}")
async def change_goal(
    access: CanManageGoals, db: Tx, goal_id: UUID, version: IfMatch, given: GoalPatch, response: Response
) -> GoalOut:
    """Change a goal's code, text or target. Its agency and year stay."""
    return _goal(await goals.change_goal(access, db, goal_id, version, given), response)


@router.delete("/goals/{goal_id}", status_code=204)
async def remove_goal(access: CanManageGoals, db: Tx, goal_id: UUID, version: IfMatch) -> None:
    """Remove a goal that no plan names."""
    await goals.remove_goal(access, db, goal_id, version)


@router.get("/me/parent-results", response_model=Page[ParentResultOut])
async def list_parent_results(
    access: CanWrite, db: Db, request: Request, response: Response, wanted: Annotated[ParentFilter, Query()]
) -> dict[str, Any]:
    """What my leaders plan for the year, for my own results to lean on.

    These are my superiors of the rest of the year and whoever leads a team that I am in by letter, from
    whatever unit.

    `provisional` results belong to a plan that is not approved yet: they can be named in a draft already, and
    the draft can be submitted once that plan is approved. Empty when I have no superior or he has no plan.
    """
    found = cascade_queries.parent_results(access, wanted.year)
    return await page(db, request, response, found, RESULT_ORDER, wanted, showing.parent_result)


@router.get("/plans", response_model=Page[PlanSummary])
async def list_plans(
    access: CanRead, db: Db, request: Request, response: Response, wanted: Annotated[PlanFilter, Query()]
) -> dict[str, Any]:
    """Plans within reach, the newest first: one's own, one's team's, a head's or admin's branch; drafts too.

    `waiting_for_me=true` leaves the plans that wait for my decision: those of my team, but for whoever
    somebody else evaluates by letter, and those that I evaluate by letter.
    """
    return await page(
        db, request, response, queries.plans(access, wanted), PLAN_ORDER, wanted, showing.summary
    )


@router.get("/plans/missing", response_model=Page[MissingOut], responses=EXPORTS)
async def list_missing_plans(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[MissingFilter, Query()],
    format: Wanted,
) -> Any:
    """Who within reach serves in a post and has handed in no plan of the year, by name.

    Due is the day of January that the region's policy says, or so many days after the post was taken up.
    """
    found = await overviews.missing(access, db, wanted)
    if format is not Format.JSON:
        ordered = found.order_by(*(key.column for key in BY_NAME))
        return await export(
            request, ordered, overviews.MISSING_COLUMNS, "skp-belum-ada", format, overviews.missing_row
        )
    return await page(db, request, response, found, BY_NAME, wanted, overviews.missing_row)


@router.post("/plans", status_code=201)
async def begin_plan(access: CanWrite, db: Tx, given: PlanIn, response: Response) -> PlanOut:
    """Begin a draft for oneself in the definitive post of its first day, or of today when that is later.

    The period is the part of the year in which the post is held, unless days are given. The same id
    again gives the plan that it made. JPT_OR_UNIT_HEAD is for senior executives
    and heads of agencies, schools and health centres.
    """
    return tagged(response, await drafting.begin(access, db, given))


@router.get("/plans/{plan_id}")
async def get_plan(access: CanRead, db: Db, plan_id: UUID, response: Response) -> PlanOut:
    """A whole plan with its results, indicators, evaluator and what this caller may do with it."""
    return tagged(response, await showing.shown(access, db, plan_id))


@router.patch("/plans/{plan_id}")
async def amend_plan(
    access: CanWrite, db: Tx, plan_id: UUID, version: IfMatch, given: PlanPatch, response: Response
) -> PlanOut:
    """Change the approach or the note of one's draft."""
    return tagged(response, await drafting.amend(access, db, plan_id, version, given))


@router.delete("/plans/{plan_id}", status_code=204)
async def discard_plan(access: CanWrite, db: Tx, plan_id: UUID, version: IfMatch) -> None:
    """Give up one's draft. Refused once it was submitted or work or another plan points at it."""
    await content.discard(access, db, plan_id, version)


@router.put("/plans/{plan_id}/content")
async def replace_plan_content(
    access: CanWrite, db: Tx, plan_id: UUID, version: IfMatch, given: ContentIn, response: Response
) -> PlanOut:
    """Make the results and indicators of one's draft exactly those given, in their order.

    An id that stays keeps being the same result or indicator. What is left out is deleted, or, when work or
    another plan points at it, withdrawn: it disappears from the plan, but not from that work. A draft may be
    incomplete; what is missing is said when it is submitted.
    """
    return tagged(response, await content.replace_content(access, db, plan_id, version, given))


@router.post("/plans/{plan_id}/submission")
async def submit_plan(
    access: CanWrite, db: Tx, plan_id: UUID, version: IfMatch, response: Response
) -> PlanOut:
    """Hand one's draft to the evaluator: the superior of today.

    PLAN_WAITS_FOR_SUPERIOR when only the superior's approved plan is missing; PLAN_NOT_SUBMITTABLE names
    everything that is incomplete.
    """
    return tagged(response, await deciding.submit(access, db, plan_id, version))


@router.put("/plans/{plan_id}/behaviour-expectations")
async def set_behaviour_expectations(
    access: CanDecide, db: Tx, plan_id: UUID, version: IfMatch, given: ExpectationsIn, response: Response
) -> PlanOut:
    """What the evaluator expects beyond the common guidance of a core value: all of it, until he approves.

    The employee's own proposals stay beside. The guidance is in the vocabulary `core_value`.
    """
    return tagged(response, await deciding.set_expectations(access, db, plan_id, version, given))


@router.post("/plans/{plan_id}/return")
async def return_plan(
    access: CanDecide, db: Tx, plan_id: UUID, version: IfMatch, given: CommentIn, response: Response
) -> PlanOut:
    """Give a submitted plan of one's team back to be corrected."""
    return tagged(
        response, await deciding.decide(access, db, plan_id, version, PlanAction.RETURN, given.comment)
    )


@router.post("/plans/{plan_id}/approval")
async def approve_plan(
    access: CanDecide, db: Tx, plan_id: UUID, version: IfMatch, response: Response
) -> PlanOut:
    """Approve a submitted plan of one's team; its text is kept as this revision for ever."""
    return tagged(response, await deciding.decide(access, db, plan_id, version, PlanAction.APPROVE))


@router.post("/plans/{plan_id}/revision-request")
async def request_plan_revision(
    access: CanWrite, db: Tx, plan_id: UUID, version: IfMatch, given: ReasonIn, response: Response
) -> PlanOut:
    """Ask that one's approved plan be opened again; until then it stays in force."""
    return tagged(response, await deciding.request_revision(access, db, plan_id, version, given.reason))


@router.post("/plans/{plan_id}/reopening")
async def reopen_plan(
    access: CanDecide, db: Tx, plan_id: UUID, version: IfMatch, response: Response
) -> PlanOut:
    """Open an approved plan of one's team whose revision was asked for; the old text is kept."""
    return tagged(response, await deciding.decide(access, db, plan_id, version, PlanAction.REOPEN))


@router.post("/plans/{plan_id}/recorded-decision")
async def record_plan_decision(
    access: CanManageGoals,
    db: Tx,
    plan_id: UUID,
    version: IfMatch,
    given: RecordedDecisionIn,
    response: Response,
) -> PlanOut:
    """Record what a superior who is no employee (such as the mayor) decided on paper, with the letter.

    Only for plans of people without a superior among the employees, and never for one's own plan.
    """
    return tagged(response, await deciding.record_decision(access, db, plan_id, version, given))


@router.get("/plans/{plan_id}/revisions", response_model=Page[RevisionOut])
async def list_plan_revisions(
    access: CanRead, db: Db, plan_id: UUID, request: Request, response: Response, wanted: PagingQuery
) -> dict[str, Any]:
    """The plan as it was approved each time, the latest first."""
    await showing.seen(access, db, plan_id)
    return await page(db, request, response, queries.revisions(access, plan_id), REVISION_ORDER, wanted, dict)


@router.get("/plans/{plan_id}/role-matrix", response_model=RoleMatrixOut, responses=EXPORTS)
async def get_role_matrix(
    access: CanRead,
    db: Db,
    plan_id: UUID,
    request: Request,
    response: Response,
    wanted: Annotated[MatrixFilter, Query()],
    format: Wanted,
) -> Any:
    """Who supports which result of a plan: a row for each person, a column for each result.

    Rows are the team of the plan's owner and whoever leans on the plan, as far as they are within reach.
    Results that nobody carries and people who carry none are shown too.
    """
    found, results, day = await overviews.matrix(access, db, plan_id, unlinked=wanted.unlinked)
    if format is not Format.JSON:
        ordered = found.order_by(*(key.column for key in BY_NAME))
        columns = overviews.matrix_columns(results)
        return await export(request, ordered, columns, "matriks-peran-hasil", format, overviews.matrix_row)
    shown = await page(db, request, response, found, BY_NAME, wanted, overviews.matrix_row)
    return {**shown, "plan_id": plan_id, "as_of": day, "results": results}


@router.get("/plans/{plan_id}/progress", response_model=Page[ProgressOut])
async def list_plan_progress(
    access: CanRead,
    db: Db,
    plan_id: UUID,
    request: Request,
    response: Response,
    wanted: Annotated[ProgressFilter, Query()],
) -> dict[str, Any]:
    """What the plan's owner reported about its indicators, the newest day first.

    Each `value` is all that was achieved since the plan began, so the latest report of an indicator is how it
    stands: `latest=true` leaves only these.
    """
    await showing.seen(access, db, plan_id)
    found = progress_queries.listed(access, plan_id, wanted)
    return await page(db, request, response, found, PROGRESS_ORDER, wanted, dict)


@router.get("/progress/{id}")
async def get_progress(access: CanRead, db: Db, id: UUID, response: Response) -> ProgressOut:
    """One report of progress within reach."""
    row = (await db.execute(progress_queries.one(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return ProgressOut.model_validate(tagged(response, dict(row)))


@router.put("/progress/{id}", responses={201: {"model": ProgressOut, "description": "Created."}})
async def put_progress(
    access: CanWrite, db: Tx, id: UUID, version: IfMatchOrNone, given: ProgressValues, response: Response
) -> ProgressOut:
    """Report how far one has come with an indicator of one's own plan by the end of a day.

    The caller makes the id (UUIDv7). Without `If-Match` it creates, and the same again is harmless; with
    `If-Match` it replaces. There is one report for each indicator and day: PROGRESS_DAY_TAKEN names the one to
    change. Possible for days of the plan's period up to today, until the plan is closed.
    """
    await progress.put(db, access, id, given, version, progress.Device())
    shown = (await progress_queries.progress_by_ids(db, access, [id]))[id]
    if version is None:
        response.status_code = 201
        response.headers["Location"] = f"/v1/progress/{id}"
    return ProgressOut.model_validate(tagged(response, shown))


@router.delete("/progress/{id}", status_code=204)
async def delete_progress(access: CanWrite, db: Tx, id: UUID, version: IfMatch) -> None:
    """Take a report of progress back; the journal keeps what it said. Not once the plan is closed."""
    await progress.remove(db, access, id, version)


def _goal(goal: AgencyGoal, response: Response) -> GoalOut:
    return tagged(response, GoalOut.model_validate(goal))
