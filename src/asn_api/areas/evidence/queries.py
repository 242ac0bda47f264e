"""Reading evidence: with the state of its file, within reach of its activity."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, false, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from asn_api.access.actor import Access
from asn_api.access.scope import records_within, team
from asn_api.areas.evidence.schemas import EvidenceFilter
from asn_api.core.http.paging import Key
from asn_api.core.journal import JournalEntry
from asn_api.rules.activities import ActivityStatus
from asn_api.rules.files import MEDIA_TYPES, FileState
from asn_api.tables.activities import Activity
from asn_api.tables.employees import Employee
from asn_api.tables.files import Evidence, File

NEWEST_FIRST = (Key(Evidence.__table__.c.id, "id", UUID, True),)


def within(access: Access) -> Select[Any]:
    """All evidence within reach, as `shown` takes it."""
    columns: list[Any] = [
        Evidence.id,
        Evidence.activity_id,
        Evidence.employee_id,
        Evidence.unit_id,
        Evidence.day,
        Evidence.file_id,
        Evidence.url,
        Evidence.title,
        Evidence.sha256,
        Evidence.taken_at,
        Evidence.created_at,
        Evidence.version,
        File.state.label("file_state"),
        File.size.label("file_size"),
        File.kind.label("file_kind"),
        File.sha256.label("file_sha256"),
        _used_elsewhere(access).label("used_elsewhere"),
    ]
    return (
        select(*columns)
        .outerjoin(
            File,
            and_(
                File.region_id == Evidence.region_id,
                File.id == Evidence.file_id,
                # Somebody else's file of this id is not this evidence's file.
                File.employee_id == Evidence.employee_id,
            ),
        )
        .where(
            Evidence.region_id == access.region_id,
            records_within(access, Evidence.employee_id, Evidence.unit_id),
        )
    )


def _used_elsewhere(access: Access) -> ColumnElement[bool]:
    """Whether the same file, by its content, is evidence of another activity within the caller's reach.

    Beyond it the answer would tell who holds what file to whoever uploads a copy.
    """
    other, record = aliased(File), aliased(Evidence)
    return (
        select(record.id)
        .join(
            other,
            and_(
                other.region_id == record.region_id,
                other.id == record.file_id,
                other.employee_id == record.employee_id,
            ),
        )
        .where(
            other.region_id == Evidence.region_id,
            other.sha256 == File.sha256,
            record.activity_id != Evidence.activity_id,
            records_within(access, record.employee_id, record.unit_id),
        )
        .exists()
    )


def listed(access: Access, wanted: EvidenceFilter) -> Select[Any]:
    """Evidence within reach that passes the filter."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.activity_id is not None:
        conditions.append(Evidence.activity_id == wanted.activity_id)
    if wanted.employee_id is not None:
        conditions.append(Evidence.employee_id == wanted.employee_id)
    if wanted.day is not None:
        conditions.append(Evidence.day == wanted.day)
    if wanted.day_from is not None:
        conditions.append(Evidence.day >= wanted.day_from)
    if wanted.day_to is not None:
        conditions.append(Evidence.day <= wanted.day_to)
    if wanted.waiting_for_me:
        mine = access.employee_id
        conditions.append(
            exists().where(
                Activity.region_id == Evidence.region_id,
                Activity.id == Evidence.activity_id,
                Activity.status == ActivityStatus.SUBMITTED,
            )
        )
        conditions.append(
            Evidence.employee_id.in_(team(access.region_id, mine, access.today)) if mine else false()
        )
    return within(access).where(and_(true(), *conditions))


async def by_ids(db: AsyncSession, access: Access, ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Those of these records that are within reach, in their wire form."""
    rows = await db.execute(within(access).where(Evidence.id.in_(ids)))
    return {row["id"]: shown(row) for row in rows.mappings()}


async def of_activity(db: AsyncSession, access: Access, activity_id: UUID) -> list[dict[str, Any]] | None:
    """An activity's evidence, oldest first; None when the activity is out of reach."""
    reached = await db.scalar(
        select(Activity.id).where(
            Activity.region_id == access.region_id,
            Activity.id == activity_id,
            records_within(access, Activity.employee_id, Activity.unit_id),
        )
    )
    if reached is None:
        return None
    rows = await db.execute(within(access).where(Evidence.activity_id == activity_id).order_by(Evidence.id))
    return [shown(row) for row in rows.mappings()]


def lock_me(access: Access) -> Select[UUID]:
    """The caller's row, as whoever changes or decides about his activities locks it."""
    return (
        select(Employee.id)
        .where(Employee.region_id == access.region_id, Employee.id == access.employee_id)
        .with_for_update(key_share=True)
    )


def stored(access: Access, id: UUID) -> Select[Evidence]:
    """Whoever owns it: to know that an id is taken."""
    return select(Evidence).where(Evidence.region_id == access.region_id, Evidence.id == id)


def own_activity(access: Access, id: UUID) -> Select[Any]:
    """What must be known of the caller's own activity, and how many records it has."""
    records = (
        select(func.count())
        .where(Evidence.region_id == Activity.region_id, Evidence.activity_id == Activity.id)
        .correlate(Activity)
        .scalar_subquery()
    )
    return select(
        Activity.day, Activity.unit_id, Activity.status, Activity.evidence, records.label("records")
    ).where(
        Activity.region_id == access.region_id,
        Activity.id == id,
        Activity.employee_id == access.employee_id,
    )


def deleted_activity(access: Access, id: UUID) -> Select[tuple[bool]]:
    """Whether the caller's own activity was here once."""
    return select(
        exists().where(
            JournalEntry.region_id == access.region_id,
            JournalEntry.entity == "activity",
            JournalEntry.entity_id == id,
            JournalEntry.action == "DELETE",
            JournalEntry.employee_id == access.employee_id,
        )
    )


def own_file(access: Access, id: UUID) -> Select[str | None]:
    """The SHA-256 of the caller's received file; locked, so that it is not cleaned away as unnamed."""
    return (
        select(File.sha256)
        .where(
            File.region_id == access.region_id,
            File.id == id,
            File.employee_id == access.employee_id,
            File.state == FileState.RECEIVED,
        )
        .with_for_update(read=True)
    )


def shown(record: Any) -> dict[str, Any]:
    """The wire form of a row of `within`."""
    kind = record["file_kind"]
    file = None
    if record["file_id"] is not None:
        file = {
            "id": record["file_id"],
            "state": record["file_state"] or FileState.PENDING,
            "size": record["file_size"],
            "media_type": MEDIA_TYPES[kind] if kind else None,
            "sha256": record["file_sha256"],
        }
    names = (
        *("id", "activity_id", "employee_id", "unit_id", "day", "file_id", "url"),
        *("title", "sha256", "taken_at", "created_at"),
    )
    return {name: record[name] for name in names} | {
        "file": file,
        "used_elsewhere": record["used_elsewhere"],
        "version": record["version"],
    }
