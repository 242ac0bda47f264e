"""Under which chains work comes to count, and what a ledger's write adds to the sums of contributions."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from asn_api.access.actor import Access
from asn_api.areas.activities.writing_queries import Additions, cascade
from asn_api.rules.contribution import (
    NOTHING,
    Chain,
    Counted,
    chain_ids,
    chain_of,
    counted_minutes,
    effort_changes,
    linked_results,
    unit_changes,
)

Row = dict[str, Any]


class State(NamedTuple):
    """An activity at one moment, None where there is none, and what a correction put in place of its minutes."""

    row: Row | None
    corrected: int | None

    @property
    def minutes(self) -> int | None:
        return counted_minutes(self.row, self.corrected)

    @property
    def counted(self) -> Counted | None:
        minutes = self.minutes
        return None if self.row is None or minutes is None else (self.row, minutes)


async def settled(
    driver: asyncpg.Connection, access: Access, changes: Sequence[tuple[State, State]]
) -> tuple[list[Row], Additions]:
    """The rows whose chains change, with them, and what is to be added.

    What comes to count gets the chains of this moment; what counts already keeps its own, so that it is taken
    off again exactly as it was added, whatever has become of the cascade since.
    """
    began = [after.row for before, after in changes if before.counted is None and after.row is not None]
    counted = [before.row for before, _ in changes if before.counted and before.row]
    # The chains of what was decided before there were any have the ids of the results.
    unknown = [row for row in counted if row["chain_id"] is None]
    results = {id for row in (*began, *unknown) for id in linked_results(row)}
    nodes, chains = await cascade(driver, access, results, {id for row in counted for id in chain_ids(row)})
    chains[NOTHING.id] = NOTHING
    kept = set(chains)
    for row in unknown:
        for result in linked_results(row):
            chains.setdefault(result, chain_of(result, nodes))
    rows: list[Row] = []
    counts: list[tuple[Counted | None, Counted | None]] = []
    for before, after in changes:
        end = after.counted
        if after.row is not None and (before.counted is None or end is None):
            found = [chain_of(result, nodes) for result in linked_results(after.row)] if end else []
            chains |= {chain.id: chain for chain in found}
            row = {**after.row, **_linked(found)}
            rows.append(row)
            end = (row, end[1]) if end else None
        counts.append((before.counted, end))
    return rows, _additions(counts, chains, kept - {NOTHING.id})


def _linked(chains: Sequence[Chain]) -> Row:
    ids = [chain.id for chain in chains]
    return {"chain_id": ids[0] if ids else None, "further_chain_ids": ids[1:] or None}


def _additions(
    counts: Sequence[tuple[Counted | None, Counted | None]], chains: dict[UUID, Chain], kept: set[UUID]
) -> Additions:
    efforts = effort_changes(counts)
    units, goals = unit_changes(efforts, chains)
    used = {chain_id for _, _, _, chain_id in efforts} | {
        id for _, after in counts if after for id in chain_ids(after[0])
    }
    return Additions(
        chains=[
            {"id": id, "path": chains[id].path, "goal_id": chains[id].goal} for id in sorted(used - kept)
        ],
        efforts=[
            {
                "employee_id": person,
                "month": month,
                "unit_id": unit,
                "chain_id": id,
                "goal_id": chains[id].goal,
            }
            | sums
            for (person, month, unit, id), sums in efforts.items()
        ],
        units=[{"month": month, "unit_id": unit} | sums for (month, unit), sums in units.items()],
        goals=[
            {"month": month, "unit_id": unit, "goal_id": goal, "result_id": result} | sums
            for (month, unit, goal, result), sums in goals.items()
        ],
    )
