"""Applies a phone's batch: one result per operation, one transaction, nothing twice, nothing lost."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from pydantic import BaseModel
from sqlalchemy import text

from asn_api.access.actor import Access
from asn_api.areas.activities.recording import Device
from asn_api.areas.sync import queries, receipts
from asn_api.areas.sync.refusals import faults, storable, stored_problem
from asn_api.areas.sync.resources import OF_A_SESSION, Resource, Row, resource_of
from asn_api.areas.sync.schemas import Malformed, OperationIn, PushIn
from asn_api.core.crypto import Keyring
from asn_api.core.database import Work
from asn_api.errors import Fault, Language, Problem
from asn_api.rules.sync import ConflictDecision, Outcome, merged

Result = dict[str, Any]

HELD_DAYS = 7
"""How long an operation waits for one that has not arrived, by the phone's clock of the change."""
SOON, LATER = 60, 3600
OURS_TO_MEND = frozenset({"POLICY_NOT_SET", "ACTIVITY_NO_POST"})
"""Refusals that an admin removes, not the person: the operation may come again as it is."""


class Accepted(NamedTuple):
    record_id: UUID
    version: int


@dataclass
class Batch:
    """What is known of a sending: earlier fates of its operations, and those of now."""

    driver: asyncpg.Connection
    access: Access
    keyring: Keyring
    language: Language
    device: str
    accepted: dict[UUID, Accepted] = field(default_factory=dict)
    foreign: set[UUID] = field(default_factory=set)
    kept: dict[UUID, asyncpg.Record] = field(default_factory=dict)
    waiting: set[UUID] = field(default_factory=set)
    """Records about which a conflict is open: what follows would build on what nobody has decided."""
    stopped: set[UUID] = field(default_factory=set)
    counted: dict[tuple[UUID, int], int] = field(default_factory=dict)
    shown: dict[tuple[UUID, int], BaseModel | None] = field(default_factory=dict)
    """By the version that a phone which counts on expects: the one it became, and what the phone showed."""
    sent: dict[UUID, Any] = field(default_factory=dict)
    """What the phone showed after each operation; of earlier sendings only after merged and decided ones."""
    unapplied: list[Mapping[str, Any]] = field(default_factory=list)

    async def read(self, operations: Sequence[OperationIn]) -> None:
        ids = {each.op_id for each in operations} | {before for each in operations for before in each.after}
        mine = self.access.employee_id
        fates = await queries.fates(self.driver, self.access, ids, {each.id for each in operations})
        for row in fates:
            if row["employee_id"] != mine:
                self.foreign.add(row["id"])
            elif row["outcome"] is None:
                self.accepted[row["id"]] = Accepted(row["record_id"], row["version"])
        for row in fates:
            if row["outcome"] is None or row["id"] in self.foreign:
                continue
            if row["outcome"] == Outcome.MERGED:
                # What said only what was there already has no entry of its own in the journal.
                self.accepted.setdefault(row["id"], Accepted(row["record_id"], row["version"]))
            if row["id"] in self.accepted:
                data = row["data"]
                self.sent[row["id"]] = orjson.loads(data) if isinstance(data, str) else data
                continue
            self.kept[row["id"]] = row
            if row["outcome"] == Outcome.CONFLICT and row["decision"] is None:
                self.waiting.add(row["record_id"])

    def base(self, operation: OperationIn) -> int | None:
        """The version that the operation builds on, which a merge may have moved."""
        earlier = self._earlier(operation)
        if earlier is not None:
            return self.accepted[earlier].version
        if operation.base_version is None:
            return None
        return self.counted.get((operation.id, operation.base_version), operation.base_version)

    def seen(self, operation: OperationIn, resource: Resource) -> BaseModel | None:
        """What the phone showed when it made a change on top of another one that had to be merged."""
        showed = self._showed(operation)
        return resource.values.model_validate(showed) if isinstance(showed, Mapping) else showed

    def _showed(self, operation: OperationIn) -> Any:
        earlier = self._earlier(operation)
        if earlier is not None:
            return self.sent.get(earlier)
        return self.shown.get((operation.id, operation.base_version or 0))

    def _earlier(self, operation: OperationIn) -> UUID | None:
        """What the operation names as built on: the phone's own count may have gaps where it gave a change up."""
        named = [each for each in operation.after if each in self.accepted]
        same = [each for each in named if self.accepted[each].record_id == operation.id]
        return max(same, key=lambda each: self.accepted[each].version, default=None)

    def settled(self, operation: OperationIn) -> Result | None:
        """The fate the operation met before, or the reason why it cannot be tried now."""
        op_id = operation.op_id
        if op_id in self.accepted:
            return self.acknowledged(operation, "duplicate", self.accepted[op_id].version)
        if op_id in self.foreign:
            # To call it a duplicate would acknowledge what was never stored.
            self.stopped.add(operation.id)
            return self.refused(operation, Problem("OPERATION_ID_TAKEN"))
        if op_id in self.kept:
            return self._fate(operation, self.kept[op_id])
        for before in operation.after:
            if before not in self.accepted:
                return self._unmet(operation, self.kept.get(before))
        if operation.id in self.stopped or operation.id in self.waiting:
            return self.held(operation)
        return None

    def _fate(self, operation: OperationIn, row: asyncpg.Record) -> Result:
        if row["decision"] is None:
            self.stopped.add(operation.id)
        problem = stored_problem(row["problem"])
        if row["outcome"] == Outcome.REJECTED:
            return self.refused(operation, problem)
        return self.result(operation, "conflict", problem=problem, fields=row["fields"])

    def _unmet(self, operation: OperationIn, before: asyncpg.Record | None) -> Result:
        self.stopped.add(operation.id)
        if before is not None and before["decision"] == ConflictDecision.DISCARD:
            return self.reject(operation, Problem("EARLIER_OPERATION_DISCARDED"))
        if before is None and _too_old(self, operation):
            return self.reject(operation, Problem("EARLIER_OPERATION_MISSING"))
        return self.held(operation)

    def acknowledged(
        self, operation: OperationIn, status: str, version: int, problem: Problem | None = None
    ) -> Result:
        self.accepted[operation.op_id] = Accepted(operation.id, version)
        if operation.action != "delete":
            reached = operation.id, (operation.base_version or 0) + 1
            self.counted[reached] = version
            self.shown[reached] = self.sent[operation.op_id] = operation.data or self._showed(operation)
        receipt = receipts.receipt(self.keyring, self.access, operation.op_id, version)
        return self.result(operation, status, version=version, receipt=receipt, problem=problem)

    def held(self, operation: OperationIn, after: int = SOON) -> Result:
        self.stopped.add(operation.id)
        problem = Problem("EARLIER_OPERATION_REFUSED")
        return self.result(operation, "held", problem=problem, retry_after=after)

    def reject(self, operation: OperationIn, problem: Problem) -> Result:
        """Refuse it for good, unless the reason is ours to mend."""
        self.stopped.add(operation.id)
        codes = {fault.code for fault in problem.faults} or {problem.code}
        if codes <= OURS_TO_MEND:
            return self.result(operation, "rejected", problem=problem, retry_after=LATER)
        self.keep(operation, Outcome.REJECTED, problem, [])
        return self.refused(operation, problem)

    def refused(self, operation: OperationIn, problem: Problem) -> Result:
        self.stopped.add(operation.id)
        return self.result(operation, "rejected", problem=problem)

    def conflict(self, operation: OperationIn, problem: Problem, fields: Sequence[str]) -> Result:
        """Neither side is overwritten: the operation waits for a person."""
        self.stopped.add(operation.id)
        self.keep(operation, Outcome.CONFLICT, problem, fields)
        return self.result(operation, "conflict", problem=problem, fields=fields)

    def keep(
        self,
        operation: OperationIn,
        outcome: Outcome,
        problem: Problem,
        fields: Sequence[str],
        version: int | None = None,
    ) -> None:
        """`version`: what it led to, for one that changed nothing."""
        self.unapplied.append(
            {
                "id": operation.op_id,
                "type": operation.type,
                "action": operation.action,
                "record_id": operation.id,
                "base_version": operation.base_version if version is None else version,
                "data": operation.data.model_dump(mode="json") if operation.data is not None else None,
                "device_at": operation.device_at,
                "outcome": outcome,
                "problem": storable(problem),
                "fields": list(fields),
            }
        )

    def result(
        self,
        operation: OperationIn,
        status: str,
        *,
        version: int | None = None,
        receipt: str | None = None,
        problem: Problem | None = None,
        fields: Sequence[str] = (),
        retry_after: int | None = None,
    ) -> Result:
        unsettled = "AFTER_CHANGE" if status == "rejected" else "NEVER"
        return {
            "op_id": operation.op_id,
            "id": operation.id,
            "status": status,
            "version": version,
            "retry": "LATER" if retry_after is not None else unsettled,
            "retry_after": retry_after,
            "code": problem.code if problem else None,
            "detail": problem.detail(self.language) if problem else None,
            "errors": faults(problem, self.language) if problem else [],
            "fields": list(fields),
            "current": None,
            "receipt": receipt,
        }


