"""Progress over HTTP and by the service that phones reach: whose, when, which version, and at once."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.access.actor import Access, Actor
from asn_api.access.grants import Permission, Reach
from asn_api.areas.performance import progress
from asn_api.areas.performance.progress_queries import progress_by_ids
from asn_api.areas.performance.schemas import ProgressValues
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.errors import Problem
from asn_api.rules.plans import PlanStatus
from asn_api.tables.organization import Appointment
from asn_api.tables.performance import Indicator, Plan, ProgressReport
from tests.areas.races import at_once
from tests.areas.test_performance import begun, done, filled, indicator, journal, refused, result, send
from tests.factories import City

Json = dict[str, Any]


async def planned(city: City, person: str = "staff", **changes: Any) -> tuple[Json, str]:
    """A plan with one result and one indicator, and the indicator's id."""
    plan = await filled(city, person, await begun(city, person), result(indicators=[indicator(**changes)]))
    return plan, plan["work_results"][0]["indicators"][0]["id"]


def report(indicator_id: str, **changes: Any) -> Json:
    return {"indicator_id": indicator_id, "day": "2026-06-30", "value": "5"} | changes


async def put(
    city: City, body: Json, id: str | None = None, version: int | None = None, person: str = "staff"
) -> httpx.Response:
    return await send(city, person, "PUT", f"/progress/{id or uuid7()}", version, json=body)


async def made(city: City, body: Json, person: str = "staff") -> Json:
    answer = await put(city, body, person=person)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    problem = await refused(answer, 422, "REQUEST_INVALID")
    return [(each["pointer"], each["code"]) for each in problem["errors"]]


def as_phone(city: City, person: str = "staff") -> Access:
    """The access with which a phone's batch is worked through."""
    actor = Actor(
        city.region.id,
        city.accounts[person].id,
        (),
        city.region.zone,
        account_id=city.accounts[person].id,
        employee_id=city.id(person),
    )
    return Access(actor, Permission.PLANS_WRITE, frozenset({(Reach.OWN, "")}), city.now)


async def test_a_report_is_made_read_corrected_and_taken_back(city: City) -> None:
    plan, mine = await planned(city)
    first = await made(city, report(mine, note="Dua triwulan"))
    assert (first["value"], first["day"], first["version"]) == ("5", "2026-06-30", 1)
    assert first["plan_id"] == plan["id"]
    assert first["work_result_id"] == plan["work_results"][0]["id"]
    assert first["unit_id"] == str(city.units["ward"].id)
    later = await made(city, report(mine, day="2026-11-20", value="9.5"))
    path = f"/plans/{plan['id']}/progress"
    assert (await done(city, "supervisor", "GET", path))["data"] == [later, first]
    assert (await done(city, "head", "GET", path, params={"latest": "true"}))["data"] == [later]
    assert (await done(city, "staff", "GET", path, params={"indicator_id": str(uuid7())}))["data"] == []
    corrected = await put(city, report(mine, value="6", day="2026-06-29"), first["id"], 1)
    assert (corrected.status_code, corrected.headers["etag"][:3]) == (200, '"2-')
    assert (corrected.json()["value"], corrected.json()["note"]) == ("6", None)
    assert await done(city, "supervisor", "GET", f"/progress/{first['id']}") == corrected.json()
    assert await done(city, "staff", "DELETE", f"/progress/{first['id']}", 2) is None
    await refused(await send(city, "staff", "GET", f"/progress/{first['id']}"), 404, "NOT_FOUND")
    told = [each for each in await journal(city, "progress") if "2026-11-20" not in str(each)]
    assert [action for action, _ in told] == ["CREATE", "EDIT", "DELETE"]
    assert told[1][1] == {
        "day": ["2026-06-30", "2026-06-29"],
        "value": ["5", "6"],
        "note": ["Dua triwulan", None],
    }
    assert told[2][1]["value"] == ["6", None]


