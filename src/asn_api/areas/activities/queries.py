"""Reading activities: one, one's own, those within reach."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    Select,
    and_,
    bindparam,
    cast,
    exists,
    false,
    literal,
    null,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement, KeyedColumnElement
from sqlalchemy.types import Boolean, Date, Integer, Text, Uuid

from asn_api.access.actor import Access
from asn_api.access.grants import Permission, Reach
from asn_api.access.scope import hot_records_within, records_within, team
from asn_api.areas.activities.schemas import ActivityFilter, OwnActivityFilter
from asn_api.core.database import Database, Prepared
from asn_api.core.http.paging import Key, Position, day
from asn_api.rules.activities import ActivityActor, ActivityStatus, allowed_actions
from asn_api.rules.calendar import Zone
from asn_api.rules.entries import period_lock
from asn_api.tables.activities import Activity
from asn_api.tables.employees import Employee
from asn_api.tables.organization import ReportingLine, Unit
from asn_api.tables.policies import Policy

_LOCK_DAY = (
    select(cast(Policy.content["period_lock_day"].astext, Integer))
    .where(
        Policy.region_id == Activity.region_id,
        Policy.area == "activities",
        Policy.valid_from <= Activity.day,
    )
    .order_by(Policy.valid_from.desc(), Policy.revision.desc())
    .limit(1)
    .scalar_subquery()
)


def _as_text(id: KeyedColumnElement[Any]) -> ColumnElement[Any]:
    """Ids that are only passed on: orjson would ask back for each of the driver's UUIDs."""
    return id if id.name == "employee_id" else cast(id, Text).label(id.name)


def _rows(is_report: ColumnElement[bool], lock_day: ColumnElement[Any]) -> Select[Any]:
    shown = [column for column in Activity.__table__.columns if column.name != "region_id"]
    return (
        select(
            *[_as_text(column) if isinstance(column.type, Uuid) else column for column in shown],
            Employee.nip,
            Employee.name,
            Unit.path,
            Unit.zone,
            is_report.label("is_report"),
            lock_day.label("lock_day"),
        )
        .join(
            Employee,
            and_(Employee.region_id == Activity.region_id, Employee.id == Activity.employee_id),
        )
        .join(Unit, and_(Unit.region_id == Activity.region_id, Unit.id == Activity.unit_id))
    )


_REPORT = exists().where(
    ReportingLine.region_id == Activity.region_id,
    ReportingLine.employee_id == Activity.employee_id,
    ReportingLine.superior_id == bindparam("me", type_=Uuid),
    ReportingLine.valid.contains(bindparam("today", type_=Date)),
)

ONE = Prepared(
    _rows(_REPORT, _LOCK_DAY).where(
        Activity.region_id == bindparam("region", type_=Uuid),
        Activity.id == bindparam("id", type_=Uuid),
        hot_records_within(Activity.region_id, Activity.employee_id, Activity.unit_id),
    )
)


def one_params(access: Access, id: UUID, scope: dict[str, Any]) -> dict[str, Any]:
    return {"region": access.region_id, "id": id, "me": access.employee_id, "today": access.today, **scope}


async def one(db: AsyncSession, access: Access, id: UUID) -> Any:
    """One's own or a report's activity within a transaction that has just changed it."""
    found = await db.execute(some(access, [id]), viewer(access))
    return found.mappings().one()


def some(access: Access, ids: Collection[UUID]) -> Select[Any]:
    """Those of these activities that are within reach; run it with `viewer`."""
    return _rows(_REPORT, _LOCK_DAY).where(
        Activity.region_id == access.region_id,
        Activity.id.in_(ids),
        records_within(access, Activity.employee_id, Activity.unit_id),
    )


def viewer(access: Access) -> dict[str, Any]:
    return {"me": access.employee_id, "today": access.today}


OWN_ORDER = (Key(Activity.__table__.c.day, "day", day, True), Key(Activity.__table__.c.id, "id", UUID, True))


async def own(
    database: Database, access: Access, wanted: OwnActivityFilter, after: Position | None, rows: int
) -> list[Any]:
    """One's own activities, newest day first."""
    shape = (wanted.status is None, wanted.day_from is None, wanted.day_to is None, after is None)
    params = {
        "region": access.region_id,
        "me": access.employee_id,
        "status": wanted.status,
        "day_from": wanted.day_from,
        "day_to": wanted.day_to,
        "after_day": after.values[0] if after else None,
        "after_id": after.values[1] if after else None,
        "rows": rows,
    }
    return await database.fetch(_own(*shape), params)


