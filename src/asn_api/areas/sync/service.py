"""Applies a phone's batch: one result per operation, one transaction, nothing twice."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import asyncpg

from asn_api.access.actor import Access
from asn_api.access.scope import hot_params
from asn_api.areas.activities import ledger_queries, queries
from asn_api.areas.activities import recording as activities
from asn_api.areas.activities.ledger import Ledger, Row
from asn_api.areas.activities.recording import Device
from asn_api.areas.activities.schemas import ActivityValues
from asn_api.areas.sync.schemas import Malformed, OperationIn, PushIn
from asn_api.errors import Fault, Language, Problem

Result = dict[str, Any]


async def push(
    driver: asyncpg.Connection,
    access: Access,
    batch: PushIn,
    language: Language,
    fault: Callable[[Any], Fault],
) -> list[Result]:
    """The results in the order of the operations. `fault` words what pydantic found in a malformed one."""
    readable = [each for each in batch.operations if isinstance(each, OperationIn)]
    ledger = await _opened(driver, access, readable)
    receipts = await ledger_queries.receipts(ledger.driver, access, [each.op_id for each in readable])
    mine = access.employee_id
    applied = {op_id: row["version"] for op_id, row in receipts.items() if row["actor_id"] == mine}
    stopped: set[UUID] = set()
    results = []
    for each in batch.operations:
        if isinstance(each, Malformed):
            results.append(_malformed(each, stopped, language, fault))
        elif each.op_id in applied:
            results.append(_result(each, "duplicate", applied[each.op_id]))
        elif each.op_id in receipts:
            # Somebody else's receipt: to call it a duplicate would acknowledge what was never stored.
            stopped.add(each.id)
            results.append(_result(each, "rejected", None, Problem("ACTIVITY_ID_TAKEN"), language))
        elif each.id in stopped:
            problem = Problem("EARLIER_OPERATION_REFUSED")
            results.append(_result(each, "held", None, problem, language))
        else:
            result = _applied(ledger, each, batch.device_id, language)
            if result["status"] in ("applied", "duplicate"):
                applied[each.op_id] = result["version"]
            else:
                stopped.add(each.id)
            results.append(result)
    await ledger.flush()
    await _show_current(driver, access, results)
    return results


async def _opened(driver: asyncpg.Connection, access: Access, operations: list[OperationIn]) -> Ledger:
    if access.employee_id is None:
        raise Problem("NOT_AN_EMPLOYEE")
    me = access.employee_id
    await ledger_queries.lock_me(driver, access)
    known = [each.id for each in operations if each.base_version is not None]
    found = await ledger_queries.own_places(driver, access, known) if known else []
    days = {each.data.day for each in operations if each.data} | {each["day"] for each in found}
    results = set().union(*(activities.results_of(each.data) for each in operations if each.data))
    results |= {each["work_result_id"] for each in found if each["work_result_id"]}
    results |= set().union(*(each["further_results"] for each in found))
    pairs = [(me, day) for day in days or {access.today}]
    return await Ledger.read(driver, access, pairs, ids={each.id for each in operations}, results=results)


def _applied(ledger: Ledger, operation: OperationIn, device_id: str, language: Language) -> Result:
    row = ledger.rows.get(operation.id)
    if row is not None and row["employee_id"] != ledger.access.employee_id:
        return _result(operation, "rejected", None, Problem("ACTIVITY_ID_TAKEN"), language)
    if row is not None and operation.base_version is None and operation.data is not None:
        if activities.same_claim(row, operation.data):
            return _result(operation, "duplicate", row["version"])
        return _conflict(operation, row, language)
    if row is not None and operation.base_version != row["version"]:
        return _conflict(operation, row, language)
    try:
        version = _act(ledger, operation, row, Device(device_id, operation.device_at, operation.op_id))
    except Problem as problem:
        return _result(operation, "rejected", row["version"] if row else None, problem, language)
    return _result(operation, "applied", version)


def _act(ledger: Ledger, operation: OperationIn, row: Row | None, device: Device) -> int:
    """Do it in the ledger; gives the version that the record has now."""
    match operation.action, operation.data, row:
        case "put", None, _:
            raise Problem("REQUEST_INVALID", faults=[Fault("/data", "FIELD_MISSING")])
        case "put", ActivityValues() as data, None if operation.base_version is None:
            stored = activities.add(ledger, operation.id, data, submit=operation.submit, device=device)
        case _, _, None:
            raise Problem("NOT_FOUND")
        case "put", ActivityValues() as data, row:
            stored = activities.replace(ledger, row, data, device)
        case "submit", _, row:
            stored = activities.submit(ledger, row, device)
        case "recall", _, row:
            stored = activities.recall(ledger, row, device)
        case _, _, row:
            activities.remove(ledger, row, device)
            stored = {"version": row["version"] + 1}
    version: int = stored["version"]
    return version


def _conflict(operation: OperationIn, row: Row, language: Language) -> Result:
    return _result(operation, "conflict", row["version"], Problem("VERSION_STALE"), language)


async def _show_current(driver: asyncpg.Connection, access: Access, results: list[Result]) -> None:
    """Conflicts carry the record as it stands here, in the shape in which it is read."""
    for result in results:
        if result["status"] == "conflict":
            params = queries.one_params(access, result["id"], hot_params(access))
            row = await driver.fetchrow(queries.ONE.sql, *queries.ONE.arguments(params))
            result["current"] = queries.shown(row, access) if row is not None else None


def _malformed(
    given: Malformed, stopped: set[UUID], language: Language, fault: Callable[[Any], Fault]
) -> Result:
    problem = Problem(
        "REQUEST_INVALID",
        faults=[fault({**each, "loc": ("body", *each["loc"])}) for each in given.errors],
    )
    sent = given.given if isinstance(given.given, Mapping) else {}
    id = _uuid(sent.get("id"))
    if id is not None:
        stopped.add(id)
    return _refused(_uuid(sent.get("op_id")), id, problem, language)


def _refused(op_id: UUID | None, id: UUID | None, problem: Problem, language: Language) -> Result:
    return {
        "op_id": op_id,
        "id": id,
        "status": "rejected",
        "version": None,
        "retry": "AFTER_CHANGE",
        "code": problem.code,
        "detail": problem.detail(language),
        "errors": _faults(problem, language),
        "current": None,
    }


def _result(
    operation: OperationIn,
    status: str,
    version: int | None,
    problem: Problem | None = None,
    language: Language = "id",
) -> Result:
    retry = {"applied": "NEVER", "duplicate": "NEVER", "held": "LATER"}.get(status, "AFTER_CHANGE")
    return {
        "op_id": operation.op_id,
        "id": operation.id,
        "status": status,
        "version": version,
        "retry": retry,
        "code": problem.code if problem else None,
        "detail": problem.detail(language) if problem else None,
        "errors": _faults(problem, language) if problem else [],
        "current": None,
    }


def _faults(problem: Problem, language: Language) -> list[dict[str, str]]:
    return [
        {"pointer": fault.pointer, "code": fault.code, "message": fault.message(language)}
        for fault in problem.faults
    ]


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
