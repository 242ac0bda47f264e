"""After the lock: what stays possible, what is refused, and corrections beside the locked number."""

import asyncio
from typing import Any

from sqlalchemy import select

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.tables.activities import ActivityCorrection
from tests.areas.test_activities import activity, lock_after, post, total
from tests.factories import City

LOCKED = "2026-10-20"
ONE = {"If-Match": '"1"'}


async def verified_then_locked(city: City, **given: Any) -> str:
    async with city.call_as("staff") as staff:
        id: str = (await post(staff, day=LOCKED, **given))["id"]
    await lock_after(city, id)
    # The totals follow with the next change of that day.
    async with city.call_as("staff") as staff:
        await post(staff, day=LOCKED, submit=False, description="Menyusun konsep surat undangan rapat")
    return id


async def corrected(city: City, who: str, activity_id: str, minutes: int, **given: Any) -> Any:
    body = {"verified_minutes": minutes, "reason": "Bukti menyusul", **given}
    async with city.call_as(who) as caller:
        return await caller.post(f"/v1/activities/{activity_id}/corrections", json=body)


async def test_late_work_of_a_locked_month_is_kept_and_rejected_but_not_verified(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        reported = await post(staff, day=LOCKED)
        url = f"/v1/activities/{reported['id']}"
        assert {"AFTER_LOCK", "LATE"} <= set(reported["flags"])
        refused = await supervisor.post(f"{url}/verification", json={}, headers=ONE)
        assert (refused.status_code, refused.json()["code"]) == (409, "PERIOD_LOCKED")
        assert "correction" in refused.json()["detail"]
        seen = (await supervisor.get(url)).json()["allowed_actions"]
        able = {each["action"] for each in seen if each["refused"] is None}
        assert able == {"REJECT", "CORRECT"}
        rejected = await supervisor.post(f"{url}/rejection", json={"comment": "Lengkapi"}, headers=ONE)
        assert rejected.json()["status"] == "REJECTED"
        values = activity(day=LOCKED, description="Menyusun draf laporan, 12 halaman")
        assert (await staff.put(url, json=values, headers={"If-Match": '"2"'})).status_code == 200
        again = await staff.post(f"{url}/submission", headers={"If-Match": '"3"'})
        assert again.json()["status"] == "SUBMITTED"


async def test_a_correction_counts_beside_the_locked_number(city: City) -> None:
    id = await verified_then_locked(city)
    answer = await corrected(city, "supervisor", id, 90)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["minutes_before"], answer.json()["minutes_after"]) == (120, 90)
    again = await corrected(city, "supervisor", id, 100)
    assert again.json()["minutes_before"] == 90
    async with city.call_as("staff") as staff:
        shown = (await staff.get(f"/v1/activities/{id}")).json()
        rows = (await staff.get(f"/v1/activities/{id}/corrections")).json()["data"]
        day = (await staff.get(f"/v1/me/days/{LOCKED}")).json()
        month = (await staff.get("/v1/me/months/2026-10")).json()
        why = (await staff.get("/v1/me/months/2026-10/explanation")).json()
    assert (shown["verification"]["minutes"], shown["corrected_minutes"], shown["version"]) == (120, 100, 2)
    assert [row["minutes_after"] for row in rows] == [90, 100]
    for read in (day, month):
        assert (read["correction_minutes"], read["counted_minutes"]) == (-20, 100)
    assert day["totals"]["verified_minutes"] == month["verified_minutes"] == 120
    assert {"PRIMARY: verified + corrected → counted": "120 + -20 → 100"}.items() <= {
        each["rule"]: each["value"] for each in why["steps"]
    }.items()
    async with city.database.sessions() as db:
        changes = await db.scalars(
            select(JournalEntry.changes)
            .where(JournalEntry.region_id == city.region.id, JournalEntry.action == "CORRECT")
            .order_by(JournalEntry.seq)
        )
    assert [each["corrected_minutes"] for each in changes] == [[120, 90], [90, 100]]


async def test_submitted_work_that_is_corrected_waits_no_more_and_stays_as_it_is(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = (await post(staff, day=LOCKED))["id"]
        assert (await total(city, day=LOCKED)).waiting == 1
        assert (await corrected(city, "supervisor", id, 0)).status_code == 201
        assert (await total(city, day=LOCKED)).waiting == 0
        waiting = await supervisor.get("/v1/activities", params={"waiting_for_me": "true"})
        assert waiting.json()["data"] == []
        recalled = await staff.post(f"/v1/activities/{id}/recall", headers=ONE)
        rejected = await supervisor.post(f"/v1/activities/{id}/rejection", json={"comment": "c"}, headers=ONE)
        bulk = await supervisor.post(
            "/v1/activities/verifications",
            json={"items": [{"id": id, "version": 1, "decision": "REJECT", "comment": "c"}]},
        )
        # Another entry of that day does not undo what was settled.
        await post(staff, day=LOCKED, submit=False)
    assert (await total(city, day=LOCKED)).waiting == 0
    assert {recalled.json()["code"], rejected.json()["code"]} == {"ACTIVITY_CORRECTED"}
    assert bulk.json()["results"][0]["code"] == "ACTIVITY_CORRECTED"


async def test_what_a_correction_may_not_do(city: City) -> None:
    id = await verified_then_locked(city)
    async with city.call_as("staff") as staff:
        now = (await post(staff))["id"]
    for who, target, minutes, code in (
        ("supervisor", id, 121, "INVALID_VERIFICATION"),
        ("supervisor", id, 120, "INVALID_VERIFICATION"),
        ("supervisor", now, 60, "PERIOD_OPEN"),
        ("staff", id, 60, "NOT_FOUND"),
        ("chief", id, 60, "NOT_FOUND"),
        ("head", id, 60, "NOT_FOUND"),
        ("admin", id, 60, "NOT_FOUND"),
    ):
        answer = await corrected(city, who, target, minutes)
        assert answer.json()["code"] == code, (who, answer.text)


async def test_a_repeated_correction_is_one_and_its_id_belongs_to_it(city: City) -> None:
    id, key = await verified_then_locked(city), str(uuid7())
    first = await corrected(city, "supervisor", id, 60, id=key)
    again = await corrected(city, "supervisor", id, 60, id=key)
    other = await corrected(city, "supervisor", id, 61, id=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert other.json()["code"] == "CORRECTION_ID_TAKEN"


async def test_corrections_at_once_come_one_after_the_other(city: City) -> None:
    id = await verified_then_locked(city)
    answers = await asyncio.gather(*(corrected(city, "supervisor", id, 60 + n) for n in range(6)))
    assert [answer.status_code for answer in answers] == [201] * 6
    async with city.database.sessions() as db:
        rows = list(
            await db.execute(
                select(ActivityCorrection.minutes_before, ActivityCorrection.minutes_after).where(
                    ActivityCorrection.region_id == city.region.id
                )
            )
        )
    links = dict(map(tuple, rows))
    chain = [120]
    while chain[-1] in links:
        chain.append(links[chain[-1]])
    assert len(chain) == 7
    assert (await total(city, day=LOCKED)).corrected_by_category == {"PRIMARY": chain[-1] - 120}
