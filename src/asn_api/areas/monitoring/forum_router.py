"""Evaluation forums over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.monitoring import forum_queries as queries
from asn_api.areas.monitoring import forums, meetings
from asn_api.areas.monitoring.forum_schemas import (
    AttendanceIn,
    CancellationIn,
    CorrectionIn,
    ForumChangeIn,
    ForumFilter,
    ForumIn,
    ForumOut,
    ForumSummary,
    MinutesIn,
)
from asn_api.core.http.exports import EXPORTS, Format, Wanted, export
from asn_api.core.http.paging import Page, page
from asn_api.core.http.route import Db, IfMatch, Route, Tx, tagged

router = APIRouter(prefix="/v1/forums", tags=["monitoring"], route_class=Route)

CanRead = Annotated[Access, require(Permission.FORUMS_READ)]
CanManage = Annotated[Access, require(Permission.FORUMS_MANAGE)]


@router.get("", response_model=Page[ForumSummary], responses=EXPORTS)
async def list_forums(
    access: CanRead,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[ForumFilter, Query()],
    form: Wanted,
) -> Any:
    """Forums to which one is invited, in which one's team presents, or of a head's branch; the latest first."""
    statement, keys = queries.forums(access, wanted), queries.LATEST_FIRST
    if form is not Format.JSON:
        ordered = statement.order_by(*[key.column.desc() for key in keys])
        return await export(request, ordered, meetings.COLUMNS, "forum", form, meetings.summary)
    return await page(db, request, response, statement, keys, wanted, meetings.summary)


@router.post("", status_code=201)
async def call_forum(access: CanManage, db: Tx, given: ForumIn, response: Response) -> ForumOut:
    """Call a meeting in which people of one's team, or of the branch that one heads, present results.

    Everybody on the agenda and whoever else is named is invited and told. Who is invited to another forum at
    that time is flagged with `clashes`; nothing is refused for it.
    """
    id, is_new = await forums.call(access, db, given)
    if not is_new:
        response.status_code = 200
    response.headers["Location"] = f"/v1/forums/{id}"
    return await _forum(access, db, id, response)


@router.get("/{id}")
async def get_forum(access: CanRead, db: Db, id: UUID, response: Response) -> ForumOut:
    """A forum with its agenda, those invited, its minutes, and what the caller may do.

    Of the plans of others the agenda shows the results to be presented, nothing else. What was commented is
    feedback: the person it is about, his superiors and who said it find it in the list of feedback.
    """
    return await _forum(access, db, id, response)


@router.put("/{id}")
async def change_forum(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: ForumChangeIn, response: Response
) -> ForumOut:
    """Replace time, place, agenda and invitations until people may check in. Everybody concerned is told."""
    await forums.change(access, db, id, version, given)
    return await _forum(access, db, id, response)


@router.post("/{id}/cancellation")
async def cancel_forum(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: CancellationIn, response: Response
) -> ForumOut:
    """Call off a forum that was not held. Everybody invited is told."""
    await forums.cancel(access, db, id, version, given.reason)
    return await _forum(access, db, id, response)


@router.post("/{id}/holding")
async def hold_forum(access: CanManage, db: Tx, id: UUID, version: IfMatch, response: Response) -> ForumOut:
    """Open the meeting, or note afterwards that it took place."""
    await meetings.hold(access, db, id, version)
    return await _forum(access, db, id, response)


@router.post("/{id}/check-in")
async def check_in_to_forum(access: CanRead, db: Tx, id: UUID, response: Response) -> ForumOut:
    """Say that one is there, between `check_in_from` and `check_in_until`; again changes nothing."""
    await meetings.check_in(access, db, id)
    return await _forum(access, db, id, response)


@router.post("/{id}/attendance")
async def record_forum_attendance(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: AttendanceIn, response: Response
) -> ForumOut:
    """Note who was there, excused or absent, until the minutes are published; whoever is left out stays as is."""
    await meetings.record_attendance(access, db, id, version, given)
    return await _forum(access, db, id, response)


@router.post("/{id}/minutes")
async def publish_forum_minutes(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: MinutesIn, response: Response
) -> ForumOut:
    """Publish what was said and decided. Afterwards nothing changes but by a dated correction."""
    await forums.publish(access, db, id, version, given)
    return await _forum(access, db, id, response)


@router.post("/{id}/corrections")
async def correct_forum_minutes(
    access: CanManage, db: Tx, id: UUID, version: IfMatch, given: CorrectionIn, response: Response
) -> ForumOut:
    """Add to published minutes what they should say instead or besides."""
    await forums.correct(access, db, id, version, given.text)
    return await _forum(access, db, id, response)


async def _forum(access: Access, db: Db, id: UUID, response: Response) -> ForumOut:
    return tagged(response, await meetings.shown(access, db, id))
