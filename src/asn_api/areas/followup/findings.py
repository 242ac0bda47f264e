"""What is found about people, and why: figures by SQL, criteria by the rules; for lists and nominations."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.evaluations.organisation_schemas import ExplanationOut
from asn_api.areas.followup import queries
from asn_api.areas.followup.queries import Asked
from asn_api.areas.followup.schemas import PerformanceFindingOut
from asn_api.areas.performance.snapshots import period_days
from asn_api.areas.policies.current import applicable, policy_on
from asn_api.core.http.exports import Cell, Column
from asn_api.errors import Fault, Problem
from asn_api.rules.calendar import local_day
from asn_api.rules.evaluation_periods import calendar_spans
from asn_api.rules.evaluations import EvaluationKind
from asn_api.rules.followup import FIGURES, Criterion, Finding, Found, bars, found, improvement
from asn_api.rules.followup_policy import FollowupPolicy
from asn_api.rules.labels import LABELS
from asn_api.rules.plan_policy import PlanPolicy
from asn_api.rules.ratings import Predicate

_FIGURES = ("evaluations", "of_span", "open_ones", *FIGURES.values())


def columns(access: Access, asked: Asked) -> list[Column]:
    """What is found as yes and no, and the figures by which."""

    def shaped(value: Callable[[dict[str, Any]], Cell]) -> Callable[[Any], Cell]:
        return lambda row: value(shape(access, asked, row))

    def says(finding: Finding) -> Callable[[Any], Cell]:
        return shaped(lambda shown: finding in shown["findings"])

    until = shaped(lambda shown: shown["improvement"] and shown["improvement"]["until"])
    return [
        Column("NIP", "NIP", itemgetter("nip")),
        Column("Nama", "Name", itemgetter("name")),
        Column("Unit kerja", "Unit", itemgetter("unit_name")),
        Column(*LABELS[Finding][Finding.GUIDANCE], says(Finding.GUIDANCE)),
        Column(*LABELS[Finding][Finding.EXCELLENCE], says(Finding.EXCELLENCE)),
        Column("Tanpa data karena", "No data because", shaped(itemgetter("no_data"))),
        Column("Evaluasi final", "Final evaluations", itemgetter("evaluations")),
        Column("Predikat terakhir", "Latest predicate", shaped(itemgetter("latest_predicate"))),
        *[Column(*LABELS[Criterion][each], itemgetter(figure)) for each, figure in FIGURES.items()],
        Column("Masa perbaikan sampai", "Improvement until", until),
    ]


async def asked_for(
    access: Access, db: AsyncSession, year: int, kind: EvaluationKind, number: int | None
) -> Asked:
    """The span by the periods of its year, the criteria as in force on its last day, or today before that."""
    plans = await policy_on(db, access.region_id, PlanPolicy, date(year, 1, 1))
    spans = list(calendar_spans(year, plans.periodicity))
    span = next((each for each in spans if (each.kind, each.number) == (kind, number)), None)
    if number is None:
        span = spans[-1]
    if span is None:
        raise Problem("REQUEST_INVALID", faults=[Fault("/number", "EVALUATION_NUMBER_UNKNOWN")])
    policy = await policy_on(db, access.region_id, FollowupPolicy, _judged_on(access, span.last))
    return Asked(year, kind, span, policy, bars(policy, kind))


def _judged_on(access: Access, last: date) -> date:
    return min(last, access.today)


def judged(asked: Asked, row: Any) -> Found:
    return found({name: row[name] for name in _FIGURES}, asked.bars)


def shape(access: Access, asked: Asked, row: Any) -> dict[str, Any]:
    finding = judged(asked, row)
    kept = ("unit_id", "unit_name", "evaluations", "latest_period_end")
    latest = row["latest_predicate"]
    return {
        "employee": {name: row[name] for name in ("id", "nip", "name")},
        **{name: row[name] for name in kept},
        "latest_predicate": latest and Predicate(latest),
        **asdict(finding),
        "improvement": _improvement(access, asked, row),
    }


def _improvement(access: Access, asked: Asked, row: Any) -> dict[str, Any] | None:
    if not row["failed_year"]:
        return None
    final_on = local_day(row["year_final_at"], row["zone"])
    time = improvement(final_on, asked.policy.improvement_months, access.today)
    return {"evaluation_id": row["year_id"], "year": row["failed_in"], **asdict(time)}


async def row_of(access: Access, db: AsyncSession, asked: Asked, employee_id: UUID) -> Any:
    row = (await db.execute(queries.person(access, asked, employee_id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return row


async def explained(access: Access, db: AsyncSession, asked: Asked, employee_id: UUID) -> ExplanationOut:
    row = await row_of(access, db, asked, employee_id)
    finding = judged(asked, row)
    ones = queries.final_ones(access, asked, employee_id).order_by("nth")
    inputs = [_input(each) for each in (await db.execute(ones)).mappings()]
    if row["year_id"] is not None:
        inputs.append({"entity": "evaluation", "id": row["year_id"], "version": row["year_version"]})
    policy = await db.scalar(
        applicable(access.region_id, asked.policy.area, _judged_on(access, asked.span.last))
    )
    assert policy is not None
    inputs.append(
        {
            "entity": "policy",
            "area": policy.area,
            "id": policy.id,
            "version": policy.revision,
            **policy.content,
        }
    )
    span = f"{asked.kind} {asked.span.first} – {asked.span.last}"
    steps = [
        f"{span}: {row['of_span']} final of {row['of_span'] + row['open_ones']}, "
        f"{row['evaluations']} final in {asked.policy.looked_back_years} years"
        + (f" → {finding.no_data}" if finding.no_data else "")
    ]
    for one_or_all, criteria in (("any", finding.guidance), ("all", finding.excellence)):
        steps += [
            f"{one_or_all}: {each.criterion} {each.value} ≥ {each.least}: {'yes' if each.met else 'no'}"
            for each in criteria
        ]
    time = _improvement(access, asked, row)
    if time is not None:
        steps.append(
            f"{Criterion.FAILED_YEAR} {time['year']}: final on {time['start']}, "
            f"{asked.policy.improvement_months} months to improve, until {time['until']}"
        )
    return ExplanationOut(
        value=list(finding.findings),
        inputs=inputs,
        rule="guidance: any of its criteria; excellence: all of its criteria; runs of the latest final "
        "evaluations, what is missing counts neither way",
        article="PermenPANRB 6/2022 art. 5; PP 30/2019 art. 56-58 (a failed year); the numbers are the region's",
        steps=steps,
    )


def _input(each: Any) -> dict[str, Any]:
    first, last = period_days(each["period"])
    return {
        "entity": "evaluation",
        "id": each["id"],
        "version": each["version"],
        "period_start": first,
        "period_end": last,
        "predicate": each["predicate"],
        "behaviour": each["behaviour"],
    }


def line(access: Access, asked: Asked, row: Any) -> dict[str, Any]:
    """A line of NDJSON, as the list has it."""
    return PerformanceFindingOut.model_validate(shape(access, asked, row)).model_dump(mode="json")
