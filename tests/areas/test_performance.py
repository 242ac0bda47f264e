"""Goals and plans over HTTP: drafting, the cascade, deciding, revising, and who may do which of it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import event, select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.access.actor import system
from asn_api.access.grants import Permission
from asn_api.areas.organization.lines import rebuild
from asn_api.areas.performance.jobs import end_plans_of_left_posts
from asn_api.areas.performance.transfer import end_on_transfer
from asn_api.core.database import Database
from asn_api.core.jobs import Means
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.activities import ActivityStatus, Category, PlaceType
from asn_api.rules.organization import AppointmentKind, PositionKind
from asn_api.rules.plans import PlanAction, PlanActor, PlanStatus, refusal
from asn_api.tables.activities import Activity
from asn_api.tables.organization import Appointment, Position
from asn_api.tables.performance import Indicator, Plan, WorkResult
from tests.areas.test_activities import activity
from tests.factories import City, make_city

Json = dict[str, Any]
LETTER = {
    "action": "APPROVE",
    "decided_by_name": "Wali Kota",
    "decided_by_title": "Wali Kota",
    "letter_number": "800/12/2026",
    "letter_date": "2026-01-12",
}


def indicator(**changes: Any) -> Json:
    given = {
        "id": str(uuid7()),
        "aspect": "QUANTITY",
        "statement": "Jumlah laporan yang selesai",
        "target_value": "12",
        "target_unit": "dokumen",
    }
    return given | changes


def result(**changes: Any) -> Json:
    given = {
        "id": str(uuid7()),
        "kind": "PRIMARY",
        "statement": "Laporan triwulan tersusun",
        "indicators": [indicator()],
    }
    return given | changes


async def send(
    city: City, person: str, method: str, path: str, version: int | None = None, **options: Any
) -> httpx.Response:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    async with city.call_as(person) as client:
        return await client.request(method, f"/v1{path}", headers=headers, **options)


async def done(
    city: City, person: str, method: str, path: str, version: int | None = None, **options: Any
) -> Any:
    answer = await send(city, person, method, path, version, **options)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def begun(city: City, person: str, **changes: Any) -> Json:
    body = {"year": 2026, "approach": "QUANTITATIVE", "plan_type": "ADMIN_FUNCTIONAL"} | changes
    return await done(city, person, "POST", "/plans", json=body)


async def filled(city: City, person: str, plan: Json, *results: Json) -> Json:
    path = f"/plans/{plan['id']}/content"
    return await done(city, person, "PUT", path, plan["version"], json={"work_results": list(results)})


async def step(city: City, person: str, plan: Json, name: str, body: Json | None = None) -> Json:
    return await done(city, person, "POST", f"/plans/{plan['id']}/{name}", plan["version"], json=body)


async def refused(answer: httpx.Response, status: int, code: str) -> Json:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return answer.json()


async def heads_plan(city: City) -> Json:
    """The head's approved plan, where the cascade of `health` begins."""
    plan = await begun(city, "head", plan_type="JPT_OR_UNIT_HEAD")
    plan = await filled(city, "head", plan, result(perspective="BUDGET"))
    plan = await step(city, "head", plan, "submission")
    return await step(city, "admin", plan, "recorded-decision", LETTER)


async def below(city: City, person: str, superiors: Json) -> Json:
    """A complete draft that leans on the superior's first result."""
    plan = await begun(city, person)
    return await filled(city, person, plan, result(parent_id=superiors["work_results"][0]["id"]))


async def approved(city: City, person: str, superior: str, superiors: Json) -> Json:
    plan = await step(city, person, await below(city, person, superiors), "submission")
    return await step(city, superior, plan, "approval")


async def supervisors_plan(city: City) -> Json:
    chiefs = await approved(city, "chief", "head", await heads_plan(city))
    return await approved(city, "supervisor", "chief", chiefs)


async def journal(city: City, entity: str) -> list[tuple[str, Json]]:
    async with city.database.sessions() as db:
        rows = await db.execute(
            select(JournalEntry.action, JournalEntry.changes)
            .where(JournalEntry.region_id == city.region.id, JournalEntry.entity == entity)
            .order_by(JournalEntry.seq)
        )
        return [(action, changes) for action, changes in rows]


