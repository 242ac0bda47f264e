"""The SQL of forums: lists, one with all that belongs to it, who may be invited, who is elsewhere."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import Delete

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.monitoring import by, forums_managed, forums_within, signs_in
from asn_api.access.scope import employees_within
from asn_api.areas.monitoring.forum_schemas import ForumFilter
from asn_api.core.http.paging import Key, moment
from asn_api.rules.forums import ForumActor, ForumStatus
from asn_api.rules.organization import AppointmentKind
from asn_api.rules.plans import PlanStatus
from asn_api.tables.employees import Employee
from asn_api.tables.monitoring import Forum, ForumCorrection, ForumParticipant, ForumTopic
from asn_api.tables.organization import Appointment, Unit
from asn_api.tables.performance import Plan, WorkResult

LATEST_FIRST = (
    Key(Forum.__table__.c.starts_at, "starts_at", moment, descending=True),
    Key(Forum.__table__.c.id, "id", UUID, descending=True),
)
UPCOMING = (ForumStatus.SCHEDULED, ForumStatus.HELD)
_DRAFTS = (PlanStatus.DRAFT, PlanStatus.SUBMITTED, PlanStatus.RETURNED)


def _elsewhere(employee_id: Any) -> ColumnElement[bool]:
    """Whether a person is invited to another forum in the time of this one."""
    other, invited = aliased(Forum), aliased(ForumParticipant)
    return and_(
        Forum.status.in_(UPCOMING),
        exists().where(
            invited.region_id == Forum.region_id,
            invited.employee_id == employee_id,
            invited.forum_id != Forum.id,
            other.region_id == invited.region_id,
            other.id == invited.forum_id,
            other.status.in_(UPCOMING),
            other.starts_at < Forum.ends_at,
            other.ends_at > Forum.starts_at,
        ),
    )


def forums(access: Access, wanted: ForumFilter) -> Select[Any]:
    mine = aliased(ForumParticipant)
    conditions: list[ColumnElement[bool]] = [forums_within(access)]
    if wanted.status is not None:
        conditions.append(Forum.status == wanted.status)
    for column, value in ((ForumTopic.employee_id, wanted.employee_id), (ForumTopic.plan_id, wanted.plan_id)):
        if value is not None:
            conditions.append(
                exists().where(
                    ForumTopic.region_id == Forum.region_id, ForumTopic.forum_id == Forum.id, column == value
                )
            )
    if wanted.invited is not None:
        conditions.append(mine.id.is_not(None) if wanted.invited else mine.id.is_(None))
    if wanted.starts_from is not None:
        conditions.append(Forum.starts_at >= wanted.starts_from)
    if wanted.starts_before is not None:
        conditions.append(Forum.starts_at < wanted.starts_before)
    return (
        select(
            *Forum.__table__.c,
            Employee.name.label("convener_name"),
            Unit.name.label("unit_name"),
            mine.attendance,
            _elsewhere(access.employee_id).label("clashes"),
        )
        .join(Employee, and_(Employee.region_id == Forum.region_id, Employee.id == Forum.convener_id))
        .join(Unit, and_(Unit.region_id == Forum.region_id, Unit.id == Forum.unit_id))
        .outerjoin(
            mine,
            and_(
                mine.region_id == Forum.region_id,
                mine.forum_id == Forum.id,
                mine.employee_id == access.employee_id,
            ),
        )
        .where(*conditions)
    )


def forum(access: Access, id: UUID) -> Select[Any]:
    return forums(access, ForumFilter()).where(Forum.id == id)


def shared(access: Access, id: UUID) -> Select[Forum]:
    """Kept from being published or cancelled meanwhile, together with others who comment or check in."""
    within = select(Forum).where(forums_within(access), Forum.id == id)
    return within.with_for_update(of=Forum, read=True)


def managed(access: Access, id: UUID) -> Select[Forum]:
    """Locked: nobody comments or checks in while it changes."""
    within = select(Forum).where(forums_managed(access), Forum.id == id)
    return within.with_for_update(of=Forum)


async def actors(access: Access, db: AsyncSession, forum: Any) -> set[ForumActor]:
    """As what the caller takes part in a forum."""
    managing = by(access, Permission.FORUMS_MANAGE)
    manages = select(exists().where(forums_managed(managing), Forum.id == forum.id))
    found = {ForumActor.CONVENER} if await db.scalar(manages) else set()
    takes_part = await db.scalar(participant(access, forum.id))
    return found | ({ForumActor.PARTICIPANT} if takes_part is not None else set())


def participant(access: Access, forum_id: UUID) -> Select[ForumParticipant]:
    """The caller's own invitation."""
    return select(ForumParticipant).where(
        ForumParticipant.region_id == access.region_id,
        ForumParticipant.forum_id == forum_id,
        ForumParticipant.employee_id == access.employee_id,
    )


