"""Who gets what answer: sample requests per operation, and the answer that the policy table demands.

Every area has a module here with `SAMPLES`: the name of the operation (with `:variant` for a second sample)
→ a function that prepares one request about `staff`'s data. Writes are sent with `?validate_only=true`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from asn_api.access.grants import GRANTS, Permission, Reach, Role
from asn_api.core.mapping import Table
from tests.factories import City

SUPERIORS = {
    "staff": "supervisor",
    "colleague": "supervisor",
    "supervisor": "chief",
    "chief": "head",
    "other_staff": "other_head",
    "admin": "other_head",
}
UNITS = {
    "head": "health",
    "chief": "clinic",
    "supervisor": "ward",
    "staff": "ward",
    "colleague": "ward",
    "other_head": "works",
    "other_staff": "roads",
    "admin": "works",
    "coordinator": "secretariat",
}
ROLES: dict[str, dict[Role, str]] = {
    "staff": {Role.EMPLOYEE: ""},
    "colleague": {Role.EMPLOYEE: ""},
    "supervisor": {Role.EMPLOYEE: ""},
    "chief": {Role.EMPLOYEE: ""},
    "head": {Role.EMPLOYEE: "", Role.HEAD_OF_AGENCY: "health"},
    "other_head": {Role.EMPLOYEE: "", Role.HEAD_OF_AGENCY: "works"},
    "other_staff": {Role.EMPLOYEE: ""},
    "admin": {Role.EMPLOYEE: "", Role.REGIONAL_ADMIN: "root"},
    "partner": {Role.CLIENT: "health"},
    "foreign_admin": {Role.EMPLOYEE: "", Role.REGIONAL_ADMIN: "root"},
}
"""Each caller's roles and the units where they are held; `foreign_admin` is admin of another region."""

ON_STAGE: dict[str, dict[Role, str]] = {
    "coordinator": {Role.EMPLOYEE: "", Role.COMPLAINT_COORDINATOR: "root"},
}
"""Who joins the city for the matrix alone."""

CALLERS = ("anonymous", *ROLES)
PARTNER_SCOPES = {"employees:read", "activities:read", "days:read", "units:read"}


@dataclass(frozen=True)
class Sample:
    """One request. `about` is a person or a unit of the city whose data it concerns, `caller` for requests
    that concern whoever asks, `region` for what everybody with the permission shares.
    """

    path: Mapping[str, object] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    files: Any = None
    form: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    about: str = "staff"
    rows: Mapping[UUID | str, str] | None = None
    """For collections: ids that the answer may hold → the person or unit they belong to."""
    batch: tuple[str, ...] = ()
    """For answers with one result per item: the codes that an item out of reach may get inside a 200."""
    refused: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """Callers whom a rule of the operation answers otherwise than the policy table: status and why."""
    succeeds: bool = True
    """Whether some caller gets 2xx; False where the preparation would cost more than it shows."""


Build = Callable[[City], Sample | Awaitable[Sample]]


def scopes(caller: str, permission: Permission) -> set[tuple[Reach, str]]:
    """The reaches of a caller's permission with the units they start from; empty when it is not held."""
    if caller == "partner" and permission not in PARTNER_SCOPES:
        return set()
    return {
        (reach, unit)
        for role, unit in (ROLES | ON_STAGE)[caller].items()
        for reach in GRANTS[role].get(permission, ())
    }


def reaches(city: City, caller: str, permission: Permission, about: str) -> bool:
    """Whether the data of a person or unit of the city lies within the caller's reach."""
    if about == "caller":
        return True
    if caller == "foreign_admin":
        return False
    place = UNITS.get(about, "root" if about == "region" else about)
    for reach, unit in scopes(caller, permission):
        if reach is Reach.REGION or (reach is Reach.BRANCH and unit == "root"):
            return True
        if reach is Reach.BRANCH and city.units[place].path.startswith(city.units[unit].path):
            return True
        if reach is Reach.OWN and caller == about:
            return True
        if reach is Reach.TEAM and SUPERIORS.get(about) == caller:
            return True
    return False


def expected(city: City, caller: str, permission: Permission | None, sample: Sample) -> int | None:
    """The status that the policy demands, or None for any answer but 401, 403 and 404."""
    if permission is None:
        return None
    if caller == "anonymous":
        return 401
    if caller in sample.refused:
        return sample.refused[caller][0]
    if not scopes(caller, permission):
        return 403
    if sample.rows is not None or sample.batch or reaches(city, caller, permission, sample.about):
        return None
    return 404


async def add(city: City, *rows: Table) -> None:
    async with city.database.sessions() as db, db.begin():
        db.add_all(rows)


async def made(city: City, person: str, method: str, url: str, **request: Any) -> dict[str, Any]:
    """What this person makes over HTTP, to be used by a sample."""
    async with city.call_as(person) as client:
        answer = await client.request(method, url, **request)
    assert answer.is_success, answer.text
    shown: dict[str, Any] = answer.json()
    return shown
