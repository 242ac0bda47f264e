"""Samples of goals and plans."""

from datetime import date
from itertools import count
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.plans import Approach, PlanStatus, PlanType
from asn_api.tables.performance import AgencyGoal, Plan
from tests.factories import City
from tests.matrix import Build, Sample, add

_years = count(2030)


async def goal(city: City) -> UUID:
    row = AgencyGoal(
        region_id=city.region.id,
        id=uuid7(),
        agency_id=city.units["health"].id,
        year=next(_years),
        code="S1",
        statement="Derajat kesehatan masyarakat meningkat",
        target="85",
    )
    await add(city, row)
    return row.id


async def plan(city: City, person: str = "staff", status: PlanStatus = PlanStatus.DRAFT) -> UUID:
    """In a year of its own, so that plans do not overlap."""
    year = next(_years)
    row = Plan(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        position_id=city.posts[person].position_id,
        year=year,
        period=Range(date(year, 1, 1), date(year + 1, 1, 1)),
        approach=Approach.QUANTITATIVE,
        plan_type=PlanType.ADMIN_FUNCTIONAL,
        status=status,
        position={
            "title": "Pelaksana",
            "kind": "EXECUTIVE",
            "position_class": None,
            "echelon": None,
            "unit": "Ward",
            "grade": None,
        },
    )
    await add(city, row)
    return row.id


def of(status: PlanStatus, *, succeeds: bool = True, about: str = "staff", **body: object) -> Build:
    async def build(city: City) -> Sample:
        return Sample(
            {"plan_id": await plan(city, about, status)}, body=body or None, about=about, succeeds=succeeds
        )

    return build


async def listed(city: City) -> Sample:
    return Sample(rows={await plan(city, owner): owner for owner in ("staff", "other_staff", "supervisor")})


async def listed_goals(city: City) -> Sample:
    return Sample(rows={await goal(city): "health"})


async def one_goal(city: City) -> Sample:
    return Sample({"goal_id": await goal(city)}, about="health")


async def changed_goal(city: City) -> Sample:
    return Sample({"goal_id": await goal(city)}, body={"target": "90"}, about="health")


def new_goal(city: City) -> Sample:
    body = {
        "agency_id": str(city.units["health"].id),
        "year": 2027,
        "code": "S9",
        "statement": "Lebih sehat",
        "target": "1",
    }
    return Sample(body=body, about="health")


DECISION = {
    "action": "APPROVE",
    "decided_by_name": "Wali Kota",
    "decided_by_title": "Wali Kota",
    "letter_number": "800/1",
    "letter_date": "2026-11-19",
}

SAMPLES: dict[str, Build] = {
    "list_goals": listed_goals,
    "set_goal": new_goal,
    "get_goal": one_goal,
    "change_goal": changed_goal,
    "remove_goal": one_goal,
    "list_parent_results": lambda city: Sample(query={"year": 2026}, about="caller"),
    "list_plans": listed,
    "begin_plan": lambda city: Sample(
        body={"year": 2026, "approach": "QUANTITATIVE", "plan_type": "ADMIN_FUNCTIONAL"}, about="caller"
    ),
    "get_plan": of(PlanStatus.DRAFT),
    "amend_plan": of(PlanStatus.DRAFT, note="Rencana awal"),
    "discard_plan": of(PlanStatus.DRAFT),
    "replace_plan_content": of(PlanStatus.DRAFT, work_results=[]),
    "submit_plan": of(PlanStatus.DRAFT, succeeds=False),
    "return_plan": of(PlanStatus.SUBMITTED, comment="Lengkapi indikator"),
    "approve_plan": of(PlanStatus.SUBMITTED, succeeds=False),
    "request_plan_revision": of(PlanStatus.APPROVED, reason="Target berubah"),
    "reopen_plan": of(PlanStatus.REVISION_REQUESTED),
    "record_plan_decision": of(PlanStatus.SUBMITTED, about="head", succeeds=False, **DECISION),
    "list_plan_revisions": of(PlanStatus.DRAFT),
}
