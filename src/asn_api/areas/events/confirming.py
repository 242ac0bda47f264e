"""Kinds that are read by further rules than reach: the database says which of their records a listener may see."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from asn_api.areas.events.kinds import KINDS
from asn_api.areas.events.listening import Listener
from asn_api.core.database import Database
from asn_api.core.feed import Entry

Record = tuple[str, UUID]


def by_row(entries: Iterable[Entry]) -> list[Entry]:
    """Those that their persons and units alone do not judge."""
    return [each for each in entries if each["entity"] in KINDS and KINDS[each["entity"]].rows is not None]


async def seen(database: Database, listener: Listener, records: Iterable[Record]) -> set[Record]:
    """Those of these records that the listener may read now: one statement for each kind."""
    asked: defaultdict[str, list[UUID]] = defaultdict(list)
    for entity, id in records:
        asked[entity].append(id)
    found: set[Record] = set()
    for entity, ids in asked.items():
        rows, access = KINDS[entity].rows, listener.access(KINDS[entity].permission)
        if rows is None or access is None:
            continue
        of_these = select(rows.table.id).where(
            rows.table.region_id == access.region_id, rows.table.id.in_(ids), rows.within(access)
        )
        async with database.sessions() as db:
            found.update((entity, id) for id in await db.scalars(of_these))
    return found


async def involved(database: Database, entries: Collection[Entry]) -> Mapping[Record, set[UUID]]:
    """The people whom rows concern besides those whom the entries name."""
    found: defaultdict[Record, set[UUID]] = defaultdict(set)
    for entity in {each["entity"] for each in entries}:
        rows = KINDS[entity].rows
        if rows is None or rows.people is None:
            continue
        named = [each for each in entries if each["entity"] == entity]
        regions, ids = {each["region_id"] for each in named}, {each["entity_id"] for each in named}
        async with database.sessions() as db:
            for id, person in await db.execute(rows.people(regions, ids)):
                found[entity, id].add(person)
    return found
