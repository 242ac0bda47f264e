"""Who sees feedback, coaching and forums: visibility between people, beside that of records in `scope`."""

from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from asn_api.access.actor import Access
from asn_api.access.grants import Permission, Reach
from asn_api.access.scope import records_within, units_within
from asn_api.rules.coaching import CoachingKind
from asn_api.rules.feedback import CIRCLES, FeedbackReader
from asn_api.rules.identity import AccountStatus
from asn_api.rules.organization import AppointmentKind
from asn_api.tables.identity import Account
from asn_api.tables.monitoring import CoachingSession, Feedback, Forum, ForumParticipant, ForumTopic
from asn_api.tables.organization import Appointment, ReportingLine, Unit
from asn_api.tables.performance import EvaluatorAssignment, Plan

Column: TypeAlias = ColumnElement[Any] | Any

SEEN = [kind for kind, circle in CIRCLES.items() if FeedbackReader.SUBJECT in circle.readers]
COUNTED = [kind for kind, circle in CIRCLES.items() if circle.counts]


# Made once: an alias copies every column of its table, in each statement that makes one anew.
_LINE, _LETTER = aliased(ReportingLine), aliased(EvaluatorAssignment)
_SEAT, _TOP, _POST, _PLACE = aliased(Appointment), aliased(Unit), aliased(Appointment), aliased(Unit)


def by(access: Access, permission: Permission) -> Access:
    """The same caller by another permission; without it nothing is within his reach."""
    scopes = access.actor.permissions.get(permission, frozenset())
    return replace(access, permission=permission, scopes=scopes)


def leads(region_id: UUID, above: Column, below: Column, day: date) -> ColumnElement[bool]:
    """Whether one person is the other's superior on the day: by the line, by letter, or as a head above him."""
    line, letter, seat, top, post, place = _LINE, _LETTER, _SEAT, _TOP, _POST, _PLACE
    return or_(
        exists().where(
            line.region_id == region_id,
            line.superior_id == above,
            line.employee_id == below,
            line.valid.contains(day),
        ),
        exists().where(
            letter.region_id == region_id,
            letter.evaluator_id == above,
            letter.employee_id == below,
            letter.valid.contains(day),
        ),
        exists().where(
            seat.region_id == region_id,
            seat.employee_id == above,
            seat.is_head,
            seat.valid.contains(day),
            top.region_id == region_id,
            top.id == seat.unit_id,
            post.region_id == region_id,
            post.employee_id == below,
            post.kind == AppointmentKind.DEFINITIVE,
            post.valid.contains(day),
            place.region_id == region_id,
            place.id == post.unit_id,
            place.path.startswith(top.path),
            # Whoever acts for the head of a unit does not lead him.
            ~and_(post.is_head, post.unit_id == seat.unit_id),
        ),
    )


def signs_in(access: Access, employee_id: Column) -> ColumnElement[bool]:
    """Whoever has an account in use: only these are reminded."""
    return exists().where(
        Account.region_id == access.region_id,
        Account.employee_id == employee_id,
        Account.status == AccountStatus.ACTIVE,
    )


def feedback_within(access: Access) -> ColumnElement[bool]:
    """What the caller gave, whatever became of it, and what he may read of what was given to others."""
    return and_(
        Feedback.region_id == access.region_id,
        or_(
            Feedback.giver_id == access.employee_id,
            and_(_is_seen(), records_within(access, Feedback.employee_id, Feedback.unit_id)),
        ),
    )


def feedback_on_plan(access: Access) -> ColumnElement[bool]:
    """What counts in the evaluation of a plan, for those who take part in it or stand above the person."""
    reading = by(access, Permission.FEEDBACK_READ)
    return and_(
        Feedback.region_id == access.region_id,
        Feedback.visibility.in_(COUNTED),
        Feedback.withdrawn_at.is_(None),
        or_(
            records_within(reading, Feedback.employee_id, Feedback.unit_id),
            Plan.evaluator_id == access.employee_id,
            leads(access.region_id, access.employee_id, Feedback.employee_id, access.today)
            if access.employee_id
            else false(),
        ),
    )


def _is_seen() -> ColumnElement[bool]:
    return and_(Feedback.visibility.in_(SEEN), Feedback.withdrawn_at.is_(None))


def coaching_within(access: Access) -> ColumnElement[bool]:
    """The talks one had, and those of one's team; counselling is read by the two who spoke, nobody else."""
    row = CoachingSession
    return and_(
        row.region_id == access.region_id,
        or_(
            row.coach_id == access.employee_id,
            row.employee_id == access.employee_id if access.reaches(Reach.OWN) else false(),
            and_(row.kind == CoachingKind.COACHING, records_within(access, row.employee_id, row.unit_id)),
        ),
    )


def forums_within(access: Access) -> ColumnElement[bool]:
    """Forums one takes part in, those in which one's team presents, and those of a head's branch."""
    takes_part = exists().where(
        ForumParticipant.region_id == Forum.region_id,
        ForumParticipant.forum_id == Forum.id,
        ForumParticipant.employee_id == access.employee_id,
    )
    presents = exists().where(
        ForumTopic.region_id == Forum.region_id,
        ForumTopic.forum_id == Forum.id,
        records_within(access, ForumTopic.employee_id, Forum.unit_id),
    )
    return and_(Forum.region_id == access.region_id, or_(takes_part, presents))


def forums_managed(access: Access) -> ColumnElement[bool]:
    """Forums that one called, and those of a head's branch."""
    branch = select(Unit.id).where(units_within(access)).correlate(None)
    return and_(
        Forum.region_id == access.region_id,
        or_(Forum.convener_id == access.employee_id, Forum.unit_id.in_(branch)),
    )
