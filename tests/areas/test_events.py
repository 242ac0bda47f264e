"""The stream of changes: whom it tells what, in which order, and what becomes of it when something breaks."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY
from sqlalchemy import insert, make_url, select, text, update
from sqlalchemy.dialects.postgresql import Range

import asn_api
from asn_api.access.actor import Access
from asn_api.access.grants import Permission
from asn_api.access.scope import records_within
from asn_api.areas.events import reach
from asn_api.areas.events.hub import Hub
from asn_api.areas.events.ids import Place, written
from asn_api.areas.events.kinds import FOLLOWED, KINDS, PERMISSIONS
from asn_api.core import feed
from asn_api.core.database import Database
from asn_api.core.feed import Cut, Position, Snapshot
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.core.settings import Settings
from asn_api.tables.organization import Appointment, ReportingLine
from asn_api.tables.organization import Position as Post
from tests.areas import test_evaluators as letters
from tests.areas.streaming import (
    ABOUT_THE_STREAM,
    Stream,
    happen,
    listening,
    mark,
    opened,
    row,
    served,
    told_until,
)
from tests.areas.test_activities import post
from tests.areas.test_delegations import delegated
from tests.factories import City, add_client, make_city, sign_in, stand_at
from tests.fault import lines
from tests.fault.lines import Line, Until
from tests.matrix import ROLES, reaches

ONE = {"If-Match": '"1"'}


@pytest.fixture(scope="module")
async def port(app: FastAPI) -> AsyncIterator[int]:
    async with listening(app) as port:
        yield port


async def third_party(city: City, name: str, *scopes: str) -> None:
    async with city.database.sessions.begin() as db:
        await add_client(db, city, name, list(scopes))


async def test_whoever_may_read_a_record_is_told_that_it_changed(city: City, port: int) -> None:
    async with (
        opened(city, port, "staff") as staff,
        opened(city, port, "supervisor") as supervisor,
        opened(city, port, "colleague") as colleague,
        city.call_as("staff") as writer,
    ):
        for stream in (staff, supervisor, colleague):
            assert (await stream.next()).name == "ready"
        reported = await post(writer)
        event = await supervisor.next()
        assert event.name == "activity"
        assert event.id
        assert event.data == {
            "entity": "activity",
            "id": reported["id"],
            "version": 1,
            "action": "CREATE",
            "at": "2026-11-20T03:00:00+00:00",
            "employee_id": str(city.id("staff")),
            "unit_id": str(city.units["ward"].id),
        }
        assert (await staff.next()).about == reported["id"]
        marker = await mark(city)
        assert await told_until(colleague, marker) == []


OWNERS = ("staff", "supervisor", "head", "other_staff")


async def test_every_caller_is_told_what_the_policy_lets_him_read_and_nothing_else(
    city: City, app: FastAPI, database: Database, port: int
) -> None:
    """All kinds about people in different places, and entries that are never told, to all callers at once."""
    other = await make_city(database, app, code=f"kota-{uuid4().hex[:8]}")
    city.tokens["foreign_admin"] = other.tokens["admin"]
    secret = [
        *("account", "session", "employee", "one_time_code", "appointment", "client", "device"),
        *("assessment_round", "feedback_request", "functional_term", "unheard_of"),
    ]
    rows = [(entity, owner, row(city, entity, owner)) for entity in (*KINDS, *secret) for owner in OWNERS]
    callers = [each for each in ROLES if each != "partner"]
    async with AsyncExitStack() as stack:
        streams = {each: await stack.enter_async_context(opened(city, port, each)) for each in callers}
        for stream in streams.values():
            assert (await stream.next()).name == "ready"
        await happen(city, *(each for _, _, each in rows))
        marker = await mark(city)
        foreign = await mark(other)
        for caller, stream in streams.items():
            told = await told_until(stream, foreign if caller == "foreign_admin" else marker)
            expected = {
                str(each["entity_id"])
                for entity, owner, each in rows
                if entity in KINDS and may_see(city, caller, entity, owner)
            }
            assert set(told) == expected, caller
            assert len(told) == len(expected)
            assert expected or caller == "foreign_admin"


def may_see(city: City, caller: str, entity: str, owner: str) -> bool:
    if KINDS[entity].rows is not None:
        # There is no such row.
        return False
    if entity in ("notification", "conflict"):
        return caller == owner
    return reaches(city, caller, KINDS[entity].permission, owner)


async def test_a_third_party_is_told_what_its_scopes_and_its_node_allow(city: City, port: int) -> None:
    await third_party(city, "viewer", "events:read", "activities:read")
    await third_party(city, "deaf", "activities:read")
    async with opened(city, port, "viewer") as viewer:
        assert (await viewer.next()).name == "ready"
        rows = [row(city, entity, owner) for entity in KINDS for owner in OWNERS]
        await happen(city, *rows)
        last = (await happen(city, row(city, about="staff")))[0]
        told = [event.about for event in await viewer.until("activity", last)]
    health = {city.units[name].id for name in ("health", "clinic", "ward")}
    assert told == [
        str(each["entity_id"])
        for each in rows
        if each["entity"] in ("activity", "evidence") and each["unit_id"] in health
    ]
    async with city.call_as("deaf") as deaf:
        refused = await deaf.get("/v1/events")
    assert (refused.status_code, refused.json()["code"]) == (403, "PERMISSION_MISSING")


def test_no_kind_is_told_by_a_permission_that_is_not_about_reading_it() -> None:
    """A reminder for whoever adds a kind: these are the pairs that have been thought about."""
    assert {entity: kind.permission for entity, kind in KINDS.items() if kind.rows is None} == {
        "activity": Permission.ACTIVITIES_READ,
        "evidence": Permission.ACTIVITIES_READ,
        "enrolment": Permission.ENROLMENTS_READ,
        "plan": Permission.PLANS_READ,
        "progress": Permission.PLANS_READ,
        "agency_goal": Permission.GOALS_READ,
        "evaluation": Permission.EVALUATIONS_READ,
        "objection": Permission.EVALUATIONS_READ,
        "organisation_rating": Permission.EVALUATIONS_READ,
        "assessment": Permission.ASSESSMENTS_READ,
        "credit": Permission.CREDITS_READ,
        "development_note": Permission.FOLLOWUP_READ,
        "conflict": Permission.ACTIVITIES_RECORD,
        "notification": Permission.ME,
    }
    assert {entity for entity, kind in KINDS.items() if kind.rows} == {
        "certificate",
        "evaluator_assignment",
        "feedback",
        "coaching",
        "forum",
        "nomination",
        "complaint",
    }


async def test_only_the_wanted_types_are_told(city: City, port: int) -> None:
    async with opened(city, port, "staff", types="goal, notification") as stream:
        assert (await stream.next()).name == "ready"
        wanted = await happen(city, row(city, "activity"), row(city, "notification"), row(city, "plan"))
        marker = await mark(city)
        assert await told_until(stream, marker) == [wanted[1]]


async def test_what_cannot_be_asked_for_is_refused(city: City) -> None:
    await third_party(city, "viewer", "events:read", "activities:read")
    async with city.call_as("staff") as staff, city.call_as("viewer") as viewer:
        unknown = await staff.get("/v1/events", params={"types": "account"})
        empty = await staff.get("/v1/events", params={"types": ","})
        forbidden = await viewer.get("/v1/events", params={"types": "plan"})
        invented = await staff.get("/v1/events", params={"since": "AAAA"})
        garbage = await staff.get("/v1/events", headers={"Last-Event-ID": "not an id"})
    for answer in (unknown, empty):
        assert (answer.status_code, answer.json()["code"]) == (400, "EVENT_TYPE_UNKNOWN")
    assert "notification" in unknown.json()["detail"]
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "PERMISSION_MISSING")
    for answer in (invented, garbage):
        assert (answer.status_code, answer.json()["code"]) == (400, "EVENT_ID_INVALID")


async def test_an_id_is_worth_nothing_in_another_region(city: City, app: FastAPI, database: Database) -> None:
    other = await make_city(database, app, code=f"kota-{uuid4().hex[:8]}")
    async with city.call_as("staff") as staff, other.call_as("staff") as stranger:
        answer = await staff.get("/v1/events", params={"follow": "false"})
        id = answer.text.partition("id: ")[2].partition("\n")[0]
        assert (await staff.get("/v1/events", params={"follow": "false", "since": id})).status_code == 200
        assert (await stranger.get("/v1/events", params={"since": id})).status_code == 400


async def test_a_stream_is_resumed_across_a_restart_without_gap_or_repetition(
    city: City, settings: Settings
) -> None:
    async with served(settings) as first, opened(city, first.port, "staff") as stream:
        assert (await stream.next()).name == "ready"
        before = await happen(city, row(city))
        assert (await stream.next()).about == before[0]
        id = stream.last_id
    missed = await happen(city, *(row(city) for _ in range(3)), row(city, about="colleague"))
    missed = missed[:3] + await happen(city, row(city))
    async with served(settings) as second, opened(city, second.port, "staff", last_id=id) as stream:
        assert [event.about for event in await stream.until("ready")] == missed
        after = await happen(city, row(city))
        assert (await stream.next()).about == after[0]


async def test_a_stream_that_heard_nothing_is_resumed_from_where_it_began(city: City, port: int) -> None:
    async with opened(city, port, "staff") as stream:
        ready = await stream.next()
        assert ready.id == stream.last_id
    missed = await happen(city, row(city))
    async with opened(city, port, "staff", last_id=ready.id) as stream:
        assert [event.about for event in await stream.until("ready")] == missed


async def test_each_event_of_a_transaction_can_be_the_last_one(city: City, port: int) -> None:
    async with opened(city, port, "supervisor") as stream:
        await stream.until("ready")
        written = await happen(city, *(row(city) for _ in range(5)))
        events = [await stream.next() for _ in range(5)]
    assert [event.about for event in events] == written
    for place, event in enumerate(events):
        async with opened(city, port, "supervisor", last_id=event.id) as stream:
            assert [each.about for each in await stream.until("ready")] == written[place + 1 :]


async def test_without_following_the_answer_ends_when_all_is_told(city: City) -> None:
    async with city.call_as("staff") as staff:
        empty = await staff.get("/v1/events", params={"follow": "false"})
        id = empty.text.partition("id: ")[2].partition("\n")[0]
        missed = await happen(city, row(city), row(city, about="colleague"))
        # The header is what a client received last; the address is what it was given first.
        told = await staff.get("/v1/events", params={"follow": "false", "since": id})
        nothing = await staff.get(
            "/v1/events",
            params={"follow": "false", "since": id},
            headers={"Last-Event-ID": told.text.rpartition("id: ")[2].partition("\n")[0]},
        )
    assert empty.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert "event: activity" not in empty.text
    assert told.text.count("event: activity") == 1
    assert missed[0] in told.text
    assert "event: activity" not in nothing.text


async def test_what_commits_late_is_told_late_and_nothing_waits_for_it(
    city: City, port: int, database: Database
) -> None:
    """The long transaction has the lower number; a position that was a number would lose it."""
    async with opened(city, port, "staff") as stream:
        await stream.until("ready")
        early = row(city)
        async with database.engine.connect() as connection:
            transaction = await connection.begin()
            await connection.execute(insert(JournalEntry), [early])
            quick = await happen(city, row(city))
            quick += await happen(city, row(city))
            first, second = await stream.next(2), await stream.next(2)
            assert [first.about, second.about] == quick
            meanwhile = stream.last_id
            await transaction.commit()
        assert (await stream.next()).about == str(early["entity_id"])
        after = await happen(city, row(city))
        assert (await stream.next()).about == after[0]
    for id, expected in (
        (first.id, [quick[1], str(early["entity_id"]), *after]),
        (meanwhile, [str(early["entity_id"]), *after]),
    ):
        async with opened(city, port, "staff", last_id=id) as stream:
            # What was open when the id was made counts by when it committed.
            assert sorted(each.about for each in await stream.until("ready")) == sorted(expected)


async def test_a_client_that_moves_between_processes_misses_and_repeats_nothing(
    city: City, settings: Settings, port: int
) -> None:
    """The processes look at the journal at different moments."""
    async with served(settings) as other:
        wanted, got = [], []
        id, going = None, True

        async def write() -> None:
            while going:
                wanted.extend(await happen(city, row(city)))
                await asyncio.sleep(0.02)

        async with opened(city, port, "staff") as stream:
            id = (await stream.next()).id
        writing = asyncio.create_task(write())
        for turn in range(12):
            async with opened(city, (port, other.port)[turn % 2], "staff", last_id=id) as stream:
                for _ in range(8):
                    event = await stream.next()
                    got += [event.about] if event.name == "activity" else []
                    id = event.id
        going = False
        await writing
        async with opened(city, port, "staff", last_id=id) as stream:
            got += [event.about for event in await stream.until("ready")]
    assert len(got) == len(set(got))
    assert set(got) == set(wanted)


async def test_a_slow_client_loses_nothing_and_holds_up_nobody(city: City, port: int) -> None:
    count = 10_000
    reader, writer = await slow_stream(city, port)
    async with opened(city, port, "supervisor") as healthy:
        await healthy.until("ready")
        began = time.monotonic()
        await many(city, count)
        got = await everything(city, port, healthy, "supervisor", count)
        assert len(got) == len(set(got)) == count
        assert time.monotonic() - began < 30
    # Now it reads after all: part of the events, and then why there are no more.
    text = (await asyncio.wait_for(reader.read(), 20)).decode()
    writer.close()
    *_, last = [block for block in text.split("\n\n") if "event: " in block]
    assert "event: resume" in last
    assert "TOO_SLOW" in last
    assert "id: " not in last
    assert REGISTRY.get_sample_value("asn_event_streams_ended_total", {"reason": "TOO_SLOW"})
    seen = text.count("event: activity")
    assert 0 < seen < count
    id = text.rpartition("id: ")[2].partition("\n")[0]
    async with opened(city, port, "staff", last_id=id) as stream:
        rest = await stream.until("ready")
    assert seen + len([each for each in rest if each.name == "activity"]) == count


async def slow_stream(city: City, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A client that asks and then does not read."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=line, limit=1024)
    head = f"GET /v1/events HTTP/1.0\r\nHost: test\r\nAuthorization: Bearer {city.tokens['staff']}\r\n\r\n"
    writer.write(head.encode())
    assert b"200" in await reader.readline()
    text = b""
    while b"event: ready" not in text:
        text += await reader.readline()
    return reader, writer


async def many(city: City, count: int) -> None:
    async with city.database.sessions.begin() as db:
        await db.execute(
            text(
                "insert into journal (region_id, at, entity, entity_id, version, action, changes, employee_id)"
                " select :region, :at, 'activity', gen_random_uuid(), 1, 'CREATE', '{}', :staff"
                " from generate_series(1, :count)"
            ),
            {"region": city.region.id, "at": city.now, "staff": city.id("staff"), "count": count},
        )


async def everything(city: City, port: int, stream: Stream, person: str, count: int) -> list[str]:
    """As a good client does it: whatever ends, it goes on after the last event."""
    got: list[str] = []
    async with AsyncExitStack() as stack:
        while len(got) < count:
            event = await stream.next()
            if event.name == "activity":
                got.append(event.about)
            elif event.name == "resume":
                stream = await stack.enter_async_context(opened(city, port, person, last_id=stream.last_id))
    return got


async def test_a_session_that_ends_takes_its_stream_with_it(city: City, port: int) -> None:
    async with opened(city, port, "staff") as stream, city.call_as("admin") as admin:
        await stream.until("ready")
        account = f"/v1/accounts/{city.accounts['staff'].id}"
        answer = await admin.post(f"{account}/disablement", headers=ONE)
        assert answer.status_code == 200, answer.text
        began = time.monotonic()
        ends = await stream.rest()
        assert time.monotonic() - began < 1
        assert [(each.name, each.data) for each in ends] == [("revoked", {"reason": "ACCESS_REVOKED"})]


async def test_a_stream_ends_with_its_token(city: City, settings: Settings) -> None:
    async with served(settings) as server, opened(city, server.port, "staff") as stream:
        await stream.until("ready")
        told = await happen(city, row(city))
        assert (await stream.next()).about == told[0]
        server.now += timedelta(days=1)
        ends = await stream.rest()
        assert [each.name for each in ends] == ["expired"]
        assert stream.last_id


async def test_who_is_in_ones_team_changes_at_midnight(city: City, settings: Settings) -> None:
    saturday = date(2026, 11, 21)
    async with city.database.sessions.begin() as db:
        await db.execute(
            update(ReportingLine)
            .where(
                ReportingLine.region_id == city.region.id,
                ReportingLine.employee_id == city.id("staff"),
            )
            .values(valid=Range(date(2020, 1, 1), saturday))
        )
    async with served(settings) as server, opened(city, server.port, "supervisor") as stream:
        await stream.until("ready")
        told = await happen(city, row(city))
        assert (await stream.next()).about == told[0]
        # 00:05 in Jakarta.
        server.now = datetime(2026, 11, 20, 17, 5, tzinfo=UTC)
        await happen(city, row(city))
        still = await happen(city, row(city, about="colleague"))
        assert (await stream.next()).about == still[0]


async def test_after_a_transfer_the_former_superior_is_told_nothing_more(city: City, port: int) -> None:
    async with (
        opened(city, port, "supervisor") as former,
        opened(city, port, "other_head") as present,
        city.call_as("admin") as admin,
    ):
        await former.until("ready")
        await present.until("ready")
        async with city.database.sessions.begin() as db:
            post = Post(
                region_id=city.region.id,
                id=uuid7(),
                unit_id=city.units["roads"].id,
                kind="EXECUTIVE",
                title="Pelaksana jalan",
            )
            db.add(post)
        moved = await admin.post(
            "/v1/appointments",
            json={
                "employee_id": str(city.id("staff")),
                "position_id": str(post.id),
                "kind": "DEFINITIVE",
                "valid_from": "2026-11-20",
                "ends_current": True,
            },
        )
        assert moved.status_code == 201, moved.text
        # At once, in the same look at the journal as the transfer itself.
        told = await happen(city, row(city, unit_id=city.units["roads"].id))
        marker = await mark(city)
        assert await told_until(former, marker) == []
        assert await told_until(present, marker) == told


async def test_a_delegate_is_told_while_the_delegation_holds(city: City, port: int) -> None:
    async with opened(city, port, "chief") as stream, city.call_as("supervisor") as supervisor:
        await stream.until("ready")
        await happen(city, row(city))
        assert await told_until(stream, await mark(city)) == []
        given = await delegated(city, "supervisor", "chief")
        told = await happen(city, row(city), row(city, "plan"))
        marker = await mark(city)
        # A delegate decides about work; plans are not his.
        assert await told_until(stream, marker) == told[:1]
        url = f"/v1/verification-delegations/{given['id']}/revocation"
        revoked = await supervisor.post(url, headers=ONE)
        assert revoked.is_success, revoked.text
        await happen(city, row(city))
        marker = await mark(city)
        assert await told_until(stream, marker) == []


async def test_a_role_that_is_taken_away_stops_the_telling(city: City, port: int) -> None:
    async with opened(city, port, "admin") as stream:
        await stream.until("ready")
        told = await happen(city, row(city))
        assert (await stream.next()).about == told[0]
        async with city.database.sessions.begin() as db:
            await db.execute(
                text("update role_grants set valid = '[2020-01-01,2026-11-20)' where region_id = :region"),
                {"region": city.region.id},
            )
            await db.execute(insert(JournalEntry), [row(city, "role_grant", "nobody")])
        await happen(city, row(city))
        marker = await mark(city)
        assert await told_until(stream, marker) == []


async def test_a_change_of_authority_that_only_is_announced_counts_too(city: City, port: int) -> None:
    async with opened(city, port, "admin") as stream:
        await stream.until("ready")
        told = await happen(city, row(city))
        assert (await stream.next()).about == told[0]
        await stand_at(city, "works")
        await happen(city, row(city))
        still = await happen(city, row(city, about="other_staff"))
        assert (await stream.next()).about == still[0]


async def test_a_lost_database_is_waited_for_and_nothing_is_lost(city: City, settings: Settings) -> None:
    assert settings.database_url is not None
    url = make_url(settings.database_url)
    line = Line(url.host or "", url.port or 5432)
    behind = url.set(host="127.0.0.1", port=await line.start())
    try:
        address = behind.render_as_string(hide_password=False)
        async with (
            served(settings, database_url=address) as server,
            opened(city, server.port, "staff") as stream,
        ):
            await stream.until("ready")
            for number in range(1, 4):
                line.arm(lines.Cut(0, Until.NOTHING))
                while line.cuts < number:  # noqa: ASYNC110 (it has no event for it)
                    await asyncio.sleep(0.01)
            told = await happen(city, row(city), row(city))
            assert [(await stream.next()).about for _ in range(2)] == told
    finally:
        line.stop()


async def test_what_was_missed_too_long_ago_or_is_too_much_is_to_be_loaded_anew(
    city: City, settings: Settings
) -> None:
    async with served(settings, event_replay_entries=3) as server:
        async with opened(city, server.port, "staff") as stream:
            ready = await stream.next()
        hub: Hub = server.app.state.events
        here = await feed.current(city.database.pool)
        old = written(hub.keyring, city.region.id, Place(here, city.now - timedelta(hours=25)))
        elsewhere = Position(here.epoch, Snapshot(here.seen.end + 1_000_000))
        restored = written(hub.keyring, city.region.id, Place(elsewhere, city.now))
        await happen(city, *(row(city) for _ in range(4)))
        for id, reason in ((ready.id, "TOO_MANY"), (old, "TOO_OLD"), (restored, "RESTORED")):
            async with opened(city, server.port, "staff", last_id=id) as stream:
                reset = await stream.next()
                assert (reset.name, reset.data) == ("reset", {"reason": reason})
                assert (await stream.next()).name == "ready"
                told = await happen(city, row(city))
                assert (await stream.next()).about == told[0]


async def test_open_streams_are_limited_for_each_caller_and_for_the_process(
    city: City, settings: Settings
) -> None:
    async with served(settings, event_streams=3, event_streams_each=2) as server, AsyncExitStack() as stack:
        for person in ("staff", "staff", "supervisor"):
            stream = await stack.enter_async_context(opened(city, server.port, person))
            await stream.until("ready")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
            answers = {
                person: await client.get(
                    "/v1/events", headers={"Authorization": f"Bearer {city.tokens[person]}"}
                )
                for person in ("staff", "chief")
            }
        assert answers["staff"].json()["code"] == "EVENT_STREAMS_TOO_MANY"
        assert answers["chief"].json()["code"] == "EVENT_STREAMS_FULL"
        for answer in answers.values():
            assert answer.status_code == 429
            assert int(answer.headers["retry-after"]) > 0
        await stack.aclose()
        await asyncio.sleep(0.2)
        async with opened(city, server.port, "staff") as stream:
            await stream.until("ready")


async def test_the_answer_is_passed_on_uncompressed_and_unbuffered(city: City, port: int) -> None:
    async with opened(city, port, "staff") as stream:
        headers = stream.response.headers
        assert "content-encoding" not in headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-accel-buffering"] == "no"


async def test_a_silent_stream_shows_signs_of_life_and_moves_on(
    city: City, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asn_api.areas.events.telling.HEARTBEAT_SECONDS", 0.1)
    async with opened(city, port, "staff") as stream:
        ready = await stream.next()
        await happen(city, row(city, about="other_staff"))
        for _ in range(100):
            if stream.last_id != ready.id:
                break
            await asyncio.sleep(0.05)
        assert stream.last_id != ready.id


async def test_listeners_are_counted_and_forgotten(city: City, settings: Settings) -> None:
    async with served(settings) as server:
        before = len(asyncio.all_tasks())
        async with opened(city, server.port, "staff") as stream:
            await stream.until("ready")
            assert REGISTRY.get_sample_value("asn_event_listeners") == 1
        hub: Hub = server.app.state.events
        for _ in range(40):
            if hub._task is None and len(asyncio.all_tasks()) <= before:
                break
            await asyncio.sleep(0.05)
        assert REGISTRY.get_sample_value("asn_event_listeners") == 0
        assert (hub._streams, hub._rooms, hub._task) == (set(), {}, None)


async def test_a_server_that_is_told_to_stop_says_so_and_stops_at_once(
    city: City, settings: Settings
) -> None:
    assert settings.encryption_keys is not None
    real = replace(city, now=datetime.now(UTC))
    async with city.database.sessions.begin() as db:
        await sign_in(db, real, "staff")
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    told = {
        "ASN_ENVIRONMENT": "demo",
        "ASN_DATABASE_URL": settings.libpq,
        "ASN_ENCRYPTION_KEYS": settings.encryption_keys.get_secret_value(),
        "ASN_PORT": str(port),
        "ASN_ISSUER": settings.issuer,
        "PYTHONPATH": os.path.dirname(os.path.dirname(asn_api.__file__)),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "asn_api", "serve", env=os.environ | told, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            for _ in range(200):
                try:
                    if (await client.get("/livez")).status_code == 200:
                        break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        async with opened(real, port, "staff") as stream:
            await stream.until("ready")
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert [(each.name, each.data["reason"]) for each in await stream.rest()] == [
                ("resume", "SHUTDOWN")
            ]
            await asyncio.wait_for(process.wait(), 20)
            assert time.monotonic() - began < 3
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_the_sets_in_memory_say_what_the_sql_of_visibility_says(city: City) -> None:
    """For every caller and permission, about everybody, with a delegation in force."""
    await delegated(city, "supervisor", "chief")
    await delegated(city, "other_head", "other_staff")
    await letters.assigned(city)
    await third_party(city, "viewer", *Permission)
    wide = 0
    for caller in [*city.people, "viewer"]:
        known = await city.app.state.authority.standing(city.tokens[caller], city.now)
        views = await reach.views(city.database, known.actor, city.now)
        assert views.keys() == known.actor.permissions.keys() & PERMISSIONS
        for permission, view in views.items():
            access = Access(known.actor, permission, known.actor.permissions[permission], city.now)
            own, unit = Appointment.employee_id, Appointment.unit_id
            everybody = select(own, unit).where(Appointment.region_id == city.region.id)
            async with city.database.sessions() as db:
                seen = (await db.execute(everybody.where(records_within(access, own, unit)))).all()
                rows = (await db.execute(everybody)).all()
            assert {each for each in rows if view.holds(*each)} == set(seen), (caller, permission)
            wide += view.is_wide
    assert wide > 3


def test_a_snapshot_reads_back_as_it_was_written() -> None:
    for given in ("5:5:", "7:20:7,9,15"):
        assert str(Snapshot.parse(given)) == given
    before, after = Snapshot.parse("7:20:7,15"), Snapshot.parse("15:31:15,22")
    assert list(before.unseen(after)) == [(7, 7), (15, 15), (20, 30)]
    assert list(after.unseen(after)) == [(15, 15), (22, 22)]


def test_what_is_followed_is_named_once() -> None:
    assert len(FOLLOWED) == len(set(FOLLOWED))
    assert not ABOUT_THE_STREAM & {kind.type for kind in KINDS.values()}


async def test_reading_in_small_steps_finds_each_entry_once(city: City) -> None:
    pool = city.database.pool
    position = await feed.current(pool)
    cut = Cut([city.region.id], ["activity"])
    wanted = await happen(city, *(row(city) for _ in range(7)), row(city, "device"))
    target = await feed.snapshot(pool)
    found: list[Any] = []
    later = await happen(city, row(city))
    while position.until is not None or position.seen != target:
        entries, _, position = await feed.step(pool, position, target, cut, 3)
        found += entries
    assert [str(each["entity_id"]) for each in found] == wanted[:7]
    everything = Position(position.epoch, Snapshot(1))
    others = [city.id("colleague")], [city.units["works"].id]
    for people, units, expected in (
        ([city.id("staff")], [], wanted[:7]),
        ([city.id("staff")], others[1], wanted[:7]),
        (others[0], [city.units["ward"].id], wanted[:7]),
        (*others, []),
        ([], [], []),
    ):
        narrow = replace(cut, people=people, units=units)
        entries, _, _ = await feed.step(pool, everything, target, narrow, 100)
        assert [str(each["entity_id"]) for each in entries] == expected
        assert await feed.count(pool, everything, target, narrow, 100) == len(expected)
        assert await feed.count(pool, everything, target, narrow, 5) == min(5, len(expected))
    for units in ([], [city.units["works"].id]):
        narrow = replace(cut, people=[], units=units, everybody=["activity"])
        entries, _, _ = await feed.step(pool, everything, target, narrow, 100)
        assert [str(each["entity_id"]) for each in entries] == wanted[:7]
    third = Position(position.epoch, Snapshot(1), target, found[2]["seq"])
    assert await feed.count(pool, third, target, cut, 100) == 4
    now = await feed.snapshot(pool)
    assert await feed.count(pool, third, now, cut, 100) == 5
    assert later[0] not in {str(each["entity_id"]) for each in found}