def participants(access: Access, forum_id: UUID) -> Select[ForumParticipant, str, bool]:
    return (
        select(
            ForumParticipant,
            Employee.name,
            _elsewhere(ForumParticipant.employee_id).label("clashes"),
        )
        .join(
            Forum, and_(Forum.region_id == ForumParticipant.region_id, Forum.id == ForumParticipant.forum_id)
        )
        .join(
            Employee,
            and_(
                Employee.region_id == ForumParticipant.region_id, Employee.id == ForumParticipant.employee_id
            ),
        )
        .where(ForumParticipant.region_id == access.region_id, ForumParticipant.forum_id == forum_id)
        .order_by(Employee.sort_name, Employee.id)
    )


def locked_participants(access: Access, forum_id: UUID) -> Select[ForumParticipant]:
    return (
        select(ForumParticipant)
        .where(ForumParticipant.region_id == access.region_id, ForumParticipant.forum_id == forum_id)
        .order_by(ForumParticipant.employee_id)
        .with_for_update()
    )


def topics(access: Access, forum_id: UUID) -> Select[UUID, UUID, UUID, str, str]:
    return (
        select(
            ForumTopic.employee_id,
            ForumTopic.plan_id,
            ForumTopic.work_result_id,
            Employee.name.label("employee_name"),
            WorkResult.statement,
        )
        .join(
            Employee, and_(Employee.region_id == ForumTopic.region_id, Employee.id == ForumTopic.employee_id)
        )
        .join(
            WorkResult,
            and_(WorkResult.region_id == ForumTopic.region_id, WorkResult.id == ForumTopic.work_result_id),
        )
        .where(ForumTopic.region_id == access.region_id, ForumTopic.forum_id == forum_id)
        .order_by(ForumTopic.order_no)
    )


def without_topics(access: Access, forum_id: UUID) -> Delete:
    return delete(ForumTopic).where(ForumTopic.region_id == access.region_id, ForumTopic.forum_id == forum_id)


def corrections(access: Access, forum_id: UUID) -> Select[ForumCorrection]:
    return (
        select(ForumCorrection)
        .where(ForumCorrection.region_id == access.region_id, ForumCorrection.forum_id == forum_id)
        .order_by(ForumCorrection.made_at, ForumCorrection.id)
    )


def my_unit(access: Access) -> Select[UUID]:
    return select(Appointment.unit_id).where(
        Appointment.region_id == access.region_id,
        Appointment.employee_id == access.employee_id,
        Appointment.kind == AppointmentKind.DEFINITIVE,
        Appointment.valid.contains(access.today),
    )


def led(access: Access, ids: Collection[UUID]) -> Select[UUID]:
    """Those whom the caller may let present: of the team or branch."""
    return select(Employee.id).where(
        Employee.region_id == access.region_id,
        Employee.id.in_(ids),
        Employee.active,
        employees_within(access, Employee.id),
    )


def active(access: Access, ids: Collection[UUID]) -> Select[UUID]:
    """Anybody in the region may be invited."""
    return select(Employee.id).where(
        Employee.region_id == access.region_id, Employee.id.in_(ids), Employee.active
    )


def results(access: Access, ids: Collection[UUID]) -> Select[UUID, UUID, UUID]:
    """Results of plans that were agreed, each with its plan and its owner."""
    return (
        select(WorkResult.id, Plan.id.label("plan_id"), Plan.employee_id)
        .join(Plan, and_(Plan.region_id == WorkResult.region_id, Plan.id == WorkResult.plan_id))
        .where(
            WorkResult.region_id == access.region_id,
            WorkResult.id.in_(ids),
            WorkResult.withdrawn.is_(False),
            ~and_(Plan.revision == 1, Plan.status.in_(_DRAFTS)),
        )
        # Shared with other uses, so that no draft deletes them meanwhile.
        .with_for_update(of=WorkResult, read=True, key_share=True)
    )


def soon(access: Access, until: datetime) -> Select[UUID, datetime, UUID]:
    """Whoever is invited to a forum that begins by then."""
    return (
        select(Forum.id, Forum.starts_at, ForumParticipant.employee_id)
        .join(
            ForumParticipant,
            and_(ForumParticipant.region_id == Forum.region_id, ForumParticipant.forum_id == Forum.id),
        )
        .where(
            Forum.region_id == access.region_id,
            Forum.status == ForumStatus.SCHEDULED,
            Forum.starts_at > access.now,
            Forum.starts_at <= until,
            signs_in(access, ForumParticipant.employee_id),
        )
        .order_by(Forum.id, ForumParticipant.employee_id)
    )