@lru_cache(maxsize=16)
def _own(any_status: bool, from_any: bool, to_any: bool, first_page: bool) -> Prepared:
    """One statement per shape, so that each has its own plan."""
    statement = _rows(literal(False), cast(null(), Integer)).where(
        Activity.region_id == bindparam("region", type_=Uuid),
        Activity.employee_id == bindparam("me", type_=Uuid),
    )
    if not any_status:
        statement = statement.where(Activity.status == bindparam("status", type_=Text))
    if not from_any:
        statement = statement.where(Activity.day >= bindparam("day_from", type_=Date))
    if not to_any:
        statement = statement.where(Activity.day <= bindparam("day_to", type_=Date))
    if not first_page:
        statement = statement.where(
            tuple_(Activity.day, Activity.id)
            < tuple_(bindparam("after_day", type_=Date), bindparam("after_id", type_=Uuid))
        )
    return Prepared(
        statement.order_by(Activity.day.desc(), Activity.id.desc()).limit(bindparam("rows", type_=Integer))
    )


def listed(access: Access, wanted: ActivityFilter) -> Select[Any]:
    """Activities within reach that pass the filter."""
    is_report: ColumnElement[bool] = literal(False, Boolean)
    mine = access.employee_id
    if mine is not None and access.reaches(Reach.TEAM):
        is_report = Activity.employee_id.in_(team(access.region_id, mine, access.today))
    statement = _rows(is_report, _LOCK_DAY).where(
        Activity.region_id == access.region_id,
        records_within(access, Activity.employee_id, Activity.unit_id),
    )
    conditions: list[ColumnElement[bool]] = []
    if wanted.employee_id is not None:
        conditions.append(Activity.employee_id == wanted.employee_id)
    if wanted.unit_id is not None:
        conditions.append(Activity.unit_id.in_(_branch(access, wanted.unit_id)))
    if wanted.status is not None:
        conditions.append(Activity.status == wanted.status)
    if wanted.category is not None:
        conditions.append(Activity.category == wanted.category)
    if wanted.day is not None:
        conditions.append(Activity.day == wanted.day)
    if wanted.day_from is not None:
        conditions.append(Activity.day >= wanted.day_from)
    if wanted.day_to is not None:
        conditions.append(Activity.day <= wanted.day_to)
    if wanted.waiting_for_me:
        conditions.append(
            and_(
                Activity.status == ActivityStatus.SUBMITTED,
                Activity.employee_id.in_(team(access.region_id, mine, access.today)) if mine else false(),
            )
        )
    return statement.where(and_(true(), *conditions))


def _branch(access: Access, unit_id: UUID) -> Select[UUID]:
    """This unit and all below it; `records_within` decides what of it is in reach."""
    inner, top = aliased(Unit), aliased(Unit)
    return (
        select(inner.id)
        .join(top, and_(top.region_id == inner.region_id, inner.path.startswith(top.path)))
        .where(inner.region_id == access.region_id, top.id == unit_id)
    )


def order(wanted: ActivityFilter) -> tuple[Key, Key]:
    down = wanted.sort == "-day"
    return (
        Key(Activity.__table__.c.day, "day", day, down),
        Key(Activity.__table__.c.id, "id", UUID, down),
    )


def places(access: Access, ids: list[UUID]) -> Select[UUID, UUID, date, UUID | None]:
    """Owner and day of activities within reach: what must be locked before they can be judged."""
    return select(Activity.id, Activity.employee_id, Activity.day, Activity.work_result_id).where(
        Activity.region_id == access.region_id,
        Activity.id.in_(ids),
        records_within(access, Activity.employee_id, Activity.unit_id),
    )


def sorting(keys: Sequence[Key]) -> list[ColumnElement[Any]]:
    return [key.column.desc() if key.descending else key.column.asc() for key in keys]


def listing(access: Access) -> Callable[[Any], dict[str, Any]]:
    return lambda record: shown(record, access)


def shown(record: Any, access: Access) -> dict[str, Any]:
    """The wire form of a row of this module's statements, from either door."""
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
        "version": record["version"],
        "allowed_actions": _allowed(record["status"], actors(record, access), _locked(record, access.now)),
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


def _locked(record: Any, now: datetime) -> bool:
    lock_day = record["lock_day"]
    return lock_day is not None and _is_locked(record["day"], lock_day, Zone(record["zone"]), now)


def _is_locked(day: date, lock_day: int, zone: Zone, now: datetime) -> bool:
    return now >= period_lock(day, lock_day, zone)


@lru_cache(maxsize=256)
def _allowed(status: str, of: frozenset[ActivityActor], locked: bool) -> orjson.Fragment:
    allowed = allowed_actions(ActivityStatus(status), of, locked)
    return orjson.Fragment(
        orjson.dumps([{"action": each.action, "refused": each.refused} for each in allowed])
    )


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
