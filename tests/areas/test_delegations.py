"""Verification in somebody else's hands: who, when, what of it, and never one's own."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.tables.activities import VerificationDelegation
from asn_api.tables.employees import Employee
from asn_api.tables.organization import ReportingLine
from tests.areas.races import at_once
from tests.areas.test_activities import TODAY, post
from tests.factories import City

ONE = {"If-Match": '"1"'}


async def delegate(city: City, who: str, to: str, **given: Any) -> httpx.Response:
    body = {
        "delegate_id": str(city.id(to)),
        "start": TODAY,
        "end": "2026-11-27",
        "reason": "Cuti tahunan",
        **given,
    }
    async with city.call_as(who) as caller:
        return await caller.post("/v1/verification-delegations", json=body)


async def delegated(city: City, who: str, to: str, **given: Any) -> dict[str, Any]:
    answer = await delegate(city, who, to, **given)
    assert answer.status_code == 201, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def names(client: httpx.AsyncClient) -> set[str]:
    rows = (await client.get(f"/v1/days/{TODAY}/board", params={"team": "true"})).json()["data"]
    return {row["employee"]["name"] for row in rows}


async def test_a_delegate_reads_and_decides_in_the_superiors_place(city: City) -> None:
    async with city.call_as("staff") as staff:
        first, second = await post(staff), await post(staff, day="2026-11-19")
    async with city.call_as("chief") as chief:
        assert (await chief.get(f"/v1/activities/{first['id']}")).status_code == 404
        given = await delegated(city, "supervisor", "chief")
        seen = (await chief.get(f"/v1/activities/{first['id']}")).json()
        assert {"VERIFY", "REJECT"} <= {
            each["action"] for each in seen["allowed_actions"] if each["refused"] is None
        }
        waiting = (await chief.get("/v1/activities", params={"waiting_for_me": "true"})).json()["data"]
        assert {each["id"] for each in waiting} == {first["id"], second["id"]}
        assert await names(chief) == {"SUPERVISOR", "STAFF", "COLLEAGUE"}
        verified = await chief.post(f"/v1/activities/{first['id']}/verification", json={}, headers=ONE)
        assert verified.status_code == 200, verified.text
        assert verified.json()["verification"]["verifier_id"] == str(city.id("chief"))
        # Plans and personal records were not delegated.
        assert (await chief.get(f"/v1/employees/{city.id('staff')}")).status_code == 404
        revoked = await chief.post(f"/v1/verification-delegations/{given['id']}/revocation", headers=ONE)
        assert revoked.status_code == 404
    async with city.call_as("supervisor") as supervisor, city.call_as("chief") as chief:
        revoked = await supervisor.post(f"/v1/verification-delegations/{given['id']}/revocation", headers=ONE)
        assert revoked.json()["revoked_at"] is not None
        again = await supervisor.post(
            f"/v1/verification-delegations/{given['id']}/revocation", headers={"If-Match": '"2"'}
        )
        assert again.json()["code"] == "DELEGATION_REVOKED"
        late = await chief.post(f"/v1/activities/{second['id']}/verification", json={}, headers=ONE)
        assert late.status_code == 404
        own = await supervisor.post(f"/v1/activities/{second['id']}/verification", json={}, headers=ONE)
        assert own.status_code == 200
    async with city.database.sessions() as db:
        rows = await db.execute(
            select(JournalEntry.actor_id, JournalEntry.on_behalf_of)
            .where(JournalEntry.region_id == city.region.id, JournalEntry.action == "VERIFY")
            .order_by(JournalEntry.seq)
        )
        assert [tuple(row) for row in rows] == [
            (city.id("chief"), city.id("supervisor")),
            (city.id("supervisor"), None),
        ]


async def test_a_delegate_from_the_team_never_decides_about_himself(city: City) -> None:
    await delegated(city, "supervisor", "colleague")
    async with city.call_as("colleague") as colleague, city.call_as("staff") as staff:
        mine, his = await post(colleague), await post(staff)
        own = await colleague.post(f"/v1/activities/{mine['id']}/verification", json={}, headers=ONE)
        assert own.json()["code"] == "NOT_FOUND"
        assert await names(colleague) == {"STAFF"}
        bulk = await colleague.post(
            "/v1/activities/verifications",
            json={"items": [{"id": each["id"], "version": 1, "decision": "VERIFY"} for each in (mine, his)]},
        )
    assert [each["code"] for each in bulk.json()["results"]] == ["NOT_FOUND", None]


async def test_a_delegation_is_not_handed_on(city: City) -> None:
    await delegated(city, "supervisor", "chief")
    await delegated(city, "chief", "head")
    async with city.call_as("staff") as staff, city.call_as("head") as head:
        id = (await post(staff))["id"]
        answer = await head.post(f"/v1/activities/{id}/verification", json={}, headers=ONE)
    assert answer.status_code == 404


@pytest.mark.parametrize(("start", "end", "holds"), [(0, 0, True), (1, 3, False), (-3, -1, False)])
async def test_it_holds_on_its_days_only(city: City, start: int, end: int, holds: bool) -> None:
    today = date.fromisoformat(TODAY)
    row = VerificationDelegation(
        region_id=city.region.id,
        id=uuid7(),
        delegator_id=city.id("supervisor"),
        delegate_id=city.id("chief"),
        valid=Range(today + timedelta(days=start), today + timedelta(days=end + 1)),
        reason="Dinas luar",
        created_at=city.now,
    )
    async with city.database.sessions() as db, db.begin():
        db.add(row)
    async with city.call_as("staff") as staff, city.call_as("chief") as chief:
        id = (await post(staff))["id"]
        assert ((await chief.get(f"/v1/activities/{id}")).status_code == 200) is holds
        answer = await chief.post(f"/v1/activities/{id}/verification", json={}, headers=ONE)
    assert (answer.status_code == 200) is holds


async def test_it_ends_when_the_superior_loses_the_team(city: City) -> None:
    await delegated(city, "supervisor", "chief")
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(ReportingLine)
            .where(
                ReportingLine.region_id == city.region.id,
                ReportingLine.superior_id == city.id("supervisor"),
            )
            .values(valid=Range(date(2020, 1, 1), date.fromisoformat(TODAY)))
        )
    async with city.call_as("staff") as staff, city.call_as("chief") as chief:
        id = (await post(staff))["id"]
        assert (await chief.get(f"/v1/activities/{id}")).status_code == 404


@pytest.mark.parametrize(
    ("who", "to", "given", "code"),
    [
        ("supervisor", "supervisor", {}, "DELEGATION_TO_ONESELF"),
        ("supervisor", "other_staff", {}, "DELEGATE_NOT_ELIGIBLE"),
        ("supervisor", "staff", {"delegate_id": str(uuid7())}, "DELEGATE_NOT_ELIGIBLE"),
        ("supervisor", "staff", {"start": "2026-11-19"}, "DELEGATION_IN_THE_PAST"),
        ("supervisor", "staff", {"end": "2026-11-19"}, "DELEGATION_ENDS_BEFORE_START"),
        ("supervisor", "staff", {"end": "2027-02-20"}, "DELEGATION_TOO_LONG"),
        ("staff", "colleague", {}, "DELEGATION_WITHOUT_TEAM"),
    ],
)
async def test_what_is_refused(city: City, who: str, to: str, given: dict[str, str], code: str) -> None:
    answer = await delegate(city, who, to, **given)
    assert answer.status_code in (409, 422)
    found = {answer.json()["code"], *(each["code"] for each in answer.json().get("errors", ()))}
    assert code in found, answer.text


async def test_an_inactive_employee_is_no_delegate(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Employee)
            .where(Employee.region_id == city.region.id, Employee.id == city.id("colleague"))
            .values(active=False)
        )
    answer = await delegate(city, "supervisor", "colleague")
    assert "DELEGATE_NOT_ELIGIBLE" in answer.text


async def test_one_delegate_for_a_day_whoever_asks_at_once(city: City) -> None:
    held = select(Employee.id).where(
        Employee.region_id == city.region.id, Employee.id == city.id("supervisor")
    )
    answers = await at_once(
        city,
        delegate(city, "supervisor", "staff"),
        delegate(city, "supervisor", "colleague", start="2026-11-27", end="2026-11-30"),
        held=held,
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    [refused] = [answer for answer in answers if answer.status_code == 409]
    assert refused.json()["code"] == "DELEGATION_OVERLAPS"


async def test_a_repetition_is_harmless_and_both_sides_see_it(city: City) -> None:
    id = str(uuid7())
    first = await delegate(city, "supervisor", "colleague", id=id)
    again = await delegate(city, "supervisor", "colleague", id=id)
    other = await delegate(city, "supervisor", "staff", id=id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (first.json()["start"], first.json()["end"]) == (TODAY, "2026-11-27")
    assert other.json()["code"] == "DELEGATION_ID_TAKEN"
    for who, role, sees in (
        ("supervisor", "GIVEN", 1),
        ("supervisor", "RECEIVED", 0),
        ("colleague", "RECEIVED", 1),
        ("staff", "RECEIVED", 0),
    ):
        async with city.call_as(who) as caller:
            params = {"role": role, "on": TODAY}
            rows = (await caller.get("/v1/verification-delegations", params=params)).json()["data"]
            assert len(rows) == sees