def work(city: City, person: str, plan: Json) -> Activity:
    """An activity that names the plan's first result and indicator."""
    first = plan["work_results"][0]
    return Activity(
        region_id=city.region.id,
        id=uuid7(),
        employee_id=city.id(person),
        unit_id=city.posts[person].unit_id,
        position_id=city.posts[person].position_id,
        day=date(2026, 11, 19),
        start_at=datetime(2026, 11, 19, 1, tzinfo=UTC),
        end_at=datetime(2026, 11, 19, 2, tzinfo=UTC),
        minutes=60,
        category=Category.PRIMARY,
        plan_id=UUID(plan["id"]),
        work_result_id=UUID(first["id"]),
        indicator_id=UUID(first["indicators"][0]["id"]),
        description="Menyusun laporan",
        output_quantity=1,
        output_unit="dokumen",
        place_type=PlaceType.OFFICE,
        evidence=[],
        received_at=city.now,
        status=ActivityStatus.DRAFT,
        flags=[],
    )


async def worked_on(city: City, person: str, plan: Json) -> None:
    async with city.database.sessions() as db, db.begin():
        db.add(work(city, person, plan))


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_a_plan_lives_from_draft_to_its_second_revision(city: City) -> None:
    supervisors = await supervisors_plan(city)
    plan = await begun(city, "staff")
    assert (plan["status"], plan["revision"], plan["version"]) == ("DRAFT", 1, 1)
    assert (plan["period_start"], plan["period_end"]) == ("2026-01-01", "2026-12-31")
    assert plan["position"]["title"] == "Pelaksana staff"
    assert plan["position"]["unit"] == "Ward"
    parent = supervisors["work_results"][0]
    first = result(parent_id=parent["id"])
    plan = await filled(city, "staff", plan, first)
    assert plan["work_results"][0]["parent_statement"] == parent["statement"]
    plan = await step(city, "staff", plan, "submission")
    assert plan["status"] == "SUBMITTED"
    assert plan["evaluator"]["name"] == "SUPERVISOR"
    assert plan["evaluator"]["position"] == "Kepala Ward"
    assert plan["evaluator"]["grade"] == "III/b"
    plan = await step(city, "supervisor", plan, "return", {"comment": "Perjelas target"})
    assert (plan["status"], plan["note"]) == ("RETURNED", "Perjelas target")
    plan = await filled(city, "staff", plan, first | {"statement": "Dua belas laporan bulanan tersusun"})
    plan = await step(city, "staff", plan, "submission")
    plan = await step(city, "supervisor", plan, "approval")
    assert (plan["status"], plan["decided_by"]) == ("APPROVED", str(city.id("supervisor")))
    await worked_on(city, "staff", plan)
    plan = await step(city, "staff", plan, "revision-request", {"reason": "Tugas berubah"})
    plan = await step(city, "supervisor", plan, "reopening")
    assert (plan["status"], plan["revision"]) == ("DRAFT", 2)
    second = result(parent_id=parent["id"], statement="Arsip tertata")
    plan = await filled(city, "staff", plan, second)
    assert [each["id"] for each in plan["work_results"]] == [second["id"]]
    plan = await step(city, "staff", plan, "submission")
    plan = await step(city, "supervisor", plan, "approval")
    kept = (await done(city, "staff", "GET", f"/plans/{plan['id']}/revisions"))["data"]
    assert [each["revision"] for each in kept] == [2, 1]
    assert kept[1]["content"]["work_results"][0]["statement"] == "Dua belas laporan bulanan tersusun"
    async with city.database.sessions() as db:
        withdrawn = await db.get_one(WorkResult, (city.region.id, UUID(first["id"])))
        assert withdrawn.withdrawn
    actions = [action for action, _ in await journal(city, "plan")]
    assert actions[-12:] == [
        "CREATE",
        "EDIT",
        "SUBMIT",
        "RETURN",
        "EDIT",
        "SUBMIT",
        "APPROVE",
        "REQUEST_REVISION",
        "REOPEN",
        "EDIT",
        "SUBMIT",
        "APPROVE",
    ]