async def push(
    work: Work,
    access: Access,
    keyring: Keyring,
    given: PushIn,
    language: Language,
    fault: Callable[[Any], Fault],
) -> list[Result]:
    """The results in the order of the operations. `fault` words what pydantic found in a malformed one."""
    if access.employee_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    readable = [each for each in given.operations if not isinstance(each, Malformed)]
    if any(each.type in OF_A_SESSION for each in readable):
        # SQLAlchemy begins its transaction with its first statement, and the driver must be inside of it.
        await work.session.execute(text("select 1"))
    driver = await work.driver()
    usable = await queries.begin(driver, access, given.device_id)
    if not usable:
        raise Problem("DEVICE_UNKNOWN" if usable is None else "DEVICE_REVOKED")
    batch = Batch(driver, access, keyring, language, str(given.device_id))
    await batch.read(readable)
    resources: dict[str, Resource] = {}
    results = []
    for each_type, run in _runs(given.operations):
        resource = None
        if each_type is not None:
            if each_type not in resources:
                those = [each for each in readable if each.type == each_type]
                resources[each_type] = await resource_of(each_type).open(work, access, those)
            resource = resources[each_type]
        for each in run:
            if isinstance(each, Malformed) or resource is None:
                results.append(_malformed(each, batch, fault))
            else:
                results.append(batch.settled(each) or await _tried(batch, resource, each))
        if resource is not None:
            await resource.flush()
    if batch.unapplied:
        await queries.keep(driver, access, given.device_id, batch.unapplied)
    for operation, result in zip(given.operations, results, strict=True):
        if result["status"] in ("conflict", "merged"):
            result["current"] = await resources[operation.type].shown(operation.id)
    return results


