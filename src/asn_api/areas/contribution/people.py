"""Single people: lists of those within reach, and one person's contribution as he sees it himself."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.contribution import people_queries, queries
from asn_api.areas.contribution.shapes import (
    added,
    effort_of,
    goal_named,
    mean_of,
    mean_of_json,
    shown,
    text,
)
from asn_api.areas.contribution.shapes import named as agency_of
from asn_api.areas.contribution.spans import Span
from asn_api.core.http.exports import Column
from asn_api.errors import Problem
from asn_api.rules.contribution import ContributionFlag, Effort, result_flags, share

Row = Mapping[Any, Any]


async def total_of_goal(db: AsyncSession, access: Access, span: Span, goal_id: UUID | None) -> int | None:
    """All minutes that anybody gave to the goal of the filter."""
    if goal_id is None:
        return None
    if await db.scalar(queries.goal(access, goal_id)) is None:
        raise Problem("NOT_FOUND")
    total: int | None = await db.scalar(select(queries.goal_total(access, span, literal(goal_id))))
    return total


def person_row(span: Span, of_goal: int | None) -> Callable[[Row], dict[str, Any]]:
    """A row of `people_queries.people`; `of_goal` is None without a goal in the filter."""

    def row(found: Row) -> dict[str, Any]:
        flags = {
            ContributionFlag.REALISATION_WITHOUT_WORK: found["reported_without_work"],
            ContributionFlag.WORK_WITHOUT_REALISATION: found["worked_without_report"],
        }
        return {
            "employee": {"id": found["id"], "nip": found["nip"], "name": found["name"]},
            "effort": shown(
                effort_of(found["sums"]), span.policy, [flag for flag, is_so in flags.items() if is_so]
            ),
            "goal_minutes": found["goal_minutes"],
            "goal_share_pct": None if of_goal is None else text(share(found["goal_minutes"], of_goal)),
            "attainment_pct": text(mean_of_json(found["indicators"], span.policy)),
        }

    return row


def columns(span: Span, of_goal: int | None) -> list[Column]:
    shape = person_row(span, of_goal)

    def effort(indonesian: str, english: str, name: str) -> Column:
        return Column(indonesian, english, lambda row: shape(row)["effort"][name])

    def of(indonesian: str, english: str, name: str) -> Column:
        return Column(indonesian, english, lambda row: shape(row)[name])

    return [
        Column("NIP", "NIP", lambda row: row["nip"]),
        Column("Nama", "Name", lambda row: row["name"]),
        effort("Menit terverifikasi", "Verified minutes", "minutes"),
        effort("Menit untuk rencana", "Minutes for plans", "plan_minutes"),
        effort("Menit sampai sasaran", "Minutes reaching a goal", "goal_minutes"),
        effort("Keselarasan rencana (%)", "Plan alignment (%)", "plan_alignment_pct"),
        effort("Keselarasan sasaran (%)", "Goal alignment (%)", "goal_alignment_pct"),
        effort("Di luar tugas (%)", "Non-task (%)", "non_task_pct"),
        of("Menit untuk sasaran ini", "Minutes for this goal", "goal_minutes"),
        of("Bagian dari sasaran ini (%)", "Share of this goal (%)", "goal_share_pct"),
        of("Capaian indikator (%)", "Attainment (%)", "attainment_pct"),
        Column("Tanda", "Flags", lambda row: ", ".join(shape(row)["effort"]["flags"])),
    ]


@dataclass(frozen=True)
class Person:
    """One employee with the rows, results and indicators that his numbers are made from."""

    span: Span
    employee: dict[str, Any]
    rows: Sequence[Row]
    results: Sequence[Row]
    indicators: Mapping[UUID, Sequence[Row]]

    @property
    def effort(self) -> Effort:
        return added(effort_of(_summable(row)) for row in self.rows)

    def mean(self, results: set[UUID]) -> str | None:
        rows = (row for result in sorted(results) for row in self.indicators.get(result, ()))
        return text(mean_of(rows, self.span.policy))

    def on_chains(self, goal_id: UUID | None = None) -> set[UUID]:
        """The results on the chains of this work, of that which reached a goal when one is given."""
        return {
            result
            for row in self.rows
            if row["minutes"] > 0 and goal_id in (None, row["goal_id"])
            for result in row["path"]
        }


def _summable(row: Row) -> Row:
    minutes = row["minutes"]
    return {
        **row,
        "plan_minutes": minutes if row["path"] else 0,
        "goal_minutes": minutes if row["goal_id"] else 0,
    }


async def one(db: AsyncSession, access: Access, span: Span, employee_id: UUID) -> Person:
    """Everything about a person within reach; a branch sees what was done in it."""
    employee = (await db.execute(people_queries.person(access, employee_id))).one_or_none()
    rows = [row._mapping for row in await db.execute(people_queries.of_one(access, span, employee_id))]
    if employee is None or not (employee.is_within or rows):
        raise Problem("NOT_FOUND")
    worked_for = {row["path"][0] for row in rows if row["path"] and row["minutes"] > 0}
    planned = people_queries.planned(access, span, employee_id, worked_for)
    results = [row._mapping for row in await db.execute(planned)]
    wanted = {result for row in rows for result in row["path"]} | {row["id"] for row in results}
    indicators: dict[UUID, list[Row]] = defaultdict(list)
    if wanted:
        for row in (await db.execute(queries.indicators(access, span, wanted))).mappings():
            indicators[row["work_result_id"]].append(row)
    named = {"id": employee.id, "nip": employee.nip, "name": employee.name}
    return Person(span, named, rows, results, indicators)


async def shown_one(db: AsyncSession, access: Access, person: Person) -> dict[str, Any]:
    effort, span = person.effort, person.span
    results = [_result(person, row, effort.minutes) for row in person.results]
    further = sorted({flag for result in results for flag in result["flags"]})
    return {
        **span.named,
        "employee": person.employee,
        "effort": shown(effort, span.policy, further),
        "attainment_pct": person.mean(person.on_chains()),
        "goals": await _goals(db, access, person, effort.minutes),
        "results": results,
    }


async def _goals(db: AsyncSession, access: Access, person: Person, all_minutes: int) -> list[dict[str, Any]]:
    minutes: dict[UUID, int] = defaultdict(int)
    for row in person.rows:
        if row["goal_id"] is not None:
            minutes[row["goal_id"]] += row["minutes"]
    served = [goal_id for goal_id, mine in minutes.items() if mine]
    found = []
    for row in (await db.execute(people_queries.named_goals(access, person.span, served))).mappings():
        mine = minutes[row["id"]]
        found.append(
            {
                "goal": goal_named(row),
                "agency": agency_of(row),
                "minutes": mine,
                "effort_share_pct": text(share(mine, all_minutes)),
                "goal_share_pct": text(share(mine, row["of_everybody"])),
                "attainment_pct": person.mean(person.on_chains(row["id"])),
            }
        )
    return found


def _result(person: Person, row: Row, all_minutes: int) -> dict[str, Any]:
    worked = [each for each in person.rows if each["path"] and each["path"][0] == row["id"]]
    minutes = sum(each["minutes"] for each in worked)
    goals = {each["goal_id"] for each in worked if each["goal_id"] and each["minutes"] > 0}
    return {
        "id": row["id"],
        "plan_id": row["plan_id"],
        "statement": row["statement"],
        "withdrawn": row["withdrawn"],
        "minutes": minutes,
        "effort_share_pct": text(share(minutes, all_minutes)),
        "goal_ids": sorted(goals),
        "reported": row["reported_ever"],
        "attainment_pct": person.mean({row["id"]}),
        "flags": result_flags(
            minutes=minutes,
            reported_in_span=row["reported_in_span"],
            reported_ever=row["reported_ever"],
        ),
    }
