"""The day board for superiors, heads and admins; one's own day and month."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from asn_api.areas.days import queries
from asn_api.rules.days import DayState, state
from asn_api.tables.activities import DayTotal
from tests.areas.test_activities import TODAY, post
from tests.factories import City


async def board(client: Any, **params: str) -> list[tuple[str, str]]:
    answer = await client.get(f"/v1/days/{TODAY}/board", params=params)
    assert answer.status_code == 200, answer.text
    return [(row["employee"]["name"], row["state"]) for row in answer.json()["data"]]


async def test_a_superior_sees_his_team_with_problems_first(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        await post(staff)
        assert await board(supervisor, team="true") == [
            ("COLLEAGUE", "NOT_REPORTED"),
            ("STAFF", "BELOW_TARGET"),
        ]
        whole = {"start_at": f"{TODAY}T11:00:00+07:00", "end_at": f"{TODAY}T16:00:00+07:00", "minutes": 280}
        id = (await post(staff, **whole))["id"]
        assert (await board(supervisor, team="true"))[1] == ("STAFF", "WAITING")
        await supervisor.post(
            f"/v1/activities/{id}/rejection", json={"comment": "?"}, headers={"If-Match": '"1"'}
        )
        assert (await board(supervisor, team="true"))[1] == ("STAFF", "REJECTED")


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("staff", {"STAFF"}),
        ("supervisor", {"SUPERVISOR", "STAFF", "COLLEAGUE"}),
        ("chief", {"CHIEF", "SUPERVISOR"}),
        ("head", {"HEAD", "CHIEF", "SUPERVISOR", "STAFF", "COLLEAGUE"}),
        ("other_head", {"OTHER HEAD", "OTHER STAFF", "ADMIN"}),
        ("partner", {"HEAD", "CHIEF", "SUPERVISOR", "STAFF", "COLLEAGUE"}),
    ],
)
async def test_a_board_shows_who_is_within_reach(city: City, who: str, sees: set[str]) -> None:
    async with city.call_as(who) as caller:
        assert {name for name, _ in await board(caller)} == sees


async def test_an_admin_sees_the_region_and_its_agencies(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("admin") as admin:
        await post(staff)
        assert len(await board(admin)) == 8
        summary = (await admin.get(f"/v1/days/{TODAY}/summary")).json()
    assert summary["total"]["employees"] == 8
    assert summary["total"]["reported"] == 1
    assert summary["total"]["not_reported"] == 7
    assert summary["total"]["waiting_activities"] == 1
    assert summary["total"]["claimed_minutes"] == 120
    assert {each["unit"]["name"]: each["sums"]["employees"] for each in summary["units"]} == {
        "Health": 5,
        "Works": 3,
    }


async def test_the_sums_of_a_branch_go_one_level_down(city: City) -> None:
    async with city.call_as("head") as head, city.call_as("admin") as admin:
        mine = (await head.get(f"/v1/days/{TODAY}/summary")).json()
        below = (
            await admin.get(f"/v1/days/{TODAY}/summary", params={"unit_id": str(city.units["health"].id)})
        ).json()
    expected = {"Health": 1, "Clinic": 4}
    assert {each["unit"]["name"]: each["sums"]["employees"] for each in mine["units"]} == expected
    assert {each["unit"]["name"]: each["sums"]["employees"] for each in below["units"]} == expected


async def test_a_day_off_expects_nobody(city: City) -> None:
    async with city.call_as("supervisor") as supervisor:
        answer = (await supervisor.get("/v1/days/2026-11-22/board", params={"team": "true"})).json()
    assert {row["state"] for row in answer["data"]} == {"DAY_OFF"}
    assert {row["target_minutes"] for row in answer["data"]} == {0}


async def test_what_waits_from_earlier_days_is_counted(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        await post(staff, day="2026-11-19")
        summary = (await supervisor.get(f"/v1/days/{TODAY}/summary", params={"team": "true"})).json()
    assert summary["waiting_before"] == 1


async def test_a_board_can_be_filtered_and_exported(city: City) -> None:
    async with city.call_as("head") as head, city.call_as("staff") as staff:
        await post(staff)
        assert await board(head, state="BELOW_TARGET") == [("STAFF", "BELOW_TARGET")]
        table = await head.get(f"/v1/days/{TODAY}/board", headers={"Accept": "text/csv"})
        indonesian = await head.get(
            "/v1/days/2026-11-19/board", headers={"Accept": "text/csv", "Accept-Language": "id"}
        )
    assert table.headers["content-type"].startswith("text/csv")
    assert table.headers["content-disposition"] == f'attachment; filename="papan-{TODAY}.csv"'
    assert len(table.text.splitlines()) == 6
    assert "Below the target" in table.text
    assert indonesian.headers["content-disposition"] == 'attachment; filename="papan-2026-11-19.csv"'
    assert "Belum Melapor" in indonesian.text


async def test_pages_of_a_board_follow_each_other(city: City) -> None:
    async with city.call_as("admin") as admin:
        first = (await admin.get(f"/v1/days/{TODAY}/board", params={"limit": "5"})).json()
        second = (
            await admin.get(f"/v1/days/{TODAY}/board", params={"limit": "5", "cursor": first["page"]["next"]})
        ).json()
        back = (
            await admin.get(
                f"/v1/days/{TODAY}/board", params={"limit": "5", "cursor": second["page"]["prev"]}
            )
        ).json()
    ids = [row["employee"]["id"] for row in first["data"] + second["data"]]
    assert len(set(ids)) == len(ids) == 8
    assert back["data"] == first["data"]


async def test_ones_own_day_and_month(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = (await post(staff))["id"]
        await supervisor.post(f"/v1/activities/{id}/verification", json={}, headers={"If-Match": '"1"'})
        day = (await staff.get(f"/v1/me/days/{TODAY}")).json()
        month = (await staff.get("/v1/me/months/2026-11")).json()
        why = (await staff.get("/v1/me/months/2026-11/explanation")).json()
    assert (day["target_minutes"], day["fulfilment"], day["state"]) == (300, "UNDER", "BELOW_TARGET")
    assert (month["working_days"], month["target_minutes"]) == (21, 6300)
    assert month["counted_minutes"] == 120
    assert month["score_percent"] == "1.90"
    assert len(month["days"]) == 30
    assert why["score_percent"] == "1.90"
    assert why["policies"] == ["2025-01-01"]


async def test_an_additional_duty_counts_up_to_its_share(city: City) -> None:
    whole = {"start_at": f"{TODAY}T08:00:00+07:00", "end_at": f"{TODAY}T13:00:00+07:00", "minutes": 300}
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = (await post(staff, **whole, category="ADDITIONAL"))["id"]
        await supervisor.post(f"/v1/activities/{id}/verification", json={}, headers={"If-Match": '"1"'})
        day = (await staff.get(f"/v1/me/days/{TODAY}")).json()
    assert day["totals"]["verified_minutes"] == 300
    assert day["counted_minutes"] == 60


async def test_a_wrong_month_is_refused(city: City) -> None:
    async with city.call_as("staff") as staff:
        for month in ("2026-13", "2026", "0001-01", "x"):
            assert (await staff.get(f"/v1/me/months/{month}")).status_code == 422


async def test_the_totals_always_equal_the_activities(city: City) -> None:
    """The kept totals against a sum over the activities, after a mixed day."""
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        ids = [
            (
                await post(
                    staff,
                    start_at=f"{TODAY}T{hour:02d}:00:00+07:00",
                    end_at=f"{TODAY}T{hour:02d}:50:00+07:00",
                    minutes=40,
                )
            )["id"]
            for hour in range(6)
        ]
        for id, step in zip(ids, ("verification", "rejection", "verification"), strict=False):
            body = {"comment": "c", "verified_minutes": 30} if step == "verification" else {"comment": "c"}
            await supervisor.post(f"/v1/activities/{id}/{step}", json=body, headers={"If-Match": '"1"'})
        await staff.post(f"/v1/activities/{ids[3]}/recall", headers={"If-Match": '"1"'})
        await staff.delete(f"/v1/activities/{ids[3]}", headers={"If-Match": '"2"'})
        rows = (await staff.get("/v1/me/activities")).json()["data"]
    async with city.database.sessions() as db:
        kept = await db.get(DayTotal, (city.region.id, city.id("staff"), date.fromisoformat(TODAY)))
    assert kept is not None
    by = {
        status: [row for row in rows if row["status"] == status]
        for status in ("SUBMITTED", "VERIFIED", "REJECTED")
    }
    assert (kept.waiting, kept.verified, kept.rejected) == tuple(len(by[status]) for status in by)
    assert kept.claimed_minutes == sum(row["minutes"] for row in by["SUBMITTED"] + by["VERIFIED"])
    assert kept.verified_minutes == sum(row["verification"]["minutes"] for row in by["VERIFIED"]) == 60


@given(
    target=st.sampled_from([0, 300]),
    waiting=st.integers(0, 2),
    verified=st.integers(0, 2),
    rejected=st.integers(0, 1),
    minutes=st.integers(0, 400),
)
def test_every_state_has_a_place_in_the_order(
    target: int, waiting: int, verified: int, rejected: int, minutes: int
) -> None:
    reported = waiting + verified + rejected
    found = state(
        target=target, reported=reported, rejected=rejected, waiting=waiting, claimed_minutes=minutes
    )
    assert (found in (DayState.NOT_REPORTED, DayState.DAY_OFF)) == (reported == 0)


async def test_the_boards_order_is_the_rules_state(city: City) -> None:
    """The CASE of the query against the rule, over every combination that matters."""
    cases = [
        (waiting, verified, rejected, minutes)
        for waiting in (0, 1)
        for verified in (0, 1)
        for rejected in (0, 1)
        for minutes in (0, 299, 300)
    ]
    people = list(city.people)
    async with city.call_as("admin") as admin:
        for start in range(0, len(cases), len(people)):
            chunk = dict(zip(people, cases[start : start + len(people)], strict=False))
            async with city.database.sessions() as db, db.begin():
                for row in await db.scalars(select(DayTotal).where(DayTotal.region_id == city.region.id)):
                    await db.delete(row)
                await db.flush()
                for person, (waiting, verified, rejected, minutes) in chunk.items():
                    values: dict[str, Any] = dict.fromkeys(queries.TOTALS, 0)
                    values |= {"waiting": waiting, "verified": verified, "rejected": rejected}
                    values |= {"claimed_minutes": minutes, "verified_by_category": {}}
                    key = {"region_id": city.region.id, "employee_id": city.id(person)}
                    await db.execute(insert(DayTotal).values(**key, day=date.fromisoformat(TODAY), **values))
            shown = dict(await board(admin))
            for person, (waiting, verified, rejected, minutes) in chunk.items():
                expected = state(
                    target=300,
                    reported=waiting + verified + rejected,
                    rejected=rejected,
                    waiting=waiting,
                    claimed_minutes=minutes,
                )
                assert shown[city.people[person].name] == expected