@pytest.mark.parametrize("status", PlanStatus)
async def test_a_step_is_taken_by_its_actor_in_its_status_only(city: City, status: PlanStatus) -> None:
    superiors = await heads_plan(city)
    plan = await below(city, "chief", superiors)
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Plan)
            .where(Plan.region_id == city.region.id, Plan.id == UUID(plan["id"]))
            .values(status=status)
        )
    steps: dict[PlanAction, tuple[str, str, Json | None]] = {
        PlanAction.EDIT: ("PATCH", "", {"note": "Catatan"}),
        PlanAction.SUBMIT: ("POST", "/submission", None),
        PlanAction.RETURN: ("POST", "/return", {"comment": "Perbaiki"}),
        PlanAction.APPROVE: ("POST", "/approval", None),
        PlanAction.REQUEST_REVISION: ("POST", "/revision-request", {"reason": "Perubahan"}),
        PlanAction.REOPEN: ("POST", "/reopening", None),
        PlanAction.SET_EXPECTATIONS: ("PUT", "/behaviour-expectations", {"expectations": []}),
    }
    people = {"chief": PlanActor.EMPLOYEE, "head": PlanActor.EVALUATOR, "other_head": None, "admin": None}
    employees_own = {PlanAction.EDIT, PlanAction.SUBMIT, PlanAction.REQUEST_REVISION}
    for person, actor in people.items():
        if actor is not None:
            shown = await done(city, person, "GET", f"/plans/{plan['id']}")
            expected = {action.value: refusal(status, action, {actor}) for action in steps}
            assert {each["action"]: each["refused"] for each in shown["allowed_actions"]} == expected
        for action, (method, path, body) in steps.items():
            in_reach = actor is (PlanActor.EMPLOYEE if action in employees_own else PlanActor.EVALUATOR)
            answer = await send(
                city,
                person,
                method,
                f"/plans/{plan['id']}{path}",
                plan["version"],
                json=body,
                params={"validate_only": "true"},
            )
            if not in_reach:
                await refused(answer, 404, "NOT_FOUND")
            elif code := refusal(status, action, {actor} if actor else set()):
                await refused(answer, 409, code)
            else:
                assert answer.status_code == 200, answer.text


async def test_a_draft_can_lean_on_a_provisional_plan_but_not_be_submitted(city: City) -> None:
    heads = await heads_plan(city)
    assert (await done(city, "supervisor", "GET", "/me/parent-results?year=2026"))["data"] == []
    plan = await begun(city, "supervisor")
    plan = await filled(city, "supervisor", plan, result())
    path = f"/plans/{plan['id']}/submission"
    problem = await refused(
        await send(city, "supervisor", "POST", path, plan["version"]), 409, "PLAN_WAITS_FOR_SUPERIOR"
    )
    assert problem["errors"][0]["code"] == "PLAN_PARENT_REQUIRED"
    chiefs = await below(city, "chief", heads)
    offered = (await done(city, "supervisor", "GET", "/me/parent-results?year=2026"))["data"]
    assert [(each["id"], each["provisional"], each["superior_name"]) for each in offered] == [
        (chiefs["work_results"][0]["id"], True, "CHIEF")
    ]
    mine = result(parent_id=offered[0]["id"])
    plan = await filled(city, "supervisor", plan, mine)
    problem = await refused(
        await send(city, "supervisor", "POST", path, plan["version"]), 409, "PLAN_WAITS_FOR_SUPERIOR"
    )
    assert problem["errors"][0]["pointer"] == "/work_results/0/parent_id"
    chiefs = await step(city, "chief", chiefs, "submission")
    await step(city, "head", chiefs, "approval")
    offered = (await done(city, "supervisor", "GET", "/me/parent-results?year=2026"))["data"]
    assert [each["provisional"] for each in offered] == [False]
    unchosen = await filled(city, "supervisor", plan, mine | {"parent_id": None})
    await refused(
        await send(city, "supervisor", "POST", path, unchosen["version"]), 422, "PLAN_NOT_SUBMITTABLE"
    )
    plan = await filled(city, "supervisor", unchosen, mine)
    assert (await step(city, "supervisor", plan, "submission"))["status"] == "SUBMITTED"


async def test_an_incomplete_plan_names_everything_that_is_missing(city: City) -> None:
    plan = await begun(city, "staff")
    plan = await filled(city, "staff", plan, result(indicators=[]))
    answer = await send(city, "staff", "POST", f"/plans/{plan['id']}/submission", plan["version"])
    problem = await refused(answer, 422, "PLAN_NOT_SUBMITTABLE")
    assert [each["pointer"] for each in problem["errors"]] == [
        "/work_results/0/indicators",
        "/work_results/0/parent_id",
    ]


