"""What must hold when a schedule is over and everybody has synced: read from the database and over HTTP."""

import json
from collections import defaultdict
from decimal import Decimal

from tests.fault.phone import Phone
from tests.fault.records import SHAPES, Json
from tests.fault.story import Story

ACCEPTED = ("applied", "merged", "duplicate")


class After:
    """The state of the server after a story."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.employee = story.team.id("employee")
        self.region = story.team.city.region.id

    async def read(self) -> None:
        db, mine = self.story.world.db, (self.region, self.employee)
        journal = await db.fetch(
            "select entity, entity_id, version, action, actor_id, operation_id, changes from journal"
            " where region_id = $1 and employee_id = $2 and entity = any($3) order by seq",
            *mine,
            list(SHAPES),
        )
        self.history: dict[str, list[Json]] = defaultdict(list)
        for row in journal:
            entry = dict(row) | {"changes": json.loads(row["changes"])}
            self.history[str(row["entity_id"])].append(entry)
        self.records: dict[str, dict[str, Json]] = {}
        for type, shape in SHAPES.items():
            rows = await db.fetch(
                f"select * from {shape.table} where region_id = $1 and employee_id = $2", *mine
            )
            self.records[type] = {str(row["id"]): dict(row) for row in rows}
        self.totals = await db.fetch(
            "select * from day_totals where region_id = $1 and employee_id = $2", *mine
        )
        unapplied = await db.fetch(
            "select id, type, record_id, outcome, decision, data from unapplied_operations"
            " where region_id = $1 and employee_id = $2",
            *mine,
        )
        self.unapplied = {
            str(row["id"]): dict(row) | {"data": json.loads(row["data"] or "null")} for row in unapplied
        }
        self.journal = {
            str(each["operation_id"]): each
            for entries in self.history.values()
            for each in entries
            if each["operation_id"] is not None
        }

    # --- the invariants

    async def check(self) -> None:
        await self.read()
        self.acknowledged_is_stored()
        self.nothing_is_doubled()
        self.only_what_was_changed_changes()
        self.only_what_was_shown_is_deleted()
        self.work_begins_as_its_owner_began_it()
        self.totals_are_true()
        self.no_text_is_lost()
        await self.conflicts_are_visible()
        self.queues_are_empty()
        await self.notifications_are_ones_own()
        await self.phones_agree()

    def acknowledged_is_stored(self) -> None:
        """What the phones were told is what happened, and their receipts are good."""
        for op_id, answers in self.story.told.items():
            accepted = [each for each in answers if each["status"] in ACCEPTED]
            for each in accepted:
                entry = self.journal.get(op_id)
                assert entry is not None, f"acknowledged and lost: {each}"
                assert entry["version"] == each["version"], (each, entry)
                assert str(entry["entity_id"]) == each["id"]
                assert each["receipt"]
            if any(each["status"] == "rejected" and each["retry"] == "AFTER_CHANGE" for each in answers):
                assert op_id not in self.journal, f"refused for good and done all the same: {answers}"
        for phone in self.story.of_employee:
            assert not phone.store.unconfirmed(), "receipts that the server does not confirm"

    def nothing_is_doubled(self) -> None:
        """One entry per operation, one version after the other, and the record is their sum."""
        entries = [each for history in self.history.values() for each in history]
        named = [each["operation_id"] for each in entries if each["operation_id"] is not None]
        assert len(named) == len(set(named))
        for entry in entries:
            op_id = str(entry["operation_id"])
            if entry["actor_id"] == self.employee and entry["operation_id"] is not None:
                assert op_id in self.story.made, f"done, but nobody did it on a phone: {entry}"
                assert self.story.made[op_id].wire["id"] == str(entry["entity_id"])
        for id, whole in self.history.items():
            # Evidence moves with its activity, which is no version of its own.
            history = [each for each in whole if each["action"] != "MOVE"]
            assert [each["version"] for each in history] == list(range(1, len(history) + 1)), id
            state: Json = {}
            type = history[0]["entity"]
            fields = SHAPES[type].typed | ({"status"} if type == "activity" else set())
            for entry in whole:
                for field in fields & entry["changes"].keys():
                    before, after = entry["changes"][field]
                    assert _same(state.get(field), before), (id, entry, state.get(field))
                    state[field] = after
            record = self.records[type].get(id)
            if history[-1]["action"] == "DELETE":
                assert record is None
                continue
            assert record is not None, f"{id} is gone without a trace"
            assert record["version"] == len(history)
            for field in fields:
                assert _same(record[field], state.get(field)), (id, field)
        for records in self.records.values():
            assert records.keys() <= self.history.keys()

    def only_what_was_changed_changes(self) -> None:
        """An operation changes the fields that its person changed, to what he typed, and no others."""
        for op_id, entry in self.journal.items():
            made = self.story.made[op_id]
            if made.wire["action"] != "put":
                continue
            # What he went on with after giving up a refused beginning is the beginning now: all of it is new.
            data, seen = made.wire["data"], made.seen or {} if entry["version"] > 1 else {}
            typed = SHAPES[made.wire["type"]].typed
            meant = {field for field in typed if not _same(data[field], seen.get(field))}
            done = typed & entry["changes"].keys()
            if self.unapplied.get(op_id, {}).get("decision") == "APPLY":
                self._as_decided(op_id, entry)
                continue
            assert done <= meant, f"{op_id} changed {done - meant}, which nobody asked for"
            for field in done:
                assert _same(entry["changes"][field][1], data[field]), (op_id, field)

    def _as_decided(self, op_id: str, entry: Json) -> None:
        """A decision leaves the record with the values that were decided, all of them."""
        proposed = self.story.proposed.get(op_id, self.story.made[op_id].wire)
        data = self.story.decided.get(op_id, proposed["data"])
        state = self._values(entry, entry["version"])
        for field in SHAPES[entry["entity"]].typed:
            assert _same(state.get(field), data[field]), (op_id, field, state.get(field))

    def only_what_was_shown_is_deleted(self) -> None:
        """A deletion takes nothing along that its person could not see, unless he was asked."""
        for op_id, entry in self.journal.items():
            made = self.story.made[op_id]
            decided = self.unapplied.get(op_id, {}).get("decision") == "APPLY"
            if entry["action"] == "DELETE" and not decided:
                state, seen = self._values(entry, entry["version"] - 1), made.seen or {}
                for field in SHAPES[entry["entity"]].typed:
                    assert _same(state.get(field), seen.get(field)), (op_id, field, state.get(field))

    def _values(self, entry: Json, version: int) -> Json:
        """Of the record of an entry, as they were at a version."""
        state: Json = {}
        for each in self.history[str(entry["entity_id"])]:
            if each["version"] <= version:
                state |= {field: after for field, (_, after) in each["changes"].items()}
        return state

    def work_begins_as_its_owner_began_it(self) -> None:
        """A draft is not submitted because its first words were refused, corrected or given up."""
        begun: dict[str, Json] = {}
        for made in self.story.made.values():
            begun.setdefault(made.wire["id"], made.wire)
        for id, history in self.history.items():
            if history[0]["entity"] == "activity":
                status = history[0]["changes"]["status"][1]
                assert status == ("SUBMITTED" if begun[id]["submit"] else "DRAFT"), (id, begun[id])

    def totals_are_true(self) -> None:
        """The numbers of each day, computed anew in another way than the server's."""
        by_day = defaultdict(list)
        for record in self.records["activity"].values():
            by_day[record["day"]].append(record)
        kept = {row["day"]: row for row in self.totals}
        for day in by_day.keys() | kept.keys():
            rows, total = by_day[day], kept[day]
            counts = {
                name: sum(row["status"] == status for row in rows)
                for name, status in (
                    ("drafts", "DRAFT"),
                    ("waiting", "SUBMITTED"),
                    ("verified", "VERIFIED"),
                    ("rejected", "REJECTED"),
                )
            }
            claimed = sum(row["minutes"] for row in rows if row["status"] in ("SUBMITTED", "VERIFIED"))
            granted = sum(row["verified_minutes"] or 0 for row in rows if row["status"] == "VERIFIED")
            expected = counts | {"claimed_minutes": claimed, "verified_minutes": granted}
            assert {name: total[name] for name in expected} == expected

    def no_text_is_lost(self) -> None:
        """Each typed text is in a record's history, kept with what was not applied, or still on a phone."""
        kept = {
            text
            for history in self.history.values()
            for entry in history
            for text in entry["changes"].get(SHAPES[entry["entity"]].text, [])
        }
        kept |= {
            _text(each["type"], each["data"])
            for each in self.unapplied.values()
            if each["outcome"] != "MERGED"
        }
        for phone in self.story.of_employee:
            kept |= {_text(each["type"], each["wire"]["data"]) for each in phone.store.operations()}
        for op_id, made in self.story.made.items():
            text = _text(made.wire["type"], made.wire["data"])
            if text is not None and op_id not in self.story.excused:
                assert text in kept, f"lost: {text!r} of {op_id}, told {self.story.told.get(op_id)}"

    async def conflicts_are_visible(self) -> None:
        """Every conflict that a phone was told of can be read with what was proposed."""
        if not self.story.proposed:
            return
        answer = await self.story.world.call(
            self.story.team, "employee", "GET", "/v1/sync/conflicts", params={"open": "false", "limit": 200}
        )
        assert answer.status_code == 200, (answer.status_code, answer.text)
        listed = {each["op_id"]: each for each in answer.json()["data"]}
        for op_id, wire in self.story.proposed.items():
            assert op_id in listed, f"a conflict that nobody can see: {wire}"
            assert _text(wire["type"], listed[op_id]["data"]) == _text(wire["type"], wire["data"])

    def queues_are_empty(self) -> None:
        """Nothing waits but what a person must look at, what builds on that, and what else is about such a record."""
        undecided = {
            str(each["record_id"])
            for each in self.unapplied.values()
            if each["outcome"] == "CONFLICT" and each["decision"] is None
        }
        for phone in self.story.of_employee:
            stuck = {each["op_id"] for each in phone.store.problems()}
            for each in phone.store.operations():
                if each["state"] == "QUEUED":
                    waits = each["id"] in undecided or stuck.intersection(each["wire"]["after"])
                    assert waits, f"never sent: {each}"
                    stuck.add(each["op_id"])

    async def notifications_are_ones_own(self) -> None:
        """They do not say whose they are, so the database is asked."""
        rows = await self.story.world.db.fetch(
            "select id, employee_id from notifications where region_id = $1 and id = any($2)",
            self.region,
            [id for _, id in self.story.notified],
        )
        owners = {row["id"]: row["employee_id"] for row in rows}
        for who, id in self.story.notified:
            assert owners.get(id) in (None, self.story.team.id(who))

    async def phones_agree(self) -> None:
        """All phones hold what their owners may see, as the server's lists have it: versions, texts and all."""
        mine = {
            "activity": await self._listed("employee", "/v1/me/activities"),
            "evidence": await self._listed("employee", "/v1/evidence") if self.records["evidence"] else {},
            "progress": await self._progress(),
        }
        for type, records in self.records.items():
            assert mine[type].keys() == records.keys(), f"the list of {type} is not what is stored"
        for phone in self.story.of_employee:
            for type, listed in mine.items():
                _compare(phone, type, listed)
        for phone in self.story.of_superiors:
            _compare(phone, "activity", await self._listed(phone.who, "/v1/activities"))
            for type, records in self.records.items():
                seen = {id for id, each in records.items() if self._sees(phone, type, each)}
                assert phone.held(type).keys() == seen, f"{phone.who} holds other {type} than he may see"
                if type != "activity":
                    _compare(phone, type, {id: mine[type][id] for id in seen})

    def _sees(self, phone: Phone, type: str, record: Json) -> bool:
        return self.story.sees(phone.who, type, record["employee_id"], record["unit_id"])

    async def _progress(self) -> dict[str, Json]:
        if not self.records["progress"]:
            return {}
        [plan] = {each["plan_id"] for each in self.records["progress"].values()}
        return await self._listed("employee", f"/v1/plans/{plan}/progress")

    async def _listed(self, who: str, path: str) -> dict[str, Json]:
        answer = await self.story.world.call(self.story.team, who, "GET", path, params={"limit": 200})
        assert answer.status_code == 200, (answer.status_code, answer.text)
        listed = answer.json()
        assert listed["page"]["next"] is None
        return {each["id"]: each for each in listed["data"]}


def _compare(phone: Phone, type: str, listed: dict[str, Json]) -> None:
    held, whose = phone.held(type), f"{phone.file.name} ({type})"
    assert not held.keys() - listed.keys(), f"{whose} holds what is gone: {held.keys() - listed.keys()}"
    assert not listed.keys() - held.keys(), f"{whose} lacks {listed.keys() - held.keys()}"
    for id, record in held.items():
        differing = {name for name in listed[id] if not _alike(record.get(name), listed[id][name])}
        assert not differing, f"{whose}: {id} differs in {differing}: {record} {listed[id]}"


def _alike(held: object, listed: object) -> bool:
    """Instants in UTC are written in two ways."""
    return held == listed or str(held).replace("+00:00", "Z") == listed


def _text(type: str, data: Json | None) -> str | None:
    return data[SHAPES[type].text] if data else None


def _same(stored: object, given: object) -> bool:
    if isinstance(stored, Decimal | int | float) or isinstance(given, Decimal | int | float):
        return stored is not None and given is not None and Decimal(str(stored)) == Decimal(str(given))
    return str(stored) == str(given)
