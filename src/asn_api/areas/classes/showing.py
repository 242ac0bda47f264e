"""How classes and enrolments look on the wire, with what the caller may do."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.classes import queries
from asn_api.areas.classes.schemas import ClassSummary, EnrolmentOut, EnrolmentSummary, SessionOut
from asn_api.core.http.exports import Column
from asn_api.errors import Problem
from asn_api.rules.enrolments import (
    ASKED_FOR,
    CLASS_TRANSITIONS,
    ClassAction,
    EnrolmentAction,
    EnrolmentActor,
    EnrolmentStatus,
    enrolment_refusal,
)

CLASS_COLUMNS = (
    Column("Kode diklat", "Course code", lambda row: row["course_code"]),
    Column("Diklat", "Course", lambda row: row["course_title"]),
    Column("Kelas", "Class", lambda row: row["name"]),
    Column("Penyelenggara", "Organised by", lambda row: row["unit_name"]),
    Column("Cara belajar", "Mode", lambda row: row["mode"]),
    Column("JP", "Lesson hours", lambda row: row["jp"]),
    Column("Tempat", "Place", lambda row: row["place"]),
    Column("Mulai", "From", lambda row: row["starts_on"]),
    Column("Selesai", "To", lambda row: row["ends_on"]),
    Column("Kursi", "Seats", lambda row: row["seats"]),
    Column("Terisi", "Held", lambda row: row["seats_held"]),
    Column("Menunggu", "Waiting", lambda row: row["waiting"]),
    Column("Status", "Status", lambda row: row["status"]),
)

ENROLMENT_COLUMNS = (
    Column("NIP", "NIP", lambda row: row["employee_nip"]),
    Column("Nama", "Name", lambda row: row["employee_name"]),
    Column("Unit kerja", "Unit", lambda row: row["unit_name"]),
    Column("Kode diklat", "Course code", lambda row: row["course_code"]),
    Column("Diklat", "Course", lambda row: row["course_title"]),
    Column("Kelas", "Class", lambda row: row["class_name"]),
    Column("Mulai", "From", lambda row: row["starts_on"]),
    Column("Selesai", "To", lambda row: row["ends_on"]),
    Column("Asal", "Origin", lambda row: row["origin"]),
    Column("Status", "Status", lambda row: row["status"]),
    Column("Urutan tunggu", "Position", lambda row: _position(row)),
)


async def shown_class(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    row = (await db.execute(queries.course_class(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    sessions = await db.scalars(queries.sessions(access, id))
    return {
        **class_summary(row),
        "sessions": [SessionOut.model_validate(each).model_dump() for each in sessions],
        "cancellation_reason": row["cancellation_reason"],
        "finished_at": row["finished_at"],
        "allowed_actions": [
            {"action": action, "refused": _class_refusal(access, row, action)}
            for action in ClassAction
            if action is not ClassAction.START
        ],
    }


def class_summary(row: Any) -> dict[str, Any]:
    organiser = {name: row[f"organiser_{name}"] for name in ("id", "nip", "name")}
    return {
        **{name: row[name] for name in ClassSummary.model_fields if name in row},
        "course": {"id": row["course_id"], "code": row["course_code"], "title": row["course_title"]},
        "organiser": organiser,
    }


def _class_refusal(access: Access, row: Any, action: ClassAction) -> str | None:
    """FINISH is the organiser's, all else his who manages the classes of the unit."""
    may = row["organiser_id"] == access.employee_id if action is ClassAction.FINISH else row["is_managed"]
    if not may:
        return "CLASS_WRONG_ACTOR"
    return None if (row["status"], action) in CLASS_TRANSITIONS else "CLASS_WRONG_STATUS"


async def shown(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    row = (await db.execute(queries.enrolment(access, id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return whole(access, row)


def whole(access: Access, row: Any) -> dict[str, Any]:
    """The enrolment with what the caller may do."""
    actors = set()
    if row["employee_id"] == access.employee_id:
        actors.add(EnrolmentActor.EMPLOYEE)
    if row["is_led"]:
        actors.add(EnrolmentActor.SUPERIOR)
    if row["is_managed"]:
        actors.add(EnrolmentActor.MANAGER)
    further = EnrolmentOut.model_fields.keys() - EnrolmentSummary.model_fields.keys()
    return {
        **summary(row),
        **{name: row[name] for name in further if name in row},
        "allowed_actions": [
            {"action": action, "refused": _refusal(access, row, action, actors)} for action in ASKED_FOR
        ],
    }


def _refusal(
    access: Access, row: Any, action: EnrolmentAction, actors: Collection[EnrolmentActor]
) -> str | None:
    code = enrolment_refusal(row["status"], action, actors)
    if code is None and access.now >= row["begins_at"] and action is not EnrolmentAction.REJECT:
        return "CLASS_HAS_BEGUN"
    return code


def summary(row: Any) -> dict[str, Any]:
    return {
        **{name: row[name] for name in EnrolmentSummary.model_fields if name in row},
        "position": _position(row),
        "employee": {"id": row["employee_id"], "nip": row["employee_nip"], "name": row["employee_name"]},
        "course": {"id": row["course_id"], "code": row["course_code"], "title": row["course_title"]},
        "course_class": {
            "id": row["class_id"],
            "name": row["class_name"],
            "status": row["class_status"],
            **{name: row[name] for name in ("starts_on", "ends_on", "begins_at")},
        },
    }


def _position(row: Any) -> int | None:
    waits = row["status"] == EnrolmentStatus.WAITLISTED
    return row["position"] if waits else None
