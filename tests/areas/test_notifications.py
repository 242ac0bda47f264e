"""Notifications: made once, in time, for the right people; read by nobody else."""

import asyncio
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.access.actor import Access, Actor, system
from asn_api.access.grants import Permission
from asn_api.areas.notifications import queries, reminding
from asn_api.areas.notifications.jobs import FORGET_OLD, REMIND
from asn_api.areas.notifications.wording import texts
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.core.jobs import Means
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.rules.calendar import Zone
from asn_api.rules.identity import AccountStatus
from asn_api.rules.notifications import NoticeKind
from asn_api.tables.activities import Activity
from asn_api.tables.identity import Account
from asn_api.tables.notifications import Notification
from asn_api.tables.organization import Appointment, Unit
from asn_api.tables.policies import Policy, RegionalDay
from tests.areas.test_activities import post
from tests.areas.test_delegations import delegated
from tests.factories import City
from tests.matrix import add

FRIDAY = date(2026, 11, 20)
FOUR = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
"""Friday 16:05 in Jakarta."""
LATER = {"start_at": "2026-11-20T10:00:00+07:00", "end_at": "2026-11-20T12:00:00+07:00"}
EVERYBODY = {"head", "chief", "supervisor", "staff", "colleague", "other_head", "other_staff", "admin"}


def access(city: City, now: datetime) -> Access:
    return system(city.region.id, Permission.ME, now, city.region.zone)


async def remind(city: City, now: datetime = FOUR) -> int:
    return await reminding.remind(city.database, access(city, now))


async def stored(city: City, kind: NoticeKind) -> list[Notification]:
    async with city.database.sessions() as db:
        return list(
            await db.scalars(
                select(Notification)
                .where(Notification.region_id == city.region.id, Notification.kind == kind)
                .order_by(Notification.created_at, Notification.id)
            )
        )


async def told(city: City, kind: NoticeKind) -> list[tuple[str, date | None]]:
    names = {each.id: name for name, each in city.people.items()}
    return sorted((names[each.employee_id], each.day) for each in await stored(city, kind))


async def journal(city: City) -> list[JournalEntry]:
    async with city.database.sessions() as db:
        return list(
            await db.scalars(
                select(JournalEntry)
                .where(JournalEntry.region_id == city.region.id, JournalEntry.entity == "notification")
                .order_by(JournalEntry.seq)
            )
        )


async def set_policy(city: City, **changes: Any) -> None:
    async with city.database.sessions() as db, db.begin():
        policy = (
            await db.scalars(
                select(Policy).where(Policy.region_id == city.region.id, Policy.area == "notifications")
            )
        ).one()
        policy.content = {**policy.content, **changes}


async def only(city: City, kind: NoticeKind) -> None:
    await set_policy(city, switched_off=[each for each in NoticeKind if each is not kind])


async def test_who_has_not_reported_at_four_is_reminded_once(city: City) -> None:
    await only(city, NoticeKind.DAY_NOT_REPORTED)
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        await post(staff)
        await post(colleague, submit=False)
    assert await remind(city, FOUR - timedelta(minutes=10)) == 0
    assert await remind(city) == 7
    assert await remind(city) == 0
    assert await remind(city, FOUR + timedelta(hours=7)) == 0, "nothing is left until midnight"
    reminded = await told(city, NoticeKind.DAY_NOT_REPORTED)
    assert reminded == [(name, FRIDAY) for name in sorted(EVERYBODY - {"staff"})], "a draft is no report"


async def test_a_week_without_runs_is_not_made_up_for(city: City) -> None:
    monday = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    await remind(city, monday)
    assert {day for _, day in await told(city, NoticeKind.DAY_NOT_REPORTED)} == {date(2026, 11, 23)}


