"""Evidence records: before or after their files, beside the links of the activity."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from asn_api.access.actor import Access, Actor
from asn_api.access.grants import Permission, Reach
from asn_api.areas.evidence import queries, service
from asn_api.areas.evidence.schemas import EvidenceRecordIn
from asn_api.areas.files import queries as file_queries
from asn_api.core.journal import JournalEntry
from asn_api.core.mapping import uuid7
from asn_api.tables.activities import Activity
from asn_api.tables.employees import Employee
from asn_api.tables.files import Evidence
from tests.areas.races import at_once
from tests.areas.sending import announce, append, hexdigest, pdf, sent
from tests.areas.test_activities import activity, post
from tests.areas.test_files import clean_up, means, stored
from tests.factories import City

LINK = {"url": "https://drive.example.go.id/laporan", "title": "Laporan"}


async def put(
    client: httpx.AsyncClient,
    activity_id: str,
    *,
    id: str | None = None,
    version: int | None = None,
    **given: Any,
) -> httpx.Response:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    body = {"activity_id": activity_id, **(given or LINK)}
    return await client.put(f"/v1/evidence/{id or uuid7()}", json=body, headers=headers)


async def entries(city: City, id: str) -> list[JournalEntry]:
    async with city.database.sessions() as db:
        rows = await db.scalars(
            select(JournalEntry)
            .where(JournalEntry.region_id == city.region.id, JournalEntry.entity_id == UUID(id))
            .order_by(JournalEntry.seq)
        )
        return list(rows)


async def test_a_record_may_come_before_its_photo(city: City) -> None:
    file_id, id = str(uuid7()), str(uuid7())
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        reported = await post(staff)
        made = await put(
            staff,
            reported["id"],
            id=id,
            file_id=file_id,
            sha256=hexdigest(pdf()),
            taken_at="2026-11-20T09:00:00+07:00",
        )
        early = await supervisor.get(f"/v1/files/{file_id}")
        await sent(staff, pdf(), id=file_id)
        seen = (await supervisor.get(f"/v1/activities/{reported['id']}/evidence")).json()["data"]
        got = await supervisor.get(f"/v1/files/{file_id}/content")
    assert (made.status_code, made.headers["etag"][:3]) == (201, '"1-')
    assert made.json()["file"] == {
        "id": file_id,
        "state": "PENDING",
        "size": None,
        "media_type": None,
        "sha256": None,
    }
    assert made.json()["day"] == reported["day"]
    assert early.status_code == 404
    assert seen[0]["file"] == {
        "id": file_id,
        "state": "RECEIVED",
        "size": len(pdf()),
        "media_type": "application/pdf",
        "sha256": hexdigest(pdf()),
    }
    assert got.content == pdf()
    news = await entries(city, id)
    assert [(each.action, each.version) for each in news] == [("CREATE", 1), ("FILE_RECEIVED", 1)]
    assert all(each.unit_id is not None and each.employee_id == city.id("staff") for each in news)


async def test_a_phone_that_waits_for_the_photo_is_told_when_it_is_there(city: City) -> None:
    file_id = str(uuid7())
    async with city.call_as("staff") as staff:
        made = await put(staff, (await post(staff))["id"], file_id=file_id)
        place, known = made.headers["location"], {"If-None-Match": made.headers["etag"]}
        waiting = await staff.get(place, headers=known)
        await sent(staff, pdf(), id=file_id)
        arrived = await staff.get(place, headers=known)
    assert waiting.status_code == 304
    assert (arrived.status_code, arrived.json()["file"]["state"], arrived.json()["version"]) == (
        200,
        "RECEIVED",
        made.json()["version"],
    )


async def test_a_record_is_created_once_replaced_and_deleted(city: City) -> None:
    id = str(uuid7())
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        reported = await post(staff)
        other = await post(
            staff, start_at="2026-11-20T07:00:00+07:00", end_at="2026-11-20T07:30:00+07:00", minutes=30
        )
        made = await put(staff, reported["id"], id=id)
        again = await put(staff, reported["id"], id=id)
        different = await put(staff, reported["id"], id=id, url="https://example.go.id/lain")
        foreign = await put(colleague, (await post(colleague))["id"], id=id)
        replaced = await put(staff, reported["id"], id=id, version=1, url="https://example.go.id/lain")
        unchanged = await put(staff, reported["id"], id=id, version=2, url="https://example.go.id/lain")
        stale = await put(staff, reported["id"], id=id, version=1)
        moved = await put(staff, other["id"], id=id, version=3)
        absent = await put(staff, reported["id"], version=1)
        deleted = await staff.delete(f"/v1/evidence/{id}", headers={"If-Match": '"3"'})
        gone = await staff.delete(f"/v1/evidence/{id}", headers={"If-Match": '"3"'})
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.headers["location"] == f"/v1/evidence/{id}"
    assert (different.status_code, different.json()["code"]) == (409, "EVIDENCE_ID_TAKEN")
    assert foreign.json()["code"] == "EVIDENCE_ID_TAKEN"
    assert (replaced.status_code, replaced.json()["version"], replaced.json()["title"]) == (200, 2, None)
    assert unchanged.json()["version"] == 3
    assert (stale.status_code, stale.json()["current"]["version"]) == (412, 3)
    assert (moved.status_code, moved.json()["code"]) == (409, "EVIDENCE_ACTIVITY_FIXED")
    assert absent.status_code == 404
    assert (deleted.status_code, gone.status_code) == (204, 404)
    assert [each.action for each in await entries(city, id)] == ["CREATE", "EDIT", "EDIT", "DELETE"]
    assert (await entries(city, id))[-1].version == 4


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"title": "Foto"}, "EVIDENCE_FILE_OR_URL"),
        ({**LINK, "file_id": str(uuid7())}, "EVIDENCE_FILE_OR_URL"),
        ({"url": "http://example.go.id"}, "ACTIVITY_EVIDENCE_NOT_HTTPS"),
        ({**LINK, "sha256": "0" * 64}, "EVIDENCE_SHA256_OF_LINK"),
    ],
)
async def test_what_is_wrong_with_a_record_is_named(city: City, given: dict[str, Any], code: str) -> None:
    async with city.call_as("staff") as staff:
        answer = await put(staff, (await post(staff))["id"], **given)
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_EVIDENCE")
    assert [each["code"] for each in answer.json()["errors"]] == [code]


async def test_another_photo_than_the_one_that_arrived_is_noticed(city: City) -> None:
    async with city.call_as("staff") as staff:
        file_id = await sent(staff, pdf())
        answer = await put(staff, (await post(staff))["id"], file_id=file_id, sha256="0" * 64)
    assert [each["code"] for each in answer.json()["errors"]] == ["EVIDENCE_SHA256_DIFFERS"]


async def test_naming_somebody_elses_file_opens_nothing(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        file_id = await sent(staff, pdf())
        made = await put(colleague, (await post(colleague))["id"], file_id=file_id)
        metadata = await colleague.get(f"/v1/files/{file_id}")
        content = await colleague.get(f"/v1/files/{file_id}/content")
    assert made.json()["file"]["state"] == "PENDING"
    assert (metadata.status_code, content.status_code) == (404, 404)


async def test_a_verified_activity_keeps_its_evidence(city: City) -> None:
    id = str(uuid7())
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        reported = await post(staff)
        await put(staff, reported["id"], id=id)
        url = f"/v1/activities/{reported['id']}/verification"
        assert (await supervisor.post(url, json={}, headers={"If-Match": '"1"'})).status_code == 200
        answers = [
            await put(staff, reported["id"]),
            await put(staff, reported["id"], id=id, version=1, url="https://example.go.id/lain"),
            await staff.delete(f"/v1/evidence/{id}", headers={"If-Match": '"1"'}),
        ]
        harmless = await put(staff, reported["id"], id=id)
    assert {(each.status_code, each.json()["code"]) for each in answers} == {
        (409, "EVIDENCE_ACTIVITY_VERIFIED")
    }
    assert harmless.status_code == 200


async def test_links_and_records_are_counted_together(city: City) -> None:
    links = [{"url": f"https://example.go.id/{number}"} for number in range(3)]
    async with city.call_as("staff") as staff:
        reported = await post(staff, evidence=links)
        answers = [await put(staff, reported["id"]) for _ in range(3)]
        recalled = await staff.post(f"/v1/activities/{reported['id']}/recall", headers={"If-Match": '"1"'})
        more_links = activity(evidence=[*links, {"url": "https://example.go.id/4"}])
        url = f"/v1/activities/{reported['id']}"
        edited = await staff.put(url, json=more_links, headers={"If-Match": recalled.headers["etag"]})
        fewer = activity(evidence=links[:1])
        fits = await staff.put(url, json=fewer, headers={"If-Match": recalled.headers["etag"]})
    assert [each.status_code for each in answers] == [201, 201, 422]
    assert answers[2].json()["errors"][0]["code"] == "ACTIVITY_TOO_MUCH_EVIDENCE"
    assert edited.json()["errors"][0]["code"] == "ACTIVITY_TOO_MUCH_EVIDENCE"
    assert fits.status_code == 200


async def test_of_two_last_records_at_once_one_is_refused(city: City) -> None:
    links = [{"url": f"https://example.go.id/{number}"} for number in range(4)]
    async with city.call_as("staff") as one, city.call_as("staff") as two:
        reported = await post(one, evidence=links)
        held = select(Employee.id).where(Employee.id == city.id("staff"))
        answers = await at_once(city, put(one, reported["id"]), put(two, reported["id"]), held=held)
    assert sorted(each.status_code for each in answers) == [201, 422]


async def test_an_activity_takes_its_evidence_with_it(city: City) -> None:
    id = str(uuid7())
    async with city.call_as("staff") as staff:
        reported = await post(staff, submit=False)
        await put(staff, reported["id"], id=id)
        deleted = await staff.delete(f"/v1/activities/{reported['id']}", headers={"If-Match": '"1"'})
        listed = (await staff.get("/v1/evidence")).json()["data"]
    assert deleted.status_code == 204, deleted.text
    assert listed == []
    last = (await entries(city, id))[-1]
    assert (last.entity, last.action, last.version) == ("evidence", "DELETE", 2)
    assert last.changes["url"] == [LINK["url"], None]
    assert last.changes["activity_id"] == [reported["id"], None]
    assert (last.employee_id, last.actor_id) == (city.id("staff"), city.id("staff"))
    async with city.database.sessions() as db:
        left = select(func.count()).select_from(Activity).where(Activity.region_id == city.region.id)
        assert await db.scalar(left) == 0


async def test_evidence_moves_with_its_activity_to_another_day(city: City) -> None:
    id = str(uuid7())
    async with city.call_as("staff") as staff:
        reported = await post(staff, submit=False)
        await put(staff, reported["id"], id=id)
        other_day = activity(day="2026-11-19", end_at="2026-11-19T10:00:00+07:00")
        moved = await staff.put(
            f"/v1/activities/{reported['id']}", json=other_day, headers={"If-Match": '"1"'}
        )
        [shown] = (await staff.get("/v1/evidence", params={"day": "2026-11-19"})).json()["data"]
    assert moved.status_code == 200, moved.text
    assert (shown["id"], shown["day"], shown["version"]) == (id, "2026-11-19", 1)
    assert [(each.action, each.version) for each in await entries(city, id)] == [("CREATE", 1), ("MOVE", 1)]


async def test_a_named_file_is_kept_and_cannot_be_deleted(city: City) -> None:
    id = str(uuid7())
    tus = {"Tus-Resumable": "1.0.0"}
    async with city.call_as("staff") as staff:
        file_id = await sent(staff, pdf())
        await put(staff, (await post(staff))["id"], id=id, file_id=file_id)
        refused = await staff.delete(f"/v1/files/{file_id}", headers=tus)
        await clean_up(means(city, days=400), str(city.region.id))
        assert await stored(city, file_id) is not None
        await staff.delete(f"/v1/evidence/{id}", headers={"If-Match": '"1"'})
        ended = await staff.delete(f"/v1/files/{file_id}", headers=tus)
    assert (refused.status_code, refused.json()["code"]) == (409, "FILE_NAMED_BY_EVIDENCE")
    assert ended.status_code == 204


async def test_a_file_that_was_named_at_the_last_moment_is_not_forgotten(city: City) -> None:
    """The clean-up had already chosen it."""
    async with city.call_as("staff") as staff:
        file_id = await sent(staff, pdf())
        await put(staff, (await post(staff))["id"], file_id=file_id)
    async with city.database.sessions() as db, db.begin():
        gone = await db.scalars(file_queries.forgotten(acting(city, "staff"), [UUID(file_id)]))
        assert list(gone) == []


async def test_a_refused_file_shows_in_its_record(city: City) -> None:
    file_id = str(uuid7())
    async with city.call_as("staff") as staff:
        reported = await post(staff)
        await put(staff, reported["id"], file_id=file_id)
        begun = await announce(staff, b"no photo", id=file_id)
        await append(staff, begun.headers["location"], 0, b"no photo")
        [shown] = (await staff.get(f"/v1/activities/{reported['id']}/evidence")).json()["data"]
    assert shown["file"]["state"] == "REFUSED"


async def test_evidence_is_found_by_day_person_activity_and_what_waits(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        waiting = await post(staff)
        draft = await post(staff, submit=False, day="2026-11-19", end_at="2026-11-19T10:00:00+07:00")
        ids = [(await put(staff, each["id"])).json()["id"] for each in (waiting, draft)]

        async def found(client: httpx.AsyncClient, **wanted: Any) -> list[str]:
            answer = await client.get("/v1/evidence", params=wanted)
            assert answer.status_code == 200, answer.text
            return [each["id"] for each in answer.json()["data"]]

        assert await found(staff) == [ids[1], ids[0]]
        assert await found(supervisor, waiting_for_me="true") == [ids[0]]
        assert await found(supervisor, **{"day[gte]": "2026-11-20"}) == [ids[0]]
        assert await found(supervisor, **{"day[lte]": "2026-11-19"}) == [ids[1]]
        assert await found(supervisor, day="2026-11-19") == [ids[1]]
        assert await found(supervisor, activity_id=waiting["id"]) == [ids[0]]
        assert await found(supervisor, employee_id=str(city.id("colleague"))) == []
        page = (await staff.get("/v1/evidence", params={"limit": "1"})).json()
        following = {"limit": "1", "cursor": page["page"]["next"]}
        assert [each["id"] for each in page["data"]] == [ids[1]]
        assert await found(staff, **following) == [ids[0]]


async def test_a_batch_of_a_phone_can_use_the_same_functions(city: City) -> None:
    """With the phone's id of the change, by which its journal row is found again."""
    id, operation = uuid7(), uuid7()
    async with city.call_as("staff") as staff:
        reported = await post(staff)
    async with city.database.sessions() as db, db.begin():
        access = acting(city, "staff")
        values = EvidenceRecordIn(activity_id=reported["id"], **LINK)
        assert await service.put(db, access, id, values, None, operation) == 1
        assert (await queries.by_ids(db, access, [id, uuid7()]))[id]["url"] == LINK["url"]
        assert await service.remove(db, access, id, 1, uuid7()) == 2
    assert (await entries(city, str(id)))[0].operation_id == operation
    async with city.database.sessions() as db:
        assert await db.get(Evidence, (city.region.id, id)) is None


def acting(city: City, person: str) -> Access:
    account = city.accounts[person]
    actor = Actor(city.region.id, account.id, (), city.region.zone, account.id, city.id(person))
    return Access(actor, Permission.ACTIVITIES_RECORD, frozenset({(Reach.OWN, "")}), city.now)


async def test_the_same_photo_for_two_activities_is_shown_to_the_verifier(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        one, other = str(uuid7()), str(uuid7())
        await put(staff, (await post(staff))["id"], id=one, file_id=await sent(staff, pdf()))
        alone = (await staff.get("/v1/evidence")).json()["data"]
        await put(colleague, (await post(colleague))["id"], id=other, file_id=await sent(colleague, pdf()))
        async with city.call_as("supervisor") as supervisor:
            both = (await supervisor.get("/v1/evidence")).json()["data"]
        after = (await staff.get("/v1/evidence")).json()["data"]
    assert [each["used_elsewhere"] for each in (*alone, *after)] == [False, False], (
        "no oracle of others' files"
    )
    assert {each["id"]: each["used_elsewhere"] for each in both} == {one: True, other: True}
