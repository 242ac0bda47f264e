"""The SQL of one's own notifications, and how they look on the wire."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import Select, func, select

from asn_api.access.actor import Access
from asn_api.areas.notifications.schemas import NotificationFilter
from asn_api.areas.notifications.wording import worded
from asn_api.core.http.paging import Key, moment
from asn_api.errors import Language
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.notifications import Notification

NEWEST_FIRST = (
    Key(Notification.__table__.c.created_at, "created_at", moment, descending=True),
    Key(Notification.__table__.c.id, "id", UUID, descending=True),
)

_BY_IDS = """
select id, kind, subject_entity, subject_id, day, params, created_at, read_at, version
from notifications where region_id = $1 and employee_id = $2 and id = any($3::uuid[])
"""


def own(access: Access, wanted: NotificationFilter) -> Select[Any]:
    """The caller's, whatever his other rights: nobody reads another's."""
    statement = select(*Notification.__table__.c).where(
        Notification.region_id == access.region_id, Notification.employee_id == access.employee_id
    )
    if wanted.unread is not None:
        is_unread = Notification.read_at.is_(None)
        statement = statement.where(is_unread if wanted.unread else ~is_unread)
    return statement


def unread(access: Access) -> Select[int]:
    return select(func.count()).where(
        Notification.region_id == access.region_id,
        Notification.employee_id == access.employee_id,
        Notification.read_at.is_(None),
    )


async def by_ids(
    driver: asyncpg.Connection, access: Access, ids: Collection[UUID], language: Language
) -> dict[UUID, dict[str, Any]]:
    """The caller's own among these in their wire form; the others are missing."""
    rows = await driver.fetch(_BY_IDS, access.region_id, access.employee_id, list(ids))
    return {row["id"]: shown(row, language) for row in rows}


def shown(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    params = row["params"]
    if isinstance(params, str):  # as the driver gives it without a session's codec
        params = orjson.loads(params)
    subject = {"type": row["subject_entity"], "id": row["subject_id"]}
    return {
        "id": row["id"],
        "kind": row["kind"],
        **worded(NoticeKind(row["kind"]), params, language),
        "subject": subject if row["subject_id"] is not None else None,
        "day": row["day"],
        "params": params,
        "created_at": row["created_at"],
        "read_at": row["read_at"],
        "version": row["version"],
    }
