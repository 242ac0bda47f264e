"""Progress travels in the same envelope as activities, in one batch and with the same fates."""

from typing import Any

from asn_api.core.mapping import uuid7
from tests.areas.test_delegations import delegated
from tests.areas.test_progress import planned, report
from tests.areas.test_sync import operation, push
from tests.areas.test_sync_pull import Phone
from tests.factories import City


def progressed(action: str = "put", **given: Any) -> dict[str, Any]:
    return {
        "op_id": str(uuid7()),
        "type": "progress",
        "action": action,
        "id": str(uuid7()),
        "device_at": "2026-11-20T09:55:00+07:00",
        **given,
    }


async def test_progress_and_activities_go_in_one_batch_and_come_back_by_pull(city: City) -> None:
    _, mine = await planned(city)
    told = progressed(data=report(mine))
    bad = progressed(data={**report(mine), "day": "2027-02-01"})
    async with city.call_as("staff") as staff:
        results = await push(staff, operation(), told, bad, operation())
        again = await push(staff, told, bad)
        phone = Phone(staff)
        await phone.pull()
    assert [each["status"] for each in results] == ["applied", "applied", "rejected", "applied"]
    assert results[2]["errors"], "the refusal names the field"
    assert [each["status"] for each in again] == ["duplicate", "rejected"]
    assert again[0]["receipt"] == results[1]["receipt"]
    assert phone.ids("progress") == {told["id"]}


async def test_progress_is_merged_deleted_and_conflicts_like_an_activity(city: City) -> None:
    _, mine = await planned(city)
    first = progressed(data=report(mine))
    id = first["id"]
    note = progressed(id=id, base_version=1, data={**report(mine), "note": "Sesuai jadwal"})
    value = progressed(id=id, base_version=1, data={**report(mine), "value": "7"})
    other = progressed(id=id, base_version=1, data={**report(mine), "value": "8"})
    async with city.call_as("staff") as staff:
        await push(staff, first)
        [noted] = await push(staff, note)
        [merged] = await push(staff, value)
        [clash] = await push(staff, other)
        url = f"/v1/sync/conflicts/{other['op_id']}/resolution"
        done = await staff.post(url, json={"decision": "APPLY", "base_version": 3})
        [gone] = await push(staff, progressed("delete", id=id, base_version=4))
    assert (noted["status"], noted["version"]) == ("applied", 2)
    assert (merged["status"], merged["current"]["note"]) == ("merged", "Sesuai jadwal")
    assert (clash["status"], clash["fields"]) == ("conflict", ["value"])
    assert (done.status_code, done.json()["version"]) == (200, 4)
    assert (gone["status"], gone["version"]) == ("applied", 5)


async def test_a_rejection_reaches_the_phone_as_a_notification_and_nobody_elses(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        mine = operation()
        await push(staff, mine)
        own, above = Phone(staff), Phone(supervisor)
        await own.pull()
        url = f"/v1/activities/{mine['id']}/rejection"
        await supervisor.post(url, json={"comment": "Lampirkan bukti"}, headers={"If-Match": '"1"'})
        await own.pull()
        await above.pull()
        [id] = own.ids("notification")
        await staff.post(f"/v1/me/notifications/{id}/reading")
        await own.pull()
    assert own.records["notification", id]["kind"] == "ACTIVITY_REJECTED"
    assert own.records["notification", id]["read_at"] is not None
    assert above.ids("notification") == set()


def shown_by(action: str = "put", **given: Any) -> dict[str, Any]:
    return {**progressed(action, **given), "type": "evidence"}


async def test_evidence_follows_its_activity_in_the_same_batch_or_waits_for_it(city: City) -> None:
    work, later = operation(submit=False), operation()
    link = shown_by(data={"activity_id": work["id"], "url": "https://contoh.go.id/foto/1"})
    early = shown_by(data={"activity_id": later["id"], "file_id": str(uuid7()), "sha256": "a" * 64})
    handed = operation("submit", id=work["id"], base_version=1, after=[link["op_id"]])
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        results = await push(staff, work, link, early, handed)
        settled = await push(staff, later, early)
        phone, above = Phone(staff), Phone(supervisor)
        await phone.pull()
        await above.pull()
    assert [each["status"] for each in results] == ["applied", "applied", "held", "applied"]
    assert results[2]["retry"] == "LATER"
    assert [each["status"] for each in settled] == ["applied", "applied"]
    assert phone.ids("evidence") == above.ids("evidence") == {link["id"], early["id"]}
    assert phone.records["evidence", early["id"]]["file"]["state"] == "PENDING"


async def test_evidence_of_verified_work_is_refused_and_a_deleted_activity_takes_its_evidence(
    city: City,
) -> None:
    work, draft = operation(), operation(submit=False)
    link = shown_by(data={"activity_id": draft["id"], "url": "https://contoh.go.id/foto/2"})
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        await push(staff, work, draft, link)
        phone = Phone(staff)
        await phone.pull()
        url = f"/v1/activities/{work['id']}/verification"
        await supervisor.post(url, json={}, headers={"If-Match": '"1"'})
        late = shown_by(data={"activity_id": work["id"], "url": "https://contoh.go.id/foto/3"})
        [refused] = await push(staff, late)
        [gone] = await push(staff, operation("delete", id=draft["id"], base_version=1))
        behind = shown_by(data={"activity_id": draft["id"], "url": "https://contoh.go.id/foto/4"})
        [orphan] = await push(staff, behind)
        await phone.pull()
    assert (orphan["status"], orphan["code"]) == ("rejected", "EVIDENCE_ACTIVITY_DELETED")
    assert (refused["status"], refused["code"]) == ("rejected", "EVIDENCE_ACTIVITY_VERIFIED")
    assert gone["status"] == "applied"
    assert phone.ids("evidence") == set()


async def test_a_delegate_pulls_the_teams_work_but_not_its_plans(city: City) -> None:
    _, mine = await planned(city)
    work, told = operation(), progressed(data=report(mine))
    async with city.call_as("staff") as staff:
        await push(staff, work, told)
    await delegated(city, "supervisor", "colleague")
    async with city.call_as("colleague") as colleague:
        phone = Phone(colleague)
        await phone.pull()
    assert phone.ids() == {work["id"]}
    assert phone.ids("plan") == phone.ids("progress") == set()