async def test_the_same_report_sent_again_changes_nothing(city: City) -> None:
    _, mine = await planned(city)
    first = await made(city, report(mine))
    again = await put(city, report(mine, value="5.00"), first["id"])
    assert (again.status_code, again.json()) == (201, first)
    other = await put(city, report(mine, value="6"), first["id"])
    assert (await refused(other, 412, "VERSION_STALE"))["current"]["value"] == "5"
    await refused(await put(city, report(mine, value="6"), first["id"], 2), 412, "VERSION_STALE")
    await refused(await send(city, "staff", "DELETE", f"/progress/{first['id']}", 2), 412, "VERSION_STALE")
    await refused(await put(city, report(mine), version=1), 404, "NOT_FOUND")
    assert len(await journal(city, "progress")) == 1


async def test_a_day_of_an_indicator_has_one_report(city: City) -> None:
    _, mine = await planned(city)
    first = await made(city, report(mine))
    problem = await refused(await put(city, report(mine, value="6")), 409, "PROGRESS_DAY_TAKEN")
    assert problem["params"] == {"id": first["id"]}
    second = await made(city, report(mine, day="2026-07-31"))
    await refused(await put(city, report(mine), second["id"], 1), 409, "PROGRESS_DAY_TAKEN")
    await done(city, "staff", "DELETE", f"/progress/{first['id']}", 1)
    assert (await put(city, report(mine), second["id"], 1)).status_code == 200


async def test_only_the_owner_reports(city: City) -> None:
    _, mine = await planned(city)
    first = await made(city, report(mine))
    wanted = [("/indicator_id", "PROGRESS_INDICATOR_NOT_OWN")]
    for person in ("colleague", "supervisor", "head"):
        assert await faults(await put(city, report(mine, day="2026-05-31"), person=person)) == wanted
        await refused(await put(city, report(mine, value="0"), first["id"], 1, person), 404, "NOT_FOUND")
        await refused(await send(city, person, "DELETE", f"/progress/{first['id']}", 1), 404, "NOT_FOUND")
    assert await faults(await put(city, report(str(uuid7())))) == wanted
    _, theirs = await planned(city, "colleague")
    await refused(await put(city, report(theirs), first["id"], person="colleague"), 409, "PROGRESS_ID_TAKEN")
    moved = await put(city, report(theirs), first["id"], 1)
    assert await faults(moved) == [("/indicator_id", "PROGRESS_INDICATOR_FIXED")]
    await refused(await send(city, "other_staff", "GET", f"/progress/{first['id']}"), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"day": "2026-11-20"}, []),
        ({"day": "2026-11-21"}, [("/day", "PROGRESS_DAY_IN_FUTURE")]),
        ({"day": "2026-01-01"}, []),
        ({"day": "2025-12-31"}, [("/day", "PROGRESS_DAY_OUTSIDE_PLAN")]),
        ({"value": None, "note": "Berjalan"}, [("/value", "PROGRESS_VALUE_REQUIRED")]),
        ({"value": "0"}, []),
        ({"value": "-2.5"}, []),
        ({"value": "1.00001"}, [("/value", "FIELD_INVALID")]),
        (
            {"value": None, "day": "2027-01-01"},
            [
                ("/day", "PROGRESS_DAY_OUTSIDE_PLAN"),
                ("/day", "PROGRESS_DAY_IN_FUTURE"),
                ("/value", "PROGRESS_VALUE_REQUIRED"),
            ],
        ),
    ],
)
async def test_what_a_report_may_say(city: City, changes: Json, found: list[tuple[str, str]]) -> None:
    _, mine = await planned(city)
    answer = await put(city, report(mine, **changes))
    assert answer.status_code == 201 if not found else await faults(answer) == found


async def test_a_target_told_in_words_is_reported_in_words(city: City) -> None:
    words = {"target_value": None, "target_unit": None, "target_text": "Semua laporan tepat waktu"}
    _, mine = await planned(city, **words)
    silent = await put(city, report(mine, value=None))
    assert await faults(silent) == [("/note", "PROGRESS_NOTE_REQUIRED")]
    said = await made(city, report(mine, value=None, note="Dua dari tiga laporan selesai"))
    assert said["value"] is None
    assert (await made(city, report(mine, day="2026-07-31")))["note"] is None


