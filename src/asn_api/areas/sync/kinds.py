"""What phones may hold: for each type its table, who may hold it, and how it is read."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.scope import records_within
from asn_api.areas.activities import queries as activities
from asn_api.areas.activities import shapes
from asn_api.areas.activities.complaint_queries import readable
from asn_api.areas.activities.locked_queries import surroundings_of
from asn_api.areas.evidence.queries import by_ids as evidence_by_ids
from asn_api.areas.notifications import queries as notifications
from asn_api.areas.performance import showing
from asn_api.areas.performance.progress_queries import progress_by_ids
from asn_api.areas.performance.queries import visible
from asn_api.areas.sync import conflicts
from asn_api.core.database import driver_of
from asn_api.core.mapping import Regional
from asn_api.errors import Language
from asn_api.rules.sync import Outcome
from asn_api.tables.activities import Activity
from asn_api.tables.files import Evidence
from asn_api.tables.notifications import Notification
from asn_api.tables.performance import Plan, ProgressReport
from asn_api.tables.sync import UnappliedOperation

Records = Mapping[UUID, Mapping[str, Any]]
Load = Callable[[AsyncSession, Access, Collection[UUID], Language], Awaitable[Records]]


@dataclass(frozen=True)
class Kind:
    """`unit` is None for records that are seen by person only; `since` keeps those of a day and later.

    `own`: nobody gets another person's, whatever his reach.
    """

    permission: Permission
    table: type[Regional]
    employee: ColumnElement[UUID] | Any
    unit: ColumnElement[UUID] | Any | None
    since: Callable[[date], ColumnElement[bool]]
    load: Load
    own: bool = False


async def _activities(db: AsyncSession, access: Access, ids: Collection[UUID], language: Language) -> Records:
    rows = (await db.execute(activities.some(access, ids), activities.viewer(access))).mappings().all()
    around = await surroundings_of(db, access) if any(row["disturbed"] for row in rows) else None
    named = {named for row in rows if (named := shapes.complaint_of(row, access))}
    complaints = await readable(await driver_of(db), access, named) if named else ()
    return {UUID(row["id"]): shapes.shown(row, access, around, complaints) for row in rows}


async def _evidence(db: AsyncSession, access: Access, ids: Collection[UUID], language: Language) -> Records:
    return await evidence_by_ids(db, access, ids)


async def _progress(db: AsyncSession, access: Access, ids: Collection[UUID], language: Language) -> Records:
    # A delegate decides about work; the plans of those whose work it is stay out of his reach.
    within = select(ProgressReport.id).where(
        ProgressReport.region_id == access.region_id,
        ProgressReport.id.in_(ids),
        records_within(access, ProgressReport.employee_id, ProgressReport.unit_id),
    )
    return await progress_by_ids(db, access, list(await db.scalars(within)))


async def _plans(db: AsyncSession, access: Access, ids: Collection[UUID], language: Language) -> Records:
    within = await db.scalars(select(Plan.id).where(*visible(access), Plan.id.in_(ids)))
    return {id: (await showing.shown(access, db, id)).model_dump(mode="json") for id in within.all()}


async def _notifications(
    db: AsyncSession, access: Access, ids: Collection[UUID], language: Language
) -> Records:
    return await notifications.by_ids(await driver_of(db), access, ids, language)


async def _conflicts(db: AsyncSession, access: Access, ids: Collection[UUID], language: Language) -> Records:
    rows = await db.scalars(
        select(UnappliedOperation).where(
            UnappliedOperation.region_id == access.region_id, UnappliedOperation.id.in_(ids)
        )
    )
    return {row.id: conflicts.shown(row, language) for row in rows}


KINDS: Mapping[str, Kind] = {
    "activity": Kind(
        Permission.ACTIVITIES_READ,
        Activity,
        Activity.employee_id,
        Activity.unit_id,
        lambda day: Activity.day >= day,
        _activities,
    ),
    "evidence": Kind(
        Permission.ACTIVITIES_READ,
        Evidence,
        Evidence.employee_id,
        Evidence.unit_id,
        lambda day: Evidence.day >= day,
        _evidence,
    ),
    "progress": Kind(
        Permission.PLANS_READ,
        ProgressReport,
        ProgressReport.employee_id,
        ProgressReport.unit_id,
        # The whole year's: a plan is judged by all that was reported about it.
        lambda day: ProgressReport.day >= day.replace(month=1, day=1),
        _progress,
    ),
    "plan": Kind(
        Permission.PLANS_READ,
        Plan,
        Plan.employee_id,
        None,
        lambda day: or_(func.upper(Plan.period).is_(None), func.upper(Plan.period) > day),
        _plans,
    ),
    "conflict": Kind(
        Permission.ACTIVITIES_RECORD,
        UnappliedOperation,
        UnappliedOperation.employee_id,
        None,
        lambda day: and_(
            UnappliedOperation.outcome == Outcome.CONFLICT,
            or_(UnappliedOperation.resolved_at.is_(None), UnappliedOperation.received_at >= day),
        ),
        _conflicts,
    ),
    "notification": Kind(
        Permission.ME,
        Notification,
        Notification.employee_id,
        None,
        lambda day: or_(Notification.read_at.is_(None), Notification.created_at >= day),
        _notifications,
        own=True,
    ),
}
"""By the name that the journal gives them. A new type joins here."""
