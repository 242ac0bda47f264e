"""Complaints as officials see them, with what the caller may do."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.complaints import media, queries
from asn_api.areas.complaints.codes import shown_code
from asn_api.areas.complaints.intake import due
from asn_api.areas.complaints.moving import standing
from asn_api.areas.complaints.schemas import ComplaintSummary
from asn_api.areas.policies.current import policy_on
from asn_api.core.http.exports import Column
from asn_api.errors import Problem
from asn_api.rules.complaint_policy import ComplaintPolicy
from asn_api.rules.complaints import COMPLAINT_STEPS, ComplaintAction, ComplaintActor, complaint_refusal
from asn_api.tables.complaints import Complaint

COLUMNS = (
    Column("Kode", "Code", lambda row: shown_code(row["code"])),
    Column("Klasifikasi", "Kind", lambda row: row["kind"]),
    Column("Status", "Status", lambda row: row["status"]),
    Column("Kategori", "Category", lambda row: row["category_name"]),
    Column("Judul", "Subject", lambda row: row["subject"]),
    Column("Diterima", "Received", lambda row: row["received_at"]),
    Column("Perangkat daerah", "Agency", lambda row: row["agency_name"]),
    Column("Petugas", "Officer", lambda row: row["officer_name"]),
    Column("Tahap", "Stage", lambda row: row["due_stage"]),
    Column("Jatuh tempo", "Due", lambda row: row["due_on"]),
    Column("Laporan serupa", "Same reports", lambda row: row["joined"]),
    Column("Dikembalikan", "Given back", lambda row: row["bounces"]),
    Column("Dibuka kembali", "Reopened", lambda row: row["reopenings"]),
)

_KEPT = (
    "id",
    "version",
    "kind",
    "status",
    "is_secret",
    "is_anonymous",
    "category_id",
    "category_name",
    "subject",
    "received_at",
    "changed_at",
    "joined",
    "bounces",
    "reopenings",
)
_HANDLERS = frozenset({ComplaintActor.COORDINATOR, ComplaintActor.AGENCY})


def summary(row: Any) -> dict[str, Any]:
    agency = {"id": row["agency_id"], "name": row["agency_name"]} if row["agency_id"] else None
    return {
        **{name: row[name] for name in _KEPT},
        "code": shown_code(row["code"]),
        "agency": agency,
        "officer": person(row, "officer"),
        "due": due(row["due_stage"], row["due_on"], row["due_provisional"]),
    }


def line(row: Any) -> dict[str, Any]:
    """A line of NDJSON, as the list has it."""
    return ComplaintSummary.model_validate(summary(row)).model_dump(mode="json")


def person(row: Any, part: str) -> dict[str, Any] | None:
    if row[f"{part}_id"] is None:
        return None
    return {"id": row[f"{part}_id"], "nip": row[f"{part}_nip"], "name": row[f"{part}_name"]}


async def shown(access: Access, db: AsyncSession, id: UUID) -> dict[str, Any]:
    found = (await db.execute(queries.complaint(access, id))).mappings().one_or_none()
    if found is None:
        raise Problem("NOT_FOUND")
    row = (await db.scalars(queries.by_id(access, id))).one()
    route = (await db.execute(queries.route_of(access, row.category_id))).mappings().one_or_none()
    said = (await db.execute(queries.messages(access, [id]))).mappings()
    subjects = (await db.execute(queries.subjects(access, id))).mappings()
    history = (await db.execute(queries.history(access, [id]))).mappings()
    return {
        **summary(found),
        "text": row.content,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "address": row.address,
        "occurred_on": row.occurred_on,
        "parent_id": row.parent_id,
        "suggested_agency": dict(route) if route else None,
        "subjects": [
            {name: each[name] for name in ("unit_id", "unit_name")} | {"employee": person(each, "employee")}
            for each in subjects
        ],
        "messages": [_message(each) for each in said],
        "files": await media.listed(access, db, id),
        "history": [
            {name: each[name] for name in ("at", "action", "status", "actor", "agency_id")}
            for each in history
        ],
        "rating": row.rating,
        "rating_comment": row.rating_comment,
        "allowed_actions": await _allowed(access, db, row),
    }


def _message(row: Any) -> dict[str, Any]:
    kept = {name: row[name] for name in ("id", "kind", "author", "created_at")}
    return kept | {"text": row["content"], "employee": person(row, "employee")}


async def _allowed(access: Access, db: AsyncSession, row: Complaint) -> list[dict[str, Any]]:
    policy = await policy_on(db, access.region_id, ComplaintPolicy, access.today)
    triages, answers, _ = (await db.execute(queries.roles_in(access, row.id))).one()
    actors = {
        actor
        for actor, plays in ((ComplaintActor.COORDINATOR, triages), (ComplaintActor.AGENCY, answers))
        if plays
    }
    now = standing(access, row, policy)
    of_officials = [
        action
        for action in ComplaintAction
        if any(done is action and step.actor in _HANDLERS for (_, done), step in COMPLAINT_STEPS.items())
    ]
    return [
        {"action": action, "refused": complaint_refusal(now, action, actors, access.today)}
        for action in of_officials
    ]