async def test_zones_weeks_and_days_off_of_a_branch_decide_who_is_asked(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        for name, values in {
            "roads": {"zone": Zone.WIT},
            "clinic": {"days_per_week": 6},
        }.items():
            await db.execute(
                update(Unit)
                .where(Unit.region_id == city.region.id, Unit.id == city.units[name].id)
                .values(**values)
            )
    await add(
        city,
        RegionalDay(
            region_id=city.region.id,
            id=uuid7(),
            day=FRIDAY,
            unit_id=city.units["ward"].id,
            name="Hari jadi",
            source="SK",
        ),
    )
    await remind(city, datetime(2026, 11, 20, 7, 30, tzinfo=UTC))  # 14:30 WIB, 16:30 WIT
    assert await told(city, NoticeKind.DAY_NOT_REPORTED) == [("other_staff", FRIDAY)]
    await remind(city)
    asked = {name for name, _ in await told(city, NoticeKind.DAY_NOT_REPORTED)}
    assert asked == EVERYBODY - {"supervisor", "staff", "colleague"}
    await remind(city, FOUR + timedelta(days=1))
    saturday = [name for name, day in await told(city, NoticeKind.DAY_NOT_REPORTED) if day != FRIDAY]
    assert saturday == ["chief"]


async def test_national_days_off_are_left_in_peace(city: City) -> None:
    assert await remind(city, datetime(2026, 12, 25, 9, 5, tzinfo=UTC)) == 0


async def test_people_who_are_not_there_yet_or_no_more_are_not_asked(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Account)
            .where(Account.region_id == city.region.id, Account.id == city.accounts["staff"].id)
            .values(status=AccountStatus.PENDING)
        )
        await db.execute(
            update(Appointment)
            .where(Appointment.region_id == city.region.id, Appointment.id == city.posts["colleague"].id)
            .values(valid=Range(date(2020, 1, 1), FRIDAY))
        )
    await remind(city)
    asked = {name for name, _ in await told(city, NoticeKind.DAY_NOT_REPORTED)}
    assert asked == EVERYBODY - {"staff", "colleague"}