async def test_a_closed_plan_keeps_its_progress_as_it_is(city: City) -> None:
    plan, mine = await planned(city)
    first = await made(city, report(mine))
    async with city.database.sessions() as db, db.begin():
        await db.execute(update(Plan).where(Plan.id == UUID(plan["id"])).values(status=PlanStatus.CLOSED))
    for answer in (
        await put(city, report(mine, day="2026-07-31")),
        await put(city, report(mine, value="6"), first["id"], 1),
        await send(city, "staff", "DELETE", f"/progress/{first['id']}", 1),
    ):
        await refused(answer, 409, "PROGRESS_PLAN_CLOSED")
    assert (await put(city, report(mine), first["id"])).json() == first


async def test_a_day_without_a_post_is_refused(city: City) -> None:
    _, mine = await planned(city)
    async with city.database.sessions() as db, db.begin():
        post = await db.get_one(Appointment, (city.region.id, city.posts["staff"].id))
        post.valid = Range(date(2026, 3, 1), None)
    assert await faults(await put(city, report(mine, day="2026-02-28"))) == [("/day", "PLAN_WITHOUT_POST")]
    await made(city, report(mine, day="2026-03-01"))


async def test_a_reported_indicator_is_withdrawn_and_takes_no_more(city: City) -> None:
    plan, mine = await planned(city)
    first = await made(city, report(mine))
    emptied = await filled(city, "staff", plan)
    assert emptied["work_results"] == []
    wanted = [("/indicator_id", "PROGRESS_INDICATOR_WITHDRAWN")]
    assert await faults(await put(city, report(mine, day="2026-07-31"))) == wanted
    assert await faults(await put(city, report(mine, value="6"), first["id"], 1)) == wanted
    await refused(
        await send(city, "staff", "DELETE", f"/plans/{plan['id']}", emptied["version"]), 409, "PLAN_IN_USE"
    )
    assert (await done(city, "staff", "GET", f"/plans/{plan['id']}/progress"))["data"] == [first]
    assert await done(city, "staff", "DELETE", f"/progress/{first['id']}", 1) is None


async def test_a_trial_reports_nothing(city: City) -> None:
    _, mine = await planned(city)
    id = str(uuid7())
    answer = await send(city, "staff", "PUT", f"/progress/{id}?validate_only=true", json=report(mine))
    assert answer.json()["value"] == "5"
    await refused(await send(city, "staff", "GET", f"/progress/{id}"), 404, "NOT_FOUND")


async def test_of_two_reports_of_a_day_at_once_one_is_there(city: City) -> None:
    plan, mine = await planned(city)
    held = select(Plan.id).where(Plan.id == UUID(plan["id"]))
    answers = await at_once(city, put(city, report(mine)), put(city, report(mine, value="6")), held=held)
    assert sorted(each.status_code for each in answers) == [201, 409]
    assert {each.json().get("code") for each in answers} == {None, "PROGRESS_DAY_TAKEN"}


async def test_of_two_corrections_at_once_one_is_stale(city: City) -> None:
    plan, mine = await planned(city)
    id = (await made(city, report(mine)))["id"]
    held = select(Plan.id).where(Plan.id == UUID(plan["id"]))
    answers = await at_once(
        city, put(city, report(mine, value="6"), id, 1), put(city, report(mine, value="7"), id, 1), held=held
    )
    won, lost = sorted(answers, key=lambda each: each.status_code)
    assert won.status_code == 200, won.text
    # Found after the lock, not by the statement that writes: that would cost a phone its whole batch.
    assert (await refused(lost, 412, "VERSION_STALE"))["current"] == won.json()


async def test_a_correction_and_an_end_at_once_do_not_mix(city: City) -> None:
    plan, mine = await planned(city)
    id = (await made(city, report(mine)))["id"]
    held = select(Plan.id).where(Plan.id == UUID(plan["id"]))
    corrected, ended = await at_once(
        city,
        put(city, report(mine, value="6"), id, 1),
        send(city, "staff", "DELETE", f"/progress/{id}", 1),
        held=held,
    )
    assert (corrected.status_code, ended.status_code) in {(200, 412), (404, 204)}
    if ended.status_code == 412:
        assert ended.json()["current"] == corrected.json()


