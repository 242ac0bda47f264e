"""Whom and what a caller may be told about, as sets in memory; found by the SQL of `access/scope.py`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asn_api.access.actor import Access, Actor
from asn_api.access.grants import Permission, Reach
from asn_api.access.scope import DELEGABLE, EVALUATED, HOT_ASSIGNED, HOT_TEAM, HOT_UNITS, hot_params
from asn_api.areas.events.kinds import PERMISSIONS
from asn_api.core.database import Database


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
    team, delegated, assigned = await _reports(database, held.values())
    units: dict[tuple[str, ...], frozenset[UUID]] = {(): frozenset()}
    for access in held.values():
        branches = tuple(access.branches)
        if branches not in units:
            rows = await database.fetch(HOT_UNITS, {"region": access.region_id, **hot_params(access)})
            units[branches] = frozenset(row[0] for row in rows)
    found = {}
    for permission, access in held.items():
        people: set[UUID] = set()
        if access.employee_id is not None and access.reaches(Reach.OWN):
            people.add(access.employee_id)
        if access.reaches(Reach.TEAM):
            people |= team
            people |= delegated if permission in DELEGABLE else set()
            people |= assigned if permission in EVALUATED else set()
        whole = access.reaches(Reach.REGION)
        found[permission] = View(frozenset(people), units[tuple(access.branches)], whole)
    return found


async def _reports(database: Database, held: Iterable[Access]) -> tuple[set[UUID], set[UUID], set[UUID]]:
    """The team, the teams of those who delegated verification to the caller, and those whom he evaluates by letter."""
    team: set[UUID] = set()
    delegated: set[UUID] = set()
    access = next((each for each in held if each.employee_id is not None and each.reaches(Reach.TEAM)), None)
    if access is None:
        return team, delegated, set()
    me = access.employee_id
    params = {"region": access.region_id, **hot_params(access), "scope_delegate": me}
    for person, superior in await database.fetch(HOT_TEAM, params):
        (team if superior == me else delegated).add(person)
    return team, delegated, {row[0] for row in await database.fetch(HOT_ASSIGNED, params)}
