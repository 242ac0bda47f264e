"""What callers are told about. What is not in this table is never announced to anybody."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select

from asn_api.access.actor import Access
from asn_api.access.certificates import certificates_within
from asn_api.access.complaints import complaints_within
from asn_api.access.followup import nominations_within
from asn_api.access.grants import Permission
from asn_api.access.monitoring import coaching_within, feedback_within, forums_within
from asn_api.access.scope import employees_within
from asn_api.core.mapping import Regional
from asn_api.errors import Problem
from asn_api.tables.certificates import TrainingCertificate
from asn_api.tables.complaints import Complaint
from asn_api.tables.followup import Nomination
from asn_api.tables.monitoring import CoachingSession, Feedback, Forum, ForumParticipant
from asn_api.tables.performance import EvaluatorAssignment


@dataclass(frozen=True, slots=True)
class Rows:
    """For records that are read by further rules than reach: who sees a row, as SQL that also knows the row.

    `people` lists, for rows of regions, others whom they concern than those whom the journal entries name.
    """

    table: type[Regional]
    within: Callable[[Access], ColumnElement[bool]]
    people: Callable[[Collection[UUID], Collection[UUID]], Select[UUID, UUID]] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """Told to whoever could read the record: the permission, and within its reach the entry's person or unit.

    With `rows` these only choose whom to ask the database about. `common`: rare, and not found by person or unit.
    """

    type: str
    permission: Permission
    common: bool = False
    rows: Rows | None = None


def _participants(regions: Collection[UUID], ids: Collection[UUID]) -> Select[UUID, UUID]:
    return select(ForumParticipant.forum_id, ForumParticipant.employee_id).where(
        ForumParticipant.region_id.in_(regions), ForumParticipant.forum_id.in_(ids)
    )


def _nominators(regions: Collection[UUID], ids: Collection[UUID]) -> Select[UUID, UUID]:
    """Whoever is above them has them among his people, and decides."""
    return select(Nomination.id, Nomination.nominator_id).where(
        Nomination.region_id.in_(regions), Nomination.id.in_(ids)
    )


def _letters_within(access: Access) -> ColumnElement[bool]:
    return employees_within(access, EvaluatorAssignment.employee_id)


KINDS: Mapping[str, Kind] = {
    "activity": Kind("activity", Permission.ACTIVITIES_READ),
    "evidence": Kind("evidence", Permission.ACTIVITIES_READ),
    "plan": Kind("plan", Permission.PLANS_READ),
    "progress": Kind("progress", Permission.PLANS_READ),
    "agency_goal": Kind("goal", Permission.GOALS_READ, common=True),
    "evaluator_assignment": Kind(
        "evaluator_assignment",
        Permission.EVALUATORS_MANAGE,
        common=True,
        rows=Rows(EvaluatorAssignment, _letters_within),
    ),
    "evaluation": Kind("evaluation", Permission.EVALUATIONS_READ),
    "objection": Kind("objection", Permission.EVALUATIONS_READ),
    "organisation_rating": Kind("organisation_rating", Permission.EVALUATIONS_READ),
    "feedback": Kind("feedback", Permission.FEEDBACK_READ, rows=Rows(Feedback, feedback_within)),
    "coaching": Kind("coaching", Permission.COACHING_READ, rows=Rows(CoachingSession, coaching_within)),
    "forum": Kind(
        "forum", Permission.FORUMS_READ, common=True, rows=Rows(Forum, forums_within, _participants)
    ),
    "development_note": Kind("development_note", Permission.FOLLOWUP_READ),
    "nomination": Kind(
        "nomination",
        Permission.FOLLOWUP_READ,
        common=True,
        rows=Rows(Nomination, nominations_within, _nominators),
    ),
    "assessment": Kind("assessment", Permission.ASSESSMENTS_READ),
    "credit": Kind("credit", Permission.CREDITS_READ),
    "complaint": Kind("complaint", Permission.COMPLAINTS_READ, rows=Rows(Complaint, complaints_within)),
    "certificate": Kind(
        "certificate", Permission.CERTIFICATES_READ, rows=Rows(TrainingCertificate, certificates_within)
    ),
    "enrolment": Kind("enrolment", Permission.ENROLMENTS_READ),
    "conflict": Kind("conflict", Permission.ACTIVITIES_RECORD),
    "notification": Kind("notification", Permission.ME),
}
"""By the name that the journal gives them. A new kind joins here, once its entries name the person and the unit by
which its own queries judge it; where these judge by more, with its `rows`."""

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

FOLLOWED = list({*KINDS, *OF_REGION, *OF_PERSON})


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
