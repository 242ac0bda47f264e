"""Samples of goals and plans."""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from asn_api.core.mapping import uuid7
from asn_api.rules.plans import Approach, Aspect, PlanStatus, PlanType, Polarity, ResultKind
from asn_api.tables.performance import AgencyGoal, Indicator, Plan, ProgressReport, WorkResult
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


async def plan(
    city: City, person: str = "staff", status: PlanStatus = PlanStatus.DRAFT, year: int | None = None
) -> UUID:
    """In a year of its own, so that plans do not overlap."""
    year = year or next(_years)
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


_past = count(2025, -1)
"""Progress can be reported of days that have come."""


async def report(city: City, person: str = "staff", year: int | None = None) -> ProgressReport:
    year = year or next(_past)
    plan_id = await plan(city, person, year=year)
    result = WorkResult(
        region_id=city.region.id,
        id=uuid7(),
        plan_id=plan_id,
        kind=ResultKind.PRIMARY,
        statement="Laporan tersusun",
        order_no=1,
    )
    indicator = Indicator(
        region_id=city.region.id,
        id=uuid7(),
        work_result_id=result.id,
        aspect=Aspect.QUANTITY,
        statement="Jumlah laporan",
        target_value=Decimal(12),
        target_unit="dokumen",
        polarity=Polarity.HIGHER_IS_BETTER,
        order_no=1,
    )
    row = ProgressReport(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        plan_id=plan_id,
        work_result_id=result.id,
        indicator_id=indicator.id,
        day=date(year, 6, 30),
        value=Decimal(5),
        received_at=city.now,
    )
    await add(city, result)
    await add(city, indicator)
    await add(city, row)
    return row


def progress(**body: Any) -> Build:
    async def build(city: City) -> Sample:
        row = await report(city)
        given = body and {"indicator_id": str(row.indicator_id), "day": row.day.isoformat(), **body}
        return Sample({"id": row.id}, body=given or None)

    return build


async def listed_progress(city: City) -> Sample:
    return Sample({"plan_id": (await report(city)).plan_id})


DECISION = {
    "action": "APPROVE",
    "decided_by_name": "Wali Kota",
    "decided_by_title": "Wali Kota",
    "letter_number": "800/1",
    "letter_date": "2026-11-19",
}


async def matrix_of(city: City) -> Sample:
    """The supervisor's plan: whoever reads it sees in it those of his team whom he may see."""
    return Sample({"plan_id": await plan(city, "supervisor")}, about="supervisor")


def without_plan(city: City) -> Sample:
    return Sample(query={"year": 2026}, rows={city.id(person): person for person in ("staff", "other_staff")})


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
    "list_missing_plans": without_plan,
    "get_role_matrix": matrix_of,
    "get_plan": of(PlanStatus.DRAFT),
    "amend_plan": of(PlanStatus.DRAFT, note="Rencana awal"),
    "discard_plan": of(PlanStatus.DRAFT),
    "replace_plan_content": of(PlanStatus.DRAFT, work_results=[]),
    "set_behaviour_expectations": of(
        PlanStatus.SUBMITTED, expectations=[{"core_value": "LOYAL", "text": "Menjaga rahasia pasien"}]
    ),
    "submit_plan": of(PlanStatus.DRAFT, succeeds=False),
    "return_plan": of(PlanStatus.SUBMITTED, comment="Lengkapi indikator"),
    "approve_plan": of(PlanStatus.SUBMITTED, succeeds=False),
    "request_plan_revision": of(PlanStatus.APPROVED, reason="Target berubah"),
    "reopen_plan": of(PlanStatus.REVISION_REQUESTED),
    "record_plan_decision": of(PlanStatus.SUBMITTED, about="head", succeeds=False, **DECISION),
    "list_plan_revisions": of(PlanStatus.DRAFT),
    "list_plan_progress": listed_progress,
    "get_progress": progress(),
    "put_progress": progress(value="6"),
    "delete_progress": progress(),
}
