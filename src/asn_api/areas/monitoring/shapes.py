"""Feedback and requests as their readers get them: a hidden name is hidden here."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from asn_api.access.actor import Access
from asn_api.core.http.exports import Column
from asn_api.rules.feedback import (
    FeedbackAction,
    FeedbackReader,
    FeedbackRequestAction,
    FeedbackStanding,
    feedback_refusal,
    request_refusal,
)
from asn_api.rules.files import MEDIA_TYPES, FileState
from asn_api.rules.forums import ForumStatus
from asn_api.rules.monitoring_policy import MonitoringPolicy

Row = Mapping[str, Any]

_KEPT = (
    *("id", "version", "relation", "named", "polarity", "visibility", "unit_id", "plan_id", "work_result_id"),
    *(
        "work_result",
        "core_value",
        "text",
        "url",
        "forum_id",
        "request_id",
        "day",
        "response",
        "responded_at",
    ),
)


def summary(access: Access, row: Row) -> dict[str, Any]:
    """The giver of unnamed feedback is shown to himself only."""
    is_shown = row["named"] or row["giver_id"] == access.employee_id
    return {
        **{name: row[name] for name in _KEPT},
        "employee": {"id": row["employee_id"], "name": row["employee_name"]},
        "giver": {"id": row["giver_id"], "name": row["giver_name"]} if is_shown else None,
        "file": _file(row),
        "read": row["read_at"] is not None,
        "withdrawn": row["withdrawn_at"] is not None,
        "used": row["used_at"] is not None,
    }


def whole(access: Access, row: Any, policy: MonitoringPolicy) -> dict[str, Any]:
    days = policy.feedback_withdrawal_days
    standing = standing_of(row, row.forum_status)
    actors = actors_of(access.employee_id, row.giver_id, row.employee_id)
    return {
        **summary(access, row._mapping),
        "withdrawable_until": row.day + timedelta(days=days),
        "allowed_actions": [
            {"action": action, "refused": feedback_refusal(standing, action, actors, access.today, days)}
            for action in FeedbackAction
        ],
    }


def standing_of(row: Any, forum_status: ForumStatus | None) -> FeedbackStanding:
    return FeedbackStanding(
        row.visibility,
        row.day,
        withdrawn=row.withdrawn_at is not None,
        used=row.used_at is not None,
        minuted=forum_status is ForumStatus.MINUTES,
        answered=row.response is not None,
    )


def actors_of(me: UUID | None, giver_id: UUID, employee_id: UUID) -> set[FeedbackReader]:
    found = {giver_id: FeedbackReader.GIVER, employee_id: FeedbackReader.SUBJECT}
    return {found[me]} if me in found else set()


def _file(row: Row) -> dict[str, Any] | None:
    if row["file_id"] is None:
        return None
    kind = row["file_kind"]
    return {
        "id": row["file_id"],
        "state": row["file_state"] or FileState.PENDING,
        "media_type": MEDIA_TYPES[kind] if kind else None,
        "size": row["file_size"],
    }


def request(access: Access, row: Row) -> dict[str, Any]:
    names = ("id", "version", "work_result_id", "work_result", "core_value", "note", "status")
    is_asked = row["asked_id"] == access.employee_id
    return {
        **{name: row[name] for name in (*names, "created_at", "closed_at")},
        "employee": {"id": row["employee_id"], "name": row["employee_name"]},
        "asked": {"id": row["asked_id"], "name": row["asked_name"]},
        "allowed_actions": [
            {"action": action, "refused": request_refusal(row["status"], action, is_asked=is_asked)}
            for action in FeedbackRequestAction
        ],
    }


def columns(access: Access) -> tuple[Column, ...]:
    """Of a list as a file; a hidden name is an empty cell."""

    def giver(row: Row) -> str | None:
        shown = summary(access, row)["giver"]
        return shown["name"] if shown else None

    return (
        Column("Tanggal", "Day", lambda row: row["day"]),
        Column("Pegawai", "Employee", lambda row: row["employee_name"]),
        Column("Pemberi", "Giver", giver),
        Column("Hubungan", "Relation", lambda row: row["relation"]),
        Column("Jenis", "Kind", lambda row: row["polarity"]),
        Column("Hasil Kerja", "Work result", lambda row: row["work_result"]),
        Column("Nilai Dasar", "Core value", lambda row: row["core_value"]),
        Column("Umpan Balik", "Feedback", lambda row: row["text"]),
        Column("Tanggapan", "Answer", lambda row: row["response"]),
        Column("Terlihat Oleh", "Visible to", lambda row: row["visibility"]),
        Column("Ditarik", "Withdrawn", lambda row: row["withdrawn_at"] is not None),
    )
