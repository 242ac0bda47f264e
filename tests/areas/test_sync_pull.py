"""What a phone fetches: its reach, in order of commits, with tombstones for what left and listings of what came."""

import asyncio
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import Range

from asn_api.areas.organization.lines import rebuild
from asn_api.areas.sync.jobs import forget_views
from asn_api.areas.sync.kinds import KINDS
from asn_api.core.database import Database
from asn_api.core.jobs import Means
from asn_api.core.journal import begin_epoch
from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings, StartupError, libpq
from asn_api.rules.organization import AppointmentKind
from asn_api.start_checks import check_content
from asn_api.tables.organization import Appointment
from tests.areas.test_activities import TODAY, activity
from tests.areas.test_sync import operation, push
from tests.factories import City, sign_in


class Phone:
    """The least a client must do: keep the token, apply what comes, ask again while there is more."""

    def __init__(self, client: httpx.AsyncClient, limit: int = 500, **query: Any) -> None:
        self.client, self.limit, self.query = client, limit, query
        self.token: str | None = None
        self.records: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.heard: list[Mapping[str, Any]] = []
        self.pages = 0

    async def pull(self) -> list[Mapping[str, Any]]:
        heard: list[Mapping[str, Any]] = []
        seen: set[tuple[str, str]] = set()
        restarted: set[str] = set()
        while True:
            query = {"limit": self.limit, **self.query} | ({"since": self.token} if self.token else {})
            answer = await self.client.get("/v1/sync/pull", params=query)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            self.pages += 1
            restarted |= set(page["restarted"])
            for change in page["changes"]:
                key = change["type"], change["id"]
                seen.add(key)
                if change["deleted"]:
                    self.records.pop(key, None)
                else:
                    self.records[key] = change["data"]
            heard += page["changes"]
            self.token = page["next"]
            if not page["more"]:
                break
        for key in [key for key in self.records if key[0] in restarted and key not in seen]:
            del self.records[key]
        self.heard = heard
        return heard

    def ids(self, type: str = "activity") -> set[str]:
        return {id for kind, id in self.records if kind == type}


async def recorded(client: httpx.AsyncClient, **values: Any) -> str:
    answer = await client.post("/v1/activities", json={**activity(), **values})
    assert answer.status_code == 201, answer.text
    id: str = answer.json()["id"]
    return id


async def moved(city: City, person: str, unit: str) -> None:
    """From today on this person works in another unit."""
    today = city.now.date()
    post = city.posts[person]
    async with city.database.sessions() as db, db.begin():
        await db.execute(
            update(Appointment)
            .where(Appointment.region_id == city.region.id, Appointment.id == post.id)
            .values(valid=Range(date(2020, 1, 1), today), version=Appointment.version + 1)
        )
        old = await db.get(Appointment, (city.region.id, post.id))
        assert old is not None
        db.add(
            Appointment(
                region_id=city.region.id,
                id=uuid7(),
                employee_id=city.id(person),
                unit_id=city.units[unit].id,
                position_id=old.position_id,
                kind=AppointmentKind.DEFINITIVE,
                is_head=False,
                valid=Range(today, None),
            )
        )
        await db.flush()
        await rebuild(db, city.region.id)
    await asyncio.sleep(0.1)


async def test_a_first_pull_lists_what_there_is_and_the_next_only_what_changed(city: City) -> None:
    async with city.call_as("staff") as staff:
        first = await recorded(staff)
        phone = Phone(staff)
        await phone.pull()
        assert phone.ids() == {first}
        assert await phone.pull() == []
        second = await recorded(staff)
        await staff.post(f"/v1/activities/{first}/recall", headers={"If-Match": '"1"'})
        heard = await phone.pull()
        shown = (await staff.get(f"/v1/activities/{first}")).json()
    assert [(each["id"], each["version"]) for each in heard] == [(second, 1), (first, 2)]
    assert phone.records["activity", first] == shown


