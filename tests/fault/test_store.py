"""What the reference client's queue does when changes are built on one that fails."""

from typing import Any

import pytest

from examples.offline_client.store import Store

WORK = {"day": "2026-11-20", "description": "Menyusun konsep surat", "output_unit": "dokumen", "minutes": 30}


@pytest.fixture
def store() -> Any:
    store = Store(":memory:")
    yield store
    store.db.close()


def fails(store: Store, op_id: str) -> None:
    result = {"op_id": op_id, "status": "rejected", "retry": "AFTER_CHANGE", "code": "X", "current": None}
    store.settle([result])


def changed_twice(store: Store) -> tuple[str, str]:
    """A record of the server with a change that is refused and another one on top; ids of record and change."""
    id = "01a20160-0000-7000-8000-000000000001"
    change = {"type": "activity", "id": id, "version": 1, "data": {"id": id, **WORK}}
    store.take({"restarted": [], "changes": [change], "more": False, "next": "token"})
    store.change("activity", "put", id, {**WORK, "minutes": 31})
    store.change("activity", "put", id, {**WORK, "minutes": 31, "description": "Menyusun surat"})
    wrong = store.operations()[0]["op_id"]
    fails(store, wrong)
    return id, wrong


def test_a_change_on_top_of_a_corrected_one_takes_the_correction_over(store: Store) -> None:
    id, wrong = changed_twice(store)
    store.correct(wrong, {**WORK, "minutes": 20, "output_unit": "berkas"})
    expected = {**WORK, "minutes": 20, "output_unit": "berkas", "description": "Menyusun surat"}
    assert store.operations()[-1]["wire"]["data"] == expected
    assert store.shown()[id] == {"id": id, **expected}


def test_a_change_on_top_of_a_discarded_one_goes_without_its_values(store: Store) -> None:
    id, wrong = changed_twice(store)
    store.discard(wrong)
    [left] = store.operations()
    assert left["wire"]["data"] == {**WORK, "description": "Menyusun surat"}
    assert (left["wire"]["base_version"], left["wire"]["after"]) == (1, [])
    assert store.shown()[id]["minutes"] == 30


def test_what_was_built_on_a_discarded_beginning_begins_as_it_did(store: Store) -> None:
    """A draft stays a draft: nobody submits what its owner has not finished."""
    id = store.change("activity", "put", data={**WORK, "minutes": 31}, submit=False)
    store.change("activity", "put", id, WORK)
    wrong = store.operations()[0]["op_id"]
    fails(store, wrong)
    store.discard(wrong)
    [left] = store.operations()
    assert (left["wire"]["base_version"], left["wire"]["after"], left["wire"]["submit"]) == (None, [], False)
    assert store.shown() == {id: {"id": id, **WORK, "status": "DRAFT"}}


def test_what_was_deleted_elsewhere_goes_although_a_refused_change_of_it_is_still_shown(store: Store) -> None:
    change = {"type": "activity", "id": "one", "version": 1, "data": {"id": "one", **WORK}}
    for listed_anew_first in (True, False):
        store.take({"restarted": [], "changes": [change], "more": False, "next": "token"})
        store.change("activity", "submit", "one")
        anew = {"restarted": ["activity"], "changes": [], "more": False, "next": "token"}
        if listed_anew_first:
            store.take(anew)
            assert "one" in store.shown(), "nobody has refused the change yet"
        op_id = store.operations()[-1]["op_id"]
        refused = {"op_id": op_id, "status": "rejected", "retry": "AFTER_CHANGE", "code": "RECORD_DELETED"}
        store.settle([{**refused, "current": None}])
        if not listed_anew_first:
            store.take(anew)
        assert "one" not in store.shown()
        assert [each["op_id"] for each in store.problems()] == [op_id]
        store.discard(op_id)
