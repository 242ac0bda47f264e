"""Samples of training needs, surveys and development plans about `staff` and `health`."""

from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import select

from asn_api.core.mapping import uuid7
from asn_api.rules.development import LearningForm, NotePriority
from asn_api.rules.needs import DevelopmentPlanStatus, NeedSource, NeedStatus
from asn_api.tables.development import DevelopmentPlan, DevelopmentPlanItem, TrainingNeed, TrainingSurvey
from asn_api.tables.policies import Policy
from tests.factories import City
from tests.matrix import Build, Sample, add

_years = count(2100)
WANTED = {"subject": "Pengolahan data", "reason": "Laporan bulanan", "urgency": "HIGH"}
ASKED = dict.fromkeys(("staff", "colleague", "supervisor"), (200, "his post is in the branch that is asked"))


async def stated(
    city: City, person: str = "staff", author: str | None = None, **changes: Any
) -> TrainingNeed:
    by = author or person
    usual = {
        "source": NeedSource.REQUEST if by == person else NeedSource.PROPOSAL,
        "status": NeedStatus.OPEN,
        "year": 2027,
        "subject": "Pengolahan data",
        "urgency": NotePriority.HIGH,
    }
    row = TrainingNeed(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        author_id=city.id(by),
        reason="Laporan bulanan",
        created_at=city.now,
        **usual | changes,
    )
    await add(city, row)
    return row


async def survey(city: City, unit: str = "ward") -> TrainingSurvey:
    row = TrainingSurvey(
        region_id=city.region.id,
        id=uuid7(),
        unit_id=city.units[unit].id,
        year=2027,
        title="Kebutuhan pelatihan 2027",
        opens_on=date(2026, 11, 1),
        closes_on=date(2026, 12, 1),
        created_at=city.now,
    )
    await add(city, row)
    return row


async def planned(
    city: City, status: DevelopmentPlanStatus = DevelopmentPlanStatus.DRAFT, unit: str = "health"
) -> DevelopmentPlan:
    """A plan of a year of its own."""
    async with city.database.sessions() as db:
        policy_id = await db.scalar(
            select(Policy.id).where(Policy.region_id == city.region.id, Policy.area == "development")
        )
    is_draft = status is DevelopmentPlanStatus.DRAFT
    is_approved = status is DevelopmentPlanStatus.APPROVED
    row = DevelopmentPlan(
        region_id=city.region.id,
        id=uuid7(),
        unit_id=city.units[unit].id,
        year=next(_years),
        status=status,
        policy_id=policy_id,
        drawn_on=city.now.date(),
        created_at=city.now,
        submitted_at=None if is_draft else city.now,
        decided_by=city.id("head") if is_approved else None,
        decided_at=city.now if is_approved else None,
    )
    await add(city, row)
    return row


async def item(
    city: City, person: str = "staff", status: DevelopmentPlanStatus = DevelopmentPlanStatus.APPROVED
) -> DevelopmentPlanItem:
    plan = await planned(city, status)
    row = DevelopmentPlanItem(
        region_id=city.region.id,
        id=uuid7(),
        plan_id=plan.id,
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        topic="INTEGRITY",
        competency_code="INTEGRITY",
        subject="Integritas",
        score=4,
        priority=NotePriority.MEDIUM,
        causes=[{"source": "GAP", "reference": None, "version": None, "points": 4, "steps": "4"}],
        form=LearningForm.CLASSICAL,
        cost=5_000_000,
        included=True,
        edited=False,
    )
    await add(city, row)
    return row


async def listed_needs(city: City) -> Sample:
    people = ("staff", "other_staff", "supervisor")
    return Sample(rows={(await stated(city, person)).id: person for person in people})


async def one_need(city: City) -> Sample:
    return Sample({"id": (await stated(city)).id})


async def own_need(city: City) -> Sample:
    """Withdrawn by whoever stated it; others within reach are told so."""
    row = await stated(city)
    return Sample({"id": row.id}, refused={"supervisor": (409, "it is not his")})


async def listed_surveys(city: City) -> Sample:
    rows = {(await survey(city)).id: "ward", (await survey(city, "roads")).id: "roads"}
    return Sample(rows=rows, refused=ASKED | {"other_staff": (200, "his post is in roads")})


async def one_survey(city: City) -> Sample:
    return Sample({"id": (await survey(city)).id}, about="ward", refused=ASKED)


async def answered(city: City) -> Sample:
    """Everybody in the branch may answer, nobody else."""
    return Sample({"id": (await survey(city)).id}, body={"needs": [WANTED]}, about="ward", refused=ASKED)


def of_survey(**body: Any) -> Build:
    async def build(city: City) -> Sample:
        return Sample({"id": (await survey(city)).id}, body=body or None, about="ward")

    return build


def of_plan(status: DevelopmentPlanStatus = DevelopmentPlanStatus.DRAFT, **given: Any) -> Build:
    async def build(city: City) -> Sample:
        return Sample({"id": (await planned(city, status)).id}, about="health", **given)

    return build


async def listed_plans(city: City) -> Sample:
    rows = {(await planned(city, unit=unit)).id: unit for unit in ("health", "works")}
    return Sample(rows=rows)


async def listed_items(city: City) -> Sample:
    return Sample(rows={(await item(city, person)).id: person for person in ("staff", "supervisor")})


async def one_item(city: City) -> Sample:
    return Sample({"id": (await item(city)).id})


async def edited_item(city: City) -> Sample:
    row = await item(city, status=DevelopmentPlanStatus.DRAFT)
    return Sample({"id": row.id}, body={"included": False}, about="health")


def new_survey(city: City) -> Sample:
    body = {
        "unit_id": str(city.units["ward"].id),
        "year": 2027,
        "title": "Kebutuhan",
        "opens_on": "2026-11-20",
        "closes_on": "2026-12-31",
    }
    return Sample(body=body, about="ward")


def new_plan(city: City) -> Sample:
    return Sample(body={"unit_id": str(city.units["health"].id), "year": 2027}, about="health")


SUBMITTED = DevelopmentPlanStatus.SUBMITTED
SAMPLES: dict[str, Build] = {
    "list_training_needs": listed_needs,
    "state_training_need": lambda city: Sample(
        body={**WANTED, "employee_id": str(city.id("staff")), "year": 2027}
    ),
    "get_training_need": one_need,
    "withdraw_training_need": own_need,
    "list_needs_of_employee": lambda city: Sample({"employee_id": city.id("staff")}, {"year": 2027}),
    "list_training_surveys": listed_surveys,
    "open_training_survey": new_survey,
    "get_training_survey": one_survey,
    "change_training_survey": of_survey(title="Judul lain"),
    "answer_training_survey": answered,
    "get_training_survey_results": of_survey(),
    "list_development_plans": listed_plans,
    "draw_up_development_plan": new_plan,
    "get_development_plan": of_plan(),
    "set_development_budget": of_plan(body={"budget": 1_000_000}),
    "draw_development_plan_again": of_plan(),
    "submit_development_plan": of_plan(body={}),
    "return_development_plan": of_plan(SUBMITTED, body={"reason": "Kurangi"}),
    "approve_development_plan": of_plan(SUBMITTED, body={}),
    "list_development_plan_items": listed_items,
    "get_development_plan_item": one_item,
    "change_development_plan_item": edited_item,
    "explain_development_plan_item": one_item,
}
