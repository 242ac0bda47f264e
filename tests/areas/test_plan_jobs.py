"""What time does to plans: reminders that come due, years that are closed, plans of those who left."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.access.actor import system
from asn_api.access.grants import Permission
from asn_api.areas.performance import reminding
from asn_api.areas.performance.jobs import close_years, end_plans_of_left_posts, remind_of_plans
from asn_api.core.jobs import Means
from asn_api.core.mapping import uuid7
from asn_api.rules.evaluations import EvaluationKind, EvaluationStatus
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.plans import PlanStatus
from asn_api.rules.ratings import Expectation, Predicate
from asn_api.tables.employees import Employee
from asn_api.tables.evaluations import Evaluation
from asn_api.tables.notifications import Notification
from asn_api.tables.performance import Plan
from tests.areas.test_evaluators import letter, stored, submitted
from tests.areas.test_performance import begun, done, journal, refused, send, step, supervisors_plan
from tests.factories import City

EVERYBODY = {"head", "chief", "supervisor", "staff", "colleague", "other_head", "other_staff", "admin"}


async def remind(city: City, day: date, hour: int = 9) -> None:
    """As at this hour in Jakarta."""
    now = datetime(day.year, day.month, day.day, hour - 7, tzinfo=UTC)
    await reminding.remind(city.database, system(city.region.id, Permission.PLANS_WRITE, now))


async def told(city: City, kind: NoticeKind) -> dict[str, dict[str, int | str]]:
    names = {each.id: name for name, each in city.people.items()}
    async with city.database.sessions() as db:
        rows = list(
            await db.scalars(
                select(Notification).where(
                    Notification.region_id == city.region.id, Notification.kind == kind
                )
            )
        )
    assert len({(row.employee_id, row.day) for row in rows}) == len(rows)
    return {names[row.employee_id]: row.params for row in rows}


@pytest.mark.parametrize(
    ("day", "hour", "comes"),
    [
        (date(2026, 1, 17), 9, True),
        (date(2026, 1, 17), 7, False),
        (date(2026, 1, 18), 9, False),
        (date(2026, 1, 24), 9, True),
        (date(2026, 2, 7), 9, True),
    ],
)
async def test_a_missing_plan_is_reminded_of_on_its_marks(
    city: City, day: date, hour: int, comes: bool
) -> None:
    await remind(city, day, hour)
    await remind(city, day, hour)
    found = await told(city, NoticeKind.PLAN_MISSING)
    assert found.keys() == (EVERYBODY if comes else set())
    if comes:
        assert found["staff"] == {"year": 2026, "due": "2026-01-31"}


async def test_superiors_learn_of_overdue_plans_and_whoever_has_one_is_left_alone(city: City) -> None:
    await supervisors_plan(city)
    await remind(city, date(2026, 1, 30))
    assert await told(city, NoticeKind.TEAM_PLANS_MISSING) == {}
    await remind(city, date(2026, 2, 1))
    assert await told(city, NoticeKind.TEAM_PLANS_MISSING) == {
        "supervisor": {"year": 2026, "count": 2},
        "other_head": {"year": 2026, "count": 2},
    }
    everyone = EVERYBODY - {"head", "chief", "supervisor"}
    assert (await told(city, NoticeKind.PLAN_MISSING)).keys() == everyone
    shown = (await done(city, "supervisor", "GET", "/me/notifications"))["data"]
    assert "2 of your team have no plan for 2026" in {each["title"] for each in shown}


async def test_an_evaluator_who_does_not_decide_is_reminded_then_whoever_is_above_him(city: City) -> None:
    await submitted(city)
    for day in (date(2026, 11, 24), date(2026, 11, 28)):
        await remind(city, day)
    assert await told(city, NoticeKind.PLAN_WAITING) == {}
    await remind(city, date(2026, 11, 25))
    waiting = {"count": 1, "waited": 3, "oldest": "2026-11-20"}
    assert await told(city, NoticeKind.PLAN_WAITING) == {"supervisor": waiting}
    assert await told(city, NoticeKind.PLAN_UNDECIDED) == {}
    await remind(city, date(2026, 12, 4))
    assert await told(city, NoticeKind.PLAN_UNDECIDED) == {"chief": waiting | {"waited": 10}}


async def test_the_evaluator_by_letter_is_reminded_and_nobody_about_a_decided_plan(city: City) -> None:
    plan = await submitted(city)
    await stored(city, letter(city, "staff", "other_staff"))
    await remind(city, date(2026, 11, 25))
    assert (await told(city, NoticeKind.PLAN_WAITING)).keys() == {"other_staff"}
    plan = await step(city, "other_staff", plan, "approval")
    plan = await step(city, "staff", plan, "revision-request", {"reason": "Tugas berubah"})
    await remind(city, date(2026, 11, 26))
    assert (await told(city, NoticeKind.PLAN_WAITING)).keys() == {"other_staff"}
    await step(city, "other_staff", plan, "reopening")
    await remind(city, date(2026, 11, 27))
    await remind(city, date(2026, 12, 4))
    assert await told(city, NoticeKind.PLAN_UNDECIDED) == {}


async def test_the_job_reminds_a_region(city: City) -> None:
    at = datetime(2026, 1, 24, 2, tzinfo=UTC)
    await remind_of_plans(Means(city.database, city.app.state.keyring, lambda: at), str(city.region.id))
    assert (await told(city, NoticeKind.PLAN_MISSING)).keys() == EVERYBODY


async def evaluated(
    city: City, person: str, status: EvaluationStatus | None, plan_status: PlanStatus
) -> UUID:
    """A plan of 2025 in this status, with a yearly evaluation in that one."""
    plan = await begun(city, person, year=2025)
    id = UUID(plan["id"])
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Plan).where(Plan.region_id == city.region.id, Plan.id == id).values(status=plan_status)
        )
        if status is not None:
            db.add(
                Evaluation(
                    region_id=city.region.id,
                    id=uuid7(),
                    plan_id=id,
                    employee_id=city.id(person),
                    unit_id=city.posts[person].unit_id,
                    year=2025,
                    kind=EvaluationKind.YEARLY,
                    period=Range(date(2025, 1, 1), date(2026, 1, 1)),
                    status=status,
                    work_result=Expectation.MEETS,
                    behaviour=Expectation.MEETS,
                    predicate=Predicate.GOOD,
                )
            )
    return id


async def test_a_year_is_closed_once_its_evaluation_stands_and_drafts_are_left(city: City) -> None:
    final = await evaluated(city, "staff", EvaluationStatus.FINAL, PlanStatus.APPROVED)
    accepted = await evaluated(
        city, "colleague", EvaluationStatus.ACKNOWLEDGED, PlanStatus.REVISION_REQUESTED
    )
    open_ = {
        await evaluated(city, "supervisor", EvaluationStatus.RATED, PlanStatus.APPROVED),
        await evaluated(city, "chief", None, PlanStatus.APPROVED),
        await evaluated(city, "head", EvaluationStatus.FINAL, PlanStatus.DRAFT),
    }
    running = await begun(city, "staff")
    for _ in range(2):
        await close_years(Means(city.database, city.app.state.keyring, lambda: city.now), str(city.region.id))
    shown = {UUID(each["id"]): each["status"] for each in (await done(city, "head", "GET", "/plans"))["data"]}
    assert (shown[final], shown[accepted], shown[UUID(running["id"])]) == ("CLOSED", "CLOSED", "DRAFT")
    left = (await done(city, "head", "GET", "/plans?left_over=true"))["data"]
    assert {UUID(each["id"]) for each in left} == open_
    assert [action for action, _ in await journal(city, "plan")].count("CLOSE_YEAR") == 2


async def test_whoever_goes_on_a_study_assignment_keeps_a_segment_and_begins_anew(city: City) -> None:
    plan, kept = await begun(city, "staff"), await begun(city, "colleague")
    future = await begun(city, "staff", year=2027)

    async def standing(code: str) -> None:
        async with city.database.sessions() as db, db.begin():
            await db.execute(
                update(Employee)
                .where(Employee.region_id == city.region.id, Employee.id == city.id("staff"))
                .values(legal_standing_code=code, version=Employee.version + 1)
            )

    await standing("03")
    await end_plans_of_left_posts(
        Means(city.database, city.app.state.keyring, lambda: city.now), str(city.region.id)
    )
    ended = await done(city, "staff", "GET", f"/plans/{plan['id']}")
    assert (ended["status"], ended["period_end"], ended["ended_on"]) == ("ENDED", "2026-11-19", "2026-11-20")
    later = await done(city, "staff", "GET", f"/plans/{future['id']}")
    assert (later["status"], later["period_end"], later["ended_on"]) == ("ENDED", "2027-12-31", "2026-11-20")
    assert (await done(city, "colleague", "GET", f"/plans/{kept['id']}"))["status"] == "DRAFT"
    await standing("01")
    body = {"year": 2026, "approach": "QUANTITATIVE", "plan_type": "ADMIN_FUNCTIONAL"}
    early = await send(city, "staff", "POST", "/plans", json=body | {"period_start": "2026-11-01"})
    await refused(early, 409, "PLAN_OVERLAPS")
    assert (await begun(city, "staff"))["period_start"] == "2026-11-20"
    assert (await begun(city, "staff", year=2027))["period_start"] == "2027-01-01"
