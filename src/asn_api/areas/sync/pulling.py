"""What changed within a phone's reach, in the order of commits; and what came into reach or left it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.sync import reach, tokens
from asn_api.areas.sync.kinds import KINDS, Kind
from asn_api.areas.sync.reach import NOTHING, View
from asn_api.areas.sync.schemas import PullFilter
from asn_api.areas.sync.tokens import Listing, Position, Token
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.errors import Language, Problem

Changes = list[dict[str, Any]]

TOKEN_DAYS = 90
"""An older token is answered with a new listing of its types."""
MAX_LIMIT = 1000


async def pull(
    database: Database,
    db: AsyncSession,
    access: Access,
    keyring: Keyring,
    wanted: PullFilter,
    language: Language,
) -> dict[str, Any]:
    """One answer of at most `limit` changes; `next` goes on from there."""
    types = _types(access, wanted.types)
    token = tokens.read(keyring, access, wanted.since) if wanted.since else None
    view = await reach.current(database, access)
    token, restarted, olds = await _continued(database, db, access, wanted, types, token, view)
    limit = min(wanted.limit, MAX_LIMIT)
    changes: Changes = []
    waiting = list(token.listings)
    for lost in {each.old for each in waiting if each.phase == "lost" and each.old}:
        changes += await _vanished(database, db, access, types, view, token, olds[lost])
    while waiting and len(changes) < limit:
        first = waiting.pop(0)
        old = olds[first.old] if first.old else NOTHING
        listed, after = await _listed(
            db, access, first, view, old, token.start, limit - len(changes), language
        )
        changes += listed
        if after is not None:
            waiting.insert(0, replace(first, after=after))
    position, more = token.position, bool(waiting)
    if not more and len(changes) < limit:
        rows = limit - len(changes)
        live, position, more = await _live(database, db, access, types, view, token.position, rows, language)
        changes += live
    elif not more:
        more = True
    following = replace(token, position=position, listings=tuple(waiting), issued=access.today)
    return {
        "server_time": access.now,
        "changes": changes,
        "restarted": restarted,
        "next": tokens.written(keyring, access, following),
        "more": more,
    }


def _types(access: Access, wanted: str | None) -> tuple[str, ...]:
    readable = tuple(name for name, kind in KINDS.items() if kind.permission in access.actor.permissions)
    if wanted is None:
        return readable
    names = [each.strip() for each in wanted.split(",") if each.strip()]
    unknown = [name for name in names if name not in KINDS]
    if unknown or not names:
        raise Problem("SYNC_TYPE_UNKNOWN", allowed=", ".join(KINDS))
    for name in names:
        if name not in readable:
            raise Problem("PERMISSION_MISSING", permission=KINDS[name].permission.value)
    return tuple(name for name in KINDS if name in names)


_HORIZON = """
select coalesce((select max(epoch) from journal where region_id = $1), 0) as until_epoch,
    pg_snapshot_xmin(pg_current_snapshot())::text as until_transaction
"""

# Within one snapshot: whatever is below its oldest running transaction has ended, and is seen here.
_ENTRIES = """
with horizon as (
    select coalesce((select max(epoch) from journal where region_id = $1), 0) as epoch,
        pg_snapshot_xmin(pg_current_snapshot()) as transaction
)
select h.epoch as until_epoch, h.transaction::text as until_transaction,
    j.epoch, j.transaction::text as transaction, j.seq, j.entity, j.entity_id
from horizon h
left join lateral (
    select epoch, transaction, seq, entity, entity_id from journal
    where region_id = $1 and (epoch, transaction, seq) > ($2, $3::text::xid8, $4)
        and (epoch < h.epoch or epoch = h.epoch and transaction < h.transaction)
        and {within}
    order by epoch, transaction, seq limit $5) j on true
