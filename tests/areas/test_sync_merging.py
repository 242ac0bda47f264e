"""Two devices change one record: disjoint fields are merged, the same field waits for a person, no text is lost."""

from typing import Any

import pytest

from asn_api.core.mapping import uuid7
from tests.areas.test_activities import activity
from tests.areas.test_sync import operation, push
from tests.factories import City

MINE = "Menyusun laporan layanan terpadu kecamatan"
OTHER = "Menyusun laporan dari ruang rapat lantai dua"


async def draft(client: Any) -> str:
    id = str(uuid7())
    [result] = await push(client, operation(id=id, submit=False, data=activity()))
    assert result["status"] == "applied"
    return id


async def edited_online(client: Any, id: str, version: int = 1, **values: Any) -> None:
    answer = await client.put(
        f"/v1/activities/{id}", json=activity(**values), headers={"If-Match": f'"{version}"'}
    )
    assert answer.status_code == 200, answer.text


async def shown(client: Any, id: str) -> dict[str, Any]:
    return (await client.get(f"/v1/activities/{id}")).json()


async def test_changes_of_different_fields_are_merged(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = await draft(staff)
        await edited_online(staff, id, minutes=45)
        late = operation(id=id, base_version=1, data=activity(description=MINE))
        [result] = await push(staff, late)
        [again] = await push(staff, late)
        now = await shown(staff, id)
    assert (result["status"], result["version"], result["retry"]) == ("merged", 3, "NEVER")
    assert (result["current"]["minutes"], result["current"]["description"]) == (45, MINE)
    assert (now["minutes"], now["description"], now["version"]) == (45, MINE, 3)
    assert (again["status"], again["version"], again["receipt"]) == ("duplicate", 3, result["receipt"])


async def test_the_same_field_changed_twice_is_a_conflict_that_keeps_both_texts(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = await draft(staff)
        await edited_online(staff, id, description=OTHER)
        late = operation(id=id, base_version=1, data=activity(description=MINE))
        [result] = await push(staff, late)
        [again] = await push(staff, late)
        waiting = (await staff.get("/v1/sync/conflicts")).json()["data"]
        seen_above = (await supervisor.get("/v1/sync/conflicts")).json()["data"]
        now = await shown(staff, id)
    assert (result["status"], result["retry"], result["fields"]) == ("conflict", "NEVER", ["description"])
    assert (again["status"], again["fields"]) == ("conflict", ["description"])
    assert now["description"] == OTHER, "nothing is overwritten unseen"
    assert [each["data"]["description"] for each in waiting] == [MINE]
    assert [each["op_id"] for each in seen_above] == [late["op_id"]]


async def test_one_call_carries_out_the_proposal_and_then_it_is_a_receipt(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = await draft(staff)
        await edited_online(staff, id, description=OTHER)
        late = operation(id=id, base_version=1, data=activity(description=MINE))
        await push(staff, late)
        url = f"/v1/sync/conflicts/{late['op_id']}/resolution"
        stale = await staff.post(url, json={"decision": "APPLY", "base_version": 1})
        wrong = await staff.post(url, json={"decision": "APPLY", "base_version": 2, "data": {"minutes": 1}})
        done = await staff.post(url, json={"decision": "APPLY", "base_version": 2})
        twice = await staff.post(url, json={"decision": "DISCARD"})
        [again] = await push(staff, late)
        now = await shown(staff, id)
        left = (await staff.get("/v1/sync/conflicts")).json()["data"]
    assert (stale.status_code, stale.json()["current"]["description"]) == (412, OTHER)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "REQUEST_INVALID")
    assert (done.status_code, done.json()["version"]) == (200, 3)
    assert (twice.status_code, twice.json()["code"]) == (409, "CONFLICT_DECIDED")
    assert (again["status"], again["version"]) == ("duplicate", 3)
    assert now["description"] == MINE
    assert left == []


async def test_what_builds_on_a_proposal_keeps_what_was_decided_instead_of_it(city: City) -> None:
    """Typed on top of the proposal before anybody decided: it leaves alone what the decision put there."""
    async with city.call_as("staff") as staff:
        id = await draft(staff)
        await edited_online(staff, id, description=OTHER)
        late = operation(id=id, base_version=1, data=activity(description=MINE))
        values = activity(description=MINE, output_quantity="2")
        child = operation(id=id, base_version=2, after=[late["op_id"]], data=values)
        first = await push(staff, late, child)
        decided = activity(description=f"{MINE}, {OTHER}")
        url = f"/v1/sync/conflicts/{late['op_id']}/resolution"
        answer = await staff.post(url, json={"decision": "APPLY", "base_version": 2, "data": decided})
        [result] = await push(staff, child)
        now = await shown(staff, id)
    assert [each["status"] for each in first] == ["conflict", "held"]
    assert (answer.status_code, answer.json()["version"]) == (200, 3)
    assert (result["status"], result["version"]) == ("merged", 4)
    assert (now["description"], now["output_quantity"]) == (f"{MINE}, {OTHER}", "2")


async def test_what_builds_on_a_discarded_proposal_is_refused_and_kept(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = await draft(staff)
        await edited_online(staff, id, description=OTHER)
        late = operation(id=id, base_version=1, data=activity(description=MINE))
        child = operation("submit", id=id, base_version=2, after=[late["op_id"]])
        first = await push(staff, late, child)
        unrelated = operation("submit", id=id, base_version=2)
        [held] = await push(staff, unrelated)
        await staff.post(f"/v1/sync/conflicts/{late['op_id']}/resolution", json={"decision": "DISCARD"})
        [refused] = await push(staff, child)
        [free] = await push(staff, unrelated)
        kept = (await staff.get("/v1/sync/conflicts?outcome=REJECTED")).json()["data"]
    assert [each["status"] for each in first] == ["conflict", "held"]
    assert held["status"] == "held", "an open conflict stops what follows on the record"
    assert (refused["status"], refused["code"]) == ("rejected", "EARLIER_OPERATION_DISCARDED")
    assert free["status"] == "applied"
    assert [each["op_id"] for each in kept] == [child["op_id"]]


async def test_submitted_and_verified_work_is_never_merged(city: City) -> None:
    async with city.call_as("staff") as staff, city.call_as("supervisor") as supervisor:
        id = await draft(staff)
        submitted = await staff.post(f"/v1/activities/{id}/submission", headers={"If-Match": '"1"'})
        [waiting] = await push(staff, operation(id=id, base_version=1, data=activity(minutes=30)))
        url = f"/v1/activities/{id}/verification"
        await supervisor.post(url, json={}, headers={"If-Match": submitted.headers["ETag"]})
        [decided] = await push(staff, operation(id=id, base_version=1, data=activity(minutes=20)))
        now = await shown(staff, id)
    assert waiting["status"] == "conflict"
    assert decided["status"] == "held", "it waits behind the first conflict"
    assert (now["status"], now["minutes"]) == ("VERIFIED", 120)


async def test_a_merge_that_breaks_a_rule_is_a_conflict(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = await draft(staff)
        await edited_online(staff, id, end_at="2026-11-20T08:30:00+07:00", minutes=30)
        late = operation(id=id, base_version=1, data=activity(start_at="2026-11-20T08:15:00+07:00"))
        [result] = await push(staff, late)
    assert (result["status"], result["code"]) == ("conflict", "INVALID_ACTIVITY")
    assert result["errors"][0]["code"] == "ACTIVITY_MINUTES_EXCEED_DURATION"


async def test_after_a_merge_the_phone_may_go_on_counting(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = await draft(staff)
        await edited_online(staff, id, minutes=45)
        await edited_online(staff, id, 2, minutes=50)
        edit = operation(id=id, base_version=1, data=activity(description=MINE))
        results = await push(staff, edit, operation("submit", id=id, base_version=2))
        now = await shown(staff, id)
    assert [(each["status"], each["version"]) for each in results] == [("merged", 4), ("applied", 5)]
    assert (now["status"], now["minutes"], now["description"]) == ("SUBMITTED", 50, MINE)


async def test_what_was_typed_on_top_of_an_unsent_change_does_not_undo_the_other_side(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = await draft(staff)
        await edited_online(staff, id, minutes=45)
        first = operation(id=id, base_version=1, data=activity(description=MINE))
        second = operation(
            id=id,
            base_version=2,
            after=[first["op_id"]],
            data=activity(description=MINE, output_quantity="2"),
        )
        results = await push(staff, first, second)
        now = await shown(staff, id)
    assert [(each["status"], each["version"]) for each in results] == [("merged", 3), ("merged", 4)]
    assert (now["minutes"], now["description"], now["output_quantity"]) == (45, MINE, "2")


@pytest.mark.parametrize("at_once", [1, 2, 4])
async def test_a_chain_that_lost_its_first_link_does_not_undo_the_other_side_either(
    city: City, at_once: int
) -> None:
    """The person gave up a refused change below all: their counts have a gap, `after` names what they build on.

    Nor does it matter how many the phone sends in one request.
    """
    async with city.call_as("staff") as staff:
        id = await draft(staff)
        await edited_online(staff, id, minutes=45)
        first = operation(id=id, base_version=1, data=activity(description=MINE))
        handed_in = operation("submit", id=id, base_version=3, after=[first["op_id"]])
        back = operation("recall", id=id, base_version=4, after=[handed_in["op_id"]])
        values = activity(description=MINE, output_quantity="2")
        last = operation(id=id, base_version=5, after=[back["op_id"]], data=values)
        chain = [first, handed_in, back, last]
        results = []
        for begin in range(0, len(chain), at_once):
            results += await push(staff, *chain[begin : begin + at_once])
        now = await shown(staff, id)
    assert [each["status"] for each in results] == ["merged", "applied", "applied", "merged"]
    assert (now["minutes"], now["description"], now["output_quantity"]) == (45, MINE, "2")


@pytest.mark.parametrize("sent", [((1,), (2,)), ((1, 2),), ((0, 1, 2),)])
async def test_what_builds_on_a_submission_that_had_to_be_decided_does_not_undo_the_other_side(
    city: City, sent: tuple[tuple[int, ...], ...]
) -> None:
    """Submitted, recalled and changed without a network, while another phone changed another field.

    A phone that missed the answer sends all again after its person has decided on another one.
    """
    async with city.call_as("staff") as staff:
        id = await draft(staff)
        await edited_online(staff, id, minutes=45)
        handed_in = operation("submit", id=id, base_version=1)
        back = operation("recall", id=id, base_version=2, after=[handed_in["op_id"]])
        values = activity(description=MINE)
        last = operation(id=id, base_version=3, after=[back["op_id"]], data=values)
        chain = [handed_in, back, last]
        before = await push(staff, *chain)
        url = f"/v1/sync/conflicts/{handed_in['op_id']}/resolution"
        decided = await staff.post(url, json={"decision": "APPLY", "base_version": 2})
        results = []
        for numbers in sent:
            results += await push(staff, *(chain[number] for number in numbers))
        now = await shown(staff, id)
    assert [each["status"] for each in before] == ["conflict", "held", "held"]
    assert decided.status_code == 200, decided.text
    again = ["duplicate"] * (len(results) - 2)
    assert [each["status"] for each in results] == [*again, "applied", "merged"]
    assert (now["status"], now["minutes"], now["description"]) == ("DRAFT", 45, MINE)


@pytest.mark.parametrize("sent", [((0, 1),), ((0,), (1,))])
async def test_a_deletion_does_not_take_along_what_the_other_side_wrote_meanwhile(
    city: City, sent: tuple[tuple[int, ...], ...]
) -> None:
    """Changed and thrown away without a network, while another phone wrote on: the person decides."""
    async with city.call_as("staff") as staff:
        id = await draft(staff)
        await edited_online(staff, id, output_quantity="7")
        edit = operation(id=id, base_version=1, data=activity(description=MINE))
        gone = operation("delete", id=id, base_version=2, after=[edit["op_id"]])
        results = []
        for numbers in sent:
            results += await push(staff, *([edit, gone][number] for number in numbers))
        now = await shown(staff, id)
        url = f"/v1/sync/conflicts/{gone['op_id']}/resolution"
        decided = await staff.post(url, json={"decision": "APPLY", "base_version": now["version"]})
        after = await staff.get(f"/v1/activities/{id}")
    assert [each["status"] for each in results] == ["merged", "conflict"]
    assert (now["output_quantity"], now["description"]) == ("7", MINE)
    assert decided.status_code == 200, decided.text
    assert after.status_code == 404


async def test_a_later_batch_that_comes_first_is_held_until_the_earlier_one_arrives(city: City) -> None:
    id = str(uuid7())
    create = operation(id=id, submit=False)
    edit = operation(id=id, base_version=1, after=[create["op_id"]], data=activity(description=MINE))
    async with city.call_as("staff") as staff:
        [held] = await push(staff, edit)
        [created] = await push(staff, create)
        [edited] = await push(staff, edit)
    assert (held["status"], held["retry"], held["retry_after"]) == ("held", "LATER", 60)
    assert (created["status"], edited["status"], edited["version"]) == ("applied", "applied", 2)


async def test_a_refused_operation_stays_refused_even_when_it_would_fit_later(city: City) -> None:
    """A request that the network delivers late must not bring back what the person has given up."""
    too_long = operation(data=activity(minutes=120, end_at="2026-11-20T09:00:00+07:00"))
    child = operation("delete", id=too_long["id"], base_version=1, after=[too_long["op_id"]])
    async with city.call_as("staff") as staff:
        first = await push(staff, too_long, child)
        mended = {**too_long, "data": activity()}
        [again] = await push(staff, mended)
        listed = (await staff.get("/v1/me/activities")).json()["data"]
        english = await push(staff, too_long)
        indonesian = await push(staff, too_long, **{"Accept-Language": "id"})
    assert [each["status"] for each in first] == ["rejected", "held"]
    assert (again["status"], again["errors"][0]["code"]) == ("rejected", "ACTIVITY_MINUTES_EXCEED_DURATION")
    assert listed == []
    assert english[0]["errors"][0]["message"] != indonesian[0]["errors"][0]["message"]


async def test_a_change_of_a_deleted_record_is_refused_and_its_text_kept(city: City) -> None:
    async with city.call_as("staff") as staff:
        id = await draft(staff)
        await staff.delete(f"/v1/activities/{id}", headers={"If-Match": '"1"'})
        late = operation(id=id, base_version=1, data=activity(description=MINE))
        [result] = await push(staff, late)
        kept = (await staff.get("/v1/sync/conflicts?outcome=REJECTED")).json()["data"]
    assert (result["status"], result["code"], result["retry"]) == (
        "rejected",
        "RECORD_DELETED",
        "AFTER_CHANGE",
    )
    assert [each["data"]["description"] for each in kept] == [MINE]


async def test_receipts_are_confirmed_and_forged_ones_are_not(city: City) -> None:
    mine, lost = operation(), str(uuid7())
    async with city.call_as("staff") as staff, city.call_as("colleague") as colleague:
        [result] = await push(staff, mine)
        items = [
            {"op_id": mine["op_id"], "receipt": result["receipt"]},
            {"op_id": lost, "receipt": result["receipt"]},
            {"op_id": mine["op_id"]},
            {"op_id": mine["op_id"], "receipt": "9" + result["receipt"]},
        ]
        answer = (await staff.post("/v1/sync/receipts", json={"items": items})).json()["results"]
        other = (await colleague.post("/v1/sync/receipts", json={"items": items[:1]})).json()["results"]
    assert [(each["stored"], each["genuine"]) for each in answer] == [
        (True, True),
        (False, False),
        (True, None),
        (True, False),
    ]
    assert (answer[0]["type"], answer[0]["id"], answer[0]["version"]) == ("activity", mine["id"], 1)
    assert (other[0]["stored"], other[0]["genuine"], other[0]["id"]) == (False, False, None)


async def test_what_was_typed_while_a_merge_was_on_its_way_does_not_undo_the_other_side(city: City) -> None:
    """The phone named the earlier change in `after`: it has not seen yet what the merge brought in."""
    async with city.call_as("staff") as staff:
        id = await draft(staff)
        await edited_online(staff, id, minutes=45)
        first = operation(id=id, base_version=1, data=activity(description=MINE))
        values = activity(description=MINE, output_quantity="2")
        second = operation(id=id, base_version=2, after=[first["op_id"]], data=values)
        clash = operation(
            id=id,
            base_version=3,
            after=[second["op_id"]],
            data={**values, "minutes": 50, "output_unit": "berkas"},
        )
        [one] = await push(staff, first)
        [two] = await push(staff, second)
        [three] = await push(staff, clash)
        now = await shown(staff, id)
    assert (one["status"], two["status"], three["status"]) == ("merged", "merged", "conflict")
    assert three["fields"] == ["minutes"]
    assert (now["minutes"], now["description"], now["output_quantity"]) == (45, MINE, "2")


async def test_saying_what_is_there_already_is_accepted_for_ever_with_a_receipt_that_holds(
    city: City,
) -> None:
    id = str(uuid7())
    first, same = operation(id=id, submit=False), operation(id=id, submit=False)
    child = operation("submit", id=id, base_version=1, after=[same["op_id"]])
    async with city.call_as("staff") as staff:
        await push(staff, first)
        [told] = await push(staff, same)
        items = [{"op_id": same["op_id"], "receipt": told["receipt"]}]
        [confirmed] = (await staff.post("/v1/sync/receipts", json={"items": items})).json()["results"]
        [handed] = await push(staff, child)
        [again] = await push(staff, same)
    assert (told["status"], told["version"], again["status"], again["version"]) == (
        "duplicate",
        1,
        "duplicate",
        1,
    )
    assert (confirmed["stored"], confirmed["genuine"], confirmed["id"]) == (True, True, id)
    assert (handed["status"], handed["version"]) == ("applied", 2)


async def test_what_waits_for_something_that_never_arrives_is_given_back_after_a_week(city: City) -> None:
    old = {"device_at": "2026-11-12T09:00:00+07:00"}
    lost, orphan = str(uuid7()), operation(after=[str(uuid7())])
    async with city.call_as("staff") as staff:
        [held] = await push(staff, orphan)
        [given_back] = await push(staff, operation(after=[lost], **old))
    assert held["status"] == "held"
    assert (given_back["status"], given_back["code"]) == ("rejected", "EARLIER_OPERATION_MISSING")