async def test_the_plan_of_someone_without_superior_is_approved_by_letter_only(city: City) -> None:
    plan = await begun(city, "head", plan_type="JPT_OR_UNIT_HEAD")
    plan = await filled(city, "head", plan, result())
    plan = await step(city, "head", plan, "submission")
    assert plan["evaluator"]["status"] == "NON_ASN"
    path = f"/plans/{plan['id']}/recorded-decision"
    await refused(
        await send(city, "head", "POST", path, plan["version"], json=LETTER), 409, "SELF_EVALUATION"
    )
    await refused(
        await send(city, "other_head", "POST", path, plan["version"], json=LETTER), 404, "NOT_FOUND"
    )
    await refused(
        await send(city, "chief", "POST", path, plan["version"], json=LETTER), 403, "PERMISSION_MISSING"
    )
    late = LETTER | {"letter_date": "2026-11-21"}
    problem = await refused(
        await send(city, "admin", "POST", path, plan["version"], json=late), 422, "REQUEST_INVALID"
    )
    assert problem["errors"][0]["code"] == "PLAN_LETTER_IN_FUTURE"
    silent = LETTER | {"action": "RETURN"}
    await refused(
        await send(city, "admin", "POST", path, plan["version"], json=silent), 422, "PLAN_REASON_MISSING"
    )
    await refused(
        await send(city, "admin", "POST", f"/plans/{plan['id']}/approval", plan["version"]), 404, "NOT_FOUND"
    )
    plan = await step(city, "admin", plan, "recorded-decision", LETTER)
    assert (plan["status"], plan["decided_by"]) == ("APPROVED", None)
    assert plan["evaluator"]["letter_number"] == "800/12/2026"
    action, changes = (await journal(city, "plan"))[-1]
    assert action == "APPROVE"
    assert changes["letter_number"] == [None, "800/12/2026"]
    chiefs = await step(city, "chief", await below(city, "chief", plan), "submission")
    await refused(
        await send(
            city, "admin", "POST", f"/plans/{chiefs['id']}/recorded-decision", chiefs["version"], json=LETTER
        ),
        409,
        "PLAN_HAS_EVALUATOR",
    )


async def test_of_two_approvals_at_once_one_wins(city: City) -> None:
    heads = await heads_plan(city)
    plan = await step(city, "chief", await below(city, "chief", heads), "submission")
    answers = await asyncio.gather(
        *(send(city, "head", "POST", f"/plans/{plan['id']}/approval", plan["version"]) for _ in range(4))
    )
    assert sorted(each.status_code for each in answers) == [200, 412, 412, 412]
    stale = next(each for each in answers if each.status_code == 412).json()
    assert stale["current"]["status"] == "APPROVED"


async def test_a_submission_and_an_edit_at_once_do_not_mix(city: City) -> None:
    heads = await heads_plan(city)
    plan = await below(city, "chief", heads)
    edited = {"work_results": [result(indicators=[])]}
    answers = await asyncio.gather(
        send(city, "chief", "POST", f"/plans/{plan['id']}/submission", plan["version"]),
        send(city, "chief", "PUT", f"/plans/{plan['id']}/content", plan["version"], json=edited),
    )
    assert sorted(each.status_code for each in answers) == [200, 412]
    now = await done(city, "chief", "GET", f"/plans/{plan['id']}")
    complete = bool(now["work_results"][0]["indicators"])
    assert complete is (now["status"] == "SUBMITTED")


@pytest.mark.parametrize(
    ("person", "status"),
    [
        ("staff", 200),
        ("supervisor", 200),
        ("head", 200),
        ("admin", 200),
        ("colleague", 404),
        ("chief", 404),
        ("other_head", 404),
        ("partner", 403),
        ("anonymous", 401),
    ],
)
async def test_who_sees_a_draft(city: City, person: str, status: int) -> None:
    plan = await begun(city, "staff")
    assert (await send(city, person, "GET", f"/plans/{plan['id']}")).status_code == status
    assert (await send(city, person, "GET", f"/plans/{plan['id']}/revisions")).status_code == status
    listed = await send(city, person, "GET", "/plans")
    if listed.status_code == 200:
        assert [each["id"] for each in listed.json()["data"]] == ([plan["id"]] if status == 200 else [])


async def test_another_region_finds_nothing(city: City, database: Database, app: Any) -> None:
    plan = await begun(city, "staff")
    goal = await done(city, "admin", "POST", "/goals", json=a_goal(city))
    other = await make_city(database, app, code=f"{city.region.code}-x")
    for path in (f"/plans/{plan['id']}", f"/plans/{plan['id']}/revisions", f"/goals/{goal['id']}"):
        await refused(await send(other, "admin", "GET", path), 404, "NOT_FOUND")
    mine = await begun(other, "staff")
    stolen = {"work_results": [result(parent_id=str(uuid7()), goal_id=goal["id"])]}
    problem = await refused(
        await send(other, "staff", "PUT", f"/plans/{mine['id']}/content", mine["version"], json=stolen),
        422,
        "REQUEST_INVALID",
    )
    assert [each["code"] for each in problem["errors"]] == ["PLAN_PARENT_UNKNOWN", "PLAN_GOAL_UNKNOWN"]


