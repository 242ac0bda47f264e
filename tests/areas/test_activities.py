"""Daily activities, from the phone to the superior's decision."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from asn_api.core.mapping import uuid7
from asn_api.rules.activities import ActivityStatus
from asn_api.tables.activities import Activity, DayTotal
from tests.factories import City

TODAY = "2026-11-20"


def activity(**given: Any) -> dict[str, Any]:
    return {
        "day": TODAY,
        "start_at": f"{given.get('day', TODAY)}T08:00:00+07:00",
        "end_at": f"{given.get('day', TODAY)}T10:00:00+07:00",
        "minutes": 120,
        "category": "PRIMARY",
        "description": "Menyusun draf laporan kinerja triwulan III",
        "output_quantity": "1",
        "output_unit": "dokumen",
        "place_type": "OFFICE",
        **given,
    }


async def post(client: httpx.AsyncClient, **given: Any) -> dict[str, Any]:
    answer = await client.post("/v1/activities", json=activity(**given))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def lock_after(city: City, id: str) -> None:
    """As if this activity had been verified before its month was locked."""
    async with city.database.sessions() as db, db.begin():
        row = await db.get(Activity, (city.region.id, UUID(id)))
        assert row is not None
        row.status, row.verifier_id = ActivityStatus.VERIFIED, city.id("supervisor")
        row.verified_minutes, row.verified_quantity = row.minutes, row.output_quantity
        row.decided_at = city.now


async def total(city: City, person: str = "staff", day: str = TODAY) -> DayTotal:
    from datetime import date

    async with city.database.sessions() as db:
        found = await db.get(DayTotal, (city.region.id, city.id(person), date.fromisoformat(day)))
    assert found is not None
    return found


async def test_an_employee_reports_and_the_superior_verifies(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        reported = await post(staff)
        assert reported["status"] == "SUBMITTED"
        assert reported["employee"]["name"] == "STAFF"
        assert "NOT_LINKED" in reported["flags"]
        waiting = (await supervisor.get("/v1/activities", params={"waiting_for_me": "true"})).json()["data"]
        assert [each["id"] for each in waiting] == [reported["id"]]
        decided = await supervisor.post(
            f"/v1/activities/{reported['id']}/verification",
            json={"verified_minutes": 90},
            headers={"If-Match": '"1"'},
        )
    assert decided.status_code == 200, decided.text
    assert decided.json()["status"] == "VERIFIED"
    assert decided.json()["verification"]["minutes"] == 90
    assert decided.headers["etag"].startswith('"2-')
    day = await total(city)
    assert (day.claimed_minutes, day.verified_minutes, day.verified_by_category) == (120, 90, {"PRIMARY": 90})
    assert (day.waiting, day.verified) == (0, 1)


async def test_the_same_id_again_gives_the_same_activity(city: City) -> None:
    id = str(uuid7())
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        first = await post(staff, id=id)
        again = await post(staff, id=id)
        other = await staff.post("/v1/activities", json=activity(id=id, minutes=60))
        foreign = await colleague.post("/v1/activities", json=activity(id=id))
    assert first == again
    assert other.status_code == 409
    assert foreign.status_code == 409
    assert foreign.json()["code"] == "ACTIVITY_ID_TAKEN"


async def test_everything_wrong_is_named_at_once(city: City) -> None:
    async with city.call_as("staff") as staff:
        answer = await staff.post(
            "/v1/activities",
            json=activity(day="2026-11-21", minutes=200, description="pendek", output_quantity="0"),
        )
    assert answer.status_code == 422
    assert {(each["pointer"], each["code"]) for each in answer.json()["errors"]} == {
        ("/day", "ACTIVITY_DAY_IN_FUTURE"),
        ("/minutes", "ACTIVITY_MINUTES_EXCEED_DURATION"),
        ("/description", "ACTIVITY_DESCRIPTION_TOO_SHORT"),
        ("/output_quantity", "ACTIVITY_QUANTITY_NOT_POSITIVE"),
    }
    async with city.database.sessions() as db:
        assert not list(await db.scalars(select(Activity).where(Activity.region_id == city.region.id)))


async def test_a_rejected_activity_is_corrected_and_submitted_again(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = (await post(staff))["id"]
        url = f"/v1/activities/{id}"
        silent = await supervisor.post(f"{url}/rejection", json={}, headers={"If-Match": '"1"'})
        assert silent.status_code == 422
        rejected = await supervisor.post(
            f"{url}/rejection", json={"comment": "Sebutkan hasilnya"}, headers={"If-Match": '"1"'}
        )
        assert rejected.json()["status"] == "REJECTED"
        assert (await total(city)).rejected == 1
        values = activity(description="Menyusun draf laporan, 12 halaman", minutes=100)
        edited = await staff.put(url, json=values, headers={"If-Match": '"2"'})
        assert edited.json()["status"] == "REJECTED"
        again = await staff.post(f"{url}/submission", headers={"If-Match": '"3"'})
        assert again.json()["status"] == "SUBMITTED"
        assert again.json()["verification"]["comment"] == "Sebutkan hasilnya"
    assert (await total(city)).waiting == 1


async def test_a_submitted_activity_is_recalled_before_the_decision_and_not_after(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = (await post(staff))["id"]
        recalled = await staff.post(f"/v1/activities/{id}/recall", headers={"If-Match": '"1"'})
        assert recalled.json()["status"] == "DRAFT"
        gone = await staff.delete(f"/v1/activities/{id}", headers={"If-Match": '"2"'})
        assert gone.status_code == 204
        assert (await staff.get(f"/v1/activities/{id}")).status_code == 404
        id = (await post(staff))["id"]
        await supervisor.post(f"/v1/activities/{id}/verification", json={}, headers={"If-Match": '"1"'})
        late = await staff.post(f"/v1/activities/{id}/recall", headers={"If-Match": '"2"'})
    assert late.status_code == 409
    assert late.json()["code"] == "ACTIVITY_WRONG_STATUS"


async def test_reopening_needs_a_reason_and_an_open_month(city: City) -> None:
    async with (
        city.call_as("staff") as staff,
        city.call_as("supervisor") as supervisor,
        city.call_as("admin") as admin,
    ):
        now = await post(staff)
        before = await post(staff, day="2026-10-30")
        assert "LATE" in before["flags"]
        assert "AFTER_LOCK" in before["flags"]
        answers = [
            await supervisor.post(
                f"/v1/activities/{each['id']}/verification", json={}, headers={"If-Match": '"1"'}
            )
            for each in (now, before)
        ]
        assert [answer.status_code for answer in answers] == [200, 409]
        assert answers[1].json()["code"] == "PERIOD_LOCKED"
        await lock_after(city, before["id"])
        silent = await admin.post(
            f"/v1/activities/{now['id']}/reopening", json={"reason": " "}, headers={"If-Match": '"2"'}
        )
        assert silent.status_code == 422
        opened = await admin.post(
            f"/v1/activities/{now['id']}/reopening",
            json={"reason": "salah menit"},
            headers={"If-Match": '"2"'},
        )
        assert opened.json()["status"] == "SUBMITTED"
        locked = await admin.post(
            f"/v1/activities/{before['id']}/reopening", json={"reason": "salah"}, headers={"If-Match": '"2"'}
        )
    assert locked.status_code == 409
    assert locked.json()["code"] == "PERIOD_LOCKED"


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("staff", True),
        ("supervisor", True),
        ("head", True),
        ("admin", True),
        ("partner", True),
        ("colleague", False),
        ("chief", False),
        ("other_head", False),
        ("other_staff", False),
    ],
)
async def test_who_sees_an_activity(city: City, who: str, sees: bool) -> None:
    async with city.call_as("staff") as staff:
        id = (await post(staff))["id"]
    async with city.call_as(who) as caller:
        one = await caller.get(f"/v1/activities/{id}")
        many = (await caller.get("/v1/activities")).json()["data"]
    assert (one.status_code == 200) is sees
    assert (id in [each["id"] for each in many]) is sees


@pytest.mark.parametrize("who", ["staff", "colleague", "chief", "head", "other_head", "admin", "partner"])
async def test_only_the_superior_verifies(city: City, who: str) -> None:
    async with city.call_as("staff") as staff, city.call_as(who) as caller:
        id = (await post(staff))["id"]
        answer = await caller.post(f"/v1/activities/{id}/verification", json={}, headers={"If-Match": '"1"'})
        assert answer.status_code in (403, 404)
        assert (await staff.get(f"/v1/activities/{id}")).json()["status"] == "SUBMITTED"


async def test_a_bulk_decision_gives_each_item_its_result(city: City) -> None:
    async with (
        city.call_as("staff") as staff,
        city.call_as("colleague") as colleague,
        city.call_as("supervisor") as supervisor,
        city.call_as("other_staff") as stranger,
    ):
        mine = await post(staff)
        hers = await post(colleague)
        far = await post(stranger)
        items = [
            {"id": mine["id"], "version": 1, "decision": "VERIFY"},
            {"id": hers["id"], "version": 1, "decision": "REJECT"},
            {"id": far["id"], "version": 1, "decision": "VERIFY"},
            {"id": str(uuid4()), "version": 1, "decision": "VERIFY"},
            {"id": hers["id"], "version": 7, "decision": "VERIFY"},
        ]
        url = "/v1/activities/verifications"
        nothing = (await supervisor.post(url, json={"items": items, "atomic": "all"})).json()
        assert nothing["done"] == 0
        assert (await staff.get(f"/v1/activities/{mine['id']}")).json()["status"] == "SUBMITTED"
        answer = (await supervisor.post(url, json={"items": items})).json()
    assert [each["done"] for each in answer["results"]] == [True, False, False, False, False]
    assert [each["code"] for each in answer["results"]] == [
        None,
        "INVALID_VERIFICATION",
        "NOT_FOUND",
        "NOT_FOUND",
        "VERSION_STALE",
    ]


async def test_the_day_holds_at_most_24_hours_whoever_posts_at_once(city: City) -> None:
    whole = {"start_at": f"{TODAY}T00:00:00+07:00", "end_at": f"{TODAY}T09:59:00+07:00", "minutes": 500}
    async with city.call_as("staff") as staff:
        answers = await asyncio.gather(
            *(staff.post("/v1/activities", json=activity(**whole)) for _ in range(12))
        )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [201] * 2 + [422] * 10
    assert (await total(city)).claimed_minutes == 1000


async def test_two_decisions_at_once_leave_one(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = (await post(staff))["id"]
        url = f"/v1/activities/{id}"
        answers = await asyncio.gather(
            *(
                supervisor.post(f"{url}/{what}", json={"comment": "c"}, headers={"If-Match": '"1"'})
                for what in ("verification", "rejection") * 4
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    day = await total(city)
    assert day.verified + day.rejected == 1


async def test_a_stale_change_gets_the_current_activity(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = (await post(staff, submit=False))["id"]
        await staff.put(f"/v1/activities/{id}", json=activity(minutes=60), headers={"If-Match": '"1"'})
        stale = await staff.put(
            f"/v1/activities/{id}", json=activity(minutes=30), headers={"If-Match": '"1"'}
        )
        missing = await staff.put(f"/v1/activities/{id}", json=activity(minutes=30))
    assert stale.status_code == 412
    assert stale.json()["current"]["minutes"] == 60
    assert missing.status_code == 428


async def test_moving_an_activity_to_another_day_moves_the_minutes(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = (await post(staff, submit=False))["id"]
        moved = await staff.put(
            f"/v1/activities/{id}", json=activity(day="2026-11-19"), headers={"If-Match": '"1"'}
        )
        assert moved.status_code == 200, moved.text
    assert (await total(city)).drafts == 0
    assert (await total(city, day="2026-11-19")).drafts == 1


async def test_validate_only_judges_and_writes_nothing(city: City) -> None:
    async with city.call_as("staff") as staff:
        answer = await staff.post("/v1/activities?validate_only=true", json=activity())
        assert answer.status_code == 201
        assert (await staff.get("/v1/me/activities")).json()["data"] == []


async def test_an_idempotency_key_gives_the_stored_answer(city: City) -> None:
    async with city.call_as("staff") as staff:
        headers = {"Idempotency-Key": "k-1"}
        answers = await asyncio.gather(
            *(staff.post("/v1/activities", json=activity(), headers=headers) for _ in range(5))
        )
        again = await staff.post("/v1/activities", json=activity(), headers=headers)
        other = await staff.post("/v1/activities", json=activity(minutes=60), headers=headers)
        rows = (await staff.get("/v1/me/activities")).json()["data"]
    assert len(rows) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json()["id"] == rows[0]["id"]
    assert other.status_code == 422


async def test_pages_go_forward_without_loss(city: City) -> None:
    async with city.call_as("staff") as staff:
        made = []
        for hour in range(7):
            made.append(
                (
                    await post(
                        staff,
                        start_at=f"{TODAY}T{hour:02d}:00:00+07:00",
                        end_at=f"{TODAY}T{hour:02d}:30:00+07:00",
                        minutes=30,
                    )
                )["id"]
            )
        seen: list[str] = []
        cursor = None
        while True:
            params = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
            answer = (await staff.get("/v1/me/activities", params=params)).json()
            seen += [each["id"] for each in answer["data"]]
            cursor = answer["page"]["next"]
            if cursor is None:
                break
        assert int(
            (whole := await staff.get("/v1/me/activities", headers={"Accept-Encoding": "identity"})).headers[
                "content-length"
            ]
        ) == len(whole.content)
        tampered = await staff.get("/v1/me/activities", params={"cursor": "abc"})
        first = (await staff.get("/v1/me/activities", params={"limit": "3"})).json()["page"]["next"]
        other = await staff.get("/v1/me/activities", params={"cursor": first, "status": "DRAFT"})
    assert sorted(seen) == sorted(made)
    assert len(seen) == 7
    assert tampered.json()["code"] == "CURSOR_INVALID"
    assert other.json()["code"] == "CURSOR_MISMATCH"


async def test_the_list_comes_as_a_table_and_formulas_in_it_are_dead(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("head") as head:
        await post(staff, description='=HYPERLINK("https://example.invalid") laporan')
        table = await head.get("/v1/activities", headers={"Accept": "text/csv"})
        lines = await head.get("/v1/activities", headers={"Accept": "application/x-ndjson"})
        listed = (await head.get("/v1/activities")).json()["data"]
        sheet = await head.get(
            "/v1/activities",
            headers={"Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        )
    assert ",Primary duty," in table.text
    assert ",Submitted," in table.text
    assert "\t=HYPERLINK" in table.text or "'=HYPERLINK" in table.text
    assert [json.loads(line) for line in lines.text.splitlines()] == listed
    assert sheet.content.startswith(b"PK")
