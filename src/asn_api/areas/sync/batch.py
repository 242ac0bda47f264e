"""One sending of a phone: what is known of its operations, and what becomes of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson
from pydantic import BaseModel

from asn_api.access.actor import Access
from asn_api.areas.sync import queries, receipts
from asn_api.areas.sync.refusals import faults, storable, stored_problem
from asn_api.areas.sync.resources import Resource
from asn_api.areas.sync.schemas import OperationIn
from asn_api.core.crypto import Keyring
from asn_api.errors import Language, Problem
from asn_api.rules.sync import ConflictDecision, Outcome

Result = dict[str, Any]

HELD_DAYS = 7
"""How long an operation waits for one that has not arrived, by the phone's clock of the change."""
SOON, LATER = 60, 3600
OURS_TO_MEND = frozenset({"POLICY_NOT_SET", "ACTIVITY_NO_POST"})
"""Refusals that an admin removes, not the person: the operation may come again as it is."""


class Accepted(NamedTuple):
    """`showed` is what the phone showed after it, where that may be something else than the record."""

    record_id: UUID
    version: int
    showed: BaseModel | Mapping[str, Any] | None = None


@dataclass
class Batch:
    """Earlier fates of the operations of a sending, and those of now."""

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
    counted: dict[tuple[UUID, int], Accepted] = field(default_factory=dict)
    """By the record and the version that a phone which counts on expects of it."""
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
            known = self.accepted.get(row["id"])
            if known is None and row["outcome"] == Outcome.MERGED:
                # What said only what was there already has no entry of its own in the journal.
                known = Accepted(row["record_id"], row["version"])
            if known is not None:
                showed = row["showed"]
                showed = orjson.loads(showed) if isinstance(showed, str) else showed
                self.accepted[row["id"]] = known._replace(showed=showed)
                continue
            self.kept[row["id"]] = row
            if row["outcome"] == Outcome.CONFLICT and row["decision"] is None:
                self.waiting.add(row["record_id"])

    def base(self, operation: OperationIn) -> int | None:
        """The version that the operation builds on, which a merge may have moved."""
        earlier = self._earlier(operation)
        return earlier.version if earlier is not None else operation.base_version

    def seen(self, operation: OperationIn, resource: Resource) -> BaseModel | None:
        """What the phone showed when it made a change on top of one that had to be merged or decided."""
        earlier = self._earlier(operation)
        showed = earlier.showed if earlier is not None else None
        return resource.values.model_validate(showed) if isinstance(showed, Mapping) else showed

    def _earlier(self, operation: OperationIn) -> Accepted | None:
        """What the operation names as built on: the phone's own count may have gaps where it gave a change up."""
        named = [self.accepted[each] for each in operation.after if each in self.accepted]
        same = [each for each in named if each.record_id == operation.id]
        counted = self.counted.get((operation.id, operation.base_version or 0))
        return max(same, key=lambda each: each.version, default=counted)

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
        if before is None and self.too_old(operation):
            return self.reject(operation, Problem("EARLIER_OPERATION_MISSING"))
        return self.held(operation)

    def acknowledged(self, operation: OperationIn, status: str, version: int) -> Result:
        known = self.accepted.get(operation.op_id), self._earlier(operation)
        showed = operation.data or next((each.showed for each in known if each and each.showed), None)
        accepted = self.accepted[operation.op_id] = Accepted(operation.id, version, showed)
        if operation.action != "delete":
            self.counted[operation.id, (operation.base_version or 0) + 1] = accepted
        receipt = receipts.receipt(self.keyring, self.access, operation.op_id, version)
        return self.result(operation, status, version=version, receipt=receipt)

    def too_old(self, operation: OperationIn) -> bool:
        return self.access.now - operation.device_at > timedelta(days=HELD_DAYS)

    def held(self, operation: OperationIn) -> Result:
        self.stopped.add(operation.id)
        problem = Problem("EARLIER_OPERATION_REFUSED")
        return self.result(operation, "held", problem=problem, retry_after=SOON)

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

    def conflict(
        self,
        operation: OperationIn,
        problem: Problem,
        fields: Sequence[str],
        showed: BaseModel | None = None,
    ) -> Result:
        """Neither side is overwritten: the operation waits for a person."""
        self.stopped.add(operation.id)
        self.keep(operation, Outcome.CONFLICT, problem, fields, showed=showed)
        return self.result(operation, "conflict", problem=problem, fields=fields)

    def keep(
        self,
        operation: OperationIn,
        outcome: Outcome,
        problem: Problem,
        fields: Sequence[str],
        *,
        version: int | None = None,
        showed: BaseModel | None = None,
    ) -> None:
        """`version`: what it led to, for one that changed nothing. `showed`: for one without values."""
        self.unapplied.append(
            {
                "id": operation.op_id,
                "type": operation.type,
                "action": operation.action,
                "record_id": operation.id,
                "base_version": operation.base_version if version is None else version,
                "data": _json(operation.data),
                "showed": _json(showed),
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


def _json(values: BaseModel | None) -> dict[str, Any] | None:
    return values.model_dump(mode="json") if values is not None else None
