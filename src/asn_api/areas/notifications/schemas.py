"""Notifications on the wire."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from asn_api.core.http.paging import Page, Paging
from asn_api.core.wire import In, Out
from asn_api.rules.notifications import NoticeKind


class NotificationFilter(Paging):
    unread: bool | None = Field(default=None, description="`true`: only those that were not read yet.")


class NoticeSubjectOut(Out):
    """The record it is about."""

    type: str = Field(
        description="`activity`, `feedback`, `feedback_request`, `coaching`, `forum`, or `conflict` with the id of the "
        "phone's operation."
    )
    id: UUID


class NotificationOut(Out):
    id: UUID
    kind: NoticeKind
    title: str = Field(description="In the caller's language.")
    body: str = Field(description="What happened and what to do, in the caller's language.")
    subject: NoticeSubjectOut | None
    day: date | None = Field(description="The working day it is about, or the day of the reminder.")
    params: dict[str, int | str] = Field(description="The numbers and dates in the text.")
    created_at: datetime
    read_at: datetime | None
    version: int


class NotificationsOut(Page[NotificationOut]):
    unread: int = Field(description="All unread ones of the caller, whatever the filter.")


class ReadingsIn(In):
    up_to: UUID | None = Field(description="This one and all older ones; null for all there are.")


class ReadingsOut(BaseModel):
    read: int = Field(description="How many were unread until now.")