async def test_the_same_report_sent_twice_at_once_is_one(city: City) -> None:
    plan, mine = await planned(city)
    id = str(uuid7())
    held = select(Plan.id).where(Plan.id == UUID(plan["id"]))
    one, two = await at_once(city, put(city, report(mine), id), put(city, report(mine), id), held=held)
    assert one.status_code == two.status_code == 201
    assert one.json() == two.json()
    assert len(await journal(city, "progress")) == 1


async def test_a_report_waits_for_the_plan_that_drops_its_indicator(city: City) -> None:
    """The statement that waits has read the indicator before it was dropped; it must look again."""
    plan, mine = await planned(city)
    async with city.database.sessions() as db, db.begin():
        await db.execute(select(Plan.id).where(Plan.id == UUID(plan["id"])).with_for_update(key_share=True))
        reporting = asyncio.create_task(put(city, report(mine)))
        await asyncio.sleep(0.3)
        assert not reporting.done()
        await db.delete(await db.get_one(Indicator, (city.region.id, UUID(mine))))
    assert await faults(await reporting) == [("/indicator_id", "PROGRESS_INDICATOR_NOT_OWN")]


async def test_a_plan_that_drops_an_indicator_waits_for_its_report(city: City) -> None:
    plan, mine = await planned(city)
    async with city.database.sessions() as db, db.begin():
        values = ProgressValues.model_validate(report(mine))
        await progress.put(db, as_phone(city), uuid7(), values, None, progress.Device())
        dropping = asyncio.create_task(filled(city, "staff", plan))
        await asyncio.sleep(0.3)
        assert not dropping.done()
    assert (await dropping)["work_results"] == []
    async with city.database.sessions() as db:
        assert (await db.get_one(Indicator, (city.region.id, UUID(mine)))).withdrawn


async def test_a_plan_closed_meanwhile_takes_no_report(city: City) -> None:
    plan, mine = await planned(city)
    async with city.database.sessions() as db, db.begin():
        await db.execute(update(Plan).where(Plan.id == UUID(plan["id"])).values(status=PlanStatus.CLOSED))
        reporting = asyncio.create_task(put(city, report(mine)))
        await asyncio.sleep(0.3)
        assert not reporting.done()
    await refused(await reporting, 409, "PROGRESS_PLAN_CLOSED")


async def test_a_phone_counts_versions_on_and_leaves_receipts(city: City) -> None:
    _, mine = await planned(city)
    id, operations = uuid7(), [uuid7() for _ in range(4)]
    values = ProgressValues.model_validate(report(mine))
    more = values.model_copy(update={"value": Decimal(6)})
    phone = progress.Device("phone-1", city.now)
    access = as_phone(city)
    async with city.database.sessions() as db, db.begin():
        assert await progress.put(db, access, id, values, None, phone, operations[0]) == 1
        assert await progress.put(db, access, id, values, 1, phone, operations[1]) == 2
        assert await progress.put(db, access, id, more, 2, phone, operations[2]) == 3
        with pytest.raises(Problem, match="VERSION_STALE") as stale:
            await progress.put(db, access, id, values, 1, phone, uuid7())
        assert stale.value.current == (await progress_by_ids(db, access, [id]))[id]
        row = await db.get_one(ProgressReport, (city.region.id, id))
        assert (row.value, row.device_id, row.device_at) == (Decimal(6), "phone-1", city.now)
        assert await progress.remove(db, access, id, 3, operations[3]) == 4
        with pytest.raises(Problem, match="NOT_FOUND"):
            await progress.remove(db, access, id, 4, uuid7())
        assert await progress_by_ids(db, access, [id]) == {}
        entries = await db.execute(
            select(
                JournalEntry.operation_id,
                JournalEntry.version,
                JournalEntry.unit_id,
                JournalEntry.employee_id,
            )
            .where(JournalEntry.region_id == city.region.id, JournalEntry.entity == "progress")
            .order_by(JournalEntry.seq)
        )
    place = (city.units["ward"].id, city.id("staff"))
    assert [tuple(each) for each in entries] == [
        (operation, version, *place) for version, operation in enumerate(operations, 1)
    ]
