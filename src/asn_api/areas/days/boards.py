"""Puts a board together: the day's targets, the roster's rows, the sums of the units below."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.calendar.queries import calendar_for
from asn_api.areas.days import queries
from asn_api.areas.days.schemas import BoardFilter, SummaryFilter
from asn_api.areas.policies.current import policy_on
from asn_api.core.http.exports import Column
from asn_api.core.http.paging import Key
from asn_api.errors import Problem
from asn_api.rules.days import DayState
from asn_api.rules.minutes import day_target
from asn_api.rules.policy import ActivityPolicy

_STATES = tuple(DayState)
_SUMS = (
    "employees",
    "expected",
    "reported",
    "not_reported",
    "below_target",
    "late_activities",
    "waiting_activities",
    "rejected_activities",
    "target_minutes",
    "claimed_minutes",
    "verified_minutes",
)


async def _targets(db: AsyncSession, access: Access, day: date) -> queries.Targets:
    policy = await policy_on(db, access.region_id, ActivityPolicy, day)
    # Without a path only the nation's and the whole region's days off; those of branches are told apart in SQL.
    calendar = await calendar_for(access, db, "", day, day)
    by_week = {week: day_target(day, week, calendar, policy) for week in policy.daily_target_minutes}
    return queries.Targets(
        by_week, [path for path in await db.scalars(queries.off_paths(access, day)) if path]
    )


async def board(
    db: AsyncSession, access: Access, day: date, wanted: BoardFilter
) -> tuple[Select[Any], tuple[Key, ...]]:
    statement = queries.board(access, day, await _targets(db, access, day), wanted)
    return statement, queries.board_keys(statement)


def row(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "employee": {"id": found["id"], "nip": found["nip"], "name": found["name"]},
        "unit": {"id": found["unit_id"], "name": found["unit_name"]},
        "state": _STATES[found["severity"]],
        "target_minutes": found["target"],
        "totals": {name: found[name] for name in (*queries.TOTALS, "first_reported_at")},
    }


COLUMNS = (
    Column("NIP", "NIP", lambda each: each["nip"]),
    Column("Nama", "Name", lambda each: each["name"]),
    Column("Unit kerja", "Unit", lambda each: each["unit_name"]),
    Column("Keadaan", "State", lambda each: _STATES[each["severity"]]),
    Column("Target menit", "Target minutes", lambda each: each["target"]),
    Column("Menit dilaporkan", "Claimed minutes", lambda each: each["claimed_minutes"]),
    Column("Menit terverifikasi", "Verified minutes", lambda each: each["verified_minutes"]),
    Column("Menunggu", "Waiting", lambda each: each["waiting"]),
    Column("Ditolak", "Rejected", lambda each: each["rejected"]),
    Column("Terlambat", "Late", lambda each: each["late"]),
)


async def summary(db: AsyncSession, access: Access, day: date, wanted: SummaryFilter) -> dict[str, Any]:
    """Sums of all within reach and of the units right below the chosen one, the worst first."""
    level = 1
    if wanted.unit_id is not None:
        top = await db.scalar(queries.unit(access, wanted.unit_id))
        if top is None:
            raise Problem("NOT_FOUND")
        level = top.path.count(".")
    elif access.branches:
        level = min(path.count(".") for path in access.branches)
    targets = await _targets(db, access, day)
    rows = list((await db.execute(queries.sums(access, day, targets, wanted, level))).mappings())
    ids = [UUID(hex=each["node"]) for each in rows]
    names = {each.id: each.name for each in await db.execute(queries.unit_names(access, ids))}
    units = [
        {"unit": {"id": id, "name": names[id]}, "sums": {name: each[name] for name in _SUMS}}
        for id, each in zip(ids, rows, strict=True)
    ]
    units.sort(key=lambda each: (-each["sums"]["not_reported"], each["unit"]["name"]))
    return {
        "day": day,
        "scope": "TEAM" if wanted.team else "BRANCH",
        "total": {name: sum(each[name] for each in rows) for name in _SUMS},
        "waiting_before": await db.scalar(queries.waiting_before(access, day, wanted)),
        "units": units,
    }
