"""The SQL of writing: activities, journal, totals and sums in one statement; the chains under which work counts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from asn_api.access.actor import Access
from asn_api.rules.contribution import EFFORT_NUMBERS, UNIT_NUMBERS, Chain, Node
from asn_api.rules.rollups import DECISION_NUMBERS, MONTH_NUMBERS

COLUMNS: Mapping[str, str] = {
    "id": "uuid",
    "employee_id": "uuid",
    "unit_id": "uuid",
    "position_id": "uuid",
    "day": "date",
    "start_at": "timestamptz",
    "end_at": "timestamptz",
    "minutes": "int",
    "category": "text",
    "plan_id": "uuid",
    "work_result_id": "uuid",
    "indicator_id": "uuid",
    "share": "numeric",
    "further_links": "jsonb",
    "complaint_id": "uuid",
    "description": "text",
    "output_quantity": "numeric",
    "output_unit": "text",
    "place_type": "text",
    "latitude": "float8",
    "longitude": "float8",
    "accuracy_m": "float8",
    "mock_location": "bool",
    "location_provider": "text",
    "evidence": "jsonb",
    "device_id": "text",
    "device_at": "timestamptz",
    "received_at": "timestamptz",
    "submitted_at": "timestamptz",
    "status": "text",
    "flags": "text[]",
    "verifier_id": "uuid",
    "verified_minutes": "int",
    "verified_quantity": "numeric",
    "comment": "text",
    "decided_at": "timestamptz",
    "version": "bigint",
}
CHAINS: Mapping[str, str] = {"chain_id": "uuid", "further_chain_ids": "uuid[]"}
"""Written only where something comes to count, or ceases to."""
_TOTALS: Mapping[str, str] = {
    "drafts": "int",
    "waiting": "int",
    "verified": "int",
    "rejected": "int",
    "late": "int",
    "claimed_minutes": "int",
    "verified_minutes": "int",
    "verified_by_category": "jsonb",
    "corrected_by_category": "jsonb",
    "text_keys": "int[]",
    "evidence_keys": "int[]",
    "first_reported_at": "timestamptz",
}
_JOURNAL: Mapping[str, str] = {
    "at": "timestamptz",
    "entity": "text",
    "entity_id": "uuid",
    "version": "bigint",
    "action": "text",
    "account_id": "uuid",
    "actor_id": "uuid",
    "client_id": "uuid",
    "on_behalf_of": "uuid",
    "request_id": "text",
    "operation_id": "uuid",
    "changes": "jsonb",
    "unit_id": "uuid",
    "employee_id": "uuid",
}


_UNIT_MONTH: Mapping[str, str] = {"unit_id": "uuid", "month": "date"}
_VERIFIED_DAY: Mapping[str, str] = {"verifier_id": "uuid", "unit_id": "uuid", "day": "date"}
_EFFORT: Mapping[str, str] = {"employee_id": "uuid", "month": "date", "unit_id": "uuid", "chain_id": "uuid"}
_UNIT_EFFORT: Mapping[str, str] = {"month": "date", "unit_id": "uuid"}
_GOAL_EFFORT: Mapping[str, str] = {**_UNIT_EFFORT, "goal_id": "uuid", "result_id": "uuid"}


def _typed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


def _adding(
    table: str,
    keys: Mapping[str, str],
    numbers: Sequence[str],
    parameter: str,
    also: Mapping[str, str] | None = None,
) -> str:
    """Adds numbers to kept sums, row by row in one order for everybody: they are locked until the commit."""
    also = also or {}
    given = _typed({**keys, **also, **dict.fromkeys(numbers, "int")})
    named = ", ".join([*keys, *also, *numbers])
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in numbers)
    return f"""
    insert into {table} (region_id, {named})
    select $1, {named} from jsonb_to_recordset({parameter}::jsonb) as x ({given}) order by {", ".join(keys)}
    on conflict (region_id, {", ".join(keys)}) do update set {added}"""  # noqa: S608


# What many people share is in CTEs that nothing reads: those run when all else is done, the last one first.
def _writing(columns: Mapping[str, str], shared: str, own: str) -> str:
    return f"""