async def test_plans_do_not_overlap(city: City) -> None:
    await begun(city, "staff", period_end="2026-06-30")
    body = {"year": 2026, "approach": "QUANTITATIVE", "plan_type": "ADMIN_FUNCTIONAL"}
    await refused(await send(city, "staff", "POST", "/plans", json=body), 409, "PLAN_OVERLAPS")
    await begun(city, "staff", period_start="2026-07-01")


async def test_a_plan_sent_again_is_the_same_plan(city: City) -> None:
    id = str(uuid7())
    first = await begun(city, "staff", id=id)
    assert (await begun(city, "staff", id=id))["id"] == first["id"]
    body = {"id": id, "year": 2026, "approach": "QUANTITATIVE", "plan_type": "ADMIN_FUNCTIONAL"}
    await refused(
        await send(city, "staff", "POST", "/plans", json=body | {"year": 2027}), 409, "PLAN_ID_TAKEN"
    )
    await refused(await send(city, "colleague", "POST", "/plans", json=body), 409, "PLAN_ID_TAKEN")


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"period_start": "2025-12-31"}, "/period_start", "PLAN_PERIOD_OUTSIDE_YEAR"),
        ({"period_start": "2026-05-02", "period_end": "2026-05-01"}, "/period_end", "PLAN_PERIOD_REVERSED"),
        ({"plan_type": "JPT_OR_UNIT_HEAD"}, "/plan_type", "PLAN_TYPE_NOT_FOR_POST"),
        ({"year": 99999}, "/year", "NUMBER_TOO_LARGE"),
        ({"employee_id": str(uuid7())}, "/employee_id", "FIELD_UNKNOWN"),
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused(
    city: City, changes: Json, pointer: str, code: str
) -> None:
    body = {"year": 2026, "approach": "QUANTITATIVE", "plan_type": "ADMIN_FUNCTIONAL"} | changes
    problem = await refused(await send(city, "chief", "POST", "/plans", json=body), 422, "REQUEST_INVALID")
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [(pointer, code)]


async def test_content_is_replaced_as_a_whole(city: City) -> None:
    heads = await heads_plan(city)
    plan = await begun(city, "chief")
    one, two = (
        result(parent_id=heads["work_results"][0]["id"]),
        result(kind="ADDITIONAL", statement="Panitia"),
    )
    plan = await filled(city, "chief", plan, one, two)
    again = await filled(city, "chief", plan, one, two)
    assert again["version"] == plan["version"]
    swapped = await filled(city, "chief", plan, two, one)
    assert [each["id"] for each in swapped["work_results"]] == [two["id"], one["id"]]
    assert swapped["version"] > plan["version"]
    shorter = await filled(city, "chief", swapped, one | {"indicators": [indicator(target_value="90.5")]})
    assert shorter["work_results"][0]["indicators"][0]["target_value"] == "90.5"
    async with city.database.sessions() as db:
        rows = await db.scalars(select(Indicator.id).where(Indicator.region_id == city.region.id))
        assert len(list(rows)) == 2
    dry = await send(
        city,
        "chief",
        "PUT",
        f"/plans/{plan['id']}/content?validate_only=true",
        shorter["version"],
        json={"work_results": []},
    )
    assert dry.json()["work_results"] == []
    assert (await done(city, "chief", "GET", f"/plans/{plan['id']}"))["work_results"] == shorter[
        "work_results"
    ]


async def test_what_others_point_at_is_withdrawn_and_can_come_back(city: City) -> None:
    heads = await heads_plan(city)
    plan = await below(city, "chief", heads)
    await below(city, "supervisor", plan)
    first = plan["work_results"][0]
    emptied = await filled(city, "chief", plan)
    assert emptied["work_results"] == []
    children = await done(city, "supervisor", "GET", "/plans")
    shown = await done(city, "supervisor", "GET", f"/plans/{children['data'][0]['id']}")
    assert shown["work_results"][0]["parent_id"] == first["id"]
    offered = await done(city, "supervisor", "GET", "/me/parent-results?year=2026")
    assert offered["data"] == []
    back = await filled(city, "chief", emptied, result(id=first["id"], parent_id=first["parent_id"]))
    assert [each["id"] for each in back["work_results"]] == [first["id"]]