order by j.epoch, j.transaction, j.seq
"""

# By the index of persons: $6 people, $7 types seen by reach, $8 types that are one's own, $9 oneself.
_PERSONAL = _ENTRIES.format(
    within="""employee_id = any($6::uuid[])
        and (entity = any($7::text[]) or entity = any($8::text[]) and employee_id = $9)"""
)

# In the order of commits through the region; $10 types seen by unit too, $11 units, $12 the whole region.
# A record that left a unit within reach: its going must be told there.
_WIDE = _ENTRIES.format(
    within="""(
        entity = any($7::text[]) and ($12 or employee_id = any($6::uuid[]))
        or entity = any($8::text[]) and employee_id = $9
        or entity = any($10::text[]) and (unit_id = any($11::uuid[])
            or changes ? 'unit_id' and (changes #>> '{unit_id,0}')::uuid = any($11::uuid[])))"""
)


_VANISHED = """
select distinct entity, entity_id from journal
where region_id = $1 and (epoch, transaction, seq) > ($2, $3::text::xid8, $4)
    and (action = 'DELETE' or changes ? 'unit_id')
    and (entity = any($5::text[]) and ($9 or employee_id = any($6::uuid[]))
        or entity = any($7::text[]) and (unit_id = any($8::uuid[])
            or (changes #>> '{unit_id,0}')::uuid = any($8::uuid[])))
"""


async def _horizon(database: Database, access: Access) -> Position:
    row = await database.pool.fetchrow(_HORIZON, access.region_id)
    return _until(row)


def _until(row: Any) -> Position:
    """All transactions below it have ended: nothing can appear before it any more."""
    return Position(row["until_epoch"], int(row["until_transaction"]), 0)


async def _entries(
    database: Database, access: Access, types: Collection[str], view: View, since: Position, rows: int
) -> list[Any]:
    """At least one row, which tells how far was read; its other columns are null when there is no entry."""
    reached = [name for name in types if not KINDS[name].own]
    own = [name for name in types if KINDS[name].own]
    given = [since.epoch, str(since.transaction), since.seq, rows, list(view.people), reached, own, view.own]
    statement = _PERSONAL
    if view.units or view.whole:
        statement = _WIDE
        by_unit = [name for name in reached if KINDS[name].unit is not None]
        given += [by_unit, list(view.units), view.whole]
    return list(await database.pool.fetch(statement, access.region_id, *given))


async def _continued(
    database: Database,
    db: AsyncSession,
    access: Access,
    wanted: PullFilter,
    types: tuple[str, ...],
    token: Token | None,
    view: View,
) -> tuple[Token, list[str], Mapping[UUID, View]]:
    """The token to go on from, the types that begin anew, and the earlier reaches that its listings name."""
    listings = list(token.listings) if token else []
    named = {each.old for each in listings if each.old} | ({token.view} if token else set())
    olds = await reach.earlier(db, access, named - {view.id}) if named - {view.id} else {}
    olds |= {view.id: view}
    expired = token is not None and (
        token.issued < access.today - timedelta(days=TOKEN_DAYS) or not named <= olds.keys()
    )
    if token is None or expired:
        start = wanted.start or (token.start if token else _first_of_last_month(access.today))
        anew = [Listing(name, "gained", None, None) for name in types]
        fresh = Token(await _horizon(database, access), view.id, types, start, tuple(anew), access.today)
        return fresh, list(types), olds
    if token.view != view.id:
        kept = [name for name in token.types if name in types]
        listings += [Listing(name, "lost", token.view, None) for name in kept]
        listings += [Listing(name, "gained", token.view, None) for name in kept]
    new = [name for name in types if name not in token.types]
    listings = [each for each in listings if each.type in types]
    listings += [Listing(name, "gained", None, None) for name in new]
    return replace(token, view=view.id, types=types, listings=tuple(listings)), new, olds


def _first_of_last_month(today: date) -> date:
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


async def _listed(
    db: AsyncSession,
    access: Access,
    listing: Listing,
    view: View,
    old: View,
    start: date,
    rows: int,
    language: Language,
) -> tuple[Changes, UUID | None]:
    """Some of what came into reach or left it, by id; and the id to go on after, if there is more."""
    kind = KINDS[listing.type]
    if kind.own:
        view, old = view.personal(), old.personal()
    within = reach.gained(view, old, kind.employee, kind.unit)
    if listing.phase == "lost":
        within = reach.gained(old, view, kind.employee, kind.unit)
    statement = select(kind.table.id).where(kind.table.region_id == access.region_id, within)
    if listing.phase == "gained":
        statement = statement.where(kind.since(start))
    if listing.after is not None:
        statement = statement.where(kind.table.id > listing.after)
    ids = list(await db.scalars(statement.order_by(kind.table.id).limit(rows)))
    after = ids[-1] if len(ids) == rows else None
    if listing.phase == "lost":
        return [_tombstone(listing.type, id, "OUT_OF_REACH") for id in ids], after
    found = await _read(db, access, kind, ids, language)
    return [_upsert(listing.type, id, found[id]) for id in ids if id in found], after


async def _live(
    database: Database,
    db: AsyncSession,
    access: Access,
    types: Collection[str],
    view: View,
    since: Position,
    rows: int,
    language: Language,
) -> tuple[Changes, Position, bool]:
    """Changes after a position, up to the horizon; a record that changed twice comes once, as it is now."""
    found_entries = await _entries(database, access, types, view, since, rows)
    entries = [each for each in found_entries if each["seq"] is not None]
    last: dict[tuple[str, UUID], None] = {}
    for entry in entries:
        last.pop((entry["entity"], entry["entity_id"]), None)
        last[entry["entity"], entry["entity_id"]] = None
    changes = await _as_of_now(db, access, view, last, language)
    if len(entries) < rows:
        return changes, _until(found_entries[0]), False
    end = entries[-1]
    return changes, Position(end["epoch"], int(end["transaction"]), end["seq"]), True


async def _as_of_now(
    db: AsyncSession, access: Access, view: View, records: Collection[tuple[str, UUID]], language: Language
) -> Changes:
    """Each record as it is read now, or a tombstone that says why it is not."""
    found: dict[tuple[str, UUID], Mapping[str, Any]] = {}
    gone: set[tuple[str, UUID]] = set()
    for name in {entity for entity, _ in records}:
        ids = [id for entity, id in records if entity == name]
        kind = KINDS[name]
        held = select(kind.table.id).where(
            kind.table.region_id == access.region_id,
            kind.table.id.in_(ids),
            (view.personal() if kind.own else view).holds(kind.employee, kind.unit),
        )
        read = await _read(db, access, kind, list(await db.scalars(held)), language)
        found |= {(name, id): record for id, record in read.items()}
        missing = [id for id in ids if id not in read]
        if missing:
            there = select(kind.table.id).where(
                kind.table.region_id == access.region_id, kind.table.id.in_(missing)
            )
            gone |= {(name, id) for id in set(missing) - set(await db.scalars(there))}
    return [
        _upsert(name, id, found[name, id])
        if (name, id) in found
        else _tombstone(name, id, "DELETED" if (name, id) in gone else "OUT_OF_REACH")
        for name, id in records
    ]


async def _vanished(
    database: Database,
    db: AsyncSession,
    access: Access,
    types: Collection[str],
    view: View,
    token: Token,
    old: View,
) -> Changes:
    """Tombstones of what left a lost part of the reach otherwise than by staying there: deleted, or moved on.

    The listing of what was lost finds only records that are still where the phone got them.
    """
    reached = [name for name in types if not KINDS[name].own]
    rows = await database.pool.fetch(
        _VANISHED,
        access.region_id,
        token.position.epoch,
        str(token.position.transaction),
        token.position.seq,
        reached,
        list(old.people),
        [name for name in reached if KINDS[name].unit is not None],
        list(old.units),
        old.whole,
    )
    records = dict.fromkeys((row["entity"], row["entity_id"]) for row in rows)
    changes = await _as_of_now(db, access, view, records, "id")
    return [each for each in changes if each["deleted"]]


async def _read(
    db: AsyncSession, access: Access, kind: Kind, ids: Sequence[UUID], language: Language
) -> Mapping[UUID, Mapping[str, Any]]:
    if not ids:
        return {}
    allowed = replace(access, permission=kind.permission, scopes=access.actor.permissions[kind.permission])
    return await kind.load(db, allowed, ids, language)


def _upsert(name: str, id: UUID, record: Mapping[str, Any]) -> dict[str, Any]:
    version = record["version"]
    return {"type": name, "id": id, "version": version, "deleted": False, "reason": None, "data": record}


def _tombstone(name: str, id: UUID, reason: str) -> dict[str, Any]:
    return {"type": name, "id": id, "version": None, "deleted": True, "reason": reason, "data": None}
