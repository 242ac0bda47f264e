"""One's own notifications over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.guard import require
from asn_api.areas.notifications import queries, writing
from asn_api.areas.notifications.schemas import (
    NotificationFilter,
    NotificationOut,
    NotificationsOut,
    ReadingsIn,
    ReadingsOut,
)
from asn_api.core.http.paging import page
from asn_api.core.http.problems import language_of
from asn_api.core.http.route import Db, Driver, Route, tagged

router = APIRouter(prefix="/v1/me/notifications", tags=["notifications"], route_class=Route)

CanMe = Annotated[Access, require(Permission.ME)]


@router.get("", response_model=NotificationsOut)
async def list_my_notifications(
    access: CanMe,
    db: Db,
    request: Request,
    response: Response,
    wanted: Annotated[NotificationFilter, Query()],
) -> dict[str, Any]:
    """What you were reminded of or told, newest first, and how many of all you have not read."""
    language = language_of(request)
    found = await page(
        db,
        request,
        response,
        queries.own(access, wanted),
        queries.NEWEST_FIRST,
        wanted,
        lambda row: queries.shown(row, language),
    )
    return found | {"unread": await db.scalar(queries.unread(access))}


@router.post("/{id}/reading", response_model=NotificationOut)
async def read_notification(
    id: UUID, access: CanMe, driver: Driver, request: Request, response: Response
) -> dict[str, Any]:
    """Mark one as read; the first time counts, a repetition changes nothing."""
    await writing.mark_read(driver, access, id)
    shown = (await queries.by_ids(driver, access, [id], language_of(request)))[id]
    return tagged(response, shown)


@router.post("/readings", response_model=ReadingsOut)
async def read_notifications(access: CanMe, driver: Driver, given: ReadingsIn) -> dict[str, int]:
    """Mark everything as read, or one and all older ones: what came while you looked stays unread."""
    return {"read": await writing.mark_all_read(driver, access, given.up_to)}
