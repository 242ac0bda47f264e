"""A result as those within reach see it, and how it came about."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.assessments import queries
from asn_api.areas.assessments.rounds import period_days
from asn_api.areas.assessments.schemas import (
    AssessmentExplanationOut,
    AssessmentOut,
    AssessmentSummary,
    PolicyOfDayOut,
    StepOut,
    WeightOut,
)
from asn_api.core.http.exports import Column
from asn_api.errors import Problem
from asn_api.rules.assessment_policy import AssessmentPolicy
from asn_api.rules.assessments import AssessmentReason

_UNTIL_CLOSED = {
    "groups": [],
    "values": None,
    "comments": None,
    "reasons": [{"code": AssessmentReason.ROUND_NOT_CLOSED, "group": None, "have": None, "need": None}],
}
"""The same for everybody until the end, so that no answer on its way can be noticed."""

PRACTICE = "360° BKPSDM; PermenPANRB 6/2022"

COLUMNS = (
    Column("Putaran", "Round", lambda row: row["round_title"]),
    Column("NIP", "NIP", lambda row: row["employee_nip"]),
    Column("Nama", "Name", lambda row: row["employee_name"]),
    Column("Unit", "Unit", lambda row: row["unit_name"]),
    Column("Tahun", "Year", lambda row: row["year"]),
    Column("Formulir", "Form", lambda row: row["form"]),
    Column("Kategori", "Category", lambda row: row["category"]),
    Column("Nilai", "Score", lambda row: row["score"]),
)


def summary(row: Any) -> dict[str, Any]:
    return AssessmentSummary.model_validate({**row, **period_days(row["period"])}).model_dump(mode="json")


async def shown(access: Access, db: AsyncSession, assessment_id: UUID) -> AssessmentOut:
    row = await _row(access, db, assessment_id)
    found = row["result"] or _UNTIL_CLOSED
    return AssessmentOut.model_validate({**row, **period_days(row["period"]), **found})


async def explanation(access: Access, db: AsyncSession, assessment_id: UUID) -> AssessmentExplanationOut:
    row = await _row(access, db, assessment_id)
    found = row["result"] or _UNTIL_CLOSED
    policy = (await db.scalars(queries.policy(access, row["policy_id"]))).one()
    values = AssessmentPolicy.from_mapping(policy.content)
    groups = [WeightOut(**each, needed=values.min_answers[each["group"]]) for each in _weights(found)]
    return AssessmentExplanationOut.model_validate(
        {
            "id": row["id"],
            "version": row["version"],
            "category": row["category"],
            "score": row["score"],
            "form": row["form"],
            "groups": groups,
            "anonymity_k": values.anonymity_k,
            "policy": PolicyOfDayOut.model_validate(policy),
            "steps": _steps(row, groups, values),
            "reasons": found["reasons"],
        }
    )


def _weights(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [{name: value for name, value in each.items() if name != "score"} for each in found["groups"]]


def _steps(row: Any, groups: list[WeightOut], policy: AssessmentPolicy) -> list[StepOut]:
    """The rule in the order in which it is applied; the groups' own means are no part of what is shown."""
    most = ", ".join(f"{group} ≤ {count}" for group, count in policy.most_raters.items())
    drawn = StepOut(rule="RATERS_DRAWN", value=f"SHA-256(seed, person, rater): {most}", source=PRACTICE)
    if not groups:
        return [drawn]
    counted = [each for each in groups if each.counted_weight is not None]
    weights = " + ".join(f"{each.counted_weight} × {each.group}" for each in counted)
    answered = ", ".join(f"{each.group} {each.answered}/{each.asked} (≥ {each.needed})" for each in groups)
    bands = ", ".join(f"{category} ≥ {least}" for category, least in policy.bands.items())
    steps = [drawn, StepOut(rule="ANSWERS_COUNTED", value=answered, source=PRACTICE)]
    if row["score"] is None:
        return steps
    score: Decimal = row["score"]
    return [
        *steps,
        StepOut(rule="RATER_MEAN", value="Σ score / items answered", source=PRACTICE),
        StepOut(rule="GROUP_MEAN", value="Σ rater mean / raters", source=PRACTICE),
        StepOut(rule="WEIGHTED_SUM", value=f"({weights}) × 10 = {score}", source=PRACTICE),
        StepOut(rule="CATEGORY", value=f"{row['category']}: {bands}", source=PRACTICE),
    ]


async def _row(access: Access, db: AsyncSession, assessment_id: UUID) -> Any:
    row = (await db.execute(queries.result(access, assessment_id))).mappings().one_or_none()
    if row is None:
        raise Problem("NOT_FOUND")
    return row
