"""Evaluators with dates: who judges whom by letter, what that opens to them, and who hears objections."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from asn_api.access.actor import Access, system
from asn_api.access.grants import Permission
from asn_api.areas.performance.snapshots import evaluator_of, superior_of_evaluator
from asn_api.core.mapping import uuid7
from asn_api.rules.evaluators import EvaluatorReason, EvaluatorRole
from asn_api.tables.performance import EvaluatorAssignment, Plan
from tests.areas.test_activities import TODAY, post
from tests.areas.test_performance import (
    Json,
    begun,
    below,
    done,
    refused,
    send,
    step,
    supervisors_plan,
)
from tests.factories import City

DAY = date.fromisoformat(TODAY)


def letter(
    city: City, employee: str, evaluator: str, first: date = DAY, last: date | None = None, **changes: Any
) -> EvaluatorAssignment:
    given: dict[str, Any] = {
        "role": EvaluatorRole.EVALUATOR,
        "reason": EvaluatorReason.TEAM,
        "letter_number": "800/7/2026",
        "letter_date": date(2026, 1, 5),
    }
    return EvaluatorAssignment(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(employee),
        evaluator_id=city.id(evaluator),
        valid=Range(first, None if last is None else last + timedelta(days=1)),
        created_at=city.now,
        **given | changes,
    )


async def stored(city: City, *rows: EvaluatorAssignment) -> None:
    async with city.database.sessions() as db, db.begin():
        db.add_all(rows)


async def submitted(city: City) -> Json:
    """The plan of `staff`, which waits for a decision."""
    return await step(city, "staff", await below(city, "staff", await supervisors_plan(city)), "submission")


async def test_an_evaluator_by_letter_decides_in_the_superiors_place(city: City) -> None:
    plan = await submitted(city)
    path = f"/plans/{plan['id']}"
    await refused(await send(city, "other_head", "GET", path), 404, "NOT_FOUND")
    await stored(city, letter(city, "staff", "other_head"))
    waiting = await done(city, "other_head", "GET", "/plans?waiting_for_me=true")
    assert [each["id"] for each in waiting["data"]] == [plan["id"]]
    assert (await done(city, "supervisor", "GET", "/plans?waiting_for_me=true"))["data"] == []
    seen = await done(city, "supervisor", "GET", path)
    assert {each["refused"] for each in seen["allowed_actions"] if each["action"] == "APPROVE"} == {
        "PLAN_WRONG_ACTOR"
    }
    await refused(
        await send(city, "supervisor", "POST", f"{path}/approval", plan["version"]), 409, "PLAN_WRONG_ACTOR"
    )
    plan = await step(city, "other_head", plan, "approval")
    assert plan["decided_by"] == str(city.id("other_head"))
    assert (plan["evaluator"]["name"], plan["evaluator"]["position"]) == ("OTHER HEAD", "Kepala Works")


async def test_a_letter_opens_plans_but_not_work_nor_records(city: City) -> None:
    await stored(city, letter(city, "staff", "other_head"))
    async with city.call_as("staff") as staff:
        work = await post(staff)
    for path in (f"/activities/{work['id']}", f"/employees/{city.id('staff')}"):
        await refused(await send(city, "other_head", "GET", path), 404, "NOT_FOUND")


@pytest.mark.parametrize(("first", "last", "holds"), [(0, 0, True), (1, 3, False), (-3, -1, False)])
async def test_a_letter_holds_on_its_days_only(city: City, first: int, last: int, holds: bool) -> None:
    plan = await submitted(city)
    days = DAY + timedelta(days=first), DAY + timedelta(days=last)
    await stored(city, letter(city, "staff", "other_head", *days))
    seen = await send(city, "other_head", "GET", f"/plans/{plan['id']}")
    assert seen.status_code == (200 if holds else 404)
    decided = await send(city, "supervisor", "POST", f"/plans/{plan['id']}/approval", plan["version"])
    assert decided.status_code == (409 if holds else 200)


async def test_an_advisor_reads_and_the_superior_still_decides(city: City) -> None:
    plan = await submitted(city)
    await stored(city, letter(city, "staff", "other_head", role=EvaluatorRole.ADVISOR))
    assert (await done(city, "other_head", "GET", "/plans?waiting_for_me=true"))["data"] == []
    approval = f"/plans/{plan['id']}/approval"
    await refused(await send(city, "other_head", "POST", approval, plan["version"]), 409, "PLAN_WRONG_ACTOR")
    await step(city, "supervisor", plan, "approval")


async def test_a_letter_for_another_plan_leaves_this_one_to_the_superior(city: City) -> None:
    plan = await submitted(city)
    other = await begun(city, "staff", year=2027)
    await stored(city, letter(city, "staff", "other_head", plan_id=UUID(other["id"])))
    await step(city, "supervisor", plan, "approval")


async def test_nobody_evaluates_himself_nor_has_two_evaluators_on_a_day(city: City) -> None:
    with pytest.raises(IntegrityError):
        await stored(city, letter(city, "staff", "staff"))
    await stored(city, letter(city, "staff", "other_head", DAY, DAY))
    with pytest.raises(IntegrityError):
        await stored(city, letter(city, "staff", "chief", DAY - timedelta(days=4)))
    await stored(city, letter(city, "staff", "chief", role=EvaluatorRole.ADVISOR))
    await stored(city, letter(city, "staff", "chief", DAY + timedelta(days=1)))


async def test_the_superior_of_the_evaluator_hears_objections(city: City) -> None:
    access: Access = system(city.region.id, Permission.PLANS_READ, city.now)
    plan = await begun(city, "staff")

    async def judges() -> tuple[UUID | None, UUID | None]:
        async with city.database.sessions() as db:
            row = await db.get_one(Plan, (city.region.id, UUID(plan["id"])))
            return (await evaluator_of(access, db, row))[0], (await superior_of_evaluator(access, db, row))[0]

    assert await judges() == (city.id("supervisor"), city.id("chief"))
    await stored(city, letter(city, "staff", "colleague"))
    assert await judges() == (city.id("colleague"), city.id("supervisor"))
    plan = await begun(city, "supervisor")
    await stored(city, letter(city, "supervisor", "staff"))
    # His own subordinate's superior is he himself: the next one above hears it.
    assert await judges() == (city.id("staff"), city.id("chief"))
    plan = await begun(city, "head")
    assert await judges() == (None, None)
