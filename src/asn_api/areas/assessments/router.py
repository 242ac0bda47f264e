"""360° assessments: rounds, what I am asked, and what came of it. No operation reads an answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.assessments import answering, queries, rounds, showing
from asn_api.areas.assessments.schemas import (
    AnswerIn,
    AssessmentExplanationOut,
    AssessmentFilter,
    AssessmentOut,
    AssessmentSummary,
    ConflictIn,
    RoundFilter,
    RoundIn,
    RoundOut,
    RoundPatch,
    RoundSummary,
    TaskOut,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Key, Page, PagingQuery, page
from asn_api.core.http.route import Db, IfMatch, IfMatchOrNone, Route, Tx, tagged
from asn_api.tables.assessments import Assessment, AssessmentRound, AssessmentTask

router = APIRouter(prefix="/v1", tags=["assessments"], route_class=Route)

CanRead = Annotated[Access, require(Permission.ASSESSMENTS_READ)]
CanManage = Annotated[Access, require(Permission.ASSESSMENTS_MANAGE)]
CanAnswer = Annotated[Access, require(Permission.ASSESSMENTS_ANSWER)]

ROUND_ORDER = (Key(AssessmentRound.id.expression, "id", UUID, descending=True),)
TASK_ORDER = (Key(AssessmentTask.id.expression, "id", UUID),)
RESULT_ORDER = (Key(Assessment.id.expression, "id", UUID, descending=True),)


@router.get("/assessment-rounds", response_model=Page[RoundSummary])
async def list_assessment_rounds(
    access: CanManage, db: Db, request: Request, response: Response, wanted: Annotated[RoundFilter, Query()]
) -> dict[str, Any]:
    """The rounds of one's branch, the newest first."""
    found = queries.rounds(access, wanted)
    return await page(db, request, response, found, ROUND_ORDER, wanted, rounds.summary)


@router.post("/assessment-rounds", status_code=201)
async def plan_assessment_round(access: CanManage, db: Tx, given: RoundIn, response: Response) -> RoundOut:
    """Plan a round for everybody in a unit and below it.

    On its first day the raters are drawn by lot from the reporting lines of that day: the evaluator, people with
    the same superior, people who report to the person. Nobody chooses them, and nobody is shown who they are.
    Whoever was assessed for a part of the same period already is left out. It opens within minutes when it opens
    today.
    """
    planned, new = await rounds.plan(access, db, given)
    if not new:
        response.status_code = 200
    return tagged(response, planned)


@router.get("/assessment-rounds/{round_id}")
async def get_assessment_round(access: CanManage, db: Db, round_id: UUID, response: Response) -> RoundOut:
    """One round of one's branch, how far it is as a whole, and what may be done with it."""
    return tagged(response, await rounds.shown(access, db, round_id))


@router.patch("/assessment-rounds/{round_id}")
async def change_assessment_round(
    access: CanManage, db: Tx, round_id: UUID, version: IfMatch, given: RoundPatch, response: Response
) -> RoundOut:
    """Change the title or the days of a round that is not closed. A closed round is never opened again."""
    return tagged(response, await rounds.change(access, db, round_id, version, given))


@router.delete("/assessment-rounds/{round_id}", status_code=204)
async def remove_assessment_round(access: CanManage, db: Tx, round_id: UUID, version: IfMatch) -> None:
    """Give up a round that has not opened yet."""
    await rounds.remove(access, db, round_id, version)


@router.post("/assessment-rounds/{round_id}/closing")
async def close_assessment_round(
    access: CanManage, db: Tx, round_id: UUID, version: IfMatch, response: Response
) -> RoundOut:
    """Close a round before its last day, once the shortest time of the policy is over.

    From now on no answer is taken. The results are made in the background; then every single answer is deleted.
    """
    return tagged(response, await rounds.close(access, db, round_id, version))


@router.get("/me/assessment-tasks", response_model=Page[TaskOut])
async def list_assessment_tasks(
    access: CanAnswer, db: Db, request: Request, response: Response, wanted: PagingQuery
) -> dict[str, Any]:
    """About whom I am asked in the rounds that are open, answered or not."""
    found = queries.own_tasks(access)
    return await page(db, request, response, found, TASK_ORDER, wanted, answering.listed)


@router.get("/assessment-tasks/{task_id}")
async def get_assessment_task(access: CanAnswer, db: Db, task_id: UUID, response: Response) -> TaskOut:
    """One thing I am asked. Whether I answered is shown to me alone; what I answered to nobody."""
    return tagged(response, await answering.shown(access, db, task_id))


@router.put("/assessment-tasks/{task_id}/answer")
async def put_assessment_answer(
    access: CanAnswer,
    db: Tx,
    task_id: UUID,
    version: IfMatchOrNone,
    given: AnswerIn,
    request: Request,
    response: Response,
) -> TaskOut:
    """Score somebody by core value, 1–10, with comments where one likes.

    Each sending replaces the whole answer, as often as wanted until the round closes; to replace one, `If-Match`
    names the task's version. The same again without it is harmless. An answer is kept sealed, can be read by
    nobody, is deleted when the round closes, and enters only sums of at least three.
    """
    keyring = request.app.state.keyring
    return tagged(response, await answering.answer(access, db, keyring, task_id, version, given))


@router.post("/assessment-tasks/{task_id}/conflict", status_code=204)
async def declare_assessment_conflict(
    access: CanAnswer, db: Tx, task_id: UUID, version: IfMatch, given: ConflictIn
) -> None:
    """Say that one cannot judge this person fairly. The next of the draw is asked instead, if there is one."""
    await answering.give_up(access, db, task_id, version, given.kind)


@router.get("/assessments", response_model=Page[AssessmentSummary], responses=EXPORTS)
async def list_assessments(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[AssessmentFilter, Query()],
    format: Wanted,
) -> Any:
    """Results within reach, the newest round first: one's own, one's team's, a head's or admin's branch.

    PENDING until the round is closed, and after that where too few people answered. Also as a file.
    """
    found = queries.results(access, wanted)
    if format is not Format.JSON:
        ordered = found.order_by(Assessment.id.desc())
        return await export(request, ordered, showing.COLUMNS, "asesmen-360", format, showing.summary)
    return await page(db, request, response, found, RESULT_ORDER, wanted, showing.summary)


@router.get("/assessments/{assessment_id}")
async def get_assessment(access: CanRead, db: Db, assessment_id: UUID, response: Response) -> AssessmentOut:
    """One person's result in a round: the score, what of it may be shown, and why the rest is not.

    A group's own score appears only when at least three answered and no smaller group's answers follow by
    subtraction. It advises the evaluator; it never sets or changes a predicate.
    """
    return tagged(response, await showing.shown(access, db, assessment_id))


@router.get("/assessments/{assessment_id}/explanation")
async def explain_assessment(access: CanRead, db: Db, assessment_id: UUID) -> AssessmentExplanationOut:
    """How the score came about: who was asked by which rule, weights, counts, bands; never a single answer."""
    return await showing.explanation(access, db, assessment_id)