def _runs(operations: Sequence[Any]) -> Iterator[tuple[str | None, list[Any]]]:
    """Neighbours of one type together: what leans on the operations before it finds them stored."""
    for each_type, run in groupby(
        operations, lambda each: None if isinstance(each, Malformed) else each.type
    ):
        yield each_type, list(run)


async def _tried(batch: Batch, resource: Resource, operation: OperationIn) -> Result:
    row, base = resource.row(operation.id), batch.base(operation)
    if row is not None and row["employee_id"] != batch.access.employee_id:
        return batch.reject(operation, Problem("OPERATION_ID_TAKEN"))
    if row is None:
        if base is not None:
            return await _of_nothing(batch, resource, operation)
    elif base is None:
        differing = _differing(resource, row, operation)
        if operation.data is not None and not differing:
            batch.keep(operation, Outcome.MERGED, Problem("CHANGE_CONFLICTS"), [], version=row["version"])
            return batch.acknowledged(operation, "duplicate", row["version"])
        return batch.conflict(operation, Problem("CHANGE_CONFLICTS"), differing)
    elif base > row["version"]:
        return (
            batch.reject(operation, Problem("VERSION_STALE"))
            if _too_old(batch, operation)
            else batch.held(operation)
        )
    elif base < row["version"] or _unseen(batch, resource, operation, row):
        return await _late(batch, resource, operation, row, base)
    try:
        version = await resource.apply(operation, row, operation.data, _device(batch, operation))
    except Problem as problem:
        # What it leans on is still on its way.
        waits = problem.code == "EVIDENCE_ACTIVITY_UNKNOWN" and not _too_old(batch, operation)
        return batch.held(operation) if waits else batch.reject(operation, problem)
    return batch.acknowledged(operation, "applied", version)


