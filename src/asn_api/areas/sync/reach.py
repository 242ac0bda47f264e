"""The reach of a caller as a set of people and units that can be kept, compared, and asked for in SQL."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Uuid,
    and_,
    any_,
    bindparam,
    false,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.dialects.postgresql import UUID as PgUuid
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.access.scope import HOT_TEAM, HOT_UNITS, hot_params
from asn_api.core.database import Database, Prepared
from asn_api.core.mapping import uuid7
from asn_api.tables.sync import SyncView


@dataclass(frozen=True)
class View:
    """Oneself, the people whose work one sees by name, and the units whose records one sees."""

    id: UUID
    own: UUID | None
    people: frozenset[UUID]
    units: frozenset[UUID]
    whole: bool

    def holds(self, employee: Any, unit: Any) -> ColumnElement[bool]:
        """Rows within this reach; without a unit column only by person."""
        if self.whole:
            return true()
        return or_(_among(employee, self.people), _among(unit, self.units) if unit is not None else false())

    def personal(self) -> "View":
        """What is told to nobody else."""
        mine = frozenset({self.own}) if self.own else frozenset()
        return View(self.id, self.own, mine, frozenset(), False)


NOTHING = View(UUID(int=0), None, frozenset(), frozenset(), False)


def gained(new: View, old: View, employee: Any, unit: Any) -> ColumnElement[bool]:
    """What `new` holds and `old` did not. The added people and units come first: they lead to an index."""
    if not new.whole:
        added = or_(
            _among(employee, new.people - old.people),
            _among(unit, new.units - old.units) if unit is not None else false(),
        )
        return and_(added, not_(old.holds(employee, unit)))
    return not_(old.holds(employee, unit))


def _among(column: Any, ids: frozenset[UUID]) -> ColumnElement[bool]:
    if not ids:
        return false()
    among: ColumnElement[bool] = column == any_(literal(sorted(ids), ARRAY(PgUuid())))
    return among


_KEPT = Prepared(
    select(SyncView.id, SyncView.used_on).where(
        SyncView.region_id == bindparam("region", type_=Uuid),
        SyncView.digest == bindparam("digest", type_=LargeBinary),
    )
)


async def current(database: Database, access: Access) -> View:
    """Today's reach, kept in a transaction of its own so that a later pull can tell what came and went."""
    whole = access.reaches(Reach.REGION)
    people: set[UUID] = set()
    units: frozenset[UUID] = frozenset()
    if not whole:
        params = {"region": access.region_id, **hot_params(access)}
        if access.employee_id is not None and access.reaches(Reach.OWN):
            people.add(access.employee_id)
        if access.employee_id is not None and access.reaches(Reach.TEAM):
            people |= {row[0] for row in await database.fetch(HOT_TEAM, params)}
        if access.branches:
            units = frozenset(row[0] for row in await database.fetch(HOT_UNITS, params))
    digest = _digest(access.employee_id, people, units, whole)
    found = await database.fetch_row(_KEPT, {"region": access.region_id, "digest": digest})
    if found is not None and found["used_on"] >= access.today:
        id = found["id"]
    else:
        async with database.sessions.begin() as db:
            id = await _keep(db, access, digest, people, units, whole)
    return View(id, access.employee_id, frozenset(people), units, whole)


async def _keep(
    db: AsyncSession,
    access: Access,
    digest: bytes,
    people: Collection[UUID],
    units: Collection[UUID],
    whole: bool,
) -> UUID:
    statement = insert(SyncView).values(
        region_id=access.region_id,
        id=uuid7(),
        digest=digest,
        own=access.employee_id,
        people=sorted(people),
        units=sorted(units),
        whole=whole,
        used_on=access.today,
    )
    # Two phones may find the same new reach at once.
    kept = statement.on_conflict_do_update(
        index_elements=["region_id", "digest"], set_={"used_on": access.today}
    ).returning(SyncView.id)
    id = await db.scalar(kept)
    assert id is not None
    return id


async def earlier(db: AsyncSession, access: Access, ids: set[UUID]) -> dict[UUID, View]:
    """Kept reaches of the same person; a missing one was not used for too long."""
    rows = await db.scalars(
        select(SyncView).where(
            SyncView.region_id == access.region_id,
            SyncView.id.in_(ids),
            SyncView.own.is_not_distinct_from(access.employee_id),
        )
    )
    return {
        row.id: View(row.id, row.own, frozenset(row.people), frozenset(row.units), row.whole) for row in rows
    }


def _digest(own: UUID | None, people: Collection[UUID], units: Collection[UUID], whole: bool) -> bytes:
    hashed = hashlib.sha256(own.bytes if own else b"")
    for group in (people, units):
        hashed.update(len(group).to_bytes(4))
        hashed.update(b"".join(sorted(each.bytes for each in group)))
    hashed.update(bytes([whole]))
    return hashed.digest()
