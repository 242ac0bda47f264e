"""What a superior sees of his people's plans: who carries which result, and who has no plan."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.performance import queries, team_queries
from asn_api.areas.performance.snapshots import period_days
from asn_api.areas.performance.team_schemas import MissingFilter
from asn_api.areas.policies.current import policy_on
from asn_api.core.cells import neutral
from asn_api.core.http.exports import Cell, Column
from asn_api.errors import Problem
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.tables.performance import Plan

Row = Mapping[str, Any]


async def matrix(
    access: Access, db: AsyncSession, plan_id: UUID, *, unlinked: bool
) -> tuple[Select[Any], list[dict[str, Any]], date]:
    """The statement of the rows, the columns, and the day whose team it is."""
    plan = await db.scalar(queries.seen_plan(access, plan_id))
    if plan is None:
        raise Problem("NOT_FOUND")
    day = _nearest(access, plan)
    found = await db.execute(team_queries.columns(access, plan_id))
    columns = [dict(row) for row in found.mappings()]
    return team_queries.rows(access, plan, day, unlinked=unlinked), columns, day


def _nearest(access: Access, plan: Plan) -> date:
    first, last = period_days(plan.period)
    return min(max(access.today, first), last)


def matrix_row(row: Row) -> dict[str, Any]:
    cells = defaultdict(list)
    for each in row["supports"] or ():
        cells[each["parent_id"]].append({name: each[name] for name in ("id", "kind", "statement")})
    return {
        "employee": {name: row[name] for name in ("id", "nip", "name")},
        "unit_name": row["unit_name"],
        "is_member": row["is_member"],
        "plan_id": row["plan_id"],
        "plan_status": row["plan_status"],
        "linked": bool(cells),
        "cells": [{"parent_id": parent, "results": results} for parent, results in cells.items()],
    }


def matrix_columns(results: Sequence[Row]) -> list[Column]:
    """A column for each result, under its statement; a statement may not run as a formula either."""
    heads = [neutral(result["statement"]) for result in results]
    return [
        Column("NIP", "NIP", lambda each: each["nip"]),
        Column("Nama", "Name", lambda each: each["name"]),
        Column("Unit kerja", "Unit", lambda each: each["unit_name"]),
        Column("Status SKP", "Plan", lambda each: each["plan_status"]),
        *(
            Column(head, head, _supports(str(result["id"])))
            for head, result in zip(heads, results, strict=True)
        ),
    ]


def _supports(parent_id: str) -> Any:
    def cell(row: Row) -> Cell:
        return "; ".join(
            each["statement"] for each in row["supports"] or () if each["parent_id"] == parent_id
        )

    return cell


async def missing(access: Access, db: AsyncSession, wanted: MissingFilter) -> Select[Any]:
    policy = await policy_on(db, access.region_id, PlanPolicy, access.today)
    return team_queries.missing(access, wanted, wanted.year or access.today.year, policy)


def missing_row(row: Row) -> dict[str, Any]:
    superior = {"id": row["superior_id"], "name": row["superior_name"]}
    kept = ("unit_id", "unit_name", "in_post_since", "plan_id", "plan_status", "due_on", "overdue")
    return {
        "employee": {name: row[name] for name in ("id", "nip", "name")},
        "superior": superior if row["superior_id"] is not None else None,
        **{name: row[name] for name in kept},
    }


MISSING_COLUMNS = (
    Column("NIP", "NIP", lambda each: each["nip"]),
    Column("Nama", "Name", lambda each: each["name"]),
    Column("Unit kerja", "Unit", lambda each: each["unit_name"]),
    Column("Menjabat sejak", "In post since", lambda each: each["in_post_since"]),
    Column("Atasan", "Superior", lambda each: each["superior_name"]),
    Column("Status SKP", "Plan", lambda each: each["plan_status"]),
    Column("Batas waktu", "Due on", lambda each: each["due_on"]),
    Column("Terlambat", "Overdue", lambda each: each["overdue"]),
)