def _unseen(batch: Batch, resource: Resource, operation: OperationIn, row: Row) -> bool:
    """Whether a merge before put something into the record that the phone did not know."""
    seen = batch.seen(operation, resource) if operation.data is not None else None
    return seen is not None and resource.fields(seen) != resource.fields(resource.given(row, {}))


async def _of_nothing(batch: Batch, resource: Resource, operation: OperationIn) -> Result:
    """A change of a record that is not here: deleted, or its creation is still on the way."""
    gone = await queries.deleted(batch.driver, batch.access, resource.entity, [operation.id])
    if gone:
        return batch.reject(operation, Problem("RECORD_DELETED"))
    if _too_old(batch, operation):
        return batch.reject(operation, Problem("NOT_FOUND"))
    return batch.held(operation)


async def _late(batch: Batch, resource: Resource, operation: OperationIn, row: Row, base: int) -> Result:
    """The record has changed since: put both changes together, field by field, or ask a person."""
    stale = Problem("CHANGE_CONFLICTS")
    if operation.data is None:
        return batch.conflict(operation, stale, [])
    current, base_values = resource.given(row, {}), batch.seen(operation, resource)
    if base_values is None:
        before = await queries.before(batch.driver, batch.access, resource.entity, operation.id, base)
        base_values = resource.given(row, before)
    fields, clashing = merged(
        resource.fields(base_values), resource.fields(current), resource.fields(operation.data)
    )
    if clashing or not resource.may_merge(row):
        return batch.conflict(operation, stale, clashing)
    together = resource.values_with(fields)
    try:
        version = await resource.apply(operation, row, together, _device(batch, operation))
    except Problem as problem:
        return batch.conflict(operation, problem, [])
    batch.keep(operation, Outcome.MERGED, stale, [])
    return batch.acknowledged(operation, "merged", version)


def _differing(resource: Resource, row: Row, operation: OperationIn) -> list[str]:
    if operation.data is None:
        return []
    current, given = resource.fields(resource.given(row, {})), resource.fields(operation.data)
    return sorted(name for name in current if current[name] != given[name])


def _too_old(batch: Batch, operation: OperationIn) -> bool:
    return batch.access.now - operation.device_at > timedelta(days=HELD_DAYS)


def _device(batch: Batch, operation: OperationIn) -> Device:
    return Device(batch.device, operation.device_at, operation.op_id)


def _malformed(given: Malformed, batch: Batch, fault: Callable[[Any], Fault]) -> Result:
    problem = Problem(
        "REQUEST_INVALID",
        # The first part of a place is the type by which the operation was told from others.
        faults=[fault({**each, "loc": ("body", *(each["loc"][1:] or ("type",)))}) for each in given.errors],
    )
    sent = given.given if isinstance(given.given, Mapping) else {}
    id = _uuid(sent.get("id"))
    if id is not None:
        batch.stopped.add(id)
    return {
        "op_id": _uuid(sent.get("op_id")),
        "id": id,
        "status": "rejected",
        "version": None,
        "retry": "AFTER_CHANGE",
        "retry_after": None,
        "code": problem.code,
        "detail": problem.detail(batch.language),
        "errors": faults(problem, batch.language),
        "fields": [],
        "current": None,
        "receipt": None,
    }


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