async def test_ids_name_one_thing_for_ever(city: City) -> None:
    theirs = await filled(city, "colleague", await begun(city, "colleague"), result())
    plan = await filled(city, "staff", await begun(city, "staff"), result(), result())
    twin, moved = indicator(), plan["work_results"][0]["indicators"][0]["id"]
    bad = [
        result(id=theirs["work_results"][0]["id"], indicators=[twin, twin]),
        result(id=plan["work_results"][1]["id"], indicators=[indicator(id=moved)]),
    ]
    answer = await send(
        city, "staff", "PUT", f"/plans/{plan['id']}/content", plan["version"], json={"work_results": bad}
    )
    problem = await refused(answer, 422, "REQUEST_INVALID")
    assert [(each["pointer"], each["code"]) for each in problem["errors"]] == [
        ("/work_results/0/id", "PLAN_ITEM_ID_TAKEN"),
        ("/work_results/0/indicators/0/id", "PLAN_ITEM_ID_TWICE"),
        ("/work_results/0/indicators/1/id", "PLAN_ITEM_ID_TWICE"),
        ("/work_results/1/indicators/0/id", "PLAN_ITEM_ID_TAKEN"),
    ]


async def test_chains_of_results_end_even_when_two_draft_at_once(city: City) -> None:
    one = await filled(city, "staff", await begun(city, "staff"), result())
    two = await filled(city, "colleague", await begun(city, "colleague"), result())
    own = [result(id=one["work_results"][0]["id"], parent_id=one["work_results"][0]["id"])]
    await refused(
        await send(
            city, "staff", "PUT", f"/plans/{one['id']}/content", one["version"], json={"work_results": own}
        ),
        422,
        "REQUEST_INVALID",
    )

    async def lean(person: str, plan: Json, other: Json) -> httpx.Response:
        mine = result(id=plan["work_results"][0]["id"], parent_id=other["work_results"][0]["id"])
        path = f"/plans/{plan['id']}/content"
        return await send(city, person, "PUT", path, plan["version"], json={"work_results": [mine]})

    async with city.database.sessions() as db, db.begin():
        await db.execute(select(Plan.id).where(Plan.region_id == city.region.id).with_for_update())
        both = asyncio.gather(lean("staff", one, two), lean("colleague", two, one))
        await asyncio.sleep(0.3)
    answers = await both
    assert sorted(each.status_code for each in answers) == [200, 422]
    problem = next(each.json() for each in answers if each.status_code == 422)
    assert problem["errors"][0]["code"] == "PLAN_PARENT_CIRCULAR"


async def test_work_that_begins_while_its_result_is_removed_keeps_it(city: City) -> None:
    plan = await filled(city, "staff", await begun(city, "staff"), result())
    async with city.database.sessions() as db, db.begin():
        db.add(work(city, "staff", plan))
        await db.flush()
        removing = asyncio.create_task(filled(city, "staff", plan))
        await asyncio.sleep(0.3)
        assert not removing.done()
    assert (await removing)["work_results"] == []
    async with city.database.sessions() as db:
        row = await db.get_one(WorkResult, (city.region.id, UUID(plan["work_results"][0]["id"])))
        assert row.withdrawn


async def test_a_draft_is_given_up_only_before_anybody_relies_on_it(city: City) -> None:
    plan = await filled(city, "staff", await begun(city, "staff"), result())
    assert await done(city, "staff", "DELETE", f"/plans/{plan['id']}", plan["version"]) is None
    plan = await filled(city, "staff", await begun(city, "staff"), result())
    await worked_on(city, "staff", plan)
    await refused(
        await send(city, "staff", "DELETE", f"/plans/{plan['id']}", plan["version"]), 409, "PLAN_IN_USE"
    )
    assert len((await done(city, "staff", "GET", f"/plans/{plan['id']}"))["work_results"]) == 1


async def test_the_superior_finds_what_waits_for_him(city: City) -> None:
    supervisors = await supervisors_plan(city)
    waiting = await step(city, "staff", await below(city, "staff", supervisors), "submission")
    await begun(city, "colleague")

    async def ids(person: str, **params: str) -> list[str]:
        return [each["id"] for each in (await done(city, person, "GET", "/plans", params=params))["data"]]

    assert await ids("supervisor", waiting_for_me="true") == [waiting["id"]]
    assert await ids("chief", waiting_for_me="true") == []
    assert len(await ids("head")) == 5
    assert await ids("head", unit_id=str(city.units["ward"].id), status="SUBMITTED") == [waiting["id"]]
    assert len(await ids("head", unit_id=str(city.units["clinic"].id))) == 4
    assert await ids("head", unit_id=str(city.units["works"].id)) == []
    assert await ids("head", employee_id=str(city.id("supervisor")), year="2026") == [supervisors["id"]]
    first = await done(city, "head", "GET", "/plans?limit=2&count=exact")
    rest = await done(city, "head", "GET", f"/plans?limit=200&cursor={first['page']['next']}&count=exact")
    assert first["page"]["total"] == 5
    assert [each["id"] for each in first["data"] + rest["data"]] == await ids("head")
    await refused(await send(city, "head", "GET", "/plans?name=x"), 400, "PARAMETERS_UNKNOWN")


