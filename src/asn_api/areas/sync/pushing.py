"""Applies a phone's batch: one result per operation, one transaction, nothing twice, nothing lost."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text

from asn_api.access.actor import Access
from asn_api.areas.activities.recording import Device
from asn_api.areas.sync import queries
from asn_api.areas.sync.batch import Batch, Result
from asn_api.areas.sync.refusals import faults
from asn_api.areas.sync.resources import OF_A_SESSION, Resource, Row, resource_of
from asn_api.areas.sync.schemas import Malformed, OperationIn, PushIn
from asn_api.core.crypto import Keyring
from asn_api.core.database import Work
from asn_api.errors import Fault, Language, Problem
from asn_api.rules.sync import Outcome, merged


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
    unseen = _unseen(batch, resource, operation, row)
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
            if batch.too_old(operation)
            else batch.held(operation)
        )
    elif base < row["version"] or (unseen is not None and _overwrites(operation)):
        return await _late(batch, resource, operation, row, base)
    try:
        version = await resource.apply(operation, row, operation.data, _device(batch, operation))
    except Problem as problem:
        # What it leans on is still on its way.
        waits = problem.code == "EVIDENCE_ACTIVITY_UNKNOWN" and not batch.too_old(operation)
        return batch.held(operation) if waits else batch.reject(operation, problem)
    if unseen is not None:
        # What follows in a later sending was typed without seeing it either.
        batch.keep(operation, Outcome.MERGED, Problem("CHANGE_CONFLICTS"), [], showed=unseen)
    return batch.acknowledged(operation, "applied", version)


def _overwrites(operation: OperationIn) -> bool:
    """A submission or recall leaves the values as they are."""
    return operation.data is not None or operation.action == "delete"


def _unseen(batch: Batch, resource: Resource, operation: OperationIn, row: Row | None) -> BaseModel | None:
    """What the phone showed, where a merge or decision put something into the record that it did not know."""
    seen = batch.seen(operation, resource) if row is not None else None
    if row is None or seen is None or resource.fields(seen) == resource.fields(resource.given(row, {})):
        return None
    return seen


async def _of_nothing(batch: Batch, resource: Resource, operation: OperationIn) -> Result:
    """A change of a record that is not here: deleted, or its creation is still on the way."""
    gone = await queries.deleted(batch.driver, batch.access, resource.entity, [operation.id])
    if gone:
        return batch.reject(operation, Problem("RECORD_DELETED"))
    if batch.too_old(operation):
        return batch.reject(operation, Problem("NOT_FOUND"))
    return batch.held(operation)


async def _late(batch: Batch, resource: Resource, operation: OperationIn, row: Row, base: int) -> Result:
    """The record has changed since: put both changes together, field by field, or ask a person."""
    stale = Problem("CHANGE_CONFLICTS")
    current, base_values = resource.given(row, {}), batch.seen(operation, resource)
    if base_values is None:
        before = await queries.before(batch.driver, batch.access, resource.entity, operation.id, base)
        base_values = resource.given(row, before)
    if operation.data is None:
        return batch.conflict(operation, stale, [], showed=base_values)
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
