"""Samples of 360° assessments: rounds by branch, tasks by rater, results by person."""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.assessments import (
    AssessmentCategory,
    AssessmentForm,
    RaterGroup,
    RoundStatus,
    TaskStatus,
)
from asn_api.rules.ratings import CoreValue
from asn_api.tables.assessments import Assessment, AssessmentRound, AssessmentTask
from asn_api.tables.policies import Policy
from tests.factories import City
from tests.matrix import Build, Sample, add

_years = count(2040)

RESULT = {"groups": [], "values": None, "comments": None, "reasons": []}


async def round_of(city: City, status: RoundStatus, unit: str = "health") -> AssessmentRound:
    """In a year of its own, so that nobody is assessed twice for the same time."""
    year = next(_years)
    async with city.database.sessions() as db:
        policy_id = await db.scalar(
            select(Policy.id).where(Policy.region_id == city.region.id, Policy.area == "assessments")
        )
    row = AssessmentRound(
        region_id=city.region.id,
        id=uuid7(),
        unit_id=city.units[unit].id,
        title="Asesmen",
        year=year,
        period=Range(date(year, 1, 1), date(year + 1, 1, 1)),
        opens_on=date(2026, 11, 1) if status is not RoundStatus.PLANNED else date(2026, 12, 1),
        closes_on=date(2026, 12, 31),
        status=status,
        seed=None if status is RoundStatus.CLOSED else b"seed",
        policy_id=policy_id,
        created_at=city.now,
    )
    await add(city, row)
    return row


async def assessed(city: City, person: str, row: AssessmentRound | None = None) -> Assessment:
    row = row or await round_of(city, RoundStatus.CLOSED)
    made = Assessment(
        region_id=city.region.id,
        id=uuid7(),
        round_id=row.id,
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        year=row.year,
        period=row.period,
        form=AssessmentForm.STAFF,
        category=AssessmentCategory.GOOD,
        score=Decimal("83.0"),
        result=RESULT,
    )
    await add(city, made)
    return made


async def task_of_staff(city: City) -> UUID:
    row = await round_of(city, RoundStatus.OPEN)
    about = await assessed(city, "colleague", row)
    task = AssessmentTask(
        region_id=city.region.id,
        id=uuid7(),
        round_id=row.id,
        assessment_id=about.id,
        employee_id=about.employee_id,
        rater_id=city.id("staff"),
        rater_group=RaterGroup.PEERS,
        status=TaskStatus.WAITING,
    )
    await add(city, task)
    return task.id


def round_sample(status: RoundStatus, body: Any = None) -> Build:
    async def build(city: City) -> Sample:
        return Sample({"round_id": (await round_of(city, status)).id}, body=body, about="health")

    return build


def task_sample(body: Any = None) -> Build:
    async def build(city: City) -> Sample:
        return Sample({"task_id": await task_of_staff(city)}, body=body)

    return build


async def own_tasks(city: City) -> Sample:
    return Sample(rows={await task_of_staff(city): "staff"})


async def one_result(city: City) -> Sample:
    return Sample({"assessment_id": (await assessed(city, "staff")).id})


async def results(city: City) -> Sample:
    people = ("staff", "other_staff", "supervisor")
    return Sample(rows={(await assessed(city, person)).id: person for person in people})


async def rounds(city: City) -> Sample:
    units = ("health", "works", "ward")
    return Sample(rows={(await round_of(city, RoundStatus.PLANNED, unit)).id: unit for unit in units})


def new_round(city: City) -> Sample:
    body = {
        "unit_id": str(city.units["health"].id),
        "title": "Asesmen",
        "period_start": "2026-01-01",
        "period_end": "2026-12-31",
        "opens_on": "2026-12-01",
        "closes_on": "2026-12-31",
    }
    return Sample(body=body, about="health")


ANSWER = {"items": [{"core_value": value, "score": 8} for value in CoreValue]}

SAMPLES: dict[str, Build] = {
    "list_assessment_rounds": rounds,
    "plan_assessment_round": new_round,
    "get_assessment_round": round_sample(RoundStatus.OPEN),
    "change_assessment_round": round_sample(RoundStatus.PLANNED, {"title": "Asesmen II"}),
    "remove_assessment_round": round_sample(RoundStatus.PLANNED),
    "close_assessment_round": round_sample(RoundStatus.OPEN),
    "list_assessment_tasks": own_tasks,
    "get_assessment_task": task_sample(),
    "put_assessment_answer": task_sample(ANSWER),
    "declare_assessment_conflict": task_sample({"kind": "DISPUTE"}),
    "list_assessments": results,
    "get_assessment": one_result,
    "explain_assessment": one_result,
}