@pytest.mark.parametrize("size", [1, 12])
async def test_the_number_of_statements_does_not_grow_with_the_plan(city: City, size: int) -> None:
    plan = await begun(city, "staff")
    several = [result(indicators=[indicator(), indicator()]) for _ in range(size)]
    await filled(city, "staff", plan, *several)
    await begun(city, "colleague")
    paths = {f"/plans/{plan['id']}": 3, "/plans": 1, "/me/parent-results?year=2026": 1, "/goals": 1}
    for path, expected in paths.items():
        with statements(city.database) as seen:
            await done(city, "staff", "GET", path)
        assert len(seen) == expected, path


async def test_a_plan_is_read_conditionally_and_changed_only_with_its_version(city: City) -> None:
    plan = await begun(city, "staff")
    path = f"/plans/{plan['id']}"
    async with city.call_as("staff") as client:
        known = (await client.get(f"/v1{path}")).headers["etag"]
        assert (await client.get(f"/v1{path}", headers={"If-None-Match": known})).status_code == 304
    await refused(await send(city, "staff", "PATCH", path, json={"note": "x"}), 428, "IF_MATCH_REQUIRED")
    changed = await done(city, "staff", "PATCH", path, 1, json={"approach": "QUALITATIVE"})
    assert (changed["approach"], changed["version"]) == ("QUALITATIVE", 2)
    stale = await refused(
        await send(city, "staff", "PATCH", path, 1, json={"note": "x"}), 412, "VERSION_STALE"
    )
    assert stale["current"]["version"] == 2


async def test_a_transfer_ends_the_plan_and_the_new_post_gets_its_own(city: City) -> None:
    plan = await filled(city, "staff", await begun(city, "staff"), result())
    day = date(2026, 11, 16)
    async with city.database.sessions() as db, db.begin():
        post = await db.get_one(Appointment, (city.region.id, city.posts["staff"].id))
        access = system(city.region.id, Permission.PLANS_WRITE, city.now)
        await end_on_transfer(access, db, city.id("staff"), day)
        assert (await db.get_one(Plan, (city.region.id, UUID(plan["id"])))).status is PlanStatus.DRAFT
        post.valid = Range(post.valid.lower, day)
        await db.flush()
        place = Position(
            region_id=city.region.id,
            id=uuid7(),
            unit_id=city.units["roads"].id,
            kind=PositionKind.EXECUTIVE,
            title="Pengelola jalan",
        )
        db.add(place)
        await db.flush()
        db.add(
            Appointment(
                region_id=city.region.id,
                id=uuid7(),
                employee_id=city.id("staff"),
                position_id=place.id,
                unit_id=place.unit_id,
                is_head=False,
                kind=AppointmentKind.DEFINITIVE,
                valid=Range(day, None),
            )
        )
        await rebuild(db, city.region.id)
        await end_on_transfer(access, db, city.id("staff"), day)
    ended = await done(city, "staff", "GET", f"/plans/{plan['id']}")
    assert (ended["status"], ended["period_end"]) == ("ENDED", "2026-11-15")
    assert (await journal(city, "plan"))[-1][0] == "END_ON_TRANSFER"
    assert (await send(city, "supervisor", "GET", f"/plans/{plan['id']}")).status_code == 404
    assert (await send(city, "head", "GET", f"/plans/{plan['id']}")).status_code == 200
    new = await begun(city, "staff")
    assert (new["period_start"], new["position"]["title"]) == ("2026-11-16", "Pengelola jalan")
    early = {
        "year": 2026,
        "approach": "QUANTITATIVE",
        "plan_type": "ADMIN_FUNCTIONAL",
        "period_start": "2026-11-01",
    }
    problem = await refused(await send(city, "staff", "POST", "/plans", json=early), 422, "REQUEST_INVALID")
    assert problem["errors"][0]["code"] == "PLAN_PERIOD_OUTSIDE_POST"


