"""The heat map of a branch, each part right below a unit against each competency, and the people behind it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.competencies import level_queries, queries
from asn_api.areas.competencies.schemas import (
    CellOut,
    CompetencyGapOut,
    CompetencyMapOut,
    GapFilter,
    MapFilter,
    MapRowOut,
)
from asn_api.areas.policies.current import policy_on
from asn_api.core.http.exports import Column
from asn_api.core.http.paging import Key
from asn_api.errors import Problem
from asn_api.rules.competencies import GapStatus, group_of
from asn_api.rules.competency_policy import CompetencyPolicy


async def shown(access: Access, db: AsyncSession, unit_id: UUID, wanted: MapFilter) -> CompetencyMapOut:
    top = await db.scalar(queries.branch(access, unit_id))
    if top is None:
        raise Problem("NOT_FOUND")
    day: date = wanted.as_of or access.today
    policy = await policy_on(db, access.region_id, CompetencyPolicy, day)
    people = level_queries.of_branch(access, day, top.path)
    heads = (await db.execute(level_queries.map_rows(access, people, top))).mappings().all()
    found = level_queries.gaps(access, people, policy, day)
    cells: dict[UUID | None, list[CellOut]] = defaultdict(list)
    for row in (await db.execute(level_queries.map_cells(access, found, top))).mappings():
        if wanted.group is None or group_of(row["competency_code"]) is wanted.group:
            cells[row["part"]].append(CellOut.model_validate(dict(row)))
    by_part: dict[UUID | None, Any] = {row["part"]: row for row in heads}
    named = (await db.execute(queries.unit_names(access, [part for part in by_part if part]))).all()
    return CompetencyMapOut(
        unit_id=top.id,
        as_of=day,
        total=_row(top.id, top.name, by_part.get(None), cells[None]),
        parts=[_row(id, name, by_part[id], cells[id]) for id, name in named],
    )


COLUMNS = (
    Column("NIP", "NIP", lambda row: row["employee_nip"]),
    Column("Nama", "Name", lambda row: row["employee_name"]),
    Column("Unit kerja", "Unit", lambda row: row["unit_name"]),
    Column("Jabatan", "Position", lambda row: row["position_title"]),
    Column("Kode kompetensi", "Competency", lambda row: row["competency_code"]),
    Column("Standar", "Required", lambda row: row["required"]),
    Column("Dimiliki", "Held", lambda row: row["held"]),
    Column("Selisih", "Gap", lambda row: row["gap"]),
    Column("Status", "Status", lambda row: GapStatus(row["status"])),
    Column("Urgensi", "Urgency", lambda row: row["urgency"]),
)


async def listed(access: Access, db: AsyncSession, wanted: GapFilter) -> tuple[Select[Any], Sequence[Key]]:
    """The people behind a map's cells, by the policy of the day."""
    policy = await policy_on(db, access.region_id, CompetencyPolicy, wanted.as_of or access.today)
    return level_queries.listed(access, policy, wanted)


def gap_shape(row: Any) -> dict[str, Any]:
    person = {"id": row["employee_id"], "nip": row["employee_nip"], "name": row["employee_name"]}
    return {**{name: row[name] for name in CompetencyGapOut.model_fields if name in row}, "employee": person}


def _row(id: UUID, name: str, heads: Any, cells: list[CellOut]) -> MapRowOut:
    return MapRowOut(
        unit_id=id,
        unit_name=name,
        people=heads["people"] if heads else 0,
        without_standard=heads["without_standard"] if heads else 0,
        cells=cells,
    )