with stored as (
    insert into activities (region_id, {", ".join(columns)})
    select $1, {", ".join(columns)} from jsonb_to_recordset($2::jsonb) as x ({_typed(columns)})
    on conflict (region_id, id) do update set {", ".join(f"{name} = excluded.{name}" for name in columns)}
    where activities.employee_id = excluded.employee_id
    returning 1
), gone as (
    delete from activities where region_id = $1 and id = any($3::uuid[]) returning 1
), moved as (
    update evidence e set unit_id = x.unit_id, day = x.day
    from jsonb_to_recordset($2::jsonb) as x (id uuid, unit_id uuid, day date), evidence o
    where e.region_id = $1 and e.activity_id = x.id and (e.unit_id, e.day) <> (x.unit_id, x.day)
        and o.region_id = e.region_id and o.id = e.id
    returning e.id, e.activity_id, e.version,
        case when o.day <> e.day
            then jsonb_build_object('day', jsonb_build_array(o.day, e.day)) else '{{}}' end
        || case when o.unit_id <> e.unit_id
            then jsonb_build_object('unit_id', jsonb_build_array(o.unit_id, e.unit_id)) else '{{}}' end as news
), moved_logged as (
    insert into journal (region_id, {", ".join(_JOURNAL)})
    select $1, j.at, 'evidence', m.id, m.version, 'MOVE', j.account_id, j.actor_id, j.client_id,
        j.on_behalf_of, j.request_id, null, m.news, j.unit_id, j.employee_id
    from moved m
    join (select distinct on (entity_id) * from jsonb_to_recordset($4::jsonb) as x ({_typed(_JOURNAL)})
          order by entity_id, version desc) as j on j.entity_id = m.activity_id
    returning 1
), dropped as (
    delete from evidence e where e.region_id = $1 and e.activity_id = any($3::uuid[])
    returning e.id, e.activity_id, e.version,
        to_jsonb(e) - '{{region_id,id,version,employee_id,unit_id}}'::text[] as held
), dropped_logged as (
    insert into journal (region_id, {", ".join(_JOURNAL)})
    select $1, j.at, 'evidence', d.id, d.version + 1, 'DELETE', j.account_id, j.actor_id, j.client_id,
        j.on_behalf_of, j.request_id, null, (select jsonb_object_agg(key, jsonb_build_array(value, null))
                             from jsonb_each(d.held) where value <> 'null'), j.unit_id, j.employee_id
    from dropped d
    join jsonb_to_recordset($4::jsonb) as j ({_typed(_JOURNAL)})
        on j.entity_id = d.activity_id and j.action = 'DELETE'
    returning 1
), logged as (
    insert into journal (region_id, {", ".join(_JOURNAL)})
    select $1, {", ".join(_JOURNAL)} from jsonb_to_recordset($4::jsonb) as x ({_typed(_JOURNAL)})
    returning 1
), totals as (
    insert into day_totals (region_id, employee_id, day, {", ".join(_TOTALS)})
    select $1, employee_id, day, {", ".join(_TOTALS)}
    from jsonb_to_recordset($5::jsonb) as x (employee_id uuid, day date, {_typed(_TOTALS)})
    on conflict (region_id, employee_id, day) do update
    set {", ".join(f"{name} = excluded.{name}" for name in _TOTALS)}
    returning 1
){shared}, decided as ({_adding("verification_days", _VERIFIED_DAY, DECISION_NUMBERS, "$7")}
), months as ({_adding("unit_months", _UNIT_MONTH, MONTH_NUMBERS, "$6")}
){own}
select (select count(*) from stored) + (select count(*) from gone) as changed,
    (select count(*) from logged) as logged, (select count(*) from totals) as summed
"""  # noqa: S608 (column names of this module only)


# Beside it what comes to count, or ceases to: sums that are shared, those of one person, the chains.
_SHARED = f""", unit_efforts as ({_adding("unit_contributions", _UNIT_EFFORT, UNIT_NUMBERS, "$10")}
), goal_efforts as ({_adding("goal_contributions", _GOAL_EFFORT, ("minutes",), "$11")}
)"""
_OWN = f""", efforts as ({_adding("contributions", _EFFORT, EFFORT_NUMBERS, "$9", {"goal_id": "uuid"})}
), chained as (
    insert into result_chains (region_id, id, path, goal_id)
    select $1, id, path, goal_id from jsonb_to_recordset($8::jsonb) as x (id uuid, path uuid[], goal_id uuid)
    order by id on conflict do nothing
)"""  # noqa: S608

_WRITE = _writing(COLUMNS, "", "")
_WRITE_COUNTING = _writing({**COLUMNS, **CHAINS}, _SHARED, _OWN)

_CASCADE = """
with recursive above (id) as (
    select unnest($2::uuid[])
    union
    select w.parent_id from above join work_results w on w.region_id = $1 and w.id = above.id
    where w.parent_id is not null and w.goal_id is null
)
select w.id, w.parent_id, w.goal_id, w.withdrawn, null::uuid[] as path
from above join work_results w on w.region_id = $1 and w.id = above.id
union all
select c.id, null, c.goal_id, false, c.path from result_chains c where c.region_id = $1 and c.id = any($3::uuid[])
"""


async def cascade(
    driver: asyncpg.Connection, access: Access, results: Collection[UUID], kept: Collection[UUID]
) -> tuple[dict[UUID, Node], dict[UUID, Chain]]:
    """These work results with all that stands above them now, and these chains as they were kept."""
    rows = await driver.fetch(_CASCADE, access.region_id, list(results), list(kept))
    nodes = {
        row["id"]: Node(row["parent_id"], row["goal_id"], row["withdrawn"])
        for row in rows
        if row["path"] is None
    }
    chains = {row["id"]: Chain(tuple(row["path"]), row["goal_id"]) for row in rows if row["path"] is not None}
    return nodes, chains


@dataclass(frozen=True, slots=True)
class Additions:
    """What comes to count, or ceases to: new chains, and what is added to the sums of contributions."""

    chains: Sequence[Mapping[str, Any]]
    efforts: Sequence[Mapping[str, Any]]
    units: Sequence[Mapping[str, Any]]
    goals: Sequence[Mapping[str, Any]]


async def write(
    driver: asyncpg.Connection,
    access: Access,
    *,
    rows: Sequence[Mapping[str, Any]],
    deleted: Sequence[UUID],
    journal: Sequence[Mapping[str, Any]],
    totals: Sequence[Mapping[str, Any]],
    months: Sequence[Mapping[str, Any]],
    days: Sequence[Mapping[str, Any]],
    additions: Additions | None,
) -> int:
    """Store activities, journal, totals and sums in one statement; gives the number of activities changed."""
    given = [access.region_id, _json(rows), list(deleted), *map(_json, (journal, totals, months, days))]
    statement = _WRITE
    if additions is not None:
        statement = _WRITE_COUNTING
        given += map(_json, (additions.chains, additions.efforts, additions.units, additions.goals))
    changed: int = await driver.fetchval(statement, *given)
    return changed


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps(rows, default=str).decode()