async def test_work_may_name_the_results_of_the_plan_of_its_day(city: City) -> None:
    plan = await filled(city, "staff", await begun(city, "staff", period_end="2026-11-19"), result())
    first = plan["work_results"][0]
    link = {"work_result_id": first["id"], "indicator_id": first["indicators"][0]["id"]}

    async def codes(person: str, **given: Any) -> list[str]:
        answer = await send(city, person, "POST", "/activities", json=activity(**given))
        return [each["code"] for each in answer.json().get("errors", [])]

    assert await codes("staff", day="2026-11-19", **link) == []
    assert await codes("staff", **link) == ["ACTIVITY_RESULT_OTHER_PERIOD"]
    assert await codes("colleague", day="2026-11-19", **link) == ["ACTIVITY_RESULT_NOT_OWN"]
    foreign = link | {"indicator_id": str(uuid7())}
    assert await codes("staff", day="2026-11-19", **foreign) == ["ACTIVITY_INDICATOR_NOT_OF_RESULT"]
    await filled(city, "staff", plan)
    assert await codes("staff", day="2026-11-18", **link) == ["ACTIVITY_RESULT_NOT_OWN"]


async def test_the_job_ends_the_plan_of_a_left_post_and_keeps_the_others(city: City) -> None:
    left, kept = await begun(city, "staff"), await begun(city, "colleague")
    async with city.database.sessions() as db, db.begin():
        post = await db.get_one(Appointment, (city.region.id, city.posts["staff"].id))
        post.valid = Range(post.valid.lower, date(2026, 11, 10))
    await end_plans_of_left_posts(
        Means(city.database, city.app.state.keyring, lambda: city.now), str(city.region.id)
    )
    ended = await done(city, "head", "GET", f"/plans/{left['id']}")
    assert (ended["status"], ended["period_end"]) == ("ENDED", "2026-11-09")
    assert (await done(city, "colleague", "GET", f"/plans/{kept['id']}"))["status"] == "DRAFT"


def a_goal(city: City, **changes: Any) -> Json:
    given = {
        "agency_id": str(city.units["health"].id),
        "year": 2026,
        "code": "S1",
        "statement": "Layanan kesehatan meningkat",
        "target": "90 persen",
    }
    return given | changes


async def test_goals_are_kept_by_the_head_and_the_admin_and_read_by_all(city: City) -> None:
    goal = await done(city, "head", "POST", "/goals", json=a_goal(city))
    path = f"/goals/{goal['id']}"
    assert await done(city, "other_staff", "GET", path) == goal
    listed = await done(city, "staff", "GET", f"/goals?agency_id={goal['agency_id']}&year=2026")
    assert listed["data"] == [goal]
    assert (await done(city, "staff", "GET", "/goals?year=2025"))["data"] == []
    await refused(await send(city, "staff", "POST", "/goals", json=a_goal(city)), 403, "PERMISSION_MISSING")
    await refused(await send(city, "other_head", "POST", "/goals", json=a_goal(city)), 404, "NOT_FOUND")
    await refused(await send(city, "other_head", "PATCH", path, 1, json={"target": "1"}), 404, "NOT_FOUND")
    await refused(await send(city, "head", "POST", "/goals", json=a_goal(city)), 409, "GOAL_CODE_TAKEN")
    content = {name: value for name, value in goal.items() if name != "version"}
    assert await done(city, "head", "POST", "/goals", json=content) == goal
    other = content | {"target": "80"}
    await refused(await send(city, "head", "POST", "/goals", json=other), 409, "GOAL_ID_TAKEN")
    unit = a_goal(city, agency_id=str(city.units["clinic"].id))
    problem = await refused(await send(city, "head", "POST", "/goals", json=unit), 422, "REQUEST_INVALID")
    assert problem["errors"][0]["code"] == "GOAL_UNIT_NOT_AGENCY"
    goal = await done(city, "admin", "PATCH", path, 1, json={"target": "95 persen"})
    assert (goal["target"], goal["version"]) == ("95 persen", 2)
    await refused(await send(city, "head", "DELETE", path, 1), 412, "VERSION_STALE")
    plan = await begun(city, "head", plan_type="JPT_OR_UNIT_HEAD")
    plan = await filled(city, "head", plan, result(goal_id=goal["id"]))
    assert plan["work_results"][0]["goal_statement"] == goal["statement"]
    await refused(await send(city, "head", "DELETE", path, 2), 409, "GOAL_IN_USE")
    await filled(city, "head", plan)
    assert (await send(city, "head", "DELETE", path, 2)).status_code == 204
    assert [action for action, _ in await journal(city, "agency_goal")] == ["CREATE", "CHANGE", "DELETE"]
