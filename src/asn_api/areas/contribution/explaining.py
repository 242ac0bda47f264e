"""Why the numbers are what they are: inputs with their versions, rules, steps."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.contribution import people_queries, queries, units
from asn_api.areas.contribution.people import Person
from asn_api.areas.contribution.schemas import ScopeFilter
from asn_api.areas.contribution.shapes import attained, mean_of, shown, text
from asn_api.areas.contribution.spans import Span
from asn_api.errors import Problem
from asn_api.rules.attainment import capped
from asn_api.rules.contribution import Effort, percent, share

Row = Mapping[Any, Any]
Step = tuple[str, str | None, str]

_KEPT = "sums that every verification, reopening and correction keeps"
_ADVISORY = "advisory: since PermenPANRB 6/2022 no formula decides a rating; never combined with the effort"


def _explained(
    span: Span, indicators: Iterable[Row], steps: list[Step], chains: Iterable[Row] = ()
) -> dict[str, Any]:
    return {
        **span.named,
        "policy": span.valid_from,
        "policy_revision": span.revision,
        "indicators": [_input(row, span) for row in indicators],
        "chains": list(chains),
        "steps": [{"rule": rule, "value": value or "-", "source": source} for rule, value, source in steps],
    }


def _input(row: Row, span: Span) -> dict[str, Any]:
    found = capped(attained(row), span.policy.attainment_cap)
    told = {"target": "target_value", "target_upper": "target_upper", "realisation": "value", "note": "note"}
    return {
        **{name: row[name] for name in ("id", "version", "work_result_id", "polarity", "report_version")},
        **{name: row[column] if row["is_visible"] else None for name, column in told.items()},
        "reported_on": row["day"],
        "attainment_pct": None if found is None else percent(found),
    }


def _effort(effort: Effort, span: Span) -> list[Step]:
    numbers = shown(effort, span.policy)
    return [
        ("minutes: verified, or what a correction put in their place", str(effort.minutes), _KEPT),
        (
            "plan_minutes: split by the shares of the links, whole minutes that sum to the activity's",
            str(effort.plan_minutes),
            "the links of the activities",
        ),
        (
            "goal_minutes: of chains that reached a goal",
            str(effort.goal_minutes),
            "chains as they stood when the work was verified",
        ),
        (
            "plan_alignment = plan_minutes ÷ minutes, 1 decimal, half up",
            numbers["plan_alignment_pct"],
            "null of nothing",
        ),
        (
            "goal_alignment = goal_minutes ÷ minutes, 1 decimal, half up",
            numbers["goal_alignment_pct"],
            "null of nothing",
        ),
        (
            f"MUCH_NON_TASK: non_task_minutes ÷ minutes > {span.policy.non_task_share}",
            numbers["non_task_pct"],
            "policies/contribution",
        ),
    ]


def _outcome(rows: Iterable[Row], span: Span, which: str) -> list[Step]:
    held = list(rows)
    known = sum(attained(row) is not None for row in held)
    return [
        (f"indicators: {which}; {known} of {len(held)} are known", str(known), "newest reports by the end"),
        (
            f"attainment = mean of the known ones, each at most {span.policy.attainment_cap}, 1 decimal, half up",
            text(mean_of(held, span.policy)),
            _ADVISORY,
        ),
    ]


async def of_units(db: AsyncSession, access: Access, span: Span, wanted: ScopeFilter) -> dict[str, Any]:
    effort = await units.scope_effort(db, access, span, wanted)
    found = await units.outcome(db, access, span, wanted)
    rows = [row for _, held in sorted(found.indicators.items()) for row in held]
    which = "of the results through which goals were reached"
    return _explained(span, rows, _effort(effort, span) + _outcome(rows, span, which))


async def of_goal(
    db: AsyncSession, access: Access, span: Span, wanted: ScopeFilter, goal_id: UUID
) -> dict[str, Any]:
    if await db.scalar(queries.goal(access, goal_id)) is None:
        raise Problem("NOT_FOUND")
    effort = await units.scope_effort(db, access, span, wanted)
    reached = [
        row for row in await db.execute(queries.reached(access, span, wanted)) if row.goal_id == goal_id
    ]
    minutes = sum(row.minutes for row in reached)
    everybody = await db.scalar(select(queries.goal_total(access, span, literal(goal_id)))) or 0
    results = {row.result_id for row in reached}
    rows = [
        row._mapping
        for row in (await db.execute(queries.indicators(access, span, results)) if results else ())
    ]
    steps: list[Step] = [
        ("minutes for the goal within reach and filter", str(minutes), _KEPT),
        ("minutes of everything within reach and filter", str(effort.minutes), _KEPT),
        ("minutes for the goal of everybody", str(everybody), _KEPT),
        (
            "effort_share = minutes for the goal ÷ minutes of everything, 1 decimal, half up",
            text(share(minutes, effort.minutes)),
            "rounded parts need not sum to 100",
        ),
        (
            "goal_share = minutes for the goal ÷ those of everybody, 1 decimal, half up",
            text(share(minutes, everybody)),
            "rounded parts need not sum to 100",
        ),
    ]
    return _explained(span, rows, steps + _outcome(rows, span, "of the results that serve the goal"))


async def of_person(db: AsyncSession, access: Access, person: Person) -> dict[str, Any]:
    ids = {result for row in person.rows for result in row["path"]}
    named = {row.id: row._mapping for row in await db.execute(people_queries.named_results(access, ids))}
    chains = [
        {
            "chain_id": row["chain_id"],
            "goal_id": row["goal_id"],
            "path": [_result(id, named.get(id)) for id in row["path"]],
            "month": f"{row['month']:%Y-%m}",
            "unit_id": row["unit_id"],
            "minutes": row["minutes"],
            "non_task_minutes": row["non_task_minutes"],
        }
        for row in person.rows
        if row["minutes"] or row["copied_texts"] or row["same_evidence"]
    ]
    rows = [row for result in sorted(person.on_chains()) for row in person.indicators.get(result, ())]
    steps = _effort(person.effort, person.span)
    steps += _outcome(rows, person.span, "of all results on the chains of this work")
    return _explained(person.span, rows, steps, chains)


def _result(id: UUID, row: Row | None) -> dict[str, Any]:
    names = ("version", "statement", "withdrawn")
    return {"id": id, **{name: None if row is None else row[name] for name in names}}
