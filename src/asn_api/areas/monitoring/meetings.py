"""The meeting itself: opened and attended; and a forum as its readers get it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.monitoring import forum_queries as queries
from asn_api.areas.monitoring.forum_schemas import AttendanceIn, ForumOut
from asn_api.areas.policies.current import policy_on
from asn_api.core.http.exports import Column
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.errors import Fault, Problem
from asn_api.rules.forums import (
    Attendance,
    ForumAction,
    ForumActor,
    ForumPhase,
    ForumStatus,
    check_forum,
    forum_refusal,
    phase,
)
from asn_api.rules.monitoring_policy import MonitoringPolicy
from asn_api.tables.monitoring import Forum

ENTITY = "forum"

COLUMNS = (
    Column("Mulai", "Start", lambda row: row["starts_at"]),
    Column("Selesai", "End", lambda row: row["ends_at"]),
    Column("Judul", "Title", lambda row: row["title"]),
    Column("Tempat", "Place", lambda row: row["place"]),
    Column("Penyelenggara", "Convener", lambda row: row["convener_name"]),
    Column("Unit Kerja", "Unit", lambda row: row["unit_name"]),
    Column("Status", "Status", lambda row: row["status"]),
    Column("Kehadiran Saya", "My attendance", lambda row: row["attendance"]),
    Column("Bentrok", "Clashes", lambda row: row["clashes"]),
)


async def hold(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    row = await managed(access, db, id, expected)
    before = row.status
    row.status = await step(access, db, row, ForumAction.HOLD)
    row.held_at = access.now
    await db.flush()
    await log(access, db, row, "HOLD", {"status": [before, row.status]})


async def check_in(access: Access, db: AsyncSession, id: UUID) -> None:
    """The caller is there; a repetition, also at the same moment, changes nothing."""
    row = await db.scalar(queries.shared(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    await step(access, db, row, ForumAction.CHECK_IN)
    mine = await db.scalar(queries.participant(access, id).with_for_update())
    assert mine is not None
    if mine.attendance is Attendance.PRESENT:
        return
    mine.attendance, mine.attendance_at, mine.attendance_by = Attendance.PRESENT, access.now, mine.employee_id
    await db.flush()
    await log(access, db, row, "CHECK_IN", {}, employee_id=mine.employee_id)


async def record_attendance(
    access: Access, db: AsyncSession, id: UUID, expected: int, given: AttendanceIn
) -> None:
    """What the convener saw counts more than what people said of themselves."""
    row = await managed(access, db, id, expected)
    await step(access, db, row, ForumAction.RECORD_ATTENDANCE)
    known = {each.employee_id: each for each in await db.scalars(queries.locked_participants(access, id))}
    faults = [
        Fault(f"/items/{number}/employee_id", "FORUM_PARTICIPANT_UNKNOWN")
        for number, item in enumerate(given.items)
        if item.employee_id not in known
    ]
    if faults:
        raise Problem("INVALID_FORUM", faults=faults)
    changes: dict[str, Any] = {}
    for item in given.items:
        each = known[item.employee_id]
        if each.attendance is not item.attendance:
            changes[str(item.employee_id)] = [each.attendance, item.attendance]
            each.attendance, each.attendance_at = item.attendance, access.now
            each.attendance_by = access.employee_id
    await db.flush()
    if changes:
        await log(access, db, row, "RECORD_ATTENDANCE", changes)


async def managed(access: Access, db: AsyncSession, id: UUID, expected: int) -> Forum:
    row = await db.scalar(queries.managed(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    if row.version != expected:
        check_version(row.version, expected, await shown(access, db, id))
    return row


async def step(access: Access, db: AsyncSession, row: Forum, action: ForumAction) -> ForumStatus:
    policy = await policy_on(db, access.region_id, MonitoringPolicy, access.today)
    return check_forum(
        row.status, action, await queries.actors(access, db, row), phase_of(access, row, policy)
    )


def phase_of(access: Access, row: Any, policy: MonitoringPolicy) -> ForumPhase:
    before, after = policy.forum_window_before_minutes, policy.forum_window_after_minutes
    return phase(row.starts_at, row.ends_at, access.now, before=before, after=after)


async def shown(access: Access, db: AsyncSession, id: UUID) -> ForumOut:
    row = (await db.execute(queries.forum(access, id))).one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    policy = await policy_on(db, access.region_id, MonitoringPolicy, access.today)
    actors = await queries.actors(access, db, row)
    now = phase_of(access, row, policy)
    kept = ("id", "version", "title", "purpose", "place", "starts_at", "ends_at", "status")
    return ForumOut.model_validate(
        {
            **{name: row._mapping[name] for name in (*kept, "cancellation_reason", "held_at")},
            "check_in_from": row.starts_at - timedelta(minutes=policy.forum_window_before_minutes),
            "check_in_until": row.ends_at + timedelta(minutes=policy.forum_window_after_minutes),
            "convener": {"id": row.convener_id, "name": row.convener_name},
            "unit_id": row.unit_id,
            "unit_name": row.unit_name,
            "agenda": await _agenda(access, db, id),
            "participants": await _participants(access, db, id, tells_all=ForumActor.CONVENER in actors),
            "minutes": await _minutes(access, db, row) if row.status is ForumStatus.MINUTES else None,
            "allowed_actions": [
                {"action": action, "refused": forum_refusal(row.status, action, actors, now)}
                for action in ForumAction
            ],
        }
    )


def summary(row: Any) -> dict[str, Any]:
    kept = ("id", "version", "title", "place", "starts_at", "ends_at", "status", "unit_id", "unit_name")
    return {
        **{name: row[name] for name in (*kept, "attendance", "clashes")},
        "convener": {"id": row["convener_id"], "name": row["convener_name"]},
    }


async def _agenda(access: Access, db: AsyncSession, id: UUID) -> list[dict[str, Any]]:
    items: dict[tuple[UUID, UUID], dict[str, Any]] = {}
    for topic in await db.execute(queries.topics(access, id)):
        item = items.setdefault(
            (topic.employee_id, topic.plan_id),
            {
                "employee": {"id": topic.employee_id, "name": topic.employee_name},
                "plan_id": topic.plan_id,
                "work_results": [],
            },
        )
        item["work_results"].append({"id": topic.work_result_id, "statement": topic.statement})
    return list(items.values())


async def _participants(
    access: Access, db: AsyncSession, id: UUID, *, tells_all: bool
) -> list[dict[str, Any]]:
    return [
        {
            "employee": {"id": each.employee_id, "name": name},
            "attendance": each.attendance,
            "attendance_at": each.attendance_at,
            "recorded_by_self": None
            if each.attendance_by is None
            else each.attendance_by == each.employee_id,
            "clashes": clashes if tells_all or each.employee_id == access.employee_id else None,
        }
        for each, name, clashes in await db.execute(queries.participants(access, id))
    ]


async def _minutes(access: Access, db: AsyncSession, row: Any) -> dict[str, Any]:
    return {
        "summary": row.summary,
        "decisions": row.decisions,
        "follow_ups": row.follow_ups,
        "published_at": row.published_at,
        "corrections": list(await db.scalars(queries.corrections(access, row.id))),
    }


async def log(
    access: Access,
    db: AsyncSession,
    row: Forum,
    action: str,
    changes: dict[str, Any],
    employee_id: UUID | None = None,
) -> None:
    """Times, places and who was there; what was said is in the minutes only."""
    change = Change(ENTITY, row.id, row.version, action, changes, row.unit_id, employee_id or row.convener_id)
    await record(db, access.author, access.now, change)
