"""Complaints from the officials' side: coordinator, agency, officer; deadlines, reminders, silence."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from asn_api.areas.complaints import jobs, media
from asn_api.core.database import Database
from asn_api.core.jobs import Means
from asn_api.core.mapping import uuid7
from asn_api.reseal import SEALED
from asn_api.rules.identity import GrantedRole
from asn_api.tables.complaints import Complaint
from asn_api.tables.notifications import Notification
from asn_api.tables.policies import RegionalDay
from tests.areas.complaining import (
    HOLE,
    REPORTER,
    SUPERVISORY,
    act,
    add_grant,
    answered,
    contact,
    coordinator,
    forwarded,
    ids,
    known,
    ok,
    photo,
    received,
    reply,
    sent,
    track,
)
from tests.factories import City
from tests.matrix import add


async def read(city: City, who: str, id: str) -> dict[str, Any]:
    async with city.call_as(who) as client:
        return ok(await client.get(f"/v1/complaints/{id}"))


async def listed(city: City, who: str, **query: Any) -> set[str]:
    async with city.call_as(who) as client:
        return ids(ok(await client.get("/v1/complaints", params=query)))


async def clock(city: City, id: str) -> dict[str, dict[str, Any]]:
    async with city.call_as("coordinator") as client:
        found = ok(await client.get(f"/v1/complaints/{id}/explanation"))
    return {each["stage"]: each for each in found["clocks"]}


async def at(city: City, moment: datetime, run: Any) -> None:
    """A job of this region at another time."""
    await run(Means(city.database, city.app.state.keyring, lambda: moment), region_id=str(city.region.id))


async def test_from_receipt_to_the_end_with_every_step_in_the_history(city: City) -> None:
    await coordinator(city)
    id, receipt = await answered(city)
    await reply(city, receipt, "satisfaction", rating=4, comment="Terima kasih")
    shown = await read(city, "head", id)
    steps = [(each["action"], each["status"], each["actor"]) for each in shown["history"]]
    assert steps == [
        (None, "RECEIVED", "REPORTER"),
        ("VERIFY", "VERIFIED", "COORDINATOR"),
        ("DISPOSE", "FORWARDED", "COORDINATOR"),
        ("ANSWER", "ANSWERED", "AGENCY"),
        ("CONFIRM", "CLOSED", "REPORTER"),
    ]
    assert (shown["rating"], shown["rating_comment"]) == (4, "Terima kasih")
    assert shown["due"] is None
    assert "Budi" not in str(shown)
    assert "0812" not in str(shown)


async def test_each_side_may_do_its_own_part(city: City) -> None:
    await coordinator(city)
    id, _ = await forwarded(city)

    async def free(who: str) -> set[str]:
        allowed = (await read(city, who, id))["allowed_actions"]
        return {each["action"] for each in allowed if each["refused"] is None}

    assert await free("coordinator") == {"RECALL"}
    assert await free("head") == await free("staff") == {"START", "ANSWER", "BOUNCE"}
    assert await free("supervisor") == set()


async def test_before_it_is_forwarded_the_coordinator_alone_sees_it(city: City) -> None:
    await coordinator(city)
    id, _ = await received(city)
    for who in ("staff", "supervisor", "head", "other_head"):
        assert id not in await listed(city, who)
        async with city.call_as(who) as client:
            assert (await client.get(f"/v1/complaints/{id}")).status_code == 404
    async with city.call_as("admin") as client:
        answer = await client.get("/v1/complaints")
    # Whoever administrates people reads no complaints of theirs, unless he handles them.
    assert ids(ok(answer)) == set()


async def test_handlers_see_it_and_others_do_not(city: City) -> None:
    await coordinator(city)
    await contact(city, "desk", "health")
    id, _ = await forwarded(city)
    for who in ("coordinator", "head", "desk", "staff", "supervisor"):
        assert id in await listed(city, who), who
    for who in ("colleague", "chief", "other_head", "other_staff", "admin"):
        assert id not in await listed(city, who), who


async def test_an_agency_gives_back_with_a_reason_and_only_so_often(city: City) -> None:
    await coordinator(city)
    id, _ = await received(city)
    await act(city, "coordinator", id, "verification")
    for turn in (1, 2):
        await act(city, "coordinator", id, "disposition", agency_id=str(city.units["health"].id))
        await act(city, "head", id, "return", 204, text="Bukan urusan kami")
        shown = await read(city, "coordinator", id)
        assert (shown["status"], shown["bounces"], shown["agency"]) == ("VERIFIED", turn, None)
        assert id not in await listed(city, "head")
    await act(city, "coordinator", id, "disposition", agency_id=str(city.units["health"].id))
    refused = await act(city, "head", id, "return", 409, text="Lagi")
    assert refused["code"] == "COMPLAINT_BOUNCED_OFTEN"
    assert shown["messages"][-1]["kind"] == "NOTE"


async def test_words_are_needed_and_bad_input_is_named(city: City) -> None:
    await coordinator(city)
    id, _ = await received(city)
    await act(city, "coordinator", id, "hold", 422, text="  ")
    refused = await act(city, "coordinator", id, "disposition", 409, agency_id=str(city.units["health"].id))
    assert refused["code"] == "COMPLAINT_WRONG_STATUS"
    await act(city, "coordinator", id, "verification", 422, category_id=str(uuid7()))
    await act(city, "coordinator", id, "verification")
    health = str(city.units["health"].id)
    for body, code in (
        ({"agency_id": str(uuid7())}, "NOT_FOUND"),
        ({"agency_id": health, "officer_id": str(city.id("other_staff"))}, "COMPLAINT_OFFICER_ELSEWHERE"),
    ):
        problem = await act(city, "coordinator", id, "disposition", 422, **body)
        assert problem["errors"][0]["code"] == code


async def test_an_old_version_is_refused(city: City) -> None:
    await coordinator(city)
    id, _ = await received(city)
    async with city.call_as("coordinator") as client:
        for headers, status in (({}, 428), ({"If-Match": '"9"'}, 412)):
            answer = await client.post(
                f"/v1/complaints/{id}/hold", json={"text": "Di mana?"}, headers=headers
            )
            assert answer.status_code == status


async def test_two_decisions_at_once_make_one(city: City) -> None:
    await coordinator(city)
    await coordinator(city, "second")
    id, _ = await received(city)

    async def decide(who: str) -> int:
        async with city.call_as(who) as client:
            answer = await client.post(
                f"/v1/complaints/{id}/verification", json={}, headers={"If-Match": '"1"'}
            )
        return answer.status_code

    assert sorted(await asyncio.gather(decide("coordinator"), decide("second"))) == [200, 412]


async def test_the_head_assigns_and_the_officer_answers(city: City) -> None:
    await coordinator(city)
    id, _ = await forwarded(city, officer=None)
    assert id not in await listed(city, "staff")
    await act(city, "head", id, "assignment", officer_id=str(city.id("staff")))
    await act(city, "staff", id, "start")
    shown = await act(city, "staff", id, "answer", text="Sudah ditutup.")
    assert (shown["status"], shown["officer"]["nip"]) == ("ANSWERED", city.people["staff"].nip)
    await act(city, "head", id, "assignment", 422, officer_id=str(city.id("other_staff")))
    await act(city, "head", id, "assignment", officer_id=None)
    assert id not in await listed(city, "staff")


async def test_the_coordinator_recalls_and_rejects_with_words_to_the_reporter(city: City) -> None:
    await coordinator(city)
    id, receipt = await forwarded(city)
    await act(city, "coordinator", id, "recall", text="Salah alamat")
    assert id not in await listed(city, "staff")
    await act(city, "coordinator", id, "rejection", action="NOT_AUTHORITY", text="Ini jalan nasional.")
    told = ok(await track(city, receipt))
    assert told["status"] == "NOT_AUTHORITY"
    assert [each["text"] for each in told["messages"]] == ["Ini jalan nasional."]


async def test_notes_stay_among_those_who_handle_it_and_once(city: City) -> None:
    await coordinator(city)
    id, receipt = await forwarded(city)
    note = {"id": str(uuid7()), "text": "Tunggu hasil uji"}
    async with city.call_as("staff") as client:
        for _ in range(2):
            shown = ok(await client.post(f"/v1/complaints/{id}/notes", json=note))
        taken = await client.post(f"/v1/complaints/{id}/notes", json=note | {"text": "Lain"})
    assert (taken.status_code, taken.json()["code"]) == (409, "COMPLAINT_MESSAGE_ID_TAKEN")
    assert [each["text"] for each in shown["messages"]] == ["Tunggu hasil uji"]
    assert shown["messages"][0]["author"] == "AGENCY"
    assert ok(await track(city, receipt))["messages"] == []


async def test_merging_passes_followers_on(city: City) -> None:
    await coordinator(city)
    first, _ = await forwarded(city)
    second, receipt = await forwarded(city, officer=None)
    third = await known(city, await sent(city, joins=second, reporter=None, anonymous=True))
    await act(city, "coordinator", second, "recall", text="Sama")
    shown = await act(city, "coordinator", second, "merging", parent_id=first)
    assert (shown["status"], shown["parent_id"]) == ("MERGED", first)
    assert (await read(city, "coordinator", third))["parent_id"] == first
    assert (await read(city, "coordinator", first))["joined"] == 2
    assert ok(await track(city, receipt))["status"] == "FORWARDED"
    for into in (second, third):
        refused = await act(city, "coordinator", first, "merging", 422, parent_id=into)
        assert refused["errors"][0]["code"] == "COMPLAINT_PARENT_UNFIT"


async def test_two_that_are_merged_into_each_other_at_once_do_not_wait_in_a_circle(city: City) -> None:
    await coordinator(city)
    first, _ = await received(city)
    second, _ = await received(city)

    async def merge(one: str, other: str) -> int:
        async with city.call_as("coordinator") as client:
            answer = await client.post(
                f"/v1/complaints/{one}/merging", json={"parent_id": other}, headers={"If-Match": '"1"'}
            )
        return answer.status_code

    answers = await asyncio.gather(merge(first, second), merge(second, first))
    assert sorted(answers) == [200, 422]


async def test_who_reported_is_shown_to_the_coordinator_for_a_reason_that_stays(city: City) -> None:
    await coordinator(city)
    id, _ = await forwarded(city)
    for who in ("staff", "head", "admin"):
        async with city.call_as(who) as client:
            refused = await client.post(f"/v1/complaints/{id}/reporter", json={"reason": "Ingin tahu"})
        assert refused.status_code == 403
    async with city.call_as("coordinator") as client:
        assert (await client.post(f"/v1/complaints/{id}/reporter", json={})).status_code == 422
        answer = await client.post(f"/v1/complaints/{id}/reporter", json={"reason": "Perlu mediasi"})
    assert ok(answer) == {**REPORTER, "email": None, "contact_verified": False}
    async with city.call_as("admin") as client:
        entries = ok(await client.get("/v1/journal", params={"entity": "complaint", "entity_id": id}))
    reveal = entries["data"][0]
    assert (reveal["action"], reveal["changes"]["reason"]) == ("REVEAL", "Perlu mediasi")
    assert reveal["author"]["name"] == "COORDINATOR"
    anonymous, _ = await received(city, reporter=None, anonymous=True)
    async with city.call_as("coordinator") as client:
        nobody = await client.post(f"/v1/complaints/{anonymous}/reporter", json={"reason": "Perlu"})
    assert set(ok(nobody).values()) == {None}


def test_identities_move_to_a_new_key_like_everything_sealed() -> None:
    assert "complaint_reporters.identity" in {each.name for each in SEALED}


async def test_words_are_found_in_any_form(city: City) -> None:
    await coordinator(city)
    id, _ = await received(city)
    other, _ = await received(city, subject="Lampu mati", text="Taman gelap gulita")
    assert await listed(city, "coordinator", q="lubang pengendara") == {id}
    assert await listed(city, "coordinator", q="kegelapan OR taman -lubang") == {other}
    assert await listed(city, "coordinator", q="'; drop table complaints; --") == set()


async def test_lists_filter_count_and_export(city: City) -> None:
    await coordinator(city)
    first, receipt = await received(city)
    second, _ = await forwarded(city, kind="INFORMATION_REQUEST")
    health = str(city.units["health"].id)
    for query, expected in (
        ({"status": "RECEIVED"}, {first}),
        ({"kind": "INFORMATION_REQUEST"}, {second}),
        ({"agency_id": health}, {second}),
        ({"officer_id": str(city.id("staff"))}, {second}),
        ({"code": receipt["code"].replace("-", "").lower()}, {first}),
        ({"is_open": "true"}, {first, second}),
        ({"is_open": "false"}, set()),
        ({"due_on[lte]": "2026-11-25"}, {first}),
        ({"received_at[gte]": "2026-11-20T03:00:00Z"}, {first, second}),
        ({"received_at[lt]": "2026-11-20T03:00:00Z"}, set()),
    ):
        assert await listed(city, "coordinator", **query) == expected, query
    async with city.call_as("coordinator") as client:
        counted = ok(await client.get("/v1/complaints", params={"count": "exact"}))
        table = await client.get("/v1/complaints", headers={"Accept": "text/csv"})
    assert counted["page"]["total"] == 2
    assert table.text.count(HOLE["subject"]) == 2
    assert "Budi" not in table.text


async def test_every_deadline_is_explained(city: City) -> None:
    await coordinator(city)
    id, _ = await forwarded(city)
    clocks = await clock(city, id)
    assert clocks["VERIFY"]["state"] == "MET"
    assert clocks["AGENCY_FIRST_FOLLOW_UP"]["due"] == "2026-11-27"
    assert clocks["RESOLVE"]["due"] == "2026-12-10"
    assert clocks["RESOLVE"]["steps"][0] == "RESOLVE: 14 working days after 2026-11-20, 5 days a week"
    assert "76/2013" in clocks["RESOLVE"]["article"]
    shown = await read(city, "staff", id)
    assert shown["due"] == {"stage": "AGENCY_FIRST_FOLLOW_UP", "on": "2026-11-27", "provisional": False}


async def test_a_new_holiday_moves_deadlines_and_leaves_a_trace(city: City) -> None:
    await coordinator(city)
    id, _ = await received(city)
    holiday = RegionalDay(
        region_id=city.region.id,
        id=uuid7(),
        day=date(2026, 11, 23),
        name="HUT Kota",
        source="SK",
        withdrawn=False,
    )
    await add(city, holiday)
    await at(city, city.now, jobs.recompute)
    await at(city, city.now, jobs.recompute)
    assert (await read(city, "coordinator", id))["due"]["on"] == "2026-11-26"
    async with city.call_as("admin") as client:
        entries = ok(await client.get("/v1/journal", params={"entity": "complaint", "entity_id": id}))["data"]
    moved = [each["changes"]["due_on"] for each in entries if each["action"] == "RECOMPUTE"]
    assert moved == [["2026-11-25", "2026-11-26"]]


async def test_silence_closes_after_the_reporters_days_and_not_before(city: City) -> None:
    await coordinator(city)
    id, receipt = await answered(city)
    assert ok(await track(city, receipt))["due"] == {
        "stage": "REPORTER_RESPONSE_AUTO_CLOSE",
        "on": "2026-12-04",
        "provisional": False,
    }
    await at(city, datetime(2026, 12, 4, 16, tzinfo=UTC), jobs.close_silent)
    assert (await read(city, "coordinator", id))["status"] == "ANSWERED"
    after = datetime(2026, 12, 4, 18, tzinfo=UTC)
    await at(city, after, jobs.close_silent)
    await at(city, after, jobs.close_silent)
    shown = await read(city, "coordinator", id)
    assert shown["status"] == "CLOSED"
    assert [each["action"] for each in shown["history"]].count("CLOSE_BY_SILENCE") == 1
    rated = await reply(city, receipt, "satisfaction", rating=2)
    assert rated["rating"] == 2


async def test_a_holiday_that_comes_meanwhile_gives_the_reporter_his_day_back(city: City) -> None:
    await coordinator(city)
    id, _ = await answered(city)
    await add(
        city,
        RegionalDay(
            region_id=city.region.id,
            id=uuid7(),
            day=date(2026, 12, 1),
            name="Pilkada",
            source="SK",
            withdrawn=False,
        ),
    )
    await at(city, datetime(2026, 12, 6, 18, tzinfo=UTC), jobs.close_silent)
    shown = await read(city, "coordinator", id)
    assert (shown["status"], shown["due"]["on"]) == ("ANSWERED", "2026-12-07")


async def told(city: City, kind: str) -> set[str]:
    names = {employee.id: name for name, employee in city.people.items()}
    async with city.database.sessions() as db:
        found = await db.scalars(
            select(Notification.employee_id).where(
                Notification.region_id == city.region.id, Notification.kind == kind
            )
        )
        return {names[each] for each in found}


@pytest.mark.parametrize(
    ("days", "kind", "who"),
    [
        (5, "COMPLAINT_DUE", set()),
        (6, "COMPLAINT_DUE", {"desk", "staff"}),
        (10, "COMPLAINT_OVERDUE", {"head"}),
        (12, "COMPLAINT_ESCALATED", {"coordinator"}),
    ],
)
async def test_those_concerned_are_reminded_once(city: City, days: int, kind: str, who: set[str]) -> None:
    await coordinator(city)
    await contact(city, "desk", "health")
    await forwarded(city)
    for _ in range(2):
        await at(city, city.now + timedelta(days=days), jobs.remind)
    assert await told(city, kind) == who


async def test_before_the_hour_nobody_is_reminded(city: City) -> None:
    await coordinator(city)
    await received(city)
    await at(city, datetime(2026, 11, 24, 0, tzinfo=UTC), jobs.remind)
    assert await told(city, "COMPLAINT_DUE") == set()
    await at(city, datetime(2026, 11, 24, 1, tzinfo=UTC), jobs.remind)
    assert await told(city, "COMPLAINT_DUE") == {"coordinator"}


async def test_whoever_holds_a_role_in_a_named_branch_is_not_told_of_it(city: City) -> None:
    await coordinator(city)
    await coordinator(city, "second")
    async with city.database.sessions() as db, db.begin():
        await add_grant(db, city, "second", GrantedRole.COMPLAINT_CONTACT, "clinic")
    await received(city, kind=SUPERVISORY, about_unit_id=str(city.units["health"].id))
    await received(city)
    await at(city, datetime(2026, 11, 24, 1, tzinfo=UTC), jobs.remind)
    async with city.database.sessions() as db:
        found = await db.scalars(
            select(Notification.employee_id).where(Notification.region_id == city.region.id)
        )
        counts = Counter(found)
    assert counts == {city.id("coordinator"): 2, city.id("second"): 1}


async def test_bytes_without_a_row_are_forgotten_after_a_day(city: City) -> None:
    await coordinator(city)
    id, _ = await received(city, media=[photo()])
    store, stray = city.app.state.objects, media.path(city.region.id, uuid7())
    await store.put(stray, b"left behind")

    async def paths() -> set[str]:
        return {path async for page in store.listed(media.path(city.region.id, "")) for path, _ in page}

    # The store's own clock says when they were written.
    now = datetime.now(UTC)
    for moment, left in ((now, 2), (now + timedelta(days=1, minutes=1), 1)):
        means = Means(city.database, city.app.state.keyring, lambda moment=moment: moment, objects=store)
        await jobs.forget_bytes(means, region_id=str(city.region.id))
        assert len(await paths()) == left
    assert stray not in await paths()
    assert (await read(city, "coordinator", id))["files"]


async def test_categories_are_changed_by_those_of_the_whole_region(city: City) -> None:
    await coordinator(city)
    await coordinator(city, "local", at="health")
    body = {"id": str(uuid7()), "code": "JALAN", "name": "Jalan"}
    async with city.call_as("local") as client:
        assert (await client.post("/v1/complaint-categories", json=body)).status_code == 403
    async with city.call_as("admin") as client:
        assert (await client.post("/v1/complaint-categories", json=body)).status_code == 201
        assert (await client.post("/v1/complaint-categories", json=body)).status_code == 200
        taken = await client.post("/v1/complaint-categories", json={"code": "JALAN", "name": "X"})
        assert taken.json()["code"] == "COMPLAINT_CATEGORY_TAKEN"
        changed = await client.put(
            f"/v1/complaint-categories/{body['id']}", json={"name": "Jalan Raya"}, headers={"If-Match": '"1"'}
        )
        assert ok(changed)["version"] == 2
        listed = ok(await client.get("/v1/complaint-categories"))
    assert [each["name"] for each in listed["data"]] == ["Jalan Raya"]


async def test_the_database_refuses_to_close_without_an_answer(city: City, database: Database) -> None:
    await coordinator(city)
    id, _ = await forwarded(city)
    with pytest.raises(Exception, match="ck_complaints_answered"):
        async with database.sessions() as db, db.begin():
            await db.execute(
                update(Complaint)
                .where(Complaint.region_id == city.region.id, Complaint.id == id)
                .values(status="CLOSED", closed_at=city.now)
            )
