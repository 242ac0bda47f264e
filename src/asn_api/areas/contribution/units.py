"""Units, agencies and the region: what they gave, how much of it reached a goal, what came of those goals."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.access.grants import Reach
from asn_api.areas.contribution import queries
from asn_api.areas.contribution.schemas import GoalContributionFilter, ScopeFilter
from asn_api.areas.contribution.shapes import (
    added,
    attained,
    effort_of,
    goal_named,
    mean_of_json,
    shown,
    text,
)
from asn_api.areas.contribution.shapes import named as agency_of
from asn_api.areas.contribution.spans import Span
from asn_api.core.http.exports import Column
from asn_api.errors import Problem
from asn_api.rules.attainment import Known, known, mean
from asn_api.rules.contribution import Effort, share

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Outcome:
    """The results through which each unit reached goals, the indicators of them all, and how far those came."""

    span: Span
    of_units: Mapping[UUID, frozenset[UUID]]
    indicators: Mapping[UUID, list[Row]]
    attained: Mapping[UUID, Known]

    def mean(self, units: Iterable[UUID]) -> str | None:
        """Of the results that these units reached goals through, each once."""
        nothing: frozenset[UUID] = frozenset()
        results = nothing.union(*(self.of_units.get(unit, nothing) for unit in units))
        return text(mean(self.attained[result] for result in results if result in self.attained))


async def check_unit(db: AsyncSession, access: Access, unit_id: UUID | None) -> None:
    if unit_id is not None and await db.scalar(queries.unit(access, unit_id)) is None:
        raise Problem("NOT_FOUND")


async def outcome(db: AsyncSession, access: Access, span: Span, wanted: ScopeFilter) -> Outcome:
    results: dict[UUID, set[UUID]] = defaultdict(set)
    for reached in await db.execute(queries.reached(access, span, wanted)):
        results[reached.unit_id].add(reached.result_id)
    every = {id for held in results.values() for id in held}
    indicators: dict[UUID, list[Row]] = defaultdict(list)
    if every:
        for row in (await db.execute(queries.indicators(access, span, every))).mappings():
            indicators[row["work_result_id"]].append(row)
    cap = span.policy.attainment_cap
    return Outcome(
        span,
        {unit: frozenset(held) for unit, held in results.items()},
        indicators,
        {id: known(map(attained, rows), cap) for id, rows in indicators.items()},
    )


async def summary(db: AsyncSession, access: Access, span: Span, wanted: ScopeFilter) -> dict[str, Any]:
    """All within reach, by agency and by unit: where the least reaches a goal comes first."""
    rows = list((await db.execute(queries.by_unit(access, span, wanted))).mappings())
    found = await outcome(db, access, span, wanted)
    agencies: dict[UUID | None, list[Row]] = defaultdict(list)
    for row in rows:
        agencies[row["agency_id"]].append(row)
    scope = "TEAM"
    if queries.of_units(access, wanted):
        scope = "REGION" if access.reaches(Reach.REGION) else "BRANCH"
    return {
        **span.named,
        "scope": scope,
        "total": _sums(rows, found),
        "agencies": _lowest_first(
            {"agency": agency_of(held[0]), "sums": _sums(held, found)} for held in agencies.values()
        ),
        "units": _lowest_first(map(unit_row(found), rows)),
    }


def unit_row(found: Outcome) -> Callable[[Row], dict[str, Any]]:
    return lambda row: {
        "unit": {"id": row["id"], "name": row["name"]},
        "agency": agency_of(row),
        "sums": _sums([row], found),
    }


def _sums(rows: Iterable[Row], found: Outcome) -> dict[str, Any]:
    held = list(rows)
    effort = added(map(effort_of, held))
    outcome = {"attainment_pct": found.mean(row["id"] for row in held)}
    return shown(effort, found.span.policy) | outcome


def _lowest_first(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    def order(row: dict[str, Any]) -> tuple[bool, float, str]:
        aligned = row["sums"]["goal_alignment_pct"]
        label = row.get("unit") or row["agency"] or {"name": ""}
        return aligned is None, float(aligned or 0), label["name"]

    return sorted(rows, key=order)


def unit_columns(found: Outcome) -> list[Column]:
    def of(indonesian: str, english: str, name: str) -> Column:
        return Column(indonesian, english, lambda row: _sums([row], found)[name])

    return [
        Column("Perangkat daerah", "Agency", lambda row: row["agency_name"]),
        Column("Unit kerja", "Unit", lambda row: row["name"]),
        of("Menit terverifikasi", "Verified minutes", "minutes"),
        of("Menit untuk rencana", "Minutes for plans", "plan_minutes"),
        of("Menit sampai sasaran", "Minutes reaching a goal", "goal_minutes"),
        of("Keselarasan rencana (%)", "Plan alignment (%)", "plan_alignment_pct"),
        of("Keselarasan sasaran (%)", "Goal alignment (%)", "goal_alignment_pct"),
        of("Di luar tugas (%)", "Non-task (%)", "non_task_pct"),
        of("Capaian indikator (%)", "Attainment (%)", "attainment_pct"),
        Column("Tanda", "Flags", lambda row: ", ".join(_sums([row], found)["flags"])),
    ]


async def scope_effort(
    db: AsyncSession, access: Access, span: Span, wanted: ScopeFilter | GoalContributionFilter
) -> Effort:
    """All that the question is about."""
    rows = (await db.execute(queries.by_unit(access, span, wanted))).mappings()
    return added(map(effort_of, rows))


def goal_row(span: Span, all_minutes: int) -> Callable[[Row], dict[str, Any]]:
    """A row of `queries.goals`; `all_minutes` are those of everything that the question is about."""
    return lambda row: {
        "goal": goal_named(row),
        "agency": agency_of(row),
        "minutes": row["minutes"],
        "effort_share_pct": text(share(row["minutes"], all_minutes)),
        "goal_share_pct": text(share(row["minutes"], row["of_everybody"])),
        "people": row["people"],
        "attainment_pct": text(mean_of_json(row["indicators"], span.policy)),
    }


def goal_columns(span: Span, all_minutes: int) -> list[Column]:
    shape = goal_row(span, all_minutes)

    def of(indonesian: str, english: str, name: str) -> Column:
        return Column(indonesian, english, lambda row: shape(row)[name])

    return [
        Column("Perangkat daerah", "Agency", lambda row: row["agency_name"]),
        Column("Kode", "Code", lambda row: row["code"]),
        Column("Sasaran", "Goal", lambda row: row["statement"]),
        of("Menit", "Minutes", "minutes"),
        of("Bagian dari semua menit (%)", "Share of all minutes (%)", "effort_share_pct"),
        of("Bagian dari sasaran (%)", "Share of the goal (%)", "goal_share_pct"),
        of("Pegawai", "People", "people"),
        of("Capaian indikator (%)", "Attainment (%)", "attainment_pct"),
    ]