async def test_the_last_day_of_the_entry_window_is_announced(city: City) -> None:
    async with city.call_as("staff") as staff:
        await post(staff, day="2026-11-17")
    await remind(city, datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
    closing = await told(city, NoticeKind.ENTRY_WINDOW_CLOSING)
    assert closing == [(name, date(2026, 11, 17)) for name in sorted(EVERYBODY - {"staff"})]
    async with city.call_as("colleague", **{"Accept-Language": "id"}) as colleague:
        [shown] = (await colleague.get("/v1/me/notifications")).json()["data"]
    assert shown["title"] == "Hari terakhir melapor untuk 2026-11-17"
    assert "(2026-11-20)" in shown["body"]


async def test_a_superior_hears_once_a_day_how_much_waits_for_two_days_or_more(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        await post(staff)
        await post(staff, **LATER)
        await post(colleague, day="2026-11-19")
    morning = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    for days in range(1, 7):
        await remind(city, morning + timedelta(days=days))
        await remind(city, morning + timedelta(days=days, hours=3))
    due = await stored(city, NoticeKind.VERIFICATION_DUE)
    assert [(each.employee_id, each.day) for each in due] == [
        (city.id("supervisor"), date(2026, 11, 24)),
        (city.id("supervisor"), date(2026, 11, 25)),
    ]
    assert due[0].params == {"count": 3, "waited": 2, "oldest": "2026-11-19"}


async def test_the_delegate_is_reminded_while_there_is_one(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        await post(staff)
        await post(colleague, day="2026-11-20")
    await delegated(city, "supervisor", "colleague")
    await remind(city, datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    due = await stored(city, NoticeKind.VERIFICATION_DUE)
    # Nobody decides about his own work: that of the delegate stays with the superior.
    assert {each.employee_id: each.params["count"] for each in due} == {
        city.id("colleague"): 1,
        city.id("supervisor"): 1,
    }


async def test_work_that_has_not_waited_long_enough_is_not_counted(city: City) -> None:
    async with (
        city.call_as("staff") as staff,
        city.call_as("colleague") as colleague,
        city.call_as("supervisor") as supervisor,
    ):
        verified, monday, tuesday = await post(staff), await post(colleague), await post(staff, **LATER)
        await supervisor.post(
            f"/v1/activities/{verified['id']}/verification", json={}, headers={"If-Match": '"1"'}
        )
    for id, submitted_at in (
        (monday["id"], datetime(2026, 11, 22, 17, 30, tzinfo=UTC)),  # 00:30 in Jakarta
        (tuesday["id"], datetime(2026, 11, 23, 17, 30, tzinfo=UTC)),
    ):
        async with city.database.sessions() as db, db.begin():
            await db.execute(
                update(Activity).where(Activity.id == UUID(id)).values(submitted_at=submitted_at)
            )
    await remind(city, datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    assert await stored(city, NoticeKind.VERIFICATION_DUE) == []
    await remind(city, datetime(2026, 11, 25, 2, 0, tzinfo=UTC))
    [due] = await stored(city, NoticeKind.VERIFICATION_DUE)
    assert due.params["count"] == 1


async def test_a_superior_hears_of_waiting_work_before_the_month_is_locked(city: City) -> None:
    async with city.call_as("staff") as staff:
        await post(staff)
    await remind(city, datetime(2026, 12, 1, 2, 0, tzinfo=UTC))
    assert await stored(city, NoticeKind.PERIOD_LOCKING) == []
    await remind(city, datetime(2026, 12, 2, 2, 0, tzinfo=UTC))
    [locking] = await stored(city, NoticeKind.PERIOD_LOCKING)
    assert locking.employee_id == city.id("supervisor")
    assert locking.params == {"count": 1, "month": "2026-11", "until": "2026-12-03"}


async def test_a_rejection_is_told_in_its_transaction_and_again_when_it_happens_again(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = (await post(staff))["id"]
        url, reason = f"/v1/activities/{id}", {"comment": "Sebutkan hasilnya"}
        dry = await supervisor.post(
            f"{url}/rejection?validate_only=true", json=reason, headers={"If-Match": '"1"'}
        )
        assert dry.status_code == 200, dry.text
        assert (await staff.get("/v1/me/notifications")).json()["unread"] == 0
        await supervisor.post(f"{url}/rejection", json=reason, headers={"If-Match": '"1"'})
        first = (await staff.get("/v1/me/notifications")).json()
        [told_first] = first["data"]
        assert (first["unread"], told_first["kind"], told_first["day"]) == (
            1,
            "ACTIVITY_REJECTED",
            "2026-11-20",
        )
        assert told_first["subject"] == {"type": "activity", "id": id}
        assert "Sebutkan" not in str(told_first)
        await staff.post(f"/v1/me/notifications/{told_first['id']}/reading")
        await staff.post(f"{url}/submission", headers={"If-Match": '"2"'})
        await supervisor.post(f"{url}/rejection", json=reason, headers={"If-Match": '"3"'})
        again = (await staff.get("/v1/me/notifications")).json()
    assert again["unread"] == 1
    assert [(each["id"], each["version"], each["read_at"]) for each in again["data"]] == [
        (told_first["id"], 3, None)
    ]
    entries = await journal(city)
    assert [(each.action, each.version) for each in entries] == [("CREATE", 1), ("READ", 2), ("RENEW", 3)]
    assert {(each.employee_id, each.unit_id) for each in entries} == {(city.id("staff"), None)}
    assert entries[0].actor_id == city.id("supervisor")


async def test_a_reopening_is_told(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = (await post(staff))["id"]
        await supervisor.post(f"/v1/activities/{id}/verification", json={}, headers={"If-Match": '"1"'})
        reopened = await supervisor.post(
            f"/v1/activities/{id}/reopening", json={"reason": "Keliru"}, headers={"If-Match": '"2"'}
        )
        assert reopened.status_code == 200, reopened.text
    assert await told(city, NoticeKind.ACTIVITY_REOPENED) == [("staff", FRIDAY)]
    assert await told(city, NoticeKind.ACTIVITY_REJECTED) == []


async def test_many_rejections_at_once_cost_one_statement_more(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    from asn_api.areas.activities import ledger

    calls: Counter[str] = Counter()

    async def counted(*args: Any) -> int:
        calls["notify"] += 1
        return await notify(*args)

    monkeypatch.setattr(ledger, "notify", counted)
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        ids = [
            (
                await post(
                    staff,
                    minutes=5,
                    start_at=f"2026-11-20T08:{minute:02d}:00+07:00",
                    end_at=f"2026-11-20T08:{minute + 5:02d}:00+07:00",
                )
            )["id"]
            for minute in range(0, 50, 5)
        ]
        calls.clear()
        items = [{"id": id, "version": 1, "decision": "REJECT", "comment": "Kurang jelas"} for id in ids]
        decided = await supervisor.post("/v1/activities/verifications", json={"items": items})
        assert decided.status_code == 200, decided.text
        listed = (await staff.get("/v1/me/notifications")).json()
    assert listed["unread"] == len(ids)
    assert calls == {"notify": 1}


async def test_a_kind_that_is_switched_off_is_not_made(city: City) -> None:
    await set_policy(city, switched_off=["ACTIVITY_REJECTED", "DAY_NOT_REPORTED"])
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = (await post(staff))["id"]
        await supervisor.post(
            f"/v1/activities/{id}/rejection", json={"comment": "Kurang"}, headers={"If-Match": '"1"'}
        )
    await remind(city)
    assert await told(city, NoticeKind.ACTIVITY_REJECTED) == []
    assert await told(city, NoticeKind.DAY_NOT_REPORTED) == []


async def test_two_workers_at_once_make_nothing_twice(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding, "BATCH", 3)
    async with city.database.sessions() as db, db.begin():
        # Both come as far as writing, and then meet at these rows.
        await db.execute(text("lock table notifications in share row exclusive mode"))
        runs = [asyncio.ensure_future(remind(city)) for _ in range(3)]
        done, _ = await asyncio.wait(runs, timeout=0.5)
        assert not done
    made = await asyncio.gather(*runs)
    assert sum(made) == len(EVERYBODY) + len(EVERYBODY), "unreported Friday, closing Tuesday"
    counted = Counter(await told(city, NoticeKind.DAY_NOT_REPORTED))
    assert counted == {(name, FRIDAY): 1 for name in EVERYBODY}
    assert len(await journal(city)) == sum(made)


async def test_one_reads_and_marks_only_his_own(city: City) -> None:
    await remind(city)
    [other] = [
        each
        for each in await stored(city, NoticeKind.DAY_NOT_REPORTED)
        if each.employee_id == city.id("staff")
    ]
    async with city.call_as("colleague") as colleague, city.call_as("staff") as staff:
        foreign = await colleague.post(f"/v1/me/notifications/{other.id}/reading")
        assert (foreign.status_code, foreign.json()["code"]) == (404, "NOT_FOUND")
        bound = await colleague.post("/v1/me/notifications/readings", json={"up_to": str(other.id)})
        assert bound.status_code == 404
        wrong = await colleague.post("/v1/me/notifications/readings", json={"up_to": "yesterday"})
        assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "UUID_INVALID")
        twice = [(await staff.post(f"/v1/me/notifications/{other.id}/reading")).json() for _ in range(2)]
        assert twice[0]["read_at"] is not None
        assert twice[0] == twice[1]
        unread = (await staff.get("/v1/me/notifications", params={"unread": "true"})).json()
        assert [each["kind"] for each in unread["data"]] == ["ENTRY_WINDOW_CLOSING"]
        assert unread["unread"] == 1
    async with city.call_as("colleague") as colleague:
        assert (await colleague.get("/v1/me/notifications")).json()["unread"] == 2


async def test_marking_up_to_one_leaves_what_came_later_unread(city: City) -> None:
    for days in range(3):
        subject = uuid7()
        async with city.database.pool.acquire() as driver:
            await notify(
                driver,
                access(city, city.now + timedelta(minutes=days)),
                [Notice(city.id("staff"), NoticeKind.CONFLICT_WAITING, "conflict", subject)],
            )
    async with city.call_as("staff") as staff:
        url = "/v1/me/notifications"
        first = (await staff.get(url, params={"limit": 2})).json()
        newest, middle = first["data"]
        older = (await staff.get(url, params={"limit": 2, "cursor": first["page"]["next"]})).json()["data"]
        assert newest["created_at"] > middle["created_at"] > older[0]["created_at"]
        assert len(older) == 1
        marked = await staff.post(f"{url}/readings", json={"up_to": middle["id"]})
        assert marked.json() == {"read": 2}
        left = (await staff.get(url, params={"unread": "true"})).json()["data"]
        assert [each["id"] for each in left] == [newest["id"]]
        assert (await staff.post(f"{url}/readings", json={"up_to": None})).json() == {"read": 1}
        assert (await staff.post(f"{url}/readings", json={"up_to": None})).json() == {"read": 0}
    assert [each.action for each in await journal(city)] == ["CREATE"] * 3 + ["READ"] * 3


async def test_a_conflict_told_twice_stays_read(city: City) -> None:
    notice = Notice(city.id("staff"), NoticeKind.CONFLICT_WAITING, "conflict", uuid7())
    async with city.database.pool.acquire() as driver:
        assert await notify(driver, access(city, city.now), [notice]) == 1
        assert await notify(driver, access(city, city.now), [notice]) == 0
        assert await notify(driver, access(city, city.now), []) == 0


async def test_phones_get_them_by_id_in_their_language_and_no_foreign_ones(city: City) -> None:
    await remind(city)
    everything = await stored(city, NoticeKind.DAY_NOT_REPORTED)
    actor = Actor(city.region.id, uuid7(), (), Zone.WIB, employee_id=city.id("staff"))
    mine = Access(actor, Permission.ME, frozenset(), city.now)
    async with city.database.pool.acquire() as driver:
        found = await queries.by_ids(driver, mine, [each.id for each in everything], "en")
    [shown] = found.values()
    assert shown["title"] == "Today's work is not reported yet"
    async with city.call_as("staff") as staff:
        listed = (await staff.get("/v1/me/notifications", params={"unread": "true"})).json()["data"]
    assert str(shown["id"]) in {each["id"] for each in listed}


async def test_old_ones_are_deleted_and_the_journal_says_so(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminding, "BATCH", 3)
    await set_policy(city, kept_days=30)
    await remind(city)
    later = FOUR + timedelta(days=30)
    means = Means(city.database, city.app.state.keyring, clock=lambda: later)
    await FORGET_OLD.run(means, str(city.region.id))
    assert len(await stored(city, NoticeKind.DAY_NOT_REPORTED)) == len(EVERYBODY)
    later += timedelta(minutes=1)
    await FORGET_OLD.run(means, str(city.region.id))
    assert await stored(city, NoticeKind.DAY_NOT_REPORTED) == []
    actions = Counter((each.action, each.version) for each in await journal(city))
    assert actions == {("CREATE", 1): 16, ("DELETE", 2): 16}


async def test_a_region_without_policies_does_not_keep_the_others_waiting(city: City) -> None:
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            text("delete from policies where region_id = :region and area = 'notifications'"),
            {"region": city.region.id},
        )
    await REMIND.run(Means(city.database, city.app.state.keyring, clock=lambda: FOUR))
    assert await told(city, NoticeKind.DAY_NOT_REPORTED) == []


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_has_texts_in_both_languages_with_the_same_placeholders(kind: NoticeKind) -> None:
    entry = texts()[kind]
    assert set(entry) == {"title_id", "title_en", "id", "en"}
    assert all(each.strip() for each in entry.values())
    named = {name: set(re.findall(r"\{(\w+)\}", each)) for name, each in entry.items()}
    assert named["id"] == named["en"]
    assert named["title_id"] == named["title_en"]
