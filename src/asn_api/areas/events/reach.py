"""Whom and what a caller may be told about, as sets in memory; decided by the SQL of `access/scope.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import literal, select, union_all

from asn_api.access.actor import Access, Actor
from asn_api.access.grants import Permission, Reach
from asn_api.access.scope import personal, units_within
from asn_api.areas.events.kinds import PERMISSIONS
from asn_api.core.database import Database
from asn_api.tables.organization import Unit


@dataclass(frozen=True, slots=True)
class View:
    """What `records_within` lets through: people by name, units of the branches, or the whole region."""

    people: frozenset[UUID]
    units: frozenset[UUID]
    whole: bool

    def holds(self, employee_id: UUID | None, unit_id: UUID | None) -> bool:
        return self.whole or employee_id in self.people or unit_id in self.units

    @property
    def is_wide(self) -> bool:
        return self.whole or bool(self.units)


Views = Mapping[Permission, View]


async def views(database: Database, actor: Actor, now: datetime) -> Views:
    """The actor's reach of this day, for each permission that somebody is told by."""
    held = {
        permission: Access(actor, permission, scopes, now)
        for permission, scopes in actor.permissions.items()
        if permission in PERMISSIONS
    }
    people: dict[str, set[UUID]] = {permission: set() for permission in held}
    units: dict[tuple[str, ...], frozenset[UUID]] = {(): frozenset()}
    parts = []
    for permission, access in held.items():
        known = personal(access) if not access.reaches(Reach.REGION) else None
        if known is not None:
            inner = known.subquery()
            parts.append(select(literal(permission.value), inner.c[0]))
    async with database.sessions() as db:
        if parts:
            for permission, person in await db.execute(union_all(*parts)):
                people[permission].add(person)
        for access in held.values():
            branches = tuple(access.branches)
            if branches not in units:
                inside = await db.scalars(select(Unit.id).where(units_within(access)))
                units[branches] = frozenset(inside)
    return {
        permission: View(
            frozenset(people[permission]), units[tuple(access.branches)], access.reaches(Reach.REGION)
        )
        for permission, access in held.items()
    }
