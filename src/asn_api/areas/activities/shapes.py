"""How an activity looks to whoever reads it, and what the reader may do about it."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from asn_api.access.actor import Access
from asn_api.access.grants import Permission, Reach
from asn_api.areas.activities import places
from asn_api.rules.activities import ActivityActor, ActivityStatus, allowed_actions
from asn_api.rules.calendar import Zone
from asn_api.rules.entries import period_lock


def listing(access: Access, around: places.Surroundings | None = None) -> Callable[[Any], dict[str, Any]]:
    return lambda record: shown(record, access, around)


def complaint_of(record: Any, access: Access) -> UUID | None:
    """The complaint that somebody else's activity names: to be asked about before it is shown."""
    named = record["complaint_id"]
    return UUID(named) if named is not None and record["employee_id"] != access.employee_id else None


def shown(
    record: Any,
    access: Access,
    around: places.Surroundings | None = None,
    complaints: Collection[UUID] = (),
) -> dict[str, Any]:
    """The wire form of a row of the statements of `queries`, from either door.

    Without `around` a lock that an outage moved is shown as if there had been none. `complaints` are those that
    the caller reads: only these are named, apart from what he named himself.
    """
    asked = complaint_of(record, access)
    evidence = record["evidence"]
    decided = record["decided_at"] is not None or record["comment"] is not None
    return {
        "id": record["id"],
        "employee": {"id": record["employee_id"], "nip": record["nip"], "name": record["name"]},
        "unit_id": record["unit_id"],
        "position_id": record["position_id"],
        "day": record["day"],
        "start_at": record["start_at"],
        "end_at": record["end_at"],
        "minutes": record["minutes"],
        "category": record["category"],
        "description": record["description"],
        "output_quantity": _decimal(record["output_quantity"]),
        "output_unit": record["output_unit"],
        "place_type": record["place_type"],
        "plan_id": record["plan_id"],
        "work_result_id": record["work_result_id"],
        "indicator_id": record["indicator_id"],
        "links": _links(record),
        "complaint_id": record["complaint_id"] if asked is None or asked in complaints else None,
        "location": _location(record),
        "evidence": orjson.Fragment(evidence) if isinstance(evidence, str) else evidence,
        "device_id": record["device_id"],
        "device_at": record["device_at"],
        "received_at": record["received_at"],
        "submitted_at": record["submitted_at"],
        "status": record["status"],
        "flags": record["flags"],
        "verification": {
            "verifier_id": record["verifier_id"],
            "minutes": record["verified_minutes"],
            "quantity": _decimal(record["verified_quantity"]),
            "comment": record["comment"],
            "decided_at": record["decided_at"],
        }
        if decided
        else None,
        "corrected_minutes": record["corrected_minutes"],
        "version": record["version"],
        "allowed_actions": _allowed(
            record["status"],
            actors(record, access),
            _locked(record, access.now, around),
            record["corrected_minutes"] is not None,
        ),
    }


def actors(record: Any, access: Access) -> frozenset[ActivityActor]:
    """What the caller is to this activity."""
    scopes = access.actor.permissions.get(Permission.ACTIVITIES_REOPEN, ())
    admin = bool(scopes) and any(
        reach is Reach.REGION or (reach is Reach.BRANCH and record["path"].startswith(path))
        for reach, path in scopes
    )
    return _actors(record["employee_id"] == access.employee_id, record["is_report"], admin)


@lru_cache
def _actors(owner: bool, verifier: bool, admin: bool) -> frozenset[ActivityActor]:
    given = {ActivityActor.OWNER: owner, ActivityActor.VERIFIER: verifier, ActivityActor.ADMIN: admin}
    return frozenset(actor for actor, is_one in given.items() if is_one)


def _locked(record: Any, now: datetime, around: places.Surroundings | None) -> bool:
    lock_day = record["lock_day"]
    if lock_day is None:
        return False
    if around is None:
        return now >= _undisturbed_lock(record["day"], lock_day, record["zone"])
    place = around.place(Zone(record["zone"]), record["days_per_week"], record["path"])
    return now >= period_lock(record["day"], lock_day, place)


@lru_cache(maxsize=4096)
def _undisturbed_lock(day: date, lock_day: int, zone: str) -> datetime:
    return period_lock(day, lock_day, places.bare(Zone(zone)))


@lru_cache(maxsize=256)
def _allowed(status: str, of: frozenset[ActivityActor], locked: bool, corrected: bool) -> orjson.Fragment:
    allowed = allowed_actions(ActivityStatus(status), of, locked, corrected)
    return orjson.Fragment(
        orjson.dumps([{"action": each.action, "refused": each.refused} for each in allowed])
    )


def _links(record: Any) -> list[dict[str, Any]]:
    if record["work_result_id"] is None:
        return []
    first = {name: record[name] for name in ("plan_id", "work_result_id", "indicator_id")}
    further = record["further_links"]
    if isinstance(further, str):
        further = orjson.loads(further)
    return [{**first, "share": _decimal(record["share"])}, *further]


@lru_cache(maxsize=4096)
def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _location(record: Any) -> dict[str, Any] | None:
    if record["latitude"] is None:
        return None
    return {
        "latitude": record["latitude"],
        "longitude": record["longitude"],
        "accuracy_m": record["accuracy_m"],
        "mock": record["mock_location"],
        "provider": record["location_provider"],
    }
