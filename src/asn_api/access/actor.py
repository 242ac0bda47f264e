"""Who asks, and the proof that a permission was checked."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from uuid import UUID

from asn_api.access.grants import GRANTS, Permission, Reach, Role
from asn_api.core.journal import Author
from asn_api.rules.calendar import Zone


@dataclass(frozen=True, slots=True)
class Held:
    """A role at a node of the tree; `path` is empty for roles that only reach oneself."""

    role: Role
    path: str


@dataclass(frozen=True)
class Actor:
    """A person or a third party behind a valid token, with the roles of this day."""

    region_id: UUID
    principal_id: UUID
    roles: tuple[Held, ...]
    zone: Zone
    account_id: UUID | None = None
    employee_id: UUID | None = None
    session_id: UUID | None = None
    client_id: UUID | None = None
    client_scopes: frozenset[str] = frozenset()
    must_enrol_otp: bool = False

    @cached_property
    def permissions(self) -> dict[Permission, frozenset[tuple[Reach, str]]]:
        """Each permission with its reaches and the nodes they start from; a branch at the root is the region."""
        granted: dict[Permission, set[tuple[Reach, str]]] = {}
        for held in self.roles:
            for permission, reaches in GRANTS[held.role].items():
                if self.client_id is not None and permission not in self.client_scopes:
                    continue
                for reach in reaches:
                    if reach is Reach.BRANCH and held.path.count(".") == 1:
                        reach = Reach.REGION
                    path = held.path if reach is Reach.BRANCH else ""
                    granted.setdefault(permission, set()).add((reach, path))
        return {permission: frozenset(scopes) for permission, scopes in granted.items()}

    def today(self, now: datetime) -> date:
        """The calendar day in the actor's zone."""
        return now.astimezone(self.zone.tz).date()


@dataclass(frozen=True)
class Access:
    """A checked permission. Queries demand one, so that no row is read without a check."""

    actor: Actor
    permission: Permission
    scopes: frozenset[tuple[Reach, str]]
    now: datetime
    request_id: str | None = None
    today: date = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "today", self.actor.today(self.now))

    @property
    def region_id(self) -> UUID:
        return self.actor.region_id

    @property
    def employee_id(self) -> UUID | None:
        return self.actor.employee_id

    @property
    def author(self) -> Author:
        actor = self.actor
        return Author(actor.region_id, actor.account_id, actor.employee_id, actor.client_id, self.request_id)

    def reaches(self, reach: Reach) -> bool:
        return any(each is reach for each, _ in self.scopes)

    @property
    def branches(self) -> list[str]:
        """The paths whose branches are within reach, apart from the whole region."""
        return sorted(path for reach, path in self.scopes if reach is Reach.BRANCH)


def system(region_id: UUID, permission: Permission, now: datetime, zone: Zone = Zone.WIB) -> Access:
    """The access of a job or a command of the operator: the whole region, nobody's account."""
    actor = Actor(region_id, region_id, (), zone)
    return Access(actor, permission, frozenset({(Reach.REGION, "")}), now.astimezone(UTC))
