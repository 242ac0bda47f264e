"""The SQL of phones: receipts, what was not applied, devices, histories for merging."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import Select, select

from asn_api.access.actor import Access
from asn_api.access.scope import employees_within
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.sync.schemas import ConflictFilter
from asn_api.core.http.paging import Key
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.sync import Outcome
from asn_api.tables.sync import Device, UnappliedOperation

# The person's own row is the lock under which all of his phones' batches queue up.
_BEGIN = """
select (select d.revoked_at is null from devices d
        where d.region_id = $1 and d.id = $3 and d.account_id = $4) as usable,
       (select d.last_seen_at from devices d where d.region_id = $1 and d.id = $3) as last_seen_at
from employees e
where e.region_id = $1 and e.id = $2
for no key update of e
"""

_SEEN = "update devices set last_seen_at = $3 where region_id = $1 and id = $2"

# What said only what was there already has no entry of its own in the journal; it is accepted all the same.
_RECEIPTS = """
select operation_id, entity, entity_id, version, actor_id, at from journal
where region_id = $1 and operation_id = any($2::uuid[])
union all
select u.id, u.type, u.record_id, u.base_version, u.employee_id, u.received_at from unapplied_operations u
where u.region_id = $1 and u.id = any($2::uuid[]) and u.outcome = 'MERGED' and not exists (
    select from journal j where j.region_id = $1 and j.operation_id = u.id)
"""

_FATES = """
select operation_id as id, actor_id as employee_id, entity_id as record_id, version,
    null as outcome, null as decision, null::jsonb as problem, null::text[] as fields, null::jsonb as showed
from journal where region_id = $1 and operation_id = any($2::uuid[])
union all
select id, employee_id, record_id, base_version, outcome, decision, problem, fields, coalesce(showed, data)
from unapplied_operations
where region_id = $1 and (
    id = any($2::uuid[])
    or (employee_id = $3 and record_id = any($4::uuid[]) and outcome = 'CONFLICT' and resolved_at is null))
"""

_DELETED = """
select distinct entity_id from journal
where region_id = $1 and entity = $2 and entity_id = any($3::uuid[]) and action = 'DELETE'
"""

_CHANGES = """
select changes from journal
where region_id = $1 and entity = $2 and entity_id = $3 and version > $4
order by seq
"""

_KEEP = """
insert into unapplied_operations (
    region_id, id, employee_id, device_id, type, action, record_id, base_version, data, showed, device_at,
    received_at, outcome, problem, fields)
select $1, id, $2, $3, type, action, record_id, base_version, data, showed, device_at, $4, outcome, problem, fields
from jsonb_to_recordset($5::jsonb) as x (
    id uuid, type text, action text, record_id uuid, base_version int, data jsonb, showed jsonb,
    device_at timestamptz, outcome text, problem jsonb, fields text[])
on conflict do nothing
"""

_LOG = """
insert into journal (region_id, at, account_id, actor_id, request_id, entity, entity_id, version, action, changes,
    employee_id)
select $1, $2, $3, $4, $5, 'conflict', id, 1, 'KEEP', '{}', $4 from unnest($6::uuid[]) as id
"""


async def begin(driver: asyncpg.Connection, access: Access, device_id: UUID) -> bool | None:
    """Lock the caller's work. Whether the device may send; None for one that is not the caller's."""
    row = await driver.fetchrow(
        _BEGIN, access.region_id, access.employee_id, device_id, access.actor.account_id
    )
    usable: bool | None = row["usable"] if row else None
    if row and usable and access.actor.today(row["last_seen_at"]) < access.today:
        await driver.execute(_SEEN, access.region_id, device_id, access.now)
    return usable


async def receipts(
    driver: asyncpg.Connection, access: Access, operations: Collection[UUID]
) -> dict[UUID, asyncpg.Record]:
    rows = await driver.fetch(_RECEIPTS, access.region_id, list(operations))
    return {row["operation_id"]: row for row in rows}


async def fates(
    driver: asyncpg.Connection, access: Access, operations: Collection[UUID], records: Collection[UUID]
) -> list[asyncpg.Record]:
    """What became of these operations, without an `outcome` for the applied ones, and the caller's open conflicts
    about these records."""
    rows = await driver.fetch(_FATES, access.region_id, list(operations), access.employee_id, list(records))
    return list(rows)


async def deleted(
    driver: asyncpg.Connection, access: Access, entity: str, ids: Collection[UUID]
) -> set[UUID]:
    rows = await driver.fetch(_DELETED, access.region_id, entity, list(ids))
    return {row["entity_id"] for row in rows}


async def before(
    driver: asyncpg.Connection, access: Access, entity: str, id: UUID, version: int
) -> dict[str, Any]:
    """The values at `version` of the columns that have changed since, as the journal wrote them."""
    found: dict[str, Any] = {}
    for row in await driver.fetch(_CHANGES, access.region_id, entity, id, version):
        changes = orjson.loads(row["changes"]) if isinstance(row["changes"], str) else row["changes"]
        for column, (earlier, _) in changes.items():
            found.setdefault(column, earlier)
    return found


async def keep(
    driver: asyncpg.Connection, access: Access, device_id: UUID, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Keep operations that were not applied; conflicts are told to the person's other phones."""
    await driver.execute(
        _KEEP,
        access.region_id,
        access.employee_id,
        device_id,
        access.now,
        orjson.dumps(rows, default=str).decode(),
    )
    conflicts = [row["id"] for row in rows if row["outcome"] == Outcome.CONFLICT]
    if conflicts:
        author = access.author
        await driver.execute(
            _LOG,
            access.region_id,
            access.now,
            author.account_id,
            author.actor_id,
            author.request_id,
            conflicts,
        )
        assert access.employee_id is not None
        notices = [
            Notice(access.employee_id, NoticeKind.CONFLICT_WAITING, "conflict", op_id) for op_id in conflicts
        ]
        await notify(driver, access, notices)


def device(access: Access, id: UUID) -> Select[Device]:
    return select(Device).where(Device.region_id == access.region_id, Device.id == id).with_for_update()


def own_devices(access: Access) -> Select[Any]:
    return select(*Device.__table__.columns).where(
        Device.region_id == access.region_id, Device.account_id == access.actor.account_id
    )


DEVICES_NEWEST_FIRST = [
    Key(Device.__table__.c.enrolled_at, "enrolled_at", datetime.fromisoformat, True),
    Key(Device.__table__.c.id, "id", UUID, True),
]


def conflicts(access: Access, wanted: ConflictFilter) -> Select[Any]:
    """Operations of people within reach that were not applied."""
    rows = select(*UnappliedOperation.__table__.columns).where(
        UnappliedOperation.region_id == access.region_id,
        UnappliedOperation.outcome == wanted.outcome,
        employees_within(access, UnappliedOperation.employee_id),
    )
    if wanted.open:
        rows = rows.where(UnappliedOperation.resolved_at.is_(None))
    return rows


CONFLICTS_NEWEST_FIRST = [
    Key(UnappliedOperation.__table__.c.received_at, "received_at", datetime.fromisoformat, True),
    Key(UnappliedOperation.__table__.c.id, "id", UUID, True),
]


def own_conflict(access: Access, op_id: UUID) -> Select[UnappliedOperation]:
    return (
        select(UnappliedOperation)
        .where(
            UnappliedOperation.region_id == access.region_id,
            UnappliedOperation.id == op_id,
            UnappliedOperation.employee_id == access.employee_id,
            UnappliedOperation.outcome == Outcome.CONFLICT,
        )
        .with_for_update()
    )