async def test_a_superior_gets_his_team_and_nobody_else(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("other_staff") as other:
        mine, foreign = await recorded(staff), await recorded(other)
    async with city.call_as("supervisor") as supervisor, city.call_as("head") as head:
        team, branch = Phone(supervisor), Phone(head)
        await team.pull()
        await branch.pull()
    async with city.call_as("colleague") as colleague:
        beside = Phone(colleague)
        await beside.pull()
    assert (team.ids(), branch.ids(), beside.ids()) == ({mine}, {mine}, set())
    assert foreign not in team.ids() | branch.ids()


async def test_what_was_deleted_leaves_a_tombstone(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = await recorded(staff, submit=False)
        phone = Phone(staff)
        await phone.pull()
        await staff.delete(f"/v1/activities/{id}", headers={"If-Match": '"1"'})
        heard = await phone.pull()
    assert [(each["id"], each["deleted"], each["reason"], each["data"]) for each in heard] == [
        (id, True, "DELETED", None)
    ]
    assert phone.ids() == set()


async def test_a_transfer_takes_records_from_one_superior_and_brings_them_to_the_other(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        moving = {await recorded(staff, day=TODAY) for _ in range(3)}
        staying = await recorded(colleague)
    async with city.call_as("supervisor") as supervisor, city.call_as("other_head") as other_head:
        left, joined = Phone(supervisor, limit=2), Phone(other_head, limit=2)
        await left.pull()
        await joined.pull()
        assert left.ids() == moving | {staying}
        assert joined.ids() == set()
        await moved(city, "staff", "roads")
        heard = await left.pull()
        await joined.pull()
        assert {(each["id"], each["reason"]) for each in heard} == {(id, "OUT_OF_REACH") for id in moving}
        assert left.ids() == {staying}
        assert joined.ids() == moving
        assert await left.pull() == []
        assert await joined.pull() == []


async def test_a_head_keeps_what_was_done_in_his_branch_by_somebody_who_left(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("head") as head:
        id = await recorded(staff)
        phone = Phone(head)
        await phone.pull()
        await moved(city, "staff", "roads")
        assert await phone.pull() == []
    assert phone.ids() == {id}


async def test_pages_may_be_as_small_as_one(city: City) -> None:
    async with city.call_as("staff") as staff:
        ids = {await recorded(staff) for _ in range(4)}
        phone = Phone(staff, limit=1)
        await phone.pull()
        assert phone.ids() == ids
        later = {await recorded(staff) for _ in range(4)}
        await phone.pull()
    assert phone.ids() == ids | later


async def test_changes_during_a_listing_are_not_lost(city: City) -> None:
    async with city.call_as("staff") as staff:
        ids = [await recorded(staff, submit=False) for _ in range(4)]
        page = (await staff.get("/v1/sync/pull", params={"limit": 2})).json()
        await staff.delete(f"/v1/activities/{ids[0]}", headers={"If-Match": '"1"'})
        added = await recorded(staff)
        phone = Phone(staff)
        phone.token = page["next"]
        phone.records = {(each["type"], each["id"]): each["data"] for each in page["changes"]}
        await phone.pull()
    assert phone.ids() == {*ids[1:], added}


async def test_nothing_is_lost_when_transactions_commit_in_another_order_than_they_began(city: City) -> None:
    """A sequence number is not the order of commits: the slow writer's entry has the lower number."""
    settings = city.app.state.settings
    slow = await asyncpg.connect(libpq(settings.database))
    async with city.call_as("staff") as staff:
        phone = Phone(staff)
        await phone.pull()
        writing = slow.transaction()
        await writing.start()
        await slow.execute(
            "insert into journal (region_id, at, entity, entity_id, version, action, changes, employee_id) "
            "values ($1, now(), 'activity', $2, 1, 'CREATE', '{}', $3)",
            city.region.id,
            hidden := uuid7(),
            city.id("staff"),
        )
        quick = await recorded(staff)
        between = await phone.pull()
        assert [each["id"] for each in between] == [], "what is behind an open transaction waits for it"
        await writing.commit()
        await slow.close()
        heard = [each["id"] for each in await phone.pull()]
    assert heard == [str(hidden), quick]


async def test_many_writers_and_a_reader_agree_in_the_end(city: City) -> None:
    people = ("staff", "colleague", "chief", "supervisor")

    async def write(person: str) -> set[str]:
        async with city.call_as(person) as client:
            return {await recorded(client) for _ in range(8)}

    async with city.call_as("admin") as admin:
        phone = Phone(admin, limit=7)
        writing = [asyncio.create_task(write(person)) for person in people]
        while not all(each.done() for each in writing):
            await phone.pull()
        written = {id for each in writing for id in each.result()}
        await phone.pull()
    assert phone.ids() == written


async def test_an_old_token_begins_its_types_anew_and_what_is_gone_goes(city: City) -> None:
    settled = city.now
    async with city.call_as("staff") as staff:
        id = await recorded(staff, submit=False)
        phone = Phone(staff)
        await phone.pull()
        try:
            city.now += timedelta(days=91)
            city.app.state.clock = lambda: city.now
            async with city.database.sessions() as db, db.begin():
                staff.headers["Authorization"] = f"Bearer {await sign_in(db, city, 'staff')}"
            answer = (await staff.get("/v1/sync/pull", params={"since": phone.token})).json()
        finally:
            city.app.state.clock = lambda: settled
    assert set(answer["restarted"]) == set(KINDS)
    assert [each["id"] for each in answer["changes"]] == [id]


async def test_a_new_type_is_listed_and_a_dropped_one_is_silent(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = await recorded(staff, submit=False)
        phone = Phone(staff, types="plan")
        await phone.pull()
        assert phone.ids() == set()
        phone.query = {"types": "plan,activity"}
        await phone.pull()
        assert phone.ids() == {id}
        phone.query = {"types": "plan"}
        await recorded(staff)
        assert await phone.pull() == []


async def test_conflicts_come_to_the_persons_other_phone(city: City) -> None:
    async with city.call_as("staff") as staff:
        phone = Phone(staff)
        id = await recorded(staff, submit=False)
        await phone.pull()
        clash = operation(id=id, base_version=None, data=activity(minutes=30))
        await push(staff, clash)
        await phone.pull()
        assert phone.records["conflict", clash["op_id"]]["decision"] is None
        await staff.post(f"/v1/sync/conflicts/{clash['op_id']}/resolution", json={"decision": "DISCARD"})
        await phone.pull()
    assert phone.records["conflict", clash["op_id"]]["decision"] == "DISCARD"


async def test_forged_and_foreign_tokens_are_refused(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        token = (await staff.get("/v1/sync/pull")).json()["next"]
        foreign = await colleague.get("/v1/sync/pull", params={"since": token})
        forged = await staff.get("/v1/sync/pull", params={"since": token[:-2] + "AA"})
        junk = await staff.get("/v1/sync/pull", params={"since": "ü"})
        unknown = await staff.get("/v1/sync/pull", params={"types": "salary"})
    for answer in (foreign, forged, junk):
        assert (answer.status_code, answer.json()["code"]) == (400, "SYNC_TOKEN_INVALID")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "SYNC_TYPE_UNKNOWN")


async def test_a_third_party_pulls_its_branch_but_not_what_it_may_not_read(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("partner") as partner:
        id = await recorded(staff)
        phone = Phone(partner)
        await phone.pull()
        refused = await partner.get("/v1/sync/pull", params={"types": "plan"})
    assert phone.ids() == {id}
    assert (refused.status_code, refused.json()["code"]) == (403, "PERMISSION_MISSING")


async def test_a_restored_database_goes_on_after_what_phones_have_seen(
    city: City, database: Database, settings: Settings
) -> None:
    """Transaction ids of another cluster may lie ahead of ours: a new epoch begins behind them."""
    async with city.call_as("staff") as staff, database.sessions() as db:
        first = await recorded(staff)
        phone = Phone(staff)
        await phone.pull()
        ahead = "update journal set transaction = '9000000000000'::xid8 where region_id = :region"
        try:
            await db.execute(text(ahead), {"region": city.region.id})
            await db.commit()
            server = await asyncpg.connect(libpq(settings.database))
            with pytest.raises(StartupError, match="db restored"):
                await check_content(server, settings, city.app.state.keyring)
            epoch = await begin_epoch(db, city.now)
            await db.commit()
            assert epoch == 1
            await check_content(server, settings, city.app.state.keyring)
            await server.close()
            second = await recorded(staff)
            phone.token = None
            await phone.pull()
            third = await recorded(staff)
            heard = await phone.pull()
        finally:
            await db.rollback()
            await db.execute(text("update journal set epoch = 0"))
            await db.execute(text("alter table journal alter column epoch set default 0"))
            await db.execute(
                text("update journal set transaction = '3'::xid8 where region_id = :region"),
                {"region": city.region.id},
            )
            await db.commit()
    assert [each["id"] for each in heard] == [third]
    assert phone.ids() == {first, second, third}


async def test_reaches_that_no_token_names_are_forgotten(
    city: City, database: Database, settings: Settings
) -> None:
    async with city.call_as("staff") as staff:
        phone = Phone(staff)
        await phone.pull()
        later = Means(database, city.app.state.keyring, clock=lambda: city.now + timedelta(days=100))
        await forget_views(later)
        id = await recorded(staff)
        answer = (await staff.get("/v1/sync/pull", params={"since": phone.token})).json()
    assert set(answer["restarted"]) == set(KINDS)
    assert [each["id"] for each in answer["changes"]] == [id]


async def test_a_record_that_moves_to_a_unit_out_of_reach_leaves_a_tombstone(city: City) -> None:
    """The day of the work decides about its unit: with another day it may leave a branch."""
    yesterday = {"start_at": "2026-11-19T08:00:00+07:00", "end_at": "2026-11-19T10:00:00+07:00"}
    async with city.call_as("staff") as staff, city.call_as("head") as head:
        id = await recorded(staff, day="2026-11-19", **yesterday, submit=False)
        phone = Phone(head)
        await phone.pull()
        assert phone.ids() == {id}
        await moved(city, "staff", "roads")
        await staff.put(f"/v1/activities/{id}", json=activity(), headers={"If-Match": '"1"'})
        heard = await phone.pull()
    assert [(each["id"], each["reason"]) for each in heard] == [(id, "OUT_OF_REACH")]


async def test_evidence_that_moves_with_its_activity_out_of_reach_leaves_a_tombstone(city: City) -> None:
    yesterday = {"start_at": "2026-11-19T08:00:00+07:00", "end_at": "2026-11-19T10:00:00+07:00"}
    async with city.call_as("staff") as staff, city.call_as("head") as head:
        work = await recorded(staff, day="2026-11-19", **yesterday, submit=False)
        link = str(uuid7())
        shown_by = {"activity_id": work, "url": "https://contoh.go.id/foto/1"}
        assert (await staff.put(f"/v1/evidence/{link}", json=shown_by)).status_code == 201
        phone = Phone(head)
        await phone.pull()
        assert phone.ids("evidence") == {link}
        await moved(city, "staff", "roads")
        await staff.put(f"/v1/activities/{work}", json=activity(), headers={"If-Match": '"1"'})
        heard = await phone.pull()
    assert {(each["id"], each["reason"]) for each in heard} == {
        (work, "OUT_OF_REACH"),
        (link, "OUT_OF_REACH"),
    }


async def test_what_is_deleted_after_a_transfer_goes_from_the_superior_who_lost_it(city: City) -> None:
    """Neither his new reach nor the list of what he lost holds it: it is only in the journal."""
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = await recorded(staff, submit=False)
        phone = Phone(supervisor)
        await phone.pull()
        assert phone.ids() == {id}
        await moved(city, "staff", "roads")
        await staff.delete(f"/v1/activities/{id}", headers={"If-Match": '"1"'})
        heard = await phone.pull()
        assert [(each["id"], each["reason"]) for each in heard] == [(id, "DELETED")]
        assert await phone.pull() == []
