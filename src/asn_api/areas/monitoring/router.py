"""Feedback and requests for it, coaching and counselling, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.monitoring import (
    coaching,
    coaching_queries,
    feedback,
    people_queries,
    queries,
    requesting,
    shapes,
)
from asn_api.areas.monitoring.coaching_schemas import (
    AcknowledgementIn,
    AssessmentIn,
    CoachingChangeIn,
    CoachingCountOut,
    CoachingFilter,
    CoachingIn,
    CoachingOut,
    CoachingSummary,
    CompletionIn,
    CountFilter,
)
from asn_api.areas.monitoring.schemas import (
    ColleagueOut,
    FeedbackFilter,
    FeedbackIn,
    FeedbackOut,
    FeedbackRequestFilter,
    FeedbackRequestIn,
    FeedbackRequestOut,
    FeedbackResponseIn,
    FeedbackSummary,
    OutlookOut,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, PagingQuery, page
from asn_api.core.http.route import Db, IfMatch, Route, Tx, tagged
from asn_api.rules.feedback import FeedbackRequestAction

router = APIRouter(prefix="/v1", tags=["monitoring"], route_class=Route)

CanRead = Annotated[Access, require(Permission.FEEDBACK_READ)]
CanGive = Annotated[Access, require(Permission.FEEDBACK_GIVE)]
CanReadCoaching = Annotated[Access, require(Permission.COACHING_READ)]
CanCoach = Annotated[Access, require(Permission.COACHING_WRITE)]
CanCount = Annotated[Access, require(Permission.EVALUATIONS_READ)]


@router.get("/feedback", response_model=Page[FeedbackSummary], responses=EXPORTS)
async def list_feedback(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[FeedbackFilter, Query()],
    form: Wanted,
) -> Any:
    """Feedback that one received, gave, or reads as a superior or head, the newest first.

    The name of a subordinate who gave it unnamed is shown to nobody; what was withdrawn, and a superior's own
    note, to the giver only.
    """
    statement, keys = queries.feedback(access, wanted), queries.NEWEST_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        columns = shapes.columns(access)
        return await export(
            request, ordered, columns, "umpan-balik", form, lambda row: shapes.summary(access, row)
        )
    return await page(db, request, response, statement, keys, wanted, lambda row: shapes.summary(access, row))


@router.get("/feedback-outlook", response_model=OutlookOut)
async def get_feedback_outlook(
    access: CanGive, db: Db, employee_id: Annotated[UUID, Query(description="Whom it would be about.")]
) -> dict[str, Any]:
    """What becomes of feedback that one gives about a person: who reads it, with which name, about what.

    Ask before giving. `may_be_unnamed` is true for subordinates of a person whose team is large enough not to
    recognise them by; in a forum, in answer to a request or with evidence the name is always shown.
    """
    return await feedback.outlook(access, db, employee_id)


@router.post("/feedback", status_code=201, response_model=FeedbackOut)
async def give_feedback(access: CanGive, db: Tx, given: FeedbackIn, response: Response) -> dict[str, Any]:
    """Tell somebody what one thinks of a result of his plan, or of his conduct by a core value.

    Everybody may, about everybody but himself; how one stands to the person is derived on this day. With
    `forum_id` it is a comment in a forum that one is invited to, about what is on its agenda, until the minutes
    are published. The same id and content again gives what was stored.
    """
    id, is_new = await feedback.give(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/feedback/{id}"
    return await _feedback(access, db, id, response)


@router.get("/feedback/{id}", response_model=FeedbackOut)
async def get_feedback(access: CanRead, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """One feedback within reach, with what the caller may do with it."""
    return await _feedback(access, db, id, response)


@router.post("/feedback/{id}/reading", response_model=FeedbackOut)
async def read_feedback(access: CanRead, db: Tx, id: UUID, response: Response) -> dict[str, Any]:
    """Mark feedback about oneself as read; the first time counts."""
    await feedback.read(access, db, id)
    return await _feedback(access, db, id, response)


@router.post("/feedback/{id}/response", response_model=FeedbackOut)
async def respond_to_feedback(
    access: CanRead, db: Tx, id: UUID, version: IfMatch, given: FeedbackResponseIn, response: Response
) -> dict[str, Any]:
    """Answer feedback about oneself, once. Whoever reads the feedback reads the answer."""
    await feedback.respond(access, db, id, version, given.text)
    return await _feedback(access, db, id, response)


@router.post("/feedback/{id}/withdrawal", response_model=FeedbackOut)
async def withdraw_feedback(
    access: CanRead, db: Tx, id: UUID, version: IfMatch, response: Response
) -> dict[str, Any]:
    """Take back what one gave, within the days of the policy and until an evaluation was made with it."""
    await feedback.withdraw(access, db, id, version)
    return await _feedback(access, db, id, response)


@router.post("/feedback/{id}/sharing", response_model=FeedbackOut)
async def share_feedback(
    access: CanRead, db: Tx, id: UUID, version: IfMatch, response: Response
) -> dict[str, Any]:
    """Show the person a note that one has kept as a superior; from this day on it counts."""
    await feedback.share(access, db, id, version)
    return await _feedback(access, db, id, response)


@router.get("/colleagues", response_model=Page[ColleagueOut])
async def list_colleagues(
    access: CanGive, db: Db, request: Request, response: Response, wanted: PagingQuery
) -> dict[str, Any]:
    """The people around oneself today, by name: superior, team, those with the same superior or unit."""
    found = people_queries.colleagues(access, feedback.employed(access))
    return await page(db, request, response, found, people_queries.BY_NAME, wanted, dict)


@router.get("/feedback-requests", response_model=Page[FeedbackRequestOut])
async def list_feedback_requests(
    access: CanGive,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[FeedbackRequestFilter, Query()],
) -> dict[str, Any]:
    """Requests for feedback that one made or received, the newest first."""
    found = queries.requests(access, wanted)
    return await page(
        db, request, response, found, queries.REQUESTS_ORDER, wanted, lambda row: shapes.request(access, row)
    )


@router.post("/feedback-requests", status_code=201, response_model=FeedbackRequestOut)
async def request_feedback(
    access: CanGive, db: Tx, given: FeedbackRequestIn, response: Response
) -> dict[str, Any]:
    """Ask somebody for feedback on a result of one's own plan, or on a core value. He reads the result."""
    id, is_new = await requesting.ask(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/feedback-requests/{id}"
    return await _request(access, db, id, response)


@router.get("/feedback-requests/{id}", response_model=FeedbackRequestOut)
async def get_feedback_request(access: CanGive, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    """One request that one made or received. It is answered by giving feedback with its id."""
    return await _request(access, db, id, response)


@router.post("/feedback-requests/{id}/declining", response_model=FeedbackRequestOut)
async def decline_feedback_request(
    access: CanGive, db: Tx, id: UUID, version: IfMatch, response: Response
) -> dict[str, Any]:
    """Refuse a request that one received."""
    await requesting.end(access, db, id, version, FeedbackRequestAction.DECLINE)
    return await _request(access, db, id, response)


@router.post("/feedback-requests/{id}/withdrawal", response_model=FeedbackRequestOut)
async def withdraw_feedback_request(
    access: CanGive, db: Tx, id: UUID, version: IfMatch, response: Response
) -> dict[str, Any]:
    """Take back a request that one made and nobody answered."""
    await requesting.end(access, db, id, version, FeedbackRequestAction.WITHDRAW)
    return await _request(access, db, id, response)


@router.get("/coaching-sessions", response_model=Page[CoachingSummary], responses=EXPORTS)
async def list_coaching_sessions(
    access: CanReadCoaching,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[CoachingFilter, Query()],
    form: Wanted,
) -> Any:
    """Coaching of oneself and one's team, and the talks that one led, the latest first.

    Counselling is listed to the two who spoke, nobody else.
    """
    statement, keys = coaching_queries.sessions(access, wanted), coaching_queries.LATEST_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        return await export(request, ordered, coaching.COLUMNS, "bimbingan", form, coaching.summary)
    return await page(db, request, response, statement, keys, wanted, coaching.summary)


@router.post("/coaching-sessions", status_code=201, response_model=CoachingOut)
async def record_coaching_session(
    access: CanCoach, db: Tx, given: CoachingIn, response: Response
) -> dict[str, Any]:
    """Record a talk with somebody of one's team of today, with what was agreed and, if wanted, competencies."""
    id, is_new = await coaching.record_session(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/coaching-sessions/{id}"
    return await _session(access, db, id, response)


@router.get("/coaching-sessions/{id}", response_model=CoachingOut)
async def get_coaching_session(
    access: CanReadCoaching, db: Db, id: UUID, response: Response
) -> dict[str, Any]:
    """One record within reach, with the questions that the employee may answer about the session."""
    return await _session(access, db, id, response)


@router.put("/coaching-sessions/{id}", response_model=CoachingOut)
async def change_coaching_session(
    access: CanCoach,
    db: Tx,
    id: UUID,
    version: IfMatch,
    given: CoachingChangeIn,
    response: Response,
) -> dict[str, Any]:
    """Replace what one recorded, until the employee has acknowledged it."""
    await coaching.change(access, db, id, version, given)
    return await _session(access, db, id, response)


@router.delete("/coaching-sessions/{id}", status_code=204)
async def remove_coaching_session(access: CanCoach, db: Tx, id: UUID, version: IfMatch) -> None:
    """Delete what one recorded by mistake, until the employee has acknowledged it."""
    await coaching.remove(access, db, id, version)


@router.post("/coaching-sessions/{id}/acknowledgement", response_model=CoachingOut)
async def acknowledge_coaching_session(
    access: CanReadCoaching,
    db: Tx,
    id: UUID,
    version: IfMatch,
    given: AcknowledgementIn,
    response: Response,
) -> dict[str, Any]:
    """Say that one has read the record of a talk that one had, and what one sees otherwise."""
    await coaching.acknowledge(access, db, id, version, given.remark)
    return await _session(access, db, id, response)


@router.post("/coaching-sessions/{id}/assessment", response_model=CoachingOut)
async def assess_coaching_session(
    access: CanReadCoaching,
    db: Tx,
    id: UUID,
    version: IfMatch,
    given: AssessmentIn,
    response: Response,
) -> dict[str, Any]:
    """Answer the questions about a session that one has acknowledged (form B.1.8), once."""
    await coaching.assess(access, db, id, version, given)
    return await _session(access, db, id, response)


@router.post("/coaching-sessions/{id}/actions/{action_id}/completion", response_model=CoachingOut)
async def complete_agreed_action(
    access: CanReadCoaching,
    db: Tx,
    id: UUID,
    action_id: UUID,
    version: IfMatch,
    given: CompletionIn,
    response: Response,
) -> dict[str, Any]:
    """Report that what was agreed is done; either of the two may."""
    await coaching.complete(access, db, id, action_id, version, given.note)
    return await _session(access, db, id, response)


@router.get("/coaching-counts", response_model=Page[CoachingCountOut])
async def list_coaching_counts(
    access: CanCount, db: Db, request: Request, response: Response, wanted: Annotated[CountFilter, Query()]
) -> dict[str, Any]:
    """How many talks there were in each agency of the branch; never with whom or about what."""
    least = (await feedback.policy_of(access, db)).unnamed_team_least
    found = coaching_queries.counts(access, wanted, least)
    return await page(db, request, response, found, coaching_queries.COUNTS_ORDER, wanted, dict)


async def _feedback(access: Access, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    return tagged(response, await feedback.shown(access, db, id))


async def _request(access: Access, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    return tagged(response, await requesting.shown(access, db, id))


async def _session(access: Access, db: Db, id: UUID, response: Response) -> dict[str, Any]:
    return tagged(response, await coaching.shown(access, db, id))
