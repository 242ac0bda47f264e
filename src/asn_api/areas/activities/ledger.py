"""People's days, locked and in memory: judged by the rules, changed, and stored with totals and journal at once."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from operator import itemgetter
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from asn_api.access.actor import Access
from asn_api.areas.activities import ledger_queries as queries
from asn_api.areas.activities import places
from asn_api.areas.activities.complaint_queries import readable
from asn_api.areas.activities.efforts import State, settled
from asn_api.areas.activities.ledger_queries import Pair
from asn_api.areas.activities.rollups import DECIDING, Sums
from asn_api.areas.activities.writing_queries import CHAINS, COLUMNS, Additions, write
from asn_api.areas.notifications.writing import Notice, notify
from asn_api.areas.policies.current import Dated, dated_policies
from asn_api.core.journal import Change, difference, entry
from asn_api.errors import Fault, Problem
from asn_api.rules.activities import ActivityAction, ActivityStatus, Category
from asn_api.rules.calendar import Zone
from asn_api.rules.days import evidence_keys, totals
from asn_api.rules.entries import Entry, Judgement, Place, Recorded, check_entry, period_lock
from asn_api.rules.notifications import NoticeKind
from asn_api.rules.policy import ActivityPolicy
from asn_api.rules.suspicion import NO_PAST, Past, Position, text_key

Row = dict[str, Any]

ENTITY = "activity"
_READ = (*COLUMNS, *CHAINS)
_TOLD: Mapping[str, NoticeKind] = {
    ActivityAction.REJECT: NoticeKind.ACTIVITY_REJECTED,
    ActivityAction.REOPEN: NoticeKind.ACTIVITY_REOPENED,
}
"""What the owner is told of, because it asks him to act or to look."""
_VALID_FROM = itemgetter(0)
_NEIGHBOURS = (timedelta(days=-1), timedelta(), timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Post:
    """Where somebody works on a day: the definitive post, and the week, zone and calendar of its unit."""

    unit_id: UUID
    position_id: UUID
    place: Place


@dataclass(frozen=True, slots=True)
class Link:
    """A work result of the caller's own plan that an activity within the plan's period may name."""

    plan_id: UUID
    start: date
    end: date | None
    indicators: frozenset[UUID]


class Ledger:
    """Opened on pairs of employee and day; nothing is stored before `flush`."""

    def __init__(self, access: Access, driver: asyncpg.Connection) -> None:
        self.access = access
        self.driver = driver
        self._author = access.author
        self.rows: dict[UUID, Row] = {}
        self.links: dict[UUID, Link] = {}
        self.complaints: set[UUID] = set()
        self._evidence: dict[UUID, int] = {}
        self.corrected: dict[UUID, int] = {}
        self._recorded: dict[UUID, dict[UUID, Recorded]] = defaultdict(dict)
        self._posts: dict[Pair, Post] = {}
        self._zones: dict[UUID, Zone] = {}
        self._past = NO_PAST
        self._policies: Dated = ()
        self._changed: dict[UUID, Row] = {}
        self._deleted: list[UUID] = []
        self._touched: set[Pair] = set()
        self._journal: list[Mapping[str, Any]] = []
        self._notices: dict[tuple[UUID, NoticeKind], Notice] = {}
        self._sums = Sums()
        self._corrected_before: dict[UUID, int | None] = {}

    @classmethod
    async def open(
        cls,
        db: AsyncSession,
        access: Access,
        pairs: Collection[Pair],
        *,
        ids: Collection[UUID] = (),
        results: Collection[UUID] = (),
        complaints: Collection[UUID] = (),
    ) -> "Ledger":
        """Lock the people, then read their days: what is judged here cannot change before the transaction ends."""
        driver = await queries.locked(db, access, {employee_id for employee_id, _ in pairs})
        return await cls.read(driver, access, pairs, ids=ids, results=results, complaints=complaints)

    @classmethod
    async def read(
        cls,
        driver: asyncpg.Connection,
        access: Access,
        pairs: Collection[Pair],
        *,
        ids: Collection[UUID] = (),
        results: Collection[UUID] = (),
        complaints: Collection[UUID] = (),
    ) -> "Ledger":
        """The ledger of days whose people are locked already."""
        ordered = sorted(pairs)
        ledger = cls(access, driver)
        context = await queries.context(driver, access, ordered, results)
        ledger._read_context(context)
        if complaints:
            ledger.complaints = await readable(driver, access, complaints)
        # Of these days all activities are at hand, as changed by this batch: their stored keys are outdated.
        ledger._past = _past(context["past"], {day + step for _, day in ordered for step in _NEIGHBOURS})
        for record in await queries.activities(driver, access, ordered, ids):
            ledger._keep(_row(record))
            ledger._evidence[record["id"]] = record["evidence_records"]
            ledger._zones[record["id"]] = Zone(record["zone"])
        return ledger

    def _keep(self, row: Row) -> None:
        self.rows[row["id"]] = row
        recorded = self._recorded[row["employee_id"]]
        if row["status"] == ActivityStatus.REJECTED:
            recorded.pop(row["id"], None)
        else:
            recorded[row["id"]] = Recorded(
                row["day"],
                row["start_at"],
                row["end_at"],
                row["minutes"],
                text_key(row["description"]),
                evidence_keys(row["evidence"]),
                _position(row),
            )

    def _read_context(self, context: Mapping[str, Any]) -> None:
        self._policies = dated_policies(context["policies"] or "[]")
        surroundings = places.Surroundings.read(context)
        for each in orjson.loads(context["posts"] or "[]"):
            place = surroundings.place(Zone(each["zone"]), each["days_per_week"], each["path"])
            pair = UUID(each["employee_id"]), date.fromisoformat(each["day"])
            self._posts[pair] = Post(UUID(each["unit_id"]), UUID(each["position_id"]), place)
        for each in orjson.loads(context["results"] or "[]"):
            self.links[UUID(each["id"])] = Link(
                UUID(each["plan_id"]),
                date.fromisoformat(each["start"]),
                date.fromisoformat(each["end"]) if each["end"] else None,
                frozenset(UUID(id) for id in each["indicators"]),
            )
        self.corrected = {UUID(id): minutes for id, minutes in orjson.loads(context["corrections"] or "[]")}

    def post(self, employee_id: UUID, day: date) -> Post | None:
        return self._posts.get((employee_id, day))

    def policy(self, day: date) -> ActivityPolicy:
        """The policy in force on the day: the newest one that began by then, else the first there is."""
        if not self._policies:
            raise Problem("POLICY_NOT_SET", area="activities")
        after = bisect_right(self._policies, day, key=_VALID_FROM)
        return self._policies[max(0, after - 1)][1]

    def judge(self, row: Row, *, now: datetime) -> Judgement:
        """What the rules say of this activity among the others of its day."""
        post = self.post(row["employee_id"], row["day"])
        if post is None:
            raise Problem("ACTIVITY_NO_POST", day=row["day"])
        recorded = self._recorded[row["employee_id"]]
        if row["id"] in recorded:
            recorded = {id: other for id, other in recorded.items() if id != row["id"]}
        others = list(recorded.values())
        claimed = Entry(
            day=row["day"],
            start_at=row["start_at"],
            end_at=row["end_at"],
            minutes=row["minutes"],
            category=Category(row["category"]),
            description=row["description"],
            output_quantity=Decimal(row["output_quantity"]),
            evidence=[link["url"] for link in row["evidence"]],
            is_linked=row["work_result_id"] is not None,
            device_at=row["device_at"],
            received_at=row["received_at"],
            text_key=text_key(row["description"]),
            evidence_keys=evidence_keys(row["evidence"]),
            position=_position(row),
        )
        policy = self.policy(row["day"])
        return check_entry(claimed, policy, post.place, now=now, others=others, past=self._past)

    def crowding(self, row: Row) -> list[Fault]:
        """Links in the activity and evidence records beside it are counted together."""
        most, records = self.policy(row["day"]).max_evidence, self._evidence.get(row["id"], 0)
        if records and len(row["evidence"]) + records > most:
            return [Fault("/evidence", "ACTIVITY_TOO_MUCH_EVIDENCE", {"max": most})]
        return []

    def is_locked(self, row: Row) -> bool:
        """Whether the month of an activity is locked now, by the place of its owner on its day."""
        post = self.post(row["employee_id"], row["day"])
        # A post that was taken back afterwards must not leave the decision without a lock.
        place = post.place if post else places.bare(self._zones[row["id"]])
        return self.access.now >= period_lock(row["day"], self.policy(row["day"]).period_lock_day, place)

    def store(
        self, row: Row, action: str, *, operation_id: UUID | None = None, on_behalf_of: UUID | None = None
    ) -> Row:
        """Put the next version of an activity; the journal says what differs from the one before."""
        before = self.rows.get(row["id"], {})
        row = {**row, "version": before.get("version", 0) + 1}
        if before:
            self._touched.add((before["employee_id"], before["day"]))
        self._touched.add((row["employee_id"], row["day"]))
        self._changed[row["id"]] = row
        self._sums.changed(row["id"], before or None)
        self._keep(row)
        changes = difference(before, row)
        if action in DECIDING:
            self._sums.decided(row, changes)
        self._log(row, action, changes, operation_id, on_behalf_of)
        if kind := _TOLD.get(action):
            about = {"day": row["day"].isoformat()}
            notice = Notice(row["employee_id"], kind, ENTITY, row["id"], row["day"], about)
            self._notices[row["id"], kind] = notice
        return row

    def correct(self, row: Row, minutes: int, reason: str, on_behalf_of: UUID | None) -> None:
        """Other minutes count for a locked activity; the row stays, the totals of its day and the journal know."""
        before = self.corrected.get(row["id"], row["verified_minutes"] or 0)
        self._corrected_before.setdefault(row["id"], self.corrected.get(row["id"]))
        self.corrected[row["id"]] = minutes
        self._touched.add((row["employee_id"], row["day"]))
        changes = {"corrected_minutes": [before, minutes], "reason": reason}
        self._log(row, "CORRECT", changes, None, on_behalf_of)

    def remove(self, row: Row, *, operation_id: UUID | None = None) -> None:
        del self.rows[row["id"]]
        self._sums.changed(row["id"], row)
        self._recorded[row["employee_id"]].pop(row["id"], None)
        self._changed.pop(row["id"], None)
        self._deleted.append(row["id"])
        self._touched.add((row["employee_id"], row["day"]))
        # What was deleted stays readable in the audit trail.
        gone = {name: [value, None] for name, value in _shown(row).items() if value is not None}
        self._log({**row, "version": row["version"] + 1}, "DELETE", gone, operation_id)

    def _log(
        self,
        row: Row,
        action: str,
        changes: dict[str, Any],
        operation_id: UUID | None,
        on_behalf_of: UUID | None = None,
    ) -> None:
        changes.pop("version", None)
        change = Change(
            ENTITY,
            row["id"],
            row["version"],
            action,
            changes,
            unit_id=row["unit_id"],
            employee_id=row["employee_id"],
            operation_id=operation_id,
            on_behalf_of=on_behalf_of,
        )
        self._journal.append(entry(self._author, self.access.now, change))

    async def flush(self) -> None:
        """Store everything in one statement, and tell the owners in another where there is something to tell.

        A row that turns out to be somebody else's stops it all.
        """
        if not self._journal:
            return
        deleted = [id for id in self._deleted if id not in self._changed]
        days = self._sums.days(self.access.today, self.policy, self._place)
        additions = await self._counting()
        changed = await write(
            self.driver,
            self.access,
            rows=list(self._changed.values()),
            deleted=deleted,
            journal=self._journal,
            totals=list(self._totals()),
            months=self._sums.months(self.rows),
            days=days,
            additions=additions,
        )
        if changed < len(self._changed):
            raise Problem("ACTIVITY_ID_TAKEN")
        await notify(self.driver, self.access, self._notices.values())
        self._changed, self._deleted, self._touched, self._journal = {}, [], set(), []
        self._notices, self._sums, self._corrected_before = {}, Sums(), {}

    async def _counting(self) -> Additions | None:
        """What these changes add to the sums of contributions; None, as in a push, when nothing of it counts."""
        changes = []
        for id in {**self._sums.first, **self._corrected_before}:
            after = State(self.rows.get(id), self.corrected.get(id))
            corrected = self._corrected_before.get(id, after.corrected)
            before = State(self._sums.first.get(id, after.row), corrected)
            if before.minutes is not None or after.minutes is not None:
                changes.append((before, after))
        if not changes:
            return None
        rows, additions = await settled(self.driver, self.access, changes)
        for row in rows:
            self.rows[row["id"]] = self._changed[row["id"]] = row
        return additions

    def _place(self, row: Row) -> Place | None:
        post = self.post(row["employee_id"], row["day"])
        return post.place if post else None

    def _totals(self) -> Iterable[Row]:
        by_day: dict[Pair, list[Row]] = defaultdict(list)
        for row in self.rows.values():
            by_day[row["employee_id"], row["day"]].append(row)
        for employee_id, day in self._touched:
            yield {"employee_id": employee_id, "day": day} | totals(by_day[employee_id, day], self.corrected)


def _row(record: asyncpg.Record) -> Row:
    row = {name: record[name] for name in _READ}
    for name in ("evidence", "further_links"):
        if isinstance(row[name], str):  # as the driver gives it without a session's codec
            row[name] = orjson.loads(row[name])
    return row


def _past(text: str | None, known: Collection[date]) -> Past:
    """The keys of the days that are not known otherwise, each with its days."""
    texts: dict[int, list[date]] = defaultdict(list)
    evidence: dict[int, list[date]] = defaultdict(list)
    for each, text_keys, of_evidence in orjson.loads(text or "[]"):
        day = date.fromisoformat(each)
        if day not in known:
            for key in text_keys:
                texts[key].append(day)
            for key in of_evidence:
                evidence[key].append(day)
    return Past(texts, evidence)


def _position(row: Row) -> Position | None:
    if row["latitude"] is None:
        return None
    return Position(row["latitude"], row["longitude"], row["accuracy_m"], bool(row["mock_location"]))


def _shown(row: Row) -> Row:
    return {name: str(value) if value is not None else None for name, value in row.items()}
