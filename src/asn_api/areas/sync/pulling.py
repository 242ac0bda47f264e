"""What changed within a phone's reach, in the order of commits; and what came into reach or left it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, and_, cast, false, func, literal, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.sync import reach, tokens
from asn_api.areas.sync.kinds import KINDS, Kind
from asn_api.areas.sync.reach import NOTHING, View
from asn_api.areas.sync.schemas import PullFilter
from asn_api.areas.sync.tokens import Listing, Position, Token
from asn_api.core.crypto import Keyring
from asn_api.core.database import Database
from asn_api.core.journal import JournalEntry, TransactionId
from asn_api.errors import Language, Problem

Changes = list[dict[str, Any]]

TOKEN_DAYS = 90
"""An older token is answered with a new listing of its types."""
MAX_LIMIT = 1000


@dataclass(frozen=True)
class Horizon:
    """All transactions below it have ended: nothing can appear before it any more."""

    epoch: int
    transaction: int

    @property
    def position(self) -> Position:
        return Position(self.epoch, self.transaction, 0)


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
    # Kept in a transaction of its own: reading must not hold a lock, and the token names what was kept.
    async with database.sessions.begin() as own:
        view = await reach.current(own, access)
    horizon = await _horizon(db, access)
    token = tokens.read(keyring, access, wanted.since) if wanted.since else None
    token, restarted, olds = await _continued(db, access, wanted, types, token, view, horizon)
    limit = min(wanted.limit, MAX_LIMIT)
    changes: Changes = []
    waiting = list(token.listings)
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
        live, position, more = await _live(db, access, types, view, token.position, horizon, rows, language)
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


async def _horizon(db: AsyncSession, access: Access) -> Horizon:
    epoch = select(func.max(JournalEntry.epoch)).where(JournalEntry.region_id == access.region_id)
    oldest = cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text)
    row = (await db.execute(select(epoch.scalar_subquery(), oldest))).one()
    return Horizon(row[0] or 0, int(row[1]))


async def _continued(
    db: AsyncSession,
    access: Access,
    wanted: PullFilter,
    types: tuple[str, ...],
    token: Token | None,
    view: View,
    horizon: Horizon,
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
        fresh = Token(horizon.position, view.id, types, start, tuple(anew), access.today)
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
    db: AsyncSession,
    access: Access,
    types: Collection[str],
    view: View,
    since: Position,
    horizon: Horizon,
    rows: int,
    language: Language,
) -> tuple[Changes, Position, bool]:
    """Changes after a position, up to the horizon; a record that changed twice comes once, as it is now."""
    entries = (await db.execute(_entries(access, types, view, since, horizon, rows))).all()
    last: dict[tuple[str, UUID], None] = {}
    for entry in entries:
        last.pop((entry.entity, entry.entity_id), None)
        last[entry.entity, entry.entity_id] = None
    found: dict[tuple[str, UUID], Mapping[str, Any]] = {}
    gone: set[tuple[str, UUID]] = set()
    for name in {entity for entity, _ in last}:
        ids = [id for entity, id in last if entity == name]
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
    changes = [
        _upsert(name, id, found[name, id])
        if (name, id) in found
        else _tombstone(name, id, "DELETED" if (name, id) in gone else "OUT_OF_REACH")
        for name, id in last
    ]
    if len(entries) < rows:
        return changes, horizon.position, False
    end = entries[-1]
    return changes, Position(end.epoch, int(end.transaction), end.seq), True


def _entries(
    access: Access, types: Collection[str], view: View, since: Position, horizon: Horizon, rows: int
) -> Select[int, str, int, str, UUID]:
    def transaction(value: int) -> Any:
        return cast(literal(str(value), Text), TransactionId())

    order = (JournalEntry.epoch, JournalEntry.transaction, JournalEntry.seq)
    own = [name for name in types if KINDS[name].own]
    by_person = [name for name in types if KINDS[name].unit is None and not KINDS[name].own]
    by_unit = [name for name in types if KINDS[name].unit is not None]
    moved = JournalEntry.changes["unit_id"][0].astext
    within = or_(
        and_(JournalEntry.entity.in_(own), JournalEntry.employee_id == view.own) if view.own else false(),
        and_(JournalEntry.entity.in_(by_person), view.holds(JournalEntry.employee_id, None)),
        and_(
            JournalEntry.entity.in_(by_unit),
            or_(
                view.holds(JournalEntry.employee_id, JournalEntry.unit_id),
                # A record that left a unit within reach: its going must be told there.
                and_(moved.is_not(None), view.holds(None, cast(moved, PgUuid()))) if view.units else false(),
            ),
        ),
    )
    people_only = true() if view.units or view.whole else view.holds(JournalEntry.employee_id, None)
    return (
        select(
            JournalEntry.epoch,
            cast(JournalEntry.transaction, Text).label("transaction"),
            JournalEntry.seq,
            JournalEntry.entity,
            JournalEntry.entity_id,
        )
        .where(
            JournalEntry.region_id == access.region_id,
            people_only,
            within,
            tuple_(*order) > tuple_(literal(since.epoch), transaction(since.transaction), literal(since.seq)),
            or_(
                JournalEntry.epoch < horizon.epoch,
                and_(
                    JournalEntry.epoch == horizon.epoch,
                    JournalEntry.transaction < transaction(horizon.transaction),
                ),
            ),
        )
        .order_by(*order)
        .limit(rows)
    )


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
