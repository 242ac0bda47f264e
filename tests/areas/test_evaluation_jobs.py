"""What time does to evaluations: they come into being, are cut with their plan, are reminded of, become final."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.areas.evaluations.jobs import (
    finalise_ratings,
    open_evaluations,
    remind_of_evaluations,
)
from asn_api.core.jobs import Means
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.plans import PlanStatus
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.notifications import Notification
from asn_api.tables.performance import Plan
from tests.areas.evaluating import acted, agreed_plan, at, objected, objection_to, opened, rated, reported
from tests.areas.test_evaluations import held, shown
from tests.areas.test_objections import outage
from tests.areas.test_performance import journal, refused, send
from tests.factories import City

Json = dict[str, Any]
QUARTERS = [
    ("PERIODIC", "2026-01-01", "2026-04-01"),
    ("PERIODIC", "2026-04-01", "2026-07-01"),
    ("PERIODIC", "2026-07-01", "2026-10-01"),
]


async def run(city: City, job: Any) -> None:
    await job(Means(city.database, city.app.state.keyring, clock=city.app.state.clock), str(city.region.id))


async def spans(city: City) -> list[tuple[str, str, str]]:
    async with city.database.sessions() as db:
        rows = await db.execute(
            select(Evaluation.kind, Evaluation.period)
            .where(Evaluation.region_id == city.region.id)
            .order_by(Evaluation.kind, Evaluation.period)
        )
        return [(kind.value, str(period.lower), str(period.upper)) for kind, period in rows]


async def test_an_evaluation_comes_into_being_when_its_period_has_ended_and_only_once(city: City) -> None:
    await agreed_plan(city)
    await agreed_plan(city, "colleague", status=PlanStatus.DRAFT)
    await asyncio.gather(run(city, open_evaluations), run(city, open_evaluations))
    await run(city, open_evaluations)
    assert await spans(city) == QUARTERS
    assert [action for action, _ in await journal(city, "evaluation")] == ["OPEN"] * 3
    async with at(city, "2026-12-31"):
        await run(city, open_evaluations)
        assert await spans(city) == QUARTERS
    async with at(city, "2027-01-01"):
        await run(city, open_evaluations)
        assert await spans(city) == [
            *QUARTERS,
            ("PERIODIC", "2026-10-01", "2027-01-01"),
            ("YEARLY", "2026-01-01", "2027-01-01"),
        ]


async def test_an_ended_plan_is_evaluated_for_its_segment_at_once(city: City) -> None:
    plan = await agreed_plan(city, first=date(2026, 5, 11), last=date(2026, 11, 10))
    await end(city, plan, date(2026, 11, 11))
    await run(city, open_evaluations)
    assert await spans(city) == [
        ("PERIODIC", "2026-05-11", "2026-07-01"),
        ("PERIODIC", "2026-07-01", "2026-10-01"),
        ("PERIODIC", "2026-10-01", "2026-11-11"),
        ("YEARLY", "2026-05-11", "2026-11-11"),
    ]


async def end(city: City, plan: Plan, day: date) -> None:
    """As a transfer does: the period is cut, unless the plan had not begun."""
    first = plan.period.lower
    assert first is not None
    cut = {"period": Range(first, day)} if first < day else {}
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Plan)
            .where(Plan.region_id == city.region.id, Plan.id == plan.id)
            .values(status=PlanStatus.ENDED, ended_on=day, **cut)
        )


async def test_what_nobody_has_rated_is_cut_with_its_plan_and_what_was_rated_stays(city: City) -> None:
    plan = await agreed_plan(city)
    spring = await rated(city, await reported(city, await opened(city, plan, day="2026-06-30")))
    await run(city, open_evaluations)
    await end(city, plan, date(2026, 8, 1))
    await run(city, open_evaluations)
    # The third quarter is shortened, the first stays as it is.
    assert [each for each in await spans(city) if each[0] == "PERIODIC"] == [
        *QUARTERS[:2],
        ("PERIODIC", "2026-07-01", "2026-08-01"),
    ]
    await end(city, plan, date(2026, 5, 1))
    await run(city, open_evaluations)
    assert ("PERIODIC", "2026-04-01", "2026-07-01") in await spans(city)
    assert ("PERIODIC", "2026-07-01", "2026-08-01") not in await spans(city)
    assert (await shown(city, "staff", spring))["status"] == "RATED"
    actions = [action for action, _ in await journal(city, "evaluation")]
    assert "SHORTEN" in actions
    assert "WITHDRAW" in actions


async def test_a_plan_that_was_ended_before_it_began_is_not_evaluated(city: City) -> None:
    plan = await agreed_plan(city)
    await run(city, open_evaluations)
    assert len(await spans(city)) == 3
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Plan).where(Plan.id == plan.id).values(status=PlanStatus.ENDED, ended_on=date(2026, 1, 1))
        )
    await run(city, open_evaluations)
    await run(city, open_evaluations)
    assert await spans(city) == []
    body = {"plan_id": str(plan.id), "kind": "PERIODIC", "day": "2026-09-30"}
    answer = await send(city, "staff", "POST", "/evaluations", json=body)
    await refused(answer, 422, "EVALUATION_DAY_OUTSIDE_PLAN")


async def test_what_the_employee_wrote_is_in_the_journal_when_his_evaluation_is_withdrawn(city: City) -> None:
    plan = await agreed_plan(city)
    await reported(city, await opened(city, plan))
    await end(city, plan, date(2026, 6, 1))
    await run(city, open_evaluations)
    action, changes = next(each for each in await journal(city, "evaluation") if each[0] == "WITHDRAW")
    assert changes["report"][0]["note"] == "Lancar", action


async def test_an_undisputed_rating_is_final_after_its_last_day_and_an_accepted_one_at_once(
    city: City,
) -> None:
    undisputed = await rated(city)
    accepted = await rated(city, await reported(city, person="colleague"))
    accepted = await acted(city, "colleague", accepted, "acknowledgement")
    await run(city, finalise_ratings)
    assert (await shown(city, "staff", undisputed))["status"] == "RATED"
    assert (await shown(city, "colleague", accepted))["status"] == "FINAL"
    async with at(city, "2026-12-04"):
        await run(city, finalise_ratings)
        assert (await shown(city, "staff", undisputed))["status"] == "RATED"
    async with at(city, "2026-12-05"):
        await asyncio.gather(run(city, finalise_ratings), run(city, finalise_ratings))
        final = await shown(city, "staff", undisputed)
        assert (final["status"], final["predicate"]) == ("FINAL", "GOOD")
        answer = await send(
            city,
            "staff",
            "POST",
            f"/evaluations/{final['id']}/objection",
            final["version"],
            json=objection_to(final),
        )
        await refused(answer, 409, "EVALUATION_WRONG_STATUS")
    assert [action for action, _ in await journal(city, "evaluation")].count("FINALISE") == 2


async def test_an_objected_rating_waits_for_its_decision_however_long(city: City) -> None:
    contested = await objected(city)
    async with at(city, "2027-03-01"):
        await run(city, finalise_ratings)
        assert (await shown(city, "staff", contested))["status"] == "OBJECTED"


async def test_an_outage_moves_the_day_of_finality_and_the_new_day_is_written_down(city: City) -> None:
    judged = await rated(city)
    await outage(city, date(2026, 12, 4))
    async with at(city, "2026-12-05"):
        await run(city, finalise_ratings)
        async with city.database.sessions() as db:
            row = await db.get_one(Evaluation, (city.region.id, UUID(judged["id"])))
        assert (row.status.value, row.objection_until) == ("RATED", date(2026, 12, 5))
        assert (await journal(city, "evaluation"))[-1] == (
            "EXTEND",
            {"objection_until": ["2026-12-04", "2026-12-05"]},
        )
    async with at(city, "2026-12-06"):
        await run(city, finalise_ratings)
        assert (await shown(city, "staff", judged))["status"] == "FINAL"


async def test_of_the_deadline_and_an_objection_in_its_last_minute_one_wins(city: City) -> None:
    judged = await rated(city)
    path = f"/evaluations/{judged['id']}/objection"
    async with at(city, datetime(2026, 12, 4, 16, 59, tzinfo=UTC)):
        last_minute = city.app.state.clock
        after = Means(
            city.database,
            city.app.state.keyring,
            clock=lambda: datetime(2026, 12, 4, 17, 1, tzinfo=UTC),
        )
        assert last_minute() < after.clock()
        async with city.database.sessions() as db, db.begin():
            await db.execute(held(judged).with_for_update(key_share=True))
            filing = asyncio.ensure_future(
                send(city, "staff", "POST", path, judged["version"], json=objection_to(judged))
            )
            # The job passes over what somebody is acting on.
            await finalise_ratings(after, str(city.region.id))
        assert (await filing).status_code == 200
        await finalise_ratings(after, str(city.region.id))
        assert (await shown(city, "staff", judged))["status"] == "OBJECTED"


async def told(city: City, kind: NoticeKind) -> dict[str, Json]:
    names = {each.id: name for name, each in city.people.items()}
    async with city.database.sessions() as db:
        rows = list(
            await db.scalars(
                select(Notification).where(
                    Notification.region_id == city.region.id, Notification.kind == kind
                )
            )
        )
    assert len({(row.employee_id, row.day, row.subject_id) for row in rows}) == len(rows)
    return {names[row.employee_id]: row.params for row in rows}


async def remind(city: City, day: str, hour: int = 9) -> None:
    async with at(city, datetime.fromisoformat(f"{day}T{hour - 7:02}:00:00+00:00")):
        await asyncio.gather(run(city, remind_of_evaluations), run(city, remind_of_evaluations))


async def test_an_unreported_evaluation_is_reminded_of_on_its_marks(city: City) -> None:
    plan = await agreed_plan(city, last=date(2026, 12, 4))
    async with at(city, "2026-12-04"):
        await opened(city, plan, day="2026-12-04")
    # Five working days after Friday the 4th end with the 11th.
    for day, hour in (("2026-12-07", 9), ("2026-12-08", 7)):
        await remind(city, day, hour)
        assert await told(city, NoticeKind.EVALUATION_DUE) == {}
    await remind(city, "2026-12-08")
    assert await told(city, NoticeKind.EVALUATION_DUE) == {
        "staff": {"period_end": "2026-12-04", "until": "2026-12-11"}
    }


async def test_a_silent_evaluator_is_reminded_and_then_his_superior_learns_it(city: City) -> None:
    await reported(city)
    await remind(city, "2026-11-24")
    assert await told(city, NoticeKind.RATING_WAITING) == {}
    await remind(city, "2026-11-25")
    waits = {"supervisor": {"count": 1, "waited": 3, "oldest": "2026-11-20"}}
    assert await told(city, NoticeKind.RATING_WAITING) == waits
    assert await told(city, NoticeKind.EVALUATOR_SILENT) == {}
    await remind(city, "2026-12-04")
    assert await told(city, NoticeKind.EVALUATOR_SILENT) == {
        "chief": {"count": 1, "waited": 10, "oldest": "2026-11-20"}
    }


async def test_whoever_decides_is_reminded_of_an_objection_that_waits(city: City) -> None:
    await objected(city)
    await remind(city, "2026-11-27")
    assert await told(city, NoticeKind.OBJECTION_WAITING) == {
        "chief": {"count": 1, "waited": 5, "oldest": "2026-11-20"}
    }
