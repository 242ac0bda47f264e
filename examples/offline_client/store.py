"""The phone's memory, one SQLite file. Each public method is one transaction: killing the app is harmless."""

import json
import math
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

Json = dict[str, Any]
SCHEMA = """
create table if not exists state (name primary key, value);
create table if not exists records (type, id, version, data, stale, primary key (type, id));
create table if not exists operations
  (seq integer primary key autoincrement, op_id unique, type, id, state, not_before, wire, result);
create view if not exists waiting as select id from operations where state = 'QUEUED';
create table if not exists receipts (op_id primary key, receipt, seq, wire, stored);
"""
QUEUED, REJECTED, CONFLICT = "QUEUED", "REJECTED", "CONFLICT"


def uuid7() -> str:
    """Ids are made here, once, and sent again as they are: that makes every repetition harmless."""
    number = time.time_ns() // 1_000_000 << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62
    return str(UUID(int=number | secrets.randbits(62)))


class Store:
    def __init__(self, path: Any, clock: Any = lambda: datetime.now().astimezone()) -> None:
        self.clock = clock
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.executescript(SCHEMA)

    @contextmanager
    def step(self) -> Iterator[None]:
        """All or nothing."""
        self.db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self.db.execute("rollback")
            raise
        self.db.execute("commit")

    def get(self, name: str, default: Any = None) -> Any:
        """A small fact: the device's id, the refresh token, where the next pull begins."""
        row = self.db.execute("select value from state where name = ?", (name,)).fetchone()
        return json.loads(row["value"]) if row else default

    def put(self, **facts: Any) -> None:
        for name, value in facts.items():
            self.db.execute("insert or replace into state values (?, ?)", (name, json.dumps(value)))

    def change(self, type: str, action: str, id: str = "", data: Any = None, submit: bool = True) -> str:
        """Queue one change of one record and give the record's id; without `id` the record is new."""
        with self.step():
            id = id or uuid7()
            base, after = self._base(type, id)
            if data and "activity_id" in data:
                after += self._base("activity", data["activity_id"])[1]
            wire: Json = {"op_id": uuid7(), "type": type, "action": action, "id": id, "base_version": base}
            wire |= {"after": after, "device_at": self.clock().isoformat(), "data": data}
            if type == "activity" and action == "put" and base is None:
                wire["submit"] = submit
            self._queue(wire)
            return id

    def _base(self, type: str, id: str) -> tuple[int | None, list[str]]:
        """What a change builds on: the last unsent one, counting on from it, or else the server's copy."""
        for each in reversed(self.operations()):
            if (each["type"], each["id"]) == (type, id) and each["state"] != CONFLICT:
                return (each["wire"]["base_version"] or 0) + 1, [each["op_id"]]
        held = self._held(type, id)
        return (held["version"] if held else None), []

    def correct(self, op_id: str, data: Json) -> None:
        """A corrected change is a new operation in the place of the rejected one; its children follow it."""
        with self.step():
            if (wrong := self._find(op_id)) is not None:
                anew = {"op_id": uuid7(), "data": data, "device_at": self.clock().isoformat()}
                self._leave(wrong, data, anew["op_id"])
                self._queue(wrong["wire"] | anew, wrong["seq"])

    def discard(self, op_id: str) -> None:
        """The person gives a change up: what was built on it now builds on what it was built on."""
        with self.step():
            if (gone := self._find(op_id)) is not None:
                self._leave(gone)

    def _leave(self, gone: Json, instead: Json | None = None, renamed: str | None = None) -> None:
        """Later changes of the record repeat its values: they take those `instead`, or those before it."""
        instead = instead or self.shown(gone["type"], gone["seq"]).get(gone["id"], {})
        self._remove(gone)
        left, begun = gone["wire"], () if renamed else ("base_version", "submit")
        for each in self.operations():
            wire, same = each["wire"], each["id"] == gone["id"] and each["seq"] > gone["seq"]
            if gone["op_id"] in wire["after"]:
                wire["after"] += [renamed] if renamed else left["after"]
                wire["after"].remove(gone["op_id"])
                wire |= {name: left[name] for name in begun if same and name in left}
            if same and each["state"] == QUEUED and wire["data"] and left["data"]:
                repeated = [name for name in instead if wire["data"].get(name) == left["data"].get(name)]
                wire["data"] |= {name: instead[name] for name in repeated if name in wire["data"]}
            given = json.dumps(wire), each["seq"]
            self.db.execute("update operations set wire = ?, not_before = 0 where seq = ?", given)

    def shown(self, type: str = "activity", before: float = math.inf) -> dict[str, Json]:
        """The server's copies with the unsent operations on top; where there is a conflict, without ours."""
        rows = self.db.execute("select id, data from records where type = ?", (type,))
        shown = {row["id"]: json.loads(row["data"]) for row in rows}
        for each in self.operations():
            if each["type"] == type and each["state"] != CONFLICT and each["seq"] < before:
                _apply(shown, each["wire"])
        return shown

    def problems(self) -> list[Json]:
        """Rejected operations and conflicts with the server's answer: nothing typed disappears by itself."""
        return [each for each in self.operations() if each["state"] != QUEUED]

    def operations(self) -> list[Json]:
        """All that is not settled, oldest first."""
        rows = [dict(row) for row in self.db.execute("select * from operations order by seq")]
        return [row | {name: json.loads(row[name]) for name in ("wire", "result")} for row in rows]

    def _find(self, op_id: str) -> Json | None:
        return next((each for each in self.operations() if each["op_id"] == op_id), None)

    def _remove(self, operation: Json) -> None:
        self.db.execute("delete from operations where seq = ?", (operation["seq"],))

    def batch(self) -> list[Json]:
        """What can be sent now, oldest first; whatever builds on a rejected operation waits for the person."""
        waiting, ready = set[str](), []
        for each in self.operations():
            later = each["state"] != QUEUED or each["not_before"] > self.clock().timestamp()
            if later or waiting.intersection(each["wire"]["after"]):
                waiting.add(each["op_id"])
            else:
                ready.append(each["wire"])
        return ready[:500]

    def settle(self, results: list[Json]) -> None:
        """The answer to a batch. What is no longer in the queue was settled by an earlier answer."""
        with self.step():
            queued = {each["op_id"]: each for each in self.operations()}
            for result in results:
                if (operation := queued.get(result["op_id"])) is not None:
                    self._settle(operation, operation["wire"], result)
            self._close_conflicts()

    def _settle(self, operation: Json, wire: Json, result: Json) -> None:
        if result["status"] == "conflict" or result["retry"] == "AFTER_CHANGE":
            state = CONFLICT if result["status"] == "conflict" else REJECTED
            given: Any = state, json.dumps(result), operation["seq"]
            self.db.execute("update operations set state = ?, result = ? where seq = ?", given)
        elif result["retry"] == "LATER":
            given = self.clock().timestamp() + (result["retry_after"] or 0), operation["seq"]
            self.db.execute("update operations set not_before = ? where seq = ?", given)
        else:
            self._remove(operation)
            kept = wire["op_id"], result["receipt"], operation["seq"], json.dumps(wire)
            self.db.execute("insert or replace into receipts values (?, ?, ?, ?, 0)", kept)
            held = self._held(wire["type"], wire["id"])
            if held is None or held["version"] < result["version"]:
                # Our change becomes part of the server's copy; the next pull brings the whole record.
                copy = {wire["id"]: json.loads(held["data"])} if held else {}
                _apply(copy, wire)
                self._hold(wire["type"], wire["id"], result["version"], copy.get(wire["id"]))
        if (current := result["current"]) or result["code"] == "RECORD_DELETED":
            self._hold(wire["type"], wire["id"], current and current["version"], current)

    def take(self, page: Json) -> bool:
        """One page and the token behind it in one step, so that no change is skipped; whether more follow."""
        with self.step():
            for type in page["restarted"]:
                self.db.execute("update records set stale = 1 where type = ?", (type,))
            for each in page["changes"]:
                self._hold(each["type"], each["id"], each["version"], each["data"])
            if not page["more"]:
                # Not listed again, so gone; where an operation still waits, its answer will tell.
                self.db.execute("delete from records where stale and id not in waiting")
            self.put(pull={"since": page["next"]})
            self._close_conflicts()
        return bool(page["more"])

    def _close_conflicts(self) -> None:
        """A conflict may have been decided on another phone of the same person."""
        for each in self.problems():
            known = self._held("conflict", each["op_id"])
            decision = json.loads(known["data"])["decision"] if known else None
            if decision is not None:
                settle = self._leave if decision == "DISCARD" else self._remove
                settle(each)

    def unconfirmed(self) -> list[Json]:
        waiting = "select op_id, receipt from receipts where not stored limit 500"
        return [dict(row) for row in self.db.execute(waiting)]

    def confirm(self, results: list[Json]) -> None:
        """Stored: our copy may go. Genuine, but the server has lost it: back into its place in the queue."""
        with self.step():
            for each in results:
                one = (each["op_id"],)
                row = self.db.execute("select seq, wire from receipts where op_id = ?", one).fetchone()
                if each["stored"]:
                    self.db.execute("update receipts set stored = 1, wire = null where op_id = ?", one)
                elif each["genuine"] and row and row["wire"]:
                    self.db.execute("delete from receipts where op_id = ?", one)
                    self._queue(json.loads(row["wire"]), row["seq"])

    def _queue(self, wire: Json, seq: int | None = None) -> None:
        row = seq, wire["op_id"], wire["type"], wire["id"], QUEUED, 0, json.dumps(wire), "null"
        self.db.execute("insert into operations values (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _held(self, type: str, id: str) -> Any:
        return self.db.execute("select * from records where type = ? and id = ?", (type, id)).fetchone()

    def _hold(self, type: str, id: str, version: int | None, data: Json | None) -> None:
        if data is None:
            self.db.execute("delete from records where type = ? and id = ?", (type, id))
        else:
            row = type, id, version, json.dumps(data)
            self.db.execute("insert or replace into records values (?, ?, ?, ?, 0)", row)


def _apply(records: dict[str, Json], wire: Json) -> None:
    """What an operation will lead to, as far as the phone can tell."""
    id, action = wire["id"], wire["action"]
    if action == "delete":
        records.pop(id, None)
    elif action == "put":
        status = {} if id in records else {"status": "SUBMITTED" if wire.get("submit") else "DRAFT"}
        records[id] = records.get(id, {"id": id}) | wire["data"] | status
    elif id in records:
        records[id]["status"] = "SUBMITTED" if action == "submit" else "DRAFT"
