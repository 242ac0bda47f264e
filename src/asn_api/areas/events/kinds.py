"""What callers are told about. What is not in this table is never announced to anybody."""

from collections.abc import Mapping
from dataclasses import dataclass

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.errors import Problem


@dataclass(frozen=True, slots=True)
class Kind:
    """Told to whoever could read the record: the permission, and within its reach the entry's person or unit.

    `common`: rare, and read by nearly everybody.
    """

    type: str
    permission: Permission
    common: bool = False


KINDS: Mapping[str, Kind] = {
    "activity": Kind("activity", Permission.ACTIVITIES_READ),
    "evidence": Kind("evidence", Permission.ACTIVITIES_READ),
    "plan": Kind("plan", Permission.PLANS_READ),
    "progress": Kind("progress", Permission.PLANS_READ),
    "agency_goal": Kind("goal", Permission.GOALS_READ, common=True),
    "conflict": Kind("conflict", Permission.ACTIVITIES_RECORD),
    "notification": Kind("notification", Permission.ME),
}
"""By the name that the journal gives them. A new kind joins here, once its entries name person and unit as its
own queries judge them; one that is read by further rules than reach does not join."""

PERMISSIONS = frozenset(kind.permission for kind in KINDS.values())

OF_REGION = frozenset(
    {
        "appointment",
        "evaluator_assignment",
        "policy",
        "region",
        "role_grant",
        "unit",
        "verification_delegation",
    }
)
"""Entries after which anybody's reach in the region may be another one…"""

OF_PERSON = frozenset({"account", "client", "device", "employee", "session"})
"""…or that of the one whom they concern."""

FOLLOWED = [*KINDS, *OF_REGION, *OF_PERSON]


def asked(access: Access, types: str | None) -> frozenset[str]:
    """The entities of the named types; of those that the caller may read when none is named."""
    readable = {entity for entity, kind in KINDS.items() if kind.permission in access.actor.permissions}
    if types is None:
        return frozenset(readable)
    names = [name.strip() for name in types.split(",") if name.strip()]
    known = {kind.type: entity for entity, kind in KINDS.items()}
    if not names or any(name not in known for name in names):
        raise Problem("EVENT_TYPE_UNKNOWN", allowed=", ".join(sorted(known)))
    for name in names:
        if known[name] not in readable:
            raise Problem("PERMISSION_MISSING", permission=KINDS[known[name]].permission.value)
    return frozenset(known[name] for name in names)
