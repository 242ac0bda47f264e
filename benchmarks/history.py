"""What the city has reported so far: activities and the totals of each day, loaded day by day."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from asn_api.core.mapping import uuid7
from asn_api.rules.activities import ActivityStatus, Category, PlaceType
from asn_api.rules.calendar import Zone
from asn_api.rules.suspicion import text_key
from benchmarks.people import Person, copy

PER_DAY = 5
DESCRIPTION = "Memeriksa kelengkapan berkas usul kenaikan pangkat dan mencatat kekurangannya"


async def copy_activities(
    connection: asyncpg.Connection,
    region_id: UUID,
    people: Sequence[Person],
    units: Sequence[dict[str, Any]],
    days: Sequence[date],
    rows: int,
) -> int:
    """Day by day, as a city reports: one person's rows lie far apart."""
    loaded = 0
    owner = {person.id: person for person in people}
    for day in reversed(days):
        activities = [
            row for person in people for row in _day(region_id, person, units[person.unit]["id"], day)
        ]
        activities = activities[: max(0, rows - loaded)]
        if not activities:
            break
        await copy(connection, "activities", activities)
        for row in activities:
            owner[row["employee_id"]].activity_id = row["id"]
        reported: dict[UUID, list[dict[str, Any]]] = {}
        for row in activities:
            reported.setdefault(row["employee_id"], []).append(row)
        await copy(connection, "day_totals", [_total(region_id, day, own) for own in reported.values()])
        loaded += len(activities)
    return loaded


def _day(region_id: UUID, person: Person, unit_id: UUID, day: date) -> Iterator[dict[str, Any]]:
    for number in range(PER_DAY):
        start = datetime.combine(day, time(8 + number), Zone.WIB.tz)
        sent = start + timedelta(hours=1)
        verified = number < PER_DAY - 1
        yield {
            "region_id": region_id,
            "id": uuid7(),
            "version": 2 if verified else 1,
            "employee_id": person.id,
            "unit_id": unit_id,
            "position_id": person.position_id,
            "day": day,
            "start_at": start,
            "end_at": sent,
            "minutes": 55,
            "category": Category.PRIMARY.value,
            "plan_id": person.plan_id,
            "work_result_id": person.result_id,
            "description": DESCRIPTION,
            "output_quantity": Decimal(1),
            "output_unit": "dokumen",
            "place_type": PlaceType.OFFICE.value,
            "evidence": "[]",
            "device_id": "bench",
            "device_at": sent,
            "received_at": sent,
            "submitted_at": sent,
            "status": (ActivityStatus.VERIFIED if verified else ActivityStatus.SUBMITTED).value,
            "flags": [],
            "verifier_id": None,
            "verified_minutes": 55 if verified else None,
            "verified_quantity": Decimal(1) if verified else None,
            "decided_at": sent + timedelta(hours=20) if verified else None,
        }


def _total(region_id: UUID, day: date, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    granted = [row["verified_minutes"] for row in rows if row["verified_minutes"] is not None]
    return {
        "region_id": region_id,
        "employee_id": rows[0]["employee_id"],
        "day": day,
        "drafts": 0,
        "waiting": len(rows) - len(granted),
        "verified": len(granted),
        "rejected": 0,
        "late": 0,
        "claimed_minutes": sum(row["minutes"] for row in rows),
        "verified_minutes": sum(granted),
        "verified_by_category": orjson.dumps({"PRIMARY": sum(granted)}).decode() if granted else "{}",
        "text_keys": [text_key(DESCRIPTION)],
        "first_reported_at": rows[0]["submitted_at"],
    }
