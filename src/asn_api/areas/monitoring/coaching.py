"""Records of coaching and counselling: written by the superior, acknowledged by the employee, then carried out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from asn_api.access.actor import Access
from asn_api.access.scope import stored
from asn_api.areas.monitoring import coaching_queries as queries
from asn_api.areas.monitoring.coaching_schemas import (
    AgreedActionIn,
    AgreedActionOut,
    AssessmentIn,
    CoachingChangeIn,
    CoachingIn,
    CoachingOut,
)
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.policies.current import policy_on
from asn_api.core.database import driver_of
from asn_api.core.http.exports import Column
from asn_api.core.http.route import check_version
from asn_api.core.journal import Change, record
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.coaching import (
    CoachingAction,
    CoachingActor,
    CoachingStatus,
    check_answers,
    check_coaching,
    check_session,
    coaching_refusal,
)
from asn_api.rules.monitoring_policy import MonitoringPolicy
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.monitoring import AgreedAction, CoachingSession

ENTITY = "coaching"
_WRITTEN = ("day", "topic", "notes", "development_note")

COLUMNS = (
    Column("Tanggal", "Day", lambda row: row["day"]),
    Column("Jenis", "Kind", lambda row: row["kind"]),
    Column("Pegawai", "Employee", lambda row: row["employee_name"]),
    Column("Atasan", "Superior", lambda row: row["coach_name"]),
    Column("Topik", "Topic", lambda row: row["topic"]),
    Column("Status", "Status", lambda row: row["status"]),
    Column("Tindak Lanjut Terbuka", "Open actions", lambda row: row["open_actions"]),
)


async def record_session(access: Access, db: AsyncSession, given: CoachingIn) -> tuple[UUID, bool]:
    """The id of the stored record, and whether it is new; the same one sent again is given back."""
    if (
        given.id is not None
        and (known := await db.scalar(stored(access, CoachingSession, given.id))) is not None
    ):
        sent = (access.employee_id, given.employee_id, given.kind, given.day, given.topic, given.notes)
        if (known.coach_id, known.employee_id, known.kind, known.day, known.topic, known.notes) != sent:
            raise Problem("COACHING_ID_TAKEN")
        return known.id, False
    unit_id = await db.scalar(queries.team_member(access, given.employee_id))
    if unit_id is None or access.employee_id is None:
        raise Problem("NOT_FOUND")
    await _check(access, db, given)
    row = CoachingSession(
        region_id=access.region_id,
        id=given.id or uuid7(),
        kind=given.kind,
        employee_id=given.employee_id,
        coach_id=access.employee_id,
        unit_id=unit_id,
        status=CoachingStatus.RECORDED,
        created_at=access.now,
    )
    _write(row, given)
    db.add(row)
    await db.flush()
    _add_actions(db, row, given.actions)
    await _log(access, db, row, "RECORD", None)
    await _tell(access, db, row)
    return row.id, True


async def change(access: Access, db: AsyncSession, id: UUID, expected: int, given: CoachingChangeIn) -> None:
    row = await _locked(access, db, id, expected)
    _step(access, row, CoachingAction.EDIT)
    await _check(access, db, given)
    _write(row, given)
    flag_modified(row, "topic")
    await db.execute(queries.without_actions(access, id))
    _add_actions(db, row, given.actions)
    await db.flush()
    await _log(access, db, row, "EDIT", row.status)
    await _tell(access, db, row)


async def remove(access: Access, db: AsyncSession, id: UUID, expected: int) -> None:
    row = await _locked(access, db, id, expected)
    _step(access, row, CoachingAction.REMOVE)
    await db.execute(queries.without_actions(access, id))
    await db.delete(row)
    await db.flush()
    await _log(access, db, row, "DELETE", row.status, row.version + 1)


async def acknowledge(access: Access, db: AsyncSession, id: UUID, expected: int, remark: str | None) -> None:
    row = await _locked(access, db, id, expected)
    before = row.status
    row.status = _step(access, row, CoachingAction.ACKNOWLEDGE) or before
    row.acknowledged_at, row.remark = access.now, remark
    await db.flush()
    await _log(access, db, row, "ACKNOWLEDGE", before)


async def assess(access: Access, db: AsyncSession, id: UUID, expected: int, given: AssessmentIn) -> None:
    row = await _locked(access, db, id, expected)
    _step(access, row, CoachingAction.ASSESS)
    policy = await policy_on(db, access.region_id, MonitoringPolicy, row.day)
    faults = check_answers(given.answers, policy.session_questions, policy.session_scale)
    if faults:
        raise Problem("INVALID_COACHING", faults=faults)
    row.answers, row.answer_note, row.assessed_at = given.answers, given.note, access.now
    await db.flush()
    await _log(access, db, row, "ASSESS", row.status)


async def complete(
    access: Access, db: AsyncSession, id: UUID, action_id: UUID, expected: int, note: str | None
) -> None:
    row = await _locked(access, db, id, expected)
    _step(access, row, CoachingAction.COMPLETE)
    action = next(
        (each for each in await db.scalars(queries.actions(access, id)) if each.id == action_id), None
    )
    if action is None:
        raise Problem("NOT_FOUND")
    if action.completed_at is not None:
        raise Problem("COACHING_ACTION_COMPLETED")
    action.completed_at, action.completed_by, action.completion_note = access.now, access.employee_id, note
    flag_modified(row, "topic")
    await db.flush()
    await _log(access, db, row, "COMPLETE", row.status)


async def shown(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    row = (await db.execute(queries.session(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    policy = await policy_on(db, access.region_id, MonitoringPolicy, row["day"])
    actors = _actors(access, row["coach_id"], row["employee_id"])
    assessed = row["answers"] is not None
    kept = ("notes", "development_note", "competencies", "remark", "answers", "answer_note", "assessed_at")
    return {
        **summary(row),
        **{name: row[name] for name in kept},
        "competency_scale": policy.competency_scale,
        "question_scale": policy.session_scale,
        "questions": [
            {"code": each.code, "label_id": each.id, "label_en": each.en} for each in policy.session_questions
        ],
        "actions": [
            {name: getattr(action, name) for name in AgreedActionOut.model_fields}
            for action in await db.scalars(queries.actions(access, id))
        ],
        "allowed_actions": [
            {
                "action": action,
                "refused": coaching_refusal(row["status"], action, actors, assessed=assessed),
            }
            for action in CoachingAction
        ],
    }


def summary(row: Any) -> dict[str, Any]:
    kept = ("id", "version", "kind", "unit_id", "day", "topic", "status", "acknowledged_at", "open_actions")
    return {
        **{name: row[name] for name in kept},
        "employee": {"id": row["employee_id"], "name": row["employee_name"]},
        "coach": {"id": row["coach_id"], "name": row["coach_name"]},
    }


async def _check(access: Access, db: AsyncSession, given: CoachingChangeIn) -> None:
    policy = await policy_on(db, access.region_id, MonitoringPolicy, access.today)
    faults = check_session(
        given.day,
        [each.due for each in given.actions],
        [each.rating for each in given.competencies],
        today=access.today,
        entry_days=policy.coaching_entry_days,
        highest=policy.competency_scale,
    )
    if faults:
        raise Problem("INVALID_COACHING", faults=faults)


def _write(row: CoachingSession, given: CoachingChangeIn) -> None:
    for name in _WRITTEN:
        setattr(row, name, getattr(given, name))
    row.competencies = [each.model_dump() for each in given.competencies]


def _add_actions(db: AsyncSession, row: CoachingSession, given: Sequence[AgreedActionIn]) -> None:
    db.add_all(
        AgreedAction(
            region_id=row.region_id,
            id=uuid7(),
            session_id=row.id,
            order_no=number,
            text=each.text,
            due=each.due,
        )
        for number, each in enumerate(given)
    )


def _step(access: Access, row: CoachingSession, action: CoachingAction) -> CoachingStatus | None:
    actors = _actors(access, row.coach_id, row.employee_id)
    return check_coaching(row.status, action, actors, assessed=row.assessed_at is not None)


def _actors(access: Access, coach_id: UUID, employee_id: UUID) -> set[CoachingActor]:
    found = {coach_id: CoachingActor.COACH, employee_id: CoachingActor.EMPLOYEE}
    return {found[access.employee_id]} if access.employee_id in found else set()


async def _locked(access: Access, db: AsyncSession, id: UUID, expected: int) -> CoachingSession:
    row = await db.scalar(queries.locked(access, id))
    if row is None:
        raise Problem("NOT_FOUND")
    if row.version != expected:
        check_version(row.version, expected, await _wire(access, db, id))
    return row


async def _wire(access: Access, db: AsyncSession, id: UUID) -> CoachingOut:
    return CoachingOut.model_validate(await shown(access, db, id))


async def _log(
    access: Access,
    db: AsyncSession,
    row: CoachingSession,
    action: str,
    before: CoachingStatus | None,
    version: int | None = None,
) -> None:
    """Neither words nor the kind: an admin who reads the journal does not learn who was counselled."""
    changes = {} if before is row.status else {"status": [before, row.status]}
    change = Change(ENTITY, row.id, version or row.version, action, changes, employee_id=row.employee_id)
    await record(db, access.author, access.now, change)


async def _tell(access: Access, db: AsyncSession, row: CoachingSession) -> None:
    params = {"day": row.day.isoformat()}
    notice = Notice(row.employee_id, NoticeKind.COACHING_RECORDED, ENTITY, row.id, params=params)
    await notify(await driver_of(db), access, [notice])
