"""Makes notifications and marks them as read: rows and journal in one statement, however many."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from asn_api.access.actor import Access
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.notifications import RENEWED, NoticeKind

ENTITY = "notification"


@dataclass(frozen=True)
class Notice:
    """Who is told what. `params` hold the numbers and dates of the text, never another person's words."""

    employee_id: UUID
    kind: NoticeKind
    subject_entity: str | None = None
    subject_id: UUID | None = None
    day: date | None = None
    params: Mapping[str, int | str] = field(default_factory=dict)


_AUTHOR = "account_id, actor_id, client_id, request_id"

# Rows are taken in one order, or two workers with the same people would deadlock.
_NOTIFY = f"""
with policy as (
    select content from policies
    where region_id = $1 and area = 'notifications' and valid_from <= $7
    order by valid_from desc, revision desc limit 1
), made as (
    insert into notifications
        (region_id, id, employee_id, kind, subject_entity, subject_id, day, params, created_at, version)
    select $1, id, employee_id, kind, subject_entity, subject_id, day, params, $2, 1
    from jsonb_to_recordset($8::jsonb) as x (id uuid, employee_id uuid, kind text, subject_entity text,
                                             subject_id uuid, day date, params jsonb)
    where not coalesce((select content -> 'switched_off' from policy) ? kind, false)
    order by employee_id, kind, subject_id, day
    on conflict on constraint uq_notifications_occasion do update
    set params = excluded.params, created_at = excluded.created_at, read_at = null,
        version = notifications.version + 1
    where notifications.kind = any($9::text[])
    returning id, employee_id, kind, version
), logged as (
    insert into journal (region_id, at, entity, entity_id, version, action, changes, employee_id, {_AUTHOR})
    select $1, $2, '{ENTITY}', id, version, case version when 1 then 'CREATE' else 'RENEW' end,
           jsonb_build_object('kind', kind), employee_id, $3::uuid, $4::uuid, $5::uuid, $6::text
    from made
)
select count(*) from made
"""  # noqa: S608 (names of this module only)

_READ = f"""
with told as (
    update notifications set read_at = $2, version = version + 1
    where region_id = $1 and employee_id = $7 and read_at is null
        and ($8::uuid is null or id = $8)
        and ($9::uuid is null or (created_at, id) <= (
            select up_to.created_at, up_to.id from notifications up_to
            where up_to.region_id = $1 and up_to.id = $9 and up_to.employee_id = $7))
    returning id, version
), logged as (
    insert into journal (region_id, at, entity, entity_id, version, action, changes, employee_id, {_AUTHOR})
    select $1, $2, '{ENTITY}', id, version, 'READ', '{{}}', $7, $3::uuid, $4::uuid, $5::uuid, $6::text
    from told
)
select count(*) from told
"""  # noqa: S608 (names of this module only)

_FORGET = f"""
with old as (
    select id from notifications where region_id = $1 and created_at < $3
    order by created_at limit $4 for update skip locked
), gone as (
    delete from notifications n using old where n.region_id = $1 and n.id = old.id
    returning n.id, n.employee_id, n.version
), logged as (
    insert into journal (region_id, at, entity, entity_id, version, action, changes, employee_id)
    select $1, $2, '{ENTITY}', id, version + 1, 'DELETE', '{{}}', employee_id from gone
)
select count(*) from gone
"""  # noqa: S608 (names of this module only)


async def notify(driver: asyncpg.Connection, access: Access, notices: Iterable[Notice]) -> int:
    """Tell people in the caller's transaction, in one statement; gives how many were new.

    What was told before stays as it is; a rejection or reopening that happens again is unread once more.
    """
    rows = [asdict(notice) | {"id": uuid7()} for notice in notices]
    if not rows:
        return 0
    made: int = await driver.fetchval(
        _NOTIFY, *_common(access), access.today, orjson.dumps(rows, default=str).decode(), list(RENEWED)
    )
    return made


async def mark_read(driver: asyncpg.Connection, access: Access, id: UUID) -> None:
    """Note that the caller has read one; a repetition changes nothing."""
    await _check_own(driver, access, id)
    await driver.fetchval(_READ, *_common(access), access.employee_id, id, None)


async def mark_all_read(driver: asyncpg.Connection, access: Access, up_to: UUID | None) -> int:
    """This one and all older ones, or all; gives how many were unread."""
    if up_to is not None:
        await _check_own(driver, access, up_to)
    read: int = await driver.fetchval(_READ, *_common(access), access.employee_id, None, up_to)
    return read


async def forget(driver: asyncpg.Connection, access: Access, before: datetime, most: int) -> int:
    """Delete notifications from before an instant, at most so many; phones learn it from the journal."""
    gone: int = await driver.fetchval(_FORGET, access.region_id, access.now, before, most)
    return gone


async def _check_own(driver: asyncpg.Connection, access: Access, id: UUID) -> None:
    found = await driver.fetchval(
        "select true from notifications where region_id = $1 and employee_id = $2 and id = $3",
        access.region_id,
        access.employee_id,
        id,
    )
    if not found:
        raise Problem("NOT_FOUND")


def _common(access: Access) -> tuple[Any, ...]:
    author = access.author
    return (
        access.region_id,
        access.now,
        author.account_id,
        author.actor_id,
        author.client_id,
        author.request_id,
    )
